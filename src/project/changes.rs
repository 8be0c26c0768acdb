//! What changed: which projects of a jurisdiction since a revision, and what of one project between two moments.

use super::actions::{below, load};
use super::model::compare::{MoneyDifference, changed_fields, missing_tasks, money};
use super::model::{Project, REVIEWERS, Step};
use super::store::{self, Among};
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::commit::View;
use crate::error::Result;
use crate::grpc::page::Page;
use crate::id::{ProjectName, UnitName};
use crate::plan::changes::require_passed;
use crate::plan::model::compare::Change;

/// Asks for the projects that changed.
#[derive(Debug, Clone)]
pub struct ListProjectChanges {
    pub jurisdiction: String,
    pub unit: Option<UnitName>,
    pub since: i64,
    pub read_at: ReadAt,
    pub page: Page,
}

/// A page of them.
#[derive(Debug, Clone)]
pub struct ListedChanges {
    pub changes: Vec<ProjectChange>,
    pub revision: i64,
    pub next_page_token: String,
}

/// A project that changed: as it is, or as it was where it is gone.
#[derive(Debug, Clone)]
pub struct ProjectChange {
    pub change: Change,
    pub revision: i64,
    pub fields: Vec<&'static str>,
    pub project: Project,
}

/// Asks for what differs between two moments of a project.
#[derive(Debug, Clone)]
pub struct CompareProject {
    pub name: ProjectName,
    pub left: ReadAt,
    pub right: ReadAt,
}

/// What differs.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub left: Project,
    pub right: Project,
    pub revisions: (i64, i64),
    pub fields: Vec<&'static str>,
    pub money: Vec<MoneyDifference>,
    /// The ids of the plans and tasks that are named on the right alone.
    pub added_tasks: Vec<(String, String)>,
    /// The same on the left alone.
    pub removed_tasks: Vec<(String, String)>,
    /// The moves that were made in between.
    pub steps: Vec<Step>,
}

pub async fn list_project_changes(app: App, call: Call, ask: ListProjectChanges) -> Result<Keep<ListedChanges>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, read_at, jurisdiction) = (app.instance().clone(), start.read_at, ask.jurisdiction.clone());
    let after = place_of(&start.after);
    let read = move |view: &mut View<'_>| {
        let visible = view.standing.visible_for(REVIEWERS).map(<[String]>::to_vec);
        let among = Among { units: below(view, ask.unit.as_ref(), false)?, visible };
        require_passed(view, ask.since)?;
        let mut changed = store::changed_projects(view, &among, ask.since, after.as_ref(), ask.page.size + 1)?;
        let next_page_token = ask.page.cut(&instance, view.revision, &mut changed, |(revision, project, _)| {
            vec![revision.to_string(), project.clone()]
        })?;
        let ids: Vec<String> = changed.iter().map(|(_, project, _)| project.clone()).collect();
        let (mut now, mut then) =
            (store::some_projects(view, &ids)?, store::some_projects(&mut view.at(ask.since), &ids)?);
        let told = |(revision, id, _): store::Changed| {
            let (change, fields, project) = match (then.remove(&id), now.remove(&id)) {
                (None, Some(project)) => (Change::Added, Vec::new(), project),
                (Some(old), Some(project)) => (Change::Changed, changed_fields(&old, &project), project),
                (Some(old), None) => (Change::Removed, Vec::new(), old),
                (None, None) => return None,
            };
            Some(ProjectChange { change, revision, fields, project })
        };
        Ok(ListedChanges {
            changes: changed.into_iter().filter_map(told).collect(),
            revision: view.revision,
            next_page_token,
        })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

fn place_of(texts: &[String]) -> Option<(i64, String)> {
    let [revision, project] = texts else { return None };
    Some((revision.parse().ok()?, project.clone()))
}

pub async fn compare_project(app: App, call: Call, ask: CompareProject) -> Result<Keep<Comparison>> {
    let (jurisdiction, moments) = (ask.name.jurisdiction.clone(), (ask.left, ask.right));
    let read = move |view: &mut View<'_>, revisions: (i64, i64)| {
        let left = load(&mut view.at(revisions.0), &ask.name)?;
        let right = load(&mut view.at(revisions.1), &ask.name)?;
        let mut steps = store::steps_of(&mut view.at(revisions.0.max(revisions.1)), &right.id)?;
        let made = (left.traces.step_count, right.traces.step_count);
        steps.retain(|step| (made.0.min(made.1) + 1..=made.0.max(made.1)).contains(&step.number));
        Ok(Comparison {
            fields: changed_fields(&left, &right),
            money: money(&left, &right),
            added_tasks: missing_tasks(&right, &left),
            removed_tasks: missing_tasks(&left, &right),
            left,
            right,
            revisions,
            steps,
        })
    };
    app.read_both(&call, &jurisdiction, moments, read).await
}
