//! Identifiers and resource names: one way to build and to read each.
//!
//! Pure but for [`Ids::Random`], which asks the operating system for randomness.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock::Micros;

/// The reserved jurisdiction that holds the list of jurisdictions.
pub const SYSTEM: &str = "system";

/// Makes identifiers: UUIDs of version 7, so that keys grow with time.
#[derive(Debug, Clone)]
pub enum Ids {
    /// Random ones.
    Random,
    /// Counted ones, for tests that compare answers exactly.
    Counting(Arc<AtomicU64>),
}

impl Ids {
    /// Ids that count from one.
    pub fn counting() -> Self {
        Self::Counting(Arc::new(AtomicU64::new(1)))
    }

    /// The next id, as lower-case text with hyphens.
    pub fn next(&self, now: Micros) -> String {
        let millis = u64::try_from(now / 1000).unwrap_or_default();
        match self {
            Self::Random => {
                let mut random = uuid::Uuid::new_v4().into_bytes();
                let mut tail = [0u8; 10];
                tail.copy_from_slice(&random.split_at_mut(6).1[..10]);
                uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid().to_string()
            }
            Self::Counting(next) => {
                let count = next.fetch_add(1, Ordering::SeqCst);
                let mut tail = [0u8; 10];
                tail[2..].copy_from_slice(&count.to_be_bytes());
                uuid::Builder::from_unix_timestamp_millis(0, &tail).into_uuid().to_string()
            }
        }
    }
}

