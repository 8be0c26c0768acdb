//! The generated lines of estimates beside what their plans cost now, of one estimate or of many at once.

use std::collections::{BTreeMap, BTreeSet};

use super::super::life;
use super::super::model::{FundingRule, Funds, Parameter, PlannedGroup, Tuple, WorkforcePlan};
use super::super::pay::{Month, Tables};
use super::super::project::{by_month, refusal};
use super::super::store::{self, Mark};
use super::super::tuples::{Booked, Tuples, book};
use super::{text_of, tuple_of};
use crate::budget::model::{Estimate, Line, Stage};
use crate::budget::store as lines;
use crate::commit::View;
use crate::document::finding::{Citation, Finding, Severity};
use crate::document::state::State;
use crate::document::texts::TEXTS_PER_STATEMENT;
use crate::error::{Error, Reason, Result};
use crate::id::{EstimateName, UnitName, WorkforcePlanName};
use crate::organisation::store as units;
use crate::period::FiscalCalendar;

/// Lines that one finding names; the comparison has all.
const NAMED: usize = 100;

/// Estimates whose lines are held at a time.
const AT_ONCE: usize = 200;

/// What pay rests on at one moment, read once for any number of plans.
pub struct Costing {
    rows: Vec<Parameter>,
    /// By unit.
    rules: BTreeMap<String, Vec<FundingRule>>,
    calendar: FiscalCalendar,
}

impl Costing {
    /// The rows of the jurisdiction, and the funding rules of some units.
    pub fn of(view: &mut View<'_>, units: &[String]) -> Result<Self> {
        let calendar = units::fiscal_calendar(view.conn, view.jurisdiction)?;
        let rows = store::all_parameters(view)?;
        let mut rules: BTreeMap<String, Vec<FundingRule>> = BTreeMap::new();
        for units in units.chunks(TEXTS_PER_STATEMENT) {
            for rule in store::rules_of(view, units)? {
                rules.entry(rule.key.unit.clone()).or_default().push(rule);
            }
        }
        Ok(Self { rows, rules, calendar })
    }

    /// The first day of a year.
    pub fn first_day(&self, year: i64) -> String {
        self.calendar.first_day(year)
    }

    /// What some people of a plan cost together in the months of the tables.
    pub fn cost(&self, tables: &Tables<'_>, plan: &WorkforcePlan, groups: &[PlannedGroup]) -> Result<i64> {
        let pay = by_month(tables, groups.iter()).map_err(|(group, fault)| refusal(plan, &group.id, fault))?;
        pay.values().flatten().flatten().try_fold(0i64, |sum, amount| sum.checked_add(*amount)).ok_or_else(overflow)
    }

    /// The rows in force in the months of a year.
    pub fn tables(&self, year: i64) -> Result<Tables<'_>> {
        let first = Month::from(&self.calendar.first_day(year));
        let first = first.ok_or_else(|| Error::bug("a fiscal year does not begin on a day"))?;
        Ok(Tables::new(&self.rows, first, life::MONTHS))
    }

    /// Books what some people of a plan cost; `chain` is its unit and those above it, nearest first.
    pub fn book(
        &self,
        tables: &Tables<'_>,
        plan: &WorkforcePlan,
        groups: &[PlannedGroup],
        chain: &[String],
    ) -> Result<Tuples> {
        let pay = by_month(tables, groups.iter()).map_err(|(group, fault)| refusal(plan, &group.id, fault))?;
        let unit = chain.first().cloned().unwrap_or_default();
        let name = UnitName { jurisdiction: plan.jurisdiction.clone(), unit }.to_string();
        let rules: Vec<FundingRule> = chain.iter().filter_map(|unit| self.rules.get(unit)).flatten().cloned().collect();
        book(tables, &pay, &Funds::new(&rules, chain), &name).map_err(Error::Refused)
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

/// An estimate as far as its generated lines need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Of {
    /// Its id.
    pub estimate: String,
    /// Its unit and those above it, nearest first.
    pub chain: Vec<String>,
    /// Its fiscal year.
    pub year: i64,
}

