//! The messages of requests about projects.

use std::collections::BTreeMap;

use super::moves::{classes, moves};
use super::{jurisdiction_of, project_name};
use crate::classification::model::FinancingClass;
use crate::error::Result;
use crate::grpc::FromWire;
use crate::grpc::faults::Faults;
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{read_at, stated, word};
use crate::id::{PlanItemName, PlanName, UnitName};
use crate::period::is_day;
use crate::project::actions::*;
use crate::project::batch::{BatchWriteProjects, Change, Operation, Update};
use crate::project::model::states::State;
use crate::project::model::{Kind, Level, Project, Traces, YearMoney};
use crate::project::store::ProjectFilter;
use crate::{mutations, pb, text};

mutations!(
    pb::CreateProjectRequest,
    pb::UpdateProjectRequest,
    pb::DeleteProjectRequest,
    pb::MoveProjectRequest,
    pb::BatchWriteProjectsRequest,
);

const WRITABLE: &[&str] = &[
    "unit",
    "code",
    "title",
    "kind",
    "level",
    "field",
    "method",
    "payment",
    "host",
    "lead",
    "secretary",
    "list",
    "first_year",
    "last_year",
    "starts_on",
    "ends_on",
    "objective",
    "product",
    "plan_tasks",
    "total_amount",
    "sources",
    "funding",
];
const READABLE: &[&str] = &[
    "name",
    "state",
    "approved_amount",
    "approved_state_amount",
    "contract_number",
    "contract_signed_on",
    "original_ends_on",
    "results_submitted_on",
    "late_days",
    "rating",
    "accepted_on",
    "registration_number",
    "cause",
    "open_verbs",
    "steps",
    "revision",
    "etag",
    "created_at",
    "updated_at",
];

/// What of a message an update writes: its fields, where they are populated or the mask says so.
fn written(body: &pb::Project, mask: &Mask) -> Vec<&'static str> {
    let populated = |field: &str| match field {
        "unit" => !body.unit.is_empty(),
        "code" => !body.code.is_empty(),
        "title" => !body.title.is_empty(),
        "kind" => body.kind != 0,
        "level" => body.level != 0,
        "field" => body.field != 0,
        "method" => body.method != 0,
        "payment" => body.payment != 0,
        "host" => !body.host.is_empty(),
        "lead" => !body.lead.is_empty(),
        "secretary" => !body.secretary.is_empty(),
        "list" => !body.list.is_empty(),
        "first_year" => body.first_year != 0,
        "last_year" => body.last_year != 0,
        "starts_on" => !body.starts_on.is_empty(),
        "ends_on" => !body.ends_on.is_empty(),
        "objective" => !body.objective.is_empty(),
        "product" => !body.product.is_empty(),
        "plan_tasks" => !body.plan_tasks.is_empty(),
        "total_amount" => body.total_amount.is_some(),
        "sources" => !body.sources.is_empty(),
        "funding" => !body.funding.is_empty(),
        _ => false,
    };
    WRITABLE.iter().copied().filter(|field| mask.writes(field, populated(field))).collect()
}

/// Reads a project; `needed` are the fields among those that are required which it must state.
fn project(
    id: String,
    body: pb::Project,
    jurisdiction: &str,
    path: &str,
    needed: &[&str],
    faults: &mut Faults,
) -> Project {
    let at = |field: &str| format!("{path}.{field}");
    let needs = |field: &str| needed.contains(&field);
    faults.when(needs("kind") && body.kind == 0, &at("kind"), "is required");
    faults.when(needs("level") && body.level == 0, &at("level"), "is required");
    let year = |value: i32, field: &str, faults: &mut Faults| {
        faults.when(needs(field) && value == 0, &at(field), "is required");
        faults.when(value != 0 && value < 1900, &at(field), "is before 1900");
        i64::from(value)
    };
    let day = |value: String, field: &str, faults: &mut Faults| {
        faults.when(!value.is_empty() && !is_day(&value), &at(field), "is not a day of the calendar");
        stated(value)
    };
    let starts_on = day(body.starts_on, "starts_on", faults);
    let ends_on = day(body.ends_on, "ends_on", faults);
    let inverted = starts_on.is_some() && ends_on.is_some() && starts_on >= ends_on;
    faults.when(inverted, &at("ends_on"), "is not after starts_on");
    Project {
        id,
        unit: unit(&body.unit, jurisdiction, &at("unit"), faults).unwrap_or_default(),
        state: State::Proposed,
        code: faults.name(&at("code"), &body.code, false),
        title: faults.name(&at("title"), &body.title, needs("title")),
        kind: word(body.kind).unwrap_or(Kind::Topic),
        level: word(body.level).unwrap_or(Level::Province),
        field: word(body.field),
        method: word(body.method),
        payment: word(body.payment),
        host: faults.name(&at("host"), &body.host, false),
        lead: stated(body.lead),
        secretary: stated(body.secretary),
        list: list(&body.list, jurisdiction, &at("list"), faults),
        first_year: year(body.first_year, "first_year", faults),
        last_year: year(body.last_year, "last_year", faults),
        starts_on,
        ends_on,
        objective: faults.long(&at("objective"), &body.objective),
        product: faults.long(&at("product"), &body.product),
        plan_tasks: tasks(&body.plan_tasks, jurisdiction, &at("plan_tasks"), faults),
        total: body.total_amount,
        sources: classes(&body.sources, &at("sources"), faults).into_iter().collect(),
        funding: funding(&body.funding, &at("funding"), faults),
        traces: Traces::default(),
        revision: 0,
        created_at: 0,
        updated_at: 0,
        jurisdiction: jurisdiction.to_owned(),
    }
}

