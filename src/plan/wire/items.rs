//! The messages of items.

use std::collections::BTreeSet;

use super::{plan_name, unit};
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, in_force, number, number_or_none, read_at, stated, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{PlanItemName, PlanName, UnitName};
use crate::period::is_day;
use crate::plan::actions::*;
use crate::plan::batch::Operation;
use crate::plan::model::formula::Formula;
use crate::plan::model::{
    Aggregation, Comparator, Content, Funding, Goal, Indicator, Item, ItemKind, Section, Target, Task, ValueKind,
    number as decimal,
};
use crate::plan::store::ItemFilter;
use crate::{pb, text};

/// The items of a new plan.
pub fn creates(messages: Vec<pb::CreatePlanItemOperation>, jurisdiction: &str, faults: &mut Faults) -> Vec<Operation> {
    let mut seen = BTreeSet::new();
    let mut operations = Vec::with_capacity(messages.len());
    for (at, message) in messages.into_iter().enumerate() {
        let twice = !message.item_id.is_empty() && !seen.insert(message.item_id.clone());
        faults.when(twice, &format!("items[{at}].item_id"), "is given twice");
        operations.extend(create(message, jurisdiction, &format!("items[{at}].item"), faults));
    }
    operations
}

fn create(message: pb::CreatePlanItemOperation, of: &str, path: &str, faults: &mut Faults) -> Option<Operation> {
    let content = content(message.item?.content?, of, path, faults);
    Some(Operation::Create(Item { id: message.item_id, sequence: 0, content, revision: 0 }))
}

impl FromWire for BatchWritePlan {
    type Message = pb::BatchWritePlanRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        use pb::plan_operation::Operation as Sent;
        let plan = plan_name(&message.parent, "parent")?;
        let mut faults = Faults::default();
        let mut operations = Vec::with_capacity(message.operations.len());
        let mut seen = BTreeSet::new();
        for (at, operation) in message.operations.into_iter().enumerate() {
            let operation = match operation.operation {
                Some(Sent::Create(sent)) => {
                    create(sent, &plan.jurisdiction, &format!("operations[{at}].create.item"), &mut faults)
                }
                Some(Sent::Replace(sent)) => replace(sent, &plan, &format!("operations[{at}].replace"), &mut faults),
                Some(Sent::Delete(sent)) => {
                    let own = own_item(&sent.name, &plan, &format!("operations[{at}].delete.name"), &mut faults);
                    own.map(|(item, kind)| Operation::Delete { item, kind, etag: sent.etag })
                }
                None => None,
            };
            let Some(operation) = operation else { continue };
            let id = operation.subject().0;
            let twice = !id.is_empty() && !seen.insert(id.to_owned());
            faults.when(twice, &format!("operations[{at}]"), "is about an item that another operation is about");
            operations.push(operation);
        }
        unless_invalid(faults.0)?;
        Ok(Self { plan, operations })
    }
}

/// The id and kind of an item that belongs to a plan.
fn own_item(name: &str, plan: &PlanName, path: &str, faults: &mut Faults) -> Option<(String, ItemKind)> {
    let Some(found) = PlanItemName::parse(name) else {
        faults.when(true, path, "is required");
        return None;
    };
    faults.when(found.plan_name() != *plan, path, "is an item of another plan");
    ItemKind::of_collection(found.collection).map(|kind| (found.item, kind))
}

fn replace(
    message: pb::ReplacePlanItemOperation,
    plan: &PlanName,
    path: &str,
    faults: &mut Faults,
) -> Option<Operation> {
    let body = message.item?;
    let own = own_item(&body.name, plan, &format!("{path}.item.name"), faults);
    let content = content(body.content?, &plan.jurisdiction, &format!("{path}.item"), faults);
    let (id, kind) = own?;
    faults.when(content.kind() != kind, &format!("{path}.item.name"), "is of another kind than what is sent");
    Some(Operation::Replace { item: Item { id, sequence: 0, content, revision: 0 }, etag: message.etag })
}

