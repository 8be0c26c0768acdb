//! The messages of comparisons.

use super::items::item_message;
use super::plan_name;
use crate::error::Result;
use crate::grpc::page::Page;
use crate::grpc::types::{count, in_force, read_at};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::pb;
use crate::plan::comparison::{ComparePlan, Comparison, Moment};
use crate::plan::model::compare::Difference;

impl FromWire for ComparePlan {
    type Message = pb::ComparePlanRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let moment = |message: Option<pb::ReadAt>| {
            let in_force = in_force(message.as_ref());
            Moment { read_at: read_at(message), in_force }
        };
        let name = plan_name(&message.name, "name")?;
        Ok(Self { name, left: moment(message.left), right: moment(message.right), page })
    }
}

impl IntoWire for Comparison {
    type Message = pb::ComparePlanResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Comparison {
            name,
            left,
            right,
            left_revision,
            right_revision,
            changed_fields,
            differences,
            counts,
            next_page_token,
        } = self;
        let before = |item| Some(item_message(&name, item, &sending.showing(left.shown_in_force)));
        let after = |item| Some(item_message(&name, item, &sending.showing(right.shown_in_force)));
        let difference = |difference| match difference {
            Difference::Changed(old, new, changed_fields) => pb::PlanItemDifference {
                kind: pb::DifferenceKind::Changed.into(),
                left: before(*old),
                right: after(*new),
                changed_fields,
            },
            Difference::Removed(item) => pb::PlanItemDifference {
                kind: pb::DifferenceKind::Removed.into(),
                left: before(*item),
                ..Default::default()
            },
            Difference::Added(item) => pb::PlanItemDifference {
                kind: pb::DifferenceKind::Added.into(),
                right: after(*item),
                ..Default::default()
            },
        };
        pb::ComparePlanResponse {
            differences: differences.into_iter().map(difference).collect(),
            next_page_token,
            left_revision,
            right_revision,
            changed_fields: changed_fields.into_iter().map(str::to_owned).collect(),
            left: Some(left.into_wire(sending)),
            right: Some(right.into_wire(sending)),
            added_count: count(counts.added),
            removed_count: count(counts.removed),
            changed_count: count(counts.changed),
            unchanged_count: count(counts.unchanged),
        }
    }
}
