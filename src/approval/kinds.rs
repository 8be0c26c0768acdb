//! The kinds of documents that are approved: the only place of this slice that knows them.

use super::actions::Perform;
use super::model::{Act, Life};
use crate::app::Instance;
use crate::budget;
use crate::budget::included::Choice;
use crate::budget::life::Plan as Figures;
use crate::budget::model::inclusion::Inclusion;
use crate::budget::model::{Estimate, Kind};
use crate::check::{self, Subject};
use crate::commit::{Tx, View};
use crate::document::finding::Finding;
use crate::document::kind::DocumentKind;
use crate::document::stages::Stage;
use crate::document::state::{State, Verb};
use crate::envelope;
use crate::error::{Error, Reason, Refusal, Result};
use crate::id::{EstimateName, LineName, PlanItemName, PlanName, StaffGroupName, WorkforcePlanName};
use crate::plan;
use crate::plan::life::Moved;
use crate::plan::model::{Kind as PlanKind, Plan};
use crate::project::lists::{self, Listed};
use crate::project::model::Act as ProjectAct;
use crate::workforce;
use crate::workforce::life::Moved as MovedWorkforce;
use crate::workforce::model::WorkforcePlan;

/// The name of a document of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentName {
    /// A budget estimate.
    Estimate(EstimateName),
    /// A plan over several years.
    Plan(PlanName),
    /// An HR plan.
    Workforce(WorkforcePlanName),
}

impl DocumentName {
    /// Reads a resource name; `None` where it names no document.
    pub fn parse(text: &str) -> Option<Self> {
        let workforce = || WorkforcePlanName::parse(text).map(Self::Workforce);
        let plan = || PlanName::parse(text).map(Self::Plan);
        EstimateName::parse(text).map(Self::Estimate).or_else(plan).or_else(workforce)
    }

    /// The name of a document that is stored below its jurisdiction.
    pub fn below(jurisdiction: &str, document: &str) -> Option<Self> {
        Self::parse(&format!("jurisdictions/{jurisdiction}/{document}"))
    }

    /// The jurisdiction.
    pub fn jurisdiction(&self) -> &str {
        match self {
            Self::Estimate(name) => &name.jurisdiction,
            Self::Plan(name) => &name.jurisdiction,
            Self::Workforce(name) => &name.jurisdiction,
        }
    }

    /// The name of one of its lines.
    pub fn line(&self, line: &str) -> String {
        match self {
            Self::Estimate(name) => format!("{name}/lines/{line}"),
            Self::Plan(name) => format!("{name}/{line}"),
            Self::Workforce(name) => format!("{name}/{line}"),
        }
    }

    /// What stands in it: the document of a name of a line or an item, and what follows it there.
    pub fn of_line(text: &str) -> Option<(Self, String)> {
        if let Some(LineName { jurisdiction, estimate, line }) = LineName::parse(text) {
            return Some((Self::Estimate(EstimateName { jurisdiction, estimate }), line));
        }
        if let Some(StaffGroupName { jurisdiction, plan, group }) = StaffGroupName::parse(text) {
            return Some((Self::Workforce(WorkforcePlanName { jurisdiction, plan }), format!("staffGroups/{group}")));
        }
        if let Some((plan, line)) = workforce::life::of_item(text) {
            return Some((Self::Workforce(plan), line));
        }
        let name = PlanItemName::parse(text)?;
        Some((Self::Plan(name.plan_name()), format!("{}/{}", name.collection, name.item)))
    }
}

impl std::fmt::Display for DocumentName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Estimate(name) => name.fmt(f),
            Self::Plan(name) => name.fmt(f),
            Self::Workforce(name) => name.fmt(f),
        }
    }
}

/// A document as it stands.
pub enum Document {
    /// A budget estimate.
    Estimate(Box<Estimate>),
    /// A plan over several years.
    Plan(Box<Plan>),
    /// An HR plan.
    Workforce(Box<WorkforcePlan>),
}

