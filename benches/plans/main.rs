//! Plans at the size of a province: `cargo bench --bench plans`. Loads, reviews and lists them through the API of the real binary.
//!
//! A plan with 500 indicators and 2,000 tasks with their money, 20,000 reports (ten years of four quarters), 5,000 projects of which each
//! carries out a task, an estimate in force that pays for tasks and projects, and 3,000 units with a plan each; before that a quarter of it all
//! in a database of its own. It fails where a row of the whole takes more than twice as long as a row of the quarter, or the server more than
//! 256 MiB. SQLite; TMPDIR chooses the folder, and so the disk.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a bench that cannot go on says why and ends; of the load bench a part is used"
)]

#[path = "../load/ask.rs"]
mod ask;
#[path = "../load/client.rs"]
mod client;
#[path = "../load/server.rs"]
mod server;
mod site;
mod words;

use site::Site;

/// What the server may take at most, in MiB.
const MEMORY_MAX: f64 = 256.0;

/// How much longer a row may take of the whole than of the quarter.
const GROWTH_MAX: f64 = 2.0;

/// What is too quick to tell anything from, in milliseconds.
const TOO_QUICK_MS: f64 = 20.0;

/// How much is laid.
#[derive(Debug, Clone, Copy)]
struct Size {
    indicators: usize,
    tasks: usize,
    projects: usize,
    units: usize,
}

impl Size {
    fn part(self, of: usize) -> Self {
        let Self { indicators, tasks, projects, units } = self;
        Self { indicators: indicators / of, tasks: tasks / of, projects: projects / of, units: units / of }
    }
}

/// One measure: how many rows, and how long they took.
#[derive(Debug, Clone)]
struct Measure {
    name: &'static str,
    rows: usize,
    ms: f64,
}

fn main() {
    let whole = Size { indicators: 500, tasks: 2_000, projects: 5_000, units: 3_000 };
    let folder = std::env::temp_dir().join(format!("kehoach-plans-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (small, _) = runtime.block_on(measured(&folder, "quarter", whole.part(4)));
    let (large, memory) = runtime.block_on(measured(&folder, "whole", whole));
    let _ = std::fs::remove_dir_all(&folder);
    println!("{:<52} {:>7} {:>10} {:>10} {:>8}", "", "rows", "ms", "µs a row", "growth");
    let mut slow = Vec::new();
    for (before, after) in small.iter().zip(&large) {
        let each = |one: &Measure| one.ms * 1000.0 / one.rows.max(1) as f64;
        let growth = each(after) / each(before);
        println!("{:<52} {:>7} {:>10.1} {:>10.1} {:>8.2}", after.name, after.rows, after.ms, each(after), growth);
        if growth > GROWTH_MAX && after.ms > TOO_QUICK_MS {
            slow.push(after.name);
        }
    }
    println!("memory of the server at most: {memory:.1} MiB");
    assert!(memory <= MEMORY_MAX, "{memory} MiB");
    assert!(slow.is_empty(), "they grow faster than what there is: {slow:?}");
}

/// Everything at one size, and what the server took of memory.
async fn measured(folder: &std::path::Path, name: &str, size: Size) -> (Vec<Measure>, f64) {
    let mut site = Site::start(folder, name, size).await;
    site.lay_plan().await;
    site.lay_projects().await;
    site.lay_estimate().await;
    site.review().await;
    site.list().await;
    site.lay_units().await;
    site.roll_up().await;
    let memory = site.server.memory().1;
    site.server.stop();
    (site.measures, memory)
}
