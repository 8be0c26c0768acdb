//! Which projects of a jurisdiction changed since a revision: found by when their headers began or ended, which move with everything.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use crate::commit::View;
use crate::db::Db;
use crate::db::schema::project_versions as versions;
use crate::error::Result;

/// A change: the revision that made it last, the id of the project, and whether it ended it.
pub type Changed = (i64, String, bool);

/// Which projects are asked about: those of some units, that the caller may know of.
#[derive(Debug, Clone, Default)]
pub struct Among {
    /// Kept by one of these units; none is any.
    pub units: Option<Vec<String>>,
    /// Kept by one of these, which the caller may know of; none is any.
    pub visible: Option<Vec<String>>,
}

/// The projects that changed after a revision, up to that of the view, in the order in which they changed last; those that came and went in
/// between did not. `limit` are read after a revision and id.
pub fn changed_projects(
    view: &mut View<'_>,
    among: &Among,
    since: i64,
    after: Option<&(i64, String)>,
    limit: i64,
) -> Result<Vec<Changed>> {
    let mut found = written(view, among, since, after, limit)?;
    found.extend(ended(view, among, since, after, limit)?);
    found.sort();
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found)
}

/// The revision from which on something may follow a place.
fn from(since: i64, after: Option<&(i64, String)>) -> i64 {
    after.map_or(since + 1, |(revision, _)| (since + 1).max(*revision))
}

fn written(
    view: &mut View<'_>,
    among: &Among,
    since: i64,
    after: Option<&(i64, String)>,
    limit: i64,
) -> Result<Vec<Changed>> {
    let mut query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::since.ge(from(since, after)).and(versions::since.le(view.revision)))
        .filter(versions::until.gt(view.revision))
        .order((versions::since, versions::project))
        .limit(limit)
        .select((versions::since, versions::project))
        .into_boxed::<Db>();
    for units in [&among.units, &among.visible].into_iter().flatten() {
        query = query.filter(versions::unit.eq_any(units));
    }
    if let Some((revision, project)) = after {
        query = query.filter(versions::since.gt(*revision).or(versions::project.gt(project)));
    }
    let rows: Vec<(i64, String)> = query.load(view.conn)?;
    Ok(rows.into_iter().map(|(revision, project)| (revision, project, false)).collect())
}

/// Projects that were there at the earlier revision and have ended since. An id is never used again.
fn ended(
    view: &mut View<'_>,
    among: &Among,
    since: i64,
    after: Option<&(i64, String)>,
    limit: i64,
) -> Result<Vec<Changed>> {
    const LATER: &str = "NOT EXISTS (SELECT 1 FROM project_versions later
        WHERE later.jurisdiction = project_versions.jurisdiction AND later.project = project_versions.project
          AND later.since >= project_versions.until AND later.since <= ";
    const EARLIER: &str = "EXISTS (SELECT 1 FROM projects WHERE projects.jurisdiction = project_versions.jurisdiction
          AND projects.project = project_versions.project AND projects.since <= ";
    let mut query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::until.ge(from(since, after)).and(versions::until.le(view.revision)))
        .filter(sql::<Bool>(LATER).bind::<BigInt, _>(view.revision).sql(")"))
        .filter(sql::<Bool>(EARLIER).bind::<BigInt, _>(since).sql(")"))
        .order((versions::until, versions::project))
        .limit(limit)
        .select((versions::until, versions::project))
        .into_boxed::<Db>();
    for units in [&among.units, &among.visible].into_iter().flatten() {
        query = query.filter(versions::unit.eq_any(units));
    }
    if let Some((revision, project)) = after {
        query = query.filter(versions::until.gt(*revision).or(versions::project.gt(project)));
    }
    let rows: Vec<(i64, String)> = query.load(view.conn)?;
    Ok(rows.into_iter().map(|(revision, project)| (revision, project, true)).collect())
}
