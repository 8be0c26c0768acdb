//! What a roll-up asks for and what it answers: which estimates count, where units and codes stand, how sums fold. No tables here.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::model::{Amounts, Kind, Side, Stage, Sum, overflow};
use crate::classification::model::{Code, Dimension};
use crate::document::state::State;
use crate::error::{Error, Reason, Result};
use crate::organisation::store::Place;
use crate::word::Word;
use crate::{limits, words};

words! {
    /// What rows of a roll-up are told apart by.
    Attribute {
        Administrative "ADMINISTRATIVE",
        Functional "FUNCTIONAL",
        Economic "ECONOMIC",
        Source "SOURCE",
        Programme "PROGRAMME",
        Geographic "GEOGRAPHIC",
        Unit "UNIT",
        FiscalYear "FISCAL_YEAR",
        Kind "KIND",
        Nature "NATURE",
        Autonomy "AUTONOMY",
        Baseline "BASELINE",
        Content "CONTENT",
        Channel "CHANNEL",
        Field "FIELD",
        FinancingClass "FINANCING_CLASS",
        Project "PROJECT",
    }
}

words! {
    /// Which estimates count by their state.
    Basis {
        Working "WORKING",
        Submitted "SUBMITTED",
        InForce "IN_FORCE",
    }
}

impl Attribute {
    /// The dimension of the codes that decide it.
    pub fn dimension(self) -> Option<Dimension> {
        match self {
            Self::Administrative => Some(Dimension::Administrative),
            Self::Functional | Self::Field => Some(Dimension::Functional),
            Self::Economic => Some(Dimension::Economic),
            Self::Source | Self::FinancingClass => Some(Dimension::Source),
            Self::Programme => Some(Dimension::Programme),
            Self::Geographic => Some(Dimension::Geographic),
            Self::Unit | Self::FiscalYear | Self::Kind | Self::Nature | Self::Autonomy => None,
            Self::Baseline | Self::Content | Self::Channel | Self::Project => None,
        }
    }

    /// Whether its keys are codes.
    pub fn is_code(self) -> bool {
        self.dimension().is_some() && !matches!(self, Self::Field | Self::FinancingClass)
    }

    /// Whether it is one of the estimate, not of the line.
    pub fn is_of_estimate(self) -> bool {
        matches!(self, Self::Unit | Self::FiscalYear | Self::Kind)
    }

    /// Whether its keys stand in trees.
    pub fn has_levels(self) -> bool {
        self.is_code() || self == Self::Unit
    }
}

/// An attribute at a level of its tree; 0 as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GroupBy {
    pub attribute: Attribute,
    pub level: usize,
}

/// An estimate as far as a roll-up needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub estimate: String,
    pub unit: String,
    pub fiscal_year: i64,
    pub kind: Kind,
    pub series: String,
    pub sequence: i64,
    pub scheme: String,
    pub state: State,
    pub in_force: Option<i64>,
    /// The revision that last changed it or any of its lines.
    pub revision: i64,
}

impl Header {
    /// The revision whose text counts, where estimates are looked at at another one.
    pub fn text(&self, basis: Basis, revision: i64) -> i64 {
        match basis {
            Basis::Working | Basis::Submitted => revision,
            Basis::InForce => self.in_force.unwrap_or(revision),
        }
    }
}

/// Which estimates count, of those of the wanted units and years.
///
/// An estimate that the basis leaves out takes no other one's place.
pub fn choose(headers: Vec<Header>, kinds: &[Kind], series: &str, basis: Basis) -> Vec<Header> {
    let counts = |header: &Header| match (header.state, basis) {
        (State::Cancelled, _) => false,
        _ if header.kind == Kind::Reference => kinds.contains(&Kind::Reference) && header.series == series,
        (State::Draft | State::Submitted, Basis::Submitted) => false,
        (_, Basis::InForce) => header.in_force.is_some(),
        _ => true,
    };
    let counting: Vec<Header> = headers.into_iter().filter(counts).collect();
    if !kinds.is_empty() {
        return counting.into_iter().filter(|header| kinds.contains(&header.kind)).collect();
    }
    // REDONE is greater than ANNUAL, so the greatest of kind and sequence is the one that holds.
    let mut holding: BTreeMap<(String, i64), (Kind, i64)> = BTreeMap::new();
    for header in counting.iter().filter(|header| header.kind != Kind::Supplement) {
        let held = holding.entry((header.unit.clone(), header.fiscal_year)).or_insert((header.kind, header.sequence));
        *held = (*held).max((header.kind, header.sequence));
    }
    let holds = |header: &Header| {
        let held = holding.get(&(header.unit.clone(), header.fiscal_year));
        header.kind == Kind::Supplement || held == Some(&(header.kind, header.sequence))
    };
    counting.into_iter().filter(holds).collect()
}

/// The units of a jurisdiction as a tree.
#[derive(Debug, Default, Clone)]
pub struct Places(BTreeMap<String, Place>);

impl Places {
    pub fn new(places: Vec<Place>) -> Self {
        Self(places.into_iter().map(|place| (place.unit.clone(), place)).collect())
    }

