//! Lists of estimates: which stand on a page, and what each says, read only where it is not kept as it stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::listed::{KeptEstimates, Listed};
use super::model::{Estimate, Key, Kind};
use super::store::{self, EstimateFilter};
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::commit::View;
use crate::error::{Error, Result};
use crate::grpc::page::Page;
use crate::id::UnitName;
use crate::organisation::store as units;

/// Asks for a page of estimates.
#[derive(Debug, Clone)]
pub struct ListEstimates {
    pub jurisdiction: String,
    pub unit: Option<UnitName>,
    pub unit_only: bool,
    pub filter: EstimateFilter,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A page of estimates.
#[derive(Debug, Clone)]
pub struct ListedEstimates {
    pub estimates: Vec<Listed>,
    pub next_page_token: String,
    /// Where those are kept that were read; none where they show texts in force.
    pub kept: Option<Arc<KeptEstimates>>,
}

pub async fn list_estimates(app: App, call: Call, ask: ListEstimates) -> Result<Keep<ListedEstimates>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at) = (app.instance().clone(), ask.page, start.read_at);
    let after = key_of(&start.after);
    let jurisdiction = ask.jurisdiction.clone();
    let (unit, unit_only, filter) = (ask.unit, ask.unit_only, ask.filter);
    let kept = app.shelf().of::<KeptEstimates>();
    let list = move |view: &mut View<'_>| {
        let mut filter = filter.clone();
        let visible = view.standing.visible();
        filter.units = visible.map(<[String]>::to_vec);
        if let Some(unit) = &unit {
            let places = units::subtree(view, &unit.unit)?;
            if places.is_empty() {
                return Err(Error::NotFound { kind: "Unit", name: unit.to_string() });
            }
            let wanted = places.into_iter().filter(|(_, depth)| !unit_only || *depth == 0).map(|(unit, _)| unit);
            let sees = |unit: &String| visible.is_none_or(|visible| visible.binary_search(unit).is_ok());
            filter.units = Some(wanted.filter(sees).collect());
        }
        let (estimates, more) = match filter.in_force {
            true => {
                let mut found = store::list_estimates(view, &filter, after.as_ref(), page.size + 1)?;
                let more = page.trim(&mut found);
                (found.into_iter().map(read).collect(), more)
            }
            false => list_kept(view, &kept, &filter, after.as_ref(), &page)?,
        };
        let last = estimates.last().filter(|_| more).map(|last| key_texts(last.key()));
        let next_page_token = page.after(&instance, view.revision, last)?;
        let kept = (!filter.in_force).then(|| kept.clone());
        Ok(ListedEstimates { estimates, next_page_token, kept })
    };
    let answer = app.read(&call, &jurisdiction, read_at, list).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

fn read(estimate: Estimate) -> Listed {
    Listed::Read(Box::new(estimate))
}

/// One page of estimates, of which only those are read that are not kept as they stand, and whether there are more.
fn list_kept(
    view: &mut View<'_>,
    kept: &KeptEstimates,
    filter: &EstimateFilter,
    after: Option<&Key>,
    page: &Page,
) -> Result<(Vec<Listed>, bool)> {
    let mut wanted = store::list_versions(view, filter, after, page.size + 1)?;
    let more = page.trim(&mut wanted);
    let found = kept.find(view.jurisdiction, &wanted);
    let missing = wanted.iter().zip(&found).filter(|(_, found)| found.is_none());
    let missing: Vec<String> = missing.map(|((id, _), _)| id.clone()).collect();
    let mut fresh = BTreeMap::new();
    if !missing.is_empty() {
        fresh.extend(store::read_listed(view, &missing)?.into_iter().map(|one| (one.id.clone(), one)));
    }
    let one = |((id, _), found): (&(String, i64), Option<Listed>)| {
        let listed = found.or_else(|| fresh.remove(id).map(read));
        listed.ok_or_else(|| Error::bug("an estimate that was listed is not there"))
    };
    Ok((wanted.iter().zip(found).map(one).collect::<Result<_>>()?, more))
}

fn key_texts(key: &Key) -> Vec<String> {
    use crate::word::Word;
    let Key { unit, fiscal_year, kind, series, sequence } = key;
    vec![unit.clone(), fiscal_year.to_string(), kind.as_str().to_owned(), series.clone(), sequence.to_string()]
}

fn key_of(texts: &[String]) -> Option<Key> {
    use crate::word::Word;
    let [unit, fiscal_year, kind, series, sequence] = texts else { return None };
    Some(Key {
        unit: unit.clone(),
        fiscal_year: fiscal_year.parse().ok()?,
        kind: Kind::parse(kind)?,
        series: series.clone(),
        sequence: sequence.parse().ok()?,
    })
}
