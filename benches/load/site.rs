//! A database with the servers on it, what is laid in it, and what is measured there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use diesel::RunQueryDsl;
use kehoach::db::Engine;
use kehoach::pb;
use prost::Message;

use super::Scale;
use super::ask::{self, Creates};
use super::client::{Ask, Caller, Client, Door, InTurn, Measured, closed_loop, open_loop};
use super::pgbench;
use super::postgres::{Cluster, Options, Role};
use super::server::Server;

/// Callers of reads in a closed loop.
pub const READERS: usize = 16;
/// Callers of writes in a closed loop.
pub const WRITERS: usize = 64;

pub struct Site {
    pub scale: Scale,
    pub engine: Engine,
    pub url: String,
    pub folder: PathBuf,
    /// Estimates of 50 lines, `e0` and so on.
    pub estimates: usize,
    servers: Vec<Server>,
    more: Vec<&'static str>,
    blocks: AtomicUsize,
    // The last to go.
    cluster: Option<Arc<Cluster>>,
}

impl Site {
    /// A database without anything in it; `None` (said loudly) where the engine is missing.
    pub fn new(engine: Engine, folder: &Path, scale: Scale) -> Option<Self> {
        let cluster = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Arc::new(Cluster::start(Options { fsync: true, buffers_mb: Some(128) })?)),
        };
        Some(Self::on(cluster, folder, scale, "load"))
    }

    /// Another database beside this one, without anything in it.
    pub fn another(&self, name: &str) -> Self {
        Self::on(self.cluster.clone(), &self.folder, self.scale.clone(), name)
    }

    fn on(cluster: Option<Arc<Cluster>>, folder: &Path, scale: Scale, name: &str) -> Self {
        let (engine, url) = match &cluster {
            None => (Engine::Sqlite, format!("sqlite:{}", folder.join(name).with_extension("db").display())),
            Some(cluster) => (Engine::Postgres, cluster.new_database()),
        };
        Self {
            scale,
            engine,
            url,
            folder: folder.to_owned(),
            estimates: 0,
            servers: Vec::new(),
            more: Vec::new(),
            blocks: AtomicUsize::new(0),
            cluster,
        }
    }

    /// Starts a number of servers, with arguments beside the database; those that ran before are stopped.
    pub async fn serve(&mut self, servers: usize, more: &[&'static str]) {
        self.stop();
        self.more = more.to_vec();
        for _ in 0..servers {
            let mut arguments = more.to_vec();
            let owner = self.url_as(Role::Owner);
            if self.engine == Engine::Postgres {
                arguments.extend(["--migrate-url", owner.as_str()]);
            }
            self.servers.push(Server::start(&self.url, &self.folder, &arguments).await);
        }
    }

    /// Starts as many servers that authenticate their callers; answers how they were started before.
    pub async fn without_dev(&mut self) -> Vec<&'static str> {
        let before = self.more();
        let more: Vec<_> = before.iter().copied().filter(|argument| *argument != "--dev").collect();
        self.serve_again(more).await;
        before
    }

    /// How the servers were started.
    pub fn more(&self) -> Vec<&'static str> {
        self.more.clone()
    }

    /// Starts as many servers with other arguments.
    pub async fn serve_again(&mut self, more: Vec<&'static str>) {
        self.serve(self.servers.len(), &more).await;
    }

    /// Stops the servers and starts as many; what they kept in memory is gone.
    pub async fn restart(&mut self) {
        self.serve_again(self.more()).await;
    }

    /// The database in another role than the service; SQLite knows none.
    pub fn url_as(&self, role: Role) -> String {
        if self.engine == Engine::Postgres { role.of(&self.url) } else { self.url.clone() }
    }

    pub fn stop(&mut self) {
        self.servers.drain(..).for_each(Server::stop);
    }

    /// The first of the servers.
    pub fn server(&self) -> &Server {
        &self.servers[0]
    }

    pub fn client(&self) -> Client {
        self.server().client()
    }

    /// A call that must go well.
    pub async fn done(&self, ask: Ask) -> Bytes {
        let path = ask.0;
        self.client().call(ask).await.unwrap_or_else(|status| panic!("{path}: {status}"))
    }

    /// A closed loop over all servers, with the processor time that they used.
    pub async fn closed(&self, callers: Vec<Box<dyn Caller>>, last: Duration) -> Measured {
        let before = self.processor();
        let mut measured = closed_loop(&self.doors(), callers, last).await;
        self.note_processor(before, &mut measured);
        measured
    }

    /// Callers who ask each of `end` questions once, for as long as a measure lasts.
    pub async fn asked<F>(&self, callers: usize, end: usize, question: F) -> Measured
    where
        F: Fn(usize) -> Ask + Clone + Send + Sync + 'static,
    {
        self.closed(InTurn::callers(callers, end, question), self.scale.last).await
    }

    /// One of two halves of a measure.
    pub async fn half_asked<F>(&self, callers: usize, end: usize, question: F) -> Measured
    where
        F: Fn(usize) -> Ask + Clone + Send + Sync + 'static,
    {
        self.closed(InTurn::callers(callers, end, question), self.scale.last / 2).await
    }

    /// The same questions at a rate.
    pub async fn open<F>(&self, rate: f64, last: Duration, question: F) -> Measured
    where
        F: Fn(usize) -> Ask + Clone + Send + Sync + 'static,
    {
        let before = self.processor();
        let mut measured = open_loop(&self.doors(), rate, last, question).await;
        self.note_processor(before, &mut measured);
        measured
    }

    fn doors(&self) -> Vec<Door> {
        self.servers.iter().map(|server| server.door.clone()).collect()
    }

    fn processor(&self) -> Duration {
        self.servers.iter().map(Server::cpu).sum()
    }

    fn note_processor(&self, before: Duration, measured: &mut Measured) {
        let used = self.processor().saturating_sub(before);
        measured.processor = Some(used.as_secs_f64() * 1e6 / measured.calls.max(1) as f64);
    }

    /// What every estimate needs.
    pub async fn lay_beginnings(&self) {
        for ask in [ask::JURISDICTION, ask::YARD].into_iter().flat_map(ask::beginnings) {
            self.done(ask).await;
        }
    }

    /// Lays estimates of 50 lines until there are `end`, or a time is over.
    pub async fn lay(&mut self, end: usize, at_most: Duration) {
        let (first, creates, started) = (self.estimates, Arc::new(Creates::new(ask::LINES)), Instant::now());
        let block = self.block();
        let create = move |number| creates.ask(block + number, format!("e{}", first + number));
        let laid = self.closed(InTurn::callers(WRITERS, end.saturating_sub(first), create), at_most).await;
        assert_eq!(laid.failed, 0, "{:?}", laid.fault);
        self.estimates += laid.calls;
        println!(
            "laid {} estimates, {} lines in all, {:.1} s at {:.0} estimates/s",
            laid.calls,
            self.estimates * ask::LINES,
            started.elapsed().as_secs_f64(),
            laid.per_second()
        );
    }

    /// What PostgreSQL does by itself within a minute: the statistics of its tables are brought up to date.
    pub fn analyze(&self) {
        if self.engine == Engine::Postgres {
            diesel::sql_query("VACUUM ANALYZE").execute(&mut pgbench::connect(&self.url_as(Role::Superuser))).unwrap();
        }
    }

    /// Estimates of their own for one measure, all with the same lines.
    pub async fn lay_apart(&self, prefix: &'static str, count: usize, lines: usize) {
        let creates = Arc::new(Creates::new(lines));
        let block = self.block();
        let create = move |number| creates.ask(block + number, format!("{prefix}{number}"));
        let laid = self.closed(InTurn::callers(READERS, count, create), Duration::from_secs(60)).await;
        assert_eq!((laid.failed, laid.calls), (0, count), "{:?}", laid.fault);
    }

    /// Creates that no other measure of this site made, with request ids as a service sends them.
    pub fn fresh_creates(&self) -> impl Fn(usize) -> Ask + Clone + Send + Sync + 'static {
        let (creates, block) = (Arc::new(Creates::new(ask::LINES)), self.block());
        move |number| creates.ask(block + number, String::new())
    }

    /// Numbers for request ids that nothing else on this site uses.
    fn block(&self) -> usize {
        self.blocks.fetch_add(1, Ordering::Relaxed) << 24
    }

    /// A create that no loop makes.
    pub fn one_create(&self) -> Ask {
        Creates::new(ask::LINES).ask(self.block(), String::new())
    }

    /// The lines of an estimate, however many.
    pub async fn lines(&self, id: &str) -> Vec<pb::Line> {
        let (mut lines, mut token) = (Vec::new(), String::new());
        loop {
            let answer = self.done(ask::many_lines(id, 1_000, token)).await;
            let page = pb::ListLinesResponse::decode(answer).unwrap();
            lines.extend(page.lines);
            token = page.next_page_token;
            if token.is_empty() {
                return lines;
            }
        }
    }
}
