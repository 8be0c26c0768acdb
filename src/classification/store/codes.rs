//! The tables of codes.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use crate::classification::model::{Code, Dimension};
use crate::commit::{Tx, View};
use crate::db::schema::{code_versions as versions, codes as facts};
use crate::db::{CURRENT, Conn, Db, audit, direct, record};
use crate::error::Result;
use crate::word::Word;
use crate::word::stored as word;

/// Codes named in one statement: SQLite binds each by itself.
const NAMED_PER_STATEMENT: usize = 1_000;

record! {
    /// That a code exists.
    fact FactRow in codes, key(scheme, dimension, code), {
        scheme: String,
        dimension: String,
        code: String,
        at: i64,
    }
}

record! {
    /// What it means and where it stands.
    version VersionRow in code_versions, key(scheme, dimension, code), {
        scheme: String,
        dimension: String,
        code: String,
        at: i64,
        parent: Option<String>,
        display_name: String,
        english_name: String,
        postable: i64,
        provenance: String,
        citation: String,
        field: Option<String>,
        financing_class: Option<String>,
        last_fiscal_year: Option<i64>,
        note: String,
        search: String,
    }
}

/// What a list of codes is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct CodeFilter {
    /// This dimension only.
    pub dimension: Option<Dimension>,
    /// Directly below this code only.
    pub parent: Option<String>,
    /// Those that lines may use only.
    pub postable_only: bool,
    /// Patterns of words, all of which must be found: at the beginning of the code or anywhere in a name.
    pub patterns: Vec<String>,
    /// What comes after this code of this dimension, in the order of both.
    pub after: Option<(String, String)>,
}

/// Some codes of a scheme as they stand at the revision of the view; those that do not exist are left out.
pub fn codes_of(
    view: &mut View<'_>,
    scheme: &str,
    wanted: &[(Dimension, String)],
) -> Result<BTreeMap<(Dimension, String), Code>> {
    let wanted: BTreeSet<&(Dimension, String)> = wanted.iter().collect();
    let wanted: Vec<&(Dimension, String)> = wanted.into_iter().collect();
    let mut found = BTreeMap::new();
    for keys in view.conn.by_key(&wanted, NAMED_PER_STATEMENT) {
        let query = facts::table
            .inner_join(versions::table.on(of_fact()))
            .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::scheme.eq(scheme)))
            .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
            .select((facts::all_columns, versions::all_columns));
        let rows: Vec<(FactRow, VersionRow)> = match keys {
            [(dimension, code)] => {
                let query = query.filter(versions::dimension.eq(dimension.as_str()).and(versions::code.eq(code)));
                direct!(view.conn, |conn| query.load(conn))?
            }
            // One statement for all dimensions finds the codes of one in another, too; those are left out below.
            keys => {
                let dimensions: BTreeSet<&str> = keys.iter().map(|(dimension, _)| dimension.as_str()).collect();
                let codes: BTreeSet<&str> = keys.iter().map(|(_, code)| code.as_str()).collect();
                let query = query.filter(versions::dimension.eq_any(dimensions).and(versions::code.eq_any(codes)));
                direct!(view.conn, |conn| query.load(conn))?
            }
        };
        for row in rows {
            let code = assemble(row)?;
            let key = (code.dimension, code.code.clone());
            if wanted.binary_search(&&key).is_ok() {
                found.insert(key, code);
            }
        }
    }
    Ok(found)
}

/// The codes of a scheme as they stand at the revision of the view, at most so many of them.
pub fn codes_up_to(view: &mut View<'_>, scheme: &str, most: usize) -> Result<BTreeMap<(Dimension, String), Code>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let all = list_codes(view, scheme, &CodeFilter::default(), most)?;
    Ok(all.into_iter().map(|code| ((code.dimension, code.code.clone()), code)).collect())
}

/// One code as it stands at the revision of the view.
pub fn find_code(view: &mut View<'_>, scheme: &str, dimension: Dimension, code: &str) -> Result<Option<Code>> {
    Ok(codes_of(view, scheme, &[(dimension, code.to_owned())])?.into_values().next())
}

/// All codes of a dimension, by code.
pub fn tree(view: &mut View<'_>, scheme: &str, dimension: Dimension) -> Result<Vec<Code>> {
    list_codes(view, scheme, &CodeFilter { dimension: Some(dimension), ..CodeFilter::default() }, i64::MAX)
}

/// One page of codes by dimension and code, of which `limit` are read.
pub fn list_codes(view: &mut View<'_>, scheme: &str, filter: &CodeFilter, limit: i64) -> Result<Vec<Code>> {
    let mut query = facts::table
        .inner_join(versions::table.on(of_fact()))
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::scheme.eq(scheme)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .order((versions::dimension, versions::code))
        .limit(limit)
        .select((facts::all_columns, versions::all_columns))
        .into_boxed::<Db>();
    if let Some(dimension) = filter.dimension {
        query = query.filter(versions::dimension.eq(dimension.as_str()));
    }
    if let Some(parent) = &filter.parent {
        query = query.filter(versions::parent.eq(parent));
    }
    if filter.postable_only {
        query = query.filter(versions::postable.eq(1));
    }
    for pattern in &filter.patterns {
        // The search text is the code, a blank and the names; a code has no blank in it.
        let in_code = pattern.trim_start_matches('%').to_owned();
        let in_name = format!("% {pattern}");
        let code = versions::search.like(in_code).escape('\\');
        query = query.filter(code.or(versions::search.like(in_name).escape('\\')));
    }
    if let Some((dimension, code)) = &filter.after {
        let further = versions::dimension.eq(dimension).and(versions::code.gt(code));
        query = query.filter(versions::dimension.gt(dimension).or(further));
    }
    query.load::<(FactRow, VersionRow)>(view.conn)?.into_iter().map(assemble).collect()
}

