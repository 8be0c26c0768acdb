//! P7: the roll-up of about 100,000 lines of a subtree by two dimensions: asked for the first time, again, and after a change.

use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use kehoach::db::{Database, Engine};
use kehoach::pb;
use prost::Message;

use super::ask;
use super::pgbench;
use super::plain;
use super::postgres::Role;
use super::reads::bare;
use super::report::{Report, Verdict};
use super::site::{READERS, Site};
use super::writes::small;

/// Lines that the roll-up must reach.
const LINES: usize = 100_000;
/// First times and changes of which the middle one counts.
const TIMES: usize = 5;

fn median(mut took: Vec<Duration>) -> f64 {
    took.sort();
    took.get(took.len() / 2).map_or(0.0, |middle| middle.as_secs_f64() * 1000.0)
}

pub async fn measure(site: &mut Site, report: &mut Report) {
    let in_year = site.estimates * ask::LINES / ask::YEARS * ask::UNDER_TOP / ask::UNITS;
    let years = LINES.div_ceil(in_year.max(1)).clamp(1, ask::YEARS);
    let question = ask::rollup(years, 0);
    let (mut first, mut rows, mut lines) = (Vec::new(), 0, 0);
    for _ in 0..TIMES {
        // Nobody has asked this server for anything yet.
        site.restart().await;
        let mut client = site.client();
        client.call(ask::jurisdiction()).await.unwrap();
        let started = Instant::now();
        let answer = client.call(question.clone()).await.unwrap();
        first.push(started.elapsed());
        let answer = pb::SummarizeBudgetResponse::decode(answer).unwrap();
        (rows, lines) = (answer.rows.len(), answer.totals[0].line_count);
    }
    let first = median(first);
    let raw = raw(site, years).await;
    let name = format!("P7 roll-up of {lines} lines to {rows} rows, first time");
    let verdict = Verdict::at_most(first / raw, &format!("× SQL ({first:.0}:{raw:.0} ms)"), 1.3);
    report.figure(&name, verdict);

    let yardstick = bare(site, question.clone()).await;
    report.measured("bare tonic, the same bytes", &yardstick, None);
    let again = question.clone();
    let again = site.asked(READERS, usize::MAX, move |_| again.clone()).await;
    let ratio = again.per_second() / yardstick.per_second();
    report.measured("P7 again at the same revision", &again, Some(Verdict::at_least(ratio, "bare", 0.5)));

    let mut after = Vec::new();
    let mut client = site.client();
    for number in 0..TIMES * 4 {
        client.call(small(number)).await.unwrap();
        let started = Instant::now();
        client.call(question.clone()).await.unwrap();
        after.push(started.elapsed());
    }
    report.figure("P7 after one change", Verdict::at_most(median(after), "ms", 2.0));
}

/// What the engine itself takes for the same sums in one statement, as someone who knows the tables would write it.
async fn raw(site: &Site, years: usize) -> f64 {
    let revision = super::reads::revision(site).await;
    let list: Vec<String> = (ask::FIRST_YEAR..).take(years).map(|year| year.to_string()).collect();
    let holds = |table: &str| format!("{table}.since <= {revision} AND {table}.until > {revision}");
    let sql = format!(
        "WITH RECURSIVE below (unit) AS (
             SELECT u.unit FROM unit_versions u WHERE u.jurisdiction = 'dt' AND u.unit = '{top}' AND {u} UNION ALL
             SELECT u.unit FROM below JOIN unit_versions u ON u.parent = below.unit
             WHERE u.jurisdiction = 'dt' AND {u})
         SELECT l.functional, l.economic, l.side, COUNT(*), SUM(l.actual_n2), SUM(l.budget_n1), SUM(l.expected_n1),
             SUM(l.requested), SUM(l.appraised), SUM(l.decided)
         FROM below JOIN estimate_versions e ON e.unit = below.unit
         JOIN line_versions l ON l.jurisdiction = e.jurisdiction AND l.estimate = e.estimate
         WHERE e.jurisdiction = 'dt' AND e.fiscal_year IN ({years}) AND {e} AND {l}
         GROUP BY l.functional, l.economic, l.side",
        top = ask::TOP,
        years = list.join(", "),
        u = holds("u"),
        e = holds("e"),
        l = holds("l"),
    );
    let took = (0..TIMES).map(|_| match Database::parse(&site.url).unwrap() {
        Database::Sqlite(path) => {
            let conn = plain::open(&path);
            let started = Instant::now();
            let mut statement = conn.prepare(&sql).unwrap();
            let rows = statement.query_map([], |_| Ok(())).unwrap().count();
            assert!(rows > 0, "{:?}", Engine::Sqlite);
            started.elapsed()
        }
        Database::Postgres(url) => {
            let mut conn = pgbench::connect(&Role::Superuser.of(&url));
            diesel::sql_query("SET jit = off").execute(&mut conn).unwrap();
            let started = Instant::now();
            diesel::sql_query(&sql).execute(&mut conn).unwrap();
            started.elapsed()
        }
    });
    median(took.collect())
}
