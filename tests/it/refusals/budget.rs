//! The faults of BudgetService.

use kehoach::pb;
use kehoach::pb::line_operation::Operation;

use super::world::{World, estimate_name, line_name};
use super::{Asked, Row, SPENT, read, write};
use crate::budget::{at, batch, create, created, deleted, line};
use crate::harness::{jurisdiction_name, unit_name};

const FAR: i64 = 1 << 40;
const MOST: i64 = 1_000_000_000_000_000_000;

fn spent() -> Option<String> {
    Some(SPENT.to_owned())
}

fn old() -> String {
    "\"00000001c0de-1\"".to_owned()
}

pub fn table(w: &World) -> Vec<Asked> {
    let mut table = reads();
    table.extend([create_estimate(), update_estimate(w), delete_estimate(w), batch_write_lines(w), copy_estimate()]);
    table.extend([list_lines(), summarize(), consolidate(), compare()]);
    table
}

/// Lines that break one rule each.
fn bad_lines() -> Vec<(&'static str, pb::Line)> {
    let with = |change: &dyn Fn(&mut pb::Line)| {
        let mut bad = line("101", 1);
        change(&mut bad);
        bad
    };
    vec![
        ("CODE_UNKNOWN", line("none", 1)),
        ("CODE_NOT_POSTABLE", line("100", 1)),
        ("CODE_CLOSED", line("199", 1)),
        (
            "REFERENCE_UNKNOWN",
            with(&|bad| {
                bad.nature = pb::Nature::TransferDown.into();
                bad.counterpart_unit = unit_name("dt", "nowhere");
            }),
        ),
        ("COUNTERPART_INVALID", with(&|bad| bad.nature = pb::Nature::TransferDown.into())),
        ("STAGE_NOT_WRITABLE", with(&|bad| bad.amounts.as_mut().unwrap().decided = Some(1))),
        (
            "COST_BASIS_MISMATCH",
            with(&|bad| {
                bad.quantity = "2".to_owned();
                bad.price = "3".to_owned();
            }),
        ),
    ]
}

/// Adds the rules of a line to a row.
fn rules<M: prost::Message + Clone + 'static>(mut row: Row<M>, push: fn(&mut M, pb::Line)) -> Row<M> {
    for (reason, bad) in bad_lines() {
        row = row.refused(reason, reason, move |m| push(m, bad.clone()));
    }
    row.refused("sum", "AMOUNT_OVERFLOW", move |m| (0..10).for_each(|_| push(m, line("101", MOST))))
}

fn create_estimate() -> Asked {
    let push = |m: &mut pb::CreateEstimateRequest, line| {
        m.lines.push(pb::CreateLineOperation { line: Some(line), ..Default::default() })
    };
    let earlier = pb::CreateEstimateRequest { request_id: spent(), ..create("spent", 2020, Vec::new()) };
    let row = write("CreateEstimate", create("fresh", 2020, vec![line("101", 1)]), earlier)
        .invalid("kind", |m| m.estimate.as_mut().unwrap().kind = 0)
        .reused(|m| m.request_id = spent())
        .missing("request_id", |m| {
            m.parent = jurisdiction_name("nowhere");
            m.estimate.as_mut().unwrap().unit = "jurisdictions/nowhere/units/khcn".to_owned();
            // A unit of another jurisdiction would be a fault of the message alone.
            m.lines.iter_mut().for_each(|line| line.line.as_mut().unwrap().counterpart_unit = String::new());
        })
        .exists("id", "ALREADY_EXISTS", |m| m.estimate_id = "e1".to_owned())
        .exists("year", "ESTIMATE_KEY_TAKEN", |m| {
            let new = m.estimate.as_mut().unwrap();
            (new.unit, new.fiscal_year, new.sequence) = (unit_name("dt", "khcn"), 2024, 1);
        })
        .refused("unit", "REFERENCE_UNKNOWN", |m| m.estimate.as_mut().unwrap().unit = unit_name("dt", "nowhere"))
        .refused("unit", "UNIT_CLOSED", |m| m.estimate.as_mut().unwrap().unit = unit_name("dt", "closed"))
        .refused("year", "SCHEME_MISSING", |m| m.estimate.as_mut().unwrap().fiscal_year = 2035);
    rules(row, push).done()
}

