//! Whether what the units below are given ties with what was decided for the whole, when the last of them is approved and whenever it is asked.

use std::collections::{BTreeMap, BTreeSet};

use super::expand;
use super::model::Estimate;
use super::model::inclusion::{Balance, Counting, Inclusion, Tied};
use super::store::summary::{Chosen, headers_of};
use super::store::{across, inclusions};
use super::summary::Header;
use crate::commit::View;
use crate::document::finding::{Finding, Severity};
use crate::error::Result;
use crate::id::EstimateName;

/// An estimate in force, and what it takes in.
#[derive(Debug)]
pub struct Tie {
    /// The estimate.
    pub parent: Header,
    /// What was decided for the whole, with what was taken in as it was then.
    pub whole: Balance,
    /// What it keeps and what the units below were given since.
    pub given: Balance,
    /// How many of those are not decided on yet.
    pub open: usize,
}

/// The sums of a tie, in their order: the whole, what is given, and what the parent keeps but for cuts that are to be distributed.
const SUMS: [Counting; 3] = [Counting::Whole, Counting::Whole, Counting::Distributed];

/// A text of an estimate, and the sum that it belongs to.
type Text = (String, i64, usize);

/// BUD-01: what the units below are given, what the parent keeps and what is in reserve is what was decided for the whole.
///
/// It informs while some of them are not decided on, and refuses the last one that would leave a difference.
pub fn balanced(view: &mut View<'_>, child: &Estimate) -> Result<Vec<Finding>> {
    let Some(inclusion) = inclusions::including(view, std::slice::from_ref(&child.id))?.pop() else {
        return Ok(Vec::new());
    };
    let parents = headers_of(view, std::slice::from_ref(&inclusion.parent))?;
    let ties = ties(view, parents, Some(&child.id))?;
    Ok(ties.iter().flat_map(|tie| tie.findings(&child.jurisdiction)).map(|(_, finding)| finding).collect())
}

/// The ties of those of some estimates that are in force and take others in. `tested` is one that counts as it stands, decided or not.
pub fn ties(view: &mut View<'_>, parents: Vec<Header>, tested: Option<&str>) -> Result<Vec<Tie>> {
    let parents: Vec<Header> = parents.into_iter().filter(|parent| parent.in_force.is_some()).collect();
    let ids: Vec<String> = parents.iter().map(|parent| parent.estimate.clone()).collect();
    let mut children: BTreeMap<String, Vec<Inclusion>> = BTreeMap::new();
    for inclusion in inclusions::of_parents(view, &ids)? {
        children.entry(inclusion.parent.clone()).or_default().push(inclusion);
    }
    let ids: Vec<String> = children.values().flatten().map(|one| one.child.clone()).collect();
    let decided: BTreeMap<String, Option<i64>> =
        headers_of(view, &ids)?.into_iter().map(|header| (header.estimate, header.in_force)).collect();
    let (mut ties, mut own, mut below) = (Vec::new(), Vec::new(), Vec::new());
    for parent in parents {
        let (Some(taken_in), Some(in_force)) = (children.remove(&parent.estimate), parent.in_force) else { continue };
        let first = ties.len() * SUMS.len();
        own.extend([first, first + 2].map(|sum| (parent.estimate.clone(), in_force, sum)));
        let mut open = 0;
        for one in taken_in {
            below.push((one.child.clone(), one.revision, first));
            let since = decided.get(&one.child).copied().flatten().filter(|since| *since > in_force);
            match since {
                _ if tested == Some(one.child.as_str()) => below.push((one.child.clone(), view.revision, first + 1)),
                Some(since) => below.push((one.child.clone(), since, first + 1)),
                None => open += 1,
            }
        }
        let (whole, given) = (Balance::default(), Balance::default());
        ties.push(Tie { parent, whole, given, open });
    }
    own.extend(with_all_below(view, below)?);
    add_up(view, &mut ties, own)?;
    Ok(ties)
}

/// Texts with all that they take in. A unit stands only below units above it, so this ends.
fn with_all_below(view: &mut View<'_>, mut next: Vec<Text>) -> Result<Vec<Text>> {
    let mut all = Vec::new();
    while !next.is_empty() {
        let ids: Vec<String> = next.iter().map(|(estimate, ..)| estimate.clone()).collect();
        let mut histories: BTreeMap<String, Vec<inclusions::Held>> = BTreeMap::new();
        for held in inclusions::histories(view, &ids)? {
            histories.entry(held.inclusion.parent.clone()).or_default().push(held);
        }
        let mut deeper = Vec::new();
        for (estimate, at, sum) in &next {
            let held = histories.get(estimate).into_iter().flatten().filter(|held| held.holds(*at));
            deeper.extend(held.map(|held| (held.inclusion.child.clone(), held.inclusion.revision, *sum)));
        }
        all.append(&mut next);
        next = deeper;
    }
    Ok(all)
}

fn add_up(view: &mut View<'_>, ties: &mut [Tie], texts: Vec<Text>) -> Result<()> {
    let mut fields: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for scheme in ties.iter().map(|tie| tie.parent.scheme.clone()).collect::<BTreeSet<String>>() {
        let of_scheme = expand::fields(view, &scheme)?;
        fields.insert(scheme, of_scheme);
    }
    let chosen: Vec<Chosen> = texts.into_iter().map(|(estimate, at, class)| Chosen { estimate, class, at }).collect();
    for (class, sum) in across::tied(view, &chosen)? {
        let (Some(tie), place) = (ties.get_mut(class / SUMS.len()), class % SUMS.len()) else { continue };
        let counting = SUMS.get(place).copied().unwrap_or(Counting::Whole);
        let fields = fields.get(&tie.parent.scheme);
        let balance = if place == 0 { &mut tie.whole } else { &mut tie.given };
        balance.add(&sum, counting, |code| fields.and_then(|fields| fields.get(code)).cloned())?;
    }
    Ok(())
}

impl Tie {
    /// Where what is given differs from what was decided: both sums, and what is found.
    pub fn findings(&self, jurisdiction: &str) -> Vec<((i64, i64), Finding)> {
        let severity = if self.open == 0 { Severity::Error } else { Severity::Info };
        let differences = self.whole.differences(&self.given);
        let told = |(tied, expected, actual): (Tied, i64, i64)| {
            ((expected, actual), self.finding(jurisdiction, (tied, expected, actual), severity))
        };
        differences.into_iter().map(told).collect()
    }

    fn finding(
        &self,
        jurisdiction: &str,
        ((field, nature, autonomy, programme), expected, actual): (Tied, i64, i64),
        severity: Severity,
    ) -> Finding {
        let of = [field.as_str(), nature, autonomy, programme.as_str()];
        let of: Vec<&str> = of.into_iter().filter(|word| !word.is_empty()).collect();
        let open = self.open;
        let still = if open == 0 { String::new() } else { format!("; {open} units below are not decided on yet") };
        let text = format!("{}: decided for the whole {expected}, kept and given {actual}{still}", of.join(", "));
        let (jurisdiction, estimate) = (jurisdiction.to_owned(), self.parent.estimate.clone());
        let name = EstimateName { jurisdiction, estimate }.to_string();
        let mut finding = Finding::new("BUD-01", severity, name, text).compared(expected, actual);
        finding.difference = actual.checked_sub(expected);
        finding
    }
}
