//! The money of a plan in a review: what it plans, and beside it what estimates in force assign to its tasks and projects. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::stated::widest;
use super::{Content, Funding, Item, Part};
use crate::budget::model::Nature;
use crate::classification::model::FinancingClass;
use crate::error::{Error, Reason, Result};
use crate::project::model::is_state;
use crate::project::model::states::State;

/// The money planned of one class and nature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyReview {
    /// The class; none is the sum over the classes.
    pub class: Option<FinancingClass>,
    /// The nature; none is the sum over the natures.
    pub nature: Option<Nature>,
    /// What is planned.
    pub planned: Spans,
    /// What was planned before, where that is compared.
    pub before: Option<Spans>,
}

/// Amounts of a year, from the first year of the plan up to it, and of the whole period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spans {
    /// Of the year.
    pub year: Option<i64>,
    /// From the first year up to it.
    pub to_date: Option<i64>,
    /// Of the whole period, as stated.
    pub whole: Option<i64>,
}

/// What is planned, and what lines of estimates in force assign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Assigned {
    /// What is planned.
    pub planned: Option<i64>,
    /// What is assigned.
    pub assigned: Option<i64>,
    /// What of the planned is of the state budget; none where the classes are not stated.
    pub planned_state: Option<i64>,
    /// What of the assigned is.
    pub assigned_state: Option<i64>,
    /// How many lines assign it.
    pub lines: i64,
}

impl Assigned {
    /// What is assigned above what is planned; none where neither is known.
    pub fn difference(&self) -> Option<i64> {
        if self.planned.is_none() && self.assigned.is_none() {
            return None;
        }
        self.assigned.unwrap_or_default().checked_sub(self.planned.unwrap_or_default())
    }
}

/// The same of a year, and from the first year of the plan up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Funds {
    /// Of the year.
    pub year: Assigned,
    /// From the first year up to it.
    pub to_date: Assigned,
}

/// What a line of an estimate in force pays for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The fiscal year.
    pub year: i64,
    /// The id of the project.
    pub project: Option<String>,
    /// The id of the task of this plan.
    pub task: Option<String>,
    /// What is decided.
    pub amount: Option<i64>,
    /// Whether it is of the state budget.
    pub is_state: bool,
}

/// A project that carries out tasks of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// Its id.
    pub project: String,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub state: State,
    /// The ids of the tasks.
    pub tasks: Vec<String>,
    /// What it plans by year: all of it, and what is of the state budget.
    pub planned: BTreeMap<i64, (i128, i128)>,
    /// What its own acts have assigned by year.
    pub assigned: BTreeMap<i64, i128>,
}

/// A project in a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectReview {
    /// What it is.
    pub carrier: Carrier,
    /// Its money, and that of the lines that name it.
    pub funds: Funds,
    /// What its own acts have assigned to the year.
    pub assigned_by_acts: Option<i64>,
    /// The funds before, where they are compared.
    pub before: Option<Funds>,
}

/// The cells of a plan's tables of money: those of the plan as a whole, and those of each task.
pub struct Cells<'a> {
    own: Vec<&'a Funding>,
    of_tasks: HashMap<&'a str, Vec<&'a Funding>>,
}

impl<'a> Cells<'a> {
    /// Those of these items, ceilings apart: they are no money that is planned.
    pub fn of(items: &'a [Item]) -> Self {
        let mut cells = Self { own: Vec::new(), of_tasks: HashMap::new() };
        for item in items {
            match &item.content {
                Content::Funding(Funding { part: Some(Part::Ceiling), .. }) => {}
                Content::Funding(funding) => match &funding.task {
                    Some(task) => cells.of_tasks.entry(task).or_default().push(funding),
                    None => cells.own.push(funding),
                },
                Content::Section(_) | Content::Goal(_) | Content::Indicator(_) | Content::Task(_) => {}
            }
        }
        cells
    }

    /// Those of a task, or of the plan as a whole.
    fn holder(&self, task: Option<&str>) -> &[&'a Funding] {
        match task {
            Some(task) => self.of_tasks.get(task).map(Vec::as_slice).unwrap_or_default(),
            None => &self.own,
        }
    }

    /// What a task, or the plan as a whole, plans for a year of the classes that count: the sum as it is stated, or else that of its parts.
    pub fn planned(
        &self,
        task: Option<&str>,
        year: i64,
        counts: impl Fn(Option<FinancingClass>) -> bool,
    ) -> Option<i128> {
        widest(self.holder(task).iter().copied().filter(|cell| cell.year == year && counts(cell.class)))
    }

