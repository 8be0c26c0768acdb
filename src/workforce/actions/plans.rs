//! What may be done with HR plans: load, permit, decide, save. Groups are written in `batch`.

use super::touched;
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
use crate::id::{UnitName, WorkforcePlanName};
use crate::organisation::store as units;
use crate::workforce::batch::{self, GroupOperation};
use crate::workforce::life;
use crate::workforce::model::{PlannedGroup, WorkforcePlan};
use crate::workforce::pay::Tables;
use crate::workforce::project::{Sums, project, refusal};
use crate::workforce::store::{self, After, PlanFilter};

/// The most years that a plan covers.
const YEARS_MAX: i64 = 10;

/// Asks for a new plan.
#[derive(Debug, Clone)]
pub struct CreateWorkforcePlan(pub WorkforcePlan);

/// Asks for one plan.
#[derive(Debug, Clone)]
pub struct GetWorkforcePlan {
    pub name: WorkforcePlanName,
    pub read_at: ReadAt,
    pub in_force: bool,
}

/// Asks for a page of plans.
#[derive(Debug, Clone)]
pub struct ListWorkforcePlans {
    pub jurisdiction: String,
    pub unit: Option<UnitName>,
    pub filter: PlanFilter,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A page of plans.
#[derive(Debug, Clone)]
pub struct ListedPlans {
    pub plans: Vec<WorkforcePlan>,
    pub next_page_token: String,
}

/// Asks for changes of a header.
#[derive(Debug, Clone)]
pub struct UpdateWorkforcePlan {
    pub name: WorkforcePlanName,
    pub etag: String,
    pub mask: Mask,
    pub title: String,
    pub legal_basis: Vec<LegalBasis>,
    /// The unit and the years, where the message states them.
    pub stated: (Option<String>, i64, i64),
}

/// Asks for the end of a plan.
#[derive(Debug, Clone)]
pub struct DeleteWorkforcePlan {
    pub name: WorkforcePlanName,
    pub etag: String,
}

/// Asks for many changes of groups at once.
#[derive(Debug, Clone)]
pub struct BatchWriteStaffGroups {
    pub plan: WorkforcePlanName,
    pub operations: Vec<GroupOperation>,
}

/// What a batch leaves: the plan, and the groups in the order of the operations with whether they are still there.
#[derive(Debug, Clone)]
pub struct WrittenGroups {
    pub plan: WorkforcePlan,
    pub groups: Vec<(String, bool)>,
}

/// Asks for a page of groups.
#[derive(Debug, Clone)]
pub struct ListStaffGroups {
    pub plan: WorkforcePlanName,
    pub read_at: ReadAt,
    pub in_force: bool,
    pub page: Page,
}

/// A page of groups with the plan's name.
#[derive(Debug, Clone)]
pub struct ListedGroups {
    pub plan: WorkforcePlanName,
    pub in_force: bool,
    pub groups: Vec<PlannedGroup>,
    pub next_page_token: String,
}

/// Asks what the people of a plan cost.
#[derive(Debug, Clone)]
pub struct ProjectPayroll {
    pub name: WorkforcePlanName,
    pub read_at: ReadAt,
    pub in_force: bool,
}

/// What they cost.
#[derive(Debug, Clone)]
pub struct Projection {
    pub plan: WorkforcePlan,
    pub sums: Sums,
}

/// Nothing, where a plan was ended.
#[derive(Debug, Clone, Copy)]
pub struct Gone;

pub async fn create_workforce_plan(app: App, call: Call, ask: CreateWorkforcePlan) -> Result<Answer<WorkforcePlan>> {
    let mut new = ask.0;
    if new.id.is_empty() {
        new.id = call.new_id.clone();
    }
    let jurisdiction = new.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut plan = new.clone();
        let permit = tx.standing().may_for(Action::DraftDocument, &plan.key.unit, Reviewers::HomeAffairs)?;
        tx.permit(permit);
        require_place(&mut tx.view(), &plan)?;
        plan.key.sequence = store::last_sequence(&mut tx.view(), &plan.key)? + 1;
        store::insert_plan(tx, &plan)?;
        hands::take_part(tx, &plan.document(), Part::Worked)?;
        Ok((Entry::of(plan.name()), store::as_written(tx, plan)))
    };
    app.write(&call, &jurisdiction, run, replay_plan).await
}

