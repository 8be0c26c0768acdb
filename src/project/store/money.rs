//! The table of money: what is planned and assigned by year and class, and the sources of the whole.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::classification::model::FinancingClass;
use crate::commit::{Tx, View};
use crate::db::schema::project_money as money;
use crate::db::{Conn, Forever, audit, direct, record};
use crate::error::Result;
use crate::project::model::{Project, YearMoney};
use crate::word::{Word, stored as word};

record! {
    /// Money of a class in a year; the year 0 is the whole project.
    version MoneyRow in project_money, key(project, year, financing_class), {
        project: String,
        year: i64,
        financing_class: String,
        planned: i64,
        assigned: Option<i64>,
    }
}

/// Gives projects their money.
pub fn money_of(view: &mut View<'_>, ids: &[String], projects: &mut BTreeMap<String, Project>) -> Result<()> {
    let query = money::table
        .filter(money::jurisdiction.eq(view.jurisdiction).and(money::project.eq_any(ids)))
        .filter(money::since.le(view.revision).and(money::until.gt(view.revision)));
    for row in direct!(view.conn, |conn| query.load::<MoneyRow>(conn))? {
        let class: FinancingClass = word(&row.financing_class)?;
        let Some(project) = projects.get_mut(&row.project) else { continue };
        if row.year == 0 {
            project.sources.insert(class, row.planned);
        } else {
            project.funding.insert((row.year, class), YearMoney { planned: row.planned, assigned: row.assigned });
        }
    }
    Ok(())
}

type Rows = BTreeMap<(i64, FinancingClass), YearMoney>;

fn rows(project: &Project) -> Rows {
    let whole =
        project.sources.iter().map(|(class, amount)| ((0, *class), YearMoney { planned: *amount, assigned: None }));
    whole.chain(project.funding.iter().map(|(key, money)| (*key, *money))).collect()
}

fn row(tx: &Tx<'_>, project: &str, ((year, class), money): (&(i64, FinancingClass), &YearMoney)) -> MoneyRow {
    let stamp = tx.stamp();
    MoneyRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        project: project.to_owned(),
        year: *year,
        financing_class: class.as_str().to_owned(),
        planned: money.planned,
        assigned: money.assigned,
    }
}

/// Writes the money of new projects.
pub fn insert_money(tx: &mut Tx<'_>, new: &[&Project]) -> Result<()> {
    let of = |project: &&Project| rows(project).iter().map(|money| row(tx, &project.id, money)).collect::<Vec<_>>();
    let all: Vec<MoneyRow> = new.iter().flat_map(of).collect();
    tx.open(all)
}

/// Ends the rows that changed since a project was read, and writes what they are now.
pub fn save_money(tx: &mut Tx<'_>, old: &Project, new: &Project) -> Result<()> {
    let (before, after) = (rows(old), rows(new));
    let ended = |(key, _): &(&(i64, FinancingClass), &YearMoney)| before.get(*key) != after.get(*key);
    if before.iter().any(|row| ended(&row)) {
        let current = current(tx, &new.id)?;
        let gone: Vec<MoneyRow> = current
            .into_iter()
            .filter(|row| {
                let of = |rows: &Rows| {
                    rows.iter()
                        .find(|((year, class), _)| *year == row.year && class.as_str() == row.financing_class)
                        .map(|(_, money)| *money)
                };
                of(&before) != of(&after)
            })
            .collect();
        tx.close(&gone)?;
    }
    let fresh = after.iter().filter(|(key, money)| before.get(key) != Some(money));
    let fresh: Vec<MoneyRow> = fresh.map(|money| row(tx, &new.id, money)).collect();
    tx.open(fresh)
}

/// Ends all money of a project.
pub fn end_money(tx: &mut Tx<'_>, project: &str) -> Result<()> {
    let current = current(tx, project)?;
    tx.close(&current)
}

fn current(tx: &mut Tx<'_>, project: &str) -> Result<Vec<MoneyRow>> {
    let view = tx.view();
    let query = money::table
        .filter(money::jurisdiction.eq(view.jurisdiction).and(money::project.eq(project)))
        .filter(money::until.eq(Forever));
    Ok(direct!(view.conn, |conn| query.load(conn))?)
}

/// Hands every row of the table of money to the audit.
pub fn audit_money(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, money: MoneyRow);
    Ok(())
}
