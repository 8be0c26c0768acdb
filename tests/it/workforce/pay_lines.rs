//! Funding rules, and the lines of an estimate that follow from an HR plan.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Endorse, Submit};
use kehoach::pb::funding_rule_operation::Operation as Rule;

use super::plans::{created, deleted, groups, new_plan, plan_name, replaced};
use super::*;
use crate::approval::by;
use crate::budget::{batch as line_batch, create, created as created_line, estimate_name, line, updated};
use crate::harness::{refused, unit_name};

/// `jurisdictions/dt/units/{unit}/fundingRules/{segment}`
pub fn rule_name(unit: &str, segment: &str) -> String {
    format!("{}/fundingRules/{segment}", unit_name("dt", unit))
}

/// A share with autonomy.
pub fn share(functional: &str, source: &str, share_bp: i32) -> pb::FundingShare {
    pb::FundingShare {
        functional_code: functional.to_owned(),
        source_code: source.to_owned(),
        autonomy: pb::Autonomy::Autonomous.into(),
        share_bp,
        ..Default::default()
    }
}

/// All pay of a unit from 2020 on, booked so.
pub fn rule(unit: &str, shares: Vec<pb::FundingShare>) -> pb::FundingRule {
    let (unit, starts_on) = (unit_name("dt", unit), "2020-01-01".to_owned());
    pb::FundingRule { unit, starts_on, shares, ..Default::default() }
}

/// Writes a rule, in place of the one with this etag.
pub fn ruled(rule: pb::FundingRule, etag: &str) -> pb::FundingRuleOperation {
    let write = pb::WriteFundingRuleOperation { funding_rule: Some(rule), etag: etag.to_owned() };
    pb::FundingRuleOperation { operation: Some(Rule::Write(write)) }
}

/// Removes a rule.
pub fn unruled(name: &str, etag: &str) -> pb::FundingRuleOperation {
    let remove = pb::RemoveFundingRuleOperation { name: name.to_owned(), etag: etag.to_owned() };
    pb::FundingRuleOperation { operation: Some(Rule::Remove(remove)) }
}

/// Many operations on rules.
pub fn rules(operations: Vec<pb::FundingRuleOperation>) -> pb::BatchWriteFundingRulesRequest {
    pb::BatchWriteFundingRulesRequest { parent: jurisdiction_name("dt"), operations, ..Default::default() }
}

/// Asks for the lines of an estimate that follow from a plan.
pub fn generate(estimate: &pb::Estimate, plan: &str) -> pb::GeneratePayLinesRequest {
    pb::GeneratePayLinesRequest {
        estimate: estimate.name.clone(),
        workforce_plan: plan_name(plan),
        etag: estimate.etag.clone(),
        ..Default::default()
    }
}

/// The sub-items that pay is booked on, as codes of the scheme `own`.
pub fn economic_codes() -> pb::BatchWriteCodesRequest {
    let code = |code: &str| pb::Code {
        dimension: pb::Dimension::Economic.into(),
        code: code.to_owned(),
        display_name: format!("Tiểu mục {code}"),
        postable: true,
        ..Default::default()
    };
    let items = ["6001", "6051", "6101", "6115", "6124", "6201", "6301", "6302", "6303", "6304"].map(code);
    let source = pb::Code { dimension: pb::Dimension::Source.into(), ..code("12") };
    let create = |code| pb::CodeOperation { operation: Some(pb::code_operation::Operation::Create(code)) };
    let operations = items.into_iter().chain([source]).map(create).collect();
    pb::BatchWriteCodesRequest { parent: "jurisdictions/dt/schemes/own".to_owned(), operations, ..Default::default() }
}

async fn ground(h: &Harness) {
    h.budget_ground().await;
    h.workforce().adopt_pay_parameters(adopt()).await.unwrap();
    h.classification().batch_write_codes(economic_codes()).await.unwrap();
    let all = rules(vec![ruled(rule("khcn", vec![share("341", "12", 10_000)]), "")]);
    h.payroll().batch_write_funding_rules(all).await.unwrap();
}

async fn drafted(h: &Harness, id: &str, year: i32, lines: Vec<pb::Line>) -> pb::Estimate {
    h.budget().create_estimate(by("drafter", create(id, year, lines))).await.unwrap().into_inner()
}

