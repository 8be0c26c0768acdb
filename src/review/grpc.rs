//! The methods of `ReviewService`.

use super::actions;
use crate::document::authority::Action;
use crate::document::authority::Rule::Object;
use crate::grpc::{Route, read};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![read("/kehoach.v1.ReviewService/ReviewYear", Object(Action::ReadDocument), actions::review_year)]
}
