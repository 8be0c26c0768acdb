//! The lines of an estimate that follow from an HR plan: what they should be, what they are, and what generating does to them.

mod compare;

use std::collections::{BTreeMap, BTreeSet};

pub use compare::{Costing, Gap, Of, Part, check, compare, compare_all, finding};

use super::model::{Tuple, WorkforcePlan};
use super::store::{self, Mark};
use super::tuples::{Booked, Tuples};
use crate::budget::model::{Amounts, Estimate, Kind, Line, Nature, Stage};
use crate::budget::store as lines;
use crate::commit::View;
use crate::error::{Reason, Refusal, Result};
use crate::organisation::store as units;
use crate::words;

words! {
    /// What became of a generated line.
    LineChange {
        Unchanged "UNCHANGED",
        Created "CREATED",
        Updated "UPDATED",
        Deleted "DELETED",
        Zeroed "ZEROED",
    }
}

/// A tuple and what became of its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The id of the line; empty where it is to be made and has none yet.
    pub line: String,
    /// Where it is booked.
    pub tuple: Tuple,
    /// What became of it.
    pub change: LineChange,
    /// What it requested before.
    pub before: Option<i64>,
    /// What it requests now.
    pub requested: i64,
}

/// What generating does.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Every tuple, in their order.
    pub rows: Vec<Row>,
    /// Lines that end.
    pub ended: Vec<Line>,
    /// Lines that begin, each with the place of its row.
    pub begun: Vec<(usize, Line)>,
}

/// Why lines of an estimate cannot be generated from a plan, whatever stands in either.
pub fn unfit(estimate: &Estimate, plan: &WorkforcePlan) -> Vec<Refusal> {
    let (key, year) = (&plan.key, estimate.key.fiscal_year);
    let is_annual = matches!(estimate.key.kind, Kind::Annual | Kind::Redone);
    let reasons = [
        (!is_annual, "estimate", "is neither ANNUAL nor REDONE".to_owned()),
        (key.unit != estimate.key.unit, "workforce_plan", "is of another unit than the estimate".to_owned()),
        (
            !(key.first_year..=key.last_year).contains(&year),
            "workforce_plan",
            format!("covers {} to {}, and not {year}", key.first_year, key.last_year),
        ),
    ];
    let wrong = reasons.into_iter().filter(|(wrong, ..)| *wrong);
    wrong.map(|(_, field, text)| Refusal::new(Reason::PayPlanUnfit, field, text)).collect()
}

/// The revision of the text of a plan that is calculated; none where no text is in force.
pub fn text_of(plan: &WorkforcePlan, in_force: bool) -> Option<i64> {
    if in_force { plan.in_force } else { Some(plan.revision) }
}

/// Books what a text of a plan costs in the year of an estimate, by the rows and rules of the moment.
pub fn book_now(view: &mut View<'_>, estimate: &Estimate, plan: &WorkforcePlan, text: i64) -> Result<Tuples> {
    let (unit, year) = (&estimate.key.unit, estimate.key.fiscal_year);
    let mut chain = vec![unit.clone()];
    chain.extend(units::ancestors(view, unit)?);
    let costing = Costing::of(view, &chain)?;
    let groups = store::all_groups(&mut view.at(text), &plan.id)?;
    costing.book(&costing.tables(year)?, plan, &groups, &chain)
}

/// The lines of an estimate that were generated from a plan and are there, with their marks.
pub fn generated(view: &mut View<'_>, estimate: &str, plan: &str) -> Result<Vec<(Line, Mark)>> {
    let mut marks = store::marks_of(view, estimate)?;
    marks.retain(|_, mark| mark.plan == plan);
    if marks.is_empty() {
        return Ok(Vec::new());
    }
    let all = lines::all_lines(view, estimate)?.into_iter();
    Ok(all.filter_map(|line| marks.remove(&line.id).map(|mark| (line, mark))).collect())
}

/// Where a line is booked; none where its nature is not that of pay.
fn tuple_of(line: &Line) -> Option<Tuple> {
    let tuple = Tuple { side: line.side, codes: line.codes.clone(), autonomy: line.autonomy };
    (line.nature == Nature::Recurrent).then_some(tuple)
}

/// What generating does to lines that were generated before. Pure.
///
/// `fixed` are lines in force, which stay; `new_id` makes the ids of new lines from their number.
pub fn reconcile(
    own: Vec<Line>,
    tuples: &Tuples,
    fixed: &BTreeSet<String>,
    new_id: impl Fn(usize) -> String,
) -> Outcome {
    let mut by_tuple: BTreeMap<Tuple, Line> = BTreeMap::new();
    let mut gone = Vec::new();
    for line in own {
        match tuple_of(&line).filter(|tuple| tuples.contains_key(tuple) && !by_tuple.contains_key(tuple)) {
            Some(tuple) => {
                by_tuple.insert(tuple, line);
            }
            None => gone.push(line),
        }
    }
    let mut outcome = Outcome::default();
    for (tuple, booked) in tuples {
        let (id, before, after) = match by_tuple.remove(tuple) {
            Some(line) => (line.id.clone(), line.amounts.get(Stage::Requested), requesting(&line, booked.amount)),
            None => (new_id(outcome.begun.len()), None, fresh(tuple, booked)),
        };
        let change = match before {
            _ if after.1.is_none() => LineChange::Created,
            Some(amount) if amount == booked.amount => LineChange::Unchanged,
            _ => LineChange::Updated,
        };
        outcome.push(Row { line: id, tuple: tuple.clone(), change, before, requested: booked.amount }, after);
    }
    gone.into_iter().for_each(|line| outcome.push_gone(line, fixed));
    outcome
}

