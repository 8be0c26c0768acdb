//! The messages of consolidations.

use super::Faults;
use super::estimates::amounts_message;
use super::lines;
use super::summary::{eliminated, group_by, keys};
use crate::budget::consolidation::{Consolidated, Consolidation, Missing, Residue, SummarizeConsolidation, Taken};
use crate::budget::model::Side;
use crate::budget::summary::Value;
use crate::error::{Error, Result};
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, in_force, number, read_at, word};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{EstimateName, UnitName};
use crate::pb;

impl FromWire for SummarizeConsolidation {
    type Message = pb::SummarizeConsolidationRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let name = EstimateName::parse(&message.name)
            .ok_or_else(|| Error::invalid("name", "is not the name of an estimate"))?;
        let mut faults = Faults::default();
        let group_by = group_by(&message.group_by, &mut faults);
        let filter = lines::filter(message.filter.unwrap_or_default(), &name.jurisdiction, "filter", &mut faults);
        unless_invalid(faults.0)?;
        Ok(Self {
            name,
            in_force: in_force(message.read_at.as_ref()),
            group_by,
            stages: message.stages.iter().filter_map(|stage| word(*stage)).collect(),
            filter,
            read_at: read_at(message.read_at),
        })
    }
}

impl Consolidated {
    fn estimate(&self, estimate: &str) -> String {
        EstimateName { jurisdiction: self.jurisdiction.clone(), estimate: estimate.to_owned() }.to_string()
    }

    fn unit(&self, unit: &str) -> String {
        UnitName { jurisdiction: self.jurisdiction.clone(), unit: unit.to_owned() }.to_string()
    }

    fn row(&self, values: &[Value], side: Side, one: &Consolidation) -> pb::ConsolidatedRow {
        pb::ConsolidatedRow {
            keys: keys(&self.ground, &self.jurisdiction, values),
            side: number(side),
            own: Some(amounts_message(&one.own.amounts())),
            included: Some(amounts_message(&one.included.amounts())),
            consolidated: Some(amounts_message(&one.whole.amounts())),
            own_latest: one.own_latest,
            included_latest: one.included_latest,
            consolidated_latest: one.whole_latest,
            line_count: count(one.whole.line_count),
        }
    }

    fn residue(&self, one: &Residue) -> pb::TransferResidue {
        pb::TransferResidue {
            giver: self.unit(&one.giver),
            receiver: self.unit(&one.receiver),
            given: Some(amounts_message(&one.given)),
            received: Some(amounts_message(&one.received)),
            residue: Some(amounts_message(&one.residue)),
            giver_present: one.has_giver,
            receiver_present: one.has_receiver,
        }
    }

    fn taken(&self, one: &Taken) -> pb::ConsolidatedEstimate {
        let (latest_submission, latest_revision) = one.latest.unwrap_or_default();
        let difference = one.difference.iter().map(|(side, (amounts, lines))| pb::SideTotal {
            side: number(*side),
            amounts: Some(amounts_message(amounts)),
            line_count: count(*lines),
        });
        pb::ConsolidatedEstimate {
            name: self.estimate(&one.estimate),
            unit: self.unit(&one.unit),
            parent: self.estimate(&one.parent),
            submission: count(one.submission),
            revision: one.revision,
            state: number(one.state),
            latest_submission: count(latest_submission),
            latest_revision,
            stale: one.is_stale(),
            difference: difference.collect(),
        }
    }

    fn missing(&self, one: &Missing) -> pb::MissingUnit {
        let estimate = one.estimate.as_ref();
        pb::MissingUnit {
            unit: self.unit(&one.unit),
            display_name: one.display_name.clone(),
            estimate: estimate.map(|(estimate, _)| self.estimate(estimate)).unwrap_or_default(),
            state: estimate.map_or(0, |(_, state)| number(*state)),
            sent: one.is_sent,
            included_in: one.included_in.as_ref().map(|parent| self.estimate(parent)).unwrap_or_default(),
        }
    }
}

impl IntoWire for Consolidated {
    type Message = pb::SummarizeConsolidationResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        pb::SummarizeConsolidationResponse {
            revision: self.revision,
            text_revision: self.text,
            fixed_revision: self.fixed.unwrap_or_default(),
            rows: self.sums.rows.iter().map(|((values, side), one)| self.row(values, *side, one)).collect(),
            totals: self.sums.totals.iter().map(|(side, one)| self.row(&[], *side, one)).collect(),
            eliminated: self.sums.eliminated.as_ref().map(eliminated),
            residues: self.residues.iter().map(|one| self.residue(one)).collect(),
            estimates: self.taken.iter().map(|one| self.taken(one)).collect(),
            stale_count: count(self.taken.iter().filter(|one| one.is_stale()).count()),
            missing: self.missing.iter().map(|one| self.missing(one)).collect(),
        }
    }
}
