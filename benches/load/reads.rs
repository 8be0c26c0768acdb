//! P1 to P4: reads of lines and lists, kept and cold, at the head and at old revisions; P9 of two of them.

use kehoach::db::Engine;
use kehoach::pb;
use prost::Message;

use super::ask::{self, LINES};
use super::bare::Bare;
use super::client::{Ask, InTurn, Measured, closed_loop};
use super::patience;
use super::pgbench::{self, Pgbench};
use super::postgres::Role;
use super::report::{Report, Verdict};
use super::site::{READERS, Site};

/// Estimates that P1 reads again and again.
const WARM: usize = 100;
/// Changed several times for P3: batches of ten lines each, so that there are as many later versions as lines.
const HISTORY: usize = 600;
const BATCHES: usize = 5;
/// Changed wholly and often for the deep part of P3.
const DEEP: usize = 20;
const DEEP_BATCHES: usize = 20;

/// Estimates from a place on, far from each other, each once.
fn scattered(estimates: usize, number: usize) -> String {
    // A prime, so that it comes back to one only after all the others.
    format!("e{}", number * 7_919 % estimates)
}

/// Calls of a bare method that answers the same bytes as the server does to this question.
pub async fn bare(site: &Site, question: Ask) -> Measured {
    let answer = site.done(question.clone()).await;
    let bare = Bare::start(&site.folder, &answer);
    let callers = InTurn::callers(READERS, usize::MAX, Bare::ask(&question.1));
    closed_loop(std::slice::from_ref(&bare.door), callers, site.scale.last).await
}

/// P1 and P2 with their parts of P9.
pub async fn lines(site: &Site, report: &mut Report, several: bool) {
    let estimates = site.estimates;
    let yardstick = bare(site, ask::lines("e0")).await;
    report.measured("bare tonic, the same bytes", &yardstick, None);
    let bare = yardstick.per_second();

    let warm = move |number: usize| ask::lines(&scattered(estimates, number % WARM));
    let kept = kept(site, report, "P1 50 lines, unchanged since the last read", bare, several).await;
    if !several {
        patience::reads(site, report, "P9 the same at 80 % of that", &kept, warm).await;
    }

    // Each estimate is read once in the life of this process, so nothing that is kept serves.
    let (first, half) = (WARM, (estimates - WARM) / 2);
    let cold = site.asked(READERS, half, move |number| ask::lines(&scattered(estimates, first + number))).await;
    let name = "P2 50 lines, never read before";
    if site.engine == Engine::Sqlite {
        let ratio = cold.per_second() / bare;
        report.measured(name, &cold, Some(Verdict::at_least(ratio, "bare", 0.30)));
    } else {
        against_pgbench(site, report, name, &cold, several).await;
    }
    if !several {
        let rest = move |number: usize| ask::lines(&scattered(estimates, first + half + number));
        patience::reads_once(site, report, "P9 the same at 80 % of that", &cold, half, rest).await;
        history(site, report, &cold).await;
    }
}

/// P1.
async fn kept(site: &Site, report: &mut Report, name: &str, bare: f64, several: bool) -> Measured {
    let estimates = site.estimates;
    let question = move |number: usize| ask::lines(&scattered(estimates, number % WARM));
    // Every server has been asked for each of them.
    site.asked(READERS, READERS * WARM, question).await;
    let kept = site.asked(READERS, usize::MAX, question).await;
    let target = if several { 0.35 } else { 0.70 };
    let verdict = Verdict::at_least(kept.per_second() / bare, "bare", target);
    report.measured(name, &kept, Some(verdict));
    kept
}

/// P1 of callers who show a token, as they do where the server is not started with `--dev`.
pub async fn with_token(site: &mut Site, report: &mut Report, several: bool) {
    let before = site.without_dev().await;
    let yardstick = bare(site, ask::lines("e0")).await.per_second();
    kept(site, report, "P1 the same, by callers who show a token", yardstick, several).await;
    site.serve_again(before).await;
}

async fn against_pgbench(site: &Site, report: &mut Report, name: &str, cold: &Measured, several: bool) {
    let Some(pgbench) = Pgbench::new(&site.url_as(Role::Superuser), &site.folder) else {
        return report.measured(name, cold, None);
    };
    let script = pgbench::read_script(site.estimates, revision(site).await);
    let yardstick = pgbench.run(&script, READERS, site.scale.last);
    let ratio = cold.per_second() / yardstick;
    let verdict = if several { Verdict::told(ratio, "pgbench") } else { Verdict::at_least(ratio, "pgbench", 0.75) };
    report.measured(name, cold, Some(verdict));
    report.rate("pgbench, its two statements", yardstick, None);
}