/// Refuses a new plan where its id is taken, its unit is not there, or its years are not right.
fn require_place(view: &mut View<'_>, new: &WorkforcePlan) -> Result<()> {
    if store::plan_is_taken(view, &new.id)? {
        let name = new.name().to_string();
        return Err(Error::Exists { kind: "WorkforcePlan", name, reason: Reason::AlreadyExists });
    }
    let mut refusals = Vec::new();
    let (key, field) = (&new.key, "workforce_plan.unit");
    let name = UnitName { jurisdiction: new.jurisdiction.clone(), unit: key.unit.clone() };
    let first_day = units::fiscal_calendar(view.conn, &new.jurisdiction)?.first_day(key.first_year);
    match units::closing_day(view, &key.unit)? {
        None => refusals.push(Refusal::new(Reason::ReferenceUnknown, field, format!("{name} does not exist"))),
        Some(Some(end)) if end <= first_day => {
            let text = format!("{name} closes on {end}, before the plan begins on {first_day}");
            refusals.push(Refusal::new(Reason::UnitClosed, field, text));
        }
        Some(_) => {}
    }
    if !(key.first_year..key.first_year + YEARS_MAX).contains(&key.last_year) {
        let text = format!("{} to {} are not 1 to {YEARS_MAX} years", key.first_year, key.last_year);
        refusals.push(Refusal::new(Reason::PlanYearOutside, "workforce_plan.last_year", text));
    }
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}

pub async fn get_workforce_plan(app: App, call: Call, ask: GetWorkforcePlan) -> Result<Keep<WorkforcePlan>> {
    let (name, jurisdiction) = (ask.name.to_string(), ask.name.jurisdiction.clone());
    let answer = app.read(&call, &jurisdiction, ask.read_at, move |view| show(view, &ask.name, ask.in_force)).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(ask.read_at, name)))
}

pub async fn list_workforce_plans(app: App, call: Call, ask: ListWorkforcePlans) -> Result<Keep<ListedPlans>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at) = (app.instance().clone(), ask.page, start.read_at);
    let after: Option<After> = match start.after.as_slice() {
        [year, unit, plan] => year.parse().ok().map(|year| (year, unit.clone(), plan.clone())),
        _ => None,
    };
    let jurisdiction = ask.jurisdiction.clone();
    let (unit, filter) = (ask.unit, ask.filter);
    let read = move |view: &mut View<'_>| {
        let visible = view.standing.visible_for(Reviewers::HomeAffairs).map(<[String]>::to_vec);
        let mut filter = PlanFilter { visible, ..filter.clone() };
        if let Some(unit) = &unit {
            let places = units::subtree(view, &unit.unit)?;
            if places.is_empty() {
                return Err(Error::NotFound { kind: "Unit", name: unit.to_string() });
            }
            filter.units = Some(places.into_iter().map(|(unit, _)| unit).collect());
        }
        let mut plans = store::list_plans(view, &filter, after.as_ref(), page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut plans, |last| {
            vec![last.key.first_year.to_string(), last.key.unit.clone(), last.id.clone()]
        })?;
        Ok(ListedPlans { plans, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

pub async fn update_workforce_plan(app: App, call: Call, ask: UpdateWorkforcePlan) -> Result<Answer<WorkforcePlan>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.name.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut plan = load_to_draft(tx, &ask.name)?;
        hands::take_part(tx, &plan.document(), Part::Worked)?;
        etag::require(&instance, &mut tx.view(), &ask.etag, &ask.name.to_string(), plan.revision)?;
        plan.require_draft()?;
        refuse_key_change(&plan, &ask)?;
        if ask.mask.writes("title", !ask.title.is_empty()) {
            plan.title.clone_from(&ask.title);
        }
        if ask.mask.writes("legal_basis", !ask.legal_basis.is_empty()) {
            plan.legal_basis.clone_from(&ask.legal_basis);
        }
        store::save_plan(tx, &plan)?;
        Ok((Entry::of(&ask.name), store::as_written(tx, plan)))
    };
    app.write(&call, &jurisdiction, run, replay_plan).await
}

