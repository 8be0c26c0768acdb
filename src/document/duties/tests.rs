//! Every history of one document in the hands of four people, explored to the end: nobody approves their own work.
//!
//! The model drives the functions that the service runs: the table of states, the table of authority over grants and delegations,
//! and the rules of this folder. It remembers beside them who truly did what. Roles are part of no state: between any two acts
//! anybody may get any role on any unit, lend it, or lose it, which is more than any history of grants allows. Planted bugs show
//! that the exploration would find them.

use std::collections::HashMap;
use std::sync::LazyLock;

use stateright::{Checker, HasDiscoveries, Model, Property};

use super::{Hand, Part, part, require, take, writing};
use crate::access::model::{Delegation, DelegationState, Grant, GrantState, lent, own};
use crate::document::authority::{Action, Role};
use crate::document::standing::{Held, Standing};
use crate::document::state::{State, Verb};
use crate::document::tree::{Node, Reviewers, Tree};
use crate::word::Word;

const PEOPLE: [&str; 4] = ["an", "binh", "chi", "dung"];
/// Whose each token is: `an` has two.
const TOKENS: [usize; 5] = [0, 1, 2, 3, 0];
const DAY: &str = "2025-08-01";

/// A change for the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Planted {
    Nothing,
    /// Endorsing does not ask who submitted.
    SubmitterNotAsked,
    /// Endorsing asks who submitted, but not for whom.
    SubmitterForOthersNotAsked,
    /// Who stands in for another acts with one hand.
    LenderNotCounted,
    /// The hand is that of the one who is stood in for, alone.
    DeputyNotCounted,
    /// Approving asks for a role, and for nothing else.
    RoleAlone,
    /// The last part counts in place of the first.
    LastPartCounts,
    /// An amendment begins with clean hands.
    AmendmentForgets,
    /// So does a draft that came back.
    ReturnForgets,
    WithdrawalForgets,
    AppraisalLeavesNoHand,
    DraftingLeavesNoHand,
    /// Two tokens are two people.
    TokensArePeople,
}

/// What is done to the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Write,
    Do(Verb, bool),
}

/// Somebody does something with a token, perhaps in the place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Act {
    token: usize,
    lender: Option<usize>,
    deed: Deed,
}

/// The document as it is stored, and what truly happened.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Document {
    state: State,
    is_in_force: bool,
    /// By person; the last is used where tokens are taken for people.
    hands: [Option<Part>; 5],
    submitted_by: Vec<usize>,
    /// Sets of people, and what must never be.
    worked: u8,
    approved: u8,
    endorsed_own: bool,
}

struct Life(Planted);

/// Whether there is a grant that entitles to it, by oneself or in the place of another.
static ENTITLED: LazyLock<HashMap<(Action, bool), bool>> = LazyLock::new(|| {
    let both = Action::ALL.iter().flat_map(|action| [(*action, false), (*action, true)]);
    both.map(|(action, is_lent)| ((action, is_lent), is_entitled(action, is_lent))).collect()
});

impl Life {
    fn people(&self, token: usize, lender: Option<usize>) -> Vec<usize> {
        let actor = if self.0 == Planted::TokensArePeople { token } else { TOKENS[token] };
        let standing = Standing {
            actor: actor.to_string(),
            on_behalf_of: lender.map(|lender| lender.to_string()).unwrap_or_default(),
            ..Standing::default()
        };
        let people = standing.people().filter_map(|person| person.parse().ok());
        match (self.0, lender) {
            (Planted::LenderNotCounted, Some(_)) => people.take(1).collect(),
            (Planted::DeputyNotCounted, Some(_)) => people.skip(1).collect(),
            _ => people.collect(),
        }
    }

    /// The part of whoever does it, where it leaves a hand.
    fn part(&self, deed: Deed, state: State) -> Option<Part> {
        match (self.0, deed) {
            (Planted::AppraisalLeavesNoHand, Deed::Do(Verb::Appraise, _)) => None,
            (Planted::DraftingLeavesNoHand, Deed::Write) if state == State::Draft => None,
            (_, Deed::Write) => Some(writing(state).1),
            (_, Deed::Do(verb, _)) => part(verb),
        }
    }

