//! An estimate that takes in those of the units below: chosen when it is submitted, and held until it is drafted again.

use std::collections::BTreeSet;

use super::actions::load_header;
use super::model::inclusion::Inclusion;
use super::model::{Estimate, Kind, Totals};
use super::store::{self, EstimateFilter};
use crate::app::{App, Call, Depends, Instance, Keep, ReadAt, etag};
use crate::commit::View;
use crate::document::state::State;
use crate::error::{Error, Reason, Refusal, Result};
use crate::id::EstimateName;
use crate::organisation::store as units;
use crate::word::Word;

/// What an estimate is to take in when it is submitted.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// These, each with the etag that the caller has read.
    pub named: Vec<(EstimateName, String)>,
    /// Whatever of the units below was sent up and is not taken in by another.
    pub every_endorsed: bool,
}

/// The states of what was sent up.
pub const SENT: [State; 4] = [State::Endorsed, State::Appraised, State::Approved, State::Closed];

/// What a choice takes in, or every reason why not.
pub fn choose(
    view: &mut View<'_>,
    instance: &Instance,
    parent: &Estimate,
    choice: &Choice,
) -> Result<(Vec<Inclusion>, Vec<Refusal>)> {
    if choice.named.is_empty() && !choice.every_endorsed {
        return Ok(Default::default());
    }
    let below: BTreeSet<String> =
        units::subtree(view, &parent.key.unit)?.into_iter().skip(1).map(|(unit, _)| unit).collect();
    let (mut children, mut refusals) = (Vec::new(), Vec::new());
    for (at, (name, seen)) in choice.named.iter().enumerate() {
        let child = load_header(view, name)?;
        etag::require(instance, view, seen, &name.to_string(), child.revision)?;
        if let Some(text) = unfit(parent, &child, &below) {
            refusals.push(Refusal::new(
                Reason::InclusionInvalid,
                format!("included[{at}].name"),
                format!("{name} {text}"),
            ));
        }
        children.push(child);
    }
    if choice.every_endorsed {
        let filter = EstimateFilter {
            units: Some(below.iter().cloned().collect()),
            fiscal_years: vec![parent.key.fiscal_year],
            ..EstimateFilter::default()
        };
        let found = store::list_estimates(view, &filter, None, i64::MAX)?;
        let named = |child: &Estimate| children.iter().any(|other: &Estimate| other.id == child.id);
        let fit: Vec<Estimate> =
            found.into_iter().filter(|child| unfit(parent, child, &below).is_none() && !named(child)).collect();
        let ids: Vec<String> = fit.iter().map(|child| child.id.clone()).collect();
        let taken = store::inclusions::including(view, &ids)?;
        children.extend(fit.into_iter().filter(|child| !taken.iter().any(|one| one.child == child.id)));
    }
    let ids: Vec<String> = children.iter().map(|child| child.id.clone()).collect();
    for other in store::inclusions::including(view, &ids)? {
        let at = children.iter().position(|child| child.id == other.child).unwrap_or_default();
        let text = format!("estimate {} takes {} in already", other.parent, other.child);
        refusals.push(Refusal::new(Reason::InclusionInvalid, format!("included[{at}].name"), text));
    }
    let inclusion = |child: Estimate| Inclusion {
        parent: parent.id.clone(),
        child: child.id,
        submission: child.submission,
        revision: child.revision,
        since: 0,
    };
    Ok((children.into_iter().map(inclusion).collect(), refusals))
}

/// What the text in force takes in, but for what another has taken in since.
pub fn again(view: &mut View<'_>, parent: &Estimate, in_force: i64) -> Result<Vec<Inclusion>> {
    let mut then = store::inclusions::included(&mut view.at(in_force), &parent.id)?;
    let ids: Vec<String> = then.iter().map(|one| one.child.clone()).collect();
    let others = store::inclusions::including(view, &ids)?;
    then.retain(|one| others.iter().all(|other| other.child != one.child || other.parent == one.parent));
    Ok(then)
}

