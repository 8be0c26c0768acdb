//! Throw-away PostgreSQL clusters: one per test process, one fresh database per test.
//!
//! Nothing is left behind, however the tests end: a small shell, the *keeper*, does all the work and holds the other end of
//! a pipe. When the test process ends, by itself or by `kill -9`, the pipe closes; the keeper finishes what it is doing,
//! stops the server and removes the folder. Absent: a system-wide cluster, Unix sockets, passwords, `unsafe`.

use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use diesel::{Connection, PgConnection, RunQueryDsl};

use crate::require;

const REMEDY: &str = "install its server programs (Debian: apt-get install postgresql)";

/// Below the ports that systems hand out by themselves: a client that knocks while the server is stopped could otherwise be
/// given the server's own port.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// Carries out one order per line and answers each with its exit code; the end of the orders is the end of the cluster.
///
/// Its traps: an answer that nobody hears any more, or a signal to everybody, must not keep it from cleaning up.
const KEEPER: &str = r#"
trap : PIPE HUP INT TERM
while read -r order; do
    eval "$order" >>log 2>&1 </dev/null
    echo $?
done
pg_ctl -D data -m immediate stop >/dev/null 2>&1
folder=$PWD
cd / && rm -rf "$folder"
"#;

/// Who connects: as in production, the service owns nothing, and the walls hold for it.
#[derive(Debug, Clone, Copy)]
pub enum Role {
    /// The service.
    Service,
    /// The owner of the tables, for migrations.
    Owner,
    /// Whom nothing holds: a person with SQL.
    Superuser,
}

impl Role {
    const ALL: [Self; 3] = [Self::Service, Self::Owner, Self::Superuser];

    fn name(self) -> &'static str {
        match self {
            Self::Service => "kehoach",
            Self::Owner => "kehoach_owner",
            Self::Superuser => "kehoach_superuser",
        }
    }

    /// The same database in another role.
    pub fn of(self, url: &str) -> String {
        let found = Self::ALL.iter().find_map(|role| url.strip_prefix(&format!("postgres://{}@", role.name())));
        let place = found.unwrap_or_else(|| panic!("nobody's database: {url}"));
        format!("postgres://{}@{place}", self.name())
    }
}

/// What a test may ask of a cluster of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Wait for the disk at each commit; off in the ordinary suite, which kills no machine.
    pub fsync: bool,
    /// Memory for pages in MiB; little in the suite, where several clusters run side by side.
    pub buffers_mb: Option<u32>,
}

/// How a server is stopped.
#[derive(Debug, Clone, Copy)]
pub enum Stop {
    /// Open transactions are rolled back, and everything is written.
    Fast,
    /// As at a crash: nothing is written, and the next start recovers from the log.
    Crash,
}

/// A running server with a folder of its own; both go when this is dropped or the process ends.
pub struct Cluster {
    folder: PathBuf,
    port: u16,
    options: Options,
    keeper: Mutex<Keeper>,
    databases: AtomicU32,
}

/// The cluster that all tests of this process share, started at the first call; `None` (said loudly) without PostgreSQL.
pub fn cluster() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::start(Options::default())).as_ref()
}

impl Cluster {
    /// A new cluster; `None` (said loudly) without PostgreSQL.
    pub fn start(options: Options) -> Option<Self> {
        let Some(programs) = programs() else {
            require::missing("postgres", REMEDY);
            return None;
        };
        let folder = new_folder();
        let mut keeper = Keeper::start(&programs, &folder);
        // The disk is not waited for: a folder that is lost in a power cut is not missed.
        let superuser = Role::Superuser.name();
        keeper.order(&format!("initdb -D data -A trust -U {superuser} -E UTF8 --locale=C --no-sync --no-instructions"));
        let port = (0..5).find_map(|_| {
            let port = free_port();
            keeper.tried(&start_order(port, options)).then_some(port)
        });
        let port = port.unwrap_or_else(|| panic!("PostgreSQL does not start:\n{}", log(&folder)));
        let made = Self { folder, port, options, keeper: Mutex::new(keeper), databases: AtomicU32::new(0) };
        for role in [Role::Owner, Role::Service] {
            made.administer(&format!("CREATE ROLE {} LOGIN", role.name()));
        }
        Some(made)
    }

