//! Each rule with what keeps it and what breaks it.

use super::*;
use crate::budget::model::{Amounts, Codes, Key, Kind as EstimateKind, Totals};
use crate::document::state::State;

fn estimate() -> Estimate {
    let unit = "u".to_owned();
    Estimate {
        jurisdiction: "dt".to_owned(),
        id: "e".to_owned(),
        key: Key { unit, fiscal_year: 2020, kind: EstimateKind::Annual, series: String::new(), sequence: 1 },
        scheme: "s".to_owned(),
        state: State::Draft,
        submission: 0,
        number: 0,
        in_force: None,
        shown_in_force: false,
        title: String::new(),
        narrative: String::new(),
        legal_basis: Vec::new(),
        totals: Totals::default(),
        line_count: 0,
        last_sequence: 0,
        revision: 1,
        created_at: 0,
        updated_at: 0,
    }
}

/// A line of recurrent spending without autonomy, with codes by dimension.
fn line(id: &str, codes: &[(Dimension, &str)]) -> Line {
    let mut all = Codes::default();
    for (dimension, code) in codes {
        all.0[*dimension as usize] = Some((*code).to_owned());
    }
    Line {
        id: id.to_owned(),
        sequence: 1,
        side: Side::Expenditure,
        codes: all,
        nature: Nature::Recurrent,
        autonomy: Autonomy::NonAutonomous,
        baseline: None,
        content: None,
        channel: None,
        delegated: false,
        unallocated: false,
        counterpart: None,
        plan_task: None,
        project: None,
        description: String::new(),
        basis: None,
        amounts: Amounts::default(),
        appraised_reason: None,
        decided_reason: None,
        memo: None,
        revision: 1,
    }
}

/// Rules with the lines that they name.
fn found(lines: &[Line], facts: &Facts) -> Vec<String> {
    let short = |name: &String| name.rsplit('/').next().unwrap_or_default().to_owned();
    let row = |found: Finding| {
        let lines: Vec<String> = found.objects.iter().map(short).collect();
        format!("{} {}", found.rule, lines.join(","))
    };
    findings(&estimate(), lines, facts).into_iter().map(row).collect()
}

const NOTHING: [&str; 0] = [];

#[test]
fn districts_and_communes_do_no_research_but_what_is_delegated() {
    let science = |id: &str, delegated| Line { delegated, ..line(id, &[(Dimension::Functional, "101")]) };
    let facts = |level| Facts {
        government_level: Some(level),
        fields: BTreeMap::from([("101".to_owned(), "SCIENCE_TECH".to_owned()), ("341".to_owned(), "ADMIN".to_owned())]),
        ..Facts::default()
    };
    let lines = [science("a", false), science("b", true), line("c", &[(Dimension::Functional, "341")])];
    assert_eq!(found(&lines, &facts(GovernmentLevel::District)), ["BUD-06 a"]);
    assert_eq!(found(&lines, &facts(GovernmentLevel::Commune)), ["BUD-06 a"]);
    assert_eq!(found(&lines, &facts(GovernmentLevel::Province)), NOTHING);
    let revenue = Line { side: Side::Revenue, ..science("d", false) };
    assert_eq!(found(&[revenue], &facts(GovernmentLevel::District)), NOTHING);
}

#[test]
fn running_costs_are_with_autonomy_or_without_and_with_it_only_where_it_was_assigned() {
    let with = |id: &str, autonomy| Line { autonomy, ..line(id, &[]) };
    let lines =
        [with("a", Autonomy::NotApplicable), with("b", Autonomy::Autonomous), with("c", Autonomy::NonAutonomous)];
    let unit = |kind, autonomy| Facts { kind: Some(kind), autonomy, ..Facts::default() };
    assert_eq!(found(&lines, &unit(Kind::Department, None)), ["BUD-16 a"]);
    assert_eq!(found(&lines, &unit(Kind::PublicServiceUnit, None)), ["BUD-16 a", "BUD-16 b"]);
    let group = AutonomyGroup::ALL.first().copied();
    assert_eq!(found(&lines, &unit(Kind::PublicServiceUnit, group)), ["BUD-16 a"]);
    let investment = Line { nature: Nature::Investment, ..with("d", Autonomy::NotApplicable) };
    assert_eq!(found(&[investment], &Facts::default()), NOTHING);
}

