//! The real server in the test's own runtime, on a fresh database, with clients over one channel.
//!
//! Clock and ids are counted, so that answers compare exactly: no redaction, no sleep. Absent: doubles of our own types.
#![allow(dead_code, unused_imports, reason = "what one test file does not need, the next one does")]

mod bare;
mod domain;
mod listening;
mod locked;
mod place;
mod program;
mod refusal;

use std::sync::OnceLock;
use std::time::Duration;

use kehoach::app::{App, Options};
use kehoach::clock::Clock;
use kehoach::db::{Conn, Database, Engine, Opening};
use kehoach::id::Ids;
use kehoach::pb::access_service_client::AccessServiceClient;
use kehoach::pb::budget_service_client::BudgetServiceClient;
use kehoach::pb::classification_service_client::ClassificationServiceClient;
use kehoach::pb::organisation_service_client::OrganisationServiceClient;
use kehoach::pb::payroll_service_client::PayrollServiceClient;
use kehoach::pb::plan_service_client::PlanServiceClient;
use kehoach::pb::project_service_client::ProjectServiceClient;
use kehoach::pb::workforce_service_client::WorkforceServiceClient;
use kehoach::server::Server;
use kehoach::{fsck, limits};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::transport::{Channel, Endpoint};

pub use bare::Bare;
pub use domain::{
    department, jurisdiction_name, new_jurisdiction, new_unit, request_id, revision_of, unit_name, was_replayed,
};
pub use listening::{Folder, Listening, Secure};
pub(crate) use locked::locked;
pub use locked::{As, Bearer, Locked, new_principal, principal_name};
pub use place::{Place, new_folder};
pub use program::Program;
pub use refusal::{Standing, fields, reason_of, refused, violations};

/// 2025-08-01 00:00 UTC: when every test begins.
pub const START: i64 = 1_754_006_400_000_000;

/// A running server, its machine, and a channel to it. Dropping it stops the server and removes the database.
pub struct Harness {
    /// The machine below the server, for what no client can do.
    pub app: App,
    /// The clock of the server.
    pub clock: Clock,
    /// One connection to the server.
    pub channel: Channel,
    /// Where the server listens.
    pub address: std::net::SocketAddr,
    options: Options,
    stop: watch::Sender<bool>,
    // The last to go: threads may still hold it.
    place: Place,
}

impl Harness {
    /// A server on a fresh database; `None` (said loudly) where the engine is missing.
    pub async fn new(engine: Engine) -> Option<Self> {
        Self::with(engine, |_| {}).await
    }

    /// The same with other options.
    pub async fn with(engine: Engine, change: impl FnOnce(&mut Options)) -> Option<Self> {
        Some(Self::at(Place::new(engine)?, change).await)
    }

    /// A server on a database that is there.
    pub async fn at(place: Place, change: impl FnOnce(&mut Options)) -> Self {
        show_logs();
        let mut options = place.options(Clock::manual(START), Ids::counting());
        change(&mut options);
        Self::open(place, options).await
    }

    /// Another process on the same database, as far as the database can tell: with a machine and a listener of its own.
    pub async fn another(&self) -> Self {
        Self::open(self.place.clone(), self.options.clone()).await
    }

    /// The same with other options.
    pub async fn another_with(&self, options: Options) -> Self {
        Self::open(self.place.clone(), options).await
    }

    /// How this server was opened.
    pub fn options(&self) -> Options {
        self.options.clone()
    }

    /// The same server after its process ended and began again.
    pub async fn restarted(self) -> Self {
        self.restarted_with(|_| {}).await
    }

