//! The tables of grants and delegations, and what authority reads of the units.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Delegation, Grant};
use crate::commit::{Tx, View};
use crate::db::schema::{
    delegation_versions, delegations, role_grant_versions as versions, role_grants as facts, unit_functions,
    unit_versions,
};
use crate::db::{CURRENT, Conn, Db, audit, record};
use crate::document::tree::{Node, Tree};
use crate::error::Result;
use crate::fsck::Rows;
use crate::organisation::model::{Function, UnitLevel};
use crate::word::{Word, stored};

record! {
    /// That a grant exists.
    fact FactRow in role_grants, key(role_grant), {
        role_grant: String,
        at: i64,
    }
}

record! {
    /// A grant.
    version GrantRow in role_grant_versions, key(role_grant), {
        role_grant: String,
        at: i64,
        created_at: i64,
        principal: String,
        role: String,
        unit: Option<String>,
        starts_on: String,
        ends_on: Option<String>,
        state: String,
        granted_by: String,
        confirmed_by: Option<String>,
    }
}

record! {
    /// That a delegation exists.
    fact DelegationFactRow in delegations, key(delegation), {
        delegation: String,
        at: i64,
    }
}

record! {
    /// A delegation.
    version DelegationRow in delegation_versions, key(delegation), {
        delegation: String,
        at: i64,
        created_at: i64,
        lender: String,
        deputy: String,
        role: Option<String>,
        unit: Option<String>,
        starts_on: String,
        ends_on: String,
        state: String,
    }
}

/// What a list of grants is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct GrantFilter {
    /// To this principal.
    pub principal: Option<String>,
    /// On exactly this unit.
    pub unit: Option<String>,
    /// Those that are revoked as well.
    pub with_revoked: bool,
    /// To this principal or on one of these units; none means all.
    pub visible: Option<(String, Vec<String>)>,
}

/// Whether the id of a grant is taken, now or in the past.
pub fn grant_is_taken(view: &mut View<'_>, id: &str) -> Result<bool> {
    let found = facts::table.find((view.jurisdiction, id)).select(facts::since).first::<i64>(view.conn);
    Ok(found.optional()?.is_some())
}

/// Whether the id of a delegation is taken, now or in the past.
pub fn delegation_is_taken(view: &mut View<'_>, id: &str) -> Result<bool> {
    let found = delegations::table.find((view.jurisdiction, id)).select(delegations::since).first::<i64>(view.conn);
    Ok(found.optional()?.is_some())
}

/// A grant as it stands at the revision of the view.
pub fn find_grant(view: &mut View<'_>, id: &str) -> Result<Option<Grant>> {
    let row = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::role_grant.eq(id)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .first::<GrantRow>(view.conn)
        .optional()?;
    row.map(grant_of).transpose()
}

/// One page of grants by id, of which `limit` are read.
pub fn list_grants(view: &mut View<'_>, filter: &GrantFilter, after: &str, limit: i64) -> Result<Vec<Grant>> {
    let mut query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .filter(versions::role_grant.gt(after))
        .order(versions::role_grant)
        .limit(limit)
        .into_boxed::<Db>();
    if let Some(principal) = &filter.principal {
        query = query.filter(versions::principal.eq(principal));
    }
    if let Some(unit) = &filter.unit {
        query = query.filter(versions::unit.eq(unit));
    }
    if !filter.with_revoked {
        query = query.filter(versions::state.ne("REVOKED"));
    }
    if let Some((principal, units)) = &filter.visible {
        // A grant on the whole jurisdiction has no unit, and is then not one of them.
        query = query.filter(
            versions::principal
                .eq(principal)
                .or(versions::unit.is_not_null().and(versions::unit.eq_any(units).assume_not_null())),
        );
    }
    query.load::<GrantRow>(view.conn)?.into_iter().map(grant_of).collect()
}

