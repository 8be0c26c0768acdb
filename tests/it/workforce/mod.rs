//! Pay parameters, pay and HR plans, through the front door.

pub mod headcount;
pub mod pay_lines;
mod payroll;
pub mod plans;
pub mod staffing;

use kehoach::pb;
use kehoach::pb::pay_parameter::Value;
use kehoach::pb::pay_parameter_operation::Operation;
use kehoach::pb::staff_group::Grade;
use tonic::Code;

use crate::budget::at;
use crate::harness::{Harness, engines, fields, jurisdiction_name, request_id, revision_of, violations, was_replayed};

/// `jurisdictions/dt/payParameters/{segment}`
pub fn parameter_name(segment: &str) -> String {
    format!("jurisdictions/dt/payParameters/{segment}")
}

/// Asks for the Vietnamese set.
pub fn adopt() -> pb::AdoptPayParametersRequest {
    pb::AdoptPayParametersRequest {
        parent: jurisdiction_name("dt"),
        pay_set: "paySets/vn".to_owned(),
        ..Default::default()
    }
}

/// A row.
pub fn parameter(code: &str, starts_on: &str, value: Value) -> pb::PayParameter {
    pb::PayParameter {
        code: code.to_owned(),
        starts_on: starts_on.to_owned(),
        value: Some(value),
        ..Default::default()
    }
}

/// Writes a row, in place of the one with this etag.
pub fn written(parameter: pb::PayParameter, etag: &str) -> pb::PayParameterOperation {
    let (parameter, etag) = (Some(parameter), etag.to_owned());
    pb::PayParameterOperation { operation: Some(Operation::Write(pb::WritePayParameterOperation { parameter, etag })) }
}

/// Removes a row.
pub fn removed(segment: &str, etag: &str) -> pb::PayParameterOperation {
    let remove = pb::RemovePayParameterOperation { name: parameter_name(segment), etag: etag.to_owned() };
    pb::PayParameterOperation { operation: Some(Operation::Remove(remove)) }
}

/// Many operations.
pub fn batch(operations: Vec<pb::PayParameterOperation>) -> pb::BatchWritePayParametersRequest {
    pb::BatchWritePayParametersRequest { parent: jurisdiction_name("dt"), operations, ..Default::default() }
}

/// A component that is a percentage of others.
pub fn percent(code: &str, of: &[&str], rate_bp: i32) -> pb::PayParameter {
    let component = pb::PayComponent {
        method: pb::PayMethod::Percent.into(),
        category: pb::PayCategory::Allowance.into(),
        percent_of: of.iter().map(|code| (*code).to_owned()).collect(),
        rate_bp: Some(rate_bp),
        economic_code: "6149".to_owned(),
        ..Default::default()
    };
    parameter(code, "2026-01-01", Value::Component(component))
}

/// So many civil servants at a step of a rank.
pub fn servants(count: i32, rank: &str, step: i32) -> pb::StaffGroup {
    pb::StaffGroup {
        display_name: "Chuyên viên".to_owned(),
        staff_kind: pb::StaffKind::CivilServant.into(),
        count,
        grade: Some(Grade::Rank(rank.to_owned())),
        step,
        ..Default::default()
    }
}

/// Asks what a group costs in a year.
pub fn asked(fiscal_year: i32, group: pb::StaffGroup) -> pb::ExplainPayRequest {
    pb::ExplainPayRequest {
        parent: jurisdiction_name("dt"),
        fiscal_year,
        staff_group: Some(group),
        ..Default::default()
    }
}

async fn explained(h: &Harness, fiscal_year: i32, group: pb::StaffGroup) -> pb::PayExplanation {
    let found = h.workforce().explain_pay(asked(fiscal_year, group)).await;
    found.unwrap_or_else(|status| panic!("no pay: {status:?}")).into_inner()
}

async fn get(h: &Harness, segment: &str) -> pb::PayParameter {
    let request = pb::GetPayParameterRequest { name: parameter_name(segment), read_at: None };
    let found = h.workforce().get_pay_parameter(request).await;
    found.unwrap_or_else(|status| panic!("{segment}: {status:?}")).into_inner()
}

fn all() -> pb::ListPayParametersRequest {
    pb::ListPayParametersRequest { parent: jurisdiction_name("dt"), page_size: 1000, ..Default::default() }
}

async fn listed(h: &Harness, request: pb::ListPayParametersRequest) -> Vec<pb::PayParameter> {
    let found = h.workforce().list_pay_parameters(request).await;
    found.unwrap_or_else(|status| panic!("no list: {status:?}")).into_inner().pay_parameters
}

