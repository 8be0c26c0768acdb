//! PRJ-12: what a project has of the state budget in a year, and what the lines of estimates that name it say. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::Project;
use crate::document::finding::{Citation, Finding, Severity};
use crate::error::{Error, Reason, Result};

/// How many lines of a year are named.
pub const LINES_MAX: usize = 100;

/// What is a line of an estimate that names a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamingLine {
    /// The resource name of the line.
    pub name: String,
    /// The fiscal year of its estimate.
    pub year: i64,
    /// Its latest figure.
    pub amount: Option<i64>,
}

/// One year of a project, there and here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Year {
    pub year: i64,
    pub planned: i64,
    pub assigned: Option<i64>,
    pub estimated: Option<i64>,
    pub difference: i64,
    pub lines: Vec<String>,
    pub line_count: i64,
}

/// What the years are and where they differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub project: String,
    pub years: Vec<Year>,
    pub findings: Vec<Finding>,
}

/// Compares a project with the lines that name it.
pub fn review(project: &Project, lines: &[NamingLine]) -> Result<Review> {
    let mut by_year: BTreeMap<i64, Vec<&NamingLine>> = BTreeMap::new();
    for line in lines {
        by_year.entry(line.year).or_default().push(line);
    }
    let of_project = project.funding.keys().map(|(year, _)| *year);
    let years: BTreeSet<i64> = of_project.chain(by_year.keys().copied()).collect();
    let mut review = Review { project: project.name().to_string(), years: Vec::new(), findings: Vec::new() };
    for year in years {
        let lines = by_year.remove(&year).unwrap_or_default();
        let (planned, assigned) = project.state_money(year);
        let stated: Vec<i64> = lines.iter().filter_map(|line| line.amount).collect();
        let sum: i128 = stated.iter().map(|amount| i128::from(*amount)).sum();
        let found = Year {
            year,
            planned: fits(planned)?,
            assigned: assigned.map(fits).transpose()?,
            estimated: if stated.is_empty() { None } else { Some(fits(sum)?) },
            difference: fits(sum - planned)?,
            line_count: i64::try_from(lines.len()).unwrap_or(i64::MAX),
            lines: lines.iter().take(LINES_MAX).map(|line| line.name.clone()).collect(),
        };
        review.findings.extend(finding(&review.project, &found));
        review.years.push(found);
    }
    Ok(review)
}

fn fits(sum: i128) -> Result<i64> {
    let overflow = |_| Error::refused(Reason::AmountOverflow, "years", "a sum does not fit 64 bits");
    i64::try_from(sum).map_err(overflow)
}

/// Where the two do not agree.
pub fn finding(project: &str, year: &Year) -> Option<Finding> {
    if year.difference == 0 {
        return None;
    }
    let text = format!(
        "in {} the project plans {} of the state budget, the lines of estimates that name it have {}",
        year.year,
        year.planned,
        year.estimated.unwrap_or_default()
    );
    let mut finding = Finding::new("PRJ-12", Severity::Warning, project, text)
        .field("funding")
        .compared(year.planned, year.estimated.unwrap_or_default());
    finding.difference = Some(year.difference);
    finding.objects.extend(year.lines.iter().cloned());
    finding.citations = vec![Citation { document: "TT342/2016/TT-BTC".to_owned(), article: "Mẫu 13.3".to_owned() }];
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::super::samples::proposal;
    use super::*;

    #[test]
    fn prj_12_the_state_budget_there_and_here_agrees_or_is_told() {
        let line = |year, amount| NamingLine { name: "l".to_owned(), year, amount };
        let agreed =
            review(&proposal(), &[line(2014, Some(300)), line(2014, Some(200)), line(2015, Some(400))]).unwrap();
        assert_eq!((agreed.findings, agreed.years.len()), (vec![], 2));
        let differing = review(&proposal(), &[line(2014, Some(501)), line(2016, None)]).unwrap();
        let seen: Vec<_> =
            differing.years.iter().map(|one| (one.year, one.planned, one.estimated, one.difference)).collect();
        // The 100 of the enterprise are none of the state budget.
        assert_eq!(seen, [(2014, 500, Some(501), 1), (2015, 400, None, -400), (2016, 0, None, 0)]);
        assert_eq!(differing.findings.iter().map(|one| one.difference).collect::<Vec<_>>(), [Some(1), Some(-400)]);
        assert!(review(&proposal(), &vec![line(2014, Some(i64::MAX)); 2]).is_err());
    }
}
