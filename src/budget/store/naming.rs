//! The lines of estimates that name a project, wherever they are.

use diesel::prelude::*;

use crate::budget::model::{Kind, Side};
use crate::commit::View;
use crate::db::direct;
use crate::db::schema::{estimate_versions as versions, line_versions as lines};
use crate::document::state::State;
use crate::error::Result;
use crate::word::{Word, stored as word};

/// A line that names a project, with what is needed to know whether it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectLine {
    /// The id of its estimate.
    pub estimate: String,
    /// Its id.
    pub line: String,
    /// The unit of the estimate.
    pub unit: String,
    /// Its fiscal year.
    pub year: i64,
    /// Its kind.
    pub kind: Kind,
    /// Its sequence among those of its kind.
    pub sequence: i64,
    /// What is decided, or else appraised, or else requested.
    pub amount: Option<i64>,
}

type Row = (String, String, String, i64, String, i64, Option<i64>, Option<i64>, Option<i64>);

/// The lines of expenditure that name a project, of estimates that were not cancelled, by estimate and in the order of entry.
pub fn project_lines(view: &mut View<'_>, project: &str) -> Result<Vec<ProjectLine>> {
    let query = lines::table
        .inner_join(versions::table.on(versions::estimate.eq(lines::estimate)))
        .filter(lines::jurisdiction.eq(view.jurisdiction).and(lines::project.eq(project)))
        .filter(lines::since.le(view.revision).and(lines::until.gt(view.revision)))
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .filter(lines::side.eq(Side::Expenditure.as_str()))
        .filter(versions::state.ne(State::Cancelled.as_str()))
        .order((lines::estimate, lines::sequence))
        .select((
            lines::estimate,
            lines::line,
            versions::unit,
            versions::fiscal_year,
            versions::kind,
            versions::sequence,
            lines::decided,
            lines::appraised,
            lines::requested,
        ));
    let rows: Vec<Row> = direct!(view.conn, |conn| query.load(conn))?;
    let line = |(estimate, line, unit, year, kind, sequence, decided, appraised, requested): Row| {
        let amount = decided.or(appraised).or(requested);
        Ok(ProjectLine { estimate, line, unit, year, kind: word(&kind)?, sequence, amount })
    };
    rows.into_iter().map(line).collect()
}

/// The annual and redone estimates of some units and years that were not cancelled: unit, year, kind, sequence.
pub fn yearly_estimates(view: &mut View<'_>, units: &[String], years: &[i64]) -> Result<Vec<(String, i64, Kind, i64)>> {
    let query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::unit.eq_any(units).and(versions::fiscal_year.eq_any(years)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .filter(versions::kind.eq_any([Kind::Annual.as_str(), Kind::Redone.as_str()]))
        .filter(versions::state.ne(State::Cancelled.as_str()))
        .select((versions::unit, versions::fiscal_year, versions::kind, versions::sequence));
    let rows: Vec<(String, i64, String, i64)> = direct!(view.conn, |conn| query.load(conn))?;
    rows.into_iter().map(|(unit, year, kind, sequence)| Ok((unit, year, word(&kind)?, sequence))).collect()
}
