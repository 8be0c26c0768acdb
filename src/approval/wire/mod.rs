//! The messages of `approval.proto`, to and from the words of this slice.

mod acknowledge;
mod holidays;
mod inbox;
mod lists;
mod verbs;

pub use verbs::*;

use super::model::{Act, Justification};
use crate::document::finding::{Citation, Finding};
use crate::grpc::types::number;
use crate::pb;

fn justification(given: Justification) -> pb::Justification {
    pb::Justification { rule: given.rule, text: given.text }
}

/// A signed act as a message.
pub fn act_message(act: Act) -> pb::SignedAct {
    let digits = |digest: Vec<u8>| digest.iter().map(|byte| format!("{byte:02x}")).collect();
    pb::SignedAct {
        number: act.number,
        signed_on: act.signed_on,
        authority: act.authority,
        signer: act.signer,
        file_sha256: act.file_digest.map(digits).unwrap_or_default(),
    }
}

/// A finding as a message.
pub(crate) fn finding(finding: Finding) -> pb::Finding {
    let Finding { rule, severity, message, objects, fields, expected, actual, difference, citations, suggestion } =
        finding;
    pb::Finding {
        rule: rule.to_owned(),
        severity: number(severity),
        message,
        objects,
        fields,
        expected,
        actual,
        difference,
        citations: citations.iter().map(Citation::text).collect(),
        suggestion,
    }
}

#[cfg(test)]
mod tests {
    use crate::grpc::types::same_words;
    use crate::pb;

    #[test]
    fn words_are_those_of_the_protos() {
        same_words::<crate::document::state::Verb>("DOCUMENT_VERB_", |number| {
            pb::DocumentVerb::try_from(number).ok().map(|value| value.as_str_name())
        });
        same_words::<crate::document::finding::Severity>("SEVERITY_", |number| {
            pb::Severity::try_from(number).ok().map(|value| value.as_str_name())
        });
    }
}
