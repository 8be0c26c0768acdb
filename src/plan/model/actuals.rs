//! What was reported of an indicator and of a task, and whether a report may stand. Pure.
//!
//! What is not reported is not 0: it has no value at all.

use super::{Aggregation, Content, Indicator, Item, Plan, ValueKind, number};
use crate::document::finding::{Finding, Severity};
use crate::error::{Reason, Refusal};
use crate::words;

words! {
    /// How sure a reported value is.
    Status {
        Provisional "PROVISIONAL",
        Official "OFFICIAL",
        Revised "REVISED",
    }
}

words! {
    /// How far a task has come.
    TaskState {
        NotStarted "NOT_STARTED",
        InProgress "IN_PROGRESS",
        DoneOnTime "DONE_ON_TIME",
        DoneLate "DONE_LATE",
        Late "LATE",
        Suspended "SUSPENDED",
        Cancelled "CANCELLED",
    }
}

impl TaskState {
    /// Whether nothing is left to do: it is done, or given up.
    pub fn is_over(self) -> bool {
        match self {
            Self::DoneOnTime | Self::DoneLate | Self::Cancelled => true,
            Self::NotStarted | Self::InProgress | Self::Late | Self::Suspended => false,
        }
    }
}

/// A period that is reported: a year, or one of its quarters; quarter 0 is the year.
pub type Period = (i64, i64);

/// What is reported of an indicator for a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actual {
    /// The id of the indicator.
    pub indicator: String,
    /// The year and the quarter.
    pub period: Period,
    /// How sure it is.
    pub status: Status,
    /// What was there.
    pub reported: Reported,
    /// Why it is revised; empty otherwise.
    pub reason: String,
    /// What shows it: a document, a sentence.
    pub evidence: String,
    /// When it was recorded.
    pub at: crate::clock::Micros,
    /// The revision that recorded it.
    pub revision: i64,
}

/// A reported value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reported {
    /// Nothing was reported, and that is known.
    Nothing,
    /// A number, in ten-thousandths.
    Number(i64),
    /// A text.
    Text(String),
    /// The ids of what is counted, each once, in their order.
    Members(Vec<String>),
}

/// What is reported of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskReport {
    /// The id of the task.
    pub task: String,
    /// How far it is.
    pub progress: TaskState,
    /// How much of it is done, in basis points.
    pub done: Option<i64>,
    /// A remark.
    pub note: String,
    /// What shows it.
    pub evidence: String,
    /// When it was recorded.
    pub at: crate::clock::Micros,
    /// The revision that recorded it.
    pub revision: i64,
}

impl Actual {
    /// Whether it says the same as another, whenever that was recorded.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let said = |one: &Self| (one.status, one.reported.clone(), one.reason.clone(), one.evidence.clone());
        said(self) == said(other)
    }
}

impl TaskReport {
    /// Whether it says the same as another, whenever that was recorded.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let said = |one: &Self| (one.progress, one.done, one.note.clone(), one.evidence.clone());
        said(self) == said(other)
    }
}

/// Why a report may not stand, given what stood before.
pub fn refuse(plan: &Plan, indicator: &Indicator, old: Option<&Actual>, new: &Actual, path: &str) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    let mut refuse = |reason, field: &str, text: String| {
        refusals.push(Refusal::new(reason, format!("{path}.{field}"), text));
    };
    if !plan.covers(new.period.0) {
        let text = format!("{} is not one of the years {} to {}", new.period.0, plan.first_year, plan.last_year);
        refuse(Reason::PlanYearOutside, "year", text);
    }
    if indicator.formula.is_some() || indicator.ratio.is_some() {
        let text = "it is computed from other indicators, and never typed";
        refuse(Reason::ActualDerived, "indicator", text.to_owned());
    } else if let Some(wrong) = unfit(indicator, &new.reported) {
        refuse(Reason::ActualUnfit, "value", wrong.to_owned());
    }
    let was_final = old.is_some_and(|old| matches!(old.status, Status::Official | Status::Revised));
    if was_final && new.status != Status::Revised {
        let text = "an official value is only revised, with a reason";
        refuse(Reason::ActualStatus, "status", text.to_owned());
    }
    if !was_final && new.status == Status::Revised {
        refuse(Reason::ActualStatus, "status", "only an official value is revised".to_owned());
    }
    refusals
}

/// Why what is reported is no value of the indicator.
fn unfit(indicator: &Indicator, reported: &Reported) -> Option<&'static str> {
    let is_text = indicator.value_kind == ValueKind::Text;
    match reported {
        Reported::Nothing => None,
        Reported::Text(_) => (!is_text).then_some("the indicator has numbers"),
        Reported::Members(_) => {
            (indicator.aggregation != Aggregation::Distinct).then_some("members are listed for DISTINCT alone")
        }
        Reported::Number(_) if is_text => Some("the indicator has texts"),
        Reported::Number(value) if indicator.value_kind == ValueKind::Boolean && ![0, 10_000].contains(value) => {
            Some("a BOOLEAN is 1 or 0")
        }
        Reported::Number(value) if indicator.value_kind == ValueKind::Count && value % 10_000 != 0 => {
            Some("a COUNT is whole")
        }
        Reported::Number(_) => None,
    }
}

