//! Changes of projects: all of them, or every reason why not. One change is a batch of one.

use std::collections::{BTreeMap, BTreeSet};

use super::model::moves::{self, Facts, overdue_from};
use super::model::parameters::Parameters;
use super::model::rules::{self, Led};
use super::model::states::{State, TRANSITIONS, Verb, Who};
use super::model::{Move, Project, REVIEWERS};
use super::references::References;
use super::store::{self, ProjectFilter};
use crate::app::{Answer, App, Call, Instance, etag};
use crate::commit::{Entry, First, Tx, View};
use crate::document::duties::Part;
use crate::document::store as hands;
use crate::error::{Error, Reason, Refusal, Result, Stale};
use crate::id::ProjectName;

/// Asks for many changes at once.
#[derive(Debug, Clone)]
pub struct BatchWriteProjects {
    pub jurisdiction: String,
    pub operations: Vec<Operation>,
}

/// One change, and where the request says so.
#[derive(Debug, Clone)]
pub struct Operation {
    /// What leads to its etag, as `operations[3].move.`.
    pub place: String,
    pub change: Change,
}

/// What is done to a project.
#[derive(Debug, Clone)]
pub enum Change {
    /// Creates it; its id is empty where the server makes one.
    Create(Box<Project>),
    /// Writes some of its fields.
    Update(Box<Update>),
    /// Moves it.
    Move { project: String, moves: Vec<Move>, etag: String },
}

/// The fields that are written.
#[derive(Debug, Clone)]
pub struct Update {
    pub new: Project,
    pub fields: Vec<&'static str>,
    /// The unit, where the message states it.
    pub unit: Option<String>,
    pub etag: String,
}

/// What a batch wrote: the names of the projects, in the order of the operations.
#[derive(Debug, Clone)]
pub struct Written {
    pub names: Vec<String>,
    pub revision: i64,
}

impl Operation {
    fn id(&self) -> &str {
        match &self.change {
            Change::Create(new) => &new.id,
            Change::Update(update) => &update.new.id,
            Change::Move { project, .. } => project,
        }
    }

    fn etag(&self) -> Option<&str> {
        match &self.change {
            Change::Create(_) => None,
            Change::Update(update) => Some(&update.etag),
            Change::Move { etag, .. } => Some(etag),
        }
    }
}

/// Gives an id to each project that is to be created without one, before the command runs: a command may run twice.
pub fn with_ids(mut operations: Vec<Operation>, app: &App) -> Vec<Operation> {
    for operation in &mut operations {
        if let Change::Create(new) = &mut operation.change
            && new.id.is_empty()
        {
            new.id = app.new_id();
        }
    }
    operations
}

pub async fn batch_write_projects(app: App, call: Call, ask: BatchWriteProjects) -> Result<Answer<Written>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.jurisdiction.clone();
    let operations = with_ids(ask.operations, &app);
    let run = move |tx: &mut Tx<'_>| {
        let projects = execute(tx, &instance, &operations)?;
        let names: Vec<String> = projects.iter().map(|project| project.name().to_string()).collect();
        Ok((Entry { names: names.clone(), answer: Vec::new() }, Written { names, revision: tx.revision() }))
    };
    // The journal names the projects in the order of the operations.
    let replay = |_: &mut View<'_>, first: &First| Ok(Written { names: first.names.clone(), revision: first.revision });
    app.write(&call, &jurisdiction, run, replay).await
}

/// Executes changes, each of another project; answers the projects as they stand then.
pub fn execute(tx: &mut Tx<'_>, instance: &Instance, operations: &[Operation]) -> Result<Vec<Project>> {
    let old = load(&mut tx.view(), operations)?;
    permit(tx, &old, operations)?;
    refuse_stale(&mut tx.view(), instance, &old, operations)?;
    refuse_taken(&mut tx.view(), operations)?;
    let planned = plan(&mut tx.view(), &old, operations)?;
    let new: Vec<&Project> =
        planned.iter().filter(|one| !old.contains_key(&one.project.id)).map(|one| &one.project).collect();
    store::insert_projects(tx, &new)?;
    for Planned { project, steps } in &planned {
        if let Some(old) = old.get(&project.id) {
            store::save_project(tx, old, project)?;
        }
        store::insert_steps(tx, project, steps)?;
    }
    Ok(planned.into_iter().map(|one| store::as_written(tx, one.project)).collect())
}

