//! Checks what is stored: the chain of every journal, the digest of every revision's rows, and what SQL cannot constrain.

use std::collections::{BTreeMap, BTreeSet};

use crate::commit::{self, Change, RowHasher, journal};
use crate::db::{Conn, Database, Opening, Session};
use crate::error::Result;
use crate::id::SYSTEM;

/// What was looked at and what was wrong.
#[derive(Debug, Default)]
pub struct Report {
    /// Jurisdictions, `system` among them.
    pub jurisdictions: usize,
    /// Revisions whose journal row was checked.
    pub revisions: usize,
    /// Rows that were hashed again.
    pub rows: usize,
    /// Every fault, in words.
    pub faults: Vec<String>,
}

/// The rows of one jurisdiction as they were opened and closed, by revision.
#[derive(Default)]
pub struct Rows(BTreeMap<i64, Vec<Change>>);

impl Rows {
    /// Adds a row that is stored.
    pub fn add<R: crate::db::Versioned>(&mut self, row: &R) {
        let mut hasher = RowHasher::default();
        self.0.entry(row.since()).or_default().push(hasher.opened(row));
        if let Some(until) = row.until().filter(|until| *until != crate::db::CURRENT) {
            self.0.entry(until).or_default().push(hasher.closed(row));
        }
    }

    /// Count and digest of the rows of a revision.
    fn digest(&mut self, revision: i64) -> (i64, [u8; 32]) {
        commit::digest(&mut self.0.remove(&revision).unwrap_or_default())
    }
}

/// Checks a whole database.
pub fn check(database: &Database) -> Result<Report> {
    let mut session = Session::open(database, Opening::Reader)?;
    let mut report = Report::default();
    // Also those whose head is gone: the list of jurisdictions is chained in the journal of `system`.
    let mut jurisdictions = BTreeSet::from([SYSTEM.to_owned()]);
    jurisdictions.extend(journal::jurisdictions(session.survey()?)?);
    jurisdictions.extend(crate::organisation::store::jurisdiction_ids(session.enter(SYSTEM)?)?);
    for jurisdiction in jurisdictions {
        report.jurisdictions += 1;
        check_jurisdiction(session.enter(&jurisdiction)?, &jurisdiction, &mut report)?;
    }
    Ok(report)
}

fn check_jurisdiction(conn: &mut Conn, jurisdiction: &str, report: &mut Report) -> Result<()> {
    let mut rows = Rows::default();
    crate::organisation::store::audit(conn, jurisdiction, &mut rows)?;
    crate::identity::store::audit(conn, jurisdiction, &mut rows)?;
    crate::access::store::audit(conn, jurisdiction, &mut rows)?;
    crate::classification::store::audit(conn, jurisdiction, &mut rows)?;
    crate::budget::store::audit(conn, jurisdiction, &mut rows)?;
    crate::plan::store::audit(conn, jurisdiction, &mut rows)?;
    crate::project::store::audit(conn, jurisdiction, &mut rows)?;
    crate::workforce::store::audit(conn, jurisdiction, &mut rows)?;
    crate::document::store::audit(conn, jurisdiction, &mut rows)?;
    crate::approval::store::audit(conn, jurisdiction, &mut rows)?;
    crate::envelope::audit(conn, jurisdiction, &mut rows)?;
    crate::check::audit(conn, jurisdiction, &mut rows)?;
    report.rows += rows.0.values().map(Vec::len).sum::<usize>();
    let mut faults = Vec::new();
    let mut revisions = 0;
    let chain = journal::verify(conn, jurisdiction, |revision, count, digest| {
        revisions += 1;
        let (found, hash) = rows.digest(revision);
        if found != count || hash.as_slice() != digest {
            faults.push(format!("journal of {jurisdiction}: the rows of revision {revision} are not those that were written ({found} of {count})"));
        }
    })?;
    report.revisions += revisions;
    report.faults.extend(chain);
    report.faults.extend(faults);
    report.faults.extend(crate::organisation::store::check(conn, jurisdiction)?);
    report.faults.extend(crate::workforce::store::check(conn, jurisdiction)?);
    if jurisdiction == SYSTEM {
        report.faults.extend(crate::identity::store::check_names(conn)?);
    }
    report.faults.extend(crate::budget::store::check(conn, jurisdiction)?);
    report.faults.extend(crate::plan::store::check(conn, jurisdiction)?);
    report.faults.extend(crate::project::store::check(conn, jurisdiction)?);
    for revision in rows.0.keys() {
        report
            .faults
            .push(format!("journal of {jurisdiction}: rows of revision {revision}, which the journal does not have"));
    }
    Ok(())
}
