//! The real binary as a process: started, asked, stopped, killed, and watched from outside.

mod attacks;
mod disk;
pub mod frames;
mod ground;
mod hostile;
mod importing;
mod killing;
mod migrating;
mod settings;
mod stopping;

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use kehoach::db::Database;
use kehoach::pb;
use kehoach::pb::organisation_service_client::OrganisationServiceClient;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::harness::{Place, jurisdiction_name};
use crate::require;

/// How long a process may take to begin, on a machine that does much else.
const BEGINS: Duration = Duration::from_secs(30);

/// A running server; it ends with this.
pub struct Process {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
}

/// How a server is started.
#[derive(Default)]
pub struct Start {
    /// Where it listens; 0 = anywhere.
    pub port: u16,
    /// The program that starts it in the same process, with its arguments.
    pub under: Vec<String>,
}

impl Process {
    /// A server on a database, as soon as it serves.
    pub async fn start(place: &Place) -> Self {
        Self::start_with(place, &Start::default()).await
    }

    /// The same, started in some other way.
    pub async fn start_with(place: &Place, start: &Start) -> Self {
        let started = Self::try_start(place, start).await;
        started.unwrap_or_else(|(status, log)| panic!("it does not serve: {status:?}\n{}", log.join("\n")))
    }

    /// The same; where it ends instead of serving, its exit and its log.
    pub async fn try_start(place: &Place, start: &Start) -> Result<Self, (ExitStatus, Vec<String>)> {
        let address = format!("127.0.0.1:{}", start.port);
        let mut command = program(place, &start.under);
        command.args(["--dev", "--listen", &address]).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("no process: {error}"));
        let (log, told) = follow(&mut child);
        let told = tokio::task::block_in_place(|| told.recv_timeout(BEGINS));
        match told {
            Ok(address) => Ok(Self { child, address, log }),
            Err(_) => {
                let _ = child.kill();
                let status = child.wait().unwrap_or_else(|error| panic!("no exit: {error}"));
                let lines = log.lock().unwrap_or_else(PoisonError::into_inner).clone();
                Err((status, lines))
            }
        }
    }

    /// A channel that connects when it is used, again and again.
    pub fn channel(&self) -> Channel {
        channel_to(self.address)
    }

    /// A client of OrganisationService.
    pub fn organisation(&self) -> OrganisationServiceClient<Channel> {
        OrganisationServiceClient::new(self.channel())
    }

    /// As a power cut would: no time for anything.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Asks it to end.
    pub fn terminate(&self) {
        let order = format!("kill -TERM {}", self.child.id());
        let done = Command::new("sh").args(["-c", &order]).status().unwrap_or_else(|error| panic!("no sh: {error}"));
        assert!(done.success(), "{order}");
    }

    /// Its exit, once it is gone; a failure where that takes longer.
    pub async fn ended(&mut self, within: Duration) -> ExitStatus {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap_or_else(|error| panic!("{error}")) {
                return status;
            }
            assert!(started.elapsed() < within, "it is there after {within:?}\n{}", self.log().join("\n"));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The most memory that it has held, in bytes.
    pub fn memory(&self) -> u64 {
        memory(self.child.id())
    }

    /// What it has logged.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The most memory that a process has had in use, in bytes.
fn memory(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
    kib.map_or(0, |kib: u64| kib << 10)
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The binary on a database, under another program where one is named.
fn program(place: &Place, under: &[String]) -> Command {
    let binary = env!("CARGO_BIN_EXE_kehoach");
    let mut command = match under {
        [] => Command::new(binary),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(binary);
            command
        }
    };
    let url = |database: &Database| match database {
        Database::Sqlite(path) => format!("sqlite:{}", path.display()),
        Database::Postgres(url) => url.clone(),
    };
    command.args(["--database", &url(place.database()), "--migrate-url", &url(&place.owned())]);
    command
}

/// Reads the log to its end, or the server would wait for room in the pipe; tells the address that it names.
fn follow(child: &mut Child) -> (Arc<Mutex<Vec<String>>>, Receiver<SocketAddr>) {
    let pipe = BufReader::new(child.stderr.take().unwrap_or_else(|| panic!("it has no log")));
    let log = Arc::new(Mutex::new(Vec::new()));
    let (tell, told) = channel();
    let lines = log.clone();
    std::thread::spawn(move || {
        for line in pipe.lines().map_while(Result::ok) {
            let address = line.split_once("\"address\":\"").and_then(|(_, rest)| rest.split('"').next()?.parse().ok());
            if let Some(address) = address.filter(|_| line.contains("\"serving\"")) {
                let _ = tell.send(address);
            }
            lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    });
    (log, told)
}

/// A channel that connects when it is used, again and again.
fn channel_to(address: SocketAddr) -> Channel {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap_or_else(|error| panic!("{error}"));
    endpoint.connect_lazy()
}

/// What `kehoach fsck` says of a database that nobody serves.
#[track_caller]
fn is_sound(place: &Place) {
    let mut command = program(place, &[]);
    let done = command.arg("fsck").output().unwrap_or_else(|error| panic!("no fsck: {error}"));
    let said = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "fsck finds faults: {said}");
}

/// Whether a call got no answer of the server: the connection went, or was never there.
fn unanswered(status: &Status) -> bool {
    status.get_error_details().error_info().is_none()
}

/// Makes a call as the manual tells clients to: again while the server cannot be reached, or says UNAVAILABLE.
async fn persist<T, F: Future<Output = Result<T, Status>>>(mut call: impl FnMut() -> F) -> T {
    let started = Instant::now();
    loop {
        // A call that nobody answers is made again, as a client with a deadline does.
        let silent = |_| Err(Status::unavailable("no answer"));
        match tokio::time::timeout(Duration::from_secs(5), call()).await.unwrap_or_else(silent) {
            Ok(answer) => return answer,
            Err(status) => {
                assert!(unanswered(&status) || status.code() == Code::Unavailable, "not for repeating: {status:?}");
                assert!(started.elapsed() < BEGINS, "it never comes back: {status:?}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
}

/// All units of `dt`, whatever the number of pages.
async fn all_units(client: &OrganisationServiceClient<Channel>) -> Vec<pb::Unit> {
    let mut all = Vec::new();
    let parent = jurisdiction_name("dt");
    let mut list = pb::ListUnitsRequest { parent, page_size: 1_000, ..Default::default() };
    loop {
        let page = persist(|| {
            let (mut client, list) = (client.clone(), list.clone());
            async move { client.list_units(list).await }
        });
        let page = page.await.into_inner();
        all.extend(page.units);
        if page.next_page_token.is_empty() {
            return all;
        }
        list.page_token = page.next_page_token;
    }
}

/// The arguments that trace a server; `None` (said loudly) where that cannot be done.
fn strace(arguments: &[&str]) -> Option<Vec<String>> {
    let works =
        Command::new("strace").args(["-e", "trace=none", "true"]).output().is_ok_and(|done| done.status.success());
    if !works {
        require::missing("strace", "install strace (Debian: apt-get install strace) where processes may be traced");
        return None;
    }
    // The server stays the child of the test; strace watches from aside and ends with it.
    let all = ["strace", "-D", "-f", "-qq"].into_iter().chain(arguments.iter().copied());
    Some(all.map(str::to_owned).collect())
}