    /// The same of the state budget alone: none where no cell of the year states its class.
    fn planned_state(&self, task: Option<&str>, year: i64) -> Option<i128> {
        self.planned(task, year, |class| class.is_some())?;
        Some(self.planned(task, year, |class| class.is_some_and(is_state)).unwrap_or_default())
    }
}

/// What is reviewed of the money.
pub struct Ground<'a> {
    /// The cells of the plan.
    pub cells: &'a Cells<'a>,
    /// What lines of estimates pay.
    pub payments: &'a [Payment],
    /// The first year of the plan, and the one that is reviewed.
    pub years: (i64, i64),
}

impl Ground<'_> {
    /// The funds of each task, by its id; those that no line names are there too.
    pub fn of_tasks(&self, tasks: &[&str]) -> Result<BTreeMap<String, Funds>> {
        let mut paid: HashMap<&str, Vec<&Payment>> = HashMap::new();
        for payment in self.payments {
            if let Some(task) = &payment.task {
                paid.entry(task).or_default().push(payment);
            }
        }
        let funds = |task: &&str| {
            let paid = paid.get(task).map(Vec::as_slice).unwrap_or_default();
            let all = |year| self.cells.planned(Some(task), year, |_| true);
            Ok(((*task).to_owned(), self.funds(paid, all, |year| self.cells.planned_state(Some(task), year))?))
        };
        tasks.iter().map(funds).collect()
    }

    /// The funds of the plan as a whole: its own cells, and all lines, each once.
    pub fn of_plan(&self) -> Result<Funds> {
        let paid: Vec<&Payment> = self.payments.iter().collect();
        let all = |year| self.cells.planned(None, year, |_| true);
        self.funds(&paid, all, |year| self.cells.planned_state(None, year))
    }

    /// The funds of each project.
    pub fn of_projects(&self, carriers: Vec<Carrier>) -> Result<Vec<ProjectReview>> {
        let mut paid: HashMap<&str, Vec<&Payment>> = HashMap::new();
        for payment in self.payments {
            if let Some(project) = &payment.project {
                paid.entry(project).or_default().push(payment);
            }
        }
        let review = |carrier: Carrier| {
            let paid = paid.get(carrier.project.as_str()).map(Vec::as_slice).unwrap_or_default();
            let all = |year: i64| carrier.planned.get(&year).map(|(all, _)| *all);
            let funds = self.funds(paid, all, |year: i64| carrier.planned.get(&year).map(|(_, state)| *state))?;
            let assigned_by_acts = carrier.assigned.get(&self.years.1).copied().map(fits).transpose()?;
            Ok(ProjectReview { carrier, funds, assigned_by_acts, before: None })
        };
        carriers.into_iter().map(review).collect()
    }

    fn funds(
        &self,
        paid: &[&Payment],
        all: impl Fn(i64) -> Option<i128>,
        state: impl Fn(i64) -> Option<i128>,
    ) -> Result<Funds> {
        let over = |first: i64, last: i64| -> Result<Assigned> {
            let years = first..=last;
            let paid: Vec<&&Payment> = paid.iter().filter(|one| years.contains(&one.year)).collect();
            let amounts = |state_only: bool| {
                let counted = paid.iter().filter(|one| one.is_state || !state_only);
                stated(counted.map(|one| one.amount.map(i128::from)))
            };
            // Where something is assigned and nothing of it is of the state budget, that is 0 and not unknown.
            let assigned_state = amounts(true)?.or(amounts(false)?.map(|_| 0));
            Ok(Assigned {
                planned: stated((first..=last).map(&all))?,
                assigned: amounts(false)?,
                planned_state: stated((first..=last).map(&state))?,
                assigned_state,
                lines: i64::try_from(paid.len()).unwrap_or(i64::MAX),
            })
        };
        let (first, year) = self.years;
        Ok(Funds { year: over(year, year)?, to_date: over(first, year)? })
    }
}

fn fits(sum: i128) -> Result<i64> {
    let overflow = |_| Error::refused(Reason::AmountOverflow, "money", "a sum does not fit 64 bits");
    i64::try_from(sum).map_err(overflow)
}

/// The sum of what is stated; none where nothing is.
fn stated(amounts: impl Iterator<Item = Option<i128>>) -> Result<Option<i64>> {
    amounts.flatten().reduce(|sum, one| sum + one).map(fits).transpose()
}