fn refuse_key_change(plan: &WorkforcePlan, ask: &UpdateWorkforcePlan) -> Result<()> {
    let (unit, first, last) = &ask.stated;
    let differs = [
        (unit.as_ref().is_some_and(|unit| *unit != plan.key.unit), "unit"),
        (*first != 0 && *first != plan.key.first_year, "first_year"),
        (*last != 0 && *last != plan.key.last_year, "last_year"),
    ];
    let changed = differs.into_iter().filter(|(differs, _)| *differs);
    let refusals: Vec<Refusal> = changed
        .map(|(_, field)| Refusal::new(Reason::FieldImmutable, format!("workforce_plan.{field}"), "never changes"))
        .collect();
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}

pub async fn delete_workforce_plan(app: App, call: Call, ask: DeleteWorkforcePlan) -> Result<Answer<Gone>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.name.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let plan = load_to_draft(tx, &ask.name)?;
        etag::require(&instance, &mut tx.view(), &ask.etag, &ask.name.to_string(), plan.revision)?;
        plan.require_draft()?;
        if plan.in_force.is_some() {
            let text = "the draft of an amendment is cancelled, not deleted: the plan is in force";
            return Err(Error::refused(Reason::NotDraft, ask.name.to_string(), text));
        }
        let groups = store::all_groups(&mut tx.view(), &plan.id)?;
        store::end_groups(tx, &plan.id, &groups)?;
        let items = store::all_staffing(&mut tx.view(), &plan.id)?;
        store::end_staffing(tx, &plan.id, &items)?;
        store::end_plan(tx, &plan)?;
        Ok((Entry::of(&ask.name), Gone))
    };
    // The plan is gone, and still nothing for whom may not know of it.
    let replay =
        |view: &mut View<'_>, first: &First| replay_plan(&mut view.at(first.revision - 1), first).map(|_| Gone);
    app.write(&call, &jurisdiction, run, replay).await
}

pub async fn batch_write_staff_groups(
    app: App,
    call: Call,
    ask: BatchWriteStaffGroups,
) -> Result<Answer<WrittenGroups>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.plan.jurisdiction.clone();
    let operations = batch::with_ids(ask.operations, &app);
    let name = ask.plan;
    let again = name.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut plan = load_to_draft(tx, &name)?;
        hands::take_part(tx, &plan.document(), Part::Worked)?;
        let changes = batch::apply(&mut tx.view(), &mut plan, &operations, &instance)?;
        batch::write(tx, &plan.id, &changes)?;
        store::save_plan(tx, &plan)?;
        let named = |operation: &GroupOperation| (plan.group_name(operation.id()).to_string(), operation.stands());
        let groups: Vec<(String, bool)> = operations.iter().map(named).collect();
        let answer = serde_json::to_vec(&groups).map_err(|e| Error::Internal(e.into()))?;
        let plan = store::as_written(tx, plan);
        Ok((Entry { names: vec![name.to_string()], answer }, WrittenGroups { plan, groups }))
    };
    // The ids of new groups are made by the server, so a repeat cannot make them again: they were left with the journal.
    let replay = move |view: &mut View<'_>, first: &First| {
        let groups = serde_json::from_slice(&first.answer).map_err(|e| Error::Internal(e.into()))?;
        Ok(WrittenGroups { plan: load(view, &again)?, groups })
    };
    app.write(&call, &jurisdiction, run, replay).await
}

