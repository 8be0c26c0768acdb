//! Which fiscal years were over when a revision was made: what is found at a revision says the same whenever it is asked.

use crate::commit::{View, journal};
use crate::error::Result;
use crate::organisation::store as units;
use crate::period::{self, FiscalCalendar};

/// The day of a revision, and how years begin.
#[derive(Debug, Clone)]
pub struct Over {
    day: String,
    calendar: FiscalCalendar,
}

impl Over {
    /// At the revision of the view; where a command is making it, at the one before.
    pub fn of(view: &mut View<'_>) -> Result<Self> {
        let (calendar, zone) = units::calendar(view.conn, view.jurisdiction)?;
        let at = journal::made_at(view.conn, view.jurisdiction, view.revision)?;
        Ok(Self { day: at.map(|at| period::day(at, &zone)).unwrap_or_default(), calendar })
    }

    /// Whether a fiscal year was over.
    pub fn is_over(&self, year: i64) -> bool {
        self.calendar.first_day(year + 1) <= self.day
    }
}
