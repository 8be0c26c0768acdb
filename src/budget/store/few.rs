//! The lines of an estimate that fit a page, in one statement with what says who may see them.
//!
//! Most estimates have few lines, and most pages hold all of them: so a page is asked for once, and not after its estimate.

use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::reading::LineColumns;
use crate::budget::model::Line;
use crate::commit::View;
use crate::db::{Columns, Question, Value, direct};
use crate::error::Result;

static FEW: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT {} e.unit FROM estimate_versions e CROSS JOIN line_versions t WHERE e.jurisdiction = ? AND e.estimate = ? AND \
         e.since <= ? AND e.until > ? AND t.jurisdiction = ? AND t.estimate = ? AND t.since <= ? AND t.until > ? LIMIT ?",
        LineColumns::LIST
    )
});

/// The unit of an estimate and all its lines in the order of entry, as they stand at the revision of the view.
///
/// None where it has no lines, or more than `most`, or is not there.
pub fn few_lines(view: &mut View<'_>, estimate: &str, most: i64) -> Result<Option<(String, Vec<Line>)>> {
    let (jurisdiction, estimate) = (Value::Text(view.jurisdiction), Value::Text(estimate));
    let (revision, limit) = (Value::Int(view.revision), Value::Int(most + 1));
    let of_estimate = [jurisdiction, estimate, revision, revision];
    let values = [of_estimate.as_slice(), &of_estimate, &[limit]].concat();
    let question = Question::<(<LineColumns as Columns>::Sql, Text)>::new(&FEW, &values);
    let rows: Vec<(LineColumns, String)> = direct!(view.conn, |conn| question.load(conn))?;
    if i64::try_from(rows.len()).is_ok_and(|count| count > most) {
        return Ok(None);
    }
    let Some(unit) = rows.first().map(|(_, unit)| unit.clone()) else { return Ok(None) };
    let mut lines: Vec<Line> = rows.into_iter().map(|(line, _)| Line::from(line)).collect();
    // They are put in order here: SQLite would copy each row to sort them.
    lines.sort_unstable_by_key(|line| line.sequence);
    Ok(Some((unit, lines)))
}