/// Every grant of a jurisdiction that is not revoked, at a revision.
pub fn all_grants(conn: &mut Conn, jurisdiction: &str, revision: i64) -> Result<Vec<Grant>> {
    let rows = versions::table
        .filter(versions::jurisdiction.eq(jurisdiction).and(versions::state.ne("REVOKED")))
        .filter(versions::since.le(revision).and(versions::until.gt(revision)))
        .order(versions::role_grant)
        .load::<GrantRow>(conn)?;
    rows.into_iter().map(grant_of).collect()
}

/// Writes a new grant.
pub fn insert_grant(tx: &mut Tx<'_>, new: &Grant) -> Result<()> {
    let stamp = tx.stamp();
    let fact =
        FactRow { jurisdiction: stamp.jurisdiction, since: stamp.since, role_grant: new.id.clone(), at: tx.at() };
    tx.open(&[fact])?;
    let row = grant_row(tx, new, tx.at());
    tx.open(&[row])
}

/// Replaces a grant.
pub fn save_grant(tx: &mut Tx<'_>, new: &Grant) -> Result<()> {
    let view = tx.view();
    let old = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::role_grant.eq(&new.id)))
        .filter(versions::until.eq(CURRENT))
        .first::<GrantRow>(view.conn)?;
    let row = grant_row(tx, new, new.created_at);
    tx.replace(&old, row)
}

fn grant_row(tx: &Tx<'_>, new: &Grant, created_at: i64) -> GrantRow {
    let stamp = tx.stamp();
    GrantRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        role_grant: new.id.clone(),
        at: tx.at(),
        created_at,
        principal: new.principal.clone(),
        role: new.role.as_str().to_owned(),
        unit: new.unit.clone(),
        starts_on: new.starts_on.clone(),
        ends_on: new.ends_on.clone(),
        state: new.state.as_str().to_owned(),
        granted_by: new.granted_by.clone(),
        confirmed_by: new.confirmed_by.clone(),
    }
}

fn grant_of(row: GrantRow) -> Result<Grant> {
    Ok(Grant {
        jurisdiction: row.jurisdiction,
        id: row.role_grant,
        principal: row.principal,
        role: stored(&row.role)?,
        unit: row.unit,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        state: stored(&row.state)?,
        granted_by: row.granted_by,
        confirmed_by: row.confirmed_by,
        revision: row.since,
        created_at: row.created_at,
        updated_at: row.at,
    })
}

/// A delegation as it stands at the revision of the view.
pub fn find_delegation(view: &mut View<'_>, id: &str) -> Result<Option<Delegation>> {
    use delegation_versions as versions;
    let row = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::delegation.eq(id)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .first::<DelegationRow>(view.conn)
        .optional()?;
    row.map(delegation_of).transpose()
}

/// One page of delegations by id, of which `limit` are read: all, or those that one principal makes or uses.
pub fn list_delegations(view: &mut View<'_>, of: Option<&str>, after: &str, limit: i64) -> Result<Vec<Delegation>> {
    use delegation_versions as versions;
    let mut query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .filter(versions::delegation.gt(after))
        .order(versions::delegation)
        .limit(limit)
        .into_boxed::<Db>();
    if let Some(principal) = of {
        query = query.filter(versions::lender.eq(principal).or(versions::deputy.eq(principal)));
    }
    query.load::<DelegationRow>(view.conn)?.into_iter().map(delegation_of).collect()
}

/// Every delegation of a jurisdiction that is not revoked, at a revision.
pub fn all_delegations(conn: &mut Conn, jurisdiction: &str, revision: i64) -> Result<Vec<Delegation>> {
    use delegation_versions as versions;
    let rows = versions::table
        .filter(versions::jurisdiction.eq(jurisdiction).and(versions::state.ne("REVOKED")))
        .filter(versions::since.le(revision).and(versions::until.gt(revision)))
        .order(versions::delegation)
        .load::<DelegationRow>(conn)?;
    rows.into_iter().map(delegation_of).collect()
}

