//! The table of authority as a civil servant reads it: every act with who may, and the grid of roles and scopes.
//!
//! `KEHOACH_TEST_REQUIRE=bless` writes it instead of comparing.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use kehoach::document::authority::{Action, Relation, Role, Rule, TABLE};
use kehoach::document::standing::{Held, Standing};
use kehoach::document::tree::{Node, Tree};
use kehoach::server::ROUTES;
use kehoach::word::Word;

use super::ground::UNITS;

/// Where a grant lies, seen from the department `khcn`: its scope, and the relations that it thereby has.
pub const SCOPES: &[(&str, &str, &[Relation])] = &[
    (
        "whole",
        "",
        &[Relation::Owner, Relation::Reviewing, Relation::Approving, Relation::Jurisdiction, Relation::Member],
    ),
    // The root stands above the department, above its reviewers and above those that approve.
    ("above", "tinh", &[Relation::Owner, Relation::Reviewing, Relation::Approving, Relation::Member]),
    ("own", "khcn", &[Relation::Owner, Relation::Member]),
    ("below", "tt", &[Relation::Member]),
    ("sibling", "yt", &[Relation::Member]),
    ("reviewing", "stc", &[Relation::Reviewing, Relation::Member]),
    ("approving", "hdnd", &[Relation::Approving, Relation::Member]),
];

/// Whether the table lets a role in these relations do something; roleless is who holds nothing.
pub fn allows(action: Action, role: Option<Role>, relations: &[Relation]) -> bool {
    let (_, ways) = TABLE.iter().find(|(listed, _)| *listed == action).unwrap();
    ways.iter().any(|(roles, relation)| {
        *relation == Relation::Anyone
            || relations.contains(relation) && (roles.is_empty() || role.is_some_and(|role| roles.contains(&role)))
    })
}

fn tree() -> Tree {
    let node = |(unit, parent): &(&str, &str)| {
        let node = Node {
            parent: Some((*parent).to_owned()).filter(|parent| !parent.is_empty()),
            is_level_one: ["stc", "khcn", "yt"].contains(unit),
            holds_finance: *unit == "stc",
            holds_planning: false,
            holds_council: *unit == "hdnd",
        };
        ((*unit).to_owned(), node)
    };
    Tree::new(UNITS.iter().map(node).collect::<HashMap<_, _>>())
}

fn standing(role: Role, unit: &str) -> Standing {
    let scope = Some(unit.to_owned()).filter(|unit| !unit.is_empty());
    let held = vec![Held { role, scope, grant: "g".to_owned() }];
    Standing { jurisdiction: "dt".to_owned(), held, tree: Arc::new(tree()), ..Standing::default() }
}

#[test]
fn the_verdict_is_what_the_table_says_for_every_role_scope_and_action() {
    for role in Role::ALL {
        for (name, unit, relations) in SCOPES {
            let standing = standing(*role, unit);
            for action in Action::ALL {
                let found = standing.may_at(*action, "khcn");
                let expected = allows(*action, Some(*role), relations);
                assert_eq!(found.is_ok(), expected, "{role:?} {name} {action:?}: {found:?}");
            }
        }
    }
    let stranger = Standing { tree: Arc::new(tree()), ..Standing::default() };
    let administrator = Standing { administrator: true, tree: Arc::new(tree()), ..Standing::default() };
    for action in Action::ALL {
        assert_eq!(stranger.may_at(*action, "khcn").is_ok(), allows(*action, None, &[]), "{action:?}");
        let found = administrator.may_at(*action, "khcn").is_ok();
        assert_eq!(found, allows(*action, None, &[Relation::Administrator]), "{action:?}");
    }
}

#[test]
fn the_table_is_the_one_that_was_agreed_on() {
    let mut text = String::from(
        "Who may do what. Printed from the code and compared by a test; every cell is executed by another.\n\n\
         OWNER: the scope of the grant is the owning unit or one above it. REVIEWING: it covers a unit that reviews the documents of the\n\
         owning unit. APPROVING: it covers one that approves them. JURISDICTION: it is the whole jurisdiction. MEMBER: it lies anywhere in\n\
         the jurisdiction. ANYONE: no grant is needed. ADMINISTRATOR: no grant helps, only an administrator of the service.\n",
    );
    for (action, ways) in TABLE {
        let _ = writeln!(text, "\n{}", action.as_str());
        for (roles, relation) in *ways {
            let roles: Vec<&str> = roles.iter().map(|role| role.as_str()).collect();
            let _ = writeln!(text, "  {} {}", relation.as_str(), roles.join(" "));
        }
        for route in ROUTES.iter().flat_map(|routes| routes()).filter(|route| route.rule.action() == *action) {
            let decided = if matches!(route.rule, Rule::Whole(_)) { "by the jurisdiction" } else { "by the object" };
            let _ = writeln!(text, "    {} ({decided})", route.path.trim_start_matches("/kehoach.v1."));
        }
    }
    let text: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let mut text = text
        + "\nWhat a role on each scope may do with what the department khcn owns. The province stands above it; the finance\ndepartment (reviewing) and the council (approving) are its siblings, and so is another department.\n\n";
    let names: Vec<&str> = SCOPES.iter().map(|(name, ..)| *name).collect();
    let _ = writeln!(
        text,
        "{:<22}{:<10}{}",
        "",
        "",
        names.iter().map(|name| format!("{name:<10}")).collect::<String>().trim_end()
    );
    for action in Action::ALL {
        for role in Role::ALL {
            let cell = |(_, unit, _): &(&str, &str, &[Relation])| {
                format!("{:<10}", if standing(*role, unit).may_at(*action, "khcn").is_ok() { "yes" } else { "-" })
            };
            let row: String = SCOPES.iter().map(cell).collect();
            let _ = writeln!(text, "{:<22}{:<10}{}", action.as_str(), role.as_str(), row.trim_end());
        }
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/authority.txt");
    #[expect(clippy::disallowed_methods, reason = "the wish to rewrite the table is not a knob of the server")]
    if std::env::var("KEHOACH_TEST_REQUIRE").unwrap_or_default().contains("bless") {
        std::fs::write(&path, &text).unwrap();
    }
    let agreed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        agreed == text,
        "tests/golden/authority.txt is not what the code says; run with KEHOACH_TEST_REQUIRE=bless and read the difference"
    );
}
