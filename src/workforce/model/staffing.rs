//! The headcount of an HR plan: what is asked for, how it moves, and the quotas that were decided. Pure: no store, no clock.
//!
//! Assigned, present and contract staff are three counts: each kind of staff has a demand and a quota of its own.

use serde::{Deserialize, Serialize};

pub use super::quota::{Assigned, Quota};
use super::{StaffKind, WorkforcePlan};
use crate::classification::model::FinancingClass;
use crate::document::stages::{Stage, Staged};
use crate::id::StaffingItemName;
use crate::word::Word;
use crate::words;

words! {
    /// What an item is; the order is that of the collections.
    StaffingKind {
        Demand "DEMAND",
        Position "POSITION",
        Training "TRAINING",
        Attraction "ATTRACTION",
        Flow "FLOW",
        Cohort "COHORT",
        Raise "RAISE",
    }
}

impl StaffingKind {
    /// The collection in the names of such items.
    pub fn collection(self) -> &'static str {
        StaffingItemName::COLLECTIONS[self as usize]
    }

    /// The kind of a collection.
    pub fn of_collection(collection: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.collection() == collection)
    }

    /// Whether such items have a figure that is requested, appraised and decided.
    pub fn is_staged(self) -> bool {
        matches!(self, Self::Demand | Self::Position | Self::Training | Self::Attraction)
    }
}

words! {
    /// The law by which positions are classed.
    Regime {
        Nd62 "ND62_2020",
        Nd106 "ND106_2020",
        Nd232 "ND232_2026",
    }
}

words! {
    /// What a position is for.
    PositionClass {
        Management "MANAGEMENT",
        Specialist "SPECIALIST",
        Common "COMMON",
        Support "SUPPORT",
    }
}

words! {
    /// How much work a position is.
    PositionLoad {
        Single "SINGLE",
        Multiple "MULTIPLE",
        Concurrent "CONCURRENT",
    }
}

words! {
    /// How far a position has come.
    PositionApproval {
        Requested "REQUESTED",
        Appraised "APPRAISED",
        Approved "APPROVED",
        Refused "REFUSED",
    }
}

words! {
    /// What kind of training it is.
    TrainingKind {
        Degree "DEGREE",
        Group "GROUP",
        Expert "EXPERT",
        Postdoc "POSTDOC",
        ShortCourse "SHORT_COURSE",
        Internship "INTERNSHIP",
    }
}

words! {
    /// Where training takes place.
    TrainingPlace {
        Domestic "DOMESTIC",
        Abroad "ABROAD",
    }
}

words! {
    /// By what a headcount is divided.
    HeadcountDimension {
        Qualification "QUALIFICATION",
        Field "FIELD",
        Age "AGE",
        Gender "GENDER",
    }
}

words! {
    /// The gender by which an age of retirement is found.
    Gender {
        Male "MALE",
        Female "FEMALE",
    }
}

words! {
    /// Why somebody may stay beyond the age of retirement.
    ExtensionGround {
        Professor "PROFESSOR",
        AssociateProfessor "ASSOCIATE_PROFESSOR",
        Doctor "DOCTOR",
    }
}

impl ExtensionGround {
    /// The months that it allows.
    pub fn months(self) -> i64 {
        match self {
            Self::Professor => 120,
            Self::AssociateProfessor => 84,
            Self::Doctor => 60,
        }
    }
}

impl StaffKind {
    /// Whether such people have a contract and fill no post of the establishment.
    pub fn is_contract(self) -> bool {
        matches!(self, Self::SupportContract | Self::TaskContract)
    }
}

/// A figure by stage, with the reasons where it differs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// By stage.
    pub figures: [Option<i64>; 3],
    /// By stage; what is requested has none.
    pub reasons: [Option<String>; 3],
}

impl Figures {
    /// The figure of the last stage that states one.
    pub fn latest(&self) -> Option<i64> {
        self.figures.iter().rev().find_map(|figure| *figure)
    }
}

impl Staged for Figures {
    fn figure(&self, stage: Stage) -> Option<i64> {
        self.figures[stage as usize]
    }

    fn set_figure(&mut self, stage: Stage, figure: Option<i64>) {
        self.figures[stage as usize] = figure;
    }

    fn reason(&self, stage: Stage) -> Option<&str> {
        self.reasons[stage as usize].as_deref()
    }

    fn forget_reason(&mut self, stage: Stage) {
        self.reasons[stage as usize] = None;
    }
}

