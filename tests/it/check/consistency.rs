//! Documents beside each other: what CheckConsistency finds between them, page by page and at any revision.

use kehoach::document::state::Verb::{Appraise, Approve, Endorse, Submit};
use kehoach::pb;
use kehoach::pb::plan_item::Content;
use kehoach::project::states::State;
use pb::Comparison::{Envelopes, Headcount, Inclusion, Pay, PlanFunding, Projects, Results};
use pb::Severity::{Error, Info, Warning};
use tonic::Code;

use super::enable;
use crate::approval::by;
use crate::budget::{at, batch as line_batch, create, created as new_line, estimate_name, line};
use crate::envelope::{envelope_name, issue, issue_to};
use crate::harness::{Harness, engines, jurisdiction_name, refused, unit_name};
use crate::plan::{described, new_item, new_plan, plan_name};
use crate::project::project_name;
use crate::workforce::pay_lines::{economic_codes, generate, rule, ruled, rules, share};
use crate::workforce::plans::{groups, plan_name as staff_name, replaced};
use crate::workforce::staffing::{created as new_staffing, demand, item};
use crate::workforce::{adopt, servants};

/// Asks what of `khcn` and below does not agree in a year.
pub fn asked(year: i32, comparisons: &[pb::Comparison]) -> pb::CheckConsistencyRequest {
    pb::CheckConsistencyRequest {
        unit: unit_name("dt", "khcn"),
        fiscal_years: vec![year],
        comparisons: comparisons.iter().map(|one| (*one).into()).collect(),
        ..Default::default()
    }
}

/// Rule, severity, expected and actual.
type Told = (String, pb::Severity, Option<i64>, Option<i64>);

fn row(one: &pb::Discrepancy) -> Told {
    let (finding, value) =
        (one.finding.as_ref().unwrap(), |side: &Option<pb::ComparedFigure>| side.as_ref().unwrap().value);
    (finding.rule.clone(), finding.severity(), value(&one.expected), value(&one.actual))
}

fn told(rule: &str, severity: pb::Severity, expected: impl Into<Option<i64>>, actual: impl Into<Option<i64>>) -> Told {
    (rule.to_owned(), severity, expected.into(), actual.into())
}

/// Both documents with their revisions.
fn documents(one: &pb::Discrepancy) -> [(String, i64); 2] {
    [&one.expected, &one.actual].map(|side| side.as_ref().map(|side| (side.document.clone(), side.revision)).unwrap())
}

impl Harness {
    async fn consistency(&self, request: pb::CheckConsistencyRequest) -> pb::CheckConsistencyResponse {
        let found = self.rules().check_consistency(by("reader", request)).await;
        found.unwrap_or_else(|status| panic!("no comparison: {status:?}")).into_inner()
    }

    async fn disagreeing(&self, year: i32, comparison: pb::Comparison) -> Vec<Told> {
        self.consistency(asked(year, &[comparison])).await.discrepancies.iter().map(row).collect()
    }

    /// A plan of `khcn` for some years with money and whatever else.
    async fn funded(&self, id: &str, kind: pb::PlanKind, years: (i32, i32), items: Vec<pb::CreatePlanItemOperation>) {
        let plan = pb::Plan {
            kind: kind.into(),
            first_year: years.0,
            last_year: years.1,
            base_year: years.0 - 1,
            label: String::new(),
            ..described()
        };
        let request = pb::CreatePlanRequest { plan: Some(plan), ..new_plan(id, items) };
        self.plans()
            .create_plan(by("drafter", request))
            .await
            .unwrap_or_else(|status| panic!("no plan {id}: {status:?}"));
    }

