//! What differs between two versions of a project: its fields, its money, its tasks. Pure.

use std::collections::BTreeSet;

use super::{Project, Traces, YearMoney};
use crate::classification::model::FinancingClass;

/// Money of a class in a year that differs; the year 0 is the whole project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyDifference {
    /// The year.
    pub year: i64,
    /// The class.
    pub class: FinancingClass,
    /// What is there on the left.
    pub left: Option<YearMoney>,
    /// What is there on the right.
    pub right: Option<YearMoney>,
}

/// The fields in which two versions differ, as the message calls them.
pub fn changed_fields(left: &Project, right: &Project) -> Vec<&'static str> {
    let differs = [
        ("state", left.state != right.state),
        ("code", left.code != right.code),
        ("title", left.title != right.title),
        ("kind", left.kind != right.kind),
        ("level", left.level != right.level),
        ("field", left.field != right.field),
        ("method", left.method != right.method),
        ("payment", left.payment != right.payment),
        ("host", left.host != right.host),
        ("lead", left.lead != right.lead),
        ("secretary", left.secretary != right.secretary),
        ("list", left.list != right.list),
        ("first_year", left.first_year != right.first_year),
        ("last_year", left.last_year != right.last_year),
        ("starts_on", left.starts_on != right.starts_on),
        ("ends_on", left.ends_on != right.ends_on),
        ("objective", left.objective != right.objective),
        ("product", left.product != right.product),
        ("plan_tasks", left.plan_tasks != right.plan_tasks),
        ("total_amount", left.total != right.total),
        ("sources", left.sources != right.sources),
        ("funding", left.funding != right.funding),
    ];
    let own = differs.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field);
    own.chain(changed_traces(&left.traces, &right.traces)).collect()
}

fn changed_traces(left: &Traces, right: &Traces) -> Vec<&'static str> {
    let number = |traces: &Traces| traces.contract.as_ref().map(|contract| contract.number.clone());
    let signed_on = |traces: &Traces| traces.contract.as_ref().map(|contract| contract.signed_on.clone());
    let differs = [
        ("approved_amount", left.approved_total != right.approved_total),
        ("approved_state_amount", left.approved_state != right.approved_state),
        ("contract_number", number(left) != number(right)),
        ("contract_signed_on", signed_on(left) != signed_on(right)),
        ("original_ends_on", left.original_ends_on != right.original_ends_on),
        ("results_submitted_on", left.results_submitted_on != right.results_submitted_on),
        ("late_days", left.late_days != right.late_days),
        ("rating", left.rating != right.rating),
        ("accepted_on", left.accepted_on != right.accepted_on),
        ("registration_number", left.registration != right.registration),
        ("cause", left.cause != right.cause),
        ("steps", left.step_count != right.step_count),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

/// The money that differs, by year and class, the whole project first.
pub fn money(left: &Project, right: &Project) -> Vec<MoneyDifference> {
    let whole = |project: &Project, class: FinancingClass| {
        project.sources.get(&class).map(|planned| YearMoney { planned: *planned, assigned: None })
    };
    let of = |project: &Project, (year, class): (i64, FinancingClass)| {
        if year == 0 { whole(project, class) } else { project.funding.get(&(year, class)).copied() }
    };
    let both = [left, right];
    let classes = both.iter().flat_map(|project| project.sources.keys().map(|class| (0, *class)));
    let years = both.iter().flat_map(|project| project.funding.keys().copied());
    let keys: BTreeSet<(i64, FinancingClass)> = classes.chain(years).collect();
    let row = |key: (i64, FinancingClass)| MoneyDifference {
        year: key.0,
        class: key.1,
        left: of(left, key),
        right: of(right, key),
    };
    keys.into_iter().map(row).filter(|row| row.left != row.right).collect()
}

/// The tasks that one version names and another does not.
pub fn missing_tasks(here: &Project, there: &Project) -> Vec<(String, String)> {
    here.plan_tasks.iter().filter(|task| !there.plan_tasks.contains(task)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::proposal;
    use super::*;

    #[test]
    fn versions_are_compared_by_field_money_and_task() {
        let left = proposal();
        let mut right = Project { host: "Viện".to_owned(), total: Some(1_200), ..proposal() };
        right.sources.insert(FinancingClass::Local, 1_100);
        right.funding.insert((2014, FinancingClass::Local), YearMoney { planned: 500, assigned: Some(300) });
        right.funding.remove(&(2015, FinancingClass::Enterprise));
        right.plan_tasks = vec![("p".to_owned(), "t".to_owned())];
        right.traces.approved_total = Some(1_200);
        let fields = ["host", "plan_tasks", "total_amount", "sources", "funding", "approved_amount"];
        assert_eq!(changed_fields(&left, &right), fields);
        let told: Vec<_> = money(&left, &right).into_iter().map(|row| (row.year, row.left, row.right)).collect();
        let of = |planned, assigned| Some(YearMoney { planned, assigned });
        let expected = [
            (0, of(900, None), of(1_100, None)),
            (2014, of(500, None), of(500, Some(300))),
            (2015, of(100, None), None),
        ];
        assert_eq!(told, expected);
        assert_eq!(missing_tasks(&right, &left), right.plan_tasks);
        assert_eq!((changed_fields(&left, &left), missing_tasks(&left, &right)), (Vec::new(), Vec::new()));
    }
}
