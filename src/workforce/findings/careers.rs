//! HR-06, HR-07, HR-09, HR-15: raises, what civil servants are insured against, and who goes when. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::flows::flow_of;
use super::{Facts, cited, counted, item_name};
use crate::document::finding::{Finding, Severity};
use crate::word::Word;
use crate::workforce::model::staffing::{Cohort, Content, Raise, StaffingItem};
use crate::workforce::model::{Grade, ParameterKind, PayCategory, Set, StaffKind, Value};
use crate::workforce::pay::Month;
use crate::workforce::retirement::{Ages, birth, cohort_of, project, unknown_age};

/// The sub-item of insurance against unemployment.
const UNEMPLOYMENT: &str = "6304";

/// Months that somebody may be raised early for merit.
const EARLY_MONTHS: i64 = 12;

/// Steps that somebody may be raised beyond the one that is due.
const EXTRA_STEPS: i64 = 2;

/// Everything that is found.
pub fn found(facts: &Facts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let set = Set::new(facts.rows);
    for item in facts.items {
        if let Content::Raise(raise) = &item.content {
            found.extend(early(facts, &set, item, raise));
            found.extend(leap(facts, item, raise));
        }
    }
    found.extend(unemployment(facts));
    found.extend(retirement(facts));
    found
}

/// HR-06: a step is due after the months of its scale; earlier by an act, and by a year at most.
fn early(facts: &Facts<'_>, set: &Set<'_>, item: &StaffingItem, raise: &Raise) -> Option<Finding> {
    let group = facts.groups.iter().find(|planned| planned.id == raise.staff_group)?;
    let day = raise.raised_on.as_str();
    let scale = match &group.group.grade {
        Grade::Scale(scale, _) => scale.as_str(),
        Grade::Rank(rank, _) => {
            let Value::Rank(scale) = &set.on(ParameterKind::Rank, rank, day)?.value else { return None };
            scale
        }
        Grade::Coefficient(_) | Grade::Vacant => return None,
    };
    let Value::Scale(scale) = set.on(ParameterKind::Scale, scale, day)?.value else { return None };
    let due = Month::from(&raise.last_raised_on)?.plus(scale.months_per_step);
    let months = due.since(Month::from(day)?);
    let allowed = if raise.early_act.is_empty() { 0 } else { EARLY_MONTHS };
    if months <= allowed {
        return None;
    }
    let text = format!("raised on {day}, {months} months before the step is due on {}", due.first_day());
    let finding = Finding::new("HR-06", Severity::Warning, item_name(facts, item), text).field("raise.raised_on");
    Some(cited(finding.compared(due.plus(-allowed).first_day(), day), "Thông tư 08/2013/TT-BNV", ""))
}

/// HR-15: at most two extra steps, and not in two raises that follow each other.
fn leap(facts: &Facts<'_>, item: &StaffingItem, raise: &Raise) -> Option<Finding> {
    let (now, before) = (raise.extra_steps, raise.last_extra_steps);
    let text = match (now, before) {
        _ if now > EXTRA_STEPS => format!("raised by {now} extra steps, more than {EXTRA_STEPS}"),
        (1.., 1..) => format!("raised by {now} extra steps after {before} in the raise before"),
        _ => return None,
    };
    let finding = Finding::new("HR-15", Severity::Error, item_name(facts, item), text).field("raise.extra_steps");
    let expected = if now > EXTRA_STEPS { EXTRA_STEPS } else { 0 };
    Some(cited(counted(finding, expected, now), "Nghị định 40/2014/NĐ-CP", "Điều 7.2"))
}

/// HR-07: nothing is paid for civil servants against unemployment.
fn unemployment(facts: &Facts<'_>) -> Vec<Finding> {
    if !facts.groups.iter().any(|planned| planned.group.staff_kind == StaffKind::CivilServant) {
        return Vec::new();
    }
    let rules = facts.tables.periods.iter().flat_map(|period| &period.rules);
    let wrong = rules.filter(|rule| {
        let component = rule.component;
        component.category == PayCategory::Contribution
            && component.economic_code == UNEMPLOYMENT
            && component.is_for(StaffKind::CivilServant)
    });
    let names: BTreeSet<String> = wrong.map(|rule| rule.row.key.name(&facts.plan.jurisdiction).to_string()).collect();
    let finding = |name: String| {
        let text = format!("civil servants are not insured against unemployment (sub-item {UNEMPLOYMENT})");
        let finding = Finding::new("HR-07", Severity::Error, name, text).field("component.staff_kinds");
        cited(finding, "Luật Việc làm 38/2013/QH13", "Điều 43")
    };
    names.into_iter().map(finding).collect()
}

