//! The faults of ClassificationService.

use kehoach::pb;
use kehoach::pb::code_operation::Operation;

use super::world::{World, code_name, create_code, functional, new_scheme, scheme_name};
use super::{Asked, SPENT, read, write};
use crate::budget::at;
use crate::harness::jurisdiction_name;

const FAR: i64 = 1 << 40;
const FUNCTIONAL: i32 = pb::Dimension::Functional as i32;

fn spent() -> Option<String> {
    Some(SPENT.to_owned())
}

fn old() -> String {
    "\"00000001c0de-1\"".to_owned()
}

pub fn table(w: &World) -> Vec<Asked> {
    let mut table = schemes(w);
    table.extend(reads());
    table.extend([codes(w), conversions(w)]);
    table
}

fn schemes(w: &World) -> Vec<Asked> {
    let adopt = |regime: &str, first: i32, last: i32| pb::AdoptSchemeRequest {
        parent: jurisdiction_name("dt"),
        regime: format!("regimes/{regime}"),
        first_fiscal_year: Some(first),
        last_fiscal_year: Some(last),
        ..Default::default()
    };
    let update = |id: &str| pb::UpdateSchemeRequest {
        scheme: Some(pb::Scheme { name: scheme_name(id), display_name: "Mới".to_owned(), ..Default::default() }),
        etag: w.etag(&scheme_name(id)),
        ..Default::default()
    };
    vec![
        write(
            "AdoptScheme",
            adopt("qd33-2008", 2010, 2011),
            pb::AdoptSchemeRequest { request_id: spent(), ..adopt("tt324-2016", 2012, 2013) },
        )
        .invalid("years", |m| m.first_fiscal_year = Some(1))
        .reused(|m| m.request_id = spent())
        .missing("request_id", |m| m.parent = jurisdiction_name("nowhere"))
        .missing("regime", |m| m.regime = "regimes/none".to_owned())
        .exists("id", "ALREADY_EXISTS", |m| m.scheme_id = "own".to_owned())
        .refused("years", "SCHEME_YEARS_OVERLAP", |m| m.last_fiscal_year = Some(0))
        .done(),
        write(
            "CreateScheme",
            new_scheme("fresh", 2060, 2061),
            pb::CreateSchemeRequest { request_id: spent(), ..new_scheme("spent", 2070, 2070) },
        )
        .invalid("name", |m| m.scheme.as_mut().unwrap().display_name = String::new())
        .reused(|m| m.request_id = spent())
        .missing("request_id", |m| m.parent = jurisdiction_name("nowhere"))
        .exists("id", "ALREADY_EXISTS", |m| m.scheme_id = "own".to_owned())
        .refused("years", "SCHEME_YEARS_OVERLAP", |m| m.scheme.as_mut().unwrap().first_fiscal_year = 2041)
        .done(),
        write("UpdateScheme", update("own"), pb::UpdateSchemeRequest { request_id: spent(), ..update("spare") })
            .invalid("mask", |m| m.update_mask = Some(prost_types::FieldMask { paths: vec!["regime_of".to_owned()] }))
            .reused(|m| m.request_id = spent())
            .missing("name", |m| m.scheme.as_mut().unwrap().name = scheme_name("none"))
            .stale(|m| m.etag = old())
            .refused("years", "SCHEME_YEARS_INVERTED", |m| m.scheme.as_mut().unwrap().first_fiscal_year = 2031)
            .refused("years", "SCHEME_YEARS_OVERLAP", |m| m.scheme.as_mut().unwrap().last_fiscal_year = 2040)
            .refused("years", "SCHEME_IN_USE", |m| m.scheme.as_mut().unwrap().first_fiscal_year = 2022)
            .done(),
    ]
}

