//! The questions and commands of the load, encoded.
//!
//! What differs from call to call is appended to what does not: two encoded messages one after the other are one with the fields of both.

use bytes::Bytes;
use kehoach::pb;
use prost::Message;

use super::client::Ask;

pub const JURISDICTION: &str = "jurisdictions/dt";
/// Another one in the same database, whose rows a yardstick writes past the server.
pub const YARD: &str = "jurisdictions/yard";
/// Units that own estimates; the first [`UNDER_TOP`] stand below the unit [`TOP`].
pub const UNITS: usize = 100;
pub const UNDER_TOP: usize = 80;
pub const TOP: &str = "so";
/// Fiscal years of the estimates, in one scheme.
pub const YEARS: usize = 8;
pub const FIRST_YEAR: i32 = 2018;
/// Lines of an estimate, where nothing else is said.
pub const LINES: usize = 50;

const CHAPTERS: [&str; 3] = ["402", "405", "417"];
const FUNCTIONS: [&str; 10] = ["085", "101", "102", "103", "133", "278", "314", "338", "341", "398"];
const ITEMS: [&str; 24] = [
    "6001", "6003", "6049", "6051", "6099", "6101", "6102", "6103", "6105", "6107", "6112", "6113", "6114", "6115",
    "6116", "6149", "6199", "6201", "6301", "6302", "6303", "6304", "6501", "6551",
];

fn bytes(message: &impl Message) -> Bytes {
    message.encode_to_vec().into()
}

/// The unit and the year of an estimate: those of one number modulo [`UNITS`] × [`YEARS`] have the same.
fn place(estimate: usize) -> (usize, i32) {
    (estimate % UNITS, FIRST_YEAR + (estimate / UNITS % YEARS) as i32)
}

pub fn estimate_name(id: &str) -> String {
    format!("{JURISDICTION}/estimates/{id}")
}

