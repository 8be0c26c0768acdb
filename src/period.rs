//! Days and fiscal years. Pure: today is an argument.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use crate::clock::Micros;
use crate::words;

words! {
    /// Which calendar year gives a fiscal year its number.
    Labelling {
        ByStart "BY_START",
        ByEnd "BY_END",
    }
}

/// When the fiscal years of a jurisdiction begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FiscalCalendar {
    /// The month, 1 to 12.
    pub start_month: i64,
    /// Which calendar year names the fiscal year.
    pub labelling: Labelling,
}

impl FiscalCalendar {
    /// The first day of a fiscal year, as ISO text.
    pub fn first_day(self, fiscal_year: i64) -> String {
        let starts_before = self.labelling == Labelling::ByEnd && self.start_month > 1;
        let year = fiscal_year - i64::from(starts_before);
        format!("{year:04}-{:02}-01", self.start_month)
    }
}

/// Whether a text is a day as `2026-01-31`.
pub fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<Date>().is_ok_and(|day| day >= date(1000, 1, 1) && day.to_string() == text)
}

/// How many days one day is behind another; negative where it comes before it. Both are days as text.
pub fn days_between(from: &str, to: &str) -> i64 {
    match (from.parse::<Date>(), to.parse::<Date>()) {
        (Ok(from), Ok(to)) => from.until(to).map_or(0, |span| i64::from(span.get_days())),
        _ => 0,
    }
}

/// The day so many days after another; the same where it is no day, or the result is none.
pub fn plus_days(day: &str, days: i64) -> String {
    moved(day, jiff::Span::new().try_days(days))
}

/// The day so many months after another, or before it; the last of its month where that is shorter.
pub fn plus_months(day: &str, months: i64) -> String {
    moved(day, jiff::Span::new().try_months(months))
}

fn moved(day: &str, span: Result<jiff::Span, jiff::Error>) -> String {
    let moved = day.parse::<Date>().and_then(|date| date.checked_add(span?));
    moved.map_or_else(|_| day.to_owned(), |date| date.to_string())
}

/// The day before another, as text; the same where it is no day.
pub fn day_before(day: &str) -> String {
    let before = day.parse::<Date>().ok().and_then(|day| day.yesterday().ok());
    before.map_or_else(|| day.to_owned(), |day| day.to_string())
}

/// Whether a text names a time zone.
pub fn is_time_zone(name: &str) -> bool {
    name.contains('/') && TimeZone::get(name).is_ok() || name == "UTC"
}

/// The day that it is at an instant in a time zone; in UTC where the zone is unknown.
pub fn day(at: Micros, time_zone: &str) -> String {
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    match jiff::Timestamp::from_microsecond(at) {
        Ok(instant) => instant.to_zoned(zone).date().to_string(),
        Err(_) => "9999-12-31".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fiscal_years_begin_where_their_label_says() {
        let calendar = |start_month, labelling| FiscalCalendar { start_month, labelling };
        assert_eq!(calendar(1, Labelling::ByEnd).first_day(2026), "2026-01-01");
        assert_eq!(calendar(7, Labelling::ByStart).first_day(2025), "2025-07-01");
        assert_eq!(calendar(7, Labelling::ByEnd).first_day(2026), "2025-07-01");
    }

    #[test]
    fn days_are_real_days_in_one_spelling() {
        assert!(is_day("2024-02-29"));
        for bad in ["2023-02-29", "2024-2-9", "20240229", "", "2024-02-30", "0000-00-00", "2024-02-29T00:00"] {
            assert!(!is_day(bad), "{bad}");
        }
    }

    #[test]
    fn days_and_months_are_added() {
        assert_eq!([plus_days("2014-02-28", 1), plus_days("2014-01-01", -1)], ["2014-03-01", "2013-12-31"]);
        assert_eq!([plus_months("2014-01-31", 1), plus_months("2016-01-01", -1)], ["2014-02-28", "2015-12-01"]);
        assert_eq!([plus_days("x", 1), plus_months("9999-12-31", i64::MAX)], ["x", "9999-12-31"]);
    }

    #[test]
    fn the_day_depends_on_the_zone() {
        let at = 1_767_207_600_000_000; // 2025-12-31 19:00 UTC
        assert_eq!(day(at, "UTC"), "2025-12-31");
        assert_eq!(day(at, "Asia/Ho_Chi_Minh"), "2026-01-01");
        assert!(
            is_time_zone("Asia/Ho_Chi_Minh")
                && is_time_zone("UTC")
                && !is_time_zone("Asia/Saigonn")
                && !is_time_zone("")
        );
    }
}