/// A line as it is to be, beside the line as it was.
type After = (Line, Option<Line>);

fn requesting(line: &Line, amount: i64) -> After {
    let mut new = line.clone();
    new.amounts.set(Stage::Requested, Some(amount));
    new.basis = new.basis.filter(|basis| basis.product() == i128::from(amount));
    (new, Some(line.clone()))
}

fn fresh(tuple: &Tuple, booked: &Booked) -> After {
    let mut amounts = Amounts::default();
    amounts.set(Stage::Requested, Some(booked.amount));
    let line = Line {
        id: String::new(),
        sequence: 0,
        side: tuple.side,
        codes: tuple.codes.clone(),
        nature: Nature::Recurrent,
        autonomy: tuple.autonomy,
        baseline: None,
        content: None,
        channel: None,
        delegated: false,
        unallocated: false,
        counterpart: None,
        plan_task: None,
        project: None,
        description: booked.description(),
        basis: None,
        amounts,
        appraised_reason: None,
        decided_reason: None,
        memo: None,
        revision: 0,
    };
    (line, None)
}

impl Outcome {
    fn push(&mut self, row: Row, (new, old): After) {
        if row.change != LineChange::Unchanged {
            self.begun.push((self.rows.len(), Line { id: row.line.clone(), ..new }));
            self.ended.extend(old);
        }
        self.rows.push(row);
    }

    /// A line whose tuple is gone: it ends, or stays with 0 where it is in force.
    fn push_gone(&mut self, line: Line, fixed: &BTreeSet<String>) {
        let before = line.amounts.get(Stage::Requested);
        let tuple = Tuple { side: line.side, codes: line.codes.clone(), autonomy: line.autonomy };
        let row = |change| Row { line: line.id.clone(), tuple, change, before, requested: 0 };
        if !fixed.contains(&line.id) {
            self.rows.push(row(LineChange::Deleted));
            self.ended.push(line);
        } else if before == Some(0) {
            self.rows.push(row(LineChange::Unchanged));
        } else {
            let row = row(LineChange::Zeroed);
            self.push(row, requesting(&line, 0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::model::{Autonomy, Codes, CostBasis, Side};
    use crate::word::Word;

    fn tuple(economic: &str) -> Tuple {
        let codes = Codes([None, Some("341".to_owned()), Some(economic.to_owned()), None, None, None]);
        Tuple { side: Side::Expenditure, codes, autonomy: Autonomy::Autonomous }
    }

    fn tuples(of: &[(&str, i64)]) -> Tuples {
        let booked = |amount| Booked { amount, components: BTreeMap::new() };
        of.iter().map(|(economic, amount)| (tuple(economic), booked(*amount))).collect()
    }

    fn line(id: &str, economic: &str, amount: i64) -> Line {
        let (line, _) = fresh(&tuple(economic), &Booked { amount, components: BTreeMap::new() });
        Line { id: id.to_owned(), ..line }
    }

    fn said(outcome: &Outcome) -> Vec<String> {
        let row = |row: &Row| format!("{} {} {:?} {}", row.line, row.change.as_str(), row.before, row.requested);
        outcome.rows.iter().map(row).collect()
    }

    #[test]
    fn only_what_differs_is_written() {
        let own = vec![line("a", "6001", 5), line("b", "6101", 7), line("c", "6301", 9), line("d", "6302", 1)];
        let fixed = BTreeSet::from(["d".to_owned()]);
        let now = tuples(&[("6001", 5), ("6101", 8), ("6115", 2)]);
        let outcome = reconcile(own, &now, &fixed, |number| format!("new-{number}"));
        let expected = [
            "a UNCHANGED Some(5) 5",
            "b UPDATED Some(7) 8",
            "new-1 CREATED None 2",
            "c DELETED Some(9) 0",
            "d ZEROED Some(1) 0",
        ];
        assert_eq!(said(&outcome), expected);
        assert_eq!(outcome.ended.iter().map(|line| line.id.as_str()).collect::<Vec<_>>(), ["b", "c", "d"]);
        let begun: Vec<(usize, &str)> = outcome.begun.iter().map(|(row, line)| (*row, line.id.as_str())).collect();
        assert_eq!(begun, [(1, "b"), (2, "new-1"), (4, "d")]);
        let again = vec![line("a", "6001", 5), line("b", "6101", 8), line("new-1", "6115", 2), line("d", "6302", 0)];
        let again = reconcile(again, &now, &fixed, |_| "none".to_owned());
        assert!(again.begun.is_empty() && again.ended.is_empty(), "{:?}", said(&again));
    }

    #[test]
    fn two_lines_of_one_tuple_become_one_and_a_basis_goes_with_its_figure() {
        let mut first = line("a", "6001", 5);
        first.basis = Some(CostBasis { quantity: 10_000, price: 500, norm: None });
        let own = vec![first, line("b", "6001", 6)];
        let outcome = reconcile(own, &tuples(&[("6001", 11)]), &BTreeSet::new(), |_| "none".to_owned());
        assert_eq!(said(&outcome), ["a UPDATED Some(5) 11", "b DELETED Some(6) 0"]);
        assert_eq!(outcome.begun[0].1.basis, None);
    }
}
