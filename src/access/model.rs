//! Grants and delegations, and what of them holds on a day. Pure: no store, no clock.

use crate::clock::Micros;
use crate::document::authority::Role;
use crate::document::standing::Held;
use crate::document::tree::Tree;
use crate::error::{Error, Reason, Refusal, Result};
use crate::id::{DelegationName, GrantName};
use crate::words;

words! {
    /// Whether a grant entitles.
    GrantState {
        /// It waits for the second person.
        Pending "PENDING",
        InForce "IN_FORCE",
        Revoked "REVOKED",
    }
}

words! {
    /// Whether a delegation lends.
    DelegationState {
        InForce "IN_FORCE",
        Revoked "REVOKED",
    }
}

/// A role of one principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub jurisdiction: String,
    pub id: String,
    pub principal: String,
    pub role: Role,
    /// The unit with all below it; none means the whole jurisdiction.
    pub unit: Option<String>,
    pub starts_on: String,
    /// The first day without it.
    pub ends_on: Option<String>,
    pub state: GrantState,
    pub granted_by: String,
    /// The second person.
    pub confirmed_by: Option<String>,
    pub revision: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
}

/// What one principal lends to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    pub jurisdiction: String,
    pub id: String,
    pub lender: String,
    pub deputy: String,
    /// This role only; none means every role but ADMIN.
    pub role: Option<Role>,
    /// This unit with all below it only; none means wherever the lender holds a role.
    pub unit: Option<String>,
    pub starts_on: String,
    /// The first day without it.
    pub ends_on: String,
    pub state: DelegationState,
    pub revision: i64,
    pub created_at: Micros,
    pub updated_at: Micros,
}

impl Grant {
    /// Its resource name.
    pub fn name(&self) -> GrantName {
        GrantName { jurisdiction: self.jurisdiction.clone(), grant: self.id.clone() }
    }

    /// Whether it entitles on a day.
    pub fn holds(&self, day: &str) -> bool {
        self.state == GrantState::InForce
            && self.starts_on.as_str() <= day
            && self.ends_on.as_deref().is_none_or(|end| day < end)
    }

    /// Whether a second person must confirm a grant of this role.
    fn needs_second(role: Role) -> bool {
        matches!(role, Role::Admin | Role::Approver)
    }

    /// Where a new grant stands; the first ADMIN has nobody to confirm it.
    pub fn first_state(role: Role, is_first: bool) -> GrantState {
        if Self::needs_second(role) && !is_first { GrantState::Pending } else { GrantState::InForce }
    }

    /// A refusal where whoever makes it would gain by it.
    pub fn refuse_own(&self) -> Option<Refusal> {
        let is_own = self.principal == self.granted_by;
        is_own.then(|| Refusal::new(Reason::OwnGrant, "grant.principal", "nobody grants to themself"))
    }

    /// The grant confirmed by a second person, who neither made it nor gains by it.
    pub fn confirmed(self, by: &str) -> Result<Self> {
        let refused = |reason, text: &str| Err(Error::refused(reason, self.name().to_string(), text));
        if self.state != GrantState::Pending {
            return refused(Reason::GrantNotPending, "the grant does not wait for a confirmation");
        }
        if by == self.granted_by || by == self.principal {
            return refused(
                Reason::SecondPerson,
                "a grant is confirmed by neither the one who made it nor the one who gets it",
            );
        }
        Ok(Self { state: GrantState::InForce, confirmed_by: Some(by.to_owned()), ..self })
    }

    /// The grant revoked.
    pub fn revoked(self) -> Result<Self> {
        if self.state == GrantState::Revoked {
            return Err(Error::refused(Reason::GrantEnded, self.name().to_string(), "it is revoked already"));
        }
        Ok(Self { state: GrantState::Revoked, ..self })
    }
}

impl Delegation {
    /// Its resource name.
    pub fn name(&self) -> DelegationName {
        DelegationName { jurisdiction: self.jurisdiction.clone(), delegation: self.id.clone() }
    }

    /// Whether it lends on a day.
    pub fn holds(&self, day: &str) -> bool {
        self.state == DelegationState::InForce && self.starts_on.as_str() <= day && day < self.ends_on.as_str()
    }

    /// The delegation revoked.
    pub fn revoked(self) -> Result<Self> {
        if self.state == DelegationState::Revoked {
            return Err(Error::refused(Reason::GrantEnded, self.name().to_string(), "it is revoked already"));
        }
        Ok(Self { state: DelegationState::Revoked, ..self })
    }

    /// What it lends of a grant: the narrower of both scopes; nothing where they do not meet.
    fn lent(&self, held: &Held, tree: &Tree) -> Option<Held> {
        let is_lent = held.role != Role::Admin && self.role.is_none_or(|role| role == held.role);
        let scope = match (&held.scope, &self.unit) {
            (scope, None) => scope.clone(),
            (None, Some(unit)) => Some(unit.clone()),
            (Some(scope), Some(unit)) if tree.chain(unit).contains(scope) => Some(unit.clone()),
            (Some(scope), Some(unit)) if tree.chain(scope).contains(unit) => Some(scope.clone()),
            (Some(_), Some(_)) => return None,
        };
        is_lent.then(|| Held { role: held.role, scope, grant: held.grant.clone() })
    }
}

