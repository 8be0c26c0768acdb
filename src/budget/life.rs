//! What a verb does to the figures of an estimate: planned whole, with every reason why not, then written.

use std::collections::BTreeMap;

use super::balance;
use super::batch::{self, Changes};
use super::form;
use super::model::inclusion::Inclusion;
use super::model::{Amounts, Estimate, Kind, Line, Totals};
use super::store::{self, EstimateFilter};
use crate::commit::{Tx, View};
use crate::document::finding::Finding;
use crate::document::stages::{self, Filled, Stage, Staged};
use crate::document::state::State;
use crate::error::{Reason, Refusal, Result};
use crate::id::EstimateName;

/// An estimate as a verb leaves it, and what of its lines changes. Nothing is written yet.
pub struct Plan {
    /// The estimate as it will stand.
    pub estimate: Estimate,
    before: Totals,
    changes: Changes,
    texts: bool,
    /// What it takes in from then on; none where that stays.
    pub included: Option<Vec<Inclusion>>,
    /// What it lets go.
    released: Vec<String>,
    /// The ids of the lines whose reviewer did not give what was requested.
    pub changed: Vec<String>,
}

impl Plan {
    fn new(estimate: &Estimate, changes: Changes) -> Result<Self> {
        let mut after = estimate.clone();
        batch::count(&mut after, &changes)?;
        Ok(Self {
            estimate: after,
            before: estimate.totals.clone(),
            changes,
            texts: false,
            included: None,
            released: Vec::new(),
            changed: Vec::new(),
        })
    }

    /// A plan that leaves every line as it is.
    pub fn of_header(estimate: &Estimate) -> Self {
        let (estimate, before) = (estimate.clone(), estimate.totals.clone());
        let (included, released, changed) = (None, Vec::new(), Vec::new());
        Self { estimate, before, changes: Changes::default(), texts: false, included, released, changed }
    }

    /// A plan that lets estimates go that were taken in, and leaves the rest as it is.
    pub fn of_release(estimate: &Estimate, released: Vec<String>) -> Self {
        Self { released, ..Self::of_header(estimate) }
    }

    /// Writes lines, totals, texts and header.
    pub fn write(self, tx: &mut Tx<'_>) -> Result<()> {
        batch::write(tx, &self.estimate.id, self.changes)?;
        if self.texts {
            store::save_texts(tx, &self.estimate)?;
        }
        if let Some(included) = &self.included {
            store::inclusions::end(tx, &self.estimate.id, None)?;
            store::inclusions::begin(tx, included)?;
        }
        if !self.released.is_empty() {
            store::inclusions::end(tx, &self.estimate.id, Some(&self.released))?;
        }
        store::save_estimate(tx, &self.before, &self.estimate)
    }
}

