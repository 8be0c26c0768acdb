//! What changed of a plan since a revision: each thing once, whatever happened to it in between.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Endorse, Submit};
use pb::plan_change::Object;
use tonic::Code;

use super::*;
use crate::budget::at;
use crate::harness::{engines, refused};

async fn listed(
    h: &Harness,
    since_revision: i64,
    change: impl Fn(&mut pb::ListPlanChangesRequest),
) -> pb::ListPlanChangesResponse {
    let mut request =
        pb::ListPlanChangesRequest { parent: plan_name("p"), since_revision, page_size: 1000, ..Default::default() };
    change(&mut request);
    h.plans().list_plan_changes(request).await.unwrap().into_inner()
}

fn told(changes: &[pb::PlanChange]) -> Vec<String> {
    let one = |change: &pb::PlanChange| {
        let name = match change.object.as_ref().unwrap() {
            Object::Plan(plan) => plan.name.clone(),
            Object::Item(item) => item.name.clone(),
            Object::Actual(actual) => format!("{}@{}", actual.indicator, actual.year),
            Object::Progress(progress) => format!("{}@", progress.task),
        };
        let kind = change.kind().as_str_name().trim_start_matches("DIFFERENCE_KIND_").to_owned();
        format!("{kind} {} {}", name.rsplit('/').next().unwrap(), change.changed_fields.join(" ")).trim().to_owned()
    };
    changes.iter().map(one).collect()
}

engines! {
    async fn a_client_that_has_one_revision_gets_to_another(h: Harness) {
        h.planned("p").await;
        let first = h.revision("dt").await;
        let all = listed(&h, 0, |_| ()).await;
        assert_eq!(told(&all.changes), ["ADDED p", "ADDED f", "ADDED g", "ADDED i", "ADDED t"]);
        assert_eq!((all.revision, all.changes[1].revision), (first, first));
        assert_eq!(listed(&h, first, |_| ()).await.changes, []);
        let items = h.items("p").await;
        h.plans().batch_write_plan(by("drafter", batch("p", vec![replaced(&items[0], goal("Khác")), deleted(&items[3]), created("x", goal("X")), created("gone", goal("Y"))]))).await.unwrap();
        let middle = h.revision("dt").await;
        let gone = h.items("p").await.into_iter().find(|item| item.name.ends_with("/gone")).unwrap();
        h.plans().batch_write_plan(by("drafter", batch("p", vec![deleted(&gone)]))).await.unwrap();
        h.carried("p", &[Submit, Endorse, Appraise, Approve]).await;
        let progress = vec![pb::TaskProgress { task: format!("{}/tasks/t", plan_name("p")), state: pb::ProgressState::Late.into(), ..Default::default() }];
        let request = pb::RecordActualsRequest { progress, ..reported("p", vec![actual("i", 2012, "7"), actual("i", 2013, "9")]) };
        h.plans().record_actuals(by("drafter", request)).await.unwrap();
        let made = listed(&h, first, |_| ()).await;
        assert_eq!(
            told(&made.changes),
            ["REMOVED f", "CHANGED g title", "ADDED x", "CHANGED p state submission in_force_revision", "ADDED i@2012", "ADDED i@2013", "ADDED t@"]
        );
        assert!(made.changes.is_sorted_by_key(|change| change.revision));
        let Some(Object::Item(removed)) = &made.changes[0].object else { panic!("no item") };
        assert_eq!((removed.content.as_ref(), removed.etag.as_str()), (items[3].content.as_ref(), ""));
        let Some(Object::Item(new)) = &made.changes[1].object else { panic!("no item") };
        assert_eq!(h.items("p").await.iter().find(|item| item.name == new.name), Some(new));
        // From the middle on, what came before is no news; and at an earlier moment it is as it was then.
        assert_eq!(told(&listed(&h, middle, |_| ()).await.changes)[..2], ["REMOVED gone".to_owned(), "CHANGED p state item_count submission in_force_revision".to_owned()]);
        let then = listed(&h, first, |m| m.read_at = Some(at(middle))).await;
        assert_eq!(told(&then.changes), ["CHANGED p item_count", "REMOVED f", "CHANGED g title", "ADDED gone", "ADDED x"]);
        // Page by page it is the same.
        let (mut token, mut pages) = (String::new(), Vec::new());
        loop {
            let page = listed(&h, first, |m| (m.page_size, m.page_token) = (2, token.clone())).await;
            pages.extend(page.changes);
            token = page.next_page_token;
            if token.is_empty() { break }
        }
        assert_eq!(pages, made.changes);
        let late = pb::ListPlanChangesRequest { parent: plan_name("p"), since_revision: made.revision + 1, ..Default::default() };
        refused(h.plans().list_plan_changes(late).await, Code::FailedPrecondition, "REVISION_NOT_REACHED");
        h.is_sound();
    }

    async fn what_is_changed_and_changed_back_is_listed_without_fields(h: Harness) {
        h.planned("p").await;
        let since = h.revision("dt").await;
        let item = h.items("p").await.remove(0);
        h.plans().batch_write_plan(by("drafter", batch("p", vec![replaced(&item, goal("Khác"))]))).await.unwrap();
        let changed = h.items("p").await.remove(0);
        h.plans().batch_write_plan(by("drafter", batch("p", vec![replaced(&changed, item.content.clone().unwrap())]))).await.unwrap();
        assert_eq!(told(&listed(&h, since, |_| ()).await.changes), ["CHANGED p", "CHANGED g"]);
        h.carried("p", &[Submit, Endorse, Appraise, Approve, Amend]).await;
        let revised = h.revision("dt").await;
        assert_eq!(listed(&h, revised, |_| ()).await.changes, []);
    }
}
