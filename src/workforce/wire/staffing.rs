//! The messages of the items of a headcount.

use std::collections::{BTreeSet, HashSet};

use super::plans::plan_name;
use super::{day, small};
use crate::document::stages::{Stage, Staged};
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{in_force, number, number_or_none, read_at, stated, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{StaffingItemName, UnitName, WorkforcePlanName};
use crate::workforce::actions::*;
use crate::workforce::model::staffing::{
    Attraction, Cohort, Content, Demand, Figures, Flow, Position, PositionApproval, Raise, Share, StaffingItem,
    StaffingKind, Training,
};
use crate::workforce::staffing::StaffingOperation;
use crate::workforce::store::StaffingFilter;
use crate::{mutations, pb};

mutations!(pb::BatchWriteStaffingRequest);

/// The id of a unit of this jurisdiction; empty where none is named.
pub fn unit(name: &str, jurisdiction: &str, field: &str, faults: &mut Faults) -> String {
    let Some(name) = UnitName::parse(name) else { return String::new() };
    faults.when(name.jurisdiction != jurisdiction, field, "is of another jurisdiction");
    name.unit
}

impl FromWire for BatchWriteStaffing {
    type Message = pb::BatchWriteStaffingRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let mut faults = Faults::default();
        let plan = plan_name(&message.parent, "parent")?;
        let mut seen = HashSet::new();
        let mut operations = Vec::with_capacity(message.operations.len());
        for (at, operation) in message.operations.into_iter().enumerate() {
            let path = format!("operations[{at}]");
            let Some(operation) = self::operation(operation, &plan, &path, &mut faults) else { continue };
            let id = operation.subject().0;
            let again = !id.is_empty() && !seen.insert(id.to_owned());
            faults.when(again, &path, "is about an item that an earlier operation is about");
            operations.push(operation);
        }
        unless_invalid(faults.0)?;
        Ok(Self { plan, operations })
    }
}

/// Reads an operation; none where something is missing, which the rules of its fields name.
fn operation(
    message: pb::StaffingOperation,
    plan: &WorkforcePlanName,
    path: &str,
    faults: &mut Faults,
) -> Option<StaffingOperation> {
    use pb::staffing_operation::Operation;
    match message.operation? {
        Operation::Create(body) => {
            let (content, figures) = item(body.item?, plan, &format!("{path}.create.item"), faults)?;
            Some(StaffingOperation::Create { id: body.item_id, content, figures })
        }
        Operation::Replace(body) => {
            let message = body.item?;
            let field = format!("{path}.replace.item.name");
            let own = own(&message.name, plan, &field, faults);
            let (content, figures) = item(message, plan, &format!("{path}.replace.item"), faults)?;
            let (id, kind) = own?;
            faults.when(content.kind() != kind, &field, "is of another kind than what is sent");
            Some(StaffingOperation::Replace { id, content, figures, etag: body.etag })
        }
        Operation::Judge(body) => {
            let (id, kind) = own(&body.name, plan, &format!("{path}.judge.name"), faults)?;
            let reason = stated(faults.long(&format!("{path}.judge.reason"), &body.reason));
            Some(StaffingOperation::Judge { id, kind, etag: body.etag, figure: body.figure?, reason })
        }
        Operation::Delete(body) => {
            let (id, kind) = own(&body.name, plan, &format!("{path}.delete.name"), faults)?;
            Some(StaffingOperation::Delete { id, kind, etag: body.etag })
        }
    }
}

/// The id and the kind of an item of the plan.
fn own(name: &str, plan: &WorkforcePlanName, field: &str, faults: &mut Faults) -> Option<(String, StaffingKind)> {
    let named = StaffingItemName::parse(name);
    faults.when(named.is_none(), field, "is not the name of an item of a headcount");
    let named = named?;
    faults.when(named.plan_name() != *plan, field, "is of another plan than the request");
    StaffingKind::of_collection(named.collection).map(|kind| (named.item, kind))
}

fn item(
    message: pb::StaffingItem,
    plan: &WorkforcePlanName,
    path: &str,
    faults: &mut Faults,
) -> Option<(Content, Figures)> {
    let figure = message.figure;
    let content = content(message.content?, &plan.jurisdiction, path, faults)?;
    let staged = content.kind().is_staged();
    faults.when(figure.is_some() && !staged, &format!("{path}.figure"), "belongs to other kinds of items");
    Some((content, figures(figure.unwrap_or_default(), &format!("{path}.figure"), faults)))
}

