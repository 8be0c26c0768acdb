//! What may be done with plans: load, decide, save. Items are written in `batch`.

use super::batch::{self, Operation};
use super::model::{Item, Kind, Plan};
use super::store::{self, After, ItemFilter, PlanFilter};
use crate::app::{Answer, App, Call, Depends, Keep, ReadAt, etag};
use crate::budget::model::LegalBasis;
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::document::duties::Part;
use crate::document::store as hands;
use crate::document::tree::Reviewers;
use crate::error::{Error, Reason, Refusal, Result};
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::id::{PlanItemName, PlanName, UnitName};
use crate::organisation::store as units;
use crate::word::Word;

/// The most years that a plan covers.
const YEARS_MAX: i64 = 10;

/// Asks for a new plan.
#[derive(Debug, Clone)]
pub struct CreatePlan {
    pub new: Plan,
    pub items: Vec<Operation>,
}

/// Asks for one plan.
#[derive(Debug, Clone)]
pub struct GetPlan {
    pub name: PlanName,
    pub read_at: ReadAt,
    pub in_force: bool,
}

/// Asks for a page of plans.
#[derive(Debug, Clone)]
pub struct ListPlans {
    pub jurisdiction: String,
    pub unit: Option<UnitName>,
    pub unit_only: bool,
    pub filter: PlanFilter,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A page of plans.
#[derive(Debug, Clone)]
pub struct ListedPlans {
    pub plans: Vec<Plan>,
    pub next_page_token: String,
}

/// Asks for changes of a header.
#[derive(Debug, Clone)]
pub struct UpdatePlan {
    pub name: PlanName,
    pub etag: String,
    pub mask: Mask,
    pub title: String,
    pub label: String,
    /// The first, the last and the base year; 0 is not stated.
    pub years: (i64, i64, i64),
    pub refers_to: Vec<String>,
    pub narrative: String,
    pub legal_basis: Vec<LegalBasis>,
    /// What never changes, where the message states it.
    pub unit: Option<String>,
    pub kind: Option<Kind>,
}

/// Asks for the end of a plan.
#[derive(Debug, Clone)]
pub struct DeletePlan {
    pub name: PlanName,
    pub etag: String,
}

/// Asks for many changes of items at once.
#[derive(Debug, Clone)]
pub struct BatchWritePlan {
    pub plan: PlanName,
    pub operations: Vec<Operation>,
}

/// What a batch leaves: the plan, and the items in the order of the operations with whether they are still there.
#[derive(Debug, Clone)]
pub struct Written {
    pub plan: Plan,
    pub items: Vec<(String, bool)>,
}

/// Asks for one item.
#[derive(Debug, Clone)]
pub struct GetPlanItem {
    pub name: PlanItemName,
    pub read_at: ReadAt,
    pub in_force: bool,
}

/// One item with the plan's name, which its name begins with.
#[derive(Debug, Clone)]
pub struct NamedItem {
    pub plan: PlanName,
    pub in_force: bool,
    pub item: Item,
}

/// Asks for a page of items.
#[derive(Debug, Clone)]
pub struct ListPlanItems {
    pub plan: PlanName,
    pub filter: ItemFilter,
    pub read_at: ReadAt,
    pub in_force: bool,
    pub page: Page,
}

/// A page of items with the plan's name.
#[derive(Debug, Clone)]
pub struct ListedItems {
    pub plan: PlanName,
    pub in_force: bool,
    pub items: Vec<Item>,
    pub next_page_token: String,
}

/// Nothing, where an object was ended.
#[derive(Debug, Clone, Copy)]
pub struct Gone;

pub async fn create_plan(app: App, call: Call, ask: CreatePlan) -> Result<Answer<Plan>> {
    let mut new = ask.new;
    if new.id.is_empty() {
        new.id = call.new_id.clone();
    }
    let operations = batch::with_ids(ask.items, &app);
    let jurisdiction = new.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut plan = new.clone();
        let permit = tx.standing().may_for(Action::DraftDocument, &plan.unit, plan.kind.reviewers())?;
        tx.permit(permit);
        require_place(&mut tx.view(), &plan)?;
        let changes = batch::apply(tx, &mut plan, &operations, None)?;
        store::insert_plan(tx, &plan)?;
        hands::take_part(tx, &plan.document(), Part::Worked)?;
        batch::write(tx, &plan.id, &changes)?;
        Ok((Entry::of(plan.name()), store::as_written(tx, plan)))
    };
    app.write(&call, &jurisdiction, run, replay_plan).await
}

