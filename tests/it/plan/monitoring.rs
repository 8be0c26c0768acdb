//! What was reached: recorded once however often it is sent, revised with a reason, added up by the rule of each indicator.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Endorse, Submit};
use tonic::Code;

use super::*;
use crate::budget::at;
use crate::harness::{engines, refused, request_id, revision_of, violations, was_replayed};

const TO_APPROVAL: &[Verb] = &[Submit, Endorse, Appraise, Approve];

/// A plan in force with counts of accepted and inspected ones, a derived sum, a rate, and a contest that is held or not.
async fn in_force(h: &Harness) {
    h.jurisdiction("dt").await;
    h.unit("dt", "khcn").await;
    let plain = |title: &str| pb::Indicator { title: title.to_owned(), targets: Vec::new(), ..indicator("") };
    let derived = pb::Indicator { formula: "{i} + {old}".to_owned(), ..plain("Tổng") };
    let rate = pb::Indicator {
        value_kind: pb::IndicatorValueKind::Percent.into(),
        direction: pb::IndicatorDirection::Down.into(),
        aggregation: pb::Aggregation::RatioOfSums.into(),
        numerator: "fined".to_owned(),
        denominator: "inspected".to_owned(),
        decimals: 2,
        targets: vec![pb::Target { year: 2013, value: "5".to_owned(), ..Default::default() }],
        ..plain("Tỷ lệ vi phạm")
    };
    let stock = pb::Indicator { aggregation: pb::Aggregation::Last.into(), ..plain("Đơn vị áp dụng ISO") };
    let label = pb::Indicator {
        value_kind: pb::IndicatorValueKind::Text.into(),
        aggregation: pb::Aggregation::Last.into(),
        baseline_year: 0,
        baseline: String::new(),
        ..plain("Nghị quyết")
    };
    let firms =
        pb::Indicator { aggregation: pb::Aggregation::Distinct.into(), ..plain("Doanh nghiệp được hỗ trợ") };
    let more = [
        ("old", plain("Năm trước")),
        ("sum", derived),
        ("fined", plain("Xử lý")),
        ("inspected", plain("Thanh tra")),
        ("rate", rate),
        ("stock", stock),
        ("label", label),
        ("firms", firms),
    ];
    let items =
        usual_items().into_iter().chain(more.into_iter().map(|(id, one)| new_item(id, Content::Indicator(one))));
    h.plans().create_plan(by("drafter", new_plan("p", items.collect()))).await.unwrap();
    h.carried("p", TO_APPROVAL).await;
}

async fn record(h: &Harness, actuals: Vec<pb::Actual>) -> Vec<pb::Actual> {
    h.plans().record_actuals(by("drafter", reported("p", actuals))).await.unwrap().into_inner().actuals
}

async fn review(h: &Harness, year: i32, since_revision: i64) -> pb::PlanReview {
    let request = pb::ReviewPlanRequest { name: plan_name("p"), year, since_revision, ..Default::default() };
    h.plans().review_plan(request).await.unwrap().into_inner()
}

fn row<'a>(review: &'a pb::PlanReview, id: &str) -> &'a pb::IndicatorReview {
    review.indicators.iter().find(|row| row.name.ends_with(&format!("/{id}"))).unwrap()
}

