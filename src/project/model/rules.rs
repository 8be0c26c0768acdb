//! The invariants of a project that hold whatever moves it: money that adds up, what is frozen, who leads. Pure.

use std::collections::BTreeMap;

use super::states::State;
use super::{Level, Project, is_state};
use crate::classification::model::FinancingClass;
use crate::error::{Reason, Refusal};
use crate::word::Word;

/// The most years that a project covers.
pub const YEARS_MAX: i64 = 10;

/// A refusal by a rule, with what the rule rests on.
pub fn broken(rule: &'static str, basis: &str, subject: String, text: &str) -> Refusal {
    Refusal { rule: Some(rule), ..Refusal::new(Reason::ProjectRule, subject, format!("{rule} ({basis}): {text}")) }
}

/// Why the money does not add up: PRJ-01 and PRJ-02.
pub fn money(project: &Project, path: &str) -> Vec<Refusal> {
    const FORM: &str = "Mẫu 13.3";
    let mut refusals = Vec::new();
    let planned: i128 = project.funding.values().map(|money| i128::from(money.planned)).sum();
    let sources: i128 = project.sources.values().map(|amount| i128::from(*amount)).sum();
    if let Some(total) = project.total.map(i128::from) {
        if !project.sources.is_empty() && sources != total {
            let text = format!("the sources add to {sources}, the total is {total}");
            refusals.push(broken("PRJ-01", FORM, format!("{path}.sources"), &text));
        }
        if !project.funding.is_empty() && planned != total {
            let text = format!("the years add to {planned}, the total is {total}");
            refusals.push(broken("PRJ-01", FORM, format!("{path}.funding"), &text));
        }
    }
    let (mut by_class, mut assigned) = (BTreeMap::new(), BTreeMap::new());
    for ((_, class), money) in &project.funding {
        *by_class.entry(*class).or_insert(0i128) += i128::from(money.planned);
        *assigned.entry(*class).or_insert(0i128) += i128::from(money.assigned.unwrap_or_default());
    }
    let source = |class: FinancingClass| i128::from(project.sources.get(&class).copied().unwrap_or_default());
    if !project.sources.is_empty() && !project.funding.is_empty() {
        for class in FinancingClass::ALL {
            let years = by_class.get(class).copied().unwrap_or_default();
            if years != source(*class) {
                let text = format!("{} has {} in the sources and {years} in the years", class.as_str(), source(*class));
                refusals.push(broken("PRJ-01", FORM, format!("{path}.funding"), &text));
            }
        }
    }
    let state: i128 =
        project.sources.iter().filter(|(class, _)| is_state(**class)).map(|(_, one)| i128::from(*one)).sum();
    if let Some(approved) = project.traces.approved_state.map(i128::from).filter(|approved| state > *approved) {
        let text = format!("the part of the state budget is {state}, and {approved} were approved");
        refusals.push(broken("PRJ-01", FORM, format!("{path}.sources"), &text));
    }
    for (class, assigned) in assigned {
        if assigned > source(class) {
            let text = format!("{} has {assigned} assigned, and {} were approved", class.as_str(), source(class));
            refusals.push(broken("PRJ-02", "TTLT27/2015", format!("{path}.funding"), &text));
        }
    }
    refusals
}

/// Why the years are not right: those of the project, and those of its money.
pub fn years(project: &Project, path: &str) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let Project { first_year, last_year, .. } = *project;
    if !(first_year..first_year + YEARS_MAX).contains(&last_year) {
        let text = format!("{first_year} to {last_year} are not 1 to {YEARS_MAX} years");
        refusals.push(Refusal::new(Reason::ProjectYearOutside, format!("{path}.last_year"), text));
    }
    let mut outside: Vec<i64> = project.funding.keys().map(|(year, _)| *year).collect();
    outside.dedup();
    for year in outside.into_iter().filter(|year| !(first_year..=last_year).contains(year)) {
        let text = format!("{year} is not one of the years {first_year} to {last_year}");
        refusals.push(Refusal::new(Reason::ProjectYearOutside, format!("{path}.funding"), text));
    }
    refusals
}