/// The projects to change, once it is sure that they are there and may be known of.
fn load(view: &mut View<'_>, operations: &[Operation]) -> Result<BTreeMap<String, Project>> {
    let named = operations.iter().filter(|one| !matches!(one.change, Change::Create(_)));
    let ids: Vec<String> = named.map(|one| one.id().to_owned()).collect();
    let mut found = store::some_projects(view, &ids)?;
    let standing = view.standing;
    found.retain(|_, project| standing.sees_for(&project.unit, REVIEWERS));
    match ids.iter().find(|id| !found.contains_key(*id)) {
        Some(id) => {
            let name = ProjectName { jurisdiction: view.jurisdiction.to_owned(), project: id.clone() };
            Err(super::actions::not_found(&name))
        }
        None => Ok(found),
    }
}

/// Refuses whom the roles or an earlier part refuse.
fn permit(tx: &mut Tx<'_>, old: &BTreeMap<String, Project>, operations: &[Operation]) -> Result<()> {
    let mut begun = Vec::new();
    for operation in operations {
        match &operation.change {
            Change::Create(new) => {
                allow(tx, Who::Drafter, new)?;
                begun.push(new.document());
            }
            Change::Update(update) => {
                let Some(project) = old.get(&update.new.id) else { continue };
                allow(tx, Who::Drafter, project)?;
                hands::take_part(tx, &project.document(), Part::Worked)?;
            }
            Change::Move { project, moves, .. } => {
                let Some(project) = old.get(project) else { continue };
                for who in movers(project.state, moves) {
                    allow(tx, who, project)?;
                    hands::take_part(tx, &project.document(), who.part())?;
                }
            }
        }
    }
    let taken: BTreeSet<String> = store::taken_projects(&mut tx.view(), &ids_of(&begun))?.into_iter().collect();
    begun.retain(|document| !taken.contains(document.trim_start_matches("projects/")));
    hands::begin(tx, &begun)
}

fn ids_of(documents: &[String]) -> Vec<String> {
    documents.iter().map(|document| document.trim_start_matches("projects/").to_owned()).collect()
}

fn allow(tx: &mut Tx<'_>, who: Who, project: &Project) -> Result<()> {
    let permit = tx.standing().may_for(who.action(), &project.unit, REVIEWERS)?;
    tx.permit(permit);
    Ok(())
}

/// Who does some moves in order, each once; where the first one is not open, whoever does it elsewhere.
fn movers(from: State, moves: &[Move]) -> Vec<Who> {
    let (mut state, mut all) = (from, Vec::new());
    for made in moves {
        let Some(row) = state.row(made.verb) else { break };
        if !all.contains(&row.who) {
            all.push(row.who);
        }
        state = row.then;
    }
    if all.is_empty() {
        let first = moves.first().and_then(|made| TRANSITIONS.iter().find(|row| row.verb == made.verb));
        all.extend(first.map(|row| row.who));
    }
    all
}

fn refuse_stale(
    view: &mut View<'_>,
    instance: &Instance,
    old: &BTreeMap<String, Project>,
    operations: &[Operation],
) -> Result<()> {
    let mut stale: Vec<Stale> = Vec::new();
    for operation in operations {
        let (Some(seen), Some(project)) = (operation.etag(), old.get(operation.id())) else { continue };
        match etag::require(instance, view, seen, &project.name().to_string(), project.revision) {
            Ok(()) => {}
            Err(Error::Stale(found)) => {
                let field = format!("{}etag", operation.place);
                stale.extend(found.into_iter().map(|one| Stale { field: field.clone(), ..one }));
            }
            Err(error) => return Err(error),
        }
    }
    if stale.is_empty() { Ok(()) } else { Err(Error::Stale(stale)) }
}