engines! {
    async fn reports_stand_beside_the_plan_and_say_the_same_however_often_they_are_sent(h: Harness) {
        in_force(&h).await;
        let plan = h.get_plan("p").await;
        let sent = vec![actual("i", 2013, "12"), pb::Actual { quarter: 3, members: vec!["b".to_owned(), "a".to_owned()], value: String::new(), ..actual("firms", 2013, "") }];
        let mut request = reported("p", sent.clone());
        request.request_id = Some(request_id(3));
        let first = h.plans().record_actuals(by("drafter", request.clone())).await.unwrap().into_inner();
        let again = h.plans().record_actuals(by("drafter", request)).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), first);
        // The same once more, as a new request: nothing changes but the journal.
        let third = h.plans().record_actuals(by("drafter", reported("p", sent))).await.unwrap();
        assert_eq!(third.into_inner(), first);
        assert_eq!((first.actuals[0].value.as_str(), &first.actuals[1].members), ("12", &vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(h.get_plan("p").await, plan, "reports do not change the plan");
        let list = |year, since_revision| pb::ListActualsRequest { parent: plan_name("p"), year, since_revision, ..Default::default() };
        let all = h.plans().list_actuals(list(0, 0)).await.unwrap().into_inner().actuals;
        assert_eq!(all.iter().map(|one| one.indicator.rsplit('/').next().unwrap()).collect::<Vec<_>>(), ["firms", "i"]);
        assert_eq!(h.plans().list_actuals(list(2012, 0)).await.unwrap().into_inner().actuals, Vec::new());
        assert_eq!(h.plans().list_actuals(list(0, first.actuals[0].revision)).await.unwrap().into_inner().actuals, Vec::new());
        let mut paged = pb::ListActualsRequest { page_size: 1, ..list(0, 0) };
        let one = h.plans().list_actuals(paged.clone()).await.unwrap().into_inner();
        paged.page_token = one.next_page_token;
        let two = h.plans().list_actuals(paged).await.unwrap().into_inner();
        assert_eq!([one.actuals, two.actuals].concat(), all);
        h.is_sound();
    }

    async fn an_official_value_is_only_revised_by_whoever_has_seen_it(h: Harness) {
        in_force(&h).await;
        let provisional = pb::ActualStatus::Provisional.into();
        let first = record(&h, vec![pb::Actual { status: provisional, ..actual("i", 2013, "11") }]).await;
        assert!(row(&review(&h, 2013, 0).await, "i").year.as_ref().unwrap().provisional);
        let blind = h.plans().record_actuals(reported("p", vec![actual("i", 2013, "12")])).await;
        refused(blind, Code::Aborted, "STALE_ETAG");
        let second = record(&h, vec![pb::Actual { etag: first[0].etag.clone(), ..actual("i", 2013, "12") }]).await;
        let late = pb::Actual { etag: second[0].etag.clone(), ..actual("i", 2013, "13") };
        h.refuses(async { h.plans().record_actuals(reported("p", vec![late.clone()])).await }, Code::FailedPrecondition, "ACTUAL_STATUS").await;
        let revised = pb::Actual { status: pb::ActualStatus::Revised.into(), reason: "Bổ sung một đề tài.".to_owned(), ..late };
        record(&h, vec![revised]).await;
        assert_eq!(row(&review(&h, 2013, 0).await, "i").year.as_ref().unwrap().value, "13");
        // As it was.
        let then = pb::ReviewPlanRequest { name: plan_name("p"), year: 2013, read_at: Some(at(second[0].revision)), ..Default::default() };
        assert_eq!(row(&h.plans().review_plan(then).await.unwrap().into_inner(), "i").year.as_ref().unwrap().value, "12");
        h.is_sound();
    }

    async fn a_review_adds_up_by_the_rule_of_each_indicator(h: Harness) {
        in_force(&h).await;
        let text = pb::Actual { text: "20-NQ/TW".to_owned(), ..actual("label", 2013, "") };
        let nothing = actual("old", 2012, "");
        record(&h, vec![
            actual("i", 2012, "7"), actual("i", 2013, "12"), actual("old", 2013, "3"), nothing, actual("fined", 2012, "1"), actual("inspected", 2012, "2"),
            actual("fined", 2013, "4"), actual("inspected", 2013, "76"), actual("stock", 2012, "44"), actual("stock", 2013, "52"), text,
            pb::Actual { members: vec!["a".to_owned(), "b".to_owned()], ..actual("firms", 2012, "") },
            pb::Actual { members: vec!["b".to_owned(), "c".to_owned()], ..actual("firms", 2013, "") },
        ]).await;
        let review = review(&h, 2013, 0).await;
        assert_eq!(review.stage(), pb::ReviewStage::MidTerm);
        let told = |id: &str| {
            let row = row(&review, id);
            let (year, period) = (row.year.as_ref().unwrap(), row.period.as_ref().unwrap());
            (year.arithmetic.clone(), period.arithmetic.clone(), year.rating().as_str_name().trim_start_matches("RATING_").to_owned())
        };
        let expected = |year: &str, period: &str, rating: &str| (year.to_owned(), period.to_owned(), rating.to_owned());
        assert_eq!(told("i"), expected("12", "7 (2012) + 12 (2013) = 19", "MET"));
        // In 2012 it was not reported, which is no zero: the sum of the period has no second part that year.
        assert_eq!(told("sum"), expected("12 + 3 = 15", "19 + 3 = 22", "NOT_MEASURED"));
        assert_eq!(told("rate"), expected("4 / 76 * 100 ≈ 5.26", "5 / 78 * 100 ≈ 6.41", "AT_RISK"));
        assert_eq!(told("stock"), expected("52 (reported for 2013)", "52 (reported for 2013)", "NOT_MEASURED"));
        assert_eq!(told("firms").1, "3 different in 2 reports = 3");
        assert_eq!(row(&review, "label").year.as_ref().unwrap().text, "20-NQ/TW");
        assert_eq!(row(&review, "old").period.as_ref().unwrap().missing_years, [2011, 2012]);
        let counts: Vec<_> = review.ratings.iter().map(|one| one.count).collect();
        assert_eq!(counts, [1, 1, 0, 7]);
        let (period, attained) = (row(&review, "i").period.as_ref().unwrap(), row(&review, "i").year.as_ref().unwrap().attained_bp);
        assert_eq!((period.rating(), period.target.as_ref().unwrap().value.as_str(), attained), (pb::Rating::AtRisk, "50.5", Some(12_000)));
        assert!(review.money.is_empty(), "the money is the task's");
    }

    async fn a_review_says_what_changed_since_another_and_which_tasks_are_late(h: Harness) {
        in_force(&h).await;
        record(&h, vec![actual("i", 2012, "7")]).await;
        let since = revision_of(&h.plans().get_plan(pb::GetPlanRequest { name: plan_name("p"), read_at: None }).await.unwrap());
        record(&h, vec![actual("i", 2011, "2")]).await;
        let changed = review(&h, 2012, since).await;
        let period = row(&changed, "i").period.clone().unwrap();
        assert_eq!((period.value.as_str(), period.previous_value.as_deref(), period.changed), ("9", Some("7"), true));
        assert!(!row(&changed, "i").year.as_ref().unwrap().changed);
        assert!(!changed.tasks[0].overdue && review(&h, 2015, 0).await.tasks[0].overdue);
        let task = format!("{}/tasks/t", plan_name("p"));
        let progress = vec![pb::TaskProgress { task, state: pb::ProgressState::DoneLate.into(), done_bp: Some(10_000), note: "Xong.".to_owned(), ..Default::default() }];
        let request = pb::RecordActualsRequest { parent: plan_name("p"), progress, ..Default::default() };
        let recorded = h.plans().record_actuals(by("drafter", request)).await.unwrap().into_inner();
        let last = review(&h, 2015, 0).await;
        assert_eq!((last.stage(), last.tasks[0].overdue), (pb::ReviewStage::Final, false));
        assert_eq!(last.tasks[0].progress.as_ref(), recorded.progress.first());
        h.is_sound();
    }

    async fn every_number_can_be_asked_for_its_parts(h: Harness) {
        in_force(&h).await;
        record(&h, vec![actual("fined", 2013, "4"), actual("inspected", 2013, "76")]).await;
        let explain = |id: &str, year| {
            let (mut client, name) = (h.plans(), format!("{}/indicators/{id}", plan_name("p")));
            async move { client.explain_indicator(pb::ExplainIndicatorRequest { name, year, read_at: None }).await.unwrap().into_inner() }
        };
        let rate = explain("rate", 2013).await;
        assert_eq!((rate.value.as_ref().unwrap().value.as_str(), rate.formula.as_str(), rate.actuals.len()), ("5.26", "{fined} / {inspected}", 0));
        let parts: Vec<_> = rate.parts.iter().map(|part| (part.title.as_str(), part.value.as_str())).collect();
        assert_eq!(parts, [("Xử lý", "4"), ("Thanh tra", "76")]);
        let fined = explain("fined", 0).await;
        assert_eq!((fined.first_year, fined.last_year, fined.actuals[0].evidence.as_str()), (2011, 2015, "Báo cáo tổng kết"));
        assert_eq!(fined.value.unwrap().missing_years, [2011, 2012, 2014, 2015]);
        let nothing = explain("rate", 2014).await.value.unwrap();
        assert_eq!((nothing.value.as_str(), nothing.arithmetic.as_str()), ("", "(fined: no value) / (inspected: no value) * 100: fined has no value"));
    }

    async fn what_is_wrong_with_reports_is_told_at_once_and_nothing_is_kept(h: Harness) {
        in_force(&h).await;
        let wrong = vec![
            actual("i", 2016, "1"),
            actual("sum", 2013, "1"),
            actual("i", 2013, "1.5"),
            actual("label", 2013, "1"),
            pb::Actual { text: "x".to_owned(), ..actual("stock", 2013, "") },
            pb::Actual { members: vec!["a".to_owned()], ..actual("old", 2013, "") },
        ];
        let details = h.refuses(async { h.plans().record_actuals(reported("p", wrong)).await }, Code::FailedPrecondition, "PLAN_YEAR_OUTSIDE").await;
        let told = violations(&details);
        let told: Vec<_> = told.iter().map(|(reason, subject)| (reason.as_str(), subject.as_str())).collect();
        assert_eq!(
            told,
            [
                ("PLAN_YEAR_OUTSIDE", "actuals[0].year"),
                ("ACTUAL_DERIVED", "actuals[1].indicator"),
                ("ACTUAL_UNFIT", "actuals[2].value"),
                ("ACTUAL_UNFIT", "actuals[3].value"),
                ("ACTUAL_UNFIT", "actuals[4].value"),
                ("ACTUAL_UNFIT", "actuals[5].value"),
            ]
        );
    }

    async fn a_review_measures_against_the_text_in_force_while_an_amendment_is_drafted(h: Harness) {
        in_force(&h).await;
        record(&h, vec![actual("i", 2013, "12")]).await;
        h.carried("p", &[Amend]).await;
        let item = h.items("p").await.into_iter().find(|item| item.name.ends_with("/i")).unwrap();
        let raised = pb::Indicator { targets: vec![pb::Target { year: 2013, value: "20".to_owned(), ..Default::default() }], ..indicator("g") };
        h.plans().batch_write_plan(by("drafter", batch("p", vec![replaced(&item, Content::Indicator(raised))]))).await.unwrap();
        assert_eq!(row(&review(&h, 2013, 0).await, "i").year.as_ref().unwrap().rating(), pb::Rating::Met);
        h.carried("p", TO_APPROVAL).await;
        assert_eq!(row(&review(&h, 2013, 0).await, "i").year.as_ref().unwrap().rating(), pb::Rating::NotMet);
    }
}
