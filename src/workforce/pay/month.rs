//! Months, in which pay is counted. Pure.

/// A month: twelve times its year and its place in it, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i64);

impl Month {
    /// A month of a year; January is 1.
    pub fn new(year: i64, month: i64) -> Self {
        Self(year * 12 + month - 1)
    }

    /// The first month that begins on or after a day that is written as `2026-07-01`.
    pub fn from(day: &str) -> Option<Self> {
        let mut parts = day.split('-').map(|part| part.parse::<i64>().ok());
        let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
        let this = Self::new(year, month);
        Some(if day > 1 { this.plus(1) } else { this })
    }

    /// So many months later.
    pub fn plus(self, months: i64) -> Self {
        Self(self.0 + months)
    }

    /// How many months have passed since another.
    pub fn since(self, other: Self) -> i64 {
        self.0 - other.0
    }

    /// Its first day, as ISO text.
    pub fn first_day(self) -> String {
        format!("{:04}-{:02}-01", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }
}

/// How many times something was due by a month, which falls due first in one month and again after each further period.
pub fn times(month: Month, first: Month, period: i64) -> i64 {
    let passed = month.since(first);
    if passed < 0 || period < 1 { 0 } else { passed / period + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_within_a_month_counts_from_the_next() {
        assert_eq!(Month::from("2026-07-01"), Some(Month::new(2026, 7)));
        assert_eq!(Month::from("2026-12-02"), Some(Month::new(2027, 1)));
        assert_eq!(Month::new(2027, 1).first_day(), "2027-01-01");
        assert_eq!([Month::from(""), Month::from("2026"), Month::from("2026-x-01")], [None; 3]);
    }

    #[test]
    fn what_is_due_again_is_counted() {
        let at = |month| times(Month(month), Month(10), 3);
        assert_eq!([at(9), at(10), at(12), at(13), at(16)], [0, 1, 1, 2, 3]);
    }
}
