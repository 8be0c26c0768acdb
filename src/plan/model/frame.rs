//! The rolling frame of a plan: what is needed, what is given, and what does not fit. Pure.
//!
//! A need is what goes on (`BASELINE`) and what is new (`NEW`), by year and nature; a ceiling is what the unit was told it may plan with.
//! Nghị định 45/2017 articles 13 to 18, Thông tư 69/2017 articles 5, 6, 16, 17.

use std::collections::BTreeMap;

use super::stated;
use super::{Content, Funding, Item, Kind, Part, Plan};
use crate::budget::model::Nature;
use crate::document::finding::{Finding, Severity};
use crate::error::{Error, Result};
use crate::word::Word;

/// What a year and a nature need and are given. Unset is what nothing says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Need {
    pub baseline: Option<i64>,
    pub new: Option<i64>,
    pub ceiling: Option<i64>,
}

impl Need {
    /// What goes on and what is new, together.
    pub fn total(&self) -> Option<i64> {
        let stated = [self.baseline, self.new].into_iter().flatten();
        stated.fold(None, |sum: Option<i64>, part| sum.unwrap_or_default().checked_add(part))
    }

    /// What the ceiling leaves; negative where the need is above it.
    pub fn gap(&self) -> Option<i64> {
        self.ceiling?.checked_sub(self.total()?)
    }
}

/// Money of a task that does not fit under a ceiling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overflow {
    pub year: i64,
    pub nature: Nature,
    /// The task; none for money of the plan as a whole.
    pub task: Option<String>,
    pub part: Part,
    pub amount: i64,
    /// How much of it the ceiling does not cover.
    pub uncovered: i64,
}

/// A frame: needs by year and nature, and what does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    pub needs: BTreeMap<(i64, Nature), Need>,
    pub overflow: Vec<Overflow>,
}

type Key = (i64, Nature, Part);

/// A cell of a task, or of the plan as a whole.
type Cell<'a> = (Option<&'a str>, Key);

/// Adds the frame of a plan up.
///
/// A cell that the plan as a whole states counts as stated; otherwise those of its tasks add to it. Sums over years or natures say nothing here.
pub fn frame(items: &[Item]) -> Result<Frame> {
    let stated = amounts(items)?;
    let mut whole: BTreeMap<Key, i64> = BTreeMap::new();
    for ((task, key), amount) in &stated {
        if task.is_some() && stated.contains_key(&(None, *key)) {
            continue;
        }
        let sum = whole.entry(*key).or_default();
        *sum = sum.checked_add(*amount).ok_or_else(too_large)?;
    }
    let mut needs: BTreeMap<(i64, Nature), Need> = BTreeMap::new();
    for ((year, nature, part), amount) in whole {
        let need = needs.entry((year, nature)).or_default();
        match part {
            Part::Baseline => need.baseline = Some(amount),
            Part::New => need.new = Some(amount),
            Part::Ceiling => need.ceiling = Some(amount),
        }
    }
    let fits = needs.values().all(|need| need.total().is_some() || (need.baseline, need.new) == (None, None));
    if !fits {
        return Err(too_large());
    }
    let overflow = overflow(items, &stated, &needs);
    Ok(Frame { needs, overflow })
}

fn too_large() -> Error {
    Error::invalid("items", "add to more than an amount can hold")
}

/// What is stated for each task, or for none, by cell; the classes of funding added up where only they are stated.
fn amounts(items: &[Item]) -> Result<BTreeMap<Cell<'_>, i64>> {
    let mut sums: BTreeMap<Cell<'_>, (Option<i64>, Option<i64>)> = BTreeMap::new();
    for funding in stated::rows(items) {
        let (Some(nature), Some(part)) = (funding.nature, funding.part) else { continue };
        if funding.year == 0 {
            continue;
        }
        let cell = sums.entry((funding.task.as_deref(), (funding.year, nature, part))).or_default();
        let side = if funding.class.is_none() { &mut cell.0 } else { &mut cell.1 };
        *side = Some(side.unwrap_or_default().checked_add(funding.amount).ok_or_else(too_large)?);
    }
    let stated = |(key, (sum, parts)): (_, (Option<i64>, Option<i64>))| Some((key, sum.or(parts)?));
    Ok(sums.into_iter().filter_map(stated).collect())
}

