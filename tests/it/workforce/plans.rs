//! HR plans and their staff groups: created, written in batches, projected, moved through the common life.

use kehoach::document::state::Verb;
use kehoach::document::state::Verb::{Amend, Appraise, Approve, Cancel, Endorse, Submit};
use kehoach::pb::staff_group_operation::Operation;
use tonic::Status;

use super::*;
use crate::approval::{Doing, act, by, person};
use crate::harness::{department, refused, unit_name};

/// `jurisdictions/dt/workforcePlans/{plan}`
pub fn plan_name(plan: &str) -> String {
    format!("jurisdictions/dt/workforcePlans/{plan}")
}

/// `jurisdictions/dt/workforcePlans/{plan}/staffGroups/{group}`
pub fn group_name(plan: &str, group: &str) -> String {
    format!("{}/staffGroups/{group}", plan_name(plan))
}

/// A plan of `khcn` for 2025 and 2026.
pub fn new_plan(id: &str) -> pb::CreateWorkforcePlanRequest {
    pb::CreateWorkforcePlanRequest {
        parent: jurisdiction_name("dt"),
        workforce_plan_id: id.to_owned(),
        workforce_plan: Some(pb::WorkforcePlan {
            unit: unit_name("dt", "khcn"),
            first_year: 2025,
            last_year: 2026,
            title: "Kế hoạch nhân lực KH&CN".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Creates a group.
pub fn created(id: &str, group: pb::StaffGroup) -> pb::StaffGroupOperation {
    let create = pb::CreateStaffGroupOperation { staff_group_id: id.to_owned(), staff_group: Some(group) };
    pb::StaffGroupOperation { operation: Some(Operation::Create(create)) }
}

/// Puts a group in the place of one that was read.
pub fn replaced(old: &pb::StaffGroup, new: pb::StaffGroup) -> pb::StaffGroupOperation {
    let staff_group = Some(pb::StaffGroup { name: old.name.clone(), ..new });
    let replace = pb::ReplaceStaffGroupOperation { staff_group, etag: old.etag.clone() };
    pb::StaffGroupOperation { operation: Some(Operation::Replace(replace)) }
}

/// Deletes a group that was read.
pub fn deleted(old: &pb::StaffGroup) -> pb::StaffGroupOperation {
    let delete = pb::DeleteStaffGroupOperation { name: old.name.clone(), etag: old.etag.clone() };
    pb::StaffGroupOperation { operation: Some(Operation::Delete(delete)) }
}

/// Many operations on groups.
pub fn groups(plan: &str, operations: Vec<pb::StaffGroupOperation>) -> pb::BatchWriteStaffGroupsRequest {
    pb::BatchWriteStaffGroupsRequest { parent: plan_name(plan), operations, ..Default::default() }
}

/// Ten civil servants `a`, and a vacant post `v`.
pub fn usual_groups() -> Vec<pb::StaffGroupOperation> {
    let vacant = pb::StaffGroup { grade: Some(Grade::Vacant(true)), step: 0, ..servants(1, "", 0) };
    vec![created("a", servants(10, "01.003", 3)), created("v", vacant)]
}

impl Harness {
    /// An HR plan of `khcn` with the usual groups, drafted by `drafter`.
    pub async fn workforce_plan(&self, id: &str) -> pb::WorkforcePlan {
        let made = self.workforce().create_workforce_plan(by("drafter", new_plan(id))).await;
        made.unwrap_or_else(|status| panic!("no plan {id}: {status:?}"));
        let written = self.workforce().batch_write_staff_groups(by("drafter", groups(id, usual_groups()))).await;
        written.unwrap_or_else(|status| panic!("no groups of {id}: {status:?}")).into_inner().workforce_plan.unwrap()
    }

    /// The groups of a plan.
    pub async fn staff_groups(&self, id: &str, read_at: Option<pb::ReadAt>) -> Vec<pb::StaffGroup> {
        let request = pb::ListStaffGroupsRequest { parent: plan_name(id), read_at, ..Default::default() };
        let found = self.workforce().list_staff_groups(request).await;
        found.unwrap_or_else(|status| panic!("no groups of {id}: {status:?}")).into_inner().staff_groups
    }

    /// An HR plan as it stands.
    pub async fn get_workforce_plan(&self, id: &str) -> pb::WorkforcePlan {
        let request = pb::GetWorkforcePlanRequest { name: plan_name(id), read_at: None };
        self.workforce()
            .get_workforce_plan(request)
            .await
            .unwrap_or_else(|status| panic!("{id}: {status:?}"))
            .into_inner()
    }

    /// A verb by whoever does it, on an HR plan as it stands.
    pub async fn moves_workforce(&self, verb: Verb, id: &str) -> Result<pb::Life, Status> {
        self.moves_workforce_as(person(verb), verb, id).await
    }

    /// A verb by somebody, on an HR plan as it stands.
    pub async fn moves_workforce_as(&self, person: &str, verb: Verb, id: &str) -> Result<pb::Life, Status> {
        let doing = Doing {
            verb,
            person: person.to_owned(),
            name: plan_name(id),
            etag: self.get_workforce_plan(id).await.etag,
            to_draft: true,
            act: act("45"),
            request_id: None,
            validate_only: false,
        };
        doing.send(self.channel()).await
    }

    /// Verbs one after the other, which all must be done.
    pub async fn carries_workforce(&self, id: &str, verbs: &[Verb]) {
        for verb in verbs {
            self.moves_workforce(*verb, id).await.unwrap_or_else(|status| panic!("{verb:?} of {id}: {status:?}"));
        }
    }
}

async fn ground(h: &Harness) {
    with_pay(h).await;
    h.unit("dt", "khcn").await;
}

fn in_force() -> Option<pb::ReadAt> {
    Some(pb::ReadAt { in_force: true, ..Default::default() })
}

async fn projected(h: &Harness, id: &str, read_at: Option<pb::ReadAt>) -> Vec<pb::PayrollYear> {
    let request = pb::ProjectPayrollRequest { name: plan_name(id), read_at };
    let found = h.workforce().project_payroll(request).await;
    found.unwrap_or_else(|status| panic!("no payroll of {id}: {status:?}")).into_inner().years
}

engines! {
    async fn a_plan_is_written_read_listed_and_deleted(h: Harness) {
        ground(&h).await;
        let made = h.workforce_plan("w").await;
        assert_eq!((made.sequence, made.staff_group_count, made.state()), (1, 2, pb::DocumentState::Draft));
        assert_eq!(h.get_workforce_plan("w").await, made);
        h.workforce().create_workforce_plan(by("drafter", new_plan("x"))).await.unwrap();
        assert_eq!(h.get_workforce_plan("x").await.sequence, 2);
        let found = h.staff_groups("w", None).await;
        assert_eq!(found.iter().map(|group| group.name.clone()).collect::<Vec<_>>(), ["a", "v"].map(|id| group_name("w", id)));
        assert_eq!((found[0].count, found[0].step, found[0].grade.clone(), found[0].full_time_bp), (10, 3, Some(Grade::Rank("01.003".to_owned())), Some(10_000)));

        let given = pb::GivenPay { component: "seniority".to_owned(), what: Some(pb::given_pay::What::SinceOn("2016-07-01".to_owned())) };
        let changed = pb::StaffGroup {
            given: vec![given],
            preserved_coefficient: "0.17".to_owned(),
            next_step_on: "2026-03-01".to_owned(),
            ..servants(4, "01.003", 2)
        };
        let request = pb::BatchWriteStaffGroupsRequest {
            request_id: Some(request_id(1)),
            ..groups("w", vec![replaced(&found[0], changed.clone()), deleted(&found[1]), created("", servants(1, "01.002", 1))])
        };
        let written = h.workforce().batch_write_staff_groups(by("drafter", request.clone())).await.unwrap().into_inner();
        assert_eq!(written.workforce_plan.as_ref().unwrap().staff_group_count, 2);
        assert_eq!(written.staff_groups.iter().map(|one| one.etag.is_empty()).collect::<Vec<_>>(), [false, true, false]);
        let again = h.workforce().batch_write_staff_groups(by("drafter", request)).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), written);
        let now = h.staff_groups("w", None).await;
        assert_eq!(pb::StaffGroup { name: String::new(), revision: 0, etag: String::new(), full_time_bp: None, ..now[0].clone() }, changed);
        assert_eq!((now[0].etag.as_str(), now[1].name.as_str()), (written.staff_groups[0].etag.as_str(), written.staff_groups[2].name.as_str()));
        assert_eq!(h.staff_groups("w", Some(at(made.revision))).await, found, "its past stays");

        let plan = h.get_workforce_plan("w").await;
        let new = pb::WorkforcePlan { name: plan.name.clone(), title: "Khác".to_owned(), ..Default::default() };
        let update = pb::UpdateWorkforcePlanRequest { workforce_plan: Some(new), etag: plan.etag.clone(), ..Default::default() };
        let updated = h.workforce().update_workforce_plan(by("drafter", update)).await.unwrap().into_inner();
        assert_eq!((updated.title.as_str(), updated.staff_group_count), ("Khác", 2));
        let list = pb::ListWorkforcePlansRequest { parent: jurisdiction_name("dt"), unit: unit_name("dt", "khcn"), year: 2026, page_size: 1, ..Default::default() };
        let page = h.workforce().list_workforce_plans(list.clone()).await.unwrap().into_inner();
        assert_eq!(page.workforce_plans, std::slice::from_ref(&updated));
        let next = pb::ListWorkforcePlansRequest { page_token: page.next_page_token, ..list.clone() };
        let next = h.workforce().list_workforce_plans(next).await.unwrap().into_inner();
        assert_eq!((next.workforce_plans.len(), next.next_page_token.as_str()), (1, ""));
        assert_eq!(h.workforce().list_workforce_plans(pb::ListWorkforcePlansRequest { year: 2027, ..list }).await.unwrap().into_inner().workforce_plans, []);
        let delete = pb::DeleteWorkforcePlanRequest { name: updated.name, etag: updated.etag, ..Default::default() };
        h.workforce().delete_workforce_plan(by("drafter", delete)).await.unwrap();
        let gone = pb::GetWorkforcePlanRequest { name: plan_name("w"), read_at: None };
        refused(h.workforce().get_workforce_plan(gone).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        assert_eq!(h.staff_groups("w", Some(at(made.revision))).await, found);
        h.is_sound();
    }

    async fn a_payroll_is_the_sum_of_what_each_group_costs(h: Harness) {
        ground(&h).await;
        h.workforce_plan("w").await;
        let years = projected(&h, "w", None).await;
        assert_eq!(years.iter().map(|year| year.fiscal_year).collect::<Vec<_>>(), [2025, 2026]);
        for (place, year) in [(0, 2025), (1, 2026)] {
            let mut expected = (0, 0);
            for group in h.staff_groups("w", None).await {
                let one = explained(&h, year, group).await;
                expected = (expected.0 + one.pay_amount, expected.1 + one.bonus_amount);
            }
            assert_eq!((years[place].pay_amount, years[place].bonus_amount), expected);
            let rows = |bonus: bool| years[place].rows.iter().filter(|row| (row.category() == pb::PayCategory::Bonus) == bonus).map(|row| row.amount).sum::<i64>();
            assert_eq!((rows(false), rows(true)), expected);
        }
        let grade = years[1].rows.iter().find(|row| row.component == "grade").unwrap();
        // Ten at 3.00 and one at 2.34, half a year at each base.
        assert_eq!((grade.economic_code.as_str(), grade.amount), ("6001", 6 * (2_340_000 + 2_530_000) * 3_234 / 100));
        // A base salary that is corrected changes what is planned, and what was planned then stays readable.
        let before = h.revision("dt").await;
        let base = get(&h, "base-salary.base.2026-07-01").await;
        let raised = pb::PayParameter { value: Some(Value::BaseSalaryAmount(2_600_000)), ..base.clone() };
        h.workforce().batch_write_pay_parameters(batch(vec![written(raised, &base.etag)])).await.unwrap();
        let raised = projected(&h, "w", None).await;
        assert_eq!((raised[0].pay_amount, raised[1].pay_amount > years[1].pay_amount), (years[0].pay_amount, true));
        assert_eq!(projected(&h, "w", Some(at(before))).await, years);
    }

    async fn a_plan_lives_as_every_document_does(h: Harness) {
        ground(&h).await;
        h.workforce_plan("w").await;
        // A group without pay stops the submission and is named.
        let bad = created("bad", servants(1, "01.003", 12));
        h.workforce().batch_write_staff_groups(by("drafter", groups("w", vec![bad]))).await.unwrap();
        let details = refused(h.moves_workforce(Submit, "w").await, Code::FailedPrecondition, "FINDING");
        assert_eq!(violations(&details), [("HR-05".to_owned(), group_name("w", "bad"))]);
        let found = h.staff_groups("w", None).await;
        h.workforce().batch_write_staff_groups(by("drafter", groups("w", vec![deleted(&found[2])]))).await.unwrap();
        h.carries_workforce("w", &[Submit, Endorse]).await;
        let write = groups("w", vec![created("n", servants(2, "01.003", 1))]);
        refused(h.workforce().batch_write_staff_groups(by("drafter", write.clone())).await, Code::FailedPrecondition, "NOT_DRAFT");
        h.carries_workforce("w", &[Appraise, Approve]).await;
        let approved = h.get_workforce_plan("w").await;
        assert_eq!((approved.state(), approved.in_force_revision), (pb::DocumentState::Approved, approved.revision));
        let payroll = projected(&h, "w", None).await;

        // Another plan for one of these years cannot come into force beside it.
        h.workforce_plan("other").await;
        h.carries_workforce("other", &[Submit, Endorse, Appraise]).await;
        refused(h.moves_workforce(Approve, "other").await, Code::FailedPrecondition, "ALREADY_IN_FORCE");

        // While an amendment is drafted the text in force is still what was approved; given up, it leaves no trace.
        h.carries_workforce("w", &[Amend]).await;
        let before = h.staff_groups("w", None).await;
        h.workforce().batch_write_staff_groups(by("drafter", write)).await.unwrap();
        h.workforce().batch_write_staff_groups(by("drafter", groups("w", vec![deleted(&before[1])]))).await.unwrap();
        assert_eq!(h.staff_groups("w", in_force()).await.len(), 2);
        assert_eq!(projected(&h, "w", in_force()).await, payroll);
        assert_ne!(projected(&h, "w", None).await, payroll);
        let list = pb::ListWorkforcePlansRequest { parent: jurisdiction_name("dt"), read_at: in_force(), ..Default::default() };
        let listed = h.workforce().list_workforce_plans(list).await.unwrap().into_inner().workforce_plans;
        let shown: Vec<(&str, i32, i32, &str)> = listed.iter().map(|plan| (plan.name.as_str(), plan.number, plan.staff_group_count, plan.etag.as_str())).collect();
        assert_eq!(shown, [(plan_name("w").as_str(), 1, 2, "")]);
        h.carries_workforce("w", &[Cancel]).await;
        let plain = |groups: Vec<pb::StaffGroup>| groups.into_iter().map(|group| pb::StaffGroup { revision: 0, etag: String::new(), ..group }).collect::<Vec<_>>();
        assert_eq!(plain(h.staff_groups("w", None).await), plain(before));
        assert_eq!(projected(&h, "w", None).await, payroll);
        h.is_sound();
    }
}

/// Who appraises an HR plan: HOME_AFFAIRS.
mod reviewers {
    use super::*;
    use crate::access::ground::Ground;
    use crate::harness::{Locked, locked};

    locked! {
        async fn home_affairs_sees_and_judges_hr_plans_and_finance_does_not(s: Locked) {
            let g = Ground::new(s).await;
            let function = pb::UnitFunction { function: pb::Function::HomeAffairs.into(), starts_on: "2020-01-01".to_owned(), ends_on: String::new() };
            let home = pb::Unit { parent_unit: unit_name("dt", "tinh"), functions: vec![function], ..department("snv") };
            g.h.organisation_as(&g.an).create_unit(pb::CreateUnitRequest { unit: Some(home), ..crate::harness::new_unit("dt", "snv") }).await.unwrap();
            let drafter = g.holder("drafter", pb::Role::Drafter, "khcn").await;
            let home = g.holder("home", pb::Role::Reviewer, "snv").await;
            let finance = g.holder("finance", pb::Role::Reviewer, "stc").await;
            g.h.workforce_as(&drafter).create_workforce_plan(new_plan("w")).await.unwrap();
            for (who, sees) in [(&home, true), (&finance, false)] {
                let list = pb::ListWorkforcePlansRequest { parent: jurisdiction_name("dt"), ..Default::default() };
                let listed = g.h.workforce_as(who).list_workforce_plans(list).await.unwrap().into_inner().workforce_plans;
                assert_eq!(!listed.is_empty(), sees);
                let get = pb::GetWorkforcePlanRequest { name: plan_name("w"), read_at: None };
                let got = g.h.workforce_as(who).get_workforce_plan(get).await;
                assert_eq!(got.is_ok(), sees, "{got:?}");
            }
        }
    }
}
