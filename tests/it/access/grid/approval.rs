//! How the verbs, inboxes and calendars of ApprovalService are called.

use kehoach::pb;
use prost::Message;

use super::Objects;
use crate::harness::jurisdiction_name;

/// A request of a method that is in order; what changes something is only tried.
pub fn request(method: &str, o: &Objects) -> Option<Vec<u8>> {
    let (validate_only, parent, reason) = (true, jurisdiction_name("dt"), "Vì".to_owned());
    let (name, etag) = (o.estimate.name.clone(), o.estimate.etag.clone());
    let documents = vec![pb::DocumentVersion { name: name.clone(), etag: etag.clone() }];
    let act = crate::approval::act("1");
    let (kind, fiscal_year) = (pb::DocumentKind::AnnualEstimate.into(), 2026);
    Some(match method {
        "Submit" => pb::SubmitRequest { name, etag, validate_only, ..Default::default() }.encode_to_vec(),
        "Withdraw" => pb::WithdrawRequest { name, etag, validate_only, ..Default::default() }.encode_to_vec(),
        "Endorse" => pb::EndorseRequest { name, etag, validate_only, ..Default::default() }.encode_to_vec(),
        "Return" => pb::ReturnRequest { name, etag, validate_only, reason, ..Default::default() }.encode_to_vec(),
        "Appraise" => pb::AppraiseRequest { name, etag, validate_only, ..Default::default() }.encode_to_vec(),
        "Approve" => pb::ApproveRequest { name, etag, act, validate_only, ..Default::default() }.encode_to_vec(),
        "Amend" => pb::AmendRequest { name, etag, validate_only, reason, ..Default::default() }.encode_to_vec(),
        "Close" => pb::CloseRequest { name, etag, validate_only, ..Default::default() }.encode_to_vec(),
        "Cancel" => pb::CancelRequest { name, etag, validate_only, ..Default::default() }.encode_to_vec(),
        "BatchEndorse" => {
            pb::BatchEndorseRequest { parent, documents, validate_only, ..Default::default() }.encode_to_vec()
        }
        "BatchAppraise" => {
            pb::BatchAppraiseRequest { parent, documents, validate_only, ..Default::default() }.encode_to_vec()
        }
        "BatchApprove" => {
            pb::BatchApproveRequest { parent, documents, act, validate_only, ..Default::default() }.encode_to_vec()
        }
        "Release" => {
            let children = vec!["jurisdictions/dt/estimates/other".to_owned()];
            pb::ReleaseRequest { name, etag, children, validate_only, reason, ..Default::default() }.encode_to_vec()
        }
        "AcknowledgeLines" => pb::AcknowledgeLinesRequest { name, validate_only, ..Default::default() }.encode_to_vec(),
        "ListChangedLines" => pb::ListChangedLinesRequest { name, ..Default::default() }.encode_to_vec(),
        "GetLife" => pb::GetLifeRequest { name, read_at: None }.encode_to_vec(),
        "CheckDocument" => pb::CheckDocumentRequest { name, read_at: None }.encode_to_vec(),
        "ListSteps" => pb::ListStepsRequest { name, ..Default::default() }.encode_to_vec(),
        "ListPending" => pb::ListPendingRequest { parent, ..Default::default() }.encode_to_vec(),
        "ListSubmissions" => {
            let unit = o.unit.name.clone();
            pb::ListSubmissionsRequest { unit, kind, fiscal_year, ..Default::default() }.encode_to_vec()
        }
        "GetCalendar" => pb::GetCalendarRequest { parent, kind, fiscal_year, read_at: None }.encode_to_vec(),
        "SuggestCalendar" => pb::SuggestCalendarRequest { parent, kind, fiscal_year }.encode_to_vec(),
        "SetCalendar" => {
            let calendar = Some(pb::Calendar { parent, kind, fiscal_year, ..Default::default() });
            pb::SetCalendarRequest { calendar, validate_only, ..Default::default() }.encode_to_vec()
        }
        "AdoptHolidays" => pb::AdoptHolidaysRequest { parent, validate_only, ..Default::default() }.encode_to_vec(),
        "SetHolidays" => {
            let holidays = Some(pb::HolidayYear { parent, year: 2050, ..Default::default() });
            pb::SetHolidaysRequest { holidays, validate_only, ..Default::default() }.encode_to_vec()
        }
        "ListHolidays" => {
            pb::ListHolidaysRequest { parent, first_year: 2026, last_year: 2026, read_at: None }.encode_to_vec()
        }
        "GetDeadline" => {
            let after_on = "2026-02-13".to_owned();
            pb::GetDeadlineRequest { parent, after_on, working_days: 5, read_at: None }.encode_to_vec()
        }
        "ListDecisions" => pb::ListDecisionsRequest { parent, document: name, ..Default::default() }.encode_to_vec(),
        _ => return None,
    })
}
