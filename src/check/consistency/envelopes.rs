//! The five-year financial plan, what was issued for a year, and what is asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::scope::{Plans, Scope, between};
use super::{Compared, Comparison, Figure, figure};
use crate::budget::latest::{self, Counting, Latest, Wanted};
use crate::budget::model::Nature;
use crate::budget::summary::Attribute;
use crate::classification::model::FinancingClass;
use crate::commit::View;
use crate::document::finding::{Finding, Severity};
use crate::envelope::model::{Envelope, Kind, Said, Selector};
use crate::envelope::rules::{self, Tested};
use crate::envelope::store::{self, EnvelopeFilter};
use crate::error::Result;
use crate::plan::model::stated::{self, Cells};
use crate::plan::model::{Item, Kind as PlanKind, Plan};
use crate::word::Word;

/// Envelopes that are read at a time.
const AT_ONCE: i64 = 1_000;

const OF: Comparison = Comparison::Envelopes;

/// Everything of the years of the scope.
pub fn compare(view: &mut View<'_>, scope: &Scope, plans: &Plans) -> Result<Compared> {
    let mut compared = Compared::default();
    for year in &scope.years {
        of_year(view, scope, plans, *year, &mut compared)?;
    }
    Ok(compared)
}

/// What a plan of several years has for some money of one year.
struct Frame<'a> {
    plan: &'a Plan,
    text: i64,
    selector: Selector,
    amount: i64,
}

/// What is compared for one selector: the sums of the units that hold something of it, and what each passed on, by kind.
struct Ground<'a> {
    scope: &'a Scope,
    year: i64,
    sums: BTreeMap<String, Latest>,
    passed_on: BTreeMap<Kind, BTreeMap<String, i64>>,
}

fn of_year(view: &mut View<'_>, scope: &Scope, plans: &Plans, year: i64, compared: &mut Compared) -> Result<()> {
    let held = held(view, scope, year)?;
    let frames: Vec<Frame<'_>> =
        plans.of_year(year).flat_map(|(plan, text, items)| frames(plan, text, items, year)).collect();
    let selectors: BTreeSet<&Selector> =
        held.iter().map(|held| &held.selector).chain(frames.iter().map(|frame| &frame.selector)).collect();
    for selector in selectors {
        let alike: Vec<&Envelope> = held.iter().filter(|held| held.selector == *selector).collect();
        let framing: Vec<&Frame<'_>> = frames.iter().filter(|frame| frame.selector == *selector).collect();
        let units = alike.iter().map(|held| held.unit.as_str()).chain(framing.iter().map(|one| one.plan.unit.as_str()));
        let filter = selector.filter();
        let wanted = Wanted { unit: &scope.top, year, filter: &filter, counting: Counting::Working };
        let flows = latest::flows(view, &wanted)?;
        let sums = scope.whole(&flows, &units.collect())?;
        let mut passed_on = BTreeMap::new();
        for kind in Kind::ALL {
            let of_kind: Vec<&Envelope> = alike.iter().copied().filter(|held| held.kind == *kind).collect();
            passed_on.insert(*kind, scope.above.all_passed_on(&of_kind, year)?);
        }
        let ground = Ground { scope, year, sums, passed_on };
        for envelope in alike.iter().filter(|held| scope.units.contains(&held.unit)) {
            ground.of_envelope(view, envelope, compared);
        }
        for frame in framing {
            ground.of_frame(frame, &alike, compared);
        }
    }
    Ok(())
}

/// The envelopes of the unit at the top and of all below it that say something of a year.
fn held(view: &mut View<'_>, scope: &Scope, year: i64) -> Result<Vec<Envelope>> {
    let (mut found, mut after) = (Vec::new(), String::new());
    let filter = EnvelopeFilter { units: None, year: Some(year), kinds: Vec::new() };
    loop {
        let page = store::list_envelopes(view, &filter, &after, AT_ONCE)?;
        let is_last = i64::try_from(page.len()).unwrap_or(i64::MAX) < AT_ONCE;
        after = page.last().map(|last| last.id.clone()).unwrap_or_default();
        found.extend(page.into_iter().filter(|held| scope.path(&held.unit).first() == Some(&scope.top)));
        if is_last {
            return Ok(found);
        }
    }
}

