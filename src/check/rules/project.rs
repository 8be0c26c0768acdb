//! The rules of projects that are told as findings; the others refuse a move (`PROJECT_RULE`).

use super::{OPEN, Rule, RuleSet::Form, sourced};
use crate::document::finding::Severity::{Error, Warning};

/// In the order of their ids.
pub const RULES: &[Rule] = &[
    Rule::new(
        Form,
        "PRJ-01",
        Error,
        "Tổng kinh phí bằng cộng các nguồn, bằng cộng các năm, không vượt mức được phê duyệt",
        "The sources and the years of a project each add to its total, within what was approved",
    )
    .citing(&[sourced("TT 342/2016/TT-BTC", "Mẫu 13.3", 2017, OPEN)]),
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
