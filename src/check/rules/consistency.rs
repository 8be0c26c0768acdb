//! The rules that only look at documents beside each other; they refuse nothing, because no single document answers for them.

use super::{Rule, RuleSet::Form, sourced};
use crate::document::finding::Severity::{Info, Warning};

/// In the order of their ids.
pub const RULES: &[Rule] = &[
    Rule::new(
        Form,
        "CON-CHILD",
        Info,
        "Số đã tổng hợp khác số hiện có của đơn vị dưới",
        "What was taken in is not what the unit below says now",
    ),
    Rule::new(
        Form,
        "CON-CLASS",
        Warning,
        "Kinh phí của kế hoạch khớp với dự toán theo nguồn vốn",
        "The money of a plan is that of the lines that name its tasks, by class of financing",
    ),
    Rule::new(
        Form,
        "CON-FRAME",
        Warning,
        "Trần, số kiểm tra và dự toán năm không vượt kế hoạch tài chính 05 năm",
        "The ceilings and estimates of a year keep within the five-year financial plan",
    )
    .citing(&[sourced("NĐ 45/2017/NĐ-CP", "Điều 8-10", 2017, 2025)]),
    Rule::new(Form, "CON-MONEY", Warning, "Có kết quả thì có kinh phí", "Results that are reported have money"),
    Rule::new(Form, "CON-OUT", Info, "Dòng dự toán ngoài kế hoạch", "Lines that name no task of a plan"),
    Rule::new(Form, "CON-RESULT", Warning, "Đã chi thì có kết quả", "Money that was given has results"),
];
