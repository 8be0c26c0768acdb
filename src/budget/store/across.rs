//! Sums across estimates that no roll-up tells apart: by task and source, and by what must tie. Each line counts by its latest figure.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::summary::{Chosen, ESTIMATES_PER_STATEMENT, Statement};
use crate::budget::model::inclusion::TiedSum;
use crate::budget::model::{Nature, Side};
use crate::commit::View;
use crate::error::Result;
use crate::word::{Word, stored as word};

/// What a line says last.
const LATEST: &str = "COALESCE(t.decided, t.appraised, t.requested)";

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
struct TiedRow {
    #[diesel(sql_type = BigInt)]
    class: i64,
    #[diesel(sql_type = Nullable<Text>)]
    functional: Option<String>,
    #[diesel(sql_type = Text)]
    nature: String,
    #[diesel(sql_type = Text)]
    autonomy: String,
    #[diesel(sql_type = Nullable<Text>)]
    programme: Option<String>,
    #[diesel(sql_type = BigInt)]
    cut: i64,
    #[diesel(sql_type = BigInt)]
    amount: i64,
}

/// What estimates spend by class and by what must tie; what is only passed down is left out.
pub fn tied(view: &mut View<'_>, chosen: &[Chosen]) -> Result<Vec<(usize, TiedSum)>> {
    let mut found = Vec::new();
    let cut = format!("CASE WHEN t.unallocated = 1 AND {LATEST} < 0 THEN 1 ELSE 0 END");
    for chosen in chosen.chunks(ESTIMATES_PER_STATEMENT) {
        let mut statement = Statement::of(chosen);
        statement.push(&format!(
            "SELECT CAST(chosen.class AS BIGINT) AS class, t.functional AS functional, t.nature AS nature, t.autonomy AS autonomy, \
             t.programme AS programme, CAST({cut} AS BIGINT) AS cut, CAST(COALESCE(SUM({LATEST}), 0) AS BIGINT) AS amount"
        ));
        spending(&mut statement, view.jurisdiction);
        statement.push(&format!(" GROUP BY chosen.class, t.functional, t.nature, t.autonomy, t.programme, {cut}"));
        for row in statement.load::<TiedRow>(view)? {
            let sum = TiedSum {
                functional: row.functional,
                nature: word(&row.nature)?,
                autonomy: word(&row.autonomy)?,
                programme: row.programme,
                is_cut: row.cut == 1,
                amount: row.amount,
            };
            found.push((usize::try_from(row.class).unwrap_or(usize::MAX), sum));
        }
    }
    Ok(found)
}

fn spending(statement: &mut Statement, jurisdiction: &str) {
    statement.join("line_versions", jurisdiction);
    let (side, passed_down) = (Side::Expenditure.as_str(), Nature::TransferDown.as_str());
    statement.push(&format!(" AND t.side = '{side}' AND t.nature <> '{passed_down}'"));
}
