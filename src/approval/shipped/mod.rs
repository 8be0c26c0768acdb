//! The holidays that ship inside the server, as data that jurisdictions copy.
//!
//! The table is read once, at its first use. Absent: any change of what was copied; it belongs to its jurisdiction.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use super::working_days::{HolidayYear, REST, Special};
use crate::error::{Error, Result};
use crate::word::Word;

const VN: &str = include_str!("vn.csv");

/// The last year whose exchanged days are decided.
const LAST_DECIDED: i64 = 2026;

const CALCULATED: &str = "Calculated: which days will be exchanged is not decided yet.";

#[derive(Deserialize)]
struct Row {
    day: String,
    kind: String,
    name: String,
}

/// Every year that ships.
pub fn all() -> Result<&'static [HolidayYear]> {
    static YEARS: OnceLock<Result<Vec<HolidayYear>, String>> = OnceLock::new();
    let read = || read().map_err(|error| format!("a shipped table cannot be read: {error}"));
    YEARS.get_or_init(read).as_deref().map_err(|text| Error::bug(text.clone()))
}

fn read() -> Result<Vec<HolidayYear>, Box<dyn std::error::Error>> {
    let mut years: BTreeMap<i64, HolidayYear> = BTreeMap::new();
    for row in csv::Reader::from_reader(VN.as_bytes()).deserialize() {
        let Row { day, kind, name } = row?;
        let year: i64 = day.get(..4).unwrap_or_default().parse()?;
        let kind = Word::parse(&kind.to_ascii_uppercase()).ok_or_else(|| format!("{kind} is not known"))?;
        let note = if year > LAST_DECIDED { CALCULATED } else { "" };
        let of = years.entry(year).or_insert_with(|| HolidayYear {
            year,
            rest: REST.to_vec(),
            note: note.to_owned(),
            days: BTreeMap::new(),
            revision: 0,
        });
        of.days.insert(day, Special { kind, name });
    }
    Ok(years.into_values().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::working_days::DayKind;
    use crate::period::is_day;

    #[test]
    fn every_year_ships_with_its_days_and_those_worked_for_others() {
        let years = all().unwrap();
        assert_eq!(years.iter().map(|one| one.year).collect::<Vec<_>>(), (2010..=2030).collect::<Vec<_>>());
        let days = || years.iter().flat_map(|year| &year.days);
        assert!(days().all(|(day, special)| is_day(day) && !special.name.is_empty()));
        assert_eq!(days().filter(|(_, special)| special.kind == DayKind::WorkingDay).count(), 13);
        // Four days at Tết and six others in every year, at least.
        assert!(years.iter().all(|one| one.days.len() >= 10));
    }
}
