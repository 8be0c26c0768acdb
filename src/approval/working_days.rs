//! Working days: which days count, and where so many of them end. Pure.
//!
//! A year that no table covers is counted by the weekdays alone, and told. Absent: hours and half days.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::Date;

use crate::words;

words! {
    /// What is special about a day.
    DayKind {
        /// No working day, whatever its weekday.
        Holiday "HOLIDAY",
        /// A working day, whatever its weekday.
        WorkingDay "WORKING_DAY",
    }
}

words! {
    /// After what working days are counted.
    Event {
        /// A day that is stated.
        Day "DAY",
        /// That the document came to where it waits.
        Arrival "ARRIVAL",
        /// That the estimate which takes it in was decided on: the day of the act.
        ParentApproval "PARENT_APPROVAL",
    }
}

/// The weekdays of rest where nothing else is said, 1 for Monday.
pub const REST: [i64; 2] = [6, 7];

/// As many days as one count looks at; no table is so full of holidays that this is not enough.
const LOOKED_AT: usize = 4_000;

/// A day that does not go by its weekday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Special {
    pub kind: DayKind,
    pub name: String,
}

/// The holidays of a calendar year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayYear {
    pub year: i64,
    /// The weekdays of rest, 1 for Monday.
    pub rest: Vec<i64>,
    pub note: String,
    /// By day.
    pub days: BTreeMap<String, Special>,
    /// The revision that last set it; 0 where nobody did.
    pub revision: i64,
}

/// The holidays of some years, as they are counted with.
#[derive(Debug, Clone, Default)]
pub struct Table {
    rest: BTreeMap<i64, Vec<i64>>,
    special: BTreeMap<Date, Special>,
}

/// So many working days after a day, and how that was counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counted {
    pub from: String,
    pub working_days: i64,
    pub ends_on: String,
    /// Days that would have counted by their weekday, and did not.
    pub left_out: Vec<(String, String)>,
    /// Days that would not have counted by their weekday, and did.
    pub worked: Vec<(String, String)>,
    /// Years that no table covers: counted by the weekdays alone.
    pub assumed: Vec<i64>,
}

impl Table {
    pub fn new(years: &[HolidayYear]) -> Self {
        let rest = years.iter().map(|one| (one.year, one.rest.clone())).collect();
        let special = years.iter().flat_map(|one| &one.days);
        let special = special.filter_map(|(day, special)| Some((day.parse().ok()?, special.clone()))).collect();
        Self { rest, special }
    }

