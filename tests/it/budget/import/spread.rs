//! Rows that spread over the estimates of many units; units, codes and estimates that are made on the way.

use tonic::Code;

use super::*;
use crate::harness::{engines, refused, unit_name, violations};

const FILE: &[u8] = b"dept,name,fund,fund name,amount\n01,Council,0100,General,10\n57,Police,0100,General,20\n57,Police,0200,Water,5\n57,Police,0200,Water,5\n";

fn spread(existing: Vec<pb::EstimateVersion>) -> pb::ImportHeader {
    let spread = pb::ImportSpread {
        fiscal_year: 2024,
        kind: pb::EstimateKind::Reference.into(),
        series: "adopted".to_owned(),
        title: "Adopted 2024".to_owned(),
        external_code_system: "city".to_owned(),
        existing,
        ..Default::default()
    };
    let units = pb::CreateMissingUnits {
        kind: pb::UnitKind::Department.into(),
        government_level: pb::GovernmentLevel::Province.into(),
        id_prefix: "dept-".to_owned(),
        parent_unit: unit_name("dt", "khcn"),
        ..Default::default()
    };
    pb::ImportHeader {
        parent: jurisdiction_name("dt"),
        destination: Some(pb::import_header::Destination::Spread(spread)),
        columns: vec![
            column("dept", "unit.external_code"),
            column("name", "unit.display_name"),
            column("fund", "source_code"),
            column("fund name", "source_name"),
            column("amount", "amounts.decided"),
        ],
        constants: vec![constant("side", "EXPENDITURE"), constant("nature", "OTHER")],
        create_missing: Some(pb::CreateMissing {
            units: Some(units),
            codes: vec![pb::Dimension::Source.into()],
            estimates: true,
        }),
        ..Default::default()
    }
}

engines! {
    async fn rows_go_to_the_units_that_they_name_and_what_is_missing_is_made(h: Harness) {
        h.budget_ground().await;
        let before = h.revision("dt").await;
        let summary = h.imported(spread(Vec::new()), FILE).await;
        let counts = (summary.units_created, summary.codes_created, summary.estimates_created, summary.lines_created);
        assert_eq!((counts, summary.revision), ((2, 2, 2, 4), before + 1));
        let police = h.get_unit("dt", "dept-57").await;
        assert_eq!((police.display_name.as_str(), police.parent_unit), ("Police", unit_name("dt", "khcn")));
        assert_eq!((police.external_codes[0].system.as_str(), police.external_codes[0].code.as_str()), ("city", "57"));
        let get = pb::GetCodeRequest { name: "jurisdictions/dt/schemes/own/codes/source.0200".to_owned(), read_at: None };
        let code = h.classification().get_code(get).await.unwrap().into_inner();
        assert_eq!((code.display_name.as_str(), code.postable, code.provenance()), ("Water", true, pb::Provenance::Imported));
        let of_police = summary.estimates.iter().find(|estimate| estimate.unit == police.name).unwrap();
        assert_eq!((of_police.line_count, of_police.created), (3, true));
        let get = pb::GetEstimateRequest { name: of_police.name.clone(), read_at: None };
        let estimate = h.budget().get_estimate(get).await.unwrap().into_inner();
        assert_eq!((estimate.title.as_str(), estimate.series.as_str(), &estimate.etag), ("Adopted 2024", "adopted", &of_police.etag));
        let decided: i64 = estimate.totals.iter().filter_map(|total| total.amounts?.decided).sum();
        assert_eq!(decided, 30, "equal rows add");
        h.is_sound();
    }

    async fn a_file_that_is_sent_twice_is_refused_and_one_more_needs_the_etags(h: Harness) {
        h.budget_ground().await;
        let first = h.imported(spread(Vec::new()), FILE).await;
        let before = h.standing();
        refused(h.import(spread(Vec::new()), &[FILE]).await, Code::AlreadyExists, "ESTIMATE_KEY_TAKEN");
        let version = |estimate: &pb::ImportedEstimate| pb::EstimateVersion { name: estimate.name.clone(), etag: estimate.etag.clone() };
        let all: Vec<_> = first.estimates.iter().map(version).collect();
        refused(h.import(spread(all[..1].to_vec()), &[FILE]).await, Code::AlreadyExists, "ESTIMATE_KEY_TAKEN");
        let mut stale = all.clone();
        stale.iter_mut().for_each(|version| version.etag = "\"x-1\"".to_owned());
        let details = refused(h.import(spread(stale), &[FILE]).await, Code::Aborted, "STALE_ETAG");
        assert_eq!(details.error_info().unwrap().metadata["field"], "spread.existing[0].etag");
        h.nothing_changed(&before);
        let more = h.imported(spread(all), FILE).await;
        assert_eq!((more.units_created, more.codes_created, more.estimates_created, more.lines_created), (0, 0, 0, 4));
        assert!(more.estimates.iter().all(|estimate| !estimate.created));
        let lines: i32 = more.estimates.iter().map(|estimate| estimate.line_count).sum();
        assert_eq!(lines, 8);
        h.is_sound();
    }

    async fn without_leave_nothing_is_made_and_every_row_says_what_is_missing(h: Harness) {
        h.budget_ground().await;
        let mut ask = spread(Vec::new());
        ask.create_missing = None;
        let details = h.refuses(h.import(ask.clone(), &[FILE]), Code::FailedPrecondition, "CODE_UNKNOWN").await;
        let found = violations(&details);
        let rows = |reason: &str| found.iter().filter(|(one, _)| one == reason).map(|(_, place)| place.as_str()).collect::<Vec<_>>();
        let at = |name: &str| (2..=5).map(|row| format!("rows[{row}].columns[{name:?}]")).collect::<Vec<_>>();
        assert_eq!(rows("CODE_UNKNOWN"), at("fund"));
        assert_eq!(rows("REFERENCE_UNKNOWN"), at("dept"));
        // Units by name: one that two have is nobody's.
        for id in ["a", "b"] {
            h.new_unit("dt", id, pb::Unit { display_name: "Police".to_owned(), ..crate::harness::department(id) }).await;
        }
        ask.columns.remove(0);
        ask.columns.truncate(1);
        ask.columns.push(column("amount", "amounts.decided"));
        if let Some(pb::import_header::Destination::Spread(spread)) = &mut ask.destination {
            spread.external_code_system.clear();
        }
        ask.create_missing = Some(pb::CreateMissing { estimates: true, ..Default::default() });
        h.new_unit("dt", "c", pb::Unit { display_name: "Council".to_owned(), ..crate::harness::department("c") }).await;
        let details = h.refuses(h.import(ask.clone(), &[FILE]), Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
        assert_eq!(violations(&details).len(), 3);
        let summary = h.imported(ask, b"name,amount\nCouncil,10\n").await;
        assert_eq!(summary.estimates[0].unit, unit_name("dt", "c"));
    }

    async fn an_id_that_is_taken_is_made_anew(h: Harness) {
        h.budget_ground().await;
        h.unit("dt", "dept-57").await;
        let summary = h.imported(spread(Vec::new()), FILE).await;
        assert_eq!(summary.units_created, 2);
        let key = pb::get_unit_request::Key::External(pb::UnitByExternalCode {
            parent: jurisdiction_name("dt"),
            external_code: Some(pb::ExternalCode { system: "city".to_owned(), code: "57".to_owned() }),
        });
        let found = h.organisation().get_unit(pb::GetUnitRequest { key: Some(key), read_at: None }).await.unwrap().into_inner();
        assert_eq!(found.display_name, "Police");
        assert_ne!(found.name, unit_name("dt", "dept-57"));
    }
}
