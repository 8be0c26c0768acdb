//! The kinds of documents that are approved: the only place of this slice that knows them.

use super::model::Life;
use crate::budget;
use crate::budget::life::Plan;
use crate::budget::model::{Estimate, Kind, Stage};
use crate::commit::{Tx, View};
use crate::document::finding::Finding;
use crate::document::kind::DocumentKind;
use crate::document::state::{State, Verb};
use crate::error::{Error, Reason, Refusal, Result};
use crate::id::EstimateName;

/// The name of a document of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentName {
    /// A budget estimate.
    Estimate(EstimateName),
}

impl DocumentName {
    /// Reads a resource name; `None` where it names no document.
    pub fn parse(text: &str) -> Option<Self> {
        EstimateName::parse(text).map(Self::Estimate)
    }

    /// The name of a document that is stored below its jurisdiction.
    pub fn below(jurisdiction: &str, document: &str) -> Option<Self> {
        Self::parse(&format!("jurisdictions/{jurisdiction}/{document}"))
    }

    /// The jurisdiction.
    pub fn jurisdiction(&self) -> &str {
        match self {
            Self::Estimate(name) => &name.jurisdiction,
        }
    }

    /// The name of one of its lines.
    pub fn line(&self, line: &str) -> String {
        match self {
            Self::Estimate(name) => format!("{name}/lines/{line}"),
        }
    }
}

impl std::fmt::Display for DocumentName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Estimate(name) => name.fmt(f),
        }
    }
}

/// A document as it stands.
pub enum Document {
    /// A budget estimate.
    Estimate(Box<Estimate>),
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
                kind: kind_of(estimate.key.kind),
                year: estimate.key.fiscal_year,
                is_approvable: estimate.key.kind != Kind::Reference,
                open_verbs: Vec::new(),
                findings: Vec::new(),
                revision: estimate.revision,
            },
        }
    }

    /// The id of the unit that owns it.
    pub fn owner(&self) -> &str {
        match self {
            Self::Estimate(estimate) => &estimate.key.unit,
        }
    }

    /// What the rules find.
    pub fn check(&self, view: &mut View<'_>) -> Result<Vec<Finding>> {
        match self {
            Self::Estimate(estimate) => budget::life::check(view, estimate),
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
        }
    }

    /// What a verb does to it, and every reason of its kind why not. `revision` is the one that the verb will make.
    pub fn plan(&self, view: &mut View<'_>, verb: Verb, then: State, revision: i64) -> Result<(Planned, Vec<Refusal>)> {
        let Self::Estimate(estimate) = self;
        let (mut plan, mut refusals) = match (verb, estimate.in_force) {
            (Verb::Appraise, _) => budget::life::complete(view, estimate, Stage::Appraised)?,
            (Verb::Approve, _) => budget::life::complete(view, estimate, Stage::Decided)?,
            (Verb::Return, _) => (budget::life::clear(view, estimate, then)?, Vec::new()),
            (Verb::Amend, _) => (budget::life::restate(view, estimate)?, Vec::new()),
            (Verb::Cancel, Some(in_force)) => (budget::life::restore(view, estimate, in_force)?, Vec::new()),
            _ => (Plan::of_header(estimate), Vec::new()),
        };
        if verb == Verb::Approve
            && let Some(rival) = budget::life::rival(view, estimate)?
        {
            let text = format!("{rival} of the same unit and year is in force; amend it, or close it first");
            refusals.push(Refusal::new(Reason::AlreadyInForce, estimate.name().to_string(), text));
        }
        let new = &mut plan.estimate;
        new.state = then;
        match verb {
            Verb::Submit => new.submission += 1,
            Verb::Amend => new.number += 1,
            Verb::Cancel if then == State::Approved => new.number -= 1,
            Verb::Approve => new.in_force = Some(revision),
            Verb::Withdraw | Verb::Endorse | Verb::Return | Verb::Appraise | Verb::Close | Verb::Cancel => {}
        }
        Ok((Planned::Estimate(Box::new(plan)), refusals))
    }
}

fn kind_of(kind: Kind) -> DocumentKind {
    match kind {
        Kind::Annual => DocumentKind::AnnualEstimate,
        Kind::Redone => DocumentKind::RedoneEstimate,
        Kind::Supplement => DocumentKind::SupplementEstimate,
        Kind::Reference => DocumentKind::ReferenceEstimate,
    }
}

/// What a verb will write.
pub enum Planned {
    /// Of a budget estimate.
    Estimate(Box<Plan>),
}

impl Planned {
    /// Writes it; answers where the document stands then.
    pub fn write(&self, tx: &mut Tx<'_>) -> Result<Life> {
        match self {
            Self::Estimate(plan) => {
                plan.write(tx)?;
                let estimate = Estimate { revision: tx.revision(), ..plan.estimate.clone() };
                Ok(Document::Estimate(Box::new(estimate)).life())
            }
        }
    }
}