/// Fills a stage from the one before, where it is not stated; every line that was changed without a reason is a refusal.
pub fn complete(view: &mut View<'_>, estimate: &Estimate, stage: Stage) -> Result<(Plan, Vec<Refusal>)> {
    let lines = store::all_lines(view, &estimate.id)?;
    let mut refusals = Vec::new();
    let (mut ended, mut begun, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for line in lines {
        let figure = line.figure(stage);
        if stage == Stage::Appraised && figure.is_some() && figure != line.figure(Stage::Requested) {
            changed.push(line.id.clone());
        }
        let mut filled = line.clone();
        match stages::fill(&mut filled, stage) {
            Filled::Unexplained => {
                let name = estimate.line_name(&line.id).to_string();
                let text = "its figure differs from the stage before, and no reason is given";
                refusals.push(Refusal::new(Reason::StageReasonMissing, name, text));
            }
            Filled::Taken => {
                ended.push(line);
                begun.push(filled);
            }
            Filled::Stays => {}
        }
    }
    Ok((Plan { changed, ..Plan::new(estimate, Changes::of(ended, begun))? }, refusals))
}

/// Takes away the stages that a return undoes.
pub fn clear(view: &mut View<'_>, estimate: &Estimate, then: State) -> Result<Plan> {
    rewrite(view, estimate, |line| stages::clear(line, then))
}

/// Begins an amendment: what was decided is what is requested, and the later stages are open again.
pub fn restate(view: &mut View<'_>, estimate: &Estimate) -> Result<Plan> {
    rewrite(view, estimate, |line| {
        stages::restate(line);
        // A cost basis that no longer gives the figure would be refused at the next change of the line.
        let requested = line.figure(Stage::Requested);
        line.basis = line.basis.filter(|basis| requested.is_some_and(|figure| basis.product() == i128::from(figure)));
    })
}

fn rewrite(view: &mut View<'_>, estimate: &Estimate, change: impl Fn(&mut Line)) -> Result<Plan> {
    let (mut ended, mut begun) = (Vec::new(), Vec::new());
    for line in store::all_lines(view, &estimate.id)? {
        let mut changed = line.clone();
        change(&mut changed);
        if changed != line {
            ended.push(line);
            begun.push(changed);
        }
    }
    Plan::new(estimate, Changes::of(ended, begun))
}

/// Brings the text that is in force back: lines, totals, title, texts.
pub fn restore(view: &mut View<'_>, estimate: &Estimate, in_force: i64) -> Result<Plan> {
    let same = |a: &Line, b: &Line| Line { revision: 0, ..a.clone() } == Line { revision: 0, ..b.clone() };
    let wanted = store::all_lines(&mut view.at(in_force), &estimate.id)?;
    let mut wanted: BTreeMap<String, Line> = wanted.into_iter().map(|line| (line.id.clone(), line)).collect();
    let (mut ended, mut begun) = (Vec::new(), Vec::new());
    for line in store::all_lines(view, &estimate.id)? {
        match wanted.remove(&line.id) {
            Some(old) if same(&old, &line) => {}
            Some(old) => {
                ended.push(line);
                begun.push(old);
            }
            None => ended.push(line),
        }
    }
    begun.extend(wanted.into_values());
    let mut plan = Plan::new(estimate, Changes::of(ended, begun))?;
    if let Some(old) = store::find_estimate(&mut view.at(in_force), &estimate.id)? {
        plan.texts = (&old.narrative, &old.legal_basis) != (&estimate.narrative, &estimate.legal_basis);
        (plan.estimate.title, plan.estimate.narrative, plan.estimate.legal_basis) =
            (old.title, old.narrative, old.legal_basis);
    }
    Ok(plan)
}

/// What the rules of form find, and once it is appraised, whether the units below tie with their parent.
pub fn check(view: &mut View<'_>, estimate: &Estimate) -> Result<Vec<Finding>> {
    let lines = store::all_lines(view, &estimate.id)?;
    let facts = batch::facts(view, &estimate.scheme, &estimate.key, lines.iter().map(|line| (None, line)))?;
    let mut findings = form::findings(estimate, &lines, &facts);
    if matches!(estimate.state, State::Appraised | State::Approved | State::Closed) {
        findings.extend(balance::balanced(view, estimate)?);
        findings.sort_by_key(|finding| finding.severity);
    }
    Ok(findings)
}

/// The other annual estimate of the unit and year that is in force and not closed, where there is one.
pub fn rival(view: &mut View<'_>, estimate: &Estimate) -> Result<Option<EstimateName>> {
    if !matches!(estimate.key.kind, Kind::Annual | Kind::Redone) {
        return Ok(None);
    }
    let filter = EstimateFilter {
        units: Some(vec![estimate.key.unit.clone()]),
        fiscal_years: vec![estimate.key.fiscal_year],
        kinds: vec![Kind::Annual, Kind::Redone],
        ..EstimateFilter::default()
    };
    let others = store::list_estimates(view, &filter, None, i64::from(i16::MAX))?;
    let stands = |other: &Estimate| other.id != estimate.id && other.in_force.is_some() && other.state != State::Closed;
    Ok(others.into_iter().find(stands).map(|other| other.name()))
}

/// The annual estimate of a unit and year as it stands, with its totals; of several the latest.
pub fn annual(view: &mut View<'_>, unit: &str, year: i64) -> Result<Option<Estimate>> {
    let filter = EstimateFilter {
        units: Some(vec![unit.to_owned()]),
        fiscal_years: vec![year],
        kinds: vec![Kind::Annual, Kind::Redone],
        ..EstimateFilter::default()
    };
    let mut found = store::list_estimates(view, &filter, None, i64::from(i16::MAX))?;
    found.retain(|estimate| estimate.state != State::Cancelled);
    Ok(found.into_iter().max_by_key(|estimate| (estimate.key.kind == Kind::Redone, estimate.key.sequence)))
}

/// The decided sums of an estimate at a revision, by group.
pub fn decided(view: &mut View<'_>, estimate: &str, revision: i64) -> Result<BTreeMap<super::model::Group, Amounts>> {
    let totals = store::read_totals(&mut view.at(revision), estimate)?;
    Ok(totals.sums.into_iter().map(|(group, sum)| (group, sum.amounts())).collect())
}