/// An item of the headcount of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffingItem {
    /// The id.
    pub id: String,
    /// Its place in the order of entry.
    pub sequence: i64,
    /// What it says.
    pub content: Content,
    /// What is asked for, and what was found right of it.
    pub figures: Figures,
    /// The revision that last changed it.
    pub revision: i64,
}

/// What an item says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Content {
    /// How many people of a kind a unit needs.
    Demand(Demand),
    /// A position.
    Position(Box<Position>),
    /// Training in a year.
    Training(Box<Training>),
    /// Attraction in a year.
    Attraction(Box<Attraction>),
    /// How a headcount moves in a year.
    Flow(Box<Flow>),
    /// People of a group who were born in one month.
    Cohort(Cohort),
    /// A raise of a group.
    Raise(Raise),
}

/// How many people of a kind a unit needs from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct Demand {
    pub unit: String,
    pub staff_kind: StaffKind,
    pub year: i64,
    pub starts_on: Option<String>,
    pub note: String,
}

/// A position of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct Position {
    pub unit: String,
    pub code: String,
    pub title: String,
    pub staff_kind: StaffKind,
    pub regime: Option<Regime>,
    pub class: PositionClass,
    pub level: i64,
    pub rank_min: Option<String>,
    pub rank_max: Option<String>,
    pub load: PositionLoad,
    pub staff_groups: Vec<String>,
    pub note: String,
}

/// Training of some people in a year from one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct Training {
    pub unit: String,
    pub year: i64,
    #[serde(rename = "training_kind")]
    pub kind: TrainingKind,
    pub title: String,
    pub place: TrainingPlace,
    pub host: String,
    pub hours: i64,
    pub count: i64,
    pub commitment_months: i64,
    pub functional_code: Option<String>,
    pub class: Option<FinancingClass>,
    pub note: String,
}

/// Attraction of some people in a year from one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct Attraction {
    pub unit: String,
    pub year: i64,
    pub title: String,
    pub policy: String,
    pub count: i64,
    pub grant: i64,
    pub commitment_months: i64,
    pub refund_bp: i64,
    pub class: Option<FinancingClass>,
    pub note: String,
}

/// How the headcount of a unit and kind moves in a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct Flow {
    pub unit: String,
    pub staff_kind: StaffKind,
    pub year: i64,
    pub opening: i64,
    pub recruited: i64,
    pub transferred_in: i64,
    pub retired: i64,
    pub transferred_out: i64,
    pub cut: i64,
    pub other: i64,
    pub closing: i64,
    pub breakdown: Vec<Share>,
}

impl Flow {
    /// What the closing count must be.
    pub fn expected_closing(&self) -> i64 {
        self.opening + self.recruited + self.transferred_in
            - self.retired
            - self.transferred_out
            - self.cut
            - self.other
    }
}

/// One part of a headcount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct Share {
    pub dimension: HeadcountDimension,
    pub value: String,
    pub count: i64,
}

/// People of a group who were born in one month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct Cohort {
    pub staff_group: String,
    pub birth_month: String,
    pub gender: Gender,
    pub count: i64,
    pub extension_months: i64,
    pub ground: Option<ExtensionGround>,
    pub management: bool,
}

/// A raise of the people of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the proto explains each field")]
pub struct Raise {
    pub staff_group: String,
    pub last_raised_on: String,
    pub raised_on: String,
    pub early_act: String,
    pub extra_steps: i64,
    pub last_extra_steps: i64,
}

impl Content {
    /// What such an item is.
    pub fn kind(&self) -> StaffingKind {
        match self {
            Self::Demand(_) => StaffingKind::Demand,
            Self::Position(_) => StaffingKind::Position,
            Self::Training(_) => StaffingKind::Training,
            Self::Attraction(_) => StaffingKind::Attraction,
            Self::Flow(_) => StaffingKind::Flow,
            Self::Cohort(_) => StaffingKind::Cohort,
            Self::Raise(_) => StaffingKind::Raise,
        }
    }

    /// The unit that it is about.
    pub fn unit(&self) -> Option<&str> {
        match self {
            Self::Demand(demand) => Some(&demand.unit),
            Self::Position(position) => Some(&position.unit),
            Self::Training(training) => Some(&training.unit),
            Self::Attraction(attraction) => Some(&attraction.unit),
            Self::Flow(flow) => Some(&flow.unit),
            Self::Cohort(_) | Self::Raise(_) => None,
        }
    }

