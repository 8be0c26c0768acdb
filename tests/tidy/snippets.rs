//! Small pieces that break each rule, and their neighbours that do not: the rules themselves are tested here.

use crate::{Finding, Source, rules, tree};

/// Runs a rule over pieces, each with the lines where it must find something.
#[track_caller]
fn check(rule: impl Fn(&Source) -> Vec<Finding>, pieces: &[(&str, &str, &[usize])]) {
    for (path, text, expected) in pieces {
        let found = rule(&Source::new(path, (*text).to_owned()));
        assert_eq!(lines(&found), *expected, "{path}: {text}");
        assert!(found.iter().all(|finding| !finding.remedy.is_empty() && finding.path == *path));
    }
}

fn lines(found: &[Finding]) -> Vec<usize> {
    let mut lines: Vec<usize> = found.iter().map(|finding| finding.line).collect();
    lines.sort_unstable();
    lines
}

fn paths(found: &[Finding]) -> Vec<&str> {
    found.iter().map(|finding| finding.path.as_str()).collect()
}

fn owned(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}

#[test]
fn a_file_without_purpose_is_found() {
    check(
        rules::header,
        &[
            ("src/a.rs", "//! Purpose.\n", &[]),
            ("src/a.rs", "use std::fmt;\n//! Late.\n", &[1]),
            ("build.rs", "// Not of the file.\n", &[1]),
            ("src/a.rs", "", &[1]),
        ],
    );
}

#[test]
fn long_files_and_functions_are_found() {
    let file = |lines: usize| "//\n".repeat(lines);
    let function = |lines: usize| format!("\nfn long() {{\n{}}}\n", "// }\n".repeat(lines - 2));
    check(
        rules::size,
        &[
            ("src/a.rs", &file(500), &[]),
            ("src/a.rs", &file(501), &[501]),
            ("src/db/schema.rs", &file(501), &[]),
            ("src/a.rs", &function(70), &[]),
            ("src/a.rs", &function(71), &[2]),
        ],
    );
}

#[test]
fn names_for_anything_are_found() {
    check(
        rules::names,
        &[
            ("src/utils.rs", "", &[1]),
            ("tests/it/helpers/clock.rs", "", &[1]),
            ("src/commonwealth.rs", "mod utilities;", &[]),
            ("src/a.rs", "\npub mod misc {}", &[2]),
            ("src/a.rs", "// mod misc", &[]),
        ],
    );
}

#[test]
fn crossed_edges_are_found() {
    check(
        rules::edges,
        &[
            ("src/budget/actions.rs", "use diesel::prelude::*;\n\nuse crate::pb;", &[1, 3]),
            ("src/budget/actions.rs", "// diesel::prelude\nlet a = \"crate::pb\";", &[]),
            ("src/budget/store.rs", "use diesel::prelude::*;", &[]),
            ("src/budget/store/lines.rs", "use diesel::prelude::*;", &[]),
            ("src/budget/store.rs", "use diesel::PgConnection;\nuse diesel::sqlite::Sqlite;", &[1, 2]),
            ("src/db/conn.rs", "use diesel::{PgConnection, SqliteConnection};", &[]),
            ("src/budget/wire.rs", "use crate::pb;\nuse tonic::Status;", &[2]),
            ("src/budget/store.rs", "use crate::{clock, pb};", &[1]),
            ("src/budget/grpc.rs", "use crate::pb;\nuse tonic::Status;", &[]),
            ("src/grpc/status.rs", "tonic_types::StatusExt", &[]),
            ("src/lib.rs", "pub mod pb;\npub mod db;", &[]),
            ("src/app/mod.rs", "let now = jiff::Timestamp::now();", &[1]),
            ("src/app/mod.rs", "let now = std::time::Instant::now();", &[]),
            ("src/clock.rs", "let now = SystemTime::now();", &[]),
            ("tests/it/postgres.rs", "use diesel::PgConnection;", &[]),
        ],
    );
}

