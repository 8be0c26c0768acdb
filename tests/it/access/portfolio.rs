//! How each method of ProjectService is called in the grid.

use kehoach::pb;
use kehoach::pb::project_operation::Operation;
use kehoach::project::states::Verb;
use prost::Message;

use crate::harness::jurisdiction_name;
use crate::project::{batch, described, made, moving, new_project, parameters, threshold};

/// A request of a method that is in order; what changes something is only tried.
pub fn portfolio(method: &str, project: &pb::Project) -> Option<Vec<u8>> {
    let (validate_only, parent) = (true, jurisdiction_name("dt"));
    let (name, etag) = (project.name.clone(), project.etag.clone());
    let changed = Some(pb::Project { name: name.clone(), code: "X".to_owned(), ..Default::default() });
    Some(match method {
        "CreateProject" => pb::CreateProjectRequest { validate_only, ..new_project("new") }.encode_to_vec(),
        "GetProject" => pb::GetProjectRequest { name, read_at: None }.encode_to_vec(),
        "ListProjects" => pb::ListProjectsRequest { parent, ..Default::default() }.encode_to_vec(),
        "UpdateProject" => {
            pb::UpdateProjectRequest { project: changed, etag, validate_only, ..Default::default() }.encode_to_vec()
        }
        "DeleteProject" => pb::DeleteProjectRequest { name, etag, validate_only, ..Default::default() }.encode_to_vec(),
        // A proposal is moved by a drafter; who moves what else is tested with the life of projects.
        "MoveProject" => {
            pb::MoveProjectRequest { validate_only, ..moving(project, vec![made(Verb::Order)]) }.encode_to_vec()
        }
        "BatchWriteProjects" => {
            let update = pb::UpdateProjectOperation { project: changed, etag, ..Default::default() };
            pb::BatchWriteProjectsRequest { validate_only, ..batch(vec![Operation::Update(update)]) }.encode_to_vec()
        }
        "ListProjectChanges" => pb::ListProjectChangesRequest { parent, ..Default::default() }.encode_to_vec(),
        "CompareProject" => pb::CompareProjectRequest { name, left: None, right: None }.encode_to_vec(),
        "ReviewProject" => pb::ReviewProjectRequest { name, read_at: None }.encode_to_vec(),
        "SummarizeProjects" => {
            pb::SummarizeProjectsRequest { parent, year: described().first_year, ..Default::default() }.encode_to_vec()
        }
        "AdoptProjectParameters" => {
            pb::AdoptProjectParametersRequest { parent, validate_only, ..Default::default() }.encode_to_vec()
        }
        "BatchWriteProjectParameters" => {
            let rows = parameters(vec![(threshold("2020-01-01", 30), String::new())]);
            pb::BatchWriteProjectParametersRequest { validate_only, ..rows }.encode_to_vec()
        }
        "ListProjectParameters" => pb::ListProjectParametersRequest { parent, read_at: None }.encode_to_vec(),
        _ => return None,
    })
}
