//! The rules for the tree of files: modules, migrations, protos, and what no text may say.

use std::collections::BTreeSet;

use crate::Finding;
use crate::scan::{line_of, words};

/// Published by others, kept as they are.
const VENDORED: &[&str] = &["proto/buf/", "proto/google/"];

const PROTO_HOME: &str = "proto/kehoach/v1/";

const ENGINES: [&str; 2] = ["sqlite", "postgres"];

/// Data that tests and tour read, and what tools write: not our words.
const NOT_PROSE: &[&str] = &[".csv", ".json", ".lock", ".tsv"];

/// In two parts each, so that this file does not say them.
const MARKERS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("to", "do!"),
    concat!("unimpl", "emented!"),
];

/// Folders at the root of one machine that the next one does not have, or not with the same in it.
const PLACES: &[&str] = &["home", "root", "tmp", "work"];

/// Whether we wrote the words of this file.
pub fn is_ours(path: &str) -> bool {
    !VENDORED.iter().any(|folder| path.starts_with(folder)) && !NOT_PROSE.iter().any(|ending| path.ends_with(ending))
}

/// A module with parts is a folder with `mod.rs`, not a file beside a folder.
pub fn module_style(paths: &[String]) -> Vec<Finding> {
    let modules = paths.iter().filter_map(|path| Some((path, path.strip_suffix(".rs")?)));
    let split = modules.filter(|(_, stem)| {
        let folder = format!("{stem}/");
        paths.iter().any(|other| other.starts_with(&folder) && other.ends_with(".rs"))
    });
    split
        .map(|(path, stem)| finding(path, 1, format!("lies beside {stem}/"), "move it to mod.rs in that folder"))
        .collect()
}

/// Both engines have the same steps, and each step goes up and down.
pub fn migrations(paths: &[String]) -> Vec<Finding> {
    let names = |engine: &str| -> BTreeSet<&str> {
        let folder = format!("migrations/{engine}/");
        paths.iter().filter_map(|path| path.strip_prefix(&folder)?.split('/').next()).collect()
    };
    let all: BTreeSet<&str> = ENGINES.iter().flat_map(|engine| names(engine)).collect();
    let files = all.iter().flat_map(|name| {
        let of_engine = move |engine| ["up.sql", "down.sql"].map(|file| format!("migrations/{engine}/{name}/{file}"));
        ENGINES.into_iter().flat_map(of_engine)
    });
    let missing = files.filter(|file| !paths.contains(file));
    let mut found: Vec<Finding> = missing
        .map(|file| finding(&file, 1, "is missing", "write it: the same step for both engines, up and down"))
        .collect();
    if all.is_empty() {
        found.push(finding("migrations/sqlite", 1, "there are no migrations", "the schema starts there"));
    }
    found
}

/// Our protos lie in one folder; others are vendored as published.
pub fn protos(paths: &[String]) -> Vec<Finding> {
    let stray = paths.iter().filter(|path| {
        let is_direct = path.strip_prefix(PROTO_HOME).is_some_and(|name| !name.contains('/'));
        path.ends_with(".proto") && !is_direct && !VENDORED.iter().any(|folder| path.starts_with(folder))
    });
    stray.map(|path| finding(path, 1, "a proto outside its home", "move it to proto/kehoach/v1/")).collect()
}

/// What is on main is finished.
pub fn markers(path: &str, text: &str) -> Vec<Finding> {
    let found = MARKERS.iter().flat_map(|marker| words(text, marker).map(move |at| (at, marker)));
    let remedy = "do it now, or file an issue and say here what follows from its absence";
    found.map(|(at, marker)| finding(path, line_of(text, at), format!("says {marker}"), remedy)).collect()
}

/// What works here works on every machine.
pub fn places(path: &str, text: &str) -> Vec<Finding> {
    let remedy = "make it relative, or ask: std::env::temp_dir(), an argument, a variable";
    let mut found = Vec::new();
    for place in PLACES {
        let place = format!("/{place}/");
        // Not the inner part of a longer path or of an address.
        let inner = |at: usize| text[..at].ends_with(|c: char| c.is_alphanumeric() || "._-*/".contains(c));
        let starts = text.match_indices(&place).map(|(at, _)| at).filter(|at| !inner(*at));
        found.extend(starts.map(|at| finding(path, line_of(text, at), format!("says {place}"), remedy)));
    }
    found
}

fn finding(path: &str, line: usize, what: impl Into<String>, remedy: &'static str) -> Finding {
    Finding { path: path.to_owned(), line, what: what.into(), remedy }
}
