//! The money of plans, and the lines of estimates that name their tasks; three-year plans with the estimate of their first year and with the HR plan.

use std::collections::{BTreeMap, BTreeSet};

use super::super::across::posts;
use super::scope::{Plans, Scope, Staff, between};
use super::{Compared, Comparison, Figure, figure};
use crate::budget::model::Estimate;
use crate::budget::store as estimates;
use crate::budget::store::across;
use crate::budget::store::summary::Chosen;
use crate::budget::summary::{Attribute, Tree};
use crate::classification::model::{Dimension, FinancingClass};
use crate::classification::store as codes;
use crate::commit::View;
use crate::document::finding::{Finding, Phase, Severity};
use crate::document::texts::TEXTS_PER_STATEMENT;
use crate::error::Result;
use crate::plan::frame::beside;
use crate::plan::model::frame::estimated;
use crate::plan::model::stated::{self, Cells};
use crate::plan::model::{Content, Item, Kind, Plan};
use crate::word::Word;
use crate::workforce::life;
use crate::workforce::pay_lines::Costing;

const OF: Comparison = Comparison::PlanFunding;

/// What the lines of a unit and class say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub unit: String,
    /// None where the source code says none.
    pub class: Option<FinancingClass>,
    pub amount: i64,
}

/// What the estimates of the scope spend, by the tasks that their lines name.
#[derive(Debug, Default)]
pub struct Tasks {
    /// By the resource name of the task, and the fiscal year.
    named: BTreeMap<(String, i64), Vec<Given>>,
    /// What names none, by unit and year: the sum and the number of lines.
    outside: BTreeMap<(String, i64), (i128, i64)>,
}

impl Tasks {
    /// Everything of the scope.
    pub fn of(view: &mut View<'_>, scope: &Scope) -> Result<Self> {
        let mut classes: BTreeMap<(&str, i64, &str), usize> = BTreeMap::new();
        let mut chosen = Vec::with_capacity(scope.estimates.len());
        for header in &scope.estimates {
            let next = classes.len();
            let class = *classes.entry((&header.unit, header.fiscal_year, &header.scheme)).or_insert(next);
            chosen.push(Chosen { estimate: header.estimate.clone(), class, at: view.revision });
        }
        let mut trees: BTreeMap<&str, Tree> = BTreeMap::new();
        for scheme in classes.keys().map(|(_, _, scheme)| *scheme).collect::<BTreeSet<&str>>() {
            trees.insert(scheme, Tree::new(codes::tree(view, scheme, Dimension::Source)?));
        }
        let by_number: BTreeMap<usize, (&str, i64, &str)> =
            classes.into_iter().map(|(of, class)| (class, of)).collect();
        let mut tasks = Self::default();
        for sum in across::by_task(view, &chosen)? {
            let class = usize::try_from(sum.class).unwrap_or(usize::MAX);
            let Some((unit, year, scheme)) = by_number.get(&class).copied() else { continue };
            match sum.task {
                None => {
                    let total = tasks.outside.entry((unit.to_owned(), year)).or_default();
                    *total = (total.0 + i128::from(sum.amount), total.1 + sum.lines);
                }
                Some(task) => {
                    let tree = trees.get(scheme);
                    let said = sum
                        .source
                        .as_ref()
                        .and_then(|source| FinancingClass::parse(&tree?.inherited(source, Attribute::FinancingClass)));
                    let given = Given { unit: unit.to_owned(), class: said, amount: sum.amount };
                    tasks.named.entry((task, year)).or_default().push(given);
                }
            }
        }
        Ok(tasks)
    }

    /// What is given to some tasks of a plan in a year.
    pub fn given<'a>(&'a self, plan: &Plan, tasks: impl Iterator<Item = &'a Item>, year: i64) -> Vec<&'a Given> {
        let name = |item: &Item| plan.item_name(item.content.kind(), &item.id).to_string();
        tasks.filter_map(|item| self.named.get(&(name(item), year))).flatten().collect()
    }
}

