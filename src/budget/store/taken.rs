//! Estimates as they stood when they were taken in, each at a revision of its own: headers, what stands below them, what they spend.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::summary::{Chosen, ESTIMATES_PER_STATEMENT, LATEST, Statement};
use crate::budget::model::inclusion::{Counting, Inclusion, Spent};
use crate::budget::model::{Kind, Nature, Side};
use crate::commit::View;
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

#[derive(QueryableByName)]
struct PlacedRow {
    #[diesel(sql_type = BigInt)]
    class: i64,
    #[diesel(sql_type = Text)]
    unit: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    scheme: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = BigInt)]
    submission: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    in_force: Option<i64>,
    #[diesel(sql_type = BigInt)]
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
            "SELECT CAST(chosen.class AS BIGINT) AS class, t.unit AS unit, t.kind AS kind, t.scheme AS scheme, t.state AS state, \
             t.submission AS submission, t.in_force AS in_force, t.since AS since",
        );
        statement.join("estimate_versions", "estimate", view.jurisdiction);
        let rows = statement.load::<PlacedRow>(view)?;
        found.extend(rows.into_iter().map(PlacedRow::placed).collect::<Result<Vec<_>>>()?);
    }
    found.sort_by_key(|placed| placed.place);
    Ok(found)
}

#[derive(QueryableByName)]
struct InclusionRow {
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = BigInt)]
    submission: i64,
    #[diesel(sql_type = BigInt)]
    revision: i64,
    #[diesel(sql_type = BigInt)]
    since: i64,
}

/// What some estimates took in, each at its revision, by id.
pub fn below(view: &mut View<'_>, chosen: &[Chosen]) -> Result<Vec<Inclusion>> {
    let mut found = Vec::new();
    for chosen in chosen.chunks(ESTIMATES_PER_STATEMENT) {
        let mut statement = Statement::of(chosen);
        statement.push(
            "SELECT t.parent AS parent, t.child AS child, t.submission AS submission, t.revision AS revision, t.since AS since",
        );
        statement.join("inclusions", "parent", view.jurisdiction);
        let inclusion = |row: InclusionRow| {
            let InclusionRow { parent, child, submission, revision, since } = row;
            Inclusion { parent, child, submission, revision, since }
        };
        found.extend(statement.load::<InclusionRow>(view)?.into_iter().map(inclusion));
    }
    found.sort_by(|one, other| one.child.cmp(&other.child));
    Ok(found)
}

#[derive(QueryableByName)]
struct SpentRow {
    #[diesel(sql_type = Nullable<Text>)]
    functional: Option<String>,
    #[diesel(sql_type = Text)]
    nature: String,
    #[diesel(sql_type = Text)]
    autonomy: String,
    #[diesel(sql_type = Nullable<Text>)]
    programme: Option<String>,
    #[diesel(sql_type = BigInt)]
    figure: i64,
}

/// What some estimates spend, each at its revision, by what must tie: of each line the latest stage that it states.
///
/// Money that only passes down is that of the units below.
pub fn spent(view: &mut View<'_>, chosen: &[Chosen], counting: Counting) -> Result<Vec<Spent>> {
    let mut found = Vec::new();
    for chosen in chosen.chunks(ESTIMATES_PER_STATEMENT) {
        let mut statement = Statement::of(chosen);
        statement.push(&format!(
            "SELECT t.functional AS functional, t.nature AS nature, t.autonomy AS autonomy, t.programme AS programme, \
             CAST(COALESCE(SUM({LATEST}), 0) AS BIGINT) AS figure"
        ));
        statement.join("line_versions", "estimate", view.jurisdiction);
        let (side, transfer) = (Side::Expenditure.as_str(), Nature::TransferDown.as_str());
        statement.push(&format!(" AND t.side = '{side}' AND t.nature <> '{transfer}'"));
        if counting == Counting::Distributed {
            statement.push(&format!(" AND (t.unallocated = 0 OR COALESCE({LATEST}, 0) >= 0)"));
        }
        statement.push(" GROUP BY t.functional, t.nature, t.autonomy, t.programme");
        for row in statement.load::<SpentRow>(view)? {
            found.push(Spent {
                functional: row.functional.unwrap_or_default(),
                nature: word(&row.nature)?,
                autonomy: word(&row.autonomy)?,
                programme: row.programme.unwrap_or_default(),
                figure: row.figure,
            });
        }
    }
    Ok(found)
}
