//! P10 and P11: what the server takes of memory and time, and what its point reads and writes cost with few lines and with many.

use super::ask::{self, LINES};
use super::client::Measured;
use super::report::{Report, Verdict};
use super::site::{READERS, Site, WRITERS};
use super::writes::small;

/// Estimates whose lines are read one by one.
const READ: usize = 200;

/// Point reads and small writes at one size.
pub struct Points {
    pub lines: usize,
    reads: Measured,
    writes: Measured,
}

/// Reads lines, each once in the life of the process, and writes small.
pub async fn points(site: &mut Site) -> Points {
    let apart = site.estimates / READ;
    let mut names = Vec::new();
    for number in 0..READ.min(site.estimates) {
        names.extend(site.lines(&format!("e{}", number * apart.max(1))).await.into_iter().map(|line| line.name));
    }
    site.restart().await;
    let (end, count) = (names.len(), names.len());
    // Line after line of different estimates.
    let read = move |number: usize| ask::one_line(names[number * 61 % count].clone());
    let reads = site.asked(READERS, end, read).await;
    let writes = site.asked(WRITERS, usize::MAX, small).await;
    Points { lines: site.estimates * LINES, reads, writes }
}

/// P11.
pub fn compare(report: &mut Report, few: &Points, many: &Points) {
    for (name, before, after) in
        [("read one line", &few.reads, &many.reads), ("small write", &few.writes, &many.writes)]
    {
        report.measured(&format!("P11 {name}, {} lines stored", few.lines), before, None);
        let cost = before.per_second() / after.per_second();
        let verdict = Verdict::at_most(cost, "× the cost", 1.2);
        report.measured(&format!("P11 {name}, {} lines stored", many.lines), after, Some(verdict));
    }
}

/// P10, at rest: a server that has only been asked whether it is there.
pub fn at_rest(site: &Site, report: &mut Report) {
    let (now, _) = site.server().memory();
    report.figure("P10 memory at rest, nothing stored", Verdict::at_most(now, "MiB", 25.0));
}

/// P10, at a start with everything stored.
pub fn at_start(site: &Site, report: &mut Report) {
    let took = site.server().first_answer.as_secs_f64() * 1000.0;
    let name = format!("P10 start to first answer, {} lines stored", site.estimates * LINES);
    report.figure(&name, Verdict::at_most(took, "ms", 100.0));
}

/// P10, the most that this process has used.
pub fn under_load(site: &Site, report: &mut Report, after: &str) {
    let (_, most) = site.server().memory();
    let name = format!("P10 memory, {} lines stored, after {after}", site.estimates * LINES);
    report.figure(&name, Verdict::at_most(most, "MiB", 200.0));
}