/// HR-09: who stays beyond the age of retirement may, nobody is planned after it, and flows say what the cohorts say.
fn retirement(facts: &Facts<'_>) -> Vec<Finding> {
    let ages = Ages::new(facts.rows);
    let mut found = Vec::new();
    for item in facts.items {
        let Some((_, cohort)) = cohort_of(item) else { continue };
        found.extend(stays(facts, item, cohort));
        found.extend(overdue(facts, &ages, item, cohort));
    }
    match project(facts.span, facts.groups, facts.items, &ages) {
        Err((cohort, gender)) => {
            let item = facts.items.iter().find(|item| item.id == cohort);
            found.extend(item.map(|item| about(facts, item, "cohort.gender", unknown_age(gender))));
        }
        Ok(projected) => found.extend(flows(facts, &projected.years)),
    }
    found
}

fn about(facts: &Facts<'_>, item: &StaffingItem, field: &str, text: String) -> Finding {
    let finding = Finding::new("HR-09", Severity::Error, item_name(facts, item), text).field(field);
    cited(finding, "Nghị định 40/2014/NĐ-CP", "Điều 9")
}

fn stays(facts: &Facts<'_>, item: &StaffingItem, cohort: &Cohort) -> Vec<Finding> {
    let months = cohort.extension_months;
    if months == 0 {
        return Vec::new();
    }
    let mut found = Vec::new();
    let allowed = cohort.ground.map_or(0, |ground| ground.months());
    if months > allowed {
        let text = match cohort.ground {
            Some(ground) => format!("stays {months} months, and {} allows {allowed}", ground.as_str()),
            None => format!("stays {months} months, and no ground is stated"),
        };
        found.push(counted(about(facts, item, "cohort.extension_months", text), allowed, months));
    }
    if cohort.management {
        let text = "who stays beyond the age of retirement holds no post of management".to_owned();
        found.push(about(facts, item, "cohort.management", text));
    }
    found
}

fn overdue(facts: &Facts<'_>, ages: &Ages<'_>, item: &StaffingItem, cohort: &Cohort) -> Option<Finding> {
    let group = facts.groups.iter().find(|planned| planned.id == cohort.staff_group)?;
    let (month, ..) = ages.reached(cohort.gender, birth(cohort)?)?;
    let month = month.plus(cohort.extension_months);
    let has_left = group.group.ends_on.as_deref().and_then(Month::from).is_some_and(|end| end <= facts.span.first);
    let text = || {
        let (last, first) = (month.first_day(), facts.span.first.first_day());
        format!(
            "{} retired at the end of {}, before the plan begins on {first}",
            cohort.count,
            last.get(..7).unwrap_or_default()
        )
    };
    (month < facts.span.first && !has_left).then(|| about(facts, item, "cohort.birth_month", text()))
}

/// Of the kinds whose people all have a cohort, a flow of the plan's own unit retires those who reach the age.
fn flows(facts: &Facts<'_>, years: &BTreeMap<(i64, StaffKind), i64>) -> Vec<Finding> {
    let mut open: BTreeMap<StaffKind, i64> = BTreeMap::new();
    let kind_of = |group: &str| facts.groups.iter().find(|planned| planned.id == group).map(|one| one.group.staff_kind);
    for planned in facts.groups.iter().filter(|planned| planned.group.grade != Grade::Vacant) {
        *open.entry(planned.group.staff_kind).or_default() += planned.group.count;
    }
    for (_, cohort) in facts.items.iter().filter_map(cohort_of) {
        if let Some(kind) = kind_of(&cohort.staff_group) {
            *open.entry(kind).or_default() -= cohort.count;
        }
    }
    let mut found = Vec::new();
    for item in facts.items {
        let Some(flow) = flow_of(item).filter(|flow| flow.unit == facts.plan.key.unit) else { continue };
        let projected = years.get(&(flow.year, flow.staff_kind)).copied().unwrap_or_default();
        if open.get(&flow.staff_kind) == Some(&0) && flow.retired != projected {
            let (kind, year, retired) = (flow.staff_kind.as_str(), flow.year, flow.retired);
            let text = format!("{kind} {year} retires {retired}, and {projected} reach the age in that year");
            found.push(counted(about(facts, item, "flow.retired", text), projected, retired));
        }
    }
    found
}