fn content(message: pb::plan_item::Content, jurisdiction: &str, path: &str, faults: &mut Faults) -> Content {
    use pb::plan_item::Content as Sent;
    match message {
        Sent::Section(pb::PlanSection { title, body }) => Content::Section(Section {
            title: faults.name(&format!("{path}.section.title"), &title, true),
            body: faults.long(&format!("{path}.section.body"), &body),
        }),
        Sent::Goal(pb::PlanGoal { code, title, group }) => Content::Goal(Goal {
            code: faults.name(&format!("{path}.goal.code"), &code, false),
            title: faults.name(&format!("{path}.goal.title"), &title, true),
            group: faults.name(&format!("{path}.goal.group"), &group, false),
        }),
        Sent::Indicator(message) => {
            Content::Indicator(Box::new(indicator(message, &format!("{path}.indicator"), faults)))
        }
        Sent::Task(message) => Content::Task(Box::new(task(message, jurisdiction, &format!("{path}.task"), faults))),
        Sent::Funding(pb::PlanFunding { task, year, financing_class, nature, amount, note, part }) => {
            faults.when(year != 0 && year < 1900, &format!("{path}.funding.year"), "is before 1900");
            Content::Funding(Funding {
                task: stated(task),
                year: i64::from(year),
                class: word(financing_class),
                nature: word(nature),
                part: word(part),
                amount,
                note: faults.name(&format!("{path}.funding.note"), &note, false),
            })
        }
    }
}

fn indicator(message: pb::Indicator, path: &str, faults: &mut Faults) -> Indicator {
    let field = |name: &str| format!("{path}.{name}");
    let baseline = super::decimal(&message.baseline, &field("baseline"), faults)
        .map(|value| (i64::from(message.baseline_year), value));
    let both = (message.baseline_year != 0) != message.baseline.is_empty();
    faults.when(!both, &field("baseline"), "and baseline_year are stated together");
    let formula = stated(faults.name(&field("formula"), &message.formula, false));
    if let Some(Err(wrong)) = formula.as_deref().map(Formula::parse) {
        faults.when(true, &field("formula"), &format!("is no formula: {wrong}"));
    }
    let indicator = Indicator {
        code: faults.name(&field("code"), &message.code, false),
        title: faults.name(&field("title"), &message.title, true),
        goal: stated(message.goal),
        measure: faults.name(&field("measure"), &message.measure, false),
        value_kind: word(message.value_kind).unwrap_or(ValueKind::Count),
        direction: word(message.direction),
        comparator: word(message.comparator),
        aggregation: word(message.aggregation).unwrap_or(Aggregation::Sum),
        cumulative: message.cumulative,
        decimals: i64::from(message.decimals),
        formula,
        ratio: stated(message.numerator).zip(stated(message.denominator)),
        baseline,
        targets: Vec::new(),
        source: faults.name(&field("source"), &message.source, false),
        note: faults.long(&field("note"), &message.note),
        roll_up: word(message.roll_up),
    };
    refuse_mix(&indicator, path, faults);
    let targets = targets(message.targets, &indicator, path, faults);
    Indicator { targets, ..indicator }
}

/// Which fields of an indicator do not go together.
fn refuse_mix(indicator: &Indicator, path: &str, faults: &mut Faults) {
    let field = |name: &str| format!("{path}.{name}");
    let (kind, aggregation) = (indicator.value_kind, indicator.aggregation);
    let is_computed = indicator.formula.is_some();
    let is_ratio = aggregation == Aggregation::RatioOfSums;
    faults.when(
        is_ratio && indicator.ratio.is_none(),
        &field("numerator"),
        "and denominator are required for RATIO_OF_SUMS",
    );
    faults.when(!is_ratio && indicator.ratio.is_some(), &field("numerator"), "is for RATIO_OF_SUMS only");
    faults.when(is_ratio && is_computed, &field("formula"), "is not for RATIO_OF_SUMS");
    let unsummed = matches!(kind, ValueKind::Percent | ValueKind::Ratio | ValueKind::Text | ValueKind::Boolean);
    let sums = matches!(aggregation, Aggregation::Sum | Aggregation::Distinct);
    faults.when(
        unsummed && sums && !is_computed,
        &field("aggregation"),
        "does not add up what is no count and no money",
    );
    let is_text = kind == ValueKind::Text;
    faults.when(is_text && aggregation != Aggregation::Last, &field("aggregation"), "is LAST for a text");
    faults.when(is_text && is_computed, &field("formula"), "gives no text");
    faults.when(is_text && indicator.baseline.is_some(), &field("baseline"), "is for numbers");
    faults.when(indicator.cumulative && aggregation != Aggregation::Sum, &field("cumulative"), "is for SUM only");
}

