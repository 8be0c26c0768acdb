//! The rules of moves as tables: each with a case that passes and one that breaks it.

use super::super::parameters::shipped;
use super::super::samples::proposal;
use super::super::{Act, Cause, Level, Outcome, Rating};
use super::*;
use crate::classification::model::FinancingClass;

fn facts() -> Facts {
    Facts { today: "2030-01-01".to_owned(), parameters: shipped(), led: Vec::new() }
}

/// A move with everything that it states.
fn full(verb: Verb, on: &str) -> Move {
    let text = || Some("1".to_owned());
    let act = Act {
        number: "1".to_owned(),
        signed_on: "2014-12-31".to_owned(),
        authority: "UBND".to_owned(),
        signer: "X".to_owned(),
    };
    Move {
        act: Some(act),
        outcome: Some(Outcome::Unchanged),
        contract: text(),
        money: Some((2014, vec![(FinancingClass::Local, 500)])),
        end: Some(("2016-06-01".to_owned(), "2015-11-01".to_owned())),
        rating: Some(Rating::Pass),
        registration: text(),
        cause: Some(Cause::Objective),
        ..Move::new(verb, on)
    }
}

fn standing(state: State) -> Project {
    let mut project = Project { state, ..proposal() };
    project.traces.called_on = Some("2014-01-01".to_owned());
    project.traces.first_called_on = Some("2014-01-01".to_owned());
    project.traces.results_submitted_on = Some("2016-01-31".to_owned());
    project
}

/// The rules, or the reasons where no rule stands in their place.
fn told(project: &Project, made: &Move) -> Vec<String> {
    let (_, refusals) = apply(project, made, &facts(), "project");
    refusals.iter().map(|one| one.rule.map_or_else(|| one.reason.as_str().to_owned(), str::to_owned)).collect()
}

#[test]
fn prj_04_nothing_is_done_before_its_time() {
    for (state, verb, expected) in [
        (State::Identified, Verb::Call, vec!["PRJ-04"]),
        (State::Listed, Verb::Call, vec![]),
        (State::Identified, Verb::Select, vec!["PRJ-04"]),
        (State::BiddingClosed, Verb::Select, vec![]),
        (State::BudgetAppraised, Verb::Contract, vec!["PRJ-04"]),
        (State::Approved, Verb::Contract, vec![]),
        (State::Approved, Verb::Fund, vec!["PRJ-04"]),
        (State::Contracted, Verb::Fund, vec![]),
        (State::Transferred, Verb::Fund, vec!["VERB_NOT_OPEN"]),
        (State::Dropped, Verb::Call, vec!["VERB_NOT_OPEN"]),
    ] {
        assert_eq!(told(&standing(state), &full(verb, "2014-06-01")), expected, "{state:?} {verb:?}");
    }
}

#[test]
fn prj_09_a_contract_is_liquidated_after_recognition_and_registration() {
    for (state, expected) in [
        (State::Accepted, vec!["PRJ-09"]),
        (State::ResultRegistered, vec!["PRJ-09"]),
        (State::Recognised, vec![]),
        (State::Settled, vec![]),
        (State::Failed, vec!["VERB_NOT_OPEN"]),
    ] {
        assert_eq!(told(&standing(state), &full(Verb::Liquidate, "2017-01-01")), expected, "{state:?}");
    }
}

#[test]
fn prj_05_an_end_is_moved_once_not_far_and_in_time() {
    let at_work = standing(State::InProgress);
    let extended = |end: &str, requested: &str| Move {
        end: Some((end.to_owned(), requested.to_owned())),
        ..full(Verb::Extend, "2015-12-15")
    };
    // 24 months are not more than 24: it is extended by 6.
    assert_eq!(told(&at_work, &extended("2016-07-01", "2015-12-01")), [""; 0]);
    assert_eq!(told(&at_work, &extended("2016-07-02", "2015-12-01")), ["PRJ-05"]);
    assert_eq!(told(&at_work, &extended("2016-07-01", "2015-12-02")), ["PRJ-05"]);
    assert_eq!(told(&at_work, &extended("2016-01-01", "2015-12-01")), ["PRJ-05"]);
    let longer = Project { starts_on: Some("2013-12-31".to_owned()), ..at_work.clone() };
    assert_eq!(told(&longer, &extended("2017-01-01", "2015-12-01")), [""; 0]);
    assert_eq!(told(&longer, &extended("2017-01-02", "2015-12-01")), ["PRJ-05"]);
    let (twice, _) = apply(&at_work, &extended("2016-03-01", "2015-11-01"), &facts(), "project");
    assert_eq!(
        (twice.ends_on.as_deref(), twice.traces.original_ends_on.as_deref()),
        (Some("2016-03-01"), Some("2016-01-01"))
    );
    assert_eq!(told(&twice, &extended("2016-04-01", "2015-12-01")), ["PRJ-05"]);
    // Where a province has set no thresholds, only the law itself holds.
    let bare = Facts { parameters: Parameters::default(), ..facts() };
    assert_eq!(apply(&at_work, &extended("2026-01-01", "2015-12-31"), &bare, "project").1, []);
}

