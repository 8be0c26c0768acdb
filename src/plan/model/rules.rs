//! The rules of items: what they refer to is there, their years are the plan's, and no formula needs itself. Pure.
//!
//! What counts is the plan as it stands after a batch. Absent: what a check may find and a person justify; see `findings`.

use std::collections::{BTreeMap, BTreeSet};

use super::formula::Formula;
use super::{Content, Indicator, Item, ItemKind, Plan, ValueKind};
use crate::error::{Reason, Refusal};

/// What the rules need to know of an item: what it is and what it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its kind.
    pub kind: ItemKind,
    /// Whether it is an indicator whose value is a text.
    pub is_text: bool,
    /// The goal or the task that it names.
    pub holder: Option<String>,
    /// The indicators that it is computed from.
    pub parts: Vec<String>,
}

impl Link {
    /// What an item refers to.
    pub fn of(content: &Content) -> Self {
        let (is_text, holder, parts) = match content {
            Content::Section(_) | Content::Goal(_) => (false, None, Vec::new()),
            Content::Indicator(indicator) => {
                (indicator.value_kind == ValueKind::Text, indicator.goal.clone(), parts(indicator))
            }
            Content::Task(task) => (false, task.goal.clone(), Vec::new()),
            Content::Funding(funding) => (false, funding.task.clone(), Vec::new()),
        };
        Self { kind: content.kind(), is_text, holder, parts }
    }

    fn refers_to(&self, id: &str) -> bool {
        self.holder.as_deref() == Some(id) || self.parts.iter().any(|part| part == id)
    }
}

/// The indicators that an indicator is computed from.
pub fn parts(indicator: &Indicator) -> Vec<String> {
    let of_formula = |text: &String| Formula::parse(text).ok();
    let formula = indicator.formula.as_ref().and_then(of_formula);
    let named = formula.iter().flat_map(Formula::indicators).map(str::to_owned);
    named.chain(indicator.ratio.iter().flat_map(|(above, below)| [above.clone(), below.clone()])).collect()
}

/// What is stored outside the plan, as far as items name it.
#[derive(Debug, Default)]
pub struct Facts {
    /// The units that are there.
    pub units: BTreeSet<String>,
    /// The goals of other plans that are there: the ids of plan and goal.
    pub goals: BTreeSet<(String, String)>,
}

/// An item that a batch writes, with the path of its message.
pub type Written<'a> = (String, &'a Item);

/// Everything that the rules have against what a batch leaves.
pub fn refuse(plan: &Plan, links: &BTreeMap<String, Link>, written: &[Written<'_>], facts: &Facts) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for (path, item) in written {
        match &item.content {
            Content::Section(_) | Content::Goal(_) => {}
            Content::Indicator(indicator) => {
                let path = format!("{path}.indicator");
                refusals.extend(unknown(links, indicator.goal.as_ref(), ItemKind::Goal, &format!("{path}.goal")));
                for (at, target) in indicator.targets.iter().enumerate() {
                    refusals.extend(outside(plan, target.year, &format!("{path}.targets[{at}].year")));
                }
                refusals.extend(computed(links, item, indicator, &path));
            }
            Content::Task(task) => {
                let path = format!("{path}.task");
                refusals.extend(unknown(links, task.goal.as_ref(), ItemKind::Goal, &format!("{path}.goal")));
                let partners =
                    task.partners.iter().zip(0..).map(|(unit, at)| (unit, format!("{path}.partner_units[{at}]")));
                let units = task.unit.iter().map(|unit| (unit, format!("{path}.unit"))).chain(partners);
                let missing = units.filter(|(unit, _)| !facts.units.contains(*unit));
                refusals.extend(missing.map(|(unit, field)| missing_at(field, &format!("units/{unit}"))));
                let serves = task.serves.iter().filter(|goal| !facts.goals.contains(*goal));
                refusals.extend(
                    serves.map(|(plan, goal)| {
                        missing_at(format!("{path}.serves"), &format!("plans/{plan}/goals/{goal}"))
                    }),
                );
            }
            Content::Funding(funding) => {
                let path = format!("{path}.funding");
                refusals.extend(unknown(links, funding.task.as_ref(), ItemKind::Task, &format!("{path}.task")));
                if !plan.holds_money_of(funding.year) {
                    refusals.extend(outside(plan, funding.year, &format!("{path}.year")));
                }
            }
        }
    }
    refusals
}

