//! Who may import: a drafter of every unit that the rows name, and an ADMIN for what is created on the way.

use kehoach::pb;
use kehoach::pb::budget_service_client::BudgetServiceClient;
use tonic::{Code, Status};

use super::ground::Ground;
use crate::budget::import::{column, header, messages};
use crate::harness::{Locked, jurisdiction_name, locked, refused, unit_name};

/// Imports rows of these units as whoever has this token.
async fn import(g: &Ground, secret: &str, ask: &pb::ImportHeader, units: &[&str]) -> Result<pb::ImportSummary, Status> {
    let rows: String = units.iter().map(|unit| format!("101,1,,{unit}\n")).collect();
    let file = format!("code,amount,text,unit\n{rows}");
    let mut request = tonic::Request::new(tokio_stream::iter(messages(ask.clone(), &[file.as_bytes()])));
    request.metadata_mut().insert("authorization", format!("Bearer {secret}").parse().unwrap());
    let mut client = BudgetServiceClient::new(g.h.channel());
    client.import_lines(request).await.map(tonic::Response::into_inner)
}

fn spread(estimate: &pb::Estimate) -> pb::ImportHeader {
    let spread = pb::ImportSpread { fiscal_year: 2027, kind: pb::EstimateKind::Annual.into(), ..Default::default() };
    let mut ask = header(estimate);
    ask.columns.push(column("unit", "unit.id"));
    ask.destination = Some(pb::import_header::Destination::Spread(spread));
    ask.create_missing = Some(pb::CreateMissing { estimates: true, ..Default::default() });
    ask.validate_only = true;
    ask
}

fn with_units(ask: &pb::ImportHeader, parent: &str) -> pb::ImportHeader {
    let units = pb::CreateMissingUnits {
        parent_unit: unit_name("dt", parent),
        kind: pb::UnitKind::Other.into(),
        government_level: pb::GovernmentLevel::Province.into(),
        ..Default::default()
    };
    let create_missing = Some(pb::CreateMissing { units: Some(units), estimates: true, ..Default::default() });
    pb::ImportHeader { create_missing, ..ask.clone() }
}

locked! {
    async fn whoever_imports_may_draft_everywhere_where_the_rows_go(s: Locked) {
        let g = Ground::new(s).await;
        let get = pb::GetEstimateRequest { name: "jurisdictions/dt/estimates/e".to_owned(), read_at: None };
        let estimate = g.h.budget_as(&g.an).get_estimate(get).await.unwrap().into_inner();
        let khcn = g.holder("khcn-drafter", pb::Role::Drafter, "khcn").await;
        let all = g.holder("drafter", pb::Role::Drafter, "").await;
        let reader = g.holder("reader", pb::Role::Reader, "").await;
        let (_, stranger) = g.caller("outsider").await;
        let before = g.h.standing();

        let apart = spread(&estimate);
        assert_eq!(import(&g, &khcn, &apart, &["khcn", "tt"]).await.unwrap().lines_created, 2);
        assert_eq!(import(&g, &all, &apart, &["khcn", "yt"]).await.unwrap().lines_created, 2);
        for (secret, units) in [(&khcn, vec!["khcn", "yt"]), (&reader, vec!["khcn"]), (&g.an, vec!["khcn"]), (&stranger, vec!["khcn"])] {
            refused(import(&g, secret, &apart, &units).await, Code::PermissionDenied, "ROLE_MISSING");
        }
        let one = pb::ImportHeader { validate_only: true, ..header(&estimate) };
        assert_eq!(import(&g, &khcn, &one, &[""]).await.unwrap().lines_created, 1);
        refused(import(&g, &reader, &one, &[""]).await, Code::PermissionDenied, "ROLE_MISSING");
        refused(import(&g, &stranger, &one, &[""]).await, Code::NotFound, "RESOURCE_NOT_FOUND");

        // What is created needs the right to create it, whether a row asks for it or not.
        let codes = pb::CreateMissing { codes: vec![pb::Dimension::Functional.into()], ..Default::default() };
        let with_codes = pb::ImportHeader { create_missing: Some(codes), ..one };
        refused(import(&g, &khcn, &with_codes, &[""]).await, Code::PermissionDenied, "ROLE_MISSING");
        refused(import(&g, &all, &with_units(&apart, "khcn"), &["new"]).await, Code::PermissionDenied, "ROLE_MISSING");
        // Both roles in one hand, here for everything below the department.
        g.give("khcn-drafter", pb::Role::Admin, "khcn").await;
        let summary = import(&g, &khcn, &with_units(&apart, "khcn"), &["new", "khcn"]).await.unwrap();
        assert_eq!((summary.units_created, summary.lines_created), (1, 2));
        refused(import(&g, &khcn, &with_units(&apart, "yt"), &["new"]).await, Code::PermissionDenied, "ROLE_MISSING");
        assert_ne!(g.h.standing(), before, "a grant was given");
        let none = pb::ListEstimatesRequest { parent: jurisdiction_name("dt"), fiscal_years: vec![2027], ..Default::default() };
        assert!(g.h.budget_as(&g.an).list_estimates(none).await.unwrap().into_inner().estimates.is_empty());
    }
}
