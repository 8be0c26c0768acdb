//! BUD-01: what the units below are given, what the parent keeps and what is in reserve is what was decided for the whole.
//!
//! It is tested against the text of the parent that is in force, also while an amendment of that is drafted. It refuses the last of
//! the units below that would leave a difference; before that it informs, by sums that are kept, because there may be thousands.

use std::collections::{BTreeMap, BTreeSet};

use super::expand;
use super::model::inclusion::{Balance, Counting, Tied};
use super::model::{Estimate, Nature, Side, Stage, Sum, overflow};
use super::store::summary::{Chosen, Rows, Sums, add_up};
use super::store::{self, LineFilter, taken};
use crate::commit::View;
use crate::document::finding::{Finding, Severity};
use crate::document::state::State;
use crate::error::Result;
use crate::id::EstimateName;
use crate::word::Word;

/// What does not tie: of an estimate with that which takes it in, and of one in force with those that it takes in.
pub fn balanced(view: &mut View<'_>, estimate: &Estimate) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let above = parents_in_force(view, std::slice::from_ref(&estimate.id))?;
    for (parent, in_force) in above.into_values() {
        if let Some(parent) = store::find_header(view, &parent)? {
            let whole = Whole { estimate: &parent.id, scheme: &parent.scheme, in_force };
            found.extend(tie(view, whole, Some(&estimate.id))?.into_iter().flatten().map(|(_, finding)| finding));
        }
    }
    if let (State::Approved | State::Closed, Some(in_force)) = (estimate.state, estimate.in_force) {
        let whole = Whole { estimate: &estimate.id, scheme: &estimate.scheme, in_force };
        found.extend(tie(view, whole, None)?.into_iter().flatten().map(|(_, finding)| finding));
    }
    Ok(found)
}

/// By id, the estimates whose texts in force take some in, and the revisions of those texts; of several the one that did so last.
pub fn parents_in_force(view: &mut View<'_>, children: &[String]) -> Result<BTreeMap<String, (String, i64)>> {
    let ever = store::inclusions::ever_including(view, children)?;
    let parents: BTreeSet<&String> = ever.iter().map(|(one, _)| &one.parent).collect();
    let parents: Vec<&String> = parents.into_iter().collect();
    let number = |(class, one): (usize, &&String)| Chosen { estimate: (*one).clone(), class, at: view.revision };
    let chosen: Vec<Chosen> = parents.iter().enumerate().map(number).collect();
    let headers = taken::placed(view, &chosen)?;
    let in_force = headers.iter().filter_map(|header| Some((*parents.get(header.place)?, header.in_force?)));
    let in_force: BTreeMap<&String, i64> = in_force.collect();
    let mut found = BTreeMap::new();
    for (inclusion, until) in &ever {
        let text = in_force.get(&inclusion.parent).filter(|text| (inclusion.since..*until).contains(*text));
        if let Some(text) = text {
            found.entry(inclusion.child.clone()).or_insert_with(|| (inclusion.parent.clone(), *text));
        }
    }
    Ok(found)
}

/// Some estimates with everything that they take in, each at its revision and in a class of its own.
///
/// What is taken in is older than what takes it in, so this ends.
pub fn with_below(view: &mut View<'_>, chosen: Vec<Chosen>) -> Result<Vec<Chosen>> {
    let (mut all, mut last) = (Vec::new(), chosen);
    while !last.is_empty() {
        let next = taken::below(view, &last)?;
        all.append(&mut last);
        last.extend(next.into_iter().map(|one| Chosen { estimate: one.child, class: 0, at: one.revision }));
    }
    all.iter_mut().enumerate().for_each(|(number, one)| one.class = number);
    Ok(all)
}

/// What was decided for the whole, what is kept and given, and what is found.
pub type Unequal = ((i64, i64), Finding);

/// A text in force that may take others in.
#[derive(Debug, Clone, Copy)]
pub struct Whole<'a> {
    pub estimate: &'a str,
    pub scheme: &'a str,
    pub in_force: i64,
}