fn unit(name: &str, jurisdiction: &str, field: &str, faults: &mut Faults) -> Option<String> {
    let name = UnitName::parse(name)?;
    faults.when(name.jurisdiction != jurisdiction, field, "is of another jurisdiction");
    Some(name.unit)
}

fn list(name: &str, jurisdiction: &str, field: &str, faults: &mut Faults) -> Option<String> {
    let name = PlanName::parse(name)?;
    faults.when(name.jurisdiction != jurisdiction, field, "is of another jurisdiction");
    Some(name.plan)
}

fn tasks(names: &[String], jurisdiction: &str, path: &str, faults: &mut Faults) -> Vec<(String, String)> {
    let read = |(at, name): (usize, &String)| {
        let name = PlanItemName::parse(name)?;
        faults.when(name.jurisdiction != jurisdiction, &format!("{path}[{at}]"), "is of another jurisdiction");
        Some((name.plan, name.item))
    };
    names.iter().enumerate().filter_map(read).collect()
}

fn funding(
    messages: &[pb::ProjectFunding],
    path: &str,
    faults: &mut Faults,
) -> BTreeMap<(i64, FinancingClass), YearMoney> {
    let mut read = BTreeMap::new();
    for (at, pb::ProjectFunding { year, financing_class, amount, assigned_amount: _ }) in messages.iter().enumerate() {
        let Some(class) = word::<FinancingClass>(*financing_class) else { continue };
        let money = YearMoney { planned: *amount, assigned: None };
        let twice = read.insert((i64::from(*year), class), money).is_some();
        faults.when(twice, &format!("{path}[{at}]"), "has a year and class that stand twice");
    }
    read
}

const REQUIRED: &[&str] = &["title", "kind", "level", "first_year", "last_year"];

fn created(id: String, body: pb::Project, jurisdiction: &str, path: &str, faults: &mut Faults) -> Project {
    faults.when(body.unit.is_empty(), &format!("{path}.unit"), "is required");
    project(id, body, jurisdiction, path, REQUIRED, faults)
}

fn updated(
    body: pb::Project,
    mask: Option<prost_types::FieldMask>,
    etag: String,
    place: &str,
    faults: &mut Faults,
) -> Result<Update> {
    let name = project_name(&body.name, &format!("{place}project.name"))?;
    let before = faults.0.len();
    let mask = Mask::read(mask, WRITABLE, READABLE, &mut faults.0);
    for fault in faults.0.iter_mut().skip(before) {
        fault.field = format!("{place}{}", fault.field);
    }
    let fields = written(&body, &mask);
    let stated_unit = UnitName::parse(&body.unit).map(|unit| unit.unit).filter(|_| fields.contains(&"unit"));
    let needed: Vec<&str> = REQUIRED.iter().copied().filter(|field| fields.contains(field)).collect();
    let new = project(name.project, body, &name.jurisdiction, &format!("{place}project"), &needed, faults);
    Ok(Update { new, fields, unit: stated_unit, etag })
}

impl FromWire for CreateProject {
    type Message = pb::CreateProjectRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let jurisdiction = jurisdiction_of(&message.parent);
        let body = message.project.unwrap_or_default();
        let new = created(message.project_id, body, &jurisdiction, "project", &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self(new))
    }
}

impl FromWire for GetProject {
    type Message = pb::GetProjectRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: project_name(&message.name, "name")?, read_at: read_at(message.read_at) })
    }
}

