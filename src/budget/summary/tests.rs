//! Small trees and a handful of estimates.

use super::*;

fn header(estimate: &str, kind: Kind, sequence: i64, state: State) -> Header {
    let series = if kind == Kind::Reference { "final".to_owned() } else { String::new() };
    let (unit, scheme) = ("u".to_owned(), "s".to_owned());
    let (fiscal_year, in_force, revision) = (2024, None, 1);
    Header {
        estimate: estimate.to_owned(),
        unit,
        fiscal_year,
        kind,
        series,
        sequence,
        scheme,
        state,
        in_force,
        revision,
    }
}

fn approved(estimate: &str, kind: Kind, sequence: i64, state: State, in_force: i64) -> Header {
    Header { in_force: Some(in_force), ..header(estimate, kind, sequence, state) }
}

fn place(unit: &str, parent: Option<&str>, closes_on: Option<&str>) -> Place {
    let text = |text: &str| text.to_owned();
    Place {
        unit: text(unit),
        parent: parent.map(text),
        display_name: unit.to_uppercase(),
        closes_on: closes_on.map(text),
    }
}

#[test]
fn the_redone_estimate_takes_the_place_of_the_annual_one_where_it_counts() {
    let all = || {
        vec![
            header("a1", Kind::Annual, 1, State::Endorsed),
            header("a2", Kind::Annual, 2, State::Cancelled),
            header("r1", Kind::Redone, 1, State::Draft),
            header("s1", Kind::Supplement, 1, State::Approved),
            header("s2", Kind::Supplement, 2, State::Submitted),
            header("f1", Kind::Reference, 1, State::Draft),
        ]
    };
    let chosen = |kinds: &[Kind], series: &str, basis| {
        choose(all(), kinds, series, basis).into_iter().map(|header| header.estimate).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(chosen(&[], "", Basis::Working), "r1 s1 s2");
    assert_eq!(chosen(&[], "", Basis::Submitted), "a1 s1");
    assert_eq!(chosen(&[Kind::Annual, Kind::Redone], "", Basis::Working), "a1 r1");
    assert_eq!(chosen(&[Kind::Reference], "final", Basis::Submitted), "f1");
    assert_eq!(chosen(&[Kind::Reference], "plan", Basis::Working), "");
}

#[test]
fn what_is_in_force_counts_whatever_became_of_it_since() {
    let all = [
        approved("a1", Kind::Annual, 1, State::Draft, 7),
        header("r1", Kind::Redone, 1, State::Appraised),
        approved("s1", Kind::Supplement, 1, State::Approved, 8),
        header("s2", Kind::Supplement, 2, State::Endorsed),
        header("f1", Kind::Reference, 1, State::Draft),
    ];
    let chosen = |more: &[Header], kinds: &[Kind]| {
        let all = all.iter().chain(more).cloned().collect();
        let chosen = choose(all, kinds, "final", Basis::InForce);
        chosen.iter().map(|header| (header.estimate.clone(), header.text(Basis::InForce, 9))).collect::<Vec<_>>()
    };
    let named = |pairs: &[(&str, i64)]| pairs.iter().map(|(id, at)| ((*id).to_owned(), *at)).collect::<Vec<_>>();
    assert_eq!(chosen(&[], &[]), named(&[("a1", 7), ("s1", 8)]));
    let redone = approved("r2", Kind::Redone, 2, State::Closed, 6);
    assert_eq!(chosen(&[redone], &[]), named(&[("s1", 8), ("r2", 6)]));
    // What has no approval is asked for by its kind, and counts as it stands.
    assert_eq!(chosen(&[], &[Kind::Reference, Kind::Annual]), named(&[("a1", 7), ("f1", 9)]));
    assert_eq!([Basis::Working, Basis::Submitted].map(|basis| all[0].text(basis, 9)), [9, 9]);
}

#[test]
fn units_stand_at_levels_below_the_top_and_closed_ones_nowhere() {
    let places = Places::new(vec![
        place("p", None, None),
        place("a", Some("p"), None),
        place("b", Some("a"), None),
        place("c", Some("a"), Some("2024-01-01")),
        place("q", None, None),
    ]);
    let added = |top, alone, day| places.added(top, alone, day).into_iter().collect::<Vec<_>>().join(" ");
    assert_eq!(added(None, false, "2024-01-01"), "a b p q");
    assert_eq!(added(Some("a"), false, "2023-01-01"), "a b c");
    assert_eq!(added(Some("a"), true, "2023-01-01"), "a");
    let level = |unit, top, level| places.at_level(unit, top, level);
    assert_eq!(
        [level("b", None, 0), level("b", None, 1), level("b", None, 2), level("b", None, 9)],
        ["b", "p", "a", "b"]
    );
    assert_eq!([level("b", Some("p"), 1), level("p", Some("p"), 1), level("a", Some("p"), 2)], ["a", "p", "a"]);
}

#[test]
fn a_residue_counts_what_is_unset_as_nothing() {
    let amounts = |first, second| Amounts([first, second, None, None, None, None]);
    let found = difference(&amounts(Some(3), None), &amounts(None, Some(4))).unwrap();
    assert_eq!(found, amounts(Some(3), Some(-4)));
    assert!(difference(&amounts(Some(i64::MIN), None), &amounts(Some(1), None)).is_err());
}

#[test]
fn parts_of_one_row_are_added_and_inner_transfers_set_apart() {
    let classes = vec![Class { unit: "a".to_owned(), fiscal_year: 2024, kind: None, scheme: String::new() }];
    let group_by = vec![GroupBy::default()];
    let added = BTreeMap::from([(2024, BTreeSet::from(["b".to_owned()]))]);
    let ground = Ground { classes, group_by, added, ..Ground::default() };
    let part = |side, amount, counterpart: Option<&str>| {
        let sum = Sum { line_count: 1, sums: [amount; 6], counts: [1, 0, 0, 0, 0, 0] };
        (Cell { class: 0, side, columns: [None, None, None], counterpart: counterpart.map(str::to_owned) }, sum)
    };
    let cells = |parts: Vec<Part>| {
        let mut cells = Cells::default();
        cells.add(parts, 1).map(|()| cells)
    };
    let parts = vec![
        part(Side::Expenditure, 1, None),
        part(Side::Expenditure, 2, Some("outside")),
        part(Side::Expenditure, 10, Some("b")),
        part(Side::Revenue, 4, Some("b")),
    ];
    let summary = ground.fold(&cells(parts).unwrap()).unwrap();
    let rows: Vec<_> =
        summary.rows.iter().map(|((_, side), sum)| (*side, sum.amounts().0[0], sum.line_count)).collect();
    assert_eq!(rows, [(Side::Expenditure, Some(3), 2)]);
    assert_eq!(summary.eliminated.unwrap().residue.0[..2], [Some(6), None]);
    let (most, more) = (part(Side::Revenue, i64::MAX, None), part(Side::Revenue, 1, Some("outside")));
    assert!(ground.fold(&cells(vec![most.clone(), more]).unwrap()).is_err());
    assert!(cells(vec![most.clone(), part(Side::Revenue, 1, None)]).is_err());
}

#[test]
fn what_is_taken_away_wholly_leaves_no_cell() {
    let cell = |column: &str| Cell {
        class: 0,
        side: Side::Expenditure,
        columns: [Some(column.to_owned()), None, None],
        counterpart: None,
    };
    let sum = |line_count, amount| Sum { line_count, sums: [amount; 6], counts: [line_count; 6] };
    let mut cells = Cells::default();
    cells.add(vec![(cell("a"), sum(2, 5)), (cell("b"), sum(1, -7))], 1).unwrap();
    cells.add(vec![(cell("a"), sum(1, 4)), (cell("b"), sum(1, -7))], -1).unwrap();
    assert_eq!(cells.0.into_iter().collect::<Vec<_>>(), [(cell("a"), sum(1, 1))]);
}
