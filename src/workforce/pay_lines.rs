//! The lines of an estimate that follow from an HR plan: what they should be, what they are, and what generating does to them.

use std::collections::{BTreeMap, BTreeSet};

use super::life;
use super::model::{Funds, Tuple, WorkforcePlan};
use super::pay::{Month, Tables};
use super::project::{by_month, refusal};
use super::store::{self, Mark};
use super::tuples::{Booked, Tuples, book};
use crate::budget::model::{Amounts, Estimate, Kind, Line, Nature, Stage};
use crate::budget::store as lines;
use crate::commit::View;
use crate::document::finding::{Citation, Finding, Severity};
use crate::document::state::State;
use crate::error::{Error, Reason, Refusal, Result};
use crate::id::{UnitName, WorkforcePlanName};
use crate::organisation::store as units;
use crate::words;

/// Lines that one finding names; the comparison has all.
const NAMED: usize = 100;

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
    let unit = &estimate.key.unit;
    let calendar = units::fiscal_calendar(view.conn, &estimate.jurisdiction)?;
    let first = Month::from(&calendar.first_day(estimate.key.fiscal_year));
    let first = first.ok_or_else(|| Error::bug("a fiscal year does not begin on a day"))?;
    let groups = store::all_groups(&mut view.at(text), &plan.id)?;
    let parameters = store::all_parameters(view)?;
    let mut chain = vec![unit.clone()];
    chain.extend(units::ancestors(view, unit)?);
    let rules = store::rules_of(view, &chain)?;
    let tables = Tables::new(&parameters, first, life::MONTHS);
    let pay = by_month(&tables, groups.iter()).map_err(|(group, fault)| refusal(plan, &group.id, fault))?;
    let name = UnitName { jurisdiction: estimate.jurisdiction.clone(), unit: unit.clone() }.to_string();
    book(&tables, &pay, &Funds::new(&rules, &chain), &name).map_err(Error::Refused)
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

/// The lines that were generated from one plan, beside what it costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The plan.
    pub plan: WorkforcePlanName,
    /// Whether the text in force is calculated.
    pub in_force: bool,
    /// The revision of the text; none where the plan is gone.
    pub text: Option<i64>,
    /// Why it cannot be calculated.
    pub hindrances: Vec<String>,
    /// Every tuple that has a line or an amount.
    pub gaps: Vec<Gap>,
    /// What is requested, and what the plan costs.
    pub sums: (i64, i64),
}

/// One tuple of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The id of its line, and the revision of the text that its figure is from.
    pub line: Option<(String, i64)>,
    /// Where it is booked.
    pub tuple: Tuple,
    /// What the line requests.
    pub requested: Option<i64>,
    /// What the plan costs there.
    pub current: Option<i64>,
}

impl Gap {
    /// What the plan costs there less what is requested.
    pub fn difference(&self) -> Option<i64> {
        self.current.unwrap_or_default().checked_sub(self.requested.unwrap_or_default())
    }
}

impl Part {
    /// Whether it is not what generating would make it.
    pub fn is_outdated(&self) -> bool {
        !self.hindrances.is_empty() || self.gaps.iter().any(|gap| gap.difference() != Some(0))
    }
}

fn sums(gaps: &[Gap]) -> Option<(i64, i64)> {
    let sum = |of: fn(&Gap) -> Option<i64>| gaps.iter().filter_map(of).try_fold(0i64, i64::checked_add);
    Some((sum(|gap| gap.requested)?, sum(|gap| gap.current)?))
}

fn overflow() -> Error {
    Error::refused(Reason::AmountOverflow, "lines", "a sum of generated lines is too large")
}

/// The generated lines of an estimate beside what their plans cost, by plan.
pub fn compare(view: &mut View<'_>, estimate: &Estimate) -> Result<Vec<Part>> {
    let marks = store::marks_of(view, &estimate.id)?;
    if marks.is_empty() {
        return Ok(Vec::new());
    }
    let mut by_plan: BTreeMap<&str, Vec<(Line, &Mark)>> = BTreeMap::new();
    for line in lines::all_lines(view, &estimate.id)? {
        if let Some(mark) = marks.get(&line.id) {
            by_plan.entry(&mark.plan).or_default().push((line, mark));
        }
    }
    by_plan.into_iter().map(|(plan, own)| part(view, estimate, plan, own)).collect()
}

