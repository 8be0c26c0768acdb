//! What the check of a plan finds: sums that do not tie, years that are not its own, a label that says something else. Pure.

use std::collections::BTreeMap;

use super::{Content, Funding, Item, Kind, Part, Plan, frame};
use crate::budget::model::Nature;
use crate::classification::model::FinancingClass;
use crate::document::finding::{Finding, Severity};
use crate::word::Word;

/// Where money stands in a table: year, class, nature and part. None is the sum over it.
type Cell = (Option<i64>, Option<FinancingClass>, Option<Nature>, Option<Part>);

/// Everything that the rules find.
pub fn findings(plan: &Plan, items: &[Item]) -> Vec<Finding> {
    let mut found = Vec::new();
    found.extend(label(plan));
    found.extend(span(plan));
    found.extend(outside(plan, items));
    found.extend(sums(plan, items));
    found.extend(parts(plan, items));
    found.extend(serves_nothing(plan, items));
    found.extend(frame::findings(plan, items));
    found
}

/// The years that a label names: the first and the last number of four digits.
fn years(label: &str) -> Option<(i64, i64)> {
    let numbers = label.split(|c: char| !c.is_ascii_digit()).filter(|part| part.len() == 4);
    let years: Vec<i64> = numbers.filter_map(|part| part.parse().ok()).collect();
    Some((*years.first()?, *years.last()?))
}

fn label(plan: &Plan) -> Option<Finding> {
    let (first, last) = years(&plan.label).filter(|years| *years != (plan.first_year, plan.last_year))?;
    let text = format!(
        "\"{}\" reads as {} years, the plan covers {} to {}",
        plan.label,
        last - first + 1,
        plan.first_year,
        plan.last_year
    );
    let finding = Finding::new("PLN-LABEL", Severity::Warning, plan.name().to_string(), text);
    let (read, kept) = (format!("{first}-{last}"), format!("{}-{}", plan.first_year, plan.last_year));
    Some(finding.field("label").compared(kept, read))
}

fn span(plan: &Plan) -> Option<Finding> {
    let years = plan.last_year - plan.first_year + 1;
    let custom = plan.kind.span().filter(|custom| *custom != years)?;
    let text = format!("a plan of kind {} covers {custom} years by custom, this one {years}", plan.kind.as_str());
    let finding = Finding::new("PLN-SPAN", Severity::Warning, plan.name().to_string(), text);
    Some(finding.field("last_year").compared(custom, years))
}

fn outside(plan: &Plan, items: &[Item]) -> Vec<Finding> {
    let mut found = Vec::new();
    for item in items {
        let years: Vec<(&str, i64)> = match &item.content {
            Content::Indicator(indicator) => indicator.targets.iter().map(|target| ("targets", target.year)).collect(),
            Content::Funding(funding) => vec![("year", funding.year)],
            Content::Section(_) | Content::Goal(_) | Content::Task(_) => Vec::new(),
        };
        let holds = |field: &str, year| if field == "year" { plan.holds_money_of(year) } else { plan.covers(year) };
        for (field, year) in years.into_iter().filter(|(field, year)| *year != 0 && !holds(field, *year)) {
            let text = format!("{year} is not one of the years {} to {}", plan.first_year, plan.last_year);
            found.push(about(plan, item, "PLN-02", Severity::Error, text).field(field));
        }
    }
    found
}

fn about(plan: &Plan, item: &Item, rule: &'static str, severity: Severity, text: String) -> Finding {
    Finding::new(rule, severity, plan.item_name(item.content.kind(), &item.id).to_string(), text)
}

/// The rows of money with their cells.
fn cells(items: &[Item]) -> impl Iterator<Item = (&Item, &Funding, Cell)> {
    items.iter().filter_map(|item| match &item.content {
        Content::Funding(funding) => {
            let year = Some(funding.year).filter(|year| *year != 0);
            Some((item, funding, (year, funding.class, funding.nature, funding.part)))
        }
        Content::Section(_) | Content::Goal(_) | Content::Indicator(_) | Content::Task(_) => None,
    })
}

