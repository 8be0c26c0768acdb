//! The house rules that a compiler cannot see; each failure names the file, the line and the remedy.
//!
//! Reads the files as they lie in the folder and builds nothing. Absent: what clippy and rustc check (see `Cargo.toml` and
//! `clippy.toml`), and a list of files that may break a rule beyond [`rules::ALLOWED`].

mod rules;
mod scan;
mod snippets;
mod tree;

use std::fmt;
use std::fs;
use std::path::Path;

/// One broken rule.
pub struct Finding {
    path: String,
    line: usize,
    what: String,
    remedy: &'static str,
}

/// A file of Rust with what is code in it.
pub struct Source {
    path: String,
    text: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: String) -> Self {
        let code = scan::code(&text);
        Self { path: path.to_owned(), text, code }
    }

    fn finding(&self, line: usize, what: impl Into<String>, remedy: &'static str) -> Finding {
        Finding { path: self.path.clone(), line, what: what.into(), remedy }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\n    remedy: {}", self.path, self.line, self.what, self.remedy)
    }
}

#[test]
fn every_file_says_what_it_is() {
    every_source(rules::header);
}

#[test]
fn rooms_are_small() {
    every_source(rules::size);
}

#[test]
fn names_say_what_is_inside() {
    every_source(rules::names);
}

#[test]
fn edges_are_kept() {
    every_source(rules::edges);
}

#[test]
fn rules_are_pure() {
    every_source(rules::purity);
}

#[test]
fn nothing_panics_on_purpose() {
    every_source(rules::panics);
}

#[test]
fn no_exception_outlives_its_need() {
    report(rules::idle_exceptions(&sources()));
}

#[test]
fn modules_with_parts_are_folders() {
    report(tree::module_style(&files()));
}

#[test]
fn migrations_come_in_pairs() {
    report(tree::migrations(&files()));
}

#[test]
fn protos_have_one_home() {
    report(tree::protos(&files()));
}

#[test]
fn nothing_is_left_for_later() {
    every_text(tree::markers);
}

#[test]
fn nothing_names_a_place_on_one_machine() {
    every_text(tree::places);
}

fn every_source(rule: impl Fn(&Source) -> Vec<Finding>) {
    report(sources().iter().flat_map(rule).collect());
}

fn every_text(rule: impl Fn(&str, &str) -> Vec<Finding>) {
    let written = files().into_iter().filter(|path| tree::is_ours(path));
    let findings = written.flat_map(|path| text(&path).map_or_else(Vec::new, |text| rule(&path, &text)));
    report(findings.collect());
}

#[track_caller]
fn report(mut findings: Vec<Finding>) {
    findings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
    assert!(lines.is_empty(), "{} broken\n{}\n", lines.len(), lines.join("\n"));
}

fn sources() -> Vec<Source> {
    let found: Vec<Source> = files()
        .iter()
        .filter(|path| path.ends_with(".rs"))
        .filter_map(|path| Some(Source::new(path, text(path)?)))
        .collect();
    assert!(found.iter().any(|source| source.path == "src/lib.rs"), "run this in the folder of Cargo.toml");
    found
}

/// The file, where it is text.
fn text(path: &str) -> Option<String> {
    let bytes = fs::read(path).unwrap_or_default();
    String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}

/// Every file below the folder of Cargo.toml, with `/` between its parts, but what is built and what tools keep hidden.
fn files() -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(".").to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_folder = path.is_dir();
            let is_hidden = name.starts_with('.') && ![".ci", ".gitignore"].contains(&name.as_str());
            if is_hidden || (is_folder && name == "target") {
                continue;
            }
            if is_folder {
                folders.push(path);
            } else {
                found.push(path.to_string_lossy().trim_start_matches("./").replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}