fn part(view: &mut View<'_>, estimate: &Estimate, id: &str, own: Vec<(Line, &Mark)>) -> Result<Part> {
    let in_force = own.iter().max_by_key(|(_, mark)| mark.revision).is_some_and(|(_, mark)| mark.in_force);
    let plan = store::find_plan(view, id)?;
    let text = plan.as_ref().and_then(|plan| text_of(plan, in_force));
    let (tuples, hindrances) = match (&plan, text) {
        (Some(plan), Some(text)) => match book_now(view, estimate, plan, text) {
            Ok(tuples) => (tuples, Vec::new()),
            Err(Error::Refused(refusals)) => {
                (Tuples::new(), refusals.into_iter().map(|refusal| refusal.description).collect())
            }
            Err(error) => return Err(error),
        },
        _ => (Tuples::new(), vec!["the HR plan is no longer there".to_owned()]),
    };
    let plan = WorkforcePlanName { jurisdiction: estimate.jurisdiction.clone(), plan: id.to_owned() };
    let gaps = gaps(own, tuples);
    let sums = sums(&gaps).ok_or_else(overflow)?;
    Ok(Part { plan, in_force, text, hindrances, gaps, sums })
}

fn gaps(own: Vec<(Line, &Mark)>, mut tuples: Tuples) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (line, mark) in own {
        let now = tuple_of(&line).and_then(|tuple| tuples.remove(&tuple));
        gaps.push(Gap {
            tuple: Tuple { side: line.side, codes: line.codes.clone(), autonomy: line.autonomy },
            requested: line.amounts.get(Stage::Requested),
            current: now.map(|booked| booked.amount),
            line: Some((line.id, mark.plan_revision)),
        });
    }
    let unwritten =
        |(tuple, booked): (Tuple, Booked)| Gap { line: None, tuple, requested: None, current: Some(booked.amount) };
    gaps.extend(tuples.into_iter().map(unwritten));
    gaps.sort_by(|a, b| a.tuple.cmp(&b.tuple));
    gaps
}

/// PAY-01: generated lines are what their HR plan costs. Once sent up, an estimate is judged as it is.
pub fn check(view: &mut View<'_>, estimate: &Estimate) -> Result<Vec<Finding>> {
    let severity = match estimate.state {
        State::Draft | State::Submitted => Severity::Warning,
        State::Endorsed | State::Appraised | State::Approved | State::Closed | State::Cancelled => Severity::Info,
    };
    let parts = compare(view, estimate)?;
    let outdated = parts.iter().filter(|part| part.is_outdated());
    outdated.map(|part| finding(estimate, part, severity)).collect()
}

fn finding(estimate: &Estimate, part: &Part, severity: Severity) -> Result<Finding> {
    let (requested, current) = part.sums;
    let wrong = part.gaps.iter().filter(|gap| gap.difference() != Some(0));
    let text = match part.hindrances.first() {
        Some(why) => format!("its lines from {} cannot be calculated now: {why}", part.plan),
        None => format!("{} amounts of {} are not what they are in its lines", wrong.clone().count(), part.plan),
    };
    let mut finding = Finding::new("PAY-01", severity, estimate.name().to_string(), text).field("amounts.requested");
    if part.hindrances.is_empty() {
        finding = finding.compared(current, requested);
        finding.difference = Some(requested.checked_sub(current).ok_or_else(overflow)?);
        let named = wrong.filter_map(|gap| gap.line.as_ref()).take(NAMED);
        finding.objects.extend(named.map(|(line, _)| estimate.line_name(line).to_string()));
    }
    finding.objects.push(part.plan.to_string());
    finding.citations.push(Citation { document: "TT342/2016/TT-BTC".to_owned(), article: "Mẫu 14, 15.1".to_owned() });
    Ok(finding.suggest("GeneratePayLines; ComparePayLines shows each amount"))
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
