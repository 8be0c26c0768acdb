//! The requests of the verbs, one by one and in batches, and what they answer.

use std::collections::BTreeSet;

use super::finding;
use crate::approval::actions::{Perform, With};
use crate::approval::batch::{Batch, Outcomes};
use crate::approval::kinds::DocumentName;
use crate::approval::model::{Act, Justification, Life};
use crate::approval::release::Release;
use crate::budget::included::Choice;
use crate::document::state::Verb;
use crate::error::{Error, Result};
use crate::grpc::faults::Faults;
use crate::grpc::status::unless_invalid;
use crate::grpc::types::{count, number};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::EstimateName;
use crate::period::is_day;
use crate::{mutations, pb};

mutations!(
    pb::SubmitRequest,
    pb::WithdrawRequest,
    pb::EndorseRequest,
    pb::ReturnRequest,
    pb::AppraiseRequest,
    pb::ApproveRequest,
    pb::AmendRequest,
    pb::CloseRequest,
    pb::CancelRequest,
    pb::ReleaseRequest,
    pb::BatchEndorseRequest,
    pb::BatchAppraiseRequest,
    pb::BatchApproveRequest,
);

/// The document that a request names; whatever is no name was refused by the rules of the field.
pub(super) fn document(name: &str) -> Result<DocumentName> {
    DocumentName::parse(name).ok_or_else(|| Error::invalid("name", "is not the name of a document"))
}

macro_rules! verbs {
    ($($(#[$doc:meta])* $Ask:ident: $Message:ident = $with:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $Ask(pub Perform);

        impl FromWire for $Ask {
            type Message = pb::$Message;

            fn from_wire(mut message: Self::Message) -> Result<Self> {
                let mut faults = Faults::default();
                let with: fn(&mut Self::Message, &mut Faults) -> With = $with;
                let with = with(&mut message, &mut faults);
                unless_invalid(faults.0)?;
                Ok(Self(Perform { verb: Verb::$Ask, name: document(&message.name)?, etag: message.etag, with }))
            }
        }
    )*};
}

verbs! {
    /// Asks to submit.
    Submit: SubmitRequest = |message, faults| With {
        included: choice(message, faults),
        justifications: justifications(std::mem::take(&mut message.justifications), faults),
        ..With::default()
    };
    /// Asks to withdraw.
    Withdraw: WithdrawRequest = |_, _| With::default();
    /// Asks to endorse.
    Endorse: EndorseRequest = |_, _| With::default();
    /// Asks to send back.
    Return: ReturnRequest = |message, faults| With {
        to_draft: message.to_draft,
        remarks: remarks(&message.name, std::mem::take(&mut message.remarks), faults),
        ..With::default()
    };
    /// Asks to end the appraisal.
    Appraise: AppraiseRequest = |_, _| With::default();
    /// Asks to approve.
    Approve: ApproveRequest = |message, faults| With {
        justifications: justifications(std::mem::take(&mut message.justifications), faults),
        act: act(message.act.take(), "act", faults),
        ..With::default()
    };
    /// Asks for an amendment.
    Amend: AmendRequest = |_, _| With::default();
    /// Asks to close.
    Close: CloseRequest = |_, _| With::default();
    /// Asks to cancel.
    Cancel: CancelRequest = |_, _| With::default();
}

macro_rules! batches {
    ($($(#[$doc:meta])* $Ask:ident: $Message:ident of $Verb:ident = $with:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $Ask(pub Batch);

        impl FromWire for $Ask {
            type Message = pb::$Message;

            fn from_wire(mut message: Self::Message) -> Result<Self> {
                let mut faults = Faults::default();
                let with: fn(&mut Self::Message, &mut Faults) -> With = $with;
                let with = with(&mut message, &mut faults);
                batch(Verb::$Verb, &message.parent, message.documents, message.best_effort, &with, faults).map(Self)
            }
        }
    )*};
}

batches! {
    /// Asks to endorse many.
    BatchEndorse: BatchEndorseRequest of Endorse = |_, _| With::default();
    /// Asks to appraise many.
    BatchAppraise: BatchAppraiseRequest of Appraise = |_, _| With::default();
    /// Asks to approve many under one act.
    BatchApprove: BatchApproveRequest of Approve = |message, faults| With {
        justifications: justifications(std::mem::take(&mut message.justifications), faults),
        act: act(message.act.take(), "act", faults),
        ..With::default()
    };
}

fn batch(
    verb: Verb,
    parent: &str,
    documents: Vec<pb::DocumentVersion>,
    best_effort: bool,
    with: &With,
    mut faults: Faults,
) -> Result<Batch> {
    let jurisdiction = parent.trim_start_matches("jurisdictions/").to_owned();
    let mut seen = BTreeSet::new();
    let mut each = Vec::new();
    for (at, version) in documents.into_iter().enumerate() {
        let field = format!("documents[{at}].name");
        faults.when(!seen.insert(version.name.clone()), &field, "stands twice in the batch");
        let Some(name) = DocumentName::parse(&version.name) else { continue };
        faults.when(name.jurisdiction() != jurisdiction, &field, "is of another jurisdiction");
        each.push(Perform { verb, name, etag: version.etag, with: with.clone() });
    }
    unless_invalid(faults.0)?;
    Ok(Batch { jurisdiction, each, best_effort })
}

/// What an estimate is to take in.
fn choice(message: &mut pb::SubmitRequest, faults: &mut Faults) -> Choice {
    let (given, every_endorsed) = (std::mem::take(&mut message.included), message.include_endorsed);
    let parent = EstimateName::parse(&message.name);
    let asked = !given.is_empty() || every_endorsed;
    faults.when(asked && parent.is_none(), "included", "only an estimate takes others in");
    let mut named = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, version) in given.into_iter().enumerate() {
        let field = format!("included[{at}].name");
        faults.when(!seen.insert(version.name.clone()), &field, "stands twice");
        match EstimateName::parse(&version.name) {
            Some(name) => {
                let other = parent.as_ref().is_some_and(|parent| parent.jurisdiction != name.jurisdiction);
                faults.when(other, &field, "is of another jurisdiction");
                named.push((name, version.etag));
            }
            None => faults.when(true, &field, "is not the name of an estimate"),
        }
    }
    Choice { named, every_endorsed }
}

impl FromWire for Release {
    type Message = pb::ReleaseRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let (mut faults, mut seen, mut children) = (Faults::default(), BTreeSet::new(), Vec::new());
        let name = EstimateName::parse(&message.name)
            .ok_or_else(|| Error::invalid("name", "is not the name of an estimate"))?;
        for (at, child) in message.children.into_iter().enumerate() {
            let field = format!("children[{at}]");
            faults.when(!seen.insert(child.clone()), &field, "stands twice");
            let Some(child) = EstimateName::parse(&child) else { continue };
            faults.when(child.jurisdiction != name.jurisdiction, &field, "is of another jurisdiction");
            children.push(child);
        }
        unless_invalid(faults.0)?;
        Ok(Self { name, etag: message.etag, children })
    }
}