/// Every stated sum is the sum of its parts, over the years, the classes and the natures; and no cell is stated twice.
fn sums(plan: &Plan, items: &[Item]) -> Vec<Finding> {
    let mut tables: BTreeMap<Option<&str>, BTreeMap<Cell, (&Item, i64)>> = BTreeMap::new();
    let mut found = Vec::new();
    for (item, funding, cell) in cells(items) {
        let table = tables.entry(funding.task.as_deref()).or_default();
        if table.insert(cell, (item, funding.amount)).is_some() {
            let text = format!("{} is stated twice", place(cell));
            found.push(about(plan, item, "PLN-01", Severity::Error, text).field("amount"));
        }
    }
    for table in tables.values() {
        for (sum, (item, stated)) in table {
            for (over, is_part) in PARTS {
                let parts: Vec<i64> =
                    table.iter().filter(|(cell, _)| is_part(sum, cell)).map(|(_, (_, amount))| *amount).collect();
                let total: i128 = parts.iter().map(|amount| i128::from(*amount)).sum();
                if parts.is_empty() || total == i128::from(*stated) {
                    continue;
                }
                let text = format!("{} is {stated}, and its parts by {over} add to {total}", place(*sum));
                let finding = about(plan, item, "PLN-01", Severity::Error, text).field("amount");
                let difference = i64::try_from(i128::from(*stated) - total).ok();
                found.push(Finding { difference, ..finding.compared(total, stated) });
            }
        }
    }
    found
}

/// Whether a cell is a part of a sum.
type IsPart = fn(&Cell, &Cell) -> bool;

/// By what a sum is divided, and whether a cell is a part of it.
const PARTS: [(&str, IsPart); 4] = [
    ("year", |sum, cell| sum.0.is_none() && cell.0.is_some() && (sum.1, sum.2, sum.3) == (cell.1, cell.2, cell.3)),
    ("class", |sum, cell| sum.1.is_none() && cell.1.is_some() && (sum.0, sum.2, sum.3) == (cell.0, cell.2, cell.3)),
    ("nature", |sum, cell| sum.2.is_none() && cell.2.is_some() && (sum.0, sum.1, sum.3) == (cell.0, cell.1, cell.3)),
    // A ceiling is no part of a need.
    ("part", |sum, cell| {
        let is_need = matches!(cell.3, Some(Part::Baseline | Part::New));
        sum.3.is_none() && is_need && (sum.0, sum.1, sum.2) == (cell.0, cell.1, cell.2)
    }),
];

fn place(cell: Cell) -> String {
    let (year, class, nature, part) = cell;
    let year = year.map_or_else(|| "all years".to_owned(), |year| year.to_string());
    let (class, nature) = (class.map_or("all classes", Word::as_str), nature.map_or("all natures", Word::as_str));
    match part {
        Some(part) => format!("{year}, {class}, {nature}, {}", part.as_str()),
        None => format!("{year}, {class}, {nature}"),
    }
}

/// Where both the plan and its tasks state a cell, the tasks add to the plan.
fn parts(plan: &Plan, items: &[Item]) -> Vec<Finding> {
    let mut of_tasks: BTreeMap<Cell, i128> = BTreeMap::new();
    for (_, funding, cell) in cells(items).filter(|(_, funding, _)| funding.task.is_some()) {
        *of_tasks.entry(cell).or_default() += i128::from(funding.amount);
    }
    let mut found = Vec::new();
    for (item, funding, cell) in cells(items).filter(|(_, funding, _)| funding.task.is_none()) {
        let Some(total) = of_tasks.get(&cell).filter(|total| **total != i128::from(funding.amount)) else { continue };
        let text = format!("{} of the plan is {}, and that of its tasks adds to {total}", place(cell), funding.amount);
        let finding = about(plan, item, "PLN-PARTS", Severity::Warning, text).field("amount");
        found.push(finding.compared(total, funding.amount));
    }
    found
}

