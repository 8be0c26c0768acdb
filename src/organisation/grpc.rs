//! The methods of `OrganisationService`.

use super::actions;
use crate::document::authority::Action;
use crate::document::authority::Rule::{Object, Whole};
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![
        write(
            "/kehoach.v1.OrganisationService/CreateJurisdiction",
            Whole(Action::ManageJurisdictions),
            actions::create_jurisdiction,
        ),
        read(
            "/kehoach.v1.OrganisationService/GetJurisdiction",
            Whole(Action::ReadDirectory),
            actions::get_jurisdiction,
        ),
        read(
            "/kehoach.v1.OrganisationService/ListJurisdictions",
            Whole(Action::ReadDirectory),
            actions::list_jurisdictions,
        ),
        write(
            "/kehoach.v1.OrganisationService/UpdateJurisdiction",
            Whole(Action::ManageJurisdictions),
            actions::update_jurisdiction,
        ),
        write("/kehoach.v1.OrganisationService/CreateUnit", Object(Action::ManageUnits), actions::create_unit),
        read("/kehoach.v1.OrganisationService/GetUnit", Object(Action::ReadMember), actions::get_unit),
        read("/kehoach.v1.OrganisationService/ListUnits", Whole(Action::ReadMember), actions::list_units),
        write("/kehoach.v1.OrganisationService/UpdateUnit", Object(Action::ManageUnits), actions::update_unit),
        write("/kehoach.v1.OrganisationService/MoveUnit", Object(Action::ManageUnits), actions::move_unit),
        write("/kehoach.v1.OrganisationService/CloseUnit", Object(Action::ManageUnits), actions::close_unit),
    ]
}