/// Refuses a new plan where its id is taken, its unit is not there, or its years or references are not right.
fn require_place(view: &mut View<'_>, new: &Plan) -> Result<()> {
    if store::plan_is_taken(view, &new.id)? {
        return Err(Error::Exists { kind: "Plan", name: new.name().to_string(), reason: Reason::AlreadyExists });
    }
    let mut refusals = refuse_header(view, new)?;
    let name = UnitName { jurisdiction: new.jurisdiction.clone(), unit: new.unit.clone() };
    let first_day = units::fiscal_calendar(view.conn, &new.jurisdiction)?.first_day(new.first_year);
    match units::closing_day(view, &new.unit)? {
        None => refusals.push(Refusal::new(Reason::ReferenceUnknown, "plan.unit", format!("{name} does not exist"))),
        Some(Some(end)) if end <= first_day => {
            let text = format!("{name} closes on {end}, before the plan begins on {first_day}");
            refusals.push(Refusal::new(Reason::UnitClosed, "plan.unit", text));
        }
        Some(_) => {}
    }
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}

/// What is wrong with the years and the references of a header.
fn refuse_header(view: &mut View<'_>, plan: &Plan) -> Result<Vec<Refusal>> {
    let mut refusals = Vec::new();
    for missing in store::unknown_plans(view, &plan.refers_to)? {
        let at = plan.refers_to.iter().position(|other| *other == missing).unwrap_or_default();
        let name = PlanName { jurisdiction: plan.jurisdiction.clone(), plan: missing };
        let text = format!("{name} does not exist");
        refusals.push(Refusal::new(Reason::ReferenceUnknown, format!("plan.refers_to[{at}]"), text));
    }
    if !(plan.first_year..plan.first_year + YEARS_MAX).contains(&plan.last_year) {
        let text = format!("{} to {} are not 1 to {YEARS_MAX} years", plan.first_year, plan.last_year);
        refusals.push(Refusal::new(Reason::PlanYearOutside, "plan.last_year", text));
    }
    Ok(refusals)
}

pub async fn get_plan(app: App, call: Call, ask: GetPlan) -> Result<Keep<Plan>> {
    let (name, jurisdiction) = (ask.name.to_string(), ask.name.jurisdiction.clone());
    let answer = app.read(&call, &jurisdiction, ask.read_at, move |view| show(view, &ask.name, ask.in_force)).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(ask.read_at, name)))
}

pub async fn list_plans(app: App, call: Call, ask: ListPlans) -> Result<Keep<ListedPlans>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at) = (app.instance().clone(), ask.page, start.read_at);
    let after = after_of(&start.after);
    let jurisdiction = ask.jurisdiction.clone();
    let (unit, unit_only, filter) = (ask.unit, ask.unit_only, ask.filter);
    let read = move |view: &mut View<'_>| {
        let mut filter = PlanFilter { visible: visible(view), ..filter.clone() };
        if let Some(unit) = &unit {
            let places = units::subtree(view, &unit.unit)?;
            if places.is_empty() {
                return Err(Error::NotFound { kind: "Unit", name: unit.to_string() });
            }
            let wanted = places.into_iter().filter(|(_, depth)| !unit_only || *depth == 0).map(|(unit, _)| unit);
            filter.units = Some(wanted.collect());
        }
        let mut plans = store::list_plans(view, &filter, after.as_ref(), page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut plans, |((year, unit, plan), _)| {
            vec![year.to_string(), unit.clone(), plan.clone()]
        })?;
        Ok(ListedPlans { plans: plans.into_iter().map(|(_, plan)| plan).collect(), next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

/// The units whose plans the caller may know of, for each group of kinds that the same people review.
pub fn visible(view: &View<'_>) -> Vec<(Vec<Kind>, Option<Vec<String>>)> {
    let group = |reviewers: &Reviewers| {
        let kinds = Kind::ALL.iter().copied().filter(|kind| kind.reviewers() == *reviewers).collect();
        (kinds, view.standing.visible_for(*reviewers).map(<[String]>::to_vec))
    };
    Reviewers::ALL.iter().map(group).collect()
}

fn after_of(texts: &[String]) -> Option<After> {
    let [year, unit, plan] = texts else { return None };
    Some((year.parse().ok()?, unit.clone(), plan.clone()))
}

pub async fn update_plan(app: App, call: Call, ask: UpdatePlan) -> Result<Answer<Plan>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.name.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut plan = load(&mut tx.view(), &ask.name)?;
        let permit = tx.standing().may_for(Action::DraftDocument, &plan.unit, plan.kind.reviewers())?;
        tx.permit(permit);
        hands::take_part(tx, &plan.document(), Part::Worked)?;
        etag::require(&instance, &mut tx.view(), &ask.etag, &ask.name.to_string(), plan.revision)?;
        let mut refusals = refuse_key_change(&plan, &ask);
        plan.require_draft()?;
        let texts = change(&mut plan, &ask);
        refusals.extend(refuse_header(&mut tx.view(), &plan)?);
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        if texts {
            store::save_texts(tx, &plan)?;
        }
        store::save_plan(tx, &plan)?;
        Ok((Entry::of(&ask.name), store::as_written(tx, plan)))
    };
    app.write(&call, &jurisdiction, run, replay_plan).await
}

