//! What may be done with one project: load, permit, decide, save; and lists. Changes are batches of one.

use super::batch::{self, Change, Operation, Update};
use super::model::states::State;
use super::model::{Move, Project, REVIEWERS, Step};
use super::store::{self, After, ProjectFilter};
use crate::app::{Answer, App, Call, Depends, Keep, ReadAt, etag};
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::error::{Error, Reason, Result};
use crate::grpc::page::Page;
use crate::id::{ProjectName, UnitName};
use crate::organisation::store as units;
use crate::word::Word;

/// Asks for a new project.
#[derive(Debug, Clone)]
pub struct CreateProject(pub Project);

/// Asks for one project.
#[derive(Debug, Clone)]
pub struct GetProject {
    pub name: ProjectName,
    pub read_at: ReadAt,
}

/// Asks for a page of projects.
#[derive(Debug, Clone)]
pub struct ListProjects {
    pub jurisdiction: String,
    pub unit: Option<UnitName>,
    pub unit_only: bool,
    pub filter: ProjectFilter,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A page of projects.
#[derive(Debug, Clone)]
pub struct ListedProjects {
    pub projects: Vec<Project>,
    pub next_page_token: String,
}

/// Asks to write some fields.
#[derive(Debug, Clone)]
pub struct UpdateProject(pub Update);

/// Asks for the end of a project.
#[derive(Debug, Clone)]
pub struct DeleteProject {
    pub name: ProjectName,
    pub etag: String,
}

/// Asks for moves.
#[derive(Debug, Clone)]
pub struct MoveProject {
    pub name: ProjectName,
    pub moves: Vec<Move>,
    pub etag: String,
}

/// A project with its steps.
#[derive(Debug, Clone)]
pub struct Shown {
    pub project: Project,
    pub steps: Vec<Step>,
}

/// Nothing, where an object was ended.
#[derive(Debug, Clone, Copy)]
pub struct Gone;

pub async fn create_project(app: App, call: Call, ask: CreateProject) -> Result<Answer<Shown>> {
    let mut new = ask.0;
    if new.id.is_empty() {
        new.id = call.new_id.clone();
    }
    let jurisdiction = new.jurisdiction.clone();
    one(app, call, &jurisdiction, Change::Create(Box::new(new))).await
}

pub async fn update_project(app: App, call: Call, ask: UpdateProject) -> Result<Answer<Shown>> {
    let jurisdiction = ask.0.new.jurisdiction.clone();
    one(app, call, &jurisdiction, Change::Update(Box::new(ask.0))).await
}

pub async fn move_project(app: App, call: Call, ask: MoveProject) -> Result<Answer<Shown>> {
    let MoveProject { name, moves, etag } = ask;
    one(app, call, &name.jurisdiction, Change::Move { project: name.project, moves, etag }).await
}

/// One change, by itself.
async fn one(app: App, call: Call, jurisdiction: &str, change: Change) -> Result<Answer<Shown>> {
    let instance = app.instance().clone();
    let operations = [Operation { place: String::new(), change }];
    let run = move |tx: &mut Tx<'_>| {
        let mut projects = batch::execute(tx, &instance, &operations)?;
        let project = projects.pop().ok_or_else(|| Error::bug("a batch of one left none"))?;
        let steps = store::steps_of(&mut tx.view(), &project.id)?;
        Ok((Entry::of(project.name()), Shown { project, steps }))
    };
    app.write(&call, jurisdiction, run, replay).await
}

/// The answer of a command that left one project.
fn replay(view: &mut View<'_>, first: &First) -> Result<Shown> {
    let name = first.names.first().and_then(|name| ProjectName::parse(name));
    show(view, &name.ok_or_else(|| Error::bug("a journal row names no project"))?)
}

fn show(view: &mut View<'_>, name: &ProjectName) -> Result<Shown> {
    let project = load(view, name)?;
    let steps = store::steps_of(view, &project.id)?;
    Ok(Shown { project, steps })
}

pub async fn get_project(app: App, call: Call, ask: GetProject) -> Result<Keep<Shown>> {
    let (name, jurisdiction) = (ask.name.to_string(), ask.name.jurisdiction.clone());
    let answer = app.read(&call, &jurisdiction, ask.read_at, move |view| show(view, &ask.name)).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(ask.read_at, name)))
}

pub async fn list_projects(app: App, call: Call, ask: ListProjects) -> Result<Keep<ListedProjects>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at) = (app.instance().clone(), ask.page, start.read_at);
    let after = after_of(&start.after);
    let jurisdiction = ask.jurisdiction.clone();
    let (unit, unit_only, filter) = (ask.unit, ask.unit_only, ask.filter);
    let read = move |view: &mut View<'_>| {
        let mut filter = filter.clone();
        filter.visible = view.standing.visible_for(REVIEWERS).map(<[String]>::to_vec);
        filter.units = below(view, unit.as_ref(), unit_only)?;
        let mut projects = store::list_projects(view, &filter, after.as_ref(), page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut projects, |last| {
            vec![last.first_year.to_string(), last.unit.clone(), last.id.clone()]
        })?;
        Ok(ListedProjects { projects, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

/// A unit and all below it, or it alone; none where no unit is named.
pub fn below(view: &mut View<'_>, unit: Option<&UnitName>, unit_only: bool) -> Result<Option<Vec<String>>> {
    let Some(unit) = unit else { return Ok(None) };
    let places = units::subtree(view, &unit.unit)?;
    if places.is_empty() {
        return Err(Error::NotFound { kind: "Unit", name: unit.to_string() });
    }
    let wanted = places.into_iter().filter(|(_, depth)| !unit_only || *depth == 0).map(|(unit, _)| unit);
    Ok(Some(wanted.collect()))
}

fn after_of(texts: &[String]) -> Option<After> {
    let [year, unit, project] = texts else { return None };
    Some((year.parse().ok()?, unit.clone(), project.clone()))
}

pub async fn delete_project(app: App, call: Call, ask: DeleteProject) -> Result<Answer<Gone>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.name.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let project = load(&mut tx.view(), &ask.name)?;
        let permit = tx.standing().may_for(Action::DraftDocument, &project.unit, REVIEWERS)?;
        tx.permit(permit);
        etag::require(&instance, &mut tx.view(), &ask.etag, &ask.name.to_string(), project.revision)?;
        if project.state != State::Proposed {
            let text = format!("{} is {}; one that is PROPOSED is deleted", ask.name, project.state.as_str());
            return Err(Error::refused(Reason::ProjectFixed, ask.name.to_string(), text));
        }
        store::end_project(tx, &project)?;
        Ok((Entry::of(&ask.name), Gone))
    };
    // The project is gone, and still nothing for whom may not know of it.
    let again = |view: &mut View<'_>, first: &First| replay(&mut view.at(first.revision - 1), first).map(|_| Gone);
    app.write(&call, &jurisdiction, run, again).await
}

/// A project whole, for whom may know of it.
pub fn load(view: &mut View<'_>, name: &ProjectName) -> Result<Project> {
    let found = store::find_project(view, &name.project)?;
    found.filter(|found| view.standing.sees_for(&found.unit, REVIEWERS)).ok_or_else(|| not_found(name))
}

/// The error where a project is not there.
pub fn not_found(name: &ProjectName) -> Error {
    Error::NotFound { kind: "Project", name: name.to_string() }
}
