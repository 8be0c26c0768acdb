//! What somebody may do now: the grants in force, the units they reach, and the verdict on an action. Pure.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, OnceLock};

use super::authority::{Action, Relation, Role, ways};
use super::tree::{Place, Reviewers, Tree};
use crate::id::{JurisdictionName, UnitName};
use crate::word::Word;

/// A grant in force.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The role.
    pub role: Role,
    /// The unit with all below it; none means the whole jurisdiction.
    pub scope: Option<String>,
    /// The name of the grant.
    pub grant: String,
}

/// Whoever makes a call, in one jurisdiction, on one day.
#[derive(Debug, Default)]
pub struct Standing {
    /// The jurisdiction.
    pub jurisdiction: String,
    /// The principal.
    pub actor: String,
    /// Whom it stands in for; empty for nobody.
    pub on_behalf_of: String,
    /// Nobody is authenticated, or the server itself acts: everything is permitted.
    pub everything: bool,
    /// Whether it is an administrator of the service.
    pub administrator: bool,
    /// The grants in force.
    pub held: Vec<Held>,
    /// The day on which it is judged.
    pub day: String,
    /// The units of the jurisdiction at its head.
    pub tree: Arc<Tree>,
    /// What answers for others with the same say is kept under.
    pub visibility: [u8; 32],
    /// What [`Standing::visible_for`] found, by reviewers.
    pub seen: [OnceLock<Option<Vec<String>>>; Reviewers::ALL.len()],
}

/// The proof that somebody was entitled; only a [`Standing`] gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permit {
    action: Action,
    rule: String,
    grant: String,
}

impl Permit {
    /// What it was given for.
    pub fn action(&self) -> Action {
        self.action
    }

    /// The rule that gave it, as `DRAFTER OWNER`.
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The grant that gave it; empty where none was needed.
    pub fn grant(&self) -> &str {
        &self.grant
    }
}

/// Why somebody is not entitled: what would be needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// What was asked for.
    pub action: Action,
    /// Any of these roles would do; none where no role helps.
    pub roles: Vec<Role>,
    /// The name of the unit, or of the jurisdiction, that its scope would have to cover.
    pub scope: String,
    /// Whether only an administrator of the service may.
    pub administrator: bool,
}

impl Denial {
    /// What would be needed, as a clause.
    pub fn needs(&self) -> String {
        if self.administrator {
            return "an administrator of the service".to_owned();
        }
        let roles: Vec<&str> = self.roles.iter().map(|role| role.as_str()).collect();
        format!("{} on {}", roles.join(" or "), self.scope)
    }
}

static NOBODY: LazyLock<Arc<Standing>> = LazyLock::new(Arc::default);

