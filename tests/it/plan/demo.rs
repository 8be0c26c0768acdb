//! The demonstration: every figure of the review of 2013 comes back, and nothing in it is a real province.

use std::collections::BTreeMap;

use kehoach::client::{Demo, Failure, load_demo};
use kehoach::pb;

use crate::harness::{Harness, engines};

/// Code, whether it was reached (A), planned (P), context (C) or is derived (D), and the figure of the text.
pub const FIGURES: &[(&str, &str, &str)] = &[
    ("FIN.01", "A", "2"),
    ("FIN.02", "A", "1"),
    ("FIN.03", "A", "1"),
    ("KHCN.01", "A", "7"),
    ("KHCN.02", "A", "2"),
    ("KHCN.03", "A", "12"),
    ("KHCN.04", "A", "1"),
    ("KHCN.05", "D", "9"),
    ("CS.01", "A", "8"),
    ("CS.02", "A", "1"),
    ("CS.03", "A", "10"),
    ("CS.04", "A", "1"),
    ("UD.01", "A", "7"),
    ("UD.02", "A", "3"),
    ("UD.03", "D", "10"),
    ("TT.01", "A", "1"),
    ("ISO.01", "A", "44"),
    ("ISO.02", "A", "8"),
    ("ISO.03", "D", "52"),
    ("TR.01", "A", "8"),
    ("TR.02", "A", "76"),
    ("TR.03", "A", "4"),
    ("TR.04", "C", "4"),
    ("TR.05", "D", "5.26"),
    ("TR.06", "D", "9.5"),
    ("PLN.01", "C", "2010-2015"),
    ("PLN.02", "C", "01/11/2012"),
    ("PLN.03", "P", "7"),
    ("PLN.04", "P", "100"),
    ("PLN.05", "C", "5"),
    ("PLN.06", "P", "4"),
    ("PLN.07", "P", "2"),
    ("PLN.08", "P", "2"),
    ("ORG.01", "C", "7"),
    ("ORG.02", "C", "5"),
    ("ORG.03", "C", "15/01/2014"),
    ("ORG.04", "C", "3"),
    ("WEB.01", "C", "7139"),
    ("WEB.02", "C", "16/01/2014"),
];

pub async fn demo(h: &Harness) {
    load_demo(&Demo { server: format!("http://{}", h.address) }).await.unwrap();
}

fn plan_name(plan: &str) -> String {
    format!("jurisdictions/minh-hoa/plans/{plan}")
}

engines! {
    async fn the_review_of_2013_gives_back_every_figure_of_the_text(h: Harness) {
        demo(&h).await;
        let request = pb::ReviewPlanRequest { name: plan_name("khcn-2011-2015"), year: 2013, ..Default::default() };
        let review = h.plans().review_plan(request).await.unwrap().into_inner();
        let rows: BTreeMap<&str, &pb::IndicatorReview> = review.indicators.iter().map(|row| (row.code.as_str(), row)).collect();
        assert_eq!((rows.len(), FIGURES.len()), (39, 39));
        for (code, kind, figure) in FIGURES {
            let row = rows[code];
            let year = row.year.as_ref().unwrap();
            let found = match *kind {
                "P" => row.targets[0].value.as_str(),
                _ if year.text.is_empty() => year.value.as_str(),
                _ => year.text.as_str(),
            };
            assert_eq!(found, *figure, "{code} {}", row.title);
            assert!(!year.arithmetic.is_empty(), "{code}");
        }
        // The three different eights are three rows, and no sum has them together.
        let derived: Vec<&str> = ["KHCN.05", "UD.03", "ISO.03", "TR.05", "TR.06"].iter().map(|code| rows[code].year.as_ref().unwrap().arithmetic.as_str()).collect();
        assert_eq!(derived, ["7 + 2 = 9", "7 + 3 = 10", "44 + 8 = 52", "4 / 76 * 100 ≈ 5.26", "76 / 8 = 9.5"]);
        h.is_sound();
    }

    async fn every_figure_has_the_sentence_that_states_it(h: Harness) {
        demo(&h).await;
        let list = pb::ListActualsRequest { parent: plan_name("khcn-2011-2015"), page_size: 1_000, ..Default::default() };
        let actuals = h.plans().list_actuals(list).await.unwrap().into_inner().actuals;
        assert_eq!(actuals.len(), 39 - 5 - 5, "all but what is planned and what is derived");
        assert!(actuals.iter().all(|actual| !actual.evidence.is_empty()));
    }

    async fn the_tasks_of_2014_serve_the_five_groups_of_the_longer_plan(h: Harness) {
        demo(&h).await;
        let list = pb::ListPlanItemsRequest { parent: plan_name("khcn-2014"), page_size: 100, ..Default::default() };
        let items = h.plans().list_plan_items(list).await.unwrap().into_inner().items;
        let goals = items.iter().filter(|item| matches!(item.content, Some(pb::plan_item::Content::Goal(_)))).count();
        let served: std::collections::BTreeSet<String> = items.iter().filter_map(|item| match &item.content {
            Some(pb::plan_item::Content::Task(task)) => Some(task.serves.clone()),
            _ => None,
        }).collect();
        assert_eq!((goals, served.len()), (5, 5));
        assert!(served.iter().all(|goal| goal.starts_with(&plan_name("khcn-2011-2015"))));
        for plan in ["khcn-2011-2015", "khcn-2014"] {
            let plan = h.plans().get_plan(pb::GetPlanRequest { name: plan_name(plan), read_at: None }).await.unwrap().into_inner();
            assert_eq!(plan.state(), pb::DocumentState::Approved);
        }
    }

    async fn it_is_loaded_once(h: Harness) {
        demo(&h).await;
        let again = load_demo(&Demo { server: format!("http://{}", h.address) }).await;
        let Err(Failure::Refused(text)) = again else { panic!("{again:?}") };
        assert!(text.starts_with("nothing was loaded: ") && text.contains("ALREADY_EXISTS"), "{text}");
    }
}
