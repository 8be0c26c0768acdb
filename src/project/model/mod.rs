//! What a project is. Pure: no store, no clock.

pub mod compare;
pub mod moves;
pub mod parameters;
pub mod review;
pub mod rules;
pub mod states;
pub mod summary;

use std::collections::BTreeMap;

use crate::classification::model::FinancingClass;
use crate::clock::Micros;
use crate::document::tree::Reviewers;
use crate::id::ProjectName;
use crate::words;
use states::{State, Verb};

/// Who reviews the projects of a unit of level I.
pub const REVIEWERS: Reviewers = Reviewers::Planning;

words! {
    /// What kind of project it is.
    Kind {
        Programme "PROGRAMME",
        ScienceScheme "SCIENCE_SCHEME",
        Topic "TOPIC",
        TrialProduction "TRIAL_PRODUCTION",
        ScienceProject "SCIENCE_PROJECT",
        Potential "POTENTIAL",
        Functional "FUNCTIONAL",
    }
}

words! {
    /// Who manages it.
    Level {
        National "NATIONAL",
        Ministry "MINISTRY",
        Province "PROVINCE",
        Grassroots "GRASSROOTS",
    }
}

words! {
    /// The field of research.
    Field {
        NaturalSciences "NATURAL_SCIENCES",
        Engineering "ENGINEERING",
        Agriculture "AGRICULTURE",
        Medicine "MEDICINE",
        SocialSciences "SOCIAL_SCIENCES",
        Humanities "HUMANITIES",
    }
}

words! {
    /// How the host is found.
    Method {
        Selection "SELECTION",
        Direct "DIRECT",
        Grant "GRANT",
    }
}

words! {
    /// How it is paid for.
    Payment {
        FullLumpSum "FULL_LUMP_SUM",
        PartialLumpSum "PARTIAL_LUMP_SUM",
        ActualCost "ACTUAL_COST",
    }
}

words! {
    /// What a council said.
    Outcome {
        Unchanged "UNCHANGED",
        Adjusted "ADJUSTED",
    }
}

words! {
    /// How the results are judged.
    Rating {
        Excellent "EXCELLENT",
        Pass "PASS",
    }
}

words! {
    /// Why it failed.
    Cause {
        Subjective "SUBJECTIVE",
        Objective "OBJECTIVE",
    }
}

/// Money of one class in one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct YearMoney {
    /// What is planned.
    pub planned: i64,
    /// What was assigned, where anything was.
    pub assigned: Option<i64>,
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contract {
    /// Its number.
    pub number: String,
    /// When it was signed.
    pub signed_on: String,
}

/// What moves left behind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Traces {
    /// How many moves there were.
    pub step_count: i64,
    /// The day of the last one.
    pub moved_on: Option<String>,
    /// The day of the first call.
    pub first_called_on: Option<String>,
    /// The day of the last call.
    pub called_on: Option<String>,
    /// The total that was approved.
    pub approved_total: Option<i64>,
    /// The part of the state budget in it.
    pub approved_state: Option<i64>,
    /// The contract.
    pub contract: Option<Contract>,
    /// When it was to end before it was extended.
    pub original_ends_on: Option<String>,
    /// When its results were handed in.
    pub results_submitted_on: Option<String>,
    /// How many days after the last day for that.
    pub late_days: Option<i64>,
    /// How they were judged.
    pub rating: Option<Rating>,
    /// The day of the act that says so.
    pub accepted_on: Option<String>,
    /// The number under which they are registered.
    pub registration: Option<String>,
    /// Why it failed or was terminated.
    pub cause: Option<Cause>,
}

/// A project without its steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The jurisdiction.
    pub jurisdiction: String,
    /// Its id there.
    pub id: String,
    /// The id of the unit that keeps it.
    pub unit: String,
    /// Where it stands.
    pub state: State,
    /// The code as published.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The kind.
    pub kind: Kind,
    /// The level.
    pub level: Level,
    /// The field of research, where stated.
    pub field: Option<Field>,
    /// How the host is found, where stated.
    pub method: Option<Method>,
    /// How it is paid for, where stated.
    pub payment: Option<Payment>,
    /// The organisation that carries it out.
    pub host: String,
    /// Who leads it, by a code of the personnel files.
    pub lead: Option<String>,
    /// Its scientific secretary, the same.
    pub secretary: Option<String>,
    /// The id of the list of projects that it stands on.
    pub list: Option<String>,
    /// The first year.
    pub first_year: i64,
    /// The last year.
    pub last_year: i64,
    /// The first day.
    pub starts_on: Option<String>,
    /// The first day after its end.
    pub ends_on: Option<String>,
    /// What it is for; not read in lists.
    pub objective: String,
    /// What comes out of it; not read in lists.
    pub product: String,
    /// The tasks of plans that it carries out: the ids of plan and task; not read in lists.
    pub plan_tasks: Vec<(String, String)>,
    /// All its money.
    pub total: Option<i64>,
    /// The same by class.
    pub sources: BTreeMap<FinancingClass, i64>,
    /// The same by year and class.
    pub funding: BTreeMap<(i64, FinancingClass), YearMoney>,
    /// What moves left behind.
    pub traces: Traces,
    /// The revision that last changed it.
    pub revision: i64,
    /// When it was created.
    pub created_at: Micros,
    /// When `revision` was made.
    pub updated_at: Micros,
}

