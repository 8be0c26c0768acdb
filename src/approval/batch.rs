//! One verb on many documents, in one revision: all of them, or those that it can be done to.

use super::actions::{Perform, Performer, again_of, decide, save};
use super::model::Life;
use crate::app::{Answer, App, Call};
use crate::commit::{Entry, First, Tx, View};
use crate::error::{Error, Result};

/// Asks for one verb on many documents of one jurisdiction.
#[derive(Debug, Clone)]
pub struct Batch {
    pub jurisdiction: String,
    pub each: Vec<Perform>,
    pub best_effort: bool,
}

/// What became of one document.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub name: String,
    pub life: Option<Life>,
    pub reason: String,
    pub message: String,
}

/// What became of all, in the order of the request.
#[derive(Debug, Clone)]
pub struct Outcomes(pub Vec<Outcome>);

pub async fn perform(app: App, call: Call, ask: Batch) -> Result<Answer<Outcomes>> {
    let performer = Performer::of(&app, &call);
    let jurisdiction = ask.jurisdiction.clone();
    let again = ask.clone();
    let run = move |tx: &mut Tx<'_>| {
        let (outcomes, names) = execute(tx, &performer, &ask)?;
        // Why others were refused cannot be read again, so it is left with the journal.
        let told: Vec<(&str, &str)> =
            outcomes.iter().map(|outcome| (outcome.reason.as_str(), outcome.message.as_str())).collect();
        let answer = serde_json::to_vec(&told).map_err(|e| Error::Internal(e.into()))?;
        Ok((Entry { names, answer }, Outcomes(outcomes)))
    };
    let replay = move |view: &mut View<'_>, first: &First| {
        let told: Vec<(String, String)> =
            serde_json::from_slice(&first.answer).map_err(|e| Error::Internal(e.into()))?;
        let mut outcomes = Vec::new();
        for (ask, (reason, message)) in again.each.iter().zip(told) {
            let life = if reason.is_empty() { Some(again_of(view, ask)?) } else { None };
            outcomes.push(Outcome { name: ask.name.to_string(), life, reason, message });
        }
        Ok(Outcomes(outcomes))
    };
    app.write(&call, &jurisdiction, run, replay).await
}

/// Decides all before anything is written, so that what is refused leaves no trace. Answers what became of each, and the names of all
/// that moved.
fn execute(tx: &mut Tx<'_>, performer: &Performer, ask: &Batch) -> Result<(Vec<Outcome>, Vec<String>)> {
    let mut decided = Vec::new();
    let mut first_refusal = None;
    for one in &ask.each {
        match decide(tx, performer, one) {
            Ok(decision) => decided.push(Ok(decision)),
            Err(error) => match told(&error).filter(|_| ask.best_effort) {
                Some(told) => {
                    decided.push(Err(told));
                    first_refusal.get_or_insert(error);
                }
                None => return Err(error),
            },
        }
    }
    if decided.iter().all(Result::is_err)
        && let Some(error) = first_refusal
    {
        return Err(error);
    }
    let (mut outcomes, mut names) = (Vec::new(), Vec::new());
    for (one, decision) in ask.each.iter().zip(decided) {
        let (life, (reason, message)) = match decision {
            Ok(decision) => {
                names.extend(decision.names());
                (Some(save(tx, performer, decision)?), Default::default())
            }
            Err(told) => (None, told),
        };
        outcomes.push(Outcome { name: one.name.to_string(), life, reason, message });
    }
    Ok((outcomes, names))
}

/// Reason and sentence of an error that is about one document and says nothing of the others.
fn told(error: &Error) -> Option<(String, String)> {
    Some(match error {
        Error::Denied { reason, needs, .. } => (reason.as_str().to_owned(), format!("this needs {needs}")),
        Error::Refused(refusals) => {
            let reason = refusals.first().map(|refusal| refusal.rule.unwrap_or(refusal.reason.as_str()));
            let texts: Vec<&str> = refusals.iter().map(|refusal| refusal.description.as_str()).collect();
            (reason.unwrap_or_default().to_owned(), texts.join("; "))
        }
        Error::Stale(_) => ("STALE_ETAG".to_owned(), "it has changed since it was read".to_owned()),
        Error::NotFound { kind, name } => ("RESOURCE_NOT_FOUND".to_owned(), format!("{kind} {name} not found")),
        Error::Unauthenticated
        | Error::Invalid(_)
        | Error::RequestIdReused
        | Error::Exists { .. }
        | Error::Limit { .. }
        | Error::Busy { .. }
        | Error::Deadline
        | Error::OutcomeUnknown
        | Error::Internal(_) => return None,
    })
}
