//! What changed of a plan since a revision: its header, items, reports; each once, with what it was and what it is.

use std::collections::{BTreeSet, HashMap};

use super::actions::load;
use super::model::actuals::{Actual, TaskReport};
use super::model::compare::{Change, change, changed_header, changed_life};
use super::model::{Item, Plan};
use super::store::{self, Place, Touched};
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::commit::View;
use crate::error::{Error, Reason, Result};
use crate::grpc::page::Page;
use crate::id::PlanName;

/// Asks for what changed of a plan.
#[derive(Debug, Clone)]
pub struct ListPlanChanges {
    pub plan: PlanName,
    pub since: i64,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A page of changes.
#[derive(Debug, Clone)]
pub struct ListedChanges {
    pub plan: PlanName,
    pub changes: Vec<PlanChange>,
    pub revision: i64,
    pub next_page_token: String,
}

/// One change.
#[derive(Debug, Clone)]
pub struct PlanChange {
    pub change: Change,
    /// The revision that made it last.
    pub revision: i64,
    pub fields: Vec<String>,
    pub object: Object,
}

/// What changed: as it is, or as it was where it is gone.
#[derive(Debug, Clone)]
pub enum Object {
    Plan(Box<Plan>),
    Item(Box<Item>),
    Actual(Box<Actual>),
    Progress(Box<TaskReport>),
}

pub async fn list_plan_changes(app: App, call: Call, ask: ListPlanChanges) -> Result<Keep<ListedChanges>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, read_at, jurisdiction) = (app.instance().clone(), start.read_at, ask.plan.jurisdiction.clone());
    let (after, depends) = (place_of(&start.after), Depends::on(start.read_at, ask.plan.to_string()));
    let read = move |view: &mut View<'_>| {
        let plan = load(view, &ask.plan)?;
        require_passed(view, ask.since)?;
        let mut touched = store::changes(view, &plan.id, ask.since, after.as_ref(), ask.page.size + 1)?;
        let next_page_token =
            ask.page.cut(&instance, view.revision, &mut touched, |(revision, what, _)| texts_of(*revision, what))?;
        let changes = told(view, plan, ask.since, touched)?;
        Ok(ListedChanges { plan: ask.plan.clone(), changes, revision: view.revision, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, depends))
}

/// Refuses to tell what changed since a revision that is later than the one that is read.
pub fn require_passed(view: &View<'_>, since: i64) -> Result<()> {
    if since <= view.revision {
        return Ok(());
    }
    let text = format!("revision {since} is later than the one that is read");
    Err(Error::refused(Reason::RevisionNotReached, "since_revision", text))
}

/// Gives changes what they are about, as it was and as it is: a few statements for a page.
fn told(view: &mut View<'_>, plan: Plan, since: i64, touched: Vec<store::Change>) -> Result<Vec<PlanChange>> {
    let (mut items, mut indicators, mut tasks) = (Vec::new(), BTreeSet::new(), false);
    for (_, what, _) in &touched {
        match what {
            Touched::Header => {}
            Touched::Item(item) => items.push(item.clone()),
            Touched::Actual(indicator, ..) => drop(indicators.insert(indicator.as_str())),
            Touched::Progress(_) => tasks = true,
        }
    }
    let id = plan.id.clone();
    let read = |view: &mut View<'_>| -> Result<_> {
        let items = store::some_items(view, &id, &items)?;
        let actuals = store::some_actuals(view, &id, &indicators)?;
        let reports = if tasks { store::all_progress(view, &id)? } else { Vec::new() };
        let key = |one: Actual| ((one.indicator.clone(), one.period), one);
        let actuals: HashMap<_, _> = actuals.into_iter().map(key).collect();
        let reports: HashMap<_, _> = reports.into_iter().map(|one| (one.task.clone(), one)).collect();
        Ok((items, actuals, reports))
    };
    let (mut now, then) = (read(view)?, read(&mut view.at(since))?);
    let mut header = Some(plan);
    let mut changes = Vec::with_capacity(touched.len());
    for (revision, what, _) in touched {
        let made = match what {
            Touched::Header => {
                let Some(plan) = header.take() else { continue };
                let old = store::find_plan(&mut view.at(since), &plan.id)?;
                let fields = old.as_ref().map(|old| [changed_header(old, &plan), changed_life(old, &plan)].concat());
                let fields = fields.unwrap_or_default().into_iter().map(str::to_owned).collect();
                (kind_of(old.is_some()), fields, Object::Plan(Box::new(plan)))
            }
            Touched::Item(id) => match (then.0.get(&id), now.0.remove(&id)) {
                (old, Some(item)) => {
                    let (kind, fields) = change(old, &item).unwrap_or((Change::Changed, Vec::new()));
                    (kind, fields, Object::Item(Box::new(item)))
                }
                (Some(old), None) => (Change::Removed, Vec::new(), Object::Item(Box::new(old.clone()))),
                (None, None) => continue,
            },
            Touched::Actual(indicator, year, quarter) => {
                let key = (indicator, (year, quarter));
                let Some(actual) = now.1.remove(&key) else { continue };
                (kind_of(then.1.contains_key(&key)), Vec::new(), Object::Actual(Box::new(actual)))
            }
            Touched::Progress(task) => {
                let Some(report) = now.2.remove(&task) else { continue };
                (kind_of(then.2.contains_key(&task)), Vec::new(), Object::Progress(Box::new(report)))
            }
        };
        let (change, fields, object) = made;
        changes.push(PlanChange { change, revision, fields, object });
    }
    Ok(changes)
}

fn kind_of(was_there: bool) -> Change {
    if was_there { Change::Changed } else { Change::Added }
}

fn texts_of(revision: i64, what: &Touched) -> Vec<String> {
    let key = match what {
        Touched::Header => vec!["header".to_owned()],
        Touched::Item(item) => vec!["item".to_owned(), item.clone()],
        Touched::Actual(indicator, year, quarter) => {
            vec!["actual".to_owned(), indicator.clone(), year.to_string(), quarter.to_string()]
        }
        Touched::Progress(task) => vec!["progress".to_owned(), task.clone()],
    };
    [vec![revision.to_string()], key].concat()
}

fn place_of(texts: &[String]) -> Option<Place> {
    let (revision, rest) = texts.split_first()?;
    let what = match rest {
        [class] if class == "header" => Touched::Header,
        [class, item] if class == "item" => Touched::Item(item.clone()),
        [class, task] if class == "progress" => Touched::Progress(task.clone()),
        [_, indicator, year, quarter] => Touched::Actual(indicator.clone(), year.parse().ok()?, quarter.parse().ok()?),
        _ => return None,
    };
    Some((revision.parse().ok()?, what))
}
