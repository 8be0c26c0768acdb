//! Rules of one document that look at others beside it, and what a tried write would change of what is found.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Endorse, Submit};
use kehoach::pb;
use kehoach::pb::plan_item::Content;
use pb::Severity::{Error, Warning};
use tonic::Code;

use super::enable;
use crate::approval::by;
use crate::budget::{batch, create, created, estimate_name, line, updated};
use crate::harness::{Harness, department, engines, refused, unit_name};
use crate::plan::{actual, described, new_item, new_plan, plan_name, reported};
use crate::workforce::plans::{created as new_group, groups, new_plan as new_staff_plan, plan_name as staff_name};
use crate::workforce::{adopt, servants};

impl Harness {
    /// What a rule finds in a plan.
    async fn finds(&self, plan: &str, rule: &str) -> Vec<pb::Finding> {
        let request = pb::CheckDocumentRequest { name: plan_name(plan), read_at: None };
        let found = self.approval().check_document(by("reader", request)).await.unwrap().into_inner().findings;
        found.into_iter().filter(|finding| finding.rule == rule).collect()
    }

    async fn field_codes(&self) {
        let fields = [("101", pb::SpendField::ScienceTech), ("341", pb::SpendField::Admin)];
        for (code, field) in fields {
            let name = format!("jurisdictions/dt/schemes/own/codes/functional.{code}");
            let read = self.classification().get_code(pb::GetCodeRequest { name: name.clone(), read_at: None }).await;
            let etag = read.unwrap_or_else(|status| panic!("no code {code}: {status:?}")).into_inner().etag;
            let update = pb::UpdateCodeOperation {
                code: Some(pb::Code { name, field: field.into(), ..Default::default() }),
                etag,
                ..Default::default()
            };
            let operation = Some(pb::code_operation::Operation::Update(update));
            let parent = "jurisdictions/dt/schemes/own".to_owned();
            let operations = vec![pb::CodeOperation { operation }];
            let codes = pb::BatchWriteCodesRequest { parent, operations, ..Default::default() };
            self.classification().batch_write_codes(codes).await.unwrap();
        }
    }
}

fn of_nature(nature: pb::Nature, requested: i64) -> pb::Line {
    pb::Line { nature: nature.into(), ..line("341", requested) }
}

