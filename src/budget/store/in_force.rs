//! The text in force: an estimate as it was at the revision that its header records, with its place in life at the view's.
//!
//! An approval writes the header again, so the header of the text is the version that begins at that revision. It is found as any
//! version is, by its end: a second index, of beginnings, would be taken for reads of what holds today, and lead them through all that held before.

use std::collections::HashMap;

use diesel::prelude::*;

use super::estimates::{find_estimate, find_header};
use super::reading::SumColumns;
use crate::budget::model::Estimate;
use crate::commit::View;
use crate::db::direct;
use crate::db::schema::{estimate_totals as totals, estimate_versions as versions};
use crate::error::{Error, Result};

diesel::alias!(versions as text_versions: TextVersions);

/// An estimate as the text in force has it, with texts and totals; none where it was never approved.
pub fn find_in_force(view: &mut View<'_>, estimate: &str) -> Result<Option<Estimate>> {
    let Some(life) = find_header(view, estimate)? else { return Ok(None) };
    let Some(in_force) = life.in_force else { return Ok(None) };
    let text = find_estimate(&mut view.at(in_force), estimate)?;
    Ok(text.map(|text| Estimate {
        state: life.state,
        submission: life.submission,
        number: life.number,
        in_force: life.in_force,
        shown_in_force: true,
        ..text
    }))
}

/// The revision whose text is shown: that of the view, or the one whose text is in force there.
///
/// None where the text in force is asked for and there is none, be it that the estimate is not there.
pub fn find_text(view: &mut View<'_>, estimate: &str, in_force: bool) -> Result<Option<i64>> {
    if !in_force {
        return Ok(Some(view.revision));
    }
    let query = versions::table
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::estimate.eq(estimate)))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .select(versions::in_force);
    Ok(direct!(view.conn, |conn| query.first::<Option<i64>>(conn)).optional()?.flatten())
}

/// Gives approved estimates, read without texts at the revision of the view, what their texts in force say instead.
pub(super) fn show_texts(view: &mut View<'_>, estimates: &mut [Estimate]) -> Result<()> {
    let ids: Vec<&str> = estimates.iter().map(|estimate| estimate.id.as_str()).collect();
    let is_text = text_versions
        .field(versions::estimate)
        .eq(versions::estimate)
        .and(text_versions.field(versions::since).nullable().le(versions::in_force))
        .and(text_versions.field(versions::until).nullable().gt(versions::in_force));
    let query = versions::table
        .inner_join(text_versions.on(is_text))
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::estimate.eq_any(ids)))
        .filter(text_versions.field(versions::jurisdiction).eq(view.jurisdiction))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .select(text_versions.fields((
            versions::estimate,
            versions::title,
            versions::line_count,
            versions::since,
            versions::at,
        )));
    let rows: Vec<(String, String, i64, i64, i64)> = direct!(view.conn, |conn| query.load(conn))?;
    let mut rows: HashMap<String, _> =
        rows.into_iter().map(|(id, title, lines, since, at)| (id, (title, lines, since, at))).collect();
    for estimate in estimates {
        let text = rows.remove(&estimate.id).ok_or_else(|| Error::bug("a text in force is not there"))?;
        (estimate.title, estimate.line_count, estimate.revision, estimate.updated_at) = text;
        estimate.shown_in_force = true;
    }
    Ok(())
}

/// The sums of some estimates, each at the revision whose text is in force.
pub(super) fn total_rows(view: &mut View<'_>, estimates: &[String]) -> Result<Vec<SumColumns>> {
    let query = versions::table
        .inner_join(totals::table.on(totals::estimate.eq(versions::estimate)))
        .filter(versions::jurisdiction.eq(view.jurisdiction).and(versions::estimate.eq_any(estimates)))
        .filter(totals::jurisdiction.eq(view.jurisdiction))
        .filter(versions::since.le(view.revision).and(versions::until.gt(view.revision)))
        .filter(totals::since.nullable().le(versions::in_force))
        .filter(totals::until.nullable().gt(versions::in_force))
        .select(SumColumns::COLUMNS);
    Ok(direct!(view.conn, |conn| query.load(conn))?)
}
