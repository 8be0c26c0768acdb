//! What the words of the API are called in Vietnamese. Absent: names that are data, as those of goals and units.

use crate::pb;

/// How a value stands to its target.
pub fn rating(rating: pb::Rating) -> &'static str {
    match rating {
        pb::Rating::Met => "đạt",
        pb::Rating::AtRisk => "có nguy cơ không đạt",
        pb::Rating::NotMet => "không đạt",
        pb::Rating::NotMeasured | pb::Rating::Unspecified => "chưa đánh giá",
    }
}

/// How far a task has come.
pub fn progress(state: pb::ProgressState) -> &'static str {
    match state {
        pb::ProgressState::NotStarted => "chưa triển khai",
        pb::ProgressState::InProgress => "đang thực hiện",
        pb::ProgressState::DoneOnTime => "hoàn thành đúng hạn",
        pb::ProgressState::DoneLate => "hoàn thành quá hạn",
        pb::ProgressState::Late => "chậm tiến độ",
        pb::ProgressState::Suspended => "tạm dừng",
        pb::ProgressState::Cancelled => "đã dừng",
        pb::ProgressState::Unspecified => "chưa báo cáo",
    }
}

/// A kind of document.
pub fn document(kind: pb::DocumentKind) -> &'static str {
    match kind {
        pb::DocumentKind::AnnualEstimate => "dự toán năm",
        pb::DocumentKind::RedoneEstimate => "dự toán lập lại",
        pb::DocumentKind::SupplementEstimate => "dự toán bổ sung",
        pb::DocumentKind::ReferenceEstimate => "số liệu tham chiếu",
        pb::DocumentKind::DevelopmentPlan => "kế hoạch phát triển",
        pb::DocumentKind::FiveYearFinancialPlan => "kế hoạch tài chính 05 năm",
        pb::DocumentKind::PublicInvestmentPlan => "kế hoạch đầu tư công trung hạn",
        pb::DocumentKind::ThreeYearFinancialPlan => "kế hoạch tài chính 03 năm",
        pb::DocumentKind::AnnualPlan => "kế hoạch năm",
        pb::DocumentKind::ProjectList => "danh mục nhiệm vụ",
        pb::DocumentKind::ActionProgramme => "chương trình hành động",
        pb::DocumentKind::WorkforcePlan => "kế hoạch nhân lực",
        pb::DocumentKind::Unspecified => "văn bản",
    }
}

/// Where a document stands.
pub fn state(state: pb::DocumentState) -> &'static str {
    match state {
        pb::DocumentState::Draft => "đang soạn",
        pb::DocumentState::Submitted => "đã trình",
        pb::DocumentState::Endorsed => "đã gửi lên",
        pb::DocumentState::Appraised => "đã thẩm định",
        pb::DocumentState::Approved => "đã quyết định",
        pb::DocumentState::Closed => "đã khóa sổ",
        pb::DocumentState::Cancelled => "đã hủy",
        pb::DocumentState::Unspecified => "",
    }
}

/// A kind of project.
pub fn project(kind: pb::ProjectKind) -> &'static str {
    match kind {
        pb::ProjectKind::Programme => "Chương trình",
        pb::ProjectKind::ScienceScheme => "Đề án khoa học",
        pb::ProjectKind::Topic => "Đề tài",
        pb::ProjectKind::TrialProduction => "Dự án sản xuất thử nghiệm",
        pb::ProjectKind::ScienceProject => "Dự án KH&CN",
        pb::ProjectKind::Potential => "Đề tài, dự án tiềm năng",
        pb::ProjectKind::Functional => "Nhiệm vụ thường xuyên theo chức năng",
        pb::ProjectKind::Unspecified => "Tổng số",
    }
}

