//! The tables of estimates: facts, header, texts and totals.

use std::collections::HashMap;

use diesel::prelude::*;

use super::in_force;
use super::listing::{EstimateFilter, filtered};
use super::reading::SumColumns;
use crate::budget::model::{Autonomy, Estimate, Group, Key, LegalBasis, Nature, Side, Sum, Totals};
use crate::commit::{Tx, View};
use crate::db::schema::{
    estimate_texts as texts, estimate_totals as totals, estimate_versions as versions, estimates as facts,
};
use crate::db::{Conn, Forever, Stored, audit, direct, keyed, record};
use crate::error::{Error, Result};
use crate::word::Word;
use crate::word::stored as word;

record! {
    /// That an estimate exists, and its key.
    fact FactRow in estimates, key(estimate), {
        estimate: String,
        at: i64,
        unit: String,
        fiscal_year: i64,
        kind: String,
        series: String,
        sequence: i64,
        scheme: String,
    }
}

record! {
    /// The header.
    version HeaderRow in estimate_versions, key(estimate), {
        estimate: String,
        at: i64,
        created_at: i64,
        unit: String,
        fiscal_year: i64,
        kind: String,
        series: String,
        sequence: i64,
        scheme: String,
        state: String,
        submission: i64,
        number: i64,
        in_force: Option<i64>,
        title: String,
        line_count: i64,
        last_sequence: i64,
    }
}

record! {
    /// The long texts.
    version TextRow in estimate_texts, key(estimate), {
        estimate: String,
        narrative: String,
        legal_basis: String,
    }
}

record! {
    /// The sums of one group.
    version TotalRow in estimate_totals, key(estimate, side, nature, autonomy), {
        estimate: String,
        side: Stored<Side>,
        nature: Stored<Nature>,
        autonomy: Stored<Autonomy>,
        line_count: i64,
        actual_n2: i64,
        actual_n2_count: i64,
        budget_n1: i64,
        budget_n1_count: i64,
        expected_n1: i64,
        expected_n1_count: i64,
        requested: i64,
        requested_count: i64,
        appraised: i64,
        appraised_count: i64,
        decided: i64,
        decided_count: i64,
    }
}

/// Which version of a sum ends.
struct EndedTotal {
    since: i64,
    estimate: String,
    side: Stored<Side>,
    nature: Stored<Nature>,
    autonomy: Stored<Autonomy>,
}
keyed!(EndedTotal in estimate_totals, key(estimate, side, nature, autonomy));

/// The id of the estimate that has a key at the revision of the view.
pub fn find_by_key(view: &mut View<'_>, key: &Key) -> Result<Option<String>> {
    let query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::fiscal_year.eq(key.fiscal_year).and(versions::unit.eq(&key.unit)))
        .filter(versions::kind.eq(key.kind.as_str()).and(versions::series.eq(&key.series)))
        .filter(versions::sequence.eq(key.sequence))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .select(versions::estimate);
    Ok(direct!(view.conn, |conn| query.first(conn)).optional()?)
}

/// An estimate with its texts and totals, as it stands at the revision of the view.
pub fn find_estimate(view: &mut View<'_>, estimate: &str) -> Result<Option<Estimate>> {
    let Some(mut found) = find_header(view, estimate)? else { return Ok(None) };
    let query = texts::table
        .filter(texts::jurisdiction.eq(view.jurisdiction).and(texts::estimate.eq(estimate)))
        .filter(texts::since.le(view.revision).and(texts::until.gt(view.revision)));
    let text = direct!(view.conn, |conn| query.first::<TextRow>(conn)).optional()?;
    if let Some(text) = text {
        found.legal_basis = basis_of(&text)?;
        found.narrative = text.narrative;
    }
    found.totals = read_totals(view, estimate)?;
    Ok(Some(found))
}

