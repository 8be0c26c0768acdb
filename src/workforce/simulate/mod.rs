//! What would change if: the same people calculated with one thing changed after the other. Pure.

use std::collections::BTreeMap;

use super::model::{PayCategory, StaffGroup, StaffKind};
use super::pay::{Fault, Tables, calculate};

/// How often the people are calculated: before, and after each kind of change.
pub const STATES: usize = 5;

/// The months that some groups are calculated in, with what is in force in them before and after.
#[derive(Debug)]
pub struct Span<'a> {
    /// The place of its first month among all.
    pub offset: usize,
    /// The rows as they are.
    pub before: Tables<'a>,
    /// The rows as they would be.
    pub after: Tables<'a>,
    /// Whether they differ.
    pub differs: bool,
}

/// A group before and after.
#[derive(Debug, Clone)]
pub struct Case {
    /// The unit that employs them.
    pub unit: String,
    /// What it is called where it cannot be calculated.
    pub subject: String,
    /// The place of its span.
    pub span: usize,
    /// The group as it is; none where it is new.
    pub old: Option<StaffGroup>,
    /// The group as it would be; none where it is gone.
    pub new: Option<StaffGroup>,
}

/// The most people of a kind who are paid in a month.
#[derive(Debug, Clone)]
pub struct Cap {
    /// Only those of this unit; none is all together.
    pub unit: Option<String>,
    /// The kind.
    pub staff_kind: StaffKind,
    /// How many.
    pub count: i64,
}

/// What a sum is of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Which year, from 0.
    pub year: usize,
    /// The unit.
    pub unit: String,
    /// What the component is to the budget.
    pub category: PayCategory,
    /// The component.
    pub component: String,
    /// The code that it is booked on.
    pub economic_code: String,
}

/// A sum in every state.
pub type Sums = [i64; STATES];

/// A difference with its causes: rate, headcount, grade, timing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Difference {
    /// The sum before.
    pub before: i64,
    /// The sum after.
    pub after: i64,
    /// What each kind of change adds.
    pub causes: [i64; STATES - 1],
}

impl Difference {
    /// The difference between the first and the last state, by what happens between. No sum is negative, so each fits.
    pub fn of(sums: &Sums) -> Self {
        let mut causes = [0; STATES - 1];
        for (cause, pair) in causes.iter_mut().zip(sums.windows(2)) {
            *cause = pair[1] - pair[0];
        }
        Self { before: sums[0], after: sums[STATES - 1], causes }
    }
}

/// The group in each state. In the first two it is as it was; then come its people, its grade, and its days.
fn forms(case: &Case) -> [Option<StaffGroup>; STATES] {
    let (old, new) = (case.old.clone(), case.new.clone());
    let (Some(was), Some(is)) = (&old, &new) else {
        return [old.clone(), old, new.clone(), new.clone(), new];
    };
    let people = StaffGroup { count: is.count, full_time_bp: is.full_time_bp, ..was.clone() };
    let graded = StaffGroup {
        staff_kind: is.staff_kind,
        grade: is.grade.clone(),
        preserved: is.preserved,
        given: is.given.clone(),
        ..people.clone()
    };
    [old.clone(), old, Some(people), Some(graded), new]
}

/// Sums by unit, span and rows, of each month and rule, in every state.
type Ledger<'c> = BTreeMap<(&'c str, usize, bool), Vec<Vec<Sums>>>;

struct Run<'s, 'a, 'c> {
    spans: &'s [Span<'a>],
    caps: &'c [Cap],
    /// Of each state and cap, how many more may be paid in each month.
    left: Vec<Vec<Vec<i64>>>,
    ledger: Ledger<'c>,
}

