//! The messages of lines that a reviewer changed.

use std::collections::BTreeSet;

use crate::approval::acknowledge::*;
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::page::Page;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, read_at};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{EstimateName, LineName};
use crate::{mutations, pb};

mutations!(pb::AcknowledgeLinesRequest);

fn estimate(name: &str) -> Result<EstimateName> {
    EstimateName::parse(name).ok_or_else(|| Error::invalid("name", "is not the name of an estimate"))
}

impl FromWire for AcknowledgeLines {
    type Message = pb::AcknowledgeLinesRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let name = estimate(&message.name)?;
        let (mut faults, mut seen, mut lines) = (Faults::default(), BTreeSet::new(), Vec::new());
        for (at, text) in message.lines.into_iter().enumerate() {
            let field = format!("lines[{at}]");
            let Some(LineName { jurisdiction, estimate, line }) = LineName::parse(&text) else { continue };
            faults.when(EstimateName { jurisdiction, estimate } != name, &field, "is of another document");
            faults.when(!seen.insert(text), &field, "stands twice");
            lines.push(line);
        }
        unless_invalid(faults.0)?;
        Ok(Self { name, lines })
    }
}

impl IntoWire for Acknowledged {
    type Message = pb::AcknowledgeLinesResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        pb::AcknowledgeLinesResponse {
            acknowledged_count: count(self.acknowledged),
            remaining_count: count(self.remaining),
        }
    }
}

impl FromWire for ListChangedLines {
    type Message = pb::ListChangedLinesRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        Ok(Self { name: estimate(&message.name)?, read_at: read_at(message.read_at), page })
    }
}

impl IntoWire for ListedChangedLines {
    type Message = pb::ListChangedLinesResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let lines = self.lines.into_iter().map(|line: ChangedLine| pb::ChangedLine {
            name: line.name.to_string(),
            requested: line.requested,
            appraised: line.appraised,
            appraised_reason: line.reason,
        });
        pb::ListChangedLinesResponse { lines: lines.collect(), next_page_token: self.next_page_token }
    }
}
