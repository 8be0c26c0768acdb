//! What is hidden: it is not there, not in lists, not in counts, and not in answers that were kept for others.

use kehoach::pb;
use kehoach::pb::Role;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::ground::{Ground, revoke};
use crate::budget::{create, line};
use crate::harness::{Locked, jurisdiction_name, locked, refused, unit_name};

fn estimate_of(id: &str, unit: &str, amount: i64) -> pb::CreateEstimateRequest {
    let mut request = create(id, 2026, vec![line("101", amount)]);
    request.estimate = request.estimate.map(|one| pb::Estimate { unit: unit_name("dt", unit), ..one });
    request
}

fn get(id: &str) -> pb::GetEstimateRequest {
    pb::GetEstimateRequest { name: format!("jurisdictions/dt/estimates/{id}"), read_at: None }
}

fn list() -> pb::ListEstimatesRequest {
    pb::ListEstimatesRequest { parent: jurisdiction_name("dt"), ..Default::default() }
}

/// Code, message and details of a refusal, without what differs from call to call.
fn shape(status: &Status, own: &str) -> (Code, String, String) {
    let mut details = status.get_error_details();
    let mut info = details.error_info().unwrap().clone();
    info.metadata.remove("call_id");
    let facts: std::collections::BTreeMap<_, _> = info.metadata.into_iter().collect();
    details.set_error_info(info.reason, info.domain, std::collections::HashMap::new());
    let text = format!("{details:?} {facts:?}").replace(own, "x");
    (status.code(), status.message().replace(own, "x"), text)
}

/// `yt` has an estimate of 10, `tt` one of 1, beside that of 100 of `khcn`.
async fn three_estimates(s: Locked) -> Ground {
    let g = Ground::new(s).await;
    let drafter = g.holder("drafter", Role::Drafter, "").await;
    for (id, unit, amount) in [("y", "yt", 10), ("t", "tt", 1)] {
        g.h.budget_as(&drafter).create_estimate(estimate_of(id, unit, amount)).await.unwrap();
    }
    g
}