impl Document {
    /// A document, or that there is none.
    pub fn load(view: &mut View<'_>, name: &DocumentName) -> Result<Self> {
        match name {
            DocumentName::Estimate(name) => {
                let found = budget::store::find_estimate(view, &name.estimate)?;
                let found = found.filter(|found| view.standing.sees(&found.key.unit));
                let missing = || Error::NotFound { kind: "Estimate", name: name.to_string() };
                Ok(Self::Estimate(Box::new(found.ok_or_else(missing)?)))
            }
            DocumentName::Plan(name) => Ok(Self::Plan(Box::new(plan::load(view, name)?))),
            DocumentName::Workforce(name) => Ok(Self::Workforce(Box::new(workforce::load(view, name)?))),
        }
    }

    /// Where it stands; who may do what is not judged here.
    pub fn life(&self) -> Life {
        match self {
            Self::Estimate(estimate) => Life {
                name: estimate.name().to_string(),
                document: estimate.document(),
                unit: format!("jurisdictions/{}/units/{}", estimate.jurisdiction, estimate.key.unit),
                state: estimate.state,
                submission: estimate.submission,
                number: estimate.number,
                in_force: estimate.in_force,
                kind: estimate.key.kind.document_kind(),
                year: estimate.key.fiscal_year,
                is_approvable: estimate.key.kind != Kind::Reference,
                open_verbs: Vec::new(),
                findings: Vec::new(),
                revision: estimate.revision,
            },
            Self::Plan(plan) => Life {
                name: plan.name().to_string(),
                document: plan.document(),
                unit: format!("jurisdictions/{}/units/{}", plan.jurisdiction, plan.unit),
                state: plan.state,
                submission: plan.submission,
                number: plan.number,
                in_force: plan.in_force,
                kind: plan.kind.document_kind(),
                year: plan.first_year,
                is_approvable: true,
                open_verbs: Vec::new(),
                findings: Vec::new(),
                revision: plan.revision,
            },
            Self::Workforce(plan) => Life {
                name: plan.name().to_string(),
                document: plan.document(),
                unit: format!("jurisdictions/{}/units/{}", plan.jurisdiction, plan.key.unit),
                state: plan.state,
                submission: plan.submission,
                number: plan.number,
                in_force: plan.in_force,
                is_approvable: true,
                kind: DocumentKind::WorkforcePlan,
                year: plan.key.first_year,
                open_verbs: Vec::new(),
                findings: Vec::new(),
                revision: plan.revision,
            },
        }
    }

    /// Refuses to decide on a list to whoever worked on one of its projects.
    pub fn require_hands_of_listed(&self, view: &mut View<'_>, verb: Verb) -> Result<()> {
        match self {
            Self::Plan(plan) if approves_projects(plan, verb) => lists::require_hands(view, plan),
            Self::Plan(_) | Self::Estimate(_) | Self::Workforce(_) => Ok(()),
        }
    }

    /// The id of the unit that owns it.
    pub fn owner(&self) -> &str {
        match self {
            Self::Estimate(estimate) => &estimate.key.unit,
            Self::Plan(plan) => &plan.unit,
            Self::Workforce(plan) => &plan.key.unit,
        }
    }

    /// What the rules find, as the jurisdiction takes them.
    pub fn check(&self, view: &mut View<'_>) -> Result<Vec<Finding>> {
        let (found, subject) = match self {
            Self::Estimate(estimate) => {
                let mut found = budget::life::check(view, estimate)?;
                found.extend(envelope::findings::check(view, estimate)?);
                found.extend(workforce::pay_lines::check(view, estimate)?);
                (found, Subject::Estimate(estimate))
            }
            Self::Plan(plan) => (plan::life::check(view, plan)?, Subject::Plan(plan)),
            Self::Workforce(plan) => (workforce::life::check(view, plan)?, Subject::Workforce),
        };
        let life = self.life();
        check::findings(view, (life.year, life.state), subject, found)
    }