macro_rules! resource_name {
    ($(#[$doc:meta])* $Name:ident, $($collection:literal => $field:ident),+) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the fields are the segments of the name")]
        pub struct $Name { $(pub $field: String,)+ }

        impl $Name {
            /// Reads a name; `None` where it is not of this form.
            pub fn parse(text: &str) -> Option<Self> {
                let mut parts = text.split('/');
                $(
                    if parts.next()? != $collection { return None; }
                    let $field = parts.next().filter(|part| !part.is_empty())?.to_owned();
                )+
                if parts.next().is_some() { return None; }
                Some(Self { $($field,)+ })
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut separator = "";
                $(
                    write!(f, "{separator}{}/{}", $collection, self.$field)?;
                    separator = "/";
                )+
                let _ = separator;
                Ok(())
            }
        }
    };
}

resource_name!(
    /// `jurisdictions/{jurisdiction}`
    JurisdictionName, "jurisdictions" => jurisdiction);
resource_name!(
    /// `jurisdictions/{jurisdiction}/units/{unit}`
    UnitName, "jurisdictions" => jurisdiction, "units" => unit);
resource_name!(
    /// `jurisdictions/{jurisdiction}/schemes/{scheme}`
    SchemeName, "jurisdictions" => jurisdiction, "schemes" => scheme);
resource_name!(
    /// `jurisdictions/{jurisdiction}/schemes/{scheme}/codes/{dimension}.{code}`
    CodeName, "jurisdictions" => jurisdiction, "schemes" => scheme, "codes" => code);
resource_name!(
    /// `jurisdictions/{jurisdiction}/schemes/{scheme}/conversions/{target scheme}.{dimension}.{code}`
    ConversionName, "jurisdictions" => jurisdiction, "schemes" => scheme, "conversions" => conversion);
resource_name!(
    /// `jurisdictions/{jurisdiction}/estimates/{estimate}`
    EstimateName, "jurisdictions" => jurisdiction, "estimates" => estimate);
resource_name!(
    /// `jurisdictions/{jurisdiction}/estimates/{estimate}/lines/{line}`
    LineName, "jurisdictions" => jurisdiction, "estimates" => estimate, "lines" => line);
impl EstimateName {
    /// The name of a line of the estimate, as [`LineName`] writes it.
    pub fn line(&self, line: &str) -> String {
        ["jurisdictions/", &self.jurisdiction, "/estimates/", &self.estimate, "/lines/", line].concat()
    }
}

resource_name!(
    /// `jurisdictions/{jurisdiction}/plans/{plan}`
    PlanName, "jurisdictions" => jurisdiction, "plans" => plan);
resource_name!(
    /// `jurisdictions/{jurisdiction}/projects/{project}`
    ProjectName, "jurisdictions" => jurisdiction, "projects" => project);
resource_name!(
    /// `jurisdictions/{jurisdiction}/projectParameters/{kind}.{first day}`
    ProjectParameterName, "jurisdictions" => jurisdiction, "projectParameters" => parameter);
resource_name!(
    /// `jurisdictions/{jurisdiction}/payParameters/{kind}.{code}.{first day}`
    PayParameterName, "jurisdictions" => jurisdiction, "payParameters" => parameter);
resource_name!(
    /// `jurisdictions/{jurisdiction}/units/{unit}/fundingRules/{kind}.{component}.{first day}`
    FundingRuleName, "jurisdictions" => jurisdiction, "units" => unit, "fundingRules" => rule);
resource_name!(
    /// `jurisdictions/{jurisdiction}/workforcePlans/{plan}`
    WorkforcePlanName, "jurisdictions" => jurisdiction, "workforcePlans" => plan);
resource_name!(
    /// `jurisdictions/{jurisdiction}/workforcePlans/{plan}/staffGroups/{group}`
    StaffGroupName, "jurisdictions" => jurisdiction, "workforcePlans" => plan, "staffGroups" => group);
resource_name!(
    /// `jurisdictions/{jurisdiction}/envelopes/{envelope}`
    EnvelopeName, "jurisdictions" => jurisdiction, "envelopes" => envelope);
resource_name!(
    /// `jurisdictions/{jurisdiction}/rules/{rule}`
    RuleName, "jurisdictions" => jurisdiction, "rules" => rule);
resource_name!(
    /// `jurisdictions/{jurisdiction}/ruleSets/{rule set}`
    RuleSetName, "jurisdictions" => jurisdiction, "ruleSets" => rule_set);
resource_name!(
    /// `jurisdictions/{jurisdiction}/grants/{grant}`
    GrantName, "jurisdictions" => jurisdiction, "grants" => grant);
resource_name!(
    /// `jurisdictions/{jurisdiction}/delegations/{delegation}`
    DelegationName, "jurisdictions" => jurisdiction, "delegations" => delegation);
resource_name!(
    /// `principals/{principal}`
    PrincipalName, "principals" => principal);
resource_name!(
    /// `principals/{principal}/tokens/{token}`
    TokenName, "principals" => principal, "tokens" => token);

/// `jurisdictions/{jurisdiction}/plans/{plan}/{collection}/{item}`, where the collection says the kind of the item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the fields are the segments of the name")]
pub struct PlanItemName {
    pub jurisdiction: String,
    pub plan: String,
    pub collection: &'static str,
    pub item: String,
}

impl PlanItemName {
    /// The collections of the items of a plan.
    pub const COLLECTIONS: &[&str] = &["sections", "goals", "indicators", "tasks", "fundings"];

    /// Reads a name; `None` where it is not of this form.
    pub fn parse(text: &str) -> Option<Self> {
        let (rest, item) = text.rsplit_once('/').filter(|(_, item)| !item.is_empty())?;
        let (plan, collection) = rest.rsplit_once('/')?;
        let collection = Self::COLLECTIONS.iter().find(|known| **known == collection)?;
        let PlanName { jurisdiction, plan } = PlanName::parse(plan)?;
        Some(Self { jurisdiction, plan, collection, item: item.to_owned() })
    }

    /// The name of the plan.
    pub fn plan_name(&self) -> PlanName {
        PlanName { jurisdiction: self.jurisdiction.clone(), plan: self.plan.clone() }
    }
}

impl fmt::Display for PlanItemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.plan_name(), self.collection, self.item)
    }
}