    /// The source codes 21 of the local budget and 31 of enterprises, and 99 without a class.
    async fn sources(&self) {
        let code = |code: &str, class: Option<pb::FinancingClass>| pb::CodeOperation {
            operation: Some(pb::code_operation::Operation::Create(pb::Code {
                dimension: pb::Dimension::Source.into(),
                code: code.to_owned(),
                display_name: code.to_owned(),
                postable: true,
                financing_class: class.map(Into::into).unwrap_or_default(),
                provenance: pb::Provenance::Own.into(),
                ..Default::default()
            })),
        };
        use pb::FinancingClass::{Enterprise, Local};
        let operations = vec![code("21", Some(Local)), code("31", Some(Enterprise)), code("99", None)];
        let parent = "jurisdictions/dt/schemes/own".to_owned();
        let codes = pb::BatchWriteCodesRequest { parent, operations, ..Default::default() };
        self.classification().batch_write_codes(codes).await.unwrap();
    }

    /// HR plans and estimates of 2026 can be made, with pay booked on 341 and source 12.
    async fn paying_ground(&self) {
        self.budget_ground().await;
        self.workforce().adopt_pay_parameters(adopt()).await.unwrap();
        self.classification().batch_write_codes(economic_codes()).await.unwrap();
        let all = rules(vec![ruled(rule("khcn", vec![share("341", "12", 10_000)]), "")]);
        self.payroll().batch_write_funding_rules(all).await.unwrap();
    }
}

fn cell(year: i32, class: pb::FinancingClass, nature: pb::Nature, amount: i64) -> Content {
    Content::Funding(pb::PlanFunding {
        year,
        financing_class: class.into(),
        nature: nature.into(),
        amount,
        ..Default::default()
    })
}

fn of_task(goal: &str) -> Content {
    let outside_plan_reason = "Thường xuyên".to_owned();
    Content::Task(pb::PlanTask {
        title: "Việc".to_owned(),
        goal: goal.to_owned(),
        outside_plan_reason,
        ..Default::default()
    })
}

fn naming(task: &str, source: &str, requested: i64) -> pb::Line {
    pb::Line {
        plan_task: format!("{}/tasks/{task}", plan_name("p")),
        source_code: source.to_owned(),
        ..line("101", requested)
    }
}