fn targets(messages: Vec<pb::Target>, indicator: &Indicator, path: &str, faults: &mut Faults) -> Vec<Target> {
    let mut years = BTreeSet::new();
    let mut targets = Vec::new();
    let is_text = indicator.value_kind == ValueKind::Text;
    faults.when(is_text && !messages.is_empty(), &format!("{path}.targets"), "are for numbers");
    for (at, pb::Target { year, value, upper }) in messages.into_iter().enumerate() {
        let field = |name: &str| format!("{path}.targets[{at}].{name}");
        faults.when(year != 0 && year < 1900, &field("year"), "is before 1900");
        faults.when(!years.insert(year), &field("year"), "has a target already");
        let value = super::decimal(&value, &field("value"), faults).unwrap_or_default();
        let upper = super::decimal(&upper, &field("upper"), faults);
        let is_range = indicator.comparator == Some(Comparator::Range);
        faults.when(is_range != upper.is_some(), &field("upper"), "is stated for RANGE, and only there");
        faults.when(upper.is_some_and(|upper| upper < value), &field("upper"), "is below the value");
        targets.push(Target { year: i64::from(year), value, upper });
    }
    targets
}

fn task(message: pb::PlanTask, jurisdiction: &str, path: &str, faults: &mut Faults) -> Task {
    let field = |name: &str| format!("{path}.{name}");
    for (name, day) in [("starts_on", &message.starts_on), ("ends_on", &message.ends_on)] {
        faults.when(!day.is_empty() && !is_day(day), &field(name), "is not a day of the calendar");
    }
    let (starts_on, ends_on) = (stated(message.starts_on), stated(message.ends_on));
    let turned = starts_on.as_ref().zip(ends_on.as_ref()).is_some_and(|(starts, ends)| ends <= starts);
    faults.when(turned, &field("ends_on"), "is not after the first day");
    let serves = PlanItemName::parse(&message.serves).map(|name| {
        faults.when(name.jurisdiction != jurisdiction, &field("serves"), "is of another jurisdiction");
        (name.plan, name.item)
    });
    let partner =
        |(at, name): (usize, &String)| unit(name, jurisdiction, &format!("{path}.partner_units[{at}]"), faults);
    let partners = message.partner_units.iter().enumerate().filter_map(partner).collect();
    Task {
        code: faults.name(&field("code"), &message.code, false),
        title: faults.name(&field("title"), &message.title, true),
        goal: stated(message.goal),
        unit: unit(&message.unit, jurisdiction, &field("unit"), faults),
        partners,
        starts_on,
        ends_on,
        output: faults.long(&field("output"), &message.output),
        authority: faults.name(&field("authority"), &message.authority, false),
        serves,
        outside_reason: faults.long(&field("outside_plan_reason"), &message.outside_plan_reason),
    }
}

impl FromWire for GetPlanItem {
    type Message = pb::GetPlanItemRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let name =
            PlanItemName::parse(&message.name).ok_or_else(|| Error::invalid("name", "is not the name of an item"))?;
        let in_force = in_force(message.read_at.as_ref());
        Ok(Self { name, read_at: read_at(message.read_at), in_force })
    }
}

impl FromWire for ListPlanItems {
    type Message = pb::ListPlanItemsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let plan = plan_name(&message.parent, "parent")?;
        let mut faults = Faults::default();
        let filter = ItemFilter {
            kinds: message.kinds.iter().filter_map(|kind| word(*kind)).collect(),
            goal: stated(message.goal),
            unit: unit(&message.unit, &plan.jurisdiction, "unit", &mut faults),
            patterns: text::patterns(&message.query),
        };
        unless_invalid(faults.0)?;
        let in_force = in_force(message.read_at.as_ref());
        Ok(Self { plan, filter, read_at: read_at(message.read_at), in_force, page })
    }
}

