//! What the people of many units cost, and what would change if.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::commit::View;
use crate::error::{Error, Reason, Refusal, Result};
use crate::id::{StaffGroupName, UnitName};
use crate::limits;
use crate::organisation::store as units;
use crate::workforce::life::MONTHS;
use crate::workforce::many::{self, Scope, Staff, tables};
use crate::workforce::model::{Parameter, ParameterKey, StaffGroup, WorkforcePlan, refuse};
use crate::workforce::pay::{Fault, Tables};
use crate::workforce::project::{Cell, project, refusal};
use crate::workforce::simulate::{Cap, Case, Difference, Key, STATES, Span, Sums, simulate};
use crate::workforce::store;

/// Asks for the payroll of many units.
#[derive(Debug, Clone)]
pub struct SummarizePayroll {
    pub scope: Scope,
    pub by_unit: bool,
    pub read_at: ReadAt,
}

/// The payroll of many units.
#[derive(Debug, Clone)]
pub struct SummarizedPayroll {
    pub scope: Scope,
    pub plan_count: usize,
    /// Pay without the bonus fund, and the bonus fund, of each year.
    pub years: Vec<(i64, i64)>,
    /// By year, unit (empty where they are added up) and what is summed.
    pub rows: BTreeMap<(usize, String, Cell), i64>,
}

/// Asks what would change if.
#[derive(Debug, Clone)]
pub struct SimulateWorkforce {
    pub scope: Scope,
    pub parameters: Vec<Parameter>,
    pub counts: Vec<(StaffGroupName, i64)>,
    pub caps: Vec<Cap>,
    /// Each with the unit that employs them.
    pub recruitments: Vec<(String, StaffGroup)>,
    pub groups: Vec<(StaffGroupName, StaffGroup)>,
    pub read_at: ReadAt,
}

/// What would change.
#[derive(Debug, Clone)]
pub struct Simulated {
    pub scope: Scope,
    pub years: Vec<Difference>,
    pub rows: Vec<(Key, Difference)>,
}

pub async fn summarize_payroll(app: App, call: Call, ask: SummarizePayroll) -> Result<Keep<SummarizedPayroll>> {
    let (jurisdiction, read_at) = (ask.scope.jurisdiction.clone(), ask.read_at);
    let answer = app.read(&call, &jurisdiction, read_at, move |view| summarize(view, &ask)).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

fn summarize(view: &mut View<'_>, ask: &SummarizePayroll) -> Result<SummarizedPayroll> {
    let scope = &ask.scope;
    let among = scope.units(view)?;
    let mut staff = scope.plans(view, among.as_ref())?;
    many::load(view, &mut staff)?;
    let parameters = store::all_parameters(view)?;
    let mut known: HashMap<(i64, i64), Tables<'_>> = HashMap::new();
    let mut found = SummarizedPayroll {
        scope: scope.clone(),
        plan_count: staff.len(),
        years: vec![(0, 0); scope.years()],
        rows: BTreeMap::new(),
    };
    for Staff { plan, text: _, years, groups } in staff {
        let tables = match known.entry(years) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(tables(view, &scope.jurisdiction, &parameters, years)?),
        };
        let sums = project(tables, &groups).map_err(|(group, fault)| refusal(&plan, &group, fault))?;
        let first = scope.offset(years.0) / MONTHS;
        let added = found.add(first, &plan, sums.cells, ask.by_unit);
        added.ok_or_else(|| refusal(&plan, "", Fault::Overflow))?;
        for (whole, (pay, bonus)) in found.years.iter_mut().skip(first).zip(sums.years) {
            let (Some(pay), Some(bonus)) = (whole.0.checked_add(pay), whole.1.checked_add(bonus)) else {
                return Err(refusal(&plan, "", Fault::Overflow));
            };
            *whole = (pay, bonus);
        }
        require_rows(found.rows.len())?;
    }
    Ok(found)
}