/// Why an estimate cannot be taken in.
fn unfit(parent: &Estimate, child: &Estimate, below: &BTreeSet<String>) -> Option<String> {
    if !below.contains(&child.key.unit) {
        return Some("is not of a unit below".to_owned());
    }
    if child.key.fiscal_year != parent.key.fiscal_year || !is_same_kind(parent.key.kind, child.key.kind) {
        return Some("is of another kind or year".to_owned());
    }
    (!SENT.contains(&child.state))
        .then(|| format!("is {}, and only what was sent up is taken in", child.state.as_str()))
}

/// Whether estimates of one kind are taken in by those of another; the redone ones stand for the annual ones.
pub fn is_same_kind(parent: Kind, child: Kind) -> bool {
    let yearly = |kind: Kind| matches!(kind, Kind::Annual | Kind::Redone);
    parent == child || yearly(parent) && yearly(child)
}

/// Why an estimate that another takes in cannot be sent back, or cannot be approved yet.
pub fn held(view: &mut View<'_>, child: &Estimate, to_be_approved: bool) -> Result<Option<Refusal>> {
    let Some(inclusion) = store::inclusions::including(view, std::slice::from_ref(&child.id))?.pop() else {
        return Ok(None);
    };
    let name = EstimateName { jurisdiction: child.jurisdiction.clone(), estimate: inclusion.parent.clone() };
    if !to_be_approved {
        let text = format!("{name} takes it in; release it there, or bring that one back to its draft");
        return Ok(Some(Refusal::new(Reason::IncludedInParent, child.name().to_string(), text)));
    }
    let parent =
        store::find_header(view, &inclusion.parent)?.ok_or_else(|| Error::bug("an including estimate is gone"))?;
    let text = format!("{name} takes it in and is {}; it is approved first", parent.state.as_str());
    let waits = !matches!(parent.state, State::Approved | State::Closed);
    Ok(waits.then(|| Refusal::new(Reason::ParentNotApproved, child.name().to_string(), text)))
}

/// Asks for what an estimate takes in.
#[derive(Debug, Clone)]
pub struct ListIncluded {
    pub name: EstimateName,
    pub read_at: ReadAt,
}

/// An estimate that is taken in, with its sums as they were then, its own and those of what it takes in itself.
#[derive(Debug, Clone)]
pub struct Included {
    pub inclusion: Inclusion,
    pub unit: String,
    pub state: State,
    pub totals: Totals,
}

/// What an estimate takes in, and the sums of the whole.
#[derive(Debug, Clone)]
pub struct ListedIncluded {
    pub jurisdiction: String,
    pub included: Vec<Included>,
    pub own: Totals,
    pub consolidated: Totals,
}

pub async fn list_included(app: App, call: Call, ask: ListIncluded) -> Result<Keep<ListedIncluded>> {
    let jurisdiction = ask.name.jurisdiction.clone();
    let read = move |view: &mut View<'_>| {
        let parent = load_header(view, &ask.name)?;
        let own = store::read_totals(view, &parent.id)?;
        let (mut included, mut consolidated) = (Vec::new(), own.clone());
        for inclusion in store::inclusions::included(view, &parent.id)? {
            let header = store::find_header(view, &inclusion.child)?;
            let header = header.ok_or_else(|| Error::bug("an included estimate is gone"))?;
            let totals = consolidated_at(&mut view.at(inclusion.revision), &inclusion.child)?;
            add(&mut consolidated, &totals)?;
            included.push(Included { inclusion, unit: header.key.unit, state: header.state, totals });
        }
        Ok(ListedIncluded { jurisdiction: ask.name.jurisdiction.clone(), included, own, consolidated })
    };
    let answer = app.read(&call, &jurisdiction, ask.read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(ask.read_at)))
}

/// The sums of an estimate with all that it takes in.
fn consolidated_at(view: &mut View<'_>, estimate: &str) -> Result<Totals> {
    let mut sums = store::read_totals(view, estimate)?;
    for inclusion in store::inclusions::included(view, estimate)? {
        let below = consolidated_at(&mut view.at(inclusion.revision), &inclusion.child)?;
        add(&mut sums, &below)?;
    }
    Ok(sums)
}

fn add(to: &mut Totals, more: &Totals) -> Result<()> {
    more.sums.iter().try_for_each(|(group, sum)| to.sums.entry(*group).or_default().add(sum, 1))
}
