//! HR-01: nobody is planned beyond the quota, day by day. Pure.
//!
//! The quota of a day is the demand of the plan where it states one, since its approval makes it the quota; else what an act has given.
//! Where neither says anything there is nothing to compare with.

use std::collections::BTreeSet;

use super::{Facts, cited, counted};
use crate::document::finding::{Finding, Severity};
use crate::period::day_before;
use crate::word::Word;
use crate::workforce::headcount::is_there;
use crate::workforce::model::staffing::{Assigned, Content, Demand, StaffingItem};
use crate::workforce::model::{Grade, PlannedGroup, StaffKind, WorkforcePlan};

/// The people of a plan, and what may be planned of them in some years.
#[derive(Debug, Clone, Copy)]
pub struct People<'a> {
    /// The plan.
    pub plan: &'a WorkforcePlan,
    /// Its groups.
    pub groups: &'a [PlannedGroup],
    /// Its items.
    pub items: &'a [StaffingItem],
    /// The quotas of the units that it is about.
    pub quotas: &'a [Assigned],
    /// The first of the years.
    pub first_year: i64,
    /// The first day of each of them, and of the year after them.
    pub first_days: &'a [String],
}

/// What may be planned on a day, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// How many.
    pub count: i64,
    says: String,
    /// The id of the plan that says it, and the revision that did.
    pub plan: (String, i64),
}

/// People beyond a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beyond {
    /// How many people.
    pub people: i64,
    /// What is allowed.
    pub limit: Limit,
    /// What is found.
    pub finding: Finding,
}

/// Everything that is found.
pub fn found(facts: &Facts<'_>) -> Vec<Finding> {
    let Facts { plan, groups, items, quotas, .. } = *facts;
    let (first_year, first_days) = (plan.key.first_year, facts.first_days.as_slice());
    let people = People { plan, groups, items, quotas, first_year, first_days };
    beyond(&people).into_iter().map(|beyond| beyond.finding).collect()
}

/// Everybody who is planned beyond a limit.
pub fn beyond(facts: &People<'_>) -> Vec<Beyond> {
    let kinds: BTreeSet<StaffKind> = facts.groups.iter().map(|planned| planned.group.staff_kind).collect();
    let mut found: Vec<Beyond> = kinds.into_iter().flat_map(|kind| of_kind(facts, kind)).collect();
    found.extend(of_flows(facts));
    found
}

/// How many kinds of staff have a limit on some day.
pub fn limited(facts: &People<'_>) -> usize {
    let kinds: BTreeSet<StaffKind> = facts.groups.iter().map(|planned| planned.group.staff_kind).collect();
    let own = facts.plan.key.unit.as_str();
    let is_limited =
        |kind: &StaffKind| borders(facts, own, *kind).iter().any(|day| limit(facts, own, *kind, day).is_some());
    kinds.iter().filter(|kind| is_limited(kind)).count()
}

/// People beyond a limit in some days.
struct Over {
    from: String,
    end: String,
    people: i64,
    vacant: i64,
    limit: Limit,
}

fn of_kind(facts: &People<'_>, kind: StaffKind) -> Vec<Beyond> {
    let own = facts.plan.key.unit.as_str();
    let mut overs: Vec<Over> = Vec::new();
    let days = borders(facts, own, kind);
    for (from, end) in days.iter().zip(days.iter().skip(1)) {
        let Some(limit) = limit(facts, own, kind, from) else { continue };
        let there = facts.groups.iter().filter(|one| one.group.staff_kind == kind && is_there(&one.group, from));
        let (mut people, mut vacant) = (0, 0);
        for planned in there {
            people += planned.group.count;
            vacant += if planned.group.grade == Grade::Vacant { planned.group.count } else { 0 };
        }
        if people <= limit.count {
            continue;
        }
        match overs.last_mut() {
            Some(last) if last.end == *from && (last.people, last.vacant, &last.limit) == (people, vacant, &limit) => {
                last.end.clone_from(end);
            }
            _ => overs.push(Over { from: from.clone(), end: end.clone(), people, vacant, limit }),
        }
    }
    let beyond = |over: Over| Beyond { finding: finding(facts, kind, &over), people: over.people, limit: over.limit };
    overs.into_iter().map(beyond).collect()
}

