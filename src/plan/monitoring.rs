//! How far a plan has come: what is reported, and what it adds up to. Reports stand beside the plan and do not change it.

use std::collections::BTreeMap;

use super::actions::load;
use super::model::actuals::{Actual, Period, TaskReport, refuse};
use super::model::figures::{Figure, Figures};
use super::model::review::{Ground, Review, review};
use super::model::{Content, Indicator, Item, ItemKind, Plan};
use super::store::{self, ActualFilter, ActualKey};
use crate::app::{Answer, App, Call, Depends, Instance, Keep, ReadAt, etag};
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::error::{Error, Reason, Refusal, Result, Stale};
use crate::grpc::page::Page;
use crate::id::{PlanItemName, PlanName};

/// Asks to record what was reached.
#[derive(Debug, Clone)]
pub struct RecordActuals {
    pub plan: PlanName,
    /// Each with the etag that the caller has seen; empty for none.
    pub actuals: Vec<(Actual, String)>,
    pub progress: Vec<(TaskReport, String)>,
}

/// What is recorded then, in the order of the request.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub plan: PlanName,
    pub actuals: Vec<Actual>,
    pub progress: Vec<TaskReport>,
}

/// Asks for a page of what was reported.
#[derive(Debug, Clone)]
pub struct ListActuals {
    pub plan: PlanName,
    pub filter: ActualFilter,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A page of what was reported.
#[derive(Debug, Clone)]
pub struct ListedActuals {
    pub plan: PlanName,
    pub actuals: Vec<Actual>,
    pub next_page_token: String,
}

/// Asks for a review.
#[derive(Debug, Clone)]
pub struct ReviewPlan {
    pub plan: PlanName,
    pub year: i64,
    pub at_risk: i64,
    pub since: Option<i64>,
    pub read_at: ReadAt,
}

/// A review of a plan.
#[derive(Debug, Clone)]
pub struct Reviewed {
    pub plan: Plan,
    pub year: i64,
    pub review: Review,
}

/// Asks where a value comes from.
#[derive(Debug, Clone)]
pub struct ExplainIndicator {
    pub name: PlanItemName,
    /// 0 is the whole period.
    pub year: i64,
    pub read_at: ReadAt,
}

/// A value with its parts.
#[derive(Debug, Clone)]
pub struct Explained {
    pub plan: PlanName,
    pub id: String,
    pub indicator: Indicator,
    /// The first and the last year.
    pub years: (i64, i64),
    pub figure: Figure,
    pub actuals: Vec<Actual>,
    pub parts: Vec<(String, Indicator, Figure)>,
}

pub async fn record_actuals(app: App, call: Call, ask: RecordActuals) -> Result<Answer<Recorded>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.plan.jurisdiction.clone();
    let again = ask.clone();
    let run = move |tx: &mut Tx<'_>| {
        let plan = load(&mut tx.view(), &ask.plan)?;
        let permit = tx.standing().may_for(Action::DraftDocument, &plan.unit, plan.kind.reviewers())?;
        tx.permit(permit);
        let (text, items) = in_force(&mut tx.view(), &plan, &ask)?;
        record_values(tx, &instance, (&plan, &text, &items), &ask.actuals)?;
        record_progress(tx, &instance, &plan, &ask.progress)?;
        let recorded = recorded(&mut tx.view(), &ask)?;
        Ok((Entry::of(&ask.plan), recorded))
    };
    let replay = move |view: &mut View<'_>, _: &First| {
        load(view, &again.plan)?;
        recorded(view, &again)
    };
    app.write(&call, &jurisdiction, run, replay).await
}

/// The plan as it is in force, and those of its items that reports name, once it is sure that they are there.
fn in_force(view: &mut View<'_>, plan: &Plan, ask: &RecordActuals) -> Result<(Plan, BTreeMap<String, Item>)> {
    let named = |kind: ItemKind, id: &str| (kind, id.to_owned());
    let actuals = ask.actuals.iter().map(|(actual, _)| named(ItemKind::Indicator, &actual.indicator));
    let wanted: Vec<_> = actuals.chain(ask.progress.iter().map(|(one, _)| named(ItemKind::Task, &one.task))).collect();
    let ids: Vec<String> = wanted.iter().map(|(_, id)| id.clone()).collect();
    let at = plan.in_force.unwrap_or(view.revision);
    let items = store::some_items(&mut view.at(at), &plan.id, &ids)?;
    let is_there = |(kind, id): &&(ItemKind, String)| items.get(id).is_some_and(|item| item.content.kind() == *kind);
    if let Some((kind, id)) = wanted.iter().find(|one| !is_there(one)) {
        return Err(Error::NotFound { kind: "PlanItem", name: plan.item_name(*kind, id).to_string() });
    }
    let text = store::find_in_force(view, &plan.id)?.unwrap_or_else(|| plan.clone());
    Ok((text, items))
}