/// An estimate without texts and totals.
pub fn find_header(view: &mut View<'_>, estimate: &str) -> Result<Option<Estimate>> {
    let query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::estimate.eq(estimate)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)));
    direct!(view.conn, |conn| query.first::<HeaderRow>(conn)).optional()?.map(estimate_of).transpose()
}

/// The sums of an estimate at the revision of the view.
pub fn read_totals(view: &mut View<'_>, estimate: &str) -> Result<Totals> {
    let query = totals::table
        .filter(totals::jurisdiction.eq(view.jurisdiction).and(totals::estimate.eq(estimate)))
        .filter(totals::since.le(view.revision).and(totals::until.gt(view.revision)))
        .select(SumColumns::COLUMNS);
    let rows = direct!(view.conn, |conn| query.load::<SumColumns>(conn))?;
    let mut totals = Totals::default();
    rows.into_iter().for_each(|row| give_sum(&mut totals, row.parts()));
    Ok(totals)
}

/// One page of estimates in the order of their keys, with totals, without texts; `limit` are read.
pub fn list_estimates(
    view: &mut View<'_>,
    filter: &EstimateFilter,
    after: Option<&Key>,
    limit: i64,
) -> Result<Vec<Estimate>> {
    let mut found = list_headers(view, filter, after, limit)?;
    let ids: Vec<String> = found.iter().map(|estimate| estimate.id.clone()).collect();
    let sums = if filter.in_force {
        in_force::show_texts(view, &mut found)?;
        in_force::total_rows(view, &ids)?
    } else {
        total_rows(view, &ids)?
    };
    give_totals(&mut found, sums);
    Ok(found)
}

/// Some estimates with totals, without texts, in any order.
pub fn read_listed(view: &mut View<'_>, ids: &[String]) -> Result<Vec<Estimate>> {
    let query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::estimate.eq_any(ids)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)));
    let rows = direct!(view.conn, |conn| query.load::<HeaderRow>(conn))?;
    let mut found = rows.into_iter().map(estimate_of).collect::<Result<Vec<_>>>()?;
    let sums = total_rows(view, ids)?;
    give_totals(&mut found, sums);
    Ok(found)
}

fn give_totals(estimates: &mut [Estimate], sums: Vec<SumColumns>) {
    let places: HashMap<String, usize> =
        estimates.iter().zip(0..).map(|(estimate, place)| (estimate.id.clone(), place)).collect();
    for row in sums {
        let parts = row.parts();
        if let Some(estimate) = places.get(&parts.0).and_then(|place| estimates.get_mut(*place)) {
            give_sum(&mut estimate.totals, parts);
        }
    }
}

fn give_sum(totals: &mut Totals, (_, group, sum, since): (String, Group, Sum, i64)) {
    totals.sums.insert(group, sum);
    totals.since.insert(group, since);
}

fn list_headers(
    view: &mut View<'_>,
    filter: &EstimateFilter,
    after: Option<&Key>,
    limit: i64,
) -> Result<Vec<Estimate>> {
    let query = filtered(view.jurisdiction, view.revision, filter, after, limit);
    query.load::<HeaderRow>(view.conn)?.into_iter().map(estimate_of).collect()
}

fn total_rows(view: &mut View<'_>, estimates: &[String]) -> Result<Vec<SumColumns>> {
    let query = totals::table
        .filter(totals::jurisdiction.eq(view.jurisdiction).and(totals::estimate.eq_any(estimates)))
        .filter(totals::since.le(view.revision).and(totals::until.gt(view.revision)))
        .select(SumColumns::COLUMNS);
    Ok(direct!(view.conn, |conn| query.load(conn))?)
}

/// An estimate as reading it again would show it, once this command has written it.
pub fn as_written(tx: &Tx<'_>, estimate: Estimate) -> Estimate {
    let created_at = if estimate.revision == 0 { tx.at() } else { estimate.created_at };
    Estimate { revision: tx.revision(), created_at, updated_at: tx.at(), ..estimate }
}

