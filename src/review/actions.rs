//! What is asked of a year: the documents of a unit are found, and each slice says of them what it says when it is asked itself.

use super::model::{self, Area, Direction, Year};
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::budget::model::{Estimate, Kind, Stage};
use crate::budget::rolled::Rolls;
use crate::budget::rollup::{self, SummarizeBudget, Summarized};
use crate::budget::store::{self as estimates, EstimateFilter, LineFilter};
use crate::budget::summary::{Attribute, Basis, GroupBy};
use crate::commit::View;
use crate::document::kind::DocumentKind;
use crate::document::state::State;
use crate::error::{Error, Reason, Result};
use crate::id::{PlanName, UnitName, WorkforcePlanName};
use crate::limits;
use crate::organisation::store as units;
use crate::period::day_before;
use crate::plan::model::Plan;
use crate::plan::model::money::MoneyReview;
use crate::plan::model::review::IndicatorReview;
use crate::plan::review::Moment;
use crate::plan::store::{self as plans, PlanFilter};
use crate::project::model::summary::Summary as Projects;
use crate::project::review as projects;
use crate::word::Word;
use crate::workforce::actions::{self as staff, Counted, SummarizeHeadcount};
use crate::workforce::model::WorkforcePlan;
use crate::workforce::store::{self as workforce, PlanFilter as WorkforceFilter};

/// Asks for the review of a year.
#[derive(Debug, Clone)]
pub struct ReviewYear {
    pub unit: UnitName,
    pub year: i64,
    pub at_risk: i64,
    pub read_at: ReadAt,
}

/// A document that is looked at, as its text in force has it, or as it stands where none is.
#[derive(Debug, Clone)]
pub struct Document {
    pub name: String,
    pub kind: DocumentKind,
    pub title: String,
    pub label: String,
    pub years: (i64, i64),
    pub state: State,
    pub in_force: Option<i64>,
}

/// What one plan says.
#[derive(Debug, Clone)]
pub struct PlanPart {
    pub plan: PlanName,
    /// How many years it covers.
    pub span: i64,
    pub areas: Vec<Area>,
    pub money: Vec<MoneyReview>,
    pub directions: Vec<Direction>,
}

/// The budget of a year, from the estimates of three.
#[derive(Debug)]
pub struct Budget {
    pub planned: Option<Summarized>,
    pub expected: Option<Summarized>,
    pub executed: Option<Summarized>,
}

/// The review of a year.
#[derive(Debug)]
pub struct YearReview {
    pub unit: UnitName,
    pub display_name: String,
    pub year: i64,
    pub revision: i64,
    pub documents: Vec<Document>,
    pub plans: Vec<PlanPart>,
    pub budget: Option<Budget>,
    pub projects: Option<Projects>,
    pub staff: Vec<(WorkforcePlanName, Counted)>,
    pub withheld: Vec<DocumentKind>,
}

impl YearReview {
    /// The indicators of all areas.
    pub fn indicators(&self) -> impl Iterator<Item = &IndicatorReview> + Clone {
        let areas = self.plans.iter().flat_map(|part| &part.areas);
        areas.flat_map(|area| &area.measures).map(|measure| &measure.review)
    }
}

