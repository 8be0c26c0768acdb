//! Quotas: how many people of a kind an act gave a unit, by days. Pure.

use super::StaffKind;

/// What an act gave a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// The plan on which it acted.
    pub plan: String,
    /// The demand that was decided.
    pub demand: String,
    /// Which text of the plan.
    pub number: i64,
    /// The unit.
    pub unit: String,
    /// Of which kind of staff.
    pub staff_kind: StaffKind,
    /// The first day.
    pub starts_on: String,
    /// The first day on which it does not hold.
    pub ends_on: String,
    /// How many.
    pub count: i64,
    /// The revision that put it into force.
    pub revision: i64,
}

impl Quota {
    /// Whether it says the same as another, whoever decided when.
    pub fn says(&self, other: &Self) -> bool {
        let said = |quota: &Self| {
            let Self { demand, unit, staff_kind, starts_on, ends_on, count, .. } = quota.clone();
            (demand, unit, staff_kind, starts_on, ends_on, count)
        };
        said(self) == said(other)
    }

    /// Whether both speak of the same people on one day.
    pub fn meets(&self, other: &Self) -> bool {
        (&self.unit, self.staff_kind) == (&other.unit, other.staff_kind)
            && self.starts_on < other.ends_on
            && other.starts_on < self.ends_on
    }
}

/// A quota with the act that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The quota.
    pub quota: Quota,
    /// The number of the act.
    pub act_number: String,
    /// The day on which it was signed.
    pub act_signed_on: String,
    /// Who acted.
    pub act_authority: String,
}