/// Writes a new estimate, without its lines.
pub fn insert_estimate(tx: &mut Tx<'_>, new: &Estimate) -> Result<()> {
    insert_facts(tx, std::slice::from_ref(new))?;
    insert_headers(tx, std::slice::from_ref(new))
}

/// Writes that estimates exist, so that lines can be written before the sums of them are known.
pub fn insert_facts(tx: &mut Tx<'_>, new: &[Estimate]) -> Result<()> {
    let (stamp, at) = (tx.stamp(), tx.at());
    let fact = |new: &Estimate| FactRow {
        jurisdiction: stamp.jurisdiction.clone(),
        since: stamp.since,
        estimate: new.id.clone(),
        at,
        unit: new.key.unit.clone(),
        fiscal_year: new.key.fiscal_year,
        kind: new.key.kind.as_str().to_owned(),
        series: new.key.series.clone(),
        sequence: new.key.sequence,
        scheme: new.scheme.clone(),
    };
    let facts: Vec<FactRow> = new.iter().map(fact).collect();
    tx.open(facts)
}

/// Writes headers, texts and totals of estimates that exist since this very command.
pub fn insert_headers(tx: &mut Tx<'_>, new: &[Estimate]) -> Result<()> {
    let headers: Vec<HeaderRow> = new.iter().map(|new| header_row(tx, new, tx.at())).collect();
    tx.open(headers)?;
    let with_texts = new.iter().filter(|new| !new.narrative.is_empty() || !new.legal_basis.is_empty());
    let texts = with_texts.map(|new| text_row(tx, new)).collect::<Result<Vec<_>>>()?;
    tx.open(texts)?;
    let sums = new.iter().flat_map(|new| new.totals.sums.iter().map(move |(group, sum)| (new, group, sum)));
    let sums: Vec<TotalRow> = sums.map(|(new, group, sum)| total_row(tx, &new.id, *group, sum)).collect();
    tx.open(sums)
}

/// Replaces the header of an estimate, and of its totals what differs from `before`; texts are saved apart.
pub fn save_estimate(tx: &mut Tx<'_>, before: &Totals, new: &Estimate) -> Result<()> {
    let header = header_row(tx, new, new.created_at);
    // What ends is known by its key and its revision, with which `new` was read.
    let old = HeaderRow { since: new.revision, ..header.clone() };
    tx.replace(&old, header)?;
    write_totals(tx, &new.id, before, &new.totals)
}

/// Replaces the long texts of an estimate.
pub fn save_texts(tx: &mut Tx<'_>, new: &Estimate) -> Result<()> {
    let old = current_texts(tx, &new.id)?;
    tx.close(&old)?;
    let text = text_row(tx, new)?;
    tx.open(&[text])
}

/// Ends an estimate: header, texts and totals; its lines are ended apart.
pub fn end_estimate(tx: &mut Tx<'_>, estimate: &Estimate) -> Result<()> {
    let header = HeaderRow { since: estimate.revision, ..header_row(tx, estimate, estimate.created_at) };
    tx.close(&[header])?;
    let texts = current_texts(tx, &estimate.id)?;
    tx.close(&texts)?;
    end_totals(tx, &estimate.id, &estimate.totals, estimate.totals.sums.keys())
}

fn current_texts(tx: &mut Tx<'_>, estimate: &str) -> Result<Vec<TextRow>> {
    let view = tx.view();
    let query = texts::table
        .filter(texts::jurisdiction.eq(view.jurisdiction).and(texts::estimate.eq(estimate)))
        .filter(texts::until.eq(Forever));
    Ok(direct!(view.conn, |conn| query.load(conn))?)
}

fn header_row(tx: &Tx<'_>, new: &Estimate, created_at: i64) -> HeaderRow {
    let stamp = tx.stamp();
    HeaderRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        estimate: new.id.clone(),
        at: tx.at(),
        created_at,
        unit: new.key.unit.clone(),
        fiscal_year: new.key.fiscal_year,
        kind: new.key.kind.as_str().to_owned(),
        series: new.key.series.clone(),
        sequence: new.key.sequence,
        scheme: new.scheme.clone(),
        state: new.state.as_str().to_owned(),
        submission: new.submission,
        number: new.number,
        in_force: new.in_force,
        title: new.title.clone(),
        line_count: new.line_count,
        last_sequence: new.last_sequence,
    }
}

