//! The tables of envelopes.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;

use super::model::{Envelope, Kind, Said, Selector, State};
use crate::approval::store as acts;
use crate::commit::{Tx, View};
use crate::db::schema::{envelope_amounts as amounts, envelope_versions as versions, envelopes as facts};
use crate::db::{Conn, Db, audit, record};
use crate::error::{Error, Result};
use crate::word::{Word, stored as word};

record! {
    /// That an envelope exists, and to whom it is issued.
    fact FactRow in envelopes, key(envelope), {
        envelope: String,
        at: i64,
        unit: String,
    }
}

record! {
    /// What it says beside its figures.
    version VersionRow in envelope_versions, key(envelope), {
        envelope: String,
        at: i64,
        created_at: i64,
        unit: String,
        kind: String,
        selector: String,
        title: String,
        note: String,
        state: String,
        act: String,
    }
}

record! {
    /// The figure of one year.
    version AmountRow in envelope_amounts, key(envelope, year), {
        envelope: String,
        year: i64,
        unit: String,
        kind: String,
        selected: String,
        amount: i64,
        retained: Option<i64>,
    }
}

/// What a list of envelopes is narrowed to; empty lists narrow nothing.
#[derive(Debug, Clone, Default)]
pub struct EnvelopeFilter {
    /// Issued to one of these units; none means any.
    pub units: Option<Vec<String>>,
    /// With a figure for this year.
    pub year: Option<i64>,
    pub kinds: Vec<Kind>,
}

/// Whether the id of an envelope is taken, now or in the past.
pub fn envelope_is_taken(view: &mut View<'_>, id: &str) -> Result<bool> {
    let found = facts::table.find((view.jurisdiction, id)).select(facts::since).first::<i64>(view.conn);
    Ok(found.optional()?.is_some())
}

/// An envelope as it stands at the revision of the view.
pub fn find_envelope(view: &mut View<'_>, id: &str) -> Result<Option<Envelope>> {
    let row = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::envelope.eq(id)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .first::<VersionRow>(view.conn)
        .optional()?;
    Ok(assembled(view, row.into_iter().collect())?.pop())
}

/// One page of envelopes by id, of which `limit` are read.
pub fn list_envelopes(view: &mut View<'_>, filter: &EnvelopeFilter, after: &str, limit: i64) -> Result<Vec<Envelope>> {
    let mut query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::envelope.gt(after)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .order(versions::envelope)
        .limit(limit)
        .into_boxed::<Db>();
    if let Some(units) = &filter.units {
        query = query.filter(versions::unit.eq_any(units));
    }
    if !filter.kinds.is_empty() {
        let kinds: Vec<&str> = filter.kinds.iter().map(|kind| kind.as_str()).collect();
        query = query.filter(versions::kind.eq_any(kinds));
    }
    if let Some(year) = filter.year {
        let of_year = amounts::table
            .filter(amounts::jurisdiction.eq(view.jurisdiction).and(amounts::year.eq(year)))
            .filter(amounts::since.le(view.revision).and(amounts::until.gt(view.revision)))
            .select(amounts::envelope);
        query = query.filter(versions::envelope.eq_any(of_year));
    }
    let rows = query.load::<VersionRow>(view.conn)?;
    assembled(view, rows)
}

/// The envelopes that tell a unit something of a year, by id.
pub fn held(view: &mut View<'_>, unit: &str, year: i64) -> Result<Vec<Envelope>> {
    let ids = amounts::table
        .filter(amounts::jurisdiction.eq(view.jurisdiction).and(amounts::unit.eq(unit)).and(amounts::year.eq(year)))
        .filter(amounts::since.le(view.revision).and(amounts::until.gt(view.revision)))
        .select(amounts::envelope)
        .load::<String>(view.conn)?;
    named(view, &ids)
}

/// The envelopes of a kind that say something of the same money of a year, whoever they are issued to.
pub fn alike(view: &mut View<'_>, (kind, selected): (Kind, &str), year: i64) -> Result<Vec<Envelope>> {
    let ids = amounts::table
        .filter(amounts::jurisdiction.eq(view.jurisdiction).and(amounts::selected.eq(selected)))
        .filter(amounts::year.eq(year).and(amounts::kind.eq(kind.as_str())))
        .filter(amounts::since.le(view.revision).and(amounts::until.gt(view.revision)))
        .select(amounts::envelope)
        .load::<String>(view.conn)?;
    named(view, &ids)
}

/// Another envelope of the kind that tells the unit about the same money of one of some years.
pub fn find_rival(view: &mut View<'_>, new: &Envelope) -> Result<Option<String>> {
    let years: Vec<i64> = new.amounts.keys().copied().collect();
    Ok(amounts::table
        .filter(amounts::jurisdiction.eq(view.jurisdiction).and(amounts::unit.eq(&new.unit)))
        .filter(amounts::year.eq_any(years).and(amounts::envelope.ne(&new.id)))
        .filter(amounts::kind.eq(new.kind.as_str()).and(amounts::selected.eq(new.selector.digest())))
        .filter(amounts::since.le(view.revision).and(amounts::until.gt(view.revision)))
        .order(amounts::envelope)
        .select(amounts::envelope)
        .first(view.conn)
        .optional()?)
}

