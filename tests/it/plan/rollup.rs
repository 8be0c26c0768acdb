//! Indicators over the tree of units: what each unit's plan in force says, what is left out and why, and what it makes together.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Cancel, Endorse, Submit};
use tonic::Code;

use super::*;
use crate::budget::at;
use crate::harness::{engines, refused};

const TO_APPROVAL: &[Verb] = &[Submit, Endorse, Appraise, Approve];

/// The indicators that every unit has: counts, a stock, a rate of violations, firms, and a quotient that is derived.
fn indicators() -> Vec<(&'static str, pb::Indicator)> {
    let coded = |code: &str, title: &str| pb::Indicator {
        code: code.to_owned(),
        title: title.to_owned(),
        targets: Vec::new(),
        ..indicator("")
    };
    let percent = pb::IndicatorValueKind::Percent.into();
    vec![
        ("done", coded("N", "Nghiệm thu")),
        ("iso", pb::Indicator { aggregation: pb::Aggregation::Last.into(), ..coded("ISO", "Đơn vị ISO") }),
        ("fined", coded("X", "Xử lý")),
        ("inspected", coded("T", "Thanh tra")),
        (
            "rate",
            pb::Indicator {
                value_kind: percent,
                aggregation: pb::Aggregation::RatioOfSums.into(),
                numerator: "fined".to_owned(),
                denominator: "inspected".to_owned(),
                decimals: 2,
                ..coded("R", "Tỷ lệ vi phạm")
            },
        ),
        (
            "share",
            pb::Indicator {
                value_kind: percent, aggregation: pb::Aggregation::Last.into(), ..coded("S", "Tỷ lệ chi")
            },
        ),
        ("firms", pb::Indicator { aggregation: pb::Aggregation::Distinct.into(), ..coded("F", "Doanh nghiệp") }),
        (
            "each",
            pb::Indicator {
                formula: "{inspected} / {done}".to_owned(),
                decimals: 1,
                ..coded("E", "Thanh tra mỗi đề tài")
            },
        ),
    ]
}

/// A plan of a unit with these indicators, of which some are changed.
async fn planned(h: &Harness, unit: &str, change: impl Fn(&str, &mut pb::Indicator)) {
    let mut request = new_plan(&format!("p-{unit}"), Vec::new());
    request.plan.as_mut().unwrap().unit = unit_name("dt", unit);
    for (id, mut one) in indicators() {
        change(id, &mut one);
        request.items.push(new_item(id, Content::Indicator(one)));
    }
    h.plans().create_plan(by("drafter", request)).await.unwrap();
}

/// Reports of a unit: what was done, the stock, how many were fined of those inspected, and the share.
async fn reports(h: &Harness, unit: &str, year: i32, values: [&str; 5]) {
    let ids = ["done", "iso", "fined", "inspected", "share"];
    let stated = ids.iter().zip(values).filter(|(_, value)| !value.is_empty());
    let actuals = stated.map(|(id, value)| actual(id, year, value)).collect();
    h.plans().record_actuals(by("drafter", reported(&format!("p-{unit}"), actuals))).await.unwrap();
}

async fn summary(
    h: &Harness,
    codes: &[&str],
    change: impl Fn(&mut pb::SummarizeIndicatorsRequest),
) -> pb::SummarizeIndicatorsResponse {
    let mut request = pb::SummarizeIndicatorsRequest {
        parent: jurisdiction_name("dt"),
        unit: unit_name("dt", "khcn"),
        kind: pb::PlanKind::Development.into(),
        codes: codes.iter().map(|code| (*code).to_owned()).collect(),
        first_year: 2012,
        last_year: 2013,
        page_size: 1000,
        ..Default::default()
    };
    change(&mut request);
    h.plans().summarize_indicators(request).await.unwrap().into_inner()
}

fn value<'a>(made: &'a pb::SummarizeIndicatorsResponse, code: &str) -> &'a str {
    &made.indicators.iter().find(|one| one.code == code).unwrap().arithmetic
}

/// Of each part the unit, and why it is left out.
fn parts(made: &pb::SummarizeIndicatorsResponse, code: &str) -> Vec<String> {
    let told = |part: &pb::IndicatorPart| {
        let why = part.left_out().as_str_name().trim_start_matches("LEFT_OUT_").to_owned();
        format!("{} {why}", part.unit.rsplit('/').next().unwrap())
    };
    made.parts.iter().filter(|part| part.code == code).map(told).collect()
}