impl Standing {
    /// One that may nothing.
    pub fn nobody() -> &'static Arc<Self> {
        &NOBODY
    }

    /// One that may everything: the server itself, or whoever calls where nobody is authenticated.
    pub fn everything(jurisdiction: &str, actor: &str, on_behalf_of: &str, day: String) -> Self {
        Self {
            jurisdiction: jurisdiction.to_owned(),
            actor: actor.to_owned(),
            on_behalf_of: on_behalf_of.to_owned(),
            everything: true,
            day,
            ..Self::default()
        }
    }

    /// Everybody whose hand its acts are: who calls, and for whom.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        [self.actor.as_str(), self.on_behalf_of.as_str()].into_iter().filter(|person| !person.is_empty())
    }

    /// Whether it is entitled to an action on something that stands there.
    pub fn may(&self, action: Action, place: &Place) -> Result<Permit, Denial> {
        let permit = |rule: String, grant: &str| Permit { action, rule, grant: grant.to_owned() };
        if self.everything {
            return Ok(permit("EVERYTHING".to_owned(), ""));
        }
        for (roles, relation) in ways(action) {
            if *relation == Relation::Anyone || *relation == Relation::Administrator && self.administrator {
                return Ok(permit(relation.as_str().to_owned(), ""));
            }
            let mut held = self.held.iter().filter(|held| roles.contains(&held.role));
            if let Some(held) = held.find(|held| reaches(held.scope.as_deref(), *relation, place)) {
                return Ok(permit(format!("{} {}", held.role.as_str(), relation.as_str()), &held.grant));
            }
        }
        Err(self.denial(action, place))
    }

    /// The same on what a unit owns.
    pub fn may_at(&self, action: Action, unit: &str) -> Result<Permit, Denial> {
        self.may(action, &self.place(Some(unit)))
    }

    /// The same on a document of a unit whose kind is reviewed by these.
    pub fn may_for(&self, action: Action, unit: &str, reviewers: Reviewers) -> Result<Permit, Denial> {
        self.may(action, &self.tree.place_for(unit, reviewers))
    }

    /// The same on what belongs to the whole jurisdiction.
    pub fn may_here(&self, action: Action) -> Result<Permit, Denial> {
        self.may(action, &Place::default())
    }

    /// The permit of an administrator of the service, whose part it is where a jurisdiction has nobody yet.
    pub fn administrator_permit(&self, action: Action) -> Permit {
        Permit { action, rule: Relation::Administrator.as_str().to_owned(), grant: String::new() }
    }

    /// Where what a unit owns stands; none is the whole jurisdiction.
    pub fn place(&self, unit: Option<&str>) -> Place {
        unit.map(|unit| self.tree.place(unit)).unwrap_or_default()
    }

    /// Whether it may know of the documents of a unit.
    pub fn sees(&self, unit: &str) -> bool {
        self.may_at(Action::ReadDocument, unit).is_ok()
    }

    /// Whether it may know of the documents of a unit whose kind is reviewed by these.
    pub fn sees_for(&self, unit: &str, reviewers: Reviewers) -> bool {
        self.may_for(Action::ReadDocument, unit, reviewers).is_ok()
    }

    /// Whether it may know what every member of the jurisdiction knows.
    pub fn is_member(&self) -> bool {
        self.may_here(Action::ReadMember).is_ok()
    }

    /// The units whose documents it may know of; none means all, also those that are still to come.
    pub fn visible(&self) -> Option<&[String]> {
        self.visible_for(Reviewers::Finance)
    }

    /// The same of documents whose kind is reviewed by these.
    pub fn visible_for(&self, reviewers: Reviewers) -> Option<&[String]> {
        let find = || {
            if self.everything || self.held.iter().any(|held| held.scope.is_none()) {
                return None;
            }
            let units: BTreeSet<&str> = self.tree.units().filter(|unit| self.sees_for(unit, reviewers)).collect();
            Some(units.into_iter().map(str::to_owned).collect())
        };
        self.seen[reviewers as usize].get_or_init(find).as_deref()
    }

    fn denial(&self, action: Action, place: &Place) -> Denial {
        let (roles, relation) = ways(action).first().copied().unwrap_or((&[], Relation::Anyone));
        let whole = JurisdictionName { jurisdiction: self.jurisdiction.clone() }.to_string();
        let unit = match relation {
            Relation::Owner => place.owner.first(),
            Relation::Reviewing => place.reviewing.first().and_then(|chain| chain.first()),
            Relation::Approving => place.approving.first().and_then(|chain| chain.first()),
            Relation::Jurisdiction | Relation::Member | Relation::Anyone | Relation::Administrator => None,
        };
        let name = |unit: &String| UnitName { jurisdiction: self.jurisdiction.clone(), unit: unit.clone() }.to_string();
        Denial {
            action,
            roles: roles.to_vec(),
            scope: unit.map_or(whole, name),
            administrator: relation == Relation::Administrator,
        }
    }
}

/// Whether a scope reaches where a relation asks. The whole jurisdiction reaches everywhere.
fn reaches(scope: Option<&str>, relation: Relation, place: &Place) -> bool {
    let Some(scope) = scope else { return !matches!(relation, Relation::Administrator) };
    let covers = |chain: &Vec<String>| chain.iter().any(|unit| unit == scope);
    match relation {
        Relation::Owner => covers(&place.owner),
        Relation::Reviewing => place.reviewing.iter().any(covers),
        Relation::Approving => place.approving.iter().any(covers),
        Relation::Jurisdiction | Relation::Administrator => false,
        Relation::Member | Relation::Anyone => true,
    }
}
