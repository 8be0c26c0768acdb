//! The tables of what was reported: values of indicators, progress of tasks.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::items::IDS_PER_STATEMENT;
use super::plans::{json, parsed};
use crate::commit::{Tx, View};
use crate::db::schema::{actual_versions as actuals, progress_versions as progress};
use crate::db::{Conn, Db, audit, direct, record};
use crate::document::texts::TEXTS_PER_STATEMENT;
use crate::error::Result;
use crate::plan::model::actuals::{Actual, Period, Reported, TaskReport};
use crate::word::{Word, stored as word};

record! {
    /// What was reported of an indicator for a period.
    version ActualRow in actual_versions, key(plan, indicator, year, quarter), {
        plan: String,
        indicator: String,
        year: i64,
        quarter: i64,
        at: i64,
        status: String,
        value: Option<i64>,
        text: Option<String>,
        members: Option<String>,
        reason: String,
        evidence: String,
    }
}

record! {
    /// What was reported of a task.
    version ProgressRow in progress_versions, key(plan, task), {
        plan: String,
        task: String,
        at: i64,
        progress: String,
        done: Option<i64>,
        note: String,
        evidence: String,
    }
}

/// What a list of reports is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct ActualFilter {
    /// Of this indicator.
    pub indicator: Option<String>,
    /// For this year.
    pub year: Option<i64>,
    /// After this revision.
    pub since: Option<i64>,
}

/// The key of a report in its plan: indicator, year, quarter.
pub type ActualKey = (String, i64, i64);

/// One page of what was reported, by indicator and period, of which `limit` are read, after a key.
pub fn list_actuals(
    view: &mut View<'_>,
    plan: &str,
    filter: &ActualFilter,
    after: Option<&ActualKey>,
    limit: i64,
) -> Result<Vec<Actual>> {
    let mut query = actuals::table
        .filter(actuals::jurisdiction.eq(view.jurisdiction).and(actuals::plan.eq(plan)))
        .filter(actuals::since.le(view.revision).and(actuals::until.gt(view.revision)))
        .order((actuals::indicator, actuals::year, actuals::quarter))
        .limit(limit)
        .into_boxed::<Db>();
    if let Some(indicator) = &filter.indicator {
        query = query.filter(actuals::indicator.eq(indicator));
    }
    if let Some(year) = filter.year {
        query = query.filter(actuals::year.eq(year));
    }
    if let Some(since) = filter.since {
        query = query.filter(actuals::since.gt(since));
    }
    if let Some((indicator, year, quarter)) = after {
        let in_year = actuals::year.eq(*year).and(actuals::quarter.gt(*quarter));
        let in_indicator = actuals::indicator.eq(indicator).and(actuals::year.gt(*year).or(in_year));
        query = query.filter(actuals::indicator.gt(indicator).or(in_indicator));
    }
    query.load::<ActualRow>(view.conn)?.into_iter().map(actual_of).collect()
}

/// Everything that was reported of the indicators of a plan.
pub fn all_actuals(view: &mut View<'_>, plan: &str) -> Result<Vec<Actual>> {
    list_actuals(view, plan, &ActualFilter::default(), None, i64::MAX)
}

/// What was reported of some indicators of a plan.
pub fn some_actuals(view: &mut View<'_>, plan: &str, indicators: &BTreeSet<&str>) -> Result<Vec<Actual>> {
    let indicators: Vec<&str> = indicators.iter().copied().collect();
    let mut found = Vec::new();
    for indicators in indicators.chunks(IDS_PER_STATEMENT) {
        let query = actuals::table
            .filter(actuals::jurisdiction.eq(view.jurisdiction).and(actuals::plan.eq(plan)))
            .filter(actuals::indicator.eq_any(indicators))
            .filter(actuals::since.le(view.revision).and(actuals::until.gt(view.revision)));
        for row in direct!(view.conn, |conn| query.load::<ActualRow>(conn))? {
            found.push(actual_of(row)?);
        }
    }
    Ok(found)
}