pub async fn review_year(app: App, call: Call, ask: ReviewYear) -> Result<Keep<YearReview>> {
    let (jurisdiction, read_at) = (ask.unit.jurisdiction.clone(), ask.read_at);
    let rolls = app.shelf().of::<Rolls>();
    let answer = app.read(&call, &jurisdiction, read_at, move |view| review(view, &ask, &rolls)).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

/// The documents of the unit, by slice.
struct Found {
    listed: Vec<Document>,
    plans: Vec<Plan>,
    workforce: Vec<WorkforcePlan>,
}

fn review(view: &mut View<'_>, ask: &ReviewYear, rolls: &Rolls) -> Result<YearReview> {
    let own = &ask.unit.unit;
    let hidden = |kind: &DocumentKind| !view.standing.sees_for(own, kind.reviewers());
    let withheld: Vec<DocumentKind> = DocumentKind::ALL.iter().copied().filter(hidden).collect();
    let unit = units::find_unit(view, own)?.filter(|_| withheld.len() < DocumentKind::ALL.len());
    let unit = unit.ok_or_else(|| Error::NotFound { kind: "Unit", name: ask.unit.to_string() })?;
    let found = documents(view, ask, &withheld)?;
    let calendar = units::fiscal_calendar(view.conn, &ask.unit.jurisdiction)?;
    let (year, next) = (Year::of(calendar, ask.year), Year::of(calendar, ask.year + 1));
    let sees = |kind| !withheld.contains(&kind);
    let budget = if sees(DocumentKind::AnnualEstimate) { budget(view, ask, rolls)? } else { None };
    let projects = if sees(DocumentKind::ProjectList) {
        let counted = projects::counted(view, Some(&ask.unit), ask.year)?;
        Some(counted).filter(|counted| !counted.states.is_empty())
    } else {
        None
    };
    Ok(YearReview {
        unit: ask.unit.clone(),
        display_name: unit.display_name,
        year: ask.year,
        revision: view.revision,
        plans: found.plans.iter().map(|plan| part(view, plan, ask, (&year, &next))).collect::<Result<_>>()?,
        budget,
        projects,
        staff: found.workforce.iter().map(|plan| headcount(view, plan, ask, &year)).collect::<Result<_>>()?,
        documents: found.listed,
        withheld,
    })
}

/// Finds the documents of the unit for the year and what comes after it, those in force by slice.
fn documents(view: &mut View<'_>, ask: &ReviewYear, withheld: &[DocumentKind]) -> Result<Found> {
    let units = Some(vec![ask.unit.unit.clone()]);
    let mut found = Found { listed: Vec::new(), plans: Vec::new(), workforce: Vec::new() };
    let filter = PlanFilter { units: units.clone(), ..PlanFilter::default() };
    for (_, life) in plans::list_plans(view, &filter, None, i64::MAX)? {
        let shown = plans::find_in_force(view, &life.id)?.unwrap_or(life);
        let is_there = shown.in_force.is_some() || shown.state != State::Cancelled;
        if is_there && (shown.covers(ask.year) || shown.covers(ask.year + 1)) {
            found.listed.push(document_of_plan(&shown));
            found.plans.push(shown);
        }
    }
    let filter = WorkforceFilter { units: units.clone(), ..WorkforceFilter::default() };
    for life in workforce::list_plans(view, &filter, None, i64::MAX)? {
        let shown = workforce::find_in_force(view, &life.id)?.unwrap_or(life);
        if shown.covers(ask.year) && (shown.in_force.is_some() || shown.state != State::Cancelled) {
            found.listed.push(document_of_workforce(&shown));
            found.workforce.push(shown);
        }
    }
    let fiscal_years = (ask.year..=ask.year + 2).collect();
    let filter = EstimateFilter { units, fiscal_years, ..EstimateFilter::default() };
    for shown in estimates::list_estimates(view, &filter, None, i64::MAX)? {
        if shown.key.kind != Kind::Reference && shown.state != State::Cancelled {
            found.listed.push(document_of_estimate(&shown));
        }
    }
    found.listed.retain(|document| !withheld.contains(&document.kind));
    if found.listed.len() > limits::count(limits::REVIEW_DOCUMENTS) {
        let (reason, limit) = (Reason::TooManyDocuments, limits::REVIEW_DOCUMENTS);
        return Err(Error::Limit { reason, limit, subject: "documents of a review".to_owned() });
    }
    found.plans.retain(|plan| plan.in_force.is_some() && !withheld.contains(&plan.kind.document_kind()));
    found.workforce.retain(|plan| plan.in_force.is_some() && !withheld.contains(&DocumentKind::WorkforcePlan));
    Ok(found)
}

fn document_of_plan(plan: &Plan) -> Document {
    Document {
        name: plan.name().to_string(),
        kind: plan.kind.document_kind(),
        title: plan.title.clone(),
        label: plan.label.clone(),
        years: (plan.first_year, plan.last_year),
        state: plan.state,
        in_force: plan.in_force,
    }
}

fn document_of_workforce(plan: &WorkforcePlan) -> Document {
    Document {
        name: plan.name().to_string(),
        kind: DocumentKind::WorkforcePlan,
        title: plan.title.clone(),
        label: String::new(),
        years: (plan.key.first_year, plan.key.last_year),
        state: plan.state,
        in_force: plan.in_force,
    }
}

fn document_of_estimate(estimate: &Estimate) -> Document {
    Document {
        name: estimate.name().to_string(),
        kind: estimate.key.kind.document_kind(),
        title: estimate.title.clone(),
        label: String::new(),
        years: (estimate.key.fiscal_year, estimate.key.fiscal_year),
        state: estimate.state,
        in_force: estimate.in_force,
    }
}

/// What a plan in force says of the year, where it covers it, and of the next.
fn part(view: &mut View<'_>, plan: &Plan, ask: &ReviewYear, (year, next): (&Year, &Year)) -> Result<PlanPart> {
    let reached = Moment::load(view, &plan.name())?;
    let (areas, money, directions) = (Vec::new(), Vec::new(), Vec::new());
    let span = plan.last_year - plan.first_year + 1;
    let mut part = PlanPart { plan: plan.name(), span, areas, money, directions };
    if plan.covers(year.number) {
        let mut review = reached.review(year.number, ask.at_risk)?;
        part.money = std::mem::take(&mut review.money);
        part.areas = model::areas(&reached.items, &reached.actuals, review, year);
    }
    if plan.covers(next.number) {
        part.directions = model::directions(&reached.items, &reached.reports, next);
    }
    Ok(part)
}

/// What the estimates in force say of the year; none where they say nothing.
fn budget(view: &mut View<'_>, ask: &ReviewYear, rolls: &Rolls) -> Result<Option<Budget>> {
    let mut of = |year: i64, stages: &[Stage]| -> Result<Option<Summarized>> {
        let asked = SummarizeBudget {
            jurisdiction: ask.unit.jurisdiction.clone(),
            unit: Some(ask.unit.unit.clone()),
            unit_only: false,
            fiscal_years: vec![year],
            kinds: Vec::new(),
            series: String::new(),
            group_by: vec![GroupBy { attribute: Attribute::Nature, level: 0 }],
            stages: stages.to_vec(),
            basis: Basis::InForce,
            latest: false,
            filter: LineFilter::default(),
            read_at: ask.read_at,
        };
        let summarized = rollup::summarize(view, &asked, rolls)?;
        let says =
            |stage: &Stage| summarized.summary.totals.values().any(|total| total.amounts().get(*stage).is_some());
        Ok(if stages.iter().any(says) { Some(summarized) } else { None })
    };
    let budget = Budget {
        planned: of(ask.year, &[Stage::Requested, Stage::Appraised, Stage::Decided])?,
        expected: of(ask.year + 1, &[Stage::ExpectedN1])?,
        executed: of(ask.year + 2, &[Stage::ActualN2])?,
    };
    let is_silent = budget.planned.is_none() && budget.expected.is_none() && budget.executed.is_none();
    Ok(if is_silent { None } else { Some(budget) })
}

/// The three counts of the last day of the year.
fn headcount(
    view: &mut View<'_>,
    plan: &WorkforcePlan,
    ask: &ReviewYear,
    year: &Year,
) -> Result<(WorkforcePlanName, Counted)> {
    let (name, on) = (plan.name(), day_before(&year.end));
    let asked = SummarizeHeadcount { name: name.clone(), on, read_at: ask.read_at, in_force: true };
    Ok((name, staff::counted(view, &asked)?))
}
