//! `kehoach migrate` killed at any moment leaves whole steps: the next run finds none half done and ends at the same schema.
//!
//! `KEHOACH_TEST_MIGRATIONS` gives the number of kills of a campaign.

use std::process::Stdio;
use std::time::{Duration, Instant};

use kehoach::db::{self, Conn, Engine, Migration, Opening};

use super::program;
use crate::dice::{Dice, often};
use crate::harness::Place;

fn shape(place: &Place) -> Vec<String> {
    let mut conn = Conn::open(&place.owned(), Opening::Writer).unwrap();
    db::shape(&mut conn).unwrap()
}

async fn kills(engine: Engine, usual: u64, test: &str) {
    let Some(whole) = Place::new(engine) else { return };
    let mut dice = Dice::new(test);
    let started = Instant::now();
    assert!(program(&whole, &[]).arg("migrate").stdout(Stdio::null()).status().unwrap().success());
    let takes = u64::try_from(started.elapsed().as_micros()).unwrap();
    let expected = shape(&whole);
    let steps = db::migrate(&whole.owned(), Migration::Down).unwrap();
    let mut left = vec![0; steps + 1];
    for _ in 0..often("KEHOACH_TEST_MIGRATIONS", usual) {
        let Some(place) = Place::new(engine) else { return };
        let mut migrating =
            program(&place, &[]).arg("migrate").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        tokio::time::sleep(Duration::from_micros(dice.within(0..takes))).await;
        migrating.kill().unwrap();
        migrating.wait().unwrap();
        let pending = db::pending_migrations(&place.owned()).unwrap();
        left[pending] += 1;
        if pending == 0 || pending == steps {
            let whole_or_nothing = if pending == 0 { expected.clone() } else { Vec::new() };
            assert_eq!(shape(&place), whole_or_nothing, "the list of steps is not what was done");
        }
        assert_eq!(db::migrate(&place.owned(), Migration::Up).unwrap(), pending, "a step was done by half");
        assert_eq!(shape(&place), expected);
    }
    println!("kills by the number of steps that were left: {left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_migration_leaves_whole_steps_on_sqlite() {
    kills(Engine::Sqlite, 20, "a_killed_migration_leaves_whole_steps_on_sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_migration_leaves_whole_steps_on_postgresql() {
    kills(Engine::Postgres, 5, "a_killed_migration_leaves_whole_steps_on_postgresql").await;
}