    /// Which of some lines it does not have.
    pub fn missing_lines(&self, view: &mut View<'_>, lines: &[String]) -> Result<Vec<String>> {
        match self {
            Self::Estimate(estimate) => {
                let there = budget::store::lines_there(view, &estimate.id, lines)?;
                Ok(lines.iter().filter(|line| !there.contains(*line)).cloned().collect())
            }
            Self::Plan(plan) => plan::life::missing(view, plan, lines),
            Self::Workforce(plan) => workforce::life::missing(view, plan, lines),
        }
    }

    /// What a verb does to it, and every reason of its kind why not. `revision` is the one that the verb will make.
    pub fn plan(
        &self,
        view: &mut View<'_>,
        instance: &Instance,
        ask: &Perform,
        then: State,
        revision: i64,
    ) -> Result<(Planned, Vec<Refusal>)> {
        let verb = ask.verb;
        let (mut planned, mut refusals) = match self {
            Self::Estimate(estimate) => {
                let (mut figures, mut refusals) = figures(view, estimate, verb, then)?;
                let (included, hindrances) = included(view, instance, estimate, (verb, then), &ask.with.included)?;
                refusals.extend(hindrances);
                figures.included = included;
                (Planned::Estimate(Box::new(figures)), refusals)
            }
            Self::Plan(plan) => {
                let mut moved = match (verb, plan.in_force) {
                    (Verb::Cancel, Some(in_force)) => plan::life::restore(view, plan, in_force)?,
                    _ => Moved::of_header(plan),
                };
                let (listed, refusals) = listed(view, plan, ask)?;
                moved.listed = listed;
                (Planned::Plan(Box::new(moved)), refusals)
            }
            Self::Workforce(plan) => {
                let (moved, refusals) = workforce::life::moved(view, plan, verb, then)?;
                (Planned::Workforce(Box::new(moved)), refusals)
            }
        };
        if verb == Verb::Approve
            && let Some(rival) = self.rival(view)?
        {
            let text = format!("{rival} of the same unit and year is in force; amend it, or close it first");
            refusals.push(Refusal::new(Reason::AlreadyInForce, self.life().name, text));
        }
        planned.stand(verb, then, revision);
        Ok((planned, refusals))
    }

    /// The other document that is in force where only one may be.
    fn rival(&self, view: &mut View<'_>) -> Result<Option<String>> {
        Ok(match self {
            Self::Estimate(estimate) => budget::life::rival(view, estimate)?.map(|name| name.to_string()),
            Self::Plan(plan) => plan::life::rival(view, plan)?.map(|name| name.to_string()),
            Self::Workforce(plan) => workforce::life::rival(view, plan)?.map(|name| name.to_string()),
        })
    }
}

/// What approving a list of projects does to its projects, and every reason why one cannot be listed.
fn listed(view: &mut View<'_>, plan: &Plan, ask: &Perform) -> Result<(Vec<Listed>, Vec<Refusal>)> {
    let Some(act) = ask.with.act.as_ref().filter(|_| approves_projects(plan, ask.verb)) else {
        return Ok(Default::default());
    };
    let Act { number, signed_on, authority, signer, file_digest: _ } = act.clone();
    lists::approved(view, plan, ProjectAct { number, signed_on, authority, signer })
}

fn approves_projects(plan: &Plan, verb: Verb) -> bool {
    verb == Verb::Approve && plan.kind == PlanKind::ProjectList
}

/// What a verb does to the figures of an estimate.
fn figures(view: &mut View<'_>, estimate: &Estimate, verb: Verb, then: State) -> Result<(Figures, Vec<Refusal>)> {
    Ok(match (verb, estimate.in_force) {
        (Verb::Appraise, _) => budget::life::complete(view, estimate, Stage::Appraised)?,
        (Verb::Approve, _) => budget::life::complete(view, estimate, Stage::Decided)?,
        (Verb::Return, _) => (budget::life::clear(view, estimate, then)?, Vec::new()),
        (Verb::Amend, _) => (budget::life::restate(view, estimate)?, Vec::new()),
        (Verb::Cancel, Some(in_force)) => (budget::life::restore(view, estimate, in_force)?, Vec::new()),
        _ => (Figures::of_header(estimate), Vec::new()),
    })
}