engines! {
    async fn five_years_hold_the_ceilings_and_the_ceilings_hold_the_estimates(h: Harness) {
        h.family().await;
        let empty = h.consistency(asked(2024, &[Envelopes])).await;
        assert_eq!((empty.discrepancies.len(), empty.counts[0].compared_count), (0, 0));
        let before = h.revision("dt").await;
        h.issued(issue("v", pb::EnvelopeKind::Ceiling, 1_000)).await;
        h.issued(issue_to("a", "va", pb::EnvelopeKind::Ceiling, 300)).await;
        use pb::FinancingClass::{Enterprise, Local};
        let items = vec![
            new_item("f", cell(2024, Local, pb::Nature::Recurrent, 900)),
            new_item("e", cell(2024, Enterprise, pb::Nature::Recurrent, 5_000)),
        ];
        h.funded("five", pb::PlanKind::FiveYearFinancial, (2021, 2025), items).await;
        let found = h.consistency(asked(2024, &[Envelopes])).await;
        let rows: Vec<Told> = found.discrepancies.iter().map(row).collect();
        let expected = [
            // 300 passed on of 1,000; 1,000 of the department and 100 of each centre; what was issued, and what the five years have.
            told("BUD-09", Warning, 1_000, 300),
            told("BUD-22", Warning, 1_000, 1_200),
            told("CON-FRAME", Warning, 900, 1_000),
            // Recurrent money has no ceiling of its own, so what is asked for is looked at.
            told("CON-FRAME", Warning, 900, 1_200),
        ];
        assert_eq!(rows, expected);
        let [issued, estimated] = documents(&found.discrepancies[1]);
        assert_eq!((issued.0, estimated.0), (envelope_name("v"), estimate_name("p")));
        assert_eq!(found.discrepancies[1].path, [unit_name("dt", "khcn")]);
        let framed = found.discrepancies[2].finding.clone().unwrap();
        assert_eq!((framed.difference, framed.citations.as_slice()), (Some(100), ["NĐ 45/2017/NĐ-CP, Điều 8-10".to_owned()].as_slice()));
        assert_eq!(framed.message, "jurisdictions/dt/plans/five has 900 for EXPENDITURE in 2024, and CEILING 1000");
        assert_eq!(found.counts[0], pb::ComparisonCount { comparison: Envelopes.into(), compared_count: 5, error_count: 0, warning_count: 4, info_count: 0 });
        // One at a time they are the same, and what was there before is what was found before.
        let (mut token, mut paged) = (String::new(), Vec::new());
        loop {
            let page = h.consistency(pb::CheckConsistencyRequest { page_size: 1, page_token: token, ..asked(2024, &[Envelopes]) }).await;
            paged.extend(page.discrepancies);
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(paged, found.discrepancies);
        let then = h.consistency(pb::CheckConsistencyRequest { read_at: Some(at(before)), ..asked(2024, &[Envelopes]) }).await;
        assert_eq!(then.discrepancies, empty.discrepancies);
        // A centre is within its ceiling; another unit is nobody's.
        let of = |unit: &str| pb::CheckConsistencyRequest { unit: unit_name("dt", unit), unit_only: true, ..asked(2024, &[Envelopes]) };
        assert_eq!(h.consistency(of("a")).await.counts[0].compared_count, 1);
        refused(h.rules().check_consistency(of("nowhere")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    }

    async fn pay_in_the_estimate_is_what_people_cost(h: Harness) {
        h.paying_ground().await;
        h.workforce_plan("w").await;
        let estimate = h.budget().create_estimate(by("drafter", create("e", 2026, vec![line("101", 1)]))).await.unwrap().into_inner();
        // Ten civil servants and a vacant post, with their bonus.
        let unpaid = h.disagreeing(2026, Pay).await;
        assert_eq!((unpaid.len(), unpaid[0].0.as_str(), unpaid[0].1, unpaid[0].3), (1, "PAY-02", Warning, None));
        h.payroll().generate_pay_lines(by("drafter", generate(&estimate, "w"))).await.unwrap();
        let agreed = h.consistency(asked(2026, &[Pay])).await;
        assert_eq!((agreed.discrepancies.len(), agreed.counts[0].compared_count), (0, 1));
        let people = h.staff_groups("w", None).await;
        let eleven = replaced(&people[0], servants(11, "01.003", 3));
        h.workforce().batch_write_staff_groups(by("drafter", groups("w", vec![eleven]))).await.unwrap();
        let found = h.consistency(asked(2026, &[Pay])).await.discrepancies;
        let (rule, severity, costs, pays) = row(&found[0]);
        assert_eq!((rule.as_str(), severity, pays), ("PAY-01", Warning, unpaid[0].2));
        // One more civil servant with 3.00 in 2026, and the bonus.
        assert_eq!(costs.unwrap() - pays.unwrap(), 129_298_500 + 8_766_000);
        assert_eq!(documents(&found[0]).map(|(name, _)| name), [staff_name("w"), estimate_name("e")]);
        h.is_sound();
    }

    async fn nobody_is_planned_beyond_the_quota_of_a_day(h: Harness) {
        h.paying_ground().await;
        h.workforce_plan("w").await;
        assert_eq!(h.consistency(asked(2026, &[Headcount])).await.counts[0].compared_count, 0);
        let asks = vec![new_staffing("d", item(demand(2026, ""), Some(10)))];
        let request = pb::BatchWriteStaffingRequest { parent: staff_name("w"), operations: asks, ..Default::default() };
        h.workforce().batch_write_staffing(by("drafter", request)).await.unwrap();
        let found = h.consistency(asked(2026, &[Headcount])).await.discrepancies;
        assert_eq!(found.iter().map(row).collect::<Vec<_>>(), [told("HR-01", Error, 10, 11)]);
        let finding = found[0].finding.clone().unwrap();
        assert_eq!((finding.difference, finding.message.as_str()), (Some(1), "CIVIL_SERVANT: over by 1 from 2026-01-01 to 2026-12-31: 11 planned (1 of them vacant posts), 10 asked for by the plan"));
        assert_eq!(h.disagreeing(2025, Headcount).await, []);
    }

    async fn a_project_keeps_within_what_was_approved_and_its_lines_within_the_project(h: Harness) {
        h.budget_ground().await;
        h.project("p").await;
        assert_eq!(h.disagreeing(2024, Projects).await, [], "what is only proposed is expected nowhere");
        h.brought("p", State::Approved).await;
        assert_eq!(h.disagreeing(2024, Projects).await, [told("PRJ-12", Warning, 500, None)]);
        let paying = |nature: pb::Nature, amount| pb::Line { project: project_name("p"), nature: nature.into(), ..line("101", amount) };
        h.estimate("e", 2024, vec![paying(pb::Nature::Recurrent, 500)]).await;
        h.estimate("f", 2025, vec![paying(pb::Nature::Investment, 401)]).await;
        assert_eq!(h.disagreeing(2024, Projects).await, []);
        let beyond = vec![told("PLN-06", Warning, 900, 901), told("PRJ-12", Warning, 400, 401)];
        assert_eq!(h.disagreeing(2025, Projects).await, beyond);
        let found = h.breaks("f", "PLN-06").await.remove(0);
        assert_eq!((found.expected.as_str(), found.actual.as_str(), found.difference), ("900", "901", Some(1)));
        assert_eq!(found.citations, ["Luật Đầu tư công, memory, not verified"]);
        assert_eq!(found.objects[..3], [estimate_name("f"), project_name("p"), format!("{}/lines/{}", estimate_name("e"), h.lines_of("e").await[0].name.rsplit('/').next().unwrap())]);
        // What is invested stands in a plan of public investment: told once the law is enabled.
        h.rules().enable_rule_set(by("admin", enable(2018, 0, ""))).await.unwrap();
        assert_eq!(h.breaks("f", "PLN-05").await.len(), 1);
        let rows = h.disagreeing(2025, Projects).await;
        assert_eq!(rows[0], told("PLN-05", Warning, None, None));
        h.funded("pi", pb::PlanKind::PublicInvestment, (2021, 2025), vec![new_item("t", of_task(""))]).await;
        let linked = crate::project::update(&h.get_project("p").await, &["plan_tasks"], |new| new.plan_tasks = vec![format!("{}/tasks/t", plan_name("pi"))]);
        h.projects().update_project(linked).await.unwrap();
        assert_eq!(h.breaks("f", "PLN-05").await.len(), 1, "the plan is not in force yet");
        h.carried("pi", &[Submit, Endorse, Appraise, Approve]).await;
        assert_eq!(h.breaks("f", "PLN-05").await, []);
        h.is_sound();
    }

    async fn plans_and_estimates_agree_by_class_and_results_have_money(h: Harness) {
        h.budget_ground().await;
        h.sources().await;
        use pb::FinancingClass::{Enterprise, Local};
        let indicator = pb::Indicator { targets: Vec::new(), ..crate::plan::indicator("g") };
        let items = vec![
            new_item("g", crate::plan::goal("Mục tiêu")),
            new_item("i", Content::Indicator(indicator)),
            new_item("t", of_task("g")),
            new_item("u", of_task("")),
            new_item("f", cell(2024, Local, pb::Nature::Recurrent, 100)),
            new_item("e", cell(2024, Enterprise, pb::Nature::Recurrent, 50)),
        ];
        h.funded("p", pb::PlanKind::Annual, (2024, 2024), items).await;
        assert_eq!(h.disagreeing(2024, PlanFunding).await, [told("CON-CLASS", Warning, 100, 0)]);
        h.estimate("e", 2024, vec![naming("t", "21", 60), naming("u", "21", 20), naming("t", "99", 7), line("341", 5), line("341", 6)]).await;
        let found = h.consistency(asked(2024, &[PlanFunding])).await;
        assert_eq!(found.discrepancies.iter().map(row).collect::<Vec<_>>(), [told("CON-CLASS", Warning, 100, 80), told("CON-OUT", Info, None, 11)]);
        let messages: Vec<String> = found.discrepancies.iter().map(|one| one.finding.clone().unwrap().message).collect();
        assert_eq!(messages[0], "jurisdictions/dt/plans/p has 100 of LOCAL in 2024, and the lines that name its tasks 80; the sources of 7 say no class");
        assert_eq!(messages[1], "2 lines with 11 in 2024 name no task: they are outside_plan");
        // The year is over: the goal was given money, and reports nothing.
        assert_eq!(h.disagreeing(2024, Results).await, [told("CON-RESULT", Warning, None, 67)]);
        h.carried("p", &[Submit, Endorse, Appraise, Approve]).await;
        let report = crate::plan::reported("p", vec![crate::plan::actual("i", 2024, "3")]);
        h.plans().record_actuals(by("drafter", report)).await.unwrap();
        assert_eq!(h.disagreeing(2024, Results).await, []);
        let mut emptied = h.lines_of("e").await;
        emptied.retain(|line| line.plan_task.ends_with("/t"));
        let operations = emptied.iter().map(crate::budget::deleted).collect();
        h.budget().batch_write_lines(by("drafter", line_batch("e", operations))).await.unwrap();
        assert_eq!(h.disagreeing(2024, Results).await, [told("CON-MONEY", Warning, 30_000, 0)]);
        h.is_sound();
    }

    async fn what_was_taken_in_is_told_where_the_unit_below_says_otherwise(h: Harness) {
        h.family().await;
        h.walk("a", &[Submit, Endorse]).await;
        h.submit_with(&["a"]).await.unwrap();
        let agreed = h.consistency(asked(2024, &[Inclusion])).await;
        assert_eq!((agreed.discrepancies.len(), agreed.counts[0].compared_count), (0, 1));
        let mut more = line("101", 0);
        more.amounts = Some(pb::Amounts { appraised: Some(7), ..Default::default() });
        more.appraised_reason = "Bổ sung".to_owned();
        h.budget().batch_write_lines(by("reviewer", line_batch("a", vec![new_line("more", more)]))).await.unwrap();
        let found = h.consistency(asked(2024, &[Inclusion])).await.discrepancies;
        assert_eq!(found.iter().map(row).collect::<Vec<_>>(), [told("CON-CHILD", Info, 100, 107)]);
        let [then, now] = documents(&found[0]);
        assert!(then.0 == now.0 && then.1 < now.1, "{then:?} {now:?}");
        // Both are decided: the department keeps what it asked for, and the centre got seven more.
        h.walk("p", &[Endorse, Appraise, Approve]).await;
        h.walk("a", &[Appraise]).await;
        let open = h.consistency(asked(2024, &[Inclusion])).await.discrepancies;
        assert_eq!(open.iter().map(row).collect::<Vec<_>>(), [told("BUD-01", Info, 1_100, 1_000)]);
        h.is_sound();
    }

    async fn everything_is_compared_where_nothing_is_named(h: Harness) {
        h.family().await;
        let all = h.consistency(asked(2024, &[])).await;
        let counted: Vec<pb::Comparison> = all.counts.iter().map(|count| count.comparison()).collect();
        assert_eq!(counted, [Envelopes, Pay, Headcount, Projects, PlanFunding, Inclusion, Results]);
        let stranger = pb::CheckConsistencyRequest { fiscal_years: vec![2024, 2024], ..asked(2024, &[]) };
        refused(h.rules().check_consistency(stranger).await, Code::InvalidArgument, "FIELD_INVALID");
        let parent = jurisdiction_name("dt");
        assert!(all.revision > 0 && all.omitted_count == 0, "{parent}");
    }
}
