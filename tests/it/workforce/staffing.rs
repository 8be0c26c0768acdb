//! The headcount of HR plans: demand, quotas, positions, flows, retirement, through the front door.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Cancel, Close, Endorse, Return, Submit};
use kehoach::pb::staffing_item::Content;
use kehoach::pb::staffing_operation::Operation;

use super::plans::{new_plan, plan_name};
use super::*;
use crate::approval::{act, by};
use crate::harness::{refused, unit_name};

/// `jurisdictions/dt/workforcePlans/{plan}/{item}`, as `demands/d`.
pub fn item_name(plan: &str, item: &str) -> String {
    format!("{}/{item}", plan_name(plan))
}

/// A demand of civil servants.
pub fn demand(year: i32, starts_on: &str) -> Content {
    Content::Demand(pb::HeadcountDemand {
        staff_kind: pb::StaffKind::CivilServant.into(),
        year,
        starts_on: starts_on.to_owned(),
        ..Default::default()
    })
}

/// A position of civil servants.
pub fn position(title: &str) -> Content {
    Content::Position(pb::Position {
        title: title.to_owned(),
        staff_kind: pb::StaffKind::CivilServant.into(),
        position_class: pb::PositionClass::Specialist.into(),
        load: pb::PositionLoad::Multiple.into(),
        ..Default::default()
    })
}

/// How the civil servants move in a year.
pub fn flow(year: i32, opening: i32, closing: i32) -> pb::HeadcountFlow {
    let (recruited, retired) = ((closing - opening).max(0), (opening - closing).max(0));
    let staff_kind = pb::StaffKind::CivilServant.into();
    pb::HeadcountFlow { staff_kind, year, opening, recruited, retired, closing, ..Default::default() }
}

/// Men of a group.
pub fn cohort(group: &str, birth_month: &str, count: i32) -> Content {
    Content::Cohort(pb::Cohort {
        staff_group: group.to_owned(),
        birth_month: birth_month.to_owned(),
        gender: pb::Gender::Male.into(),
        count,
        ..Default::default()
    })
}

/// An item whose figure is requested; none is stated where it is none.
pub fn item(content: Content, requested: Option<i64>) -> pb::StaffingItem {
    let figure = requested.map(|requested| pb::StagedFigure { requested: Some(requested), ..Default::default() });
    pb::StaffingItem { content: Some(content), figure, ..Default::default() }
}

/// Creates an item.
pub fn created(id: &str, item: pb::StaffingItem) -> pb::StaffingOperation {
    let create = pb::CreateStaffingOperation { item_id: id.to_owned(), item: Some(item) };
    pb::StaffingOperation { operation: Some(Operation::Create(create)) }
}

/// Puts an item in the place of one that was read.
pub fn replaced(old: &pb::StaffingItem, new: pb::StaffingItem) -> pb::StaffingOperation {
    let item = Some(pb::StaffingItem { name: old.name.clone(), ..new });
    let replace = pb::ReplaceStaffingOperation { item, etag: old.etag.clone() };
    pb::StaffingOperation { operation: Some(Operation::Replace(replace)) }
}

/// States the figure of the stage of an item that was read.
pub fn judged(old: &pb::StaffingItem, figure: i64, reason: &str) -> pb::StaffingOperation {
    let (name, etag, reason) = (old.name.clone(), old.etag.clone(), reason.to_owned());
    let judge = pb::JudgeStaffingOperation { name, etag, figure: Some(figure), reason };
    pb::StaffingOperation { operation: Some(Operation::Judge(judge)) }
}

/// Deletes an item that was read.
pub fn deleted(old: &pb::StaffingItem) -> pb::StaffingOperation {
    let delete = pb::DeleteStaffingOperation { name: old.name.clone(), etag: old.etag.clone() };
    pb::StaffingOperation { operation: Some(Operation::Delete(delete)) }
}