fn reads() -> Vec<Asked> {
    vec![
        read("ListRegimes", pb::ListRegimesRequest {}).done(),
        read("GetScheme", pb::GetSchemeRequest { name: scheme_name("own"), read_at: None })
            .invalid("name", |m| m.name = "own".to_owned())
            .missing("name", |m| m.name = scheme_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("ListSchemes", pb::ListSchemesRequest { parent: jurisdiction_name("dt"), ..Default::default() })
            .invalid("page_size", |m| m.page_size = -1)
            .token(|m| m.page_token = "none".to_owned())
            .missing("parent", |m| m.parent = jurisdiction_name("nowhere"))
            .refused("read_at", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read("GetCode", pb::GetCodeRequest { name: code_name("101"), read_at: None })
            .invalid("name", |m| m.name = scheme_name("own"))
            .missing("name", |m| m.name = code_name("none"))
            .refused("name", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
        read(
            "ListCodes",
            pb::ListCodesRequest { parent: scheme_name("own"), dimension: FUNCTIONAL, ..Default::default() },
        )
        .invalid("dimension", |m| m.dimension = 99)
        .token(|m| m.page_token = "none".to_owned())
        .missing("parent_code", |m| m.parent = scheme_name("none"))
        .missing("parent_code", |m| m.parent_code = "none".to_owned())
        .refused("parent_code", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
        .done(),
        read("ListConversions", pb::ListConversionsRequest { parent: scheme_name("own"), ..Default::default() })
            .invalid("code", |m| m.code = "101".to_owned())
            .token(|m| m.page_token = "none".to_owned())
            .missing("target", |m| m.parent = scheme_name("none"))
            .missing("target", |m| m.target_scheme = scheme_name("none"))
            .refused("target", "REVISION_NOT_REACHED", |m| m.read_at = Some(at(FAR)))
            .done(),
    ]
}

fn codes(w: &World) -> Asked {
    let update = |code: &str| pb::UpdateCodeOperation {
        code: Some(pb::Code { name: code_name(code), display_name: "Mới".to_owned(), ..Default::default() }),
        etag: w.etag(&code_name(code)),
        ..Default::default()
    };
    let operation = |update| pb::CodeOperation { operation: Some(Operation::Update(update)) };
    let batch =
        |operations| pb::BatchWriteCodesRequest { parent: scheme_name("own"), operations, ..Default::default() };
    let missing = operation(pb::UpdateCodeOperation { etag: old(), ..update("none") });
    let stale = operation(pb::UpdateCodeOperation { etag: old(), ..update("101") });
    let mut immutable = update("102");
    immutable.code.as_mut().unwrap().dimension = pb::Dimension::Economic.into();
    let immutable = operation(immutable);
    let mut cycle = update("340");
    cycle.code.as_mut().unwrap().parent_code = "341".to_owned();
    let cycle = operation(cycle);
    let spare = pb::BatchWriteCodesRequest { request_id: spent(), ..batch(vec![operation(update("spare"))]) };
    write("BatchWriteCodes", batch(vec![create_code(functional("900", ""))]), spare)
        .invalid("twice", |m| {
            m.operations.extend([create_code(functional("901", "")), create_code(functional("901", ""))])
        })
        .reused(|m| m.request_id = spent())
        .missing("parent", |m| {
            m.parent = scheme_name("none");
            // Codes of another scheme would be a fault of the message alone.
            m.operations.retain(|one| matches!(one.operation, Some(Operation::Create(_))));
        })
        .missing("updated", move |m| m.operations.push(missing.clone()))
        .fault("stale", tonic::Code::Aborted, "STALE_ETAG", move |m| m.operations.push(stale.clone()))
        .exists("exists", "ALREADY_EXISTS", |m| m.operations.push(create_code(functional("341", "340"))))
        .refused("immutable", "FIELD_IMMUTABLE", move |m| m.operations.push(immutable.clone()))
        .refused("unknown", "CODE_UNKNOWN", |m| m.operations.push(create_code(functional("902", "none"))))
        .refused("cycle", "CODE_CYCLE", move |m| m.operations.push(cycle.clone()))
        .limit("deep", "TREE_TOO_DEEP", |m| m.operations.push(create_code(functional("D33", "D32"))))
        .done()
}

fn conversions(w: &World) -> Asked {
    let entry = |code: &str, target: &str, share_bp: i32| pb::ConversionEntry {
        dimension: FUNCTIONAL,
        code: code.to_owned(),
        targets: vec![pb::ConversionTarget { code: target.to_owned(), share_bp }],
        ..Default::default()
    };
    let batch = |conversions| pb::BatchWriteConversionsRequest {
        parent: scheme_name("own"),
        target_scheme: scheme_name("later"),
        conversions,
        ..Default::default()
    };
    let whole = |code: &str| entry(code, "A", 10_000);
    let fresh = batch(vec![whole("D1")]);
    let stale = pb::ConversionEntry { etag: old(), ..whole("102") };
    let known = pb::ConversionEntry { etag: w.etag("conversion 341"), ..entry("341", "A", 5_000) };
    write(
        "BatchWriteConversions",
        fresh,
        pb::BatchWriteConversionsRequest { request_id: spent(), ..batch(vec![whole("spare")]) },
    )
    .invalid("twice", {
        let twice = whole("D2");
        move |m| m.conversions.extend([twice.clone(), twice.clone()])
    })
    .reused(|m| m.request_id = spent())
    .missing("target", |m| m.parent = scheme_name("none"))
    .missing("target", |m| m.target_scheme = scheme_name("none"))
    .fault("stale", tonic::Code::Aborted, "STALE_ETAG", move |m| m.conversions.push(stale.clone()))
    .refused("unknown", "CODE_UNKNOWN", {
        let unknown = whole("none");
        move |m| m.conversions.push(unknown.clone())
    })
    .refused("shares", "CONVERSION_SHARES", move |m| m.conversions.push(known.clone()))
    .done()
}