fn finding(facts: &People<'_>, kind: StaffKind, over: &Over) -> Finding {
    let Over { from, end, people, vacant, limit } = over;
    let vacant = if *vacant == 0 { String::new() } else { format!(" ({vacant} of them vacant posts)") };
    let text = format!(
        "{}: over by {} from {from} to {}: {people} planned{vacant}, {}",
        kind.as_str(),
        people - limit.count,
        day_before(end),
        limit.says
    );
    let finding =
        Finding::new("HR-01", Severity::Error, facts.plan.name().to_string(), text).field("staff_groups.count");
    cited(counted(finding, limit.count, *people), "Thông tư 66/2026/TT-BTC", "")
}

/// The days on which something may change, from the first of the plan to the one after its last.
fn borders(facts: &People<'_>, unit: &str, kind: StaffKind) -> Vec<String> {
    let (Some(first), Some(end)) = (facts.first_days.first(), facts.first_days.last()) else { return Vec::new() };
    let mut days: BTreeSet<&str> = facts.first_days.iter().map(String::as_str).collect();
    for planned in facts.groups.iter().filter(|planned| planned.group.staff_kind == kind) {
        days.extend(planned.group.starts_on.as_deref());
        days.extend(planned.group.ends_on.as_deref());
    }
    for (_, demand) in demands(facts, unit, kind) {
        days.extend(demand.starts_on.as_deref());
    }
    for given in facts.quotas.iter().filter(|given| given.quota.unit == unit && given.quota.staff_kind == kind) {
        days.extend([given.quota.starts_on.as_str(), given.quota.ends_on.as_str()]);
    }
    days.into_iter().filter(|day| *day >= first.as_str() && *day <= end.as_str()).map(str::to_owned).collect()
}

fn demands<'a>(
    facts: &People<'a>,
    unit: &str,
    kind: StaffKind,
) -> impl Iterator<Item = (&'a StaffingItem, &'a Demand)> {
    let items = facts.items;
    items.iter().filter_map(move |item| {
        let Content::Demand(demand) = &item.content else { return None };
        (demand.unit == unit && demand.staff_kind == kind).then_some((item, demand))
    })
}

/// What may be planned of a unit and kind on a day of the plan.
fn limit(facts: &People<'_>, unit: &str, kind: StaffKind, day: &str) -> Option<Limit> {
    let given = facts.quotas.iter().find(|given| {
        let quota = &given.quota;
        quota.unit == unit
            && quota.staff_kind == kind
            && quota.starts_on.as_str() <= day
            && day < quota.ends_on.as_str()
    });
    let act = given.map(|given| {
        let says = format!("{} assigned by {} of {}", given.quota.count, given.act_number, given.act_signed_on);
        Limit { count: given.quota.count, says, plan: (given.quota.plan.clone(), given.quota.revision) }
    });
    let year = facts.first_days.iter().rposition(|first| first.as_str() <= day)?;
    let year = facts.first_year + i64::try_from(year).ok()?;
    let stated = demands(facts, unit, kind)
        .filter(|(_, demand)| demand.year == year && demand.starts_on.as_deref().is_none_or(|first| first <= day))
        .max_by_key(|(_, demand)| demand.starts_on.clone());
    let asked = stated.and_then(|(item, _)| item.figures.latest());
    let own = |count, says| Limit { count, says, plan: (facts.plan.id.clone(), facts.plan.revision) };
    match (asked, act) {
        (Some(count), Some(act)) if act.count != count => {
            Some(own(count, format!("{count} asked for by the plan and {}", act.says)))
        }
        (Some(count), None) => Some(own(count, format!("{count} asked for by the plan"))),
        (_, act) => act,
    }
}

/// A flow closes its year within the quota of its last day; a snapshot only warns.
fn of_flows(facts: &People<'_>) -> Vec<Beyond> {
    let over = |item: &StaffingItem| {
        let Content::Flow(flow) = &item.content else { return None };
        let place = usize::try_from(flow.year - facts.first_year).ok()?;
        let last = day_before(facts.first_days.get(place + 1)?);
        let limit = limit(facts, &flow.unit, flow.staff_kind, &last).filter(|limit| flow.closing > limit.count)?;
        let text =
            format!("{}: {} at the end of {}, {}", flow.staff_kind.as_str(), flow.closing, flow.year, limit.says);
        let name = facts.plan.item_name(item.content.kind(), &item.id).to_string();
        let finding = Finding::new("HR-01", Severity::Warning, name, text).field("flow.closing");
        let finding = cited(counted(finding, limit.count, flow.closing), "Thông tư 66/2026/TT-BTC", "");
        Some(Beyond { people: flow.closing, limit, finding })
    };
    facts.items.iter().filter_map(over).collect()
}