async fn with_pay(h: &Harness) {
    h.jurisdiction("dt").await;
    h.workforce().adopt_pay_parameters(adopt()).await.unwrap();
}

engines! {
    async fn what_ships_is_adopted_once_and_what_is_there_stays(h: Harness) {
        h.jurisdiction("dt").await;
        let mut client = h.workforce();
        let sets = client.list_pay_sets(pb::ListPaySetsRequest {}).await.unwrap().into_inner().pay_sets;
        assert_eq!(sets.iter().map(|set| set.name.as_str()).collect::<Vec<_>>(), ["paySets/vn"]);
        let own = parameter("base", "2026-07-01", Value::BaseSalaryAmount(7));
        client.batch_write_pay_parameters(batch(vec![written(own, "")])).await.unwrap();
        let request = pb::AdoptPayParametersRequest { request_id: Some(request_id(1)), ..adopt() };
        let made = client.adopt_pay_parameters(request.clone()).await.unwrap();
        assert_eq!(revision_of(&made), 2, "one command");
        let made = made.into_inner();
        assert_eq!((made.added_count, made.kept_count), (sets[0].parameter_count - 1, 1));
        let again = client.adopt_pay_parameters(request).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), made);
        let more = client.adopt_pay_parameters(adopt()).await.unwrap().into_inner();
        assert_eq!((more.added_count, more.kept_count), (0, sets[0].parameter_count));
        assert_eq!(get(&h, "base-salary.base.2026-07-01").await.value, Some(Value::BaseSalaryAmount(7)));
        let rows = listed(&h, all()).await;
        assert_eq!(rows.len() as i32, sets[0].parameter_count);
        let names: Vec<(&str, &str, &str)> =
            rows.iter().map(|row| (row.kind().as_str_name(), row.code.as_str(), row.starts_on.as_str())).collect();
        assert!(names.is_sorted());
        // Every row says how sure it is, and all that it was told comes back as it was.
        assert!(rows.iter().all(|row| row.provenance != 0));
        let again: Vec<_> = rows.iter().map(|row| written(row.clone(), &row.etag)).collect();
        client.batch_write_pay_parameters(batch(again)).await.unwrap();
        let steady = |rows: Vec<pb::PayParameter>| {
            rows.into_iter().map(|row| pb::PayParameter { revision: 0, etag: String::new(), updated_at: None, ..row }).collect::<Vec<_>>()
        };
        assert_eq!(steady(listed(&h, all()).await), steady(rows));
        h.is_sound();
    }

    async fn a_list_is_narrowed_and_paged(h: Harness) {
        with_pay(&h).await;
        let base = |day: &str| pb::ListPayParametersRequest {
            kind: pb::PayParameterKind::BaseSalary.into(),
            code: "base".to_owned(),
            in_force_on: day.to_owned(),
            ..all()
        };
        for (day, amount) in [("2026-06-30", 2_340_000), ("2026-07-01", 2_530_000), ("2013-01-01", 1_050_000)] {
            let found = listed(&h, base(day)).await;
            assert_eq!(found.iter().map(|row| row.value.clone()).collect::<Vec<_>>(), [Some(Value::BaseSalaryAmount(amount))]);
        }
        assert_eq!(listed(&h, base("1990-01-01")).await, Vec::new());
        let in_force = listed(&h, pb::ListPayParametersRequest { in_force_on: "2026-07-01".to_owned(), ..all() }).await;
        let mut keys: Vec<(i32, String)> = in_force.iter().map(|row| (row.kind, row.code.clone())).collect();
        let count = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), count, "one row of each code");
        let (mut token, mut found) = (String::new(), Vec::new());
        loop {
            let page = pb::ListPayParametersRequest { page_size: 50, page_token: token, ..all() };
            let page = h.workforce().list_pay_parameters(page).await.unwrap().into_inner();
            found.extend(page.pay_parameters);
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(found, listed(&h, all()).await);
        let refuses = async |request| fields(&h.refuses(async { h.workforce().list_pay_parameters(request).await }, Code::InvalidArgument, "FIELD_INVALID").await);
        assert_eq!(refuses(pb::ListPayParametersRequest { code: "base".to_owned(), ..all() }).await, ["kind"]);
        assert_eq!(refuses(base("2026-02-30")).await, ["in_force_on"]);
    }

    async fn a_row_is_corrected_and_its_past_stays(h: Harness) {
        with_pay(&h).await;
        let before = get(&h, "base-salary.base.2026-07-01").await;
        let changed = pb::PayParameter { value: Some(Value::BaseSalaryAmount(2_600_000)), note: "Đã kiểm tra.".to_owned(), ..before.clone() };
        let later = parameter("base", "2027-07-01", Value::BaseSalaryAmount(2_800_000));
        let request = pb::BatchWritePayParametersRequest {
            request_id: Some(request_id(1)),
            ..batch(vec![written(changed, &before.etag), written(later, ""), removed("base-salary.base.1993-04-01", &before.etag)])
        };
        let made = h.workforce().batch_write_pay_parameters(request.clone()).await.unwrap();
        assert_eq!(revision_of(&made), 2);
        let made = made.into_inner();
        let names: Vec<(&str, bool)> = made.parameters.iter().map(|one| (one.name.as_str(), one.etag.is_empty())).collect();
        let expected = ["base-salary.base.2026-07-01", "base-salary.base.2027-07-01", "base-salary.base.1993-04-01"].map(parameter_name);
        assert_eq!(names, [(expected[0].as_str(), false), (&expected[1], false), (&expected[2], true)]);
        let after = get(&h, "base-salary.base.2026-07-01").await;
        assert_eq!((after.value.clone(), after.note.as_str(), &after.etag), (Some(Value::BaseSalaryAmount(2_600_000)), "Đã kiểm tra.", &made.parameters[0].etag));
        let old = pb::GetPayParameterRequest { name: before.name.clone(), read_at: Some(at(1)) };
        assert_eq!(h.workforce().get_pay_parameter(old).await.unwrap().into_inner(), before);
        let gone = pb::GetPayParameterRequest { name: parameter_name("base-salary.base.1993-04-01"), read_at: None };
        h.refuses(async { h.workforce().get_pay_parameter(gone).await }, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        let again = h.workforce().batch_write_pay_parameters(request).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), made);
        // What pay was then is calculated from what the rows said then.
        let now = explained(&h, 2026, servants(1, "01.003", 3)).await;
        let then = pb::ExplainPayRequest { read_at: Some(at(1)), ..asked(2026, servants(1, "01.003", 3)) };
        let then = h.workforce().explain_pay(then).await.unwrap().into_inner();
        assert_eq!((now.pay_amount - then.pay_amount, then.pay_amount), (70_000 * 3 * 6 * 1475 / 1000, 129_298_500));
        h.is_sound();
    }

    async fn a_batch_is_refused_whole_and_every_fault_is_named(h: Harness) {
        with_pay(&h).await;
        let refuses = async |operations, status, reason| {
            h.refuses(async { h.workforce().batch_write_pay_parameters(batch(operations)).await }, status, reason).await
        };
        let rank = |code: &str, scale: &str| written(parameter(code, "2026-01-01", Value::RankScale(scale.to_owned())), "");
        let details = refuses(vec![rank("x", "A1"), rank("y", "Z9"), written(percent("self", &["self"], 1), ""), rank("z", "Z8")], Code::FailedPrecondition, "PAY_REFERENCE_UNKNOWN").await;
        let found = violations(&details);
        let expected = [("PAY_REFERENCE_UNKNOWN", 1), ("PAY_REFERENCE_UNKNOWN", 3), ("PAY_COMPONENT_ORDER", 2)];
        assert_eq!(found, expected.map(|(reason, place)| (reason.to_owned(), format!("operations[{place}].write.parameter"))));
        // A row that another rests on is not taken away.
        let grade = get(&h, "component.grade.2004-10-01").await;
        let details = refuses(vec![removed("component.grade.2004-10-01", &grade.etag)], Code::FailedPrecondition, "PAY_REFERENCE_UNKNOWN").await;
        assert!(violations(&details).contains(&("PAY_REFERENCE_UNKNOWN".to_owned(), parameter_name("component.bonus-fund.2024-07-01"))));
        let stale = vec![rank("x", "A1"), written(parameter("base", "2026-07-01", Value::BaseSalaryAmount(1)), ""), written(parameter("base", "2029-07-01", Value::BaseSalaryAmount(1)), &grade.etag)];
        refuses(stale, Code::Aborted, "STALE_ETAG").await;
        refuses(vec![removed("base-salary.base.1999-01-01", &grade.etag)], Code::NotFound, "RESOURCE_NOT_FOUND").await;
        let mut bad = parameter("A1", "2026-02-30", Value::StepCoefficient("100.5".to_owned()));
        bad.ends_on = "2026-02-01".to_owned();
        let component = |change: &dyn Fn(&mut pb::PayComponent)| {
            let mut row = percent("c", &["grade"], 1);
            if let Some(Value::Component(component)) = &mut row.value {
                change(component);
            }
            written(row, "")
        };
        let operations = vec![
            written(bad, ""),
            written(parameter("men", "2026-01-01", Value::RetirementAgeMonths(720)), ""),
            rank("x", "A1"),
            rank("x", "A2"),
            component(&|component| component.method = pb::PayMethod::Coefficient.into()),
            pb::PayParameterOperation { operation: None },
        ];
        let details = refuses(operations, Code::InvalidArgument, "FIELD_INVALID").await;
        let found = fields(&details);
        let at = |place: usize, field: &str| format!("operations[{place}].write.parameter.{field}");
        for expected in [
            at(0, "starts_on"),
            at(0, "ends_on"),
            at(0, "step_coefficient"),
            at(0, "code"),
            at(1, "code"),
            "operations[3].write.parameter.code".to_owned(),
            at(4, "component.base"),
            at(4, "component.percent_of"),
            at(4, "component.rate_bp"),
            "operations[5].operation".to_owned(),
        ] {
            assert!(found.contains(&expected), "{expected} is not in {found:?}");
        }
    }

    async fn pay_is_explained_to_the_dong(h: Harness) {
        with_pay(&h).await;
        let one = explained(&h, 2026, servants(1, "01.003", 3)).await;
        assert_eq!((one.pay_amount, one.months.len()), (129_298_500, 12));
        assert_eq!(explained(&h, 2013, servants(1, "01.003", 3)).await.pay_amount, 58_212_000);
        assert_eq!(explained(&h, 2026, servants(12, "01.003", 3)).await.pay_amount, 12 * 129_298_500);
        assert_eq!(one.months.iter().map(|month| month.pay_amount).sum::<i64>(), one.pay_amount);
        let totals: Vec<(&str, &str, i64)> =
            one.totals.iter().map(|total| (total.component.as_str(), total.economic_code.as_str(), total.amount)).collect();
        for expected in [("grade", "6001", 87_660_000), ("public-duty", "6124", 21_915_000), ("social-insurance", "6301", 15_340_500)] {
            assert!(totals.contains(&expected), "{expected:?} is not in {totals:?}");
        }
        assert_eq!(one.bonus_amount, 8_766_000);
        let july = &one.months[6];
        assert_eq!((july.starts_on.as_str(), july.step, july.pay_amount), ("2026-07-01", 3, 11_195_250));
        let grade = july.parts.iter().find(|part| part.component == "grade").unwrap();
        let factors: Vec<(&str, &str, &str)> = grade
            .factors
            .iter()
            .map(|factor| (factor.kind().as_str_name().trim_start_matches("PAY_FACTOR_KIND_"), factor.value.as_str(), factor.parameter.rsplit('/').next().unwrap()))
            .collect();
        let expected = [
            ("COMPONENT", "", "component.grade.2004-10-01"),
            ("RANK", "A1", "rank.01.003.2004-10-01"),
            ("COEFFICIENT", "3", "step.A1.3.2004-10-01"),
            ("BASE", "2530000", "base-salary.base.2026-07-01"),
            ("FULL_TIME", "10000", ""),
            ("COUNT", "1", ""),
        ];
        assert_eq!(factors, expected);
        let base = &grade.factors[3];
        assert_eq!((base.citation.as_str(), base.provenance()), ("Nghị định 161/2026/NĐ-CP Điều 3.2", pb::Provenance::Sourced));
        // Each percentage says what it is a percentage of.
        let duty = july.parts.iter().find(|part| part.component == "public-duty").unwrap();
        let of = duty.factors.iter().find(|factor| factor.kind() == pb::PayFactorKind::PercentOf).unwrap();
        assert_eq!((of.components.as_slice(), of.value.as_str()), (["grade".to_owned()].as_slice(), "7590000"));
    }

    async fn a_group_is_described_as_it_is_paid(h: Harness) {
        with_pay(&h).await;
        let given = |component: &str, what| pb::GivenPay { component: component.to_owned(), what: Some(what) };
        let head = pb::StaffGroup {
            given: vec![
                given("position", pb::given_pay::What::Allowance("so-truong-phong".to_owned())),
                given("seniority", pb::given_pay::What::SinceOn("2016-07-01".to_owned())),
                given("region", pb::given_pay::What::Coefficient("0.1".to_owned())),
            ],
            next_step_on: "2026-09-01".to_owned(),
            starts_on: "2026-07-01".to_owned(),
            ends_on: "2026-10-01".to_owned(),
            full_time_bp: Some(5_000),
            ..servants(2, "01.003", 3)
        };
        let found = explained(&h, 2026, head.clone()).await;
        let paid: Vec<(usize, i32)> = found.months.iter().enumerate().filter(|(_, month)| !month.parts.is_empty()).map(|(place, month)| (place, month.step)).collect();
        assert_eq!(paid, [(6, 3), (7, 3), (8, 4)]);
        let amount = |month: usize, component: &str| found.months[month].parts.iter().find(|part| part.component == component).map(|part| part.amount);
        assert_eq!(amount(6, "position"), Some(1_265_000));
        assert_eq!(amount(6, "region"), Some(253_000));
        // Ten years: five open it, five more add 1 % each, of grade and position.
        assert_eq!(amount(6, "seniority"), Some((7_590_000 + 1_265_000) / 10));
        let vacant = pb::StaffGroup { grade: Some(Grade::Vacant(true)), step: 0, ..servants(1, "", 0) };
        assert_eq!(explained(&h, 2026, vacant).await.months[6].parts.iter().find(|part| part.component == "grade").unwrap().amount, 5_920_200);

        let refuses = async |group, code, reason| {
            h.refuses(async { h.workforce().explain_pay(asked(2026, group)).await }, code, reason).await
        };
        let wrong = pb::StaffGroup {
            step: 0,
            ends_on: "2026-01-01".to_owned(),
            next_step_on: "2026-13-01".to_owned(),
            given: vec![given("region", pb::given_pay::What::Coefficient("101".to_owned())), given("region", pb::given_pay::What::RateBp(1))],
            ..head.clone()
        };
        let details = refuses(wrong, Code::InvalidArgument, "FIELD_INVALID").await;
        let found = fields(&details);
        for field in ["step", "ends_on", "next_step_on", "given[1].component"] {
            assert!(found.contains(&format!("staff_group.{field}")), "{field} is not in {found:?}");
        }
        let details = refuses(servants(1, "01.003", 10), Code::FailedPrecondition, "PAY_PARAMETER_MISSING").await;
        assert_eq!(violations(&details), [("PAY_PARAMETER_MISSING".to_owned(), "staff_group.step".to_owned())]);
        let misplaced = pb::StaffGroup { given: vec![given("region", pb::given_pay::What::Allowance("so-truong-phong".to_owned()))], ..head };
        refuses(misplaced, Code::FailedPrecondition, "PAY_PARAMETER_MISSING").await;
    }

    async fn another_country_is_other_rows(h: Harness) {
        h.jurisdiction("dt").await;
        // Twelve hundred a month for everybody, a tenth for the family, 7.65 % of both for the fund, of at most 1,250.
        let salary = pb::PayComponent {
            method: pb::PayMethod::Grade.into(),
            category: pb::PayCategory::Salary.into(),
            base: "unit".to_owned(),
            ..Default::default()
        };
        let mut fund = percent("fund", &["salary", "family"], 765);
        if let Some(Value::Component(component)) = &mut fund.value {
            (component.base, component.cap_coefficient) = ("unit".to_owned(), "12.5".to_owned());
            component.category = pb::PayCategory::Contribution.into();
        }
        let operations = vec![
            written(parameter("salary", "2026-01-01", Value::Component(salary)), ""),
            written(percent("family", &["salary"], 1_000), ""),
            written(fund, ""),
            written(parameter("unit", "2026-01-01", Value::BaseSalaryAmount(100)), ""),
        ];
        h.workforce().batch_write_pay_parameters(batch(operations)).await.unwrap();
        let group = pb::StaffGroup { grade: Some(Grade::Coefficient("12".to_owned())), ..servants(3, "", 0) };
        let found = explained(&h, 2026, group).await;
        let amounts: Vec<(&str, i64)> = found.months[0].parts.iter().map(|part| (part.component.as_str(), part.person_amount)).collect();
        // 7.65 % of 1,250 = 95.625.
        assert_eq!(amounts, [("salary", 1_200), ("family", 120), ("fund", 96)]);
        assert_eq!(found.pay_amount, 12 * 3 * (1_200 + 120 + 96));
    }
}
