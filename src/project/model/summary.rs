//! PRJ-13: how many projects there are in a year, each counted once, accepted ones by the day of the act. Pure.

use std::collections::BTreeMap;

use super::states::State;
use super::{Kind, Project, Rating, is_state};
use crate::error::{Error, Reason, Result};

/// How many there are, and what they plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    pub projects: i64,
    pub new: i64,
    pub continuing: i64,
    pub under_way: i64,
    pub accepted: i64,
    pub excellent: i64,
    pub planned: i128,
    pub planned_state: i128,
}

/// How many projects of one state are named.
pub const NAMED_MAX: usize = 100;

/// The projects in one state: how many, and the names of the first of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InState {
    pub projects: i64,
    pub names: Vec<String>,
}

/// The counts of a year: by kind, of all, and by state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    pub year: i64,
    pub kinds: BTreeMap<Kind, Count>,
    pub total: Count,
    pub states: BTreeMap<State, InState>,
}

/// Whether a project was accepted by an act of a year.
pub fn accepted_in(project: &Project, year: i64) -> bool {
    project.traces.accepted_on.as_ref().and_then(|day| day.get(..4)?.parse().ok()) == Some(year)
}

/// Counts the projects of a year: those that cover it, and those that were accepted in it.
pub fn summary(projects: &[Project], year: i64) -> Result<Summary> {
    let mut summary = Summary { year, kinds: BTreeMap::new(), total: Count::default(), states: BTreeMap::new() };
    for project in projects {
        let state = summary.states.entry(project.state).or_default();
        state.projects += 1;
        if state.names.len() < NAMED_MAX {
            state.names.push(project.name().to_string());
        }
        let one = count(project, year);
        if one == Count::default() {
            continue;
        }
        add(summary.kinds.entry(project.kind).or_default(), &one);
        add(&mut summary.total, &one);
    }
    let sums = [summary.total.planned, summary.total.planned_state];
    if sums.iter().any(|sum| i64::try_from(*sum).is_err()) {
        return Err(Error::refused(Reason::AmountOverflow, "year", "a sum does not fit 64 bits"));
    }
    Ok(summary)
}

fn count(project: &Project, year: i64) -> Count {
    let accepted = accepted_in(project, year);
    let excellent = accepted && project.traces.rating == Some(Rating::Excellent);
    let result = Count { accepted: i64::from(accepted), excellent: i64::from(excellent), ..Count::default() };
    let covers = (project.first_year..=project.last_year).contains(&year);
    if !covers || project.state == State::Dropped {
        return result;
    }
    let money = |state_only: bool| -> i128 {
        let rows = project.funding.iter().filter(|((of, class), _)| *of == year && (!state_only || is_state(*class)));
        rows.map(|(_, money)| i128::from(money.planned)).sum()
    };
    Count {
        projects: 1,
        new: i64::from(project.first_year == year),
        continuing: i64::from(project.first_year < year),
        under_way: i64::from(project.state.is_under_way()),
        planned: money(false),
        planned_state: money(true),
        ..result
    }
}

fn add(sum: &mut Count, one: &Count) {
    let Count { projects, new, continuing, under_way, accepted, excellent, planned, planned_state } = one;
    sum.projects += projects;
    sum.new += new;
    sum.continuing += continuing;
    sum.under_way += under_way;
    sum.accepted += accepted;
    sum.excellent += excellent;
    sum.planned += planned;
    sum.planned_state += planned_state;
}

#[cfg(test)]
mod tests {
    use super::super::samples::proposal;
    use super::*;

    #[test]
    fn prj_13_a_project_counts_once_and_by_the_day_of_the_act() {
        let mut accepted = Project { kind: Kind::TrialProduction, state: State::Accepted, ..proposal() };
        accepted.traces.accepted_on = Some("2016-12-31".to_owned());
        accepted.traces.rating = Some(Rating::Excellent);
        let dropped = Project { state: State::Dropped, ..proposal() };
        let all = [accepted, proposal(), dropped];
        let of = |year| summary(&all, year).unwrap();
        let (first, last) = (of(2014), of(2016));
        assert_eq!((first.total.projects, first.total.new, first.total.continuing, first.total.accepted), (2, 2, 0, 0));
        assert_eq!((first.total.planned, first.total.planned_state), (1_000, 1_000));
        assert_eq!((of(2015).total.continuing, of(2015).total.planned_state), (2, 800));
        // Its years are over, its act is of this one; both tables of kinds and the total have it once.
        assert_eq!((last.total.projects, last.total.accepted, last.total.excellent), (0, 1, 1));
        assert_eq!(last.kinds.keys().collect::<Vec<_>>(), [&Kind::TrialProduction]);
        let states =
            |summary: &Summary| summary.states.iter().map(|(state, one)| (*state, one.projects)).collect::<Vec<_>>();
        assert_eq!(states(&first), [(State::Proposed, 1), (State::Accepted, 1), (State::Dropped, 1)]);
        let many = summary(&vec![proposal(); NAMED_MAX + 1], 2014).unwrap();
        let proposed = &many.states[&State::Proposed];
        assert_eq!((proposed.projects, proposed.names.len()), (101, NAMED_MAX));
    }
}
