//! The methods of `BudgetService`.

use super::{actions, comparison, consolidation, copy, import, included, list, rollup};
use crate::document::authority::Action;
use crate::document::authority::Rule::{Object, Whole};
use crate::grpc::{Route, read, upload, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![
        write("/kehoach.v1.BudgetService/CreateEstimate", Object(Action::DraftDocument), actions::create_estimate),
        read("/kehoach.v1.BudgetService/GetEstimate", Object(Action::ReadDocument), actions::get_estimate),
        read("/kehoach.v1.BudgetService/LookupEstimate", Object(Action::ReadDocument), actions::lookup_estimate),
        read("/kehoach.v1.BudgetService/ListEstimates", Whole(Action::ReadMember), list::list_estimates),
        read("/kehoach.v1.BudgetService/ListIncluded", Object(Action::ReadDocument), included::list_included),
        write("/kehoach.v1.BudgetService/UpdateEstimate", Object(Action::DraftDocument), actions::update_estimate),
        write("/kehoach.v1.BudgetService/DeleteEstimate", Object(Action::DraftDocument), actions::delete_estimate),
        write("/kehoach.v1.BudgetService/BatchWriteLines", Object(Action::DraftDocument), actions::batch_write_lines),
        read("/kehoach.v1.BudgetService/GetLine", Object(Action::ReadDocument), actions::get_line),
        read("/kehoach.v1.BudgetService/ListLines", Object(Action::ReadDocument), actions::list_lines),
        read("/kehoach.v1.BudgetService/SummarizeBudget", Whole(Action::ReadMember), rollup::summarize_budget),
        read(
            "/kehoach.v1.BudgetService/SummarizeConsolidation",
            Object(Action::ReadDocument),
            consolidation::summarize_consolidation,
        ),
        read("/kehoach.v1.BudgetService/CompareEstimates", Object(Action::ReadDocument), comparison::compare_estimates),
        write("/kehoach.v1.BudgetService/CopyEstimate", Object(Action::DraftDocument), copy::copy_estimate),
        upload("/kehoach.v1.BudgetService/ImportLines", Object(Action::DraftDocument), import::import_lines),
    ]
}