/// Where what is kept and given differs from what was decided for the whole: both sums, and what is found; none where a text takes nothing
/// in. `tested` is one of those below that counts as it stands, decided or not.
pub fn tie(view: &mut View<'_>, parent: Whole<'_>, tested: Option<&String>) -> Result<Option<Vec<Unequal>>> {
    let in_force = parent.in_force;
    let own = vec![Chosen { estimate: parent.estimate.to_owned(), class: 0, at: in_force }];
    let children = taken::below(view, &own)?;
    if children.is_empty() {
        return Ok(None);
    }
    let number = |(class, one): (usize, &String)| Chosen { estimate: one.clone(), class, at: view.revision };
    let now: Vec<Chosen> = children.iter().map(|one| &one.child).enumerate().map(number).collect();
    let mut decided = Vec::new();
    for header in taken::placed(view, &now)? {
        let Some(child) = now.get(header.place) else { continue };
        let given = header.in_force.filter(|decided| *decided > in_force);
        let is_tested = tested == Some(&child.estimate);
        if let Some(at) = if is_tested { Some(view.revision) } else { given } {
            decided.push(Chosen { at, ..child.clone() });
        }
    }
    let open = children.len() - decided.len();
    let (whole, given) = (with_below(view, own.clone())?, with_below(view, decided)?);
    if open > 0 {
        let kept: i64 = taken::spent(view, &own, Counting::Distributed)?.iter().map(|spent| spent.figure).sum();
        let (expected, given) = (settled(view, &whole)?, settled(view, &given)?);
        let actual = kept.checked_add(given).ok_or_else(overflow)?;
        let text = format!(
            "{open} of {} estimates below are not decided on yet: decided for the whole {expected}, kept and given so far {actual}",
            children.len()
        );
        return Ok(Some(vec![finding(view.jurisdiction, parent, Severity::Info, text, (expected, actual))]));
    }
    let fields = expand::fields(view, parent.scheme)?;
    let (mut expected, mut actual) = (Balance::default(), Balance::default());
    expected.add(taken::spent(view, &whole, Counting::Whole)?, &fields)?;
    actual.add(taken::spent(view, &own, Counting::Distributed)?, &fields)?;
    actual.add(taken::spent(view, &given, Counting::Whole)?, &fields)?;
    let found = expected.differences(&actual).into_iter();
    Ok(Some(
        found.map(|(tied, expected, actual)| unequal(view.jurisdiction, parent, tied, (expected, actual))).collect(),
    ))
}

/// What some estimates spend, of each line the latest stage that it states: by the sums that are kept, where these say it.
fn settled(view: &mut View<'_>, chosen: &[Chosen]) -> Result<i64> {
    let natures = Nature::ALL.iter().copied().filter(|nature| *nature != Nature::TransferDown).collect();
    let filter = LineFilter { sides: vec![Side::Expenditure], natures, ..LineFilter::default() };
    let sums = Sums { chosen, rows: Rows::All, attributes: &[], stages: &[], filter: &filter, latest: false };
    let (mut total, mut mixed) = (0_i64, Vec::new());
    for (cell, sum) in add_up(view, &sums)? {
        match said(&sum) {
            Some(figure) => total = total.checked_add(figure).ok_or_else(overflow)?,
            None => mixed.extend(chosen.get(cell.class).cloned()),
        }
    }
    for spent in taken::spent(view, &mixed, Counting::Whole)? {
        total = total.checked_add(spent.figure).ok_or_else(overflow)?;
    }
    Ok(total)
}

/// The latest stage, where every line states it or none does.
pub fn said(sum: &Sum) -> Option<i64> {
    for stage in [Stage::Decided, Stage::Appraised] {
        match sum.counts[stage as usize] {
            0 => {}
            count if count == sum.line_count => return Some(sum.sums[stage as usize]),
            _ => return None,
        }
    }
    Some(sum.sums[Stage::Requested as usize])
}

fn unequal(
    jurisdiction: &str,
    parent: Whole<'_>,
    (field, nature, autonomy, programme): Tied,
    (expected, actual): (i64, i64),
) -> Unequal {
    let of = [field.as_str(), nature, autonomy, programme.as_str()];
    let of: Vec<&str> = of.into_iter().filter(|word| !word.is_empty()).collect();
    let text = format!("{}: decided for the whole {expected}, kept and given {actual}", of.join(", "));
    finding(jurisdiction, parent, Severity::Error, text, (expected, actual))
}

fn finding(
    jurisdiction: &str,
    parent: Whole<'_>,
    severity: Severity,
    text: String,
    (expected, actual): (i64, i64),
) -> Unequal {
    let (jurisdiction, estimate) = (jurisdiction.to_owned(), parent.estimate.to_owned());
    let name = EstimateName { jurisdiction, estimate }.to_string();
    let mut finding = Finding::new("BUD-01", severity, name, text).compared(expected, actual);
    finding.difference = actual.checked_sub(expected);
    ((expected, actual), finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_says_the_latest_stage_only_where_all_its_lines_do() {
        let sum = |counts| Sum { line_count: 2, sums: [1, 2, 3, 4, 5, 6], counts };
        let told = [[2, 2, 2, 2, 2, 2], [0, 0, 0, 2, 2, 0], [0, 0, 0, 2, 0, 0], [0, 0, 0, 2, 1, 0], [0, 0, 0, 2, 2, 1]];
        assert_eq!(told.map(|counts| said(&sum(counts))), [Some(6), Some(5), Some(4), None, None]);
    }
}