async fn generated(h: &Harness, request: pb::GeneratePayLinesRequest) -> pb::GeneratePayLinesResponse {
    let made = h.payroll().generate_pay_lines(by("drafter", request)).await;
    made.unwrap_or_else(|status| panic!("no lines: {status:?}")).into_inner()
}

async fn compared(h: &Harness, id: &str, revision: Option<i64>) -> pb::PayLinesComparison {
    let request = pb::ComparePayLinesRequest { estimate: estimate_name(id), read_at: revision.map(at) };
    h.payroll().compare_pay_lines(request).await.unwrap().into_inner()
}

async fn estimate(h: &Harness, id: &str) -> pb::Estimate {
    let request = pb::GetEstimateRequest { name: estimate_name(id), read_at: None };
    h.budget().get_estimate(request).await.unwrap().into_inner()
}

async fn findings(h: &Harness, id: &str) -> Vec<pb::Finding> {
    let request = pb::CheckDocumentRequest { name: estimate_name(id), ..Default::default() };
    let found = h.approval().check_document(request).await.unwrap().into_inner().findings;
    found.into_iter().filter(|finding| finding.rule == "PAY-01").collect()
}

/// Economic code, autonomy, what became of it, and the figure.
fn said(response: &pb::GeneratePayLinesResponse) -> Vec<(String, i64)> {
    let row = |line: &pb::GeneratedPayLine| {
        let tuple = line.tuple.as_ref().unwrap();
        let free = if tuple.autonomy() == pb::Autonomy::Autonomous { "" } else { " not" };
        let change = line.change().as_str_name().trim_start_matches("PAY_LINE_CHANGE_");
        (format!("{}{free} {change}", tuple.economic_code), line.requested_amount)
    };
    response.lines.iter().map(row).collect()
}