fn record_values(
    tx: &mut Tx<'_>,
    instance: &Instance,
    (plan, text, items): (&Plan, &Plan, &BTreeMap<String, Item>),
    asked: &[(Actual, String)],
) -> Result<()> {
    let there = store::all_actuals(&mut tx.view(), &plan.id)?;
    let there: BTreeMap<(&str, Period), &Actual> =
        there.iter().map(|actual| ((actual.indicator.as_str(), actual.period), actual)).collect();
    let (mut ended, mut begun, mut stale, mut refusals) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (at, (new, seen)) in asked.iter().enumerate() {
        let old = there.get(&(new.indicator.as_str(), new.period)).copied();
        if old.is_some_and(|old| old.says_the_same(new)) {
            continue;
        }
        let name = plan.item_name(ItemKind::Indicator, &new.indicator).to_string();
        stale.extend(changed_since(instance, old.map(|old| old.revision), seen, name, format!("actuals[{at}].etag")));
        if let Some(Content::Indicator(indicator)) = items.get(&new.indicator).map(|item| &item.content) {
            refusals.extend(refuse(text, indicator, old, new, &format!("actuals[{at}]")));
        }
        ended.extend(old.cloned());
        begun.push(new.clone());
    }
    if !stale.is_empty() {
        return Err(Error::Stale(stale));
    }
    if plan.in_force.is_none() {
        let text = "no text of it is in force; what was reached is reported of an approved plan";
        refusals.insert(0, Refusal::new(Reason::NotInForce, plan.name().to_string(), text));
    }
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    store::save_actuals(tx, &plan.id, &ended, &begun)
}

fn record_progress(tx: &mut Tx<'_>, instance: &Instance, plan: &Plan, asked: &[(TaskReport, String)]) -> Result<()> {
    let there = store::all_progress(&mut tx.view(), &plan.id)?;
    let (mut ended, mut begun, mut stale) = (Vec::new(), Vec::new(), Vec::new());
    for (at, (new, seen)) in asked.iter().enumerate() {
        let old = there.iter().find(|old| old.task == new.task);
        if old.is_some_and(|old| old.says_the_same(new)) {
            continue;
        }
        let name = plan.item_name(ItemKind::Task, &new.task).to_string();
        stale.extend(changed_since(instance, old.map(|old| old.revision), seen, name, format!("progress[{at}].etag")));
        ended.extend(old.cloned());
        begun.push(new.clone());
    }
    if !stale.is_empty() {
        return Err(Error::Stale(stale));
    }
    store::save_progress(tx, &plan.id, &ended, &begun)
}

/// What is told where a report that stands is not the one that the caller has seen.
fn changed_since(instance: &Instance, stands: Option<i64>, seen: &str, name: String, field: String) -> Option<Stale> {
    let seen_revision = if seen.is_empty() { None } else { Some(etag::revision(instance, seen)) };
    if seen_revision == stands.map(Some) {
        return None;
    }
    let current = stands.map(|revision| etag::of(instance, revision)).unwrap_or_default();
    Some(Stale { name, field, current, changed: vec!["value".to_owned()] })
}

/// What is recorded now of what a request was about.
fn recorded(view: &mut View<'_>, ask: &RecordActuals) -> Result<Recorded> {
    let (actuals, reports) = (store::all_actuals(view, &ask.plan.plan)?, store::all_progress(view, &ask.plan.plan)?);
    let actuals: BTreeMap<(String, Period), Actual> =
        actuals.into_iter().map(|actual| ((actual.indicator.clone(), actual.period), actual)).collect();
    let key = |one: &Actual| (one.indicator.clone(), one.period);
    Ok(Recorded {
        plan: ask.plan.clone(),
        actuals: ask.actuals.iter().filter_map(|(one, _)| actuals.get(&key(one)).cloned()).collect(),
        progress: ask
            .progress
            .iter()
            .filter_map(|(one, _)| reports.iter().find(|report| report.task == one.task).cloned())
            .collect(),
    })
}

