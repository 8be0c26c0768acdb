//! Which money pays for whom: dated rules of units, which of them holds, and how an amount is divided by it. Pure.

use serde::{Deserialize, Serialize};

use super::{NonAutonomy, PayCategory, StaffKind};
use crate::budget::model::{Autonomy, Codes, Side};
use crate::classification::model::Dimension;
use crate::id::FundingRuleName;
use crate::money;
use crate::word::Word;

/// What stands in a name for every kind or every component.
const EVERY: &str = "-";

/// A whole in basis points.
pub const WHOLE_BP: i64 = 10_000;

/// What names a rule within its jurisdiction.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FundingKey {
    /// The unit.
    pub unit: String,
    /// The kind of staff; none is every kind.
    pub staff_kind: Option<StaffKind>,
    /// The component of pay; none is every component.
    pub component: Option<String>,
    /// The first day on which it is in force.
    pub starts_on: String,
}

/// One dated rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundingRule {
    /// What names it.
    pub key: FundingKey,
    /// The first day on which it is no longer in force, where no later rule of its key ends it before.
    pub ends_on: Option<String>,
    /// What is booked where; the shares add to a whole.
    pub shares: Vec<Share>,
    /// What it rests on.
    pub citation: String,
    /// Remarks.
    pub note: String,
    /// The revision that last changed it.
    pub revision: i64,
    /// When that was made.
    pub updated_at: i64,
}

/// One share of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Share {
    /// The spelling of the side of the budget.
    pub side: String,
    /// The administrative code.
    pub administrative: Option<String>,
    /// The functional code.
    pub functional: String,
    /// The source of the money.
    pub source: Option<String>,
    /// The programme.
    pub programme: Option<String>,
    /// The spelling of whether it is given with autonomy.
    pub autonomy: String,
    /// The share in basis points.
    pub share_bp: i64,
}

/// Where an amount of pay is booked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tuple {
    /// The side of the budget.
    pub side: Side,
    /// The codes.
    pub codes: Codes,
    /// Given with autonomy or not.
    pub autonomy: Autonomy,
}

impl FundingKey {
    /// The last segment of its name, as `civil-servant.grade.2026-01-01`.
    pub fn segment(&self) -> String {
        let kind = self.staff_kind.map(|kind| kind.as_str().to_ascii_lowercase().replace('_', "-"));
        let (kind, component) = (kind.as_deref().unwrap_or(EVERY), self.component.as_deref().unwrap_or(EVERY));
        format!("{kind}.{component}.{}", self.starts_on)
    }

    /// Its name in a jurisdiction.
    pub fn name(&self, jurisdiction: &str) -> FundingRuleName {
        FundingRuleName { jurisdiction: jurisdiction.to_owned(), unit: self.unit.clone(), rule: self.segment() }
    }

    /// Reads a name.
    pub fn of_name(name: &FundingRuleName) -> Option<Self> {
        let (kind, rest) = name.rule.split_once('.')?;
        let (component, starts_on) = rest.rsplit_once('.')?;
        let staff_kind = match kind {
            EVERY => None,
            kind => Some(StaffKind::parse(&kind.to_ascii_uppercase().replace('-', "_"))?),
        };
        let component = Some(component.to_owned()).filter(|component| component != EVERY);
        Some(Self { unit: name.unit.clone(), staff_kind, component, starts_on: starts_on.to_owned() })
    }

    /// How well it fits a component of a kind of staff; none where it does not.
    fn fit(&self, staff_kind: StaffKind, component: &str) -> Option<usize> {
        let of_kind = self.staff_kind.is_none_or(|of| of == staff_kind);
        let of_component = self.component.as_deref().is_none_or(|of| of == component);
        let named = 2 * usize::from(self.component.is_some()) + usize::from(self.staff_kind.is_some());
        (of_kind && of_component).then_some(named)
    }
}

impl FundingRule {
    fn is_in_force(&self, rules: &[Self], day: &str) -> bool {
        let begun = self.key.starts_on.as_str() <= day && self.ends_on.as_deref().is_none_or(|end| end > day);
        let later = |other: &Self| {
            let (a, b) = (&self.key, &other.key);
            (&a.unit, a.staff_kind, &a.component) == (&b.unit, b.staff_kind, &b.component)
                && (a.starts_on.as_str()..=day).contains(&b.starts_on.as_str())
                && a.starts_on != b.starts_on
        };
        begun && !rules.iter().any(later)
    }

    /// Divides an amount among the shares by the largest remainder. None where a number does not fit.
    pub fn divide(&self, amount: i64) -> Option<Vec<i64>> {
        let weights: Vec<i64> = self.shares.iter().map(|share| share.share_bp).collect();
        money::parts(amount, &weights)
    }
}

impl Share {
    /// Where an economic code of it is booked; `with_autonomy`: the law does not forbid it.
    pub fn tuple(&self, economic: &str, with_autonomy: bool) -> Option<Tuple> {
        let mut codes = Codes::default();
        codes.0[Dimension::Administrative as usize].clone_from(&self.administrative);
        codes.0[Dimension::Functional as usize] = Some(self.functional.clone());
        codes.0[Dimension::Economic as usize] = Some(economic.to_owned()).filter(|code| !code.is_empty());
        codes.0[Dimension::Source as usize].clone_from(&self.source);
        codes.0[Dimension::Programme as usize].clone_from(&self.programme);
        let autonomy = match Autonomy::parse(&self.autonomy)? {
            Autonomy::Autonomous if !with_autonomy => Autonomy::NonAutonomous,
            stated @ (Autonomy::Autonomous | Autonomy::NonAutonomous | Autonomy::NotApplicable) => stated,
        };
        Some(Tuple { side: Side::parse(&self.side)?, codes, autonomy })
    }
}