/// What a principal holds on a day by its own grants.
pub fn own(grants: &[Grant], principal: &str, day: &str) -> Vec<Held> {
    let held = grants.iter().filter(|grant| grant.principal == principal && grant.holds(day));
    held.map(|grant| Held { role: grant.role, scope: grant.unit.clone(), grant: grant.name().to_string() }).collect()
}

/// What a deputy holds on a day in the place of a lender; none where nothing is lent.
pub fn lent(
    grants: &[Grant],
    delegations: &[Delegation],
    (deputy, lender): (&str, &str),
    day: &str,
    tree: &Tree,
) -> Option<Vec<Held>> {
    let mut lending = delegations.iter().filter(|one| one.deputy == deputy && one.lender == lender && one.holds(day));
    let own = own(grants, lender, day);
    let first = lending.next()?;
    let all = std::iter::once(first).chain(lending);
    let mut held: Vec<Held> = all.flat_map(|one| own.iter().filter_map(|held| one.lent(held, tree))).collect();
    held.sort();
    held.dedup();
    Some(held)
}

/// A refusal where a grant or delegation would hold on no day from today on.
pub fn refuse_past(ends_on: Option<&str>, today: &str, field: &str) -> Option<Refusal> {
    let is_past = ends_on.is_some_and(|end| end <= today);
    is_past.then(|| Refusal::new(Reason::GrantEnded, field, format!("it would have ended already: today is {today}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::tree::Node;

    fn grant(principal: &str, role: Role, unit: Option<&str>) -> Grant {
        Grant {
            jurisdiction: "j".to_owned(),
            id: format!("{principal}-{role:?}"),
            principal: principal.to_owned(),
            role,
            unit: unit.map(str::to_owned),
            starts_on: "2025-01-01".to_owned(),
            ends_on: Some("2026-01-01".to_owned()),
            state: GrantState::InForce,
            granted_by: "g".to_owned(),
            confirmed_by: None,
            revision: 1,
            created_at: 0,
            updated_at: 0,
        }
    }

    fn delegation(role: Option<Role>, unit: Option<&str>) -> Delegation {
        Delegation {
            jurisdiction: "j".to_owned(),
            id: "d".to_owned(),
            lender: "a".to_owned(),
            deputy: "b".to_owned(),
            role,
            unit: unit.map(str::to_owned),
            starts_on: "2025-06-01".to_owned(),
            ends_on: "2025-07-01".to_owned(),
            state: DelegationState::InForce,
            revision: 1,
            created_at: 0,
            updated_at: 0,
        }
    }

    fn tree() -> Tree {
        let node = |parent: Option<&str>| Node { parent: parent.map(str::to_owned), ..Node::default() };
        Tree::new([("p", None), ("u", Some("p")), ("v", Some("p"))].map(|(u, p)| (u.to_owned(), node(p))).into())
    }

    #[test]
    fn a_grant_holds_from_its_first_day_to_the_one_before_its_end_and_only_in_force() {
        let one = grant("a", Role::Head, None);
        let days = ["2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01"];
        assert_eq!(days.map(|day| one.holds(day)), [false, true, true, false]);
        assert!(!Grant { state: GrantState::Pending, ..one.clone() }.holds("2025-05-05"));
        assert!(!one.revoked().unwrap().holds("2025-05-05"));
    }

    #[test]
    fn the_second_person_is_neither_of_the_first_two() {
        let pending = Grant { state: GrantState::Pending, ..grant("a", Role::Admin, None) };
        assert!(pending.clone().confirmed("a").is_err() && pending.clone().confirmed("g").is_err());
        let confirmed = pending.confirmed("c").unwrap();
        assert_eq!((confirmed.state, confirmed.confirmed_by.as_deref()), (GrantState::InForce, Some("c")));
        assert!(confirmed.confirmed("d").is_err());
    }

    #[test]
    fn a_delegation_lends_what_it_says_and_never_admin() {
        let grants =
            [grant("a", Role::Admin, None), grant("a", Role::Head, Some("p")), grant("a", Role::Drafter, Some("v"))];
        let lent = |role, unit: Option<&str>, day: &str| {
            let found = lent(&grants, &[delegation(role, unit)], ("b", "a"), day, &tree())?;
            Some(
                found
                    .iter()
                    .map(|held| format!("{:?}@{}", held.role, held.scope.clone().unwrap_or_default()))
                    .collect::<Vec<_>>()
                    .join(" "),
            )
        };
        assert_eq!(lent(None, None, "2025-06-05").as_deref(), Some("Drafter@v Head@p"));
        assert_eq!(lent(None, Some("u"), "2025-06-05").as_deref(), Some("Head@u"));
        assert_eq!(lent(Some(Role::Drafter), Some("p"), "2025-06-05").as_deref(), Some("Drafter@v"));
        assert_eq!(lent(None, None, "2025-07-01"), None);
    }
}