    /// The day so many working days after another, which is not counted itself; `from` is a day.
    pub fn add(&self, from: &str, working_days: i64) -> Counted {
        let mut counted = Counted { from: from.to_owned(), working_days, ..Counted::default() };
        let (mut assumed, mut left) = (BTreeSet::new(), working_days);
        let mut day = from.parse::<Date>().unwrap_or(Date::MAX);
        for _ in 0..LOOKED_AT {
            if left <= 0 {
                break;
            }
            day = day.saturating_add(1.day());
            let year = i64::from(day.year());
            let rest = self.rest.get(&year).map_or(&REST[..], |rest| rest);
            if !self.rest.contains_key(&year) {
                assumed.insert(year);
            }
            let is_rest = rest.contains(&i64::from(day.weekday().to_monday_one_offset()));
            let special = self.special.get(&day);
            let name = || special.map(|special| special.name.clone()).unwrap_or_default();
            match special.map(|special| special.kind) {
                Some(DayKind::Holiday) if !is_rest => counted.left_out.push((day.to_string(), name())),
                Some(DayKind::WorkingDay) if is_rest => {
                    counted.worked.push((day.to_string(), name()));
                    left -= 1;
                }
                Some(DayKind::WorkingDay) => left -= 1,
                None if !is_rest => left -= 1,
                Some(DayKind::Holiday) | None => {}
            }
        }
        counted.ends_on = day.to_string();
        counted.assumed = assumed.into_iter().collect();
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approval::shipped;

    fn days(named: &[(String, String)]) -> Vec<&str> {
        named.iter().map(|(day, _)| day.as_str()).collect()
    }

    #[test]
    fn working_days_are_counted_over_weekends_holidays_and_days_worked_for_others() {
        let table = Table::new(shipped::all().unwrap());
        // Day, how many, where it ends; how many days were left out and worked.
        for (from, count, ends_on, left_out, worked) in [
            ("2026-03-02", 1, "2026-03-03", 0, 0),
            ("2026-03-06", 1, "2026-03-09", 0, 0),
            ("2026-03-07", 1, "2026-03-09", 0, 0),
            ("2026-03-02", 5, "2026-03-09", 0, 0),
            // Tết of 2026: Monday to Friday.
            ("2026-02-13", 1, "2026-02-23", 5, 0),
            ("2026-02-10", 5, "2026-02-24", 5, 0),
            // Tết of 2025 from Monday to Friday, and the Friday before it is a working day.
            ("2025-01-23", 2, "2025-02-03", 5, 0),
            // 30 April, 1 May and an exchanged Friday, for which a Saturday was worked before.
            ("2025-04-25", 1, "2025-04-26", 0, 1),
            ("2025-04-25", 5, "2025-05-06", 3, 1),
            // The exchanged day of the one year is worked in the next.
            ("2018-12-28", 4, "2019-01-05", 2, 1),
            ("2014-12-26", 1, "2014-12-27", 0, 1),
            // Over the year, and holidays on days of rest change nothing.
            ("2022-12-30", 1, "2023-01-03", 1, 0),
            ("2011-04-29", 1, "2011-05-04", 2, 0),
        ] {
            let counted = table.add(from, count);
            let told = (counted.ends_on.as_str(), counted.left_out.len(), counted.worked.len());
            assert_eq!(told, (ends_on, left_out, worked), "{count} after {from}: {counted:?}");
            assert!(counted.assumed.is_empty());
        }
        let counted = table.add("2025-04-25", 5);
        assert_eq!(days(&counted.left_out), ["2025-04-30", "2025-05-01", "2025-05-02"]);
        assert_eq!(counted.worked, [("2025-04-26".to_owned(), "Làm bù cho ngày 2/5/2025".to_owned())]);
    }

    #[test]
    fn a_year_that_no_table_covers_is_told() {
        let table = Table::new(shipped::all().unwrap());
        let counted = table.add("2030-12-30", 5);
        assert_eq!((counted.ends_on.as_str(), counted.assumed.as_slice()), ("2031-01-06", [2031].as_slice()));
        assert_eq!(table.add("2030-12-30", 1).assumed, Vec::<i64>::new());
        assert_eq!(Table::default().add("2026-02-13", 1).ends_on, "2026-02-16");
        assert_eq!(Table::default().add("2026-02-13", 1).assumed, [2026]);
    }

    #[test]
    fn other_days_of_rest_are_data_and_no_count_is_endless() {
        let year = |rest: &[i64], days| HolidayYear {
            year: 2026,
            rest: rest.to_vec(),
            note: String::new(),
            days,
            revision: 0,
        };
        // Friday and Saturday; 2026-03-06 is a Friday.
        assert_eq!(Table::new(&[year(&[5, 6], BTreeMap::new())]).add("2026-03-05", 1).ends_on, "2026-03-08");
        assert_eq!(Table::new(&[year(&[], BTreeMap::new())]).add("2026-03-06", 2).ends_on, "2026-03-08");
        let never = Table::new(&[year(&[1, 2, 3, 4, 5, 6, 7], BTreeMap::new())]).add("2026-03-05", 1);
        assert_eq!((never.ends_on.as_str(), never.assumed.as_slice()), ("2027-01-01", [2027].as_slice()));
        assert_eq!(Table::default().add("9999-12-30", 9).ends_on, "9999-12-31");
    }
}
