//! The rules of HR plans.

use super::{OPEN, Rule, RuleSet::Form, sourced};
use crate::document::finding::Severity::Error;

/// In the order of their ids.
pub const RULES: &[Rule] = &[Rule::new(
    Form,
    "HR-05",
    Error,
    "Hệ số lương thuộc bảng lương có hiệu lực trong tháng",
    "Pay rests on rows that are in force in every month",
)
.citing(&[sourced("Nghị định 204/2004/NĐ-CP", "", 2004, OPEN)])];
