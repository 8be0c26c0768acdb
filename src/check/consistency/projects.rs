//! The years and sources of projects, what was approved of them, and the lines of estimates that name them.

use std::collections::BTreeMap;

use super::super::across::projects::{Named, named};
use super::scope::{Scope, between};
use super::{Compared, Comparison, Figure, figure};
use crate::commit::View;
use crate::document::finding::{Finding, Phase, Severity};
use crate::document::texts::TEXTS_PER_STATEMENT;
use crate::error::Result;
use crate::project::model::review::{self, NamingLine};
use crate::project::model::states::State;
use crate::project::model::{Project, REVIEWERS, rules};
use crate::project::store::{self, ProjectFilter};

const OF: Comparison = Comparison::Projects;

/// Everything of the projects that the units of the scope keep.
pub fn compare(view: &mut View<'_>, scope: &Scope) -> Result<Compared> {
    let mut compared = Compared::default();
    let units = Some(scope.visible(view, REVIEWERS));
    let listed = store::list_projects(view, &ProjectFilter { units, ..ProjectFilter::default() }, None, i64::MAX)?;
    let meets = |project: &&Project| {
        let has = |year: &i64| (project.first_year..=project.last_year).contains(year);
        !project.state.is_over() && scope.years.iter().any(has)
    };
    let ids: Vec<String> = listed.iter().filter(meets).map(|project| project.id.clone()).collect();
    for ids in ids.chunks(TEXTS_PER_STATEMENT) {
        let projects = store::some_projects(view, ids)?;
        for mut named in named(view, projects)?.into_values() {
            let standing = view.standing;
            named.lines.retain(|line| standing.sees(&line.unit));
            of_project(scope, &named, &mut compared)?;
        }
    }
    Ok(compared)
}

fn of_project(scope: &Scope, named: &Named, compared: &mut Compared) -> Result<()> {
    let project = &named.project;
    own_sums(scope, project, compared);
    let line = |line: &crate::budget::store::NamingLine| NamingLine {
        name: scope.estimate_name(&line.estimate).line(&line.line),
        year: line.year,
        amount: line.amount,
    };
    let lines: Vec<NamingLine> = named.lines.iter().map(line).collect();
    let years: BTreeMap<i64, review::Year> =
        review::review(project, &lines)?.years.into_iter().map(|year| (year.year, year)).collect();
    let (unit, name) = (project.unit.as_str(), project.name());
    for year in &scope.years {
        let phase = scope.phase(unit, *year);
        let is_expected = project.state.has_reached(State::Approved);
        if let Some(found) = years.get(year).filter(|found| is_expected || found.line_count > 0) {
            compared.pairs += 1;
            if let Some(finding) = review::finding(&name.to_string(), found) {
                let expected = Figure::new(&name, project.revision, found.planned);
                let actual = scope.estimated(unit, *year, found.estimated);
                compared.tell(phase, between(OF, (unit, *year), (expected, actual), finding));
            }
        }
        compared.pairs += usize::from(named.cumulative(*year).is_some());
        if let Some((sum, approved, finding)) = named.beyond(*year) {
            let figures = (
                Figure::new(&name, project.revision, approved),
                Figure::new(scope.unit_name(unit), scope.revision, figure(sum)),
            );
            compared.tell(phase, between(OF, (unit, *year), figures, finding));
        }
        compared.pairs += usize::from(named.invests(*year));
        if let Some(finding) = named.unplanned(*year) {
            let figures = (Figure::new(&name, project.revision, None), scope.estimated(unit, *year, None));
            compared.tell(phase, between(OF, (unit, *year), figures, finding));
        }
    }
    Ok(())
}

/// PRJ-01: the sources and the years each add to the total. Told for the first year of the scope that the project has.
fn own_sums(scope: &Scope, project: &Project, compared: &mut Compared) {
    let has = |year: &&i64| (project.first_year..=project.last_year).contains(*year);
    let Some(year) = scope.years.iter().filter(has).min() else { return };
    let Some(total) = project.total else { return };
    compared.pairs += 1;
    let planned: i128 = project.funding.values().map(|money| i128::from(money.planned)).sum();
    for refusal in rules::money(project, "project").into_iter().filter(|refusal| refusal.rule == Some("PRJ-01")) {
        let name = project.name();
        let finding = Finding::new("PRJ-01", Severity::Error, name.to_string(), refusal.description);
        let finding = finding.field(&refusal.subject).compared(total, planned);
        let figures =
            (Figure::new(&name, project.revision, total), Figure::new(&name, project.revision, figure(planned)));
        compared.tell(Phase::Asking, between(OF, (&project.unit, *year), figures, finding));
    }
}
