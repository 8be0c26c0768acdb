//! CreateUnit, GetUnit, UpdateUnit.

use kehoach::pb;
use tonic::Code;

use super::{close, update};
use crate::harness::{
    Harness, department, engines, fields, jurisdiction_name, new_unit, request_id, unit_name, violations,
};

fn code(system: &str, code: &str) -> pb::ExternalCode {
    pb::ExternalCode { system: system.to_owned(), code: code.to_owned() }
}

fn held(function: pb::Function, starts_on: &str, ends_on: &str) -> pb::UnitFunction {
    pb::UnitFunction { function: function.into(), starts_on: starts_on.to_owned(), ends_on: ends_on.to_owned() }
}

fn full() -> pb::Unit {
    pb::Unit {
        unit_level: pb::UnitLevel::LevelI.into(),
        autonomy_group: pb::AutonomyGroup::Two.into(),
        functions: vec![
            held(pb::Function::Planning, "2021-01-01", ""),
            held(pb::Function::Finance, "2020-01-01", "2021-01-01"),
        ],
        external_codes: vec![code("mqhns", " 1234567 "), code("city", "A-1")],
        opens_on: "2019-01-01".to_owned(),
        closes_on: "2030-01-01".to_owned(),
        ..department("so-tc")
    }
}

fn by_code(system: &str, text: &str) -> pb::GetUnitRequest {
    let external = pb::UnitByExternalCode { parent: jurisdiction_name("dt"), external_code: Some(code(system, text)) };
    pb::GetUnitRequest { key: Some(pb::get_unit_request::Key::External(external)), read_at: None }
}

fn named(unit: &str) -> pb::Unit {
    pb::Unit { name: unit_name("dt", unit), ..Default::default() }
}