/// Everything that was reported of the indicators of some plans, by plan, indicator and period.
pub fn actuals_of(view: &mut View<'_>, plans: &[String]) -> Result<BTreeMap<String, Vec<Actual>>> {
    let mut found: BTreeMap<String, Vec<Actual>> = BTreeMap::new();
    for plans in plans.chunks(TEXTS_PER_STATEMENT) {
        let rows = actuals::table
            .filter(actuals::jurisdiction.eq(view.jurisdiction).and(actuals::plan.eq_any(plans)))
            .filter(actuals::since.le(view.revision).and(actuals::until.gt(view.revision)))
            .order((actuals::plan, actuals::indicator, actuals::year, actuals::quarter))
            .load::<ActualRow>(view.conn)?;
        for row in rows {
            found.entry(row.plan.clone()).or_default().push(actual_of(row)?);
        }
    }
    Ok(found)
}

/// Everything that was reported of the tasks of a plan.
pub fn all_progress(view: &mut View<'_>, plan: &str) -> Result<Vec<TaskReport>> {
    let rows = progress::table
        .filter(progress::jurisdiction.eq(view.jurisdiction).and(progress::plan.eq(plan)))
        .filter(progress::since.le(view.revision).and(progress::until.gt(view.revision)))
        .order(progress::task)
        .load::<ProgressRow>(view.conn)?;
    rows.into_iter().map(report_of).collect()
}

/// Ends reports as they were read, and writes others.
pub fn save_actuals(tx: &mut Tx<'_>, plan: &str, old: &[Actual], new: &[Actual]) -> Result<()> {
    let row = |tx: &Tx<'_>, actual: &Actual| actual_row(tx, plan, actual);
    let old = old.iter().map(|old| Ok(ActualRow { since: old.revision, ..row(tx, old)? }));
    let old = old.collect::<Result<Vec<_>>>()?;
    tx.close(&old)?;
    let new = new.iter().map(|new| row(tx, new)).collect::<Result<Vec<_>>>()?;
    tx.open(&new)
}

/// The same of tasks.
pub fn save_progress(tx: &mut Tx<'_>, plan: &str, old: &[TaskReport], new: &[TaskReport]) -> Result<()> {
    let row = |tx: &Tx<'_>, report: &TaskReport| progress_row(tx, plan, report);
    let old: Vec<ProgressRow> = old.iter().map(|old| ProgressRow { since: old.revision, ..row(tx, old) }).collect();
    tx.close(&old)?;
    let new: Vec<ProgressRow> = new.iter().map(|new| row(tx, new)).collect();
    tx.open(&new)
}

fn actual_row(tx: &Tx<'_>, plan: &str, actual: &Actual) -> Result<ActualRow> {
    let stamp = tx.stamp();
    let (value, text, members) = match &actual.reported {
        Reported::Nothing => (None, None, None),
        Reported::Number(value) => (Some(*value), None, None),
        Reported::Text(text) => (None, Some(text.clone()), None),
        Reported::Members(members) => (None, None, Some(json(members)?)),
    };
    let (year, quarter): Period = actual.period;
    Ok(ActualRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        plan: plan.to_owned(),
        indicator: actual.indicator.clone(),
        year,
        quarter,
        at: tx.at(),
        status: actual.status.as_str().to_owned(),
        value,
        text,
        members,
        reason: actual.reason.clone(),
        evidence: actual.evidence.clone(),
    })
}

fn progress_row(tx: &Tx<'_>, plan: &str, report: &TaskReport) -> ProgressRow {
    let stamp = tx.stamp();
    ProgressRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        plan: plan.to_owned(),
        task: report.task.clone(),
        at: tx.at(),
        progress: report.progress.as_str().to_owned(),
        done: report.done,
        note: report.note.clone(),
        evidence: report.evidence.clone(),
    }
}

pub(super) fn actual_of(row: ActualRow) -> Result<Actual> {
    let reported = match (row.value, row.text, row.members) {
        (Some(value), ..) => Reported::Number(value),
        (_, Some(text), _) => Reported::Text(text),
        (.., Some(members)) => Reported::Members(parsed(&members)?),
        (None, None, None) => Reported::Nothing,
    };
    Ok(Actual {
        indicator: row.indicator,
        period: (row.year, row.quarter),
        status: word(&row.status)?,
        reported,
        reason: row.reason,
        evidence: row.evidence,
        at: row.at,
        revision: row.since,
    })
}

fn report_of(row: ProgressRow) -> Result<TaskReport> {
    Ok(TaskReport {
        task: row.task,
        progress: word(&row.progress)?,
        done: row.done,
        note: row.note,
        evidence: row.evidence,
        at: row.at,
        revision: row.since,
    })
}

/// Hands every row of the tables of reports to the audit.
pub fn audit_actuals(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, actuals: ActualRow, progress: ProgressRow);
    Ok(())
}
