//! HR-02, HR-03: flows add up and follow each other, and the parts of a headcount add to it. Pure.

use std::collections::BTreeMap;

use super::{Facts, counted, item_name};
use crate::document::finding::{Finding, Severity};
use crate::word::Word;
use crate::workforce::model::StaffKind;
use crate::workforce::model::staffing::{Content, Flow, HeadcountDimension, StaffingItem};
use crate::workforce::retirement::cohort_of;

/// Everything that is found.
pub fn found(facts: &Facts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    let flows = || facts.items.iter().filter_map(|item| flow_of(item).map(|flow| (item, flow)));
    let mut by_year: BTreeMap<(&str, StaffKind, i64), &Flow> = BTreeMap::new();
    for (_, flow) in flows() {
        by_year.insert((&flow.unit, flow.staff_kind, flow.year), flow);
    }
    for (item, flow) in flows() {
        found.extend(sum(facts, item, flow));
        let before = by_year.get(&(flow.unit.as_str(), flow.staff_kind, flow.year - 1));
        found.extend(before.and_then(|before| opening(facts, item, flow, before)));
        found.extend(breakdown(facts, item, flow));
    }
    found.extend(cohorts(facts));
    found
}

/// The flow that an item is.
pub fn flow_of(item: &StaffingItem) -> Option<&Flow> {
    if let Content::Flow(flow) = &item.content { Some(flow) } else { None }
}

fn sum(facts: &Facts<'_>, item: &StaffingItem, flow: &Flow) -> Option<Finding> {
    let expected = flow.expected_closing();
    let text = format!(
        "{} {} closes with {}, and its movements give {expected}",
        flow.staff_kind.as_str(),
        flow.year,
        flow.closing
    );
    let finding = || Finding::new("HR-02", Severity::Error, item_name(facts, item), text).field("flow.closing");
    (expected != flow.closing).then(|| counted(finding(), expected, flow.closing))
}

fn opening(facts: &Facts<'_>, item: &StaffingItem, flow: &Flow, before: &Flow) -> Option<Finding> {
    let (kind, year) = (flow.staff_kind.as_str(), flow.year);
    let text = format!("{kind} {year} opens with {}, and {} closes with {}", flow.opening, before.year, before.closing);
    let finding = || Finding::new("HR-02", Severity::Error, item_name(facts, item), text).field("flow.opening");
    (before.closing != flow.opening).then(|| counted(finding(), before.closing, flow.opening))
}

fn breakdown(facts: &Facts<'_>, item: &StaffingItem, flow: &Flow) -> Vec<Finding> {
    let mut sums: BTreeMap<HeadcountDimension, i64> = BTreeMap::new();
    for share in &flow.breakdown {
        *sums.entry(share.dimension).or_default() += share.count;
    }
    let wrong = sums.into_iter().filter(|(_, sum)| *sum != flow.closing);
    let finding = |(dimension, sum): (HeadcountDimension, i64)| {
        let word = dimension.as_str();
        let text =
            format!("by {word} {} {} adds to {sum}, not to {}", flow.staff_kind.as_str(), flow.year, flow.closing);
        let finding = Finding::new("HR-03", Severity::Error, item_name(facts, item), text).field("flow.breakdown");
        counted(finding, flow.closing, sum)
    };
    wrong.map(finding).collect()
}

/// The cohorts of a group add to its count, where there are any; and none is of a group that is not there.
fn cohorts(facts: &Facts<'_>) -> Vec<Finding> {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for (_, cohort) in facts.items.iter().filter_map(cohort_of) {
        *sums.entry(&cohort.staff_group).or_default() += cohort.count;
    }
    let counts: BTreeMap<&str, i64> = facts.groups.iter().map(|one| (one.id.as_str(), one.group.count)).collect();
    let finding = |(group, sum): (&str, i64)| {
        let count = counts.get(group).copied().unwrap_or_default();
        let text = format!("its cohorts add to {sum}, not to {count}");
        let name = facts.plan.group_name(group).to_string();
        let finding = || Finding::new("HR-03", Severity::Error, name, text).field("count");
        (sum != count).then(|| counted(finding(), count, sum))
    };
    sums.into_iter().filter_map(finding).collect()
}
