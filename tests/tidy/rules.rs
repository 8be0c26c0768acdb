//! The rules for files of Rust: size, names, edges, purity, panics.

use crate::scan::{functions, line_of, without_tests, words};
use crate::{Finding, Source};

const LINES_PER_FILE_MAX: usize = 500;
const LINES_PER_FUNCTION_MAX: usize = 70;

/// As long as the schema is: diesel wants all tables in one file.
const NO_SIZE: &[&str] = &["src/db/schema.rs"];

/// Names that say nothing, so that everything ends up behind them.
const BANNED_NAMES: &[&str] = &["common", "helper", "helpers", "manager", "misc", "util", "utils"];

/// Exceptions to [`EDGES`]: file, word, reason. The list only shrinks: an entry that is not needed any more fails.
pub const ALLOWED: &[(&str, &str, &str)] = &[];

/// Words that only some rooms may say.
struct Edge {
    words: &'static [&'static str],
    /// A folder (`src/db/`), a file (`src/clock.rs`), or a room of every slice (`store`: store.rs or store/).
    rooms: &'static [&'static str],
    remedy: &'static str,
}

const EDGES: &[Edge] = &[
    Edge {
        words: &["diesel", "diesel_migrations"],
        rooms: &["src/db/", "src/commit/", "store"],
        remedy: "ask the slice's store.rs; it alone knows tables",
    },
    Edge {
        words: &["PgConnection", "SqliteConnection", "diesel::pg", "diesel::sqlite"],
        rooms: &["src/db/"],
        remedy: "move what depends on the engine to src/db/",
    },
    Edge {
        // A slice's grpc.rs implements a generated trait, so it must name its messages.
        words: &["pb"],
        rooms: &["wire", "grpc", "pb", "src/server/", "src/client/"],
        remedy: "convert in the slice's wire.rs; it alone knows messages",
    },
    Edge {
        words: &["tonic", "tonic_health", "tonic_reflection", "tonic_types"],
        rooms: &["grpc", "src/server/", "src/client/"],
        remedy: "return an Error or a domain type; src/grpc/ speaks gRPC",
    },
    Edge {
        words: &["SystemTime::now", "Timestamp::now", "Zoned::now"],
        rooms: &["src/clock.rs"],
        remedy: "take the time from Call, or from clock::Clock outside a call",
    },
];

/// What a pure file may not name: no I/O, no time, no other representation of its values.
const IMPURE: &[&str] = &["async", "await", "clock", "db", "diesel", "pb", "prost", "tokio", "tonic", "Clock"];

/// The type of an instant is a number; it tells no time.
const PURE_IN_CLOCK: &str = "clock::Micros";

const PANICS: &[&str] = &[".unwrap()", ".expect(", "panic!"];

/// The first line says what the file is for.
pub fn header(source: &Source) -> Vec<Finding> {
    let missing = !source.text.starts_with("//!");
    let remedy = "begin with `//! ` and one sentence of purpose, then what is absent and why";
    missing.then(|| source.finding(1, "no `//!` in the first line", remedy)).into_iter().collect()
}

/// Files and functions are short enough to be read at once.
pub fn size(source: &Source) -> Vec<Finding> {
    if NO_SIZE.contains(&source.path.as_str()) {
        return Vec::new();
    }
    let lines = source.text.lines().count();
    let long_file = (lines > LINES_PER_FILE_MAX).then(|| {
        let what = format!("{lines} lines, more than {LINES_PER_FILE_MAX}");
        source.finding(lines, what, "make it a folder of the same name, one file per part")
    });
    let long_functions = functions(&source.code).into_iter().filter(|f| f.lines > LINES_PER_FUNCTION_MAX).map(|f| {
        let what = format!("fn {} has {} lines, more than {LINES_PER_FUNCTION_MAX}", f.name, f.lines);
        source.finding(f.line, what, "name its parts and make them functions; branches stay here, work moves out")
    });
    long_file.into_iter().chain(long_functions).collect()
}