    /// The hands afterwards, or none where duties must stay apart.
    fn hands(&self, before: &Document, act: Act) -> Option<[Option<Part>; 5]> {
        let people = self.people(act.token, act.lender);
        let mut hands = before.hands;
        if let Deed::Do(verb, _) = act.deed {
            let named: Vec<String> = people.iter().map(ToString::to_string).collect();
            let acting: Vec<Hand<'_>> =
                people.iter().zip(&named).map(|(person, name)| (name.as_str(), hands[*person])).collect();
            let submitted_by: Vec<String> = match (self.0, verb) {
                (Planted::SubmitterNotAsked, Verb::Endorse) => Vec::new(),
                (Planted::SubmitterForOthersNotAsked, _) => {
                    before.submitted_by.iter().take(1).map(ToString::to_string).collect()
                }
                _ => before.submitted_by.iter().map(ToString::to_string).collect(),
            };
            let is_asked =
                !matches!((self.0, verb), (Planted::RoleAlone, Verb::Approve) | (Planted::LastPartCounts, _));
            if is_asked {
                require(verb, before.state, &acting, &submitted_by).ok()?;
            }
        }
        if let Some(part) = self.part(act.deed, before.state) {
            for person in people {
                match (self.0, act.deed) {
                    (Planted::LastPartCounts, _) | (Planted::RoleAlone, Deed::Do(Verb::Approve, _)) => {
                        hands[person] = Some(part)
                    }
                    _ => {
                        if take(hands[person], part).ok()? {
                            hands[person] = Some(part);
                        }
                    }
                }
            }
        }
        let forgets = match (self.0, act.deed) {
            (Planted::AmendmentForgets, Deed::Do(Verb::Amend, _)) => true,
            (Planted::ReturnForgets, Deed::Do(Verb::Return, to_draft)) => to_draft,
            (Planted::WithdrawalForgets, Deed::Do(Verb::Withdraw, _)) => true,
            _ => false,
        };
        Some(if forgets { [None; 5] } else { hands })
    }
}

impl Model for Life {
    type State = Document;
    type Action = Act;

    /// Somebody, perhaps in the place of another, has made the draft.
    fn init_states(&self) -> Vec<Document> {
        let empty = Document {
            state: State::Draft,
            is_in_force: false,
            hands: [None; 5],
            submitted_by: Vec::new(),
            worked: 0,
            approved: 0,
            endorsed_own: false,
        };
        let makers = acts(&[Deed::Write]);
        makers.into_iter().filter_map(|act| self.next_state(&empty, act)).collect()
    }

    fn actions(&self, document: &Document, actions: &mut Vec<Act>) {
        let verbs = document.state.verbs().into_iter().map(|verb| Deed::Do(verb, true));
        let one_step_back = Deed::Do(Verb::Return, false);
        let deeds: Vec<Deed> = [Deed::Write, one_step_back].into_iter().chain(verbs).collect();
        actions.extend(acts(&deeds));
    }

    fn next_state(&self, before: &Document, act: Act) -> Option<Document> {
        let action = match act.deed {
            Deed::Write => writing(before.state).0,
            Deed::Do(verb, _) => Action::of(verb, before.state),
        };
        if !ENTITLED[&(action, act.lender.is_some())] {
            return None;
        }
        let then = match act.deed {
            Deed::Write => before.state,
            Deed::Do(verb, to_draft) => before.state.leads(verb, to_draft, before.is_in_force)?,
        };
        let mut after = Document { hands: self.hands(before, act)?, state: then, ..before.clone() };
        // What truly happens, whatever the hands say.
        let people: Vec<usize> = [Some(TOKENS[act.token]), act.lender].into_iter().flatten().collect();
        let set = people.iter().fold(0, |set, person| set | 1 << person);
        match act.deed {
            Deed::Write if before.state != State::Appraised => after.worked |= set,
            Deed::Do(Verb::Submit, _) => {
                after.worked |= set;
                after.submitted_by = self.people(act.token, act.lender);
            }
            Deed::Do(Verb::Endorse, _) => {
                after.worked |= set;
                after.endorsed_own |= before.submitted_by.iter().any(|by| people.contains(&TOKENS[*by]));
            }
            Deed::Do(Verb::Appraise, _) => after.worked |= set,
            Deed::Do(Verb::Approve, _) => {
                after.approved |= set;
                after.is_in_force = true;
            }
            Deed::Write | Deed::Do(Verb::Withdraw | Verb::Return | Verb::Amend | Verb::Close | Verb::Cancel, _) => {}
        }
        // Who submitted is asked only until it is submitted again.
        if matches!(after.state, State::Draft | State::Approved) {
            after.submitted_by.clear();
        }
        Some(after)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("nobody approves their own work", |_, document: &Document| {
                document.worked & document.approved == 0
            }),
            Property::always("nobody endorses what they submitted", |_, document: &Document| !document.endorsed_own),
            Property::sometimes("an amendment is appraised", |_, document: &Document| {
                document.is_in_force && document.state == State::Appraised
            }),
            Property::sometimes("a deputy approves", |_, document: &Document| document.approved.count_ones() > 1),
            Property::sometimes("it is closed", |_, document: &Document| document.state == State::Closed),
            Property::sometimes("it is cancelled", |_, document: &Document| document.state == State::Cancelled),
        ]
    }
}