fn figures(message: pb::StagedFigure, path: &str, faults: &mut Faults) -> Figures {
    let pb::StagedFigure { requested, appraised, decided, appraised_reason, decided_reason } = message;
    let mut reason = |figure: Option<i64>, word: &str, text: &str| {
        let field = format!("{path}.{word}_reason");
        let reason = stated(faults.long(&field, text));
        faults.when(reason.is_some() && figure.is_none(), &field, "is the reason of a figure that is not stated");
        reason
    };
    let reasons =
        [None, reason(appraised, "appraised", &appraised_reason), reason(decided, "decided", &decided_reason)];
    Figures { figures: [requested, appraised, decided], reasons }
}

/// Reads what an item says; none where a word of it is not known, which the rules of its fields name.
fn content(message: pb::staffing_item::Content, of: &str, path: &str, faults: &mut Faults) -> Option<Content> {
    use pb::staffing_item::Content as Sent;
    Some(match message {
        Sent::Demand(message) => {
            let path = format!("{path}.demand");
            Content::Demand(Demand {
                unit: unit(&message.unit, of, &format!("{path}.unit"), faults),
                staff_kind: word(message.staff_kind)?,
                year: i64::from(message.year),
                starts_on: day(faults, &format!("{path}.starts_on"), &message.starts_on),
                note: faults.long(&format!("{path}.note"), &message.note),
            })
        }
        Sent::Position(message) => Content::Position(Box::new(position(message, of, path, faults)?)),
        Sent::Training(message) => Content::Training(Box::new(training(message, of, path, faults)?)),
        Sent::Attraction(message) => Content::Attraction(Box::new(attraction(message, of, path, faults))),
        Sent::Flow(message) => Content::Flow(Box::new(flow(message, of, path, faults)?)),
        Sent::Cohort(message) => Content::Cohort(Cohort {
            staff_group: message.staff_group,
            birth_month: message.birth_month,
            gender: word(message.gender)?,
            count: i64::from(message.count),
            extension_months: i64::from(message.extension_months),
            ground: word(message.extension_ground),
            management: message.management,
        }),
        Sent::Raise(message) => {
            let path = format!("{path}.raise");
            let last = day(faults, &format!("{path}.last_raised_on"), &message.last_raised_on)?;
            let raised = day(faults, &format!("{path}.raised_on"), &message.raised_on)?;
            faults.when(raised <= last, &format!("{path}.raised_on"), "is not after last_raised_on");
            Content::Raise(Raise {
                staff_group: message.staff_group,
                last_raised_on: last,
                raised_on: raised,
                early_act: faults.name(&format!("{path}.early_act"), &message.early_act, false),
                extra_steps: i64::from(message.extra_steps),
                last_extra_steps: i64::from(message.last_extra_steps),
            })
        }
    })
}

fn position(message: pb::Position, of: &str, path: &str, faults: &mut Faults) -> Option<Position> {
    let at = |field: &str| format!("{path}.position.{field}");
    Some(Position {
        unit: unit(&message.unit, of, &at("unit"), faults),
        code: faults.name(&at("code"), &message.code, false),
        title: faults.name(&at("title"), &message.title, true),
        staff_kind: word(message.staff_kind)?,
        regime: word(message.regime),
        class: word(message.position_class)?,
        level: i64::from(message.level),
        rank_min: stated(message.rank_min),
        rank_max: stated(message.rank_max),
        load: word(message.load)?,
        staff_groups: message.staff_groups,
        note: faults.long(&at("note"), &message.note),
    })
}

fn training(message: pb::Training, of: &str, path: &str, faults: &mut Faults) -> Option<Training> {
    let at = |field: &str| format!("{path}.training.{field}");
    Some(Training {
        unit: unit(&message.unit, of, &at("unit"), faults),
        year: i64::from(message.year),
        kind: word(message.kind)?,
        title: faults.name(&at("title"), &message.title, true),
        place: word(message.place)?,
        host: faults.name(&at("host"), &message.host, false),
        hours: i64::from(message.hours),
        count: i64::from(message.count),
        commitment_months: i64::from(message.commitment_months),
        functional_code: stated(message.functional_code),
        class: word(message.financing_class),
        note: faults.long(&at("note"), &message.note),
    })
}

