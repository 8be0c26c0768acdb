//! Every statement that a server runs while it works is found by an index. The statements are those that it really runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, Once};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};
use kehoach::db::{self, Conn, Database, Engine, Opening};
use kehoach::pb;

use crate::budget::{batch, create, created, deleted, estimate_name, line, updated};
use crate::harness::{Harness, engines, jurisdiction_name, unit_name};

/// The databases that are listened to, and what was asked of them.
static HEARD: Mutex<Heard> =
    Mutex::new(Heard { databases: BTreeSet::new(), asked: BTreeSet::new(), entered: BTreeMap::new() });

struct Heard {
    databases: BTreeSet<String>,
    /// Each statement with the database that it was asked of.
    asked: BTreeSet<(String, String)>,
    /// How often a jurisdiction was entered in each database.
    entered: BTreeMap<String, usize>,
}

/// Notes the statements of one connection, if its database is listened to.
struct Ear(Option<String>);

impl Instrumentation for Ear {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        let mut heard = HEARD.lock().unwrap();
        if let InstrumentationEvent::StartEstablishConnection { url, .. } = event {
            self.0 = Some(url.to_owned()).filter(|url| heard.databases.contains(url));
        } else if let InstrumentationEvent::StartQuery { query, .. } = event
            && let Some(url) = &self.0
        {
            let text = query.to_string();
            let sql = text.split(" -- binds: ").next().unwrap_or_default().trim().to_owned();
            if sql.contains("set_config('kehoach.jurisdiction'") {
                *heard.entered.entry(url.clone()).or_default() += 1;
            }
            heard.asked.insert((url.clone(), sql));
        }
    }
}

fn url(database: &Database) -> String {
    match database {
        Database::Sqlite(path) => path.to_str().unwrap().to_owned(),
        Database::Postgres(url) => url.clone(),
    }
}

/// A process whose statements are noted, on the database of another, which has ended on SQLite.
async fn listened(h: Harness) -> Harness {
    static LISTENS: Once = Once::new();
    LISTENS.call_once(|| set_default_instrumentation(|| Some(Box::new(Ear(None)))).unwrap());
    HEARD.lock().unwrap().databases.insert(url(h.database()));
    h.restarted().await
}

/// What the calls of a working day ask: writes of every kind, lists, and the roll-up over lines, totals and transfers.
async fn work(h: &Harness) {
    let transfer = pb::Line {
        nature: pb::Nature::TransferDown.into(),
        counterpart_unit: unit_name("dt", "below"),
        ..line("101", 5)
    };
    let mut request = create("e", 2024, vec![line("101", 1), line("341", 2), transfer]);
    request.request_id = Some(crate::harness::request_id(1));
    h.budget().create_estimate(request).await.unwrap();
    h.budget().create_estimate(create("f", 2025, vec![line("102", 3)])).await.unwrap();
    let lines = h.lines_of("e").await;
    let mut changed = lines[0].clone();
    changed.amounts = Some(pb::Amounts { requested: Some(7), ..Default::default() });
    let operations = vec![updated(changed, &["amounts"]), deleted(&lines[1]), created("n", line("102", 4))];
    h.budget().batch_write_lines(batch("e", operations)).await.unwrap();
    h.budget().get_estimate(pb::GetEstimateRequest { name: estimate_name("e"), read_at: None }).await.unwrap();
    let parent = jurisdiction_name("dt");
    let list = pb::ListEstimatesRequest { parent: parent.clone(), fiscal_years: vec![2024], ..Default::default() };
    h.budget().list_estimates(list).await.unwrap();
    let by = |attribute: pb::GroupAttribute| vec![pb::GroupBy { attribute: attribute.into(), level: 0 }];
    for group_by in [by(pb::GroupAttribute::Functional), by(pb::GroupAttribute::Nature)] {
        let fiscal_years = vec![2024];
        let ask = pb::SummarizeBudgetRequest { parent: parent.clone(), fiscal_years, group_by, ..Default::default() };
        h.budget().summarize_budget(ask).await.unwrap();
    }
    // Asked again after a change, it is brought forward.
    h.budget().batch_write_lines(batch("e", vec![created("m", line("102", 6))])).await.unwrap();
    let (fiscal_years, group_by) = (vec![2024], by(pb::GroupAttribute::Functional));
    let again = pb::SummarizeBudgetRequest { parent: parent.clone(), fiscal_years, group_by, ..Default::default() };
    h.budget().summarize_budget(again).await.unwrap();
    plan(h).await;
    let estimate = h.budget().get_estimate(pb::GetEstimateRequest { name: estimate_name("f"), read_at: None }).await;
    let etag = estimate.unwrap().into_inner().etag;
    let delete = pb::DeleteEstimateRequest { name: estimate_name("f"), etag, ..Default::default() };
    h.budget().delete_estimate(delete).await.unwrap();
}

/// What is asked of plans: a batch of every kind of operation, lists, the check and an approval.
async fn plan(h: &Harness) {
    use crate::plan::{batch, created, deleted, goal, replaced};
    use kehoach::document::state::Verb::{Amend, Appraise, Approve, Cancel, Endorse, Submit};
    h.plan("p").await;
    let items = h.items("p").await;
    let operations = vec![created("", goal("X")), replaced(&items[0], goal("Y")), deleted(&items[3])];
    h.plans().batch_write_plan(batch("p", operations)).await.unwrap();
    let list = pb::ListPlansRequest { parent: jurisdiction_name("dt"), year: 2013, ..Default::default() };
    h.plans().list_plans(list).await.unwrap();
    let since_revision = h.revision("dt").await;
    h.carried("p", &[Submit, Endorse, Appraise, Approve]).await;
    reviewed(h, since_revision).await;
    h.carried("p", &[Amend, Cancel]).await;
}

