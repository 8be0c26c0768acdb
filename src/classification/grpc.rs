//! The methods of `ClassificationService`.

use super::actions;
use crate::grpc::{Route, read, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![
        read("/kehoach.v1.ClassificationService/ListRegimes", actions::list_regimes),
        write("/kehoach.v1.ClassificationService/AdoptScheme", actions::adopt_scheme),
        write("/kehoach.v1.ClassificationService/CreateScheme", actions::create_scheme),
        read("/kehoach.v1.ClassificationService/GetScheme", actions::get_scheme),
        read("/kehoach.v1.ClassificationService/ListSchemes", actions::list_schemes),
        write("/kehoach.v1.ClassificationService/UpdateScheme", actions::update_scheme),
        write("/kehoach.v1.ClassificationService/BatchWriteCodes", actions::batch_write_codes),
        read("/kehoach.v1.ClassificationService/GetCode", actions::get_code),
        read("/kehoach.v1.ClassificationService/ListCodes", actions::list_codes),
        write("/kehoach.v1.ClassificationService/BatchWriteConversions", actions::batch_write_conversions),
        read("/kehoach.v1.ClassificationService/ListConversions", actions::list_conversions),
    ]
}