impl SummarizedPayroll {
    fn add(&mut self, first: usize, plan: &WorkforcePlan, cells: BTreeMap<Cell, i64>, by_unit: bool) -> Option<()> {
        for (cell, amount) in cells {
            let unit = if by_unit { plan.key.unit.clone() } else { String::new() };
            let year = first + cell.year;
            // The year stands before the unit.
            let sum = self.rows.entry((year, unit, Cell { year: 0, ..cell })).or_default();
            *sum = sum.checked_add(amount)?;
        }
        Some(())
    }
}

fn require_rows(count: usize) -> Result<()> {
    if count > limits::count(limits::SUMMARY_ROWS) {
        let subject = "rows of a payroll; ask for fewer units or years".to_owned();
        return Err(Error::Limit { reason: Reason::TooManyRows, limit: limits::SUMMARY_ROWS, subject });
    }
    Ok(())
}

pub async fn simulate_workforce(app: App, call: Call, ask: SimulateWorkforce) -> Result<Keep<Simulated>> {
    let (jurisdiction, read_at) = (ask.scope.jurisdiction.clone(), ask.read_at);
    let answer = app.read(&call, &jurisdiction, read_at, move |view| simulated(view, &ask)).await?;
    // A question of its own each time.
    Ok(answer.kept(&jurisdiction, Depends::Nothing))
}

fn simulated(view: &mut View<'_>, ask: &SimulateWorkforce) -> Result<Simulated> {
    let scope = &ask.scope;
    let among = match scope.units(view)? {
        Some(among) => among,
        None => units::places(view)?.into_iter().map(|place| place.unit).collect(),
    };
    let mut staff = scope.plans(view, Some(&among))?;
    let before = store::all_parameters(view)?;
    let (after, mut refusals) = overlaid(&before, ask);
    refusals.extend(unknown(view, ask, &staff, &among)?);
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    many::load(view, &mut staff)?;
    let (places, cases) = cases(ask, staff);
    let mut spans = Vec::with_capacity(places.len());
    for years in places {
        spans.push(Span {
            offset: scope.offset(years.0),
            before: tables(view, &scope.jurisdiction, &before, years)?,
            after: tables(view, &scope.jurisdiction, &after, years)?,
            differs: !ask.parameters.is_empty(),
        });
    }
    let sums = simulate(&spans, &cases, &ask.caps, scope.years() * MONTHS);
    let sums = sums.map_err(|(subject, fault)| match fault {
        Fault::Missing { what, on, .. } => {
            Error::refused(Reason::PayParameterMissing, subject, format!("{what} is not in force on {on}"))
        }
        Fault::Overflow => overflow(&subject),
    })?;
    differences(scope, sums)
}

fn overflow(subject: &str) -> Error {
    Error::refused(Reason::AmountOverflow, subject, "an amount of its pay is too large")
}

/// The rows as they would be, and why they may not stand so.
fn overlaid(before: &[Parameter], ask: &SimulateWorkforce) -> (Vec<Parameter>, Vec<Refusal>) {
    let path = |(place, row): (usize, &Parameter)| (row.key.clone(), format!("pay_parameters[{place}]"));
    let paths: HashMap<ParameterKey, String> = ask.parameters.iter().enumerate().map(path).collect();
    let kept = before.iter().filter(|row| !paths.contains_key(&row.key));
    let after: Vec<Parameter> = kept.chain(&ask.parameters).cloned().collect();
    let refusals = refuse(&after, &paths, &ask.scope.jurisdiction);
    (after, refusals)
}