/// Many operations on items.
pub fn staffing(plan: &str, operations: Vec<pb::StaffingOperation>) -> pb::BatchWriteStaffingRequest {
    pb::BatchWriteStaffingRequest { parent: plan_name(plan), operations, ..Default::default() }
}

/// All quotas of the jurisdiction.
pub fn quotas() -> pb::ListQuotasRequest {
    pb::ListQuotasRequest { parent: jurisdiction_name("dt"), ..Default::default() }
}

impl Harness {
    /// Writes items of a plan as somebody.
    pub async fn writes_staffing(
        &self,
        who: &str,
        plan: &str,
        operations: Vec<pb::StaffingOperation>,
    ) -> Result<pb::BatchWriteStaffingResponse, tonic::Status> {
        let written = self.workforce().batch_write_staffing(by(who, staffing(plan, operations))).await;
        written.map(tonic::Response::into_inner)
    }

    /// The items of a plan.
    pub async fn staffing(&self, plan: &str, read_at: Option<pb::ReadAt>) -> Vec<pb::StaffingItem> {
        let request = pb::ListStaffingRequest { parent: plan_name(plan), read_at, ..Default::default() };
        let found = self.workforce().list_staffing(request).await;
        found.unwrap_or_else(|status| panic!("no items of {plan}: {status:?}")).into_inner().items
    }

    /// Unit, first day, first day after it, count and act of quotas.
    pub async fn quotas(&self, request: pb::ListQuotasRequest) -> Vec<(String, String, String, i64, String)> {
        let found = self.workforce().list_quotas(request).await;
        let found = found.unwrap_or_else(|status| panic!("no quotas: {status:?}")).into_inner().quotas;
        let unit = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
        found.into_iter().map(|one| (unit(&one.unit), one.starts_on, one.ends_on, one.count, one.act_number)).collect()
    }

    /// Rule, message and objects of what a check finds in a plan.
    pub async fn findings(&self, plan: &str) -> Vec<pb::Finding> {
        let request = pb::CheckDocumentRequest { name: plan_name(plan), read_at: None };
        let found = self.approval().check_document(request).await;
        found.unwrap_or_else(|status| panic!("{plan}: {status:?}")).into_inner().findings
    }
}

pub async fn ground(h: &Harness) {
    with_pay(h).await;
    h.unit("dt", "khcn").await;
    h.unit_below("dt", "tdc", "khcn").await;
}

fn of_unit(content: Content, unit: &str) -> Content {
    let Content::Demand(demand) = content else { return content };
    Content::Demand(pb::HeadcountDemand { unit: unit_name("dt", unit), ..demand })
}

fn figure(item: &pb::StaffingItem) -> (Option<i64>, Option<i64>, Option<i64>) {
    let figure = item.figure.clone().unwrap_or_default();
    (figure.requested, figure.appraised, figure.decided)
}

fn row(unit: &str, from: &str, end: &str, count: i64) -> (String, String, String, i64, String) {
    (unit.to_owned(), from.to_owned(), end.to_owned(), count, "45/QĐ-UBND".to_owned())
}

fn in_force() -> Option<pb::ReadAt> {
    Some(pb::ReadAt { in_force: true, ..Default::default() })
}