    /// The URL of an empty database that no other test knows, as the service.
    pub fn new_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.administer(&format!("CREATE DATABASE {name} OWNER {} TEMPLATE template0", Role::Owner.name()));
        self.url(Role::Service, &name)
    }

    fn administer(&self, sql: &str) {
        let mut connection = PgConnection::establish(&self.url(Role::Superuser, "postgres"))
            .unwrap_or_else(|error| panic!("cannot connect to the test cluster: {error}\n{}", log(&self.folder)));
        diesel::sql_query(sql).execute(&mut connection).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Removes a database that [`Cluster::new_database`] made, whoever is still connected.
    pub fn drop_database(&self, url: &str) {
        let name = url.rsplit('/').next().unwrap_or_default();
        if let Ok(mut connection) = PgConnection::establish(&self.url(Role::Superuser, "postgres")) {
            // What cannot be removed goes with the cluster.
            let _ = diesel::sql_query(format!("DROP DATABASE {name} WITH (FORCE)")).execute(&mut connection);
        }
    }

    /// Stops the server and leaves its data; [`Cluster::resume`] starts it again.
    pub fn stop(&self, how: Stop) {
        let mode = match how {
            Stop::Fast => "fast",
            Stop::Crash => "immediate",
        };
        self.order(&format!("pg_ctl -D data -m {mode} stop"));
    }

    /// Starts a stopped server again, on the same port with the same data.
    pub fn resume(&self) {
        self.order(&start_order(self.port, self.options));
    }

    /// A failed order has poisoned nothing: the keeper goes on, and so may the other tests.
    fn order(&self, order: &str) {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner).order(order);
    }

    fn url(&self, role: Role, database: &str) -> String {
        format!("postgres://{}@127.0.0.1:{}/{database}", role.name(), self.port)
    }
}

/// `pg_ctl` waits until the server answers, or has ended.
fn start_order(port: u16, options: Options) -> String {
    let fsync = if options.fsync { "on" } else { "off" };
    let buffers = options.buffers_mb.unwrap_or(32);
    format!("pg_ctl -D data -l log -o \"-h 127.0.0.1 -p {port} -k '' -N 300 -B {buffers}MB -c fsync={fsync}\" start")
}

/// The shell that owns the server. Dropping it closes the pipe, and waits until everything is gone.
struct Keeper {
    shell: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
}

impl Keeper {
    fn start(programs: &Path, folder: &Path) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER]).current_dir(folder).env("PATH", search_path(programs));
        // A group of its own: Ctrl-C in the terminal is for the tests; the keeper cleans up when they are gone.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let owner = fs::metadata(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        // PostgreSQL refuses to run as root.
        if owner.uid() == 0 {
            let (uid, gid) = unprivileged();
            chown(folder, Some(uid), Some(gid))
                .unwrap_or_else(|error| panic!("cannot hand over {}: {error}", folder.display()));
            command.uid(uid).gid(gid);
        }
        let mut shell = command.spawn().unwrap_or_else(|error| {
            let _ = fs::remove_dir(folder);
            panic!("cannot start sh in {}: {error} (as root, TMPDIR must be open to all users)", folder.display())
        });
        let orders = shell.stdin.take();
        let answers = shell.stdout.take().unwrap_or_else(|| panic!("sh has no output"));
        Self { shell, orders, answers: BufReader::new(answers), folder: folder.to_owned() }
    }

    /// Carries out an order and says whether it went well.
    fn tried(&mut self, order: &str) -> bool {
        let mut answer = String::new();
        let asked = self.orders.as_mut().map(|orders| writeln!(orders, "{order}"));
        let heard = self.answers.read_line(&mut answer);
        assert!(
            matches!((&asked, &heard), (Some(Ok(())), Ok(1..))),
            "the keeper of {} has gone",
            self.folder.display()
        );
        answer.trim() == "0"
    }

    fn order(&mut self, order: &str) {
        assert!(self.tried(order), "failed: {order}\n{}", log(&self.folder));
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.orders.take());
        let _ = self.shell.wait();
    }
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}

/// The folder of PostgreSQL's server programs: what the PATH names, else the newest that Debian installs, else what
/// `pg_config` says.
pub fn programs() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "where programs are is not a knob of the server")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut installed: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    installed.sort_by(|a, b| b.cmp(a));
    let told = Command::new("pg_config").arg("--bindir").output().ok();
    let told = told.and_then(|output| String::from_utf8(output.stdout).ok());
    std::env::split_paths(&path)
        .chain(installed.into_iter().map(|(_, folder)| folder))
        .chain(told.map(|folder| PathBuf::from(folder.trim())))
        .find(|folder| ["initdb", "pg_ctl", "postgres"].iter().all(|program| folder.join(program).is_file()))
}

fn search_path(programs: &Path) -> OsString {
    #[expect(clippy::disallowed_methods, reason = "where programs are is not a knob of the server")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(programs.to_owned()).chain(std::env::split_paths(&path));
    std::env::join_paths(folders).unwrap_or_else(|error| panic!("PATH: {error}"))
}

