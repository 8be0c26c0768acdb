//! The lines of an estimate that follow from an HR plan: load, permit, decide, save.

use std::collections::BTreeSet;

use crate::app::{Answer, App, Call, Depends, Keep, ReadAt, etag};
use crate::budget::batch::{self, Changes};
use crate::budget::model::{Context, Estimate, Line, refuse_line};
use crate::budget::{self, store as lines};
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::document::duties::Part as Hand;
use crate::document::store as hands;
use crate::error::{Error, Result};
use crate::id::{EstimateName, WorkforcePlanName};
use crate::workforce::model::WorkforcePlan;
use crate::workforce::pay_lines::{self, LineChange, Outcome, Part, Row};
use crate::workforce::store::{self, Mark};

/// Asks for the lines that follow from a plan.
#[derive(Debug, Clone)]
pub struct GeneratePayLines {
    pub estimate: EstimateName,
    pub plan: WorkforcePlanName,
    pub in_force: bool,
    pub etag: String,
}

/// The estimate with them, and what became of each.
#[derive(Debug, Clone)]
pub struct GeneratedPayLines {
    pub estimate: Estimate,
    pub text: i64,
    pub rows: Vec<Row>,
}

/// Asks how far generated lines are from their plans.
#[derive(Debug, Clone)]
pub struct ComparePayLines {
    pub estimate: EstimateName,
    pub read_at: ReadAt,
}

/// How far they are, by plan.
#[derive(Debug, Clone)]
pub struct ComparedPayLines {
    pub estimate: EstimateName,
    pub parts: Vec<Part>,
}

pub async fn generate_pay_lines(app: App, call: Call, ask: GeneratePayLines) -> Result<Answer<GeneratedPayLines>> {
    let (instance, jurisdiction) = (app.instance().clone(), ask.estimate.jurisdiction.clone());
    let (seed, again) = (call.new_id.clone(), ask.clone());
    let run = move |tx: &mut Tx<'_>| {
        let (mut estimate, plan, text) = load(&mut tx.view(), &ask)?;
        let permit = tx.standing().may_at(Action::DraftDocument, &estimate.key.unit)?;
        tx.permit(permit);
        hands::take_part(tx, &estimate.document(), Hand::Worked)?;
        etag::require(&instance, &mut tx.view(), &ask.etag, &ask.estimate.to_string(), estimate.revision)?;
        estimate.require_draft()?;
        let outcome = outcome(&mut tx.view(), &estimate, &plan, text, &seed)?;
        let rows = outcome.rows.clone();
        if !outcome.begun.is_empty() || !outcome.ended.is_empty() {
            let mark = Mark { plan: plan.id, plan_revision: text, in_force: ask.in_force, revision: 0 };
            write(tx, &mut estimate, outcome, &mark)?;
            estimate = lines::as_written(tx, estimate);
        }
        Ok((Entry::of(&ask.estimate), GeneratedPayLines { estimate, text, rows }))
    };
    let replay = move |view: &mut View<'_>, first: &First| first_answer(view, first, &again);
    app.write(&call, &jurisdiction, run, replay).await
}

/// The estimate, the plan, and the revision of its text, for whom may know of both.
fn load(view: &mut View<'_>, ask: &GeneratePayLines) -> Result<(Estimate, WorkforcePlan, i64)> {
    let estimate = budget::load(view, &ask.estimate)?;
    let plan = super::load(view, &ask.plan)?;
    let missing = || Error::NotFound { kind: "WorkforcePlan", name: ask.plan.to_string() };
    let text = pay_lines::text_of(&plan, ask.in_force).ok_or_else(missing)?;
    Ok((estimate, plan, text))
}

