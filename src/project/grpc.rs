//! The methods of `ProjectService`.

use super::{actions, batch, changes, parameters, review};
use crate::document::authority::Action;
use crate::document::authority::Rule::{Object, Whole};
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![
        write("/kehoach.v1.ProjectService/CreateProject", Object(Action::DraftDocument), actions::create_project),
        read("/kehoach.v1.ProjectService/GetProject", Object(Action::ReadDocument), actions::get_project),
        read("/kehoach.v1.ProjectService/ListProjects", Whole(Action::ReadMember), actions::list_projects),
        write("/kehoach.v1.ProjectService/UpdateProject", Object(Action::DraftDocument), actions::update_project),
        write("/kehoach.v1.ProjectService/DeleteProject", Object(Action::DraftDocument), actions::delete_project),
        write("/kehoach.v1.ProjectService/MoveProject", Object(Action::DraftDocument), actions::move_project),
        write(
            "/kehoach.v1.ProjectService/BatchWriteProjects",
            Object(Action::DraftDocument),
            batch::batch_write_projects,
        ),
        read("/kehoach.v1.ProjectService/ListProjectChanges", Whole(Action::ReadMember), changes::list_project_changes),
        read("/kehoach.v1.ProjectService/CompareProject", Object(Action::ReadDocument), changes::compare_project),
        read("/kehoach.v1.ProjectService/ReviewProject", Object(Action::ReadDocument), review::review_project),
        read("/kehoach.v1.ProjectService/SummarizeProjects", Whole(Action::ReadMember), review::summarize_projects),
        write(
            "/kehoach.v1.ProjectService/AdoptProjectParameters",
            Whole(Action::ManageSchemes),
            parameters::adopt_project_parameters,
        ),
        write(
            "/kehoach.v1.ProjectService/BatchWriteProjectParameters",
            Whole(Action::ManageSchemes),
            parameters::batch_write_project_parameters,
        ),
        read(
            "/kehoach.v1.ProjectService/ListProjectParameters",
            Whole(Action::ReadMember),
            parameters::list_project_parameters,
        ),
    ]
}
