//! The faults of ProjectService, and the projects that they need.

use kehoach::pb;
use kehoach::pb::project_operation::Operation;
use kehoach::project::states::{State, Verb};
use tonic::Code;

use super::world::World;
use super::{Asked, SPENT, read, write};
use crate::approval::by;
use crate::budget::{at, create as estimate, line};
use crate::harness::{Harness, jurisdiction_name, unit_name};
use crate::project::{
    batch, created, described, funding, made, moving, new_project, parameters, project_name, source, threshold, update,
};

const FAR: i64 = 1 << 40;
const MOST: i64 = 1_000_000_000_000_000_000;

fn spent() -> Option<String> {
    Some(SPENT.to_owned())
}

fn old() -> String {
    "\"00000001c0de-1\"".to_owned()
}

/// Proposals; one that was called, one that was appraised; ten that cost more than fits; thresholds.
pub async fn make(world: &mut World, h: &Harness) {
    let adopt = pb::AdoptProjectParametersRequest { parent: jurisdiction_name("dt"), ..Default::default() };
    h.projects().adopt_project_parameters(adopt).await.unwrap();
    for id in ["x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x-called", "x-bare", "x-huge", "x-identified"] {
        h.project(id).await;
    }
    h.brought("x-called", State::Called).await;
    h.brought("x-identified", State::Identified).await;
    let bare = h.get_project("x-bare").await;
    let without = update(&bare, &["host", "method"], |new| new.method = pb::ProjectMethod::Direct.into());
    h.projects().update_project(by("drafter", without)).await.unwrap();
    h.brought("x-bare", State::BudgetAppraised).await;
    // What is planned less what the lines of an estimate take back does not fit.
    let huge = h.get_project("x-huge").await;
    let huge = update(&huge, &["first_year", "last_year", "total_amount", "sources", "funding"], |new| {
        (new.first_year, new.last_year, new.total_amount) = (2018, 2018, Some(MOST));
        new.sources = vec![source(pb::FinancingClass::Local, MOST)];
        new.funding = vec![funding(2018, pb::FinancingClass::Local, MOST)];
    });
    h.projects().update_project(by("drafter", huge)).await.unwrap();
    let back = pb::Line { project: project_name("x-huge"), ..line("101", -MOST) };
    let mut taking = estimate("x-taking", 2018, vec![back; 9]);
    taking.estimate.as_mut().unwrap().kind = pb::EstimateKind::Supplement.into();
    h.budget().create_estimate(by("drafter", taking)).await.unwrap();
    let costly = pb::Project {
        first_year: 2150,
        last_year: 2150,
        total_amount: Some(MOST),
        sources: vec![source(pb::FinancingClass::Local, MOST)],
        funding: vec![funding(2150, pb::FinancingClass::Local, MOST)],
        ..described()
    };
    let costly = (0..10).map(|number| created(&format!("costly-{number}"), costly.clone())).collect();
    h.projects().batch_write_projects(by("drafter", batch(costly))).await.unwrap();
    for id in ["x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x-called", "x-bare", "x-identified"] {
        let project = h.get_project(id).await;
        world.keep(project.name, project.etag);
    }
}

pub fn table(w: &World) -> Vec<Asked> {
    let mut table = reads();
    table.extend([create(), update_project(w), delete(w), move_project(w), batch_write(w), adopt(), thresholds()]);
    table
}