/// REP-02: what is reported as a sum up to a quarter is no less than up to the quarter before, unless it was revised.
pub fn falling(plan: &Plan, items: &[Item], reports: &[Actual]) -> Vec<Finding> {
    let is_running = |item: &&Item| match &item.content {
        Content::Indicator(indicator) => indicator.cumulative && indicator.aggregation == Aggregation::Sum,
        Content::Section(_) | Content::Goal(_) | Content::Task(_) | Content::Funding(_) => false,
    };
    let mut found = Vec::new();
    for item in items.iter().filter(is_running) {
        let mut last: Option<(&Actual, i64)> = None;
        let of_item = reports.iter().filter(|report| report.indicator == item.id);
        let mut reports: Vec<&Actual> = of_item.collect();
        // The year itself, quarter 0, comes after its quarters.
        reports.sort_by_key(|report| (report.period.0, report.period.1 == 0, report.period.1));
        for report in reports {
            let Reported::Number(value) = report.reported else { continue };
            let before = last.replace((report, value));
            let Some((earlier, least)) = before.filter(|(earlier, _)| earlier.period.0 == report.period.0) else {
                continue;
            };
            if value >= least || report.status == Status::Revised {
                continue;
            }
            let (now, then) = (number::text(value), number::text(least));
            let text = format!("{} has {now}, less than {then} in {}", place(report), place(earlier));
            let name = plan.item_name(item.content.kind(), &item.id).to_string();
            let finding = Finding::new("REP-02", Severity::Warning, name, text).field("value");
            found.push(finding.compared(then, now).suggest("report it as REVISED, with the reason"));
        }
    }
    found
}

fn place(report: &Actual) -> String {
    match report.period {
        (year, 0) => year.to_string(),
        (year, quarter) => format!("Q{quarter}/{year}"),
    }
}

#[cfg(test)]
pub mod tests {
    use super::super::Content;
    use super::super::findings::tests::{indicator, plan};
    use super::*;

    pub fn actual(indicator: &str, period: Period, value: i64) -> Actual {
        Actual {
            indicator: indicator.to_owned(),
            period,
            status: Status::Official,
            reported: Reported::Number(value * 10_000),
            reason: String::new(),
            evidence: String::new(),
            at: 0,
            revision: 1,
        }
    }

    fn refused(old: Option<Status>, new: Status, change: impl Fn(&mut Indicator, &mut Actual)) -> Vec<&'static str> {
        let Content::Indicator(mut indicator) = indicator("i").content else { return Vec::new() };
        let mut report = Actual { status: new, ..actual("i", (2013, 0), 12) };
        change(&mut indicator, &mut report);
        let old = old.map(|status| Actual { status, ..actual("i", (2013, 0), 11) });
        let refusals = refuse(&plan(2011, 2015), &indicator, old.as_ref(), &report, "x");
        refusals.iter().map(|refusal| refusal.reason.as_str()).collect()
    }

    #[test]
    fn a_value_goes_from_provisional_to_official_and_is_then_only_revised() {
        use Status::{Official, Provisional, Revised};
        for (old, new, expected) in [
            (None, Provisional, ""),
            (None, Official, ""),
            (None, Revised, "ACTUAL_STATUS"),
            (Some(Provisional), Provisional, ""),
            (Some(Provisional), Official, ""),
            (Some(Provisional), Revised, "ACTUAL_STATUS"),
            (Some(Official), Provisional, "ACTUAL_STATUS"),
            (Some(Official), Official, "ACTUAL_STATUS"),
            (Some(Official), Revised, ""),
            (Some(Revised), Official, "ACTUAL_STATUS"),
            (Some(Revised), Revised, ""),
        ] {
            assert_eq!(refused(old, new, |_, _| ()).join(" "), expected, "{old:?} {new:?}");
        }
    }

    #[test]
    fn a_report_fits_its_indicator() {
        let once = |change: &dyn Fn(&mut Indicator, &mut Actual)| refused(None, Status::Official, change).join(" ");
        assert_eq!(once(&|_, new| new.period = (2016, 0)), "PLAN_YEAR_OUTSIDE");
        assert_eq!(once(&|one, _| one.formula = Some("{a}".to_owned())), "ACTUAL_DERIVED");
        assert_eq!(once(&|one, _| one.value_kind = ValueKind::Text), "ACTUAL_UNFIT");
        assert_eq!(once(&|_, new| new.reported = Reported::Text("x".to_owned())), "ACTUAL_UNFIT");
        assert_eq!(once(&|one, _| one.value_kind = ValueKind::Boolean), "ACTUAL_UNFIT");
        assert_eq!(once(&|_, new| new.reported = Reported::Number(5)), "ACTUAL_UNFIT");
        assert_eq!(once(&|_, new| new.reported = Reported::Members(Vec::new())), "ACTUAL_UNFIT");
        assert_eq!(once(&|_, new| new.reported = Reported::Nothing), "");
    }

    #[test]
    fn a_running_sum_never_falls_unless_it_is_revised() {
        let mut item = indicator("i");
        if let Content::Indicator(indicator) = &mut item.content {
            indicator.cumulative = true;
        }
        let found = |reports: &[Actual]| {
            let found = falling(&plan(2011, 2015), std::slice::from_ref(&item), reports);
            found.into_iter().map(|found| found.message).collect::<Vec<_>>()
        };
        let (first, second) = (actual("i", (2013, 1), 5), actual("i", (2013, 2), 4));
        assert_eq!(found(&[first.clone(), actual("i", (2013, 2), 5)]), [""; 0]);
        assert_eq!(found(&[first.clone(), second.clone()]), ["Q2/2013 has 4, less than 5 in Q1/2013"]);
        let year = actual("i", (2013, 0), 3);
        assert_eq!(found(&[year, first.clone()]), ["2013 has 3, less than 5 in Q1/2013"]);
        assert_eq!(found(&[first.clone(), Actual { status: Status::Revised, ..second }]), [""; 0]);
        // Another year begins anew, and what is summed up later is no running sum.
        assert_eq!(found(&[first, actual("i", (2014, 1), 1)]), [""; 0]);
        assert_eq!(falling(&plan(2011, 2015), &[indicator("i")], &[]), []);
    }
}
