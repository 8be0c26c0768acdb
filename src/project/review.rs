//! What is asked of projects beside themselves: whether estimates agree, and how many there are.

use std::collections::{BTreeMap, BTreeSet};

use super::actions::{below, load};
use super::model::review::{NamingLine, Review, review};
use super::model::summary::{Summary, summary};
use super::model::{Project, REVIEWERS};
use super::store::{self, ProjectFilter};
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::budget::model::Kind;
use crate::budget::store::{self as estimates, ProjectLine};
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
        let lines = estimates::project_lines(view, &[ask.name.to_string()])?;
        let standing = view.standing;
        let lines: Vec<ProjectLine> = lines.into_iter().filter(|line| standing.sees(&line.unit)).collect();
        let lines = counting(view, lines)?;
        let named = lines.into_iter().map(|line| {
            let estimate = EstimateName { jurisdiction: project.jurisdiction.clone(), estimate: line.estimate };
            NamingLine { name: estimate.line(&line.line), year: line.year, amount: line.amount }
        });
        review(&project, &named.collect::<Vec<_>>())
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

/// The lines of the estimates that count: of each unit and year the last REDONE one or else the last ANNUAL one, and every SUPPLEMENT.
pub fn counting(view: &mut View<'_>, lines: Vec<ProjectLine>) -> Result<Vec<ProjectLine>> {
    let units: BTreeSet<String> = lines.iter().map(|line| line.unit.clone()).collect();
    let years: BTreeSet<i64> = lines.iter().map(|line| line.year).collect();
    let (units, years): (Vec<_>, Vec<_>) = (units.into_iter().collect(), years.into_iter().collect());
    let rank = |kind: Kind, sequence: i64| (kind == Kind::Redone, sequence);
    let mut first: BTreeMap<(String, i64), (bool, i64)> = BTreeMap::new();
    for (unit, year, kind, sequence) in estimates::yearly_estimates(view, &units, &years)? {
        let best = first.entry((unit, year)).or_default();
        *best = (*best).max(rank(kind, sequence));
    }
    let counts = |line: &ProjectLine| match line.kind {
        Kind::Supplement => true,
        Kind::Reference => false,
        Kind::Annual | Kind::Redone => {
            first.get(&(line.unit.clone(), line.year)) == Some(&rank(line.kind, line.sequence))
        }
    };
    Ok(lines.into_iter().filter(counts).collect())
}

pub async fn summarize_projects(app: App, call: Call, ask: SummarizeProjects) -> Result<Keep<Summary>> {
    let (jurisdiction, read_at) = (ask.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| {
        let year = ask.year;
        let filter = ProjectFilter {
            visible: view.standing.visible_for(REVIEWERS).map(<[String]>::to_vec),
            units: below(view, ask.unit.as_ref(), false)?,
            counted: Some((year, format!("{year}-01-01"), format!("{year}-12-31"))),
            ..ProjectFilter::default()
        };
        summary(&store::list_projects(view, &filter, None, i64::MAX)?, year)
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}
