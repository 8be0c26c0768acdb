//! A move: what must hold for it, and what it makes of the project. Pure.

use super::parameters::{ParameterKind, Parameters};
use super::rules::{self, Led, broken};
use super::states::{State, Verb};
use super::{Contract, Method, Move, Project, is_state};
use crate::error::{Reason, Refusal};
use crate::period::{days_between, plus_days, plus_months};
use crate::word::Word;

/// What is stored beside the project and decides on its moves.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The day that it is.
    pub today: String,
    /// The thresholds.
    pub parameters: Parameters,
    /// What else its leader leads.
    pub led: Vec<Led>,
}

/// The day from which results are overdue that belong to an end: after it there are some days to hand them in.
pub fn overdue_from(ends_on: &str, parameters: &Parameters) -> String {
    let days = parameters.on(ParameterKind::ResultDays, ends_on).map_or(0, |(days, _)| days);
    plus_days(ends_on, days)
}

/// The project as the move leaves it, and every reason why it may not be moved so.
pub fn apply(project: &Project, made: &Move, facts: &Facts, path: &str) -> (Project, Vec<Refusal>) {
    let mut refusals: Vec<Refusal> = refuse_day(project, made, facts, path).into_iter().collect();
    let mut next = project.clone();
    let Some(row) = project.state.row(made.verb) else {
        refusals.push(not_open(project, made.verb, path));
        return (next, refusals);
    };
    refusals.extend(refuse_fact(project, made, facts, path));
    next.state = row.then;
    leave(&mut next, made, facts);
    if made.verb == Verb::Fund {
        let own = next.name().to_string();
        refusals.extend(rules::money(&next, &own));
        refusals.extend(rules::years(&next, &own));
    }
    (next, refusals)
}

fn not_open(project: &Project, verb: Verb, path: &str) -> Refusal {
    let subject = format!("{path}.verb");
    let (name, state) = (project.name(), project.state.as_str());
    if let Some((rule, basis)) = project.state.gate(verb) {
        return broken(rule, basis, subject, &format!("{name} is {state}, which is too early for {}", verb.as_str()));
    }
    let open: Vec<&str> = project.state.verbs().into_iter().map(Verb::as_str).collect();
    let allowed = if open.is_empty() { "nothing".to_owned() } else { open.join(", ") };
    Refusal::new(Reason::VerbNotOpen, subject, format!("{name} is {state}, which allows {allowed}"))
}

fn refuse_day(project: &Project, made: &Move, facts: &Facts, path: &str) -> Option<Refusal> {
    let refuse = |text: String| Some(Refusal::new(Reason::ProjectDay, format!("{path}.on"), text));
    match &project.traces.moved_on {
        _ if made.on > facts.today => refuse(format!("{} lies in the future; today is {}", made.on, facts.today)),
        Some(last) if made.on < *last => refuse(format!("{} lies before {last}, the day of the move before", made.on)),
        _ => None,
    }
}

/// What must hold beside the state and the day.
fn refuse_fact(project: &Project, made: &Move, facts: &Facts, path: &str) -> Vec<Refusal> {
    match made.verb {
        Verb::List => missing(project, &[(project.method.is_none(), "method")]),
        Verb::Call => refuse_call(project, made, facts, path),
        Verb::CloseBidding => refuse_closing(project, made, facts, path),
        Verb::Select => {
            let mut refusals = refuse_method(project, project.state == State::Listed, path);
            refusals.extend(rules::leader(project, &facts.led, &made.on, &project.name().to_string()));
            refusals
        }
        Verb::Approve => refuse_approval(project, made, facts),
        Verb::Extend => refuse_extension(project, made, facts, path),
        Verb::Accept => refuse_late(project, made, facts, path).into_iter().collect(),
        Verb::Order
        | Verb::Identify
        | Verb::AppraiseBudget
        | Verb::Contract
        | Verb::Fund
        | Verb::Start
        | Verb::Inspect
        | Verb::AcceptGrassroots
        | Verb::SubmitResults
        | Verb::Fail
        | Verb::RegisterResult
        | Verb::Recognise
        | Verb::Settle
        | Verb::Liquidate
        | Verb::Transfer
        | Verb::Drop
        | Verb::Terminate => Vec::new(),
    }
}

