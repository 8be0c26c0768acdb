//! Reads two estimates, each at its revision, and answers a page of what differs.
//!
//! Every page compares anew: what a revision shows never changes, so the pages agree. Absent: a kept list of differences.

use std::collections::BTreeMap;

use super::actions::{load_header, not_found};
use super::compare::{Counts, Difference, Matching, by_side, compare, difference};
use super::model::{Estimate, Line, Side, Sum};
use super::store;
use crate::app::{App, Call, Keep, ReadAt};
use crate::commit::View;
use crate::error::Result;
use crate::grpc::page::Page;
use crate::id::EstimateName;

/// Asks for what differs between two estimates.
#[derive(Debug, Clone)]
pub struct CompareEstimates {
    pub left: EstimateAt,
    /// Of the same jurisdiction.
    pub right: EstimateAt,
    pub page: Page,
}

/// An estimate at a moment.
#[derive(Debug, Clone)]
pub struct EstimateAt {
    pub name: EstimateName,
    pub read_at: ReadAt,
    pub in_force: bool,
}

/// One side of a comparison.
#[derive(Debug, Clone)]
pub struct Compared {
    pub name: EstimateName,
    pub revision: i64,
    pub in_force: bool,
    pub totals: BTreeMap<Side, Sum>,
}

/// A page of what differs.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub left: Compared,
    pub right: Compared,
    pub difference_totals: BTreeMap<Side, Sum>,
    pub differences: Vec<Difference>,
    pub counts: Counts,
    pub next_page_token: String,
}

pub async fn compare_estimates(app: App, call: Call, ask: CompareEstimates) -> Result<Keep<Comparison>> {
    let CompareEstimates { mut left, mut right, page } = ask;
    let jurisdiction = left.name.jurisdiction.clone();
    let start = page.start(app.instance(), right.read_at)?;
    let mut begin = 0;
    if let Some((revision, offset)) = position_of(&start.after) {
        (left.read_at, right.read_at, begin) = (ReadAt::Revision(revision), start.read_at, offset);
    }
    let (instance, moments) = (app.instance().clone(), (left.read_at, right.read_at));
    let read = move |view: &mut View<'_>, (left_revision, right_revision): (i64, i64)| {
        let (left_header, left_lines) = load(view, &left, left_revision)?;
        let (right_header, right_lines) = load(view, &right, right_revision)?;
        let matching = if left.name == right.name {
            Matching::ById
        } else {
            Matching::ByContent(&left_header.scheme, &right_header.scheme)
        };
        let (mut differences, counts) = compare(left_lines, right_lines, matching);
        let place = |end| vec![left_revision.to_string(), end];
        let next_page_token = page.part(&instance, right_revision, &mut differences, (begin, place))?;
        let (left_totals, right_totals) = (by_side(&left_header.totals)?, by_side(&right_header.totals)?);
        Ok(Comparison {
            difference_totals: difference(&left_totals, &right_totals)?,
            left: compared(&left, left_revision, left_totals),
            right: compared(&right, right_revision, right_totals),
            differences,
            counts,
            next_page_token,
        })
    };
    app.read_both(&call, &jurisdiction, moments, read).await
}

fn position_of(texts: &[String]) -> Option<(i64, usize)> {
    let [revision, offset] = texts else { return None };
    Some((revision.parse().ok()?, offset.parse().ok()?))
}

fn compared(side: &EstimateAt, revision: i64, totals: BTreeMap<Side, Sum>) -> Compared {
    Compared { name: side.name.clone(), revision, in_force: side.in_force, totals }
}

/// An estimate with its totals, and its lines in the order of entry, as they were at a revision up to that of the view.
fn load(view: &mut View<'_>, side: &EstimateAt, revision: i64) -> Result<(Estimate, Vec<Line>)> {
    let id = &side.name.estimate;
    load_header(&mut view.at(revision), &side.name)?;
    let text = store::find_text(&mut view.at(revision), id, side.in_force)?.ok_or_else(|| not_found(&side.name))?;
    let mut view = view.at(text);
    let mut header = store::find_header(&mut view, id)?.ok_or_else(|| not_found(&side.name))?;
    header.totals = store::read_totals(&mut view, id)?;
    Ok((header, store::all_lines(&mut view, id)?))
}
