//! The tables of what was done with documents: steps, remarks, acts, decisions.

pub mod calendar;
pub mod changed;
pub mod holidays;
pub mod places;

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Act, Decision, Justification, Step};
use crate::commit::{Tx, View};
use crate::db::schema::{acts, decisions, document_steps as steps, line_remarks as remarks};
use crate::db::{Conn, Db, audit, record};
use crate::document::state::Verb;
use crate::error::{Error, Result};
use crate::word::{Word, stored as word};

record! {
    /// A verb that was executed.
    fact StepRow in document_steps, key(document), {
        document: String,
        at: i64,
        verb: String,
        from_state: String,
        to_state: String,
        submission: i64,
        number: i64,
        person: String,
        on_behalf_of: String,
        reason: String,
        justifications: String,
    }
}

record! {
    /// A remark on a line.
    fact RemarkRow in line_remarks, key(document, line), {
        document: String,
        line: String,
        remark: String,
    }
}

record! {
    /// A signed act.
    fact ActRow in acts, key(act), {
        act: String,
        at: i64,
        number: String,
        signed_on: String,
        authority: String,
        signer: String,
        file_digest: Option<Vec<u8>>,
    }
}

record! {
    /// What an act decided.
    fact DecisionRow in decisions, key(document, number), {
        document: String,
        number: i64,
        act: String,
        at: i64,
        person: String,
        previous: Option<i64>,
    }
}

/// Writes a step with its remarks.
pub fn insert_step(tx: &mut Tx<'_>, document: &str, step: &Step) -> Result<()> {
    let stamp = tx.stamp();
    let row = StepRow {
        jurisdiction: stamp.jurisdiction.clone(),
        since: stamp.since,
        document: document.to_owned(),
        at: tx.at(),
        verb: step.verb.as_str().to_owned(),
        from_state: step.from.as_str().to_owned(),
        to_state: step.to.as_str().to_owned(),
        submission: step.submission,
        number: step.number,
        person: step.person.clone(),
        on_behalf_of: step.on_behalf_of.clone(),
        reason: step.reason.clone(),
        justifications: serde_json::to_string(&step.justifications).map_err(|e| Error::Internal(e.into()))?,
    };
    tx.open(&[row])?;
    let remark = |(line, remark): &(String, String)| RemarkRow {
        jurisdiction: stamp.jurisdiction.clone(),
        since: stamp.since,
        document: document.to_owned(),
        line: line.clone(),
        remark: remark.clone(),
    };
    let rows: Vec<RemarkRow> = step.remarks.iter().map(remark).collect();
    tx.open(rows)
}

/// The last time that a document was submitted.
pub fn last_submit(view: &mut View<'_>, document: &str) -> Result<Option<Step>> {
    let row = steps::table
        .filter(steps::jurisdiction.eq(view.jurisdiction).and(steps::document.eq(document)))
        .filter(steps::since.le(view.revision).and(steps::verb.eq(Verb::Submit.as_str())))
        .order(steps::since.desc())
        .first::<StepRow>(view.conn)
        .optional()?;
    row.map(step_of).transpose()
}

/// The steps of a document after a revision, oldest first, with their remarks.
pub fn steps(view: &mut View<'_>, document: &str, after: i64, limit: i64) -> Result<Vec<Step>> {
    let rows = steps::table
        .filter(steps::jurisdiction.eq(view.jurisdiction).and(steps::document.eq(document)))
        .filter(steps::since.le(view.revision).and(steps::since.gt(after)))
        .order(steps::since)
        .limit(limit)
        .load::<StepRow>(view.conn)?;
    let mut found = rows.into_iter().map(step_of).collect::<Result<Vec<_>>>()?;
    let revisions: Vec<i64> = found.iter().map(|step| step.revision).collect();
    let said = remarks::table
        .filter(remarks::jurisdiction.eq(view.jurisdiction).and(remarks::document.eq(document)))
        .filter(remarks::since.eq_any(revisions))
        .order((remarks::since, remarks::line))
        .load::<RemarkRow>(view.conn)?;
    for row in said {
        if let Some(step) = found.iter_mut().find(|step| step.revision == row.since) {
            step.remarks.push((row.line, row.remark));
        }
    }
    Ok(found)
}

fn step_of(row: StepRow) -> Result<Step> {
    let justifications: Vec<Justification> =
        serde_json::from_str(&row.justifications).map_err(|e| Error::Internal(e.into()))?;
    Ok(Step {
        revision: row.since,
        at: row.at,
        verb: word(&row.verb)?,
        from: word(&row.from_state)?,
        to: word(&row.to_state)?,
        submission: row.submission,
        number: row.number,
        person: row.person,
        on_behalf_of: row.on_behalf_of,
        reason: row.reason,
        justifications,
        remarks: Vec::new(),
    })
}

