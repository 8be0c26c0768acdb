//! What the plans of many units make together of an indicator: what counts, what is left out and why, and the value. Pure.
//!
//! Counts and money are added up over units; a percentage or a rate never is. Ratios divide the parts that are summed, what is listed by its
//! ids is united, and what is derived is computed from its parts once those are rolled up.

mod judge;
mod total;

use std::collections::{BTreeMap, HashMap};

use super::actuals::Actual;
use super::figures::{Figure, Figures, told};
use super::formula::Formula;
use super::number;
use super::{Content, Indicator, Item};
use crate::words;

words! {
    /// Why an indicator does not count.
    LeftOut {
        NotApproved "NOT_APPROVED",
        OptedOut "OPTED_OUT",
        NotReported "NOT_REPORTED",
        NoValue "NO_VALUE",
        Covered "COVERED",
        SameUnit "SAME_UNIT",
        Differs "DIFFERS",
    }
}

/// A plan of a unit, with those of its indicators that are asked about, as they are in force, and what was reported of them.
#[derive(Debug, Clone)]
pub struct Source {
    /// The id of the unit.
    pub unit: String,
    /// The id of the plan.
    pub plan: String,
    /// Its first and its last year.
    pub years: (i64, i64),
    /// The revision whose text is in force.
    pub in_force: Option<i64>,
    /// Its indicators.
    pub items: Vec<Item>,
    /// The reports.
    pub actuals: Vec<Actual>,
}

/// What is rolled up.
#[derive(Debug)]
pub struct Ground<'a> {
    /// The plans, those of higher units first; of a unit those of earlier years first.
    pub sources: &'a [Source],
    /// The unit above each unit, up to the top.
    pub above: &'a BTreeMap<String, String>,
    /// The first and the last year that are asked about.
    pub span: (i64, i64),
}

/// An indicator of one plan in a roll-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The code.
    pub code: String,
    /// The unit.
    pub unit: String,
    /// The plan.
    pub plan: String,
    /// The id of the indicator there.
    pub id: String,
    /// Why it does not count; none where it does.
    pub left_out: Option<LeftOut>,
    /// The first and the last year of the span that are the plan's.
    pub years: (i64, i64),
    /// Its value in them.
    pub figure: Figure,
    /// The revision whose text is in force.
    pub in_force: Option<i64>,
    /// The revision of the newest report that it rests on.
    pub reported: Option<i64>,
}

/// The value of an indicator over the units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The code.
    pub code: String,
    /// The indicator that says what it is: the plan, the id, the definition.
    pub defined: Option<(String, String, Indicator)>,
    /// The value.
    pub figure: Figure,
    /// How many indicators count.
    pub counted: usize,
    /// How many do not.
    pub left_out: usize,
    /// The codes that it is computed from.
    pub parts: Vec<String>,
}

/// A roll-up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RolledUp {
    /// The codes that were asked for in their order, then those that they are computed from.
    pub sums: Vec<Sum>,
    /// The indicators of plans, by code in the same order, higher units first.
    pub parts: Vec<Part>,
}

/// Rolls some codes up.
pub fn roll_up(ground: &Ground<'_>, codes: &[String]) -> RolledUp {
    let mut rolling = Rolling::new(ground);
    for code in codes {
        rolling.sum(code);
    }
    let mut order: Vec<String> = codes.to_vec();
    let mut next = 0;
    while let Some(code) = order.get(next).cloned() {
        let parts = rolling.known.get(&code).map(|(sum, _)| sum.parts.clone()).unwrap_or_default();
        let fresh: Vec<String> = parts.into_iter().filter(|part| !order.contains(part)).collect();
        order.extend(fresh);
        next += 1;
    }
    let mut rolled = RolledUp::default();
    for code in order {
        if let Some((sum, parts)) = rolling.known.remove(&code) {
            rolled.sums.push(sum);
            rolled.parts.extend(parts);
        }
    }
    rolled
}

/// One indicator of one plan that has the code.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    source: &'a Source,
    figures: &'a Figures<'a>,
    id: &'a str,
    indicator: &'a Indicator,
}

struct Rolling<'a> {
    ground: &'a Ground<'a>,
    figures: Vec<Figures<'a>>,
    /// The plans and items that have a code, in the order of the plans.
    by_code: HashMap<&'a str, Vec<(usize, &'a str, &'a Indicator)>>,
    known: BTreeMap<String, (Sum, Vec<Part>)>,
    /// The codes that are being computed.
    open: Vec<String>,
}

