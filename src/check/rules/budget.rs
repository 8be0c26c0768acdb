//! The rules of budgets: what ties, what was issued, what the law says of a line.

use super::RuleSet::{Form, Vietnam};
use super::{OPEN, Rule, remembered, sourced};
use crate::document::finding::Severity::{Error, Warning};

/// In the order of their ids.
pub const RULES: &[Rule] = &[
    Rule::new(
        Form,
        "BUD-01",
        Error,
        "Phân bổ và phần giữ lại bằng số được giao, theo từng lĩnh vực",
        "What is given to units and kept is what was decided, for every field",
    )
    .citing(&[
        sourced("Luật 83/2015/QH13", "Điều 50.1a", 2017, 2025),
        sourced("TT 342/2016/TT-BTC", "Điều 13.4", 2017, 2025),
        sourced("Luật 89/2025/QH15", "Điều 52.1a", 2026, OPEN),
    ]),
    Rule::new(
        Form,
        "BUD-04",
        Warning,
        "Không thấp hơn mức cấp trên giao",
        "Not below the floor that was assigned from above",
    )
    .deciding(Error)
    .citing(&[
        sourced("NĐ 95/2014/NĐ-CP", "Điều 5.2c", 2015, 2025),
        sourced("TT 133/2025/TT-BTC", "Điều 3.4", 2026, 2026),
    ]),
    Rule::new(
        Vietnam,
        "BUD-05",
        Warning,
        "Dự toán cấp tỉnh ghi chi KH&CN cả đầu tư và thường xuyên; 0 là số, để trống thì không",
        "The estimate of a province states science and technology for investment and for recurrent spending",
    )
    .deciding(Error)
    .holding(2017, 2025)
    .citing(&[sourced("Luật 83/2015/QH13", "Điều 30.1c", 2017, 2025)]),
    Rule::new(
        Vietnam,
        "BUD-06",
        Error,
        "Ngân sách huyện, xã không có nhiệm vụ chi nghiên cứu khoa học và công nghệ, trừ nhiệm vụ được ủy quyền",
        "Districts and communes spend nothing on science and technology research but what is delegated to them",
    )
    .holding(2017, 2025)
    .citing(&[sourced("Luật 83/2015/QH13", "Điều 39.1c", 2017, 2025)]),
    Rule::new(
        Form,
        "BUD-09",
        Warning,
        "Số kiểm tra giao tiếp và giữ lại bằng số kiểm tra được giao",
        "What is passed on and kept of a control figure is what was received",
    )
    .citing(&[sourced("TT 342/2016/TT-BTC", "Điều 10.2", 2017, 2025)]),
    Rule::new(
        Vietnam,
        "BUD-13",
        Warning,
        "Dự phòng ngân sách cấp tỉnh trong tỷ lệ luật định trên tổng chi của cấp",
        "The contingency of a province is within the limits of the law",
    )
    .deciding(Error)
    .holding(2004, OPEN)
    .citing(&[
        remembered("Luật 01/2002/QH11", "Điều 9", 2004, 2016),
        sourced("Luật 83/2015/QH13", "Điều 10", 2017, 2025),
        sourced("Luật 89/2025/QH15", "Điều 10", 2026, OPEN),
    ]),
    Rule::new(
        Vietnam,
        "BUD-16",
        Error,
        "Chi thường xuyên tách phần giao tự chủ và không giao tự chủ; đơn vị chưa được giao tự chủ chỉ có phần không giao tự chủ",
        "Recurrent spending is with autonomy or without; a public service unit that was assigned none has only the latter",
    )
    .holding(2026, OPEN)
    .citing(&[
        sourced("TT 133/2025/TT-BTC", "Điều 3.11", 2026, 2026),
        sourced("NĐ 75/2026/NĐ-CP", "Điều 11", 2027, OPEN),
    ]),
    Rule::new(
        Vietnam,
        "BUD-20",
        Error,
        "Quỹ tiền thưởng bằng 10 % quỹ tiền lương không kể phụ cấp",
        "The bonus fund is 10 % of pay without allowances",
    )
    .holding(2026, OPEN)
    .citing(&[sourced("NĐ 161/2026/NĐ-CP", "Điều 4.4", 2026, OPEN)]),
    Rule::new(
        Form,
        "BUD-21",
        Warning,
        "Năm thứ nhất của kế hoạch 03 năm khớp với dự toán năm và số kiểm tra",
        "The first year of a three-year plan is that of the annual estimate and the control figure",
    )
    .citing(&[
        sourced("NĐ 45/2017/NĐ-CP", "Điều 4.3", 2018, 2025),
        sourced("TT 69/2017/TT-BTC", "Điều 3", 2018, 2025),
    ]),
    Rule::new(
        Form,
        "BUD-22",
        Warning,
        "Nhu cầu trong trần chi, số kiểm tra; phần vượt phải có thuyết minh",
        "Need within ceiling and control figure; what exceeds them is justified",
    )
    .citing(&[
        sourced("TT 69/2017/TT-BTC", "Điều 16.3", 2018, 2025),
        sourced("TT 69/2017/TT-BTC", "Điều 17", 2018, 2025),
    ]),
    Rule::new(Form, "ENV-01", Error, "Không vượt mức tối đa được giao", "Not above a cap"),
];
