//! The owner takes note of what a reviewer changed.

use super::store::changed;
use crate::app::{Answer, App, Call, Depends, Keep, ReadAt};
use crate::budget;
use crate::budget::model::{Line, Stage};
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::error::{Error, Reason, Refusal, Result};
use crate::grpc::page::Page;
use crate::id::{EstimateName, LineName};

/// Asks to take lines from the inbox of the unit; none named means all.
#[derive(Debug, Clone)]
pub struct AcknowledgeLines {
    pub name: EstimateName,
    pub lines: Vec<String>,
}

/// How many lines were acknowledged, and how many still wait.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    pub acknowledged: i64,
    pub remaining: i64,
}

/// Asks for a page of the lines that wait.
#[derive(Debug, Clone)]
pub struct ListChangedLines {
    pub name: EstimateName,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A line that a reviewer changed.
#[derive(Debug, Clone)]
pub struct ChangedLine {
    pub name: LineName,
    pub requested: Option<i64>,
    pub appraised: i64,
    pub reason: String,
}

/// A page of the lines that wait.
#[derive(Debug, Clone)]
pub struct ListedChangedLines {
    pub lines: Vec<ChangedLine>,
    pub next_page_token: String,
}

pub async fn acknowledge_lines(app: App, call: Call, ask: AcknowledgeLines) -> Result<Answer<Acknowledged>> {
    let (jurisdiction, again) = (ask.name.jurisdiction.clone(), ask.name.clone());
    let run = move |tx: &mut Tx<'_>| {
        let estimate = budget::load(&mut tx.view(), &ask.name)?;
        let permit = tx.standing().may_at(Action::AcknowledgeLines, &estimate.key.unit)?;
        tx.permit(permit);
        let document = estimate.document();
        let waiting = changed::waiting_lines(&mut tx.view(), &document)?;
        let chosen = choose(&ask, waiting)?;
        let remaining = changed::acknowledge(tx, &document, &chosen)?;
        let acknowledged = i64::try_from(chosen.len()).unwrap_or(i64::MAX);
        Ok((Entry::of(&ask.name), Acknowledged { acknowledged, remaining }))
    };
    let replay = move |view: &mut View<'_>, _: &First| {
        let document = budget::load(view, &again)?.document();
        let (acknowledged, remaining) = changed::acknowledged_at(view, &document)?;
        Ok(Acknowledged { acknowledged, remaining })
    };
    app.write(&call, &jurisdiction, run, replay).await
}

/// The lines that are acknowledged, or every one of them that does not wait.
fn choose(ask: &AcknowledgeLines, waiting: Vec<String>) -> Result<Vec<String>> {
    if ask.lines.is_empty() {
        if waiting.is_empty() {
            let text = format!("no line of {} waits to be acknowledged", ask.name);
            return Err(Error::refused(Reason::LineNotChanged, "lines", text));
        }
        return Ok(waiting);
    }
    let refusal = |(at, line): (usize, &String)| {
        let text = format!("{}/lines/{line} does not wait to be acknowledged", ask.name);
        Refusal::new(Reason::LineNotChanged, format!("lines[{at}]"), text)
    };
    let unknown: Vec<Refusal> =
        ask.lines.iter().enumerate().filter(|(_, line)| waiting.binary_search(line).is_err()).map(refusal).collect();
    if unknown.is_empty() { Ok(ask.lines.clone()) } else { Err(Error::Refused(unknown)) }
}

pub async fn list_changed_lines(app: App, call: Call, ask: ListChangedLines) -> Result<Keep<ListedChangedLines>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, name) = (app.instance().clone(), ask.page, ask.name.clone());
    let jurisdiction = name.jurisdiction.clone();
    let after = start.after.first().cloned();
    let read = move |view: &mut View<'_>| {
        let estimate = budget::load(view, &name)?;
        let mut waiting = changed::waiting_lines(view, &estimate.document())?;
        waiting.retain(|line| after.as_ref().is_none_or(|after| line > after));
        waiting.truncate(usize::try_from(page.size + 1).unwrap_or(usize::MAX));
        let next_page_token = page.cut(&instance, view.revision, &mut waiting, |last| vec![last.clone()])?;
        let found = budget::store::lines_of(view, &estimate.id, &waiting)?;
        let changed = |line: Line| ChangedLine {
            name: estimate.line_name(&line.id),
            requested: line.amounts.get(Stage::Requested),
            appraised: line.amounts.get(Stage::Appraised).unwrap_or_default(),
            reason: line.appraised_reason.unwrap_or_default(),
        };
        Ok(ListedChangedLines { lines: found.into_iter().map(changed).collect(), next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, start.read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(start.read_at, ask.name.to_string())))
}