/// A refusal for each field that is not stated and must be.
fn missing(project: &Project, fields: &[(bool, &str)]) -> Vec<Refusal> {
    let name = project.name();
    let refuse = |field: &str| {
        Refusal::new(Reason::ProjectIncomplete, format!("{name}.{field}"), format!("{name} does not state {field}"))
    };
    fields.iter().filter(|(missing, _)| *missing).map(|(_, field)| refuse(field)).collect()
}

/// A call is for SELECTION; whoever is chosen without a call is not selected by one.
fn refuse_method(project: &Project, without_call: bool, path: &str) -> Vec<Refusal> {
    let by_call = project.method == Some(Method::Selection);
    let text = "SELECTION goes through a call, DIRECT and GRANT do not";
    let wrong = by_call == without_call;
    wrong.then(|| Refusal::new(Reason::VerbNotOpen, format!("{path}.verb"), text)).into_iter().collect()
}

fn threshold(path: &str, (value, citation): (i64, &str), kind: ParameterKind, text: &str) -> Refusal {
    let text = format!("{} is {value} ({citation}): {text}", kind.as_str());
    Refusal::new(Reason::ProjectThreshold, format!("{path}.on"), text)
}

fn refuse_call(project: &Project, made: &Move, facts: &Facts, path: &str) -> Vec<Refusal> {
    let mut refusals = refuse_method(project, false, path);
    let kind = ParameterKind::SecondCallMonths;
    if let (Some(first), Some(limit)) = (&project.traces.first_called_on, facts.parameters.on(kind, &made.on)) {
        let last = plus_months(first, limit.0);
        if made.on > last {
            let text = format!("it was first called on {first}, a second call is made by {last}");
            refusals.push(threshold(path, limit, kind, &text));
        }
    }
    refusals
}

fn refuse_closing(project: &Project, made: &Move, facts: &Facts, path: &str) -> Vec<Refusal> {
    let kind = ParameterKind::CallDays;
    let (Some(called), Some(limit)) = (&project.traces.called_on, facts.parameters.on(kind, &made.on)) else {
        return Vec::new();
    };
    let first = plus_days(called, limit.0);
    let text = format!("it was called on {called}, bids are taken until {first}");
    if made.on < first { vec![threshold(path, limit, kind, &text)] } else { Vec::new() }
}

fn refuse_approval(project: &Project, made: &Move, facts: &Facts) -> Vec<Refusal> {
    let needed = [
        (project.host.is_empty(), "host"),
        (project.lead.is_none(), "lead"),
        (project.secretary.is_none(), "secretary"),
        (project.payment.is_none(), "payment"),
        (project.starts_on.is_none(), "starts_on"),
        (project.ends_on.is_none(), "ends_on"),
        (project.total.is_none(), "total_amount"),
        (project.sources.is_empty(), "sources"),
        (project.funding.is_empty(), "funding"),
    ];
    let mut refusals = missing(project, &needed);
    let own = project.name().to_string();
    refusals.extend(rules::money(project, &own));
    refusals.extend(rules::persons(project, &own));
    refusals.extend(rules::leader(project, &facts.led, &made.on, &own));
    refusals
}

