//! Every state with every verb, executed; and the table that a civil servant reads.

use std::path::PathBuf;

use kehoach::document::state::{State, TRANSITIONS, Verb, printed};
use kehoach::word::Word;
use tonic::Code;

use super::{Doing, way_to};
use crate::harness::{Harness, engines, refused};

#[test]
fn the_table_is_the_one_that_was_agreed_on() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/transitions.txt");
    #[expect(clippy::disallowed_methods, reason = "the wish to rewrite the table is not a knob of the server")]
    if std::env::var("KEHOACH_TEST_REQUIRE").unwrap_or_default().contains("bless") {
        std::fs::write(&path, printed()).unwrap();
    }
    let agreed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        agreed == printed(),
        "tests/golden/transitions.txt is not what the code says; run with KEHOACH_TEST_REQUIRE=bless and read the difference"
    );
}

engines! {
    async fn every_verb_in_every_state_does_what_the_table_says(h: Harness) {
        h.budget_ground().await;
        let mut done = Vec::new();
        for (number, state) in State::ALL.iter().enumerate() {
            let id = format!("e{number}");
            h.drafted(&id, 2020 + i32::try_from(number).unwrap(), 10).await;
            let life = h.walk(&id, way_to(*state)).await;
            assert_eq!(life.state().as_str_name(), format!("DOCUMENT_STATE_{}", state.as_str()));
            for verb in Verb::ALL {
                for to_draft in [false, true] {
                    let doing = Doing { to_draft, validate_only: true, ..h.doing(*verb, &id).await };
                    let before = h.standing();
                    let found = doing.send(h.channel()).await;
                    h.nothing_changed(&before);
                    match found {
                        Ok(life) => {
                            let then = *State::ALL.iter().find(|then| life.state().as_str_name().ends_with(then.as_str())).unwrap();
                            done.push((*state, *verb, then));
                        }
                        Err(status) => {
                            refused::<()>(Err(status), Code::FailedPrecondition, "VERB_NOT_OPEN");
                        }
                    }
                }
            }
        }
        // The draft of an amendment is the one state with two ways to cancel it.
        h.drafted("amended", 2029, 10).await;
        h.walk("amended", &[way_to(State::Approved), &[Verb::Amend]].concat()).await;
        let cancelled = h.does(Verb::Cancel, "amended").await.unwrap();
        done.push((State::Draft, Verb::Cancel, *State::ALL.iter().find(|then| cancelled.state().as_str_name().ends_with(then.as_str())).unwrap()));
        done.sort();
        done.dedup();
        let mut agreed: Vec<_> = TRANSITIONS.iter().map(|row| (row.from, row.verb, row.then)).collect();
        agreed.sort();
        assert_eq!(done, agreed);
        h.is_sound();
    }
}