#[test]
fn the_lines_of_a_unit_have_one_chapter() {
    let of = |id: &str, chapter: &str| line(id, &[(Dimension::Administrative, chapter)]);
    let lines = [of("a", "417"), of("b", "417"), of("c", "418"), line("d", &[])];
    assert_eq!(found(&lines, &Facts::default()), ["CLS-02 c"]);
    let delegated = Line { delegated: true, ..of("c", "418") };
    assert_eq!(found(&[of("a", "417"), delegated], &Facts::default()), NOTHING);
}

#[test]
fn items_of_investment_are_for_investment() {
    let of = |id: &str, item: &str, nature| Line { nature, ..line(id, &[(Dimension::Economic, item)]) };
    let lines = [
        of("a", "9301", Nature::Recurrent),
        of("b", "9301", Nature::Investment),
        of("c", "9199", Nature::Recurrent),
        of("d", "9450", Nature::Recurrent),
    ];
    assert_eq!(found(&lines, &Facts::default()), ["CLS-03 a"]);
}

#[test]
fn local_programmes_are_not_paid_from_central_money() {
    let of = |id: &str, programme: &str, source: &str| {
        line(id, &[(Dimension::Programme, programme), (Dimension::Source, source)])
    };
    let classes =
        BTreeMap::from([("01".to_owned(), FinancingClass::Central), ("02".to_owned(), FinancingClass::Local)]);
    let facts = Facts { classes, ..Facts::default() };
    let lines = [of("a", "5010", "01"), of("b", "5010", "02"), of("c", "0210", "01"), of("d", "0210", "02")];
    assert_eq!(found(&lines, &facts), ["CLS-06 a"]);
}

#[test]
fn an_office_runs_on_state_management_and_a_public_service_unit_does_not() {
    let of = |id: &str, code: &str, autonomy| Line { autonomy, ..line(id, &[(Dimension::Functional, code)]) };
    use Autonomy::{Autonomous, NonAutonomous};
    let task = Line { project: Some("p".to_owned()), ..of("task", "101", Autonomous) };
    let delegated = Line { delegated: true, ..of("delegated", "341", Autonomous) };
    let lines = [
        of("office", "341", Autonomous),
        of("science", "101", Autonomous),
        of("given", "101", NonAutonomous),
        task,
        delegated,
    ];
    let facts = |kind| Facts {
        kind: Some(kind),
        autonomy: AutonomyGroup::ALL.first().copied(),
        fields: BTreeMap::from([("101".to_owned(), "SCIENCE_TECH".to_owned()), ("341".to_owned(), "ADMIN".to_owned())]),
        ..Facts::default()
    };
    assert_eq!(found(&lines, &facts(Kind::Department)), ["CLS-04 science"]);
    assert_eq!(found(&lines, &facts(Kind::PublicServiceUnit)), ["CLS-04 office"]);
    assert_eq!(found(&lines, &facts(Kind::Province)), NOTHING);
}

#[test]
fn the_bonus_fund_is_a_tenth_of_pay_without_allowances() {
    let of = |id: &str, item: &str, amount| {
        let mut line = line(id, &[(Dimension::Economic, item)]);
        line.amounts.set(Stage::Requested, Some(amount));
        line
    };
    // A civil servant with 3.00 in 2026: 6 × 7,020,000 and 6 × 7,590,000, and the allowance of 25 %.
    let (pay, duty) = (of("pay", "6001", 87_660_000), of("duty", "6124", 21_915_000));
    let lines = |bonus| vec![pay.clone(), duty.clone(), of("bonus", "6201", bonus)];
    assert_eq!(found(&lines(8_766_000), &Facts::default()), NOTHING);
    assert_eq!(found(&lines(8_766_006), &Facts::default()), NOTHING);
    assert_eq!(found(&lines(8_000_000), &Facts::default()), ["BUD-20 pay,bonus"]);
    assert_eq!(found(&[pay.clone(), duty.clone()], &Facts::default()), ["BUD-20 pay"]);
    assert_eq!(found(std::slice::from_ref(&duty), &Facts::default()), NOTHING);
    let told = findings(&estimate(), &lines(8_000_000), &Facts::default()).remove(0);
    assert_eq!((told.expected.as_str(), told.actual.as_str(), told.difference), ("8766000", "8000000", Some(-766_000)));
    assert_eq!(told.message, "bonuses have 8000000, and a tenth of 87660000 of pay by rank and step is 8766000");
}