fn update_estimate(w: &World) -> Asked {
    let update = |id: &str| pb::UpdateEstimateRequest {
        estimate: Some(pb::Estimate { name: estimate_name(id), title: "Mới".to_owned(), ..Default::default() }),
        etag: w.etag(&estimate_name(id)),
        ..Default::default()
    };
    let (submitted, approved) = (update("submitted"), w.etag(&estimate_name("draft-approved")));
    write("UpdateEstimate", update("e1"), pb::UpdateEstimateRequest { request_id: spent(), ..update("spare") })
        .invalid("mask", |m| m.update_mask = Some(prost_types::FieldMask { paths: vec!["none".to_owned()] }))
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.estimate.as_mut().unwrap().name = estimate_name("none"))
        .fault("name", tonic::Code::PermissionDenied, "SEPARATION_OF_DUTIES", move |m| {
            m.estimate.as_mut().unwrap().name = estimate_name("draft-approved");
            if m.etag != old() {
                m.etag.clone_from(&approved);
            }
        })
        .stale(|m| m.etag = old())
        .refused("year", "FIELD_IMMUTABLE", |m| m.estimate.as_mut().unwrap().fiscal_year = 2025)
        .refused("name", "NOT_DRAFT", move |m| {
            m.estimate.as_mut().unwrap().name = estimate_name("submitted");
            if m.etag != old() {
                m.etag.clone_from(&submitted.etag);
            }
        })
        .done()
}

fn delete_estimate(w: &World) -> Asked {
    let delete = |id: &str| pb::DeleteEstimateRequest {
        name: estimate_name(id),
        etag: w.etag(&estimate_name(id)),
        ..Default::default()
    };
    let submitted = delete("submitted");
    write("DeleteEstimate", delete("e1"), pb::DeleteEstimateRequest { request_id: spent(), ..delete("spare-2") })
        .invalid("reason", |m| m.reason = "x".repeat(1_001))
        .reused(|m| m.request_id = spent())
        .missing("name", |m| m.name = estimate_name("none"))
        .stale(|m| m.etag = old())
        .refused("name", "NOT_DRAFT", move |m| {
            m.name.clone_from(&submitted.name);
            if m.etag != old() {
                m.etag.clone_from(&submitted.etag);
            }
        })
        .done()
}

fn batch_write_lines(w: &World) -> Asked {
    type Batch = pb::BatchWriteLinesRequest;
    let push = |m: &mut Batch, operation| m.operations.push(pb::LineOperation { operation: Some(operation) });
    let push_line = |m: &mut Batch, line| m.operations.push(pb::LineOperation { operation: Some(created("", line)) });
    // A weaker fault may have named another estimate: the line is one of that.
    let delete = |m: &Batch, id: &str| {
        deleted(&pb::Line { name: format!("{}/lines/{id}", m.parent), etag: old(), ..Default::default() })
    };
    let earlier = Batch { request_id: spent(), ..batch("spare", vec![created("spent", line("101", 1))]) };
    let row = write("BatchWriteLines", batch("e1", vec![created("fresh", line("101", 1))]), earlier)
        .invalid("twice", move |m| (0..2).for_each(|_| push(m, delete(m, "l3"))))
        .reused(|m| m.request_id = spent())
        .missing("parent", |m| {
            m.parent = estimate_name("none");
            // Lines of another estimate would be a fault of the message alone.
            m.operations.retain(|one| matches!(one.operation, Some(Operation::Create(_))));
        })
        .missing("missing", move |m| push(m, delete(m, "none")))
        .fault("missing", tonic::Code::PermissionDenied, "SEPARATION_OF_DUTIES", |m| {
            m.parent = estimate_name("draft-approved");
            m.operations.retain(|one| matches!(one.operation, Some(Operation::Create(_))));
        })
        .fault("stale", tonic::Code::Aborted, "STALE_ETAG", move |m| push(m, delete(m, "l2")))
        .exists("exists", "ALREADY_EXISTS", move |m| push(m, created("l1", line("101", 1))))
        .refused("parent", "NOT_DRAFT", |m| m.parent = estimate_name("submitted"))
        .refused("parent", "LINE_NOT_DELETABLE", {
            let (name, etag) = (line_name("endorsed-1", "l3"), w.etag(&line_name("endorsed-1", "l3")));
            move |m| {
                m.parent = estimate_name("endorsed-1");
                push(m, deleted(&pb::Line { name: name.clone(), etag: etag.clone(), ..Default::default() }));
            }
        });
    rules(row, push_line).limit("parent", "LINES_PER_ESTIMATE", |m| m.parent = estimate_name("full")).done()
}