/// Groups and units that are named and not calculated on.
fn unknown(
    view: &mut View<'_>,
    ask: &SimulateWorkforce,
    staff: &[Staff],
    among: &BTreeSet<String>,
) -> Result<Vec<Refusal>> {
    let mut named: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for name in ask.counts.iter().map(|(name, _)| name).chain(ask.groups.iter().map(|(name, _)| name)) {
        named.entry(&name.plan).or_default().push(name.group.clone());
    }
    let mut known: BTreeSet<(&str, String)> = BTreeSet::new();
    for one in staff {
        if let Some(ids) = named.get(one.plan.id.as_str()) {
            let there = store::some_groups(&mut view.at(one.text), &one.plan.id, ids)?;
            known.extend(there.into_keys().map(|group| (one.plan.id.as_str(), group)));
        }
    }
    let mut refusals = Vec::new();
    let mut group = |field: String, name: &StaffGroupName| {
        if !known.contains(&(name.plan.as_str(), name.group.clone())) {
            let text = format!("{name} is not among what is calculated");
            refusals.push(Refusal::new(Reason::ReferenceUnknown, field, text));
        }
    };
    for (place, (name, _)) in ask.counts.iter().enumerate() {
        group(format!("counts[{place}].staff_group"), name);
    }
    for (place, (name, _)) in ask.groups.iter().enumerate() {
        group(format!("staff_groups[{place}].name"), name);
    }
    let caps = ask.caps.iter().enumerate();
    let caps = caps.filter_map(|(place, cap)| Some((format!("caps[{place}].unit"), cap.unit.as_ref()?)));
    let new = ask.recruitments.iter().enumerate();
    let new = new.map(|(place, (unit, _))| (format!("recruitments[{place}].unit"), unit));
    for (field, unit) in caps.chain(new).filter(|(_, unit)| !among.contains(*unit)) {
        let name = UnitName { jurisdiction: ask.scope.jurisdiction.clone(), unit: unit.clone() };
        let text = format!("{name} is not among what is calculated");
        refusals.push(Refusal::new(Reason::ReferenceUnknown, field, text));
    }
    Ok(refusals)
}

/// Every group before and after, in the order in which caps leave people, with the years that are calculated.
fn cases(ask: &SimulateWorkforce, staff: Vec<Staff>) -> (Vec<(i64, i64)>, Vec<Case>) {
    let id = |name: &StaffGroupName| (name.plan.clone(), name.group.clone());
    let counts: HashMap<(String, String), i64> = ask.counts.iter().map(|(name, count)| (id(name), *count)).collect();
    let others: HashMap<(String, String), &StaffGroup> = ask.groups.iter().map(|(name, new)| (id(name), new)).collect();
    let (mut places, mut cases) = (vec![(ask.scope.first_year, ask.scope.last_year)], Vec::new());
    for Staff { plan, text: _, years, groups } in staff {
        let span = places.iter().position(|known| *known == years).unwrap_or(places.len());
        if span == places.len() {
            places.push(years);
        }
        for planned in groups {
            let (subject, key) = (plan.group_name(&planned.id).to_string(), (plan.id.clone(), planned.id));
            let new = match (others.get(&key), counts.get(&key)) {
                (Some(other), _) => Some((*other).clone()),
                (None, Some(0)) => None,
                (None, Some(count)) => Some(StaffGroup { count: *count, ..planned.group.clone() }),
                (None, None) => Some(planned.group.clone()),
            };
            cases.push(Case { unit: plan.key.unit.clone(), subject, span, old: Some(planned.group), new });
        }
    }
    for (place, (unit, group)) in ask.recruitments.iter().enumerate() {
        let subject = format!("recruitments[{place}].staff_group");
        cases.push(Case { unit: unit.clone(), subject, span: 0, old: None, new: Some(group.clone()) });
    }
    (places, cases)
}

fn differences(scope: &Scope, sums: BTreeMap<Key, Sums>) -> Result<Simulated> {
    let mut whole = vec![[0i64; STATES]; scope.years()];
    let mut rows = Vec::new();
    for (key, sums) in sums {
        for (whole, sum) in whole.get_mut(key.year).into_iter().flatten().zip(sums) {
            *whole = whole.checked_add(sum).ok_or_else(|| overflow(""))?;
        }
        let row = Difference::of(&sums);
        if row.causes.iter().any(|cause| *cause != 0) {
            rows.push((key, row));
        }
    }
    require_rows(rows.len())?;
    Ok(Simulated { scope: scope.clone(), years: whole.iter().map(Difference::of).collect(), rows })
}
