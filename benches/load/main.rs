//! The load bench: the server over a real socket beside its yardsticks, in one run, as ratios.
//!
//! `cargo bench --bench load`. Only the ratios count: the machine may be shared. Absent: PostgreSQL; its yardstick is pgbench, which is
//! run by hand on the same cluster.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot go on says why and ends"
)]

mod client;
mod ground;
mod yardsticks;

use std::time::Duration;

use client::{Measured, closed_loop};
use ground::Ground;

/// How long each measure lasts.
const LAST: Duration = Duration::from_secs(4);
/// Callers of the closed loop.
const CALLERS: usize = 16;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run());
}

async fn run() {
    let ground = Ground::new().await;
    println!("{:<58} {:>10} {:>9} {:>9}  ratio", "measure", "calls/s", "p50 ms", "p99 ms");

    let warm = ground.list_lines(0, None);
    let answer = ground.client().call(ground.list_path(), warm.clone()).await.unwrap();
    let bare_address = yardsticks::bare(answer).await;
    let bare = closed_loop(bare_address, CALLERS, LAST, |_| (yardsticks::BARE_PATH, warm.clone())).await;
    show("bare tonic, the same bytes", &bare, None);

    let same = closed_loop(ground.address, CALLERS, LAST, |_| (ground.list_path(), warm.clone())).await;
    show("P1 50 lines of an estimate, unchanged since the last read", &same, Some(("bare", bare.per_second())));

    // A page token of another size each time makes every request another one, so nothing that is kept serves it.
    let cold = closed_loop(ground.address, CALLERS, LAST, |n| {
        (ground.list_path(), ground.list_lines(n % 1000, Some(50 + (n / 1000) as i32 % 900)))
    })
    .await;
    show("P2 the same, never read before", &cold, Some(("bare", bare.per_second())));

    let head = ground.revision().await;
    let old = closed_loop(ground.address, CALLERS, LAST, |n| {
        (ground.list_path(), ground.list_lines_at(n % 1000, head - 1 - (n / 1000) as i64 % 50))
    })
    .await;
    show("P3 the same at an old revision", &old, Some(("P2", cold.per_second())));

    let list = closed_loop(ground.address, CALLERS, LAST, |n| {
        ("/kehoach.v1.BudgetService/ListEstimates", ground.list_estimates(n))
    })
    .await;
    show("P4 100 estimates with totals, 1,200 questions in turn", &list, Some(("bare", bare.per_second())));

    let single = yardsticks::one_transaction_per_write(LAST);
    println!("{:<58} {:>10.0}", "one transaction for each create of 50 lines, plain SQLite", single);
    let create =
        closed_loop(ground.address, 64, LAST, |n| ("/kehoach.v1.BudgetService/CreateEstimate", ground.create(n))).await;
    show("P5 create an estimate with 50 lines", &create, Some(("one by one", single)));

    let small = ground.update_one(50, LAST).await;
    println!("{:<58} {:>10.0}", "P6 change of one line among 50", small);
    let large = ground.update_one(2_000, LAST).await;
    println!("{:<58} {:>10.0} {:>20} {:.2} of cost", "P6 change of one line among 2,000", large, "", small / large);
}

fn show(name: &str, measured: &Measured, against: Option<(&str, f64)>) {
    let ratio = against.map(|(of, value)| format!("{:.2} of {of}", measured.per_second() / value)).unwrap_or_default();
    println!(
        "{name:<58} {:>10.0} {:>9.2} {:>9.2}  {ratio}",
        measured.per_second(),
        measured.percentile(0.50),
        measured.percentile(0.99)
    );
    assert_eq!(measured.failed, 0, "{name}: calls failed");
}
