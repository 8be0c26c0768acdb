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

macro_rules! sentences {
    ($($reason:ident: $vietnamese:literal, $english:literal;)*) => {
        /// The sentence in Vietnamese and in English; a reason without one does not compile.
        fn sentences(reason: Reason) -> (&'static str, &'static str) {
            match reason { $(Reason::$reason => ($vietnamese, $english),)* }
        }
    };
}

sentences! {
    FieldInvalid: "Yêu cầu có trường không hợp lệ.", "The request has invalid fields.";
    PageTokenInvalid: "Mã trang không hợp lệ.", "The page token is not valid.";
    RequestIdReused: "Mã yêu cầu đã dùng cho nội dung khác.", "The request id was used for other content.";
    ImportRowsInvalid: "Tệp có ô không hợp lệ.", "The file has invalid cells.";
    Unauthenticated: "Chưa xác thực.", "The caller is not authenticated.";
    NotAdministrator: "Chỉ quản trị viên hệ thống được làm việc này.", "Only an administrator of the service may do this.";
    RoleMissing: "Người gọi không có vai trò cần thiết.", "The caller does not hold the role that this needs.";
    DelegationMissing: "Không có ủy quyền còn hiệu lực.", "There is no delegation in force.";
    DelegationChained: "Không được ủy quyền lại.", "What was lent is not lent on.";
    GrantNotPending: "Vai trò này không chờ xác nhận.", "The grant does not wait for a confirmation.";
    SecondPerson: "Phải do người thứ hai xác nhận.", "A second person must confirm it.";
    GrantEnded: "Vai trò hoặc ủy quyền đã hết hiệu lực.", "The grant or delegation has ended.";
    OwnGrant: "Không ai được tự cấp quyền cho mình.", "Nobody grants to themself.";
    CredentialTaken: "Danh tính này đã được gán.", "The credential is mapped already.";
    OwnPrincipal: "Không ai được tự đình chỉ mình.", "Nobody suspends themself.";
    LastAdministrator: "Phải còn ít nhất một quản trị viên.", "At least one active administrator must be left.";
    TokenEnded: "Mã truy cập đã hết hiệu lực.", "The token has ended.";
    TokensPerPrincipal: "Có quá nhiều mã truy cập.", "The principal has too many tokens.";
    MappingsPerPrincipal: "Có quá nhiều danh tính được gán.", "The principal has too many mappings.";
    ResourceNotFound: "Không tìm thấy đối tượng.", "The object was not found.";
    StaleEtag: "Đối tượng đã thay đổi, hãy tải lại.", "The object has changed; load it again.";
    AlreadyExists: "Mã đã tồn tại.", "The id is taken.";
    EstimateKeyTaken: "Dự toán cho đơn vị, năm và loại này đã có.", "There is an estimate for this unit, year and kind.";
    ExternalCodeTaken: "Mã ngoài đã thuộc đơn vị khác.", "The external code belongs to another unit.";
    RevisionNotReached: "Phiên bản này chưa có.", "This revision has not been reached.";
    FieldImmutable: "Trường này không được thay đổi.", "This field never changes.";
    ReferenceUnknown: "Đối tượng được tham chiếu không có.", "An object that is referred to does not exist.";
    UnitClosed: "Đơn vị đã chấm dứt hoạt động.", "The unit is closed.";
    UnitCycle: "Đơn vị không thể trực thuộc chính mình.", "A unit cannot stand below itself.";
    UnitHasChildren: "Đơn vị còn đơn vị trực thuộc.", "The unit still has units below it.";
    ParentClosed: "Đơn vị cấp trên đã chấm dứt hoạt động.", "The unit above is closed.";
    SuccessorInvalid: "Đơn vị kế thừa không hợp lệ.", "A successor is not valid.";
    SchemeYearsOverlap: "Năm ngân sách trùng với mục lục khác.", "The fiscal years overlap with another scheme.";
    SchemeMissing: "Chưa có mục lục ngân sách cho năm này.", "No scheme holds for this fiscal year.";
    SchemeInUse: "Mục lục đang được dự toán sử dụng.", "Estimates use this scheme.";
    CodeUnknown: "Mã không có trong mục lục.", "The code is not in the scheme.";
    CodeNotPostable: "Mã này không được ghi trực tiếp.", "This code cannot be posted to.";
    CodeClosed: "Mã đã hết hiệu lực.", "The code has ended.";
    CodeCycle: "Mã không thể thuộc chính nó.", "A code cannot stand below itself.";
    ConversionShares: "Tổng tỷ lệ chuyển đổi phải bằng 100%.", "The shares of a conversion must add to 100 %.";
    ConversionMissing: "Chưa có bảng chuyển đổi cho mã này.", "There is no conversion of this code.";
    SchemeYearsInverted: "Năm cuối phải không trước năm đầu.", "The last fiscal year would be before the first.";
    NotDraft: "Tài liệu không ở trạng thái soạn thảo.", "The document is not a draft.";
    StageNotWritable: "Không được ghi số liệu ở bước này.", "This stage cannot be written now.";
    CostBasisMismatch: "Số lượng × đơn giá × định mức khác số đề nghị.", "Quantity × price × norm differs from the request.";
    CounterpartInvalid: "Đơn vị đối ứng không hợp lệ.", "The counterpart unit is not valid.";
    AmountOverflow: "Số tiền quá lớn.", "An amount is too large.";
    TooManyRows: "Kết quả có quá nhiều dòng.", "The answer has too many rows.";
    LinesPerEstimate: "Dự toán có quá nhiều dòng.", "The estimate has too many lines.";
    MessageTooLarge: "Thông điệp quá lớn.", "The message is too large.";
    TreeTooDeep: "Cây có quá nhiều cấp.", "The tree is too deep.";
    QueueFull: "Hệ thống bận, hãy thử lại.", "The service is busy; try again.";
    Busy: "Hệ thống bận, hãy thử lại.", "The service is busy; try again.";
    ShareExceeded: "Có quá nhiều yêu cầu cùng lúc, hãy thử lại.", "The caller has too many calls in flight; try again.";
    OutcomeUnknown: "Chưa rõ kết quả, hãy gửi lại cùng mã yêu cầu.", "The outcome is unknown; repeat with the same request id.";
    Deadline: "Quá thời hạn xử lý.", "The deadline passed.";
    Internal: "Lỗi hệ thống.", "Internal error.";
    SeparationOfDuties: "Người đã lập, trình, thẩm định thì không phê duyệt.", "Who worked on a document does not approve it.";
    NotSubmitter: "Chỉ người trình được rút lại.", "Only who submitted it may withdraw it.";
    VerbNotOpen: "Trạng thái hiện tại không cho phép thao tác này.", "The state of the document does not allow this.";
    Finding: "Tài liệu chưa đạt kiểm tra.", "A check found what stops this.";
    StageReasonMissing: "Số liệu thay đổi phải có lý do.", "A figure that was changed needs a reason.";
    ActDiffers: "Văn bản này đã được ghi khác.", "This act was stated otherwise before.";
    InclusionInvalid: "Không tổng hợp được dự toán này.", "This estimate cannot be taken in.";
    IncludedInParent: "Dự toán đã được tổng hợp vào dự toán cấp trên.", "The estimate is taken in by that of the unit above.";
    ParentNotApproved: "Dự toán cấp trên chưa được quyết định.", "The estimate of the unit above is not approved yet.";
    LineNotChanged: "Dòng dự toán không có thay đổi nào chờ xác nhận.", "No change of the line waits to be acknowledged.";
    DeadlinePassed: "Đã hết thời hạn của bước này.", "The time for this step is over.";
    AlreadyInForce: "Đã có tài liệu khác đang có hiệu lực.", "Another document of this unit, kind and year is in force.";
    LineNotDeletable: "Không được xóa dòng này.", "This line cannot be deleted.";
    PlanYearOutside: "Năm không thuộc thời kỳ kế hoạch.", "A year is not one of the plan's.";
    FormulaInvalid: "Công thức không tính được.", "A formula cannot be computed.";
    ItemsPerPlan: "Kế hoạch có quá nhiều mục.", "The plan has too many items.";
    ItemInUse: "Mục này đang được mục khác dẫn chiếu.", "Another item refers to this one.";
    NotInForce: "Kế hoạch chưa được phê duyệt.", "No text of the plan is in force.";
    ActualDerived: "Chỉ tiêu này được tính, không nhập.", "The indicator is computed and never typed.";
    ActualUnfit: "Số liệu không phù hợp với chỉ tiêu.", "What is reported is no value of the indicator.";
    ActualStatus: "Số chính thức chỉ được điều chỉnh có lý do.", "An official value is only revised, with a reason.";
    PayReferenceUnknown: "Tham số lương được dẫn chiếu không có.", "A pay parameter that is referred to does not exist.";
    PayComponentOrder: "Các khoản lương dẫn chiếu vòng hoặc quá sâu.", "Components of pay rest on each other in a circle, or too deep.";
    StaffingTwice: "Hai dòng của kế hoạch nhân lực nói cùng một điều.", "Two items of the HR plan say the same.";
    QuotaDecided: "Biên chế của đơn vị đã được giao trong kế hoạch khác.", "Another plan's act has given this quota already.";
    GroupsPerPlan: "Kế hoạch nhân lực có quá nhiều nhóm.", "The HR plan has too many staff groups.";
    ProjectRule: "Trái với một quy tắc về nhiệm vụ khoa học và công nghệ.", "A rule of projects is against it.";
    ProjectDay: "Ngày của bước chuyển không hợp lệ.", "The day of the move is not possible.";
    ProjectIncomplete: "Nhiệm vụ còn thiếu thông tin.", "The project does not state what this needs.";
    ProjectThreshold: "Vượt ngưỡng do tỉnh quy định.", "A threshold of the jurisdiction is against it.";
    ProjectListInvalid: "Danh mục nhiệm vụ không hợp lệ.", "The project cannot stand on this list.";
    ProjectNotListable: "Danh mục có nhiệm vụ chưa thể phê duyệt.", "A project of the list cannot be listed.";
    ProjectFixed: "Nội dung này không còn được thay đổi.", "This does not change any more.";
    ProjectYearOutside: "Năm nằm ngoài thời gian thực hiện.", "A year lies outside the project.";
    EnvelopeKeyTaken: "Đơn vị đã được giao mức này cho cùng khoản chi.", "The unit is told about the same money already.";
    EnvelopeWithdrawn: "Mức giao này đã được thu hồi.", "The envelope was withdrawn.";
    EnvelopeYearMissing: "Mức giao không có số cho năm này.", "The envelope says nothing of this year.";
    RuleCitationMissing: "Quy tắc chưa được kiểm chứng phải có căn cứ.", "The rule needs a document that it rests on.";
    FundingRuleMissing: "Chưa quy định nguồn cho khoản lương này.", "No funding rule says where this pay is booked.";
    PayPlanUnfit: "Kế hoạch nhân lực không khớp với dự toán.", "The HR plan does not belong to this estimate.";
    PayGroups: "Có quá nhiều nhóm nhân sự cho một lần tính.", "There are too many staff groups for one answer.";
    TooManyDocuments: "Đơn vị có quá nhiều văn bản cho một lần tổng kết.", "The unit has too many documents for one review.";
    PayParameterMissing: "Thiếu tham số lương có hiệu lực.", "A pay parameter that is needed is not in force.";
    MethodUnknown: "Không có phương thức này.", "There is no such method.";
}