/// The sums of every row in every state; or what cannot be calculated before or after, with the reason why.
pub fn simulate(
    spans: &[Span<'_>],
    cases: &[Case],
    caps: &[Cap],
    months: usize,
) -> Result<BTreeMap<Key, Sums>, (String, Fault)> {
    let left = (0..STATES).map(|_| caps.iter().map(|cap| vec![cap.count; months]).collect()).collect();
    let mut run = Run { spans, caps, left, ledger: Ledger::new() };
    for case in cases {
        run.add(case).map_err(|fault| (case.subject.clone(), fault))?;
    }
    run.fold().ok_or((String::new(), Fault::Overflow))
}

impl<'s, 'a, 'c> Run<'s, 'a, 'c> {
    fn add(&mut self, case: &'c Case) -> Result<(), Fault> {
        let Some(span) = self.spans.get(case.span) else { return Ok(()) };
        let is_capped = self.caps.iter().any(|cap| concerns(cap, case));
        if case.old == case.new && !span.differs && !is_capped {
            return case.old.as_ref().map_or(Ok(()), |group| self.pay(case, group, false, 0..STATES));
        }
        // What cannot be calculated in between stays as it was in the state before.
        let mut last: Option<(StaffGroup, bool)> = None;
        for (state, form) in forms(case).into_iter().enumerate() {
            let after = state > 0;
            let form = form.map(|group| (group, after));
            let fails = |(group, after): &(StaffGroup, bool)| {
                let tables = if *after { &span.after } else { &span.before };
                calculate(tables, group, |_| Ok(())).is_err()
            };
            let is_between = state > 0 && state < STATES - 1;
            if !(is_between && form.as_ref().is_some_and(fails)) {
                last = form;
            }
            if let Some((group, after)) = &last {
                self.pay(case, group, *after, state..state + 1)?;
            }
        }
        Ok(())
    }

    /// Adds what a group is paid to some states.
    fn pay(
        &mut self,
        case: &'c Case,
        group: &StaffGroup,
        after: bool,
        states: std::ops::Range<usize>,
    ) -> Result<(), Fault> {
        let Some(span) = self.spans.get(case.span) else { return Ok(()) };
        let tables = if after { &span.after } else { &span.before };
        let fresh = || tables.months().map(|(_, _, period)| vec![[0; STATES]; period.rules.len()]).collect();
        let table = self.ledger.entry((&case.unit, case.span, after)).or_insert_with(fresh);
        let (caps, left) = (self.caps, &mut self.left);
        calculate(tables, group, |paid| {
            let month = usize::try_from(paid.month.since(tables.first())).map_err(|_| Fault::Overflow)?;
            let Some(row) = table.get_mut(month) else { return Ok(()) };
            for state in states.clone() {
                let mut count = group.count;
                // The first two states are the people as they are.
                if state > 1
                    && let Some(left) = left.get_mut(state)
                {
                    count = take(caps, left, (&case.unit, group.staff_kind, span.offset + month), count);
                }
                for (sums, amount) in row.iter_mut().zip(paid.amounts) {
                    let sum = sums.get_mut(state).ok_or(Fault::Overflow)?;
                    let more = amount.checked_mul(count).and_then(|amount| sum.checked_add(amount));
                    *sum = more.ok_or(Fault::Overflow)?;
                }
            }
            Ok(())
        })
    }

    fn fold(self) -> Option<BTreeMap<Key, Sums>> {
        let mut rows: BTreeMap<Key, Sums> = BTreeMap::new();
        for ((unit, span, after), table) in self.ledger {
            let Some(span) = self.spans.get(span) else { continue };
            let tables = if after { &span.after } else { &span.before };
            for (month, ((_, _, period), row)) in tables.months().zip(table).enumerate() {
                for (rule, sums) in period.rules.iter().zip(row).filter(|(_, sums)| *sums != [0; STATES]) {
                    let key = Key {
                        year: (span.offset + month) / 12,
                        unit: unit.to_owned(),
                        category: rule.component.category,
                        component: rule.row.key.code.clone(),
                        economic_code: rule.component.economic_code.clone(),
                    };
                    let whole = rows.entry(key).or_default();
                    for (sum, more) in whole.iter_mut().zip(sums) {
                        *sum = sum.checked_add(more)?;
                    }
                }
            }
        }
        Some(rows)
    }
}

fn concerns(cap: &Cap, case: &Case) -> bool {
    let kinds = [&case.old, &case.new].into_iter().flatten().map(|group| group.staff_kind);
    cap.unit.as_ref().is_none_or(|unit| *unit == case.unit) && kinds.into_iter().any(|kind| kind == cap.staff_kind)
}

/// How many of some people may be paid in a month: what every cap on them leaves, of which they take their part.
fn take(caps: &[Cap], left: &mut [Vec<i64>], of: (&str, StaffKind, usize), count: i64) -> i64 {
    let (unit, staff_kind, month) = of;
    let mut places: Vec<&mut i64> = caps
        .iter()
        .zip(left)
        .filter(|(cap, _)| cap.staff_kind == staff_kind && cap.unit.as_deref().is_none_or(|only| only == unit))
        .filter_map(|(_, left)| left.get_mut(month))
        .collect();
    let count = places.iter().map(|left| **left).fold(count, i64::min);
    places.iter_mut().for_each(|left| **left -= count);
    count
}

#[cfg(test)]
mod tests;
