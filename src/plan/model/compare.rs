//! What differs between two texts of a plan: items are the same where their ids are. Pure.

use std::collections::BTreeMap;

use super::{Item, Plan, changed_fields};
use crate::words;

words! {
    /// What happened to something between two moments.
    Change {
        Added "ADDED",
        Removed "REMOVED",
        Changed "CHANGED",
    }
}

/// What happened to an item that is there, and in which fields it differs; none where it says the same.
pub fn change(before: Option<&Item>, after: &Item) -> Option<(Change, Vec<String>)> {
    match before {
        None => Some((Change::Added, Vec::new())),
        Some(before) if before.content == after.content => None,
        Some(before) => Some((Change::Changed, changed_fields(&before.content, &after.content))),
    }
}

/// One item that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It says something else: before, after, and the fields.
    Changed(Box<Item>, Box<Item>, Vec<String>),
    /// It is no longer there.
    Removed(Box<Item>),
    /// It is new.
    Added(Box<Item>),
}

/// How many items differ in which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub changed: usize,
    pub removed: usize,
    pub added: usize,
    pub unchanged: usize,
}

/// Changed and removed items in the order of the left text, then the added ones in the order of the right one.
pub fn compare(left: Vec<Item>, right: Vec<Item>) -> (Vec<Difference>, Counts) {
    let mut after: BTreeMap<String, Item> = right.into_iter().map(|item| (item.id.clone(), item)).collect();
    let mut counts = Counts::default();
    let mut differences = Vec::new();
    for old in left {
        match after.remove(&old.id) {
            None => {
                counts.removed += 1;
                differences.push(Difference::Removed(Box::new(old)));
            }
            Some(new) => match change(Some(&old), &new) {
                None => counts.unchanged += 1,
                Some((_, fields)) => {
                    counts.changed += 1;
                    differences.push(Difference::Changed(Box::new(old), Box::new(new), fields));
                }
            },
        }
    }
    let mut added: Vec<Item> = after.into_values().collect();
    added.sort_by_key(|item| item.sequence);
    counts.added = added.len();
    differences.extend(added.into_iter().map(|item| Difference::Added(Box::new(item))));
    (differences, counts)
}

/// The fields in which two headers differ, as the message calls them.
pub fn changed_header(left: &Plan, right: &Plan) -> Vec<&'static str> {
    let differs = [
        ("title", left.title != right.title),
        ("label", left.label != right.label),
        ("first_year", left.first_year != right.first_year),
        ("last_year", left.last_year != right.last_year),
        ("base_year", left.base_year != right.base_year),
        ("refers_to", left.refers_to != right.refers_to),
        ("narrative", left.narrative != right.narrative),
        ("legal_basis", left.legal_basis != right.legal_basis),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

/// What differs in the places in life of two headers, as the message calls it.
pub fn changed_life(left: &Plan, right: &Plan) -> Vec<&'static str> {
    let differs = [
        ("state", left.state != right.state),
        ("item_count", left.item_count != right.item_count),
        ("submission", left.submission != right.submission),
        ("number", left.number != right.number),
        ("in_force_revision", left.in_force != right.in_force),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Content;
    use super::super::findings::tests::{funding, goal, plan, task};
    use super::*;

    #[test]
    fn items_are_paired_by_id_and_told_in_the_order_of_entry() {
        let numbered = |sequence, item: Item| Item { sequence, ..item };
        let left = vec![goal("a"), goal("b"), funding("f", None, 2011, None, 5), task("t")];
        let mut retitled = goal("b");
        if let Content::Goal(goal) = &mut retitled.content {
            goal.title = "khác".to_owned();
        }
        let moved = funding("f", None, 2012, None, 6);
        let right = vec![numbered(9, goal("z")), numbered(8, goal("y")), numbered(2, retitled), goal("a"), moved];
        let (differences, counts) = compare(left, right);
        let told = |difference: &Difference| match difference {
            Difference::Changed(_, new, fields) => format!("{} {}", new.id, fields.join(" ")),
            Difference::Removed(item) => format!("-{}", item.id),
            Difference::Added(item) => format!("+{}", item.id),
        };
        let told: Vec<String> = differences.iter().map(told).collect();
        assert_eq!(told, ["b title", "f amount year", "-t", "+y", "+z"]);
        assert_eq!(counts, Counts { changed: 2, removed: 1, added: 2, unchanged: 1 });
    }

    #[test]
    fn headers_are_compared_by_field() {
        let other = Plan { label: "2010–2015".to_owned(), narrative: "x".to_owned(), ..plan(2011, 2016) };
        assert_eq!(changed_header(&plan(2011, 2015), &other), ["label", "last_year", "narrative"]);
        assert_eq!(changed_header(&plan(2011, 2015), &plan(2011, 2015)), [""; 0]);
    }
}