/// PRJ-05: one extension, not too long, asked for in time.
fn refuse_extension(project: &Project, made: &Move, facts: &Facts, path: &str) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut refuse = |basis: &str, field: &str, text: &str| {
        refusals.push(broken("PRJ-05", basis, format!("{path}.{field}"), text));
    };
    const ONCE: &str = "TT04/2015/TT-BKHCN";
    let (Some(ends_on), Some((new, requested))) = (&project.ends_on, &made.end) else { return refusals };
    if let Some(original) = &project.traces.original_ends_on {
        refuse(ONCE, "verb", &format!("it was to end on {original} and was extended once already"));
    }
    if new <= ends_on {
        refuse(ONCE, "ends_on", &format!("{new} is not after the end on {ends_on}"));
    }
    let value = |kind: ParameterKind| facts.parameters.on(kind, &made.on);
    if let (Some(starts_on), Some((threshold, _))) =
        (&project.starts_on, value(ParameterKind::ExtensionThresholdMonths))
    {
        let is_long = *ends_on > plus_months(starts_on, threshold);
        let kind = if is_long { ParameterKind::ExtensionLongMonths } else { ParameterKind::ExtensionShortMonths };
        if let Some((months, citation)) = value(kind).filter(|(months, _)| *new > plus_months(ends_on, *months)) {
            refuse(
                citation,
                "ends_on",
                &format!("it is extended by {months} months at the most, to {}", plus_months(ends_on, months)),
            );
        }
    }
    if let Some((months, citation)) = value(ParameterKind::ExtensionRequestMonths) {
        let last = plus_months(ends_on, -months);
        if *requested > last {
            refuse(citation, "requested_on", &format!("it is asked for by {last}, {months} months before the end"));
        }
    }
    refusals
}

fn refuse_late(project: &Project, made: &Move, facts: &Facts, path: &str) -> Option<Refusal> {
    let kind = ParameterKind::LateMonths;
    let (limit, submitted) = (facts.parameters.on(kind, &made.on)?, project.traces.results_submitted_on.as_ref()?);
    let due = overdue_from(project.ends_on.as_ref()?, &facts.parameters);
    let last = plus_months(&due, limit.0);
    let text = format!("results were due by {due} and handed in on {submitted}; so late they FAIL");
    (*submitted > last).then(|| threshold(path, limit, kind, &text))
}

/// Writes down what a move leaves behind.
fn leave(next: &mut Project, made: &Move, facts: &Facts) {
    let traces = &mut next.traces;
    traces.step_count += 1;
    traces.moved_on = Some(made.on.clone());
    match made.verb {
        Verb::Call => {
            traces.first_called_on.get_or_insert_with(|| made.on.clone());
            traces.called_on = Some(made.on.clone());
        }
        Verb::Approve => {
            traces.approved_total = next.total;
            let state = next.sources.iter().filter(|(class, _)| is_state(**class)).map(|(_, amount)| amount);
            traces.approved_state = Some(state.fold(0, |sum, amount| sum.saturating_add(*amount)));
        }
        Verb::Contract => {
            let signed_on = made.on.clone();
            traces.contract = made.contract.clone().map(|number| Contract { number, signed_on });
        }
        Verb::Fund => assign(next, made),
        Verb::Extend => {
            traces.original_ends_on.clone_from(&next.ends_on);
            next.ends_on = made.end.as_ref().map(|(ends_on, _)| ends_on.clone());
        }
        Verb::SubmitResults => {
            let due = next.ends_on.as_ref().map(|ends_on| overdue_from(ends_on, &facts.parameters));
            traces.late_days = due.map(|due| days_between(&due, &made.on).max(0));
            traces.results_submitted_on = Some(made.on.clone());
        }
        Verb::Accept => {
            traces.rating = made.rating;
            // A result counts in the year of the decision, not of the meeting.
            traces.accepted_on = made.act.as_ref().map(|act| act.signed_on.clone());
        }
        Verb::RegisterResult => traces.registration.clone_from(&made.registration),
        Verb::Fail | Verb::Terminate => traces.cause = made.cause,
        Verb::Order
        | Verb::Identify
        | Verb::List
        | Verb::CloseBidding
        | Verb::Select
        | Verb::AppraiseBudget
        | Verb::Start
        | Verb::Inspect
        | Verb::AcceptGrassroots
        | Verb::Recognise
        | Verb::Settle
        | Verb::Liquidate
        | Verb::Transfer
        | Verb::Drop => {}
    }
}

/// Adds what an act assigns to what was assigned before.
fn assign(next: &mut Project, made: &Move) {
    let Some((year, amounts)) = &made.money else { return };
    for (class, amount) in amounts {
        let money = next.funding.entry((*year, *class)).or_default();
        money.assigned = Some(money.assigned.unwrap_or_default().saturating_add(*amount));
    }
}

#[cfg(test)]
mod tests;