impl FromWire for ListProjects {
    type Message = pb::ListProjectsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let mut faults = Faults::default();
        let jurisdiction = jurisdiction_of(&message.parent);
        let owner = UnitName::parse(&message.unit);
        let foreign = owner.as_ref().is_some_and(|unit| unit.jurisdiction != jurisdiction);
        faults.when(foreign, "unit", "is of another jurisdiction");
        faults.when(message.unit_only && owner.is_none(), "unit", "is required with unit_only");
        let filter = ProjectFilter {
            states: message.states.iter().filter_map(|one| word(*one)).collect(),
            kinds: message.kinds.iter().filter_map(|one| word(*one)).collect(),
            fields: message.fields.iter().filter_map(|one| word(*one)).collect(),
            levels: message.levels.iter().filter_map(|one| word(*one)).collect(),
            year: Some(i64::from(message.year)).filter(|year| *year != 0),
            list: list(&message.list, &jurisdiction, "list", &mut faults),
            patterns: text::patterns(&message.query),
            ..ProjectFilter::default()
        };
        unless_invalid(faults.0)?;
        let (unit_only, read_at) = (message.unit_only, read_at(message.read_at));
        Ok(Self { jurisdiction, unit: owner, unit_only, filter, read_at, page })
    }
}

impl FromWire for UpdateProject {
    type Message = pb::UpdateProjectRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let body = message.project.unwrap_or_default();
        let update = updated(body, message.update_mask, message.etag, "", &mut faults)?;
        unless_invalid(faults.0)?;
        Ok(Self(update))
    }
}

impl FromWire for DeleteProject {
    type Message = pb::DeleteProjectRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: project_name(&message.name, "name")?, etag: message.etag })
    }
}

impl FromWire for MoveProject {
    type Message = pb::MoveProjectRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let moves = moves(message.moves, "", &mut faults);
        let name = project_name(&message.name, "name");
        unless_invalid(faults.0)?;
        Ok(Self { name: name?, moves, etag: message.etag })
    }
}

impl FromWire for BatchWriteProjects {
    type Message = pb::BatchWriteProjectsRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let jurisdiction = jurisdiction_of(&message.parent);
        let mut operations = Vec::with_capacity(message.operations.len());
        let mut seen: Vec<String> = Vec::new();
        for (at, operation) in message.operations.into_iter().enumerate() {
            let Some((operation, field, of)) = self::operation(operation, at, &jurisdiction, &mut faults)? else {
                continue;
            };
            faults.when(of != jurisdiction, &field, "is of another jurisdiction than the request");
            let id = match &operation.change {
                Change::Create(new) => new.id.clone(),
                Change::Update(update) => update.new.id.clone(),
                Change::Move { project, .. } => project.clone(),
            };
            faults.when(!id.is_empty() && seen.contains(&id), &field, "is named by two operations");
            seen.push(id);
            operations.push(operation);
        }
        unless_invalid(faults.0)?;
        Ok(Self { jurisdiction, operations })
    }
}

/// An operation with the field that names its project, and the jurisdiction of that; none where the rules of the fields say what is wrong.
fn operation(
    message: pb::ProjectOperation,
    at: usize,
    jurisdiction: &str,
    faults: &mut Faults,
) -> Result<Option<(Operation, String, String)>> {
    use pb::project_operation::Operation as Message;
    let Some(message) = message.operation else { return Ok(None) };
    Ok(Some(match message {
        Message::Create(pb::CreateProjectOperation { project_id, project }) => {
            let place = format!("operations[{at}].create.");
            let body = project.unwrap_or_default();
            let new = created(project_id, body, jurisdiction, &format!("{place}project"), faults);
            let field = format!("{place}project_id");
            (Operation { place, change: Change::Create(Box::new(new)) }, field, jurisdiction.to_owned())
        }
        Message::Update(pb::UpdateProjectOperation { project, update_mask, etag }) => {
            let place = format!("operations[{at}].update.");
            let update = updated(project.unwrap_or_default(), update_mask, etag, &place, faults)?;
            let (field, of) = (format!("{place}project.name"), update.new.jurisdiction.clone());
            (Operation { place, change: Change::Update(Box::new(update)) }, field, of)
        }
        Message::Move(pb::MoveProjectOperation { name, moves: messages, etag }) => {
            let place = format!("operations[{at}].move.");
            let field = format!("{place}name");
            let name = project_name(&name, &field)?;
            let moves = moves(messages, &place, faults);
            let change = Change::Move { project: name.project, moves, etag };
            (Operation { place, change }, field, name.jurisdiction)
        }
    }))
}
