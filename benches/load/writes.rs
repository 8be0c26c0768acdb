//! P5 and P6: creates of 50 lines, small writes, and changes of one line in estimates of different sizes; P9 of the creates.

use std::time::Duration;

use bytes::Bytes;
use kehoach::db::Engine;
use kehoach::pb;
use prost::Message;

use super::ask;
use super::client::{Ask, Caller, Measured};
use super::patience;
use super::pgbench::{self, Pgbench};
use super::plain::{self, Written};
use super::postgres::Role;
use super::report::{Report, Verdict};
use super::site::{READERS, Site, WRITERS};

/// Estimates that get small writes in turn.
pub const SMALL: usize = 100;

/// Adds a line to one estimate after the other.
pub fn small(number: usize) -> Ask {
    ask::add_line(&format!("e{}", number % SMALL), 3)
}

/// P5 and its part of P9.
pub async fn creates(site: &Site, report: &mut Report, several: bool) {
    let plain = match site.engine {
        Engine::Sqlite => Some(self::plain(site).await),
        Engine::Postgres => None,
    };
    let question = site.fresh_creates();
    let created = site.asked(WRITERS, usize::MAX, question).await;
    let name = "P5 create an estimate with 50 lines";
    match plain {
        Some((plain, _)) => plain.report(report, name, &created, 6.0),
        None => against_pgbench(site, report, name, &created, several).await,
    }
    if !several {
        let question = site.fresh_creates();
        patience::reads(site, report, "P9 the same at 80 % of that", &created, question).await;
    }
    let added = site.asked(WRITERS, usize::MAX, small).await;
    let name = "P5 small write: one line more";
    match plain {
        Some((_, plain)) => plain.report(report, name, &added, 8.0),
        None => report.measured(name, &added, None),
    }
}

async fn against_pgbench(site: &Site, report: &mut Report, name: &str, created: &Measured, several: bool) {
    let Some(pgbench) = Pgbench::new(&site.url_as(Role::Superuser), &site.folder) else {
        return report.measured(name, created, None);
    };
    let made = site.done(site.one_create()).await;
    let revision = pb::Estimate::decode(made).unwrap().revision;
    let (script, rows) = pgbench::write_script(&mut pgbench::connect(&site.url_as(Role::Superuser)), revision);
    // What suits it better: as many clients as the server has callers, or fewer that wait for each other less.
    let yardstick = [READERS, WRITERS].map(|clients| pgbench.run(&script, clients, site.scale.last));
    let yardstick = yardstick[0].max(yardstick[1]);
    let ratio = created.per_second() / yardstick;
    let verdict = if several { Verdict::told(ratio, "pgbench") } else { Verdict::at_least(ratio, "pgbench", 1.3) };
    report.measured(name, created, Some(verdict));
    report.rate(&format!("pgbench, one transaction of the same {rows} rows"), yardstick, None);
}

/// Commands that share a transaction where the yardstick shows how much the engine alone gains by that.
const TOGETHER: i64 = 64;

/// What plain SQLite does with the rows of one command: a transaction for each, and for many.
#[derive(Clone, Copy)]
struct Plain {
    rows: usize,
    one_by_one: f64,
    together: f64,
}

impl Plain {
    fn run(rows: &Written, conn: &rusqlite::Connection, last: Duration, estimate: fn(i64) -> String) -> Self {
        let [one_by_one, together] = [1, TOGETHER].map(|together| rows.again(conn, last, together, estimate));
        Self { rows: rows.rows(), one_by_one, together }
    }

    fn report(self, report: &mut Report, measure: &str, measured: &Measured, target: f64) {
        let of = "one by one";
        report.rate(&format!("plain SQLite, the same {} rows, {of}", self.rows), self.one_by_one, None);
        let most = Verdict::told(self.together / self.one_by_one, of);
        report.rate(&format!("plain SQLite, {TOGETHER} such in a transaction"), self.together, Some(most));
        let ratio = measured.per_second() / self.one_by_one;
        report.measured(measure, measured, Some(Verdict::at_least(ratio, of, target)));
    }
}

/// Plain SQLite on a database of its own, which a server has prepared: fewer lines than the server's, to its advantage.
async fn plain(site: &Site) -> (Plain, Plain) {
    let path = site.folder.join("plain.db");
    let mut other = site.another("plain");
    other.serve(1, &["--dev"]).await;
    other.lay_beginnings().await;
    other.lay_apart("e", SMALL, ask::LINES).await;
    let made = other.done(other.one_create()).await;
    let created = pb::Estimate::decode(made).unwrap().revision;
    let added = super::reads::revision(&other).await;
    other.stop();
    let conn = plain::open(&path);
    let (create, add) = (Written::read(&conn, "dt", created, true), Written::read(&conn, "dt", added, false));
    let last = site.scale.last;
    let small = Plain::run(&add, &conn, last, |_| "e0".to_owned());
    (Plain::run(&create, &conn, last, |number| format!("y{number}")), small)
}

/// Changes a line of an estimate of its own, again and again.
struct Changing {
    id: String,
    line: pb::Line,
    count: i64,
}

impl Caller for Changing {
    fn next(&mut self) -> Option<Ask> {
        self.count += 1;
        Some(ask::batch(&self.id, vec![ask::change(&self.line, self.count)]))
    }

    fn heard(&mut self, answer: Bytes) {
        let answer = pb::BatchWriteLinesResponse::decode(answer).unwrap();
        self.line.etag = answer.lines[0].etag.clone();
    }
}

/// P6: the two sizes in turn, so that whatever else the machine does meets both alike.
pub async fn changes(site: &Site, report: &mut Report) {
    let sizes = [("few", ask::LINES), ("many", 2_000)];
    for (prefix, lines) in sizes {
        site.lay_apart(prefix, READERS, lines).await;
    }
    let mut parts = [Vec::new(), Vec::new()];
    for half in 0..4 {
        let (prefix, lines) = sizes[half % 2];
        let mut callers: Vec<Box<dyn Caller>> = Vec::new();
        for number in 0..READERS {
            let id = format!("{prefix}{number}");
            let mut found = site.lines(&id).await;
            callers.push(Box::new(Changing { id, line: found.swap_remove(lines / 2 + 1), count: 0 }));
        }
        parts[half % 2].push(site.closed(callers, site.scale.last / 2).await);
    }
    let [few, many] = parts.map(Measured::joined);
    let verdict = Verdict::at_most(few.per_second() / many.per_second(), "× the cost", 1.3);
    report.measured("P6 change one line in an estimate of 50", &few, None);
    report.measured("P6 change one line in an estimate of 2,000", &many, Some(verdict));
}
