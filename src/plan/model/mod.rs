//! What a plan and its items are. Pure: no store, no clock.

pub mod actuals;
pub mod compare;
pub mod figures;
pub mod findings;
pub mod formula;
pub mod frame;
pub mod money;
pub mod number;
pub mod review;
pub mod rollup;
pub mod rules;
pub mod stated;

use serde::{Deserialize, Serialize};

use crate::budget::model::{LegalBasis, Nature};
use crate::classification::model::FinancingClass;
use crate::clock::Micros;
use crate::document::kind::DocumentKind;
use crate::document::state::State;
use crate::document::tree::Reviewers;
use crate::error::{Error, Reason, Result};
use crate::id::{PlanItemName, PlanName};
use crate::word::Word;
use crate::words;

words! {
    /// What a plan is for.
    Kind {
        Development "DEVELOPMENT",
        FiveYearFinancial "FIVE_YEAR_FINANCIAL",
        PublicInvestment "PUBLIC_INVESTMENT",
        ThreeYearFinancial "THREE_YEAR_FINANCIAL",
        Annual "ANNUAL",
        ProjectList "PROJECT_LIST",
        ActionProgramme "ACTION_PROGRAMME",
    }
}

impl Kind {
    /// Whether its money binds, or is indicative.
    pub fn money_binds(self) -> bool {
        matches!(self, Self::FiveYearFinancial | Self::PublicInvestment | Self::ThreeYearFinancial)
    }

    /// How many years a plan of this kind covers by custom.
    pub fn span(self) -> Option<i64> {
        match self {
            Self::Development | Self::FiveYearFinancial | Self::PublicInvestment => Some(5),
            Self::ThreeYearFinancial => Some(3),
            Self::Annual | Self::ProjectList => Some(1),
            Self::ActionProgramme => None,
        }
    }

    /// Who reviews it.
    pub fn reviewers(self) -> Reviewers {
        self.document_kind().reviewers()
    }

    /// The same among all kinds of documents.
    pub fn document_kind(self) -> DocumentKind {
        match self {
            Self::Development => DocumentKind::DevelopmentPlan,
            Self::FiveYearFinancial => DocumentKind::FiveYearFinancialPlan,
            Self::PublicInvestment => DocumentKind::PublicInvestmentPlan,
            Self::ThreeYearFinancial => DocumentKind::ThreeYearFinancialPlan,
            Self::Annual => DocumentKind::AnnualPlan,
            Self::ProjectList => DocumentKind::ProjectList,
            Self::ActionProgramme => DocumentKind::ActionProgramme,
        }
    }
}

words! {
    /// What an item of a plan is; the order is that of the collections.
    ItemKind {
        Section "SECTION",
        Goal "GOAL",
        Indicator "INDICATOR",
        Task "TASK",
        Funding "FUNDING",
    }
}

impl ItemKind {
    /// The collection in the names of such items.
    pub fn collection(self) -> &'static str {
        PlanItemName::COLLECTIONS[self as usize]
    }

    /// The kind of a collection.
    pub fn of_collection(collection: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.collection() == collection)
    }
}

words! {
    /// What kind of value an indicator has.
    ValueKind {
        Count "COUNT",
        Money "MONEY",
        Percent "PERCENT",
        Ratio "RATIO",
        Boolean "BOOLEAN",
        Text "TEXT",
    }
}

words! {
    /// Which way is good.
    Direction {
        Up "UP",
        Down "DOWN",
        Maintain "MAINTAIN",
    }
}

words! {
    /// How a value compares with a target that is met.
    Comparator {
        AtLeast "AT_LEAST",
        AtMost "AT_MOST",
        Equal "EQUAL",
        Range "RANGE",
    }
}

words! {
    /// How the values of several periods make one.
    Aggregation {
        Sum "SUM",
        Last "LAST",
        Average "AVERAGE",
        RatioOfSums "RATIO_OF_SUMS",
        Distinct "DISTINCT",
    }
}

words! {
    /// How the values of an indicator count in a roll-up over units, where they are not simply added to those of others.
    RollUp {
        /// They have those of the units below in them.
        CoversBelow "COVERS_BELOW",
        /// They do not count.
        OptedOut "OPTED_OUT",
    }
}

words! {
    /// What money is in a rolling frame.
    Part {
        /// The cost of what goes on.
        Baseline "BASELINE",
        /// The cost of what is new.
        New "NEW",
        /// What the unit may plan with.
        Ceiling "CEILING",
    }
}

/// A plan without its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The jurisdiction.
    pub jurisdiction: String,
    /// Its id there.
    pub id: String,
    /// The id of the unit that owns it.
    pub unit: String,
    /// The kind.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// The period as published.
    pub label: String,
    /// The first year.
    pub first_year: i64,
    /// The last year.
    pub last_year: i64,
    /// The year that is compared with.
    pub base_year: Option<i64>,
    /// The ids of the plans that it refers to; not read in lists.
    pub refers_to: Vec<String>,
    /// The explanation; not read in lists.
    pub narrative: String,
    /// What it rests on; not read in lists.
    pub legal_basis: Vec<LegalBasis>,
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
    /// How many items it has.
    pub item_count: i64,
    /// The sequence number that its last item got.
    pub last_sequence: i64,
    /// The revision that last changed it or any of its items.
    pub revision: i64,
    /// When it was created.
    pub created_at: Micros,
    /// When `revision` was made.
    pub updated_at: Micros,
}

