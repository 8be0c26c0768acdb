//! What must hold of the lines that are there, and what SQL cannot say: for `kehoach fsck`.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::lines::LineRow;
use crate::classification::model::Dimension;
use crate::db::Conn;
use crate::db::schema::line_versions as lines;
use crate::error::Result;
use crate::fsck::Rows;
use crate::word::Word;

#[derive(QueryableByName, Debug, Clone, PartialEq, Eq)]
struct Sums {
    #[diesel(sql_type = Text)]
    estimate: String,
    #[diesel(sql_type = Text)]
    grouped: String,
    #[diesel(sql_type = BigInt)]
    line_count: i64,
    #[diesel(sql_type = BigInt)]
    actual_n2: i64,
    #[diesel(sql_type = BigInt)]
    budget_n1: i64,
    #[diesel(sql_type = BigInt)]
    expected_n1: i64,
    #[diesel(sql_type = BigInt)]
    requested: i64,
    #[diesel(sql_type = BigInt)]
    appraised: i64,
    #[diesel(sql_type = BigInt)]
    decided: i64,
    #[diesel(sql_type = BigInt)]
    stated: i64,
}

#[derive(QueryableByName)]
struct Fault {
    #[diesel(sql_type = Text)]
    subject: String,
}

const OF_LINES: &str = "
    SELECT estimate, side || ' ' || nature || ' ' || autonomy AS grouped, COUNT(*) AS line_count,
           CAST(COALESCE(SUM(actual_n2), 0) AS BIGINT) AS actual_n2, CAST(COALESCE(SUM(budget_n1), 0) AS BIGINT) AS budget_n1,
           CAST(COALESCE(SUM(expected_n1), 0) AS BIGINT) AS expected_n1, CAST(COALESCE(SUM(requested), 0) AS BIGINT) AS requested,
           CAST(COALESCE(SUM(appraised), 0) AS BIGINT) AS appraised, CAST(COALESCE(SUM(decided), 0) AS BIGINT) AS decided,
           COUNT(actual_n2) + COUNT(budget_n1) + COUNT(expected_n1) + COUNT(requested) + COUNT(appraised) + COUNT(decided) AS stated
      FROM line_versions WHERE jurisdiction = $1 AND until = 9223372036854775807
     GROUP BY estimate, side, nature, autonomy";

const OF_TOTALS: &str = "
    SELECT estimate, side || ' ' || nature || ' ' || autonomy AS grouped, line_count, actual_n2, budget_n1, expected_n1, requested,
           appraised, decided, actual_n2_count + budget_n1_count + expected_n1_count + requested_count + appraised_count + decided_count AS stated
      FROM estimate_totals WHERE jurisdiction = $1 AND until = 9223372036854775807";

const HEADERS: &str = "
    SELECT h.estimate AS subject FROM estimate_versions h
     WHERE h.jurisdiction = $1 AND h.until = 9223372036854775807 AND h.line_count <>
           (SELECT COUNT(*) FROM line_versions l WHERE l.jurisdiction = $1 AND l.estimate = h.estimate AND l.until = 9223372036854775807)
    UNION ALL
    SELECT l.estimate FROM line_versions l
     WHERE l.jurisdiction = $1 AND l.until = 9223372036854775807 AND NOT EXISTS
           (SELECT 1 FROM estimate_versions h WHERE h.jurisdiction = $1 AND h.estimate = l.estimate AND h.until = 9223372036854775807)";

/// Every fault among the estimates that are there: totals that are not the sum of their lines, counts, codes out of nowhere.
pub fn check(conn: &mut Conn, jurisdiction: &str) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let (lines, totals) = (sums(conn, jurisdiction, OF_LINES)?, sums(conn, jurisdiction, OF_TOTALS)?);
    for (group, of_lines) in &lines {
        if totals.get(group) != Some(of_lines) {
            faults.push(format!(
                "estimate {} of {jurisdiction}: the totals of {} are not the sum of its lines",
                group.0, group.1
            ));
        }
    }
    for group in totals.keys().filter(|group| !lines.contains_key(*group)) {
        faults.push(format!("estimate {} of {jurisdiction}: totals of {} without lines", group.0, group.1));
    }
    for Fault { subject } in faulty(conn, jurisdiction, HEADERS)? {
        faults.push(format!("estimate {subject} of {jurisdiction}: header and lines do not belong together"));
    }
    for dimension in Dimension::ALL {
        let column = super::column(*dimension);
        let word = dimension.as_str();
        let sql = format!(
            "SELECT l.estimate || '/' || l.line AS subject FROM line_versions l
               JOIN estimate_versions h ON h.jurisdiction = $1 AND h.estimate = l.estimate AND h.until = 9223372036854775807
              WHERE l.jurisdiction = $1 AND l.until = 9223372036854775807 AND l.{column} IS NOT NULL AND NOT EXISTS
                    (SELECT 1 FROM codes c WHERE c.jurisdiction = $1 AND c.scheme = h.scheme AND c.dimension = '{word}' AND c.code = l.{column})"
        );
        for Fault { subject } in faulty(conn, jurisdiction, &sql)? {
            faults.push(format!("line {subject} of {jurisdiction}: its {column} code is not in the scheme"));
        }
    }
    Ok(faults)
}

fn sums(conn: &mut Conn, jurisdiction: &str, sql: &str) -> Result<BTreeMap<(String, String), Sums>> {
    let rows: Vec<Sums> = diesel::sql_query(sql).bind::<Text, _>(jurisdiction).load(conn)?;
    Ok(rows.into_iter().map(|row| ((row.estimate.clone(), row.grouped.clone()), row)).collect())
}

fn faulty(conn: &mut Conn, jurisdiction: &str, sql: &str) -> Result<Vec<Fault>> {
    Ok(diesel::sql_query(sql).bind::<Text, _>(jurisdiction).load(conn)?)
}

/// Hands every line of a jurisdiction to the audit, without holding them all.
pub fn audit_lines(conn: &mut Conn, jurisdiction: &str, rows: &mut Rows) -> Result<()> {
    let mut after = (String::new(), String::new(), 0i64);
    loop {
        let (estimate, line, until) = &after;
        let later_line = lines::line.gt(line).or(lines::line.eq(line).and(lines::until.gt(*until)));
        let page = lines::table
            .filter(lines::jurisdiction.eq(jurisdiction))
            .filter(lines::estimate.gt(estimate).or(lines::estimate.eq(estimate).and(later_line)))
            .order((lines::estimate, lines::line, lines::until))
            .limit(10_000)
            .load::<LineRow>(conn)?;
        match page.last() {
            Some(last) => after = (last.estimate.clone(), last.line.clone(), last.until),
            None => return Ok(()),
        }
        page.iter().for_each(|row| rows.add(row));
    }
}