fn justifications(given: Vec<pb::Justification>, faults: &mut Faults) -> Vec<Justification> {
    let read = |(at, given): (usize, pb::Justification)| Justification {
        rule: given.rule,
        text: faults.long(&format!("justifications[{at}].text"), &given.text),
    };
    given.into_iter().enumerate().map(read).collect()
}

/// A signed act that stands at a field of a request.
pub fn act(message: Option<pb::SignedAct>, field: &str, faults: &mut Faults) -> Option<Act> {
    let pb::SignedAct { number, signed_on, authority, signer, file_sha256 } = message?;
    let of = |name: &str| format!("{field}.{name}");
    faults.when(!is_day(&signed_on), &of("signed_on"), "is not a day of the calendar");
    Some(Act {
        number: faults.name(&of("number"), &number, true),
        authority: faults.name(&of("authority"), &authority, true),
        signer: faults.name(&of("signer"), &signer, true),
        file_digest: digest(&file_sha256),
        signed_on,
    })
}

/// The bytes of hexadecimal digits; none where nothing is stated.
fn digest(digits: &str) -> Option<Vec<u8>> {
    if digits.is_empty() {
        return None;
    }
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(pair).collect()
}

fn remarks(name: &str, given: Vec<pb::LineRemark>, faults: &mut Faults) -> Vec<(String, String)> {
    let mut seen = BTreeSet::new();
    let mut read = Vec::new();
    for (at, pb::LineRemark { line, remark }) in given.into_iter().enumerate() {
        let field = format!("remarks[{at}].line");
        let Some((document, part)) = DocumentName::of_line(&line) else { continue };
        faults.when(document.to_string() != name, &field, "is of another document");
        faults.when(!seen.insert(line), &field, "has a remark already");
        read.push((part, faults.long(&format!("remarks[{at}].remark"), &remark)));
    }
    read
}

impl IntoWire for Life {
    type Message = pb::Life;

    fn into_wire(self, sending: &Sending<'_>) -> pb::Life {
        let Life {
            name,
            document: _,
            unit,
            state,
            submission,
            number: amendment,
            in_force,
            kind: _,
            year: _,
            is_approvable: _,
            open_verbs,
            findings,
            revision,
        } = self;
        pb::Life {
            name,
            unit,
            state: number(state),
            submission: count(submission),
            number: count(amendment),
            in_force_revision: in_force.unwrap_or_default(),
            open_verbs: open_verbs.into_iter().map(number).collect(),
            findings: findings.into_iter().map(finding).collect(),
            revision,
            etag: sending.etag(revision),
        }
    }
}

impl IntoWire for Outcomes {
    type Message = pb::BatchResponse;

    fn into_wire(self, sending: &Sending<'_>) -> Self::Message {
        let results = self.0.into_iter().map(|outcome| pb::BatchResult {
            name: outcome.name,
            life: outcome.life.map(|life| life.into_wire(sending)),
            reason: outcome.reason,
            message: outcome.message,
        });
        pb::BatchResponse { results: results.collect() }
    }
}