/// What generating does, or every reason why it does nothing.
fn outcome(view: &mut View<'_>, estimate: &Estimate, plan: &WorkforcePlan, text: i64, seed: &str) -> Result<Outcome> {
    let unfit = pay_lines::unfit(estimate, plan);
    if !unfit.is_empty() {
        return Err(Error::Refused(unfit));
    }
    let tuples = pay_lines::book_now(view, estimate, plan, text)?;
    let own: Vec<Line> =
        pay_lines::generated(view, &estimate.id, &plan.id)?.into_iter().map(|(line, _)| line).collect();
    let fixed = match estimate.in_force {
        Some(revision) => {
            let ids: Vec<String> = own.iter().map(|line| line.id.clone()).collect();
            lines::lines_there(&mut view.at(revision), &estimate.id, &ids)?
        }
        None => BTreeSet::new(),
    };
    // The ids of new lines follow from that of the command, which may run twice.
    Ok(pay_lines::reconcile(own, &tuples, &fixed, |number| format!("{seed}-{number}")))
}

/// Writes lines, marks, totals and header, once the rules of lines allow each line.
fn write(tx: &mut Tx<'_>, estimate: &mut Estimate, outcome: Outcome, mark: &Mark) -> Result<()> {
    let Outcome { rows: _, ended, mut begun } = outcome;
    for (_, line) in begun.iter_mut().filter(|(_, line)| line.sequence == 0) {
        estimate.last_sequence += 1;
        line.sequence = estimate.last_sequence;
    }
    let old = |line: &Line| ended.iter().find(|old| old.id == line.id);
    let pairs = begun.iter().map(|(_, line)| (old(line), line));
    let facts = batch::facts(&mut tx.view(), &estimate.scheme, &estimate.key, pairs)?;
    let context = Context { key: &estimate.key, scheme: &estimate.scheme, state: estimate.state };
    let refuse = |(row, line): &(usize, Line)| refuse_line(line, old(line), &context, &facts, &format!("lines[{row}]"));
    let refusals: Vec<_> = begun.iter().flat_map(refuse).collect();
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    let known = store::marks_of(&mut tx.view(), &estimate.id)?;
    let marked = |(_, line): &(usize, Line)| (line.id.clone(), known.get(&line.id).cloned(), mark.clone());
    let marks: Vec<(String, Option<Mark>, Mark)> = begun.iter().map(marked).collect();
    let before = estimate.totals.clone();
    let changes = Changes::of(ended, begun.into_iter().map(|(_, line)| line).collect());
    batch::count(estimate, &changes)?;
    batch::write(tx, &estimate.id, changes)?;
    store::mark(tx, &estimate.id, &marks)?;
    lines::save_estimate(tx, &before, estimate)
}

/// The first answer, read again: what was decided one revision before, with the lines that came of it.
fn first_answer(view: &mut View<'_>, first: &First, ask: &GeneratePayLines) -> Result<GeneratedPayLines> {
    let (estimate, plan, text) = load(view, ask)?;
    let mut before = view.at(first.revision - 1);
    let old = budget::load(&mut before, &ask.estimate)?;
    let mut rows = outcome(&mut before, &old, &plan, text, "")?.rows;
    let made = pay_lines::generated(view, &estimate.id, &plan.id)?;
    for row in rows.iter_mut().filter(|row| row.change == LineChange::Created) {
        let same = |line: &Line| {
            (line.side, &line.codes, line.autonomy) == (row.tuple.side, &row.tuple.codes, row.tuple.autonomy)
        };
        row.line = made.iter().find(|(line, _)| same(line)).map(|(line, _)| line.id.clone()).unwrap_or_default();
    }
    Ok(GeneratedPayLines { estimate, text, rows })
}

pub async fn compare_pay_lines(app: App, call: Call, ask: ComparePayLines) -> Result<Keep<ComparedPayLines>> {
    let (jurisdiction, read_at) = (ask.estimate.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| {
        let estimate = budget::load(view, &ask.estimate)?;
        Ok(ComparedPayLines { estimate: ask.estimate.clone(), parts: pay_lines::compare(view, &estimate)? })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    // Plans, pay parameters, rules and units all count.
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}
