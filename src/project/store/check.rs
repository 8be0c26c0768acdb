//! What must hold of the projects that are there, and what SQL cannot say: for `kehoach fsck`.

use std::collections::HashMap;

use super::{After, ProjectFilter, last_states, list_projects};
use crate::commit::View;
use crate::db::Conn;
use crate::error::Result;
use crate::project::model::rules::money;
use crate::project::model::states::State;

/// Projects of one statement.
const AT_ONCE: i64 = 500;

/// Every fault among the projects that are there: a state that is not the one of the last move, money that does not add up.
pub fn check(conn: &mut Conn, jurisdiction: &str) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut view = View::bare(conn, jurisdiction, i64::MAX - 1);
    let last = last_states(&mut view)?.into_iter().map(|(project, number, state)| (project, (number, state)));
    let last: HashMap<String, (i64, State)> = last.collect();
    let mut after: Option<After> = None;
    loop {
        let projects = list_projects(&mut view, &ProjectFilter::default(), after.as_ref(), AT_ONCE)?;
        let Some(end) = projects.last() else { return Ok(faults) };
        after = Some((end.first_year, end.unit.clone(), end.id.clone()));
        for project in &projects {
            let stands = (project.traces.step_count, project.state);
            let moved = last.get(&project.id).copied().unwrap_or((0, State::Proposed));
            if stands != moved {
                faults
                    .push(format!("project {} of {jurisdiction}: header and steps do not belong together", project.id));
            }
            let broken = money(project, "project").into_iter();
            faults
                .extend(broken.map(|fault| format!("project {} of {jurisdiction}: {}", project.id, fault.description)));
        }
    }
}