/// The department `khcn` with `a` and `b` below it and `c` below `a`, each with a plan in force, and reports of three of them.
async fn tree(h: &Harness) {
    h.jurisdiction("dt").await;
    h.unit("dt", "khcn").await;
    h.unit_below("dt", "a", "khcn").await;
    h.unit_below("dt", "b", "khcn").await;
    h.unit_below("dt", "c", "a").await;
    for unit in ["khcn", "a", "b", "c"] {
        planned(h, unit, |_, _| ()).await;
        h.carried(&format!("p-{unit}"), TO_APPROVAL).await;
    }
    reports(h, "khcn", 2012, ["7", "44", "", "", "2"]).await;
    reports(h, "khcn", 2013, ["12", "52", "4", "76", "2.5"]).await;
    reports(h, "a", 2012, ["3", "5", "1", "4", "9"]).await;
    reports(h, "c", 2013, ["1", "2", "0", "20", ""]).await;
}

engines! {
    async fn units_add_up_what_adds_up_and_nothing_else(h: Harness) {
        tree(&h).await;
        let made = summary(&h, &["N", "ISO", "R", "S", "E"], |_| ()).await;
        assert_eq!(made.unit_count, 4);
        assert_eq!(value(&made, "N"), "19 (khcn) + 3 (a) + 1 (c) = 23");
        // A stock is the last one of each unit, however many years are asked about.
        assert_eq!(value(&made, "ISO"), "52 (khcn) + 5 (a) + 2 (c) = 59");
        assert_eq!(value(&made, "R"), "5 / 100 * 100 = 5");
        assert_eq!(value(&made, "S"), "what is no count and no money is not added up over units");
        // What is derived rests on its parts, which stand in the answer too.
        assert_eq!(value(&made, "E"), "100 / 23 ≈ 4.3");
        assert_eq!(made.indicators.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["N", "ISO", "R", "S", "E", "T"]);
        assert_eq!(parts(&made, "N"), ["khcn UNSPECIFIED", "a UNSPECIFIED", "b NOT_REPORTED", "c UNSPECIFIED"]);
        assert_eq!(parts(&made, "E"), [""; 0]);
        let (sum, part) = (&made.indicators[0], &made.parts[1]);
        assert_eq!((sum.counted_count, sum.left_out_count, sum.missing_years.as_slice()), (3, 1, [2012, 2013].as_slice()));
        assert_eq!(sum.defined_by, "jurisdictions/dt/plans/p-khcn/indicators/done");
        assert_eq!((part.indicator.as_str(), part.value.as_str()), ("jurisdictions/dt/plans/p-a/indicators/done", "3"));
        assert!(part.in_force_revision > 0 && part.report_revision > part.in_force_revision);
        let below = summary(&h, &["N", "X"], |m| (m.unit, m.first_year, m.last_year) = (unit_name("dt", "a"), 2013, 0)).await;
        assert_eq!((value(&below, "N"), value(&below, "X"), below.unit_count), ("1", "0", 2));
        let all = summary(&h, &["N"], |m| m.unit = String::new()).await;
        assert_eq!(value(&all, "N"), value(&made, "N"));
        // Page by page it is the same.
        let (mut token, mut pages) = (String::new(), Vec::new());
        loop {
            let page = summary(&h, &["N", "ISO", "R", "S", "E"], |m| (m.page_size, m.page_token) = (3, token.clone())).await;
            assert_eq!(page.indicators, made.indicators);
            pages.extend(page.parts);
            token = page.next_page_token;
            if token.is_empty() { break }
        }
        assert_eq!(pages, made.parts);
        h.is_sound();
    }

    async fn members_are_united_over_units(h: Harness) {
        tree(&h).await;
        let list = |members: &[&str]| {
            let members = members.iter().map(|one| (*one).to_owned()).collect();
            vec![pb::Actual { members, ..actual("firms", 2013, "") }]
        };
        for (unit, members) in [("khcn", ["x", "y"]), ("b", ["y", "z"])] {
            h.plans().record_actuals(reported(&format!("p-{unit}"), list(&members))).await.unwrap();
        }
        assert_eq!(value(&summary(&h, &["F"], |_| ()).await, "F"), "3 different in 2 plans = 3");
        h.plans().record_actuals(reported("p-c", vec![actual("firms", 2013, "2")])).await.unwrap();
        let made = summary(&h, &["F"], |_| ()).await;
        assert_eq!((made.indicators[0].value.as_str(), made.indicators[0].counted_count), ("", 3));
    }

    async fn only_what_is_approved_and_not_opted_out_counts_and_the_rest_is_told(h: Harness) {
        h.jurisdiction("dt").await;
        h.unit("dt", "khcn").await;
        for unit in ["a", "b", "c", "d", "e"] {
            h.unit_below("dt", unit, "khcn").await;
        }
        h.unit_below("dt", "f", "e").await;
        let out = |id: &str, one: &mut pb::Indicator| {
            if id == "fined" {
                one.roll_up = pb::IndicatorRollUp::OptedOut.into();
            }
        };
        let other = |id: &str, one: &mut pb::Indicator| {
            if id == "fined" {
                one.measure = "nghìn vụ".to_owned();
            }
        };
        let covers = |_: &str, one: &mut pb::Indicator| one.roll_up = pb::IndicatorRollUp::CoversBelow.into();
        for unit in ["khcn", "d", "f"] {
            planned(&h, unit, |_, _| ()).await;
        }
        planned(&h, "a", out).await;
        planned(&h, "b", |_, _| ()).await;
        planned(&h, "c", other).await;
        planned(&h, "e", covers).await;
        for unit in ["khcn", "a", "c", "d", "e", "f"] {
            h.carried(&format!("p-{unit}"), TO_APPROVAL).await;
        }
        for unit in ["khcn", "a", "c", "e", "f"] {
            reports(&h, unit, 2013, ["", "", "2", "10", ""]).await;
        }
        let made = summary(&h, &["X", "R"], |_| ()).await;
        assert_eq!(value(&made, "X"), "2 (khcn) + 2 (e) = 4");
        let expected = ["khcn UNSPECIFIED", "a OPTED_OUT", "b NOT_APPROVED", "c DIFFERS", "d NOT_REPORTED", "e UNSPECIFIED", "f COVERED"];
        assert_eq!(parts(&made, "X"), expected);
        // Who opts a part of a ratio out opts the ratio out.
        assert_eq!(value(&made, "R"), "6 / 30 * 100 = 20");
        assert_eq!(parts(&made, "R")[1], "a OPTED_OUT");
        // The first approval brings a plan in, an amendment that is drafted or given up changes nothing, a late report everything.
        let before = h.revision("dt").await;
        h.carried("p-b", TO_APPROVAL).await;
        reports(&h, "b", 2012, ["", "", "1", "1", ""]).await;
        h.carried("p-b", &[Amend]).await;
        let item = h.items("p-b").await.into_iter().find(|item| item.name.ends_with("/fined")).unwrap();
        let Some(Content::Indicator(mut changed)) = item.content.clone() else { panic!("{item:?}") };
        changed.roll_up = pb::IndicatorRollUp::OptedOut.into();
        h.plans().batch_write_plan(by("drafter", batch("p-b", vec![replaced(&item, Content::Indicator(changed))]))).await.unwrap();
        assert_eq!(value(&summary(&h, &["X"], |_| ()).await, "X"), "2 (khcn) + 1 (b) + 2 (e) = 5");
        h.carried("p-b", &[Cancel]).await;
        assert_eq!(value(&summary(&h, &["X"], |_| ()).await, "X"), "2 (khcn) + 1 (b) + 2 (e) = 5");
        assert_eq!(summary(&h, &["X", "R"], |m| m.read_at = Some(at(before))).await, made);
        // A plan of another kind is another number.
        let none = summary(&h, &["X"], |m| m.kind = pb::PlanKind::Annual.into()).await;
        assert_eq!((none.indicators[0].arithmetic.as_str(), none.parts.len()), ("no plan has it", 0));
        h.is_sound();
    }

    async fn years_and_units_are_asked_as_they_are(h: Harness) {
        tree(&h).await;
        let ask = |first_year, last_year, unit: &str| pb::SummarizeIndicatorsRequest {
            parent: jurisdiction_name("dt"),
            unit: unit_name("dt", unit),
            kind: pb::PlanKind::Development.into(),
            codes: vec!["N".to_owned()],
            first_year,
            last_year,
            ..Default::default()
        };
        refused(h.plans().summarize_indicators(ask(2012, 2011, "khcn")).await, Code::InvalidArgument, "FIELD_INVALID");
        refused(h.plans().summarize_indicators(ask(2011, 2021, "khcn")).await, Code::InvalidArgument, "FIELD_INVALID");
        refused(h.plans().summarize_indicators(ask(2011, 2012, "none")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        let before = h.plans().summarize_indicators(ask(2001, 2010, "khcn")).await.unwrap().into_inner();
        assert_eq!(before.parts, []);
    }
}