/// The head, from an estimate that is made for it.
pub async fn revision(site: &Site) -> i64 {
    let made = site.done(ask::add_line("e0", 1)).await;
    pb::BatchWriteLinesResponse::decode(made).unwrap().estimate.unwrap().revision
}

/// P3: each question names another state of an estimate than every one before.
async fn history(site: &Site, report: &mut Report, cold: &Measured) {
    if !site.scale.wants("P3") {
        return;
    }
    let share = if site.scale.quick { 10 } else { 1 };
    site.lay_apart("h", HISTORY / share, LINES).await;
    let states = changed(site, "h", HISTORY / share, BATCHES).await;
    let end = states.len();
    let old = site.asked(READERS, end, move |number| states[number].clone()).await;
    let ratio = old.per_second() / cold.per_second();
    let verdict = Verdict::at_least(ratio, "P2", 0.8);
    report.measured("P3 at an old revision, up to 50 later versions", &old, Some(verdict));

    site.lay_apart("d", DEEP, LINES).await;
    let states = changed(site, "d", DEEP, DEEP_BATCHES / share.min(4)).await;
    let end = states.len();
    let old = site.asked(READERS, end, move |number| states[number].clone()).await;
    let ratio = old.per_second() / cold.per_second();
    report.measured("   deeper: up to 1,000 later versions", &old, Some(Verdict::told(ratio, "P2")));
}

/// Changes estimates of 50 lines in batches of ten (of all 50 where there are many); gives the questions for each state that is over.
async fn changed(site: &Site, prefix: &str, estimates: usize, batches: usize) -> std::sync::Arc<Vec<Ask>> {
    let size = if batches > BATCHES || prefix == "d" { LINES } else { LINES / BATCHES };
    let work = (0..estimates).map(|number| async move {
        let id = format!("{prefix}{number}");
        let mut lines = site.lines(&id).await;
        let mut states = Vec::new();
        for batch in 0..batches {
            let first = batch * size % LINES;
            let part = &mut lines[first..first + size];
            let operations = part.iter().map(|line| ask::change(line, 7_000 + batch as i64)).collect();
            let answer = site.done(ask::batch(&id, operations)).await;
            let answer = pb::BatchWriteLinesResponse::decode(answer).unwrap();
            for (line, written) in part.iter_mut().zip(answer.lines) {
                line.etag = written.etag;
            }
            states.push(ask::lines_at(&id, answer.estimate.unwrap().revision - 1));
        }
        states
    });
    use futures_util::StreamExt;
    let all: Vec<Vec<Ask>> = futures_util::stream::iter(work).buffer_unordered(READERS).collect().await;
    // State by state, so that one estimate is not read several times in a row.
    let states = (0..batches).rev().flat_map(|batch| all.iter().map(move |states| states[batch].clone()));
    std::sync::Arc::new(states.collect())
}

/// P4.
pub async fn list(site: &Site, report: &mut Report) {
    let listed = site.asked(READERS, usize::MAX, |number| ask::estimates(number + 1)).await;
    let name = "P4 100 estimates with totals, never asked before";
    if site.engine == Engine::Sqlite {
        let yardstick = bare(site, ask::estimates(0)).await;
        report.measured("bare tonic, the same bytes", &yardstick, None);
        let ratio = listed.per_second() / yardstick.per_second();
        return report.measured(name, &listed, Some(Verdict::at_least(ratio, "bare", 0.30)));
    }
    let Some(pgbench) = Pgbench::new(&site.url_as(Role::Superuser), &site.folder) else {
        return report.measured(name, &listed, None);
    };
    let script = pgbench::list_script(ask::FIRST_YEAR, ask::YEARS, revision(site).await);
    let yardstick = pgbench.run(&script, READERS, site.scale.last);
    let ratio = listed.per_second() / yardstick;
    report.measured(name, &listed, Some(Verdict::at_least(ratio, "pgbench", 0.6)));
    report.rate("pgbench, its statement", yardstick, None);
}