/// Where some money stands: in the estimate of the one unit that gives it, or in those of several below the owner of the plan.
pub fn place(scope: &Scope, plan: &Plan, given: &[&Given], year: i64, value: i64) -> Figure {
    let units: BTreeSet<&str> = given.iter().map(|given| given.unit.as_str()).collect();
    match units.first() {
        Some(unit) if units.len() == 1 => scope.estimated(unit, year, value),
        Some(_) => Figure::new(scope.unit_name(&plan.unit), scope.revision, value),
        None => scope.estimated(&plan.unit, year, value),
    }
}

/// Everything of the plans of the scope.
pub fn compare(
    view: &mut View<'_>,
    scope: &Scope,
    plans: &Plans,
    (staff, tasks): (&Staff, &Tasks),
) -> Result<Compared> {
    let mut compared = Compared::default();
    for year in &scope.years {
        let mut is_planned = false;
        for (plan, text, items) in plans.of_year(*year) {
            is_planned = true;
            if !matches!(plan.kind, Kind::ThreeYearFinancial | Kind::ProjectList) {
                by_class(scope, (plan, text, items), (tasks, *year), &mut compared);
            }
        }
        if is_planned {
            outside(scope, tasks, *year, &mut compared);
        }
    }
    first_years(view, scope, plans, &mut compared)?;
    new_posts(view, scope, plans, staff, &mut compared)?;
    Ok(compared)
}

/// CON-CLASS: what a plan has for a year by class, and what the lines that name its tasks say.
///
/// A plan of several years whose tasks nobody names is carried out by other plans, and is compared with nothing.
fn by_class(
    scope: &Scope,
    (plan, text, items): (&Plan, i64, &[Item]),
    (tasks, year): (&Tasks, i64),
    compared: &mut Compared,
) {
    let own = items.iter().filter(|item| matches!(item.content, Content::Task(_)));
    let given = tasks.given(plan, own, year);
    if given.is_empty() && plan.kind != Kind::Annual {
        return;
    }
    let sum = |of: &dyn Fn(&Given) -> bool| -> i128 {
        given.iter().filter(|given| of(given)).map(|given| i128::from(given.amount)).sum()
    };
    let expected: Vec<FinancingClass> =
        FinancingClass::ALL.iter().copied().filter(|class| *class != FinancingClass::Enterprise).collect();
    let planned = |class: FinancingClass| {
        stated::whole(items, &Cells { year, class: &|one| one == Some(class), nature: &|_| true })
    };
    let mut pairs: Vec<(&str, i128, i128)> = Vec::new();
    for class in &expected {
        let (plans, gives) = (planned(*class), sum(&|given| given.class == Some(*class)));
        if plans.is_some() || gives != 0 {
            pairs.push((class.as_str(), plans.unwrap_or_default(), gives));
        }
    }
    if expected.iter().all(|class| planned(*class).is_none()) {
        let in_budget = |class: Option<FinancingClass>| class != Some(FinancingClass::Enterprise);
        let whole = stated::whole(items, &Cells { year, class: &in_budget, nature: &|_| true });
        pairs = whole.map(|whole| ("all classes", whole, sum(&|_| true))).into_iter().collect();
    }
    let unclassed = sum(&|given| given.class.is_none());
    for (class, planned, gives) in pairs {
        compared.pairs += 1;
        if planned == gives {
            continue;
        }
        let mut message =
            format!("{} has {planned} of {class} in {year}, and the lines that name its tasks {gives}", plan.name());
        if unclassed != 0 && class != "all classes" {
            message.push_str(&format!("; the sources of {unclassed} say no class"));
        }
        let actual = place(scope, plan, &given, year, figure(gives));
        let mut finding = Finding::new("CON-CLASS", Severity::Warning, plan.name().to_string(), message);
        finding.objects.push(actual.document.clone());
        finding.difference = i64::try_from(gives - planned).ok();
        let finding = finding.field("funding").compared(planned, gives);
        let figures = (Figure::new(plan.name(), text, figure(planned)), actual);
        compared.tell(scope.phase(&plan.unit, year), between(OF, (&plan.unit, year), figures, finding));
    }
}