fn copy_estimate() -> Asked {
    let stage = |target: pb::Stage| pb::StageCopy {
        source: pb::Stage::Requested.into(),
        target: target.into(),
        factor_bp: None,
    };
    let copy = move |id: &str, fiscal_year: i32| pb::CopyEstimateRequest {
        name: estimate_name("e1"),
        estimate_id: id.to_owned(),
        fiscal_year,
        kind: pb::EstimateKind::Supplement.into(),
        stages: vec![stage(pb::Stage::Requested)],
        ..Default::default()
    };
    write(
        "CopyEstimate",
        copy("fresh", 2026),
        pb::CopyEstimateRequest { request_id: spent(), ..copy("spent-copy", 2026) },
    )
    .invalid("stages", move |m| m.stages.push(stage(pb::Stage::Requested)))
    .reused(|m| m.request_id = spent())
    .missing("name", |m| m.name = estimate_name("none"))
    .exists("id", "ALREADY_EXISTS", |m| m.estimate_id = "e1".to_owned())
    .exists("year", "ESTIMATE_KEY_TAKEN", |m| {
        (m.unit, m.fiscal_year, m.sequence) = (unit_name("dt", "khcn"), 2024, 1);
        m.kind = pb::EstimateKind::Annual.into();
    })
    .refused("unit", "REFERENCE_UNKNOWN", |m| m.unit = unit_name("dt", "nowhere"))
    .refused("unit", "UNIT_CLOSED", |m| m.unit = unit_name("dt", "closed"))
    .refused("year", "SCHEME_MISSING", |m| m.fiscal_year = 2035)
    .refused("year", "CONVERSION_MISSING", |m| {
        (m.name, m.fiscal_year) = (estimate_name("copied"), 2040);
    })
    .refused("year", "CODE_NOT_POSTABLE", |m| (m.name, m.fiscal_year) = (estimate_name("grouped"), 2040))
    .refused("year", "CODE_CLOSED", |m| (m.name, m.fiscal_year) = (estimate_name("ended"), 2041))
    .refused("stages", "STAGE_NOT_WRITABLE", move |m| m.stages = vec![stage(pb::Stage::Decided)])
    .refused("name", "COUNTERPART_INVALID", |m| (m.name, m.unit) = (estimate_name("giving"), unit_name("dt", "below")))
    .refused("name", "AMOUNT_OVERFLOW", |m| {
        m.name = estimate_name("large");
        m.stages.iter_mut().for_each(|copy| copy.factor_bp = Some(20_000));
    })
    .done()
}

