//! Estimates: created, found by name and key, changed, deleted.

use tonic::Code;

use super::*;
use crate::harness::{engines, refused, request_id, was_replayed};

engines! {
    async fn an_estimate_is_answered_with_its_scheme_and_the_totals_of_its_lines(h: Harness) {
        h.budget_ground().await;
        let mut autonomous = line("341", 30);
        autonomous.autonomy = pb::Autonomy::Autonomous.into();
        let made = h.estimate("e1", 2024, vec![line("101", 5), line("102", -2), autonomous]).await;
        assert_eq!((made.scheme.as_str(), made.sequence, made.line_count), ("jurisdictions/dt/schemes/own", 1, 3));
        assert_eq!(made.state(), pb::DocumentState::Draft);
        let sums: Vec<_> = made.totals.iter().map(|total| (total.autonomy(), total.amounts.unwrap().requested, total.line_count)).collect();
        assert_eq!(sums, [(pb::Autonomy::Autonomous, Some(30), 1), (pb::Autonomy::NotApplicable, Some(3), 2)]);
        assert_eq!(made.totals[0].amounts.unwrap().decided, None, "what no line states is not 0");
        let get = pb::GetEstimateRequest { name: estimate_name("e1"), read_at: None };
        assert_eq!(h.budget().get_estimate(get).await.unwrap().into_inner(), made);
        let lookup = pb::LookupEstimateRequest {
            unit: unit_name("dt", "khcn"),
            fiscal_year: 2024,
            kind: pb::EstimateKind::Annual.into(),
            ..Default::default()
        };
        assert_eq!(h.budget().lookup_estimate(lookup).await.unwrap().into_inner(), made);
        h.is_sound();
    }

    async fn a_new_estimate_is_refused_with_every_reason(h: Harness) {
        h.budget_ground().await;
        h.estimate("e1", 2024, Vec::new()).await;
        let before = h.standing();
        let mut client = h.budget();
        let mut request = create("e1", 2025, Vec::new());
        refused(client.create_estimate(request.clone()).await, Code::AlreadyExists, "ALREADY_EXISTS");
        request = create("e2", 2024, Vec::new());
        request.estimate.as_mut().unwrap().sequence = 1;
        refused(client.create_estimate(request).await, Code::AlreadyExists, "ESTIMATE_KEY_TAKEN");
        request = create("e2", 2017, Vec::new());
        request.estimate.as_mut().unwrap().unit = unit_name("dt", "nobody");
        let details = refused(client.create_estimate(request).await, Code::FailedPrecondition, "REFERENCE_UNKNOWN");
        let kinds: Vec<_> = details.precondition_failure().unwrap().violations.iter().map(|one| one.r#type.clone()).collect();
        assert_eq!(kinds, ["REFERENCE_UNKNOWN", "SCHEME_MISSING"]);
        request = create("e2", 2024, Vec::new());
        request.parent = "jurisdictions/nowhere".to_owned();
        request.estimate.as_mut().unwrap().unit = unit_name("nowhere", "khcn");
        refused(client.create_estimate(request).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        let empty = pb::CreateEstimateRequest { parent: jurisdiction_name("dt"), estimate: Some(pb::Estimate::default()), ..Default::default() };
        let details = refused(client.create_estimate(empty).await, Code::InvalidArgument, "FIELD_INVALID");
        let fields: Vec<_> = details.bad_request().unwrap().field_violations.iter().map(|one| one.field.clone()).collect();
        assert_eq!(fields, ["estimate.unit", "estimate.fiscal_year", "estimate.kind"]);
        h.nothing_changed(&before);
    }

    async fn a_supplement_gets_the_next_free_number(h: Harness) {
        h.budget_ground().await;
        for expected in 1..=3 {
            let mut request = create("", 2024, Vec::new());
            request.estimate.as_mut().unwrap().kind = pb::EstimateKind::Supplement.into();
            assert_eq!(h.budget().create_estimate(request).await.unwrap().into_inner().sequence, expected);
        }
    }

    async fn a_repeat_is_answered_with_the_first_answer_even_after_a_change(h: Harness) {
        h.budget_ground().await;
        let mut request = create("", 2024, vec![line("101", 5)]);
        request.request_id = Some(request_id(1));
        let first = h.budget().create_estimate(request.clone()).await.unwrap();
        assert!(!was_replayed(&first));
        let first = first.into_inner();
        let operations = vec![created("", line("102", 7))];
        let mut change = batch(first.name.rsplit('/').next().unwrap(), operations);
        change.request_id = Some(request_id(2));
        let written = h.budget().batch_write_lines(change.clone()).await.unwrap().into_inner();
        let again = h.budget().create_estimate(request).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), first);
        let again = h.budget().batch_write_lines(change).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), written);
    }

    async fn texts_change_under_the_etag_and_the_key_never(h: Harness) {
        h.budget_ground().await;
        let made = h.estimate("e1", 2024, Vec::new()).await;
        let mut changed = made.clone();
        changed.narrative = "Thuyết minh\ndự toán".to_owned();
        changed.legal_basis = vec![pb::LegalBasis { number: "133/2025/TT-BTC".to_owned(), ..Default::default() }];
        let request = |estimate: &pb::Estimate, etag: &str| pb::UpdateEstimateRequest {
            estimate: Some(estimate.clone()),
            etag: etag.to_owned(),
            ..Default::default()
        };
        let answer = h.budget().update_estimate(request(&changed, &made.etag)).await.unwrap().into_inner();
        assert_eq!((&answer.narrative, &answer.legal_basis), (&changed.narrative, &changed.legal_basis));
        assert_ne!(answer.etag, made.etag);
        let before = h.standing();
        refused(h.budget().update_estimate(request(&changed, &made.etag)).await, Code::Aborted, "STALE_ETAG");
        changed.fiscal_year = 2025;
        refused(h.budget().update_estimate(request(&changed, &answer.etag)).await, Code::FailedPrecondition, "FIELD_IMMUTABLE");
        h.nothing_changed(&before);
        let old = pb::GetEstimateRequest { name: made.name.clone(), read_at: Some(at(made.revision)) };
        assert_eq!(h.budget().get_estimate(old).await.unwrap().into_inner(), made);
    }

    async fn a_deleted_estimate_frees_its_key_and_not_its_id(h: Harness) {
        h.budget_ground().await;
        let made = h.estimate("e1", 2024, vec![line("101", 5), line("102", 6)]).await;
        let delete = pb::DeleteEstimateRequest { name: made.name.clone(), etag: made.etag.clone(), ..Default::default() };
        h.budget().delete_estimate(delete.clone()).await.unwrap();
        let before = h.standing();
        refused(h.budget().delete_estimate(delete).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        let get = |read_at| pb::GetEstimateRequest { name: made.name.clone(), read_at };
        refused(h.budget().get_estimate(get(None)).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        refused(h.budget().create_estimate(create("e1", 2024, Vec::new())).await, Code::AlreadyExists, "ALREADY_EXISTS");
        h.nothing_changed(&before);
        assert_eq!(h.budget().get_estimate(get(Some(at(made.revision)))).await.unwrap().into_inner(), made);
        assert_eq!(h.lines_at("e1", Some(made.revision)).await.len(), 2);
        assert_eq!(h.estimate("e2", 2024, Vec::new()).await.sequence, 1);
        h.is_sound();
    }

    async fn a_copy_adds_exactly_to_the_whole_times_the_factor(h: Harness) {
        h.budget_ground().await;
        let mut with_basis = line("101", 33);
        (with_basis.quantity, with_basis.price) = ("3".to_owned(), "11".to_owned());
        let mut unstated = line("341", 0);
        unstated.amounts = None;
        h.estimate("e1", 2024, vec![with_basis, line("101", 33), line("102", 35), unstated]).await;
        let stage = |source: pb::Stage, target: pb::Stage, factor_bp| pb::StageCopy { source: source.into(), target: target.into(), factor_bp };
        let request = pb::CopyEstimateRequest {
            name: estimate_name("e1"),
            estimate_id: "e2".to_owned(),
            fiscal_year: 2025,
            kind: pb::EstimateKind::Annual.into(),
            stages: vec![
                stage(pb::Stage::Requested, pb::Stage::BudgetN1, None),
                stage(pb::Stage::Requested, pb::Stage::Requested, Some(10_350)),
            ],
            ..Default::default()
        };
        let made = h.budget().copy_estimate(request.clone()).await.unwrap().into_inner();
        assert_eq!((requested(&made), made.line_count, made.fiscal_year), (105, 4, 2025));
        let lines = h.lines_of("e2").await;
        let figures: Vec<_> = lines.iter().map(|line| line.amounts.unwrap()).map(|amounts| (amounts.budget_n1, amounts.requested)).collect();
        assert_eq!(figures, [(Some(33), Some(34)), (Some(33), Some(34)), (Some(35), Some(37)), (None, None)][..].iter().map(|(a, b)| (*a, *b)).collect::<Vec<_>>());
        assert_eq!((lines[0].quantity.as_str(), lines[0].price.as_str()), ("", ""), "the basis belongs to the old figures");
        let before = h.standing();
        refused(h.budget().copy_estimate(request.clone()).await, Code::AlreadyExists, "ALREADY_EXISTS");
        let other = |change: &dyn Fn(&mut pb::CopyEstimateRequest)| {
            let mut other = pb::CopyEstimateRequest { estimate_id: "e3".to_owned(), sequence: 2, ..request.clone() };
            change(&mut other);
            other
        };
        let decided = other(&|ask| ask.stages[0].target = pb::Stage::Decided.into());
        refused(h.budget().copy_estimate(decided).await, Code::FailedPrecondition, "STAGE_NOT_WRITABLE");
        let twice = other(&|ask| ask.stages[0].target = pb::Stage::Requested.into());
        refused(h.budget().copy_estimate(twice).await, Code::InvalidArgument, "FIELD_INVALID");
        let schemeless = other(&|ask| ask.fiscal_year = 2040);
        refused(h.budget().copy_estimate(schemeless).await, Code::FailedPrecondition, "SCHEME_MISSING");
        let missing = other(&|ask| ask.name = estimate_name("none"));
        refused(h.budget().copy_estimate(missing).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        h.nothing_changed(&before);
        h.is_sound();
    }

    async fn pages_of_estimates_do_not_shift_while_others_write(h: Harness) {
        h.budget_ground().await;
        for year in 2020..2025 {
            h.estimate(&format!("e{year}"), year, vec![line("101", 1)]).await;
        }
        let mut request = pb::ListEstimatesRequest { parent: jurisdiction_name("dt"), page_size: 2, ..Default::default() };
        let mut years = Vec::new();
        loop {
            let page = h.budget().list_estimates(request.clone()).await.unwrap().into_inner();
            years.extend(page.estimates.iter().map(|estimate| (estimate.fiscal_year, requested(estimate))));
            if page.next_page_token.is_empty() {
                break;
            }
            request.page_token = page.next_page_token;
            h.estimate(&format!("late{}", years.len()), 2018 + i32::try_from(years.len()).unwrap() % 2, Vec::new()).await;
        }
        assert_eq!(years, [(2020, 1), (2021, 1), (2022, 1), (2023, 1), (2024, 1)]);
        let filtered = pb::ListEstimatesRequest {
            parent: jurisdiction_name("dt"),
            unit: unit_name("dt", "khcn"),
            fiscal_years: vec![2021, 2023],
            ..Default::default()
        };
        let listed = h.budget().list_estimates(filtered).await.unwrap().into_inner().estimates;
        assert_eq!(listed.iter().map(|estimate| estimate.fiscal_year).collect::<Vec<_>>(), [2021, 2023]);
    }
}