fn attraction(message: pb::Attraction, of: &str, path: &str, faults: &mut Faults) -> Attraction {
    let at = |field: &str| format!("{path}.attraction.{field}");
    Attraction {
        unit: unit(&message.unit, of, &at("unit"), faults),
        year: i64::from(message.year),
        title: faults.name(&at("title"), &message.title, true),
        policy: faults.name(&at("policy"), &message.policy, false),
        count: i64::from(message.count),
        grant: message.grant_amount,
        commitment_months: i64::from(message.commitment_months),
        refund_bp: i64::from(message.refund_bp),
        class: word(message.financing_class),
        note: faults.long(&at("note"), &message.note),
    }
}

fn flow(message: pb::HeadcountFlow, of: &str, path: &str, faults: &mut Faults) -> Option<Flow> {
    let at = |field: &str| format!("{path}.flow.{field}");
    let mut seen = BTreeSet::new();
    let mut breakdown = Vec::with_capacity(message.breakdown.len());
    for (place, share) in message.breakdown.into_iter().enumerate() {
        let field = at(&format!("breakdown[{place}].value"));
        let value = faults.name(&field, &share.value, true);
        let dimension = word(share.dimension)?;
        faults.when(!seen.insert((dimension, value.clone())), &field, "is stated already");
        breakdown.push(Share { dimension, value, count: i64::from(share.count) });
    }
    Some(Flow {
        unit: unit(&message.unit, of, &at("unit"), faults),
        staff_kind: word(message.staff_kind)?,
        year: i64::from(message.year),
        opening: i64::from(message.opening),
        recruited: i64::from(message.recruited),
        transferred_in: i64::from(message.transferred_in),
        retired: i64::from(message.retired),
        transferred_out: i64::from(message.transferred_out),
        cut: i64::from(message.cut),
        other: i64::from(message.other),
        closing: i64::from(message.closing),
        breakdown,
    })
}

impl FromWire for ListStaffing {
    type Message = pb::ListStaffingRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let plan = plan_name(&message.parent, "parent")?;
        let named = UnitName::parse(&message.unit);
        if named.as_ref().is_some_and(|unit| unit.jurisdiction != plan.jurisdiction) {
            return Err(Error::invalid("unit", "is of another jurisdiction"));
        }
        let filter = StaffingFilter {
            kinds: message.kinds.iter().filter_map(|kind| word(*kind)).collect(),
            unit: named.map(|unit| unit.unit),
            staff_kind: word(message.staff_kind),
            year: Some(i64::from(message.year)).filter(|year| *year != 0),
        };
        let in_force = in_force(message.read_at.as_ref());
        Ok(Self { plan, filter, read_at: read_at(message.read_at), in_force, page })
    }
}

impl IntoWire for WrittenItems {
    type Message = pb::BatchWriteStaffingResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let etag = sending.etag(self.revision);
        let written = |(name, stands): (String, bool)| pb::WrittenStaffingItem {
            name,
            etag: if stands { etag.clone() } else { String::new() },
        };
        let items = self.items.into_iter().map(written).collect();
        pb::BatchWriteStaffingResponse { items, workforce_plan_etag: etag.clone(), revision: self.revision }
    }
}

impl IntoWire for ListedStaffing {
    type Message = pb::ListStaffingResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { plan, in_force, items, next_page_token } = self;
        let sending = sending.showing(in_force);
        let message = |item: StaffingItem| item_message(&plan, item, &sending);
        pb::ListStaffingResponse { items: items.into_iter().map(message).collect(), next_page_token }
    }
}

fn item_message(plan: &WorkforcePlanName, item: StaffingItem, sending: &Sending<'_>) -> pb::StaffingItem {
    let approval = item.approval();
    let StaffingItem { id, sequence: _, content, figures, revision } = item;
    let WorkforcePlanName { jurisdiction, plan } = plan.clone();
    let kind = content.kind();
    let name = StaffingItemName { jurisdiction: jurisdiction.clone(), plan, collection: kind.collection(), item: id };
    pb::StaffingItem {
        name: name.to_string(),
        content: Some(content_message(content, approval, &jurisdiction)),
        figure: kind.is_staged().then(|| figure_message(&figures)),
        revision,
        etag: sending.etag(revision),
    }
}

fn figure_message(figures: &Figures) -> pb::StagedFigure {
    let reason = |stage| figures.reason(stage).unwrap_or_default().to_owned();
    pb::StagedFigure {
        requested: figures.figure(Stage::Requested),
        appraised: figures.figure(Stage::Appraised),
        decided: figures.figure(Stage::Decided),
        appraised_reason: reason(Stage::Appraised),
        decided_reason: reason(Stage::Decided),
    }
}

