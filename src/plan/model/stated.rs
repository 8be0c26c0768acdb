//! What a plan states of the money of a year: where the sum stands, or else its parts. Pure.

use super::{Content, Funding, Item, Part};
use crate::budget::model::Nature;
use crate::classification::model::FinancingClass;

/// Which cells of a table of money count.
#[derive(Clone, Copy)]
pub struct Cells<'a> {
    /// Of this year.
    pub year: i64,
    /// Of these classes; none is the sum over the classes.
    pub class: &'a dyn Fn(Option<FinancingClass>) -> bool,
    /// Of these natures; none is the sum over the natures.
    pub nature: &'a dyn Fn(Option<Nature>) -> bool,
}

/// The rows of money of a plan.
pub fn rows(items: &[Item]) -> impl Iterator<Item = &Funding> {
    items.iter().filter_map(|item| match &item.content {
        Content::Funding(funding) => Some(funding),
        Content::Section(_) | Content::Goal(_) | Content::Indicator(_) | Content::Task(_) => None,
    })
}

/// What a plan states as its own: the sum over everything where it stands, or else the parts. A ceiling is no money of the plan.
pub fn own(items: &[Item], cells: &Cells<'_>) -> Option<i128> {
    stated(rows(items).filter(|row| row.task.is_none()), cells)
}

/// What one of its tasks has.
pub fn of_task(items: &[Item], task: &str, cells: &Cells<'_>) -> Option<i128> {
    stated(rows(items).filter(|row| row.task.as_deref() == Some(task)), cells)
}

/// What a plan states as its own, or else what its tasks have together.
pub fn whole(items: &[Item], cells: &Cells<'_>) -> Option<i128> {
    own(items, cells).or_else(|| {
        let mut tasks: Vec<&str> = rows(items).filter_map(|row| row.task.as_deref()).collect();
        tasks.sort_unstable();
        tasks.dedup();
        let stated = tasks.into_iter().filter_map(|task| of_task(items, task, cells));
        stated.fold(None, |sum: Option<i128>, amount| Some(sum.unwrap_or_default() + amount))
    })
}

/// The first way of dividing money in which anything is stated, from the whole to the smallest parts, added up.
fn stated<'a>(rows: impl Iterator<Item = &'a Funding>, cells: &Cells<'_>) -> Option<i128> {
    let counting = |row: &&Funding| {
        let is_need = row.part != Some(Part::Ceiling);
        is_need && row.year == cells.year && (cells.class)(row.class) && (cells.nature)(row.nature)
    };
    widest(rows.filter(counting))
}

/// The sum of those rows that divide the money least; none where there are none.
pub fn widest<'a>(rows: impl Iterator<Item = &'a Funding>) -> Option<i128> {
    let rows: Vec<&Funding> = rows.collect();
    let shape = |row: &Funding| (row.class.is_some(), row.nature.is_some(), row.part.is_some());
    let first = rows.iter().map(|row| shape(row)).min()?;
    Some(rows.iter().filter(|row| shape(row) == first).map(|row| i128::from(row.amount)).sum())
}

#[cfg(test)]
mod tests {
    use super::super::findings::tests::{funding, task};
    use super::*;

    fn cell(class: Option<FinancingClass>, nature: Option<Nature>, amount: i64) -> Item {
        let mut item = funding("f", None, 2014, nature, amount);
        if let Content::Funding(funding) = &mut item.content {
            funding.class = class;
        }
        item
    }

    fn all(year: i64) -> Cells<'static> {
        Cells { year, class: &|_| true, nature: &|_| true }
    }

    #[test]
    fn money_is_its_grand_total_or_else_its_parts() {
        let local = Some(FinancingClass::Local);
        let parts = vec![
            cell(local, Some(Nature::Recurrent), 3),
            cell(Some(FinancingClass::Central), Some(Nature::Recurrent), 4),
            cell(local, Some(Nature::Investment), 5),
        ];
        assert_eq!((own(&parts, &all(2014)), own(&parts, &all(2015))), (Some(12), None));
        let of_local = Cells { class: &|class| class == Some(FinancingClass::Local), ..all(2014) };
        assert_eq!(own(&parts, &of_local), Some(8));
        let invested = Cells { nature: &|nature| nature == Some(Nature::Investment), ..all(2014) };
        assert_eq!(own(&parts, &invested), Some(5));
        let whole = [parts, vec![cell(None, None, 9)]].concat();
        assert_eq!((own(&whole, &all(2014)), own(&whole, &of_local)), (Some(9), Some(8)));
    }

    #[test]
    fn what_a_plan_does_not_state_its_tasks_add_up() {
        let of = |task: &str, amount| funding("f", Some(task), 2014, None, amount);
        let items = vec![task("a"), of("a", 3), task("b"), of("b", 4)];
        assert_eq!((own(&items, &all(2014)), whole(&items, &all(2014))), (None, Some(7)));
        assert_eq!(of_task(&items, "b", &all(2014)), Some(4));
        assert_eq!(whole(&[items, vec![cell(None, None, 9)]].concat(), &all(2014)), Some(9));
    }
}
