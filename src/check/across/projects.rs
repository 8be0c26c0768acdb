//! The projects that lines of estimates name: PLN-05, that what is invested stands in a plan of public investment, and PLN-06, that the years together
//! keep within what was approved.

use std::collections::{BTreeMap, BTreeSet};

use crate::budget::model::{Estimate, Nature};
use crate::budget::naming::paying_anywhere;
use crate::budget::store::{self as estimates, Named as Naming, NamingLine, Text};
use crate::commit::View;
use crate::document::finding::{Finding, Severity};
use crate::error::Result;
use crate::id::{EstimateName, PlanItemName, ProjectName};
use crate::plan::model::Kind;
use crate::plan::store::{self as plans, PlanFilter};
use crate::project;
use crate::project::model::Project;

/// Objects that one finding names.
const NAMED: usize = 100;

/// A project beside the lines that name it.
#[derive(Debug, Clone)]
pub struct Named {
    /// The project.
    pub project: Project,
    /// The lines of estimates that count, of money of the state.
    pub lines: Vec<NamingLine>,
    /// The years of the plans of public investment in force that one of its tasks stands in.
    pub planned: Vec<(i64, i64)>,
}

/// Some projects with the lines of all estimates that name them, by resource name.
pub fn named(view: &mut View<'_>, projects: BTreeMap<String, Project>) -> Result<BTreeMap<String, Named>> {
    if projects.is_empty() {
        return Ok(BTreeMap::new());
    }
    let names: Vec<String> = projects.values().map(|project| project.name().to_string()).collect();
    // What others pay is no part of the budget.
    let lines = paying_anywhere(view, Naming::Projects(&names), Text::Latest)?.into_iter().filter(|one| one.is_state);
    let lines: Vec<NamingLine> = lines.map(|one| one.line).collect();
    let investing = investing(view)?;
    let mut found: BTreeMap<String, Named> = BTreeMap::new();
    for project in projects.into_values() {
        let planned = project.plan_tasks.iter().filter_map(|(plan, _)| investing.get(plan).copied()).collect();
        found.insert(project.name().to_string(), Named { project, lines: Vec::new(), planned });
    }
    for line in lines {
        if let Some(named) = line.project.as_ref().and_then(|project| found.get_mut(project)) {
            named.planned.extend(line.task.as_ref().and_then(|task| of_plan(&investing, task)));
            named.lines.push(line);
        }
    }
    Ok(found)
}

/// The years of the plans of public investment that are in force, by id.
fn investing(view: &mut View<'_>) -> Result<BTreeMap<String, (i64, i64)>> {
    let filter = PlanFilter { kinds: vec![Kind::PublicInvestment], in_force: true, ..PlanFilter::default() };
    let found = plans::list_plans(view, &filter, None, i64::MAX)?;
    Ok(found.into_iter().map(|(_, plan)| (plan.id.clone(), (plan.first_year, plan.last_year))).collect())
}

fn of_plan(investing: &BTreeMap<String, (i64, i64)>, task: &str) -> Option<(i64, i64)> {
    investing.get(&PlanItemName::parse(task)?.plan).copied()
}

/// What is found in an estimate of the projects that its lines name.
pub fn of_estimate(view: &mut View<'_>, estimate: &Estimate) -> Result<Vec<Finding>> {
    let names = estimates::projects_named(view, &estimate.id)?;
    let ids: Vec<String> = names.iter().filter_map(|name| Some(ProjectName::parse(name)?.project)).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let projects = project::store::some_projects(view, &ids)?;
    let year = estimate.key.fiscal_year;
    let mut found = Vec::new();
    for named in named(view, projects)?.into_values() {
        found.extend(named.unplanned(year));
        found.extend(named.beyond(year).map(|(_, _, finding)| finding));
    }
    let name = estimate.name().to_string();
    found.iter_mut().for_each(|finding| finding.objects.insert(0, name.clone()));
    Ok(found)
}

impl Named {
    /// What the lines of a year and of those before say together, and what was approved; none where nothing was, or no line says anything.
    pub fn cumulative(&self, year: i64) -> Option<(i128, i64)> {
        let traces = &self.project.traces;
        let approved = traces.approved_state.or(traces.approved_total)?;
        let stated: Vec<i64> =
            self.lines.iter().filter(|line| line.year <= year).filter_map(|line| line.amount).collect();
        let is_of_year = self.lines.iter().any(|line| line.year == year);
        is_of_year.then(|| (stated.into_iter().map(i128::from).sum(), approved))
    }