engines! {
    async fn a_new_unit_is_complete_and_read_as_it_was_answered(h: Harness) {
        h.jurisdiction("dt").await;
        let made = h.new_unit("dt", "so-tc", full()).await;
        assert_eq!((made.name.as_str(), made.revision), ("jurisdictions/dt/units/so-tc", 1));
        assert_eq!(made.external_codes, [code("city", "A-1"), code("mqhns", "1234567")]);
        assert_eq!(made.functions.first().map(pb::UnitFunction::function), Some(pb::Function::Finance));
        assert_eq!((made.autonomy_group, made.closes_on.as_str()), (2, "2030-01-01"));
        assert_eq!(h.get_unit("dt", "so-tc").await, made);
        let found = h.organisation().get_unit(by_code("mqhns", "1234567")).await.unwrap().into_inner();
        assert_eq!(found, made);
        let plain = pb::Unit { unit_level: 0, ..department("x") };
        let plain = h.new_unit("dt", "", plain).await;
        assert_eq!(plain.unit_level(), pb::UnitLevel::None);
        assert_eq!(plain.name.len(), unit_name("dt", "").len() + 36);
        h.is_sound();
    }

    async fn every_bad_field_of_a_new_unit_is_named_at_once(h: Harness) {
        h.jurisdiction("dt").await;
        let unit = pb::Unit {
            parent_unit: unit_name("other", "a"),
            kind: 99,
            functions: vec![
                held(pb::Function::Finance, "2020-02-30", ""),
                held(pb::Function::Finance, "2020-01-01", "2020-01-01"),
                pb::UnitFunction::default(),
            ],
            external_codes: vec![code("a", "1"), code("a", "1"), code("B", "")],
            opens_on: "2020-01-02".to_owned(),
            closes_on: "2020-01-02".to_owned(),
            ..Default::default()
        };
        let request = pb::CreateUnitRequest { unit: Some(unit), ..new_unit("dt", "A") };
        let details = h.refuses(h.organisation().create_unit(request), Code::InvalidArgument, "FIELD_INVALID").await;
        let mut named = fields(&details);
        named.sort();
        named.dedup();
        let expected = [
            "unit.closes_on",
            "unit.display_name",
            "unit.external_codes",
            "unit.external_codes[2].code",
            "unit.external_codes[2].system",
            "unit.functions[0].starts_on",
            "unit.functions[1].ends_on",
            "unit.functions[2].function",
            "unit.functions[2].starts_on",
            "unit.government_level",
            "unit.kind",
            "unit.parent_unit",
            "unit_id",
        ];
        assert_eq!(named, expected);
    }

    async fn two_entries_of_one_function_do_not_overlap(h: Harness) {
        h.jurisdiction("dt").await;
        let functions =
            vec![held(pb::Function::Finance, "2020-01-01", ""), held(pb::Function::Finance, "2021-01-01", "")];
        let request =
            pb::CreateUnitRequest { unit: Some(pb::Unit { functions, ..department("a") }), ..new_unit("dt", "a") };
        let details = h.refuses(h.organisation().create_unit(request), Code::InvalidArgument, "FIELD_INVALID").await;
        assert_eq!(fields(&details), ["unit.functions[1]"]);
    }

    async fn texts_that_no_engine_can_keep_are_refused(h: Harness) {
        h.jurisdiction("dt").await;
        let blank = pb::Unit { external_codes: vec![code("a", "  ")], ..department("a") };
        let zero = pb::Unit { external_codes: vec![code("a", "1\0")], ..department("a") };
        let name = pb::Unit { display_name: "a\0b".to_owned(), ..department("a") };
        for (unit, field) in
            [(blank, "unit.external_codes[0].code"), (zero, "unit.external_codes[0].code"), (name, "unit.display_name")]
        {
            let request = pb::CreateUnitRequest { unit: Some(unit), ..new_unit("dt", "a") };
            let details =
                h.refuses(h.organisation().create_unit(request), Code::InvalidArgument, "FIELD_INVALID").await;
            assert_eq!(fields(&details), [field]);
        }
        let reason = pb::CreateUnitRequest { reason: "a\0".to_owned(), ..new_unit("dt", "a") };
        let details = h.refuses(h.organisation().create_unit(reason), Code::InvalidArgument, "FIELD_INVALID").await;
        assert_eq!(fields(&details), ["reason"]);
        let query =
            pb::ListUnitsRequest { parent: jurisdiction_name("dt"), query: "a\0b".to_owned(), ..Default::default() };
        let details = h.refuses(h.organisation().list_units(query), Code::InvalidArgument, "FIELD_INVALID").await;
        assert_eq!(fields(&details), ["query"]);
    }

    async fn the_refusals_of_a_creation_come_in_their_order(h: Harness) {
        h.jurisdiction("dt").await;
        let used = pb::CreateUnitRequest { request_id: Some(request_id(1)), ..new_unit("dt", "a") };
        let a = h.organisation().create_unit(used).await.unwrap().into_inner();
        h.new_unit("dt", "b", pb::Unit { external_codes: vec![code("s", "1")], ..department("b") }).await;
        h.organisation().close_unit(close(&a, "2025-01-01")).await.unwrap();
        let mut faulty = pb::Unit {
            parent_unit: unit_name("dt", "missing"),
            external_codes: vec![code("s", "1")],
            ..department("a")
        };
        let mut request = pb::CreateUnitRequest {
            unit: Some(faulty.clone()),
            request_id: Some("x".to_owned()),
            ..new_unit("dt", "a")
        };
        let refuse = |request: &pb::CreateUnitRequest, code: Code, reason: &'static str| {
            let (h, request) = (&h, request.clone());
            async move { h.refuses(h.organisation().create_unit(request), code, reason).await }
        };
        refuse(&request, Code::InvalidArgument, "FIELD_INVALID").await;
        request.request_id = Some(request_id(1));
        refuse(&request, Code::InvalidArgument, "REQUEST_ID_REUSED").await;
        request.request_id = None;
        let elsewhere = pb::CreateUnitRequest { unit: Some(department("a")), ..new_unit("xx", "a") };
        refuse(&elsewhere, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        refuse(&request, Code::AlreadyExists, "ALREADY_EXISTS").await;
        request.unit_id = "c".to_owned();
        refuse(&request, Code::AlreadyExists, "EXTERNAL_CODE_TAKEN").await;
        faulty.external_codes.clear();
        request.unit = Some(faulty.clone());
        let details = refuse(&request, Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
        assert_eq!(violations(&details), [("REFERENCE_UNKNOWN".to_owned(), unit_name("dt", "missing"))]);
        faulty.parent_unit = unit_name("dt", "a");
        request.unit = Some(faulty.clone());
        refuse(&request, Code::FailedPrecondition, "PARENT_CLOSED").await;
        faulty.closes_on = "2024-01-01".to_owned();
        request.unit = Some(faulty);
        h.organisation().create_unit(request).await.unwrap();
    }

    async fn an_unknown_unit_is_not_found(h: Harness) {
        h.jurisdiction("dt").await;
        for (jurisdiction, unit) in [("dt", "a"), ("xx", "a")] {
            let key = Some(pb::get_unit_request::Key::Name(unit_name(jurisdiction, unit)));
            h.refuses(
                h.organisation().get_unit(pb::GetUnitRequest { key, read_at: None }),
                Code::NotFound,
                "RESOURCE_NOT_FOUND",
            )
            .await;
        }
        h.refuses(h.organisation().get_unit(by_code("mqhns", "1")), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        let details = h
            .refuses(h.organisation().get_unit(pb::GetUnitRequest::default()), Code::InvalidArgument, "FIELD_INVALID")
            .await;
        assert_eq!(fields(&details), ["key"]);
        let details =
            h.refuses(h.organisation().get_unit(by_code("B", "")), Code::InvalidArgument, "FIELD_INVALID").await;
        assert_eq!(fields(&details), ["external.external_code.system", "external.external_code.code"]);
    }

    async fn an_update_writes_what_its_mask_says(h: Harness) {
        h.jurisdiction("dt").await;
        let made = h.new_unit("dt", "so-tc", full()).await;
        let change = pb::Unit {
            display_name: "Sở Mới".to_owned(),
            kind: pb::UnitKind::Fund.into(),
            external_codes: vec![code("city", "B-2")],
            ..named("so-tc")
        };
        let one = h
            .organisation()
            .update_unit(update(change.clone(), &made.etag, &["external_codes"]))
            .await
            .unwrap()
            .into_inner();
        let expected = pb::Unit {
            external_codes: vec![code("city", "B-2")],
            revision: 2,
            etag: one.etag.clone(),
            updated_at: one.updated_at,
            ..made.clone()
        };
        assert_eq!(one, expected);
        let two = h.organisation().update_unit(update(change, &one.etag, &[])).await.unwrap().into_inner();
        assert_eq!((two.display_name.as_str(), two.kind(), two.functions.len()), ("Sở Mới", pb::UnitKind::Fund, 2));
        let all = pb::Unit {
            functions: Vec::new(),
            autonomy_group: 0,
            external_codes: Vec::new(),
            opens_on: String::new(),
            ..two.clone()
        };
        let three = h.organisation().update_unit(update(all, &two.etag, &["*"])).await.unwrap().into_inner();
        assert_eq!(
            (three.functions.len(), three.external_codes.len(), three.autonomy_group, three.opens_on.as_str()),
            (0, 0, 0, "")
        );
        h.refuses(h.organisation().get_unit(by_code("city", "B-2")), Code::NotFound, "RESOURCE_NOT_FOUND").await;
        // A code that was given back can be given again.
        h.new_unit("dt", "b", pb::Unit { external_codes: vec![code("city", "B-2")], ..department("b") }).await;
        h.is_sound();
    }

    async fn place_and_end_are_changed_by_methods_of_their_own(h: Harness) {
        h.jurisdiction("dt").await;
        let root = h.unit("dt", "root").await;
        let unit = h.unit_below("dt", "a", "root").await;
        let other = pb::Unit { parent_unit: unit_name("dt", "zz"), closes_on: "2026-01-01".to_owned(), ..named("a") };
        let details = h
            .refuses(
                h.organisation().update_unit(update(other, &unit.etag, &[])),
                Code::FailedPrecondition,
                "FIELD_IMMUTABLE",
            )
            .await;
        let expected =
            ["unit.parent_unit", "unit.closes_on"].map(|field| ("FIELD_IMMUTABLE".to_owned(), field.to_owned()));
        assert_eq!(violations(&details), expected);
        let same = h.organisation().update_unit(update(unit.clone(), &unit.etag, &[])).await.unwrap().into_inner();
        assert_eq!(same.parent_unit, root.name);
        // What is not writable and not stated is not touched by `*`.
        let all = pb::Unit { parent_unit: String::new(), ..same.clone() };
        let all = h.organisation().update_unit(update(all, &same.etag, &["*"])).await.unwrap().into_inner();
        assert_eq!(all.parent_unit, root.name);
    }

    async fn the_refusals_of_an_update_come_in_their_order(h: Harness) {
        h.jurisdiction("dt").await;
        let old = h.unit("dt", "a").await;
        h.new_unit("dt", "b", pb::Unit { external_codes: vec![code("s", "1")], ..department("b") }).await;
        let mut used = update(pb::Unit { display_name: "Mới".to_owned(), ..named("a") }, &old.etag, &[]);
        used.request_id = Some(request_id(1));
        let new = h.organisation().update_unit(used).await.unwrap().into_inner();
        let faulty = |unit: &str| pb::Unit {
            closes_on: "2026-01-01".to_owned(),
            external_codes: vec![code("s", "1")],
            ..named(unit)
        };
        let mut request = update(faulty("missing"), &old.etag, &["titel"]);
        request.request_id = Some(request_id(1));
        let refuse = |request: &pb::UpdateUnitRequest, code: Code, reason: &'static str| {
            let (h, request) = (&h, request.clone());
            async move { h.refuses(h.organisation().update_unit(request), code, reason).await }
        };
        let details = refuse(&request, Code::InvalidArgument, "FIELD_INVALID").await;
        assert_eq!(fields(&details), ["update_mask"]);
        request.update_mask = None;
        refuse(&request, Code::InvalidArgument, "REQUEST_ID_REUSED").await;
        request.request_id = None;
        refuse(&request, Code::NotFound, "RESOURCE_NOT_FOUND").await;
        request.unit = Some(faulty("a"));
        refuse(&request, Code::Aborted, "STALE_ETAG").await;
        request.etag = new.etag;
        refuse(&request, Code::AlreadyExists, "EXTERNAL_CODE_TAKEN").await;
        request.unit = Some(pb::Unit { external_codes: Vec::new(), ..faulty("a") });
        refuse(&request, Code::FailedPrecondition, "FIELD_IMMUTABLE").await;
        let nothing = refuse(&pb::UpdateUnitRequest::default(), Code::InvalidArgument, "FIELD_INVALID").await;
        assert_eq!(fields(&nothing), ["unit", "etag", "unit.name"]);
    }
}