fn named(view: &mut View<'_>, ids: &[String]) -> Result<Vec<Envelope>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::envelope.eq_any(ids)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .order(versions::envelope)
        .load::<VersionRow>(view.conn)?;
    assembled(view, rows)
}

/// Rows with their figures and acts.
fn assembled(view: &mut View<'_>, rows: Vec<VersionRow>) -> Result<Vec<Envelope>> {
    let ids: Vec<&str> = rows.iter().map(|row| row.envelope.as_str()).collect();
    let figures = amounts::table
        .filter(amounts::jurisdiction.eq(view.jurisdiction).and(amounts::envelope.eq_any(ids)))
        .filter(amounts::since.le(view.revision).and(amounts::until.gt(view.revision)))
        .load::<AmountRow>(view.conn)?;
    let mut said: HashMap<String, BTreeMap<i64, Said>> = HashMap::new();
    for AmountRow { envelope, year, amount, retained, .. } in figures {
        said.entry(envelope).or_default().insert(year, Said { amount, retained });
    }
    let ids: Vec<String> = rows.iter().map(|row| row.act.clone()).collect();
    let signed = acts::acts(view, &ids)?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let act = signed.get(&row.act).cloned().ok_or_else(|| Error::bug("an envelope rests on no act"))?;
        found.push(Envelope {
            amounts: said.remove(&row.envelope).unwrap_or_default(),
            kind: word(&row.kind)?,
            state: word(&row.state)?,
            selector: Selector::parse(&row.selector)?,
            jurisdiction: row.jurisdiction,
            id: row.envelope,
            unit: row.unit,
            title: row.title,
            note: row.note,
            act,
            revision: row.since,
            created_at: row.created_at,
            updated_at: row.at,
        });
    }
    Ok(found)
}

/// Writes a new envelope; `act` is the id of its act.
pub fn insert_envelope(tx: &mut Tx<'_>, new: &Envelope, act: &str) -> Result<()> {
    let stamp = tx.stamp();
    let (at, unit) = (tx.at(), new.unit.clone());
    let (jurisdiction, since) = (stamp.jurisdiction, stamp.since);
    tx.open(&[FactRow { jurisdiction, since, envelope: new.id.clone(), at, unit }])?;
    let row = version_row(tx, &Envelope { created_at: at, ..new.clone() }, act);
    tx.open(&[row])?;
    let rows = amount_rows(tx, new);
    tx.open(rows)
}

/// Replaces an envelope as it stands, with those of its figures that differ.
pub fn save_envelope(tx: &mut Tx<'_>, new: &Envelope, act: &str) -> Result<()> {
    let (of_version, of_amounts) = current(&mut tx.view(), &new.id)?;
    let row = version_row(tx, new, act);
    tx.replace(&of_version, row)?;
    let rows = amount_rows(tx, new);
    let same = |a: &AmountRow, b: &AmountRow| (a.year, a.amount, a.retained) == (b.year, b.amount, b.retained);
    let gone: Vec<AmountRow> =
        of_amounts.iter().filter(|old| !rows.iter().any(|new| same(old, new))).cloned().collect();
    let begun: Vec<AmountRow> = rows.into_iter().filter(|new| !of_amounts.iter().any(|old| same(old, new))).collect();
    tx.close(&gone)?;
    tx.open(begun)
}

fn current(view: &mut View<'_>, id: &str) -> Result<(VersionRow, Vec<AmountRow>)> {
    let row = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::envelope.eq(id)))
        .filter(versions::until.eq(crate::db::CURRENT))
        .first::<VersionRow>(view.conn)?;
    let rows = amounts::table
        .filter(amounts::jurisdiction.eq(view.jurisdiction).and(amounts::envelope.eq(id)))
        .filter(amounts::until.eq(crate::db::CURRENT))
        .load::<AmountRow>(view.conn)?;
    Ok((row, rows))
}

/// The id of the act that an envelope rests on.
pub fn act_of(view: &mut View<'_>, id: &str) -> Result<String> {
    Ok(current(view, id)?.0.act)
}

fn version_row(tx: &Tx<'_>, new: &Envelope, act: &str) -> VersionRow {
    let stamp = tx.stamp();
    VersionRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        envelope: new.id.clone(),
        at: tx.at(),
        created_at: new.created_at,
        unit: new.unit.clone(),
        kind: new.kind.as_str().to_owned(),
        selector: new.selector.text(),
        title: new.title.clone(),
        note: new.note.clone(),
        state: new.state.as_str().to_owned(),
        act: act.to_owned(),
    }
}

fn amount_rows(tx: &Tx<'_>, new: &Envelope) -> Vec<AmountRow> {
    // A withdrawn envelope says nothing.
    let said = new.amounts.iter().filter(|_| new.state == State::InForce);
    let row = |(year, said): (&i64, &Said)| {
        let stamp = tx.stamp();
        AmountRow {
            jurisdiction: stamp.jurisdiction,
            since: stamp.since,
            until: stamp.until,
            envelope: new.id.clone(),
            year: *year,
            unit: new.unit.clone(),
            kind: new.kind.as_str().to_owned(),
            selected: new.selector.digest(),
            amount: said.amount,
            retained: said.retained,
        }
    };
    said.map(row).collect()
}

/// Hands every row to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, facts: FactRow, versions: VersionRow, amounts: AmountRow);
    Ok(())
}