engines! {
    async fn rules_are_written_read_listed_and_removed(h: Harness) {
        ground(&h).await;
        h.unit_below("dt", "tt", "khcn").await;
        let before = h.revision("dt").await;
        let later = pb::FundingRule { starts_on: "2027-01-01".to_owned(), citation: "QĐ 1".to_owned(), ..rule("khcn", vec![share("101", "", 4_000), share("341", "", 6_000)]) };
        let bonus = pb::FundingRule {
            component: "bonus-fund".to_owned(),
            staff_kind: pb::StaffKind::CivilServant.into(),
            ends_on: "2026-01-01".to_owned(),
            note: "Tạm".to_owned(),
            ..rule("tt", vec![pb::FundingShare { side: pb::Side::FeeRetainedSpending.into(), ..share("341", "", 10_000) }])
        };
        let request = pb::BatchWriteFundingRulesRequest {
            request_id: Some(request_id(1)),
            ..rules(vec![ruled(later.clone(), ""), ruled(bonus.clone(), "")])
        };
        let made = h.payroll().batch_write_funding_rules(request.clone()).await.unwrap();
        assert_eq!(revision_of(&made), before + 1, "one command");
        let made = made.into_inner();
        let names = [rule_name("khcn", "-.-.2027-01-01"), rule_name("tt", "civil-servant.bonus-fund.2020-01-01")];
        assert_eq!(made.funding_rules.iter().map(|one| one.name.clone()).collect::<Vec<_>>(), names);
        let again = h.payroll().batch_write_funding_rules(request).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), made);
        let get = async |name: &str| h.payroll().get_funding_rule(pb::GetFundingRuleRequest { name: name.to_owned(), read_at: None }).await.map(|one| one.into_inner());
        let found = get(&names[1]).await.unwrap();
        assert_eq!((found.etag.as_str(), found.revision), (made.funding_rules[1].etag.as_str(), made.revision));
        let bare = |one: pb::FundingRule| pb::FundingRule { name: String::new(), revision: 0, etag: String::new(), updated_at: None, ..one };
        assert_eq!(bare(found), bonus);
        let list = |unit: &str, day: &str, size| pb::ListFundingRulesRequest {
            parent: jurisdiction_name("dt"),
            unit: if unit.is_empty() { String::new() } else { unit_name("dt", unit) },
            in_force_on: day.to_owned(),
            page_size: size,
            ..Default::default()
        };
        let listed = async |request| h.payroll().list_funding_rules(request).await.unwrap().into_inner();
        let segments = |page: &pb::ListFundingRulesResponse| page.funding_rules.iter().map(|one| one.name.rsplit('/').next().unwrap().to_owned()).collect::<Vec<_>>();
        let whole = listed(list("", "", 0)).await;
        assert_eq!(segments(&whole), ["-.-.2020-01-01", "-.-.2027-01-01", "civil-servant.bonus-fund.2020-01-01"]);
        assert_eq!(segments(&listed(list("", "2027-05-05", 0)).await), ["-.-.2027-01-01"]);
        assert_eq!(segments(&listed(list("", "2025-12-31", 0)).await), ["-.-.2020-01-01", "civil-servant.bonus-fund.2020-01-01"]);
        assert_eq!(segments(&listed(list("tt", "", 0)).await), ["civil-servant.bonus-fund.2020-01-01"]);
        let (mut token, mut paged) = (String::new(), Vec::new());
        loop {
            let page = listed(pb::ListFundingRulesRequest { page_token: token, ..list("", "", 1) }).await;
            paged.extend(page.funding_rules);
            token = page.next_page_token;
            if token.is_empty() { break; }
        }
        assert_eq!(paged, whole.funding_rules);
        let etag = made.funding_rules[0].etag.clone();
        h.payroll().batch_write_funding_rules(rules(vec![unruled(&names[0], &etag)])).await.unwrap();
        assert_eq!(get(&names[0]).await.unwrap_err().code(), Code::NotFound);
        let then = pb::GetFundingRuleRequest { name: names[0].clone(), read_at: Some(at(made.revision)) };
        assert_eq!(h.payroll().get_funding_rule(then).await.unwrap().into_inner().citation, "QĐ 1");

        h.is_sound();
    }

    async fn a_rule_that_does_not_add_up_or_is_about_nothing_is_refused(h: Harness) {
        ground(&h).await;
        let wrong = [
            pb::FundingRule { shares: vec![share("341", "", 9_999)], ..rule("khcn", Vec::new()) },
            pb::FundingRule { shares: vec![share("341", "", 5_000), share("341", "", 5_000)], starts_on: "2021-02-30".to_owned(), ..rule("khcn", Vec::new()) },
        ];
        let wrong = rules(wrong.into_iter().map(|one| ruled(one, "")).collect());
        let details = h.refuses(async { h.payroll().batch_write_funding_rules(wrong).await }, Code::InvalidArgument, "FIELD_INVALID").await;
        let field = |place: usize, name: &str| format!("operations[{place}].write.funding_rule.{name}");
        assert_eq!(fields(&details), [field(0, "shares"), field(1, "starts_on"), field(1, "shares[1]")]);
        let none = rule("nowhere", vec![share("341", "", 10_000)]);
        let unknown = rules(vec![ruled(none, ""), ruled(pb::FundingRule { component: "none".to_owned(), ..rule("khcn", vec![share("341", "", 10_000)]) }, "")]);
        let details = h.refuses(async { h.payroll().batch_write_funding_rules(unknown).await }, Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
        assert_eq!(violations(&details), [("REFERENCE_UNKNOWN".to_owned(), field(0, "unit")), ("PAY_REFERENCE_UNKNOWN".to_owned(), field(1, "component"))]);
    }

    async fn lines_follow_from_the_plan_and_persons_lines_stay(h: Harness) {
        ground(&h).await;
        h.workforce_plan("w").await;
        let own = pb::Line { description: "Chi khác".to_owned(), ..line("341", 7) };
        let made = drafted(&h, "e", 2026, vec![own]).await;
        let preview = pb::GeneratePayLinesRequest { validate_only: true, ..generate(&made, "w") };
        let before = h.standing();
        let preview = generated(&h, preview).await;
        h.nothing_changed(&before);
        let request = pb::GeneratePayLinesRequest { request_id: Some(request_id(1)), ..generate(&made, "w") };
        let response = generated(&h, request.clone()).await;
        assert_eq!(said(&preview), said(&response));
        let payroll = pb::ProjectPayrollRequest { name: plan_name("w"), read_at: None };
        let payroll = h.workforce().project_payroll(payroll).await.unwrap().into_inner();
        let year = &payroll.years[1];
        assert_eq!(response.requested_amount, year.pay_amount + year.bonus_amount);
        assert_eq!(response.plan_revision, payroll.workforce_plan.unwrap().revision);
        let rows = said(&response);
        assert_eq!(rows.iter().map(|(row, _)| row.as_str()).collect::<Vec<_>>(), [
            "6001 CREATED", "6124 CREATED", "6201 CREATED", "6201 not CREATED", "6301 CREATED", "6302 CREATED", "6303 CREATED",
        ]);
        let lines = h.lines_of("e").await;
        assert_eq!(lines.len(), 8);
        assert_eq!(lines[0].description, "Chi khác");
        let salary = &lines[1];
        assert_eq!((salary.name.as_str(), salary.description.as_str()), (response.lines[0].line.as_str(), "Lương theo ngạch, bậc"));
        assert_eq!((salary.functional_code.as_str(), salary.source_code.as_str(), salary.nature(), salary.autonomy()), ("341", "12", pb::Nature::Recurrent, pb::Autonomy::Autonomous));
        assert_eq!(estimate(&h, "e").await, response.estimate.clone().unwrap());
        let again = h.payroll().generate_pay_lines(by("drafter", request)).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), response);
        // Once more changes nothing at all, not even the etag.
        let same = generated(&h, generate(response.estimate.as_ref().unwrap(), "w")).await;
        assert!(said(&same).iter().all(|(row, _)| row.ends_with("UNCHANGED")), "{:?}", said(&same));
        assert_eq!((same.estimate, h.lines_of("e").await), (response.estimate, lines));
        h.is_sound();
    }

    async fn what_is_outdated_is_told_with_the_exact_gap_until_it_is_generated_again(h: Harness) {
        ground(&h).await;
        h.workforce_plan("w").await;
        let made = drafted(&h, "e", 2026, vec![line("341", 7)]).await;
        assert_eq!(compared(&h, "e", None).await, pb::PayLinesComparison { estimate: estimate_name("e"), ..Default::default() });
        generated(&h, generate(&made, "w")).await;
        let fresh = compared(&h, "e", None).await;
        assert_eq!((fresh.outdated, fresh.parts.len(), fresh.parts[0].difference_amount), (false, 1, Some(0)));
        assert_eq!(findings(&h, "e").await, []);
        let then = h.revision("dt").await;
        // One civil servant more, at 3.00 all the year.
        let old = h.staff_groups("w", None).await;
        let more = replaced(&old[0], pb::StaffGroup { name: String::new(), count: 11, ..old[0].clone() });
        h.workforce().batch_write_staff_groups(by("drafter", groups("w", vec![more]))).await.unwrap();
        let now = compared(&h, "e", None).await;
        assert!(now.outdated);
        let part = &now.parts[0];
        assert_eq!(part.difference_amount, Some(129_298_500 + 6 * (702_000 + 759_000)));
        let salary = &part.lines[0];
        assert_eq!((salary.tuple.as_ref().unwrap().economic_code.as_str(), salary.difference_amount), ("6001", Some(6 * (7_020_000 + 7_590_000))));
        assert_eq!(salary.current_amount.unwrap() - salary.requested_amount.unwrap(), salary.difference_amount.unwrap());
        assert_eq!(salary.generated_from_revision, fresh.parts[0].plan_revision);
        assert_eq!(compared(&h, "e", Some(then)).await, fresh, "its past stays");
        let found = findings(&h, "e").await;
        assert_eq!((found.len(), found[0].severity(), found[0].difference), (1, pb::Severity::Warning, Some(-part.difference_amount.unwrap())));
        // A WARNING stops the submission until it is explained; so the lines are generated again.
        refused(h.does(Submit, "e").await, Code::FailedPrecondition, "FINDING");
        let again = generated(&h, generate(&estimate(&h, "e").await, "w")).await;
        assert_eq!(again.lines.iter().map(|line| line.requested_amount - line.before_amount.unwrap()).sum::<i64>(), part.difference_amount.unwrap());
        assert!(!compared(&h, "e", None).await.outdated);
        // A rate, a rule and a hand can be the reason as well.
        let base = get(&h, "base-salary.base.2026-07-01").await;
        let raised = pb::PayParameter { value: Some(Value::BaseSalaryAmount(2_600_000)), ..base.clone() };
        h.workforce().batch_write_pay_parameters(batch(vec![written(raised, &base.etag)])).await.unwrap();
        assert!(compared(&h, "e", None).await.outdated);
        generated(&h, generate(&estimate(&h, "e").await, "w")).await;
        let salary = h.lines_of("e").await[1].clone();
        let less = pb::Line { amounts: Some(pb::Amounts { requested: Some(1), ..Default::default() }), ..salary };
        h.budget().batch_write_lines(by("drafter", line_batch("e", vec![updated(less, &["amounts.requested"])]))).await.unwrap();
        let gap = compared(&h, "e", None).await.parts[0].lines[0].clone();
        assert_eq!((gap.requested_amount, gap.difference_amount), (Some(1), gap.current_amount.map(|now| now - 1)));
        let rule_of = pb::GetFundingRuleRequest { name: rule_name("khcn", "-.-.2020-01-01"), read_at: None };
        let rule_of = h.payroll().get_funding_rule(rule_of).await.unwrap().into_inner();
        h.payroll().batch_write_funding_rules(rules(vec![unruled(&rule_of.name, &rule_of.etag)])).await.unwrap();
        let part = compared(&h, "e", None).await.parts[0].clone();
        assert_eq!((part.outdated, part.current_amount, part.difference_amount), (true, None, None));
        assert_eq!(part.hindrances[1], "no rule books grade of CIVIL_SERVANT on 2026-01-01");
        assert!(findings(&h, "e").await[0].message.contains("cannot be calculated now"), "{:?}", findings(&h, "e").await);
        h.is_sound();
    }

    async fn a_tuple_that_is_gone_takes_its_line_along_unless_it_is_in_force(h: Harness) {
        ground(&h).await;
        h.workforce_plan("w").await;
        let made = drafted(&h, "e", 2026, Vec::new()).await;
        let first = generated(&h, generate(&made, "w")).await.estimate.unwrap();
        let contract = pb::StaffGroup { staff_kind: pb::StaffKind::SupportContract.into(), ..servants(1, "01.003", 1) };
        h.workforce().batch_write_staff_groups(by("drafter", groups("w", vec![created("c", contract)]))).await.unwrap();
        let second = generated(&h, generate(&first, "w")).await;
        let made: Vec<String> = said(&second).into_iter().map(|(row, _)| row).filter(|row| row.ends_with("CREATED")).collect();
        // From May on contracts are given without autonomy, whatever the unit's own rule says.
        assert_eq!(made, ["6051 CREATED", "6051 not CREATED", "6301 not CREATED", "6302 not CREATED", "6303 not CREATED", "6304 CREATED", "6304 not CREATED"]);
        let gone = h.staff_groups("w", None).await;
        h.workforce().batch_write_staff_groups(by("drafter", groups("w", vec![deleted(&gone[2])]))).await.unwrap();
        let third = generated(&h, generate(second.estimate.as_ref().unwrap(), "w")).await;
        let rows: Vec<(String, i64)> = said(&third).into_iter().filter(|(row, _)| row.ends_with("DELETED")).collect();
        assert_eq!((rows.len(), rows.iter().map(|(_, amount)| amount).sum::<i64>()), (7, 0));
        assert_eq!(h.lines_of("e").await.len(), 7);
        // Approved and amended: what is in force stays with 0.
        h.walk("e", &[Submit, Endorse, Appraise, Approve, Amend]).await;
        h.workforce().batch_write_staff_groups(by("drafter", groups("w", vec![deleted(&gone[0]), deleted(&gone[1])]))).await.unwrap();
        let zeroed = generated(&h, generate(&estimate(&h, "e").await, "w")).await;
        assert!(said(&zeroed).iter().all(|(row, amount)| row.ends_with("ZEROED") && *amount == 0), "{:?}", said(&zeroed));
        assert_eq!((zeroed.lines.len(), h.lines_of("e").await.len()), (7, 7));
        assert!(!compared(&h, "e", None).await.outdated);
        h.is_sound();
    }

    async fn a_plan_that_does_not_fit_or_cannot_be_booked_is_refused_whole(h: Harness) {
        ground(&h).await;
        h.workforce_plan("w").await;
        let made = drafted(&h, "e", 2027, vec![line("341", 7)]).await;
        let mut supplement = create("s", 2027, Vec::new());
        supplement.estimate.as_mut().unwrap().kind = pb::EstimateKind::Supplement.into();
        let supplement = h.budget().create_estimate(by("drafter", supplement)).await.unwrap().into_inner();
        let refuses = async |request, reason| violations(&h.refuses(async { h.payroll().generate_pay_lines(by("drafter", request)).await }, Code::FailedPrecondition, reason).await);
        let unfit = |field: &str| ("PAY_PLAN_UNFIT".to_owned(), field.to_owned());
        assert_eq!(refuses(generate(&made, "w"), "PAY_PLAN_UNFIT").await, [unfit("workforce_plan")]);
        assert_eq!(refuses(generate(&supplement, "w"), "PAY_PLAN_UNFIT").await, [unfit("estimate"), unfit("workforce_plan")]);
        h.unit_below("dt", "tt", "khcn").await;
        let mut other = new_plan("o");
        other.workforce_plan.as_mut().unwrap().unit = unit_name("dt", "tt");
        h.workforce().create_workforce_plan(by("drafter", other)).await.unwrap();
        let fits = drafted(&h, "f", 2026, vec![line("341", 7)]).await;
        assert_eq!(refuses(generate(&fits, "o"), "PAY_PLAN_UNFIT").await, [unfit("workforce_plan")]);
        // A code that is none: the line is named by its place in the answer.
        let rule_of = pb::GetFundingRuleRequest { name: rule_name("khcn", "-.-.2020-01-01"), read_at: None };
        let rule_of = h.payroll().get_funding_rule(rule_of).await.unwrap().into_inner();
        let wrong = rule("khcn", vec![share("999", "12", 10_000)]);
        h.payroll().batch_write_funding_rules(rules(vec![ruled(wrong, &rule_of.etag)])).await.unwrap();
        let found = refuses(generate(&fits, "w"), "CODE_UNKNOWN").await;
        assert_eq!((found.len(), found[0].clone()), (7, ("CODE_UNKNOWN".to_owned(), "lines[0].functional_code".to_owned())));
        let never = pb::GeneratePayLinesRequest { from_in_force: true, ..generate(&fits, "w") };
        h.refuses(async { h.payroll().generate_pay_lines(by("drafter", never)).await }, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        let plain = line_batch("f", vec![created_line("x", line("341", 1))]);
        h.budget().batch_write_lines(by("drafter", plain)).await.unwrap();
        h.refuses(async { h.payroll().generate_pay_lines(by("drafter", generate(&fits, "w"))).await }, Code::Aborted, "STALE_ETAG").await;
    }

    async fn a_text_in_force_is_booked_while_its_amendment_is_drafted(h: Harness) {
        ground(&h).await;
        h.workforce_plan("w").await;
        h.carries_workforce("w", &[Submit, Endorse, Appraise, Approve, Amend]).await;
        let made = drafted(&h, "e", 2026, Vec::new()).await;
        let request = pb::GeneratePayLinesRequest { from_in_force: true, ..generate(&made, "w") };
        let first = generated(&h, request).await;
        let more = created("n", servants(2, "01.003", 1));
        h.workforce().batch_write_staff_groups(by("drafter", groups("w", vec![more]))).await.unwrap();
        let part = compared(&h, "e", None).await.parts[0].clone();
        assert_eq!((part.from_in_force, part.outdated, part.plan_revision), (true, false, first.plan_revision));
        let draft = generated(&h, generate(first.estimate.as_ref().unwrap(), "w")).await;
        assert!(draft.requested_amount > first.requested_amount);
        let part = compared(&h, "e", None).await.parts[0].clone();
        assert_eq!((part.from_in_force, part.outdated), (false, false));
    }
}
