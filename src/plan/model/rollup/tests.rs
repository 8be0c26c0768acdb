//! What counts over the tree of units, and what becomes of it: sums, stocks, ratios, members, formulas.

use super::*;
use crate::plan::model::actuals::tests::actual;
use crate::plan::model::actuals::{Reported, Status};
use crate::plan::model::findings::tests::indicator;
use crate::plan::model::{Aggregation, RollUp, ValueKind};
use crate::word::Word;

fn coded(code: &str, change: impl Fn(&mut Indicator)) -> Item {
    let mut item = indicator(&code.to_ascii_lowercase());
    if let Content::Indicator(indicator) = &mut item.content {
        indicator.code = code.to_owned();
        change(indicator);
    }
    item
}

fn plain(code: &str) -> Item {
    coded(code, |_| ())
}

/// A plan of a unit from 2011 to 2015 in force, with its items and reports of a year.
fn source(unit: &str, items: Vec<Item>, reports: &[(&str, i64, i64)]) -> Source {
    let actuals = reports.iter().map(|(id, year, value)| actual(id, (*year, 0), *value)).collect();
    Source { unit: unit.to_owned(), plan: format!("{unit}-p"), years: (2011, 2015), in_force: Some(5), items, actuals }
}

/// The province `t`, below it `a` and `b`, below `a` the unit `c`.
fn above() -> BTreeMap<String, String> {
    [("a", "t"), ("b", "t"), ("c", "a")].map(|(unit, above)| (unit.to_owned(), above.to_owned())).into()
}

fn rolled(sources: &[Source], codes: &[&str]) -> RolledUp {
    let (above, codes): (_, Vec<String>) = (above(), codes.iter().map(|code| (*code).to_owned()).collect());
    roll_up(&Ground { sources, above: &above, span: (2012, 2013) }, &codes)
}

/// The arithmetic of the first code, and of each part the unit with why it is left out.
fn told(rolled: &RolledUp) -> (String, Vec<String>) {
    let part = |part: &Part| {
        format!("{} {}", part.unit, part.left_out.map_or("counts".to_owned(), |why| why.as_str().to_owned()))
    };
    (rolled.sums[0].figure.arithmetic.clone(), rolled.parts.iter().map(part).collect())
}

/// The reported year of each of three units, by an indicator that all have.
fn three(item: &Item) -> Vec<Source> {
    let id = item.id.as_str();
    [("t", 7), ("a", 12), ("b", 3)]
        .map(|(unit, value)| source(unit, vec![item.clone()], &[(id, 2012, 1), (id, 2013, value)]))
        .to_vec()
}

#[test]
fn counts_add_up_over_units_and_stocks_only_there() {
    let (sum, parts) = told(&rolled(&three(&plain("N")), &["N"]));
    assert_eq!(sum, "8 (t) + 13 (a) + 4 (b) = 25");
    assert_eq!(parts, ["t counts", "a counts", "b counts"]);
    let stock = coded("N", |one| one.aggregation = Aggregation::Last);
    assert_eq!(told(&rolled(&three(&stock), &["N"])).0, "7 (t) + 12 (a) + 3 (b) = 22");
    let average = coded("N", |one| (one.aggregation, one.decimals) = (Aggregation::Average, 1));
    assert_eq!(told(&rolled(&three(&average), &["N"])).0, "4 (t) + 6.5 (a) + 2 (b) = 12.5");
}

#[test]
fn percentages_and_rates_are_never_added_over_units() {
    for kind in [ValueKind::Percent, ValueKind::Ratio, ValueKind::Boolean] {
        for aggregation in [Aggregation::Last, Aggregation::Average] {
            let item = coded("N", |one| (one.value_kind, one.aggregation) = (kind, aggregation));
            let rolled = rolled(&three(&item), &["N"]);
            assert_eq!(rolled.sums[0].figure.told, None, "{kind:?} {aggregation:?}");
            assert_eq!((rolled.sums[0].counted, rolled.parts[1].figure.told.is_some()), (3, true));
        }
    }
    // What one unit alone has is its own value.
    let alone = coded("N", |one| (one.value_kind, one.aggregation) = (ValueKind::Percent, Aggregation::Last));
    assert_eq!(rolled(&three(&alone)[..1], &["N"]).sums[0].figure.told, Some(70_000));
}

