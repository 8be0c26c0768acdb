//! The methods of `BudgetService`.

use super::{actions, comparison, copy, import, rollup};
use crate::grpc::{Route, read, upload, write};

/// One row for each method.
pub fn routes() -> Vec<Route> {
    vec![
        write("/kehoach.v1.BudgetService/CreateEstimate", actions::create_estimate),
        read("/kehoach.v1.BudgetService/GetEstimate", actions::get_estimate),
        read("/kehoach.v1.BudgetService/LookupEstimate", actions::lookup_estimate),
        read("/kehoach.v1.BudgetService/ListEstimates", actions::list_estimates),
        write("/kehoach.v1.BudgetService/UpdateEstimate", actions::update_estimate),
        write("/kehoach.v1.BudgetService/DeleteEstimate", actions::delete_estimate),
        write("/kehoach.v1.BudgetService/BatchWriteLines", actions::batch_write_lines),
        read("/kehoach.v1.BudgetService/GetLine", actions::get_line),
        read("/kehoach.v1.BudgetService/ListLines", actions::list_lines),
        read("/kehoach.v1.BudgetService/SummarizeBudget", rollup::summarize_budget),
        read("/kehoach.v1.BudgetService/CompareEstimates", comparison::compare_estimates),
        write("/kehoach.v1.BudgetService/CopyEstimate", copy::copy_estimate),
        upload("/kehoach.v1.BudgetService/ImportLines", import::import_lines),
    ]
}
