//! Lines of estimates, wherever they are: those that name projects or tasks of plans, and those that are known by their ids.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::reading::LineColumns;
use crate::budget::model::{Kind, Line, Nature, Side};
use crate::commit::View;
use crate::db::schema::{estimate_versions as versions, line_versions as lines};
use crate::db::{Db, direct};
use crate::document::state::State;
use crate::error::Result;
use crate::word::{Word, stored as word};

/// What lines name.
#[derive(Debug, Clone, Copy)]
pub enum Named<'a> {
    /// One of these projects, by their resource names.
    Projects(&'a [String]),
    /// A task of the plan with this resource name.
    TasksOf(&'a str),
}

/// Which text of an estimate is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// The latest one, unless it is cancelled.
    Latest,
    /// The one in force.
    InForce,
}

/// A line that names a project or a task, with what is needed to know whether it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamingLine {
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
    /// Its scheme of codes.
    pub scheme: String,
    /// The nature of the line.
    pub nature: Nature,
    /// The source code of the line.
    pub source: Option<String>,
    /// The project that it names.
    pub project: Option<String>,
    /// The task that it names.
    pub task: Option<String>,
    /// What is decided; of a latest text what is appraised or requested where nothing is.
    pub amount: Option<i64>,
}

/// The lines of the text in force.
const IN_FORCE: &str =
    "line_versions.since <= estimate_versions.in_force AND line_versions.until > estimate_versions.in_force";

/// Names of one statement.
const NAMES_PER_STATEMENT: usize = 500;

type Columns = (
    (String, String, String, i64, String, i64, String, String),
    (Option<String>, Option<String>, Option<String>),
    (Option<i64>, Option<i64>, Option<i64>),
);

/// The lines of expenditure that name one of some things, by estimate and in the order of entry.
pub fn naming_lines(view: &mut View<'_>, named: Named<'_>, text: Text) -> Result<Vec<NamingLine>> {
    match named {
        Named::TasksOf(plan) => {
            some_lines(view, Naming::Tasks(format!("{plan}/tasks/"), format!("{plan}/tasks0")), text)
        }
        Named::Projects(names) => {
            let mut found = Vec::new();
            for names in names.chunks(NAMES_PER_STATEMENT) {
                found.extend(some_lines(view, Naming::Projects(names), text)?);
            }
            Ok(found)
        }
    }
}

/// What one statement asks for.
enum Naming<'a> {
    Projects(&'a [String]),
    /// From the first name on, and before the second one.
    Tasks(String, String),
}

fn some_lines(view: &mut View<'_>, naming: Naming<'_>, text: Text) -> Result<Vec<NamingLine>> {
    let mut query = lines::table
        .inner_join(versions::table.on(versions::estimate.eq(lines::estimate)))
        .filter(lines::jurisdiction.eq(view.jurisdiction))
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .filter(lines::side.eq(Side::Expenditure.as_str()))
        .order((lines::estimate, lines::sequence))
        .select((
            (
                lines::estimate,
                lines::line,
                versions::unit,
                versions::fiscal_year,
                versions::kind,
                versions::sequence,
                versions::scheme,
                lines::nature,
            ),
            (lines::source, lines::project, lines::plan_task),
            (lines::decided, lines::appraised, lines::requested),
        ))
        .into_boxed::<Db>();
    query = match naming {
        Naming::Projects([one]) => query.filter(lines::project.eq(one)),
        Naming::Projects(names) => query.filter(lines::project.eq_any(names)),
        Naming::Tasks(first, end) => query.filter(lines::plan_task.ge(first).and(lines::plan_task.lt(end))),
    };
    query = match text {
        Text::Latest => query
            .filter(lines::since.le(view.revision).and(lines::until.gt(view.revision)))
            .filter(versions::state.ne(State::Cancelled.as_str())),
        Text::InForce => query.filter(sql::<Bool>(IN_FORCE)),
    };
    let rows: Vec<Columns> = query.load(view.conn)?;
    let line = |((estimate, line, unit, year, kind, sequence, scheme, nature), names, amounts): Columns| {
        let ((source, project, task), (decided, appraised, requested)) = (names, amounts);
        let amount = if text == Text::InForce { decided } else { decided.or(appraised).or(requested) };
        let (kind, nature) = (word(&kind)?, word(&nature)?);
        Ok(NamingLine { estimate, line, unit, year, kind, sequence, scheme, nature, source, project, task, amount })
    };
    rows.into_iter().map(line).collect()
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

/// The annual and redone estimates of some units and years that were not cancelled, or that are in force: unit, year, kind, sequence.
pub fn yearly_estimates(
    view: &mut View<'_>,
    units: &[String],
    years: &[i64],
    text: Text,
) -> Result<Vec<(String, i64, Kind, i64)>> {
    let query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::unit.eq_any(units).and(versions::fiscal_year.eq_any(years)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .filter(versions::kind.eq_any([Kind::Annual.as_str(), Kind::Redone.as_str()]))
        .filter(versions::state.ne(State::Cancelled.as_str()))
        .select((versions::unit, versions::fiscal_year, versions::kind, versions::sequence, versions::in_force));
    let mut rows: Vec<(String, i64, String, i64, Option<i64>)> = direct!(view.conn, |conn| query.load(conn))?;
    rows.retain(|row| text == Text::Latest || row.4.is_some());
    rows.into_iter().map(|(unit, year, kind, sequence, _)| Ok((unit, year, word(&kind)?, sequence))).collect()
}
