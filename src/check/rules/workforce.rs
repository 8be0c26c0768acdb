//! The rules of HR plans and of pay in estimates.

use super::RuleSet::{Form, Vietnam};
use super::{OPEN, Rule, remembered, sourced};
use crate::document::finding::Severity::{Error, Warning};

/// In the order of their ids.
pub const RULES: &[Rule] = &[
    Rule::new(
        Form,
        "HR-01",
        Error,
        "Số người có mặt không vượt biên chế được giao",
        "No more people of a kind than the quota of the day",
    )
    .citing(&[sourced("Thông tư 66/2026/TT-BTC", "", 2026, OPEN)]),
    Rule::new(
        Form,
        "HR-02",
        Error,
        "Cuối kỳ bằng đầu kỳ cộng tăng trừ giảm, và là đầu kỳ sau",
        "The closing follows from the opening and is the next opening",
    ),
    Rule::new(
        Form,
        "HR-03",
        Error,
        "Tổng theo từng cách phân tổ bằng số người",
        "Every breakdown adds to the headcount",
    ),
    Rule::new(
        Form,
        "HR-04",
        Error,
        "Lao động hợp đồng không tính vào biên chế",
        "Contract staff never fill posts of the quota",
    )
    .citing(&[sourced("Nghị định 75/2026/NĐ-CP", "Điều 10.2", 2026, OPEN)]),
    Rule::new(
        Form,
        "HR-05",
        Error,
        "Hệ số lương thuộc bảng lương có hiệu lực trong tháng",
        "Pay rests on rows that are in force in every month",
    )
    .citing(&[sourced("Nghị định 204/2004/NĐ-CP", "", 2004, OPEN)]),
    Rule::new(Form, "HR-06", Warning, "Nâng bậc đủ thời gian giữ bậc", "A step is not reached before its time")
        .citing(&[remembered("Thông tư 08/2013/TT-BNV", "", 2013, OPEN)]),
    Rule::new(
        Form,
        "HR-07",
        Error,
        "Công chức không đóng bảo hiểm thất nghiệp",
        "Nothing is paid for civil servants against unemployment",
    )
    .citing(&[remembered("Luật Việc làm 38/2013/QH13", "Điều 43", 2015, OPEN)]),
    Rule::new(
        Form,
        "HR-09",
        Error,
        "Thời điểm nghỉ hưu theo bảng tuổi; kéo dài trong giới hạn",
        "Retirement follows the table of ages, and is put off within its limits",
    )
    .citing(&[sourced("Nghị định 40/2014/NĐ-CP", "Điều 9", 2014, OPEN)]),
    Rule::new(
        Form,
        "HR-11",
        Warning,
        "Vị trí chuyên môn từ 65 % trở lên",
        "Professional posts of a public unit are 65 % at least",
    )
    .citing(&[sourced("Nghị định 106/2020/NĐ-CP", "Điều 3.5", 2020, 2026)]),
    Rule::new(
        Form,
        "HR-12",
        Warning,
        "Tỷ lệ hạng chức danh nghề nghiệp trong giới hạn",
        "Shares of professional classes are within their limits",
    )
    .citing(&[sourced("Nghị định 232/2026/NĐ-CP", "Điều 10", 2026, OPEN)]),
    Rule::new(
        Vietnam,
        "HR-13",
        Error,
        "Kinh phí tăng thêm biên chế ở chi mới của kế hoạch 03 năm",
        "What new posts cost is new money of the three-year plan",
    )
    .holding(2018, OPEN)
    .citing(&[
        sourced("TT 69/2017/TT-BTC", "Điều 5.2a", 2018, 2025),
        sourced("TT 69/2017/TT-BTC", "Điều 6.2c", 2018, 2025),
        remembered("TT 69/2017/TT-BTC", "", 2026, OPEN),
    ]),
    Rule::new(
        Form,
        "HR-14",
        Warning,
        "Kinh phí đào tạo ở khoản 085 hoặc nguồn KH&CN",
        "Training is paid from 085 or from science and technology",
    )
    .citing(&[sourced("Thông tư 324/2016/TT-BTC", "Loại 070, 100", 2018, 2025)]),
    Rule::new(
        Form,
        "HR-15",
        Error,
        "Nâng vượt không quá hai bậc, không hai lần liên tiếp",
        "Two extra steps at most, and not in two raises that follow each other",
    )
    .citing(&[sourced("Nghị định 40/2014/NĐ-CP", "Điều 7.2", 2014, OPEN)]),
    Rule::new(
        Form,
        "PAY-01",
        Warning,
        "Dòng lương trong dự toán khớp với kế hoạch nhân lực",
        "Generated pay lines are what their HR plan costs",
    ),
    Rule::new(
        Form,
        "PAY-02",
        Warning,
        "Dự toán có dòng lương của kế hoạch nhân lực",
        "An estimate has the pay of the HR plan of its unit",
    ),
];