/// What a verb does to what an estimate takes in, and every reason why it may not be moved because another takes it in.
fn included(
    view: &mut View<'_>,
    instance: &Instance,
    estimate: &Estimate,
    (verb, then): (Verb, State),
    choice: &Choice,
) -> Result<(Option<Vec<Inclusion>>, Vec<Refusal>)> {
    let held = match verb {
        Verb::Return => budget::included::held(view, estimate, false)?,
        Verb::Approve => budget::included::held(view, estimate, true)?,
        // What is only submitted is taken in by nobody.
        Verb::Submit | Verb::Withdraw | Verb::Endorse | Verb::Appraise | Verb::Amend | Verb::Close | Verb::Cancel => {
            None
        }
    };
    let (included, mut refusals) = match (verb, estimate.in_force) {
        (Verb::Submit, _) => {
            let (chosen, refusals) = budget::included::choose(view, instance, estimate, choice)?;
            (Some(chosen), refusals)
        }
        (Verb::Cancel, Some(in_force)) => (Some(budget::included::again(view, estimate, in_force)?), Vec::new()),
        (Verb::Withdraw | Verb::Return | Verb::Amend | Verb::Cancel, _) if then == State::Draft => {
            (Some(Vec::new()), Vec::new())
        }
        _ => (None, Vec::new()),
    };
    refusals.extend(held);
    Ok((included, refusals))
}

/// What a verb will write.
pub enum Planned {
    /// Of a budget estimate.
    Estimate(Box<Figures>),
    /// Of a plan over several years.
    Plan(Box<Moved>),
    /// Of an HR plan.
    Workforce(Box<MovedWorkforce>),
}

impl Planned {
    /// Moves its place in life.
    fn stand(&mut self, verb: Verb, then: State, revision: i64) {
        let (state, submission, number, in_force) = match self {
            Self::Estimate(figures) => {
                let new = &mut figures.estimate;
                (&mut new.state, &mut new.submission, &mut new.number, &mut new.in_force)
            }
            Self::Plan(moved) => {
                let new = &mut moved.plan;
                (&mut new.state, &mut new.submission, &mut new.number, &mut new.in_force)
            }
            Self::Workforce(moved) => {
                let new = &mut moved.plan;
                (&mut new.state, &mut new.submission, &mut new.number, &mut new.in_force)
            }
        };
        *state = then;
        match verb {
            Verb::Submit => *submission += 1,
            Verb::Amend => *number += 1,
            Verb::Cancel if then == State::Approved => *number -= 1,
            Verb::Approve => *in_force = Some(revision),
            Verb::Withdraw | Verb::Endorse | Verb::Return | Verb::Appraise | Verb::Close | Verb::Cancel => {}
        }
    }

    /// The names of what moves with it.
    pub fn others(&self) -> Vec<String> {
        match self {
            Self::Plan(moved) => moved.listed.iter().map(Listed::name).collect(),
            Self::Estimate(_) | Self::Workforce(_) => Vec::new(),
        }
    }

    /// The lines that a reviewer changed, where the verb is the appraisal.
    pub fn changed(&self) -> &[String] {
        match self {
            Self::Estimate(figures) => &figures.changed,
            Self::Plan(_) | Self::Workforce(_) => &[],
        }
    }

    /// Writes it; answers where the document stands then.
    pub fn write(self, tx: &mut Tx<'_>) -> Result<Life> {
        match self {
            Self::Estimate(figures) => {
                let estimate = Estimate { revision: tx.revision(), ..figures.estimate.clone() };
                figures.write(tx)?;
                Ok(Document::Estimate(Box::new(estimate)).life())
            }
            Self::Plan(moved) => {
                moved.write(tx)?;
                let plan = Plan { revision: tx.revision(), ..moved.plan.clone() };
                Ok(Document::Plan(Box::new(plan)).life())
            }
            Self::Workforce(moved) => {
                moved.write(tx)?;
                let plan = WorkforcePlan { revision: tx.revision(), ..moved.plan.clone() };
                Ok(Document::Workforce(Box::new(plan)).life())
            }
        }
    }
}
