//! The methods of `OrganisationService`.

use super::actions;
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![
        write("/kehoach.v1.OrganisationService/CreateJurisdiction", actions::create_jurisdiction),
        read("/kehoach.v1.OrganisationService/GetJurisdiction", actions::get_jurisdiction),
        read("/kehoach.v1.OrganisationService/ListJurisdictions", actions::list_jurisdictions),
        write("/kehoach.v1.OrganisationService/UpdateJurisdiction", actions::update_jurisdiction),
        write("/kehoach.v1.OrganisationService/CreateUnit", actions::create_unit),
        read("/kehoach.v1.OrganisationService/GetUnit", actions::get_unit),
        read("/kehoach.v1.OrganisationService/ListUnits", actions::list_units),
        write("/kehoach.v1.OrganisationService/UpdateUnit", actions::update_unit),
        write("/kehoach.v1.OrganisationService/MoveUnit", actions::move_unit),
        write("/kehoach.v1.OrganisationService/CloseUnit", actions::close_unit),
    ]
}
