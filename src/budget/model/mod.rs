//! What an estimate and its lines are, what they add up to, and the rules of a line. Pure: no store, no clock.

pub mod inclusion;
mod rules;

use std::collections::BTreeMap;

pub use rules::{Context, Facts, refuse_but_codes, refuse_code, refuse_line};

use crate::classification::model::Dimension;
use crate::clock::Micros;
use crate::document::kind::DocumentKind;
use crate::document::state::State;
use crate::error::{Error, Reason, Result};
use crate::id::{EstimateName, LineName};
use crate::money;
use crate::words;

words! {
    /// What an estimate is for.
    Kind {
        Annual "ANNUAL",
        Redone "REDONE",
        Supplement "SUPPLEMENT",
        Reference "REFERENCE",
    }
}

impl Kind {
    /// The same among all kinds of documents.
    pub fn document_kind(self) -> DocumentKind {
        match self {
            Self::Annual => DocumentKind::AnnualEstimate,
            Self::Redone => DocumentKind::RedoneEstimate,
            Self::Supplement => DocumentKind::SupplementEstimate,
            Self::Reference => DocumentKind::ReferenceEstimate,
        }
    }
}

words! {
    /// The side of the budget; sides are never netted.
    Side {
        Revenue "REVENUE",
        FeeRemitted "FEE_REMITTED",
        FeeRetainedSpending "FEE_RETAINED_SPENDING",
        Expenditure "EXPENDITURE",
    }
}

words! {
    /// The nature of the money.
    Nature {
        Recurrent "RECURRENT",
        Investment "INVESTMENT",
        Interest "INTEREST",
        ReserveFund "RESERVE_FUND",
        Contingency "CONTINGENCY",
        Carryover "CARRYOVER",
        TransferDown "TRANSFER_DOWN",
        Other "OTHER",
    }
}

words! {
    /// Given with autonomy or not.
    Autonomy {
        Autonomous "AUTONOMOUS",
        NonAutonomous "NON_AUTONOMOUS",
        NotApplicable "NOT_APPLICABLE",
    }
}

words! {
    /// Spending that goes on, or new.
    Baseline {
        Ongoing "ONGOING",
        NewSpending "NEW_SPENDING",
    }
}

words! {
    /// The content of science and technology spending.
    Content {
        ScienceTech "SCIENCE_TECH",
        Innovation "INNOVATION",
        Digital "DIGITAL",
    }
}

words! {
    /// How science and technology money reaches its task.
    Channel {
        ViaFund "VIA_FUND",
        Direct "DIRECT",
    }
}

words! {
    /// The columns of a line, in their order.
    Stage {
        ActualN2 "ACTUAL_N2",
        BudgetN1 "BUDGET_N1",
        ExpectedN1 "EXPECTED_N1",
        Requested "REQUESTED",
        Appraised "APPRAISED",
        Decided "DECIDED",
    }
}

/// The figures of a line by stage; what is not stated is not 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amounts(pub [Option<i64>; 6]);

impl Amounts {
    /// The figure of a stage.
    pub fn get(&self, stage: Stage) -> Option<i64> {
        self.0[stage as usize]
    }

    /// States, or no longer states, the figure of a stage.
    pub fn set(&mut self, stage: Stage, amount: Option<i64>) {
        self.0[stage as usize] = amount;
    }
}

/// The six codes of a line, in the order of the dimensions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash, PartialOrd, Ord)]
pub struct Codes(pub [Option<String>; 6]);

impl Codes {
    /// The code of a dimension.
    pub fn get(&self, dimension: Dimension) -> Option<&str> {
        self.0[dimension as usize].as_deref()
    }

    /// Those that are stated, with their dimensions.
    pub fn stated(&self) -> impl Iterator<Item = (Dimension, &str)> {
        use crate::word::Word;
        Dimension::ALL.iter().filter_map(|dimension| Some((*dimension, self.get(*dimension)?)))
    }
}

/// The key of an estimate: no two that are there at once have the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The id of the unit.
    pub unit: String,
    /// The fiscal year.
    pub fiscal_year: i64,
    /// The kind.
    pub kind: Kind,
    /// Which figures a REFERENCE holds; empty otherwise.
    pub series: String,
    /// From 1.
    pub sequence: i64,
}

/// A document that an estimate rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct LegalBasis {
    /// Its number.
    pub number: String,
    /// The day it was issued, or empty.
    pub issued_on: String,
    /// Who issued it.
    pub issuer: String,
    /// Its title.
    pub title: String,
}

