//! The messages of rolling frames.

use crate::error::{Error, Result};
use crate::grpc::types::{count, number, read_at};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::PlanName;
use crate::pb;
use crate::plan::frame::{SummarizeFrame, Summarized};
use crate::plan::model::ItemKind;
use crate::plan::model::frame::Overflow;

impl FromWire for SummarizeFrame {
    type Message = pb::SummarizeFrameRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let name = PlanName::parse(&message.name).ok_or_else(|| Error::invalid("name", "is not the name of a plan"))?;
        Ok(Self { name, read_at: read_at(message.read_at) })
    }
}

impl IntoWire for Summarized {
    type Message = pb::PlanFrame;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let Self { name, frame, first_year, estimate, revision } = self;
        let requested = |year, nature| {
            let beside = estimate.as_ref().filter(|_| year == first_year)?;
            beside.requested.iter().find(|(other, _)| *other == nature).map(|(_, amount)| *amount)
        };
        let needs = frame.needs.iter().map(|((year, nature), need)| pb::FrameNeed {
            year: count(*year),
            nature: number(*nature),
            baseline: need.baseline,
            new_spending: need.new,
            need: need.total(),
            ceiling: need.ceiling,
            gap: need.gap(),
            estimate_requested: requested(*year, *nature),
        });
        let task = |task: &String| format!("{name}/{}/{task}", ItemKind::Task.collection());
        let overflow = frame.overflow.iter().map(|one: &Overflow| pb::FrameOverflow {
            year: count(one.year),
            nature: number(one.nature),
            task: one.task.as_ref().map(task).unwrap_or_default(),
            part: number(one.part),
            amount: one.amount,
            uncovered: one.uncovered,
        });
        pb::PlanFrame {
            needs: needs.collect(),
            overflow: overflow.collect(),
            estimate: estimate.as_ref().map(|one| one.name.to_string()).unwrap_or_default(),
            name: name.to_string(),
            revision,
        }
    }
}
