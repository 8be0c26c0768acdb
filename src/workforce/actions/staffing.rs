//! What may be done with the headcount of HR plans: load, permit, decide, save.

use super::plans::{load, show, text_of};
use crate::app::{Answer, App, Call, Depends, Keep, ReadAt};
use crate::commit::{Entry, First, Tx, View};
use crate::document::duties;
use crate::document::store as hands;
use crate::document::tree::Reviewers;
use crate::error::{Error, Result};
use crate::grpc::page::Page;
use crate::id::{UnitName, WorkforcePlanName};
use crate::organisation::store as units;
use crate::workforce::headcount::{Summary, summarize};
use crate::workforce::model::staffing::{Assigned, StaffingItem};
use crate::workforce::retirement::{self, Projected};
use crate::workforce::staffing::{self, StaffingOperation};
use crate::workforce::store::{self, AfterQuota, QuotaFilter, StaffingFilter};

use super::parameters::touched;
use crate::word::Word;

/// Asks for many changes of items at once.
#[derive(Debug, Clone)]
pub struct BatchWriteStaffing {
    pub plan: WorkforcePlanName,
    pub operations: Vec<StaffingOperation>,
}

/// What a batch leaves: the items in the order of the operations with whether they are still there.
#[derive(Debug, Clone)]
pub struct WrittenItems {
    pub items: Vec<(String, bool)>,
    pub revision: i64,
}

/// Asks for a page of items.
#[derive(Debug, Clone)]
pub struct ListStaffing {
    pub plan: WorkforcePlanName,
    pub filter: StaffingFilter,
    pub read_at: ReadAt,
    pub in_force: bool,
    pub page: Page,
}

/// A page of items with the plan's name.
#[derive(Debug, Clone)]
pub struct ListedStaffing {
    pub plan: WorkforcePlanName,
    pub in_force: bool,
    pub items: Vec<StaffingItem>,
    pub next_page_token: String,
}

/// Asks for a page of quotas.
#[derive(Debug, Clone)]
pub struct ListQuotas {
    pub jurisdiction: String,
    pub unit: Option<UnitName>,
    pub filter: QuotaFilter,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A page of quotas.
#[derive(Debug, Clone)]
pub struct ListedQuotas {
    pub jurisdiction: String,
    pub quotas: Vec<Assigned>,
    pub next_page_token: String,
}

/// Asks for the three counts of a day.
#[derive(Debug, Clone)]
pub struct SummarizeHeadcount {
    pub name: WorkforcePlanName,
    pub on: String,
    pub read_at: ReadAt,
    pub in_force: bool,
}

/// The three counts of a day.
#[derive(Debug, Clone)]
pub struct Counted {
    pub unit: UnitName,
    pub on: String,
    pub summary: Summary,
}

/// Asks who retires.
#[derive(Debug, Clone)]
pub struct ProjectRetirement {
    pub name: WorkforcePlanName,
    pub read_at: ReadAt,
    pub in_force: bool,
}

/// Who retires from a plan.
#[derive(Debug, Clone)]
pub struct Retirements {
    pub plan: WorkforcePlanName,
    pub projected: Projected,
}

pub async fn batch_write_staffing(app: App, call: Call, ask: BatchWriteStaffing) -> Result<Answer<WrittenItems>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.plan.jurisdiction.clone();
    let operations = staffing::with_ids(ask.operations, &app);
    let name = ask.plan;
    let again = name.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut plan = load(&mut tx.view(), &name)?;
        let (action, part) = duties::writing(plan.state);
        let permit = tx.standing().may_for(action, &plan.key.unit, Reviewers::HomeAffairs)?;
        tx.permit(permit);
        hands::take_part(tx, &plan.document(), part)?;
        let changes = staffing::apply(&mut tx.view(), &mut plan, &operations, &instance)?;
        changes.write(tx, &plan.id)?;
        store::save_plan(tx, &plan)?;
        let named = |operation: &StaffingOperation| {
            let (id, kind) = operation.subject();
            (plan.item_name(kind, id).to_string(), operation.stands())
        };
        let items: Vec<(String, bool)> = operations.iter().map(named).collect();
        let answer = serde_json::to_vec(&items).map_err(|e| Error::Internal(e.into()))?;
        let revision = tx.revision();
        Ok((Entry { names: vec![name.to_string()], answer }, WrittenItems { items, revision }))
    };
    // The ids of new items are made by the server, so a repeat cannot make them again: they were left with the journal.
    let replay = move |view: &mut View<'_>, first: &First| {
        load(view, &again)?;
        let items = serde_json::from_slice(&first.answer).map_err(|e| Error::Internal(e.into()))?;
        Ok(WrittenItems { items, revision: first.revision })
    };
    app.write(&call, &jurisdiction, run, replay).await
}

