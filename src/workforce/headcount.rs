//! The three counts of a day: what is assigned, who is present, who works under a contract. Pure.

use std::collections::BTreeMap;

use super::model::staffing::Assigned;
use super::model::{Grade, PlannedGroup, StaffGroup, StaffKind};

/// The counts of a unit on a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Civil servants and public employees.
    pub established: Vec<Row>,
    /// Contracts, which are in none of the others.
    pub contracts: Vec<Row>,
}

/// The counts of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The kind.
    pub staff_kind: StaffKind,
    /// What an act assigned, and its number.
    pub assigned: Option<(i64, String)>,
    /// Who is present.
    pub present: i64,
}

/// Whether the people of a group are there on a day; its posts are, where it is vacant.
pub fn is_there(group: &StaffGroup, day: &str) -> bool {
    let begun = group.starts_on.as_deref().is_none_or(|first| first <= day);
    begun && group.ends_on.as_deref().is_none_or(|end| day < end)
}

/// Counts a day. `quotas` are those of the unit that hold on it.
pub fn summarize(groups: &[PlannedGroup], quotas: &[Assigned], day: &str) -> Summary {
    let mut rows: BTreeMap<StaffKind, Row> = BTreeMap::new();
    let empty = |staff_kind| Row { staff_kind, assigned: None, present: 0 };
    for given in quotas {
        let kind = given.quota.staff_kind;
        rows.entry(kind).or_insert_with(|| empty(kind)).assigned = Some((given.quota.count, given.act_number.clone()));
    }
    for PlannedGroup { group, .. } in groups.iter().filter(|one| is_there(&one.group, day)) {
        if group.grade != Grade::Vacant {
            rows.entry(group.staff_kind).or_insert_with(|| empty(group.staff_kind)).present += group.count;
        }
    }
    let (contracts, established) = rows.into_values().partition(|row: &Row| row.staff_kind.is_contract());
    Summary { established, contracts }
}

#[cfg(test)]
pub mod tests {
    use super::super::model::staffing::Quota;
    use super::*;

    pub fn group(id: &str, staff_kind: StaffKind, count: i64, grade: Grade) -> PlannedGroup {
        let group = StaffGroup {
            display_name: String::new(),
            staff_kind,
            count,
            full_time_bp: 10_000,
            grade,
            preserved: 0,
            next_step_on: None,
            starts_on: None,
            ends_on: None,
            given: Vec::new(),
        };
        PlannedGroup { id: id.to_owned(), sequence: 1, group, revision: 1 }
    }

    pub fn assigned(staff_kind: StaffKind, starts_on: &str, ends_on: &str, count: i64) -> Assigned {
        let quota = Quota {
            plan: "w".to_owned(),
            demand: "d".to_owned(),
            number: 0,
            unit: "khcn".to_owned(),
            staff_kind,
            starts_on: starts_on.to_owned(),
            ends_on: ends_on.to_owned(),
            count,
            revision: 1,
        };
        Assigned {
            quota,
            act_number: "45/QĐ-UBND".to_owned(),
            act_signed_on: "2025-12-20".to_owned(),
            act_authority: "UBND".to_owned(),
        }
    }

    #[test]
    fn assigned_present_and_contracts_are_three_counts() {
        use StaffKind::{CivilServant, SupportContract};
        let grade = Grade::Coefficient(23_400);
        let mut late = group("late", CivilServant, 5, grade.clone());
        late.group.starts_on = Some("2026-07-01".to_owned());
        let groups = [
            group("a", CivilServant, 49, grade.clone()),
            group("v", CivilServant, 3, Grade::Vacant),
            late,
            group("c", SupportContract, 8, grade),
        ];
        let quotas = [assigned(CivilServant, "2026-01-01", "2027-01-01", 52)];
        let told = |rows: &[Row]| {
            rows.iter()
                .map(|row| (row.staff_kind, row.assigned.clone().map(|given| given.0), row.present))
                .collect::<Vec<_>>()
        };
        let june = summarize(&groups, &quotas, "2026-06-30");
        assert_eq!(told(&june.established), [(CivilServant, Some(52), 49)]);
        assert_eq!(told(&june.contracts), [(SupportContract, None, 8)]);
        assert_eq!(told(&summarize(&groups, &quotas, "2026-07-01").established), [(CivilServant, Some(52), 54)]);
    }
}