    /// The same with other options.
    pub async fn restarted_with(self, change: impl FnOnce(&mut Options)) -> Self {
        let (place, mut options) = (self.place.clone(), self.options.clone());
        change(&mut options);
        drop(self);
        let started = std::time::Instant::now();
        // A file is locked until the machine before has let go of everything.
        while let Err(error) = App::open(options.clone()).map(drop) {
            assert!(started.elapsed() < Duration::from_secs(20), "the server does not end: {error:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Self::open(place, options).await
    }

    async fn open(place: Place, options: Options) -> Self {
        let app = App::open(options.clone()).unwrap_or_else(|error| panic!("the machine does not start: {error:?}"));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap_or_else(|error| panic!("no port: {error}"));
        let server = Server::new(listener, app.clone());
        let address = server.address().unwrap_or_else(|error| panic!("no address: {error}"));
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(server.run(stopped));
        let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap_or_else(|error| panic!("{error}"));
        let channel = endpoint.connect().await.unwrap_or_else(|error| panic!("the server does not answer: {error}"));
        let clock = options.clock.clone();
        Self { app, clock, channel, address, options, stop, place }
    }

    /// The engine below.
    pub fn engine(&self) -> Engine {
        self.app.engine()
    }

    /// Where the data is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// The same as the service opens it.
    pub fn database(&self) -> &Database {
        self.place.database()
    }

    /// Moves the clock of the server.
    pub fn advance(&self, time: Duration) {
        self.clock.advance(i64::try_from(time.as_micros()).unwrap_or(i64::MAX));
    }

    /// The machine behind the server.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The connection to the server.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// A client of OrganisationService.
    pub fn organisation(&self) -> OrganisationServiceClient<Channel> {
        OrganisationServiceClient::new(self.channel.clone()).max_decoding_message_size(answer_bytes())
    }

    /// A client of AccessService.
    pub fn access(&self) -> AccessServiceClient<Channel> {
        AccessServiceClient::new(self.channel.clone())
    }

    /// A client of ClassificationService.
    pub fn classification(&self) -> ClassificationServiceClient<Channel> {
        ClassificationServiceClient::new(self.channel.clone()).max_decoding_message_size(answer_bytes())
    }

    /// A client of BudgetService.
    pub fn budget(&self) -> BudgetServiceClient<Channel> {
        BudgetServiceClient::new(self.channel.clone()).max_decoding_message_size(answer_bytes())
    }

    /// A client of PlanService.
    pub fn plans(&self) -> PlanServiceClient<Channel> {
        PlanServiceClient::new(self.channel.clone()).max_decoding_message_size(answer_bytes())
    }

    /// A client of ProjectService.
    pub fn projects(&self) -> ProjectServiceClient<Channel> {
        ProjectServiceClient::new(self.channel.clone()).max_decoding_message_size(answer_bytes())
    }

    /// A client of PayrollService.
    pub fn payroll(&self) -> PayrollServiceClient<Channel> {
        PayrollServiceClient::new(self.channel.clone()).max_decoding_message_size(answer_bytes())
    }

    /// A client of WorkforceService.
    pub fn workforce(&self) -> WorkforceServiceClient<Channel> {
        WorkforceServiceClient::new(self.channel.clone()).max_decoding_message_size(answer_bytes())
    }

    /// A connection past the server, as a person with SQL would have it.
    pub fn connection(&self) -> Conn {
        Conn::open(&self.place.bare(), Opening::Writer).unwrap_or_else(|error| panic!("no connection: {error:?}"))
    }

    /// Statements past the server.
    #[track_caller]
    pub fn sql(&self, sql: &str) {
        self.connection().run(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// What `kehoach fsck` finds.
    #[track_caller]
    pub fn faults(&self) -> Vec<String> {
        fsck::check(self.database()).unwrap_or_else(|error| panic!("fsck: {error:?}")).faults
    }

    /// Fails where `kehoach fsck` finds anything.
    #[track_caller]
    pub fn is_sound(&self) {
        assert_eq!(self.faults(), Vec::<String>::new(), "fsck finds faults");
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        // The listener closes at once; connections end with their calls.
        let _ = self.stop.send(true);
    }
}

fn answer_bytes() -> usize {
    limits::count(limits::ANSWER_BYTES)
}

/// With `RUST_LOG` set, what the server logs is shown beside the tests.
fn show_logs() {
    static SHOWN: OnceLock<()> = OnceLock::new();
    SHOWN.get_or_init(|| {
        #[expect(clippy::disallowed_methods, reason = "what a test run shows is not a knob of the server")]
        if let Ok(filter) = std::env::var("RUST_LOG") {
            let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
        }
    });
}

/// Makes of each test two: one on SQLite, one on PostgreSQL. The latter is skipped loudly where it is missing.
macro_rules! engines {
    ($($(#[$meta:meta])* async fn $name:ident($h:ident: Harness) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "not every test needs what its file imports")]
            use super::*;

            async fn run($h: Harness) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                if let Some(h) = Harness::new(kehoach::db::Engine::Sqlite).await {
                    run(h).await;
                }
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if let Some(h) = Harness::new(kehoach::db::Engine::Postgres).await {
                    run(h).await;
                }
            }
        }
    )*};
}
pub(crate) use engines;
