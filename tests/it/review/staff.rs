//! The HR plan of the demonstration: its headcounts follow each other, pay is calculated from it, and it says that it is made up.

use std::collections::BTreeMap;

use kehoach::pb;
use kehoach::pb::staffing_item::Content;

use crate::approval::by;
use crate::harness::{Harness, engines};
use crate::plan::demo::demo;

const PLAN: &str = "jurisdictions/minh-hoa/workforcePlans/nhan-luc-2014-2020";
const MADE_UP: &str = "(số minh họa)";

async fn items(h: &Harness) -> Vec<Content> {
    let request = pb::ListStaffingRequest { parent: PLAN.to_owned(), page_size: 1_000, ..Default::default() };
    let found = h.workforce().list_staffing(by("reader", request)).await.unwrap().into_inner().items;
    found.into_iter().filter_map(|item| item.content).collect()
}

engines! {
    async fn what_closes_a_year_opens_the_next_and_is_present_on_its_last_day(h: Harness) {
        demo(&h).await;
        let mut closed: BTreeMap<(i32, i32), i32> = BTreeMap::new();
        for content in items(&h).await {
            let Content::Flow(flow) = content else { continue };
            if let Some(before) = closed.get(&(flow.staff_kind, flow.year - 1)) {
                assert_eq!(flow.opening, *before, "{flow:?}");
            }
            closed.insert((flow.staff_kind, flow.year), flow.closing);
        }
        assert_eq!(closed.len(), 2 * 7, "two segments over seven years");
        for year in 2014..=2020 {
            let request = pb::SummarizeHeadcountRequest { name: PLAN.to_owned(), on: format!("{year}-12-31"), read_at: None };
            let headcount = h.workforce().summarize_headcount(request).await.unwrap().into_inner();
            assert_eq!((headcount.established.len(), headcount.contracts.len()), (2, 1));
            for row in &headcount.established {
                assert_eq!(row.present_count, i64::from(closed[&(row.staff_kind, year)]), "{year} {row:?}");
                assert!(row.vacant_count >= Some(0) && row.act_number == "03/MH", "{year} {row:?}");
            }
        }
        let check = pb::CheckDocumentRequest { name: PLAN.to_owned(), read_at: None };
        assert_eq!(h.approval().check_document(check).await.unwrap().into_inner().findings, []);
        h.is_sound();
    }

    async fn its_people_are_paid_its_training_has_money_and_all_of_it_is_marked_as_made_up(h: Harness) {
        demo(&h).await;
        let request = pb::ProjectPayrollRequest { name: PLAN.to_owned(), read_at: None };
        let payroll = h.workforce().project_payroll(request).await.unwrap().into_inner();
        let years: Vec<i32> = payroll.years.iter().filter(|year| year.pay_amount > 0).map(|year| year.fiscal_year).collect();
        assert_eq!(years, (2014..=2020).collect::<Vec<_>>());
        let request = pb::ListStaffingRequest { parent: PLAN.to_owned(), page_size: 1_000, ..Default::default() };
        let items = h.workforce().list_staffing(request).await.unwrap().into_inner().items;
        let mut money: BTreeMap<i32, i64> = BTreeMap::new();
        for item in items {
            let decided = item.figure.as_ref().and_then(|figure| figure.decided);
            let (year, text) = match item.content.unwrap() {
                Content::Training(training) => (training.year, training.title),
                Content::Attraction(attraction) => {
                    assert_eq!(decided, Some(attraction.grant_amount * i64::from(attraction.count)));
                    (attraction.year, attraction.title)
                }
                Content::Demand(demand) => {
                    assert!(demand.note.ends_with(MADE_UP), "{demand:?}");
                    continue;
                }
                Content::Position(_) | Content::Flow(_) | Content::Cohort(_) | Content::Raise(_) => continue,
            };
            assert!(text.ends_with(MADE_UP), "{text}");
            *money.entry(year).or_default() += decided.unwrap();
        }
        assert_eq!((money.len(), money[&2014], money[&2020]), (7, 650_000_000, 900_000_000));
        let request = pb::ListStaffGroupsRequest { parent: PLAN.to_owned(), page_size: 1_000, ..Default::default() };
        let groups = h.workforce().list_staff_groups(request).await.unwrap().into_inner().staff_groups;
        assert!(!groups.is_empty() && groups.iter().all(|group| group.display_name.ends_with(MADE_UP)));
        let plan = pb::GetWorkforcePlanRequest { name: PLAN.to_owned(), read_at: None };
        assert!(h.workforce().get_workforce_plan(plan).await.unwrap().into_inner().title.ends_with(MADE_UP));
    }
}
