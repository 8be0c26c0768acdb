//! Staff groups: people who are paid alike, without their names. Pure.

use super::StaffKind;

/// People who are paid alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffGroup {
    /// What they do.
    pub display_name: String,
    /// How they are employed.
    pub staff_kind: StaffKind,
    /// How many.
    pub count: i64,
    /// Their part of full time.
    pub full_time_bp: i64,
    /// Where their coefficient comes from.
    pub grade: Grade,
    /// What is added to it for good.
    pub preserved: i64,
    /// When the next step, or the next year beyond the last one, is due.
    pub next_step_on: Option<String>,
    /// The first day on which they are paid; none is always.
    pub starts_on: Option<String>,
    /// The first day on which they are no longer paid.
    pub ends_on: Option<String>,
    /// What they are given beside what everybody has, one for each component.
    pub given: Vec<Given>,
}

/// Where a coefficient comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grade {
    /// A step of the scale of a rank.
    Rank(String, i64),
    /// A step of a scale.
    Scale(String, i64),
    /// It is stated, and stays.
    Coefficient(i64),
    /// The posts are vacant.
    Vacant,
}

/// What a group is given of one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The component.
    pub component: String,
    /// How much.
    pub what: What,
}

/// How much of a component a group is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A coefficient.
    Coefficient(i64),
    /// The coefficient of an entry of a list of allowances.
    Entry(String),
    /// A percentage.
    Rate(i64),
    /// The percentage that follows from the time since a day.
    Since(String),
}
