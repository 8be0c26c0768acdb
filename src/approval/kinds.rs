//! The kinds of documents that are approved: the only place of this slice that knows them.

use super::model::Life;
use crate::budget;
use crate::budget::life::Plan as Figures;
use crate::budget::model::{Estimate, Kind, Stage};
use crate::commit::{Tx, View};
use crate::document::finding::Finding;
use crate::document::state::{State, Verb};
use crate::document::tree::Reviewers;
use crate::error::{Error, Reason, Refusal, Result};
use crate::id::{EstimateName, LineName, PlanItemName, PlanName};
use crate::plan;
use crate::plan::life::Moved;
use crate::plan::model::Plan;

/// The name of a document of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentName {
    /// A budget estimate.
    Estimate(EstimateName),
    /// A plan over several years.
    Plan(PlanName),
}

impl DocumentName {
    /// Reads a resource name; `None` where it names no document.
    pub fn parse(text: &str) -> Option<Self> {
        EstimateName::parse(text).map(Self::Estimate).or_else(|| PlanName::parse(text).map(Self::Plan))
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
        }
    }

    /// The name of one of its lines.
    pub fn line(&self, line: &str) -> String {
        match self {
            Self::Estimate(name) => format!("{name}/lines/{line}"),
            Self::Plan(name) => format!("{name}/{line}"),
        }
    }

    /// What stands in it: the document of a name of a line or an item, and what follows it there.
    pub fn of_line(text: &str) -> Option<(Self, String)> {
        if let Some(LineName { jurisdiction, estimate, line }) = LineName::parse(text) {
            return Some((Self::Estimate(EstimateName { jurisdiction, estimate }), line));
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
        }
    }
}

/// A document as it stands.
pub enum Document {
    /// A budget estimate.
    Estimate(Box<Estimate>),
    /// A plan over several years.
    Plan(Box<Plan>),
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
                is_approvable: estimate.key.kind != Kind::Reference,
                reviewers: Reviewers::Finance,
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
                is_approvable: true,
                reviewers: plan.kind.reviewers(),
                open_verbs: Vec::new(),
                findings: Vec::new(),
                revision: plan.revision,
            },
        }
    }

    /// The id of the unit that owns it.
    pub fn owner(&self) -> &str {
        match self {
            Self::Estimate(estimate) => &estimate.key.unit,
            Self::Plan(plan) => &plan.unit,
        }
    }

    /// What the rules find.
    pub fn check(&self, view: &mut View<'_>) -> Result<Vec<Finding>> {
        match self {
            Self::Estimate(estimate) => budget::life::check(view, estimate),
            Self::Plan(plan) => plan::life::check(view, plan),
        }
    }

    /// Which of some lines it does not have.
    pub fn missing_lines(&self, view: &mut View<'_>, lines: &[String]) -> Result<Vec<String>> {
        match self {
            Self::Estimate(estimate) => {
                let mut missing = Vec::new();
                for line in lines {
                    if budget::store::find_line(view, &estimate.id, line)?.is_none() {
                        missing.push(line.clone());
                    }
                }
                Ok(missing)
            }
            Self::Plan(plan) => plan::life::missing(view, plan, lines),
        }
    }

    /// What a verb does to it, and every reason of its kind why not. `revision` is the one that the verb will make.
    pub fn plan(&self, view: &mut View<'_>, verb: Verb, then: State, revision: i64) -> Result<(Planned, Vec<Refusal>)> {
        let (mut planned, mut refusals) = match self {
            Self::Estimate(estimate) => {
                let (figures, refusals) = figures(view, estimate, verb, then)?;
                (Planned::Estimate(Box::new(figures)), refusals)
            }
            Self::Plan(plan) => {
                let moved = match (verb, plan.in_force) {
                    (Verb::Cancel, Some(in_force)) => plan::life::restore(view, plan, in_force)?,
                    _ => Moved::of_header(plan),
                };
                (Planned::Plan(Box::new(moved)), Vec::new())
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
        })
    }
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

/// What a verb will write.
pub enum Planned {
    /// Of a budget estimate.
    Estimate(Box<Figures>),
    /// Of a plan over several years.
    Plan(Box<Moved>),
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

    /// Writes it; answers where the document stands then.
    pub fn write(&self, tx: &mut Tx<'_>) -> Result<Life> {
        match self {
            Self::Estimate(figures) => {
                figures.write(tx)?;
                let estimate = Estimate { revision: tx.revision(), ..figures.estimate.clone() };
                Ok(Document::Estimate(Box::new(estimate)).life())
            }
            Self::Plan(moved) => {
                moved.write(tx)?;
                let plan = Plan { revision: tx.revision(), ..moved.plan.clone() };
                Ok(Document::Plan(Box::new(plan)).life())
            }
        }
    }
}
