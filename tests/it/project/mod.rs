//! Projects: created, read at any revision, changed in batches, moved from proposal to transfer; lists, estimates, thresholds.

mod changes;
mod life;
mod links;
mod lists;
mod parameters;
mod people;
mod projects;

use std::collections::VecDeque;

use kehoach::pb;
use kehoach::pb::project_operation::Operation;
use kehoach::project::states::{Need, State, TRANSITIONS, Verb, Who};
use kehoach::word::Word;
use tonic::{Response, Status};

use crate::approval::{act, by};
use crate::harness::{Harness, jurisdiction_name, unit_name};

pub fn project_name(project: &str) -> String {
    format!("jurisdictions/dt/projects/{project}")
}

/// Money of a class.
pub fn source(class: pb::FinancingClass, amount: i64) -> pb::ProjectSource {
    pb::ProjectSource { financing_class: class.into(), amount }
}

/// Money of a class in a year.
pub fn funding(year: i32, class: pb::FinancingClass, amount: i64) -> pb::ProjectFunding {
    pb::ProjectFunding { year, financing_class: class.into(), amount, assigned_amount: None }
}

/// A topic of `khcn` for 2024 and 2025, with 900 of the local budget and 100 of an enterprise.
pub fn described() -> pb::Project {
    use pb::FinancingClass::{Enterprise, Local};
    pb::Project {
        unit: unit_name("dt", "khcn"),
        code: "ĐT.2024.01".to_owned(),
        title: "Mô hình trồng rau an toàn".to_owned(),
        kind: pb::ProjectKind::Topic.into(),
        level: pb::ProjectLevel::Province.into(),
        field: pb::ResearchField::Agriculture.into(),
        method: pb::ProjectMethod::Selection.into(),
        payment: pb::PaymentMode::PartialLumpSum.into(),
        host: "Trung tâm Ứng dụng".to_owned(),
        lead: "CN-01".to_owned(),
        secretary: "TK-01".to_owned(),
        first_year: 2024,
        last_year: 2025,
        starts_on: "2024-01-01".to_owned(),
        ends_on: "2026-01-01".to_owned(),
        objective: "Tăng năng suất".to_owned(),
        product: "Quy trình".to_owned(),
        total_amount: Some(1_000),
        sources: vec![source(Local, 900), source(Enterprise, 100)],
        funding: vec![funding(2024, Local, 500), funding(2025, Local, 400), funding(2025, Enterprise, 100)],
        ..Default::default()
    }
}

pub fn new_project(id: &str) -> pb::CreateProjectRequest {
    pb::CreateProjectRequest {
        parent: jurisdiction_name("dt"),
        project_id: id.to_owned(),
        project: Some(described()),
        ..Default::default()
    }
}

pub fn batch(operations: Vec<Operation>) -> pb::BatchWriteProjectsRequest {
    let operations =
        operations.into_iter().map(|operation| pb::ProjectOperation { operation: Some(operation) }).collect();
    pb::BatchWriteProjectsRequest { parent: jurisdiction_name("dt"), operations, ..Default::default() }
}

pub fn created(id: &str, project: pb::Project) -> Operation {
    Operation::Create(pb::CreateProjectOperation { project_id: id.to_owned(), project: Some(project) })
}