/// A budget estimate without its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// The jurisdiction.
    pub jurisdiction: String,
    /// Its id there.
    pub id: String,
    /// Its key.
    pub key: Key,
    /// The id of the scheme of its codes.
    pub scheme: String,
    /// Where it stands.
    pub state: State,
    /// How often it was submitted.
    pub submission: i64,
    /// 0 for the first text, n for its n-th amendment.
    pub number: i64,
    /// The revision whose text is in force.
    pub in_force: Option<i64>,
    /// Whether this is the text in force, which cannot be changed as it is shown.
    pub shown_in_force: bool,
    /// Its title.
    pub title: String,
    /// The explanation; not read in lists.
    pub narrative: String,
    /// What it rests on; not read in lists.
    pub legal_basis: Vec<LegalBasis>,
    /// The sums of its lines.
    pub totals: Totals,
    /// How many lines it has.
    pub line_count: i64,
    /// The sequence number that its last line got.
    pub last_sequence: i64,
    /// The revision that last changed it or any of its lines.
    pub revision: i64,
    /// When it was created.
    pub created_at: Micros,
    /// When `revision` was made.
    pub updated_at: Micros,
}

impl Estimate {
    /// Its resource name.
    pub fn name(&self) -> EstimateName {
        EstimateName { jurisdiction: self.jurisdiction.clone(), estimate: self.id.clone() }
    }

    /// The resource name of one of its lines.
    pub fn line_name(&self, line: &str) -> LineName {
        LineName { jurisdiction: self.jurisdiction.clone(), estimate: self.id.clone(), line: line.to_owned() }
    }

    /// Its name below the jurisdiction, by which its life is kept.
    pub fn document(&self) -> String {
        format!("estimates/{}", self.id)
    }

    /// Refuses a change where the estimate is no draft.
    pub fn require_draft(&self) -> Result<()> {
        self.require_state(&[State::Draft])
    }

    /// Refuses a change where the estimate is in none of these states.
    pub fn require_state(&self, states: &[State]) -> Result<()> {
        if states.contains(&self.state) {
            return Ok(());
        }
        use crate::word::Word;
        let words: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
        let text =
            format!("{} is {}; this is done to one that is {}", self.name(), self.state.as_str(), words.join(" or "));
        Err(Error::refused(Reason::NotDraft, self.name().to_string(), text))
    }
}

/// A line of an estimate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its id in the estimate.
    pub id: String,
    /// Its place in the order of entry.
    pub sequence: i64,
    /// The side of the budget.
    pub side: Side,
    /// The six codes.
    pub codes: Codes,
    /// The nature of the money.
    pub nature: Nature,
    /// Given with autonomy or not.
    pub autonomy: Autonomy,
    /// Going on or new, where stated.
    pub baseline: Option<Baseline>,
    /// The science content, where stated.
    pub content: Option<Content>,
    /// The channel, where stated.
    pub channel: Option<Channel>,
    /// Spent for another authority.
    pub delegated: bool,
    /// Not yet given to a unit below: a cut to be distributed where it is negative, a reserve where it is positive.
    pub unallocated: bool,
    /// The id of the unit at the other end of a transfer.
    pub counterpart: Option<String>,
    /// The task of a plan, as a resource name.
    pub plan_task: Option<String>,
    /// The project, as a resource name.
    pub project: Option<String>,
    /// What it is.
    pub description: String,
    /// How many, for how much each.
    pub basis: Option<CostBasis>,
    /// The figures.
    pub amounts: Amounts,
    /// Why appraised differs from requested.
    pub appraised_reason: Option<String>,
    /// Why decided differs from appraised.
    pub decided_reason: Option<String>,
    /// What was stated in another currency.
    pub memo: Option<Memo>,
    /// The revision that last changed it.
    pub revision: i64,
}

/// Quantity, price and norm: the product is what is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CostBasis {
    /// In ten-thousandths.
    pub quantity: i64,
    /// In hundredths of a minor unit.
    pub price: i64,
    /// In ten-thousandths; none counts as one.
    pub norm: Option<i64>,
}

impl CostBasis {
    /// The decimals of a quantity and of a norm.
    pub const QUANTITY: u32 = 4;
    /// The decimals of a price.
    pub const PRICE: u32 = 2;
    const ONE: i64 = 10_000;

    /// The product in minor units, rounded once, half away from zero.
    pub fn product(&self) -> i128 {
        let exact = i128::from(self.quantity) * i128::from(self.price) * i128::from(self.norm.unwrap_or(Self::ONE));
        money::rounded(exact, 10_000 * 100 * 10_000)
    }
}

/// What was stated in another currency; never added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memo {
    /// ISO 4217.
    pub currency: String,
    /// In ten-thousandths of a unit.
    pub amount: i64,
    /// In hundred-millionths, where stated.
    pub rate: Option<i64>,
}

impl Memo {
    /// The decimals of the amount.
    pub const AMOUNT: u32 = 4;
    /// The decimals of the rate.
    pub const RATE: u32 = 8;
}

/// What lines are added up by.
pub type Group = (Side, Nature, Autonomy);

/// A sum of lines: of each stage the sum and how many lines state it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// How many lines.
    pub line_count: i64,
    /// The sums by stage.
    pub sums: [i64; 6],
    /// How many lines state each stage.
    pub counts: [i64; 6],
}

impl Sum {
    /// The sums as figures: unset where no line states the stage.
    pub fn amounts(&self) -> Amounts {
        let mut amounts = Amounts::default();
        for (slot, (sum, count)) in amounts.0.iter_mut().zip(self.sums.iter().zip(&self.counts)) {
            *slot = (*count > 0).then_some(*sum);
        }
        amounts
    }

