//! Compares, judges by the rules in force, and answers a page.

use std::sync::Arc;

use super::super::judge::Regime;
use super::super::store;
use super::kept::{Found, KeptFindings, Key};
use super::scope::{Plans, Scope, Staff};
use super::{
    Compared, Comparison, Count, Discrepancy, envelopes, funding, headcount, inclusion, pay, projects, results,
};
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::commit::View;
use crate::error::Result;
use crate::grpc::page::Page;
use crate::id::UnitName;
use crate::limits;
use crate::word::Word;

/// Asks what does not agree.
#[derive(Debug, Clone)]
pub struct CheckConsistency {
    pub unit: UnitName,
    pub unit_only: bool,
    pub years: Vec<i64>,
    /// Empty means all.
    pub comparisons: Vec<Comparison>,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A discrepancy with the ids of the units from the one that was asked for down to its own.
#[derive(Debug, Clone)]
pub struct Shown {
    pub discrepancy: Discrepancy,
    pub path: Vec<String>,
}

/// A page of what does not agree.
#[derive(Debug, Clone)]
pub struct Consistency {
    pub jurisdiction: String,
    pub shown: Vec<Shown>,
    pub next_page_token: String,
    pub counts: Vec<(Comparison, Count)>,
    pub omitted: usize,
    pub revision: i64,
}

pub async fn check_consistency(app: App, call: Call, ask: CheckConsistency) -> Result<Keep<Consistency>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, read_at, jurisdiction) = (app.instance().clone(), start.read_at, ask.unit.jurisdiction.clone());
    let from = start.after.first().and_then(|place| place.parse::<usize>().ok()).unwrap_or_default();
    let kept = app.shelf().of::<KeptFindings>();
    let read = move |view: &mut View<'_>| {
        let key: Key = (ask.page.query, view.jurisdiction.to_owned(), view.revision, view.standing.visibility);
        let size = usize::try_from(ask.page.size).unwrap_or(usize::MAX);
        let found = match kept.find(&key) {
            Some(found) => found,
            None => {
                let found = Arc::new(compare(view, &ask)?);
                if found.discrepancies.len() > size {
                    kept.keep(key, found.clone());
                }
                found
            }
        };
        let end = from.saturating_add(size).min(found.discrepancies.len());
        let page = found.discrepancies.get(from..end).unwrap_or_default();
        let shown = |(discrepancy, path): &(Discrepancy, Vec<String>)| Shown {
            discrepancy: discrepancy.clone(),
            path: path.clone(),
        };
        let next_page_token = match end < found.discrepancies.len() {
            true => ask.page.next(&instance, view.revision, vec![end.to_string()])?,
            false => String::new(),
        };
        Ok(Consistency {
            jurisdiction: view.jurisdiction.to_owned(),
            shown: page.iter().map(shown).collect(),
            next_page_token,
            counts: found.counts.clone(),
            omitted: found.omitted,
            revision: view.revision,
        })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

/// Everything that does not agree.
fn compare(view: &mut View<'_>, ask: &CheckConsistency) -> Result<Found> {
    let is_asked = |comparison: &Comparison| ask.comparisons.is_empty() || ask.comparisons.contains(comparison);
    let asked: Vec<Comparison> = Comparison::ALL.iter().copied().filter(is_asked).collect();
    let any = |of: &[Comparison]| of.iter().any(|one| asked.contains(one));
    let regime = store::kept(view)?.regime;
    let scope = Scope::of(view, ask)?;
    let needs_plans = any(&[Comparison::Envelopes, Comparison::PlanFunding, Comparison::Results]);
    let plans = if needs_plans { Plans::of(view, &scope)? } else { Plans::default() };
    let needs_staff = any(&[Comparison::Pay, Comparison::Headcount, Comparison::PlanFunding]);
    let staff = if needs_staff { Staff::of(view, &scope)? } else { Staff::default() };
    let needs_tasks = any(&[Comparison::PlanFunding, Comparison::Results]);
    let tasks = if needs_tasks { funding::Tasks::of(view, &scope)? } else { funding::Tasks::default() };
    let mut found = Found::default();
    for comparison in asked {
        let compared = match comparison {
            Comparison::Envelopes => envelopes::compare(view, &scope, &plans)?,
            Comparison::Pay => pay::compare(view, &scope, &staff)?,
            Comparison::Headcount => headcount::compare(view, &scope, &staff)?,
            Comparison::Projects => projects::compare(view, &scope)?,
            Comparison::PlanFunding => funding::compare(view, &scope, &plans, (&staff, &tasks))?,
            Comparison::Inclusion => inclusion::compare(view, &scope)?,
            Comparison::Results => results::compare(view, &scope, &plans, &tasks)?,
        };
        take(&mut found, &regime, &scope, (comparison, compared));
    }
    found.discrepancies.sort_by(|(a, a_path), (b, b_path)| key(a, a_path).cmp(&key(b, b_path)));
    let most = limits::count(limits::CONSISTENCY_FINDINGS);
    found.omitted = found.discrepancies.len().saturating_sub(most);
    found.discrepancies.truncate(most);
    Ok(found)
}

/// Judges what a comparison found.
fn take(found: &mut Found, regime: &Regime, scope: &Scope, (comparison, compared): (Comparison, Compared)) {
    let mut count = Count { compared: compared.pairs, ..Count::default() };
    for (phase, discrepancy) in compared.found {
        let Some(finding) = regime.judged(vec![discrepancy.finding.clone()], phase, discrepancy.year).pop() else {
            continue;
        };
        count.found[finding.severity as usize] += 1;
        let path = scope.path(&discrepancy.unit);
        found.discrepancies.push((Discrepancy { finding, ..discrepancy }, path));
    }
    found.counts.push((comparison, count));
}

/// What the order of discrepancies goes by.
type Order<'a> = (usize, usize, &'a [String], i64, &'a str, &'a str);

fn key<'a>(one: &'a Discrepancy, path: &'a [String]) -> Order<'a> {
    let (severity, comparison) = (one.finding.severity as usize, one.comparison as usize);
    (severity, comparison, path, one.year, one.finding.rule, &one.finding.message)
}
