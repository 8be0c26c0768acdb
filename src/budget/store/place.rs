//! What a new estimate needs to know of the tables, in one statement: whether its id and key are free, its unit, its scheme.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::budget::model::{Estimate, Key};
use crate::commit::View;
use crate::db::{Question, Value, direct};
use crate::error::Result;
use crate::word::Word;

/// Where a new estimate would stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Whether its id is taken, now or in the past.
    pub is_taken: bool,
    /// The estimate that has its key.
    pub rival: Option<String>,
    /// The highest sequence of the estimates that share the rest of its key; 0 where there is none.
    pub last_sequence: i64,
    /// The first day on which its unit no longer exists, if one is known; none where there is no such unit.
    pub closing_day: Option<Option<String>>,
    /// The scheme that holds in its fiscal year.
    pub scheme: Option<String>,
}

const PLACE: &str = "
    SELECT (SELECT since FROM estimates WHERE jurisdiction = ? AND estimate = ?),
           (SELECT estimate FROM estimate_versions
             WHERE jurisdiction = ? AND unit = ? AND fiscal_year = ? AND kind = ? AND series = ? AND sequence = ?
               AND until = 9223372036854775807),
           (SELECT MAX(sequence) FROM estimate_versions
             WHERE jurisdiction = ? AND unit = ? AND fiscal_year = ? AND kind = ? AND series = ?
               AND until = 9223372036854775807),
           (SELECT COALESCE(closes_on, '') FROM unit_versions
             WHERE jurisdiction = ? AND unit = ? AND until = 9223372036854775807),
           (SELECT scheme FROM scheme_versions
             WHERE jurisdiction = ? AND first_fiscal_year <= ? AND (last_fiscal_year IS NULL OR last_fiscal_year >= ?)
               AND until = 9223372036854775807 LIMIT 1)";

type Columns = (Nullable<BigInt>, Nullable<Text>, Nullable<BigInt>, Nullable<Text>, Nullable<Text>);
type Found = (Option<i64>, Option<String>, Option<i64>, Option<String>, Option<String>);

/// The place of a new estimate among what is current.
pub fn place_of(view: &mut View<'_>, new: &Estimate) -> Result<Place> {
    let Key { unit, fiscal_year, kind, series, sequence } = &new.key;
    let (jurisdiction, unit, year) = (Value::Text(view.jurisdiction), Value::Text(unit), Value::Int(*fiscal_year));
    let (kind, series) = (Value::Text(kind.as_str()), Value::Text(series));
    let values = [
        jurisdiction,
        Value::Text(&new.id),
        jurisdiction,
        unit,
        year,
        kind,
        series,
        Value::Int(*sequence),
        jurisdiction,
        unit,
        year,
        kind,
        series,
        jurisdiction,
        unit,
        jurisdiction,
        year,
        year,
    ];
    let question = Question::<Columns>::new(PLACE, &values);
    let found: Found = direct!(view.conn, |conn| question.get_result(conn))?;
    let (taken, rival, last, closes, scheme) = found;
    Ok(Place {
        is_taken: taken.is_some(),
        rival,
        last_sequence: last.unwrap_or_default(),
        closing_day: closes.map(|day| Some(day).filter(|day| !day.is_empty())),
        scheme,
    })
}
