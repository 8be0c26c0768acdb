//! The rules of the law that look at the lines of an estimate beside each other. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::budget::model::{Autonomy, Estimate, Line, Nature, Side, Stage};
use crate::classification::model::{Dimension, FinancingClass, SpendField};
use crate::document::finding::{Finding, Severity};
use crate::organisation::model::{AutonomyGroup, GovernmentLevel, Kind};
use crate::word::Word;

/// Objects that one finding names; the message has the count of all.
const NAMED: usize = 100;

/// What the rules need to know beyond the lines.
#[derive(Debug, Default)]
pub struct Facts {
    /// Of the unit.
    pub government_level: Option<GovernmentLevel>,
    /// Of the unit.
    pub kind: Option<Kind>,
    /// Of the unit.
    pub autonomy: Option<AutonomyGroup>,
    /// Functional codes with their fields.
    pub fields: BTreeMap<String, String>,
    /// Source codes with their classes.
    pub classes: BTreeMap<String, FinancingClass>,
}

/// Everything that these rules find; which of them are in force is judged afterwards.
pub fn findings(estimate: &Estimate, lines: &[Line], facts: &Facts) -> Vec<Finding> {
    let found = [
        research_below(estimate, lines, facts),
        autonomy_split(estimate, lines),
        autonomy_assigned(estimate, lines, facts),
        one_chapter(estimate, lines),
        investment_items(estimate, lines),
        office_and_science(estimate, lines, facts),
        bonus_fund(estimate, lines),
        local_programmes(estimate, lines, facts),
    ];
    found.into_iter().flatten().collect()
}

/// BUD-06: no research of districts and communes, but what is delegated.
fn research_below(estimate: &Estimate, lines: &[Line], facts: &Facts) -> Option<Finding> {
    let is_below = matches!(facts.government_level, Some(GovernmentLevel::District | GovernmentLevel::Commune));
    let is_research = |line: &&Line| {
        let field = line.codes.get(Dimension::Functional).and_then(|code| facts.fields.get(code));
        is_spending(line) && !line.delegated && field.is_some_and(|field| field == SpendField::ScienceTech.as_str())
    };
    let text = |count| format!("{count} lines spend on science and technology, which districts and communes do not");
    about(estimate, lines.iter().filter(|_| is_below).filter(is_research), "BUD-06", Severity::Error, text)
        .map(|found| found.field("functional_code").suggest("delegate the task, or leave it to the province"))
}

/// BUD-16: each line of recurrent spending is on one side of the split.
fn autonomy_split(estimate: &Estimate, lines: &[Line]) -> Option<Finding> {
    let open = |line: &&Line| is_running(line) && line.autonomy == Autonomy::NotApplicable;
    let text = |count| format!("{count} lines of recurrent spending do not say whether they are given with autonomy");
    about(estimate, lines.iter().filter(open), "BUD-16", Severity::Error, text)
        .map(|found| found.field("autonomy").compared("AUTONOMOUS or NON_AUTONOMOUS", "NOT_APPLICABLE"))
}

/// BUD-16: who was assigned no autonomy spends without it.
fn autonomy_assigned(estimate: &Estimate, lines: &[Line], facts: &Facts) -> Option<Finding> {
    let unassigned = facts.kind == Some(Kind::PublicServiceUnit) && facts.autonomy.is_none();
    let with = |line: &&Line| is_running(line) && line.autonomy == Autonomy::Autonomous;
    let text = |count| format!("{count} lines are with autonomy, and the unit was assigned none");
    about(estimate, lines.iter().filter(|_| unassigned).filter(with), "BUD-16", Severity::Error, text)
        .map(|found| found.field("autonomy").compared("NON_AUTONOMOUS", "AUTONOMOUS"))
}

/// CLS-02: the lines of the unit's own have one chapter.
fn one_chapter(estimate: &Estimate, lines: &[Line]) -> Option<Finding> {
    let chapter = |line: &&Line| !line.delegated && line.codes.get(Dimension::Administrative).is_some();
    let of = |line: &Line| line.codes.get(Dimension::Administrative).unwrap_or_default().to_owned();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    lines.iter().filter(chapter).for_each(|line| *counts.entry(of(line)).or_default() += 1);
    // The first of the most frequent is taken for the unit's own.
    let usual = counts.iter().max_by_key(|(code, count)| (**count, std::cmp::Reverse((*code).clone())))?.0.clone();
    let other: BTreeSet<&String> = counts.keys().filter(|code| **code != usual).collect();
    let others: Vec<&str> = other.iter().map(|code| code.as_str()).collect();
    let text = |count| format!("{count} lines have another chapter than {usual}");
    about(estimate, lines.iter().filter(chapter).filter(|line| of(line) != usual), "CLS-02", Severity::Error, text)
        .map(|found| found.field("administrative_code").compared(&usual, others.join(", ")))
}

/// CLS-03: items of investment on lines of investment.
fn investment_items(estimate: &Estimate, lines: &[Line]) -> Option<Finding> {
    let is_item = |line: &&Line| {
        let code = line.codes.get(Dimension::Economic).and_then(|code| code.parse::<u32>().ok());
        code.is_some_and(|code| (9_200..9_450).contains(&code)) && line.nature != Nature::Investment
    };
    let text = |count| format!("{count} lines have an item of investment, and are none");
    about(estimate, lines.iter().filter(is_item), "CLS-03", Severity::Warning, text).map(|found| found.field("nature"))
}