async fn seen(g: &Ground, secret: &str) -> (String, i64, i32) {
    let mut ids = Vec::new();
    let mut token = String::new();
    loop {
        let page = pb::ListEstimatesRequest { page_size: 1, page_token: token, ..list() };
        let page = g.h.budget_as(secret).list_estimates(page).await.unwrap().into_inner();
        assert!(!page.estimates.is_empty() || page.next_page_token.is_empty(), "a page without anything on it");
        ids.extend(page.estimates.iter().map(|one| one.name.rsplit('/').next().unwrap_or_default().to_owned()));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    ids.sort();
    let summary =
        pb::SummarizeBudgetRequest { parent: jurisdiction_name("dt"), fiscal_years: vec![2026], ..Default::default() };
    let summary = g.h.budget_as(secret).summarize_budget(summary).await.unwrap().into_inner();
    let sum = summary.totals.iter().filter_map(|total| total.amounts.as_ref()?.requested).sum();
    (ids.join(" "), sum, summary.estimate_count)
}

locked! {
    async fn lists_and_sums_hold_what_the_caller_may_know_of_and_nothing_else(s: Locked) {
        let g = three_estimates(s).await;
        for (id, role, unit, expected) in [
            ("whole", Role::Reader, "", ("e t y", 111, 3)),
            ("root", Role::Reader, "tinh", ("e t y", 111, 3)),
            ("own", Role::Head, "khcn", ("e t", 101, 2)),
            ("child", Role::Drafter, "tt", ("t", 1, 1)),
            ("finance", Role::Reviewer, "stc", ("e y", 110, 2)),
            ("finance-reader", Role::Reader, "stc", ("", 0, 0)),
            ("council", Role::Approver, "hdnd", ("e t y", 111, 3)),
            ("above-child", Role::Approver, "khcn", ("e t", 101, 2)),
        ] {
            let secret = g.holder(id, role, unit).await;
            let found = seen(&g, &secret).await;
            assert_eq!((found.0.as_str(), found.1, found.2), expected, "{id}");
        }
    }

    async fn what_may_not_be_known_answers_as_what_does_not_exist(s: Locked) {
        let g = three_estimates(s).await;
        let member = g.holder("member", Role::Drafter, "yt").await;
        let (_, stranger) = g.caller("stranger").await;
        for secret in [&member, &stranger] {
            let hidden = g.h.budget_as(secret).get_estimate(get("t")).await.unwrap_err();
            let missing = g.h.budget_as(secret).get_estimate(get("nothing")).await.unwrap_err();
            assert_eq!(shape(&hidden, "dt/estimates/t"), shape(&missing, "dt/estimates/nothing"));
            let delete = |id: &str| pb::DeleteEstimateRequest { name: get(id).name, etag: "\"x-1\"".to_owned(), ..Default::default() };
            let hidden = g.h.budget_as(secret).delete_estimate(delete("t")).await.unwrap_err();
            let missing = g.h.budget_as(secret).delete_estimate(delete("nothing")).await.unwrap_err();
            assert_eq!(shape(&hidden, "dt/estimates/t"), shape(&missing, "dt/estimates/nothing"));
        }
        let unit = |id: &str| pb::GetUnitRequest { key: Some(pb::get_unit_request::Key::Name(unit_name("dt", id))), read_at: None };
        let hidden = g.h.organisation_as(&stranger).get_unit(unit("yt")).await.unwrap_err();
        let missing = g.h.organisation_as(&stranger).get_unit(unit("nothing")).await.unwrap_err();
        assert_eq!(shape(&hidden, "dt/units/yt"), shape(&missing, "dt/units/nothing"));
        refused(g.h.budget_as(&stranger).list_estimates(list()).await, Code::PermissionDenied, "ROLE_MISSING");
        // At an old revision it is as hidden as now.
        let old = pb::GetEstimateRequest { read_at: Some(crate::budget::at(12)), ..get("e") };
        refused(g.h.budget_as(&member).get_estimate(old).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    }

    async fn a_kept_answer_goes_only_to_whom_may_have_it(s: Locked) {
        let g = three_estimates(s).await;
        let (first, second) = (g.holder("first", Role::Reader, "khcn").await, g.holder("second", Role::Reader, "khcn").await);
        let other = g.holder("other", Role::Reader, "yt").await;
        for _ in 0..3 {
            g.h.budget_as(&first).get_estimate(get("e")).await.unwrap();
            g.h.budget_as(&second).get_estimate(get("e")).await.unwrap();
            refused(g.h.budget_as(&other).get_estimate(get("e")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        }
        // The end of the grant is the end of the answer, also of one that is kept.
        let list = pb::ListGrantsRequest { parent: jurisdiction_name("dt"), principal: "principals/first".to_owned(), ..Default::default() };
        let grants = g.h.access_as(&g.an).list_grants(list).await.unwrap().into_inner().grants;
        g.h.access_as(&g.an).revoke_grant(revoke(grants.first().unwrap())).await.unwrap();
        refused(g.h.budget_as(&first).get_estimate(get("e")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        g.h.budget_as(&second).get_estimate(get("e")).await.unwrap();
        // And so is a move of the unit out of reach.
        let key = Some(pb::get_unit_request::Key::Name(unit_name("dt", "tt")));
        let child = g.h.organisation_as(&g.an).get_unit(pb::GetUnitRequest { key, read_at: None }).await.unwrap().into_inner();
        g.h.budget_as(&second).get_estimate(get("t")).await.unwrap();
        let away = pb::MoveUnitRequest { name: child.name, etag: child.etag, new_parent_unit: unit_name("dt", "yt"), ..Default::default() };
        g.h.organisation_as(&g.an).move_unit(away).await.unwrap();
        refused(g.h.budget_as(&second).get_estimate(get("t")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        g.h.budget_as(&other).get_estimate(get("t")).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_process_learns_of_the_end_of_a_grant_at_once() {
    let Some(s) = Locked::new(kehoach::db::Engine::Postgres).await else { return };
    let g = Ground::new(s).await;
    let reader = g.holder("reader", Role::Reader, "khcn").await;
    let first = pb::ListGrantsRequest {
        parent: jurisdiction_name("dt"),
        principal: "principals/reader".to_owned(),
        ..Default::default()
    };
    let other = g.h.another().await;
    other.budget_as(&reader).get_estimate(get("e")).await.unwrap();
    // A change of something else in between, which the other process looks through.
    let drafter = g.holder("drafter", Role::Drafter, "yt").await;
    g.h.budget_as(&drafter).create_estimate(estimate_of("y", "yt", 1)).await.unwrap();
    other.budget_as(&reader).get_estimate(get("e")).await.unwrap();
    for grant in g.h.access_as(&g.an).list_grants(first).await.unwrap().into_inner().grants {
        g.h.access_as(&g.an).revoke_grant(revoke(&grant)).await.unwrap();
    }
    refused(other.budget_as(&reader).get_estimate(get("e")).await, Code::NotFound, "RESOURCE_NOT_FOUND");
}
