//! What a jurisdiction and a unit are, and what may become of them. Pure: no store, no clock.

use crate::clock::Micros;
use crate::error::{Reason, Refusal};
use crate::id::{JurisdictionName, UnitName};
use crate::limits;
use crate::period::FiscalCalendar;
use crate::text;
use crate::words;

words! {
    /// What kind of unit it is.
    Kind {
        Ministry "MINISTRY",
        Province "PROVINCE",
        District "DISTRICT",
        Commune "COMMUNE",
        Council "COUNCIL",
        Committee "COMMITTEE",
        Department "DEPARTMENT",
        PublicServiceUnit "PUBLIC_SERVICE_UNIT",
        Fund "FUND",
        InternalDivision "INTERNAL_DIVISION",
        Other "OTHER",
    }
}

words! {
    /// The level of government; not the level of a unit.
    GovernmentLevel {
        Central "CENTRAL",
        Province "PROVINCE",
        District "DISTRICT",
        Commune "COMMUNE",
    }
}

words! {
    /// The level among those that receive appropriations.
    UnitLevel {
        LevelI "LEVEL_I",
        LevelII "LEVEL_II",
        UsingUnit "USING_UNIT",
        None "NONE",
    }
}

words! {
    /// The degree of financial autonomy of a public-service unit.
    AutonomyGroup {
        One "ONE",
        Two "TWO",
        Three "THREE",
        Four "FOUR",
    }
}

words! {
    /// What a unit does for all units below its parent.
    Function {
        Finance "FINANCE",
        Planning "PLANNING",
        HomeAffairs "HOME_AFFAIRS",
        Council "COUNCIL",
    }
}

/// Whatever consolidates its own budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jurisdiction {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub display_name: String,
    /// ISO 4217.
    pub currency: String,
    /// The decimals of its minor unit.
    pub currency_exponent: i64,
    /// IANA.
    pub time_zone: String,
    /// When its fiscal years begin.
    pub calendar: FiscalCalendar,
    /// The revision of `system` that last changed it.
    pub revision: i64,
    /// When it was created.
    pub created_at: Micros,
    /// When `revision` was made.
    pub updated_at: Micros,
}

impl Jurisdiction {
    /// Its resource name.
    pub fn name(&self) -> JurisdictionName {
        JurisdictionName { jurisdiction: self.id.clone() }
    }

    /// What a text search looks through.
    pub fn search(&self) -> String {
        text::folded(&format!("{} {}", self.display_name, self.id))
    }
}

/// An organisation, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// The jurisdiction.
    pub jurisdiction: String,
    /// Its id there.
    pub id: String,
    /// The unit above, none for a root.
    pub parent: Option<String>,
    /// What people call it.
    pub display_name: String,
    /// What kind it is.
    pub kind: Kind,
    /// The level of government.
    pub government_level: GovernmentLevel,
    /// The level among those that receive appropriations.
    pub unit_level: UnitLevel,
    /// The degree of autonomy, where stated.
    pub autonomy_group: Option<AutonomyGroup>,
    /// What it does for others, by start.
    pub functions: Vec<HeldFunction>,
    /// The codes by which others know it, by system.
    pub external_codes: Vec<ExternalCode>,
    /// The first day; none means since always.
    pub opens_on: Option<String>,
    /// The first day on which it no longer exists.
    pub closes_on: Option<String>,
    /// The ids of those that go on with its work.
    pub successors: Vec<String>,
    /// The revision that last changed it.
    pub revision: i64,
    /// When it was created.
    pub created_at: Micros,
    /// When `revision` was made.
    pub updated_at: Micros,
}

/// One function of a unit, for a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldFunction {
    /// The first day.
    pub starts_on: String,
    /// Which function.
    pub function: Function,
    /// The first day without it.
    pub ends_on: Option<String>,
}

/// A code by which another system knows a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExternalCode {
    /// The system.
    pub system: String,
    /// The code there.
    pub code: String,
}

impl Unit {
    /// Its resource name.
    pub fn name(&self) -> UnitName {
        UnitName { jurisdiction: self.jurisdiction.clone(), unit: self.id.clone() }
    }

    /// What a text search looks through.
    pub fn search(&self) -> String {
        let codes: Vec<&str> = self.external_codes.iter().map(|code| code.code.as_str()).collect();
        text::folded(&format!("{} {} {}", self.display_name, self.id, codes.join(" ")))
    }

    /// Why it may not stand under a parent, given the parent's ancestors (nearest first) and its own height.
    pub fn under(&self, parent: &Unit, ancestors: &[String], height: usize) -> Result<(), Refusal> {
        if parent.id == self.id || ancestors.contains(&self.id) {
            let text = format!("{} stands below {} already", parent.name(), self.name());
            return Err(Refusal::new(Reason::UnitCycle, self.name().to_string(), text));
        }
        if let Some(end) = &parent.closes_on
            && self.closes_on.as_ref().is_none_or(|own| own > end)
        {
            let text = format!("{} closes on {end}, before {}", parent.name(), self.name());
            return Err(Refusal::new(Reason::ParentClosed, parent.name().to_string(), text));
        }
        if ancestors.len() + 2 + height > limits::count(limits::TREE_DEPTH) {
            let text = format!("the tree of units would be deeper than {} levels", limits::TREE_DEPTH);
            return Err(Refusal::new(Reason::TreeTooDeep, self.name().to_string(), text));
        }
        Ok(())
    }