/// A line as a unit drafts it: four codes, two reference columns and the request; every fifth with its cost basis.
pub fn line(number: usize) -> pb::Line {
    let requested = 1_000_000 + 1_000 * number as i64;
    let with_basis = number.is_multiple_of(5);
    let natures = [pb::Nature::Recurrent, pb::Nature::Investment];
    let autonomies = [pb::Autonomy::Autonomous, pb::Autonomy::NonAutonomous];
    pb::Line {
        side: pb::Side::Expenditure.into(),
        nature: natures[number % 10 / 9].into(),
        autonomy: autonomies[number % 2].into(),
        administrative_code: CHAPTERS[number % CHAPTERS.len()].to_owned(),
        functional_code: FUNCTIONS[number % FUNCTIONS.len()].to_owned(),
        economic_code: ITEMS[number % ITEMS.len()].to_owned(),
        description: format!("Chi thường xuyên, khoản {number} của đơn vị"),
        quantity: if with_basis { "4".to_owned() } else { String::new() },
        price: if with_basis { format!("{}", requested / 4) } else { String::new() },
        amounts: Some(pb::Amounts {
            actual_n2: Some(requested - 77_000),
            budget_n1: Some(requested - 5_000),
            requested: Some(requested),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn creates(lines: usize) -> Vec<pb::CreateLineOperation> {
    (0..lines).map(|number| pb::CreateLineOperation { line: Some(line(number)), ..Default::default() }).collect()
}

/// Creates estimates: all that is in a request but what tells it from the others.
pub struct Creates(Vec<Bytes>);

impl Creates {
    pub fn new(lines: usize) -> Self {
        let lines = creates(lines);
        let requests = (0..UNITS * YEARS).map(|number| {
            let (unit, fiscal_year) = place(number);
            bytes(&pb::CreateEstimateRequest {
                parent: JURISDICTION.to_owned(),
                estimate: Some(pb::Estimate {
                    unit: format!("{JURISDICTION}/units/u{unit}"),
                    fiscal_year,
                    kind: pb::EstimateKind::Supplement.into(),
                    title: "Dự toán chi ngân sách nhà nước".to_owned(),
                    ..Default::default()
                }),
                lines: lines.clone(),
                ..Default::default()
            })
        });
        Self(requests.collect())
    }

    /// With an id; the request id is what a service would send.
    pub fn ask(&self, number: usize, id: String) -> Ask {
        let request_id = Some(format!("0190f5a0-0000-7000-8000-{number:012x}"));
        let own = pb::CreateEstimateRequest { estimate_id: id, request_id, ..Default::default() };
        let mut request = self.0[number % self.0.len()].to_vec();
        request.extend_from_slice(&own.encode_to_vec());
        ("/kehoach.v1.BudgetService/CreateEstimate", request.into())
    }
}

/// Adds one line to an estimate, which needs no etag.
pub fn add_line(id: &str, number: usize) -> Ask {
    let create = pb::CreateLineOperation { line: Some(line(number)), ..Default::default() };
    let operation = Some(pb::line_operation::Operation::Create(create));
    batch(id, vec![pb::LineOperation { operation }])
}

/// States another amount on a line, one that no cost basis has to give.
pub fn change(line: &pb::Line, budget_n1: i64) -> pb::LineOperation {
    let amounts = Some(pb::Amounts { budget_n1: Some(budget_n1), ..Default::default() });
    let line_sent = pb::Line { name: line.name.clone(), amounts, ..Default::default() };
    let update_mask = Some(prost_types::FieldMask { paths: vec!["amounts.budget_n1".to_owned()] });
    let update = pb::UpdateLineOperation { line: Some(line_sent), update_mask, etag: line.etag.clone() };
    pb::LineOperation { operation: Some(pb::line_operation::Operation::Update(update)) }
}

pub fn batch(id: &str, operations: Vec<pb::LineOperation>) -> Ask {
    let batch = pb::BatchWriteLinesRequest { parent: estimate_name(id), operations, ..Default::default() };
    ("/kehoach.v1.BudgetService/BatchWriteLines", bytes(&batch))
}

/// The lines of an estimate of 50, which the server's default page holds.
pub fn lines(id: &str) -> Ask {
    let list = pb::ListLinesRequest { parent: estimate_name(id), ..Default::default() };
    ("/kehoach.v1.BudgetService/ListLines", bytes(&list))
}

pub fn lines_at(id: &str, revision: i64) -> Ask {
    let read_at = Some(pb::ReadAt { moment: Some(pb::read_at::Moment::Revision(revision)), ..Default::default() });
    let list = pb::ListLinesRequest { parent: estimate_name(id), read_at, ..Default::default() };
    ("/kehoach.v1.BudgetService/ListLines", bytes(&list))
}

/// As many lines as a page can hold.
pub fn many_lines(id: &str, size: i32, page_token: String) -> Ask {
    let list = pb::ListLinesRequest { parent: estimate_name(id), page_size: size, page_token, ..Default::default() };
    ("/kehoach.v1.BudgetService/ListLines", bytes(&list))
}

pub fn one_line(name: String) -> Ask {
    ("/kehoach.v1.BudgetService/GetLine", bytes(&pb::GetLineRequest { name, read_at: None }))
}

/// 100 estimates of a year. Two years without any tell the questions apart, so that none is asked twice.
pub fn estimates(number: usize) -> Ask {
    let (year, rest) = (FIRST_YEAR + (number % YEARS) as i32, number / YEARS);
    let fiscal_years = vec![year, 1900 + (rest % 100) as i32, 2030 + (rest / 100 % 160) as i32];
    let list = pb::ListEstimatesRequest {
        parent: JURISDICTION.to_owned(),
        fiscal_years,
        page_size: 100,
        ..Default::default()
    };
    ("/kehoach.v1.BudgetService/ListEstimates", bytes(&list))
}

/// The roll-up of all units below [`TOP`] in the first `years` years, by function and item. A year without estimates tells the
/// questions apart.
pub fn rollup(years: usize, apart: usize) -> Ask {
    let by = |attribute: pb::GroupAttribute| pb::GroupBy { attribute: attribute.into(), level: 0 };
    let mut fiscal_years: Vec<i32> = (FIRST_YEAR..).take(years).collect();
    fiscal_years.push(1900 + apart as i32);
    let summarize = pb::SummarizeBudgetRequest {
        parent: JURISDICTION.to_owned(),
        unit: format!("{JURISDICTION}/units/{TOP}"),
        fiscal_years,
        group_by: vec![by(pb::GroupAttribute::Functional), by(pb::GroupAttribute::Economic)],
        ..Default::default()
    };
    ("/kehoach.v1.BudgetService/SummarizeBudget", bytes(&summarize))
}

pub fn jurisdiction() -> Ask {
    let get = pb::GetJurisdictionRequest { name: JURISDICTION.to_owned(), ..Default::default() };
    ("/kehoach.v1.OrganisationService/GetJurisdiction", bytes(&get))
}

/// What must be there before the first estimate of a jurisdiction: itself, its units, its codes.
pub fn beginnings(name: &str) -> Vec<Ask> {
    let jurisdiction = pb::CreateJurisdictionRequest {
        jurisdiction_id: name.trim_start_matches("jurisdictions/").to_owned(),
        jurisdiction: Some(pb::Jurisdiction {
            display_name: "Tỉnh".to_owned(),
            currency_code: "VND".to_owned(),
            time_zone: "Asia/Ho_Chi_Minh".to_owned(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let adopt = pb::AdoptSchemeRequest {
        parent: name.to_owned(),
        regime: "regimes/tt324-2016".to_owned(),
        ..Default::default()
    };
    // Whose token the callers show where they show one.
    let reader = pb::CreateGrantRequest {
        parent: name.to_owned(),
        grant: Some(pb::Grant {
            principal: "principals/admin".to_owned(),
            role: pb::Role::Reader.into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let mut asks = vec![
        ("/kehoach.v1.OrganisationService/CreateJurisdiction", bytes(&jurisdiction)),
        ("/kehoach.v1.AccessService/CreateGrant", bytes(&reader)),
        ("/kehoach.v1.ClassificationService/AdoptScheme", bytes(&adopt)),
        unit(name, TOP.to_owned(), false),
    ];
    asks.extend((0..UNITS).map(|number| unit(name, format!("u{number}"), number < UNDER_TOP)));
    asks
}

/// Creates a unit.
pub fn unit(jurisdiction: &str, unit_id: String, under_top: bool) -> Ask {
    let request = pb::CreateUnitRequest {
        parent: jurisdiction.to_owned(),
        unit: Some(pb::Unit {
            parent_unit: if under_top { format!("{jurisdiction}/units/{TOP}") } else { String::new() },
            display_name: format!("Sở {unit_id}"),
            kind: pb::UnitKind::Department.into(),
            government_level: pb::GovernmentLevel::Province.into(),
            ..Default::default()
        }),
        unit_id,
        ..Default::default()
    };
    ("/kehoach.v1.OrganisationService/CreateUnit", bytes(&request))
}