pub async fn list_staffing(app: App, call: Call, ask: ListStaffing) -> Result<Keep<ListedStaffing>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at) = (app.instance().clone(), ask.page, start.read_at);
    let after = start.after.first().and_then(|text| text.parse().ok()).unwrap_or_default();
    let (plan, filter, in_force) = (ask.plan, ask.filter, ask.in_force);
    let (jurisdiction, depends) = (plan.jurisdiction.clone(), Depends::on(read_at, plan.to_string()));
    let read = move |view: &mut View<'_>| {
        let text = text_of(view, &plan, in_force)?;
        let mut items = store::list_staffing(&mut view.at(text), &plan.plan, &filter, after, page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut items, |last| vec![last.sequence.to_string()])?;
        Ok(ListedStaffing { plan: plan.clone(), in_force, items, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, depends))
}

pub async fn list_quotas(app: App, call: Call, ask: ListQuotas) -> Result<Keep<ListedQuotas>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at) = (app.instance().clone(), ask.page, start.read_at);
    let after: Option<AfterQuota> = match start.after.as_slice() {
        [unit, kind, day] => Some((unit.clone(), kind.clone(), day.clone())),
        _ => None,
    };
    let (jurisdiction, own) = (ask.jurisdiction.clone(), ask.jurisdiction);
    let (unit, filter) = (ask.unit, ask.filter);
    let read = move |view: &mut View<'_>| {
        let visible = view.standing.visible_for(Reviewers::HomeAffairs).map(<[String]>::to_vec);
        let mut filter = QuotaFilter { visible, ..filter.clone() };
        if let Some(unit) = &unit {
            let places = units::subtree(view, &unit.unit)?;
            if places.is_empty() {
                return Err(Error::NotFound { kind: "Unit", name: unit.to_string() });
            }
            filter.units = Some(places.into_iter().map(|(unit, _)| unit).collect());
        }
        let mut quotas = store::list_quotas(view, &filter, after.as_ref(), page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut quotas, |last| {
            let quota = &last.quota;
            vec![quota.unit.clone(), quota.staff_kind.as_str().to_owned(), quota.starts_on.clone()]
        })?;
        Ok(ListedQuotas { jurisdiction: own.clone(), quotas, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

pub async fn summarize_headcount(app: App, call: Call, ask: SummarizeHeadcount) -> Result<Keep<Counted>> {
    let (jurisdiction, read_at) = (ask.name.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| counted(view, &ask);
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    // The quotas may come from another plan.
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

/// Counts a day of a plan.
pub fn counted(view: &mut View<'_>, ask: &SummarizeHeadcount) -> Result<Counted> {
    let plan = show(view, &ask.name, ask.in_force)?;
    let text = text_of(view, &ask.name, ask.in_force)?;
    let groups = store::all_groups(&mut view.at(text), &plan.id)?;
    let on = Some(ask.on.clone());
    let filter = QuotaFilter {
        units: Some(vec![plan.key.unit.clone()]),
        from_on: on.clone(),
        to_on: on,
        ..QuotaFilter::default()
    };
    let quotas = store::list_quotas(view, &filter, None, i64::from(i16::MAX))?;
    let unit = UnitName { jurisdiction: plan.jurisdiction.clone(), unit: plan.key.unit };
    Ok(Counted { unit, on: ask.on.clone(), summary: summarize(&groups, &quotas, &ask.on) })
}

pub async fn project_retirement(app: App, call: Call, ask: ProjectRetirement) -> Result<Keep<Retirements>> {
    let (jurisdiction, read_at) = (ask.name.jurisdiction.clone(), ask.read_at);
    let mut depends = Depends::on(read_at, ask.name.to_string());
    if let Depends::Names(names) = &mut depends {
        names.push(touched(&jurisdiction));
    }
    let read = move |view: &mut View<'_>| {
        let plan = show(view, &ask.name, ask.in_force)?;
        let text = text_of(view, &ask.name, ask.in_force)?;
        let projected = retirement::of_plan(view, &plan, text)?;
        Ok(Retirements { plan: ask.name.clone(), projected })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, depends))
}
