//! What is kept says what is read afresh, after whatever commands: roll-ups that are brought forward, and lists.
//!
//! A roll-up of a revision that is named is always added up afresh, so each answer at the head is compared with it.

use kehoach::pb::approval_service_client::ApprovalServiceClient;
use tonic::{Request, Status};

use super::import::{column, header};
use super::*;
use crate::dice::{Dice, often};
use crate::harness::{department, engines};

const UNITS: &[&str] = &["khcn", "a", "b", "b1", "other"];
/// Estimates that are worked on: the newest.
const ESTIMATES: u64 = 8;

fn by<T>(person: &'static str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("kehoach-user", tonic::metadata::MetadataValue::from_static(person));
    request
}

fn one(dice: &mut Dice, words: &[&'static str]) -> &'static str {
    dice.of::<&str>(words)
}

/// Questions that differ in all that a roll-up can be asked for: basis, grouping, levels, kinds, stages, filters, units.
fn questions() -> Vec<pb::SummarizeBudgetRequest> {
    use pb::GroupAttribute::{Autonomy, FiscalYear, Functional, Kind, Nature, Unit};
    let by = |attributes: &[(pb::GroupAttribute, i32)]| -> Vec<pb::GroupBy> {
        attributes
            .iter()
            .map(|(attribute, level)| pb::GroupBy { attribute: (*attribute).into(), level: *level })
            .collect()
    };
    let asked = |group_by| pb::SummarizeBudgetRequest {
        parent: jurisdiction_name("dt"),
        fiscal_years: vec![2024, 2025],
        group_by,
        ..Default::default()
    };
    let below =
        |unit: &str, ask: pb::SummarizeBudgetRequest| pb::SummarizeBudgetRequest { unit: unit_name("dt", unit), ..ask };
    let subtree = pb::CodeFilter {
        dimension: pb::Dimension::Functional.into(),
        subtrees: vec!["100".to_owned()],
        ..Default::default()
    };
    let filter = |filter| pb::SummarizeBudgetRequest { filter: Some(filter), ..asked(by(&[(Functional, 0)])) };
    let basis = |basis: pb::RollupBasis, ask| pb::SummarizeBudgetRequest { basis: basis.into(), ..ask };
    vec![
        asked(by(&[])),
        below("khcn", asked(by(&[(Unit, 1), (Nature, 0), (Autonomy, 0)]))),
        below("b", asked(by(&[(Functional, 1), (FiscalYear, 0)]))),
        basis(pb::RollupBasis::Submitted, asked(by(&[(Unit, 0), (Kind, 0)]))),
        basis(pb::RollupBasis::Submitted, asked(by(&[(Functional, 0)]))),
        basis(pb::RollupBasis::InForce, asked(by(&[(Unit, 0)]))),
        basis(pb::RollupBasis::InForce, asked(by(&[(Functional, 0), (Kind, 0)]))),
        pb::SummarizeBudgetRequest { stages: vec![pb::Stage::Requested.into()], ..asked(by(&[(FiscalYear, 0)])) },
        pb::SummarizeBudgetRequest {
            kinds: vec![pb::EstimateKind::Annual.into()],
            ..below("khcn", asked(by(&[(Unit, 0)])))
        },
        filter(pb::LineFilter { codes: vec![subtree], ..Default::default() }),
        filter(pb::LineFilter { natures: vec![pb::Nature::Recurrent.into()], ..Default::default() }),
    ]
}

/// A line as chance has it; now and then a transfer, inner or to outside.
fn any_line(dice: &mut Dice) -> pb::Line {
    let drafted = line(one(dice, &["101", "102", "341"]), i64::try_from(dice.within(0..2_000)).unwrap() - 500);
    match dice.within(0..6) {
        0 => pb::Line { side: pb::Side::Revenue.into(), ..drafted },
        1 => pb::Line {
            nature: pb::Nature::TransferDown.into(),
            counterpart_unit: unit_name("dt", one(dice, UNITS)),
            ..drafted
        },
        2 => pb::Line { nature: pb::Nature::Investment.into(), autonomy: pb::Autonomy::Autonomous.into(), ..drafted },
        _ => drafted,
    }
}

struct Walk {
    h: Harness,
    dice: Dice,
    made: u64,
}

impl Walk {
    /// The answers at the head and afresh are the same, and are asked often enough that there is always something kept.
    async fn compare(&self, after: &str) {
        for (place, question) in questions().into_iter().enumerate() {
            let kept = self.h.budget().summarize_budget(question.clone()).await;
            let kept = kept.unwrap_or_else(|status| panic!("question {place} after {after}: {status:?}")).into_inner();
            let fresh = pb::SummarizeBudgetRequest { read_at: Some(at(kept.revision)), ..question };
            let fresh = self.h.budget().summarize_budget(fresh).await.unwrap().into_inner();
            assert_eq!(kept, fresh, "question {place} after {after}");
        }
    }

    /// Lists show of each estimate what it says itself, and lines are the same in one page and in several.
    async fn compare_lists(&mut self, after: &str) {
        let (mut listed, mut page_token) = (Vec::new(), String::new());
        loop {
            let (parent, page_size) = (jurisdiction_name("dt"), 7);
            let list = pb::ListEstimatesRequest { parent, page_size, page_token, ..Default::default() };
            let page = self.h.budget().list_estimates(list).await.unwrap().into_inner();
            listed.extend(page.estimates);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        for one in &listed {
            let get = pb::GetEstimateRequest { name: one.name.clone(), read_at: None };
            let alone = self.h.budget().get_estimate(get).await.unwrap().into_inner();
            let alone = pb::Estimate { narrative: String::new(), legal_basis: Vec::new(), ..alone };
            assert_eq!(*one, alone, "after {after}");
        }
        // Years are asked for one by one, and at an old revision in another way than at the head.
        let head = self.h.revision("dt").await;
        let then = i64::try_from(self.dice.within(1..head as u64 + 1)).unwrap();
        for read_at in [None, Some(at(then))] {
            let mut list = pb::ListEstimatesRequest {
                parent: jurisdiction_name("dt"),
                page_size: 1000,
                read_at,
                ..Default::default()
            };
            let whole = self.h.budget().list_estimates(list.clone()).await.unwrap().into_inner().estimates;
            list.fiscal_years = vec![2026, 2024, 2025];
            let by_year = self.h.budget().list_estimates(list).await.unwrap().into_inner().estimates;
            assert_eq!(by_year, whole, "after {after}, at {read_at:?}");
            assert!(read_at.is_some() || whole == listed, "after {after}");
        }
        if !listed.is_empty() {
            let parent = self.dice.of(&listed).name.clone();
            self.compare_lines(parent).await;
        }
    }

    async fn compare_lines(&self, parent: String) {
        let (mut lines, mut page_token) = (Vec::new(), String::new());
        loop {
            let list = pb::ListLinesRequest { parent: parent.clone(), page_size: 2, page_token, ..Default::default() };
            let page = self.h.budget().list_lines(list).await.unwrap().into_inner();
            lines.extend(page.lines);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        let whole = pb::ListLinesRequest { parent, page_size: 1000, ..Default::default() };
        assert_eq!(self.h.budget().list_lines(whole).await.unwrap().into_inner().lines, lines);
    }

    fn estimate(&mut self) -> String {
        format!("e{}", self.dice.within(self.made.saturating_sub(ESTIMATES)..self.made))
    }

    /// The id of another one, which was never used.
    fn new_estimate(&mut self) -> String {
        self.made += 1;
        format!("e{}", self.made - 1)
    }

    async fn create(&mut self) -> Result<(), Status> {
        let id = self.new_estimate();
        let lines = (0..self.dice.within(0..5)).map(|_| any_line(&mut self.dice)).collect();
        let mut request = create(&id, *self.dice.of(&[2024, 2025, 2026]), lines);
        let kinds = [pb::EstimateKind::Annual, pb::EstimateKind::Redone, pb::EstimateKind::Supplement];
        let estimate = request.estimate.as_mut().unwrap();
        (estimate.unit, estimate.kind) = (unit_name("dt", one(&mut self.dice, UNITS)), (*self.dice.of(&kinds)).into());
        self.h.budget().create_estimate(request).await.map(drop)
    }

    async fn found(&mut self) -> Result<pb::Estimate, Status> {
        let name = estimate_name(&self.estimate());
        Ok(self.h.budget().get_estimate(pb::GetEstimateRequest { name, read_at: None }).await?.into_inner())
    }

    async fn write_lines(&mut self) -> Result<(), Status> {
        let id = self.estimate();
        let request = pb::ListLinesRequest { parent: estimate_name(&id), page_size: 1000, ..Default::default() };
        let lines = self.h.budget().list_lines(request).await?.into_inner().lines;
        let mut operations = vec![created("", any_line(&mut self.dice))];
        for old in lines {
            match self.dice.within(0..4) {
                0 => operations.push(deleted(&old)),
                1 => {
                    let new = any_line(&mut self.dice);
                    let changed = pb::Line { functional_code: new.functional_code, amounts: new.amounts, ..old };
                    operations.push(updated(changed, &["functional_code", "amounts"]));
                }
                _ => {}
            }
        }
        self.h.budget().batch_write_lines(batch(&id, operations)).await.map(drop)
    }

    async fn delete(&mut self) -> Result<(), Status> {
        let found = self.found().await?;
        let delete = pb::DeleteEstimateRequest { name: found.name, etag: found.etag, ..Default::default() };
        self.h.budget().delete_estimate(delete).await.map(drop)
    }

    async fn copy(&mut self) -> Result<(), Status> {
        let (source, target) = (self.found().await?, self.new_estimate());
        let stage = pb::Stage::Requested.into();
        let request = pb::CopyEstimateRequest {
            name: source.name,
            estimate_id: target,
            fiscal_year: *self.dice.of(&[2024, 2025]),
            kind: pb::EstimateKind::Supplement.into(),
            stages: vec![pb::StageCopy { source: stage, target: stage, factor_bp: Some(11_000) }],
            ..Default::default()
        };
        self.h.budget().copy_estimate(request).await.map(drop)
    }

    async fn import(&mut self) -> Result<(), Status> {
        let found = self.found().await?;
        let mut header = header(&found);
        header.columns = vec![column("code", "functional_code"), column("amount", "amounts.requested")];
        self.h.import(header, &[b"code,amount\n101,5\n102,7\n341,11\n"]).await.map(drop)
    }

    /// The next verb of a document's life, or a step back.
    async fn live(&mut self) -> Result<(), Status> {
        use pb::DocumentState::{Appraised, Approved, Cancelled, Closed, Draft, Endorsed, Submitted, Unspecified};
        let found = self.found().await?;
        let (name, etag, back) = (found.name.clone(), found.etag.clone(), self.dice.within(0..5) == 0);
        let justifications = ["FORM-01", "FORM-02", "FORM-03", "FORM-04", "FORM-05", "FORM-06"];
        let justifications: Vec<_> =
            justifications.map(|rule| pb::Justification { rule: rule.to_owned(), text: "Theo mẫu.".to_owned() }).into();
        let reason = "Rà soát".to_owned();
        let mut client = ApprovalServiceClient::new(self.h.channel());
        let state = pb::DocumentState::try_from(found.state).unwrap();
        if back && matches!(state, Submitted | Endorsed | Appraised) {
            let to_draft = state == Submitted || self.dice.within(0..2) == 0;
            let request = pb::ReturnRequest { name, etag, to_draft, reason, ..Default::default() };
            return client.r#return(by("reviewer", request)).await.map(drop);
        }
        let done = match state {
            Draft if back => {
                let cancel = pb::CancelRequest { name, etag, reason, ..Default::default() };
                client.cancel(by("dev", cancel)).await
            }
            Draft => {
                let submit = pb::SubmitRequest { name, etag, justifications, ..Default::default() };
                client.submit(by("dev", submit)).await
            }
            Submitted => client.endorse(by("head", pb::EndorseRequest { name, etag, ..Default::default() })).await,
            Endorsed => client.appraise(by("reviewer", pb::AppraiseRequest { name, etag, ..Default::default() })).await,
            Appraised => {
                let act = Some(pb::SignedAct {
                    number: "12/QĐ-UBND".to_owned(),
                    signed_on: "2025-07-31".to_owned(),
                    authority: "Ủy ban nhân dân tỉnh".to_owned(),
                    signer: "Chủ tịch".to_owned(),
                    ..Default::default()
                });
                let approve = pb::ApproveRequest { name, act, justifications, etag, ..Default::default() };
                client.approve(by("approver", approve)).await
            }
            Approved if back => {
                client.close(by("approver", pb::CloseRequest { name, etag, reason, ..Default::default() })).await
            }
            Approved => client.amend(by("dev", pb::AmendRequest { name, etag, reason, ..Default::default() })).await,
            Closed | Cancelled | Unspecified => return Err(Status::failed_precondition("at its end")),
        };
        done.map(drop)
    }

    /// Moves a unit, opens one, or ends one.
    async fn reorganise(&mut self, number: u64) -> Result<(), Status> {
        let mut organisation = self.h.organisation();
        if self.dice.within(0..3) == 0 {
            let id = format!("n{number}");
            self.h.new_unit("dt", &id, pb::Unit { parent_unit: unit_name("dt", "khcn"), ..department(&id) }).await;
            return Ok(());
        }
        let unit = self.h.get_unit("dt", one(&mut self.dice, &["a", "b1", "other"])).await;
        let (name, etag) = (unit.name, unit.etag);
        if self.dice.within(0..6) == 0 {
            let closes_on = "2025-01-01".to_owned();
            return organisation
                .close_unit(pb::CloseUnitRequest { name, closes_on, etag, ..Default::default() })
                .await
                .map(drop);
        }
        let new_parent_unit = [unit_name("dt", "khcn"), unit_name("dt", "b"), String::new()];
        let new_parent_unit = self.dice.of(&new_parent_unit).clone();
        organisation
            .move_unit(pb::MoveUnitRequest { name, new_parent_unit, etag, ..Default::default() })
            .await
            .map(drop)
    }

    async fn step(&mut self, number: u64) -> (&'static str, Result<(), Status>) {
        match self.dice.within(0..20) {
            0..4 => ("a create", self.create().await),
            4..8 => ("a batch", self.write_lines().await),
            8 => ("a delete", self.delete().await),
            9 => ("a copy", self.copy().await),
            10 => ("an import", self.import().await),
            11..19 => ("a verb", self.live().await),
            _ => ("a reorganisation", self.reorganise(number).await),
        }
    }
}

engines! {
    async fn a_roll_up_that_is_brought_forward_is_what_it_would_be_afresh(h: Harness) {
        h.budget_ground().await;
        for (unit, parent) in [("a", "khcn"), ("b", "khcn"), ("b1", "b")] {
            h.unit_below("dt", unit, parent).await;
        }
        h.unit("dt", "other").await;
        let mut walk = Walk { h, dice: Dice::new("a_roll_up_that_is_brought_forward_is_what_it_would_be_afresh"), made: 0 };
        let steps = often("KEHOACH_TEST_COMMANDS", 150);
        let (mut done, mut kinds) = (0, std::collections::BTreeSet::new());
        for number in 0..steps {
            let (what, outcome) = walk.step(number).await;
            if outcome.is_ok() {
                done += 1;
                kinds.insert(what);
            }
            if number % 15 == 14 {
                walk.compare_lists(&format!("{what}, number {number}")).await;
            }
            // Now and then several commands lie between two questions.
            if walk.dice.within(0..3) > 0 {
                walk.compare(&format!("{what}, number {number}")).await;
            }
        }
        walk.compare("the last command").await;
        walk.compare_lists("the last command").await;
        assert!(done > steps / 3 && kinds.len() > 4, "almost everything was refused: {done} of {steps}, {kinds:?}");
    }
}
