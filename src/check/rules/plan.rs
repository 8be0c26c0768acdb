//! The rules of plans over several years.

use super::RuleSet::{Form, Vietnam};
use super::{OPEN, Rule, remembered, sourced};
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
        Vietnam,
        "PLN-04",
        Error,
        "Kế hoạch tài chính 5 năm chỉ điều chỉnh cùng dự toán của năm đó",
        "A five-year financial plan changes together with the estimate of the year",
    )
    .holding(2017, OPEN)
    .citing(&[
        sourced("NĐ 45/2017/NĐ-CP", "Điều 10", 2017, 2025),
        remembered("NĐ 45/2017/NĐ-CP", "Điều 10", 2026, OPEN),
    ]),
    Rule::new(
        Vietnam,
        "PLN-05",
        Error,
        "Dự án đầu tư có trong kế hoạch đầu tư công trung hạn trước khi bố trí vốn năm",
        "What is invested in a project stands in a medium-term plan of public investment first",
    )
    .holding(2016, OPEN)
    .citing(&[remembered("Luật Đầu tư công", "", 2016, 2025), sourced("TT 26/2026/TT-BTC", "Điều 12.2c", 2026, OPEN)]),
    Rule::new(
        Form,
        "PLN-06",
        Error,
        "Lũy kế bố trí cho dự án không vượt tổng mức được phê duyệt",
        "The years of a project in estimates together keep within what was approved",
    )
    .citing(&[remembered("Luật Đầu tư công", "", 0, OPEN)]),
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
        "PLN-08",
        Warning,
        "Có sơ kết giữa kỳ và tổng kết cuối kỳ",
        "The middle and the end of a plan are reviewed",
    ),
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
    Rule::new(
        Form,
        "REP-02",
        Warning,
        "Số lũy kế quý sau không thấp hơn quý trước, trừ khi điều chỉnh",
        "A running sum is no less than in the quarter before, unless it was revised",
    ),
];
