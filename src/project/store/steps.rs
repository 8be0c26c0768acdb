//! The table of moves that were executed.

use diesel::prelude::*;

use super::{json, parsed};
use crate::classification::model::FinancingClass;
use crate::commit::{Tx, View};
use crate::db::schema::project_steps as steps;
use crate::db::{Conn, audit, direct, record};
use crate::error::Result;
use crate::project::model::states::State;
use crate::project::model::{Act, Move, Project, Step};
use crate::word::{Word, stored as word};

record! {
    /// A move that was executed.
    fact StepRow in project_steps, key(project, number), {
        project: String,
        number: i64,
        at: i64,
        verb: String,
        from_state: String,
        to_state: String,
        moved_on: String,
        person: String,
        on_behalf_of: String,
        act_number: Option<String>,
        act_signed_on: Option<String>,
        act_authority: Option<String>,
        act_signer: Option<String>,
        outcome: Option<String>,
        contract_number: Option<String>,
        funding_year: Option<i64>,
        amounts: Option<String>,
        ends_on: Option<String>,
        requested_on: Option<String>,
        rating: Option<String>,
        registration: Option<String>,
        cause: Option<String>,
        note: String,
    }
}

/// The moves of a project up to the revision of the view.
pub fn steps_of(view: &mut View<'_>, project: &str) -> Result<Vec<Step>> {
    let query = steps::table
        .filter(steps::jurisdiction.eq(view.jurisdiction).and(steps::project.eq(project)))
        .filter(steps::since.le(view.revision))
        .order(steps::number);
    direct!(view.conn, |conn| query.load::<StepRow>(conn))?.into_iter().map(step_of).collect()
}

/// Where each project that was moved at all was moved to last.
pub fn last_states(view: &mut View<'_>) -> Result<Vec<(String, i64, State)>> {
    let query = steps::table
        .filter(steps::jurisdiction.eq(view.jurisdiction).and(steps::since.le(view.revision)))
        .order((steps::project, steps::number))
        .select((steps::project, steps::number, steps::to_state));
    let rows: Vec<(String, i64, String)> = direct!(view.conn, |conn| query.load(conn))?;
    let mut last: Vec<(String, i64, State)> = Vec::new();
    for (project, number, state) in rows {
        if last.last().is_some_and(|one| one.0 == project) {
            last.pop();
        }
        last.push((project, number, word(&state)?));
    }
    Ok(last)
}

/// Writes down moves of a project that lead from one state to the next.
pub fn insert_steps(tx: &mut Tx<'_>, project: &Project, made: &[(State, Move, State)]) -> Result<()> {
    let first = project.traces.step_count - i64::try_from(made.len()).unwrap_or(i64::MAX);
    let rows = made.iter().zip(first + 1..).map(|(step, number)| step_row(tx, &project.id, number, step));
    let rows = rows.collect::<Result<Vec<_>>>()?;
    tx.open(rows)
}

fn step_row(tx: &Tx<'_>, project: &str, number: i64, (from, made, to): &(State, Move, State)) -> Result<StepRow> {
    let stamp = tx.stamp();
    let standing = tx.standing();
    let made = made.clone();
    let spelled = |amounts: Vec<(FinancingClass, i64)>| {
        json(&amounts.into_iter().map(|(class, amount)| (class.as_str(), amount)).collect::<Vec<_>>())
    };
    let (funding_year, amounts) = made.money.unzip();
    let (ends_on, requested_on) = made.end.unzip();
    let act = made.act;
    Ok(StepRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        project: project.to_owned(),
        number,
        at: tx.at(),
        verb: made.verb.as_str().to_owned(),
        from_state: from.as_str().to_owned(),
        to_state: to.as_str().to_owned(),
        moved_on: made.on,
        person: standing.actor.clone(),
        on_behalf_of: standing.on_behalf_of.clone(),
        act_number: act.as_ref().map(|act| act.number.clone()),
        act_signed_on: act.as_ref().map(|act| act.signed_on.clone()),
        act_authority: act.as_ref().map(|act| act.authority.clone()),
        act_signer: act.map(|act| act.signer),
        outcome: made.outcome.map(|word| word.as_str().to_owned()),
        contract_number: made.contract,
        funding_year,
        amounts: amounts.map(spelled).transpose()?,
        ends_on,
        requested_on,
        rating: made.rating.map(|word| word.as_str().to_owned()),
        registration: made.registration,
        cause: made.cause.map(|word| word.as_str().to_owned()),
        note: made.note,
    })
}

fn step_of(row: StepRow) -> Result<Step> {
    let amounts = |text: String| -> Result<Vec<(FinancingClass, i64)>> {
        let pairs: Vec<(String, i64)> = parsed(&text)?;
        pairs.into_iter().map(|(class, amount)| Ok((word(&class)?, amount))).collect()
    };
    let act = match (row.act_number, row.act_signed_on, row.act_authority, row.act_signer) {
        (Some(number), Some(signed_on), Some(authority), Some(signer)) => {
            Some(Act { number, signed_on, authority, signer })
        }
        _ => None,
    };
    let made = Move {
        verb: word(&row.verb)?,
        on: row.moved_on,
        act,
        outcome: row.outcome.as_deref().map(word).transpose()?,
        contract: row.contract_number,
        money: row.funding_year.zip(row.amounts.map(amounts).transpose()?),
        end: row.ends_on.zip(row.requested_on),
        rating: row.rating.as_deref().map(word).transpose()?,
        registration: row.registration,
        cause: row.cause.as_deref().map(word).transpose()?,
        note: row.note,
    };
    Ok(Step {
        number: row.number,
        made,
        from: word(&row.from_state)?,
        to: word(&row.to_state)?,
        person: row.person,
        on_behalf_of: row.on_behalf_of,
        revision: row.since,
        at: row.at,
    })
}

/// Hands every row of the table of moves to the audit.
pub fn audit_steps(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, steps: StepRow);
    Ok(())
}