fn refuse_key_change(plan: &Plan, ask: &UpdatePlan) -> Vec<Refusal> {
    let differs = [
        (ask.unit.as_ref().is_some_and(|unit| *unit != plan.unit), "unit"),
        (ask.kind.is_some_and(|kind| kind != plan.kind), "kind"),
    ];
    let changed = differs.into_iter().filter(|(differs, _)| *differs);
    changed.map(|(_, field)| Refusal::new(Reason::FieldImmutable, format!("plan.{field}"), "never changes")).collect()
}

/// Writes the fields of the mask; answers whether texts are among them.
fn change(plan: &mut Plan, ask: &UpdatePlan) -> bool {
    let (first, last, base) = ask.years;
    let writes = |field: &str, populated: bool| ask.mask.writes(field, populated);
    if writes("title", !ask.title.is_empty()) {
        plan.title.clone_from(&ask.title);
    }
    if writes("label", !ask.label.is_empty()) {
        plan.label.clone_from(&ask.label);
    }
    if writes("first_year", first != 0) {
        plan.first_year = first;
    }
    if writes("last_year", last != 0) {
        plan.last_year = last;
    }
    if writes("base_year", base != 0) {
        plan.base_year = Some(base).filter(|year| *year != 0);
    }
    let refers_to = writes("refers_to", !ask.refers_to.is_empty());
    if refers_to {
        plan.refers_to.clone_from(&ask.refers_to);
    }
    let narrative = writes("narrative", !ask.narrative.is_empty());
    if narrative {
        plan.narrative.clone_from(&ask.narrative);
    }
    let basis = writes("legal_basis", !ask.legal_basis.is_empty());
    if basis {
        plan.legal_basis.clone_from(&ask.legal_basis);
    }
    refers_to || narrative || basis
}

pub async fn delete_plan(app: App, call: Call, ask: DeletePlan) -> Result<Answer<Gone>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.name.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let plan = load(&mut tx.view(), &ask.name)?;
        let permit = tx.standing().may_for(Action::DraftDocument, &plan.unit, plan.kind.reviewers())?;
        tx.permit(permit);
        etag::require(&instance, &mut tx.view(), &ask.etag, &ask.name.to_string(), plan.revision)?;
        plan.require_draft()?;
        if plan.in_force.is_some() {
            let text = "the draft of an amendment is cancelled, not deleted: the plan is in force";
            return Err(Error::refused(Reason::NotDraft, ask.name.to_string(), text));
        }
        let items = store::all_items(&mut tx.view(), &plan.id)?;
        store::end_items(tx, &plan.id, &items)?;
        store::end_plan(tx, &plan)?;
        Ok((Entry::of(&ask.name), Gone))
    };
    app.write(&call, &jurisdiction, run, replay_gone).await
}

pub async fn batch_write_plan(app: App, call: Call, ask: BatchWritePlan) -> Result<Answer<Written>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.plan.jurisdiction.clone();
    let operations = batch::with_ids(ask.operations, &app);
    let name = ask.plan;
    let again = name.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut plan = load(&mut tx.view(), &name)?;
        let permit = tx.standing().may_for(Action::DraftDocument, &plan.unit, plan.kind.reviewers())?;
        tx.permit(permit);
        hands::take_part(tx, &plan.document(), Part::Worked)?;
        let changes = batch::apply(tx, &mut plan, &operations, Some(&instance))?;
        batch::write(tx, &plan.id, &changes)?;
        store::save_plan(tx, &plan)?;
        let names = |operation: &Operation| {
            let (id, kind) = operation.subject();
            (plan.item_name(kind, id).to_string(), !matches!(operation, Operation::Delete { .. }))
        };
        let items: Vec<(String, bool)> = operations.iter().map(names).collect();
        let answer = serde_json::to_vec(&items).map_err(|e| Error::Internal(e.into()))?;
        let plan = store::as_written(tx, plan);
        Ok((Entry { names: vec![name.to_string()], answer }, Written { plan, items }))
    };
    // The ids of new items are made by the server, so a repeat cannot make them again: they were left with the journal.
    let replay = move |view: &mut View<'_>, first: &First| {
        let items = serde_json::from_slice(&first.answer).map_err(|e| Error::Internal(e.into()))?;
        Ok(Written { plan: load(view, &again)?, items })
    };
    app.write(&call, &jurisdiction, run, replay).await
}

