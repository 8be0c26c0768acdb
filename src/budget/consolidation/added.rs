//! The estimates of a consolidation, added up: rows of own and taken in, and the pairs of units whose transfers do not agree.

use std::collections::{BTreeMap, BTreeSet};

use super::{Consolidation, Fixed, Folded, Residue, SummarizeConsolidation};
use crate::app::ReadAt;
use crate::budget::balance::said;
use crate::budget::model::{Estimate, Kind, Nature, Side, Stage, Sum, overflow};
use crate::budget::rollup::{SummarizeBudget, add_up, classify, load_trees};
use crate::budget::store::LineFilter;
use crate::budget::store::summary::{Chosen, Rows};
use crate::budget::summary::{Basis, Cells, Eliminated, Ground, Header, Summary, Value, difference};
use crate::commit::View;
use crate::document::state::State;
use crate::error::{Error, Reason, Result};
use crate::limits;
use crate::word::Word;

/// What is added up, each with its scheme.
pub struct Added {
    ask: SummarizeBudget,
    /// Those that are shown; none means all.
    stages: Vec<Stage>,
    own: Vec<(String, Chosen)>,
    included: Vec<(String, Chosen)>,
    /// The units that own them, first that of the estimate itself.
    owners: Vec<String>,
}

impl Added {
    /// Sorts the estimates into the classes of the ground.
    pub fn of(
        view: &mut View<'_>,
        ask: &SummarizeConsolidation,
        ground: &mut Ground,
        (parent, own): (&Estimate, Chosen),
        whole: &[Fixed],
    ) -> Result<Self> {
        let year = parent.key.fiscal_year;
        // What was fixed counts by its own revision, whatever changed it.
        let header = |estimate: &str, unit: &str, kind: Kind, scheme: &str| Header {
            estimate: estimate.to_owned(),
            unit: unit.to_owned(),
            fiscal_year: year,
            kind,
            series: String::new(),
            sequence: 0,
            scheme: scheme.to_owned(),
            state: State::Endorsed,
            in_force: None,
            revision: 0,
        };
        let first = header(&own.estimate, &parent.key.unit, parent.key.kind, &parent.scheme);
        let others = whole.iter().map(|one| (&one.chosen.estimate, &one.header));
        let others = others.map(|(estimate, of)| header(estimate, &of.unit, of.kind, &of.scheme));
        let headers: Vec<Header> = [first].into_iter().chain(others).collect();
        let owners = headers.iter().map(|header| header.unit.clone()).collect();
        let mut counted = classify(ground, headers, Basis::Working, own.at);
        for ((_, chosen), fixed) in counted.iter_mut().skip(1).zip(whole) {
            chosen.at = fixed.chosen.at;
        }
        for class in ground.classes.clone() {
            load_trees(view, ground, &class)?;
        }
        let (included, stages) = (counted.split_off(1), ask.stages.clone());
        let ask = SummarizeBudget {
            jurisdiction: view.jurisdiction.to_owned(),
            unit: ground.top.clone(),
            unit_only: false,
            fiscal_years: vec![year],
            kinds: Vec::new(),
            series: String::new(),
            group_by: ask.group_by.clone(),
            // The later ones say what the latest is.
            stages: Vec::new(),
            basis: Basis::Working,
            filter: ask.filter.clone(),
            latest: false,
            read_at: ReadAt::Head,
        };
        Ok(Self { ask, stages, own: counted, included, owners })
    }

    /// The rows, their sums by side, and the transfers within.
    pub fn fold(&self, view: &mut View<'_>, ground: &Ground) -> Result<Folded> {
        let mut folded = Folded::default();
        for (chosen, is_included) in [(&self.own, false), (&self.included, true)] {
            let sums = self.summary(view, ground, chosen, false)?;
            folded.give(&sums, |one, sum| {
                *(if is_included { &mut one.included } else { &mut one.own }) = self.shown(sum);
            });
            folded.eliminated = self.together(folded.eliminated, sums.eliminated)?;
            for (key, figure) in self.latest(view, ground, chosen, sums)? {
                let total = folded.totals.entry(key.1).or_default();
                for one in [total, folded.rows.entry(key).or_default()] {
                    let sum = if is_included { &mut one.included_latest } else { &mut one.own_latest };
                    *sum = sum.checked_add(figure).ok_or_else(overflow)?;
                }
            }
        }
        if folded.rows.len() > limits::count(limits::SUMMARY_ROWS) {
            let subject = "rows of a consolidation".to_owned();
            return Err(Error::Limit { reason: Reason::TooManyRows, limit: limits::SUMMARY_ROWS, subject });
        }
        folded.rows.values_mut().chain(folded.totals.values_mut()).try_for_each(Consolidation::complete)?;
        Ok(folded)
    }

