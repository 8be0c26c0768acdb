//! Pay parameters: what pay is calculated from, as dated rows. Pure: no store, no clock.
//!
//! Absent: the calculation itself, which is in [`pay`](super::pay), and any rate, scale or component of one country: those are rows.

mod funding;
mod plan;
mod quota;
mod set;
mod staff;
pub mod staffing;

pub use funding::{FundingKey, FundingRule, Funds, Share, Tuple, WHOLE_BP, is_without_autonomy};
pub use plan::{PlanKey, PlannedGroup, WorkforcePlan, changed_fields};
pub use set::{Set, refuse};
pub use staff::{Given, Grade, StaffGroup, What};

use crate::classification::model::Provenance;
use crate::id::PayParameterName;
use crate::words;

/// Decimals of a coefficient.
pub const COEFFICIENT_DECIMALS: u32 = 4;

/// A coefficient of 1.
pub const ONE: i64 = 10_000;

words! {
    /// What a row says.
    ParameterKind {
        /// An amount a month that coefficients multiply.
        BaseSalary "BASE_SALARY",
        /// A list of steps.
        Scale "SCALE",
        /// One step of a scale.
        Step "STEP",
        /// A rank or title, and its scale.
        Rank "RANK",
        /// An entry of a list of allowances.
        Allowance "ALLOWANCE",
        /// A part of pay.
        Component "COMPONENT",
        /// The coefficient of a vacant post.
        Entry "ENTRY",
        /// The age of retirement.
        RetirementAge "RETIREMENT_AGE",
        /// Pay that is given without autonomy.
        NonAutonomous "NON_AUTONOMOUS",
    }
}

words! {
    /// How somebody is employed.
    StaffKind {
        CivilServant "CIVIL_SERVANT",
        PublicEmployeeBudget "PUBLIC_EMPLOYEE_BUDGET",
        PublicEmployeeRevenue "PUBLIC_EMPLOYEE_REVENUE",
        SupportContract "SUPPORT_CONTRACT",
        TaskContract "TASK_CONTRACT",
    }
}

words! {
    /// How a component is calculated.
    PayMethod {
        /// The coefficient of rank and step × the base.
        Grade "GRADE",
        /// A coefficient of its own × the base.
        Coefficient "COEFFICIENT",
        /// A percentage that begins at the end of the scale, of other components.
        BeyondScale "BEYOND_SCALE",
        /// A percentage of other components.
        Percent "PERCENT",
    }
}

words! {
    /// What a component is to the budget.
    PayCategory {
        Salary "SALARY",
        Allowance "ALLOWANCE",
        Contribution "CONTRIBUTION",
        Bonus "BONUS",
        Other "OTHER",
    }
}

/// What names a row within its jurisdiction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParameterKey {
    /// What it says.
    pub kind: ParameterKind,
    /// Of what.
    pub code: String,
    /// The first day on which it is in force.
    pub starts_on: String,
}

/// One dated row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// What names it.
    pub key: ParameterKey,
    /// The first day on which it is no longer in force, where no later row of its code ends it before.
    pub ends_on: Option<String>,
    /// What it is called.
    pub display_name: String,
    /// What it says.
    pub value: Value,
    /// How far it can be trusted.
    pub provenance: Provenance,
    /// What it rests on.
    pub citation: String,
    /// Remarks.
    pub note: String,
    /// The revision that last changed it.
    pub revision: i64,
    /// When that was made.
    pub updated_at: i64,
}

/// What a row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Minor units a month.
    BaseSalary(i64),
    /// How the steps of a scale follow each other.
    Scale(Scale),
    /// The coefficient of a step.
    Step(i64),
    /// The scale of a rank.
    Rank(String),
    /// The component and the coefficient of an entry of a list of allowances.
    Allowance(String, i64),
    /// A part of pay.
    Component(Component),
    /// The coefficient of a vacant post.
    Entry(i64),
    /// Months.
    RetirementAge(i64),
    /// Pay that is given without autonomy.
    NonAutonomous(NonAutonomy),
}

/// Pay that is given without autonomy, whatever a unit's own rules say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NonAutonomy {
    /// Of whom; empty is everybody.
    pub staff_kinds: Vec<StaffKind>,
    /// Of what; none is all pay.
    pub category: Option<PayCategory>,
}

impl NonAutonomy {
    /// Whether it is about this.
    pub fn covers(&self, staff_kind: StaffKind, category: PayCategory) -> bool {
        let of_kind = self.staff_kinds.is_empty() || self.staff_kinds.contains(&staff_kind);
        of_kind && self.category.is_none_or(|of| of == category)
    }
}

/// How the steps of a scale follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// From one step to the next.
    pub months_per_step: i64,
    /// What is paid beyond the last step, after one more such period.
    pub beyond_bp: i64,
    /// What is added to it after each further year.
    pub later_bp: i64,
}

