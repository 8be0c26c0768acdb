//! The rules of form of an estimate.

use super::{Rule, RuleSet::Form};
use crate::document::finding::Severity::{Error, Info, Warning};

/// In the order of their ids.
pub const RULES: &[Rule] = &[
    Rule::new(Form, "FORM-01", Error, "Dự toán có ít nhất một dòng", "An estimate has lines"),
    Rule::new(Form, "FORM-02", Error, "Dự toán có tên", "An estimate has a title"),
    Rule::new(
        Form,
        "FORM-03",
        Error,
        "Mỗi dòng ghi số của bước đang làm; 0 là số, để trống thì không",
        "Every line states the figure of the stage; 0 is a figure, nothing is not",
    ),
    Rule::new(
        Form,
        "FORM-04",
        Error,
        "Mọi mã dùng được cho năm ngân sách",
        "Every code can be used in the fiscal year",
    ),
    Rule::new(Form, "FORM-05", Error, "Tổng bằng cộng các dòng", "The totals are the sums of the lines"),
    Rule::new(Form, "FORM-06", Warning, "Dự toán có thuyết minh", "An estimate has an explanation"),
    Rule::new(
        Form,
        "FORM-07",
        Info,
        "Mã đã đối chiếu với danh mục chính thức",
        "Codes have been compared with the official list",
    ),
];