/// What a five-year financial plan, or a plan of public investment, has for a year in all and by nature.
fn frames<'a>(plan: &'a Plan, text: i64, items: &'a [Item], year: i64) -> Vec<Frame<'a>> {
    let natures: &[Option<Nature>] = match plan.kind {
        PlanKind::FiveYearFinancial => &[None, Some(Nature::Recurrent), Some(Nature::Investment)],
        PlanKind::PublicInvestment => &[Some(Nature::Investment)],
        PlanKind::Development
        | PlanKind::ThreeYearFinancial
        | PlanKind::Annual
        | PlanKind::ProjectList
        | PlanKind::ActionProgramme => &[],
    };
    let frame = |nature: &Option<Nature>| {
        let of_nature = |one: Option<Nature>| nature.is_none() || one == *nature;
        let in_budget = |class: Option<FinancingClass>| class != Some(FinancingClass::Enterprise);
        let amount = stated::whole(items, &Cells { year, class: &in_budget, nature: &of_nature })?;
        let term = |nature: &Nature| (Attribute::Nature, BTreeSet::from([nature.as_str().to_owned()]));
        let selector = Selector { terms: nature.iter().map(term).collect(), ..Selector::default() };
        Some(Frame { plan, text, selector, amount: figure(amount) })
    };
    natures.iter().filter_map(frame).collect()
}

impl Ground<'_> {
    fn of_envelope(&self, view: &View<'_>, envelope: &Envelope, compared: &mut Compared) {
        let (scope, year, unit) = (self.scope, self.year, envelope.unit.as_str());
        let Some(said) = envelope.amounts.get(&year).copied().filter(|_| view.standing.sees(unit)) else { return };
        let phase = scope.phase(unit, year);
        let sums = self.sums.get(unit).copied().unwrap_or_default();
        let issued = Figure::new(envelope.name(), envelope.revision, said.amount);
        let estimated = scope.estimated(unit, year, sums.latest);
        let name = estimated.document.clone();
        let tested = Tested { estimate: &name, phase, sums };
        if scope.is_busy(unit, year) {
            compared.pairs += 1;
            if let Some(finding) = rules::breach(envelope, said, &tested) {
                compared.tell(phase, between(OF, (unit, year), (issued.clone(), estimated), finding));
            }
        }
        let passed_on = self.passed_on.get(&envelope.kind).and_then(|of_kind| of_kind.get(unit)).copied();
        compared.pairs += usize::from(passed_on.is_some() || said.retained.is_some());
        if let Some(finding) = rules::handed_down(envelope, said, passed_on, &tested) {
            let made_up = finding.difference.and_then(|difference| said.amount.checked_add(difference));
            let below = Figure::new(scope.unit_name(unit), scope.revision, made_up);
            compared.tell(phase, between(OF, (unit, year), (issued, below), finding));
        }
    }

    /// What was issued for a year keeps within the plan; where nothing was, what is asked for does.
    fn of_frame(&self, frame: &Frame<'_>, alike: &[&Envelope], compared: &mut Compared) {
        let (scope, year, unit) = (self.scope, self.year, frame.plan.unit.as_str());
        let is_ceiling = |held: &&&Envelope| held.unit == unit && held.kind != Kind::Floor;
        let mut beside: Vec<(Figure, &str)> = Vec::new();
        for held in alike.iter().filter(is_ceiling) {
            let said: Option<&Said> = held.amounts.get(&year);
            beside.extend(said.map(|said| (Figure::new(held.name(), held.revision, said.amount), held.kind.as_str())));
        }
        if beside.is_empty() && scope.is_busy(unit, year) {
            let sums = self.sums.get(unit).copied().unwrap_or_default();
            beside.push((scope.estimated(unit, year, sums.latest), "the estimates"));
        }
        for (actual, what) in beside {
            compared.pairs += 1;
            let Some(value) = actual.value.filter(|value| *value > frame.amount) else { continue };
            let text = format!(
                "{} has {} for {} in {year}, and {what} {value}",
                frame.plan.name(),
                frame.amount,
                frame.selector.text()
            );
            let mut finding = Finding::new("CON-FRAME", Severity::Warning, actual.document.clone(), text);
            finding = finding.compared(frame.amount, value);
            finding.objects.push(frame.plan.name().to_string());
            finding.difference = value.checked_sub(frame.amount);
            let expected = Figure::new(frame.plan.name(), frame.text, frame.amount);
            compared.tell(scope.phase(unit, year), between(OF, (unit, year), (expected, actual), finding));
        }
    }
}
