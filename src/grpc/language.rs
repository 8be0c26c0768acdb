//! One sentence for a person, in Vietnamese or English, for each reason.
//!
//! Absent: details. Names, figures and fields are in the other parts of the error, which are the same in every language.

use tonic::metadata::MetadataMap;

use crate::error::Reason;

/// The sentence in the language of `accept-language`; none where the caller does not ask.
pub fn localized(metadata: &MetadataMap, reason: Reason) -> Option<(&'static str, &'static str)> {
    let asked = metadata.get("accept-language")?.to_str().ok()?;
    for choice in asked.split(',') {
        let tag = choice.split(';').next().unwrap_or_default().trim();
        let primary = tag.split('-').next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("vi") {
            return Some(("vi", sentences(reason).0));
        }
        if primary.eq_ignore_ascii_case("en") {
            return Some(("en", sentences(reason).1));
        }
    }
    None
}

fn sentences(reason: Reason) -> (&'static str, &'static str) {
    match reason {
        Reason::FieldInvalid => ("Yêu cầu có trường không hợp lệ.", "The request has invalid fields."),
        Reason::PageTokenInvalid => ("Mã trang không hợp lệ.", "The page token is not valid."),
        Reason::RequestIdReused => {
            ("Mã yêu cầu đã dùng cho nội dung khác.", "The request id was used for other content.")
        }
        Reason::ResourceNotFound => ("Không tìm thấy đối tượng.", "The object was not found."),
        Reason::StaleEtag => ("Đối tượng đã thay đổi, hãy tải lại.", "The object has changed; load it again."),
        Reason::AlreadyExists => ("Mã đã tồn tại.", "The id is taken."),
        Reason::EstimateKeyTaken => {
            ("Dự toán cho đơn vị, năm và loại này đã có.", "There is an estimate for this unit, year and kind.")
        }
        Reason::ExternalCodeTaken => ("Mã ngoài đã thuộc đơn vị khác.", "The external code belongs to another unit."),
        Reason::RevisionNotReached => ("Phiên bản này chưa có.", "This revision has not been reached."),
        Reason::FieldImmutable => ("Trường này không được thay đổi.", "This field never changes."),
        Reason::ReferenceUnknown => {
            ("Đối tượng được tham chiếu không có.", "An object that is referred to does not exist.")
        }
        Reason::UnitClosed => ("Đơn vị đã chấm dứt hoạt động.", "The unit is closed."),
        Reason::UnitCycle => ("Đơn vị không thể trực thuộc chính mình.", "A unit cannot stand below itself."),
        Reason::UnitHasChildren => ("Đơn vị còn đơn vị trực thuộc.", "The unit still has units below it."),
        Reason::ParentClosed => ("Đơn vị cấp trên đã chấm dứt hoạt động.", "The unit above is closed."),
        Reason::SuccessorInvalid => ("Đơn vị kế thừa không hợp lệ.", "A successor is not valid."),
        Reason::SchemeYearsOverlap => {
            ("Năm ngân sách trùng với mục lục khác.", "The fiscal years overlap with another scheme.")
        }
        Reason::SchemeMissing => ("Chưa có mục lục ngân sách cho năm này.", "No scheme holds for this fiscal year."),
        Reason::SchemeInUse => ("Mục lục đang được dự toán sử dụng.", "Estimates use this scheme."),
        Reason::CodeUnknown => ("Mã không có trong mục lục.", "The code is not in the scheme."),
        Reason::CodeNotPostable => ("Mã này không được ghi trực tiếp.", "This code cannot be posted to."),
        Reason::CodeClosed => ("Mã đã hết hiệu lực.", "The code has ended."),
        Reason::CodeCycle => ("Mã không thể thuộc chính nó.", "A code cannot stand below itself."),
        Reason::ConversionShares => {
            ("Tổng tỷ lệ chuyển đổi phải bằng 100%.", "The shares of a conversion must add to 100 %.")
        }
        Reason::ConversionMissing => ("Chưa có bảng chuyển đổi cho mã này.", "There is no conversion of this code."),
        Reason::SchemeYearsInverted => {
            ("Năm cuối phải không trước năm đầu.", "The last fiscal year would be before the first.")
        }
        Reason::NotDraft => ("Dự toán không ở trạng thái soạn thảo.", "The estimate is not a draft."),
        Reason::StageNotWritable => ("Không được ghi số liệu ở bước này.", "This stage cannot be written now."),
        Reason::CostBasisMismatch => {
            ("Số lượng × đơn giá × định mức khác số đề nghị.", "Quantity × price × norm differs from the request.")
        }
        Reason::CounterpartInvalid => ("Đơn vị đối ứng không hợp lệ.", "The counterpart unit is not valid."),
        Reason::AmountOverflow => ("Số tiền quá lớn.", "An amount is too large."),
        Reason::TooManyRows => ("Kết quả có quá nhiều dòng.", "The answer has too many rows."),
        Reason::LinesPerEstimate => ("Dự toán có quá nhiều dòng.", "The estimate has too many lines."),
        Reason::MessageTooLarge => ("Thông điệp quá lớn.", "The message is too large."),
        Reason::TreeTooDeep => ("Cây có quá nhiều cấp.", "The tree is too deep."),
        Reason::QueueFull | Reason::Busy => ("Hệ thống bận, hãy thử lại.", "The service is busy; try again."),
        Reason::OutcomeUnknown => (
            "Chưa rõ kết quả, hãy gửi lại cùng mã yêu cầu.",
            "The outcome is unknown; repeat with the same request id.",
        ),
        Reason::Deadline => ("Quá thời hạn xử lý.", "The deadline passed."),
        Reason::Internal => ("Lỗi hệ thống.", "Internal error."),
        Reason::MethodUnknown => ("Không có phương thức này.", "There is no such method."),
    }
}