/// The generated lines of an estimate beside what their plans cost, by plan.
pub fn compare(view: &mut View<'_>, estimate: &Estimate) -> Result<Vec<Part>> {
    if store::marks_of(view, &estimate.id)?.is_empty() {
        return Ok(Vec::new());
    }
    let unit = &estimate.key.unit;
    let mut chain = vec![unit.clone()];
    chain.extend(units::ancestors(view, unit)?);
    let costing = Costing::of(view, &chain)?;
    let of = Of { estimate: estimate.id.clone(), chain, year: estimate.key.fiscal_year };
    Ok(compare_all(view, &costing, &[of])?.remove(&estimate.id).unwrap_or_default())
}

/// The same of many estimates, by estimate: statements grow with the number of estimates only by hundreds.
pub fn compare_all(view: &mut View<'_>, costing: &Costing, all: &[Of]) -> Result<BTreeMap<String, Vec<Part>>> {
    let mut tables: BTreeMap<i64, Tables<'_>> = BTreeMap::new();
    for year in all.iter().map(|of| of.year).collect::<BTreeSet<i64>>() {
        tables.insert(year, costing.tables(year)?);
    }
    let mut found = BTreeMap::new();
    for all in all.chunks(AT_ONCE) {
        let ids: Vec<String> = all.iter().map(|of| of.estimate.clone()).collect();
        let marks = store::marks_of_many(view, &ids)?;
        let mut own = own_lines(view, &marks)?;
        let plans = texts(view, &own)?;
        let (ours, in_force): (Vec<&Text>, Vec<&Text>) = plans.iter().partition(|text| !text.in_force);
        // A plan may be calculated by both of its texts, so each kind of text is read by itself.
        let mut groups = Vec::new();
        for (is_in_force, of_kind) in [(false, ours), (true, in_force)] {
            let at = of_kind.iter().filter_map(|text| Some((text.plan.clone(), text.revision?))).collect();
            groups.push((is_in_force, store::groups_of(view, &at)?));
        }
        for of in all {
            let Some(own) = own.remove(&of.estimate) else { continue };
            let mut parts = Vec::new();
            for ((plan, in_force), lines) in own {
                let text = plans.iter().find(|text| (text.plan == plan) && text.in_force == in_force);
                let people = groups.iter().find(|(is, _)| *is == in_force).and_then(|(_, of_kind)| of_kind.get(&plan));
                let people = people.map(Vec::as_slice).unwrap_or_default();
                let tables = tables.get(&of.year).ok_or_else(|| Error::bug("a year without its tables"))?;
                parts.push(part(view.jurisdiction, costing, (tables, &of.chain), (&plan, text, people), lines)?);
            }
            found.insert(of.estimate.clone(), parts);
        }
    }
    Ok(found)
}

/// Generated lines by plan and by whether its text in force is calculated.
type Own = BTreeMap<(String, bool), Vec<(Line, Mark)>>;

/// The generated lines that are there, by estimate. The text of a plan is the one that its lines were last generated from.
fn own_lines(view: &mut View<'_>, marks: &BTreeMap<String, BTreeMap<String, Mark>>) -> Result<BTreeMap<String, Own>> {
    let estimates: Vec<String> = marks.keys().cloned().collect();
    let ids: Vec<String> = marks.values().flat_map(BTreeMap::keys).cloned().collect();
    let mut by_plan: BTreeMap<String, BTreeMap<String, Vec<(Line, Mark)>>> = BTreeMap::new();
    if !ids.is_empty() {
        for (estimate, line) in lines::lines_among(view, &estimates, &ids)? {
            if let Some(mark) = marks.get(&estimate).and_then(|marks| marks.get(&line.id)) {
                let own = by_plan.entry(estimate).or_default().entry(mark.plan.clone()).or_default();
                own.push((line, mark.clone()));
            }
        }
    }
    let last =
        |own: &[(Line, Mark)]| own.iter().max_by_key(|(_, mark)| mark.revision).is_some_and(|(_, mark)| mark.in_force);
    let of_estimate = |by_plan: BTreeMap<String, Vec<(Line, Mark)>>| -> Own {
        by_plan.into_iter().map(|(plan, own)| ((plan, last(&own)), own)).collect()
    };
    Ok(by_plan.into_iter().map(|(estimate, by_plan)| (estimate, of_estimate(by_plan))).collect())
}