/// Why a change is refused in the state that the project is in: PRJ-07 and its neighbours.
pub fn frozen(old: &Project, new: &Project, path: &str) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let at = |field: &str| format!("{path}.{field}");
    let after_approval = [
        (old.title != new.title, "title"),
        (old.objective != new.objective, "objective"),
        (old.product != new.product, "product"),
        (old.payment != new.payment, "payment"),
        (old.total != new.total, "total_amount"),
    ];
    if old.state.has_reached(State::Approved) {
        for (_, field) in after_approval.into_iter().filter(|(changes, _)| *changes) {
            let text = "title, objective, product, payment and total stay as they were approved";
            refusals.push(broken("PRJ-07", "TTLT27/2015", at(field), text));
        }
    }
    let fixed = [
        (State::Listed, old.method != new.method, "method"),
        (State::Listed, old.list != new.list, "list"),
        (State::Approved, old.kind != new.kind, "kind"),
        (State::Approved, old.level != new.level, "level"),
        (State::Contracted, old.starts_on != new.starts_on, "starts_on"),
        (State::Contracted, old.ends_on != new.ends_on, "ends_on"),
    ];
    for (state, changes, field) in fixed {
        if changes && old.state.has_reached(state) {
            let text = format!("does not change from {} on; the project is {}", state.as_str(), old.state.as_str());
            refusals.push(Refusal::new(Reason::ProjectFixed, at(field), text));
        }
    }
    if old.state.is_final() || old.state == State::Failed {
        let text = format!("{} is {}, and changes no more", old.name(), old.state.as_str());
        refusals.push(Refusal::new(Reason::ProjectFixed, path, text));
    }
    refusals
}

/// Another project that somebody leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Led {
    /// Its resource name.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// Where it stands.
    pub state: State,
    /// The last day but one on which its results are in time: results are overdue from this day on.
    pub overdue_from: Option<String>,
}

/// Why two persons may not lead a project together: PRJ-11.
pub fn persons(project: &Project, path: &str) -> Vec<Refusal> {
    let same = project.lead.is_some() && project.lead == project.secretary;
    let text = "leader and scientific secretary are two persons";
    same.then(|| broken("PRJ-11", LEADERS, format!("{path}.secretary"), text)).into_iter().collect()
}

/// What PRJ-11 rests on.
const LEADERS: &str = "TT20/2023, TT02/2023";

/// Why somebody may not lead a project on a day, given what else they lead: PRJ-11.
pub fn leader(project: &Project, led: &[Led], day: &str, path: &str) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let subject = || format!("{path}.lead");
    for other in led.iter().filter(|other| other.state.is_under_way()) {
        if project.level == Level::National && other.level == Level::National {
            let text = format!("the leader leads {} of the level NATIONAL already", other.name);
            refusals.push(broken("PRJ-11", LEADERS, subject(), &text));
        }
        let waits = other.state < State::ResultsSubmitted;
        if waits && other.overdue_from.as_deref().is_some_and(|from| from <= day) {
            let text = format!("the leader is overdue with the results of {}", other.name);
            refusals.push(broken("PRJ-11", LEADERS, subject(), &text));
        }
    }
    refusals
}

#[cfg(test)]
mod tests {
    use super::super::samples::proposal;
    use super::super::{Payment, YearMoney};
    use super::*;