/// What is asked of a plan in force and of a project that carries out a task of it: reports, reviews, changes, roll-ups, comparisons.
async fn reviewed(h: &Harness, since_revision: i64) {
    use crate::plan::{actual, plan_name, reported};
    use crate::project::{project_name, update};
    let project = h.project("p").await;
    let task = format!("{}/tasks/t", plan_name("p"));
    let linked = update(&project, &["plan_tasks"], |new| new.plan_tasks = vec![task.clone()]);
    h.projects().update_project(linked).await.unwrap();
    let paying = pb::Line { project: project_name("p"), plan_task: task, ..line("102", 4) };
    h.budget().batch_write_lines(batch("f", vec![created("", paying)])).await.unwrap();
    h.plans().record_actuals(reported("p", vec![actual("i", 2013, "12")])).await.unwrap();
    let name = plan_name("p");
    let ask = pb::ReviewPlanRequest { name: name.clone(), year: 2013, since_revision, ..Default::default() };
    h.plans().review_plan(ask).await.unwrap();
    let after = pb::ListPlanChangesRequest { parent: name, since_revision, page_size: 1, ..Default::default() };
    let page_token = h.plans().list_plan_changes(after.clone()).await.unwrap().into_inner().next_page_token;
    h.plans().list_plan_changes(pb::ListPlanChangesRequest { page_token, ..after }).await.unwrap();
    let parent = jurisdiction_name("dt");
    let (codes, kind) = (vec!["KHCN.03".to_owned()], pb::PlanKind::Development.into());
    let ask =
        pb::SummarizeIndicatorsRequest { parent: parent.clone(), kind, codes, first_year: 2013, ..Default::default() };
    h.plans().summarize_indicators(ask).await.unwrap();
    let ask = pb::ListProjectChangesRequest { parent, since_revision, ..Default::default() };
    h.projects().list_project_changes(ask).await.unwrap();
    let name = project_name("p");
    h.projects().review_project(pb::ReviewProjectRequest { name: name.clone(), read_at: None }).await.unwrap();
    let left = Some(crate::budget::at(project.revision));
    h.projects().compare_project(pb::CompareProjectRequest { name, left, right: None }).await.unwrap();
}

/// Whether a statement looks for rows, and for those of a few objects: a handful of schemes and settings may be scanned.
fn looks_for_rows(sql: &str) -> bool {
    let looks = ["SELECT", "UPDATE", "WITH"].iter().any(|verb| sql.starts_with(verb)) && sql.contains("WHERE");
    let small = ["settings", "scheme_versions", "pragma_", "pg_", "__diesel"].iter().any(|table| sql.contains(table));
    // The types of arrays are known from what is bound, which is not here.
    looks && !small && !sql.contains("UNNEST")
}

/// How often a jurisdiction was entered so far.
fn entered(h: &Harness) -> usize {
    HEARD.lock().unwrap().entered.get(&url(h.database())).copied().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_says_where_it_is_only_when_that_changes() {
    let Some(h) = Harness::new(Engine::Postgres).await else { return };
    for jurisdiction in ["dt", "hn"] {
        h.jurisdiction(jurisdiction).await;
        h.unit(jurisdiction, "khcn").await;
    }
    let h = listened(h).await;
    let read = |jurisdiction: &'static str| h.get_unit(jurisdiction, "khcn");
    for _ in 0..40 {
        read("dt").await;
        h.unit("dt", &format!("u{}", h.revision("dt").await)).await;
    }
    // Two readers, a writer, and what is read once at the start.
    let connections = entered(&h);
    assert!((1..=6).contains(&connections), "{connections} for 120 calls in one jurisdiction");
    for _ in 0..20 {
        read("dt").await;
        read("hn").await;
    }
    let moves = entered(&h) - connections;
    assert!((1..=2 * 40).contains(&moves), "{moves} for 40 reads in turn");
}

engines! {
    async fn every_statement_of_a_working_day_uses_an_index(h: Harness) {
        h.budget_ground().await;
        h.unit_below("dt", "below", "khcn").await;
        let h = listened(h).await;
        work(&h).await;
        let mine = url(h.database());
        let heard: Vec<String> = HEARD.lock().unwrap().asked.iter().filter(|(url, _)| *url == mine).map(|(_, sql)| sql.clone()).collect();
        let asked: Vec<&String> = heard.iter().filter(|sql| looks_for_rows(sql)).collect();
        assert!(asked.len() > 15, "almost nothing was heard: {heard:#?}");
        assert_eq!(asked.iter().filter(|sql| sql.starts_with("WITH chosen")).count(), 6, "not every roll-up: {asked:#?}");
        let brought = |part: &str| asked.iter().filter(|sql| sql.starts_with("WITH chosen") && sql.contains(part)).count();
        assert_eq!((brought(" AND t.until <= "), brought(" AND t.since > ")), (1, 1), "nothing was brought forward: {asked:#?}");
        let mut conn = Conn::open(h.database(), Opening::Writer).unwrap();
        for sql in asked {
            let plan = db::explain(&mut conn, sql).unwrap_or_else(|error| panic!("{sql}: {error:?}")).join("; ");
            let scanned = plan.replace("SCAN chosen", "").replace("SCAN down", "").replace("SCAN up", "").replace("SCAN CONSTANT ROW", "");
            assert!(!scanned.contains("SCAN ") && !scanned.contains("Seq Scan"), "{sql}\n{plan}");
        }
    }
}