impl Plan {
    /// Its resource name.
    pub fn name(&self) -> PlanName {
        PlanName { jurisdiction: self.jurisdiction.clone(), plan: self.id.clone() }
    }

    /// The resource name of one of its items.
    pub fn item_name(&self, kind: ItemKind, item: &str) -> PlanItemName {
        let (jurisdiction, plan) = (self.jurisdiction.clone(), self.id.clone());
        PlanItemName { jurisdiction, plan, collection: kind.collection(), item: item.to_owned() }
    }

    /// Its name below the jurisdiction, by which its life is kept.
    pub fn document(&self) -> String {
        format!("plans/{}", self.id)
    }

    /// Whether a year is one of its own.
    pub fn covers(&self, year: i64) -> bool {
        (self.first_year..=self.last_year).contains(&year)
    }

    /// Whether it may hold money of a year: one of its own, or of a rolling frame the base year, which tells what is expected.
    pub fn holds_money_of(&self, year: i64) -> bool {
        self.covers(year) || self.kind == Kind::ThreeYearFinancial && self.base_year == Some(year)
    }

    /// Refuses a change where the plan is no draft.
    pub fn require_draft(&self) -> Result<()> {
        if self.state == State::Draft {
            return Ok(());
        }
        let text = format!("{} is {}; this is done to one that is DRAFT", self.name(), self.state.as_str());
        Err(Error::refused(Reason::NotDraft, self.name().to_string(), text))
    }
}

/// An item of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its id in the plan.
    pub id: String,
    /// Its place in the order of entry.
    pub sequence: i64,
    /// What it says.
    pub content: Content,
    /// The revision that last changed it.
    pub revision: i64,
}

/// What an item says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Content {
    Section(Section),
    Goal(Goal),
    Indicator(Box<Indicator>),
    Task(Box<Task>),
    Funding(Funding),
}

impl Content {
    /// The kind of item that says it.
    pub fn kind(&self) -> ItemKind {
        match self {
            Self::Section(_) => ItemKind::Section,
            Self::Goal(_) => ItemKind::Goal,
            Self::Indicator(_) => ItemKind::Indicator,
            Self::Task(_) => ItemKind::Task,
            Self::Funding(_) => ItemKind::Funding,
        }
    }
}

/// A section of the text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Section {
    pub title: String,
    pub body: String,
}

/// A goal.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Goal {
    pub code: String,
    pub title: String,
    pub group: String,
}

/// A number by which the plan is measured. Values are in ten-thousandths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Indicator {
    pub code: String,
    pub title: String,
    pub goal: Option<String>,
    pub measure: String,
    pub value_kind: ValueKind,
    pub direction: Option<Direction>,
    pub comparator: Option<Comparator>,
    pub aggregation: Aggregation,
    pub cumulative: bool,
    pub decimals: i64,
    pub formula: Option<String>,
    /// The indicators above and below the line.
    #[serde(rename = "numerator")]
    pub ratio: Option<(String, String)>,
    /// The year and the value.
    pub baseline: Option<(i64, i64)>,
    pub targets: Vec<Target>,
    pub source: String,
    pub note: String,
    /// How it counts above its unit; none is added to those of other units.
    pub roll_up: Option<RollUp>,
}

/// What is to be reached in a year, or in the whole period where the year is 0. Values are in ten-thousandths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub year: i64,
    pub value: i64,
    pub upper: Option<i64>,
}

/// Who does what until when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Task {
    pub code: String,
    pub title: String,
    pub goal: Option<String>,
    pub unit: Option<String>,
    #[serde(rename = "partner_units")]
    pub partners: Vec<String>,
    pub starts_on: Option<String>,
    pub ends_on: Option<String>,
    pub output: String,
    pub authority: String,
    /// A goal of another plan: the ids of both.
    pub serves: Option<(String, String)>,
    #[serde(rename = "outside_plan_reason")]
    pub outside_reason: String,
}

/// One cell of a table of money.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Funding {
    pub task: Option<String>,
    pub year: i64,
    #[serde(rename = "financing_class")]
    pub class: Option<FinancingClass>,
    pub nature: Option<Nature>,
    pub part: Option<Part>,
    pub amount: i64,
    pub note: String,
}

/// The names of the fields in which two versions of an item differ.
pub fn changed_fields(old: &Content, new: &Content) -> Vec<String> {
    let fields = |content: &Content| match serde_json::to_value(content) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (old, new) = (fields(old), fields(new));
    new.iter().filter(|(name, value)| old.get(*name) != Some(value)).map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_is_named_by_field() {
        let goal = Goal { code: "1".to_owned(), title: "A".to_owned(), group: String::new() };
        let other = Goal { title: "B".to_owned(), ..goal.clone() };
        assert_eq!(changed_fields(&Content::Goal(goal.clone()), &Content::Goal(goal.clone())), [""; 0]);
        assert_eq!(changed_fields(&Content::Goal(goal), &Content::Goal(other)), ["title"]);
    }

    #[test]
    fn every_kind_of_item_has_its_collection() {
        for kind in ItemKind::ALL {
            assert_eq!(ItemKind::of_collection(kind.collection()), Some(*kind));
        }
    }
}