#[test]
fn ratios_divide_the_summed_parts_of_those_that_have_both() {
    let ratio = coded("R", |one| {
        (one.value_kind, one.aggregation, one.decimals) = (ValueKind::Percent, Aggregation::RatioOfSums, 2);
        one.ratio = Some(("a".to_owned(), "b".to_owned()));
    });
    let items = || vec![plain("A"), plain("B"), ratio.clone()];
    let sources = [
        source("t", items(), &[("a", 2013, 4), ("b", 2012, 40), ("b", 2013, 36)]),
        source("a", items(), &[("a", 2013, 1), ("b", 2013, 24)]),
        source("b", items(), &[("a", 2013, 9)]),
    ];
    let (sum, parts) = told(&rolled(&sources, &["R"]));
    assert_eq!(sum, "5 / 100 * 100 = 5");
    assert_eq!(parts, ["t counts", "a counts", "b NO_VALUE"]);
    // Nothing over nothing has no value by itself, and adds nothing wrong.
    let zero = [sources[0].clone(), source("a", items(), &[("a", 2013, 0), ("b", 2013, 0)])];
    assert_eq!(told(&rolled(&zero, &["R"])).0, "4 / 76 * 100 ≈ 5.26");
    assert_eq!(told(&rolled(&zero[1..], &["R"])).0, "0 / 0 * 100: a division by zero");
}

#[test]
fn members_are_united_and_numbers_without_members_are_not_derived() {
    let distinct = coded("D", |one| one.aggregation = Aggregation::Distinct);
    let listed = |unit: &str, members: &[&str]| {
        let mut source = source(unit, vec![distinct.clone()], &[("d", 2013, 2)]);
        source.actuals[0].reported = Reported::Members(members.iter().map(|one| (*one).to_owned()).collect());
        source
    };
    let both = [listed("a", &["x", "y"]), listed("b", &["y", "z"])];
    assert_eq!(told(&rolled(&both, &["D"])).0, "3 different in 2 plans = 3");
    let mixed = [both[0].clone(), source("b", vec![distinct.clone()], &[("d", 2013, 2)])];
    assert_eq!(rolled(&mixed, &["D"]).sums[0].figure.told, None);
}

#[test]
fn only_what_is_approved_and_not_opted_out_and_alike_counts() {
    let mut draft = source("b", vec![plain("N")], &[]);
    draft.in_force = None;
    let out = coded("N", |one| one.roll_up = Some(RollUp::OptedOut));
    let other = coded("N", |one| one.measure = "nghìn dự án".to_owned());
    let sources = [
        source("t", vec![plain("N")], &[("n", 2013, 1)]),
        source("a", vec![out], &[("n", 2013, 2)]),
        draft,
        source("c", vec![other], &[("n", 2013, 3)]),
        source("d", vec![plain("N")], &[]),
    ];
    let rolled = rolled(&sources, &["N"]);
    let (sum, parts) = told(&rolled);
    assert_eq!(sum, "1");
    assert_eq!(parts, ["t counts", "a OPTED_OUT", "b NOT_APPROVED", "c DIFFERS", "d NOT_REPORTED"]);
    assert_eq!((rolled.sums[0].counted, rolled.sums[0].left_out), (1, 4));
}

#[test]
fn who_covers_the_units_below_stands_for_them_once_a_value_is_reported() {
    let covers = coded("N", |one| one.roll_up = Some(RollUp::CoversBelow));
    let with = |reports: &[(&str, i64, i64)]| {
        [
            source("a", vec![covers.clone()], reports),
            source("b", vec![plain("N")], &[("n", 2013, 1)]),
            source("c", vec![plain("N")], &[("n", 2013, 2)]),
        ]
    };
    let covered = told(&rolled(&with(&[("n", 2013, 9)]), &["N"]));
    assert_eq!(
        covered,
        ("9 (a) + 1 (b) = 10".to_owned(), ["a counts", "b counts", "c COVERED"].map(str::to_owned).into())
    );
    assert_eq!(told(&rolled(&with(&[]), &["N"])).0, "1 (b) + 2 (c) = 3");
}

