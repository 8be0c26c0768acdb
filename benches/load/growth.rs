//! P10 and P11: what the server takes of memory and time, and what its point reads and writes cost with few lines and with many.

use std::sync::Arc;
use std::time::Duration;

use super::ask::{self, LINES};
use super::client::Measured;
use super::report::{Report, Verdict};
use super::site::{READERS, Site, WRITERS};
use super::writes::small;

/// Estimates of the small size, and at both sizes those whose lines are read one by one.
pub const READ: usize = 200;

/// P11: the two sizes in turn, so that whatever else the machine does meets both alike.
pub async fn points(site: &mut Site, report: &mut Report) {
    let mut few = site.another("few");
    few.serve(1, &site.more()).await;
    few.lay_beginnings().await;
    few.lay(READ, Duration::from_secs(45)).await;
    few.analyze();
    let names = [names(&few).await, names(site).await];
    // What reading their names has left in memory is gone.
    few.restart().await;
    site.restart().await;
    let (mut reads, mut writes) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for half in 0..2 {
        for (place, site) in [&few, site].into_iter().enumerate() {
            let (names, count) = (names[place].clone(), names[place].len() / 2);
            let read = move |number: usize| ask::one_line(names[half * count + number].clone());
            reads[place].push(site.half_asked(READERS, count, read).await);
            writes[place].push(site.half_asked(WRITERS, usize::MAX, small).await);
        }
    }
    for (name, parts) in [("read one line", reads), ("small write", writes)] {
        let [before, after] = parts.map(Measured::joined);
        report.measured(&format!("P11 {name}, {} lines stored", few.estimates * LINES), &before, None);
        let verdict = Verdict::at_most(before.per_second() / after.per_second(), "× the cost", 1.2);
        report.measured(&format!("P11 {name}, {} lines stored", site.estimates * LINES), &after, Some(verdict));
    }
}

/// The names of the lines of some estimates that lie far from each other, mixed.
async fn names(site: &Site) -> Arc<Vec<String>> {
    let mut names = Vec::new();
    for number in 0..READ {
        let id = format!("e{}", number * (site.estimates / READ));
        names.extend(site.lines(&id).await.into_iter().map(|line| line.name));
    }
    // A prime that the number of names does not hold: each comes once.
    Arc::new((0..names.len()).map(|number| names[number * 61 % names.len()].clone()).collect())
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
