//! The messages of moves.

use crate::classification::model::FinancingClass;
use crate::grpc::faults::Faults;
use crate::grpc::types::{count, number, number_or_none, stated, timestamp, word};
use crate::pb;
use crate::period::is_day;
use crate::project::model::states::{Need, Verb};
use crate::project::model::{Act, Move, Step};
use crate::word::Word;

/// The moves of a request, at `place`, which ends in a point where it is not empty.
pub fn moves(messages: Vec<pb::ProjectMove>, place: &str, faults: &mut Faults) -> Vec<Move> {
    let read = |(at, message)| one(message, &format!("{place}moves[{at}]"), faults);
    messages.into_iter().enumerate().filter_map(read).collect()
}

/// One move; none where its verb is not stated, which the rule of the field says.
fn one(message: pb::ProjectMove, path: &str, faults: &mut Faults) -> Option<Move> {
    let pb::ProjectMove {
        verb,
        on,
        act,
        outcome,
        contract_number,
        funding_year,
        amounts,
        ends_on,
        requested_on,
        rating,
        registration_number,
        cause,
        note,
    } = message;
    let at = |field: &str| format!("{path}.{field}");
    let verb = word::<Verb>(verb)?;
    faults.when(!is_day(&on), &at("on"), "is not a day of the calendar");
    let day = |text: &str, field: &str, faults: &mut Faults| {
        faults.when(!text.is_empty() && !is_day(text), &at(field), "is not a day of the calendar");
        stated(text.to_owned())
    };
    let amounts = classes(&amounts, &at("amounts"), faults);
    let year = i64::from(funding_year);
    faults.when(year != 0 && year < 1900, &at("funding_year"), "is before 1900");
    let ends_on = day(&ends_on, "ends_on", faults);
    let requested_on = day(&requested_on, "requested_on", faults);
    let made = Move {
        act: act.map(|act| act_of(act, &at("act"), faults)),
        outcome: word(outcome),
        contract: stated(faults.name(&at("contract_number"), &contract_number, false)),
        money: (year != 0 || !amounts.is_empty()).then_some((year, amounts)),
        end: (ends_on.is_some() || requested_on.is_some())
            .then(|| (ends_on.unwrap_or_default(), requested_on.unwrap_or_default())),
        rating: word(rating),
        registration: stated(faults.name(&at("registration_number"), &registration_number, false)),
        cause: word(cause),
        note: faults.long(&at("note"), &note),
        ..Move::new(verb, &on)
    };
    require_facts(&made, path, faults);
    Some(made)
}

/// Every fact that the verb states is there, and no other.
fn require_facts(made: &Move, path: &str, faults: &mut Faults) {
    let (year, amounts) = made.money.as_ref().map_or((0, 0), |(year, amounts)| (*year, amounts.len()));
    let (ends_on, requested_on) =
        made.end.as_ref().map_or((false, false), |end| (!end.0.is_empty(), !end.1.is_empty()));
    let facts = [
        (Need::Act, "act", made.act.is_some()),
        (Need::Outcome, "outcome", made.outcome.is_some()),
        (Need::Contract, "contract_number", made.contract.is_some()),
        (Need::Money, "funding_year", year != 0),
        (Need::Money, "amounts", amounts > 0),
        (Need::End, "ends_on", ends_on),
        (Need::End, "requested_on", requested_on),
        (Need::Rating, "rating", made.rating.is_some()),
        (Need::Registration, "registration_number", made.registration.is_some()),
        (Need::Cause, "cause", made.cause.is_some()),
    ];
    let verb = made.verb.as_str();
    for (need, field, is_there) in facts {
        let needed = made.verb.needs().contains(&need);
        faults.when(needed && !is_there, &format!("{path}.{field}"), &format!("is required with {verb}"));
        let useless = is_there && !needed && need != Need::Act;
        faults.when(useless, &format!("{path}.{field}"), &format!("is of no use to {verb}"));
    }
}

/// Amounts by class, each class once.
pub fn classes(messages: &[pb::ProjectSource], path: &str, faults: &mut Faults) -> Vec<(FinancingClass, i64)> {
    let mut read: Vec<(FinancingClass, i64)> = Vec::new();
    for (at, pb::ProjectSource { financing_class, amount }) in messages.iter().enumerate() {
        let Some(class) = word::<FinancingClass>(*financing_class) else { continue };
        let twice = read.iter().any(|(other, _)| *other == class);
        faults.when(twice, &format!("{path}[{at}].financing_class"), "stands twice");
        read.push((class, *amount));
    }
    read
}

fn act_of(message: pb::SignedAct, path: &str, faults: &mut Faults) -> Act {
    let pb::SignedAct { number, signed_on, authority, signer, file_sha256 } = message;
    let at = |field: &str| format!("{path}.{field}");
    faults.when(!is_day(&signed_on), &at("signed_on"), "is not a day of the calendar");
    faults.when(!file_sha256.is_empty(), &at("file_sha256"), "is kept of acts on documents, not of those on projects");
    Act {
        number: faults.name(&at("number"), &number, true),
        authority: faults.name(&at("authority"), &authority, true),
        signer: faults.name(&at("signer"), &signer, true),
        signed_on,
    }
}

/// A step as a message.
pub fn step(step: Step) -> pb::ProjectStep {
    let Step { number: _, made, from, to, person, on_behalf_of, revision, at } = step;
    let Move { verb, on, act, outcome, contract, money, end, rating, registration, cause, note } = made;
    let (funding_year, amounts) = money.unwrap_or_default();
    let (ends_on, requested_on) = end.unwrap_or_default();
    let made = pb::ProjectMove {
        verb: number(verb),
        on,
        act: act.map(signed),
        outcome: number_or_none(outcome),
        contract_number: contract.unwrap_or_default(),
        funding_year: count(funding_year),
        amounts: sources(amounts),
        ends_on,
        requested_on,
        rating: number_or_none(rating),
        registration_number: registration.unwrap_or_default(),
        cause: number_or_none(cause),
        note,
    };
    pb::ProjectStep {
        r#move: Some(made),
        from: number(from),
        to: number(to),
        person,
        on_behalf_of,
        revision,
        at: timestamp(at),
    }
}

fn signed(Act { number, signed_on, authority, signer }: Act) -> pb::SignedAct {
    pb::SignedAct { number, signed_on, authority, signer, file_sha256: String::new() }
}

/// Amounts by class as messages.
pub fn sources(amounts: impl IntoIterator<Item = (FinancingClass, i64)>) -> Vec<pb::ProjectSource> {
    let source = |(class, amount)| pb::ProjectSource { financing_class: number(class), amount };
    amounts.into_iter().map(source).collect()
}