    /// Puts a unit where none is stated: what names none is about the plan's own.
    pub fn of_unit(mut self, own: &str) -> Self {
        let unit = match &mut self {
            Self::Demand(demand) => &mut demand.unit,
            Self::Position(position) => &mut position.unit,
            Self::Training(training) => &mut training.unit,
            Self::Attraction(attraction) => &mut attraction.unit,
            Self::Flow(flow) => &mut flow.unit,
            Self::Cohort(_) | Self::Raise(_) => return self,
        };
        if unit.is_empty() {
            own.clone_into(unit);
        }
        self
    }

    /// The kind of staff that it is about.
    pub fn staff_kind(&self) -> Option<StaffKind> {
        match self {
            Self::Demand(demand) => Some(demand.staff_kind),
            Self::Position(position) => Some(position.staff_kind),
            Self::Flow(flow) => Some(flow.staff_kind),
            Self::Training(_) | Self::Attraction(_) | Self::Cohort(_) | Self::Raise(_) => None,
        }
    }

    /// The year that it is about.
    pub fn year(&self) -> Option<i64> {
        match self {
            Self::Demand(demand) => Some(demand.year),
            Self::Training(training) => Some(training.year),
            Self::Attraction(attraction) => Some(attraction.year),
            Self::Flow(flow) => Some(flow.year),
            Self::Position(_) | Self::Cohort(_) | Self::Raise(_) => None,
        }
    }

    /// The staff groups that it names, each with its field.
    pub fn staff_groups(&self) -> Vec<(String, &str)> {
        match self {
            Self::Position(position) => {
                let field = |(at, group): (usize, _)| (format!("position.staff_groups[{at}]"), group);
                position.staff_groups.iter().map(String::as_str).enumerate().map(field).collect()
            }
            Self::Cohort(cohort) => vec![("cohort.staff_group".to_owned(), &cohort.staff_group)],
            Self::Raise(raise) => vec![("raise.staff_group".to_owned(), &raise.staff_group)],
            Self::Demand(_) | Self::Training(_) | Self::Attraction(_) | Self::Flow(_) => Vec::new(),
        }
    }

    /// What no two items of a plan say alike; none where they may.
    pub fn place(&self) -> Option<(StaffingKind, &str, StaffKind, i64, &str)> {
        match self {
            Self::Demand(demand) => {
                let day = demand.starts_on.as_deref().unwrap_or_default();
                Some((StaffingKind::Demand, &demand.unit, demand.staff_kind, demand.year, day))
            }
            Self::Flow(flow) => Some((StaffingKind::Flow, &flow.unit, flow.staff_kind, flow.year, "")),
            Self::Position(_) | Self::Training(_) | Self::Attraction(_) | Self::Cohort(_) | Self::Raise(_) => None,
        }
    }
}

impl StaffingItem {
    /// How far a position has come.
    pub fn approval(&self) -> PositionApproval {
        match (self.figures.figure(Stage::Decided), self.figures.figure(Stage::Appraised)) {
            (Some(0), _) => PositionApproval::Refused,
            (Some(_), _) => PositionApproval::Approved,
            (None, Some(_)) => PositionApproval::Appraised,
            (None, None) => PositionApproval::Requested,
        }
    }

    /// The names of the fields in which it differs from how it was.
    pub fn changed_since(&self, old: &Self) -> Vec<String> {
        let fields = |item: &Self| match serde_json::to_value(&item.content) {
            Ok(serde_json::Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        let (before, now) = (fields(old), fields(self));
        let mut changed: Vec<String> =
            now.iter().filter(|(name, value)| before.get(*name) != Some(value)).map(|(name, _)| name.clone()).collect();
        for stage in Stage::ALL {
            let word = stage.as_str().to_ascii_lowercase();
            if self.figures.figure(*stage) != old.figures.figure(*stage) {
                changed.push(format!("figure.{word}"));
            }
            if self.figures.reason(*stage) != old.figures.reason(*stage) {
                changed.push(format!("figure.{word}_reason"));
            }
        }
        changed
    }
}

impl WorkforcePlan {
    /// The name of one of its items.
    pub fn item_name(&self, kind: StaffingKind, item: &str) -> StaffingItemName {
        let (jurisdiction, plan) = (self.jurisdiction.clone(), self.id.clone());
        StaffingItemName { jurisdiction, plan, collection: kind.collection(), item: item.to_owned() }
    }

    /// Whether a year is one of its own.
    pub fn covers(&self, year: i64) -> bool {
        (self.key.first_year..=self.key.last_year).contains(&year)
    }
}
