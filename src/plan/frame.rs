//! Reads the rolling frame of a plan.

use super::actions::load;
use super::model::frame::{Frame, frame};
use super::store;
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::budget;
use crate::budget::model::{Estimate, Nature, Side, Stage};
use crate::commit::View;
use crate::error::Result;
use crate::id::{EstimateName, PlanName};

/// Asks for the frame of a plan.
#[derive(Debug, Clone)]
pub struct SummarizeFrame {
    pub name: PlanName,
    pub read_at: ReadAt,
}

/// The frame of a plan beside the estimate of its first year.
#[derive(Debug, Clone)]
pub struct Summarized {
    pub name: PlanName,
    pub frame: Frame,
    pub first_year: i64,
    pub estimate: Option<Beside>,
    pub revision: i64,
}

/// An annual estimate of the same unit, and what it requests by nature.
#[derive(Debug, Clone)]
pub struct Beside {
    pub name: EstimateName,
    pub requested: Vec<(Nature, i64)>,
}

pub async fn summarize_frame(app: App, call: Call, ask: SummarizeFrame) -> Result<Keep<Summarized>> {
    let jurisdiction = ask.name.jurisdiction.clone();
    let read = move |view: &mut View<'_>| {
        let plan = load(view, &ask.name)?;
        let frame = frame(&store::all_items(view, &plan.id)?)?;
        let estimate = budget::life::annual(view, &plan.unit, plan.first_year)?.map(beside);
        let (first_year, revision) = (plan.first_year, plan.revision);
        Ok(Summarized { name: ask.name.clone(), frame, first_year, estimate, revision })
    };
    let answer = app.read(&call, &jurisdiction, ask.read_at, read).await?;
    // The estimate is another document.
    Ok(answer.kept(&jurisdiction, Depends::everything(ask.read_at)))
}

/// What an estimate requests for expenditure, by nature.
pub fn beside(estimate: Estimate) -> Beside {
    let mut requested: Vec<(Nature, i64)> = Vec::new();
    for ((side, nature, _), sum) in &estimate.totals.sums {
        let Some(amount) = sum.amounts().get(Stage::Requested).filter(|_| *side == Side::Expenditure) else { continue };
        match requested.iter_mut().find(|(other, _)| other == nature) {
            Some((_, total)) => *total = total.saturating_add(amount),
            None => requested.push((*nature, amount)),
        }
    }
    Beside { name: estimate.name(), requested }
}