/// A new folder that only its owner may enter.
fn new_folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("kehoach-postgres-{}-{number}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => return folder,
            // What a machine that lost power has left of a process of the same number.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => panic!("{}: {error}", folder.display()),
        }
    }
}

/// A port on which nobody listens now; whoever is faster may still take it.
pub fn free_port() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    PORTS
        .map(|_| {
            // Test processes that run side by side begin at different places.
            let place = std::process::id().wrapping_mul(127).wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
            PORTS.start + u16::try_from(place % u32::from(PORTS.end - PORTS.start)).unwrap_or_default()
        })
        .find(free)
        .unwrap_or_else(|| panic!("no free port in {PORTS:?}"))
}

/// User and group that root's clusters run as.
fn unprivileged() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let found = fields.next()? == name;
            let uid = fields.nth(1)?.parse().ok()?;
            let gid = fields.next()?.parse().ok()?;
            found.then_some((uid, gid))
        })
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .unwrap_or_else(|| panic!("PostgreSQL does not run as root, and there is no user postgres or nobody"))
}

/// Set for the process that a test starts in order to kill it.
const HOLD: &str = "KEHOACH_TEST_HOLD_CLUSTER";

#[test]
fn every_test_gets_an_empty_database_of_its_own() {
    let Some(cluster) = cluster() else { return };
    let made: Vec<_> = std::thread::scope(|scope| {
        let makers: Vec<_> = (0..4).map(|_| scope.spawn(|| cluster.new_database())).collect();
        makers.into_iter().flat_map(|maker| maker.join()).collect()
    });
    for url in &made {
        // Each of them can make the table, so no two are the same database.
        execute(url, "CREATE TABLE mine (x bigint)").unwrap_or_else(|error| panic!("{url}: {error}"));
    }
    assert_eq!(made.len(), 4);
}

#[test]
fn a_stopped_cluster_resumes_with_its_data() {
    let Some(own) = Cluster::start(Options::default()) else { return };
    let url = own.new_database();
    assert_eq!(execute(&url, "CREATE TABLE kept (x bigint)"), Ok(0));
    for how in [Stop::Fast, Stop::Crash] {
        own.stop(how);
        assert!(PgConnection::establish(&url).is_err(), "it answers although stopped: {how:?}");
        own.resume();
        assert_eq!(execute(&url, "INSERT INTO kept VALUES (1)"), Ok(1), "{how:?}");
    }
    assert_eq!(execute(&url, "DELETE FROM kept"), Ok(2));
    let folder = own.folder.clone();
    drop(own);
    assert!(!folder.exists(), "{} was left behind", folder.display());
}

#[test]
fn nothing_is_left_of_a_cluster_whose_process_was_killed() {
    if programs().is_none() {
        return require::missing("postgres", REMEDY);
    }
    let program = std::env::current_exe().unwrap_or_else(|error| panic!("who am I: {error}"));
    let mut holder = Command::new(program)
        .args(["--exact", "postgres::a_killed_process_holds_a_cluster", "--nocapture"])
        .env(HOLD, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start another test process: {error}"));
    let output = holder.stdout.take().unwrap_or_else(|| panic!("it has no output"));
    let folder = BufReader::new(output)
        .lines()
        .map_while(Result::ok)
        .find_map(|line| line.split_once("holds ").map(|(_, folder)| PathBuf::from(folder)))
        .unwrap_or_else(|| panic!("the other test process names no folder"));
    assert!(folder.exists());
    holder.kill().and_then(|()| holder.wait()).unwrap_or_else(|error| panic!("cannot kill it: {error}"));
    let waited = Instant::now();
    while folder.exists() {
        assert!(waited.elapsed() < Duration::from_secs(30), "{} was left behind", folder.display());
        #[expect(clippy::disallowed_methods, reason = "the keeper is nobody's child now: there is nothing to wait on")]
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// No test by itself: the process that is killed.
#[test]
fn a_killed_process_holds_a_cluster() {
    #[expect(clippy::disallowed_methods, reason = "the test that starts this process says so by a variable")]
    if std::env::var_os(HOLD).is_none() {
        return;
    }
    let Some(held) = Cluster::start(Options::default()) else { return };
    println!("holds {}", held.folder.display());
    let _ = std::io::stdin().read_line(&mut String::new());
}

fn execute(url: &str, sql: &str) -> diesel::QueryResult<usize> {
    let url = Role::Owner.of(url);
    let mut connection = PgConnection::establish(&url).unwrap_or_else(|error| panic!("{url}: {error}"));
    diesel::sql_query(sql).execute(&mut connection)
}