/// A task of an annual plan serves a goal of a longer one, or says why not.
fn serves_nothing(plan: &Plan, items: &[Item]) -> Vec<Finding> {
    if plan.kind != Kind::Annual {
        return Vec::new();
    }
    let alone = |item: &&Item| match &item.content {
        Content::Task(task) => task.serves.is_none() && task.outside_reason.is_empty(),
        Content::Section(_) | Content::Goal(_) | Content::Indicator(_) | Content::Funding(_) => false,
    };
    let text = "it serves no goal of a longer plan, and no reason is given";
    let found = items.iter().filter(alone);
    found.map(|item| about(plan, item, "PLN-10", Severity::Warning, text.to_owned()).field("serves")).collect()
}

#[cfg(test)]
pub mod tests {
    use super::super::{Aggregation, Goal, Indicator, Target, Task, ValueKind};
    use super::*;
    use crate::document::state::State;

    pub fn plan(first_year: i64, last_year: i64) -> Plan {
        Plan {
            jurisdiction: "dt".to_owned(),
            id: "p".to_owned(),
            unit: "khcn".to_owned(),
            kind: Kind::Development,
            title: String::new(),
            label: String::new(),
            first_year,
            last_year,
            base_year: None,
            refers_to: Vec::new(),
            narrative: String::new(),
            legal_basis: Vec::new(),
            state: State::Draft,
            submission: 0,
            number: 0,
            in_force: None,
            shown_in_force: false,
            item_count: 0,
            last_sequence: 0,
            revision: 1,
            created_at: 0,
            updated_at: 0,
        }
    }

    fn item(id: &str, content: Content) -> Item {
        Item { id: id.to_owned(), sequence: 1, content, revision: 1 }
    }

    pub fn goal(id: &str) -> Item {
        item(id, Content::Goal(Goal { title: id.to_owned(), ..Goal::default() }))
    }

    pub fn task(id: &str) -> Item {
        item(id, Content::Task(Box::new(Task { title: id.to_owned(), ..Task::default() })))
    }

    pub fn indicator(id: &str) -> Item {
        let indicator = Indicator {
            code: String::new(),
            title: id.to_owned(),
            goal: None,
            measure: String::new(),
            value_kind: ValueKind::Count,
            direction: None,
            comparator: None,
            aggregation: Aggregation::Sum,
            cumulative: false,
            decimals: 0,
            formula: None,
            ratio: None,
            baseline: None,
            targets: Vec::new(),
            source: String::new(),
            note: String::new(),
            roll_up: None,
        };
        item(id, Content::Indicator(Box::new(indicator)))
    }

    pub fn funding(id: &str, task: Option<&str>, year: i64, nature: Option<Nature>, amount: i64) -> Item {
        let task = task.map(str::to_owned);
        item(id, Content::Funding(Funding { task, year, nature, amount, ..Funding::default() }))
    }

    fn found(plan: &Plan, items: &[Item]) -> Vec<String> {
        let told = |finding: &Finding| format!("{} {} {}", finding.rule, finding.expected, finding.actual);
        findings(plan, items).iter().map(told).collect()
    }

    #[test]
    fn a_label_that_says_other_years_is_found_and_one_without_years_is_not() {
        for (label, expected) in [
            ("2010–2015", vec!["PLN-LABEL 2011-2015 2010-2015"]),
            ("2011–2015", vec![]),
            ("giai đoạn 2011-2015", vec![]),
            ("", vec![]),
            ("5 năm", vec![]),
            ("2015", vec!["PLN-LABEL 2011-2015 2015-2015"]),
        ] {
            let plan = Plan { label: label.to_owned(), ..plan(2011, 2015) };
            assert_eq!(found(&plan, &[]), expected, "{label}");
        }
    }