fn refuse_taken(view: &mut View<'_>, operations: &[Operation]) -> Result<()> {
    let created = operations.iter().filter(|one| matches!(one.change, Change::Create(_)));
    let ids: Vec<String> = created.map(|one| one.id().to_owned()).collect();
    match store::taken_projects(view, &ids)?.first() {
        Some(taken) => {
            let name = ProjectName { jurisdiction: view.jurisdiction.to_owned(), project: taken.clone() };
            Err(Error::Exists { kind: "Project", name: name.to_string(), reason: Reason::AlreadyExists })
        }
        None => Ok(()),
    }
}

/// A project as it will stand, and the moves that lead there.
struct Planned {
    project: Project,
    steps: Vec<(State, Move, State)>,
}

/// What will be written, or every reason why not.
fn plan(view: &mut View<'_>, old: &BTreeMap<String, Project>, operations: &[Operation]) -> Result<Vec<Planned>> {
    let parameters = store::all_parameters(view)?;
    let today = view.standing.day.clone();
    let mut facts = Facts { today, parameters, led: Vec::new() };
    let mut references = References::read(view, operations.iter().flat_map(tasks_of))?;
    let (mut refusals, mut planned) = (Vec::new(), Vec::new());
    // What earlier operations of the batch make counts for later ones.
    let mut after: BTreeMap<String, Project> = BTreeMap::new();
    for operation in operations {
        let before = old.get(operation.id());
        let outcome = match (&operation.change, before) {
            (Change::Create(new), _) => {
                let path = format!("{}project", operation.place);
                refusals.extend(references.refuse_unit(view, new, &path)?);
                refusals.extend(refuse_contents(None, new, &facts, &path));
                refusals.extend(references.refuse_tasks(None, new, &path));
                refusals.extend(references.refuse_list(view, None, new, &path)?);
                Planned { project: (**new).clone(), steps: Vec::new() }
            }
            (Change::Update(update), Some(before)) => {
                let path = format!("{}project", operation.place);
                refusals.extend(refuse_unit_change(before, update, &path));
                let new = written(before, update);
                if before.lead != new.lead && before.state.is_under_way() {
                    facts.led = led(view, &new, &after, &facts.parameters)?;
                }
                refusals.extend(rules::frozen(before, &new, &path));
                refusals.extend(refuse_contents(Some(before), &new, &facts, &path));
                refusals.extend(references.refuse_tasks(Some(before), &new, &path));
                refusals.extend(references.refuse_list(view, Some(before), &new, &path)?);
                Planned { project: new, steps: Vec::new() }
            }
            (Change::Move { moves, .. }, Some(before)) => {
                if moves.iter().any(|made| matches!(made.verb, Verb::Select | Verb::Approve)) {
                    facts.led = led(view, before, &after, &facts.parameters)?;
                }
                let (moved, told) = carried(before, moves, &facts, &operation.place);
                refusals.extend(told);
                moved
            }
            (_, None) => return Err(Error::bug("a project that is changed was not read")),
        };
        after.insert(outcome.project.id.clone(), outcome.project.clone());
        planned.push(outcome);
    }
    if refusals.is_empty() { Ok(planned) } else { Err(Error::Refused(refusals)) }
}

/// The moves one after the other, up to the first that is refused.
fn carried(before: &Project, moves: &[Move], facts: &Facts, place: &str) -> (Planned, Vec<Refusal>) {
    let mut planned = Planned { project: before.clone(), steps: Vec::new() };
    for (at, made) in moves.iter().enumerate() {
        let (next, refusals) = moves::apply(&planned.project, made, facts, &format!("{place}moves[{at}]"));
        if !refusals.is_empty() {
            return (planned, refusals);
        }
        planned.steps.push((planned.project.state, made.clone(), next.state));
        planned.project = next;
    }
    (planned, Vec::new())
}

