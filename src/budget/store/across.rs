//! Sums across estimates that no roll-up tells apart: by task and source, and of each class alone. Each line counts by its latest figure.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::summary::{Chosen, ESTIMATES_PER_STATEMENT, LATEST, Statement};
use crate::budget::model::{Nature, Side};
use crate::commit::View;
use crate::error::Result;
use crate::word::Word;

/// What the spending of a class of estimates says of a task and a source.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct TaskSum {
    /// The number of the class.
    #[diesel(sql_type = BigInt)]
    pub class: i64,
    /// The resource name of the task; none where the lines name none.
    #[diesel(sql_type = Nullable<Text>)]
    pub task: Option<String>,
    /// The source code, where stated.
    #[diesel(sql_type = Nullable<Text>)]
    pub source: Option<String>,
    /// The sum.
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    /// How many lines.
    #[diesel(sql_type = BigInt)]
    pub lines: i64,
}

/// What estimates spend by class, task and source; what is only passed down is left out.
pub fn by_task(view: &mut View<'_>, chosen: &[Chosen]) -> Result<Vec<TaskSum>> {
    let mut found = Vec::new();
    for chosen in chosen.chunks(ESTIMATES_PER_STATEMENT) {
        let mut statement = Statement::of(chosen);
        statement.push(&format!(
            "SELECT CAST(chosen.class AS BIGINT) AS class, t.plan_task AS task, t.source AS source, \
             CAST(COALESCE(SUM({LATEST}), 0) AS BIGINT) AS amount, COUNT(*) AS lines"
        ));
        spending(&mut statement, view.jurisdiction);
        statement.push(" GROUP BY chosen.class, t.plan_task, t.source");
        found.extend(statement.load::<TaskSum>(view)?);
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct TotalRow {
    #[diesel(sql_type = BigInt)]
    class: i64,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

/// What estimates spend by class; what is only passed down is left out.
pub fn by_class(view: &mut View<'_>, chosen: &[Chosen]) -> Result<Vec<(usize, i64)>> {
    let mut found = Vec::new();
    for chosen in chosen.chunks(ESTIMATES_PER_STATEMENT) {
        let mut statement = Statement::of(chosen);
        statement.push(&format!(
            "SELECT CAST(chosen.class AS BIGINT) AS class, CAST(COALESCE(SUM({LATEST}), 0) AS BIGINT) AS amount"
        ));
        spending(&mut statement, view.jurisdiction);
        statement.push(" GROUP BY chosen.class");
        let rows = statement.load::<TotalRow>(view)?;
        found.extend(rows.into_iter().map(|row| (usize::try_from(row.class).unwrap_or(usize::MAX), row.amount)));
    }
    Ok(found)
}

fn spending(statement: &mut Statement, jurisdiction: &str) {
    statement.join("line_versions", "estimate", jurisdiction);
    let (side, passed_down) = (Side::Expenditure.as_str(), Nature::TransferDown.as_str());
    statement.push(&format!(" AND t.side = '{side}' AND t.nature <> '{passed_down}'"));
}
