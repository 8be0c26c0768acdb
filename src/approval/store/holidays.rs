//! The tables of holidays, year by year.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::calendar::differences;
use crate::approval::working_days::{HolidayYear, Special};
use crate::commit::{Tx, View};
use crate::db::schema::{holiday_years as years, holidays as days};
use crate::db::{Conn, audit, direct, record};
use crate::error::Result;
use crate::word::{Word, stored as word};

record! {
    /// A year whose days are known.
    version YearRow in holiday_years, key(year), {
        year: i64,
        rest: String,
        note: String,
    }
}

record! {
    /// A day that does not go by its weekday.
    version DayRow in holidays, key(year, day), {
        year: i64,
        day: String,
        kind: String,
        name: String,
    }
}

/// The years from one to another, in their order.
pub fn years_of(view: &mut View<'_>, (first, last): (i64, i64)) -> Result<Vec<HolidayYear>> {
    let query = years::table
        .filter(years::jurisdiction.eq(view.jurisdiction).and(years::year.ge(first)).and(years::year.le(last)))
        .filter(years::since.le(view.revision).and(years::until.gt(view.revision)))
        .order(years::year);
    let found = direct!(view.conn, |conn| query.load::<YearRow>(conn))?;
    let mut by_year: BTreeMap<i64, BTreeMap<String, Special>> = BTreeMap::new();
    for row in day_rows(view, (first, last))? {
        let special = Special { kind: word(&row.kind)?, name: row.name };
        by_year.entry(row.year).or_default().insert(row.day, special);
    }
    let year = |row: YearRow| HolidayYear {
        year: row.year,
        rest: row.rest.chars().filter_map(|digit| digit.to_digit(10)).map(i64::from).collect(),
        note: row.note,
        days: by_year.remove(&row.year).unwrap_or_default(),
        revision: row.since,
    };
    Ok(found.into_iter().map(year).collect())
}

fn day_rows(view: &mut View<'_>, (first, last): (i64, i64)) -> Result<Vec<DayRow>> {
    let query = days::table
        .filter(days::jurisdiction.eq(view.jurisdiction).and(days::year.ge(first)).and(days::year.le(last)))
        .filter(days::since.le(view.revision).and(days::until.gt(view.revision)))
        .order((days::year, days::day));
    Ok(direct!(view.conn, |conn| query.load::<DayRow>(conn))?)
}

/// Puts years in the place of what was known of them; days that are the same stay.
pub fn save(tx: &mut Tx<'_>, new: &[HolidayYear]) -> Result<()> {
    for one in new {
        let stamp = tx.stamp();
        let year_row = |rest: &[i64], note: &str, since| YearRow {
            jurisdiction: stamp.jurisdiction.clone(),
            since,
            until: stamp.until,
            year: one.year,
            rest: rest.iter().map(i64::to_string).collect(),
            note: note.to_owned(),
        };
        let day_row = |(day, special): (&String, &Special)| DayRow {
            jurisdiction: stamp.jurisdiction.clone(),
            since: stamp.since,
            until: stamp.until,
            year: one.year,
            day: day.clone(),
            kind: special.kind.as_str().to_owned(),
            name: special.name.clone(),
        };
        let row = year_row(&one.rest, &one.note, stamp.since);
        let old_days = day_rows(&mut tx.view(), (one.year, one.year))?;
        match years_of(&mut tx.view(), (one.year, one.year))?.pop() {
            Some(old) => tx.replace(&year_row(&old.rest, &old.note, old.revision), row)?,
            None => tx.open(&[row])?,
        }
        let same = |a: &DayRow, b: &DayRow| DayRow { since: 0, ..a.clone() } == DayRow { since: 0, ..b.clone() };
        let (gone, begun) = differences(old_days, one.days.iter().map(day_row).collect(), same);
        tx.close(&gone)?;
        tx.open(&begun)?;
    }
    Ok(())
}

/// Hands every row to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, years: YearRow, days: DayRow);
    Ok(())
}