/// Writes a new delegation.
pub fn insert_delegation(tx: &mut Tx<'_>, new: &Delegation) -> Result<()> {
    let stamp = tx.stamp();
    let (jurisdiction, since) = (stamp.jurisdiction, stamp.since);
    let fact = DelegationFactRow { jurisdiction, since, delegation: new.id.clone(), at: tx.at() };
    tx.open(&[fact])?;
    let row = delegation_row(tx, new, tx.at());
    tx.open(&[row])
}

/// Replaces a delegation.
pub fn save_delegation(tx: &mut Tx<'_>, new: &Delegation) -> Result<()> {
    use delegation_versions as versions;
    let view = tx.view();
    let old = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::delegation.eq(&new.id)))
        .filter(versions::until.eq(CURRENT))
        .first::<DelegationRow>(view.conn)?;
    let row = delegation_row(tx, new, new.created_at);
    tx.replace(&old, row)
}

fn delegation_row(tx: &Tx<'_>, new: &Delegation, created_at: i64) -> DelegationRow {
    let stamp = tx.stamp();
    DelegationRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        delegation: new.id.clone(),
        at: tx.at(),
        created_at,
        lender: new.lender.clone(),
        deputy: new.deputy.clone(),
        role: new.role.map(|role| role.as_str().to_owned()),
        unit: new.unit.clone(),
        starts_on: new.starts_on.clone(),
        ends_on: new.ends_on.clone(),
        state: new.state.as_str().to_owned(),
    }
}

fn delegation_of(row: DelegationRow) -> Result<Delegation> {
    Ok(Delegation {
        jurisdiction: row.jurisdiction,
        id: row.delegation,
        lender: row.lender,
        deputy: row.deputy,
        role: row.role.as_deref().map(stored).transpose()?,
        unit: row.unit,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        state: stored(&row.state)?,
        revision: row.since,
        created_at: row.created_at,
        updated_at: row.at,
    })
}

/// The units of a jurisdiction at a revision, with the functions that they hold on a day.
pub fn tree(conn: &mut Conn, jurisdiction: &str, revision: i64, day: &str) -> Result<Tree> {
    let rows = unit_versions::table
        .filter(unit_versions::jurisdiction.eq(jurisdiction))
        .filter(unit_versions::since.le(revision).and(unit_versions::until.gt(revision)))
        .select((unit_versions::unit, unit_versions::parent, unit_versions::unit_level))
        .load::<(String, Option<String>, String)>(conn)?;
    let level_one = UnitLevel::LevelI.as_str();
    let node = |(unit, parent, level): (String, Option<String>, String)| {
        (unit, Node { parent, is_level_one: level == level_one, ..Node::default() })
    };
    let mut nodes: HashMap<String, Node> = rows.into_iter().map(node).collect();
    let held = unit_functions::table
        .filter(unit_functions::jurisdiction.eq(jurisdiction))
        .filter(unit_functions::since.le(revision).and(unit_functions::until.gt(revision)))
        .filter(unit_functions::starts_on.le(day))
        .filter(unit_functions::ends_on.is_null().or(unit_functions::ends_on.gt(day)))
        .select((unit_functions::unit, unit_functions::function))
        .load::<(String, String)>(conn)?;
    for (unit, function) in held {
        if let Some(node) = nodes.get_mut(&unit) {
            node.holds_finance |= function == Function::Finance.as_str();
            node.holds_planning |= function == Function::Planning.as_str();
            node.holds_council |= function == Function::Council.as_str();
        }
    }
    Ok(Tree::new(nodes))
}

/// Hands every row of a jurisdiction's journal to the audit.
pub fn audit(conn: &mut Conn, jurisdiction: &str, rows: &mut Rows) -> Result<()> {
    use delegation_versions as lent;
    audit!(conn, jurisdiction, rows, facts: FactRow, versions: GrantRow, delegations: DelegationFactRow, lent: DelegationRow);
    Ok(())
}
