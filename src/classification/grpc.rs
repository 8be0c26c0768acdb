//! The methods of `ClassificationService`.

use super::actions;
use crate::document::authority::Action;
use crate::document::authority::Rule::{Object, Whole};
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![
        read("/kehoach.v1.ClassificationService/ListRegimes", Whole(Action::ReadDirectory), actions::list_regimes),
        write("/kehoach.v1.ClassificationService/AdoptScheme", Whole(Action::ManageSchemes), actions::adopt_scheme),
        write("/kehoach.v1.ClassificationService/CreateScheme", Whole(Action::ManageSchemes), actions::create_scheme),
        read("/kehoach.v1.ClassificationService/GetScheme", Object(Action::ReadMember), actions::get_scheme),
        read("/kehoach.v1.ClassificationService/ListSchemes", Whole(Action::ReadMember), actions::list_schemes),
        write("/kehoach.v1.ClassificationService/UpdateScheme", Object(Action::ManageSchemes), actions::update_scheme),
        write(
            "/kehoach.v1.ClassificationService/BatchWriteCodes",
            Object(Action::ManageSchemes),
            actions::batch_write_codes,
        ),
        read("/kehoach.v1.ClassificationService/GetCode", Object(Action::ReadMember), actions::get_code),
        read("/kehoach.v1.ClassificationService/ListCodes", Object(Action::ReadMember), actions::list_codes),
        write(
            "/kehoach.v1.ClassificationService/BatchWriteConversions",
            Object(Action::ManageSchemes),
            actions::batch_write_conversions,
        ),
        read(
            "/kehoach.v1.ClassificationService/ListConversions",
            Object(Action::ReadMember),
            actions::list_conversions,
        ),
    ]
}
