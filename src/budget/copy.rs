//! A new estimate out of the lines of another: chosen columns times a factor, adding up exactly.

use std::collections::BTreeMap;

use super::actions::{load, replay_estimate, require_place};
use super::batch::{self, Changes};
use super::model::{Amounts, Context, Estimate, Line, Stage, refuse_line};
use super::store;
use crate::app::{Answer, App, Call};
use crate::classification::model::Dimension;
use crate::classification::store as codes;
use crate::commit::{Entry, Tx, View};
use crate::document::authority::Action;
use crate::document::duties::Part;
use crate::document::store as hands;
use crate::error::{Error, Reason, Refusal, Result};
use crate::id::EstimateName;
use crate::money;
use crate::word::Word;

/// Asks for a copy.
#[derive(Debug, Clone)]
pub struct CopyEstimate {
    pub source: EstimateName,
    /// The new estimate; its unit is empty where it is that of the source.
    pub new: Estimate,
    pub stages: Vec<StageCopy>,
}

/// Which column becomes which, times a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageCopy {
    pub from: Stage,
    pub to: Stage,
    /// In basis points.
    pub factor: i64,
}

pub async fn copy_estimate(app: App, call: Call, ask: CopyEstimate) -> Result<Answer<Estimate>> {
    let jurisdiction = ask.source.jurisdiction.clone();
    let new_id = call.new_id.clone();
    let run = move |tx: &mut Tx<'_>| {
        let source = load(&mut tx.view(), &ask.source)?;
        let mut new = ask.new.clone();
        if new.id.is_empty() {
            new.id.clone_from(&new_id);
        }
        if new.key.unit.is_empty() {
            new.key.unit.clone_from(&source.key.unit);
        }
        let permit = tx.standing().may_at(Action::DraftDocument, &new.key.unit)?;
        tx.permit(permit);
        require_place(&mut tx.view(), &mut new, "copy")?;
        let lines = store::all_lines(&mut tx.view(), &source.id)?;
        let lines = copied(&mut tx.view(), &source, &new, &lines, &ask.stages)?;
        new.last_sequence = i64::try_from(lines.len()).unwrap_or(i64::MAX);
        let changes = Changes::of_new(lines);
        batch::count(&mut new, &changes)?;
        store::insert_estimate(tx, &new)?;
        hands::take_part(tx, &new.document(), Part::Worked)?;
        batch::write(tx, &new.id, changes)?;
        Ok((Entry::of(new.name()), store::as_written(tx, new)))
    };
    app.write(&call, &jurisdiction, run, replay_estimate).await
}

/// The lines of the new estimate, or every reason why one cannot be.
fn copied(
    view: &mut View<'_>,
    source: &Estimate,
    new: &Estimate,
    old: &[Line],
    stages: &[StageCopy],
) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = old.iter().zip(1..).map(|(line, sequence)| bare(line, sequence)).collect();
    for copy in stages {
        multiply(old, &mut lines, *copy)?;
    }
    let mut refusals = Vec::new();
    if source.scheme != new.scheme {
        refusals = convert(view, &source.scheme, &new.scheme, &mut lines)?;
    }
    let mut facts = batch::facts(view, &new.scheme, &new.key, lines.iter().map(|line| (None, line)))?;
    // What the lines paid for they go on paying for, be it gone.
    facts.references.extend(lines.iter().flat_map(|line| line.project.iter().chain(&line.plan_task)).cloned());
    let context = Context { key: &new.key, scheme: &new.scheme, state: new.state };
    if refusals.is_empty() {
        for line in &lines {
            refusals.extend(refuse_line(line, None, &context, &facts, &format!("lines[{}]", line.sequence - 1)));
        }
    }
    if refusals.is_empty() { Ok(lines) } else { Err(Error::Refused(refusals)) }
}

/// A line without its figures and what belongs to them. It keeps its id, which is one of the new estimate now.
fn bare(line: &Line, sequence: i64) -> Line {
    Line {
        id: line.id.clone(),
        sequence,
        basis: None,
        amounts: Amounts::default(),
        appraised_reason: None,
        decided_reason: None,
        memo: None,
        revision: 0,
        ..line.clone()
    }
}

/// Fills one column: on each side the lines add to the sum times the factor, rounded once.
fn multiply(old: &[Line], new: &mut [Line], copy: StageCopy) -> Result<()> {
    for side in super::model::Side::ALL {
        let places: Vec<usize> = (0..old.len())
            .filter(|place| old[*place].side == *side && old[*place].amounts.get(copy.from).is_some())
            .collect();
        let amounts: Vec<i64> = places.iter().filter_map(|place| old[*place].amounts.get(copy.from)).collect();
        let parts = money::scaled_parts(&amounts, copy.factor).ok_or_else(|| {
            Error::refused(Reason::AmountOverflow, copy.to.as_str(), "an amount times the factor does not fit 64 bits")
        })?;
        for (place, part) in places.into_iter().zip(parts) {
            if let Some(line) = new.get_mut(place) {
                line.amounts.set(copy.to, Some(part));
            }
        }
    }
    Ok(())
}

/// Turns every code into the one code that it becomes in the other scheme.
fn convert(view: &mut View<'_>, from: &str, to: &str, lines: &mut [Line]) -> Result<Vec<Refusal>> {
    let single: BTreeMap<(Dimension, String), String> = codes::conversions(view, from, to)?
        .into_iter()
        .filter_map(|conversion| match conversion.targets.as_slice() {
            [one] => Some(((conversion.dimension, conversion.code), one.code.clone())),
            _ => None,
        })
        .collect();
    let mut refusals = Vec::new();
    for line in lines {
        for (position, dimension) in Dimension::ALL.iter().enumerate() {
            let Some(code) = line.codes.0[position].take() else { continue };
            match single.get(&(*dimension, code.clone())) {
                Some(target) => line.codes.0[position] = Some(target.clone()),
                None => {
                    let subject = format!("lines[{}].{}_code", line.sequence - 1, dimension.segment());
                    let text = format!("{code} of {from} does not become one code of {to}");
                    refusals.push(Refusal::new(Reason::ConversionMissing, subject, text));
                }
            }
        }
    }
    Ok(refusals)
}
