//! What the headcount of an HR plan is compared with: quotas by days, the three counts, the ages of retirement.

use kehoach::document::state::Verb::{Amend, Appraise, Approve, Endorse, Submit};
use kehoach::pb::staffing_item::Content;

use super::plans::{created as created_group, group_name, groups, plan_name};
use super::staffing::{cohort, created, demand, flow, ground, item, item_name};
use super::*;
use crate::approval::{act, by};
use crate::harness::{refused, unit_name};

engines! {
    async fn a_plan_beyond_its_quota_is_not_submitted(h: Harness) {
        ground(&h).await;
        // Ten are there and one post is vacant.
        h.workforce_plan("w").await;
        let demands = vec![created("d25", item(demand(2025, ""), Some(11))), created("d26", item(demand(2026, ""), Some(11)))];
        h.writes_staffing("drafter", "w", demands).await.unwrap();
        h.carries_workforce("w", &[Submit, Endorse, Appraise, Approve, Amend]).await;
        assert_eq!(h.findings("w").await, []);
        let late = pb::StaffGroup { starts_on: "2026-07-01".to_owned(), ends_on: "2026-07-15".to_owned(), ..servants(1, "01.003", 1) };
        h.workforce().batch_write_staff_groups(by("drafter", groups("w", vec![created_group("late", late)]))).await.unwrap();
        let found = h.findings("w").await;
        assert_eq!(found.len(), 1);
        let finding = &found[0];
        assert_eq!((finding.rule.as_str(), finding.severity(), finding.objects.as_slice()), ("HR-01", pb::Severity::Error, [plan_name("w")].as_slice()));
        let text = format!("CIVIL_SERVANT: over by 1 from 2026-07-01 to 2026-07-14: 12 planned (1 of them vacant posts), 11 assigned by 45/QĐ-UBND of {}", act("45").unwrap().signed_on);
        assert_eq!((finding.message.as_str(), finding.expected.as_str(), finding.actual.as_str()), (text.as_str(), "11", "12"));
        let details = refused(h.moves_workforce(Submit, "w").await, Code::FailedPrecondition, "FINDING");
        assert_eq!(violations(&details), [("HR-01".to_owned(), plan_name("w"))]);
        // A flow warns, and a warning is justified; arithmetic is not.
        let flows = vec![created("f25", item(Content::Flow(flow(2025, 10, 10)), None)), created("f26", item(Content::Flow(flow(2026, 11, 12)), None))];
        h.writes_staffing("drafter", "w", flows).await.unwrap();
        let rules: Vec<(String, Vec<String>)> = h.findings("w").await.into_iter().map(|one| (one.rule, one.objects)).collect();
        let expected = [("HR-01", plan_name("w")), ("HR-02", item_name("w", "flows/f26")), ("HR-01", item_name("w", "flows/f26"))];
        assert_eq!(rules, expected.map(|(rule, object)| (rule.to_owned(), vec![object])));
        h.is_sound();
    }

    async fn the_three_counts_of_a_day_never_mix(h: Harness) {
        ground(&h).await;
        h.workforce_plan("w").await;
        let contract = pb::StaffGroup { staff_kind: pb::StaffKind::SupportContract.into(), ..servants(8, "01.003", 1) };
        h.workforce().batch_write_staff_groups(by("drafter", groups("w", vec![created_group("c", contract)]))).await.unwrap();
        let count = async |on: &str| {
            let request = pb::SummarizeHeadcountRequest { name: plan_name("w"), on: on.to_owned(), read_at: None };
            let found = h.workforce().summarize_headcount(request).await.unwrap().into_inner();
            let told = |rows: &[pb::HeadcountRow]| rows.iter().map(|row| (row.staff_kind(), row.assigned_count, row.present_count, row.vacant_count)).collect::<Vec<_>>();
            assert_eq!((found.unit, found.on), (unit_name("dt", "khcn"), on.to_owned()));
            (told(&found.established), told(&found.contracts))
        };
        let (servant, contract) = (pb::StaffKind::CivilServant, pb::StaffKind::SupportContract);
        assert_eq!(count("2026-05-01").await, (vec![(servant, None, 10, None)], vec![(contract, None, 8, None)]));
        h.writes_staffing("drafter", "w", vec![created("d", item(demand(2026, ""), Some(12)))]).await.unwrap();
        h.carries_workforce("w", &[Submit, Endorse, Appraise, Approve]).await;
        assert_eq!(count("2026-05-01").await, (vec![(servant, Some(12), 10, Some(2))], vec![(contract, None, 8, None)]));
        assert_eq!(count("2025-05-01").await, (vec![(servant, None, 10, None)], vec![(contract, None, 8, None)]));
        h.is_sound();
    }

    async fn who_retires_is_known_by_month_and_row(h: Harness) {
        ground(&h).await;
        h.workforce_plan("w").await;
        // 61 years and 3 months in 2025, 61 years and a half in 2026.
        let mut stays = cohort("a", "1963-03", 1);
        if let Content::Cohort(cohort) = &mut stays {
            cohort.extension_months = 18;
            cohort.set_extension_ground(pb::ExtensionGround::Doctor);
        }
        let cohorts = vec![
            created("x", item(cohort("a", "1964-09", 1), None)),
            created("y", item(cohort("a", "1964-10", 2), None)),
            created("z", item(cohort("a", "1990-01", 6), None)),
            created("s", item(stays, None)),
        ];
        h.writes_staffing("drafter", "w", cohorts).await.unwrap();
        let request = pb::ProjectRetirementRequest { name: plan_name("w"), read_at: None };
        let found = h.workforce().project_retirement(request).await.unwrap().into_inner();
        let told: Vec<_> = found.retirements.iter().map(|one| (one.month.as_str(), one.leaves_on.as_str(), one.cohort.clone(), one.count, one.age_months, one.parameter.clone())).collect();
        let row = |month: &'static str, leaves: &'static str, cohort: &str, count, age, day: &str| (month, leaves, item_name("w", &format!("cohorts/{cohort}")), count, age, parameter_name(&format!("retirement-age.male.{day}")));
        assert_eq!(told, [
            row("2025-06", "2025-07-01", "s", 1, 729, "2023-01-01"),
            row("2025-12", "2026-01-01", "x", 1, 735, "2025-01-01"),
            row("2026-04", "2026-05-01", "y", 2, 738, "2026-01-01"),
        ]);
        assert_eq!(found.retirements[0].staff_group, group_name("w", "a"));
        assert!(found.retirements.iter().all(|one| !one.citation.is_empty() && one.provenance() == pb::Provenance::MemoryHigh));
        assert_eq!(found.years.iter().map(|year| (year.fiscal_year, year.count)).collect::<Vec<_>>(), [(2025, 2), (2026, 2)]);
        assert_eq!(h.findings("w").await, []);
        let flow25 = pb::HeadcountFlow { retired: 1, closing: 9, ..flow(2025, 10, 10) };
        h.writes_staffing("drafter", "w", vec![created("f", item(Content::Flow(flow25), None))]).await.unwrap();
        let found = h.findings("w").await;
        let told: Vec<_> = found.iter().map(|one| (one.rule.as_str(), one.message.as_str())).collect();
        assert_eq!(told, [("HR-09", "CIVIL_SERVANT 2025 retires 1, and 2 reach the age in that year")]);
        h.is_sound();
    }
}