/// CON-OUT: what names no task stands outside every plan.
fn outside(scope: &Scope, tasks: &Tasks, year: i64, compared: &mut Compared) {
    for ((unit, _), (sum, lines)) in tasks.outside.iter().filter(|((_, of), _)| *of == year) {
        let actual = scope.estimated(unit, year, figure(*sum));
        let text = format!("{lines} lines with {sum} in {year} name no task: they are outside_plan");
        let finding = Finding::new("CON-OUT", Severity::Info, actual.document.clone(), text).field("plan_task");
        let expected = Figure::new(scope.unit_name(unit), scope.revision, None);
        compared.tell(scope.phase(unit, year), between(OF, (unit, year), (expected, actual), finding));
    }
}

/// BUD-21: the first year of a three-year plan and the estimate of that year.
fn first_years(view: &mut View<'_>, scope: &Scope, plans: &Plans, compared: &mut Compared) -> Result<()> {
    let rolling = |plan: &Plan| plan.kind == Kind::ThreeYearFinancial && scope.years.contains(&plan.first_year);
    let pairs: Vec<(&Plan, i64, &str)> = plans
        .all
        .iter()
        .filter(|(plan, _)| rolling(plan))
        .filter_map(|(plan, text)| Some((plan, *text, scope.holding(&plan.unit, plan.first_year)?.estimate.as_str())))
        .collect();
    let mut read: BTreeMap<String, Estimate> = BTreeMap::new();
    let ids: Vec<String> = pairs.iter().map(|(.., estimate)| (*estimate).to_owned()).collect();
    for ids in ids.chunks(TEXTS_PER_STATEMENT) {
        read.extend(estimates::read_listed(view, ids)?.into_iter().map(|one| (one.id.clone(), one)));
    }
    for (plan, text, estimate) in pairs {
        let Some(estimate) = read.get(estimate) else { continue };
        let (year, revision) = (plan.first_year, estimate.revision);
        let beside = beside(estimate.clone());
        let name = beside.name.to_string();
        compared.pairs += 1;
        for finding in estimated(plan, plans.items(plan), &name, &beside.requested) {
            // What is expected is what the estimate requests, and what is there is what the plan needs.
            let (asked, needed) = (finding.expected.parse().ok(), finding.actual.parse().ok());
            let figures = (Figure::new(&name, revision, asked), Figure::new(plan.name(), text, needed));
            compared.tell(Phase::of(plan.state), between(OF, (&plan.unit, year), figures, finding));
        }
    }
    Ok(())
}

/// HR-13: posts that begin in a three-year plan, and its new money.
fn new_posts(view: &mut View<'_>, scope: &Scope, plans: &Plans, staff: &Staff, compared: &mut Compared) -> Result<()> {
    let rolling: Vec<&(Plan, i64)> =
        plans.all.iter().filter(|(plan, _)| plan.kind == Kind::ThreeYearFinancial).collect();
    if rolling.is_empty() {
        return Ok(());
    }
    let costing = Costing::of(view, &[])?;
    for (plan, text) in rolling {
        for people in staff.all_of(&plan.unit) {
            compared.pairs += 1;
            let found = posts::beside(&costing, plan, plans.items(plan), people, staff.people(people))?;
            for beside in found.into_iter().filter(|beside| scope.years.contains(&beside.year)) {
                let figures = (
                    Figure::new(people.name(), life::text(people), beside.cost),
                    Figure::new(plan.name(), *text, beside.new),
                );
                let place = (plan.unit.as_str(), beside.year);
                compared.tell(Phase::of(plan.state), between(OF, place, figures, beside.finding));
            }
        }
    }
    Ok(())
}
