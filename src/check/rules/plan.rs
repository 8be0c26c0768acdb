//! The rules of plans over several years.

use super::{Rule, RuleSet::Form, sourced};
use crate::document::finding::Severity::{Error, Warning};

/// In the order of their ids.
pub const RULES: &[Rule] = &[
    Rule::new(
        Form,
        "PLN-01",
        Error,
        "Tổng bằng cộng theo năm, theo nguồn và theo tính chất",
        "A stated sum is the sum of its parts by year, class and nature",
    ),
    Rule::new(Form, "PLN-02", Error, "Năm của chỉ tiêu thuộc thời kỳ kế hoạch", "Years are those of the plan"),
    Rule::new(
        Form,
        "PLN-07",
        Error,
        "Nhiệm vụ trượt tiến độ chưa khởi công chuyển từ chi cơ sở sang chi mới",
        "What slips before it begins moves from the baseline to new spending",
    )
    .citing(&[sourced("TT 69/2017/TT-BTC", "Điều 6.1a", 2018, 2025)]),
    Rule::new(
        Form,
        "PLN-10",
        Warning,
        "Nhiệm vụ gắn với mục tiêu, hoặc nêu lý do ngoài kế hoạch",
        "A task serves a goal, or says why it stands outside",
    ),
    Rule::new(
        Form,
        "PLN-LABEL",
        Warning,
        "Tên thời kỳ khớp với các năm của kế hoạch",
        "The label reads as the years of the plan",
    ),
    Rule::new(
        Form,
        "PLN-PARTS",
        Warning,
        "Cộng các nhiệm vụ khớp với kinh phí của kế hoạch",
        "The money of the tasks ties with that of the plan",
    ),
    Rule::new(
        Form,
        "PLN-SPAN",
        Warning,
        "Số năm theo lệ của loại kế hoạch",
        "A plan covers as many years as its kind does by custom",
    ),
];