pub async fn get_plan_item(app: App, call: Call, ask: GetPlanItem) -> Result<Keep<NamedItem>> {
    let (plan, jurisdiction) = (ask.name.plan_name(), ask.name.jurisdiction.clone());
    let depends = Depends::on(ask.read_at, plan.to_string());
    let read = move |view: &mut View<'_>| {
        let missing = || Error::NotFound { kind: "PlanItem", name: ask.name.to_string() };
        let text = text_of(view, &plan, ask.in_force)?.ok_or_else(missing)?;
        let found = store::find_item(&mut view.at(text), &plan.plan, &ask.name.item)?;
        let found = found.filter(|item| item.content.kind().collection() == ask.name.collection);
        Ok(NamedItem { plan: plan.clone(), in_force: ask.in_force, item: found.ok_or_else(missing)? })
    };
    let answer = app.read(&call, &jurisdiction, ask.read_at, read).await?;
    Ok(answer.kept(&jurisdiction, depends))
}

pub async fn list_plan_items(app: App, call: Call, ask: ListPlanItems) -> Result<Keep<ListedItems>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at) = (app.instance().clone(), ask.page, start.read_at);
    let after = start.after.first().and_then(|text| text.parse().ok()).unwrap_or_default();
    let (plan, filter, in_force) = (ask.plan, ask.filter, ask.in_force);
    let (jurisdiction, depends) = (plan.jurisdiction.clone(), Depends::on(read_at, plan.to_string()));
    let read = move |view: &mut View<'_>| {
        let text = text_of(view, &plan, in_force)?.ok_or_else(|| not_found(&plan))?;
        let mut items = store::list_items(&mut view.at(text), &plan.plan, &filter, after, page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut items, |last| vec![last.sequence.to_string()])?;
        Ok(ListedItems { plan: plan.clone(), in_force, items, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, depends))
}

/// The revision whose text is shown of a plan; none where the caller may not know of it, or there is no such text.
fn text_of(view: &mut View<'_>, name: &PlanName, in_force: bool) -> Result<Option<i64>> {
    let Some(header) = store::find_header(view, &name.plan)?.filter(|found| sees(view, found)) else { return Ok(None) };
    Ok(if in_force { header.in_force } else { Some(view.revision) })
}

fn sees(view: &View<'_>, plan: &Plan) -> bool {
    view.standing.sees_for(&plan.unit, plan.kind.reviewers())
}

/// A plan with its texts, for whom may know of it.
pub fn load(view: &mut View<'_>, name: &PlanName) -> Result<Plan> {
    let found = store::find_plan(view, &name.plan)?;
    found.filter(|found| sees(view, found)).ok_or_else(|| not_found(name))
}

/// A plan as a reader asks for it: as it stands, or as the text in force has it.
fn show(view: &mut View<'_>, name: &PlanName, in_force: bool) -> Result<Plan> {
    if !in_force {
        return load(view, name);
    }
    let found = store::find_in_force(view, &name.plan)?;
    found.filter(|found| sees(view, found)).ok_or_else(|| not_found(name))
}

/// The error where a plan is not there.
pub fn not_found(name: &PlanName) -> Error {
    Error::NotFound { kind: "Plan", name: name.to_string() }
}

/// The answer of a command that left one plan.
fn replay_plan(view: &mut View<'_>, first: &First) -> Result<Plan> {
    let name = first.names.first().and_then(|name| PlanName::parse(name));
    load(view, &name.ok_or_else(|| Error::bug("a journal row names no plan"))?)
}

/// The plan is gone, and still nothing for whom may not know of it.
fn replay_gone(view: &mut View<'_>, first: &First) -> Result<Gone> {
    let before = first.revision - 1;
    replay_plan(&mut view.at(before), first).map(|_| Gone)
}