impl Project {
    /// Its resource name.
    pub fn name(&self) -> ProjectName {
        ProjectName { jurisdiction: self.jurisdiction.clone(), project: self.id.clone() }
    }

    /// Its name below the jurisdiction, by which hands are kept apart.
    pub fn document(&self) -> String {
        format!("projects/{}", self.id)
    }

    /// The part of the state budget in a year: what is planned, and what was assigned, where anything was.
    pub fn state_money(&self, year: i64) -> (i128, Option<i128>) {
        let rows = self.funding.iter().filter(|((of, class), _)| *of == year && is_state(*class));
        let mut sums = (0, None);
        for (_, money) in rows {
            sums.0 += i128::from(money.planned);
            if let Some(assigned) = money.assigned {
                sums.1 = Some(sums.1.unwrap_or_default() + i128::from(assigned));
            }
        }
        sums
    }
}

/// Whether money of a class is of the state budget.
pub fn is_state(class: FinancingClass) -> bool {
    match class {
        FinancingClass::Central | FinancingClass::Local => true,
        FinancingClass::Fund | FinancingClass::Enterprise | FinancingClass::Foreign | FinancingClass::Other => false,
    }
}

/// A signed act that a move rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// Its number.
    pub number: String,
    /// The day.
    pub signed_on: String,
    /// Who acts.
    pub authority: String,
    /// Who signed.
    pub signer: String,
}

/// A move as it is asked for: the verb, and what it states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The verb.
    pub verb: Verb,
    /// The day on which it happened.
    pub on: String,
    /// The act that it rests on.
    pub act: Option<Act>,
    /// What the council said.
    pub outcome: Option<Outcome>,
    /// The number of the contract.
    pub contract: Option<String>,
    /// What is assigned: the year, and the amounts by class.
    pub money: Option<(i64, Vec<(FinancingClass, i64)>)>,
    /// The new end, and the day on which it was asked for.
    pub end: Option<(String, String)>,
    /// How the results are judged.
    pub rating: Option<Rating>,
    /// The number under which they are registered.
    pub registration: Option<String>,
    /// Why it failed.
    pub cause: Option<Cause>,
    /// A remark.
    pub note: String,
}

impl Move {
    /// A verb that states nothing but its day.
    pub fn new(verb: Verb, on: &str) -> Self {
        Self {
            verb,
            on: on.to_owned(),
            act: None,
            outcome: None,
            contract: None,
            money: None,
            end: None,
            rating: None,
            registration: None,
            cause: None,
            note: String::new(),
        }
    }
}

/// A move that was executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its place among the moves, from 1.
    pub number: i64,
    /// What was asked for.
    pub made: Move,
    /// The state before.
    pub from: State,
    /// The state after.
    pub to: State,
    /// Who did it.
    pub person: String,
    /// For whom; empty for nobody.
    pub on_behalf_of: String,
    /// The revision that it was made in.
    pub revision: i64,
    /// When.
    pub at: Micros,
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    /// A proposal of a topic of 2014 and 2015: 900 of the local budget, 100 of an enterprise.
    pub fn proposal() -> Project {
        let money = |planned| YearMoney { planned, assigned: None };
        Project {
            jurisdiction: "j".to_owned(),
            id: "p".to_owned(),
            unit: "khcn".to_owned(),
            state: State::Proposed,
            code: String::new(),
            title: "A".to_owned(),
            kind: Kind::Topic,
            level: Level::Province,
            field: None,
            method: Some(Method::Selection),
            payment: Some(Payment::PartialLumpSum),
            host: "Trung tâm".to_owned(),
            lead: Some("L1".to_owned()),
            secretary: Some("S1".to_owned()),
            list: None,
            first_year: 2014,
            last_year: 2015,
            starts_on: Some("2014-01-01".to_owned()),
            ends_on: Some("2016-01-01".to_owned()),
            objective: String::new(),
            product: String::new(),
            plan_tasks: Vec::new(),
            total: Some(1_000),
            sources: BTreeMap::from([(FinancingClass::Local, 900), (FinancingClass::Enterprise, 100)]),
            funding: BTreeMap::from([
                ((2014, FinancingClass::Local), money(500)),
                ((2015, FinancingClass::Local), money(400)),
                ((2015, FinancingClass::Enterprise), money(100)),
            ]),
            traces: Traces::default(),
            revision: 1,
            created_at: 0,
            updated_at: 0,
        }
    }
}
