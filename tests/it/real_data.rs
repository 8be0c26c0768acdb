//! Real budgets through the public API, with the mappings that ship: every figure that was published comes out again, exactly.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use kehoach::client::read_mapping;
use kehoach::pb;
use serde_json::Value;

use crate::harness::{Harness, engines, jurisdiction_name};

fn data(path: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The published figures of a data set.
fn control(path: &[&str]) -> Value {
    let all: Value = serde_json::from_slice(&data("control_totals.json")).unwrap();
    path.iter().fold(all, |value, step| value[step].clone())
}

fn years(figures: &Value) -> Vec<(i32, i64)> {
    let figures = figures.as_object().unwrap();
    figures.iter().map(|(year, total)| (year.parse().unwrap(), total.as_i64().unwrap())).collect()
}

fn mapping(path: &str, settings: &[String]) -> pb::ImportHeader {
    let text = String::from_utf8(data(path)).unwrap();
    read_mapping(&text, settings).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn by(attribute: pb::GroupAttribute) -> pb::GroupBy {
    pb::GroupBy { attribute: attribute.into(), ..Default::default() }
}

impl Harness {
    /// A jurisdiction with an empty scheme of its own.
    async fn government(&self, id: &str, currency: &str, years: (i32, i32)) {
        let jurisdiction = pb::Jurisdiction {
            display_name: id.to_owned(),
            currency_code: currency.to_owned(),
            time_zone: "America/Chicago".to_owned(),
            ..Default::default()
        };
        let request = pb::CreateJurisdictionRequest {
            jurisdiction_id: id.to_owned(),
            jurisdiction: Some(jurisdiction),
            ..Default::default()
        };
        self.organisation().create_jurisdiction(request).await.unwrap();
        let scheme = pb::Scheme {
            display_name: "Chart of accounts".to_owned(),
            first_fiscal_year: years.0,
            last_fiscal_year: years.1,
            ..Default::default()
        };
        let scheme_id = "chart".to_owned();
        let request = pb::CreateSchemeRequest {
            parent: jurisdiction_name(id),
            scheme_id,
            scheme: Some(scheme),
            ..Default::default()
        };
        self.classification().create_scheme(request).await.unwrap();
    }

    async fn import_whole(&self, header: pb::ImportHeader, file: &[u8]) -> pb::ImportSummary {
        use pb::import_lines_request::Content;
        let chunks = file.chunks(256 << 10).map(|chunk| Content::Chunk(chunk.to_vec().into()));
        let contents: Vec<Content> = std::iter::once(Content::Header(header)).chain(chunks).collect();
        let messages = contents.into_iter().map(|content| pb::ImportLinesRequest { content: Some(content) });
        let outcome = self.budget().import_lines(tokio_stream::iter(messages.collect::<Vec<_>>())).await;
        outcome.unwrap_or_else(|status| panic!("the import is refused: {status:?}")).into_inner()
    }

    /// A roll-up of one stage: the keys of each row, and its sum.
    async fn rolled_up(
        &self,
        ask: pb::SummarizeBudgetRequest,
        groups: &[pb::GroupAttribute],
        stage: pb::Stage,
    ) -> BTreeMap<Vec<String>, i64> {
        let request = pb::SummarizeBudgetRequest {
            group_by: groups.iter().map(|attribute| by(*attribute)).collect(),
            stages: vec![stage.into()],
            ..ask
        };
        let answer = self.budget().summarize_budget(request).await.unwrap().into_inner();
        let sum = |amounts: Option<pb::Amounts>| {
            let amounts = amounts.unwrap();
            if stage == pb::Stage::Requested { amounts.requested } else { amounts.decided }.unwrap_or_default()
        };
        let rows =
            answer.rows.iter().map(|row| (row.keys.iter().map(|key| key.value.clone()).collect(), sum(row.amounts)));
        let rows: BTreeMap<Vec<String>, i64> = rows.collect();
        let whole: i64 = answer.totals.iter().map(|total| sum(total.amounts)).sum();
        assert_eq!(rows.values().sum::<i64>(), whole, "the rows add to the whole");
        rows
    }

    /// Every decided figure of the estimates of a series and year, line by line.
    async fn figures(&self, jurisdiction: &str, series: &str, year: i32) -> Vec<i64> {
        let request = pb::ListEstimatesRequest {
            parent: jurisdiction_name(jurisdiction),
            fiscal_years: vec![year],
            series: series.to_owned(),
            page_size: 1000,
            ..Default::default()
        };
        let listed = self.budget().list_estimates(request).await.unwrap().into_inner();
        assert!(listed.next_page_token.is_empty());
        let mut figures = Vec::new();
        for estimate in listed.estimates {
            let mut request = pb::ListLinesRequest { parent: estimate.name, page_size: 1000, ..Default::default() };
            loop {
                let page = self.budget().list_lines(request.clone()).await.unwrap().into_inner();
                figures.extend(page.lines.iter().map(|line| line.amounts.unwrap().decided.unwrap()));
                if page.next_page_token.is_empty() {
                    break;
                }
                request.page_token = page.next_page_token;
            }
        }
        figures
    }
}

fn reference(jurisdiction: &str, series: &str, year: i32) -> pb::SummarizeBudgetRequest {
    pb::SummarizeBudgetRequest {
        parent: jurisdiction_name(jurisdiction),
        fiscal_years: vec![year],
        kinds: vec![pb::EstimateKind::Reference.into()],
        reference_series: series.to_owned(),
        ..Default::default()
    }
}

engines! {
    async fn chicago_appropriates_what_its_ordinances_say(h: Harness) {
        use pb::GroupAttribute::{Economic, Programme, Source, Unit};
        h.government("chicago", "USD", (2023, 2026)).await;
        // Dollars in the file, cents in the books.
        let dollars = |cents: i64| { assert_eq!(cents % 100, 0); cents / 100 };
        for year in 2023..=2026 {
            let expected = control(&["chicago-approp", &year.to_string()]);
            let header = mapping("chicago-approp/mapping.json", &[format!("spread.fiscal_year={year}")]);
            let summary = h.import_whole(header, &data(&format!("chicago-approp/fy{year}.csv"))).await;
            assert_eq!(Value::from(summary.lines_created), expected["rows"], "{year}");
            assert_eq!(Value::from(dollars(summary.totals[0].amounts.unwrap().decided.unwrap())), expected["total"], "{year}");
            let ask = || reference("chicago", "ordinance", year);
            let rolled = async |attribute| h.rolled_up(ask(), &[attribute], pb::Stage::Decided).await;
            let of = |rows: &BTreeMap<Vec<String>, i64>, key: &str| Value::from(dollars(rows[&vec![key.to_owned()]]));
            let types = rolled(Programme).await;
            let by_type: serde_json::Map<_, _> = types.keys().map(|key| (key[0].clone(), of(&types, &key[0]))).collect();
            assert_eq!(Value::Object(by_type), expected["by_fund_type"], "{year}");
            let (funds, accounts, departments) = (rolled(Source).await, rolled(Economic).await, rolled(Unit).await);
            for (rows, name) in [(&funds, "funds"), (&accounts, "accounts"), (&departments, "departments")] {
                assert_eq!(Value::from(rows.len()), expected[name], "{year} {name}");
            }
            assert_eq!(of(&accounts, "0005"), expected["account_0005_salaries"], "{year}");
            let police = departments.keys().find(|key| key[0].ends_with("dept-57")).unwrap()[0].clone();
            assert_eq!(of(&departments, &police), expected["department_57_police"], "{year}");
            let figures = h.figures("chicago", "ordinance", year).await;
            assert_eq!(Value::from(figures.len()), expected["rows"]);
            assert_eq!(Value::from(figures.iter().filter(|figure| **figure < 0).count()), expected["negative_rows"], "{year}");
        }
        h.is_sound();
    }

    async fn philadelphia_spends_and_adopts_what_it_reported(h: Harness) {
        h.government("philadelphia", "USD", (2004, 2023)).await;
        for (series, file, name) in [
            ("actual", "philadelphia/actual-department-spending.csv", "actual-department-spending"),
            ("adopted", "philadelphia/budgeted-department-spending-adopted.csv", "budgeted-department-spending-adopted"),
        ] {
            let expected = control(&["philadelphia", name]);
            let file = data(file);
            let mut rows = 0;
            for (year, total) in years(&expected["by_year"]) {
                let settings = [
                    format!("spread.fiscal_year={year}"),
                    format!("spread.series={series}"),
                    format!("filters[0].equals={year}"),
                ];
                let summary = h.import_whole(mapping("philadelphia/mapping.json", &settings), &file).await;
                assert_eq!(Value::from(summary.rows_read), expected["rows"]);
                rows += summary.rows_read - summary.rows_skipped;
                let ask = reference("philadelphia", series, year);
                let classes = h.rolled_up(ask, &[pb::GroupAttribute::Economic], pb::Stage::Decided).await;
                assert_eq!(classes.values().sum::<i64>(), total * 100, "{series} {year}");
            }
            assert!(rows > 1_000, "most rows have amounts: {rows}");
        }
        h.is_sound();
    }

    async fn the_ministries_of_viet_nam_plan_and_spend_what_was_disclosed(h: Harness) {
        h.government("viet-nam", "VND", (2007, 2017)).await;
        let file = data("vn-state-budget/m07_ministries.csv");
        let mut reader = csv::Reader::from_reader(file.as_slice());
        let rows: Vec<Row> = reader.deserialize().map(Result::unwrap).collect();
        assert_eq!(Value::from(rows.len()), control(&["vn-state-budget", "m07_ministries", "rows"]));
        let units = units();
        let totals = control(&["vn-state-budget", "m07_ministries", "unit_totals_vnd"]);
        for (report, total) in totals.as_object().unwrap() {
            let (kind, year) = report.split_once('|').unwrap();
            let year: i32 = year.parse().unwrap();
            let is_plan = kind == "plan";
            let mut settings = vec![format!("spread.fiscal_year={year}"), format!("filters[2].equals={year}")];
            let mapping_file = if is_plan { "vn-state-budget/mapping-plan.json" } else { "vn-state-budget/mapping-final.json" };
            let mut header = mapping(mapping_file, &settings);
            let mut details = detail_items(&header);
            if is_plan && (year == 2015 || year == 2016) {
                // In these two years national programmes are told as a sum only.
                details.insert("NTP_TOTAL".to_owned());
                let list: Vec<&String> = details.iter().collect();
                settings.push(format!("filters[3].one_of.texts={}", serde_json::to_string(&list).unwrap()));
                header = mapping(mapping_file, &settings);
            }
            let summary = h.import_whole(header, &file).await;
            assert_eq!(summary.rows_read, i64::try_from(rows.len()).unwrap());

            let of_report: Vec<&Row> = rows.iter().filter(|row| row.kind == kind && row.year == year).collect();
            h.add_what_has_no_parts(&of_report, &units, &details, &summary).await;
            let stage = if is_plan { pb::Stage::Requested } else { pb::Stage::Decided };
            let ask = || match is_plan {
                true => pb::SummarizeBudgetRequest { parent: jurisdiction_name("viet-nam"), fiscal_years: vec![year], ..Default::default() },
                false => reference("viet-nam", "final", year),
            };
            let rolled = h.rolled_up(ask(), &[pb::GroupAttribute::Unit], stage).await;
            assert_eq!(Value::from(rolled.values().sum::<i64>()), *total, "{report}");
            // Unit by unit and item by item too.
            let mut expected: BTreeMap<&str, i64> = BTreeMap::new();
            for row in of_report.iter().filter(|row| row.level == "unit" && row.item == "TOTAL" && row.amount_vnd != 0) {
                *expected.entry(units[&row.name].as_str()).or_default() += row.amount_vnd;
            }
            let found: BTreeMap<&str, i64> = rolled.iter().map(|(key, sum)| (key[0].rsplit('/').next().unwrap(), *sum)).collect();
            assert_eq!(found, expected, "{report}");

            // What the line of the block holds beyond those listed is there by name, in a unit of its own.
            let block: i64 = of_report.iter().filter(|row| row.level == "group" && row.group == "I" && row.item == "TOTAL").map(|row| row.amount_vnd).sum();
            if block > 0 {
                let listed: i64 = of_report.iter().filter(|row| row.level == "unit" && row.group == "I" && row.item == "TOTAL").map(|row| row.amount_vnd).sum();
                h.disclose_no_more(year, is_plan, block - listed).await;
                let whole = h.rolled_up(ask(), &[pb::GroupAttribute::Unit], stage).await;
                assert_eq!(whole.values().sum::<i64>(), total.as_i64().unwrap() + block - listed, "{report}");
            }
        }
        h.is_sound();
    }
}

#[derive(serde::Deserialize)]
struct Row {
    year: i32,
    kind: String,
    group: String,
    level: String,
    name: String,
    item: String,
    amount_vnd: i64,
}

/// The unit of each spelling.
fn units() -> BTreeMap<String, String> {
    let file = data("vn-state-budget/m07_units.csv");
    let mut reader = csv::Reader::from_reader(file.as_slice());
    reader.records().map(Result::unwrap).map(|record| (record[0].to_owned(), record[1].to_owned())).collect()
}

fn detail_items(header: &pb::ImportHeader) -> BTreeSet<String> {
    match &header.filters[3].test {
        Some(pb::row_filter::Test::OneOf(list)) => list.texts.iter().cloned().collect(),
        other => panic!("the mapping chooses no items: {other:?}"),
    }
}

/// A line without a code: what a total has beyond its parts.
fn beyond(is_plan: bool, amount: i64, description: &str) -> pb::CreateLineOperation {
    let amounts = if is_plan {
        pb::Amounts { requested: Some(amount), ..Default::default() }
    } else {
        pb::Amounts { decided: Some(amount), ..Default::default() }
    };
    let line = pb::Line {
        side: pb::Side::Expenditure.into(),
        nature: pb::Nature::Other.into(),
        amounts: Some(amounts),
        description: description.to_owned(),
        ..Default::default()
    };
    pb::CreateLineOperation { line: Some(line), ..Default::default() }
}

fn estimate(unit: &str, year: i32, is_plan: bool) -> pb::Estimate {
    let kind = if is_plan { pb::EstimateKind::Annual } else { pb::EstimateKind::Reference };
    pb::Estimate {
        unit: crate::harness::unit_name("viet-nam", unit),
        fiscal_year: year,
        kind: kind.into(),
        series: if is_plan { String::new() } else { "final".to_owned() },
        ..Default::default()
    }
}

impl Harness {
    /// Adds what the totals of a few ministries have beyond their parts, as lines that say so.
    async fn add_what_has_no_parts(
        &self,
        rows: &[&Row],
        units: &BTreeMap<String, String>,
        details: &BTreeSet<String>,
        summary: &pb::ImportSummary,
    ) {
        let mut differences: BTreeMap<&str, i64> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.level == "unit") {
            let difference = differences.entry(units[&row.name].as_str()).or_default();
            if row.item == "TOTAL" {
                *difference += row.amount_vnd;
            } else if details.contains(&row.item) {
                *difference -= row.amount_vnd;
            }
        }
        let is_plan = rows[0].kind == "plan";
        for (unit, amount) in differences.into_iter().filter(|(_, amount)| *amount != 0) {
            let line = beyond(is_plan, amount, "In the total, and not in its parts");
            let name = crate::harness::unit_name("viet-nam", unit);
            let Some(there) = summary.estimates.iter().find(|estimate| estimate.unit == name) else {
                self.unit_with(unit, rows[0].year, is_plan, line).await;
                continue;
            };
            let operation = pb::LineOperation { operation: Some(pb::line_operation::Operation::Create(line)) };
            let request = pb::BatchWriteLinesRequest {
                parent: there.name.clone(),
                operations: vec![operation],
                ..Default::default()
            };
            self.budget().batch_write_lines(request).await.unwrap();
        }
    }

    async fn disclose_no_more(&self, year: i32, is_plan: bool, amount: i64) {
        let line = beyond(is_plan, amount, "Central agencies that the form does not list");
        self.unit_with("undisclosed", year, is_plan, line).await;
    }

    /// An estimate with one line, of a unit that is made where it is not there.
    async fn unit_with(&self, unit: &str, year: i32, is_plan: bool, line: pb::CreateLineOperation) {
        let request = pb::CreateUnitRequest {
            parent: jurisdiction_name("viet-nam"),
            unit_id: unit.to_owned(),
            unit: Some(crate::harness::department(unit)),
            ..Default::default()
        };
        if let Err(status) = self.organisation().create_unit(request).await {
            assert_eq!(status.code(), tonic::Code::AlreadyExists, "{status:?}");
        }
        let request = pb::CreateEstimateRequest {
            parent: jurisdiction_name("viet-nam"),
            estimate: Some(estimate(unit, year, is_plan)),
            lines: vec![line],
            ..Default::default()
        };
        self.budget().create_estimate(request).await.unwrap();
    }
}
