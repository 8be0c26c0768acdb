//! Lets estimates of units below go, so that they can be sent back.

use super::actions::{Performer, opened};
use super::kinds::Document;
use super::model::Life;
use crate::app::{Answer, App, Call, etag};
use crate::budget;
use crate::budget::life::Plan as Figures;
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::document::state::State;
use crate::error::{Error, Reason, Refusal, Result};
use crate::id::EstimateName;
use crate::word::Word;

/// Asks to let some of what an estimate takes in go.
#[derive(Debug, Clone)]
pub struct Release {
    pub name: EstimateName,
    pub etag: String,
    pub children: Vec<EstimateName>,
}

pub async fn release(app: App, call: Call, ask: Release) -> Result<Answer<Life>> {
    let performer = Performer::of(&app, &call);
    let (jurisdiction, again) = (ask.name.jurisdiction.clone(), ask.name.clone());
    let run = move |tx: &mut Tx<'_>| {
        let estimate = budget::load(&mut tx.view(), &ask.name)?;
        // Who may send it back may let go what it holds.
        let action = if estimate.state == State::Endorsed { Action::ReturnEndorsed } else { Action::ReturnSubmitted };
        let permit = tx.standing().may_at(action, &estimate.key.unit)?;
        tx.permit(permit);
        etag::require(&performer.instance, &mut tx.view(), &ask.etag, &ask.name.to_string(), estimate.revision)?;
        if !matches!(estimate.state, State::Submitted | State::Endorsed) {
            let text = format!(
                "{} is {}, and releases only while it is SUBMITTED or ENDORSED",
                ask.name,
                estimate.state.as_str()
            );
            return Err(Error::refused(Reason::VerbNotOpen, ask.name.to_string(), text));
        }
        let held = budget::store::inclusions::included(&mut tx.view(), &estimate.id)?;
        let mut refusals = Vec::new();
        for (at, child) in ask.children.iter().enumerate() {
            if !held.iter().any(|one| one.child == child.estimate) {
                let text = format!("{child} is not taken in by {}", ask.name);
                refusals.push(Refusal::new(Reason::InclusionInvalid, format!("children[{at}]"), text));
            }
        }
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        let released: Vec<String> = ask.children.iter().map(|child| child.estimate.clone()).collect();
        let revision = tx.revision();
        Figures::of_release(&estimate, released).write(tx)?;
        let names = [&ask.name].into_iter().chain(&ask.children).map(EstimateName::to_string).collect();
        let document = Document::Estimate(Box::new(budget::model::Estimate { revision, ..estimate }));
        let life = opened(&mut tx.view(), document.life(), document.owner())?;
        Ok((Entry { names, answer: Vec::new() }, life))
    };
    let replay = move |view: &mut View<'_>, _: &First| {
        let document = Document::Estimate(Box::new(budget::load(view, &again)?));
        opened(view, document.life(), document.owner())
    };
    app.write(&call, &jurisdiction, run, replay).await
}
