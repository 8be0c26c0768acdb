//! What changed of a plan since a revision: found by when rows began or ended, not by comparing everything.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use super::find_header;
use crate::commit::View;
use crate::db::Db;
use crate::db::schema::{actual_versions as actuals, plan_item_versions as items, progress_versions as progress};
use crate::error::Result;

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Touched {
    /// The header.
    Header,
    /// An item, which is there or was.
    Item(String),
    /// The report of an indicator for a period: its id, the year, the quarter.
    Actual(String, i64, i64),
    /// The report of a task.
    Progress(String),
}

/// A change: the revision that made it last, what it is of, and whether it ended it.
pub type Change = (i64, Touched, bool);

/// Where a page of changes begins: the last one before it.
pub type Place = (i64, Touched);

/// The changes of a plan that came after a revision and hold at that of the view, in the order in which they were made last; what came and
/// went in between is none. Of each kind `limit` are read.
pub fn changes(view: &mut View<'_>, plan: &str, since: i64, after: Option<&Place>, limit: i64) -> Result<Vec<Change>> {
    let mut found = Vec::new();
    if let Some(header) = find_header(view, plan)?.filter(|header| header.revision > since) {
        found.push((header.revision, Touched::Header, false));
    }
    found.extend(written_items(view, plan, since, after, limit)?);
    found.extend(ended_items(view, plan, since, after, limit)?);
    found.extend(written_actuals(view, plan, since, after, limit)?);
    found.extend(written_progress(view, plan, since, after, limit)?);
    if let Some((revision, touched)) = after {
        found.retain(|(at, what, _)| (at, what) > (revision, touched));
    }
    found.sort();
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// The revision from which on something may follow a place.
fn from(since: i64, after: Option<&Place>) -> i64 {
    after.map_or(since + 1, |(revision, _)| (since + 1).max(*revision))
}

/// The id after which an item follows a place in its own revision: none where all do, and a last one where none does.
fn item_after(after: Option<&Place>) -> Option<(i64, &str)> {
    match after? {
        (_, Touched::Header) => None,
        (revision, Touched::Item(id)) => Some((*revision, id)),
        // Reports follow items, so in that revision all items came before.
        (revision, Touched::Actual(..) | Touched::Progress(_)) => Some((*revision, LAST)),
    }
}

/// Greater than every id.
const LAST: &str = "~";

fn written_items(
    view: &mut View<'_>,
    plan: &str,
    since: i64,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Change>> {
    let mut query = items::table
        .filter(items::jurisdiction.eq(view.jurisdiction).and(items::plan.eq(plan)))
        .filter(items::since.ge(from(since, after)).and(items::since.le(view.revision)))
        .filter(items::until.gt(view.revision))
        .order((items::since, items::item))
        .limit(limit)
        .select((items::since, items::item))
        .into_boxed::<Db>();
    if let Some((revision, id)) = item_after(after) {
        query = query.filter(items::since.gt(revision).or(items::item.gt(id)));
    }
    let rows: Vec<(i64, String)> = query.load(view.conn)?;
    Ok(rows.into_iter().map(|(revision, item)| (revision, Touched::Item(item), false)).collect())
}

/// Items that were there at the earlier revision and have ended since, for good.
fn ended_items(view: &mut View<'_>, plan: &str, since: i64, after: Option<&Place>, limit: i64) -> Result<Vec<Change>> {
    const LATER: &str = "NOT EXISTS (SELECT 1 FROM plan_item_versions later
        WHERE later.jurisdiction = plan_item_versions.jurisdiction AND later.plan = plan_item_versions.plan
          AND later.item = plan_item_versions.item AND later.since >= plan_item_versions.until AND later.since <= ";
    const EARLIER: &str = "EXISTS (SELECT 1 FROM plan_item_versions earlier
        WHERE earlier.jurisdiction = plan_item_versions.jurisdiction AND earlier.plan = plan_item_versions.plan
          AND earlier.item = plan_item_versions.item AND earlier.since <= ";
    let mut query = items::table
        .filter(items::jurisdiction.eq(view.jurisdiction).and(items::plan.eq(plan)))
        .filter(items::until.ge(from(since, after)).and(items::until.le(view.revision)))
        .filter(sql::<Bool>(LATER).bind::<BigInt, _>(view.revision).sql(")"))
        .filter(
            sql::<Bool>(EARLIER)
                .bind::<BigInt, _>(since)
                .sql(" AND earlier.until > ")
                .bind::<BigInt, _>(since)
                .sql(")"),
        )
        .order((items::until, items::item))
        .limit(limit)
        .select((items::until, items::item))
        .into_boxed::<Db>();
    if let Some((revision, id)) = item_after(after) {
        query = query.filter(items::until.gt(revision).or(items::item.gt(id)));
    }
    let rows: Vec<(i64, String)> = query.load(view.conn)?;
    Ok(rows.into_iter().map(|(revision, item)| (revision, Touched::Item(item), true)).collect())
}

fn written_actuals(
    view: &mut View<'_>,
    plan: &str,
    since: i64,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Change>> {
    let mut query = actuals::table
        .filter(actuals::jurisdiction.eq(view.jurisdiction).and(actuals::plan.eq(plan)))
        .filter(actuals::since.ge(from(since, after)).and(actuals::since.le(view.revision)))
        .filter(actuals::until.gt(view.revision))
        .order((actuals::since, actuals::indicator, actuals::year, actuals::quarter))
        .limit(limit)
        .select((actuals::since, actuals::indicator, actuals::year, actuals::quarter))
        .into_boxed::<Db>();
    match after {
        Some((revision, Touched::Actual(indicator, year, quarter))) => {
            let in_year = actuals::year.eq(*year).and(actuals::quarter.gt(*quarter));
            let in_indicator = actuals::indicator.eq(indicator).and(actuals::year.gt(*year).or(in_year));
            let in_revision = actuals::indicator.gt(indicator).or(in_indicator);
            query = query.filter(actuals::since.gt(*revision).or(in_revision));
        }
        Some((revision, Touched::Progress(_))) => query = query.filter(actuals::since.gt(*revision)),
        Some((_, Touched::Header | Touched::Item(_))) | None => {}
    }
    let rows: Vec<(i64, String, i64, i64)> = query.load(view.conn)?;
    let change = |(revision, indicator, year, quarter)| (revision, Touched::Actual(indicator, year, quarter), false);
    Ok(rows.into_iter().map(change).collect())
}

fn written_progress(
    view: &mut View<'_>,
    plan: &str,
    since: i64,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Change>> {
    let mut query = progress::table
        .filter(progress::jurisdiction.eq(view.jurisdiction).and(progress::plan.eq(plan)))
        .filter(progress::since.ge(from(since, after)).and(progress::since.le(view.revision)))
        .filter(progress::until.gt(view.revision))
        .order((progress::since, progress::task))
        .limit(limit)
        .select((progress::since, progress::task))
        .into_boxed::<Db>();
    if let Some((revision, Touched::Progress(task))) = after {
        query = query.filter(progress::since.gt(*revision).or(progress::task.gt(task)));
    }
    let rows: Vec<(i64, String)> = query.load(view.conn)?;
    Ok(rows.into_iter().map(|(revision, task)| (revision, Touched::Progress(task), false)).collect())
}