/// No file, folder or module has a name for anything.
pub fn names(source: &Source) -> Vec<Finding> {
    let remedy = "name it for what is inside, or move that to where it is used";
    let bad = |name: &str| BANNED_NAMES.contains(&name);
    let in_path = source.path.trim_end_matches(".rs").split('/').find(|part| bad(part));
    let in_path = in_path.map(|part| source.finding(1, format!("a file or folder is called `{part}`"), remedy));
    let inline = words(&source.code, "mod").filter_map(|at| {
        let rest = source.code[at + 3..].trim_start();
        let name = rest.split(|c| !crate::scan::is_word(c)).next().filter(|name| bad(name))?;
        Some(source.finding(line_of(&source.code, at), format!("a module is called `{name}`"), remedy))
    });
    in_path.into_iter().chain(inline).collect()
}

/// Each room says only the words that belong to it.
pub fn edges(source: &Source) -> Vec<Finding> {
    let mut found = Vec::new();
    if !source.path.starts_with("src/") {
        return found;
    }
    for edge in EDGES.iter().filter(|edge| !edge.rooms.iter().any(|room| is_in(&source.path, room))) {
        for word in edge.words {
            if ALLOWED.iter().any(|(path, allowed, _)| *path == source.path && allowed == word) {
                continue;
            }
            found.extend(uses(&source.code, word).map(|line| {
                let what = format!("`{word}` is said outside {}", edge.rooms.join(", "));
                source.finding(line, what, edge.remedy)
            }));
        }
    }
    found
}

/// What decides takes values and returns values.
pub fn purity(source: &Source) -> Vec<Finding> {
    let path = source.path.as_str();
    let is_pure = is_in(path, "model")
        || ["src/money", "src/period"].iter().any(|room| is_in(path, &format!("{room}.rs")))
        || ["src/document/", "src/money/", "src/period/"].iter().any(|room| is_in(path, room)) && !is_in(path, "store");
    if !path.starts_with("src/") || !is_pure {
        return Vec::new();
    }
    let code = source.code.replace(PURE_IN_CLOCK, "");
    let remedy = "make it an argument: time, ids, caller and facts come in, values go out";
    let impure = |word| uses(&code, word).map(move |line| (line, word));
    let found = IMPURE.iter().copied().flat_map(impure);
    found.map(|(line, word)| source.finding(line, format!("`{word}` in a pure file"), remedy)).collect()
}

/// A request may find anything wrong but the server stays up.
pub fn panics(source: &Source) -> Vec<Finding> {
    let path = source.path.as_str();
    if !path.starts_with("src/") || is_in(path, "tests") {
        return Vec::new();
    }
    let code = without_tests(&source.code);
    let remedy = "return an Error, or say by a type or `let .. else` why it cannot happen";
    let found = PANICS.iter().flat_map(|word| uses(&code, word).map(move |line| (line, word)));
    found.map(|(line, word)| source.finding(line, format!("`{word}` outside a test"), remedy)).collect()
}

/// Exceptions whose file is gone, or no longer says the word.
pub fn idle_exceptions(sources: &[Source]) -> Vec<Finding> {
    let needed = |path: &str, word: &str| {
        sources.iter().any(|source| source.path == path && uses(&source.code, word).next().is_some())
    };
    let idle = ALLOWED.iter().filter(|(path, word, _)| !needed(path, word));
    idle.map(|(path, word, _)| Finding {
        path: (*path).to_owned(),
        line: 1,
        what: format!("the exception for `{word}` is not needed"),
        remedy: "delete it from ALLOWED in tests/tidy/rules.rs",
    })
    .collect()
}

/// Lines that use a word; declaring a module of that name is no use.
fn uses<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    words(code, word).filter(|at| !code[..*at].ends_with("mod ")).map(|at| line_of(code, at))
}

fn is_in(path: &str, room: &str) -> bool {
    if room.ends_with('/') {
        path.starts_with(room)
    } else if room.ends_with(".rs") {
        path == room
    } else {
        path.trim_end_matches(".rs").split('/').any(|part| part == room)
    }
}