    /// Why it may not close on a day: every unit below it that stays open longer, and what is wrong with the successors.
    pub fn refuse_close(
        &self,
        day: &str,
        parent: Option<&Unit>,
        children: &[Unit],
        successors: &[Unit],
    ) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        for child in children.iter().filter(|child| child.closes_on.as_deref().is_none_or(|end| end > day)) {
            let text = format!("{} stays open longer", child.name());
            refusals.push(Refusal::new(Reason::UnitHasChildren, child.name().to_string(), text));
        }
        if let Some(parent) = parent
            && parent.closes_on.as_deref().is_some_and(|end| end < day)
        {
            let text = format!("{} above it closes earlier", parent.name());
            refusals.push(Refusal::new(Reason::ParentClosed, parent.name().to_string(), text));
        }
        if self.opens_on.as_deref().is_some_and(|start| start >= day) {
            let text = format!("it opens on {}", self.opens_on.as_deref().unwrap_or_default());
            refusals.push(Refusal::new(Reason::UnitClosed, self.name().to_string(), text));
        }
        for successor in successors {
            if successor.id == self.id || successor.closes_on.as_deref().is_some_and(|end| end <= day) {
                let text = format!("{} does not exist on {day}, or is the unit itself", successor.name());
                refusals.push(Refusal::new(Reason::SuccessorInvalid, successor.name().to_string(), text));
            }
        }
        refusals
    }
}

/// The first two entries of the same function that hold on the same day.
pub fn overlapping(functions: &[HeldFunction]) -> Option<(usize, usize)> {
    for (right, one) in functions.iter().enumerate() {
        for (left, other) in functions.iter().enumerate().take(right) {
            let apart = |a: &HeldFunction, b: &HeldFunction| a.ends_on.as_ref().is_some_and(|end| *end <= b.starts_on);
            if one.function == other.function && !apart(one, other) && !apart(other, one) {
                return Some((left, right));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(id: &str, closes_on: Option<&str>) -> Unit {
        Unit {
            jurisdiction: "j".to_owned(),
            id: id.to_owned(),
            parent: None,
            display_name: id.to_owned(),
            kind: Kind::Department,
            government_level: GovernmentLevel::Province,
            unit_level: UnitLevel::LevelI,
            autonomy_group: None,
            functions: Vec::new(),
            external_codes: Vec::new(),
            opens_on: None,
            closes_on: closes_on.map(str::to_owned),
            successors: Vec::new(),
            revision: 1,
            created_at: 0,
            updated_at: 0,
        }
    }

    #[test]
    fn a_unit_stands_under_whatever_outlives_it() {
        let reason = |own: Option<&str>, parent: Option<&str>, ancestors: &[String], height| {
            unit("u", own).under(&unit("p", parent), ancestors, height).err().map(|refusal| refusal.reason)
        };
        assert_eq!(reason(None, None, &[], 0), None);
        assert_eq!(reason(Some("2020-01-01"), Some("2020-01-01"), &[], 0), None);
        assert_eq!(reason(None, Some("2020-01-01"), &[], 0), Some(Reason::ParentClosed));
        assert_eq!(reason(Some("2021-01-01"), Some("2020-01-01"), &[], 0), Some(Reason::ParentClosed));
        assert_eq!(reason(None, None, &["x".to_owned(), "u".to_owned()], 0), Some(Reason::UnitCycle));
        let deep = vec!["x".to_owned(); 29];
        assert_eq!(reason(None, None, &deep, 1), None);
        assert_eq!(reason(None, None, &deep, 2), Some(Reason::TreeTooDeep));
    }

    #[test]
    fn a_close_names_every_obstacle() {
        let children = [unit("a", None), unit("b", Some("2020-01-01")), unit("c", Some("2020-01-02"))];
        let successors = [unit("u", None), unit("s", Some("2019-01-01")), unit("t", None)];
        let refusals =
            unit("u", None).refuse_close("2020-01-01", Some(&unit("p", Some("2019-12-31"))), &children, &successors);
        let subjects: Vec<(Reason, &str)> =
            refusals.iter().map(|refusal| (refusal.reason, refusal.subject.rsplit('/').next().unwrap())).collect();
        let expected = [
            (Reason::UnitHasChildren, "a"),
            (Reason::UnitHasChildren, "c"),
            (Reason::ParentClosed, "p"),
            (Reason::SuccessorInvalid, "u"),
            (Reason::SuccessorInvalid, "s"),
        ];
        assert_eq!(subjects, expected);
    }

    #[test]
    fn one_function_is_not_held_twice_at_a_time() {
        let held = |function, starts_on: &str, ends_on: Option<&str>| HeldFunction {
            function,
            starts_on: starts_on.to_owned(),
            ends_on: ends_on.map(str::to_owned),
        };
        let first = held(Function::Finance, "2020-01-01", Some("2021-01-01"));
        assert_eq!(overlapping(&[first.clone(), held(Function::Finance, "2021-01-01", None)]), None);
        assert_eq!(overlapping(&[first.clone(), held(Function::Council, "2020-06-01", None)]), None);
        assert_eq!(overlapping(&[first, held(Function::Finance, "2020-12-31", None)]), Some((0, 1)));
    }
}
