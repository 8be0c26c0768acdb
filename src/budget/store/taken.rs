//! Estimates as they stood when they were taken in, each at a revision of its own: headers, what stands below them, what they spend.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::statement::{Chosen, ESTIMATES_PER_STATEMENT, LATEST, Statement, found};
use crate::budget::model::inclusion::{Counting, Inclusion, Spent};
use crate::budget::model::{Autonomy, Kind, Nature, Side};
use crate::commit::View;
use crate::db::Stored;
use crate::document::state::State;
use crate::error::Result;
use crate::word::{Word, stored as word};

/// The header of an estimate as far as those who take it in need it.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its place among those that were asked for.
    pub place: usize,
    pub unit: String,
    pub kind: Kind,
    pub scheme: String,
    pub state: State,
    pub submission: i64,
    pub in_force: Option<i64>,
    /// The revision that had last changed it.
    pub revision: i64,
}

type PlacedColumns = (BigInt, Text, Text, Text, Text, BigInt, Nullable<BigInt>, BigInt);

#[derive(Queryable)]
struct PlacedRow {
    class: i64,
    unit: String,
    kind: String,
    scheme: String,
    state: String,
    submission: i64,
    in_force: Option<i64>,
    since: i64,
}

impl PlacedRow {
    fn placed(self) -> Result<Placed> {
        Ok(Placed {
            place: usize::try_from(self.class).unwrap_or(usize::MAX),
            unit: self.unit,
            kind: word(&self.kind)?,
            scheme: self.scheme,
            state: word(&self.state)?,
            submission: self.submission,
            in_force: self.in_force,
            revision: self.since,
        })
    }
}

/// The headers of some estimates, each at its revision, in their order; those that are not there then are left out.
pub fn placed(view: &mut View<'_>, chosen: &[Chosen]) -> Result<Vec<Placed>> {
    let mut found: Vec<Placed> = Vec::with_capacity(chosen.len());
    for chosen in chosen.chunks(ESTIMATES_PER_STATEMENT) {
        let mut statement = Statement::of(chosen);
        statement.push(
            "SELECT CAST(chosen.class AS BIGINT), t.unit, t.kind, t.scheme, t.state, t.submission, t.in_force, t.since",
        );
        statement.join("estimate_versions", "estimate", view.jurisdiction);
        let rows: Vec<PlacedRow> = found!(statement, view, PlacedColumns);
        found.extend(rows.into_iter().map(PlacedRow::placed).collect::<Result<Vec<_>>>()?);
    }
    found.sort_by_key(|placed| placed.place);
    Ok(found)
}

type InclusionColumns = (Text, Text, BigInt, BigInt, BigInt);
type InclusionRow = (String, String, i64, i64, i64);

/// What some estimates took in, each at its revision, by id.
pub fn below(view: &mut View<'_>, chosen: &[Chosen]) -> Result<Vec<Inclusion>> {
    let mut found = Vec::new();
    for chosen in chosen.chunks(ESTIMATES_PER_STATEMENT) {
        let mut statement = Statement::of(chosen);
        statement.push("SELECT t.parent, t.child, t.submission, t.revision, t.since");
        statement.join("inclusions", "parent", view.jurisdiction);
        let inclusion =
            |(parent, child, submission, revision, since)| Inclusion { parent, child, submission, revision, since };
        let rows: Vec<InclusionRow> = found!(statement, view, InclusionColumns);
        found.extend(rows.into_iter().map(inclusion));
    }
    found.sort_by(|one, other| one.child.cmp(&other.child));
    Ok(found)
}

type SpentColumns = (Nullable<Text>, Text, Text, Nullable<Text>, BigInt);
type SpentRow = (Option<String>, Stored<Nature>, Stored<Autonomy>, Option<String>, i64);

/// What some estimates spend, each at its revision, by what must tie: of each line the latest stage that it states.
///
/// Money that only passes down is that of the units below.
pub fn spent(view: &mut View<'_>, chosen: &[Chosen], counting: Counting) -> Result<Vec<Spent>> {
    let mut found = Vec::new();
    for chosen in chosen.chunks(ESTIMATES_PER_STATEMENT) {
        let mut statement = Statement::of(chosen);
        statement.push(&format!(
            "SELECT t.functional, t.nature, t.autonomy, t.programme, CAST(COALESCE(SUM({LATEST}), 0) AS BIGINT)"
        ));
        statement.join("line_versions", "estimate", view.jurisdiction);
        let (side, transfer) = (Side::Expenditure.as_str(), Nature::TransferDown.as_str());
        statement.push(&format!(" AND t.side = '{side}' AND t.nature <> '{transfer}'"));
        if counting == Counting::Distributed {
            statement.push(&format!(" AND (t.unallocated = 0 OR COALESCE({LATEST}, 0) >= 0)"));
        }
        statement.push(" GROUP BY t.functional, t.nature, t.autonomy, t.programme");
        let rows: Vec<SpentRow> = found!(statement, view, SpentColumns);
        for (functional, nature, autonomy, programme, figure) in rows {
            found.push(Spent {
                functional: functional.unwrap_or_default(),
                nature: nature.0,
                autonomy: autonomy.0,
                programme: programme.unwrap_or_default(),
                figure,
            });
        }
    }
    Ok(found)
}
