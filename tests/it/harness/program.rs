//! The real binary as a process of its own, with its log.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A process of the server; it ends with the test.
pub struct Program {
    child: Child,
    log: Arc<Mutex<String>>,
}

impl Program {
    /// Starts the binary in a folder with these arguments and variables, and nothing else of the environment.
    pub fn start(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kehoach"))
            .args(arguments)
            .env_clear()
            .envs(variables.iter().copied())
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("the binary does not start: {error}"));
        let log = Arc::new(Mutex::new(String::new()));
        // Both are read to their ends, or the server would wait for room in the pipe.
        if let Some(stderr) = child.stderr.take() {
            collect(BufReader::new(stderr), log.clone());
        }
        if let Some(stdout) = child.stdout.take() {
            collect(BufReader::new(stdout), log.clone());
        }
        Self { child, log }
    }

    /// Everything that it has printed up to now.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where it serves, once it says so.
    pub fn address(&mut self) -> String {
        let started = Instant::now();
        loop {
            let log = self.log();
            let serving = log.lines().find(|line| line.contains("\"serving\""));
            if let Some((_, rest)) = serving.and_then(|line| line.split_once("\"address\":\"")) {
                return rest.split('"').next().unwrap_or_default().to_owned();
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                panic!("it ended with {status}: {log}");
            }
            assert!(started.elapsed() < Duration::from_secs(30), "it does not serve: {log}");
            pause();
        }
    }

    /// How it ends by itself.
    pub fn ended(&mut self) -> (ExitStatus, String) {
        let started = Instant::now();
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                // What is left in the pipes comes soon after the end.
                std::thread::park_timeout(Duration::from_millis(50));
                return (status, self.log());
            }
            assert!(started.elapsed() < Duration::from_secs(30), "it does not end: {}", self.log());
            pause();
        }
    }

    /// Sends SIGTERM and waits for the end.
    pub fn stop(mut self) -> (ExitStatus, String) {
        self.terminate();
        self.ended()
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        let done = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(done.is_ok_and(|status| status.success()));
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn collect(lines: impl BufRead + Send + 'static, log: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        for line in lines.lines().map_while(Result::ok) {
            let mut log = log.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            log.push_str(&line);
            log.push('\n');
        }
    });
}

fn pause() {
    std::thread::park_timeout(Duration::from_millis(5));
}
