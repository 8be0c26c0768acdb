//! The tables of conversions.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::classification::model::{Conversion, Dimension, Target};
use crate::commit::{Tx, View};
use crate::db::schema::{conversion_targets as targets, conversions as versions};
use crate::db::{Conn, Db, audit, record};
use crate::error::Result;
use crate::word::Word;
use crate::word::stored as word;

record! {
    /// That a code has a conversion into another scheme.
    version VersionRow in conversions, key(scheme, target_scheme, dimension, code), {
        scheme: String,
        target_scheme: String,
        dimension: String,
        code: String,
        at: i64,
        citation: String,
    }
}

record! {
    /// One code that it becomes.
    version TargetRow in conversion_targets, key(scheme, target_scheme, dimension, code, target), {
        scheme: String,
        target_scheme: String,
        dimension: String,
        code: String,
        target: String,
        share_bp: i64,
    }
}

/// What a list of conversions is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct ConversionFilter {
    /// Into this scheme only.
    pub target_scheme: Option<String>,
    /// This dimension only.
    pub dimension: Option<Dimension>,
    /// This source code only.
    pub code: Option<String>,
    /// What comes after this target scheme, dimension and code, in the order of the three.
    pub after: Option<(String, String, String)>,
}

/// All conversions from one scheme into another.
pub fn conversions(view: &mut View<'_>, from_scheme: &str, to_scheme: &str) -> Result<Vec<Conversion>> {
    let filter = ConversionFilter { target_scheme: Some(to_scheme.to_owned()), ..ConversionFilter::default() };
    list_conversions(view, from_scheme, &filter, i64::MAX)
}

/// One page of conversions by target scheme, dimension and code, of which `limit` are read.
pub fn list_conversions(
    view: &mut View<'_>,
    scheme: &str,
    filter: &ConversionFilter,
    limit: i64,
) -> Result<Vec<Conversion>> {
    let rows = version_rows(view, scheme, filter, limit)?;
    let mut parts = parts_of(target_rows(view, scheme, &rows)?);
    rows.into_iter()
        .map(|row| {
            let key = (row.target_scheme.clone(), row.dimension.clone(), row.code.clone());
            Ok(Conversion {
                jurisdiction: row.jurisdiction,
                scheme: row.scheme,
                target_scheme: row.target_scheme,
                dimension: word(&row.dimension)?,
                code: row.code,
                targets: parts.remove(&key).unwrap_or_default(),
                citation: row.citation,
                revision: row.since,
            })
        })
        .collect()
}

fn version_rows(view: &mut View<'_>, scheme: &str, filter: &ConversionFilter, limit: i64) -> Result<Vec<VersionRow>> {
    let mut query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::scheme.eq(scheme)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .order((versions::target_scheme, versions::dimension, versions::code))
        .limit(limit)
        .into_boxed::<Db>();
    if let Some(target) = &filter.target_scheme {
        query = query.filter(versions::target_scheme.eq(target));
    }
    if let Some(dimension) = filter.dimension {
        query = query.filter(versions::dimension.eq(dimension.as_str()));
    }
    if let Some(code) = &filter.code {
        query = query.filter(versions::code.eq(code));
    }
    if let Some((target, dimension, code)) = &filter.after {
        let same_dimension = versions::dimension.eq(dimension).and(versions::code.gt(code));
        let same_target = versions::target_scheme.eq(target).and(versions::dimension.gt(dimension).or(same_dimension));
        query = query.filter(versions::target_scheme.gt(target).or(same_target));
    }
    Ok(query.load::<VersionRow>(view.conn)?)
}

/// The targets of conversions that stand next to each other in the order of the list.
fn target_rows(view: &mut View<'_>, scheme: &str, rows: &[VersionRow]) -> Result<Vec<TargetRow>> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
    let mut query = targets::table
        .filter(targets::jurisdiction.eq(view.jurisdiction).and(targets::scheme.eq(scheme)))
        .filter(targets::since.le(view.revision).and(targets::until.gt(view.revision)))
        .filter(targets::target_scheme.ge(&first.target_scheme).and(targets::target_scheme.le(&last.target_scheme)))
        .order((targets::target_scheme, targets::dimension, targets::code, targets::target))
        .into_boxed::<Db>();
    if rows.iter().all(|row| (&row.target_scheme, &row.dimension) == (&first.target_scheme, &first.dimension)) {
        query = query
            .filter(targets::dimension.eq(&first.dimension))
            .filter(targets::code.ge(&first.code).and(targets::code.le(&last.code)));
    }
    Ok(query.load(view.conn)?)
}

/// What sorts a conversion within the scheme of its source code.
pub fn conversion_sort_key(conversion: &Conversion) -> Vec<String> {
    vec![conversion.target_scheme.clone(), conversion.dimension.as_str().to_owned(), conversion.code.clone()]
}

fn parts_of(rows: Vec<TargetRow>) -> BTreeMap<(String, String, String), Vec<Target>> {
    let mut parts: BTreeMap<_, Vec<Target>> = BTreeMap::new();
    for row in rows {
        let target = Target { code: row.target, share_bp: row.share_bp };
        parts.entry((row.target_scheme, row.dimension, row.code)).or_default().push(target);
    }
    parts
}

/// Ends conversions that this command read as current, with their targets.
pub fn close_conversions(tx: &mut Tx<'_>, ended: &[Conversion]) -> Result<()> {
    // Only keys and `since` tell which rows end; they are those of the conversions.
    let (versions, targets) = rows(tx, ended, |conversion| conversion.revision);
    tx.close(&targets)?;
    tx.close(&versions)
}

/// Writes conversions that have no current rows.
pub fn open_conversions(tx: &mut Tx<'_>, new: &[Conversion]) -> Result<()> {
    let revision = tx.revision();
    let (versions, targets) = rows(tx, new, |_| revision);
    tx.open(versions)?;
    tx.open(targets)
}

fn rows(
    tx: &Tx<'_>,
    conversions: &[Conversion],
    since: impl Fn(&Conversion) -> i64,
) -> (Vec<VersionRow>, Vec<TargetRow>) {
    let (stamp, at) = (tx.stamp(), tx.at());
    let versions = conversions.iter().map(|conversion| VersionRow {
        jurisdiction: stamp.jurisdiction.clone(),
        since: since(conversion),
        until: stamp.until,
        scheme: conversion.scheme.clone(),
        target_scheme: conversion.target_scheme.clone(),
        dimension: conversion.dimension.as_str().to_owned(),
        code: conversion.code.clone(),
        at,
        citation: conversion.citation.clone(),
    });
    let targets = conversions.iter().flat_map(|conversion| {
        let (stamp, since) = (&stamp, since(conversion));
        conversion.targets.iter().map(move |target| TargetRow {
            jurisdiction: stamp.jurisdiction.clone(),
            since,
            until: stamp.until,
            scheme: conversion.scheme.clone(),
            target_scheme: conversion.target_scheme.clone(),
            dimension: conversion.dimension.as_str().to_owned(),
            code: conversion.code.clone(),
            target: target.code.clone(),
            share_bp: target.share_bp,
        })
    });
    (versions.collect(), targets.collect())
}

/// Hands every row of a jurisdiction to the audit.
pub fn audit_conversions(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, versions: VersionRow, targets: TargetRow);
    Ok(())
}
