//! Items: written in batches, refused with every reason at once, listed in the order of entry.

use tonic::Code;

use super::*;
use crate::budget::at;
use crate::harness::{engines, fields, refused, request_id, violations, was_replayed};

fn ids(items: &[pb::PlanItem]) -> Vec<&str> {
    items.iter().map(|item| item.name.strip_prefix("jurisdictions/dt/plans/p/").unwrap()).collect()
}

fn formula(text: &str) -> Content {
    let derived = pb::Indicator { formula: text.to_owned(), decimals: 2, ..indicator("") };
    Content::Indicator(derived)
}

engines! {
    async fn items_are_what_was_sent_in_the_order_of_entry(h: Harness) {
        h.planned("p").await;
        let ratio = pb::Indicator {
            aggregation: pb::Aggregation::RatioOfSums.into(),
            value_kind: pb::IndicatorValueKind::Percent.into(),
            comparator: pb::Comparator::Range.into(),
            numerator: "i".to_owned(),
            denominator: "k".to_owned(),
            targets: vec![pb::Target { year: 2013, value: "-1.25".to_owned(), upper: "60.0001".to_owned() }],
            ..indicator("g")
        };
        let section = pb::PlanSection { title: "Bối cảnh".to_owned(), body: "Thực trạng\nnăm 2010".to_owned() };
        let serving = pb::PlanTask { serves: format!("{}/goals/g", plan_name("p")), partner_units: vec![unit_name("dt", "khcn")], title: "Phối hợp".to_owned(), outside_plan_reason: "x".to_owned(), ..Default::default() };
        let total = pb::PlanFunding { amount: -5, financing_class: pb::FinancingClass::Local.into(), note: "điều chỉnh".to_owned(), ..Default::default() };
        // The ratio is written before what it is computed from.
        let sent = vec![Content::Indicator(ratio), Content::Indicator(indicator("")), Content::Section(section), Content::Task(serving), Content::Funding(total)];
        let operations = sent.iter().zip(["r", "k", "s", "u", "m"]).map(|(content, id)| created(id, content.clone())).collect();
        let answer = h.plans().batch_write_plan(batch("p", operations)).await.unwrap().into_inner();
        let now = h.items("p").await;
        assert_eq!(ids(&now), ["goals/g", "indicators/i", "tasks/t", "fundings/f", "indicators/r", "indicators/k", "sections/s", "tasks/u", "fundings/m"]);
        let contents: Vec<Content> = now[4..].iter().map(|item| item.content.clone().unwrap()).collect();
        assert_eq!(contents, sent);
        assert_eq!(now.iter().map(|item| item.sequence).collect::<Vec<_>>(), (1..=9).collect::<Vec<_>>());
        let written: Vec<_> = answer.items.iter().map(|item| (item.name.clone(), item.etag.clone())).collect();
        assert_eq!(written, now[4..].iter().map(|item| (item.name.clone(), item.etag.clone())).collect::<Vec<_>>());
        assert_eq!(answer.plan.unwrap().item_count, 9);
        let one = pb::GetPlanItemRequest { name: now[4].name.clone(), read_at: None };
        assert_eq!(h.plans().get_plan_item(one).await.unwrap().into_inner(), now[4]);
        let other_kind = pb::GetPlanItemRequest { name: format!("{}/goals/i", plan_name("p")), read_at: None };
        refused(h.plans().get_plan_item(other_kind).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        h.is_sound();
    }

    async fn a_batch_creates_replaces_and_deletes_at_once_and_the_past_stays(h: Harness) {
        let plan = h.planned("p").await;
        let before = h.items("p").await;
        let retitled = Content::Goal(pb::PlanGoal { title: "Khác".to_owned(), ..Default::default() });
        let mut request = batch("p", vec![replaced(&before[0], retitled.clone()), deleted(&before[3]), created("", goal("Mới"))]);
        request.request_id = Some(request_id(7));
        let answer = h.plans().batch_write_plan(request.clone()).await.unwrap().into_inner();
        let now = h.items("p").await;
        assert_eq!((now[0].content.clone(), now[0].sequence, now.len()), (Some(retitled), 1, 4));
        assert_eq!((now[3].sequence, now[3].name.clone()), (5, answer.items[2].name.clone()));
        assert_eq!(answer.items[1].etag, "");
        assert_eq!(h.items_at("p", Some(at(plan.revision))).await, before);
        let again = h.plans().batch_write_plan(request).await.unwrap();
        assert!(was_replayed(&again));
        assert_eq!(again.into_inner(), answer);
        refused(h.plans().batch_write_plan(batch("p", vec![created("f", goal("Lại"))])).await, Code::AlreadyExists, "ALREADY_EXISTS");
        h.is_sound();
    }

    async fn a_batch_is_refused_whole_with_every_reason_and_its_place(h: Harness) {
        h.planned("p").await;
        let now = h.items("p").await;
        let late = pb::Indicator { targets: vec![pb::Target { year: 2016, value: "1".to_owned(), ..Default::default() }], ..indicator("none") };
        let lost = pb::PlanTask { title: "x".to_owned(), unit: unit_name("dt", "none"), serves: format!("{}/goals/none", plan_name("p")), ..Default::default() };
        let operations = vec![
            created("a", Content::Indicator(late)),
            created("b", formula("{a} + {none}")),
            created("c", formula("{d}")),
            replaced(&now[1], formula("{i}")),
            created("d", formula("{c}")),
            created("t2", Content::Task(lost)),
            created("m", funding("g", 2010, pb::Nature::Recurrent, 1)),
            deleted(&now[0]),
        ];
        let details = h.refuses(async { h.plans().batch_write_plan(batch("p", operations)).await }, Code::FailedPrecondition, "REFERENCE_UNKNOWN").await;
        let told = violations(&details);
        let told: Vec<_> = told.iter().map(|(reason, subject)| (reason.as_str(), subject.as_str())).collect();
        assert_eq!(
            told,
            [
                ("REFERENCE_UNKNOWN", "operations[0].create.item.indicator.goal"),
                ("PLAN_YEAR_OUTSIDE", "operations[0].create.item.indicator.targets[0].year"),
                ("REFERENCE_UNKNOWN", "operations[1].create.item.indicator.formula"),
                ("FORMULA_INVALID", "operations[2].create.item.indicator.formula"),
                ("FORMULA_INVALID", "operations[3].replace.item.indicator.formula"),
                ("FORMULA_INVALID", "operations[4].create.item.indicator.formula"),
                ("REFERENCE_UNKNOWN", "operations[5].create.item.task.unit"),
                ("REFERENCE_UNKNOWN", "operations[5].create.item.task.serves"),
                ("REFERENCE_UNKNOWN", "operations[6].create.item.funding.task"),
                ("PLAN_YEAR_OUTSIDE", "operations[6].create.item.funding.year"),
                ("ITEM_IN_USE", "operations[7].delete.name"),
            ]
        );
    }

    async fn fields_that_do_not_go_together_are_all_named(h: Harness) {
        h.planned("p").await;
        let with = |change: &dyn Fn(&mut pb::Indicator)| {
            let mut wrong = indicator("g");
            change(&mut wrong);
            created("", Content::Indicator(wrong))
        };
        let operations = vec![
            with(&|one| one.baseline.clear()),
            with(&|one| one.targets[0].value = "999999999999999".to_owned()),
            with(&|one| one.formula = "{a".to_owned()),
            with(&|one| one.value_kind = pb::IndicatorValueKind::Percent.into()),
            with(&|one| one.aggregation = pb::Aggregation::RatioOfSums.into()),
            with(&|one| one.targets[1].year = 2013),
            with(&|one| one.comparator = pb::Comparator::Range.into()),
            with(&|one| (one.value_kind, one.aggregation) = (pb::IndicatorValueKind::Text.into(), pb::Aggregation::Last.into())),
            created("", Content::Task(pb::PlanTask { title: "x".to_owned(), starts_on: "2011-02-30".to_owned(), ends_on: "2011-01-01".to_owned(), ..Default::default() })),
        ];
        let details = h.refuses(async { h.plans().batch_write_plan(batch("p", operations)).await }, Code::InvalidArgument, "FIELD_INVALID").await;
        let told: Vec<String> = fields(&details).iter().map(|field| field.replace("operations", "").replace(".create.item.", " ")).collect();
        assert_eq!(
            told,
            [
                "[0] indicator.baseline",
                "[1] indicator.targets[0].value",
                "[2] indicator.formula",
                "[3] indicator.aggregation",
                "[4] indicator.numerator",
                "[5] indicator.targets[1].year",
                "[6] indicator.targets[0].upper",
                "[6] indicator.targets[1].upper",
                "[7] indicator.baseline",
                "[7] indicator.targets",
                "[8] task.starts_on",
                "[8] task.ends_on",
            ]
        );
    }

    async fn of_two_changes_under_one_etag_one_wins_and_the_other_is_told_what_changed(h: Harness) {
        h.planned("p").await;
        let seen = h.items("p").await.remove(1);
        let with = |title: &str| Content::Indicator(pb::Indicator { title: title.to_owned(), decimals: 1, ..indicator("g") });
        h.plans().batch_write_plan(batch("p", vec![replaced(&seen, with("A"))])).await.unwrap();
        let late = h.plans().batch_write_plan(batch("p", vec![replaced(&seen, with("B"))])).await;
        let details = refused(late, Code::Aborted, "STALE_ETAG");
        let mut changed: Vec<&str> = details.error_info().unwrap().metadata["changed"].split(", ").flat_map(|part| part.split(',')).collect();
        changed.sort_unstable();
        assert_eq!(changed, ["decimals", "title"]);
        h.is_sound();
    }

    async fn items_are_found_by_kind_goal_unit_and_words(h: Harness) {
        h.planned("p").await;
        let find = |change: &dyn Fn(&mut pb::ListPlanItemsRequest)| {
            let mut request = pb::ListPlanItemsRequest { parent: plan_name("p"), ..Default::default() };
            change(&mut request);
            let mut client = h.plans();
            async move { client.list_plan_items(request).await.unwrap().into_inner().items }
        };
        assert_eq!(ids(&find(&|m| m.kinds = vec![pb::PlanItemKind::Task.into(), pb::PlanItemKind::Goal.into()]).await), ["goals/g", "tasks/t"]);
        assert_eq!(ids(&find(&|m| m.goal = "g".to_owned()).await), ["indicators/i", "tasks/t"]);
        assert_eq!(ids(&find(&|m| m.unit = unit_name("dt", "khcn")).await), ["tasks/t"]);
        assert_eq!(ids(&find(&|m| m.query = "NGHIEM thu".to_owned()).await), ["indicators/i", "tasks/t"]);
        assert_eq!(ids(&find(&|m| m.query = "khcn.03".to_owned()).await), ["indicators/i"]);
        let mut request = pb::ListPlanItemsRequest { parent: plan_name("p"), page_size: 3, ..Default::default() };
        let first = h.plans().list_plan_items(request.clone()).await.unwrap().into_inner();
        request.page_token = first.next_page_token;
        let second = h.plans().list_plan_items(request).await.unwrap().into_inner();
        assert_eq!((ids(&first.items).len(), ids(&second.items)), (3, vec!["fundings/f"]));
    }
}
