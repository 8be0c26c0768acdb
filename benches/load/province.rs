//! P13: checks and consolidations: an estimate of 2,000 lines, a province whose units are taken in by the one above, an HR plan of as
//! many units; and how that grows with the number of units.
//!
//! What takes many hands is written past the server: that the estimates of the units were sent, and decided on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use diesel::RunQueryDsl;
use kehoach::db::Database;
use kehoach::pb;
use prost::Message;

use super::ask;
use super::client::{Ask, InTurn};
use super::pgbench;
use super::plain;
use super::postgres::Role;
use super::report::{Report, Verdict};
use super::site::{Site, WRITERS};

/// Lines of an estimate that is checked, and how many are.
const CHECKED: usize = 2_000;
const CHECKS: usize = 40;
/// Units of the two provinces, and lines of the estimate of each.
const UNITS: [usize; 2] = [300, 3_000];
const LINES: usize = 300;
/// A year in which no other measure has an estimate.
const YEAR: i32 = 2019;
/// How long the laying of one province may take.
const LAYING: Duration = Duration::from_secs(900);

/// What one province took, in milliseconds.
#[derive(Default)]
struct Took(Vec<(&'static str, f64)>);

pub async fn measure(site: &Site, report: &mut Report) {
    checks(site, report).await;
    let quick = site.scale.quick;
    let units = if quick { UNITS.map(|units| units / 10) } else { UNITS };
    let mut all = Vec::new();
    for units in units {
        all.push(province(site, report, units).await);
    }
    let grown = units[1] as f64 / units[0] as f64;
    for ((name, few), (_, many)) in all[0].0.iter().zip(&all[1].0) {
        let verdict = Verdict::at_most(many / few / grown, "× linear", 1.3);
        report.figure(&format!("P13 {name}: {} units against {}", units[1], units[0]), verdict);
    }
}

/// The processor time of a check; each estimate is checked once, so that nothing is answered from memory.
async fn checks(site: &Site, report: &mut Report) {
    site.done(rules()).await;
    site.lay_apart("checked", CHECKS, CHECKED).await;
    let before = site.server().cpu();
    for number in 0..CHECKS {
        site.done(check(&format!("checked{number}"))).await;
    }
    let used = (site.server().cpu() - before).as_secs_f64() * 1000.0 / CHECKS as f64;
    report
        .figure(&format!("P13 check of an estimate of {CHECKED} lines, processor"), Verdict::at_most(used, "ms", 20.0));
}

async fn province(site: &Site, report: &mut Report, units: usize) -> Took {
    let mut site = site.another(&format!("province{units}"));
    site.serve(1, &["--dev"]).await;
    site.lay_beginnings().await;
    lay(&site, units).await;
    site.stop();
    past(
        &site,
        &["UPDATE estimate_versions SET state = 'ENDORSED', submission = 1 WHERE estimate LIKE 'c%'".to_owned()],
    );
    site.analyze();
    site.serve(1, &["--dev"]).await;
    let mut took = Took::default();
    let submitted = took.note(&site, "taken in by a submission", submit(&site).await).await;
    let fixed = pb::Life::decode(submitted).unwrap().revision;
    let told =
        took.note(&site, "consolidated by field, asked first", consolidation(&[pb::GroupAttribute::Functional])).await;
    let told = pb::SummarizeConsolidationResponse::decode(told).unwrap();
    assert_eq!((told.totals[0].line_count as usize, told.estimates.len()), (LINES * (units + 1), units));
    let two = consolidation(&[pb::GroupAttribute::Functional, pb::GroupAttribute::Economic]);
    took.note(&site, "consolidated by two dimensions", two).await;
    took.note(&site, "listed what is taken in", included()).await;
    took.note(&site, "checked by the one above", check("whole")).await;
    // Two commands more, so that there is a revision at which the units were decided on.
    for id in ["later1", "later2"] {
        site.done(create(id, ask::TOP, pb::EstimateKind::Supplement, 1)).await;
    }
    site.stop();
    past(&site, &decided(fixed));
    site.serve(1, &["--dev"]).await;
    took.note(&site, "checked by the last unit (BUD-01)", check("c0")).await;
    took.note(&site, "checked by the one above, one unit open", check("whole")).await;
    workforce(&site, units, &mut took).await;
    let (_, most) = site.server().memory();
    let lines = LINES * (units + 1);
    report.figure(&format!("P13 memory, {units} units with {lines} lines"), Verdict::at_most(most, "MiB", 512.0));
    for (name, ms) in &took.0 {
        report.figure(
            &format!("P13 {name}, {units} units"),
            Verdict { said: format!("{ms:.1} ms"), target: String::new(), met: true },
        );
    }
    took
}

impl Took {
    /// Asks once, and notes how long it took.
    async fn note(&mut self, site: &Site, name: &'static str, ask: Ask) -> Bytes {
        let mut client = site.client();
        client.call(ask::jurisdiction()).await.unwrap();
        let started = Instant::now();
        let answer = client.call(ask).await.unwrap_or_else(|status| panic!("{name}: {status}"));
        self.0.push((name, started.elapsed().as_secs_f64() * 1000.0));
        answer
    }
}

/// Units below the one at the top, each with an estimate, and one of the top.
async fn lay(site: &Site, units: usize) {
    let started = Instant::now();
    let unit = |number: usize| ask::unit(ask::JURISDICTION, format!("p{number}"), true);
    let laid = site.closed(InTurn::callers(WRITERS, units, unit), LAYING).await;
    assert_eq!((laid.failed, laid.calls), (0, units), "{:?}", laid.fault);
    let annual = pb::EstimateKind::Annual;
    let request = Arc::new(create("", "p0", annual, LINES).1);
    let of_unit = move |number: usize| {
        // The fields that differ come last, and hold.
        let estimate = Some(pb::Estimate { unit: unit_name(&format!("p{number}")), ..Default::default() });
        let own = pb::CreateEstimateRequest { estimate_id: format!("c{number}"), estimate, ..Default::default() };
        let mut message = request.to_vec();
        message.extend_from_slice(&own.encode_to_vec());
        (CREATE, message.into())
    };
    let laid = site.closed(InTurn::callers(WRITERS, units, of_unit), LAYING).await;
    assert_eq!((laid.failed, laid.calls), (0, units), "{:?}", laid.fault);
    site.done(create("whole", ask::TOP, annual, LINES)).await;
    println!("laid {units} units with {LINES} lines each, {:.1} s", started.elapsed().as_secs_f64());
}

/// An HR plan that asks for people of every unit: listed page by page, and checked.
async fn workforce(site: &Site, units: usize, took: &mut Took) {
    let parent = ask::JURISDICTION.to_owned();
    let plan = pb::WorkforcePlan {
        unit: unit_name(ask::TOP),
        first_year: YEAR,
        last_year: YEAR,
        title: "Nhân lực".to_owned(),
        ..Default::default()
    };
    let workforce_plan_id = "w".to_owned();
    let create =
        pb::CreateWorkforcePlanRequest { parent, workforce_plan_id, workforce_plan: Some(plan), ..Default::default() };
    site.done(workforce_ask("CreateWorkforcePlan", &create)).await;
    let name = format!("{}/workforcePlans/w", ask::JURISDICTION);
    let demands: Vec<pb::StaffingOperation> = (0..units).map(demand).collect();
    let started = Instant::now();
    for operations in demands.chunks(1_000) {
        let batch = pb::BatchWriteStaffingRequest {
            parent: name.clone(),
            operations: operations.to_vec(),
            ..Default::default()
        };
        site.done(workforce_ask("BatchWriteStaffing", &batch)).await;
    }
    took.0.push(("asked for people of every unit", started.elapsed().as_secs_f64() * 1000.0));
    let (started, mut page_token, mut listed) = (Instant::now(), String::new(), 0);
    loop {
        let list = pb::ListStaffingRequest { parent: name.clone(), page_size: 1_000, page_token, ..Default::default() };
        let page = site.done(workforce_ask("ListStaffing", &list)).await;
        let page = pb::ListStaffingResponse::decode(page).unwrap();
        listed += page.items.len();
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(listed, units);
    took.0.push(("listed the people of every unit", started.elapsed().as_secs_f64() * 1000.0));
    let (name_too, on) = (name.clone(), format!("{YEAR}-06-30"));
    let sum = pb::SummarizeHeadcountRequest { name: name_too, on, read_at: None };
    took.note(site, "summed up the headcount", workforce_ask("SummarizeHeadcount", &sum)).await;
    let check = pb::CheckDocumentRequest { name, read_at: None };
    let check = ("/kehoach.v1.ApprovalService/CheckDocument", check.encode_to_vec().into());
    took.note(site, "checked the HR plan", check).await;
}

fn demand(number: usize) -> pb::StaffingOperation {
    let demand = pb::HeadcountDemand {
        unit: unit_name(&format!("p{number}")),
        staff_kind: pb::StaffKind::CivilServant.into(),
        year: YEAR,
        ..Default::default()
    };
    let figure = Some(pb::StagedFigure { requested: Some(12), ..Default::default() });
    let content = Some(pb::staffing_item::Content::Demand(demand));
    let item = Some(pb::StaffingItem { content, figure, ..Default::default() });
    let create = pb::CreateStaffingOperation { item_id: format!("d{number}"), item };
    pb::StaffingOperation { operation: Some(pb::staffing_operation::Operation::Create(create)) }
}

fn workforce_ask(method: &'static str, message: &impl Message) -> Ask {
    let path = match method {
        "CreateWorkforcePlan" => "/kehoach.v1.WorkforceService/CreateWorkforcePlan",
        "BatchWriteStaffing" => "/kehoach.v1.WorkforceService/BatchWriteStaffing",
        "ListStaffing" => "/kehoach.v1.WorkforceService/ListStaffing",
        _ => "/kehoach.v1.WorkforceService/SummarizeHeadcount",
    };
    (path, message.encode_to_vec().into())
}

const CREATE: &str = "/kehoach.v1.BudgetService/CreateEstimate";

fn unit_name(id: &str) -> String {
    format!("{}/units/{id}", ask::JURISDICTION)
}

fn create(id: &str, unit: &str, kind: pb::EstimateKind, lines: usize) -> Ask {
    let lines =
        (0..lines).map(|number| pb::CreateLineOperation { line: Some(ask::line(number)), ..Default::default() });
    let request = pb::CreateEstimateRequest {
        parent: ask::JURISDICTION.to_owned(),
        estimate_id: id.to_owned(),
        estimate: Some(pb::Estimate {
            unit: unit_name(unit),
            fiscal_year: YEAR,
            kind: kind.into(),
            title: "Dự toán".to_owned(),
            ..Default::default()
        }),
        lines: lines.collect(),
        ..Default::default()
    };
    (CREATE, request.encode_to_vec().into())
}

fn rules() -> Ask {
    let request = pb::EnableRuleSetRequest {
        name: format!("{}/ruleSets/vietnam", ask::JURISDICTION),
        first_fiscal_year: 2017,
        ..Default::default()
    };
    ("/kehoach.v1.CheckService/EnableRuleSet", request.encode_to_vec().into())
}

fn check(id: &str) -> Ask {
    let request = pb::CheckDocumentRequest { name: ask::estimate_name(id), read_at: None };
    ("/kehoach.v1.ApprovalService/CheckDocument", request.encode_to_vec().into())
}

fn consolidation(by: &[pb::GroupAttribute]) -> Ask {
    let group_by = by.iter().map(|attribute| pb::GroupBy { attribute: (*attribute).into(), level: 0 }).collect();
    let request =
        pb::SummarizeConsolidationRequest { name: ask::estimate_name("whole"), group_by, ..Default::default() };
    ("/kehoach.v1.BudgetService/SummarizeConsolidation", request.encode_to_vec().into())
}

fn included() -> Ask {
    let request = pb::ListIncludedRequest { name: ask::estimate_name("whole"), read_at: None };
    ("/kehoach.v1.BudgetService/ListIncluded", request.encode_to_vec().into())
}

/// The submission of the top, which takes in whatever was sent.
async fn submit(site: &Site) -> Ask {
    let get = pb::GetLifeRequest { name: ask::estimate_name("whole"), read_at: None };
    let life = site.done(("/kehoach.v1.ApprovalService/GetLife", get.encode_to_vec().into())).await;
    let etag = pb::Life::decode(life).unwrap().etag;
    let justifications = vec![pb::Justification { rule: "FORM-06".to_owned(), text: "Theo mẫu.".to_owned() }];
    let name = ask::estimate_name("whole");
    let request = pb::SubmitRequest { name, etag, justifications, include_endorsed: true, ..Default::default() };
    ("/kehoach.v1.ApprovalService/Submit", request.encode_to_vec().into())
}

/// The whole was decided on when it was submitted, and every unit but the first at the revision after.
fn decided(fixed: i64) -> Vec<String> {
    const CURRENT: i64 = i64::MAX;
    let (next, columns) = (fixed + 1, "unit, fiscal_year, kind, series, sequence, scheme");
    vec![
        format!("UPDATE estimate_versions SET state = 'APPROVED', in_force = since WHERE estimate = 'whole' AND until = {CURRENT}"),
        format!("UPDATE estimate_versions SET until = {next} WHERE estimate LIKE 'c%' AND until = {CURRENT}"),
        format!(
            "INSERT INTO estimate_versions (jurisdiction, since, until, estimate, at, created_at, {columns}, state, submission, number,
                 in_force, title, line_count, last_sequence)
             SELECT jurisdiction, {next}, {CURRENT}, estimate, at, created_at, {columns},
                 CASE estimate WHEN 'c0' THEN 'APPRAISED' ELSE 'APPROVED' END, submission, number,
                 CASE estimate WHEN 'c0' THEN NULL ELSE {next} END, title, line_count, last_sequence
               FROM estimate_versions WHERE estimate LIKE 'c%' AND until = {next}"
        ),
    ]
}

/// Runs statements past the server, which does not run.
fn past(site: &Site, statements: &[String]) {
    match Database::parse(&site.url).unwrap() {
        Database::Sqlite(path) => {
            let conn = plain::open(&path);
            statements.iter().for_each(|sql| conn.execute_batch(sql).unwrap());
        }
        Database::Postgres(url) => {
            let mut conn = pgbench::connect(&Role::Superuser.of(&url));
            for sql in statements {
                diesel::sql_query(sql).execute(&mut conn).unwrap();
            }
        }
    }
}
