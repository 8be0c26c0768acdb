//! Sums across estimates that no roll-up tells apart: by task and source, and of each class alone. Each line counts by its latest figure.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::statement::{Chosen, ESTIMATES_PER_STATEMENT, LATEST, Statement, found};
use crate::budget::model::{Nature, Side};
use crate::commit::View;
use crate::error::Result;
use crate::word::Word;

/// What the spending of a class of estimates says of a task and a source.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct TaskSum {
    /// The number of the class.
    pub class: i64,
    /// The resource name of the task; none where the lines name none.
    pub task: Option<String>,
    /// The source code, where stated.
    pub source: Option<String>,
    /// The sum.
    pub amount: i64,
    /// How many lines.
    pub lines: i64,
}

type TaskColumns = (BigInt, Nullable<Text>, Nullable<Text>, BigInt, BigInt);

/// What estimates spend by class, task and source; what is only passed down is left out.
pub fn by_task(view: &mut View<'_>, chosen: &[Chosen]) -> Result<Vec<TaskSum>> {
    let mut found = Vec::new();
    for chosen in chosen.chunks(ESTIMATES_PER_STATEMENT) {
        let mut statement = Statement::of(chosen);
        statement.push(&format!(
            "SELECT CAST(chosen.class AS BIGINT), t.plan_task, t.source, CAST(COALESCE(SUM({LATEST}), 0) AS BIGINT), COUNT(*)"
        ));
        spending(&mut statement, view.jurisdiction);
        statement.push(" GROUP BY chosen.class, t.plan_task, t.source");
        let rows: Vec<TaskSum> = found!(statement, view, TaskColumns);
        found.extend(rows);
    }
    Ok(found)
}

/// What estimates spend by class; what is only passed down is left out.
pub fn by_class(view: &mut View<'_>, chosen: &[Chosen]) -> Result<Vec<(usize, i64)>> {
    let mut found = Vec::new();
    for chosen in chosen.chunks(ESTIMATES_PER_STATEMENT) {
        let mut statement = Statement::of(chosen);
        statement.push(&format!("SELECT CAST(chosen.class AS BIGINT), CAST(COALESCE(SUM({LATEST}), 0) AS BIGINT)"));
        spending(&mut statement, view.jurisdiction);
        statement.push(" GROUP BY chosen.class");
        let rows: Vec<(i64, i64)> = found!(statement, view, (BigInt, BigInt));
        found.extend(rows.into_iter().map(|(class, amount)| (usize::try_from(class).unwrap_or(usize::MAX), amount)));
    }
    Ok(found)
}

fn spending(statement: &mut Statement, jurisdiction: &str) {
    statement.join("line_versions", "estimate", jurisdiction);
    let (side, passed_down) = (Side::Expenditure.as_str(), Nature::TransferDown.as_str());
    statement.push(&format!(" AND t.side = '{side}' AND t.nature <> '{passed_down}'"));
}