    pub fn contains(&self, unit: &str) -> bool {
        self.0.contains_key(unit)
    }

    fn name(&self, unit: &str) -> &str {
        self.0.get(unit).map_or("", |place| place.display_name.as_str())
    }

    /// The unit and those above it up to the one directly below `top`, highest first; empty for `top` itself.
    ///
    /// None where it does not stand below `top`.
    fn chain<'a>(&'a self, unit: &'a str, top: Option<&str>) -> Option<Vec<&'a str>> {
        let mut chain = Vec::new();
        let mut next = Some(unit);
        while next != top {
            let here = next?;
            if chain.len() > limits::count(limits::TREE_DEPTH) {
                return None;
            }
            chain.push(here);
            next = self.0.get(here).and_then(|place| place.parent.as_deref());
        }
        chain.reverse();
        Some(chain)
    }

    /// The units that are added up: below `top` or `top` itself, and not closed before a day.
    pub fn added(&self, top: Option<&str>, alone: bool, day: &str) -> BTreeSet<String> {
        let open = |place: &&Place| place.closes_on.as_deref().is_none_or(|end| end > day);
        let inside = |place: &&Place| match (alone, top) {
            (true, Some(top)) => place.unit == top,
            _ => self.chain(&place.unit, top).is_some(),
        };
        self.0.values().filter(open).filter(inside).map(|place| place.unit.clone()).collect()
    }

    /// Where a unit stands at a level below `top`; above that level it stays what it is.
    pub fn at_level<'a>(&'a self, unit: &'a str, top: Option<&str>, level: usize) -> &'a str {
        let chain = if level == 0 { None } else { self.chain(unit, top) };
        chain.and_then(|chain| chain.get(level - 1).copied()).unwrap_or(unit)
    }
}

/// The codes of one dimension of one scheme as a tree.
#[derive(Debug, Default, Clone)]
pub struct Tree(HashMap<String, Code>);

impl Tree {
    pub fn new(codes: Vec<Code>) -> Self {
        Self(codes.into_iter().map(|code| (code.code.clone(), code)).collect())
    }

    /// The code and those above it, nearest first.
    fn upwards<'a>(&'a self, code: &str) -> impl Iterator<Item = &'a Code> {
        let next = |code: &&'a Code| code.parent.as_deref().and_then(|parent| self.0.get(parent));
        std::iter::successors(self.0.get(code), next).take(limits::count(limits::TREE_DEPTH) + 1)
    }

    /// Where a code stands at a level, 1 at the top; above that level it stays what it is.
    pub fn at_level(&self, code: &str, level: usize) -> String {
        let chain: Vec<&Code> = if level == 0 { Vec::new() } else { self.upwards(code).collect() };
        let found = chain.len().checked_sub(level).filter(|_| level > 0).and_then(|at| chain.get(at));
        found.map_or(code, |found| found.code.as_str()).to_owned()
    }

    /// What the nearest code says, upwards, of the field or the class of financing.
    pub fn inherited(&self, code: &str, attribute: Attribute) -> String {
        let said = |code: &Code| {
            let field = code.field.map(Word::as_str);
            if attribute == Attribute::Field { field } else { code.financing_class.map(Word::as_str) }
        };
        self.upwards(code).find_map(said).unwrap_or_default().to_owned()
    }

    fn name(&self, code: &str) -> &str {
        self.0.get(code).map_or("", |code| code.display_name.as_str())
    }
}

/// What one row stands for in one attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Value {
    /// A code, a unit's id, a year, a word or a name; empty where nothing is stated.
    pub value: String,
    /// The scheme of a code.
    pub scheme: String,
}

/// What the estimates of one class have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Class {
    /// The unit at the level asked for; empty where it does not matter.
    pub unit: String,
    pub fiscal_year: i64,
    /// None where it does not matter.
    pub kind: Option<Kind>,
    /// Empty where it does not matter.
    pub scheme: String,
}

/// What a store tells sums apart by: one class, one side, and one combination of the columns asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    pub class: usize,
    pub side: Side,
    /// In the order of the grouping; none for an attribute of the estimate or where nothing is stated.
    pub columns: [Option<String>; 3],
    /// The other end, of transfers.
    pub counterpart: Option<String>,
}

/// A sum as a store gives it.
pub type Part = (Cell, Sum);

/// The sums of a roll-up before they are folded.
#[derive(Debug, Default)]
pub struct Cells(pub BTreeMap<Cell, Sum>);

impl Cells {
    /// Adds sums, or takes them away where `sign` is −1; a cell without lines is gone.
    pub fn add(&mut self, parts: Vec<Part>, sign: i64) -> Result<()> {
        for (cell, sum) in parts {
            self.0.entry(cell).or_default().add(&sum, sign)?;
        }
        self.0.retain(|_, sum| sum.line_count != 0);
        Ok(())
    }
}

/// Everything that the folding needs to know.
#[derive(Debug, Default, Clone)]
pub struct Ground {
    pub top: Option<String>,
    pub group_by: Vec<GroupBy>,
    pub places: Places,
    pub classes: Vec<Class>,
    /// The units added up, by year.
    pub added: BTreeMap<i64, BTreeSet<String>>,
    pub trees: BTreeMap<(String, Dimension), Tree>,
}