/// An item as a message.
pub fn item_message(plan: &PlanName, item: Item, sending: &Sending<'_>) -> pb::PlanItem {
    let Item { id, sequence, content, revision } = item;
    let PlanName { jurisdiction, plan } = plan.clone();
    let collection = content.kind().collection();
    let name = PlanItemName { jurisdiction: jurisdiction.clone(), plan, collection, item: id }.to_string();
    pb::PlanItem {
        name,
        sequence: count(sequence),
        content: Some(content_message(content, &jurisdiction)),
        revision,
        etag: sending.etag(revision),
    }
}

fn content_message(content: Content, jurisdiction: &str) -> pb::plan_item::Content {
    use pb::plan_item::Content as Sent;
    match content {
        Content::Section(Section { title, body }) => Sent::Section(pb::PlanSection { title, body }),
        Content::Goal(Goal { code, title, group }) => Sent::Goal(pb::PlanGoal { code, title, group }),
        Content::Indicator(indicator) => Sent::Indicator(indicator_message(*indicator)),
        Content::Task(task) => Sent::Task(task_message(*task, jurisdiction)),
        Content::Funding(Funding { task, year, class, nature, part, amount, note }) => Sent::Funding(pb::PlanFunding {
            task: task.unwrap_or_default(),
            year: count(year),
            financing_class: number_or_none(class),
            nature: number_or_none(nature),
            part: number_or_none(part),
            amount,
            note,
        }),
    }
}

fn indicator_message(indicator: Indicator) -> pb::Indicator {
    let Indicator {
        code,
        title,
        goal,
        measure,
        value_kind,
        direction,
        comparator,
        aggregation,
        cumulative,
        decimals,
        formula,
        ratio,
        baseline,
        targets,
        source,
        note,
        roll_up,
    } = indicator;
    let (numerator, denominator) = ratio.unwrap_or_default();
    let target = |Target { year, value, upper }| pb::Target {
        year: count(year),
        value: decimal::text(value),
        upper: upper.map(decimal::text).unwrap_or_default(),
    };
    pb::Indicator {
        code,
        title,
        goal: goal.unwrap_or_default(),
        measure,
        value_kind: number(value_kind),
        direction: number_or_none(direction),
        comparator: number_or_none(comparator),
        aggregation: number(aggregation),
        cumulative,
        decimals: count(decimals),
        formula: formula.unwrap_or_default(),
        numerator,
        denominator,
        baseline_year: count(baseline.map_or(0, |(year, _)| year)),
        baseline: baseline.map(|(_, value)| decimal::text(value)).unwrap_or_default(),
        targets: targets.into_iter().map(target).collect(),
        source,
        note,
        roll_up: number_or_none(roll_up),
    }
}

/// What a task says.
pub fn task_message(task: Task, jurisdiction: &str) -> pb::PlanTask {
    let unit = |unit: String| UnitName { jurisdiction: jurisdiction.to_owned(), unit }.to_string();
    let served = |(plan, item): (String, String)| {
        let collection = ItemKind::Goal.collection();
        PlanItemName { jurisdiction: jurisdiction.to_owned(), plan, collection, item }.to_string()
    };
    let Task {
        code,
        title,
        goal,
        unit: doing,
        partners,
        starts_on,
        ends_on,
        output,
        authority,
        serves,
        outside_reason,
    } = task;
    pb::PlanTask {
        code,
        title,
        goal: goal.unwrap_or_default(),
        unit: doing.map(unit).unwrap_or_default(),
        partner_units: partners.into_iter().map(unit).collect(),
        starts_on: starts_on.unwrap_or_default(),
        ends_on: ends_on.unwrap_or_default(),
        output,
        authority,
        serves: serves.map(served).unwrap_or_default(),
        outside_plan_reason: outside_reason,
    }
}

impl IntoWire for NamedItem {
    type Message = pb::PlanItem;

    fn into_wire(self, sending: &Sending<'_>) -> pb::PlanItem {
        item_message(&self.plan, self.item, &sending.showing(self.in_force))
    }
}

impl IntoWire for ListedItems {
    type Message = pb::ListPlanItemsResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { plan, in_force, items, next_page_token } = self;
        let sending = sending.showing(in_force);
        let items = items.into_iter().map(|item| item_message(&plan, item, &sending)).collect();
        pb::ListPlanItemsResponse { items, next_page_token }
    }
}