#[test]
fn calls_wait_for_bids_and_are_repeated_once_in_time() {
    let closing = |on: &str| told(&standing(State::Called), &full(Verb::CloseBidding, on));
    assert_eq!((closing("2014-01-31"), closing("2014-01-30")), (vec![], vec!["PROJECT_THRESHOLD".to_owned()]));
    let again = |on: &str| told(&standing(State::BiddingClosed), &full(Verb::Call, on));
    assert_eq!((again("2014-07-01"), again("2014-07-02")), (vec![], vec!["PROJECT_THRESHOLD".to_owned()]));
    let direct = Project { method: Some(Method::Direct), ..standing(State::Listed) };
    assert_eq!(told(&direct, &full(Verb::Call, "2014-06-01")), ["VERB_NOT_OPEN"]);
    assert_eq!(told(&direct, &full(Verb::Select, "2014-06-01")), [""; 0]);
    assert_eq!(told(&standing(State::Listed), &full(Verb::Select, "2014-06-01")), ["VERB_NOT_OPEN"]);
}

#[test]
fn what_is_approved_is_stated_whole_and_remembered() {
    let good = standing(State::BudgetAppraised);
    let (approved, refusals) = apply(&good, &full(Verb::Approve, "2014-06-01"), &facts(), "project");
    assert_eq!(
        (refusals, approved.traces.approved_total, approved.traces.approved_state),
        (vec![], Some(1_000), Some(900))
    );
    let without = Project { lead: None, total: None, host: String::new(), ..good.clone() };
    assert_eq!(told(&without, &full(Verb::Approve, "2014-06-01")), ["PROJECT_INCOMPLETE"; 3]);
    let wrong = Project { total: Some(999), ..good.clone() };
    assert_eq!(told(&wrong, &full(Verb::Approve, "2014-06-01")), ["PRJ-01", "PRJ-01"]);
    let busy = Project { level: Level::National, ..good };
    let led = Led { name: "x".to_owned(), level: Level::National, state: State::Approved, overdue_from: None };
    let facts = Facts { led: vec![led], ..facts() };
    let (_, refusals) = apply(&busy, &full(Verb::Approve, "2014-06-01"), &facts, "project");
    assert_eq!(refusals.iter().filter_map(|one| one.rule).collect::<Vec<_>>(), ["PRJ-11"]);
}

#[test]
fn money_is_added_up_to_what_was_approved() {
    let mut project = standing(State::InProgress);
    for expected in [500, 900, 900] {
        let amount = if project.state_money(2014).1.is_none() { 500 } else { 400 };
        let made =
            Move { money: Some((2014, vec![(FinancingClass::Local, amount)])), ..full(Verb::Fund, "2014-06-01") };
        let (next, refusals) = apply(&project, &made, &facts(), "project");
        if refusals.is_empty() {
            project = next;
        } else {
            assert_eq!(refusals[0].rule, Some("PRJ-02"));
        }
        assert_eq!(project.state_money(2014), (500, Some(expected)));
    }
}

#[test]
fn days_go_forward_and_end_today() {
    let mut project = standing(State::Proposed);
    project.traces.moved_on = Some("2014-02-01".to_owned());
    let on = |day: &str| told(&project, &full(Verb::Order, day));
    assert_eq!([on("2014-01-31"), on("2030-01-02")], [["PROJECT_DAY"], ["PROJECT_DAY"]]);
    assert_eq!([on("2014-02-01"), on("2030-01-01")], [[""; 0], [""; 0]]);
}

#[test]
fn who_is_very_late_fails() {
    let handed_in = |on: &str| {
        let (next, refusals) =
            apply(&standing(State::GrassrootsAccepted), &full(Verb::SubmitResults, on), &facts(), "project");
        assert_eq!(refusals, []);
        (next.traces.late_days, told(&next, &full(Verb::Accept, "2018-01-01")))
    };
    // The end is 2016-01-01, results are due within 30 days and fail six months after that.
    assert_eq!(handed_in("2016-01-31"), (Some(0), vec![]));
    assert_eq!(handed_in("2016-07-31"), (Some(182), vec![]));
    assert_eq!(handed_in("2016-08-01"), (Some(183), vec!["PROJECT_THRESHOLD".to_owned()]));
    let (accepted, _) =
        apply(&standing(State::ResultsSubmitted), &full(Verb::Accept, "2018-01-01"), &facts(), "project");
    assert_eq!(
        (accepted.traces.rating, accepted.traces.accepted_on.as_deref()),
        (Some(Rating::Pass), Some("2014-12-31"))
    );
}