#[test]
fn impure_rules_are_found() {
    check(
        rules::purity,
        &[
            ("src/budget/model.rs", "use crate::db::Tx;\nasync fn f() {}", &[1, 2]),
            ("src/budget/model/line.rs", "use crate::clock::Clock;", &[1, 1]),
            ("src/budget/model.rs", "use crate::clock::Micros;", &[]),
            ("src/document/state.rs", "use tokio::sync::Mutex;", &[1]),
            ("src/document/store.rs", "use diesel::prelude::*;", &[]),
            ("src/money.rs", "use crate::pb;", &[1]),
            ("src/period.rs", "// no clock", &[]),
            ("src/budget/actions.rs", "use crate::db::Tx;", &[]),
        ],
    );
}

#[test]
fn panics_outside_tests_are_found() {
    check(
        rules::panics,
        &[
            ("src/a.rs", "fn f() {\n    x.unwrap();\n    x\n        .expect(\"y\");\n    panic!();\n}", &[2, 4, 5]),
            ("src/a.rs", "#[cfg(test)]\nmod tests {\n    fn f() { x.unwrap(); }\n}\nfn g() { y.unwrap() }", &[5]),
            ("src/a.rs", "x.unwrap_or_default(); std::panic::catch_unwind(f); // x.unwrap()", &[]),
            ("src/a/tests.rs", "x.unwrap();", &[]),
            ("tests/it/a.rs", "x.unwrap();", &[]),
            ("src/a.rs", "#[expect(unused)]\nfn f() {}", &[]),
        ],
    );
}

#[test]
fn an_exception_without_need_is_found() {
    assert_eq!(rules::idle_exceptions(&[]).len(), rules::ALLOWED.len());
}

#[test]
fn a_file_beside_its_folder_is_found() {
    let found = tree::module_style(&owned(&["src/a.rs", "src/a/b.rs", "src/c.rs", "src/d/mod.rs", "src/cc/e.rs"]));
    assert_eq!(paths(&found), ["src/a.rs"]);
}

#[test]
fn a_lonely_migration_is_found() {
    let both = ["migrations/sqlite/0001_a/up.sql", "migrations/sqlite/0001_a/down.sql", "migrations/README.md"];
    let found = tree::migrations(&owned(&both));
    assert_eq!(paths(&found), ["migrations/postgres/0001_a/up.sql", "migrations/postgres/0001_a/down.sql"]);
    assert_eq!(tree::migrations(&[]).len(), 1);
}

#[test]
fn a_stray_proto_is_found() {
    let found = tree::protos(&owned(&[
        "proto/kehoach/v1/budget.proto",
        "proto/google/api/annotations.proto",
        "proto/kehoach/v2/budget.proto",
        "src/budget/budget.proto",
    ]));
    assert_eq!(paths(&found), ["proto/kehoach/v2/budget.proto", "src/budget/budget.proto"]);
}

#[test]
fn markers_and_places_are_found() {
    let later = format!("ok\n# {}: later\nmktemp -d {}\n", concat!("TO", "DO"), "X".repeat(6));
    assert_eq!(lines(&tree::markers("README.md", &later)), [2]);
    assert_eq!(lines(&tree::markers("src/a.rs", concat!("fn f() { to", "do!() }"))), [1]);
    let places = format!("cd /{0}/x\nhttps://example.org/{0}/x\nsrc/{0}/x /var/lib/x\n\"/{0}/\"", "tmp");
    assert_eq!(lines(&tree::places("README.md", &places)), [1, 4]);
}

#[test]
fn only_our_own_words_are_judged() {
    assert!(tree::is_ours("proto/kehoach/v1/budget.proto") && tree::is_ours(".ci/run"));
    assert!(!tree::is_ours("proto/google/api/http.proto") && !tree::is_ours("tests/data/budget.csv"));
}
