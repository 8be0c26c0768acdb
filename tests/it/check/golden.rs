//! The register of rules as a civil servant reads it. `KEHOACH_TEST_REQUIRE=bless` writes it instead of comparing.

use std::fmt::Write as _;
use std::path::PathBuf;

use kehoach::check::rules::absent::ABSENT;
use kehoach::check::rules::{OPEN, all};
use kehoach::word::Word;

fn years(from: i64, to: i64) -> String {
    match (from, to) {
        (0, OPEN) => "always".to_owned(),
        (0, to) => format!("to {to}"),
        (from, OPEN) => format!("from {from}"),
        (from, to) => format!("{from}-{to}"),
    }
}

fn written() -> String {
    let mut text =
        "Rules: id, set, what breaking it means while a unit asks and when it is decided on, fiscal years.\n\
                    Below each what it says, and what it rests on (? = remembered, not verified: at most a WARNING).\n"
            .to_owned();
    for rule in all() {
        let (asking, deciding) = (rule.asking.as_str(), rule.deciding.as_str());
        let years_held = years(rule.from, rule.to);
        writeln!(text, "\n{:<9} {:<8} {asking:<8} {deciding:<8} {years_held}", rule.id, rule.set.as_str()).unwrap();
        writeln!(text, "  {}\n  {}", rule.title, rule.english_title).unwrap();
        for cited in rule.citations {
            let doubt = if cited.is_sourced { "" } else { "?" };
            let article = if cited.article.is_empty() { String::new() } else { format!(", {}", cited.article) };
            writeln!(text, "  - {}{article} ({}){doubt}", cited.document, years(cited.from, cited.to)).unwrap();
        }
    }
    text.push_str("\nNo finding of its own: id, why.\n\n");
    for (id, why) in ABSENT {
        writeln!(text, "{id:<9} {why}").unwrap();
    }
    text
}

#[test]
fn the_register_of_rules_is_the_one_that_is_published() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/rules.txt");
    #[expect(clippy::disallowed_methods, reason = "what a test run writes is not a knob of the server")]
    let wishes = std::env::var("KEHOACH_TEST_REQUIRE").unwrap_or_default();
    if wishes.contains("bless") {
        std::fs::write(&path, written()).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap();
    assert_eq!(written(), published, "bless tests/golden/rules.txt where this is meant");
}