/// Where a project stands.
pub fn project_state(state: pb::ProjectState) -> &'static str {
    match state {
        pb::ProjectState::Proposed => "đề xuất",
        pb::ProjectState::OrderDrafted => "đề xuất đặt hàng",
        pb::ProjectState::Identified => "đã xác định nhiệm vụ",
        pb::ProjectState::Listed => "đã phê duyệt danh mục",
        pb::ProjectState::Called => "thông báo tuyển chọn",
        pb::ProjectState::BiddingClosed => "đã mở hồ sơ",
        pb::ProjectState::Selected => "đã chọn tổ chức chủ trì",
        pb::ProjectState::BudgetAppraised => "đã thẩm định kinh phí",
        pb::ProjectState::Approved => "đã phê duyệt",
        pb::ProjectState::Contracted => "đã ký hợp đồng",
        pb::ProjectState::Funded => "đã bố trí dự toán",
        pb::ProjectState::InProgress => "đang thực hiện",
        pb::ProjectState::GrassrootsAccepted => "đã nghiệm thu cơ sở",
        pb::ProjectState::ResultsSubmitted => "đã nộp hồ sơ nghiệm thu",
        pb::ProjectState::Accepted => "đã nghiệm thu",
        pb::ProjectState::ResultRegistered => "đã đăng ký kết quả",
        pb::ProjectState::Recognised => "đã công nhận kết quả",
        pb::ProjectState::Settled => "đã quyết toán",
        pb::ProjectState::Liquidated => "đã thanh lý hợp đồng",
        pb::ProjectState::Transferred => "đã chuyển giao",
        pb::ProjectState::Failed => "không đạt",
        pb::ProjectState::Dropped => "đưa ra khỏi danh mục",
        pb::ProjectState::Terminated => "chấm dứt",
        pb::ProjectState::Unspecified => "",
    }
}

/// How somebody is employed.
pub fn staff(kind: pb::StaffKind) -> &'static str {
    match kind {
        pb::StaffKind::CivilServant => "Công chức",
        pb::StaffKind::PublicEmployeeBudget => "Viên chức hưởng lương từ ngân sách",
        pb::StaffKind::PublicEmployeeRevenue => "Viên chức hưởng lương từ nguồn thu",
        pb::StaffKind::SupportContract => "Hợp đồng hỗ trợ, phục vụ",
        pb::StaffKind::TaskContract => "Hợp đồng thực hiện nhiệm vụ công chức",
        pb::StaffKind::Unspecified => "",
    }
}

/// The name of a nature in a roll-up; of none it is empty.
pub fn spelled(nature: pb::Nature) -> &'static str {
    let name = nature.as_str_name().trim_start_matches("NATURE_");
    if nature == pb::Nature::Unspecified { "" } else { name }
}

/// The nature of money, as its name in a roll-up.
pub fn nature(name: &str) -> &str {
    match name {
        "RECURRENT" => "thường xuyên",
        "INVESTMENT" => "đầu tư phát triển",
        "INTEREST" => "trả nợ lãi",
        "RESERVE_FUND" => "dự trữ tài chính",
        "CONTINGENCY" => "dự phòng",
        "CARRYOVER" => "chuyển nguồn",
        "TRANSFER_DOWN" => "bổ sung cấp dưới",
        "OTHER" => "khác",
        "" => "mọi tính chất",
        other => other,
    }
}

/// A side of the budget.
pub fn side(side: pb::Side) -> &'static str {
    match side {
        pb::Side::Revenue => "Thu",
        pb::Side::FeeRemitted => "Phí, lệ phí nộp ngân sách",
        pb::Side::FeeRetainedSpending => "Chi từ nguồn phí được để lại",
        pb::Side::Expenditure => "Chi",
        pb::Side::Unspecified => "",
    }
}

/// A class of funding.
pub fn class(class: pb::FinancingClass) -> &'static str {
    match class {
        pb::FinancingClass::Central => "ngân sách trung ương",
        pb::FinancingClass::Local => "ngân sách địa phương",
        pb::FinancingClass::Fund => "quỹ",
        pb::FinancingClass::Enterprise => "doanh nghiệp, đối ứng",
        pb::FinancingClass::Foreign => "nước ngoài",
        pb::FinancingClass::Other => "khác",
        pb::FinancingClass::Unspecified => "mọi nguồn",
    }
}
