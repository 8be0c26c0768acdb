//! The messages of reviews and counts.

use super::{jurisdiction_of, project_name};
use crate::approval::finding;
use crate::error::{Error, Result};
use crate::grpc::types::{count, number, number_or_none, read_at};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::UnitName;
use crate::pb;
use crate::project::model::Kind;
use crate::project::model::review::{Review, Year};
use crate::project::model::states::State;
use crate::project::model::summary::{Count, InState, Summary};
use crate::project::review::{ReviewProject, SummarizeProjects};

impl FromWire for ReviewProject {
    type Message = pb::ReviewProjectRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: project_name(&message.name, "name")?, read_at: read_at(message.read_at) })
    }
}

impl IntoWire for Review {
    type Message = pb::ProjectReview;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let year = |Year { year, planned, assigned, estimated, difference, lines, line_count }| pb::ProjectYear {
            year: count(year),
            planned_amount: planned,
            assigned_amount: assigned,
            estimate_amount: estimated,
            difference_amount: difference,
            lines,
            line_count: count(line_count),
        };
        pb::ProjectReview {
            name: self.project,
            years: self.years.into_iter().map(year).collect(),
            findings: self.findings.into_iter().map(finding).collect(),
        }
    }
}

impl FromWire for SummarizeProjects {
    type Message = pb::SummarizeProjectsRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let jurisdiction = jurisdiction_of(&message.parent);
        let unit = UnitName::parse(&message.unit);
        if unit.as_ref().is_some_and(|unit| unit.jurisdiction != jurisdiction) {
            return Err(Error::invalid("unit", "is of another jurisdiction"));
        }
        Ok(Self { jurisdiction, unit, year: i64::from(message.year), read_at: read_at(message.read_at) })
    }
}

fn counted(kind: Option<Kind>, one: Count) -> pb::ProjectCount {
    let Count { projects, new, continuing, under_way, accepted, excellent, planned, planned_state } = one;
    // The sums of all fit, and amounts are not negative, so those of a kind do.
    let amount = |sum: i128| i64::try_from(sum).unwrap_or(i64::MAX);
    pb::ProjectCount {
        kind: number_or_none(kind),
        project_count: count(projects),
        new_count: count(new),
        continuing_count: count(continuing),
        under_way_count: count(under_way),
        accepted_count: count(accepted),
        excellent_count: count(excellent),
        planned_amount: amount(planned),
        planned_state_amount: amount(planned_state),
    }
}

fn in_state((state, InState { projects, names }): (State, InState)) -> pb::ProjectStateCount {
    pb::ProjectStateCount { state: number(state), project_count: count(projects), projects: names }
}

impl IntoWire for Summary {
    type Message = pb::ProjectSummary;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        pb::ProjectSummary {
            year: count(self.year),
            kinds: self.kinds.into_iter().map(|(kind, one)| counted(Some(kind), one)).collect(),
            total: Some(counted(None, self.total)),
            states: self.states.into_iter().map(in_state).collect(),
        }
    }
}
