//! What an estimate takes in, as messages.

use super::lines::group_totals;
use crate::budget::included::{Included, ListIncluded, ListedIncluded};
use crate::error::{Error, Result};
use crate::grpc::types::{count, number, read_at};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::EstimateName;
use crate::pb;

impl FromWire for ListIncluded {
    type Message = pb::ListIncludedRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let name = EstimateName::parse(&message.name)
            .ok_or_else(|| Error::invalid("name", "is not the name of an estimate"))?;
        Ok(Self { name, read_at: read_at(message.read_at) })
    }
}

impl IntoWire for ListedIncluded {
    type Message = pb::ListIncludedResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let of = &self.jurisdiction;
        let included = self.included.into_iter().map(|one: Included| pb::IncludedEstimate {
            name: EstimateName { jurisdiction: of.clone(), estimate: one.inclusion.child }.to_string(),
            unit: format!("jurisdictions/{of}/units/{}", one.unit),
            submission: count(one.inclusion.submission),
            revision: one.inclusion.revision,
            state: number(one.state),
            totals: group_totals(&one.totals),
        });
        pb::ListIncludedResponse {
            included: included.collect(),
            own_totals: group_totals(&self.own),
            consolidated_totals: group_totals(&self.consolidated),
        }
    }
}
