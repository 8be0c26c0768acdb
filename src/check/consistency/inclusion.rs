//! What estimates take in, what the units below say of it since, and what they were given.

use std::collections::{BTreeMap, BTreeSet};

use super::scope::{Scope, between};
use super::{Compared, Comparison, Figure, figure};
use crate::budget::balance;
use crate::budget::store::summary::{Chosen, headers_of};
use crate::budget::store::{across, taken};
use crate::budget::summary::Header;
use crate::commit::View;
use crate::document::finding::{Finding, Phase, Severity};
use crate::error::Result;

const OF: Comparison = Comparison::Inclusion;

/// Everything that the estimates of the scope take in.
pub fn compare(view: &mut View<'_>, scope: &Scope) -> Result<Compared> {
    let mut compared = Compared::default();
    let text = |header: &Header| Some(Chosen { estimate: header.estimate.clone(), class: 0, at: header.in_force? });
    let texts: Vec<Chosen> = scope.estimates.iter().filter_map(text).collect();
    // Few of thousands take others in.
    let takes_in: BTreeSet<String> = taken::below(view, &texts)?.into_iter().map(|one| one.parent).collect();
    for parent in scope.estimates.iter().filter(|parent| takes_in.contains(&parent.estimate)) {
        let Some(in_force) = parent.in_force else { continue };
        let whole = balance::Whole { estimate: &parent.estimate, scheme: &parent.scheme, in_force };
        let Some(unequal) = balance::tie(view, whole, None)? else { continue };
        compared.pairs += 1;
        let (unit, year) = (parent.unit.as_str(), parent.fiscal_year);
        let name = scope.estimate_name(&parent.estimate);
        for ((expected, actual), finding) in unequal {
            let figures =
                (Figure::new(&name, in_force, expected), Figure::new(scope.unit_name(unit), scope.revision, actual));
            compared.tell(Phase::Deciding, between(OF, (unit, year), figures, finding));
        }
    }
    since(view, scope, &mut compared)?;
    Ok(compared)
}

/// CON-CHILD: of what is taken in and not decided yet, what the unit below says now.
fn since(view: &mut View<'_>, scope: &Scope, compared: &mut Compared) -> Result<()> {
    let open = scope.estimates.iter().filter(|header| header.in_force.is_none());
    let parents: BTreeMap<&str, &Header> = open.map(|header| (header.estimate.as_str(), header)).collect();
    let now = |id: &&str| Chosen { estimate: (*id).to_owned(), class: 0, at: view.revision };
    let taken_in = taken::below(view, &parents.keys().map(now).collect::<Vec<_>>())?;
    let ids: Vec<String> = taken_in.iter().map(|one| one.child.clone()).collect();
    let children: BTreeMap<String, Header> =
        headers_of(view, &ids)?.into_iter().map(|header| (header.estimate.clone(), header)).collect();
    let (mut pairs, mut chosen) = (Vec::new(), Vec::new());
    for one in &taken_in {
        compared.pairs += 1;
        let (Some(child), Some(parent)) = (children.get(&one.child), parents.get(one.parent.as_str())) else {
            continue;
        };
        if child.revision == one.revision {
            continue;
        }
        let class = pairs.len() * 2;
        let estimate = || one.child.clone();
        chosen.push(Chosen { estimate: estimate(), class, at: one.revision });
        chosen.push(Chosen { estimate: estimate(), class: class + 1, at: view.revision });
        pairs.push((one, *parent, child));
    }
    let mut sums = vec![0i128; chosen.len()];
    for (class, sum) in across::by_class(view, &chosen)? {
        if let Some(total) = sums.get_mut(class) {
            *total += i128::from(sum);
        }
    }
    for (number, (one, parent, child)) in pairs.into_iter().enumerate() {
        let (Some(then), Some(now)) = (sums.get(number * 2), sums.get(number * 2 + 1)) else { continue };
        if then == now {
            continue;
        }
        let (parent_name, child_name) = (scope.estimate_name(&parent.estimate), scope.estimate_name(&one.child));
        let text = format!("{parent_name} takes {child_name} in with {then}, and it says {now} now");
        let mut finding = Finding::new("CON-CHILD", Severity::Info, parent_name.to_string(), text).compared(then, now);
        finding.objects.push(child_name.to_string());
        finding.difference = i64::try_from(now - then).ok();
        let figures = (
            Figure::new(&child_name, one.revision, figure(*then)),
            Figure::new(&child_name, child.revision, figure(*now)),
        );
        let place = (parent.unit.as_str(), parent.fiscal_year);
        compared.tell(Phase::of(parent.state), between(OF, place, figures, finding));
    }
    Ok(())
}