pub async fn list_actuals(app: App, call: Call, ask: ListActuals) -> Result<Keep<ListedActuals>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at) = (app.instance().clone(), ask.page, start.read_at);
    let after = after_of(&start.after);
    let (plan, filter) = (ask.plan, ask.filter);
    let (jurisdiction, depends) = (plan.jurisdiction.clone(), Depends::on(read_at, plan.to_string()));
    let read = move |view: &mut View<'_>| {
        load(view, &plan)?;
        let mut actuals = store::list_actuals(view, &plan.plan, &filter, after.as_ref(), page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut actuals, |last| {
            vec![last.indicator.clone(), last.period.0.to_string(), last.period.1.to_string()]
        })?;
        Ok(ListedActuals { plan: plan.clone(), actuals, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, depends))
}

fn after_of(texts: &[String]) -> Option<ActualKey> {
    let [indicator, year, quarter] = texts else { return None };
    Some((indicator.clone(), year.parse().ok()?, quarter.parse().ok()?))
}

/// The text in force of a plan, and what was reported of it.
#[derive(Debug, Clone)]
pub struct Reached {
    pub plan: Plan,
    pub items: Vec<Item>,
    pub actuals: Vec<Actual>,
    pub reports: Vec<TaskReport>,
}

impl Reached {
    /// Of a plan in force, for whom may know of it.
    pub fn load(view: &mut View<'_>, name: &PlanName) -> Result<Self> {
        let plan = load(view, name)?;
        let text = store::find_in_force(view, &plan.id)?.zip(plan.in_force);
        let Some((text, in_force)) = text else {
            let text = "no text of it is in force; what was reached is measured against an approved plan";
            return Err(Error::refused(Reason::NotInForce, name.to_string(), text));
        };
        Ok(Self {
            items: store::all_items(&mut view.at(in_force), &plan.id)?,
            actuals: store::all_actuals(view, &plan.id)?,
            reports: store::all_progress(view, &plan.id)?,
            plan: text,
        })
    }

    /// Against its targets in a year.
    pub fn review(&self, year: i64, at_risk: i64, before: Option<&[Actual]>) -> Review {
        let Self { plan, items, actuals, reports } = self;
        review(&Ground { plan, items, actuals, before, reports, at_risk }, year)
    }
}

fn require_year(plan: &Plan, year: i64) -> Result<()> {
    if plan.covers(year) {
        return Ok(());
    }
    let text = format!("{year} is not one of the years {} to {}", plan.first_year, plan.last_year);
    Err(Error::refused(Reason::PlanYearOutside, "year", text))
}

pub async fn review_plan(app: App, call: Call, ask: ReviewPlan) -> Result<Keep<Reviewed>> {
    let (name, jurisdiction, read_at) = (ask.plan.to_string(), ask.plan.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| {
        let reached = Reached::load(view, &ask.plan)?;
        require_year(&reached.plan, ask.year)?;
        let before = match ask.since {
            Some(since) if since > view.revision => {
                let text = format!("revision {since} is later than the one that is read");
                return Err(Error::refused(Reason::RevisionNotReached, "since_revision", text));
            }
            Some(since) => Some(store::all_actuals(&mut view.at(since), &reached.plan.id)?),
            None => None,
        };
        let review = reached.review(ask.year, ask.at_risk, before.as_deref());
        Ok(Reviewed { plan: reached.plan, year: ask.year, review })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(read_at, name)))
}

pub async fn explain_indicator(app: App, call: Call, ask: ExplainIndicator) -> Result<Keep<Explained>> {
    let (name, jurisdiction, read_at) = (ask.name.plan_name(), ask.name.jurisdiction.clone(), ask.read_at);
    let depends = Depends::on(read_at, name.to_string());
    let read = move |view: &mut View<'_>| {
        let Reached { plan, items, actuals, .. } = Reached::load(view, &name)?;
        let found = items.iter().find(|item| item.id == ask.name.item);
        let Some(Content::Indicator(indicator)) = found.map(|item| &item.content) else {
            return Err(Error::NotFound { kind: "PlanItem", name: ask.name.to_string() });
        };
        let years = if ask.year == 0 { (plan.first_year, plan.last_year) } else { (ask.year, ask.year) };
        require_year(&plan, years.0)?;
        let figures = Figures::new(&items, &actuals);
        let figure = figures.over(&ask.name.item, years.0, years.1);
        let part = |id: &String| {
            let item = items.iter().find(|item| item.id == *id)?;
            let Content::Indicator(indicator) = &item.content else { return None };
            Some((id.clone(), (**indicator).clone(), figures.over(id, years.0, years.1)))
        };
        Ok(Explained {
            plan: name.clone(),
            id: ask.name.item.clone(),
            indicator: (**indicator).clone(),
            years,
            actuals: figure.actuals.iter().filter_map(|at| figures.actual(&ask.name.item, *at).cloned()).collect(),
            parts: figure.parts.iter().filter_map(part).collect(),
            figure,
        })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, depends))
}
