//! The messages of what changed of projects.

use super::answers::{message, task_names};
use super::moves::step;
use super::{jurisdiction_of, project_name};
use crate::error::{Error, Result};
use crate::grpc::page::Page;
use crate::grpc::types::{count, number, read_at};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::UnitName;
use crate::pb;
use crate::plan::model::compare::Change;
use crate::project::changes::{CompareProject, Comparison, ListProjectChanges, ListedChanges, ProjectChange};
use crate::project::model::YearMoney;
use crate::project::model::compare::MoneyDifference;

impl FromWire for ListProjectChanges {
    type Message = pb::ListProjectChangesRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let jurisdiction = jurisdiction_of(&message.parent);
        let unit = UnitName::parse(&message.unit);
        if unit.as_ref().is_some_and(|unit| unit.jurisdiction != jurisdiction) {
            return Err(Error::invalid("unit", "is of another jurisdiction"));
        }
        Ok(Self { jurisdiction, unit, since: message.since_revision, read_at: read_at(message.read_at), page })
    }
}

impl IntoWire for ListedChanges {
    type Message = pb::ListProjectChangesResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { changes, revision, next_page_token } = self;
        let change = |ProjectChange { change, revision, fields, project }| pb::ProjectChange {
            kind: number(change),
            revision,
            changed_fields: fields.into_iter().map(str::to_owned).collect(),
            // What is gone cannot be changed any more.
            project: Some(message(project, &sending.showing(change == Change::Removed))),
        };
        let changes = changes.into_iter().map(change).collect();
        pb::ListProjectChangesResponse { changes, next_page_token, revision }
    }
}

impl FromWire for CompareProject {
    type Message = pb::CompareProjectRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let name = project_name(&message.name, "name")?;
        Ok(Self { name, left: read_at(message.left), right: read_at(message.right) })
    }
}

impl IntoWire for Comparison {
    type Message = pb::CompareProjectResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Self { left, right, revisions, fields, money, added_tasks, removed_tasks, steps } = self;
        let jurisdiction = left.jurisdiction.clone();
        pb::CompareProjectResponse {
            left_revision: revisions.0,
            right_revision: revisions.1,
            changed_fields: fields.into_iter().map(str::to_owned).collect(),
            money: money.into_iter().map(money_message).collect(),
            added_tasks: task_names(&jurisdiction, added_tasks),
            removed_tasks: task_names(&jurisdiction, removed_tasks),
            steps: steps.into_iter().map(step).collect(),
            left: Some(message(left, sending)),
            right: Some(message(right, sending)),
        }
    }
}

fn money_message(row: MoneyDifference) -> pb::ProjectMoneyDifference {
    let MoneyDifference { year, class, left, right } = row;
    let planned = |money: &YearMoney| money.planned;
    let difference = right.as_ref().map_or(0, planned).checked_sub(left.as_ref().map_or(0, planned));
    pb::ProjectMoneyDifference {
        year: count(year),
        financing_class: number(class),
        left_amount: left.as_ref().map(planned),
        right_amount: right.as_ref().map(planned),
        difference_amount: difference.unwrap_or_default(),
        left_assigned_amount: left.and_then(|money| money.assigned),
        right_assigned_amount: right.and_then(|money| money.assigned),
    }
}
