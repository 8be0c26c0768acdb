//! What is measured: a request, an answer, rows of lines, and the parts of a roll-up.

use std::collections::{BTreeMap, BTreeSet};

use kehoach::budget::inside::{
    Attribute, Cell, Cells, Class, Code, Dimension, Ground, GroupBy, Provenance, Side, Sum, Tree,
};
use kehoach::db::{CURRENT, Keyed, Record, Value, Versioned};
use kehoach::pb;

const FUNCTIONS: usize = 40;
const ITEMS: usize = 120;
const CLASSES: usize = 100;

pub fn line(number: usize) -> pb::Line {
    pb::Line {
        side: pb::Side::Expenditure.into(),
        nature: pb::Nature::Recurrent.into(),
        autonomy: pb::Autonomy::Autonomous.into(),
        administrative_code: "417".to_owned(),
        functional_code: "341".to_owned(),
        economic_code: format!("{}", 6001 + number % 50),
        description: format!("Chi thường xuyên, khoản {number} của đơn vị"),
        quantity: "12.5".to_owned(),
        price: "1000000".to_owned(),
        amounts: Some(pb::Amounts {
            actual_n2: Some(11_000_000),
            budget_n1: Some(12_000_000),
            requested: Some(12_500_000),
            ..Default::default()
        }),
        ..Default::default()
    }
}

pub fn create(lines: usize) -> pb::CreateEstimateRequest {
    let operation = |number| pb::CreateLineOperation { line: Some(line(number)), ..Default::default() };
    pb::CreateEstimateRequest {
        parent: "jurisdictions/dt".to_owned(),
        estimate_id: "e1".to_owned(),
        request_id: Some("0190f5a0-0000-7000-8000-000000000001".to_owned()),
        estimate: Some(pb::Estimate {
            unit: "jurisdictions/dt/units/u1".to_owned(),
            fiscal_year: 2024,
            kind: pb::EstimateKind::Supplement.into(),
            title: "Dự toán chi ngân sách nhà nước".to_owned(),
            ..Default::default()
        }),
        lines: (0..lines).map(operation).collect(),
        ..Default::default()
    }
}

pub fn answer(lines: usize) -> pb::ListLinesResponse {
    let told = |number: usize| pb::Line {
        name: format!("jurisdictions/dt/estimates/e1/lines/0190f5a0-0000-7000-8000-{number:012x}"),
        sequence: number as i32 + 1,
        revision: 4711,
        etag: "\"5ca1ab1e0000-4711\"".to_owned(),
        ..line(number)
    };
    pb::ListLinesResponse { lines: (0..lines).map(told).collect(), ..Default::default() }
}

/// A row as wide as that of a line, most of whose columns are NULL as they are there.
pub struct Row(Vec<Value<'static>>);

pub fn row(number: usize) -> Row {
    let mut values = vec![Value::Text("dt"), Value::Int(4711), Value::Int(CURRENT), Value::Text("e1")];
    values.extend([Value::Text("0190f5a0-0000-7000-8000-000000000001"), Value::Int(number as i64)]);
    values.extend([Value::Text("EXPENDITURE"), Value::OptText(Some("417")), Value::OptText(Some("341"))]);
    values.extend([Value::OptText(None); 12]);
    values.extend([Value::Text("Chi thường xuyên của đơn vị"), Value::Text("chi thuong xuyen cua don vi")]);
    values.extend([Value::OptInt(Some(125_000)), Value::OptInt(Some(100_000_000)), Value::OptInt(None)]);
    values.extend([Value::OptInt(Some(12_500_000)); 3]);
    values.extend([Value::OptInt(None); 8]);
    Row(values)
}

impl Record for Row {
    const TABLE: &'static str = "line_versions";
    // The names are compared with "until" only.
    const COLUMNS: &'static [&'static str] = &{
        let mut names = ["column"; 37];
        names[2] = "until";
        names
    };

    fn values<'a>(&'a self, into: &mut Vec<Value<'a>>) {
        into.extend_from_slice(&self.0);
    }
}

impl Keyed for Row {
    const TABLE: &'static str = "line_versions";
    const KEY: &'static [&'static str] = &["estimate", "line"];

    fn key<'a>(&'a self, into: &mut Vec<Value<'a>>) {
        into.extend([self.0[3], self.0[5]]);
    }

    fn since(&self) -> i64 {
        4711
    }
}

impl Versioned for Row {
    fn until(&self) -> Option<i64> {
        Some(CURRENT)
    }
}

/// Sums by function and item of a hundred classes, and what folds them to the top of both trees.
pub fn rollup(parts: usize) -> (Ground, Cells) {
    let class = |number: usize| Class {
        unit: String::new(),
        fiscal_year: 2018 + (number % 8) as i64,
        kind: None,
        scheme: "tt324-2016".to_owned(),
    };
    let by = |attribute| GroupBy { attribute, level: 1 };
    let trees = [(Dimension::Functional, FUNCTIONS), (Dimension::Economic, ITEMS)].map(|(dimension, count)| {
        ((class(0).scheme, dimension), Tree::new((0..count).map(|number| code(dimension, number)).collect()))
    });
    let ground = Ground {
        group_by: vec![by(Attribute::Functional), by(Attribute::Economic)],
        classes: (0..CLASSES).map(class).collect(),
        added: (2018..2026).map(|year| (year, BTreeSet::new())).collect(),
        trees: BTreeMap::from(trees),
        ..Ground::default()
    };
    let sum = Sum { line_count: 3, sums: [1_000_000; 6], counts: [3; 6] };
    let cell = |number: usize| Cell {
        class: number % CLASSES,
        side: Side::Expenditure,
        // The third is not asked for, and keeps the sums of one row apart.
        columns: [number % FUNCTIONS, number % ITEMS, number].map(|code| Some(code.to_string())),
        counterpart: None,
    };
    (ground, Cells((0..parts).map(|number| (cell(number), sum)).collect()))
}

/// Every tenth code groups those after it.
fn code(dimension: Dimension, number: usize) -> Code {
    let group = number - number % 10;
    Code {
        jurisdiction: "dt".to_owned(),
        scheme: "tt324-2016".to_owned(),
        dimension,
        code: number.to_string(),
        parent: (group != number).then(|| group.to_string()),
        display_name: "Tên".to_owned(),
        english_name: String::new(),
        postable: group != number,
        provenance: Provenance::Sourced,
        citation: String::new(),
        field: None,
        financing_class: None,
        last_fiscal_year: None,
        note: String::new(),
        revision: 1,
        created_at: 0,
        updated_at: 0,
    }
}