/// The rules that can hold for a unit: its own and those of the units above it.
#[derive(Debug)]
pub struct Funds<'a> {
    rules: &'a [FundingRule],
    /// The unit and those above it, the nearest first.
    chain: &'a [String],
}

impl<'a> Funds<'a> {
    /// Some rules as they hold for the first unit of a chain.
    pub fn new(rules: &'a [FundingRule], chain: &'a [String]) -> Self {
        Self { rules, chain }
    }

    /// The rule for a component of a kind of staff on a day.
    pub fn on(&self, staff_kind: StaffKind, component: &str, day: &str) -> Option<&'a FundingRule> {
        self.chain.iter().find_map(|unit| {
            let fitting = self.rules.iter().filter(|rule| rule.key.unit == *unit && rule.is_in_force(self.rules, day));
            let fitting = fitting.filter_map(|rule| Some((rule.key.fit(staff_kind, component)?, rule)));
            fitting.max_by_key(|(fit, _)| *fit).map(|(_, rule)| rule)
        })
    }
}

/// Whether any of what the law names covers pay.
pub fn is_without_autonomy(named: &[&NonAutonomy], staff_kind: StaffKind, category: PayCategory) -> bool {
    named.iter().any(|of| of.covers(staff_kind, category))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(unit: &str, staff_kind: Option<StaffKind>, component: &str, starts_on: &str) -> FundingKey {
        let component = Some(component.to_owned()).filter(|component| !component.is_empty());
        FundingKey { unit: unit.to_owned(), staff_kind, component, starts_on: starts_on.to_owned() }
    }

    fn rule(key: FundingKey, functional: &str, shares: &[i64]) -> FundingRule {
        let share = |share_bp: &i64| Share {
            side: "EXPENDITURE".to_owned(),
            administrative: None,
            functional: functional.to_owned(),
            source: None,
            programme: None,
            autonomy: "AUTONOMOUS".to_owned(),
            share_bp: *share_bp,
        };
        let (shares, citation, note) = (shares.iter().map(share).collect(), String::new(), String::new());
        FundingRule { key, ends_on: None, shares, citation, note, revision: 1, updated_at: 0 }
    }

    #[test]
    fn keys_survive_the_round_trip() {
        for (key, segment) in [
            (key("u", None, "", "2026-01-01"), "-.-.2026-01-01"),
            (key("u", Some(StaffKind::CivilServant), "a.b", "2026-01-01"), "civil-servant.a.b.2026-01-01"),
        ] {
            assert_eq!(key.segment(), segment);
            assert_eq!(FundingKey::of_name(&key.name("j")), Some(key));
        }
    }

    #[test]
    fn the_nearest_unit_comes_first_and_then_what_says_most() {
        use StaffKind::{CivilServant, TaskContract};
        let (from, later) = ("2026-01-01", "2027-01-01");
        let rules = [
            rule(key("top", None, "bonus", from), "1", &[WHOLE_BP]),
            rule(key("top", Some(TaskContract), "", from), "2", &[WHOLE_BP]),
            rule(key("own", None, "", later), "3", &[WHOLE_BP]),
            rule(key("own", Some(CivilServant), "", from), "4", &[WHOLE_BP]),
            rule(key("own", Some(CivilServant), "grade", from), "5", &[WHOLE_BP]),
            rule(key("own", Some(CivilServant), "grade", later), "6", &[WHOLE_BP]),
        ];
        let chain = ["own", "top"].map(str::to_owned);
        let funds = Funds::new(&rules, &chain);
        let on =
            |kind, component, day| funds.on(kind, component, day).map_or("", |rule| rule.shares[0].functional.as_str());
        assert_eq!(on(CivilServant, "grade", "2025-12-31"), "");
        assert_eq!(on(CivilServant, "grade", "2026-05-01"), "5");
        assert_eq!(on(CivilServant, "grade", "2027-01-01"), "6");
        assert_eq!(
            on(CivilServant, "bonus", "2026-05-01"),
            "4",
            "the unit's own, though the other names the component"
        );
        assert_eq!(on(TaskContract, "bonus", "2026-05-01"), "1");
        assert_eq!(on(TaskContract, "grade", "2026-05-01"), "2");
        assert_eq!(on(TaskContract, "grade", "2027-05-01"), "3");
        assert_eq!(Funds::new(&rules, &chain[1..]).on(CivilServant, "grade", "2026-05-01"), None);
    }

    #[test]
    fn a_rule_ends_on_its_day() {
        let ended = FundingRule {
            ends_on: Some("2026-07-01".to_owned()),
            ..rule(key("u", None, "", "2026-01-01"), "1", &[WHOLE_BP])
        };
        let (rules, chain) = ([ended], ["u".to_owned()]);
        let on = |day| Funds::new(&rules, &chain).on(StaffKind::CivilServant, "grade", day).is_some();
        assert_eq!(
            [on("2025-12-31"), on("2026-01-01"), on("2026-06-30"), on("2026-07-01")],
            [false, true, true, false]
        );
    }

    #[test]
    fn nothing_is_lost_between_shares() {
        let thirds = rule(key("u", None, "", "2026-01-01"), "1", &[3_333, 3_333, 3_334]);
        assert_eq!(thirds.divide(100), Some(vec![33, 33, 34]));
        assert_eq!(thirds.divide(1), Some(vec![0, 0, 1]));
        assert_eq!(thirds.divide(i64::MAX).map(|parts| parts.iter().sum::<i64>()), Some(i64::MAX));
    }
}