/// The act that an authority signed under a number on a day, with its id.
pub fn find_act(view: &mut View<'_>, act: &Act) -> Result<Option<(String, Act)>> {
    let row = acts::table
        .filter(acts::jurisdiction.eq(view.jurisdiction).and(acts::authority.eq(&act.authority)))
        .filter(acts::number.eq(&act.number).and(acts::signed_on.eq(&act.signed_on)))
        .first::<ActRow>(view.conn)
        .optional()?;
    Ok(row.map(|row| (row.act.clone(), act_of(row))))
}

/// Some acts by their ids.
pub fn acts(view: &mut View<'_>, ids: &[String]) -> Result<HashMap<String, Act>> {
    let rows = acts::table
        .filter(acts::jurisdiction.eq(view.jurisdiction).and(acts::act.eq_any(ids)))
        .load::<ActRow>(view.conn)?;
    Ok(rows.into_iter().map(|row| (row.act.clone(), act_of(row))).collect())
}

/// The id of an act, which is written where it was not known.
pub fn keep_act(tx: &mut Tx<'_>, new_id: &str, act: &Act) -> Result<String> {
    if let Some((id, _)) = find_act(&mut tx.view(), act)? {
        return Ok(id);
    }
    insert_act(tx, new_id, act)?;
    Ok(new_id.to_owned())
}

fn act_of(row: ActRow) -> Act {
    let ActRow { number, signed_on, authority, signer, file_digest, .. } = row;
    Act { number, signed_on, authority, signer, file_digest }
}

/// Writes an act.
fn insert_act(tx: &mut Tx<'_>, id: &str, act: &Act) -> Result<()> {
    let stamp = tx.stamp();
    let Act { number, signed_on, authority, signer, file_digest } = act.clone();
    let (jurisdiction, since, at) = (stamp.jurisdiction, stamp.since, tx.at());
    tx.open(&[ActRow {
        jurisdiction,
        since,
        act: id.to_owned(),
        at,
        number,
        signed_on,
        authority,
        signer,
        file_digest,
    }])
}

/// Writes that an act decided a document.
pub fn insert_decision(
    tx: &mut Tx<'_>,
    document: &str,
    number: i64,
    act: &str,
    person: &str,
    previous: Option<i64>,
) -> Result<()> {
    let stamp = tx.stamp();
    let row = DecisionRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        document: document.to_owned(),
        number,
        act: act.to_owned(),
        at: tx.at(),
        person: person.to_owned(),
        previous,
    };
    tx.open(&[row])
}

/// Decisions before a place in the list, newest first: of one document or of all.
pub fn decisions(
    view: &mut View<'_>,
    document: Option<&str>,
    before: Option<&(i64, String)>,
    limit: i64,
) -> Result<Vec<Decision>> {
    let mut query = decisions::table
        .inner_join(acts::table.on(acts::jurisdiction.eq(decisions::jurisdiction).and(acts::act.eq(decisions::act))))
        .filter(decisions::jurisdiction.eq(view.jurisdiction).and(decisions::since.le(view.revision)))
        .order((decisions::since.desc(), decisions::document.desc()))
        .limit(limit)
        .into_boxed::<Db>();
    if let Some(document) = document {
        query = query.filter(decisions::document.eq(document));
    }
    if let Some((since, document)) = before {
        query = query
            .filter(decisions::since.lt(*since).or(decisions::since.eq(*since).and(decisions::document.lt(document))));
    }
    let rows = query.load::<(DecisionRow, ActRow)>(view.conn)?;
    let decision = |(row, act): (DecisionRow, ActRow)| Decision {
        document: row.document,
        number: row.number,
        revision: row.since,
        at: row.at,
        person: row.person,
        act: act_of(act),
        previous: row.previous,
    };
    Ok(rows.into_iter().map(decision).collect())
}

/// The days of the acts that put texts in force: by document, where that revision is the one given.
pub fn signed_on(view: &mut View<'_>, texts: &[(String, i64)]) -> Result<HashMap<String, String>> {
    let documents: Vec<&String> = texts.iter().map(|(document, _)| document).collect();
    let rows = decisions::table
        .inner_join(acts::table.on(acts::jurisdiction.eq(decisions::jurisdiction).and(acts::act.eq(decisions::act))))
        .filter(decisions::jurisdiction.eq(view.jurisdiction).and(decisions::since.le(view.revision)))
        .filter(decisions::document.eq_any(documents))
        .select((decisions::document, decisions::since, acts::signed_on))
        .load::<(String, i64, String)>(view.conn)?;
    let is_text =
        |row: &(String, i64, String)| texts.iter().any(|(document, text)| (document, *text) == (&row.0, row.1));
    Ok(rows.into_iter().filter(is_text).map(|(document, _, signed_on)| (document, signed_on)).collect())
}

/// Hands every row to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    places::audit(conn, jurisdiction, rows)?;
    calendar::audit(conn, jurisdiction, rows)?;
    changed::audit(conn, jurisdiction, rows)?;
    holidays::audit(conn, jurisdiction, rows)?;
    audit!(conn, jurisdiction, rows, steps: StepRow, remarks: RemarkRow, acts: ActRow, decisions: DecisionRow);
    Ok(())
}
