//! What a test needs beside Rust: a program that is not there skips the test loudly, or fails it where it is required.

use std::io::Write;

/// Names what is missing and how to get it; a failure where `KEHOACH_TEST_REQUIRE` (a list with commas) names it.
#[track_caller]
pub fn missing(name: &str, remedy: &str) {
    #[expect(clippy::disallowed_methods, reason = "what a test run demands is not a knob of the server")]
    let required = std::env::var("KEHOACH_TEST_REQUIRE").unwrap_or_default();
    assert!(
        !required.split(',').any(|wanted| wanted.trim() == name),
        "{name} is required by KEHOACH_TEST_REQUIRE and missing: {remedy}"
    );
    // Straight to the stream: what is printed by macro is kept back for tests that pass.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {name} is missing: {remedy}");
}