/// An item of each kind, with its id and its figure.
fn one_of_each() -> [(&'static str, Content, Option<i64>); 7] {
    let training = Content::Training(pb::Training {
        unit: unit_name("dt", "khcn"),
        year: 2026,
        kind: pb::TrainingKind::Degree.into(),
        title: "Thạc sĩ quản lý KH&CN".to_owned(),
        place: pb::TrainingPlace::Abroad.into(),
        host: "KAIST".to_owned(),
        hours: 1_200,
        count: 3,
        commitment_months: 48,
        functional_code: "085".to_owned(),
        financing_class: pb::FinancingClass::Local.into(),
        note: "Theo đề án".to_owned(),
    });
    let attraction = Content::Attraction(pb::Attraction {
        unit: unit_name("dt", "tdc"),
        year: 2025,
        title: "Tiến sĩ công nghệ sinh học".to_owned(),
        policy: "NQ 12/2024/NQ-HĐND".to_owned(),
        count: 2,
        grant_amount: 200_000_000,
        commitment_months: 60,
        refund_bp: 20_000,
        financing_class: pb::FinancingClass::Local.into(),
        note: String::new(),
    });
    let share = |value: &str, count| pb::HeadcountShare {
        dimension: pb::HeadcountDimension::Gender.into(),
        value: value.to_owned(),
        count,
    };
    let moving =
        Content::Flow(pb::HeadcountFlow { breakdown: vec![share("nữ", 4), share("nam", 7)], ..flow(2026, 10, 11) });
    let raise = Content::Raise(pb::StepRaise {
        staff_group: "a".to_owned(),
        last_raised_on: "2023-03-01".to_owned(),
        raised_on: "2026-03-01".to_owned(),
        early_act: "12/QĐ".to_owned(),
        extra_steps: 1,
        last_extra_steps: 0,
    });
    let mut post = position("Chuyên viên quản lý khoa học");
    if let Content::Position(position) = &mut post {
        (position.staff_groups, position.level) = (vec!["a".to_owned()], 3);
        position.rank_min = "01.003".to_owned();
    }
    [
        ("d", demand(2026, "2026-07-15"), Some(12)),
        ("p", post, Some(11)),
        ("t", training, Some(650_000_000)),
        ("x", attraction, Some(400_000_000)),
        ("f", moving, None),
        ("c", cohort("a", "1990-05", 10), None),
        ("r", raise, None),
    ]
}

/// What comes back: what named no unit is about the plan's own.
fn said(mut content: Content) -> Content {
    let own = unit_name("dt", "khcn");
    if let Content::Demand(demand) = &mut content {
        demand.unit.clone_from(&own);
    }
    if let Content::Flow(flow) = &mut content {
        flow.unit.clone_from(&own);
    }
    if let Content::Position(position) = &mut content {
        position.unit = own;
        position.set_approval(pb::PositionApproval::Requested);
    }
    content
}

/// A plan whose demands are decided: 12, then 11 and 13 of `khcn`, 4 and 0 of `tdc`; the quotas that this gives.
async fn decided(h: &Harness) -> [(String, String, String, i64, String); 5] {
    ground(h).await;
    h.workforce_plan("w").await;
    let operations = vec![
        created("d25", item(demand(2025, ""), Some(12))),
        created("d26", item(demand(2026, ""), Some(12))),
        created("d26b", item(demand(2026, "2026-07-15"), Some(13))),
        created("tdc", item(of_unit(demand(2026, ""), "tdc"), Some(5))),
        created("p", item(position("Chuyên viên"), Some(12))),
    ];
    h.writes_staffing("drafter", "w", operations).await.unwrap();
    h.carries_workforce("w", &[Submit, Endorse]).await;
    // The reviewer judges, and adds what is missing.
    let found = h.staffing("w", None).await;
    let figure =
        pb::StagedFigure { appraised: Some(4), appraised_reason: "chi cục mới".to_owned(), ..Default::default() };
    let late = pb::StaffingItem { figure: Some(figure), ..item(of_unit(demand(2025, ""), "tdc"), None) };
    h.writes_staffing("reviewer", "w", vec![judged(&found[1], 11, ""), created("late", late)]).await.unwrap();
    refused(h.moves_workforce(Appraise, "w").await, Code::FailedPrecondition, "STAGE_REASON_MISSING");
    let found = h.staffing("w", None).await;
    h.writes_staffing("reviewer", "w", vec![judged(&found[1], 11, "chưa có nguồn")]).await.unwrap();
    h.carries_workforce("w", &[Appraise]).await;
    let found = h.staffing("w", None).await;
    let stages: Vec<_> = found.iter().map(self::figure).collect();
    let expected = [
        (Some(12), Some(12), None),
        (Some(12), Some(11), None),
        (Some(13), Some(13), None),
        (Some(5), Some(5), None),
        (Some(12), Some(12), None),
        (None, Some(4), None),
    ];
    assert_eq!(stages, expected);
    assert_eq!(h.quotas(quotas()).await, []);
    // The approver decides one; the others take what was appraised.
    let decisions = vec![judged(&found[3], 0, "chờ sắp xếp"), judged(&found[4], 0, "không cần")];
    h.writes_staffing("approver", "w", decisions).await.unwrap();
    h.carries_workforce("w", &[Approve]).await;
    [
        row("khcn", "2025-01-01", "2026-01-01", 12),
        row("khcn", "2026-01-01", "2026-07-15", 11),
        row("khcn", "2026-07-15", "2027-01-01", 13),
        row("tdc", "2025-01-01", "2026-01-01", 4),
        row("tdc", "2026-01-01", "2027-01-01", 0),
    ]
}

engines! {
    async fn items_are_written_listed_replaced_and_deleted(h: Harness) {
        ground(&h).await;
        h.workforce_plan("w").await;
        let contents = one_of_each();
        let operations: Vec<_> = contents.iter().map(|(id, content, figure)| created(id, item(content.clone(), *figure))).collect();
        let request = pb::BatchWriteStaffingRequest { request_id: Some(request_id(1)), ..staffing("w", operations) };
        let made = h.workforce().batch_write_staffing(by("drafter", request.clone())).await.unwrap().into_inner();
        let again = h.workforce().batch_write_staffing(by("drafter", request)).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), made);
        let names = ["demands/d", "positions/p", "trainings/t", "attractions/x", "flows/f", "cohorts/c", "raises/r"].map(|name| item_name("w", name));
        assert_eq!(made.items.iter().map(|item| item.name.clone()).collect::<Vec<_>>(), names);
        assert_eq!(h.get_workforce_plan("w").await.etag, made.workforce_plan_etag);

        // All that was said comes back; what named no unit is about the plan's own.
        let found = h.staffing("w", None).await;
        assert_eq!(found.iter().map(|item| item.name.clone()).collect::<Vec<_>>(), names);
        for (item, (_, content, requested)) in found.iter().zip(contents) {
            assert_eq!((item.content.clone(), figure(item)), (Some(said(content)), (requested, None, None)));
            assert_eq!(item.etag, made.workforce_plan_etag);
        }

        let changed = item(demand(2026, ""), Some(13));
        h.writes_staffing("drafter", "w", vec![replaced(&found[0], changed), deleted(&found[6]), judged(&found[1], 12, "")]).await.unwrap();
        let now = h.staffing("w", None).await;
        assert_eq!((now.len(), figure(&now[0]).0, figure(&now[1]).0), (6, Some(13), Some(12)));
        assert_eq!(h.staffing("w", Some(at(made.revision))).await, found, "its past stays");
        let plan = h.get_workforce_plan("w").await;
        let delete = pb::DeleteWorkforcePlanRequest { name: plan.name, etag: plan.etag, ..Default::default() };
        h.workforce().delete_workforce_plan(by("drafter", delete)).await.unwrap();
        assert_eq!(h.staffing("w", Some(at(made.revision))).await, found);
        h.is_sound();
    }

    async fn a_list_of_items_is_narrowed(h: Harness) {
        ground(&h).await;
        h.workforce_plan("w").await;
        let operations = one_of_each().into_iter().map(|(id, content, figure)| created(id, item(content, figure)));
        h.writes_staffing("drafter", "w", operations.collect()).await.unwrap();
        let listed = async |request: pb::ListStaffingRequest| {
            let page = h.workforce().list_staffing(pb::ListStaffingRequest { parent: plan_name("w"), ..request }).await.unwrap().into_inner();
            page.items.into_iter().map(|item| item.name.rsplit('/').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        let kinds = vec![pb::StaffingKind::Demand.into(), pb::StaffingKind::Flow.into()];
        assert_eq!(listed(pb::ListStaffingRequest { kinds, ..Default::default() }).await, ["d", "f"]);
        assert_eq!(listed(pb::ListStaffingRequest { year: 2025, ..Default::default() }).await, ["x"]);
        assert_eq!(listed(pb::ListStaffingRequest { unit: unit_name("dt", "tdc"), ..Default::default() }).await, ["x"]);
        assert_eq!(listed(pb::ListStaffingRequest { staff_kind: pb::StaffKind::CivilServant.into(), ..Default::default() }).await, ["d", "p", "f"]);
    }

    async fn demand_is_requested_appraised_decided_and_becomes_a_quota(h: Harness) {
        let all = decided(&h).await;
        let found = h.staffing("w", None).await;
        assert_eq!(found.iter().map(|item| figure(item).2).collect::<Vec<_>>(), [Some(12), Some(11), Some(13), Some(0), Some(0), Some(4)]);
        let approval = |item: &pb::StaffingItem| match &item.content {
            Some(Content::Position(position)) => position.approval(),
            _ => pb::PositionApproval::Unspecified,
        };
        assert_eq!(approval(&found[4]), pb::PositionApproval::Refused);
        assert_eq!(h.quotas(quotas()).await, all);
        let first = h.workforce().list_quotas(quotas()).await.unwrap().into_inner().quotas.remove(0);
        assert_eq!((first.demand, first.act_signed_on.as_str(), first.number, first.revision), (item_name("w", "demands/d25"), act("45").unwrap().signed_on.as_str(), 0, h.revision("dt").await));
        let on = |from: &str, to: &str| pb::ListQuotasRequest { from_on: from.to_owned(), to_on: to.to_owned(), unit: unit_name("dt", "khcn"), staff_kind: pb::StaffKind::CivilServant.into(), ..quotas() };
        assert_eq!(h.quotas(pb::ListQuotasRequest { unit: unit_name("dt", "tdc"), ..on("2026-03-01", "2026-03-01") }).await, [row("tdc", "2026-01-01", "2027-01-01", 0)]);
        assert_eq!(h.quotas(pb::ListQuotasRequest { staff_kind: pb::StaffKind::SupportContract.into(), ..quotas() }).await, []);
        assert_eq!(h.quotas(on("2026-07-14", "2026-07-15")).await.len(), 3, "those of tdc too");

        // Pages stand on one another.
        let (mut token, mut paged) = (String::new(), Vec::new());
        loop {
            let page = h.workforce().list_quotas(pb::ListQuotasRequest { page_size: 2, page_token: token, ..quotas() }).await.unwrap().into_inner();
            paged.extend(page.quotas.into_iter().map(|one| one.count));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(paged, [12, 11, 13, 4, 0]);
    }

    async fn an_amendment_gives_new_quotas_once_it_is_approved(h: Harness) {
        let all = decided(&h).await;
        // An amendment begins with what was decided; until it is approved the quota is what it was.
        let before = h.revision("dt").await;
        h.carries_workforce("w", &[Amend]).await;
        let found = h.staffing("w", None).await;
        assert_eq!(figure(&found[1]), (Some(11), None, None));
        assert_eq!(figure(&h.staffing("w", in_force()).await[1]), (Some(12), Some(11), Some(11)));
        refused(h.writes_staffing("drafter", "w", vec![deleted(&found[1])]).await, Code::FailedPrecondition, "LINE_NOT_DELETABLE");
        h.writes_staffing("drafter", "w", vec![judged(&found[2], 14, "")]).await.unwrap();
        assert_eq!(h.quotas(quotas()).await, all);
        h.carries_workforce("w", &[Submit, Endorse, Appraise, Return]).await;
        assert_eq!(figure(&h.staffing("w", None).await[2]), (Some(14), None, None));
        h.carries_workforce("w", &[Submit, Endorse, Appraise, Approve]).await;
        let now = h.quotas(quotas()).await;
        assert_eq!((now.len(), now[2].3), (5, 14));
        let kept = h.workforce().list_quotas(quotas()).await.unwrap().into_inner().quotas;
        assert_eq!(kept.iter().map(|one| one.number).collect::<Vec<_>>(), [0, 0, 1, 0, 0], "what stays rests on its act");
        assert_eq!(h.quotas(pb::ListQuotasRequest { read_at: Some(at(before)), ..quotas() }).await, all);

        // Given up, an amendment leaves figures and quotas as they were.
        let plain = |items: Vec<pb::StaffingItem>| items.into_iter().map(|item| pb::StaffingItem { revision: 0, etag: String::new(), ..item }).collect::<Vec<_>>();
        let before = h.staffing("w", None).await;
        h.carries_workforce("w", &[Amend]).await;
        h.writes_staffing("drafter", "w", vec![created("more", item(of_unit(demand(2025, "2025-06-01"), "tdc"), Some(9)))]).await.unwrap();
        h.carries_workforce("w", &[Cancel]).await;
        assert_eq!(plain(h.staffing("w", None).await), plain(before));
        assert_eq!(h.quotas(quotas()).await, now);
        h.is_sound();
    }

    async fn nobody_is_given_two_quotas_for_one_day(h: Harness) {
        ground(&h).await;
        let plan = async |id: &str, unit: &str| {
            let mut new = new_plan(id);
            new.workforce_plan.as_mut().unwrap().unit = unit_name("dt", unit);
            h.workforce().create_workforce_plan(by("drafter", new)).await.unwrap();
        };
        plan("above", "khcn").await;
        plan("own", "tdc").await;
        h.writes_staffing("drafter", "above", vec![created("d", item(of_unit(demand(2026, ""), "tdc"), Some(5)))]).await.unwrap();
        h.writes_staffing("drafter", "own", vec![created("e", item(demand(2026, "2026-04-01"), Some(6)))]).await.unwrap();
        h.carries_workforce("above", &[Submit, Endorse, Appraise, Approve]).await;
        h.carries_workforce("own", &[Submit, Endorse, Appraise]).await;
        let details = refused(h.moves_workforce(Approve, "own").await, Code::FailedPrecondition, "QUOTA_DECIDED");
        assert_eq!(violations(&details), [("QUOTA_DECIDED".to_owned(), item_name("own", "demands/e"))]);
        // Of a plan that is closed it ends where the new one begins.
        h.carries_workforce("above", &[Close]).await;
        h.carries_workforce("own", &[Approve]).await;
        assert_eq!(h.quotas(quotas()).await, [row("tdc", "2026-01-01", "2026-04-01", 5), row("tdc", "2026-04-01", "2027-01-01", 6)]);
        h.is_sound();
    }

    async fn what_does_not_fit_is_refused_whole_and_all_of_it_is_named(h: Harness) {
        ground(&h).await;
        h.unit("dt", "other").await;
        h.workforce_plan("w").await;
        h.writes_staffing("drafter", "w", vec![created("d", item(demand(2026, ""), Some(12))), created("f", item(Content::Flow(flow(2026, 10, 10)), None))]).await.unwrap();
        let found = h.staffing("w", None).await;
        let refuses = async |who: &'static str, operations, code, reason| {
            h.refuses(async { h.writes_staffing(who, "w", operations).await.map(tonic::Response::new) }, code, reason).await
        };
        let bad = vec![
            created("u", item(of_unit(demand(2025, ""), "other"), Some(1))),
            created("y", item(demand(2027, ""), Some(1))),
            created("s", item(demand(2026, "2025-07-01"), Some(1))),
            created("t", item(demand(2026, "2026-01-01"), Some(1))),
            created("c", item(cohort("none", "1990-01", 1), None)),
        ];
        let details = refuses("drafter", bad, Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
        let at = |place: usize, field: &str| format!("operations[{place}].create.item{field}");
        let expected = [
            ("REFERENCE_UNKNOWN", at(0, ".demand.unit")),
            ("REFERENCE_UNKNOWN", at(4, ".cohort.staff_group")),
            ("PLAN_YEAR_OUTSIDE", at(1, ".demand.year")),
            ("PLAN_YEAR_OUTSIDE", at(2, ".demand.starts_on")),
            ("STAFFING_TWICE", at(3, "")),
        ];
        assert_eq!(violations(&details), expected.map(|(reason, subject)| (reason.to_owned(), subject)));
        let decided = pb::StaffingItem { figure: Some(pb::StagedFigure { decided: Some(1), ..Default::default() }), ..item(demand(2025, ""), None) };
        let details = refuses("drafter", vec![created("n", decided)], Code::FailedPrecondition, "STAGE_NOT_WRITABLE").await;
        assert_eq!(violations(&details), [("STAGE_NOT_WRITABLE".to_owned(), at(0, ".figure.decided"))]);
        let wrong = vec![
            created("a1", item(cohort("a", "1990-01", 1), Some(1))),
            created("a1", item(demand(2026, "2026-02-30"), Some(1))),
            pb::StaffingOperation { operation: None },
            created("e", item(Content::Flow(pb::HeadcountFlow { staff_kind: 0, ..flow(2026, 1, 1) }), None)),
        ];
        let details = refuses("drafter", wrong, Code::InvalidArgument, "FIELD_INVALID").await;
        let named = fields(&details);
        for field in [at(0, ".figure"), at(1, ".demand.starts_on"), "operations[1]".to_owned(), "operations[2].operation".to_owned(), at(3, ".flow.staff_kind")] {
            assert!(named.contains(&field), "{field} is not in {named:?}");
        }
        let stale = pb::StaffingItem { etag: h.get_workforce_plan("w").await.etag, ..found[0].clone() };
        h.writes_staffing("drafter", "w", vec![judged(&found[0], 13, "")]).await.unwrap();
        refuses("drafter", vec![deleted(&stale)], Code::Aborted, "STALE_ETAG").await;
        // In a later stage the drafter's items stay as they are.
        h.carries_workforce("w", &[Submit]).await;
        refuses("drafter", vec![created("n", item(demand(2025, ""), Some(1)))], Code::FailedPrecondition, "NOT_DRAFT").await;
        h.carries_workforce("w", &[Endorse]).await;
        let found = h.staffing("w", None).await;
        refuses("reviewer", vec![replaced(&found[0], item(demand(2026, ""), Some(1)))], Code::FailedPrecondition, "STAGE_NOT_WRITABLE").await;
        refuses("reviewer", vec![created("g", item(Content::Flow(flow(2025, 1, 1)), None))], Code::FailedPrecondition, "STAGE_NOT_WRITABLE").await;
        refuses("reviewer", vec![deleted(&found[1])], Code::FailedPrecondition, "LINE_NOT_DELETABLE").await;
    }

    async fn a_plan_has_so_many_items_and_no_more(h: Harness) {
        ground(&h).await;
        h.workforce_plan("w").await;
        // 20,000 items would take their time.
        h.sql(
            "INSERT INTO staffing_items (jurisdiction, since, until, plan, item, sequence, kind, content)
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 19999)
             SELECT 'dt', 1, 9223372036854775807, 'w', 'i' || i, 1, 'COHORT', '{}' FROM n",
        );
        h.writes_staffing("drafter", "w", vec![created("last", item(demand(2026, ""), Some(1)))]).await.unwrap();
        let more = vec![created("more", item(demand(2025, ""), Some(1)))];
        let details = refused(h.writes_staffing("drafter", "w", more).await, Code::ResourceExhausted, "ITEMS_PER_PLAN");
        assert_eq!(details.error_info().unwrap().metadata["limit"], "20000");
    }
}
