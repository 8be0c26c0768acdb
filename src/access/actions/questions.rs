//! Who somebody is here, and why it may or may not do something.

use crate::access::store;
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::budget::store as estimates;
use crate::classification::store as codes;
use crate::commit::View;
use crate::document::authority::{Action, Rule};
use crate::document::standing::{Held, Standing};
use crate::document::tree::{Place, Reviewers};
use crate::error::{Error, Result};
use crate::id::{
    EstimateName, GrantName, JurisdictionName, LineName, PlanItemName, PlanName, ProjectName, SchemeName, UnitName,
};
use crate::identity::store as principals;
use crate::organisation::store as units;
use crate::project::model::REVIEWERS;
use crate::{plan, project, server};

/// Asks who the caller is in a jurisdiction.
#[derive(Debug, Clone)]
pub struct WhoAmI {
    pub jurisdiction: String,
}

/// Who somebody is.
#[derive(Debug, Clone)]
pub struct Identified {
    pub jurisdiction: String,
    pub principal: String,
    pub on_behalf_of: String,
    pub administrator: bool,
    pub held: Vec<Held>,
    pub lenders: Vec<String>,
    pub day: String,
    pub everything: bool,
}

/// Asks whether somebody may do something.
#[derive(Debug, Clone)]
pub struct TestAccess {
    pub jurisdiction: String,
    /// None is the caller.
    pub principal: Option<String>,
    pub on_behalf_of: Option<String>,
    pub what: What,
    /// The name of an object; empty for the whole jurisdiction.
    pub object: String,
}

/// What would be done.
#[derive(Debug, Clone)]
pub enum What {
    Act(Action),
    Method(String),
}

/// Why or why not.
#[derive(Debug, Clone)]
pub struct Verdict {
    pub action: Action,
    /// The rule and the grant that allow it.
    pub allowed: Option<(String, String)>,
    pub needs: String,
    pub day: String,
}

pub async fn who_am_i(app: App, call: Call, ask: WhoAmI) -> Result<Keep<Identified>> {
    let jurisdiction = ask.jurisdiction.clone();
    let read = move |view: &mut View<'_>| {
        let standing = view.standing;
        let delegations = store::all_delegations(view.conn, view.jurisdiction, view.revision)?;
        let lending = delegations.into_iter().filter(|one| one.deputy == standing.actor && one.holds(&standing.day));
        let mut lenders: Vec<String> = lending.map(|one| one.lender).collect();
        lenders.sort();
        lenders.dedup();
        Ok(Identified {
            jurisdiction: ask.jurisdiction.clone(),
            principal: standing.actor.clone(),
            on_behalf_of: standing.on_behalf_of.clone(),
            administrator: principals::is_administrator(view.conn, &standing.actor)?,
            held: standing.held.clone(),
            lenders,
            day: standing.day.clone(),
            everything: standing.everything,
        })
    };
    let answer = app.read(&call, &jurisdiction, ReadAt::Head, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::Nothing))
}

pub async fn test_access(app: App, call: Call, ask: TestAccess) -> Result<Keep<Verdict>> {
    let action = match &ask.what {
        What::Act(action) => *action,
        What::Method(path) => {
            let rule =
                server::rule_of(path).ok_or_else(|| Error::invalid("method", "is not a method of this service"))?;
            rule.action()
        }
    };
    let rule = ask.method_rule();
    let (jurisdiction, machine) = (ask.jurisdiction.clone(), app.clone());
    let read = move |view: &mut View<'_>| {
        let caller = view.standing;
        let (unit, reviewers) = owner_of(view, &ask)?;
        let is_self = ask.principal.as_ref().is_none_or(|principal| *principal == caller.actor);
        if !is_self {
            caller.may_here(Action::TestOthers)?;
        }
        let principal = ask.principal.as_deref().unwrap_or(&caller.actor);
        let (day, revision) = (caller.day.clone(), view.revision);
        let judge = |standing: &Standing| {
            // What the jurisdiction alone decides has no place.
            let place = match &unit {
                Some(unit) if !matches!(rule, Some(Rule::Whole(_))) => standing.tree.place_for(unit, reviewers),
                _ => Place::default(),
            };
            match standing.may(action, &place) {
                Ok(permit) => (Some((permit.rule().to_owned(), permit.grant().to_owned())), String::new()),
                Err(denial) => (None, denial.needs()),
            }
        };
        let lender = ask.on_behalf_of.as_deref().unwrap_or_default();
        let (allowed, needs) = if is_self && ask.on_behalf_of.is_none() || caller.everything {
            judge(caller)
        } else {
            match machine.standing_of(view, (principal, lender), revision) {
                Ok(standing) => judge(&standing),
                Err(Error::Denied { needs, .. }) => (None, needs),
                Err(error) => return Err(error),
            }
        };
        Ok(Verdict { action, allowed, needs, day })
    };
    let answer = app.read(&call, &jurisdiction, ReadAt::Head, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::Nothing))
}

