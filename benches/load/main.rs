//! The load bench: the real server over a real socket beside its yardsticks, in one run, as ratios held against targets.
//!
//! `cargo bench --bench load`; `-- --help` says how to ask for less. Client, server and yardsticks share the machine, so only the
//! ratios count. TMPDIR chooses the folder, and so the disk, that every database of a run lies on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a bench that cannot go on says why and ends"
)]

mod ask;
mod bare;
mod client;
mod disk;
mod growth;
mod import;
mod patience;
mod pgbench;
mod plain;
mod province;
mod reads;
mod report;
mod rollup;
mod server;
mod site;
mod writes;

#[allow(dead_code, unused_imports, reason = "what only the tests of a cluster need")]
#[path = "../../tests/it/postgres.rs"]
mod postgres;
#[path = "../../tests/it/require.rs"]
mod require;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Parser;
use kehoach::db::Engine;

use report::Report;
use site::Site;

/// Drives the server and its yardsticks; prints one table.
#[derive(Debug, Clone, Parser)]
struct Arguments {
    /// The engine, `sqlite` or `postgres`; both when left out.
    #[arg(long, value_parser = engine)]
    engine: Option<Engine>,
    /// Only these measures, as `P1,P5`.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// One second for each measure and few lines: to see that it works, not to learn how fast.
    #[arg(long)]
    quick: bool,
    /// How long each measure lasts.
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Lines to store before measuring; fewer where they would take longer than three quarters of a minute.
    #[arg(long, default_value_t = 1_000_000)]
    lines: usize,
    /// What each sync of the disk takes at least, in milliseconds, for server and yardsticks alike; 0 for what the disk takes.
    #[arg(long, default_value_t = 1.0)]
    commit_cost_ms: f64,
    /// Serve the bytes of this file (what the bench starts for its first yardstick).
    #[arg(long, hide = true)]
    bare: Option<PathBuf>,
    /// What cargo says.
    #[arg(long, hide = true)]
    bench: bool,
}

fn engine(text: &str) -> Result<Engine, String> {
    match text {
        "sqlite" => Ok(Engine::Sqlite),
        "postgres" => Ok(Engine::Postgres),
        _ => Err("an engine is sqlite or postgres".to_owned()),
    }
}

/// How much is measured.
#[derive(Debug, Clone)]
pub struct Scale {
    /// How long each measure lasts.
    pub last: Duration,
    /// Only to see that it works.
    pub quick: bool,
    estimates: usize,
    only: Vec<String>,
}

impl Scale {
    fn new(arguments: &Arguments) -> Self {
        let (lines, seconds) =
            if arguments.quick { (arguments.lines.min(50_000), 1) } else { (arguments.lines, arguments.seconds) };
        Self {
            last: Duration::from_secs(seconds),
            quick: arguments.quick,
            estimates: (lines / ask::LINES).max(growth::READ),
            only: arguments.only.iter().map(|measure| measure.to_uppercase()).collect(),
        }
    }

    /// Whether a measure is asked for.
    pub fn wants(&self, measure: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == measure)
    }

    fn wants_any(&self, measures: &[&str]) -> bool {
        measures.iter().any(|measure| self.wants(measure))
    }
}

/// How long the laying of lines may take.
const LAYING: Duration = Duration::from_secs(45);

fn main() {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if let Some(file) = &arguments.bare {
        return runtime.block_on(bare::serve(file));
    }
    let folder = Folder::new();
    disk::preload(&folder.0, arguments.commit_cost_ms);
    runtime.block_on(run(&arguments, &folder.0));
}

/// A folder that goes with the run; a start that replaces this process finds it again.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("kehoach-load-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

async fn run(arguments: &Arguments, folder: &Path) {
    let started = Instant::now();
    let scale = Scale::new(arguments);
    let profile = if cfg!(debug_assertions) { " OF AN UNOPTIMISED BUILD" } else { "" };
    println!(
        "{} processors{profile}; databases on {}, where a sync takes {:.2} ms",
        std::thread::available_parallelism().map_or(0, usize::from),
        disk::file_system(folder),
        disk::sync_cost(folder).as_secs_f64() * 1000.0
    );
    let mut report = Report::default();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        if arguments.engine.is_none_or(|only| only == engine) {
            measure(engine, folder, &scale, &mut report).await;
        }
    }
    report.print();
    println!("{:.0} s; at the end a sync takes {:.2} ms", started.elapsed().as_secs_f64(), {
        disk::sync_cost(folder).as_secs_f64() * 1000.0
    });
}

async fn measure(engine: Engine, folder: &Path, scale: &Scale, report: &mut Report) {
    let Some(mut site) = Site::new(engine, folder, scale.clone()) else { return };
    let alone: &[&str] = if engine == Engine::Postgres { &["--dev", "--sole-writer"] } else { &["--dev"] };
    report.chapter(if engine == Engine::Sqlite { "SQLite" } else { "PostgreSQL, one process that alone writes" });
    site.serve(1, alone).await;
    if scale.wants("P10") {
        growth::at_rest(&site, report);
    }
    site.lay_beginnings().await;
    site.lay(scale.estimates, LAYING).await;
    site.analyze();
    site.restart().await;
    if scale.wants("P10") {
        growth::at_start(&site, report);
    }
    if scale.wants_any(&["P1", "P2", "P3"]) {
        reads::lines(&site, report, false).await;
    }
    if scale.wants("P4") {
        reads::list(&site, report).await;
    }
    if scale.wants("P10") {
        growth::under_load(&site, report, "reads");
    }
    if scale.wants("P1") {
        reads::with_token(&mut site, report, false).await;
    }
    if scale.wants("P7") {
        rollup::measure(&mut site, report).await;
    }
    if scale.wants("P5") {
        writes::creates(&site, report, false).await;
    }
    if scale.wants("P6") {
        writes::changes(&site, report).await;
    }
    if scale.wants("P8") {
        import::measure(&site, report).await;
    }
    if scale.wants("P10") {
        growth::under_load(&site, report, "roll-ups and writes");
    }
    if scale.wants("P11") {
        growth::points(&mut site, report).await;
    }
    if scale.wants("P13") {
        province::measure(&site, report).await;
    }
    if engine == Engine::Postgres {
        report.chapter("PostgreSQL, two processes that both write");
        site.serve(2, &["--dev"]).await;
        if scale.wants_any(&["P1", "P2"]) {
            reads::lines(&site, report, true).await;
        }
        if scale.wants("P1") {
            reads::with_token(&mut site, report, true).await;
        }
        if scale.wants("P5") {
            writes::creates(&site, report, true).await;
        }
    }
    site.stop();
}