/// CLS-04: an office runs on state management, and a public service unit does not.
fn office_and_science(estimate: &Estimate, lines: &[Line], facts: &Facts) -> Option<Finding> {
    let is_office = match facts.kind? {
        Kind::Department | Kind::Committee | Kind::Council | Kind::InternalDivision => true,
        Kind::PublicServiceUnit => false,
        Kind::Ministry | Kind::Province | Kind::District | Kind::Commune | Kind::Fund | Kind::Other => return None,
    };
    let field = |line: &Line| line.codes.get(Dimension::Functional).and_then(|code| facts.fields.get(code)).cloned();
    // What an office gives to tasks of science names them; its running costs are given with autonomy.
    let runs =
        |line: &Line| line.autonomy == Autonomy::Autonomous && line.project.is_none() && line.plan_task.is_none();
    let wrong = |line: &&Line| {
        let of = if is_office { SpendField::ScienceTech } else { SpendField::Admin };
        let is_own = is_running(line) && !line.delegated && (!is_office || runs(line));
        is_own && field(line).is_some_and(|field| field == of.as_str())
    };
    let text = |count| match is_office {
        true => format!(
            "{count} lines run an office on science and technology, which is for tasks and for public service units"
        ),
        false => format!("{count} lines run a public service unit on state management, which is for offices"),
    };
    let finding = about(estimate, lines.iter().filter(wrong), "CLS-04", Severity::Warning, text)?;
    let fields = [SpendField::Admin.as_str(), SpendField::ScienceTech.as_str()];
    let [expected, actual] = if is_office { fields } else { [fields[1], fields[0]] };
    Some(finding.field("functional_code").compared(expected, actual))
}

/// The sub-item of pay by rank and step, without allowances, and the item of bonuses.
const PAY_BY_RANK: &str = "6001";
const BONUSES: std::ops::Range<u32> = 6_200..6_250;

/// BUD-20: the bonus fund is a tenth of pay by rank and step. What is rounded each month makes no difference of one in ten thousand.
fn bonus_fund(estimate: &Estimate, lines: &[Line]) -> Option<Finding> {
    let economic = |line: &Line| line.codes.get(Dimension::Economic).map(str::to_owned);
    let is_pay = |line: &&Line| is_running(line) && economic(line).as_deref() == Some(PAY_BY_RANK);
    let is_bonus = |line: &&Line| {
        let code = economic(line).and_then(|code| code.parse::<u32>().ok());
        is_running(line) && code.is_some_and(|code| BONUSES.contains(&code))
    };
    let figure = |line: &Line| {
        let stages = [Stage::Decided, Stage::Appraised, Stage::Requested];
        i128::from(stages.into_iter().find_map(|stage| line.amounts.get(stage)).unwrap_or_default())
    };
    let pay: i128 = lines.iter().filter(is_pay).map(figure).sum();
    let bonus: i128 = lines.iter().filter(is_bonus).map(figure).sum();
    if pay <= 0 || (bonus * 10 - pay).abs() * 10_000 <= pay {
        return None;
    }
    let expected = pay / 10;
    let text = |_| format!("bonuses have {bonus}, and a tenth of {pay} of pay by rank and step is {expected}");
    let both = lines.iter().filter(|line| is_pay(line) || is_bonus(line));
    let mut finding =
        about(estimate, both, "BUD-20", Severity::Error, text)?.field("amounts").compared(expected, bonus);
    finding.difference = i64::try_from(bonus - expected).ok();
    Some(finding)
}

/// CLS-06: local programmes are not paid from central money.
fn local_programmes(estimate: &Estimate, lines: &[Line], facts: &Facts) -> Option<Finding> {
    let wrong = |line: &&Line| {
        let programme = line.codes.get(Dimension::Programme).and_then(|code| code.parse::<u32>().ok());
        let class = line.codes.get(Dimension::Source).and_then(|code| facts.classes.get(code));
        programme.is_some_and(|code| code >= 5_000) && class == Some(&FinancingClass::Central)
    };
    let text = |count| format!("{count} lines of local programmes have a central source");
    about(estimate, lines.iter().filter(wrong), "CLS-06", Severity::Error, text)
        .map(|found| found.field("programme_code").field("source_code"))
}

fn is_spending(line: &Line) -> bool {
    line.side == Side::Expenditure
}

fn is_running(line: &Line) -> bool {
    is_spending(line) && line.nature == Nature::Recurrent
}

fn about<'a>(
    estimate: &Estimate,
    lines: impl Iterator<Item = &'a Line>,
    rule: &'static str,
    severity: Severity,
    message: impl Fn(usize) -> String,
) -> Option<Finding> {
    let names: Vec<String> = lines.map(|line| estimate.line_name(&line.id).to_string()).collect();
    if names.is_empty() {
        return None;
    }
    let mut finding = Finding::new(rule, severity, "", message(names.len()));
    finding.objects = names.into_iter().take(NAMED).collect();
    Some(finding)
}

#[cfg(test)]
mod tests;