#[test]
fn a_unit_counts_once_a_year_and_its_plans_follow_each_other() {
    let plan = |plan: &str, years, item: &Item, value| Source {
        plan: plan.to_owned(),
        years,
        ..source("a", vec![item.clone()], &[("n", 2012, value), ("n", 2013, value)])
    };
    let two = |item: &Item, second| [plan("p", (2008, 2012), item, 3), plan("q", second, item, 8)];
    let stock = coded("N", |one| one.aggregation = Aggregation::Last);
    let average = coded("N", |one| (one.aggregation, one.decimals) = (Aggregation::Average, 1));
    assert_eq!(told(&rolled(&two(&plain("N"), (2013, 2017)), &["N"])).0, "11");
    assert_eq!(told(&rolled(&two(&average, (2013, 2017)), &["N"])).0, "5.5");
    let last = told(&rolled(&two(&stock, (2013, 2017)), &["N"]));
    assert_eq!(last, ("8".to_owned(), ["a SAME_UNIT", "a counts"].map(str::to_owned).into()));
    let twice = told(&rolled(&two(&plain("N"), (2012, 2013)), &["N"]));
    assert_eq!(twice, ("3".to_owned(), ["a counts", "a SAME_UNIT"].map(str::to_owned).into()));
}

#[test]
fn what_is_derived_is_computed_from_its_parts_once_they_are_rolled_up() {
    let derived = coded("S", |one| (one.formula, one.decimals) = (Some("{a} / {b}".to_owned()), 1));
    let sources = [
        source("t", vec![derived.clone(), plain("A"), plain("B")], &[("a", 2013, 6), ("b", 2013, 1)]),
        // Its own quotient of 1 is not added to anything.
        source("a", vec![derived.clone(), plain("A"), plain("B")], &[("a", 2013, 3), ("b", 2013, 3)]),
        source("b", vec![plain("A")], &[("a", 2013, 1)]),
    ];
    let made = rolled(&sources, &["S"]);
    assert_eq!(made.sums[0].figure.arithmetic, "10 / 4 = 2.5");
    assert_eq!(made.sums.iter().map(|sum| sum.code.as_str()).collect::<Vec<_>>(), ["S", "A", "B"]);
    assert_eq!(made.parts.len(), 5);
    let missing = [source("t", vec![derived.clone(), plain("A"), plain("B")], &[("a", 2013, 6)])];
    assert_eq!(rolled(&missing, &["S"]).sums[0].figure.arithmetic, "6 / (B: no value): b has no value");
    let mut uncoded = sources[0].clone();
    uncoded.items[2] = coded("", |_| ());
    uncoded.items[2].id = "b".to_owned();
    assert_eq!(rolled(&[uncoded], &["S"]).sums[0].figure.told, None);
    assert_eq!(rolled(&sources, &["X"]).sums[0].figure.arithmetic, "no plan has it");
}

#[test]
fn codes_that_are_computed_from_each_other_have_no_value() {
    let of = |code: &str, formula: &str| coded(code, |one| one.formula = Some(formula.to_owned()));
    let sources = [
        source("a", vec![of("A", "{b}"), plain("B")], &[("b", 2013, 1)]),
        source("t", vec![of("B", "{a}"), plain("A")], &[("a", 2013, 1)]),
    ];
    // Higher units come first, and say what a code is; what a lower one computes counts as it is.
    let sources = [sources[1].clone(), sources[0].clone()];
    assert_eq!(rolled(&sources, &["B"]).sums[0].figure.told, Some(20_000));
    let turned = [source("t", vec![of("A", "{b}"), coded("B", |one| one.formula = Some("{a}".to_owned()))], &[])];
    assert_eq!(rolled(&turned, &["A"]).sums[0].figure.told, None);
}

#[test]
fn a_late_report_and_a_provisional_one_are_seen() {
    let mut sources = three(&plain("N"));
    sources[1].actuals[1].status = Status::Provisional;
    sources[1].actuals[1].revision = 9;
    sources[2].actuals.remove(0);
    let rolled = rolled(&sources, &["N"]);
    let figure = &rolled.sums[0].figure;
    assert_eq!((figure.is_provisional, figure.missing_years.as_slice()), (true, [2012].as_slice()));
    assert_eq!(rolled.parts.iter().map(|part| part.reported).collect::<Vec<_>>(), [Some(1), Some(9), Some(1)]);
}
