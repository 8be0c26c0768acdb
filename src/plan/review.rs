//! Reviews a plan in force: its reports, and the money of its tasks and projects there and in the estimates; at a moment, and since another.

use std::collections::BTreeMap;

use super::changes::require_passed;
use super::model::actuals::{Actual, TaskReport};
use super::model::money::{Carrier, Payment};
use super::model::review::{Ground, Review, compare, review};
use super::model::{Item, Plan};
use super::monitoring::{approved, require_year};
use super::store;
use crate::app::{App, Call, Depends, Keep, ReadAt};
use crate::budget::naming::{Paying, paying};
use crate::budget::store::{Named, Text};
use crate::commit::View;
use crate::error::Result;
use crate::id::{PlanItemName, PlanName, ProjectName};
use crate::project::model::{Project, REVIEWERS, is_state};
use crate::project::store as projects;

/// Asks for a review.
#[derive(Debug, Clone)]
pub struct ReviewPlan {
    pub plan: PlanName,
    pub year: i64,
    pub at_risk: i64,
    pub since: Option<i64>,
    pub read_at: ReadAt,
}

/// A review of a plan.
#[derive(Debug, Clone)]
pub struct Reviewed {
    pub plan: Plan,
    pub year: i64,
    pub since: Option<i64>,
    pub revision: i64,
    pub review: Review,
}

/// What a review rests on at one moment.
pub struct Moment {
    pub plan: Plan,
    pub items: Vec<Item>,
    pub actuals: Vec<Actual>,
    pub reports: Vec<TaskReport>,
    carriers: Vec<Carrier>,
    payments: Vec<Payment>,
}

impl Moment {
    /// Of a plan in force, for whom may know of it.
    pub fn load(view: &mut View<'_>, name: &PlanName) -> Result<Self> {
        let (plan, items) = approved(view, name)?;
        Self::read(view, plan, items)
    }

    /// Against its targets in a year.
    pub fn review(&self, year: i64, at_risk: i64) -> Result<Review> {
        review(&self.ground(at_risk), year)
    }

    fn read(view: &mut View<'_>, plan: Plan, items: Vec<Item>) -> Result<Self> {
        let actuals = store::all_actuals(view, &plan.id)?;
        let reports = store::all_progress(view, &plan.id)?;
        let carriers = carriers(view, &plan)?;
        let payments = payments(view, &plan, &carriers)?;
        Ok(Self { plan, items, actuals, reports, carriers, payments })
    }

    /// The text that was in force at an earlier moment; none where none was.
    fn earlier(view: &mut View<'_>, plan: &str) -> Result<Option<Self>> {
        let Some(text) = store::find_in_force(view, plan)? else { return Ok(None) };
        let items = store::all_items(&mut view.at(text.in_force.unwrap_or_default()), plan)?;
        Ok(Some(Self::read(view, text, items)?))
    }

    fn ground(&self, at_risk: i64) -> Ground<'_> {
        Ground {
            plan: &self.plan,
            items: &self.items,
            actuals: &self.actuals,
            reports: &self.reports,
            carriers: &self.carriers,
            payments: &self.payments,
            at_risk,
        }
    }
}

pub async fn review_plan(app: App, call: Call, ask: ReviewPlan) -> Result<Keep<Reviewed>> {
    let (jurisdiction, read_at) = (ask.plan.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| {
        let now = Moment::load(view, &ask.plan)?;
        require_year(&now.plan, ask.year)?;
        require_passed(view, ask.since.unwrap_or_default())?;
        let mut made = now.review(ask.year, ask.at_risk)?;
        if let Some(since) = ask.since {
            let then = Moment::earlier(&mut view.at(since), &now.plan.id)?;
            let ground = then.as_ref().map(|then| then.ground(ask.at_risk));
            let before = ground.as_ref().map(|ground| review(ground, ask.year)).transpose()?;
            compare(&mut made, before.as_ref().zip(ground.as_ref()), &now.ground(ask.at_risk));
        }
        let (year, since, revision) = (ask.year, ask.since, view.revision);
        Ok(Reviewed { plan: now.plan, year, since, revision, review: made })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    // Projects and estimates are other documents.
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

/// The projects that carry out tasks of a plan, as far as the caller may know of them, by first year, unit and id.
fn carriers(view: &mut View<'_>, plan: &Plan) -> Result<Vec<Carrier>> {
    let mut tasks = projects::projects_of_plan(view, &plan.id)?;
    let ids: Vec<String> = tasks.keys().cloned().collect();
    let standing = view.standing;
    let mut found: Vec<Project> = projects::some_projects(view, &ids)?.into_values().collect();
    found.retain(|project| standing.sees_for(&project.unit, REVIEWERS));
    found.sort_by(|a, b| (a.first_year, &a.unit, &a.id).cmp(&(b.first_year, &b.unit, &b.id)));
    let carrier = |project: Project| {
        let tasks = tasks.remove(&project.id).unwrap_or_default();
        let (mut planned, mut assigned) = (BTreeMap::new(), BTreeMap::new());
        for ((year, class), money) in &project.funding {
            let sums: &mut (i128, i128) = planned.entry(*year).or_default();
            sums.0 += i128::from(money.planned);
            sums.1 += if is_state(*class) { i128::from(money.planned) } else { 0 };
            if let Some(amount) = money.assigned {
                *assigned.entry(*year).or_default() += i128::from(amount);
            }
        }
        let Project { id, code, title, state, .. } = project;
        Carrier { project: id, code, title, state, tasks, planned, assigned }
    };
    Ok(found.into_iter().map(carrier).collect())
}

/// What lines of estimates in force pay for the tasks of a plan and for some projects, each line once.
fn payments(view: &mut View<'_>, plan: &Plan, carriers: &[Carrier]) -> Result<Vec<Payment>> {
    let jurisdiction = plan.jurisdiction.clone();
    let name = |carrier: &Carrier| {
        ProjectName { jurisdiction: jurisdiction.clone(), project: carrier.project.clone() }.to_string()
    };
    let names: Vec<String> = carriers.iter().map(name).collect();
    let mut lines = paying(view, Named::TasksOf(&plan.name().to_string()), Text::InForce)?;
    if !names.is_empty() {
        lines.extend(paying(view, Named::Projects(&names), Text::InForce)?);
    }
    let mut once: BTreeMap<(String, String), Payment> = BTreeMap::new();
    for Paying { line, is_state } in lines {
        let task = line.task.as_deref().and_then(PlanItemName::parse).filter(|task| task.plan == plan.id);
        let payment = Payment {
            year: line.year,
            project: line.project.as_deref().and_then(ProjectName::parse).map(|name| name.project),
            task: task.map(|task| task.item),
            amount: line.amount,
            is_state,
        };
        once.insert((line.estimate, line.line), payment);
    }
    Ok(once.into_values().collect())
}
