//! The messages of comparisons.

use std::collections::BTreeMap;

use super::estimates::estimate_name;
use super::lines::line_message;
use super::summary::side_total;
use crate::budget::compare::Difference;
use crate::budget::comparison::{CompareEstimates, Comparison, EstimateAt};
use crate::budget::model::{Side, Sum};
use crate::error::{Error, Result};
use crate::grpc::page::Page;
use crate::grpc::types::{count, in_force, read_at};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::pb;

impl FromWire for CompareEstimates {
    type Message = pb::CompareEstimatesRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let side = |message: Option<pb::EstimateAt>, field: &str| {
            let message = message.unwrap_or_default();
            let name = estimate_name(&message.name, &format!("{field}.name"))?;
            let in_force = in_force(message.read_at.as_ref());
            Ok::<_, Error>(EstimateAt { name, read_at: read_at(message.read_at), in_force })
        };
        let (left, right) = (side(message.left, "left")?, side(message.right, "right")?);
        if left.name.jurisdiction != right.name.jurisdiction {
            return Err(Error::invalid("right.name", "is of another jurisdiction than left.name"));
        }
        Ok(Self { left, right, page })
    }
}

fn side_totals(totals: &BTreeMap<Side, Sum>) -> Vec<pb::SideTotal> {
    totals.iter().map(|(side, sum)| side_total(*side, sum)).collect()
}

impl IntoWire for Comparison {
    type Message = pb::CompareEstimatesResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let Comparison { left, right, difference_totals, differences, counts, next_page_token } = self;
        let before = |line| Some(line_message(&left.name, line, &sending.showing(left.in_force)));
        let after = |line| Some(line_message(&right.name, line, &sending.showing(right.in_force)));
        let difference = |difference| match difference {
            Difference::Changed(old, new, fields) => pb::LineDifference {
                kind: pb::DifferenceKind::Changed.into(),
                left: before(*old),
                right: after(*new),
                changed_fields: fields.into_iter().map(str::to_owned).collect(),
            },
            Difference::Removed(line) => pb::LineDifference {
                kind: pb::DifferenceKind::Removed.into(),
                left: before(*line),
                ..Default::default()
            },
            Difference::Added(line) => {
                pb::LineDifference { kind: pb::DifferenceKind::Added.into(), right: after(*line), ..Default::default() }
            }
        };
        pb::CompareEstimatesResponse {
            differences: differences.into_iter().map(difference).collect(),
            next_page_token,
            left_revision: left.revision,
            right_revision: right.revision,
            left_totals: side_totals(&left.totals),
            right_totals: side_totals(&right.totals),
            difference_totals: side_totals(&difference_totals),
            added_count: count(counts.added),
            removed_count: count(counts.removed),
            changed_count: count(counts.changed),
            unchanged_count: count(counts.unchanged),
        }
    }
}
