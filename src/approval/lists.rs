//! What was done with documents: read, never changed.

use std::collections::BTreeMap;

use super::actions::opened;
use super::kinds::{Document, DocumentName};
use super::model::{Decision, Life, Step};
use super::store;
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::budget::model::{Group, Stage};
use crate::commit::View;
use crate::document::finding::Finding;
use crate::error::Result;
use crate::grpc::page::Page;

/// Asks where a document stands.
#[derive(Debug, Clone)]
pub struct GetLife {
    pub name: DocumentName,
    pub read_at: ReadAt,
}

/// Asks what the rules find.
#[derive(Debug, Clone)]
pub struct CheckDocument {
    pub name: DocumentName,
    pub read_at: ReadAt,
}

/// What the rules found in a document at its revision.
#[derive(Debug, Clone)]
pub struct Checked {
    pub findings: Vec<Finding>,
    pub revision: i64,
}

/// Asks for what was done with a document.
#[derive(Debug, Clone)]
pub struct ListSteps {
    pub name: DocumentName,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A page of steps.
#[derive(Debug, Clone)]
pub struct ListedSteps {
    pub name: DocumentName,
    pub steps: Vec<Step>,
    pub next_page_token: String,
}

/// Asks for decisions.
#[derive(Debug, Clone)]
pub struct ListDecisions {
    pub jurisdiction: String,
    pub document: Option<DocumentName>,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A decision with the decided sums before and after.
#[derive(Debug, Clone)]
pub struct Shown {
    pub decision: Decision,
    pub totals: BTreeMap<Group, (Option<i64>, Option<i64>)>,
}

/// A page of decisions.
#[derive(Debug, Clone)]
pub struct ListedDecisions {
    pub jurisdiction: String,
    pub decisions: Vec<Shown>,
    pub next_page_token: String,
}

pub async fn get_life(app: App, call: Call, ask: GetLife) -> Result<Keep<Life>> {
    let jurisdiction = ask.name.jurisdiction().to_owned();
    let read = move |view: &mut View<'_>| {
        let document = Document::load(view, &ask.name)?;
        opened(view, document.life(), document.owner())
    };
    let answer = app.read(&call, &jurisdiction, ask.read_at, read).await?;
    // What is open depends on who asks.
    Ok(answer.kept(&jurisdiction, Depends::Nothing))
}

pub async fn check_document(app: App, call: Call, ask: CheckDocument) -> Result<Keep<Checked>> {
    let jurisdiction = ask.name.jurisdiction().to_owned();
    let read = move |view: &mut View<'_>| {
        let document = Document::load(view, &ask.name)?;
        Ok(Checked { findings: document.check(view)?, revision: document.life().revision })
    };
    let answer = app.read(&call, &jurisdiction, ask.read_at, read).await?;
    // The rules look at codes too, which other commands change.
    Ok(answer.kept(&jurisdiction, Depends::everything(ask.read_at)))
}

pub async fn list_steps(app: App, call: Call, ask: ListSteps) -> Result<Keep<ListedSteps>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, name) = (app.instance().clone(), ask.page, ask.name.clone());
    let jurisdiction = name.jurisdiction().to_owned();
    let after = start.after.first().and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
    let read = move |view: &mut View<'_>| {
        let life = Document::load(view, &name)?.life();
        let mut steps = store::steps(view, &life.document, after, page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut steps, |last| vec![last.revision.to_string()])?;
        Ok(ListedSteps { name: name.clone(), steps, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, start.read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(start.read_at, ask.name.to_string())))
}

pub async fn list_decisions(app: App, call: Call, ask: ListDecisions) -> Result<Keep<ListedDecisions>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, jurisdiction) = (app.instance().clone(), ask.page, ask.jurisdiction.clone());
    let before = match start.after.as_slice() {
        [since, document] => since.parse::<i64>().ok().map(|since| (since, document.clone())),
        _ => None,
    };
    let (document, of) = (ask.document, jurisdiction.clone());
    let read = move |view: &mut View<'_>| {
        let document = match &document {
            Some(name) => Some(Document::load(view, name)?.life().document),
            None => None,
        };
        let mut found = store::decisions(view, document.as_deref(), before.as_ref(), page.size + 1)?;
        let key = |last: &Decision| vec![last.revision.to_string(), last.document.clone()];
        let next_page_token = page.cut(&instance, view.revision, &mut found, key)?;
        let mut decisions = Vec::new();
        for decision in found {
            decisions.push(shown(view, decision)?);
        }
        Ok(ListedDecisions { jurisdiction: of.clone(), decisions, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, start.read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(start.read_at)))
}

/// The sums are those of the two texts, read at the revisions from which they were in force.
fn shown(view: &mut View<'_>, decision: Decision) -> Result<Shown> {
    let mut totals: BTreeMap<Group, (Option<i64>, Option<i64>)> = BTreeMap::new();
    if let Some(DocumentName::Estimate(name)) = DocumentName::below(view.jurisdiction, &decision.document) {
        for (revision, is_after) in [(decision.previous, false), (Some(decision.revision), true)] {
            let Some(revision) = revision else { continue };
            for (group, amounts) in crate::budget::life::decided(view, &name.estimate, revision)? {
                let pair = totals.entry(group).or_default();
                let side = if is_after { &mut pair.1 } else { &mut pair.0 };
                *side = amounts.get(Stage::Decided);
            }
        }
    }
    Ok(Shown { decision, totals })
}