fn refuse_unit_change(before: &Project, update: &Update, path: &str) -> Option<Refusal> {
    let differs = update.unit.as_ref().is_some_and(|unit| *unit != before.unit);
    differs.then(|| Refusal::new(Reason::FieldImmutable, format!("{path}.unit"), "never changes"))
}

/// What is wrong with what a project says.
fn refuse_contents(old: Option<&Project>, new: &Project, facts: &Facts, path: &str) -> Vec<Refusal> {
    let mut refusals = rules::years(new, path);
    refusals.extend(rules::money(new, path));
    refusals.extend(rules::persons(new, path));
    let leads_anew = old.is_some_and(|old| old.lead != new.lead && old.state.is_under_way());
    if leads_anew {
        refusals.extend(rules::leader(new, &facts.led, &facts.today, path));
    }
    refusals
}

/// The tasks of plans that a change names.
fn tasks_of(operation: &Operation) -> &[(String, String)] {
    match &operation.change {
        Change::Create(new) => &new.plan_tasks,
        Change::Update(update) => &update.new.plan_tasks,
        Change::Move { .. } => &[],
    }
}

/// What else the leader of a project leads, as the batch has left it so far.
fn led(
    view: &mut View<'_>,
    project: &Project,
    after: &BTreeMap<String, Project>,
    parameters: &Parameters,
) -> Result<Vec<Led>> {
    let Some(lead) = &project.lead else { return Ok(Vec::new()) };
    let filter = ProjectFilter { lead: Some(lead.clone()), ..ProjectFilter::default() };
    let stored = store::list_projects(view, &filter, None, i64::from(i16::MAX))?;
    let stored = stored.iter().filter(|other| !after.contains_key(&other.id));
    let others =
        stored.chain(after.values()).filter(|other| other.id != project.id && other.lead.as_ref() == Some(lead));
    let led = |other: &Project| Led {
        name: other.name().to_string(),
        level: other.level,
        state: other.state,
        overdue_from: other.ends_on.as_ref().map(|ends_on| overdue_from(ends_on, parameters)),
    };
    Ok(others.map(led).collect())
}

/// The project with some fields written.
fn written(before: &Project, update: &Update) -> Project {
    let (mut project, new) = (before.clone(), &update.new);
    for field in &update.fields {
        match *field {
            "code" => project.code.clone_from(&new.code),
            "title" => project.title.clone_from(&new.title),
            "kind" => project.kind = new.kind,
            "level" => project.level = new.level,
            "field" => project.field = new.field,
            "method" => project.method = new.method,
            "payment" => project.payment = new.payment,
            "host" => project.host.clone_from(&new.host),
            "lead" => project.lead.clone_from(&new.lead),
            "secretary" => project.secretary.clone_from(&new.secretary),
            "list" => project.list.clone_from(&new.list),
            "first_year" => project.first_year = new.first_year,
            "last_year" => project.last_year = new.last_year,
            "starts_on" => project.starts_on.clone_from(&new.starts_on),
            "ends_on" => project.ends_on.clone_from(&new.ends_on),
            "objective" => project.objective.clone_from(&new.objective),
            "product" => project.product.clone_from(&new.product),
            "plan_tasks" => project.plan_tasks.clone_from(&new.plan_tasks),
            "total_amount" => project.total = new.total,
            "sources" => project.sources.clone_from(&new.sources),
            "funding" => replace_funding(&mut project, new),
            _ => {}
        }
    }
    project
}

/// What is planned is replaced as a whole; what was assigned stays.
fn replace_funding(project: &mut Project, new: &Project) {
    for money in project.funding.values_mut() {
        money.planned = 0;
    }
    for (key, money) in &new.funding {
        project.funding.entry(*key).or_default().planned = money.planned;
    }
    project.funding.retain(|key, money| money.assigned.is_some() || new.funding.contains_key(key));
}