    fn rules(refusals: &[Refusal]) -> Vec<&'static str> {
        refusals.iter().filter_map(|one| one.rule).collect()
    }

    #[test]
    fn prj_01_total_sources_and_years_are_one_sum() {
        let good = proposal();
        assert_eq!(money(&good, "project"), []);
        let fewer = Project { total: Some(999), ..good.clone() };
        assert_eq!(rules(&money(&fewer, "project")), ["PRJ-01", "PRJ-01"]);
        let mut shifted = good.clone();
        shifted.sources = BTreeMap::from([(FinancingClass::Local, 800), (FinancingClass::Enterprise, 200)]);
        assert_eq!(rules(&money(&shifted, "project")), ["PRJ-01", "PRJ-01"]);
        // What is not stated yet ties with anything.
        let bare = Project { funding: BTreeMap::new(), ..fewer.clone() };
        assert_eq!(rules(&money(&Project { sources: BTreeMap::new(), ..bare }, "project")), [""; 0]);
        let mut more = good;
        more.traces.approved_state = Some(899);
        assert_eq!(rules(&money(&more, "project")), ["PRJ-01"]);
        more.traces.approved_state = Some(900);
        assert_eq!(money(&more, "project"), []);
    }

    #[test]
    fn prj_02_no_more_is_assigned_than_was_approved() {
        let mut project = proposal();
        let key = (2014, FinancingClass::Local);
        project.funding.insert(key, YearMoney { planned: 500, assigned: Some(900) });
        assert_eq!(money(&project, "project"), []);
        project.funding.insert(key, YearMoney { planned: 500, assigned: Some(901) });
        assert_eq!(rules(&money(&project, "project")), ["PRJ-02"]);
        // Money of another class does not make up for it.
        project.funding.insert(key, YearMoney { planned: 500, assigned: None });
        project.funding.insert((2015, FinancingClass::Enterprise), YearMoney { planned: 100, assigned: Some(101) });
        assert_eq!(rules(&money(&project, "project")), ["PRJ-02"]);
    }

    #[test]
    fn prj_07_what_was_approved_is_frozen() {
        let old = Project { state: State::BudgetAppraised, ..proposal() };
        let new = Project { payment: Some(Payment::FullLumpSum), title: "B".to_owned(), ..old.clone() };
        assert_eq!(frozen(&old, &new, "project"), []);
        let approved = |project: &Project| Project { state: State::Approved, ..project.clone() };
        assert_eq!(rules(&frozen(&approved(&old), &approved(&new), "project")), ["PRJ-07", "PRJ-07"]);
        assert_eq!(frozen(&approved(&old), &approved(&old), "project"), []);
    }

    #[test]
    fn prj_11_two_persons_lead_and_the_first_is_free() {
        let good = Project { level: Level::National, ..proposal() };
        let same = Project { secretary: good.lead.clone(), ..good.clone() };
        assert_eq!((rules(&persons(&good, "project")), rules(&persons(&same, "project"))), (vec![], vec!["PRJ-11"]));
        let led = |level, state, overdue_from: &str| Led {
            name: "x".to_owned(),
            level,
            state,
            overdue_from: Some(overdue_from.to_owned()),
        };
        let asked = |other: Led| rules(&leader(&good, &[other], "2015-01-01", "project"));
        assert_eq!(asked(led(Level::National, State::InProgress, "2016-01-01")), ["PRJ-11"]);
        assert_eq!(asked(led(Level::National, State::Accepted, "2016-01-01")), [""; 0]);
        assert_eq!(asked(led(Level::Province, State::InProgress, "2015-01-02")), [""; 0]);
        assert_eq!(asked(led(Level::Province, State::InProgress, "2015-01-01")), ["PRJ-11"]);
        assert_eq!(asked(led(Level::Province, State::ResultsSubmitted, "2015-01-01")), [""; 0]);
    }

    #[test]
    fn years_are_few_and_money_lies_in_them() {
        let good = proposal();
        assert_eq!(years(&good, "project"), []);
        let inverted = Project { last_year: 2013, ..good.clone() };
        assert_eq!(years(&inverted, "project").len(), 3);
        assert_eq!(years(&Project { last_year: 2024, ..good }, "project").len(), 1);
    }
}
