//! The rules of codes beside each other on a line, and over the lines of an estimate.

use super::RuleSet::Vietnam;
use super::{OPEN, Rule, remembered, sourced};
use crate::document::finding::Severity::{Error, Warning};

/// In the order of their ids.
pub const RULES: &[Rule] = &[
    Rule::new(
        Vietnam,
        "CLS-02",
        Error,
        "Các dòng không ủy quyền dùng một chương: chương của cơ quan chủ quản",
        "Lines that are not delegated have one chapter: that of the managing agency",
    )
    .holding(2018, 2025)
    .citing(&[sourced("TT 324/2016/TT-BTC", "", 2018, 2025)]),
    Rule::new(
        Vietnam,
        "CLS-03",
        Warning,
        "Mục 9200-9400 chỉ dùng cho chi đầu tư",
        "Items 9200 to 9400 are for investment only",
    )
    .holding(2004, OPEN)
    .citing(&[remembered("Mục lục ngân sách nhà nước", "", 2004, OPEN)]),
    Rule::new(
        Vietnam,
        "CLS-04",
        Warning,
        "Chi bộ máy của cơ quan ở quản lý nhà nước, không ở KH&CN; đơn vị sự nghiệp ngược lại",
        "An office runs on state management, not on science and technology; a public service unit does not run on state management",
    )
    .holding(2018, OPEN)
    .citing(&[
        sourced("TT 324/2016/TT-BTC", "Loại 100", 2018, 2025),
        remembered("TT 130/2025/TT-BTC", "", 2026, OPEN),
    ]),
    Rule::new(
        Vietnam,
        "CLS-06",
        Error,
        "Mã chương trình từ 5000 là của địa phương, không dùng nguồn trung ương",
        "Programme codes from 5000 are local and not paid from central money",
    )
    .holding(2018, 2025)
    .citing(&[sourced("TT 324/2016/TT-BTC", "", 2018, 2025)]),
];