impl<'a> Rolling<'a> {
    fn new(ground: &'a Ground<'a>) -> Self {
        let mut by_code: HashMap<&str, Vec<(usize, &str, &Indicator)>> = HashMap::new();
        for (at, source) in ground.sources.iter().enumerate() {
            for item in &source.items {
                if let Content::Indicator(indicator) = &item.content {
                    by_code.entry(&indicator.code).or_default().push((at, &item.id, indicator));
                }
            }
        }
        let figures = ground.sources.iter().map(|source| Figures::new(&source.items, &source.actuals)).collect();
        Self { ground, figures, by_code, known: BTreeMap::new(), open: Vec::new() }
    }

    /// The value of a code.
    fn sum(&mut self, code: &str) -> Figure {
        if let Some((sum, _)) = self.known.get(code) {
            return sum.figure.clone();
        }
        if self.open.iter().any(|open| open == code) {
            return Figure::none(format!("{code} would be computed from itself"));
        }
        self.open.push(code.to_owned());
        let found = self.by_code.get(code).cloned().unwrap_or_default();
        let defined = found.iter().find(|(at, ..)| self.ground.sources[*at].in_force.is_some()).or(found.first());
        let (sum, parts) = match defined.copied() {
            None => (Sum::of(code, None, Figure::none("no plan has it")), Vec::new()),
            Some((at, id, indicator)) => {
                let plan = self.ground.sources[at].plan.clone();
                let defined = Some((plan, id.to_owned(), indicator.clone()));
                match &indicator.formula {
                    Some(formula) => (self.derived(code, at, formula, defined), Vec::new()),
                    None => self.added(code, &found, indicator, defined),
                }
            }
        };
        self.open.pop();
        let figure = sum.figure.clone();
        self.known.insert(code.to_owned(), (sum, parts));
        figure
    }

    /// The indicators of plans that have the code, judged and put together.
    fn added(
        &self,
        code: &str,
        found: &[(usize, &'a str, &'a Indicator)],
        defined: &Indicator,
        definition: Option<(String, String, Indicator)>,
    ) -> (Sum, Vec<Part>) {
        let candidate = |(at, id, indicator): &(usize, &'a str, &'a Indicator)| {
            let (source, figures) = (&self.ground.sources[*at], &self.figures[*at]);
            Candidate { source, figures, id, indicator }
        };
        let candidates: Vec<Candidate<'_>> = found.iter().map(candidate).collect();
        let judged = judge::judge(self.ground, code, &candidates, defined);
        let figure = total::total(&judged, &candidates, defined);
        let counted = judged.iter().filter(|part| part.left_out.is_none()).count();
        let left_out = judged.len() - counted;
        (Sum { counted, left_out, ..Sum::of(code, definition, figure) }, judged)
    }

    /// A formula over the codes of its parts, each rolled up.
    fn derived(&mut self, code: &str, at: usize, text: &str, definition: Option<(String, String, Indicator)>) -> Sum {
        let Ok(formula) = Formula::parse(text) else {
            return Sum::of(code, definition, Figure::none("it is no formula"));
        };
        let mut codes = BTreeMap::new();
        for id in formula.indicators() {
            let of = self.figures[at].indicator(id).map(|part| part.code.clone()).unwrap_or_default();
            if of.is_empty() {
                let why = format!("{id} has no code, by which other plans would have it");
                return Sum::of(code, definition, Figure::none(why));
            }
            codes.insert(id, of);
        }
        let figures: BTreeMap<&str, Figure> = codes.iter().map(|(id, of)| (*id, self.sum(of))).collect();
        let mut shown = text.to_owned();
        for (id, part) in &figures {
            let value = part.told.map_or_else(|| format!("({}: no value)", codes[id]), number::text);
            shown = shown.replace(&format!("{{{id}}}"), &value);
        }
        let decimals = definition.as_ref().map_or(0, |(.., indicator)| indicator.decimals);
        let is_provisional = figures.values().any(|part| part.is_provisional);
        let figure =
            Figure { is_provisional, missing_years: total::missing_years(figures.values()), ..Figure::default() };
        let figure = match formula.value(&|id: &str| figures.get(id)?.number) {
            Ok(value) => told(figure, value, decimals, &shown),
            Err(why) => Figure { arithmetic: format!("{shown}: {why}"), ..figure },
        };
        let mut parts: Vec<String> = Vec::new();
        for id in formula.indicators() {
            let of = &codes[id];
            if !parts.contains(of) {
                parts.push(of.clone());
            }
        }
        Sum { parts, ..Sum::of(code, definition, figure) }
    }
}

impl Sum {
    fn of(code: &str, defined: Option<(String, String, Indicator)>, figure: Figure) -> Self {
        Self { code: code.to_owned(), defined, figure, counted: 0, left_out: 0, parts: Vec::new() }
    }
}

#[cfg(test)]
mod tests;
