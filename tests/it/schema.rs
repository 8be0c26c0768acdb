//! The two schemas are one: the same columns and constraints, up, down and up again; and the rules that every table keeps.

use kehoach::db::{self, Conn, Engine, Migration, Opening};
use regex::Regex;

use crate::harness::{Harness, engines};

fn shape(h: &Harness) -> Vec<String> {
    let mut conn = h.connection();
    db::shape(&mut conn).unwrap()
}

/// The index that pays on SQLite only.
const ON_SQLITE: &str = "estimate_versions estimate_versions_listed partial (jurisdiction, fiscal_year, unit, kind, series, sequence, estimate, since, until)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_engines_have_the_same_columns_keys_and_references() {
    let (Some(sqlite), Some(postgres)) = (Harness::new(Engine::Sqlite).await, Harness::new(Engine::Postgres).await)
    else {
        return;
    };
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    let (sqlite, postgres) = (sorted(shape(&sqlite)), sorted(shape(&postgres)));
    let only = |these: &[String], those: &[String]| {
        these.iter().filter(|line| !those.contains(line)).cloned().collect::<Vec<_>>()
    };
    assert_eq!(only(&postgres, &sqlite), Vec::<String>::new());
    assert_eq!(only(&sqlite, &postgres), [ON_SQLITE]);
    assert!(sqlite.len() > 200, "the shape says almost nothing: {sqlite:?}");
}

/// The conditions of every table in words that do not depend on the engine, sorted.
fn conditions(h: &Harness) -> Vec<String> {
    let mut conn = h.connection();
    let comment = Regex::new("--[^\n]*").unwrap();
    let mut found = Vec::new();
    for line in db::checks(&mut conn).unwrap() {
        let (table, text) = line.split_once(' ').unwrap();
        let code = comment.replace_all(text, "").into_owned();
        let mut rest = code.as_str();
        while let Some(at) = rest.find("CHECK") {
            let condition = balanced(&rest[at + "CHECK".len()..]);
            found.push(format!("{table} {}", steady(condition)));
            rest = &rest[at + "CHECK".len() + condition.len()..];
        }
    }
    found.sort();
    found
}

/// The text up to the bracket that closes its first one.
fn balanced(text: &str) -> &str {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth == 1 => return &text[..=at],
            ')' => depth -= 1,
            _ => {}
        }
    }
    panic!("no end: {text}")
}