    /// Adds figures that stand for a number of lines, or takes them away where `sign` is −1.
    pub fn add(&mut self, other: &Sum, sign: i64) -> Result<()> {
        self.line_count += sign * other.line_count;
        for stage in 0..6 {
            let change = other.sums[stage].checked_mul(sign);
            self.sums[stage] = change.and_then(|change| self.sums[stage].checked_add(change)).ok_or_else(overflow)?;
            self.counts[stage] += sign * other.counts[stage];
        }
        Ok(())
    }

    /// The sum of one line.
    pub fn of(line: &Line) -> Self {
        let mut sum = Self { line_count: 1, ..Self::default() };
        for (stage, amount) in line.amounts.0.iter().enumerate() {
            sum.sums[stage] = amount.unwrap_or_default();
            sum.counts[stage] = i64::from(amount.is_some());
        }
        sum
    }

    /// Adds the figures of one more line.
    pub fn count(&mut self, figures: &Amounts) -> Result<()> {
        self.line_count += 1;
        for ((sum, count), figure) in self.sums.iter_mut().zip(&mut self.counts).zip(figures.0) {
            let Some(figure) = figure else { continue };
            *sum = sum.checked_add(figure).ok_or_else(overflow)?;
            *count += 1;
        }
        Ok(())
    }
}

pub(super) fn overflow() -> Error {
    Error::refused(Reason::AmountOverflow, "", "a sum of amounts does not fit 64 bits")
}

/// The sums of an estimate by group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    pub sums: BTreeMap<Group, Sum>,
    /// The revision that wrote each, where they were read: what ends is told by it.
    pub since: BTreeMap<Group, i64>,
}

impl Totals {
    /// Adds a line, or takes it away where `sign` is −1; a group without lines is gone.
    pub fn count(&mut self, line: &Line, sign: i64) -> Result<()> {
        let group = (line.side, line.nature, line.autonomy);
        let sum = self.sums.entry(group).or_default();
        sum.add(&Sum::of(line), sign)?;
        if sum.line_count == 0 {
            self.sums.remove(&group);
        }
        Ok(())
    }
}

/// The fields of the amounts of a line.
const AMOUNTS: [&str; 6] = [
    "amounts.actual_n2",
    "amounts.budget_n1",
    "amounts.expected_n1",
    "amounts.requested",
    "amounts.appraised",
    "amounts.decided",
];

/// The fields of the figures that a line states, and of the reasons given for them.
pub fn stated_figures(line: &Line) -> impl Iterator<Item = &'static str> {
    let basis = line.basis.iter().flat_map(|_| ["quantity", "price", "norm"]);
    let amounts = line.amounts.0.iter().zip(AMOUNTS).filter(|(amount, _)| amount.is_some()).map(|(_, field)| field);
    let appraised = line.appraised_reason.iter().map(|_| "appraised_reason");
    basis.chain(amounts).chain(appraised).chain(line.decided_reason.iter().map(|_| "decided_reason"))
}

/// The names of the fields in which two versions of a line differ, as paths of the message.
pub fn changed_fields(old: &Line, new: &Line) -> Vec<&'static str> {
    const CODES: [&str; 6] =
        ["administrative_code", "functional_code", "economic_code", "source_code", "programme_code", "geographic_code"];
    let mut fields = Vec::new();
    let mut differs = |differs: bool, name: &'static str| {
        if differs {
            fields.push(name);
        }
    };
    differs(old.side != new.side, "side");
    for (position, name) in CODES.into_iter().enumerate() {
        differs(old.codes.0[position] != new.codes.0[position], name);
    }
    differs(old.nature != new.nature, "nature");
    differs(old.autonomy != new.autonomy, "autonomy");
    differs(old.baseline != new.baseline, "baseline");
    differs(old.content != new.content, "content");
    differs(old.channel != new.channel, "channel");
    differs(old.delegated != new.delegated, "delegated");
    differs(old.unallocated != new.unallocated, "unallocated");
    differs(old.counterpart != new.counterpart, "counterpart_unit");
    differs(old.plan_task != new.plan_task, "plan_task");
    differs(old.project != new.project, "project");
    differs(old.description != new.description, "description");
    differs(old.basis.map(|basis| basis.quantity) != new.basis.map(|basis| basis.quantity), "quantity");
    differs(old.basis.map(|basis| basis.price) != new.basis.map(|basis| basis.price), "price");
    differs(old.basis.map(|basis| basis.norm) != new.basis.map(|basis| basis.norm), "norm");
    for (position, name) in AMOUNTS.into_iter().enumerate() {
        differs(old.amounts.0[position] != new.amounts.0[position], name);
    }
    differs(old.appraised_reason != new.appraised_reason, "appraised_reason");
    differs(old.decided_reason != new.decided_reason, "decided_reason");
    differs(old.memo != new.memo, "original_currency");
    fields
}
