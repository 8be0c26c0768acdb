//! Reads a plan at two moments and answers a page of what differs.
//!
//! Every page compares anew: what a revision shows never changes, so the pages agree. Absent: a kept list of differences.

use super::actions::{load, not_found};
use super::model::compare::{Counts, Difference, changed_header, compare};
use super::model::{Item, Plan};
use super::store;
use crate::app::{App, Call, Keep, ReadAt};
use crate::commit::View;
use crate::error::Result;
use crate::grpc::page::Page;
use crate::id::PlanName;

/// Asks for what differs between two moments of a plan.
#[derive(Debug, Clone)]
pub struct ComparePlan {
    pub name: PlanName,
    pub left: Moment,
    pub right: Moment,
    pub page: Page,
}

/// A moment, and whether the text in force then is meant.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub read_at: ReadAt,
    pub in_force: bool,
}

/// A page of what differs.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub name: PlanName,
    pub left: Plan,
    pub right: Plan,
    pub left_revision: i64,
    pub right_revision: i64,
    pub changed_fields: Vec<&'static str>,
    pub differences: Vec<Difference>,
    pub counts: Counts,
    pub next_page_token: String,
}

pub async fn compare_plan(app: App, call: Call, ask: ComparePlan) -> Result<Keep<Comparison>> {
    let ComparePlan { name, mut left, mut right, page } = ask;
    let jurisdiction = name.jurisdiction.clone();
    let start = page.start(app.instance(), right.read_at)?;
    let mut begin = 0;
    if let Some((revision, offset)) = position_of(&start.after) {
        (left.read_at, right.read_at, begin) = (ReadAt::Revision(revision), start.read_at, offset);
    }
    let (instance, moments) = (app.instance().clone(), (left.read_at, right.read_at));
    let read = move |view: &mut View<'_>, (left_revision, right_revision): (i64, i64)| {
        let (before, left_items) = text_at(view, &name, left_revision, left.in_force)?;
        let (after, right_items) = text_at(view, &name, right_revision, right.in_force)?;
        let (mut differences, counts) = compare(left_items, right_items);
        let place = |end| vec![left_revision.to_string(), end];
        let next_page_token = page.part(&instance, right_revision, &mut differences, (begin, place))?;
        Ok(Comparison {
            name: name.clone(),
            changed_fields: changed_header(&before, &after),
            left: before,
            right: after,
            left_revision,
            right_revision,
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

/// A plan with its items as it was at a revision up to that of the view, or as the text in force had it then.
fn text_at(view: &mut View<'_>, name: &PlanName, revision: i64, in_force: bool) -> Result<(Plan, Vec<Item>)> {
    let mut view = view.at(revision);
    let plan = load(&mut view, name)?;
    if !in_force {
        let items = store::all_items(&mut view, &plan.id)?;
        return Ok((plan, items));
    }
    let text = plan.in_force.ok_or_else(|| not_found(name))?;
    let items = store::all_items(&mut view.at(text), &plan.id)?;
    let plan = store::find_in_force(&mut view, &plan.id)?.ok_or_else(|| not_found(name))?;
    Ok((plan, items))
}