/// A text of a plan that is calculated; no revision where the plan is gone.
struct Text {
    plan: String,
    in_force: bool,
    revision: Option<i64>,
    header: Option<WorkforcePlan>,
}

fn texts(view: &mut View<'_>, own: &BTreeMap<String, Own>) -> Result<Vec<Text>> {
    let wanted: BTreeSet<&(String, bool)> = own.values().flat_map(BTreeMap::keys).collect();
    let ids: Vec<String> = wanted.iter().map(|(plan, _)| plan.clone()).collect();
    let headers = store::some_plans(view, &ids)?;
    let text = |(plan, in_force): &&(String, bool)| {
        let header = headers.get(plan).cloned();
        let revision = header.as_ref().and_then(|header| text_of(header, *in_force));
        Text { plan: plan.clone(), in_force: *in_force, revision, header }
    };
    Ok(wanted.iter().map(text).collect())
}

fn part(
    jurisdiction: &str,
    costing: &Costing,
    (tables, chain): (&Tables<'_>, &[String]),
    (id, text, people): (&str, Option<&Text>, &[PlannedGroup]),
    own: Vec<(Line, Mark)>,
) -> Result<Part> {
    let header = text.and_then(|text| text.header.as_ref().filter(|_| text.revision.is_some()));
    let (tuples, hindrances) = match header {
        Some(plan) => match costing.book(tables, plan, people, chain) {
            Ok(tuples) => (tuples, Vec::new()),
            Err(Error::Refused(refusals)) => {
                (Tuples::new(), refusals.into_iter().map(|refusal| refusal.description).collect())
            }
            Err(error) => return Err(error),
        },
        None => (Tuples::new(), vec!["the HR plan is no longer there".to_owned()]),
    };
    let plan = WorkforcePlanName { jurisdiction: jurisdiction.to_owned(), plan: id.to_owned() };
    let gaps = gaps(own, tuples);
    let sums = sums(&gaps).ok_or_else(overflow)?;
    let (in_force, text) = text.map(|text| (text.in_force, text.revision)).unwrap_or_default();
    Ok(Part { plan, in_force, text, hindrances, gaps, sums })
}

fn gaps(own: Vec<(Line, Mark)>, mut tuples: Tuples) -> Vec<Gap> {
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

/// PAY-01: generated lines are what their HR plan costs.
pub fn check(view: &mut View<'_>, estimate: &Estimate) -> Result<Vec<Finding>> {
    let parts = compare(view, estimate)?;
    let outdated = parts.iter().filter(|part| part.is_outdated());
    outdated.map(|part| finding(&estimate.name(), part, estimate.state)).collect()
}

/// That lines are not what their plan costs. Once sent up, an estimate is judged as it is.
pub fn finding(estimate: &EstimateName, part: &Part, state: State) -> Result<Finding> {
    let severity = match state {
        State::Draft | State::Submitted => Severity::Warning,
        State::Endorsed | State::Appraised | State::Approved | State::Closed | State::Cancelled => Severity::Info,
    };
    let (requested, current) = part.sums;
    let wrong = part.gaps.iter().filter(|gap| gap.difference() != Some(0));
    let text = match part.hindrances.first() {
        Some(why) => format!("its lines from {} cannot be calculated now: {why}", part.plan),
        None => format!("{} amounts of {} are not what they are in its lines", wrong.clone().count(), part.plan),
    };
    let mut finding = Finding::new("PAY-01", severity, estimate.to_string(), text).field("amounts.requested");
    if part.hindrances.is_empty() {
        finding = finding.compared(current, requested);
        finding.difference = Some(requested.checked_sub(current).ok_or_else(overflow)?);
        let named = wrong.filter_map(|gap| gap.line.as_ref()).take(NAMED);
        finding.objects.extend(named.map(|(line, _)| estimate.line(line)));
    }
    finding.objects.push(part.plan.to_string());
    finding.citations.push(Citation { document: "TT342/2016/TT-BTC".to_owned(), article: "Mẫu 14, 15.1".to_owned() });
    Ok(finding.suggest("GeneratePayLines; ComparePayLines shows each amount"))
}
