//! The messages of what changed.

use super::items::item_message;
use super::monitoring::{actual_message, progress_message};
use super::plan_name;
use crate::error::Result;
use crate::grpc::page::Page;
use crate::grpc::types::{number, read_at};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::pb;
use crate::plan::changes::{ListPlanChanges, ListedChanges, Object, PlanChange};
use crate::plan::model::compare::Change;

impl FromWire for ListPlanChanges {
    type Message = pb::ListPlanChangesRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let plan = plan_name(&message.parent, "parent")?;
        Ok(Self { plan, since: message.since_revision, read_at: read_at(message.read_at), page })
    }
}

impl IntoWire for ListedChanges {
    type Message = pb::ListPlanChangesResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        use pb::plan_change::Object as Sent;
        let Self { plan, changes, revision, next_page_token } = self;
        let change = |PlanChange { change, revision, fields, object }| {
            let object = match object {
                Object::Plan(plan) => Sent::Plan(plan.into_wire(sending)),
                // What is gone cannot be changed any more.
                Object::Item(item) => {
                    Sent::Item(item_message(&plan, *item, &sending.showing(change == Change::Removed)))
                }
                Object::Actual(actual) => Sent::Actual(actual_message(&plan, *actual, sending)),
                Object::Progress(report) => Sent::Progress(progress_message(&plan, *report, sending)),
            };
            pb::PlanChange { kind: number(change), revision, changed_fields: fields, object: Some(object) }
        };
        let changes = changes.into_iter().map(change).collect();
        pb::ListPlanChangesResponse { changes, next_page_token, revision }
    }
}