fn reads() -> Vec<Asked> {
    let key = pb::LookupEstimateRequest {
        unit: unit_name("dt", "khcn"),
        fiscal_year: 2024,
        kind: pb::EstimateKind::Annual.into(),
        ..Default::default()
    };
    vec![
        read("GetEstimate", pb::GetEstimateRequest { name: estimate_name("e1"), read_at: None })
            .invalid("name", |m| m.name = "e1".to_owned())
            .missing("name", |m| m.name = estimate_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("LookupEstimate", key)
            .invalid("series", |m| m.series = "x".to_owned())
            .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
            .missing("unit", |m| m.sequence = 9)
            .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListEstimates", pb::ListEstimatesRequest { parent: jurisdiction_name("dt"), ..Default::default() })
            .invalid("years", |m| m.fiscal_years = vec![2024, 2024])
            .token(|m| m.page_token = "none".to_owned())
            .missing("unit", |m| m.parent = jurisdiction_name("nowhere"))
            .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
            .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListIncluded", pb::ListIncludedRequest { name: estimate_name("e1"), read_at: None })
            .invalid("name", |m| m.name = "e1".to_owned())
            .missing("name", |m| m.name = estimate_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("GetLine", pb::GetLineRequest { name: line_name("e1", "l1"), read_at: None })
            .invalid("name", |m| m.name = estimate_name("e1"))
            .missing("name", |m| m.name = line_name("e1", "none"))
            .missing("name", |m| m.name = line_name("none", "l1"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
    ]
}

fn list_lines() -> Asked {
    read("ListLines", pb::ListLinesRequest { parent: estimate_name("e1"), ..Default::default() })
        .invalid("order_by", |m| m.order_by = "name".to_owned())
        .token(|m| m.page_token = "none".to_owned())
        .missing("parent", |m| m.parent = estimate_name("none"))
        .refused("parent", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
        .done()
}

fn summarize() -> Asked {
    let by = |attribute: pb::GroupAttribute| vec![pb::GroupBy { attribute: attribute.into(), level: 0 }];
    read(
        "SummarizeBudget",
        pb::SummarizeBudgetRequest { parent: jurisdiction_name("dt"), fiscal_years: vec![2024], ..Default::default() },
    )
    .invalid("filter", |m| m.reference_series = "x".to_owned())
    .missing("unit", |m| m.parent = jurisdiction_name("nowhere"))
    .missing("unit", |m| m.unit = unit_name("dt", "nowhere"))
    .refused("unit", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
    .refused("years", "AMOUNT_OVERFLOW", |m| m.fiscal_years = vec![2023, 2030])
    .limit("years", "TOO_MANY_ROWS", move |m| {
        (m.fiscal_years, m.kinds) = (vec![2019], vec![pb::EstimateKind::Annual.into()]);
        m.group_by = by(pb::GroupAttribute::Project);
    })
    .done()
}

fn consolidate() -> Asked {
    let of = |id: &str| pb::SummarizeConsolidationRequest { name: estimate_name(id), ..Default::default() };
    let by = |attribute: pb::GroupAttribute| vec![pb::GroupBy { attribute: attribute.into(), level: 0 }];
    read("SummarizeConsolidation", of("e1"))
        .invalid("group_by", move |m| m.group_by = by(pb::GroupAttribute::Unit).repeat(2))
        .missing("name", |m| m.name = estimate_name("none"))
        .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
        .refused("name", "AMOUNT_OVERFLOW", |m| m.name = estimate_name("large-2"))
        .limit("name", "TOO_MANY_ROWS", move |m| {
            (m.name, m.group_by) = (estimate_name("many-0"), by(pb::GroupAttribute::Project));
        })
        .done()
}

fn compare() -> Asked {
    let at_head = |id: &str| Some(pb::EstimateAt { name: estimate_name(id), read_at: None });
    read(
        "CompareEstimates",
        pb::CompareEstimatesRequest { left: at_head("e1"), right: at_head("e2"), ..Default::default() },
    )
    .invalid("page_size", |m| m.page_size = 1_001)
    .token(|m| m.page_token = "none".to_owned())
    .missing("right", move |m| m.left = at_head("none"))
    .missing("right", move |m| m.right = at_head("none"))
    .refused("right", "REVISION_NOT_REACHED", move |m| {
        m.right = Some(pb::EstimateAt { read_at: Some(at(FAR)), ..at_head("e2").unwrap() })
    })
    .refused("right", "AMOUNT_OVERFLOW", move |m| (m.left, m.right) = (at_head("negative"), at_head("large")))
    .done()
}
