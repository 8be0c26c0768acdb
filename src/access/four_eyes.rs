//! Every history of three grants at a time among four people, explored to the end: nobody alone gets ADMIN or APPROVER, by whatever path.
//!
//! The model drives the functions that the service runs: the table of authority over grants and delegations, the state of a new
//! grant, and its confirmation. Planted bugs show that the exploration would find them.

#![cfg(test)]

use stateright::{Checker, HasDiscoveries, Model, Property};

use super::model::{Delegation, DelegationState, Grant, GrantState, lent, own};
use crate::document::authority::{Action, Role};
use crate::document::standing::Standing;
use crate::document::tree::Tree;

const PEOPLE: [&str; 4] = ["an", "binh", "chi", "dung"];
/// Whose each token is: `an` has two.
const TOKENS: [usize; 5] = [0, 1, 2, 3, 0];
const DAY: &str = "2025-08-01";

/// A change for the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Planted {
    Nothing,
    OwnGrantNotRefused,
    NothingWaits,
    MakerConfirms,
    GainerConfirms,
    TokensArePeople,
}

/// A grant on the whole jurisdiction, with who truly made and confirmed it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Given {
    principal: usize,
    is_admin: bool,
    state: GrantState,
    by: usize,
    confirmed_by: Option<usize>,
    hands: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Create { principal: usize, is_admin: bool },
    Confirm(usize),
    Revoke(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Act {
    token: usize,
    lender: Option<usize>,
    deed: Deed,
}

struct Granting(Planted);

impl Given {
    fn grant(&self) -> Grant {
        Grant {
            jurisdiction: "dt".to_owned(),
            id: "g".to_owned(),
            principal: PEOPLE[self.principal].to_owned(),
            role: if self.is_admin { Role::Admin } else { Role::Approver },
            unit: None,
            starts_on: DAY.to_owned(),
            ends_on: None,
            state: self.state,
            granted_by: name(self.by),
            confirmed_by: self.confirmed_by.map(name),
            revision: 1,
            created_at: 0,
            updated_at: 0,
        }
    }
}

/// Past the people are the tokens that are taken for one.
fn name(person: usize) -> String {
    PEOPLE.get(person).map_or_else(|| format!("token {person}"), |name| (*name).to_owned())
}

impl Granting {
    /// Whether somebody may manage grants now, by themself or in the place of another.
    fn may(&self, given: &[Given], actor: usize, lender: Option<usize>) -> bool {
        let grants: Vec<Grant> = given.iter().map(Given::grant).collect();
        let tree = Tree::default();
        let held = match lender {
            None => own(&grants, PEOPLE[actor], DAY),
            Some(lender) => {
                let who = (PEOPLE[actor], PEOPLE[lender]);
                lent(&grants, &[delegation(who)], who, DAY, &tree).unwrap_or_default()
            }
        };
        Standing { held, ..Standing::default() }.may_here(Action::ManageGrants).is_ok()
    }

    fn create(&self, actor: usize, hands: Vec<usize>, principal: usize, is_admin: bool) -> Option<Given> {
        let state = GrantState::Pending;
        let mut new = Given { principal, is_admin, state, by: actor, confirmed_by: None, hands };
        let grant = new.grant();
        if grant.refuse_own().is_some() && self.0 != Planted::OwnGrantNotRefused {
            return None;
        }
        new.state = match self.0 {
            Planted::NothingWaits => GrantState::InForce,
            Planted::Nothing
            | Planted::OwnGrantNotRefused
            | Planted::MakerConfirms
            | Planted::GainerConfirms
            | Planted::TokensArePeople => Grant::first_state(grant.role, false),
        };
        Some(new)
    }

    fn confirm(&self, given: &Given, actor: usize, hands: &[usize]) -> Option<Given> {
        let mut grant = given.grant();
        match self.0 {
            Planted::MakerConfirms => grant.granted_by = "nobody".to_owned(),
            Planted::GainerConfirms => grant.principal = "nobody".to_owned(),
            Planted::Nothing | Planted::OwnGrantNotRefused | Planted::NothingWaits | Planted::TokensArePeople => {}
        }
        let confirmed = grant.confirmed(&name(actor)).ok()?;
        let hands = given.hands.iter().chain(hands).copied().collect();
        Some(Given { state: confirmed.state, confirmed_by: Some(actor), hands, ..given.clone() })
    }
}

fn delegation((deputy, lender): (&str, &str)) -> Delegation {
    Delegation {
        jurisdiction: "dt".to_owned(),
        id: "d".to_owned(),
        lender: lender.to_owned(),
        deputy: deputy.to_owned(),
        role: None,
        unit: None,
        starts_on: DAY.to_owned(),
        ends_on: "2026-01-01".to_owned(),
        state: DelegationState::InForce,
        revision: 1,
        created_at: 0,
        updated_at: 0,
    }
}

impl Model for Granting {
    type State = Vec<Given>;
    type Action = Act;

    /// Two ADMINs, which others made.
    fn init_states(&self) -> Vec<Vec<Given>> {
        let first = |principal| Given {
            principal,
            is_admin: true,
            state: GrantState::InForce,
            by: 9,
            confirmed_by: Some(8),
            hands: vec![8, 9],
        };
        vec![vec![first(0), first(1)]]
    }

    fn actions(&self, given: &Vec<Given>, actions: &mut Vec<Act>) {
        let changes = (0..given.len()).flat_map(|at| [Deed::Confirm(at), Deed::Revoke(at)]);
        let mut deeds: Vec<Deed> = changes.collect();
        // Three at one time.
        if given.len() < 3 {
            let each = (0..PEOPLE.len()).flat_map(|principal| [true, false].map(|is_admin| (principal, is_admin)));
            deeds.extend(each.map(|(principal, is_admin)| Deed::Create { principal, is_admin }));
        }
        for (token, person) in TOKENS.into_iter().enumerate() {
            for lender in std::iter::once(None).chain((0..PEOPLE.len()).map(Some)) {
                if lender != Some(person) && self.may(given, person, lender) {
                    actions.extend(deeds.iter().map(|deed| Act { token, lender, deed: *deed }));
                }
            }
        }
    }

    fn next_state(&self, given: &Vec<Given>, act: Act) -> Option<Vec<Given>> {
        let person = TOKENS[act.token];
        // The journal and the grant name who calls, whomever they stand in for.
        let actor = if self.0 == Planted::TokensArePeople { act.token } else { person };
        let mut after = given.clone();
        match act.deed {
            Deed::Create { principal, is_admin } => {
                after.push(self.create(actor, vec![person], principal, is_admin)?)
            }
            Deed::Confirm(at) => after[at] = self.confirm(&given[at], actor, &[person])?,
            Deed::Revoke(at) => {
                given[at].grant().revoked().ok()?;
                // One that is revoked counts no more, and is never in force again.
                after.remove(at);
            }
        }
        after.sort();
        Some(after)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("three people to each grant", |_, all: &Vec<Given>| !all.iter().any(is_alone)),
            Property::sometimes("an approver", |_, all: &Vec<Given>| {
                all.iter().any(|given| !given.is_admin && given.state == GrantState::InForce)
            }),
            Property::sometimes("a third admin", |_, all: &Vec<Given>| {
                all.iter().filter(|given| given.is_admin && given.state == GrantState::InForce).count() > 2
            }),
        ]
    }
}

/// Whether fewer than three people made, confirmed and got a grant in force.
fn is_alone(given: &Given) -> bool {
    let mut people: Vec<usize> = given.hands.iter().copied().chain([given.principal]).collect();
    people.sort_unstable();
    people.dedup();
    given.state == GrantState::InForce && people.len() < 3
}

#[test]
fn nobody_alone_gets_a_role_that_needs_two() {
    let explored = Granting(Planted::Nothing).checker().spawn_bfs().join();
    explored.assert_properties();
    println!("{} states, {} acts tried", explored.unique_state_count(), explored.state_count());
    assert!(explored.unique_state_count() > 100, "there was little to explore");
}

#[test]
fn a_planted_bug_is_found() {
    for planted in [
        Planted::OwnGrantNotRefused,
        Planted::NothingWaits,
        Planted::MakerConfirms,
        Planted::GainerConfirms,
        Planted::TokensArePeople,
    ] {
        let explored = Granting(planted).checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
        let path = explored.discovery("three people to each grant");
        let path = path.unwrap_or_else(|| panic!("{planted:?} is not found"));
        println!("{planted:?}: {:?}", path.into_actions());
    }
}