fn reads() -> Vec<Asked> {
    let (name, parent) = (project_name("x1"), jurisdiction_name("dt"));
    vec![
        read("GetProject", pb::GetProjectRequest { name: name.clone(), read_at: None })
            .invalid("name", |m| m.name = "x1".to_owned())
            .missing("name", |m| m.name = project_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListProjects", pb::ListProjectsRequest { parent: parent.clone(), ..Default::default() })
            .invalid("kinds", |m| m.kinds = vec![1, 1])
            .token(|m| m.page_token = "none".to_owned())
            .missing("unit", |m| m.parent = jurisdiction_name("nowhere"))
            .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
            .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListProjectChanges", pb::ListProjectChangesRequest { parent: parent.clone(), ..Default::default() })
            .invalid("size", |m| m.page_size = 1_001)
            .token(|m| m.page_token = "none".to_owned())
            .missing("unit", |m| m.parent = jurisdiction_name("nowhere"))
            .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
            .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .refused("since", "REVISION_NOT_REACHED", |m| m.since_revision = FAR)
            .done(),
        read("CompareProject", pb::CompareProjectRequest { name: name.clone(), left: None, right: None })
            .invalid("name", |m| m.name = "x1".to_owned())
            .missing("name", |m| m.name = project_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.left = Some(at(FAR)))
            .done(),
        read("ReviewProject", pb::ReviewProjectRequest { name, read_at: None })
            .invalid("name", |m| m.name = "x1".to_owned())
            .missing("name", |m| m.name = project_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .refused("name", "AMOUNT_OVERFLOW", |m| m.name = project_name("x-huge"))
            .done(),
        read(
            "SummarizeProjects",
            pb::SummarizeProjectsRequest { parent: parent.clone(), year: 2024, ..Default::default() },
        )
        .invalid("year", |m| m.year = 0)
        .missing("unit", |m| m.parent = jurisdiction_name("nowhere"))
        .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
        .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
        .refused("year", "AMOUNT_OVERFLOW", |m| m.year = 2150)
        .done(),
        read("ListProjectParameters", pb::ListProjectParametersRequest { parent, read_at: None })
            .invalid("parent", |m| m.parent = "dt".to_owned())
            .missing("parent", |m| m.parent = jurisdiction_name("nowhere"))
            .refused("parent", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
    ]
}

fn create() -> Asked {
    fn body(m: &mut pb::CreateProjectRequest) -> &mut pb::Project {
        m.project.as_mut().unwrap()
    }
    let earlier = pb::CreateProjectRequest { request_id: spent(), ..new_project("x-spent") };
    write("CreateProject", new_project("x-fresh"), earlier)
        .invalid("kind", |m| body(m).kind = 0)
        .reused(|m| m.request_id = spent())
        .missing("request_id", |m| {
            m.parent = jurisdiction_name("nowhere");
            // Names of another jurisdiction would be a fault of the message alone.
            body(m).unit = "jurisdictions/nowhere/units/khcn".to_owned();
            body(m).list = String::new();
        })
        .exists("id", "ALREADY_EXISTS", |m| m.project_id = "x1".to_owned())
        .refused("unit", "REFERENCE_UNKNOWN", |m| body(m).unit = unit_name("dt", "nowhere"))
        .refused("unit", "UNIT_CLOSED", |m| body(m).unit = unit_name("dt", "closed"))
        .refused("list", "PROJECT_LIST_INVALID", |m| body(m).list = "jurisdictions/dt/plans/p1".to_owned())
        .refused("years", "PROJECT_YEAR_OUTSIDE", |m| body(m).last_year = 2035)
        .refused("money", "PROJECT_RULE", |m| body(m).total_amount = Some(1))
        .done()
}

fn update_project(w: &World) -> Asked {
    fn body(m: &mut pb::UpdateProjectRequest) -> &mut pb::Project {
        m.project.as_mut().unwrap()
    }
    let of = |id: &str| pb::UpdateProjectRequest {
        project: Some(pb::Project { name: project_name(id), code: "Mới".to_owned(), ..Default::default() }),
        etag: w.etag(&project_name(id)),
        ..Default::default()
    };
    let called = w.etag(&project_name("x-called"));
    write("UpdateProject", of("x1"), pb::UpdateProjectRequest { request_id: spent(), ..of("x2") })
        .invalid("mask", |m| m.update_mask = Some(prost_types::FieldMask { paths: vec!["none".to_owned()] }))
        .reused(|m| m.request_id = spent())
        .missing("name", |m| body(m).name = project_name("none"))
        .stale(|m| m.etag = old())
        .refused("unit", "FIELD_IMMUTABLE", |m| body(m).unit = unit_name("dt", "below"))
        .refused("tasks", "REFERENCE_UNKNOWN", |m| {
            body(m).plan_tasks = vec!["jurisdictions/dt/plans/p1/tasks/none".to_owned()]
        })
        .refused("list", "PROJECT_LIST_INVALID", |m| body(m).list = "jurisdictions/dt/plans/p1".to_owned())
        .refused("name", "PROJECT_FIXED", move |m| {
            body(m).name = project_name("x-called");
            body(m).method = pb::ProjectMethod::Direct.into();
            if m.etag != old() {
                m.etag.clone_from(&called);
            }
        })
        .refused("years", "PROJECT_YEAR_OUTSIDE", |m| body(m).last_year = 2035)
        .refused("money", "PROJECT_RULE", |m| body(m).total_amount = Some(1))
        .done()
}

fn delete(w: &World) -> Asked {
    let of = |id: &str| pb::DeleteProjectRequest {
        name: project_name(id),
        etag: w.etag(&project_name(id)),
        ..Default::default()
    };
    let called = of("x-called");
    write("DeleteProject", of("x1"), pb::DeleteProjectRequest { request_id: spent(), ..of("x3") })
        .invalid("reason", |m| m.reason = "x".repeat(1_001))
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.name = project_name("none"))
        .stale(|m| m.etag = old())
        .refused("name", "PROJECT_FIXED", move |m| {
            m.name.clone_from(&called.name);
            if m.etag != old() {
                m.etag.clone_from(&called.etag);
            }
        })
        .done()
}

/// A project with its etag, as far as it can be named.
fn known(w: &World, id: &str) -> pb::Project {
    pb::Project { name: project_name(id), etag: w.etag(&project_name(id)), ..Default::default() }
}

/// Another project with other moves; an etag that is stale stays so.
fn instead(m: &mut pb::MoveProjectRequest, project: &pb::Project, moves: Vec<pb::ProjectMove>) {
    m.name.clone_from(&project.name);
    m.moves = moves;
    if m.etag != old() {
        m.etag.clone_from(&project.etag);
    }
}

fn move_project(w: &World) -> Asked {
    let (called, bare, identified) = (known(w, "x-called"), known(w, "x-bare"), known(w, "x-identified"));
    let good = moving(&known(w, "x1"), vec![made(Verb::Order)]);
    let earlier = moving(&known(w, "x4"), vec![made(Verb::Order)]);
    write("MoveProject", good, pb::MoveProjectRequest { request_id: spent(), ..earlier })
        .invalid("reason", |m| m.reason = "x".repeat(1_001))
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.name = project_name("none"))
        .stale(|m| m.etag = old())
        .refused("name", "VERB_NOT_OPEN", {
            let called = called.clone();
            move |m| instead(m, &called, vec![made(Verb::Order)])
        })
        .refused("name", "PROJECT_INCOMPLETE", move |m| instead(m, &bare, vec![made(Verb::Approve)]))
        .refused("name", "PROJECT_THRESHOLD", move |m| instead(m, &called, vec![made(Verb::CloseBidding)]))
        .refused("name", "PROJECT_RULE", move |m| instead(m, &identified, vec![made(Verb::Select)]))
        .refused("day", "PROJECT_DAY", |m| m.moves[0].on = "2099-01-01".to_owned())
        .done()
}

fn batch_write(w: &World) -> Asked {
    type Batch = pb::BatchWriteProjectsRequest;
    let push = |m: &mut Batch, operation| m.operations.push(pb::ProjectOperation { operation: Some(operation) });
    let moved = |project: &pb::Project, verb: Verb| {
        let pb::Project { name, etag, .. } = project.clone();
        Operation::Move(pb::MoveProjectOperation { name, etag, moves: vec![made(verb)] })
    };
    let fresh = |change: fn(&mut pb::Project)| {
        let mut project = described();
        change(&mut project);
        created("", project)
    };
    let (called, bare, identified) = (known(w, "x-called"), known(w, "x-bare"), known(w, "x-identified"));
    let (second, third) = (known(w, "x5"), known(w, "x7"));
    let changed = |project: &pb::Project, change: fn(&mut pb::Project)| {
        let mut new = pb::Project { name: project.name.clone(), ..Default::default() };
        change(&mut new);
        let etag = project.etag.clone();
        Operation::Update(pb::UpdateProjectOperation { project: Some(new), etag, update_mask: None })
    };
    let none = pb::Project { name: project_name("none"), etag: old(), ..Default::default() };
    let stale = pb::Project { etag: old(), ..known(w, "x8") };
    let earlier = Batch { request_id: spent(), ..batch(vec![created("x-batch-spent", described())]) };
    let fixed = changed(&called, |new| new.method = pb::ProjectMethod::Direct.into());
    let day = {
        let pb::Project { name, etag, .. } = second;
        let late = pb::ProjectMove { on: "2099-01-01".to_owned(), ..made(Verb::Order) };
        Operation::Move(pb::MoveProjectOperation { name, etag, moves: vec![late] })
    };
    let immutable = changed(&third, |new| new.unit = unit_name("dt", "below"));
    let closed = known(w, "x-called");
    write("BatchWriteProjects", batch(vec![created("x-batch", described())]), earlier)
        .invalid("twice", |m| m.reason = "x".repeat(1_001))
        .reused(|m| m.request_id = spent())
        .missing("request_id", |m| {
            m.parent = jurisdiction_name("nowhere");
            // Names of another jurisdiction would be a fault of the message alone.
            m.operations.retain(|one| matches!(one.operation, Some(Operation::Create(_))));
            for one in &mut m.operations {
                if let Some(Operation::Create(create)) = &mut one.operation {
                    let project = create.project.as_mut().unwrap();
                    project.unit = "jurisdictions/nowhere/units/khcn".to_owned();
                    (project.list, project.plan_tasks) = (String::new(), Vec::new());
                }
            }
        })
        .missing("missing", move |m| push(m, moved(&none, Verb::Order)))
        .fault("stale", Code::Aborted, "STALE_ETAG", move |m| push(m, moved(&stale, Verb::Order)))
        .exists("exists", "ALREADY_EXISTS", move |m| push(m, created("x6", described())))
        .refused("unknown", "REFERENCE_UNKNOWN", move |m| push(m, fresh(|new| new.unit = unit_name("dt", "nowhere"))))
        .refused("closed", "UNIT_CLOSED", move |m| push(m, fresh(|new| new.unit = unit_name("dt", "closed"))))
        .refused("immutable", "FIELD_IMMUTABLE", move |m| push(m, immutable.clone()))
        .refused("called", "VERB_NOT_OPEN", move |m| push(m, moved(&closed, Verb::Order)))
        .refused("day", "PROJECT_DAY", move |m| push(m, day.clone()))
        .refused("bare", "PROJECT_INCOMPLETE", move |m| push(m, moved(&bare, Verb::Approve)))
        .refused("called", "PROJECT_THRESHOLD", move |m| push(m, moved(&called, Verb::CloseBidding)))
        .refused("list", "PROJECT_LIST_INVALID", move |m| {
            push(m, fresh(|new| new.list = "jurisdictions/dt/plans/p1".to_owned()))
        })
        .refused("called", "PROJECT_FIXED", move |m| push(m, fixed.clone()))
        .refused("years", "PROJECT_YEAR_OUTSIDE", move |m| push(m, fresh(|new| new.last_year = 2035)))
        .refused("rule", "PROJECT_RULE", move |m| push(m, moved(&identified, Verb::Select)))
        .done()
}

fn adopt() -> Asked {
    let good = || pb::AdoptProjectParametersRequest { parent: jurisdiction_name("dt"), ..Default::default() };
    let earlier = pb::AdoptProjectParametersRequest { request_id: spent(), reason: "again".to_owned(), ..good() };
    write("AdoptProjectParameters", good(), earlier)
        .invalid("reason", |m| m.reason = "x".repeat(1_001))
        .reused(|m| m.request_id = spent())
        .missing("request_id", |m| m.parent = jurisdiction_name("nowhere"))
        .done()
}

fn thresholds() -> Asked {
    use pb::project_parameter_operation::Operation as What;
    let row = |day: &str| parameters(vec![(threshold(day, 30), String::new())]);
    let removed = |day: &str| pb::ProjectParameterOperation {
        operation: Some(What::Remove(format!("jurisdictions/dt/projectParameters/call-days.{day}"))),
        etag: old(),
    };
    let earlier = pb::BatchWriteProjectParametersRequest { request_id: spent(), ..row("2030-01-01") };
    write("BatchWriteProjectParameters", row("2031-01-01"), earlier)
        .invalid("twice", |m| m.operations[0].etag = "x".repeat(101))
        .reused(|m| m.request_id = spent())
        .missing("request_id", |m| {
            m.parent = jurisdiction_name("nowhere");
            // Names of another jurisdiction would be a fault of the message alone.
            m.operations.retain(|one| matches!(one.operation, Some(What::Write(_))));
        })
        .missing("removed", move |m| m.operations.push(removed("1990-01-01")))
        .fault("stale", Code::Aborted, "STALE_ETAG", |m| {
            m.operations.push(pb::ProjectParameterOperation {
                operation: Some(What::Write(threshold("2023-01-01", 31))),
                etag: old(),
            });
        })
        .done()
}