/// What sorts a code within its scheme.
pub fn code_sort_key(code: &Code) -> Vec<String> {
    vec![code.dimension.as_str().to_owned(), code.code.clone()]
}

/// All codes of a dimension, each with the code above it.
pub fn parents(view: &mut View<'_>, scheme: &str, dimension: Dimension) -> Result<Vec<(String, Option<String>)>> {
    Ok(versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::scheme.eq(scheme)))
        .filter(versions::dimension.eq(dimension.as_str()))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .select((versions::code, versions::parent))
        .load(view.conn)?)
}

/// Joins a version to its fact.
#[diesel::dsl::auto_type(no_type_alias)]
fn of_fact() -> _ {
    versions::jurisdiction
        .eq(facts::jurisdiction)
        .and(versions::scheme.eq(facts::scheme))
        .and(versions::dimension.eq(facts::dimension))
        .and(versions::code.eq(facts::code))
}

fn assemble((fact, row): (FactRow, VersionRow)) -> Result<Code> {
    Ok(Code {
        jurisdiction: row.jurisdiction,
        scheme: row.scheme,
        dimension: word(&row.dimension)?,
        code: row.code,
        parent: row.parent,
        display_name: row.display_name,
        english_name: row.english_name,
        postable: row.postable == 1,
        provenance: word(&row.provenance)?,
        citation: row.citation,
        field: row.field.as_deref().map(word).transpose()?,
        financing_class: row.financing_class.as_deref().map(word).transpose()?,
        last_fiscal_year: row.last_fiscal_year,
        note: row.note,
        revision: row.since,
        created_at: fact.at,
        updated_at: row.at,
    })
}

/// Writes new codes, parents among them or there already.
///
/// The command that does so names the scheme in its entry: answers that show codes depend on it.
pub fn open_codes(tx: &mut Tx<'_>, new: &[Code]) -> Result<()> {
    let (stamp, at) = (tx.stamp(), tx.at());
    let facts: Vec<FactRow> = new
        .iter()
        .map(|code| FactRow {
            jurisdiction: stamp.jurisdiction.clone(),
            since: stamp.since,
            scheme: code.scheme.clone(),
            dimension: code.dimension.as_str().to_owned(),
            code: code.code.clone(),
            at,
        })
        .collect();
    tx.open(facts)?;
    let rows: Vec<VersionRow> = new.iter().map(|code| version_row(tx, code)).collect();
    tx.open(rows)
}

/// Replaces what may change about codes of one scheme.
pub fn save_codes(tx: &mut Tx<'_>, scheme: &str, changed: &[Code]) -> Result<()> {
    let mut old = Vec::with_capacity(changed.len());
    for dimension in Dimension::ALL {
        let codes: Vec<&str> =
            changed.iter().filter(|code| code.dimension == *dimension).map(|code| code.code.as_str()).collect();
        for codes in codes.chunks(NAMED_PER_STATEMENT) {
            let view = tx.view();
            let rows = versions::table
                .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::scheme.eq(scheme)))
                .filter(versions::dimension.eq(dimension.as_str()).and(versions::code.eq_any(codes)))
                .filter(versions::until.eq(CURRENT))
                .load::<VersionRow>(view.conn)?;
            old.extend(rows);
        }
    }
    tx.close(&old)?;
    let rows: Vec<VersionRow> = changed.iter().map(|code| version_row(tx, code)).collect();
    tx.open(rows)
}

fn version_row(tx: &Tx<'_>, new: &Code) -> VersionRow {
    let stamp = tx.stamp();
    VersionRow {
        jurisdiction: stamp.jurisdiction,
        since: stamp.since,
        until: stamp.until,
        scheme: new.scheme.clone(),
        dimension: new.dimension.as_str().to_owned(),
        code: new.code.clone(),
        at: tx.at(),
        parent: new.parent.clone(),
        display_name: new.display_name.clone(),
        english_name: new.english_name.clone(),
        postable: i64::from(new.postable),
        provenance: new.provenance.as_str().to_owned(),
        citation: new.citation.clone(),
        field: new.field.map(|field| field.as_str().to_owned()),
        financing_class: new.financing_class.map(|class| class.as_str().to_owned()),
        last_fiscal_year: new.last_fiscal_year,
        note: new.note.clone(),
        search: new.search(),
    }
}

/// Hands every row of a jurisdiction to the audit.
pub fn audit_codes(conn: &mut Conn, jurisdiction: &str, rows: &mut crate::fsck::Rows) -> Result<()> {
    audit!(conn, jurisdiction, rows, facts: FactRow, versions: VersionRow);
    Ok(())
}
