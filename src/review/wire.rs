//! The messages of `review.proto`: those of the other slices, put together.

use super::actions::{Budget, Document, PlanPart, ReviewYear, YearReview};
use super::model::{Aim, Area, Direction, Measure};
use crate::document::kind::DocumentKind;
use crate::error::{Error, Result};
use crate::grpc::types::{count, number, number_or_none, read_at};
use crate::grpc::{FromWire, IntoWire, Sending};
use crate::id::{PlanName, UnitName};
use crate::pb;
use crate::plan::model::{Indicator, ItemKind, Target, Task};
use crate::plan::wire as plans;

impl FromWire for ReviewYear {
    type Message = pb::ReviewYearRequest;

    fn from_wire(message: Self::Message) -> Result<Self> {
        let unit = UnitName::parse(&message.unit);
        Ok(Self {
            unit: unit.ok_or_else(|| Error::invalid("unit", "is not the name of a unit"))?,
            year: i64::from(message.year),
            at_risk: Some(i64::from(message.at_risk_bp)).filter(|part| *part != 0).unwrap_or(plans::AT_RISK),
            read_at: read_at(message.read_at),
        })
    }
}

/// The name, group, code and title of a goal.
fn aimed(plan: &PlanName, aim: Aim) -> (String, String, String, String) {
    let Some((id, goal)) = aim else { return Default::default() };
    (plans::item(plan, ItemKind::Goal, &id), goal.group, goal.code, goal.title)
}

fn area(plan: &PlanName, Area { aim, measures, tasks }: Area, sending: &Sending<'_>) -> pb::WorkArea {
    let (goal, group, code, title) = aimed(plan, aim);
    pb::WorkArea {
        plan: plan.to_string(),
        goal,
        group,
        code,
        title,
        indicators: measures.into_iter().map(|one| measure(plan, one, sending)).collect(),
        tasks: tasks.into_iter().map(|one| plans::task_review_message(plan, one, sending)).collect(),
    }
}

fn measure(plan: &PlanName, one: Measure, sending: &Sending<'_>) -> pb::ReviewedIndicator {
    let Measure { review, source, actuals } = one;
    pb::ReviewedIndicator {
        source: number(source),
        value_kind: number(review.indicator.value_kind),
        comparator: number_or_none(review.indicator.comparator),
        actuals: actuals.into_iter().map(|one| plans::actual_message(plan, one, sending)).collect(),
        review: Some(plans::indicator_review_message(plan, review)),
    }
}

fn direction(plan: &PlanName, Direction { aim, tasks, targets }: Direction) -> pb::Direction {
    let (goal, group, code, title) = aimed(plan, aim);
    let task = |(id, task): (String, Task)| pb::DirectedTask {
        name: plans::item(plan, ItemKind::Task, &id),
        task: Some(plans::task_message(task, &plan.jurisdiction)),
    };
    let target = |(id, indicator, target): (String, Indicator, Target)| pb::DirectedTarget {
        name: plans::item(plan, ItemKind::Indicator, &id),
        code: indicator.code,
        title: indicator.title,
        measure: indicator.measure,
        value_kind: number(indicator.value_kind),
        comparator: number_or_none(indicator.comparator),
        target: Some(plans::target_message(target)),
        source: indicator.source,
    };
    pb::Direction {
        plan: plan.to_string(),
        goal,
        group,
        code,
        title,
        tasks: tasks.into_iter().map(task).collect(),
        targets: targets.into_iter().map(target).collect(),
    }
}

fn document(document: Document) -> pb::ReviewedDocument {
    let Document { name, kind, title, label, years: (first, last), state, in_force } = document;
    pb::ReviewedDocument {
        name,
        kind: number(kind),
        title,
        label,
        first_year: count(first),
        last_year: count(last),
        state: number(state),
        in_force_revision: in_force.unwrap_or_default(),
    }
}

fn budget(Budget { planned, expected, executed }: Budget, sending: &Sending<'_>) -> pb::ReviewedBudget {
    let message = |sums: Option<_>| sums.map(|sums: crate::budget::rollup::Summarized| sums.into_wire(sending));
    pb::ReviewedBudget { planned: message(planned), expected: message(expected), executed: message(executed) }
}

impl IntoWire for YearReview {
    type Message = pb::YearReview;

    fn into_wire(self, sending: &Sending<'_>) -> pb::YearReview {
        let ratings = plans::rating_counts(self.indicators());
        let Self { unit, display_name, year, revision, documents, plans: parts, .. } = self;
        let (mut areas, mut money, mut directions) = (Vec::new(), Vec::new(), Vec::new());
        for PlanPart { plan, span, areas: done, money: stated, directions: next } in parts {
            areas.extend(done.into_iter().map(|one| area(&plan, one, sending)));
            directions.extend(next.into_iter().map(|one| (span, direction(&plan, one))));
            if !stated.is_empty() {
                let rows = stated.into_iter().map(plans::money_review_message).collect();
                money.push(pb::PlannedMoney { plan: plan.to_string(), rows });
            }
        }
        // The plan of the year itself before those that go further.
        directions.sort_by_key(|(span, _)| *span);
        let staff = self.staff.into_iter().map(|(plan, counted)| pb::ReviewedStaff {
            plan: plan.to_string(),
            headcount: Some(counted.into_wire(sending)),
        });
        pb::YearReview {
            unit: unit.to_string(),
            unit_display_name: display_name,
            year: count(year),
            revision,
            documents: documents.into_iter().map(document).collect(),
            areas,
            ratings,
            money,
            budget: self.budget.map(|one| budget(one, sending)),
            projects: self.projects.map(|one| one.into_wire(sending)),
            staff: staff.collect(),
            directions: directions.into_iter().map(|(_, one)| one).collect(),
            withheld: self.withheld.into_iter().map(number::<DocumentKind>).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::Source;
    use crate::grpc::types::same;

    #[test]
    fn words_are_those_of_the_protos() {
        same! {
            Source = FigureSource "FIGURE_SOURCE_";
        }
    }
}
