//! HR-04, HR-11, HR-12, HR-14: who fills a position, which shares positions have, and what pays training. Pure.

use std::collections::BTreeMap;

use super::{Facts, cited, item_name};
use crate::document::finding::{Finding, Severity};
use crate::word::Word;
use crate::workforce::model::staffing::{Content, Position, PositionClass, Regime, StaffingItem, Training};
use crate::workforce::model::{PlannedGroup, StaffKind};

/// The year from which khoản 085 and those of loại 100 are the codes of training and of science and technology.
const CODES_SINCE: i64 = 2018;

/// Everything that is found.
pub fn found(facts: &Facts<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (item, position) in positions(facts) {
        found.extend(contracts(facts, item, position));
    }
    found.extend(professional_share(facts));
    found.extend(step_shares(facts));
    found.extend(facts.items.iter().filter_map(|item| {
        let Content::Training(training) = &item.content else { return None };
        source(facts, item, training)
    }));
    found
}

fn positions<'a>(facts: &Facts<'a>) -> impl Iterator<Item = (&'a StaffingItem, &'a Position)> {
    let items = facts.items;
    items.iter().filter_map(|item| {
        let Content::Position(position) = &item.content else { return None };
        Some((item, position.as_ref()))
    })
}

/// HR-04: contract staff are never counted as the establishment, and their positions are not filled by it.
fn contracts(facts: &Facts<'_>, item: &StaffingItem, position: &Position) -> Vec<Finding> {
    let other = |planned: &&PlannedGroup| {
        position.staff_groups.contains(&planned.id)
            && planned.group.staff_kind.is_contract() != position.staff_kind.is_contract()
    };
    let finding = |planned: &PlannedGroup| {
        let (post, people) = (position.staff_kind.as_str(), planned.group.staff_kind.as_str());
        let text = format!("a position of {post} is filled by {} of {people}", planned.group.count);
        let finding = Finding::new("HR-04", Severity::Error, item_name(facts, item), text);
        let finding = finding.field("position.staff_groups").compared(post, people);
        cited(finding, "Nghị định 75/2026/NĐ-CP", "Điều 10.2")
    };
    facts.groups.iter().filter(other).map(finding).collect()
}

/// How many posts are needed of the positions that one rule looks at, unit by unit and by what it divides them.
fn needs<'a, K: Ord>(
    facts: &Facts<'a>,
    regime: Regime,
    part: impl Fn(&Position) -> Option<K>,
) -> BTreeMap<&'a str, BTreeMap<K, i64>> {
    let mut needs: BTreeMap<&str, BTreeMap<K, i64>> = BTreeMap::new();
    for (item, position) in positions(facts).filter(|(_, position)| position.regime == Some(regime)) {
        if let Some(part) = part(position) {
            *needs.entry(&position.unit).or_default().entry(part).or_default() +=
                item.figures.latest().unwrap_or_default();
        }
    }
    needs
}

/// HR-11: professional posts are at least 65 % of those of a public unit.
fn professional_share(facts: &Facts<'_>) -> Vec<Finding> {
    let is_public = |kind| matches!(kind, StaffKind::PublicEmployeeBudget | StaffKind::PublicEmployeeRevenue);
    let is_professional = |class| matches!(class, PositionClass::Specialist | PositionClass::Common);
    let part = |position: &Position| is_public(position.staff_kind).then(|| is_professional(position.class));
    let finding = |(unit, parts): (&str, BTreeMap<bool, i64>)| {
        let professional = parts.get(&true).copied().unwrap_or_default();
        let all: i64 = parts.values().sum();
        let text = format!("{professional} of {all} posts of {unit} are professional, less than 65 %");
        let finding = || Finding::new("HR-11", Severity::Warning, facts.plan.name().to_string(), text);
        let finding = || finding().field("position.position_class").compared("65 %", share(professional, all));
        (professional * 100 < all * 65).then(|| cited(finding(), "Nghị định 106/2020/NĐ-CP", "Điều 3.5"))
    };
    needs(facts, Regime::Nd106, part).into_iter().filter_map(finding).collect()
}

/// HR-12: the highest professional steps have at most their share of the posts of a unit.
fn step_shares(facts: &Facts<'_>) -> Vec<Finding> {
    let part = |position: &Position| Some(position.level).filter(|level| *level > 0);
    let mut found = Vec::new();
    for (unit, levels) in needs(facts, Regime::Nd232, part) {
        let all: i64 = levels.values().sum();
        let Some(highest) = levels.keys().last().copied() else { continue };
        let limits: &[(i64, i64)] = match highest {
            5 => &[(5, 30), (4, 40)],
            4 => &[(4, 40)],
            _ if levels.len() == 2 => &[(highest, 50)],
            _ => &[],
        };
        for (level, percent) in limits {
            let posts = levels.get(level).copied().unwrap_or_default();
            if posts * 100 <= all * percent {
                continue;
            }
            let text = format!("{posts} of {all} posts of {unit} are at step {level}, more than {percent} %");
            let finding = Finding::new("HR-12", Severity::Warning, facts.plan.name().to_string(), text);
            let finding = finding.field("position.level").compared(format!("{percent} %"), share(posts, all));
            found.push(cited(finding, "Nghị định 232/2026/NĐ-CP", "Điều 10"));
        }
    }
    found
}

/// A part of a whole in per cent, cut to one decimal.
fn share(part: i64, all: i64) -> String {
    let tenths = part * 1_000 / all.max(1);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// HR-14: training is paid from khoản 085 or from science and technology.
fn source(facts: &Facts<'_>, item: &StaffingItem, training: &Training) -> Option<Finding> {
    let code = training.functional_code.as_deref().filter(|_| training.year >= CODES_SINCE)?;
    if code == "085" || code.len() == 3 && code.starts_with("10") {
        return None;
    }
    let text = format!("training is paid from khoản {code}, which is neither 085 nor science and technology");
    let finding = Finding::new("HR-14", Severity::Warning, item_name(facts, item), text);
    let finding = finding.field("training.functional_code").compared("085, 10x", code);
    Some(cited(finding, "Thông tư 324/2016/TT-BTC", "Loại 070, 100"))
}