/// Refuses deletions that would leave a reference to nothing.
pub fn refuse_deleted(links: &BTreeMap<String, Link>, deleted: &[(String, &str)]) -> Vec<Refusal> {
    let in_use = |(path, id): &(String, &str)| {
        let (user, link) = links.iter().find(|(_, link)| link.refers_to(id))?;
        let text = format!("{}/{user} refers to it; change or delete that in the same batch", link.kind.collection());
        Some(Refusal::new(Reason::ItemInUse, path.clone(), text))
    };
    deleted.iter().filter_map(in_use).collect()
}

fn missing_at(field: String, what: &str) -> Refusal {
    Refusal::new(Reason::ReferenceUnknown, field, format!("{what} does not exist"))
}

fn unknown(links: &BTreeMap<String, Link>, id: Option<&String>, kind: ItemKind, field: &str) -> Option<Refusal> {
    let id = id?;
    let is_there = links.get(id).is_some_and(|link| link.kind == kind);
    (!is_there).then(|| missing_at(field.to_owned(), &format!("{}/{id}", kind.collection())))
}

fn outside(plan: &Plan, year: i64, field: &str) -> Option<Refusal> {
    let text = || format!("{year} is not one of the years {} to {}", plan.first_year, plan.last_year);
    (year != 0 && !plan.covers(year)).then(|| Refusal::new(Reason::PlanYearOutside, field, text()))
}

fn computed(links: &BTreeMap<String, Link>, item: &Item, indicator: &Indicator, path: &str) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let fields = match &indicator.ratio {
        Some(_) => vec!["numerator", "denominator"],
        None => Vec::new(),
    };
    for (at, part) in parts(indicator).iter().enumerate() {
        let field = format!("{path}.{}", fields.get(at).copied().unwrap_or("formula"));
        match links.get(part) {
            Some(link) if link.kind == ItemKind::Indicator && link.is_text => {
                let text = format!("the value of {part} is a text");
                refusals.push(Refusal::new(Reason::FormulaInvalid, field, text));
            }
            Some(link) if link.kind == ItemKind::Indicator => {}
            _ => refusals.push(missing_at(field, &format!("indicators/{part}"))),
        }
    }
    if needs_itself(links, &item.id) {
        let text = format!("{} would be computed from itself", item.id);
        refusals.push(Refusal::new(Reason::FormulaInvalid, format!("{path}.formula"), text));
    }
    refusals
}

