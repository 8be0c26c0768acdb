//! What differs between two estimates, or between one and what it was: pairs of lines, and the totals. No tables here.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::model::{Line, Side, Sum, Totals, changed_fields, overflow};
use crate::error::Result;

/// A line that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It is on both sides, with these fields changed.
    Changed(Box<Line>, Box<Line>, Vec<&'static str>),
    /// It is on the left only.
    Removed(Box<Line>),
    /// It is on the right only.
    Added(Box<Line>),
}

/// How many lines differ, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub added: usize,
    pub removed: usize,
    pub changed: usize,
    pub unchanged: usize,
}

/// Which lines are the same line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matching<'a> {
    /// Those with the same id: one estimate at two revisions.
    ById,
    /// Those that stand for the same thing: two estimates with codes of these schemes.
    ByContent(&'a str, &'a str),
}

/// Compares lines, both lists in the order of entry: changed and removed ones in the order of the left, then the added ones.
pub fn compare(left: Vec<Line>, right: Vec<Line>, matching: Matching<'_>) -> (Vec<Difference>, Counts) {
    let partners = match matching {
        Matching::ById => by_id(&left, &right),
        Matching::ByContent(one, other) => by_content(&left, &right, one == other),
    };
    let mut counts = Counts::default();
    let mut differences = Vec::new();
    let mut right: Vec<Option<Line>> = right.into_iter().map(Some).collect();
    for (line, partner) in left.into_iter().zip(partners) {
        match partner.and_then(|at| right.get_mut(at)).and_then(Option::take) {
            Some(other) => {
                let fields = changed_fields(&line, &other);
                if fields.is_empty() {
                    counts.unchanged += 1;
                } else {
                    counts.changed += 1;
                    differences.push(Difference::Changed(Box::new(line), Box::new(other), fields));
                }
            }
            None => {
                counts.removed += 1;
                differences.push(Difference::Removed(Box::new(line)));
            }
        }
    }
    for line in right.into_iter().flatten() {
        counts.added += 1;
        differences.push(Difference::Added(Box::new(line)));
    }
    (differences, counts)
}

/// Of each left line the position of its partner on the right.
fn by_id(left: &[Line], right: &[Line]) -> Vec<Option<usize>> {
    let places: HashMap<&str, usize> = right.iter().enumerate().map(|(at, line)| (line.id.as_str(), at)).collect();
    left.iter().map(|line| places.get(line.id.as_str()).copied()).collect()
}

/// The same, where what the lines stand for is compared: with equal descriptions first, then in the order of entry.
fn by_content(left: &[Line], right: &[Line], same_scheme: bool) -> Vec<Option<usize>> {
    let mut partners = vec![None; left.len()];
    let mut taken = vec![false; right.len()];
    for with_description in [true, false] {
        let key = |line: &Line| (content(line), with_description.then(|| line.description.clone()));
        let mut waiting: HashMap<_, VecDeque<usize>> = HashMap::new();
        for (at, line) in right.iter().enumerate().filter(|(at, _)| !taken[*at]) {
            waiting.entry(key(line)).or_default().push_back(at);
        }
        for (line, partner) in left.iter().zip(&mut partners).filter(|(_, partner)| partner.is_none()) {
            // Codes of different schemes are never equal; lines without any code are of none.
            if !same_scheme && line.codes.stated().next().is_some() {
                continue;
            }
            *partner = waiting.get_mut(&key(line)).and_then(VecDeque::pop_front);
            if let Some(slot) = partner.and_then(|at| taken.get_mut(at)) {
                *slot = true;
            }
        }
    }
    partners
}

/// What a line stands for.
fn content(line: &Line) -> impl std::hash::Hash + Eq + use<> {
    let codes = line.codes.clone();
    (line.side, codes, line.nature, line.autonomy, line.counterpart.clone(), line.project.clone())
}

/// The sums by side.
pub fn by_side(totals: &Totals) -> Result<BTreeMap<Side, Sum>> {
    let mut sides: BTreeMap<Side, Sum> = BTreeMap::new();
    for ((side, _, _), sum) in &totals.sums {
        sides.entry(*side).or_default().add(sum, 1)?;
    }
    Ok(sides)
}

/// Right minus left by side; a stage is stated where it is on either.
pub fn difference(left: &BTreeMap<Side, Sum>, right: &BTreeMap<Side, Sum>) -> Result<BTreeMap<Side, Sum>> {
    let mut sides = BTreeMap::new();
    for side in left.keys().chain(right.keys()) {
        let (before, after) =
            (left.get(side).copied().unwrap_or_default(), right.get(side).copied().unwrap_or_default());
        let mut sum = Sum { line_count: after.line_count - before.line_count, ..Sum::default() };
        for stage in 0..6 {
            sum.sums[stage] = after.sums[stage].checked_sub(before.sums[stage]).ok_or_else(overflow)?;
            // Here only whether it is stated, not on how many lines.
            sum.counts[stage] = after.counts[stage].max(before.counts[stage]);
        }
        sides.insert(*side, sum);
    }
    Ok(sides)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::model::{Amounts, Autonomy, Codes, Nature};

    fn line(id: &str, code: Option<&str>, description: &str) -> Line {
        let mut codes = Codes::default();
        codes.0[1] = code.map(str::to_owned);
        Line {
            id: id.to_owned(),
            sequence: 1,
            side: Side::Expenditure,
            codes,
            nature: Nature::Recurrent,
            autonomy: Autonomy::NotApplicable,
            baseline: None,
            content: None,
            channel: None,
            delegated: false,
            unallocated: false,
            counterpart: None,
            plan_task: None,
            project: None,
            description: description.to_owned(),
            basis: None,
            amounts: Amounts::default(),
            appraised_reason: None,
            decided_reason: None,
            memo: None,
            revision: 1,
        }
    }

    fn shown(left: &[Line], right: &[Line], matching: Matching<'_>) -> String {
        let (differences, counts) = compare(left.to_vec(), right.to_vec(), matching);
        let one = |difference: &Difference| match difference {
            Difference::Changed(left, right, fields) => format!("{}={}:{}", left.id, right.id, fields.join(",")),
            Difference::Removed(line) => format!("-{}", line.id),
            Difference::Added(line) => format!("+{}", line.id),
        };
        let list: Vec<String> = differences.iter().map(one).collect();
        format!("{} same {}", counts.unchanged, list.join(" "))
    }

    #[test]
    fn lines_are_paired_by_id_or_by_what_they_stand_for() {
        let left = [line("a", Some("1"), "x"), line("b", Some("1"), "y"), line("c", None, "z")];
        let right = [line("b", Some("1"), "v"), line("d", Some("1"), "x"), line("e", None, "z")];
        assert_eq!(shown(&left, &right, Matching::ById), "0 same -a b=b:description -c +d +e");
        assert_eq!(shown(&left, &right, Matching::ByContent("s", "s")), "2 same b=b:description");
        assert_eq!(shown(&left, &right, Matching::ByContent("s", "t")), "1 same -a -b +b +d");
    }
}
