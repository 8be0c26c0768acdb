//! Lists of estimates in the order of their keys: which stand on a page.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::budget::model::{Key, Kind};
use crate::commit::View;
use crate::db::schema::estimate_versions as versions;
use crate::db::{Db, Question, Value, direct};
use crate::document::state::State;
use crate::error::Result;
use crate::word::Word;

/// What a list of estimates is narrowed to; empty lists narrow nothing.
#[derive(Debug, Clone, Default)]
pub struct EstimateFilter {
    /// Owned by one of these units.
    pub units: Option<Vec<String>>,
    /// Of one of these fiscal years.
    pub fiscal_years: Vec<i64>,
    /// Of one of these kinds.
    pub kinds: Vec<Kind>,
    /// Of this series.
    pub series: Option<String>,
    /// In one of these states.
    pub states: Vec<State>,
    /// Only those with a text in force, and that text of them.
    pub in_force: bool,
}

impl EstimateFilter {
    /// Whether nothing but years narrows it.
    fn is_of_years(&self) -> bool {
        let Self { units, fiscal_years, kinds, series, states, in_force } = self;
        let is_narrow = units.is_some() || !kinds.is_empty() || series.is_some() || !states.is_empty() || *in_force;
        !fiscal_years.is_empty() && !is_narrow
    }
}

/// Which estimates stand on one page, in the order of their keys: each with the revision that last changed it.
///
/// Years are asked for one by one, in their order: an index has the estimates of a year that stand today in the order of the list, so a
/// statement ends when the page is full, where one for several years would sort all of them.
pub fn list_versions(
    view: &mut View<'_>,
    filter: &EstimateFilter,
    after: Option<&Key>,
    limit: i64,
) -> Result<Vec<(String, i64)>> {
    if !filter.is_of_years() {
        let query = filtered(view.jurisdiction, view.revision, filter, after, limit);
        return Ok(query.select((versions::estimate, versions::since)).load(view.conn)?);
    }
    let first = after.map_or(i64::MIN, |key| key.fiscal_year);
    let mut years: Vec<i64> = filter.fiscal_years.iter().copied().filter(|year| *year >= first).collect();
    years.sort_unstable();
    years.dedup();
    let mut found = Vec::new();
    for year in years {
        let left = limit - i64::try_from(found.len()).unwrap_or(limit);
        if left <= 0 {
            break;
        }
        found.extend(of_year(view, year, after.filter(|key| key.fiscal_year == year), left)?);
    }
    Ok(found)
}

/// The text of the question for the next estimates of a year that end as a condition says, with one more column.
///
/// Given as text, because what diesel makes of it anew for every page takes as long as a tenth of the reading.
macro_rules! next_of_year {
    ($more:literal, $ends:literal) => {
        concat!(
            "SELECT e.estimate, e.since, ",
            $more,
            " FROM estimate_versions e WHERE e.jurisdiction = ? AND e.fiscal_year = ? AND e.unit >= ? AND (e.unit > ? OR \
             e.kind > ? OR (e.kind = ? AND (e.series > ? OR (e.series = ? AND e.sequence > ?)))) AND e.since <= ? AND ",
            $ends,
            " ORDER BY e.unit, e.kind, e.series, e.sequence LIMIT ?"
        )
    };
}

/// Those that stand today, and with each whether any of the year ended after a revision.
const STANDING: &str = next_of_year!(
    "(SELECT CAST(1 AS BIGINT) FROM estimate_versions o WHERE o.jurisdiction = ? AND o.fiscal_year = ? AND o.until > ? \
     AND o.until < 9223372036854775807 LIMIT 1)",
    "e.until = 9223372036854775807"
);

/// Those that stood at a revision.
const STOOD: &str = next_of_year!("CAST(NULL AS BIGINT)", "e.until > ?");

/// The next estimates of a year.
///
/// Where none of the year was changed since the revision of the view, those of today are those of then.
fn of_year(view: &mut View<'_>, year: i64, after: Option<&Key>, limit: i64) -> Result<Vec<(String, i64)>> {
    let (unit, kind, series, sequence) = match after {
        Some(key) => (key.unit.as_str(), key.kind.as_str(), key.series.as_str(), key.sequence),
        None => ("", "", "", 0),
    };
    let (here, year, revision) = (Value::Text(view.jurisdiction), Value::Int(year), Value::Int(view.revision));
    let [unit, kind, series] = [unit, kind, series].map(Value::Text);
    let next = [here, year, unit, unit, kind, kind, series, series, Value::Int(sequence), revision];
    let standing = [&[here, year, revision], next.as_slice(), &[Value::Int(limit)]].concat();
    let found: Vec<Next> = ask(view, STANDING, &standing)?;
    if let Some((_, _, None)) = found.first() {
        return Ok(found.into_iter().map(|(estimate, since, _)| (estimate, since)).collect());
    }
    // Some of the year ended since, or none stands today, which says nothing of then.
    let stood = [next.as_slice(), &[revision, Value::Int(limit)]].concat();
    let found: Vec<Next> = ask(view, STOOD, &stood)?;
    Ok(found.into_iter().map(|(estimate, since, _)| (estimate, since)).collect())
}

/// An estimate, the revision that last changed it, and the one column more.
type Next = (String, i64, Option<i64>);

fn ask(view: &mut View<'_>, text: &'static str, values: &[Value<'_>]) -> Result<Vec<Next>> {
    let question = Question::<(Text, BigInt, Nullable<BigInt>)>::new(text, values);
    Ok(direct!(view.conn, |conn| question.load(conn))?)
}

/// The headers that a filter leaves, after a key, in the order of their keys.
pub(super) fn filtered<'a>(
    jurisdiction: &'a str,
    revision: i64,
    filter: &'a EstimateFilter,
    after: Option<&'a Key>,
    limit: i64,
) -> versions::BoxedQuery<'a, Db> {
    let mut query = versions::table
        .filter(versions::jurisdiction.eq(jurisdiction))
        .filter(versions::since.le(revision).and(versions::until.gt(revision)))
        .order((versions::fiscal_year, versions::unit, versions::kind, versions::series, versions::sequence))
        .limit(limit)
        .into_boxed::<Db>();
    if let Some(units) = &filter.units {
        query = query.filter(versions::unit.eq_any(units));
    }
    if !filter.fiscal_years.is_empty() {
        query = query.filter(versions::fiscal_year.eq_any(&filter.fiscal_years));
    }
    if !filter.kinds.is_empty() {
        query = query.filter(versions::kind.eq_any(filter.kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>()));
    }
    if let Some(series) = &filter.series {
        query = query.filter(versions::series.eq(series));
    }
    if !filter.states.is_empty() {
        query =
            query.filter(versions::state.eq_any(filter.states.iter().map(|state| state.as_str()).collect::<Vec<_>>()));
    }
    if let Some(Key { unit, fiscal_year, kind, series, sequence }) = after {
        let (unit, series) = (unit.as_str(), series.as_str());
        let in_series =
            versions::series.gt(series).or(versions::series.eq(series).and(versions::sequence.gt(*sequence)));
        let in_kind = versions::kind.gt(kind.as_str()).or(versions::kind.eq(kind.as_str()).and(in_series));
        let in_unit = versions::unit.gt(unit).or(versions::unit.eq(unit).and(in_kind));
        query = query
            .filter(versions::fiscal_year.gt(*fiscal_year).or(versions::fiscal_year.eq(*fiscal_year).and(in_unit)));
    }
    if filter.in_force {
        query = query.filter(versions::in_force.is_not_null());
    }
    query
}