pub async fn list_staff_groups(app: App, call: Call, ask: ListStaffGroups) -> Result<Keep<ListedGroups>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at) = (app.instance().clone(), ask.page, start.read_at);
    let after = start.after.first().and_then(|text| text.parse().ok()).unwrap_or_default();
    let (plan, in_force) = (ask.plan, ask.in_force);
    let (jurisdiction, depends) = (plan.jurisdiction.clone(), Depends::on(read_at, plan.to_string()));
    let read = move |view: &mut View<'_>| {
        let text = text_of(view, &plan, in_force)?;
        let mut groups = store::list_groups(&mut view.at(text), &plan.plan, after, page.size + 1)?;
        let next_page_token =
            page.cut(&instance, view.revision, &mut groups, |last| vec![last.sequence.to_string()])?;
        Ok(ListedGroups { plan: plan.clone(), in_force, groups, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, depends))
}

pub async fn project_payroll(app: App, call: Call, ask: ProjectPayroll) -> Result<Keep<Projection>> {
    let (jurisdiction, read_at) = (ask.name.jurisdiction.clone(), ask.read_at);
    let mut depends = Depends::on(read_at, ask.name.to_string());
    if let Depends::Names(names) = &mut depends {
        names.push(touched(&jurisdiction));
    }
    let read = move |view: &mut View<'_>| {
        let plan = show(view, &ask.name, ask.in_force)?;
        let text = text_of(view, &ask.name, ask.in_force)?;
        let groups = store::all_groups(&mut view.at(text), &plan.id)?;
        // The rows are those of the moment: what a plan costs follows the law as it is known then.
        let rows = store::all_parameters(view)?;
        let (first, months) = life::span(view, &plan)?;
        let sums = project(&Tables::new(&rows, first, months), &groups);
        let sums = sums.map_err(|(group, fault)| refusal(&plan, &group, fault))?;
        Ok(Projection { plan, sums })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, depends))
}

/// A plan that somebody may change, with the permit taken.
fn load_to_draft(tx: &mut Tx<'_>, name: &WorkforcePlanName) -> Result<WorkforcePlan> {
    let plan = load(&mut tx.view(), name)?;
    let permit = tx.standing().may_for(Action::DraftDocument, &plan.key.unit, Reviewers::HomeAffairs)?;
    tx.permit(permit);
    Ok(plan)
}

/// The revision whose text is shown of a plan.
pub fn text_of(view: &mut View<'_>, name: &WorkforcePlanName, in_force: bool) -> Result<i64> {
    let plan = load(view, name)?;
    if in_force { plan.in_force.ok_or_else(|| not_found(name)) } else { Ok(view.revision) }
}

/// A plan, for whom may know of it.
pub fn load(view: &mut View<'_>, name: &WorkforcePlanName) -> Result<WorkforcePlan> {
    let found = store::find_plan(view, &name.plan)?;
    let sees = |plan: &WorkforcePlan| view.standing.sees_for(&plan.key.unit, Reviewers::HomeAffairs);
    found.filter(sees).ok_or_else(|| not_found(name))
}

/// A plan as a reader asks for it: as it stands, or as the text in force has it.
pub fn show(view: &mut View<'_>, name: &WorkforcePlanName, in_force: bool) -> Result<WorkforcePlan> {
    let plan = load(view, name)?;
    if !in_force {
        return Ok(plan);
    }
    store::find_in_force(view, &name.plan)?.ok_or_else(|| not_found(name))
}

fn not_found(name: &WorkforcePlanName) -> Error {
    Error::NotFound { kind: "WorkforcePlan", name: name.to_string() }
}

/// The answer of a command that left one plan.
fn replay_plan(view: &mut View<'_>, first: &First) -> Result<WorkforcePlan> {
    let name = first.names.first().and_then(|name| WorkforcePlanName::parse(name));
    load(view, &name.ok_or_else(|| Error::bug("a journal row names no HR plan"))?)
}
