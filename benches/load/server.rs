//! The server under load: the real binary as a process of its own, with its default settings.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::ask;
use super::client::{Client, Door};

/// A running server; it ends when this is dropped.
pub struct Server {
    process: Child,
    pub door: Door,
    /// From the start of the process to its first answer.
    pub first_answer: Duration,
}

impl Server {
    /// Starts it on a database and asks until it answers; its log goes to a file, as a service's does.
    ///
    /// With `--dev` among the arguments nobody is authenticated; otherwise the door knows the first administrator's token.
    pub async fn start(database: &str, folder: &Path, more: &[&str]) -> Self {
        // Whoever is faster may still take the port; then the server says so and ends.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.join("server.log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_kehoach"));
        command.args(["--database", database, "--listen", &address.to_string()]).args(more);
        let token = folder.join("first-token");
        let is_dev = more.contains(&"--dev");
        if !is_dev {
            command.arg("--first-token").arg(&token);
        }
        let started = Instant::now();
        let mut process = command.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        while !is_answering(address).await {
            let ended = process.try_wait().unwrap();
            assert!(ended.is_none(), "the server ended:\n{}", read_end(folder));
            assert!(started.elapsed() < Duration::from_secs(60), "the server does not answer:\n{}", read_end(folder));
        }
        let first_answer = started.elapsed();
        let credential = (!is_dev).then(|| {
            let token = std::fs::read_to_string(&token).unwrap();
            format!("Bearer {}", token.trim()).parse().unwrap()
        });
        Self { process, door: Door { address, credential }, first_answer }
    }

    pub fn client(&self) -> Client {
        Client::new(&self.door)
    }

    /// As a supervisor ends it: it finishes what it is doing.
    pub fn stop(mut self) {
        let pid = self.process.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.process.wait();
    }

    /// Memory in use now and at most so far, in MiB.
    pub fn memory(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let kilobytes = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse::<f64>().ok()
        };
        (kilobytes("VmRSS:").unwrap_or_default() / 1024.0, kilobytes("VmHWM:").unwrap_or_default() / 1024.0)
    }

    /// Processor time that it has used.
    pub fn cpu(&self) -> Duration {
        // The name, which may hold blanks, ends with the last parenthesis; a tick is 10 ms on every Linux.
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        let fields = stat.rsplit(") ").next().unwrap_or_default();
        let ticks = fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<u64>().ok());
        Duration::from_millis(ticks.sum::<u64>() * 10)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn is_answering(address: SocketAddr) -> bool {
    let answer = async {
        while tokio::net::TcpStream::connect(address).await.is_err() {
            tokio::task::yield_now().await;
            std::thread::park_timeout(Duration::from_micros(200));
        }
        // That a jurisdiction is not there is an answer, too, and that nobody may ask without a token.
        let asked = Client::new(&Door { address, credential: None }).call(ask::jurisdiction()).await;
        let answers = [tonic::Code::NotFound, tonic::Code::Unauthenticated];
        asked.map_or_else(|status| answers.contains(&status.code()), |_| true)
    };
    tokio::time::timeout(Duration::from_secs(1), answer).await.unwrap_or_default()
}

fn read_end(folder: &Path) -> String {
    let log = std::fs::read_to_string(folder.join("server.log")).unwrap_or_default();
    log.lines().rev().take(5).collect::<Vec<_>>().join("\n")
}