fn text_row(tx: &Tx<'_>, new: &Estimate) -> Result<TextRow> {
    let stamp = tx.stamp();
    Ok(TextRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        estimate: new.id.clone(),
        narrative: new.narrative.clone(),
        legal_basis: serde_json::to_string(&new.legal_basis).map_err(|e| Error::Internal(e.into()))?,
    })
}

fn basis_of(row: &TextRow) -> Result<Vec<LegalBasis>> {
    serde_json::from_str(&row.legal_basis).map_err(|e| Error::Internal(e.into()))
}

fn write_totals(tx: &mut Tx<'_>, estimate: &str, before: &Totals, after: &Totals) -> Result<()> {
    let ended = before.sums.keys().filter(|group| after.sums.get(group) != before.sums.get(group));
    end_totals(tx, estimate, before, ended)?;
    let begun = after.sums.iter().filter(|(group, sum)| before.sums.get(group) != Some(sum));
    let rows: Vec<TotalRow> = begun.map(|(group, sum)| total_row(tx, estimate, *group, sum)).collect();
    tx.open(rows)
}

/// Ends some sums of an estimate as they were read.
fn end_totals<'a>(
    tx: &mut Tx<'_>,
    estimate: &str,
    read: &Totals,
    groups: impl Iterator<Item = &'a Group>,
) -> Result<()> {
    let ended = |group: &'a Group| {
        let since = read.since.get(group).copied();
        let (side, nature, autonomy) = (Stored(group.0), Stored(group.1), Stored(group.2));
        let since = since.ok_or_else(|| Error::bug("a sum ends that was not read"))?;
        Ok(EndedTotal { since, estimate: estimate.to_owned(), side, nature, autonomy })
    };
    let rows: Vec<EndedTotal> = groups.map(ended).collect::<Result<_>>()?;
    tx.close(&rows)
}

fn total_row(tx: &Tx<'_>, estimate: &str, group: Group, sum: &Sum) -> TotalRow {
    let stamp = tx.stamp();
    let [actual_n2, budget_n1, expected_n1, requested, appraised, decided] = sum.sums;
    let [actual_n2_count, budget_n1_count, expected_n1_count, requested_count, appraised_count, decided_count] =
        sum.counts;
    TotalRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        estimate: estimate.to_owned(),
        side: Stored(group.0),
        nature: Stored(group.1),
        autonomy: Stored(group.2),
        line_count: sum.line_count,
        actual_n2,
        actual_n2_count,
        budget_n1,
        budget_n1_count,
        expected_n1,
        expected_n1_count,
        requested,
        requested_count,
        appraised,
        appraised_count,
        decided,
        decided_count,
    }
}

fn estimate_of(row: HeaderRow) -> Result<Estimate> {
    let kind = word(&row.kind)?;
    Ok(Estimate {
        jurisdiction: row.jurisdiction,
        id: row.estimate,
        key: Key { unit: row.unit, fiscal_year: row.fiscal_year, kind, series: row.series, sequence: row.sequence },
        scheme: row.scheme,
        state: word(&row.state)?,
        submission: row.submission,
        number: row.number,
        in_force: row.in_force,
        shown_in_force: false,
        title: row.title,
        narrative: String::new(),
        legal_basis: Vec::new(),
        totals: Totals::default(),
        line_count: row.line_count,
        last_sequence: row.last_sequence,
        revision: row.since,
        created_at: row.created_at,
        updated_at: row.at,
    })
}

/// Hands every row of the tables of estimates to the audit.
pub fn audit_estimates(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, facts: FactRow, versions: HeaderRow, texts: TextRow, totals: TotalRow);
    Ok(())
}
