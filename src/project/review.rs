//! What is asked of projects beside themselves: whether estimates agree, and how many there are.

use super::actions::{below, load};
use super::model::review::{NamingLine, Review, review};
use super::model::summary::{Summary, summary};
use super::model::{Project, REVIEWERS};
use super::store::{self, ProjectFilter};
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::budget::naming::{Paying, paying};
use crate::budget::store::{Named, Text};
use crate::commit::View;
use crate::error::Result;
use crate::id::{EstimateName, ProjectName, UnitName};

/// Asks whether the money of a project agrees with the estimates.
#[derive(Debug, Clone)]
pub struct ReviewProject {
    pub name: ProjectName,
    pub read_at: ReadAt,
}

/// Asks for the counts of a year.
#[derive(Debug, Clone)]
pub struct SummarizeProjects {
    pub jurisdiction: String,
    pub unit: Option<UnitName>,
    pub year: i64,
    pub read_at: ReadAt,
}

pub async fn review_project(app: App, call: Call, ask: ReviewProject) -> Result<Keep<Review>> {
    let (jurisdiction, read_at) = (ask.name.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| {
        let project: Project = load(view, &ask.name)?;
        let lines = paying(view, Named::Projects(&[ask.name.to_string()]), Text::Latest)?;
        let named = lines.into_iter().filter(|paying| paying.is_state).map(|Paying { line, .. }| {
            let estimate = EstimateName { jurisdiction: project.jurisdiction.clone(), estimate: line.estimate };
            NamingLine { name: estimate.line(&line.line), year: line.year, amount: line.amount }
        });
        review(&project, &named.collect::<Vec<_>>())
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

pub async fn summarize_projects(app: App, call: Call, ask: SummarizeProjects) -> Result<Keep<Summary>> {
    let (jurisdiction, read_at) = (ask.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| counted(view, ask.unit.as_ref(), ask.year);
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

/// The counts of a year of a unit and all below it, or of all.
pub fn counted(view: &mut View<'_>, unit: Option<&UnitName>, year: i64) -> Result<Summary> {
    let filter = ProjectFilter {
        visible: view.standing.visible_for(REVIEWERS).map(<[String]>::to_vec),
        units: below(view, unit, false)?,
        counted: Some((year, format!("{year}-01-01"), format!("{year}-12-31"))),
        ..ProjectFilter::default()
    };
    summary(&store::list_projects(view, &filter, None, i64::MAX)?, year)
}