/// Everybody does each of these, by every token, for themselves and in the place of each other one.
fn acts(deeds: &[Deed]) -> Vec<Act> {
    let mut all = Vec::new();
    for (token, person) in TOKENS.into_iter().enumerate() {
        for lender in std::iter::once(None).chain((0..PEOPLE.len()).map(Some)) {
            if lender != Some(person) {
                all.extend(deeds.iter().map(|deed| Act { token, lender, deed: *deed }));
            }
        }
    }
    all
}

/// Whether one grant of some role on some unit entitles to an action on a document of `so`.
fn is_entitled(action: Action, is_lent: bool) -> bool {
    let tree = tree();
    let grants = Role::ALL.iter().flat_map(|role| ["tinh", "so", "stc"].map(|unit| grant(*role, unit)));
    grants.into_iter().any(|grant| {
        let held: Vec<Held> = if is_lent {
            lent(&[grant], &[delegation()], ("binh", "an"), DAY, &tree).unwrap_or_default()
        } else {
            own(&[grant], "an", DAY)
        };
        let standing = Standing { held, tree: std::sync::Arc::new(self::tree()), ..Standing::default() };
        standing.may_for(action, "so", Reviewers::Finance).is_ok()
    })
}

/// A province, a department and the finance department.
fn tree() -> Tree {
    let below =
        |holds_finance| Node { parent: Some("tinh".to_owned()), is_level_one: true, holds_finance, ..Node::default() };
    Tree::new(
        [("tinh", Node::default()), ("so", below(false)), ("stc", below(true))]
            .map(|(unit, node)| (unit.to_owned(), node))
            .into(),
    )
}

fn grant(role: Role, unit: &str) -> Grant {
    Grant {
        jurisdiction: "dt".to_owned(),
        id: "g".to_owned(),
        principal: "an".to_owned(),
        role,
        unit: Some(unit.to_owned()),
        starts_on: DAY.to_owned(),
        ends_on: None,
        state: GrantState::InForce,
        granted_by: "x".to_owned(),
        confirmed_by: Some("y".to_owned()),
        revision: 1,
        created_at: 0,
        updated_at: 0,
    }
}

fn delegation() -> Delegation {
    Delegation {
        jurisdiction: "dt".to_owned(),
        id: "d".to_owned(),
        lender: "an".to_owned(),
        deputy: "binh".to_owned(),
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

#[test]
fn nobody_approves_their_own_work_by_any_path() {
    let explored = Life(Planted::Nothing).checker().spawn_bfs().join();
    explored.assert_properties();
    println!("{} states, {} acts tried", explored.unique_state_count(), explored.state_count());
    assert!(explored.unique_state_count() > 900, "there was little to explore");
}

#[test]
fn a_planted_bug_is_found() {
    let bugs = [
        (Planted::SubmitterNotAsked, "nobody endorses what they submitted"),
        (Planted::SubmitterForOthersNotAsked, "nobody endorses what they submitted"),
        (Planted::LenderNotCounted, "nobody approves their own work"),
        (Planted::DeputyNotCounted, "nobody approves their own work"),
        (Planted::RoleAlone, "nobody approves their own work"),
        (Planted::LastPartCounts, "nobody approves their own work"),
        (Planted::AmendmentForgets, "nobody approves their own work"),
        (Planted::ReturnForgets, "nobody approves their own work"),
        (Planted::WithdrawalForgets, "nobody approves their own work"),
        (Planted::AppraisalLeavesNoHand, "nobody approves their own work"),
        (Planted::DraftingLeavesNoHand, "nobody approves their own work"),
        (Planted::TokensArePeople, "nobody approves their own work"),
    ];
    for (planted, broken) in bugs {
        let explored = Life(planted).checker().finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
        let path = explored.discovery(broken).unwrap_or_else(|| panic!("{planted:?} is not found"));
        println!("{planted:?}: {:?}", path.into_actions());
    }
}