/// An update of some fields of a project as it was read.
pub fn update(project: &pb::Project, paths: &[&str], change: impl Fn(&mut pb::Project)) -> pb::UpdateProjectRequest {
    let mut new = pb::Project { name: project.name.clone(), ..Default::default() };
    change(&mut new);
    let update_mask = Some(prost_types::FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
    pb::UpdateProjectRequest { project: Some(new), update_mask, etag: project.etag.clone(), ..Default::default() }
}

/// The number of a verb.
pub fn verb_number(verb: Verb) -> i32 {
    i32::try_from(Verb::ALL.iter().position(|other| *other == verb).unwrap() + 1).unwrap()
}

/// The state of a message.
#[track_caller]
pub fn state(project: &pb::Project) -> State {
    State::ALL[usize::try_from(project.state - 1).unwrap()]
}

/// A move with everything that its verb states.
pub fn made(verb: Verb) -> pb::ProjectMove {
    let mut made = pb::ProjectMove { verb: verb_number(verb), on: "2025-07-31".to_owned(), ..Default::default() };
    for need in verb.needs() {
        match need {
            Need::Act => made.act = act("7"),
            Need::Outcome => made.outcome = pb::CouncilOutcome::Unchanged.into(),
            Need::Contract => made.contract_number = "12/HĐ-SKHCN".to_owned(),
            Need::Money => {
                made.funding_year = 2024;
                made.amounts = vec![source(pb::FinancingClass::Local, 300)];
            }
            Need::End => {
                made.ends_on = "2026-06-01".to_owned();
                made.requested_on = "2025-07-01".to_owned();
            }
            Need::Rating => made.rating = pb::AcceptanceRating::Pass.into(),
            Need::Registration => made.registration_number = "2025-01".to_owned(),
            Need::Cause => made.cause = pb::FailureCause::Objective.into(),
        }
    }
    made
}

/// A request that moves a project as it was read.
pub fn moving(project: &pb::Project, moves: Vec<pb::ProjectMove>) -> pb::MoveProjectRequest {
    let (name, etag) = (project.name.clone(), project.etag.clone());
    pb::MoveProjectRequest { name, etag, moves, ..Default::default() }
}

/// A threshold of days for bids.
pub fn threshold(starts_on: &str, value: i32) -> pb::ProjectParameter {
    pb::ProjectParameter {
        kind: pb::ProjectParameterKind::CallDays.into(),
        starts_on: starts_on.to_owned(),
        value,
        citation: "QĐ 1/QĐ-UBND".to_owned(),
        ..Default::default()
    }
}

pub fn parameters(rows: Vec<(pb::ProjectParameter, String)>) -> pb::BatchWriteProjectParametersRequest {
    use pb::project_parameter_operation::Operation as What;
    let operation = |(row, etag)| pb::ProjectParameterOperation { operation: Some(What::Write(row)), etag };
    pb::BatchWriteProjectParametersRequest {
        parent: jurisdiction_name("dt"),
        operations: rows.into_iter().map(operation).collect(),
        ..Default::default()
    }
}

/// Whoever makes a move where nothing else is said: nobody decides on what they worked on.
pub fn mover(who: Who) -> &'static str {
    if who == Who::Approver { "approver" } else { "drafter" }
}

/// The shortest way from the proposal to a state.
pub fn way_to(state: State, method: pb::ProjectMethod) -> Vec<Verb> {
    let mut ways = VecDeque::from([(State::Proposed, Vec::new())]);
    while let Some((at, way)) = ways.pop_front() {
        if at == state {
            return way;
        }
        let open = TRANSITIONS.iter().filter(|row| row.from == at && row.then != at).filter(|row| {
            row.from != State::Listed
                || row.verb != (if method == pb::ProjectMethod::Selection { Verb::Select } else { Verb::Call })
        });
        ways.extend(open.map(|row| (row.then, [way.clone(), vec![row.verb]].concat())));
    }
    panic!("{state:?} is not reached")
}

impl Harness {
    /// A jurisdiction `dt` with the unit `khcn`, and its project.
    pub async fn proposed(&self, id: &str) -> pb::Project {
        self.jurisdiction("dt").await;
        self.unit("dt", "khcn").await;
        self.project(id).await
    }

    /// A project of `khcn`.
    pub async fn project(&self, id: &str) -> pb::Project {
        let made = self.projects().create_project(by("drafter", new_project(id))).await;
        made.unwrap_or_else(|status| panic!("no project {id}: {status:?}")).into_inner()
    }

    pub async fn get_project(&self, id: &str) -> pb::Project {
        let request = pb::GetProjectRequest { name: project_name(id), read_at: None };
        self.projects().get_project(request).await.unwrap_or_else(|status| panic!("{id}: {status:?}")).into_inner()
    }

    /// Moves of somebody on a project as it stands.
    pub async fn moved(
        &self,
        who: &str,
        id: &str,
        moves: Vec<pb::ProjectMove>,
    ) -> Result<Response<pb::Project>, Status> {
        let request = moving(&self.get_project(id).await, moves);
        self.projects().move_project(by(who, request)).await
    }

    /// Takes a project from the proposal to a state.
    pub async fn brought(&self, id: &str, to: State) -> pb::Project {
        let mut project = self.get_project(id).await;
        for verb in way_to(to, project.method()) {
            let who = state(&project).row(verb).unwrap().who;
            let moved = self.moved(mover(who), id, vec![made(verb)]).await;
            project = moved.unwrap_or_else(|status| panic!("{verb:?} of {id}: {status:?}")).into_inner();
        }
        assert_eq!(state(&project), to);
        project
    }
}
