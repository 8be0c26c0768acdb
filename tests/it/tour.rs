//! The tour of the README, command by command, against the real server with the real grpcurl.
//!
//! `KEHOACH_TEST_REQUIRE=bless` writes the answers into the README instead of comparing them.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::postgres::Role;
use crate::require;

/// The server that the tour talks to; it ends with the test.
struct Server {
    child: Child,
    folder: PathBuf,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The chapters whose server keeps strangers out; that of the others is started with `--dev`.
const LOCKED: &[&str] = &["## The first administrator"];

/// The real binary on a database; on a SQLite file of its own where none is given.
fn serve(database: Option<String>, dev: bool) -> Server {
    let engine = if database.is_some() { "postgres" } else { "sqlite" };
    let folder = std::env::temp_dir().join(format!("kehoach-tour-{engine}-{dev}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let database = database.unwrap_or_else(|| format!("sqlite:{}", folder.join("tour.db").display()));
    let owned = if database.starts_with("postgres") { Role::Owner.of(&database) } else { database.clone() };
    let mut child = Command::new(env!("CARGO_BIN_EXE_kehoach"))
        .args(["--listen", "127.0.0.1:0", "--database", &database, "--migrate-url", &owned])
        .args(dev.then_some("--dev"))
        .current_dir(&folder)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let log = BufReader::new(child.stderr.take().unwrap());
    let (tell, told) = std::sync::mpsc::channel();
    // The log is read to its end, or the server would wait for room in the pipe.
    std::thread::spawn(move || {
        for line in log.lines().map_while(Result::ok) {
            if let Some((_, rest)) = line.split_once("\"address\":\"") {
                let _ = tell.send(rest.split('"').next().unwrap_or_default().to_owned());
            }
        }
    });
    let address = told.recv_timeout(std::time::Duration::from_secs(30)).unwrap();
    Server { child, folder, address }
}

/// What differs from run to run, made the same.
fn steady(output: &str) -> String {
    let rules = [
        (r#""\\"[0-9a-f]{12}-(\d+)\\"""#, r#""\"5ca1ab1e0000-$1\"""#),
        (r#"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"#, "2026-01-05T02:00:00Z"),
        (r#""(asOfOn|day)": "\d{4}-\d\d-\d\d""#, r#""$1": "2026-01-05""#),
        (r#"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"#, "019b8c5e-0000-7000-8000-000000000000"),
        (r#"khk_[0-9a-f]{20}_[0-9a-f]{64}"#, "khk_5ca1ab1e5ca1ab1e5ca1_…"),
        (r#"/tokens/[0-9a-f]{20}"#, "/tokens/5ca1ab1e5ca1ab1e5ca1"),
        (r#"[\d.]+ s$"#, "1.0 s"),
    ];
    let mut text = output.trim_end().to_owned();
    for (pattern, with) in rules {
        text = regex::Regex::new(pattern).unwrap().replace_all(&text, with).into_owned();
    }
    text
}

/// The README with every command of its console blocks followed by its answer.
fn answered(readme: &str, run: impl Fn(&str, &str) -> String) -> String {
    let mut out = String::new();
    let mut chapter = "";
    let mut inside = false;
    let mut lines = readme.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if line.starts_with("## ") {
            chapter = line;
        }
        if !inside || !line.starts_with("$ ") {
            // Inside a block, what is no command is the answer of an earlier run.
            if !inside || line.starts_with("```") {
                out.push_str(line);
                out.push('\n');
            }
            continue;
        }
        let mut command = line.to_owned();
        while open(&command) {
            command.push('\n');
            command.push_str(lines.next().unwrap_or_default());
        }
        out.push_str(&format!("{command}\n{}\n", run(chapter, command.trim_start_matches("$ "))));
    }
    out
}

/// Whether a command goes on in the next line.
fn open(command: &str) -> bool {
    command.matches('\'').count() % 2 == 1 || command.ends_with('\\')
}

#[test]
fn the_readme_shows_what_the_server_answers() {
    walk(None);
}

#[test]
fn the_readme_shows_what_the_server_answers_on_postgresql() {
    if let Some(cluster) = crate::postgres::cluster() {
        walk(Some([cluster.new_database(), cluster.new_database()]));
    }
}

fn walk(databases: Option<[String; 2]>) {
    if Command::new("grpcurl").arg("-version").output().is_err() {
        require::missing("grpcurl", "install grpcurl and have it on the PATH");
        return;
    }
    let bless = databases.is_none() && wants_to_bless();
    let [open, shut] = databases.map_or([None, None], |databases| databases.map(Some));
    let (open, shut) = (serve(open, true), serve(shut, false));
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let binary = PathBuf::from(env!("CARGO_BIN_EXE_kehoach"));
    #[expect(clippy::disallowed_methods, reason = "where the tour finds grpcurl is not a knob of the server")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = binary.parent().map(PathBuf::from).into_iter().chain(std::env::split_paths(&path));
    let path = std::env::join_paths(folders).unwrap();
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let found = answered(&readme, |chapter, command| {
        let (server, folder) = if LOCKED.contains(&chapter) { (&shut, &shut.folder) } else { (&open, &root) };
        let command = command.replace("127.0.0.1:50051", &server.address);
        let done = Command::new("sh").args(["-c", &command]).current_dir(folder).env("PATH", &path).output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        steady(&text)
    });
    if bless {
        std::fs::write(root.join("README.md"), found).unwrap();
        return;
    }
    for (number, (there, here)) in readme.lines().zip(found.lines()).enumerate() {
        assert_eq!(there, here, "line {} of the README is not what the server answers", number + 1);
    }
    assert_eq!(readme.lines().count(), found.lines().count());
}

/// Whether the answers are to be written into the README.
fn wants_to_bless() -> bool {
    #[expect(clippy::disallowed_methods, reason = "the wish to rewrite the README is not a knob of the server")]
    let wishes = std::env::var("KEHOACH_TEST_REQUIRE").unwrap_or_default();
    wishes.contains("bless")
}