impl Default for GroupBy {
    fn default() -> Self {
        Self { attribute: Attribute::Unit, level: 0 }
    }
}

/// What a roll-up answers.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    pub rows: BTreeMap<(Vec<Value>, Side), Sum>,
    pub totals: BTreeMap<Side, Sum>,
    pub eliminated: Option<Eliminated>,
}

/// Transfers among the units that are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Eliminated {
    pub expenditure: Sum,
    pub revenue: Sum,
    /// Expenditure minus revenue.
    pub residue: Amounts,
}

/// One minus the other, stage by stage; unset where both are.
pub fn difference(one: &Amounts, other: &Amounts) -> Result<Amounts> {
    let mut result = Amounts::default();
    for stage in Stage::ALL {
        let (one, other) = (one.get(*stage), other.get(*stage));
        if one.is_some() || other.is_some() {
            let rest = one.unwrap_or_default().checked_sub(other.unwrap_or_default()).ok_or_else(overflow)?;
            result.set(*stage, Some(rest));
        }
    }
    Ok(result)
}

impl Ground {
    /// How many units, codes and classes it holds.
    pub fn weight(&self) -> usize {
        self.places.0.len() + self.classes.len() + self.trees.values().map(|tree| tree.0.len()).sum::<usize>()
    }

    /// The class of an estimate: what of it decides about rows.
    pub fn class_of(&self, header: &Header) -> Class {
        let groups = |attribute| self.group_by.iter().find(|by| by.attribute == attribute);
        let unit = groups(Attribute::Unit).map(|by| self.places.at_level(&header.unit, self.top.as_deref(), by.level));
        let codes = self.group_by.iter().any(|by| by.attribute.dimension().is_some());
        Class {
            unit: unit.unwrap_or_default().to_owned(),
            fiscal_year: header.fiscal_year,
            kind: groups(Attribute::Kind).map(|_| header.kind),
            scheme: if codes { header.scheme.clone() } else { String::new() },
        }
    }

    fn value(&self, by: GroupBy, class: &Class, column: Option<&str>) -> Value {
        let plain = |value: String| Value { value, scheme: String::new() };
        match (by.attribute, column) {
            (Attribute::Unit, _) => plain(class.unit.clone()),
            (Attribute::FiscalYear, _) => plain(class.fiscal_year.to_string()),
            (Attribute::Kind, _) => plain(class.kind.map(Word::as_str).unwrap_or_default().to_owned()),
            (_, None) => Value::default(),
            (attribute, Some(column)) => {
                let tree = attribute.dimension().and_then(|one| self.trees.get(&(class.scheme.clone(), one)));
                match tree {
                    Some(tree) if attribute.is_code() => {
                        Value { value: tree.at_level(column, by.level), scheme: class.scheme.clone() }
                    }
                    Some(tree) => plain(tree.inherited(column, attribute)),
                    None => plain(column.to_owned()),
                }
            }
        }
    }

    /// What people call a value: the name of the code or the unit.
    pub fn display_name(&self, attribute: Attribute, value: &Value) -> &str {
        match attribute.dimension() {
            _ if attribute == Attribute::Unit => self.places.name(&value.value),
            Some(dimension) if attribute.is_code() => {
                self.trees.get(&(value.scheme.clone(), dimension)).map_or("", |tree| tree.name(&value.value))
            }
            _ => "",
        }
    }

    /// Folds sums into rows, with what was transferred among the units set apart.
    pub fn fold(&self, cells: &Cells) -> Result<Summary> {
        let mut summary = Summary::default();
        for (part, sum) in &cells.0 {
            let class = self.classes.get(part.class).ok_or_else(|| Error::bug("a class that was not asked for"))?;
            let added = self.added.get(&class.fiscal_year);
            let is_inner = |unit: &String| added.is_some_and(|added| added.contains(unit));
            if part.counterpart.as_ref().is_some_and(is_inner) {
                let eliminated = summary.eliminated.get_or_insert_default();
                let end =
                    if part.side == Side::Revenue { &mut eliminated.revenue } else { &mut eliminated.expenditure };
                end.add(sum, 1)?;
                continue;
            }
            let values = self.group_by.iter().zip(&part.columns);
            let values = values.map(|(by, column)| self.value(*by, class, column.as_deref())).collect();
            summary.rows.entry((values, part.side)).or_default().add(sum, 1)?;
            summary.totals.entry(part.side).or_default().add(sum, 1)?;
            if summary.rows.len() > limits::count(limits::SUMMARY_ROWS) {
                let subject = "rows of a roll-up".to_owned();
                return Err(Error::Limit { reason: Reason::TooManyRows, limit: limits::SUMMARY_ROWS, subject });
            }
        }
        if let Some(eliminated) = &mut summary.eliminated {
            eliminated.residue = difference(&eliminated.expenditure.amounts(), &eliminated.revenue.amounts())?;
        }
        Ok(summary)
    }
}

#[cfg(test)]
mod tests;
