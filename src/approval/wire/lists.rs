//! The reads of `approval.proto`.

use super::verbs::document;
use super::{act_message, finding, justification};
use crate::approval::kinds::DocumentName;
use crate::approval::lists::*;
use crate::approval::model::Step;
use crate::error::{Error, Result};
use crate::grpc::page::Page;
use crate::grpc::types::{count, number, read_at, timestamp};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::PrincipalName;
use crate::pb;

impl FromWire for GetLife {
    type Message = pb::GetLifeRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: document(&message.name)?, read_at: read_at(message.read_at) })
    }
}

impl FromWire for CheckDocument {
    type Message = pb::CheckDocumentRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        Ok(Self { name: document(&message.name)?, read_at: read_at(message.read_at) })
    }
}

impl IntoWire for Checked {
    type Message = pb::CheckDocumentResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let findings = self.findings.into_iter().map(finding).collect();
        pb::CheckDocumentResponse { findings, revision: self.revision }
    }
}

impl FromWire for ListSteps {
    type Message = pb::ListStepsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        Ok(Self { name: document(&message.name)?, read_at: read_at(message.read_at), page })
    }
}

impl IntoWire for ListedSteps {
    type Message = pb::ListStepsResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let steps = self.steps.into_iter().map(|one| step(&self.name, one)).collect();
        pb::ListStepsResponse { steps, next_page_token: self.next_page_token }
    }
}

/// The resource name of a person; nobody has none.
fn principal(id: String) -> String {
    if id.is_empty() { id } else { PrincipalName { principal: id }.to_string() }
}

fn step(document: &DocumentName, step: Step) -> pb::Step {
    let Step {
        revision,
        at,
        verb,
        from,
        to,
        submission,
        number: amendment,
        person,
        on_behalf_of,
        reason,
        justifications,
        remarks,
    } = step;
    let remark = |(line, remark): (String, String)| pb::LineRemark { line: document.line(&line), remark };
    pb::Step {
        revision,
        at: timestamp(at),
        verb: number(verb),
        from: number(from),
        to: number(to),
        submission: count(submission),
        number: count(amendment),
        person: principal(person),
        on_behalf_of: principal(on_behalf_of),
        reason,
        justifications: justifications.into_iter().map(justification).collect(),
        remarks: remarks.into_iter().map(remark).collect(),
    }
}

impl FromWire for ListDecisions {
    type Message = pb::ListDecisionsRequest;

    fn from_wire(mut message: Self::Message) -> Result<Self> {
        let (size, token) = (std::mem::take(&mut message.page_size), std::mem::take(&mut message.page_token));
        let page = Page::new(size, token, &message);
        let jurisdiction = message.parent.trim_start_matches("jurisdictions/").to_owned();
        let document = DocumentName::parse(&message.document);
        if document.as_ref().is_some_and(|name| name.jurisdiction() != jurisdiction) {
            return Err(Error::invalid("document", "is of another jurisdiction"));
        }
        Ok(Self { jurisdiction, document, read_at: read_at(message.read_at), page })
    }
}

impl IntoWire for ListedDecisions {
    type Message = pb::ListDecisionsResponse;

    fn into_wire(self, _: &Sending<'_>) -> Self::Message {
        let decisions = self.decisions.into_iter().map(|shown| decision(&self.jurisdiction, shown)).collect();
        pb::ListDecisionsResponse { decisions, next_page_token: self.next_page_token }
    }
}

fn decision(jurisdiction: &str, shown: Shown) -> pb::Decision {
    let Shown { decision, totals } = shown;
    let totals = totals.into_iter().map(|((side, nature, autonomy), (before, after))| pb::DecidedTotal {
        side: number(side),
        nature: number(nature),
        autonomy: number(autonomy),
        before,
        after,
        difference: after.unwrap_or_default().checked_sub(before.unwrap_or_default()),
    });
    pb::Decision {
        document: format!("jurisdictions/{jurisdiction}/{}", decision.document),
        number: count(decision.number),
        revision: decision.revision,
        at: timestamp(decision.at),
        person: principal(decision.person),
        act: Some(act_message(decision.act)),
        previous_revision: decision.previous.unwrap_or_default(),
        totals: totals.collect(),
    }
}