fn content_message(content: Content, approval: PositionApproval, jurisdiction: &str) -> pb::staffing_item::Content {
    use pb::staffing_item::Content as Sent;
    let unit = |unit: String| UnitName { jurisdiction: jurisdiction.to_owned(), unit }.to_string();
    match content {
        Content::Demand(Demand { unit: of, staff_kind, year, starts_on, note }) => Sent::Demand(pb::HeadcountDemand {
            unit: unit(of),
            staff_kind: number(staff_kind),
            year: small(year),
            starts_on: starts_on.unwrap_or_default(),
            note,
        }),
        Content::Position(position) => Sent::Position(position_message(*position, approval, unit)),
        Content::Training(training) => Sent::Training(training_message(*training, unit)),
        Content::Attraction(attraction) => Sent::Attraction(attraction_message(*attraction, unit)),
        Content::Flow(flow) => Sent::Flow(flow_message(*flow, unit)),
        Content::Cohort(cohort) => Sent::Cohort(cohort_message(cohort)),
        Content::Raise(raise) => {
            let Raise { staff_group, last_raised_on, raised_on, early_act, extra_steps, last_extra_steps } = raise;
            let (extra_steps, last_extra_steps) = (small(extra_steps), small(last_extra_steps));
            Sent::Raise(pb::StepRaise {
                staff_group,
                last_raised_on,
                raised_on,
                early_act,
                extra_steps,
                last_extra_steps,
            })
        }
    }
}

fn cohort_message(cohort: Cohort) -> pb::Cohort {
    let Cohort { staff_group, birth_month, gender, count, extension_months, ground, management } = cohort;
    pb::Cohort {
        staff_group,
        birth_month,
        gender: number(gender),
        count: small(count),
        extension_months: small(extension_months),
        extension_ground: number_or_none(ground),
        management,
    }
}

fn position_message(position: Position, approval: PositionApproval, name: impl Fn(String) -> String) -> pb::Position {
    let Position { unit, code, title, staff_kind, regime, class, level, rank_min, rank_max, load, staff_groups, note } =
        position;
    pb::Position {
        unit: name(unit),
        code,
        title,
        staff_kind: number(staff_kind),
        regime: number_or_none(regime),
        position_class: number(class),
        level: small(level),
        rank_min: rank_min.unwrap_or_default(),
        rank_max: rank_max.unwrap_or_default(),
        load: number(load),
        staff_groups,
        note,
        approval: number(approval),
    }
}

fn training_message(training: Training, name: impl Fn(String) -> String) -> pb::Training {
    let Training {
        unit,
        year,
        kind,
        title,
        place,
        host,
        hours,
        count,
        commitment_months,
        functional_code,
        class,
        note,
    } = training;
    pb::Training {
        unit: name(unit),
        year: small(year),
        kind: number(kind),
        title,
        place: number(place),
        host,
        hours: small(hours),
        count: small(count),
        commitment_months: small(commitment_months),
        functional_code: functional_code.unwrap_or_default(),
        financing_class: number_or_none(class),
        note,
    }
}

fn attraction_message(attraction: Attraction, name: impl Fn(String) -> String) -> pb::Attraction {
    let Attraction { unit, year, title, policy, count, grant, commitment_months, refund_bp, class, note } = attraction;
    pb::Attraction {
        unit: name(unit),
        year: small(year),
        title,
        policy,
        count: small(count),
        grant_amount: grant,
        commitment_months: small(commitment_months),
        refund_bp: small(refund_bp),
        financing_class: number_or_none(class),
        note,
    }
}

fn flow_message(flow: Flow, name: impl Fn(String) -> String) -> pb::HeadcountFlow {
    let Flow {
        unit,
        staff_kind,
        year,
        opening,
        recruited,
        transferred_in,
        retired,
        transferred_out,
        cut,
        other,
        closing,
        breakdown,
    } = flow;
    let share = |Share { dimension, value, count }| pb::HeadcountShare {
        dimension: number(dimension),
        value,
        count: small(count),
    };
    pb::HeadcountFlow {
        unit: name(unit),
        staff_kind: number(staff_kind),
        year: small(year),
        opening: small(opening),
        recruited: small(recruited),
        transferred_in: small(transferred_in),
        retired: small(retired),
        transferred_out: small(transferred_out),
        cut: small(cut),
        other: small(other),
        closing: small(closing),
        breakdown: breakdown.into_iter().map(share).collect(),
    }
}
