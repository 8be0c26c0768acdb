//! The rules of projects that are told as findings; the others refuse a move (`PROJECT_RULE`).

use super::{Rule, RuleSet::Form};
use crate::document::finding::Severity::Warning;

/// In the order of their ids.
pub const RULES: &[Rule] = &[
    Rule::new(
        Form,
        "PRJ-12",
        Warning,
        "Kinh phí năm của nhiệm vụ khớp với dòng dự toán",
        "The yearly amount of a project is that of the lines that name it",
    ),
    Rule::new(
        Form,
        "PRJ-14",
        Warning,
        "Tổng danh mục không vượt dự toán KH&CN còn lại sau nhiệm vụ chuyển tiếp",
        "A list of projects fits beside what goes on",
    ),
];
