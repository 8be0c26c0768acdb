//! The tables of principals, of their names, and of who they are for others.

use diesel::prelude::*;

use crate::commit::{Tx, View};
use crate::db::schema::{principal_mappings as mappings, principal_names as names};
use crate::db::schema::{principal_versions as versions, principals as facts};
use crate::db::{CURRENT, Conn, audit, record};
use crate::error::{Error, Result};
use crate::id::{PrincipalName, SYSTEM};
use crate::identity::model::{Mapping, Principal, State, commitment};
use crate::word::{Word, stored};

record! {
    /// What never changes about a principal.
    fact FactRow in principals, key(principal), {
        principal: String,
        at: i64,
        kind: String,
    }
}

record! {
    /// What may change about it.
    version VersionRow in principal_versions, key(principal), {
        principal: String,
        at: i64,
        state: String,
        administrator: i64,
        name_commitment: Vec<u8>,
    }
}

record! {
    /// Its name, which can be erased.
    plain NameRow in principal_names, {
        jurisdiction: String,
        principal: String,
        display_name: String,
        salt: Vec<u8>,
    }
}

record! {
    /// Who it is for others.
    version MappingRow in principal_mappings, key(kind, issuer, subject), {
        kind: String,
        issuer: String,
        subject: String,
        principal: String,
    }
}

/// Whether an id is taken, now or in the past.
pub fn principal_is_taken(view: &mut View<'_>, id: &str) -> Result<bool> {
    Ok(facts::table.find((SYSTEM, id)).select(facts::since).first::<i64>(view.conn).optional()?.is_some())
}

/// Whether there has ever been a principal.
pub fn any_principal(conn: &mut Conn) -> Result<bool> {
    let found = facts::table.filter(facts::jurisdiction.eq(SYSTEM)).select(facts::since).first::<i64>(conn);
    Ok(found.optional()?.is_some())
}

/// Writes a new principal, with the salt of its name.
pub fn insert_principal(tx: &mut Tx<'_>, new: &Principal, salt: &[u8]) -> Result<()> {
    let stamp = tx.stamp();
    let fact = FactRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        principal: new.id.clone(),
        at: tx.at(),
        kind: new.kind.as_str().to_owned(),
    };
    tx.open(&[fact])?;
    let version = version_row(tx, new);
    tx.open(&[version])?;
    let name = NameRow {
        jurisdiction: SYSTEM.to_owned(),
        principal: new.id.clone(),
        display_name: new.display_name.clone(),
        salt: salt.to_vec(),
    };
    Ok(tx.view().conn.insert(&[name])?)
}

/// Replaces what may change, but for the name itself.
pub fn save_principal(tx: &mut Tx<'_>, new: &Principal) -> Result<()> {
    let old = versions::table
        .filter(versions::jurisdiction.eq(SYSTEM).and(versions::principal.eq(&new.id)))
        .filter(versions::until.eq(CURRENT))
        .first::<VersionRow>(tx.view().conn)?;
    let row = version_row(tx, new);
    tx.replace(&old, row)
}

/// Forgets the old name and keeps a new one, also where the old one was erased.
pub fn save_name(tx: &mut Tx<'_>, id: &str, display_name: &str, salt: &[u8]) -> Result<()> {
    let conn = tx.view().conn;
    let changed = diesel::update(names::table.find((SYSTEM, id)))
        .set((names::display_name.eq(display_name), names::salt.eq(salt)))
        .execute(conn)?;
    if changed == 0 {
        let name = NameRow {
            jurisdiction: SYSTEM.to_owned(),
            principal: id.to_owned(),
            display_name: display_name.to_owned(),
            salt: salt.to_vec(),
        };
        conn.insert(&[name])?;
    }
    Ok(())
}

fn version_row(tx: &Tx<'_>, new: &Principal) -> VersionRow {
    let stamp = tx.stamp();
    VersionRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        principal: new.id.clone(),
        at: tx.at(),
        state: new.state.as_str().to_owned(),
        administrator: i64::from(new.administrator),
        name_commitment: new.name_commitment.to_vec(),
    }
}

/// A principal as it stands at the revision of the view; its name is always the present one.
pub fn get_principal(view: &mut View<'_>, id: &str) -> Result<Principal> {
    list(view, Some(id), "", 1)?.pop().ok_or_else(|| not_found(id))
}

/// That a principal is not there, or that the caller may not know of it.
pub fn not_found(id: &str) -> Error {
    Error::NotFound { kind: "Principal", name: PrincipalName { principal: id.to_owned() }.to_string() }
}

/// One page of principals by id, of which `limit` are read.
pub fn list_principals(view: &mut View<'_>, after: &str, limit: i64) -> Result<Vec<Principal>> {
    list(view, None, after, limit)
}

fn list(view: &mut View<'_>, id: Option<&str>, after: &str, limit: i64) -> Result<Vec<Principal>> {
    let mut query = versions::table
        .inner_join(
            facts::table
                .on(facts::jurisdiction.eq(versions::jurisdiction).and(facts::principal.eq(versions::principal))),
        )
        .filter(versions::jurisdiction.eq(SYSTEM))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .filter(versions::principal.gt(after))
        .order(versions::principal)
        .limit(limit)
        .select((facts::all_columns, versions::all_columns))
        .into_boxed();
    if let Some(id) = id {
        query = query.filter(versions::principal.eq(id));
    }
    let rows = query.load::<(FactRow, VersionRow)>(view.conn)?;
    let ids: Vec<&str> = rows.iter().map(|(fact, _)| fact.principal.as_str()).collect();
    let called = names::table
        .filter(names::jurisdiction.eq(SYSTEM).and(names::principal.eq_any(&ids)))
        .load::<NameRow>(view.conn)?;
    let mapped = mappings::table
        .filter(mappings::jurisdiction.eq(SYSTEM).and(mappings::principal.eq_any(&ids)))
        .filter(mappings::since.le(view.revision).and(mappings::until.gt(view.revision)))
        .order((mappings::kind, mappings::issuer, mappings::subject))
        .load::<MappingRow>(view.conn)?;
    rows.into_iter().map(|(fact, row)| assemble(fact, row, &called, &mapped)).collect()
}

