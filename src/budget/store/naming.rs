//! Lines of estimates, wherever they are: those that name a project, and those that are known by their ids.

use diesel::prelude::*;

use super::reading::LineColumns;
use crate::budget::model::{Kind, Line, Nature, Side};
use crate::commit::View;
use crate::db::direct;
use crate::db::schema::{estimate_versions as versions, line_versions as lines};
use crate::document::state::State;
use crate::document::texts::TEXTS_PER_STATEMENT;
use crate::error::Result;
use crate::word::{Word, stored as word};

/// A line that names a project, with what is needed to know whether it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectLine {
    /// The name of the project.
    pub project: String,
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
    /// Its nature.
    pub nature: Nature,
    /// The task of a plan that it names too.
    pub plan_task: Option<String>,
    /// What is decided, or else appraised, or else requested.
    pub amount: Option<i64>,
}

type Row = (
    String,
    String,
    String,
    i64,
    String,
    i64,
    String,
    Option<String>,
    Option<String>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

/// The lines of expenditure that name one of some projects, of estimates that were not cancelled, by estimate and in the order of entry.
pub fn project_lines(view: &mut View<'_>, projects: &[String]) -> Result<Vec<ProjectLine>> {
    let mut found = Vec::new();
    for projects in view.conn.by_key(projects, TEXTS_PER_STATEMENT) {
        let query = lines::table
            .inner_join(versions::table.on(versions::estimate.eq(lines::estimate)))
            .filter(lines::jurisdiction.eq(view.jurisdiction).and(lines::project.eq_any(projects)))
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
                lines::nature,
                lines::project,
                lines::plan_task,
                lines::decided,
                lines::appraised,
                lines::requested,
            ));
        for row in direct!(view.conn, |conn| query.load::<Row>(conn))? {
            found.push(line_of(row)?);
        }
    }
    Ok(found)
}

fn line_of(row: Row) -> Result<ProjectLine> {
    let (estimate, line, unit, year, kind, sequence, nature, project, plan_task, decided, appraised, requested) = row;
    let (kind, nature, project) = (word(&kind)?, word(&nature)?, project.unwrap_or_default());
    let amount = decided.or(appraised).or(requested);
    Ok(ProjectLine { project, estimate, line, unit, year, kind, sequence, nature, plan_task, amount })
}

/// The names of the projects that lines of an estimate name.
pub fn projects_named(view: &mut View<'_>, estimate: &str) -> Result<Vec<String>> {
    let query = lines::table
        .filter(lines::jurisdiction.eq(view.jurisdiction).and(lines::estimate.eq(estimate)))
        .filter(lines::since.le(view.revision).and(lines::until.gt(view.revision)))
        .filter(lines::project.is_not_null())
        .select(lines::project.assume_not_null())
        .distinct();
    Ok(direct!(view.conn, |conn| query.load::<String>(conn))?)
}

/// Lines of some estimates with some of these ids, each with its estimate, by estimate and in the order of entry.
pub fn lines_among(view: &mut View<'_>, estimates: &[String], ids: &[String]) -> Result<Vec<(String, Line)>> {
    let query = lines::table
        .filter(lines::jurisdiction.eq(view.jurisdiction))
        .filter(lines::estimate.eq_any(estimates).and(lines::line.eq_any(ids)))
        .filter(lines::since.le(view.revision).and(lines::until.gt(view.revision)))
        .order((lines::estimate, lines::sequence))
        .select((lines::estimate, LineColumns::COLUMNS));
    let rows: Vec<(String, LineColumns)> = direct!(view.conn, |conn| query.load(conn))?;
    Ok(rows.into_iter().map(|(estimate, line)| (estimate, Line::from(line))).collect())
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