/// Whether an indicator is among those that it is computed from, however far down.
fn needs_itself(links: &BTreeMap<String, Link>, id: &str) -> bool {
    let mut seen = BTreeSet::new();
    let mut next: Vec<&str> = vec![id];
    while let Some(one) = next.pop() {
        let parts = links.get(one).map(|link| link.parts.as_slice()).unwrap_or_default();
        if parts.iter().any(|part| part == id) {
            return true;
        }
        next.extend(parts.iter().map(String::as_str).filter(|part| seen.insert(*part)));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::findings::tests::{funding, goal, indicator, plan, task};
    use super::*;

    /// The rules that a plan of 2011 to 2015 breaks: the reasons with the ends of their paths.
    fn refused(items: &[Item]) -> Vec<String> {
        let links = items.iter().map(|item| (item.id.clone(), Link::of(&item.content))).collect();
        let written: Vec<Written<'_>> = items.iter().map(|item| (item.id.clone(), item)).collect();
        let facts = Facts { units: BTreeSet::from(["khcn".to_owned()]), ..Facts::default() };
        let told = |refusal: &Refusal| format!("{} {}", refusal.reason.as_str(), refusal.subject);
        refuse(&plan(2011, 2015), &links, &written, &facts).iter().map(told).collect()
    }

    fn with(id: &str, change: impl Fn(&mut Indicator)) -> Item {
        let mut item = indicator(id);
        if let Content::Indicator(indicator) = &mut item.content {
            change(indicator);
        }
        item
    }

    #[test]
    fn items_of_one_batch_may_refer_to_each_other_in_any_order() {
        let ratio = with("r", |one| one.ratio = Some(("a".to_owned(), "b".to_owned())));
        let sum = with("s", |one| one.formula = Some("{a} + {b}".to_owned()));
        let owned = with("a", |one| one.goal = Some("g".to_owned()));
        assert_eq!(
            refused(&[ratio, sum, owned, indicator("b"), goal("g"), funding("f", Some("t"), 2011, None, 5), task("t")]),
            [""; 0]
        );
    }

    #[test]
    fn what_is_not_there_is_named_by_its_field() {
        let wrong_kind = with("a", |one| one.goal = Some("t".to_owned()));
        let sum = with("s", |one| one.formula = Some("{a} + {none}".to_owned()));
        assert_eq!(
            refused(&[wrong_kind, sum, task("t"), funding("f", Some("a"), 2011, None, 5)]),
            [
                "REFERENCE_UNKNOWN a.indicator.goal",
                "REFERENCE_UNKNOWN s.indicator.formula",
                "REFERENCE_UNKNOWN f.funding.task"
            ]
        );
        let mut lost = task("t");
        if let Content::Task(task) = &mut lost.content {
            task.unit = Some("nowhere".to_owned());
            task.partners = vec!["khcn".to_owned(), "no".to_owned()];
            task.serves = Some(("p".to_owned(), "g".to_owned()));
        }
        assert_eq!(
            refused(&[lost]),
            [
                "REFERENCE_UNKNOWN t.task.unit",
                "REFERENCE_UNKNOWN t.task.partner_units[1]",
                "REFERENCE_UNKNOWN t.task.serves"
            ]
        );
    }

    #[test]
    fn years_are_the_plans_and_zero_is_the_whole_period() {
        let target = |year| super::super::Target { year, value: 1, upper: None };
        let wrong = with("a", |one| one.targets = vec![target(0), target(2010), target(2015)]);
        assert_eq!(
            refused(&[wrong, funding("f", None, 2016, None, 5)]),
            ["PLAN_YEAR_OUTSIDE a.indicator.targets[1].year", "PLAN_YEAR_OUTSIDE f.funding.year"]
        );
    }

    #[test]
    fn no_formula_needs_itself_and_none_counts_texts() {
        let of = |id: &str, text: &str| with(id, |one| one.formula = Some(text.to_owned()));
        assert_eq!(refused(&[of("a", "{a}")]), ["FORMULA_INVALID a.indicator.formula"]);
        let circle = refused(&[of("a", "{b}"), of("b", "{c}"), of("c", "{a}"), of("d", "{a}")]);
        assert_eq!(circle.len(), 3, "{circle:?}");
        let text = with("t", |one| one.value_kind = ValueKind::Text);
        assert_eq!(refused(&[of("a", "{t}"), text]), ["FORMULA_INVALID a.indicator.formula"]);
    }

    #[test]
    fn what_another_item_needs_is_not_deleted() {
        let items =
            [with("a", |one| one.goal = Some("g".to_owned())), with("s", |one| one.formula = Some("{a}".to_owned()))];
        let links = items.iter().map(|item| (item.id.clone(), Link::of(&item.content))).collect();
        let deleted = [("0".to_owned(), "g"), ("1".to_owned(), "a"), ("2".to_owned(), "s")];
        let subjects: Vec<String> =
            refuse_deleted(&links, &deleted).into_iter().map(|refusal| refusal.subject).collect();
        assert_eq!(subjects, ["0", "1"]);
    }
}
