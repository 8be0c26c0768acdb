//! What an amendment would change: the text in force against the head, or any two moments.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Endorse, Submit};
use tonic::Code;

use super::*;
use crate::budget::at;
use crate::harness::{engines, refused};

async fn compare(h: &Harness, change: impl Fn(&mut pb::ComparePlanRequest)) -> pb::ComparePlanResponse {
    let mut request = pb::ComparePlanRequest { name: plan_name("p"), ..Default::default() };
    change(&mut request);
    h.plans().compare_plan(request).await.unwrap().into_inner()
}

fn told(answer: &pb::ComparePlanResponse) -> Vec<String> {
    let id = |item: &Option<pb::PlanItem>| item.as_ref().map(|item| item.name.rsplit('/').next().unwrap().to_owned());
    let one = |one: &pb::PlanItemDifference| {
        format!(
            "{:?} {:?} {}",
            id(&one.left).unwrap_or_default(),
            id(&one.right).unwrap_or_default(),
            one.changed_fields.join(",")
        )
    };
    answer.differences.iter().map(one).collect()
}

engines! {
    async fn an_amendment_is_shown_against_the_text_in_force(h: Harness) {
        h.planned("p").await;
        h.carried("p", &[Submit, Endorse, Appraise, Approve, Amend]).await;
        let items = h.items("p").await;
        let operations = vec![replaced(&items[0], goal("Khác")), deleted(&items[3]), created("n", goal("Mới"))];
        h.plans().batch_write_plan(by("drafter", batch("p", operations))).await.unwrap();
        let plan = h.get_plan("p").await;
        let new = pb::Plan { name: plan.name, title: "Điều chỉnh".to_owned(), ..Default::default() };
        let update = pb::UpdatePlanRequest { plan: Some(new), etag: plan.etag, ..Default::default() };
        h.plans().update_plan(by("drafter", update)).await.unwrap();
        let in_force = Some(pb::ReadAt { in_force: true, ..Default::default() });
        let amended = compare(&h, |m| m.left = in_force).await;
        assert_eq!(told(&amended), ["\"g\" \"g\" title", "\"f\" \"\" ", "\"\" \"n\" "]);
        assert_eq!(amended.changed_fields, ["title"]);
        assert_eq!((amended.changed_count, amended.removed_count, amended.added_count, amended.unchanged_count), (1, 1, 1, 2));
        let (left, right) = (amended.left.unwrap(), amended.right.unwrap());
        assert_eq!((left.etag.as_str(), right.title.as_str()), ("", "Điều chỉnh"));
        assert_eq!(told(&compare(&h, |_| ()).await), [""; 0]);
    }

    async fn pages_agree_whatever_is_written_between_them(h: Harness) {
        let first = h.planned("p").await;
        let items = h.items("p").await;
        let operations = vec![replaced(&items[0], goal("Khác")), created("n", goal("Mới"))];
        h.plans().batch_write_plan(batch("p", operations)).await.unwrap();
        let since = at(first.revision);
        let one = compare(&h, |m| (m.left, m.page_size) = (Some(since), 1)).await;
        h.plans().batch_write_plan(batch("p", vec![created("later", goal("Sau"))])).await.unwrap();
        let token = one.next_page_token.clone();
        let two = compare(&h, |m| (m.left, m.page_size, m.page_token) = (Some(since), 1, token.clone())).await;
        assert_eq!([told(&one), told(&two)].concat(), ["\"g\" \"g\" title", "\"\" \"n\" "]);
        assert_eq!((two.next_page_token.as_str(), two.right_revision, two.added_count), ("", one.right_revision, 1));
    }

    async fn a_text_that_was_never_approved_is_not_there(h: Harness) {
        h.planned("p").await;
        let left = Some(pb::ReadAt { in_force: true, ..Default::default() });
        let ask = pb::ComparePlanRequest { name: plan_name("p"), left, ..Default::default() };
        refused(h.plans().compare_plan(ask).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    }
}