impl TestAccess {
    fn method_rule(&self) -> Option<Rule> {
        match &self.what {
            What::Act(_) => None,
            What::Method(path) => server::rule_of(path),
        }
    }
}

/// The unit that owns an object, none for what belongs to the whole jurisdiction, and who reviews what is of its kind. The caller
/// must know of it.
fn owner_of(view: &mut View<'_>, ask: &TestAccess) -> Result<(Option<String>, Reviewers)> {
    let of_item = PlanItemName::parse(&ask.object).map(|item| item.plan_name());
    if let Some(name) = of_item.or_else(|| PlanName::parse(&ask.object)) {
        if name.jurisdiction != ask.jurisdiction {
            return Err(Error::invalid("object", "is of another jurisdiction"));
        }
        let found = plan::load(view, &name)?;
        return Ok((Some(found.unit), found.kind.reviewers()));
    }
    if let Some(name) = ProjectName::parse(&ask.object) {
        if name.jurisdiction != ask.jurisdiction {
            return Err(Error::invalid("object", "is of another jurisdiction"));
        }
        return Ok((Some(project::load(view, &name)?.unit), REVIEWERS));
    }
    Ok((unit_of(view, ask)?, Reviewers::Finance))
}

fn unit_of(view: &mut View<'_>, ask: &TestAccess) -> Result<Option<String>> {
    let name = ask.object.as_str();
    let foreign = |jurisdiction: &str| jurisdiction != ask.jurisdiction;
    let missing = |kind: &'static str| Error::NotFound { kind, name: name.to_owned() };
    let elsewhere = Error::invalid("object", "is of another jurisdiction");
    if name.is_empty() {
        return Ok(None);
    }
    if let Some(unit) = UnitName::parse(name) {
        if foreign(&unit.jurisdiction) {
            return Err(elsewhere);
        }
        let is_there = units::find_unit(view, &unit.unit)?.is_some() && view.standing.is_member();
        return if is_there { Ok(Some(unit.unit)) } else { Err(missing("Unit")) };
    }
    let line = LineName::parse(name);
    let of_line = line.map(|line| EstimateName { jurisdiction: line.jurisdiction, estimate: line.estimate });
    if let Some(estimate) = of_line.or_else(|| EstimateName::parse(name)) {
        if foreign(&estimate.jurisdiction) {
            return Err(elsewhere);
        }
        let found = estimates::find_header(view, &estimate.estimate)?;
        let found = found.filter(|found| view.standing.sees(&found.key.unit));
        return found.map(|found| Some(found.key.unit)).ok_or_else(|| missing("Estimate"));
    }
    if let Some(grant) = GrantName::parse(name) {
        return if foreign(&grant.jurisdiction) { Err(elsewhere) } else { Ok(super::load_grant(view, &grant)?.unit) };
    }
    if let Some(scheme) = SchemeName::parse(name) {
        let is_there = !foreign(&scheme.jurisdiction)
            && codes::find_scheme(view, &scheme.scheme)?.is_some()
            && view.standing.is_member();
        return if is_there { Ok(None) } else { Err(missing("Scheme")) };
    }
    match JurisdictionName::parse(name) {
        Some(whole) if !foreign(&whole.jurisdiction) => Ok(None),
        Some(_) => Err(elsewhere),
        None => Err(Error::invalid(
            "object",
            "is not the name of a unit, estimate, line, plan, item, project, grant or scheme",
        )),
    }
}
