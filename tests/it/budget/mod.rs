//! Estimates and their lines: created, read at any revision, changed in batches, refused with every reason at once.

mod compare;
mod estimates;
pub mod import;
mod in_force;
mod lines;
mod national;
mod rolled;
mod summary;

use kehoach::pb;

use crate::harness::{Harness, jurisdiction_name, unit_name};

pub const CODES: &[(&str, &str)] = &[("100", ""), ("101", "100"), ("102", "100"), ("340", ""), ("341", "340")];

impl Harness {
    /// A jurisdiction `dt` with a unit `khcn` and a scheme `own` for 2018 to 2030 with a few functional codes.
    pub async fn budget_ground(&self) {
        self.jurisdiction("dt").await;
        self.unit("dt", "khcn").await;
        let scheme = pb::CreateSchemeRequest {
            parent: jurisdiction_name("dt"),
            scheme_id: "own".to_owned(),
            scheme: Some(pb::Scheme {
                display_name: "Mục lục".to_owned(),
                first_fiscal_year: 2018,
                last_fiscal_year: 2030,
                ..Default::default()
            }),
            ..Default::default()
        };
        self.classification().create_scheme(scheme).await.unwrap_or_else(|status| panic!("no scheme: {status:?}"));
        let operations = CODES.iter().map(|(code, parent)| code_operation(code, parent)).collect();
        let parent = "jurisdictions/dt/schemes/own".to_owned();
        let codes = pb::BatchWriteCodesRequest { parent, operations, ..Default::default() };
        self.classification().batch_write_codes(codes).await.unwrap_or_else(|status| panic!("no codes: {status:?}"));
    }

    /// An estimate of `khcn` for a year with these lines.
    pub async fn estimate(&self, id: &str, year: i32, lines: Vec<pb::Line>) -> pb::Estimate {
        let request = create(id, year, lines);
        let made = self.budget().create_estimate(request).await;
        made.unwrap_or_else(|status| panic!("no estimate {id}: {status:?}")).into_inner()
    }

    pub async fn lines_of(&self, estimate: &str) -> Vec<pb::Line> {
        self.lines_at(estimate, None).await
    }

    pub async fn lines_at(&self, estimate: &str, revision: Option<i64>) -> Vec<pb::Line> {
        let read_at = revision.map(at);
        let request =
            pb::ListLinesRequest { parent: estimate_name(estimate), page_size: 1000, read_at, ..Default::default() };
        let listed = self.budget().list_lines(request).await;
        listed.unwrap_or_else(|status| panic!("no lines of {estimate}: {status:?}")).into_inner().lines
    }
}

fn code_operation(code: &str, parent: &str) -> pb::CodeOperation {
    let written = pb::Code {
        dimension: pb::Dimension::Functional.into(),
        code: code.to_owned(),
        parent_code: parent.to_owned(),
        display_name: format!("Khoản {code}"),
        postable: !parent.is_empty(),
        provenance: pb::Provenance::Own.into(),
        ..Default::default()
    };
    pb::CodeOperation { operation: Some(pb::code_operation::Operation::Create(written)) }
}

pub fn at(revision: i64) -> pb::ReadAt {
    pb::ReadAt { moment: Some(pb::read_at::Moment::Revision(revision)), ..Default::default() }
}

pub fn estimate_name(estimate: &str) -> String {
    format!("jurisdictions/dt/estimates/{estimate}")
}

/// Spending on a functional code.
pub fn line(code: &str, requested: i64) -> pb::Line {
    pb::Line {
        side: pb::Side::Expenditure.into(),
        nature: pb::Nature::Recurrent.into(),
        functional_code: code.to_owned(),
        amounts: Some(pb::Amounts { requested: Some(requested), ..Default::default() }),
        ..Default::default()
    }
}

pub fn create(id: &str, year: i32, lines: Vec<pb::Line>) -> pb::CreateEstimateRequest {
    pb::CreateEstimateRequest {
        parent: jurisdiction_name("dt"),
        estimate_id: id.to_owned(),
        estimate: Some(pb::Estimate {
            unit: unit_name("dt", "khcn"),
            fiscal_year: year,
            kind: pb::EstimateKind::Annual.into(),
            title: format!("Dự toán {year}"),
            ..Default::default()
        }),
        lines: lines
            .into_iter()
            .map(|line| pb::CreateLineOperation { line: Some(line), ..Default::default() })
            .collect(),
        ..Default::default()
    }
}

pub fn batch(estimate: &str, operations: Vec<pb::line_operation::Operation>) -> pb::BatchWriteLinesRequest {
    let operations = operations.into_iter().map(|operation| pb::LineOperation { operation: Some(operation) }).collect();
    pb::BatchWriteLinesRequest { parent: estimate_name(estimate), operations, ..Default::default() }
}

pub fn created(id: &str, line: pb::Line) -> pb::line_operation::Operation {
    pb::line_operation::Operation::Create(pb::CreateLineOperation { line_id: id.to_owned(), line: Some(line) })
}

pub fn updated(line: pb::Line, paths: &[&str]) -> pb::line_operation::Operation {
    let etag = line.etag.clone();
    let update_mask = Some(prost_types::FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() });
    pb::line_operation::Operation::Update(pb::UpdateLineOperation { line: Some(line), update_mask, etag })
}

pub fn deleted(line: &pb::Line) -> pb::line_operation::Operation {
    let (name, etag) = (line.name.clone(), line.etag.clone());
    pb::line_operation::Operation::Delete(pb::DeleteLineOperation { name, etag })
}

/// The sum of a stage over the totals of an estimate.
pub fn requested(estimate: &pb::Estimate) -> i64 {
    estimate.totals.iter().filter_map(|total| total.amounts.as_ref()?.requested).sum()
}
