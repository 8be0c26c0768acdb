//! The tables of calendars: dated steps, and other days for single units.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::approval::desk::{CalendarStep, Exception};
use crate::commit::{Tx, View};
use crate::db::schema::{calendar_exceptions as exceptions, calendar_steps as steps};
use crate::db::{Conn, Db, audit, record};
use crate::document::kind::DocumentKind;
use crate::error::Result;
use crate::word::{Word, stored as word};

record! {
    /// A dated step.
    version StepRow in calendar_steps, key(kind, year, verb), {
        kind: String,
        year: i64,
        verb: String,
        due_on: String,
        title: String,
        citation: String,
        blocks: i64,
    }
}

record! {
    /// Another last day for one unit.
    version ExceptionRow in calendar_exceptions, key(kind, year, verb, unit), {
        kind: String,
        year: i64,
        verb: String,
        unit: String,
        due_on: String,
        reason: String,
    }
}

/// The steps of these kinds and years, in the order of their days.
pub fn steps_of(view: &mut View<'_>, kinds: &[DocumentKind], years: &[i64]) -> Result<Vec<CalendarStep>> {
    let others = exception_rows(view, kinds, years)?;
    let found = step_rows(view, kinds, years)?;
    found.into_iter().map(|row| step_of(row, &others)).collect()
}

fn step_of(row: StepRow, others: &[ExceptionRow]) -> Result<CalendarStep> {
    let of_step = others.iter().filter(|one| (&one.kind, one.year, &one.verb) == (&row.kind, row.year, &row.verb));
    let exceptions: BTreeMap<String, Exception> = of_step
        .clone()
        .map(|one| (one.unit.clone(), Exception { due_on: one.due_on.clone(), reason: one.reason.clone() }))
        .collect();
    let revision = of_step.map(|one| one.since).chain([row.since]).max().unwrap_or_default();
    Ok(CalendarStep {
        key: (word(&row.kind)?, row.year, word(&row.verb)?),
        due_on: row.due_on,
        title: row.title,
        citation: row.citation,
        blocks: row.blocks != 0,
        exceptions,
        revision,
    })
}

fn words(kinds: &[DocumentKind]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.as_str()).collect()
}

fn step_rows(view: &mut View<'_>, kinds: &[DocumentKind], years: &[i64]) -> Result<Vec<StepRow>> {
    Ok(steps::table
        .filter(steps::jurisdiction.eq(view.jurisdiction))
        .filter(steps::kind.eq_any(words(kinds)).and(steps::year.eq_any(years)))
        .filter(steps::since.le(view.revision).and(steps::until.gt(view.revision)))
        .order((steps::due_on, steps::verb))
        .into_boxed::<Db>()
        .load(view.conn)?)
}

fn exception_rows(view: &mut View<'_>, kinds: &[DocumentKind], years: &[i64]) -> Result<Vec<ExceptionRow>> {
    Ok(exceptions::table
        .filter(exceptions::jurisdiction.eq(view.jurisdiction))
        .filter(exceptions::kind.eq_any(words(kinds)).and(exceptions::year.eq_any(years)))
        .filter(exceptions::since.le(view.revision).and(exceptions::until.gt(view.revision)))
        .order((exceptions::verb, exceptions::unit))
        .into_boxed::<Db>()
        .load(view.conn)?)
}

/// The revision that last changed the calendar of a kind and year, also by taking a step away; 0 where nothing ever did.
pub fn changed_at(view: &mut View<'_>, kind: DocumentKind, year: i64) -> Result<i64> {
    let of_steps = steps::table
        .filter(steps::jurisdiction.eq(view.jurisdiction).and(steps::kind.eq(kind.as_str())).and(steps::year.eq(year)))
        .filter(steps::since.le(view.revision))
        .select((steps::since, steps::until))
        .load::<(i64, i64)>(view.conn)?;
    let of_exceptions = exceptions::table
        .filter(exceptions::jurisdiction.eq(view.jurisdiction))
        .filter(exceptions::kind.eq(kind.as_str()).and(exceptions::year.eq(year)))
        .filter(exceptions::since.le(view.revision))
        .select((exceptions::since, exceptions::until))
        .load::<(i64, i64)>(view.conn)?;
    let moments = of_steps.into_iter().chain(of_exceptions).flat_map(|(since, until)| [since, until]);
    Ok(moments.filter(|moment| *moment <= view.revision).max().unwrap_or_default())
}

/// Puts a whole calendar in the place of the one before; rows that are the same stay.
pub fn save(tx: &mut Tx<'_>, (kind, year): (DocumentKind, i64), new: &[CalendarStep]) -> Result<()> {
    let old = step_rows(&mut tx.view(), &[kind], &[year])?;
    let old_exceptions = exception_rows(&mut tx.view(), &[kind], &[year])?;
    let (mut rows, mut others) = (Vec::new(), Vec::new());
    for step in new {
        let stamp = tx.stamp();
        let (kind, verb) = (kind.as_str().to_owned(), step.key.2.as_str().to_owned());
        others.extend(step.exceptions.iter().map(|(unit, exception)| ExceptionRow {
            jurisdiction: stamp.jurisdiction.clone(),
            since: stamp.since,
            until: stamp.until,
            kind: kind.clone(),
            year,
            verb: verb.clone(),
            unit: unit.clone(),
            due_on: exception.due_on.clone(),
            reason: exception.reason.clone(),
        }));
        rows.push(StepRow {
            jurisdiction: stamp.jurisdiction,
            since: stamp.since,
            until: stamp.until,
            kind,
            year,
            verb,
            due_on: step.due_on.clone(),
            title: step.title.clone(),
            citation: step.citation.clone(),
            blocks: i64::from(step.blocks),
        });
    }
    let same = |a: &StepRow, b: &StepRow| StepRow { since: 0, ..a.clone() } == StepRow { since: 0, ..b.clone() };
    let (gone, begun) = differences(old, rows, same);
    tx.close(&gone)?;
    tx.open(&begun)?;
    let same = |a: &ExceptionRow, b: &ExceptionRow| {
        ExceptionRow { since: 0, ..a.clone() } == ExceptionRow { since: 0, ..b.clone() }
    };
    let (gone, begun) = differences(old_exceptions, others, same);
    tx.close(&gone)?;
    tx.open(&begun)
}

/// What of the old is not among the new, and the other way round.
fn differences<R>(old: Vec<R>, new: Vec<R>, same: impl Fn(&R, &R) -> bool) -> (Vec<R>, Vec<R>) {
    let stays: Vec<bool> = new.iter().map(|row| old.iter().any(|other| same(row, other))).collect();
    let gone = old.into_iter().filter(|row| !new.iter().any(|other| same(other, row))).collect();
    let begun = new.into_iter().zip(stays).filter(|(_, stays)| !stays).map(|(row, _)| row).collect();
    (gone, begun)
}

/// Hands every row to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, steps: StepRow, exceptions: ExceptionRow);
    Ok(())
}
