//! The tables of tokens.

use diesel::prelude::*;

use crate::clock::Micros;
use crate::commit::{Tx, View};
use crate::db::schema::{token_versions as versions, tokens as facts};
use crate::db::{CURRENT, Conn, audit, record};
use crate::error::{Error, Result};
use crate::id::{SYSTEM, TokenName};
use crate::identity::model::Token;

record! {
    /// What never changes about a token.
    fact FactRow in tokens, key(token), {
        token: String,
        principal: String,
        at: i64,
        label: String,
        secret_hash: Vec<u8>,
    }
}

record! {
    /// When it ends, and what is in its place.
    version VersionRow in token_versions, key(token), {
        token: String,
        at: i64,
        expires_at: i64,
        revoked_at: Option<i64>,
        successor: Option<String>,
    }
}

/// Writes a new token, with the hash of its secret.
pub fn insert_token(tx: &mut Tx<'_>, new: &Token, secret_hash: [u8; 32]) -> Result<()> {
    let stamp = tx.stamp();
    let fact = FactRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        token: new.id.clone(),
        principal: new.principal.clone(),
        at: tx.at(),
        label: new.label.clone(),
        secret_hash: secret_hash.to_vec(),
    };
    tx.open(&[fact])?;
    let version = version_row(tx, new);
    tx.open(&[version])
}

/// Replaces what may change.
pub fn save_token(tx: &mut Tx<'_>, new: &Token) -> Result<()> {
    let old = versions::table
        .filter(versions::jurisdiction.eq(SYSTEM).and(versions::token.eq(&new.id)))
        .filter(versions::until.eq(CURRENT))
        .first::<VersionRow>(tx.view().conn)?;
    let row = version_row(tx, new);
    tx.replace(&old, row)
}

fn version_row(tx: &Tx<'_>, new: &Token) -> VersionRow {
    let stamp = tx.stamp();
    VersionRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        token: new.id.clone(),
        at: tx.at(),
        expires_at: new.expires_at,
        revoked_at: new.revoked_at,
        successor: new.successor.clone(),
    }
}

/// A token of a principal as it stands at the revision of the view.
pub fn get_token(view: &mut View<'_>, name: &TokenName) -> Result<Token> {
    let (principal, token) = (&name.principal, &name.token);
    let row = facts::table
        .inner_join(
            versions::table.on(versions::jurisdiction.eq(facts::jurisdiction).and(versions::token.eq(facts::token))),
        )
        .filter(facts::jurisdiction.eq(SYSTEM).and(facts::token.eq(token)).and(facts::principal.eq(principal)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .select((facts::all_columns, versions::all_columns))
        .first::<(FactRow, VersionRow)>(view.conn)
        .optional()?;
    let (fact, row) = row.ok_or_else(|| Error::NotFound { kind: "Token", name: name.to_string() })?;
    Ok(assemble(fact, row))
}

/// One page of the tokens of a principal by id, of which `limit` are read.
pub fn list_tokens(view: &mut View<'_>, principal: &str, after: &str, limit: i64) -> Result<Vec<Token>> {
    let rows = facts::table
        .inner_join(
            versions::table.on(versions::jurisdiction.eq(facts::jurisdiction).and(versions::token.eq(facts::token))),
        )
        .filter(facts::jurisdiction.eq(SYSTEM).and(facts::principal.eq(principal)).and(facts::token.gt(after)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .order(facts::token)
        .limit(limit)
        .select((facts::all_columns, versions::all_columns))
        .load::<(FactRow, VersionRow)>(view.conn)?;
    Ok(rows.into_iter().map(|(fact, row)| assemble(fact, row)).collect())
}

/// How many tokens of a principal are good.
pub fn count_good_tokens(view: &mut View<'_>, principal: &str, now: Micros) -> Result<i64> {
    let count = facts::table
        .inner_join(
            versions::table.on(versions::jurisdiction.eq(facts::jurisdiction).and(versions::token.eq(facts::token))),
        )
        .filter(facts::jurisdiction.eq(SYSTEM).and(facts::principal.eq(principal)))
        .filter(versions::until.eq(CURRENT))
        .filter(versions::expires_at.gt(now).and(versions::revoked_at.is_null()))
        .count()
        .get_result(view.conn)?;
    Ok(count)
}

/// A token at the head with the hash of its secret, whosever it is.
pub fn find_secret(conn: &mut Conn, token: &str) -> Result<Option<(Token, Vec<u8>)>> {
    let row = facts::table
        .inner_join(
            versions::table.on(versions::jurisdiction.eq(facts::jurisdiction).and(versions::token.eq(facts::token))),
        )
        .filter(facts::jurisdiction.eq(SYSTEM).and(facts::token.eq(token)))
        .filter(versions::until.eq(CURRENT))
        .select((facts::all_columns, versions::all_columns))
        .first::<(FactRow, VersionRow)>(conn)
        .optional()?;
    Ok(row.map(|(fact, row)| {
        let hash = fact.secret_hash.clone();
        (assemble(fact, row), hash)
    }))
}

fn assemble(fact: FactRow, row: VersionRow) -> Token {
    Token {
        id: fact.token,
        principal: fact.principal,
        label: fact.label,
        expires_at: row.expires_at,
        revoked_at: row.revoked_at,
        successor: row.successor,
        revision: row.since,
        created_at: fact.at,
        updated_at: row.at,
    }
}

pub(super) fn audit_tokens(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, facts: FactRow, versions: VersionRow);
    Ok(())
}
