//! The tables of calendars: dated steps, terms in working days, and other days for single units.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::approval::desk::{CalendarStep, Exception, StepKey, Term};
use crate::commit::{Tx, View};
use crate::db::schema::{calendar_exceptions as exceptions, calendar_steps as steps, calendar_terms as terms};
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

record! {
    /// So many working days after something.
    version TermRow in calendar_terms, key(kind, year, verb), {
        kind: String,
        year: i64,
        verb: String,
        working_days: i64,
        event: String,
        day: Option<String>,
    }
}

/// The steps of these kinds and years, in the order of their days.
pub fn steps_of(view: &mut View<'_>, kinds: &[DocumentKind], years: &[i64]) -> Result<Vec<CalendarStep>> {
    let others = exception_rows(view, kinds, years)?;
    let terms = term_rows(view, kinds, years)?;
    let found = step_rows(view, kinds, years)?;
    found.into_iter().map(|row| step_of(row, &others, &terms)).collect()
}

fn step_of(row: StepRow, others: &[ExceptionRow], terms: &[TermRow]) -> Result<CalendarStep> {
    let term = terms.iter().find(|one| (&one.kind, one.year, &one.verb) == (&row.kind, row.year, &row.verb));
    let of_step = others.iter().filter(|one| (&one.kind, one.year, &one.verb) == (&row.kind, row.year, &row.verb));
    let exceptions: BTreeMap<String, Exception> = of_step
        .clone()
        .map(|one| (one.unit.clone(), Exception { due_on: one.due_on.clone(), reason: one.reason.clone() }))
        .collect();
    let revision = of_step.map(|one| one.since).chain(term.map(|one| one.since)).chain([row.since]).max();
    let revision = revision.unwrap_or_default();
    Ok(CalendarStep {
        key: (word(&row.kind)?, row.year, word(&row.verb)?),
        due_on: row.due_on,
        term: term.map(term_of).transpose()?,
        title: row.title,
        citation: row.citation,
        blocks: row.blocks != 0,
        exceptions,
        revision,
    })
}

fn term_of(row: &TermRow) -> Result<Term> {
    Ok(Term { working_days: row.working_days, event: word(&row.event)?, day: row.day.clone() })
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

fn term_rows(view: &mut View<'_>, kinds: &[DocumentKind], years: &[i64]) -> Result<Vec<TermRow>> {
    Ok(terms::table
        .filter(terms::jurisdiction.eq(view.jurisdiction))
        .filter(terms::kind.eq_any(words(kinds)).and(terms::year.eq_any(years)))
        .filter(terms::since.le(view.revision).and(terms::until.gt(view.revision)))
        .order(terms::verb)
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
    let of_terms = terms::table
        .filter(terms::jurisdiction.eq(view.jurisdiction).and(terms::kind.eq(kind.as_str())).and(terms::year.eq(year)))
        .filter(terms::since.le(view.revision))
        .select((terms::since, terms::until))
        .load::<(i64, i64)>(view.conn)?;
    let moments = of_steps.into_iter().chain(of_exceptions).chain(of_terms).flat_map(|(since, until)| [since, until]);
    Ok(moments.filter(|moment| *moment <= view.revision).max().unwrap_or_default())
}

/// Puts a whole calendar in the place of the one before; rows that are the same stay.
pub fn save(tx: &mut Tx<'_>, (kind, year): (DocumentKind, i64), new: &[CalendarStep]) -> Result<()> {
    let old = step_rows(&mut tx.view(), &[kind], &[year])?;
    let old_exceptions = exception_rows(&mut tx.view(), &[kind], &[year])?;
    let old_terms = term_rows(&mut tx.view(), &[kind], &[year])?;
    let (mut rows, mut others) = (Vec::new(), Vec::new());
    let new_terms = new.iter().filter_map(|step| Some(term_row(tx, step.key, step.term.as_ref()?))).collect();
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
    tx.open(&begun)?;
    let same = |a: &TermRow, b: &TermRow| TermRow { since: 0, ..a.clone() } == TermRow { since: 0, ..b.clone() };
    let (gone, begun) = differences(old_terms, new_terms, same);
    tx.close(&gone)?;
    tx.open(&begun)
}

fn term_row(tx: &Tx<'_>, (kind, year, verb): StepKey, term: &Term) -> TermRow {
    let stamp = tx.stamp();
    TermRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        kind: kind.as_str().to_owned(),
        year,
        verb: verb.as_str().to_owned(),
        working_days: term.working_days,
        event: term.event.as_str().to_owned(),
        day: term.day.clone(),
    }
}

/// What of the old is not among the new, and the other way round.
pub(super) fn differences<R>(old: Vec<R>, new: Vec<R>, same: impl Fn(&R, &R) -> bool) -> (Vec<R>, Vec<R>) {
    let stays: Vec<bool> = new.iter().map(|row| old.iter().any(|other| same(row, other))).collect();
    let gone = old.into_iter().filter(|row| !new.iter().any(|other| same(other, row))).collect();
    let begun = new.into_iter().zip(stays).filter(|(_, stays)| !stays).map(|(row, _)| row).collect();
    (gone, begun)
}

/// Hands every row to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, steps: StepRow, exceptions: ExceptionRow, terms: TermRow);
    Ok(())
}