/// The rows of money of the whole plan by class and nature. What is stated for the years is added up to the date.
pub fn rows(cells: &Cells<'_>, year: i64) -> Vec<MoneyReview> {
    let own = cells.holder(None);
    let key = |cell: &Funding| (cell.year, cell.class, cell.nature);
    let sums: BTreeSet<_> = own.iter().filter(|cell| cell.part.is_none()).map(|cell| key(cell)).collect();
    let mut rows: Vec<MoneyReview> = Vec::new();
    for cell in own {
        // Beside the sum of what goes on and what is new, neither of the two counts again.
        if cell.part.is_some() && sums.contains(&key(cell)) {
            continue;
        }
        let same = |row: &MoneyReview| (row.class, row.nature) == (cell.class, cell.nature);
        let at = rows.iter().position(same).unwrap_or_else(|| {
            rows.push(MoneyReview { class: cell.class, nature: cell.nature, planned: Spans::default(), before: None });
            rows.len() - 1
        });
        let row = &mut rows[at].planned;
        let add = |sum: &mut Option<i64>| *sum = sum.unwrap_or_default().checked_add(cell.amount);
        if cell.year == 0 {
            add(&mut row.whole);
        } else if cell.year <= year {
            add(&mut row.to_date);
            if cell.year == year {
                add(&mut row.year);
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::findings::tests::{funding, task};
    use super::*;

    fn payment(year: i64, task: Option<&str>, project: Option<&str>, amount: i64) -> Payment {
        let owned = |id: Option<&str>| id.map(str::to_owned);
        Payment { year, project: owned(project), task: owned(task), amount: Some(amount), is_state: amount % 2 == 0 }
    }

    fn classed(id: &str, year: i64, class: FinancingClass, amount: i64) -> Item {
        let mut item = funding(id, Some("t"), year, None, amount);
        if let Content::Funding(funding) = &mut item.content {
            funding.class = Some(class);
        }
        item
    }

    #[test]
    fn what_is_planned_for_a_task_stands_beside_what_lines_assign_to_it() {
        let items = [
            task("t"),
            task("u"),
            classed("a", 2012, FinancingClass::Local, 300),
            classed("b", 2013, FinancingClass::Local, 500),
            classed("c", 2013, FinancingClass::Enterprise, 100),
            funding("p", None, 2013, None, 5_000),
        ];
        let payments = [
            payment(2012, Some("t"), None, 200),
            payment(2013, Some("t"), Some("x"), 400),
            payment(2013, Some("t"), None, 51),
            payment(2014, Some("t"), None, 9_000),
            payment(2013, None, Some("x"), 30),
        ];
        let cells = Cells::of(&items);
        let ground = Ground { cells: &cells, payments: &payments, years: (2011, 2013) };
        let funds = ground.of_tasks(&["t", "u"]).unwrap();
        let told = |one: Assigned| (one.planned, one.assigned, one.difference(), one.planned_state, one.assigned_state);
        assert_eq!(told(funds["t"].year), (Some(600), Some(451), Some(-149), Some(500), Some(400)));
        assert_eq!(told(funds["t"].to_date), (Some(900), Some(651), Some(-249), Some(800), Some(600)));
        assert_eq!(funds["u"], Funds::default());
        let whole = ground.of_plan().unwrap();
        assert_eq!(told(whole.year), (Some(5_000), Some(481), Some(-4_519), None, Some(430)));
        let carrier = Carrier {
            project: "x".to_owned(),
            code: String::new(),
            title: String::new(),
            state: State::Approved,
            tasks: vec!["t".to_owned()],
            planned: BTreeMap::from([(2012, (10, 10)), (2013, (500, 420))]),
            assigned: BTreeMap::from([(2013, 300)]),
        };
        let project = &ground.of_projects(vec![carrier]).unwrap()[0];
        assert_eq!(told(project.funds.year), (Some(500), Some(430), Some(-70), Some(420), Some(430)));
        assert_eq!((project.funds.to_date.planned, project.assigned_by_acts), (Some(510), Some(300)));
        let large = [payment(2013, Some("t"), None, i64::MAX), payment(2013, Some("t"), None, i64::MAX)];
        assert!(Ground { cells: &cells, payments: &large, years: (2011, 2013) }.of_tasks(&["t"]).is_err());
    }

    #[test]
    fn the_sum_as_stated_counts_before_its_parts() {
        let local = FinancingClass::Local;
        let parts = [classed("a", 2013, local, 3), classed("b", 2013, FinancingClass::Enterprise, 4)];
        let planned = |items: &[Item]| Cells::of(items).planned(Some("t"), 2013, |_| true);
        assert_eq!((planned(&parts), planned(&[])), (Some(7), None));
        let whole = [parts[0].clone(), parts[1].clone(), funding("s", Some("t"), 2013, None, 9)];
        assert_eq!(planned(&whole), Some(9));
        assert_eq!(Cells::of(&whole).planned_state(Some("t"), 2013), Some(3));
        assert_eq!(Cells::of(&parts[1..]).planned_state(Some("t"), 2013), Some(0));
    }
}