/// A condition without what PostgreSQL adds or writes in another way: brackets, casts, ranges, lists.
fn steady(condition: &str) -> String {
    let rules = [
        (r"octet_length", "length"),
        (r"::(text|bigint|integer|smallint)(\[\])?", ""),
        (r"= ANY \(+ARRAY\[([^\]]*)\]\)*", "IN ($1)"),
        (r"CASE (\w+) WHEN ((?:'\w*' THEN 1 WHEN )*'\w*') THEN 1 ELSE 0 END", "$1 IN ($2)"),
        (" THEN 1 WHEN ", ", "),
        (r"([\w]+(?:\(\w+\))?) BETWEEN (\w+) AND (\w+)", "$1 >= $2 AND $1 <= $3"),
        (r"[()\s]", ""),
    ];
    rules
        .iter()
        .fold(condition.to_owned(), |text, (from, to)| Regex::new(from).unwrap().replace_all(&text, *to).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_engines_check_rows_by_the_same_conditions() {
    let (Some(sqlite), Some(postgres)) = (Harness::new(Engine::Sqlite).await, Harness::new(Engine::Postgres).await)
    else {
        return;
    };
    let (sqlite, postgres) = (conditions(&sqlite), conditions(&postgres));
    let only = |these: &[String], those: &[String]| {
        these.iter().filter(|line| !those.contains(line)).cloned().collect::<Vec<_>>()
    };
    assert_eq!((only(&sqlite, &postgres), only(&postgres, &sqlite)), (Vec::new(), Vec::new()));
    assert_eq!(sqlite, postgres, "one of them stands twice");
    assert!(sqlite.len() > 80, "the conditions say almost nothing: {sqlite:?}");
}

/// PostgreSQL plans by how many rows there are: 500 estimates in 10 versions each, with one group and two lines.
const MANY_VERSIONS: &str = "
    SET session_replication_role = replica;
    INSERT INTO estimate_versions (jurisdiction, since, until, estimate, at, created_at, unit, fiscal_year, kind, series, sequence, scheme, state,
           submission, number, in_force, title, line_count, last_sequence)
    SELECT 'j', v, v + 1, 'e' || e, v, 1, 'u', 2026, 'ANNUAL', '', 1, 's', 'DRAFT', 1, 1, 1, '', 2, 2
      FROM generate_series(1, 10) v, generate_series(1, 500) e;
    INSERT INTO estimate_totals
    SELECT 'j', v, v + 1, 'e' || e, 'EXPENDITURE', 'RECURRENT', 'AUTONOMOUS', 2, 0, 0, 0, 0, 0, 0, 7, 2, 7, 2, 7, 2
      FROM generate_series(1, 10) v, generate_series(1, 500) e;
    INSERT INTO line_versions (jurisdiction, since, until, estimate, line, sequence, side, nature, autonomy, delegated, description, search, decided)
    SELECT 'j', v, v + 1, 'e' || e, 'l' || l, l, 'EXPENDITURE', 'RECURRENT', 'AUTONOMOUS', 0, '', '', 7
      FROM generate_series(1, 10) v, generate_series(1, 500) e, generate_series(1, 2) l;
    ANALYZE estimate_versions; ANALYZE estimate_totals; ANALYZE line_versions";

engines! {
    async fn every_step_can_be_undone_and_done_again(h: Harness) {
        let before = shape(&h);
        let steps = db::migrate(&h.place().owned(), Migration::Down).unwrap();
        assert!(steps >= 4);
        assert_eq!(shape(&h), Vec::<String>::new());
        assert_eq!(db::migrate(&h.place().owned(), Migration::Up).unwrap(), steps);
        assert_eq!(shape(&h), before);
        assert_eq!(db::pending_migrations(h.database()).unwrap(), 0);
    }

    async fn every_key_begins_with_the_jurisdiction_and_every_version_is_found_by_its_end(h: Harness) {
        let shape = shape(&h);
        let tables: Vec<&str> = shape.iter().filter_map(|line| line.split_once(".jurisdiction text not null").map(|(table, _)| table)).collect();
        assert!(tables.len() > 15, "{tables:?}");
        for table in &tables {
            let key = shape.iter().find(|line| line.starts_with(&format!("{table} primary key ("))).unwrap();
            assert!(key.contains("primary key (jurisdiction"), "{key}");
        }
        let versioned = shape.iter().filter_map(|line| line.split_once(".until integer not null").map(|(table, _)| table));
        for table in versioned {
            let of_table = shape.iter().filter(|line| line.starts_with(&format!("{table} ")) && line.contains("(jurisdiction, "));
            let mut whole = of_table.filter(|line| !line.contains(" partial ") && !line.contains(" references "));
            let found = whole.any(|line| line.ends_with(", until)") || line.contains(", until, "));
            assert!(found, "{table} has no index (jurisdiction, parent, until)");
        }
    }

    async fn the_hot_queries_use_an_index(h: Harness) {
        let at = "since <= 5 AND until > 5";
        let queries = [
            format!("SELECT * FROM estimate_versions WHERE jurisdiction = 'j' AND estimate = 'e' AND {at}"),
            format!("SELECT * FROM estimate_totals WHERE jurisdiction = 'j' AND estimate IN ('e', 'f') AND {at}"),
            format!("SELECT * FROM line_versions WHERE jurisdiction = 'j' AND estimate = 'e' AND {at} ORDER BY sequence LIMIT 50"),
            "SELECT * FROM line_versions WHERE jurisdiction = 'j' AND estimate = 'e' AND line IN ('l') AND until = 9223372036854775807".to_owned(),
            format!("SELECT * FROM unit_versions WHERE jurisdiction = 'j' AND unit = 'u' AND {at}"),
            format!("SELECT * FROM unit_versions WHERE jurisdiction = 'j' AND parent = 'u' AND {at}"),
            "SELECT revision FROM journal WHERE jurisdiction = 'j' AND actor = 'a' AND method = 'm' AND request_id = 'r'".to_owned(),
            "SELECT revision FROM journal WHERE jurisdiction = 'j' AND at <= 5 ORDER BY at DESC LIMIT 1".to_owned(),
            "SELECT * FROM heads WHERE jurisdiction = 'j'".to_owned(),
            format!("SELECT * FROM project_versions WHERE jurisdiction = 'j' AND project = 'p' AND {at}"),
            format!("SELECT * FROM project_versions WHERE jurisdiction = 'j' AND list = 'p' AND {at}"),
            format!("SELECT * FROM project_versions WHERE jurisdiction = 'j' AND lead = 'l' AND {at}"),
            format!("SELECT * FROM line_versions WHERE jurisdiction = 'j' AND project = 'jurisdictions/j/projects/p' AND {at}"),
        ];
        let mut conn = Conn::open(h.database(), Opening::Writer).unwrap();
        for query in queries {
            let plan = db::explain(&mut conn, &query).unwrap().join("; ");
            let indexed = plan.contains("USING INDEX") || plan.contains("USING PRIMARY KEY") || plan.contains("Index Scan") || plan.contains("Index Cond");
            assert!(indexed && !plan.contains("SCAN ") && !plan.contains("Seq Scan"), "{query}\n{plan}");
            // What holds at a revision is found by its end. By its beginning it would be found behind all that ever held before.
            assert!(!plan.contains("since<"), "{query}\n{plan}");
        }
    }

    async fn a_page_is_read_in_the_order_of_an_index(h: Harness) {
        let lines = "SELECT * FROM line_versions WHERE jurisdiction = 'j' AND estimate = 'e' AND until = 9223372036854775807 AND since <= 5
              AND sequence > 7 ORDER BY sequence LIMIT 50";
        let estimates = "SELECT estimate, since FROM estimate_versions WHERE jurisdiction = 'j' AND fiscal_year = 2024 AND unit >= 'u' AND since <= 5
              AND until = 9223372036854775807 ORDER BY unit, kind, series, sequence LIMIT 101";
        let mut conn = Conn::open(h.database(), Opening::Writer).unwrap();
        let (key, pages) = match h.engine() {
            Engine::Sqlite => ("sqlite_autoindex_line_versions_1", "COVERING INDEX estimate_versions_listed"),
            Engine::Postgres => ("line_versions_pkey", "estimate_versions_key"),
        };
        for (query, index) in [(lines, key), (estimates, pages)] {
            let plan = db::explain(&mut conn, query).unwrap().join("; ");
            // PostgreSQL sorts tables as small as those of a test.
            let is_sorted = h.engine() == Engine::Sqlite && plan.contains("USE TEMP B-TREE FOR ORDER BY");
            assert!(plan.contains(index) && !is_sorted, "{query}\n{plan}");
        }
    }

    async fn texts_in_force_are_found_by_an_index_for_each_estimate(h: Harness) {
        let at = "h.since <= 10 AND h.until > 10";
        let joined = |table: &str, same: &str| format!(
            "SELECT t.* FROM estimate_versions h JOIN {table} t ON t.estimate = h.estimate AND {same}
              WHERE h.jurisdiction = 'j' AND h.estimate IN ('e1', 'e2') AND t.jurisdiction = 'j' AND {at}"
        );
        let added = |table: &str| format!(
            "WITH chosen (estimate, class, at) AS (VALUES ('e1', 0, 9), ('e2', 0, 10))
             SELECT chosen.class, SUM(t.decided) FROM chosen CROSS JOIN {table} t
              WHERE t.estimate = chosen.estimate AND t.jurisdiction = 'j'
                AND t.until > 9 AND t.since <= 10 AND t.until > chosen.at AND t.since <= chosen.at GROUP BY chosen.class"
        );
        let queries = [
            (joined("estimate_versions", "t.since <= h.in_force AND t.until > h.in_force"), "until"),
            (joined("estimate_totals", "t.since <= h.in_force AND t.until > h.in_force"), "until"),
            (added("estimate_totals"), "until"),
            (added("line_versions"), "until"),
        ];
        if h.engine() == Engine::Postgres {
            h.sql(MANY_VERSIONS);
        }
        let mut conn = Conn::open(h.database(), Opening::Writer).unwrap();
        for (query, column) in queries {
            let plan = db::explain(&mut conn, &query).unwrap();
            // Each step of the joined table is a search by jurisdiction, estimate and revision.
            let found = plan.iter().any(|step| match h.engine() {
                Engine::Sqlite => step.starts_with("SEARCH t USING ") && step.contains("estimate=?") && step.contains(column),
                Engine::Postgres => step.contains("Index Cond") && step.contains("estimate = ") && step.contains(column),
            });
            let scanned = plan.iter().any(|step| step.starts_with("SCAN t") || step.contains("Seq Scan"));
            assert!(found && !scanned, "{query}\n{plan:#?}");
        }
    }
}