    /// PLN-06: the years together are no more than what was approved.
    pub fn beyond(&self, year: i64) -> Option<(i128, i64, Finding)> {
        let (sum, approved) = self.cumulative(year).filter(|(sum, approved)| *sum > i128::from(*approved))?;
        let name = self.project.name().to_string();
        let text = format!("the lines that name {name} up to {year} have {sum}, and {approved} were approved");
        let mut finding = Finding::new("PLN-06", Severity::Error, name, text).field("amounts").compared(approved, sum);
        finding.difference = i64::try_from(sum - i128::from(approved)).ok();
        finding.objects.extend(self.names(|line| line.year <= year));
        Some((sum, approved, finding))
    }

    /// How many lines of a year invest.
    pub fn invests(&self, year: i64) -> bool {
        self.lines.iter().any(|line| line.year == year && line.nature == Nature::Investment)
    }

    /// PLN-05: what is invested in a year stands in a plan of public investment that covers it.
    pub fn unplanned(&self, year: i64) -> Option<Finding> {
        let is_planned = self.planned.iter().any(|(first, last)| (*first..=*last).contains(&year));
        if is_planned || !self.invests(year) {
            return None;
        }
        let name = self.project.name().to_string();
        let text = format!(
            "{name} has lines of INVESTMENT in {year}, and stands in no plan of public investment in force for it"
        );
        let mut finding = Finding::new("PLN-05", Severity::Error, name, text).field("project");
        finding.objects.extend(self.names(|line| line.year == year && line.nature == Nature::Investment));
        Some(finding.suggest("link the project to a task of the medium-term plan"))
    }

    fn names(&self, of: impl Fn(&NamingLine) -> bool) -> impl Iterator<Item = String> {
        let name = |line: &NamingLine| {
            let (jurisdiction, estimate) = (self.project.jurisdiction.clone(), line.estimate.clone());
            EstimateName { jurisdiction, estimate }.line(&line.line)
        };
        let names: BTreeSet<String> = self.lines.iter().filter(|line| of(line)).map(name).collect();
        names.into_iter().take(NAMED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::model::Kind as EstimateKind;
    use crate::project::model::samples::proposal;

    fn named(lines: &[(i64, Nature, i64)], planned: &[(i64, i64)]) -> Named {
        let mut project = proposal();
        project.traces.approved_state = Some(900);
        let line = |(year, nature, amount): &(i64, Nature, i64)| NamingLine {
            project: Some(project.name().to_string()),
            estimate: format!("e{year}"),
            line: "l".to_owned(),
            unit: "khcn".to_owned(),
            year: *year,
            kind: EstimateKind::Annual,
            sequence: 1,
            scheme: String::new(),
            nature: *nature,
            source: None,
            task: None,
            amount: Some(*amount),
        };
        Named { lines: lines.iter().map(line).collect(), project, planned: planned.to_vec() }
    }

    #[test]
    fn pln_06_the_years_together_keep_within_what_was_approved() {
        use Nature::Recurrent;
        let within = named(&[(2014, Recurrent, 500), (2015, Recurrent, 400)], &[]);
        assert!(within.beyond(2014).is_none() && within.beyond(2015).is_none());
        let beyond = named(&[(2014, Recurrent, 500), (2015, Recurrent, 401)], &[]);
        assert!(beyond.beyond(2014).is_none(), "the first year alone is within");
        let (sum, approved, finding) = beyond.beyond(2015).unwrap();
        assert_eq!((sum, approved, finding.difference, finding.objects.len()), (901, 900, Some(1), 3));
        assert_eq!(
            finding.message,
            "the lines that name jurisdictions/j/projects/p up to 2015 have 901, and 900 were approved"
        );
        assert!(beyond.beyond(2016).is_none(), "nothing is said of 2016");
    }

    #[test]
    fn pln_05_what_is_invested_stands_in_a_plan_of_public_investment() {
        let lines = [(2014, Nature::Investment, 5), (2015, Nature::Recurrent, 5)];
        let text = "jurisdictions/j/projects/p has lines of INVESTMENT in 2014, and stands in no plan of public investment in force for it";
        let found = |planned: &[(i64, i64)], year| named(&lines, planned).unplanned(year).map(|found| found.message);
        assert_eq!(found(&[], 2014).as_deref(), Some(text));
        assert_eq!(found(&[(2016, 2020)], 2014).as_deref(), Some(text));
        assert_eq!((found(&[(2011, 2015)], 2014), found(&[], 2015)), (None, None));
    }
}