/// A part of pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// How it is calculated.
    pub method: PayMethod,
    /// What it is to the budget.
    pub category: PayCategory,
    /// The code of the base salary that its coefficient, or the cap, multiplies.
    pub base: Option<String>,
    /// The components that it is a percentage of.
    pub percent_of: Vec<String>,
    /// The percentage of everybody; without it only who is given one has it.
    pub rate_bp: Option<i64>,
    /// What is added to the percentage after each further year.
    pub later_bp: i64,
    /// The months that must have passed before it is paid; with it, only who says since when they count has it.
    pub opens_after_months: i64,
    /// The coefficient of everybody; without it only who is given one has it.
    pub coefficient: Option<i64>,
    /// What it is a percentage of is at most this coefficient of the base.
    pub cap: Option<i64>,
    /// Who has it; empty is everybody.
    pub staff_kinds: Vec<StaffKind>,
    /// The sub-item that it is booked on; empty where none is stated.
    pub economic_code: String,
}

impl Component {
    /// Whether somebody employed so can have it.
    pub fn is_for(&self, kind: StaffKind) -> bool {
        self.staff_kinds.is_empty() || self.staff_kinds.contains(&kind)
    }
}

impl Value {
    /// The amount of a base salary.
    pub fn base_salary(&self) -> Option<i64> {
        if let Self::BaseSalary(amount) = self { Some(*amount) } else { None }
    }

    /// The coefficient of a step or of a vacant post.
    pub fn coefficient(&self) -> Option<i64> {
        if let Self::Step(coefficient) | Self::Entry(coefficient) = self { Some(*coefficient) } else { None }
    }

    /// The component.
    pub fn component(&self) -> Option<&Component> {
        if let Self::Component(component) = self { Some(component) } else { None }
    }

    /// The kind of a row that says this.
    pub fn kind(&self) -> ParameterKind {
        match self {
            Self::BaseSalary(_) => ParameterKind::BaseSalary,
            Self::Scale(_) => ParameterKind::Scale,
            Self::Step(_) => ParameterKind::Step,
            Self::Rank(_) => ParameterKind::Rank,
            Self::Allowance(..) => ParameterKind::Allowance,
            Self::Component(_) => ParameterKind::Component,
            Self::Entry(_) => ParameterKind::Entry,
            Self::RetirementAge(_) => ParameterKind::RetirementAge,
            Self::NonAutonomous(_) => ParameterKind::NonAutonomous,
        }
    }
}

impl ParameterKey {
    /// The last segment of its name, as `base-salary.base.2026-07-01`.
    pub fn segment(&self) -> String {
        use crate::word::Word;
        let kind = self.kind.as_str().to_ascii_lowercase().replace('_', "-");
        format!("{kind}.{}.{}", self.code, self.starts_on)
    }

    /// Reads a last segment.
    pub fn of_segment(segment: &str) -> Option<Self> {
        use crate::word::Word;
        let (kind, rest) = segment.split_once('.')?;
        let (code, starts_on) = rest.rsplit_once('.')?;
        let kind = ParameterKind::parse(&kind.to_ascii_uppercase().replace('-', "_"))?;
        Some(Self { kind, code: code.to_owned(), starts_on: starts_on.to_owned() })
    }

    /// Its name in a jurisdiction.
    pub fn name(&self, jurisdiction: &str) -> PayParameterName {
        PayParameterName { jurisdiction: jurisdiction.to_owned(), parameter: self.segment() }
    }
}

/// The scale and the number of a step, as `A2.1` and 3 of `A2.1.3`.
pub fn step_of(code: &str) -> Option<(&str, i64)> {
    let (scale, step) = code.rsplit_once('.')?;
    let step: i64 = step.parse().ok()?;
    (!scale.is_empty() && (1..=99).contains(&step)).then_some((scale, step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_survive_the_round_trip() {
        let key = ParameterKey {
            kind: ParameterKind::RetirementAge,
            code: "A2.1.3".to_owned(),
            starts_on: "2021-01-01".to_owned(),
        };
        assert_eq!(key.segment(), "retirement-age.A2.1.3.2021-01-01");
        assert_eq!(ParameterKey::of_segment(&key.segment()), Some(key));
        for bad in ["", "step", "step.A1", "steps.A1.3.2021-01-01"] {
            assert_eq!(ParameterKey::of_segment(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_step_belongs_to_its_scale() {
        assert_eq!(step_of("A2.1.3"), Some(("A2.1", 3)));
        for bad in ["A1", "A1.", "A1.x", ".3", "A1.0", "A1.100"] {
            assert_eq!(step_of(bad), None, "{bad}");
        }
    }
}