/// `jurisdictions/{jurisdiction}/workforcePlans/{plan}/{collection}/{item}`, where the collection says the kind of the item.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the fields are the segments of the name")]
pub struct StaffingItemName {
    pub jurisdiction: String,
    pub plan: String,
    pub collection: &'static str,
    pub item: String,
}

impl StaffingItemName {
    /// The collections of the headcount of an HR plan.
    pub const COLLECTIONS: &[&str] =
        &["demands", "positions", "trainings", "attractions", "flows", "cohorts", "raises"];

    /// Reads a name; `None` where it is not of this form.
    pub fn parse(text: &str) -> Option<Self> {
        let (rest, item) = text.rsplit_once('/').filter(|(_, item)| !item.is_empty())?;
        let (plan, collection) = rest.rsplit_once('/')?;
        let collection = Self::COLLECTIONS.iter().find(|known| **known == collection)?;
        let WorkforcePlanName { jurisdiction, plan } = WorkforcePlanName::parse(plan)?;
        Some(Self { jurisdiction, plan, collection, item: item.to_owned() })
    }

    /// The name of the plan.
    pub fn plan_name(&self) -> WorkforcePlanName {
        WorkforcePlanName { jurisdiction: self.jurisdiction.clone(), plan: self.plan.clone() }
    }
}

impl fmt::Display for StaffingItemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.plan_name(), self.collection, self.item)
    }
}

/// Whether a text can be the id of a principal: 1 to 100 printable ASCII characters without blanks and slashes.
pub fn is_principal(text: &str) -> bool {
    (1..=100).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_graphic() && c != b'/')
}

/// Whether a text can be an id chosen by a caller: `[a-z0-9][a-z0-9-]{0,62}`.
pub fn is_id(text: &str) -> bool {
    let letter = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= 63 && text.bytes().next().is_some_and(letter) && text.bytes().all(|c| letter(c) || c == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_the_round_trip() {
        let estimate = EstimateName { jurisdiction: "hcm".to_owned(), estimate: "e1".to_owned() };
        assert_eq!(estimate.line("l1"), "jurisdictions/hcm/estimates/e1/lines/l1");
        let text = "jurisdictions/hcm/estimates/e1/lines/l1";
        assert_eq!(LineName::parse(text).map(|name| name.to_string()).as_deref(), Some(text));
        let text = "jurisdictions/hcm/plans/p1/goals/g1";
        assert_eq!(PlanItemName::parse(text).map(|name| name.to_string()).as_deref(), Some(text));
        assert_eq!(PlanItemName::parse("jurisdictions/hcm/plans/p1/lines/g1"), None);
        let text = "jurisdictions/hcm/workforcePlans/w1/demands/d1";
        assert_eq!(StaffingItemName::parse(text).map(|name| name.to_string()).as_deref(), Some(text));
        assert_eq!(StaffingItemName::parse("jurisdictions/hcm/workforcePlans/w1/staffGroups/d1"), None);
    }

    #[test]
    fn other_forms_are_not_names() {
        for text in [
            "",
            "units/u",
            "jurisdictions/",
            "jurisdictions/a/units",
            "jurisdictions/a/units/b/c",
            "/jurisdictions/a/units/b",
        ] {
            assert_eq!(UnitName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn ids_are_short_and_lower_case() {
        for good in ["a", "0", "so-khcn", &"x".repeat(63)] {
            assert!(is_id(good), "{good}");
        }
        for bad in ["", "-a", "A", "a_b", "a/b", &"x".repeat(64)] {
            assert!(!is_id(bad), "{bad}");
        }
    }

    #[test]
    fn random_ids_are_version_seven_and_carry_the_time() {
        let id = uuid::Uuid::parse_str(&Ids::Random.next(1_700_000_000_000_000)).unwrap();
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.get_timestamp().unwrap().to_unix().0, 1_700_000_000);
    }
}