/// What a ceiling does not cover. What goes on is covered first, then what is new, each in the order of entry, which is its priority.
fn overflow(items: &[Item], stated: &BTreeMap<Cell<'_>, i64>, needs: &BTreeMap<(i64, Nature), Need>) -> Vec<Overflow> {
    let mut found = Vec::new();
    for ((year, nature), need) in needs {
        let Some(mut left) = need.ceiling.filter(|_| need.gap().is_some_and(|gap| gap < 0)) else { continue };
        for part in [Part::Baseline, Part::New] {
            for task in holders(items, stated, (*year, *nature, part)) {
                let Some(amount) = stated.get(&(task, (*year, *nature, part))) else { continue };
                let covered = (*amount).min(left.max(0));
                left = left.saturating_sub(*amount);
                if covered < *amount {
                    let (task, uncovered) = (task.map(str::to_owned), amount.saturating_sub(covered));
                    found.push(Overflow { year: *year, nature: *nature, task, part, amount: *amount, uncovered });
                }
            }
        }
    }
    found
}

/// Whose money a cell is: the tasks' in their order of entry where they state it, else the plan's.
fn holders<'a>(items: &'a [Item], stated: &BTreeMap<Cell<'a>, i64>, key: Key) -> Vec<Option<&'a str>> {
    let tasks = items.iter().filter(|item| matches!(item.content, Content::Task(_))).map(|item| Some(item.id.as_str()));
    let holders: Vec<Option<&str>> = tasks.filter(|task| stated.contains_key(&(*task, key))).collect();
    if holders.is_empty() { vec![None] } else { holders }
}

/// What the rules of a frame find: needs above their ceilings (BUD-22), and money of what has not begun among what goes on (PLN-07).
pub fn findings(plan: &Plan, items: &[Item]) -> Vec<Finding> {
    let mut found = slipped(plan, items);
    // Sums that no amount can hold are found as amounts.
    for ((year, nature), need) in frame(items).unwrap_or_default().needs {
        let (Some(total), Some(ceiling), Some(gap)) = (need.total(), need.ceiling, need.gap()) else { continue };
        // Of the base year it is told, not judged.
        if gap < 0 && plan.covers(year) {
            let text = format!("{} of {year} needs {total}, above its ceiling of {ceiling}", nature.as_str());
            let finding = Finding::new("BUD-22", Severity::Warning, plan.name().to_string(), text);
            let finding = finding.field("funding").compared(ceiling, total);
            found.push(Finding { difference: gap.checked_neg(), ..finding });
        }
    }
    found
}

/// What the first year needs and what the annual estimate of the unit requests are the same (BUD-21).
pub fn estimated(plan: &Plan, items: &[Item], estimate: &str, requested: &[(Nature, i64)]) -> Vec<Finding> {
    let mut found = Vec::new();
    for ((year, nature), need) in frame(items).unwrap_or_default().needs {
        let Some(total) = need.total().filter(|_| year == plan.first_year) else { continue };
        let asked = requested.iter().find(|(other, _)| *other == nature).map_or(0, |(_, amount)| *amount);
        if asked != total {
            let text = format!("{} of {year} needs {total} here, and {estimate} requests {asked}", nature.as_str());
            let finding = Finding::new("BUD-21", Severity::Warning, plan.name().to_string(), text);
            let mut finding = finding.field("funding").compared(asked, total);
            finding.objects.push(estimate.to_owned());
            found.push(Finding { difference: total.checked_sub(asked), ..finding });
        }
    }
    found
}

/// A task that begins after the base year has not begun when the frame is made: its money is new, also where it slipped from an earlier frame.
fn slipped(plan: &Plan, items: &[Item]) -> Vec<Finding> {
    let Some(base_year) = plan.base_year.filter(|_| plan.kind == Kind::ThreeYearFinancial) else { return Vec::new() };
    let begins: BTreeMap<&str, &str> = items
        .iter()
        .filter_map(|item| match &item.content {
            Content::Task(task) => Some((item.id.as_str(), task.starts_on.as_deref()?)),
            Content::Section(_) | Content::Goal(_) | Content::Indicator(_) | Content::Funding(_) => None,
        })
        .collect();
    let last = format!("{base_year}-12-31");
    let mut found = Vec::new();
    for item in items {
        let Content::Funding(Funding { task: Some(task), part: Some(Part::Baseline), .. }) = &item.content else {
            continue;
        };
        let Some(begins) = begins.get(task.as_str()).filter(|begins| **begins > last.as_str()) else { continue };
        let text = format!("{task} begins on {begins}, after {base_year}: what has not begun is NEW");
        let name = plan.item_name(item.content.kind(), &item.id).to_string();
        let finding = Finding::new("PLN-07", Severity::Error, name, text).field("part");
        found.push(finding.compared(Part::New.as_str(), Part::Baseline.as_str()));
    }
    found
}