engines! {
    async fn the_estimate_of_a_province_has_its_contingency_and_states_science_twice(h: Harness) {
        h.budget_ground().await;
        h.field_codes().await;
        let province = pb::Unit { kind: pb::UnitKind::Province.into(), ..department("tinh") };
        h.new_unit("dt", "tinh", province).await;
        h.unit_below("dt", "so", "tinh").await;
        let of = |id: &str, unit: &str, lines| {
            let mut request = create(id, 2024, lines);
            request.estimate.as_mut().unwrap().unit = unit_name("dt", unit);
            by("drafter", request)
        };
        h.budget().create_estimate(of("p", "tinh", vec![of_nature(pb::Nature::Contingency, 19), of_nature(pb::Nature::Recurrent, 581)])).await.unwrap();
        h.budget().create_estimate(of("s", "so", vec![line("101", 400)])).await.unwrap();
        assert_eq!(h.breaks("p", "BUD-13").await, [], "the law is not enabled");
        h.rules().enable_rule_set(by("admin", enable(2018, 0, ""))).await.unwrap();
        // What the department has not sent up counts for nothing yet: 19 of 600 are within 2 to 4 %.
        assert_eq!(h.breaks("p", "BUD-13").await, []);
        h.walk("s", &[Submit, Endorse]).await;
        let found = h.breaks("p", "BUD-13").await.remove(0);
        assert_eq!((found.severity(), found.expected.as_str(), found.actual.as_str(), found.difference), (Warning, "20", "19", Some(-1)));
        assert_eq!(found.message, "contingency of 19 is 1.90 % of the level's spending of 1000, and 2 to 4 % are allowed");
        assert_eq!(found.citations, ["Luật 83/2015/QH13, Điều 10"]);
        let unstated = h.breaks("p", "BUD-05").await.remove(0);
        assert_eq!((unstated.severity(), unstated.message.as_str()), (Warning, "science and technology has no line of INVESTMENT; 0 is a figure, nothing is not"));
        let nothing = pb::Line { nature: pb::Nature::Investment.into(), ..line("101", 0) };
        let more = pb::Line { nature: pb::Nature::Contingency.into(), ..line("341", 2) };
        h.budget().batch_write_lines(by("drafter", batch("p", vec![created("n", nothing), created("m", more)]))).await.unwrap();
        assert_eq!((h.breaks("p", "BUD-05").await, h.breaks("p", "BUD-13").await), (vec![], vec![]));
        assert_eq!(h.breaks("s", "BUD-13").await, [], "a department has no contingency of its own");
        h.is_sound();
    }

    async fn an_office_runs_on_state_management_and_bonuses_are_a_tenth(h: Harness) {
        h.budget_ground().await;
        h.field_codes().await;
        h.classification().batch_write_codes(crate::workforce::pay_lines::economic_codes()).await.unwrap();
        h.rules().enable_rule_set(by("admin", enable(2018, 0, ""))).await.unwrap();
        let running = |code: &str, item: &str, requested| pb::Line { autonomy: pb::Autonomy::Autonomous.into(), economic_code: item.to_owned(), ..line(code, requested) };
        h.estimate("e", 2026, vec![running("101", "", 5), running("341", "6001", 1_000), running("341", "6201", 90)]).await;
        let office = h.breaks("e", "CLS-04").await.remove(0);
        assert_eq!((office.severity(), office.expected.as_str(), office.actual.as_str(), office.objects.len()), (Warning, "ADMIN", "SCIENCE_TECH", 1));
        let bonus = h.breaks("e", "BUD-20").await.remove(0);
        assert_eq!((bonus.severity(), bonus.difference, bonus.citations.as_slice()), (Error, Some(-10), ["NĐ 161/2026/NĐ-CP, Điều 4.4".to_owned()].as_slice()));
    }

    async fn a_five_year_financial_plan_changes_with_an_estimate(h: Harness) {
        h.budget_ground().await;
        h.rules().enable_rule_set(by("admin", enable(2017, 0, ""))).await.unwrap();
        let plan = pb::Plan { kind: pb::PlanKind::FiveYearFinancial.into(), first_year: 2021, last_year: 2025, label: String::new(), base_year: 2020, ..described() };
        let request = pb::CreatePlanRequest { plan: Some(plan), ..new_plan("p", Vec::new()) };
        h.plans().create_plan(by("drafter", request)).await.unwrap();
        h.carried("p", &[Submit, Endorse, Appraise, Approve, Amend]).await;
        let alone = h.finds("p", "PLN-04").await.remove(0);
        assert_eq!((alone.severity(), alone.citations.as_slice()), (Error, ["NĐ 45/2017/NĐ-CP, Điều 10".to_owned()].as_slice()));
        assert_eq!(alone.message, "amendment 1 changes it alone: no estimate of khcn for 2021 to 2025 is under way or was decided since");
        refused(h.moves(Submit, "p").await, Code::FailedPrecondition, "FINDING");
        h.drafted("e", 2024, 5).await;
        assert_eq!(h.finds("p", "PLN-04").await, []);
        h.carried("p", &[Submit]).await;
    }

    async fn what_was_planned_for_years_is_reviewed_and_a_running_sum_never_falls(h: Harness) {
        h.planned("p").await;
        let running = pb::Indicator { cumulative: true, targets: Vec::new(), ..crate::plan::indicator("g") };
        let plan = h.get_plan("p").await;
        h.plans().batch_write_plan(by("drafter", crate::plan::batch("p", vec![crate::plan::created("run", Content::Indicator(running))]))).await.unwrap();
        assert_eq!((plan.first_year, h.finds("p", "PLN-08").await.len()), (2011, 0), "a draft is not carried out");
        h.carried("p", &[Submit, Endorse, Appraise, Approve]).await;
        let missing: Vec<String> = h.finds("p", "PLN-08").await.into_iter().map(|found| found.message).collect();
        assert_eq!(missing[0], "2013, its MID_TERM year, is over, and nothing was reported of its indicators");
        assert_eq!(missing.len(), 2);
        let quarter = |quarter, value: &str| pb::Actual { quarter, ..actual("run", 2013, value) };
        h.plans().record_actuals(by("drafter", reported("p", vec![quarter(1, "5"), quarter(2, "4")]))).await.unwrap();
        assert_eq!(h.finds("p", "PLN-08").await.len(), 1);
        let falls = h.finds("p", "REP-02").await.remove(0);
        assert_eq!((falls.severity(), falls.message.as_str()), (Warning, "Q2/2013 has 4, less than 5 in Q1/2013"));
        assert_eq!(falls.objects, [format!("{}/indicators/run", plan_name("p"))]);
        h.is_sound();
    }

    async fn new_posts_are_new_money_of_the_three_years(h: Harness) {
        h.budget_ground().await;
        h.workforce().adopt_pay_parameters(adopt()).await.unwrap();
        h.rules().enable_rule_set(by("admin", enable(2018, 0, ""))).await.unwrap();
        h.workforce().create_workforce_plan(by("drafter", new_staff_plan("w"))).await.unwrap();
        let post = |starts_on: &str| pb::StaffGroup { starts_on: starts_on.to_owned(), ..servants(1, "01.003", 3) };
        let people = vec![new_group("old", post("")), new_group("new", post("2025-01-01"))];
        h.workforce().batch_write_staff_groups(by("drafter", groups("w", people))).await.unwrap();
        let money = |id: &str, year, amount| {
            let (nature, part) = (pb::Nature::Recurrent.into(), pb::FundingPart::New.into());
            new_item(id, Content::Funding(pb::PlanFunding { year, nature, part, amount, ..Default::default() }))
        };
        let frame = |id: &str, of_2026| {
            let plan = pb::Plan { kind: pb::PlanKind::ThreeYearFinancial.into(), first_year: 2025, last_year: 2027, base_year: 2024, label: String::new(), ..described() };
            by("drafter", pb::CreatePlanRequest { plan: Some(plan), ..new_plan(id, vec![money("a", 2025, 200_000_000), money("b", 2026, of_2026)]) })
        };
        // A civil servant with 3.00 costs 129,298,500 in 2026, and the bonus 8,766,000.
        h.plans().create_plan(frame("enough", 138_064_500)).await.unwrap();
        assert_eq!(h.finds("enough", "HR-13").await, []);
        h.plans().create_plan(frame("short", 138_064_499)).await.unwrap();
        let found = h.finds("short", "HR-13").await.remove(0);
        assert_eq!((found.severity(), found.expected.as_str(), found.difference), (Error, "138064500", Some(-1)));
        assert_eq!(found.objects, [plan_name("short"), staff_name("w")]);
        let asked = crate::check::consistency::asked(2026, &[pb::Comparison::PlanFunding]);
        let between = h.rules().check_consistency(by("reader", asked)).await.unwrap().into_inner().discrepancies;
        let rules: Vec<String> = between.iter().map(|one| one.finding.clone().unwrap().rule).collect();
        assert_eq!(rules, ["HR-13"]);
    }

    async fn a_tried_write_says_what_would_be_found_otherwise(h: Harness) {
        h.budget_ground().await;
        h.drafted("e", 2024, 5).await;
        let before = h.standing();
        let first = h.lines_of("e").await.remove(0);
        let unstated = pb::Line { amounts: None, ..line("102", 0) };
        let request = |operations, validate_only| by("drafter", pb::BatchWriteLinesRequest { validate_only, ..batch("e", operations) });
        let tried = h.budget().batch_write_lines(request(vec![created("n", unstated.clone())], true)).await.unwrap().into_inner();
        let rules = |findings: &[pb::Finding]| findings.iter().map(|found| found.rule.clone()).collect::<Vec<_>>();
        assert_eq!((rules(&tried.added_findings), rules(&tried.cleared_findings)), (vec!["FORM-03".to_owned()], vec![]));
        assert_eq!(tried.added_findings[0].objects, [format!("{}/lines/n", estimate_name("e"))]);
        h.nothing_changed(&before);
        assert_eq!(h.lines_of("e").await.len(), 1);
        // Written for good the same batch says nothing of it, and the next one would clear what it left.
        let written = h.budget().batch_write_lines(request(vec![created("n", unstated)], false)).await.unwrap().into_inner();
        assert_eq!((written.added_findings, written.cleared_findings), (vec![], vec![]));
        let mut open = h.lines_of("e").await.remove(1);
        open.amounts = Some(pb::Amounts { requested: Some(0), ..Default::default() });
        let tried = h.budget().batch_write_lines(request(vec![updated(open, &["amounts.requested"])], true)).await.unwrap().into_inner();
        assert_eq!((rules(&tried.added_findings), rules(&tried.cleared_findings)), (vec![], vec!["FORM-03".to_owned()]));
        // Where nothing changes, nothing is said.
        let same = h.budget().batch_write_lines(request(vec![updated(first, &["description"])], true)).await.unwrap().into_inner();
        assert_eq!((same.added_findings, same.cleared_findings), (vec![], vec![]));
    }
}