    #[test]
    fn another_span_than_the_customary_is_found() {
        assert_eq!(found(&plan(2010, 2015), &[]), ["PLN-SPAN 5 6"]);
        assert_eq!(found(&Plan { kind: Kind::ActionProgramme, ..plan(2010, 2017) }, &[]), [""; 0]);
        assert_eq!(found(&Plan { kind: Kind::ThreeYearFinancial, ..plan(2014, 2015) }, &[]), ["PLN-SPAN 3 2"]);
    }

    /// The table of a real provincial plan in million đồng: two natures, five years, both margins.
    fn real(grand_total: i64) -> Vec<Item> {
        let rows: [(Option<Nature>, [i64; 6]); 3] = [
            (Some(Nature::Recurrent), [1_000, 14_000, 19_000, 17_000, 14_000, 65_000]),
            (Some(Nature::Investment), [0, 56_000, 91_000, 83_000, 70_000, 300_000]),
            (None, [1_000, 70_000, 110_000, 100_000, 84_000, grand_total]),
        ];
        let years = [2026, 2027, 2028, 2029, 2030, 0];
        let cell = |(nature, amounts): (Option<Nature>, [i64; 6])| {
            years.into_iter().zip(amounts).map(move |(year, amount)| funding("f", None, year, nature, amount))
        };
        rows.into_iter().flat_map(cell).collect()
    }

    #[test]
    fn rows_and_columns_of_a_real_table_tie() {
        let plan = plan(2026, 2030);
        assert_eq!(found(&plan, &real(365_000)), [""; 0]);
        // By year and by nature, both ways to the same total are wrong.
        assert_eq!(found(&plan, &real(364_999)), ["PLN-01 365000 364999", "PLN-01 365000 364999"]);
        let twice = [funding("f", None, 2026, None, 1), funding("g", None, 2026, None, 1)];
        assert_eq!(found(&plan, &twice), ["PLN-01  "]);
    }

    #[test]
    fn the_tasks_add_to_the_plan() {
        let recurrent = Some(Nature::Recurrent);
        let components = [22_000, 7_000, 11_000, 5_000, 8_000, 7_000, 1_500, 1_500, 2_000];
        let of_tasks =
            components.iter().zip(0..).map(|(amount, at)| funding("f", Some(&format!("t{at}")), 0, recurrent, *amount));
        let items: Vec<Item> = real(365_000).into_iter().chain(of_tasks).collect();
        assert_eq!(found(&plan(2026, 2030), &items), [""; 0]);
        assert_eq!(found(&plan(2026, 2030), &items[..items.len() - 1]), ["PLN-PARTS 63000 65000"]);
    }

    #[test]
    fn years_outside_the_plan_are_errors() {
        let mut late = indicator("a");
        if let Content::Indicator(indicator) = &mut late.content {
            indicator.targets = vec![Target { year: 2016, value: 1, upper: None }];
        }
        assert_eq!(found(&plan(2011, 2015), &[late, funding("f", None, 2010, None, 1)]), ["PLN-02  ", "PLN-02  "]);
    }

    #[test]
    fn a_task_of_a_year_serves_a_longer_plan_or_says_why_not() {
        let annual = Plan { kind: Kind::Annual, ..plan(2014, 2014) };
        let with = |change: &dyn Fn(&mut Task)| {
            let mut item = task("t");
            if let Content::Task(task) = &mut item.content {
                change(task);
            }
            item
        };
        let serving = with(&|task| task.serves = Some(("p".to_owned(), "g".to_owned())));
        let outside = with(&|task| task.outside_reason = "mới phát sinh".to_owned());
        assert_eq!(found(&annual, &[serving, outside, task("t")]), ["PLN-10  "]);
        assert_eq!(found(&plan(2011, 2015), &[task("t")]), [""; 0]);
    }
}