fn assemble(fact: FactRow, row: VersionRow, called: &[NameRow], mapped: &[MappingRow]) -> Result<Principal> {
    let name = called.iter().find(|name| name.principal == fact.principal);
    let own = mapped.iter().filter(|mapping| mapping.principal == fact.principal);
    Ok(Principal {
        kind: stored(&fact.kind)?,
        display_name: name.map(|name| name.display_name.clone()).unwrap_or_default(),
        name_commitment: row.name_commitment.try_into().map_err(|_| Error::bug("a commitment has no 32 bytes"))?,
        administrator: row.administrator == 1,
        state: stored(&row.state)?,
        mappings: own.map(mapping).collect::<Result<_>>()?,
        revision: row.since,
        created_at: fact.at,
        updated_at: row.at,
        id: fact.principal,
    })
}

fn mapping(row: &MappingRow) -> Result<Mapping> {
    Ok(Mapping { kind: stored(&row.kind)?, issuer: row.issuer.clone(), subject: row.subject.clone() })
}

/// Whether a principal is an active administrator at the head.
pub fn is_administrator(conn: &mut Conn, id: &str) -> Result<bool> {
    let found = versions::table
        .filter(versions::jurisdiction.eq(SYSTEM).and(versions::principal.eq(id)))
        .filter(versions::until.eq(CURRENT))
        .filter(versions::administrator.eq(1).and(versions::state.eq(State::Active.as_str())))
        .select(versions::since)
        .first::<i64>(conn)
        .optional()?;
    Ok(found.is_some())
}

/// How many active administrators there are beside one principal.
pub fn other_administrators(view: &mut View<'_>, id: &str) -> Result<i64> {
    let count = versions::table
        .filter(versions::jurisdiction.eq(SYSTEM).and(versions::principal.ne(id)))
        .filter(versions::until.eq(CURRENT))
        .filter(versions::administrator.eq(1).and(versions::state.eq(State::Active.as_str())))
        .count()
        .get_result(view.conn)?;
    Ok(count)
}

/// Whether a principal is active at the head.
pub fn is_active(conn: &mut Conn, id: &str) -> Result<bool> {
    let found = versions::table
        .filter(versions::jurisdiction.eq(SYSTEM).and(versions::principal.eq(id)))
        .filter(versions::until.eq(CURRENT))
        .select(versions::state)
        .first::<String>(conn)
        .optional()?;
    Ok(found.as_deref() == Some(State::Active.as_str()))
}

/// The principal that something is mapped to at the head.
pub fn find_mapped(conn: &mut Conn, mapping: &Mapping) -> Result<Option<String>> {
    Ok(current_mapping(conn, mapping)?.map(|row| row.principal))
}

fn current_mapping(conn: &mut Conn, mapping: &Mapping) -> Result<Option<MappingRow>> {
    let row = mappings::table
        .filter(mappings::jurisdiction.eq(SYSTEM).and(mappings::kind.eq(mapping.kind.as_str())))
        .filter(mappings::issuer.eq(&mapping.issuer).and(mappings::subject.eq(&mapping.subject)))
        .filter(mappings::until.eq(CURRENT))
        .first::<MappingRow>(conn)
        .optional()?;
    Ok(row)
}

/// Maps something to a principal.
pub fn insert_mapping(tx: &mut Tx<'_>, principal: &str, mapping: &Mapping) -> Result<()> {
    let stamp = tx.stamp();
    let row = MappingRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        kind: mapping.kind.as_str().to_owned(),
        issuer: mapping.issuer.clone(),
        subject: mapping.subject.clone(),
        principal: principal.to_owned(),
    };
    tx.open(&[row])
}

/// Ends a mapping.
pub fn close_mapping(tx: &mut Tx<'_>, mapping: &Mapping) -> Result<()> {
    match current_mapping(tx.view().conn, mapping)? {
        Some(row) => tx.close(&[row]),
        None => Err(Error::bug("a mapping that was read is gone")),
    }
}

/// What is wrong with the names beside the journal: each must be the one that its commitment stands for.
pub fn check_names(conn: &mut Conn) -> Result<Vec<String>> {
    let rows = versions::table
        .inner_join(
            names::table
                .on(names::jurisdiction.eq(versions::jurisdiction).and(names::principal.eq(versions::principal))),
        )
        .filter(versions::jurisdiction.eq(SYSTEM).and(versions::until.eq(CURRENT)))
        .select((versions::all_columns, names::all_columns))
        .load::<(VersionRow, NameRow)>(conn)?;
    let wrong = rows
        .iter()
        .filter(|(row, name)| row.name_commitment.as_slice() != commitment(&name.salt, &name.display_name).as_slice());
    Ok(wrong.map(|(row, _)| format!("principal {}: its name is not the one that was given", row.principal)).collect())
}

pub(super) fn audit_principals(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, facts: FactRow, versions: VersionRow, mappings: MappingRow);
    Ok(())
}
