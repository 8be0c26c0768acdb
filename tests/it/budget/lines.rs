//! Lines: written in batches, refused with every reason at once, listed in order.

use tonic::Code;

use super::*;
use crate::harness::{engines, refused};

engines! {
    async fn a_batch_creates_changes_and_deletes_at_once_and_moves_the_totals(h: Harness) {
        h.budget_ground().await;
        h.estimate("e1", 2024, vec![line("101", 5), line("102", 6), line("341", 7)]).await;
        let lines = h.lines_of("e1").await;
        let mut changed = lines[0].clone();
        changed.amounts = Some(pb::Amounts { requested: Some(50), budget_n1: Some(4), ..Default::default() });
        let operations = vec![
            updated(changed, &["amounts.requested"]),
            deleted(&lines[1]),
            created("mine", line("102", 1)),
        ];
        let answer = h.budget().batch_write_lines(batch("e1", operations)).await.unwrap().into_inner();
        let estimate = answer.estimate.unwrap();
        assert_eq!((requested(&estimate), estimate.line_count), (58, 3));
        assert_eq!(estimate.totals[0].amounts.unwrap().budget_n1, None, "the mask names one stage");
        let etags: Vec<bool> = answer.lines.iter().map(|line| line.etag.is_empty()).collect();
        assert_eq!(etags, [false, true, false]);
        let now = h.lines_of("e1").await;
        let seen: Vec<_> = now.iter().map(|line| (line.sequence, line.functional_code.as_str(), line.amounts.unwrap().requested)).collect();
        assert_eq!(seen, [(1, "101", Some(50)), (3, "341", Some(7)), (4, "102", Some(1))]);
        assert_eq!(now[0].etag, answer.lines[0].etag);
        assert_eq!(h.lines_at("e1", Some(lines[0].revision)).await, lines);
        h.is_sound();
    }

    async fn a_batch_is_refused_whole_with_every_reason_and_its_place(h: Harness) {
        h.budget_ground().await;
        h.estimate("e1", 2024, vec![line("101", 5)]).await;
        let lines = h.lines_of("e1").await;
        let before = h.standing();
        let mut decided = line("101", 1);
        decided.amounts.as_mut().unwrap().decided = Some(1);
        let mut basis = line("101", 7);
        (basis.quantity, basis.price) = ("2.5".to_owned(), "3".to_owned());
        let mut transfer = line("101", 1);
        transfer.nature = pb::Nature::TransferDown.into();
        let operations = vec![
            created("", line("100", 1)),
            created("", line("999", 1)),
            created("", decided),
            created("", basis),
            created("", transfer),
            created("", line("102", 1)),
        ];
        let details = refused(h.budget().batch_write_lines(batch("e1", operations)).await, Code::FailedPrecondition, "CODE_NOT_POSTABLE");
        let violations = details.precondition_failure().unwrap().violations.clone();
        let found: Vec<_> = violations.iter().map(|one| (one.r#type.as_str(), one.subject.as_str())).collect();
        assert_eq!(
            found,
            [
                ("CODE_NOT_POSTABLE", "operations[0].create.line.functional_code"),
                ("CODE_UNKNOWN", "operations[1].create.line.functional_code"),
                ("STAGE_NOT_WRITABLE", "operations[2].create.line.amounts.decided"),
                ("COST_BASIS_MISMATCH", "operations[3].create.line.amounts.requested"),
                ("COUNTERPART_INVALID", "operations[4].create.line.counterpart_unit"),
            ]
        );
        let twice = vec![deleted(&lines[0]), updated(lines[0].clone(), &["description"])];
        refused(h.budget().batch_write_lines(batch("e1", twice)).await, Code::InvalidArgument, "FIELD_INVALID");
        let mut gone = lines[0].clone();
        gone.name = format!("{}/lines/none", estimate_name("e1"));
        refused(h.budget().batch_write_lines(batch("e1", vec![deleted(&gone)])).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        let id = lines[0].name.rsplit('/').next().unwrap();
        refused(h.budget().batch_write_lines(batch("e1", vec![created(id, line("101", 1))])).await, Code::AlreadyExists, "ALREADY_EXISTS");
        refused(h.budget().batch_write_lines(batch("none", vec![created("", line("101", 1))])).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        refused(h.budget().batch_write_lines(batch("e1", Vec::new())).await, Code::InvalidArgument, "FIELD_INVALID");
        h.nothing_changed(&before);
    }

    async fn of_twelve_changes_under_one_etag_one_wins(h: Harness) {
        h.budget_ground().await;
        h.estimate("e1", 2024, vec![line("101", 5)]).await;
        let first = h.lines_of("e1").await.remove(0);
        let mut calls = tokio::task::JoinSet::new();
        for amount in 0..12 {
            let mut changed = first.clone();
            changed.amounts = Some(pb::Amounts { requested: Some(100 + amount), ..Default::default() });
            let mut client = h.budget();
            calls.spawn(async move { client.batch_write_lines(batch("e1", vec![updated(changed, &["amounts.requested"])])).await });
        }
        let outcomes = calls.join_all().await;
        let (won, lost): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!((won.len(), lost.len()), (1, 11));
        for outcome in lost {
            let details = refused(outcome, Code::Aborted, "STALE_ETAG");
            assert_eq!(details.error_info().unwrap().metadata["changed"], "amounts.requested");
        }
        h.is_sound();
    }

    async fn several_people_work_on_one_estimate_and_the_totals_are_the_sum(h: Harness) {
        h.budget_ground().await;
        h.estimate("e1", 2024, Vec::new()).await;
        let mut calls = tokio::task::JoinSet::new();
        for person in 0..8 {
            let mut client = h.budget();
            calls.spawn(async move {
                for turn in 0..10 {
                    let amount = person * 1_000 + turn;
                    client.batch_write_lines(batch("e1", vec![created("", line("101", amount))])).await.unwrap();
                }
            });
        }
        calls.join_all().await;
        let lines = h.lines_of("e1").await;
        let sum: i64 = lines.iter().map(|line| line.amounts.unwrap().requested.unwrap()).sum();
        let get = pb::GetEstimateRequest { name: estimate_name("e1"), read_at: None };
        let estimate = h.budget().get_estimate(get).await.unwrap().into_inner();
        assert_eq!((requested(&estimate), estimate.line_count, lines.len()), (sum, 80, 80));
        let sequences: Vec<i32> = lines.iter().map(|line| line.sequence).collect();
        assert_eq!(sequences, (1..=80).collect::<Vec<_>>());
        h.is_sound();
    }

    async fn what_was_read_once_is_read_again_after_many_writes(h: Harness) {
        h.budget_ground().await;
        h.estimate("e1", 2024, vec![line("101", 1), line("102", 2)]).await;
        let mut seen = Vec::new();
        for turn in 0..40 {
            let lines = h.lines_of("e1").await;
            let mut changed = lines[turn % 2].clone();
            changed.description = format!("lần {turn}");
            changed.amounts = Some(pb::Amounts { requested: Some(turn as i64), ..Default::default() });
            let written = h.budget().batch_write_lines(batch("e1", vec![updated(changed, &["description", "amounts"])])).await.unwrap();
            let revision = written.into_inner().estimate.unwrap().revision;
            seen.push((revision, h.lines_of("e1").await));
        }
        for (revision, lines) in seen {
            assert_eq!(h.lines_at("e1", Some(revision)).await, lines, "at revision {revision}");
        }
    }

    async fn lines_are_narrowed_ordered_and_paged(h: Harness) {
        h.budget_ground().await;
        let mut named = line("102", 20);
        named.description = "Hội thảo Khoa học".to_owned();
        let mut unstated = line("341", 0);
        unstated.amounts = None;
        let mut none = line("", 30);
        none.side = pb::Side::Revenue.into();
        h.estimate("e1", 2024, vec![line("101", 10), named, unstated, none, line("101", 40)]).await;
        let list = |change: &dyn Fn(&mut pb::ListLinesRequest)| {
            let mut request = pb::ListLinesRequest { parent: estimate_name("e1"), page_size: 2, ..Default::default() };
            change(&mut request);
            let h = &h;
            async move {
                let mut found = Vec::new();
                loop {
                    let page = h.budget().list_lines(request.clone()).await.unwrap().into_inner();
                    found.extend(page.lines.iter().map(|line| line.sequence));
                    request.page_token = page.next_page_token;
                    if request.page_token.is_empty() {
                        return found;
                    }
                }
            }
        };
        assert_eq!(list(&|_| {}).await, [1, 2, 3, 4, 5]);
        assert_eq!(list(&|ask| ask.order_by = "sequence desc".to_owned()).await, [5, 4, 3, 2, 1]);
        assert_eq!(list(&|ask| ask.order_by = "requested desc".to_owned()).await, [5, 4, 2, 1, 3]);
        assert_eq!(list(&|ask| ask.order_by = "requested".to_owned()).await, [1, 2, 4, 5, 3]);
        assert_eq!(list(&|ask| ask.order_by = "functional_code".to_owned()).await, [1, 5, 2, 3, 4]);
        assert_eq!(list(&|ask| ask.query = "hoi THAO".to_owned()).await, [2]);
        let filtered = |filter: pb::LineFilter| list_with(&h, filter);
        assert_eq!(filtered(pb::LineFilter { sides: vec![pb::Side::Revenue.into()], ..Default::default() }).await, [4]);
        assert_eq!(filtered(pb::LineFilter { unset_stages: vec![pb::Stage::Requested.into()], ..Default::default() }).await, [3]);
        let functional = |codes: &[&str], prefixes: &[&str], subtrees: &[&str], unset| pb::LineFilter {
            codes: vec![pb::CodeFilter {
                dimension: pb::Dimension::Functional.into(),
                codes: codes.iter().map(|code| (*code).to_owned()).collect(),
                prefixes: prefixes.iter().map(|code| (*code).to_owned()).collect(),
                subtrees: subtrees.iter().map(|code| (*code).to_owned()).collect(),
                unset,
            }],
            ..Default::default()
        };
        assert_eq!(filtered(functional(&["101"], &[], &[], false)).await, [1, 5]);
        assert_eq!(filtered(functional(&[], &["10"], &[], false)).await, [1, 2, 5]);
        assert_eq!(filtered(functional(&[], &[], &["100"], true)).await, [1, 2, 4, 5]);
        assert_eq!(filtered(functional(&["341"], &["102"], &[], false)).await, [2, 3]);
    }

    async fn a_figure_changed_behind_the_journal_is_found(h: Harness) {
        h.budget_ground().await;
        let made = h.estimate("e1", 2024, vec![line("101", 5), line("102", 6)]).await;
        h.is_sound();
        h.sql("UPDATE line_versions SET requested = 7, functional = '999' WHERE functional = '101'");
        let faults = h.faults();
        let expected = [
            format!("the rows of revision {} are not those that were written", made.revision),
            "the totals of EXPENDITURE RECURRENT NOT_APPLICABLE are not the sum of its lines".to_owned(),
            "its functional code is not in the scheme".to_owned(),
        ];
        assert_eq!(faults.len(), expected.len(), "{faults:?}");
        for (fault, expected) in faults.iter().zip(expected) {
            assert!(fault.contains(&expected), "{fault}");
        }
    }

    async fn one_line_is_read_by_its_name(h: Harness) {
        h.budget_ground().await;
        let mut full = line("101", 8);
        (full.quantity, full.price, full.norm) = ("2.5".to_owned(), "1.6".to_owned(), "2".to_owned());
        full.original_currency = Some(pb::OriginalCurrency {
            currency_code: "USD".to_owned(),
            amount: "-12.5".to_owned(),
            rate: "25000.12".to_owned(),
        });
        full.baseline = pb::Baseline::NewSpending.into();
        full.content = pb::ScienceContent::Innovation.into();
        full.channel = pb::FundChannel::ViaFund.into();
        full.delegated = true;
        h.estimate("e1", 2024, vec![full.clone()]).await;
        let listed = h.lines_of("e1").await.remove(0);
        let get = pb::GetLineRequest { name: listed.name.clone(), read_at: None };
        let found = h.budget().get_line(get).await.unwrap().into_inner();
        assert_eq!(found, listed);
        let (name, etag) = (found.name.clone(), found.etag.clone());
        let expected = pb::Line { name, etag, sequence: 1, revision: found.revision, autonomy: pb::Autonomy::NotApplicable.into(), ..full };
        assert_eq!(found, expected);
        let missing = pb::GetLineRequest { name: format!("{}/lines/none", estimate_name("e1")), read_at: None };
        refused(h.budget().get_line(missing).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    }
}

async fn list_with(h: &Harness, filter: pb::LineFilter) -> Vec<i32> {
    let request = pb::ListLinesRequest { parent: estimate_name("e1"), filter: Some(filter), ..Default::default() };
    h.budget().list_lines(request).await.unwrap().into_inner().lines.iter().map(|line| line.sequence).collect()
}