    /// Of each row the latest stage that its lines state. Where not all lines of a row state the same, they are added up once more.
    fn latest(
        &self,
        view: &mut View<'_>,
        ground: &Ground,
        chosen: &[(String, Chosen)],
        sums: Summary,
    ) -> Result<BTreeMap<(Vec<Value>, Side), i64>> {
        let said = sums.rows.iter().map(|(key, sum)| Some((key.clone(), said(sum)?)));
        if let Some(said) = said.collect() {
            return Ok(said);
        }
        let rows = self.summary(view, ground, chosen, true)?.rows.into_iter();
        Ok(rows.map(|(key, sum)| (key, sum.sums[Stage::Decided as usize])).collect())
    }

    /// A sum without the stages that were not asked for.
    fn shown(&self, sum: &Sum) -> Sum {
        let mut shown = *sum;
        for stage in Stage::ALL.iter().filter(|stage| !self.stages.is_empty() && !self.stages.contains(stage)) {
            (shown.sums[*stage as usize], shown.counts[*stage as usize]) = (0, 0);
        }
        shown
    }

    /// Transfers of two parts of a whole.
    fn together(&self, one: Option<Eliminated>, other: Option<Eliminated>) -> Result<Option<Eliminated>> {
        let Some(other) = other else { return Ok(one) };
        let (mut expenditure, mut revenue) = one.map(|one| (one.expenditure, one.revenue)).unwrap_or_default();
        expenditure.add(&self.shown(&other.expenditure), 1)?;
        revenue.add(&self.shown(&other.revenue), 1)?;
        let residue = difference(&expenditure.amounts(), &revenue.amounts())?;
        Ok(Some(Eliminated { expenditure, revenue, residue }))
    }

    fn summary(
        &self,
        view: &mut View<'_>,
        ground: &Ground,
        chosen: &[(String, Chosen)],
        latest: bool,
    ) -> Result<Summary> {
        let ask = SummarizeBudget { latest, ..self.ask.clone() };
        let mut cells = Cells::default();
        cells.add(add_up(view, &ask, chosen.to_vec(), Rows::All)?, 1)?;
        ground.fold(&cells)
    }

    /// The pairs of units whose transfers do not agree.
    pub fn residues(&self, view: &mut View<'_>, ground: &Ground) -> Result<Vec<Residue>> {
        let mut natures = self.ask.filter.natures.clone();
        natures.retain(|nature| *nature == Nature::TransferDown);
        if natures.is_empty() && !self.ask.filter.natures.is_empty() {
            return Ok(Vec::new());
        }
        let filter = LineFilter { natures: vec![Nature::TransferDown], ..self.ask.filter.clone() };
        let ask = SummarizeBudget { group_by: Vec::new(), stages: Vec::new(), filter, ..self.ask.clone() };
        let numbered =
            |(class, (scheme, one)): (usize, &(String, Chosen))| (scheme.clone(), Chosen { class, ..one.clone() });
        let chosen = self.own.iter().chain(&self.included).enumerate().map(numbered).collect();
        let inside: BTreeSet<&String> = ground.added.values().flatten().collect();
        let mut pairs: BTreeMap<(String, String), (Sum, Sum)> = BTreeMap::new();
        for (cell, sum) in add_up(view, &ask, chosen, Rows::All)? {
            let owner = self.owners.get(cell.class).cloned().unwrap_or_default();
            let Some(other) = cell.counterpart.filter(|other| inside.contains(other)) else { continue };
            if cell.side == Side::Revenue {
                pairs.entry((other, owner)).or_default().1.add(&sum, 1)?;
            } else {
                pairs.entry((owner, other)).or_default().0.add(&sum, 1)?;
            }
        }
        let present: BTreeSet<&String> = self.owners.iter().collect();
        let mut residues = Vec::new();
        for ((giver, receiver), (given, received)) in pairs {
            let (given, received) = (given.amounts(), received.amounts());
            let residue = difference(&given, &received)?;
            if residue.0.iter().flatten().any(|amount| *amount != 0) {
                let (has_giver, has_receiver) = (present.contains(&giver), present.contains(&receiver));
                residues.push(Residue { giver, receiver, given, received, residue, has_giver, has_receiver });
            }
        }
        Ok(residues)
    }
}

impl Folded {
    /// Gives the sums of rows and sides their place.
    fn give(&mut self, summary: &Summary, place: impl Fn(&mut Consolidation, &Sum)) {
        summary.rows.iter().for_each(|(key, sum)| place(self.rows.entry(key.clone()).or_default(), sum));
        summary.totals.iter().for_each(|(side, sum)| place(self.totals.entry(*side).or_default(), sum));
    }
}
