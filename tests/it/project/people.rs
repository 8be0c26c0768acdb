//! Who moves what, where everybody has to say who they are; and who knows of a project at all.

use tonic::Code;

use super::*;
use crate::access::ground::Ground;
use crate::harness::{Locked, locked, refused};

/// A person of each part, with what they do, and one who only reads.
async fn people(g: &Ground) -> Vec<(Option<Who>, String)> {
    let mut people = Vec::new();
    for (id, role, unit, who) in [
        ("lan", pb::Role::Drafter, "khcn", Some(Who::Drafter)),
        ("minh", pb::Role::Head, "khcn", Some(Who::Head)),
        ("hoa", pb::Role::Reviewer, "stc", Some(Who::Reviewer)),
        ("dung", pb::Role::Approver, "hdnd", Some(Who::Approver)),
        ("nga", pb::Role::Reader, "khcn", None),
    ] {
        people.push((who, g.holder(id, role, unit).await));
    }
    people
}

locked! {
    async fn each_verb_of_each_state_is_done_by_whom_the_table_names_and_by_no_other(s: Locked) {
        let g = Ground::new(s).await;
        let people = people(&g).await;
        let elsewhere = g.holder("elsewhere", pb::Role::Drafter, "yt").await;
        g.h.projects_as(&people[0].1).create_project(new_project("x")).await.unwrap();
        let mut tried = 0;
        let way = way_to(State::Transferred, pb::ProjectMethod::Selection);
        for next in way.into_iter().map(Some).chain([None]) {
            let get = pb::GetProjectRequest { name: project_name("x"), read_at: None };
            let project = g.h.projects_as(&people[4].1).get_project(get.clone()).await.unwrap().into_inner();
            refused(g.h.projects_as(&elsewhere).get_project(get).await, Code::NotFound, "RESOURCE_NOT_FOUND");
            for row in TRANSITIONS.iter().filter(|row| row.from == state(&project)) {
                // This one is for projects without a call.
                if (row.from, row.verb) == (State::Listed, Verb::Select) {
                    continue;
                }
                for (who, secret) in &people {
                    let trial = pb::MoveProjectRequest { validate_only: true, ..moving(&project, vec![made(row.verb)]) };
                    let outcome = g.h.projects_as(secret).move_project(trial).await;
                    if *who == Some(row.who) {
                        outcome.unwrap_or_else(|status| panic!("{:?} {:?}: {status:?}", row.from, row.verb));
                    } else {
                        refused(outcome, Code::PermissionDenied, "ROLE_MISSING");
                    }
                    tried += 1;
                }
                let trial = pb::MoveProjectRequest { validate_only: true, ..moving(&project, vec![made(row.verb)]) };
                refused(g.h.projects_as(&elsewhere).move_project(trial).await, Code::NotFound, "RESOURCE_NOT_FOUND");
            }
            let Some(verb) = next else { break };
            let who = state(&project).row(verb).unwrap().who;
            let (_, secret) = people.iter().find(|(one, _)| *one == Some(who)).unwrap();
            g.h.projects_as(secret).move_project(moving(&project, vec![made(verb)])).await.unwrap();
        }
        assert!(tried > 150, "only {tried} cells");
        let list = pb::ListProjectsRequest { parent: jurisdiction_name("dt"), ..Default::default() };
        assert_eq!(g.h.projects_as(&elsewhere).list_projects(list.clone()).await.unwrap().into_inner().projects, []);
        // The ground has one of its own.
        assert_eq!(g.h.projects_as(&people[2].1).list_projects(list).await.unwrap().into_inner().projects.len(), 2);
        let count = pb::SummarizeProjectsRequest { parent: jurisdiction_name("dt"), year: 2024, ..Default::default() };
        let counted = g.h.projects_as(&elsewhere).summarize_projects(count).await.unwrap().into_inner();
        assert_eq!(counted.total.unwrap().project_count, 0);
    }

    async fn who_may_not_know_of_an_estimate_is_not_told_its_money(s: Locked) {
        let g = Ground::new(s).await;
        let drafter = g.holder("lan", pb::Role::Drafter, "khcn").await;
        let other = g.holder("other", pb::Role::Drafter, "yt").await;
        let paying = |unit: &str, id: &str| {
            let line = pb::Line { project: project_name("p"), ..crate::budget::line("101", 500) };
            let mut request = crate::budget::create(id, 2024, vec![line]);
            request.estimate.as_mut().unwrap().unit = unit_name("dt", unit);
            request
        };
        g.h.budget_as(&drafter).create_estimate(paying("khcn", "own")).await.unwrap();
        g.h.budget_as(&other).create_estimate(paying("yt", "hidden")).await.unwrap();
        let review = pb::ReviewProjectRequest { name: project_name("p"), read_at: None };
        let seen = async |secret: &str| {
            let found = g.h.projects_as(secret).review_project(review.clone()).await.unwrap().into_inner();
            (found.years[0].estimate_amount, found.years[0].line_count)
        };
        assert_eq!((seen(&drafter).await, seen(&g.an).await), ((Some(500), 1), (Some(1_000), 2)));
        refused(g.h.projects_as(&other).review_project(review.clone()).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    }
}
