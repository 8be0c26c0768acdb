//! A verb: load, permit, decide, save. The one place through which a document moves.

use super::due;
use super::kinds::{Document, DocumentName, Planned};
use super::model::{Act, Justification, Life, Step};
use super::store;
use crate::app::{Answer, App, Call, Instance, etag};
use crate::budget::included::Choice;
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::document::duties;
use crate::document::finding::{Finding, stopping};
use crate::document::state::{State, Verb};
use crate::document::store as hands;
use crate::error::{Error, Reason, Refusal, Result};
use crate::word::Word;

/// Asks for one verb on one document.
#[derive(Debug, Clone)]
pub struct Perform {
    pub verb: Verb,
    pub name: DocumentName,
    pub etag: String,
    pub with: With,
}

/// What goes with a verb.
#[derive(Debug, Clone, Default)]
pub struct With {
    pub to_draft: bool,
    /// Remarks on lines, by line id.
    pub remarks: Vec<(String, String)>,
    pub justifications: Vec<Justification>,
    pub act: Option<Act>,
    /// What an estimate takes in of the units below.
    pub included: Choice,
}

/// Who performs a verb, and why.
#[derive(Clone)]
pub struct Performer {
    pub instance: Instance,
    pub person: String,
    /// Whom the person stands in for; empty for nobody.
    pub on_behalf_of: String,
    pub reason: String,
    /// The id of an act that is not there yet.
    pub new_id: String,
}

impl Performer {
    pub fn of(app: &App, call: &Call) -> Self {
        Self {
            instance: app.instance().clone(),
            person: call.actor.clone(),
            on_behalf_of: call.on_behalf_of.clone(),
            reason: call.reason.clone(),
            new_id: call.new_id.clone(),
        }
    }
}

/// A verb that was decided and not yet written.
pub struct Decided {
    life: Life,
    owner: String,
    verb: Verb,
    then: State,
    planned: Planned,
    findings: Vec<Finding>,
    with: With,
}

impl Decided {
    /// The document that moves, and what moves with it.
    pub fn names(&self) -> Vec<String> {
        let with = self.planned.others();
        [self.life.name.clone()].into_iter().chain(with).collect()
    }
}

pub async fn perform(app: App, call: Call, ask: Perform) -> Result<Answer<Life>> {
    let performer = Performer::of(&app, &call);
    let jurisdiction = ask.name.jurisdiction().to_owned();
    let again = ask.clone();
    let run = move |tx: &mut Tx<'_>| {
        let decided = decide(tx, &performer, &ask)?;
        let names = decided.names();
        let life = save(tx, &performer, decided)?;
        Ok((Entry { names, answer: Vec::new() }, life))
    };
    let replay = move |view: &mut View<'_>, _: &First| again_of(view, &again);
    app.write(&call, &jurisdiction, run, replay).await
}

/// What a verb answered, read again at the revision that it made.
pub fn again_of(view: &mut View<'_>, ask: &Perform) -> Result<Life> {
    let document = Document::load(view, &ask.name)?;
    let mut life = opened(view, document.life(), document.owner())?;
    if matches!(ask.verb, Verb::Submit | Verb::Approve) {
        life.findings = document.check(view)?;
    }
    Ok(life)
}

/// Decides a verb without writing anything: refusals come in the order of the contract.
pub fn decide(tx: &mut Tx<'_>, performer: &Performer, ask: &Perform) -> Result<Decided> {
    let document = Document::load(&mut tx.view(), &ask.name)?;
    let life = document.life();
    let permit = tx.standing().may_for(Action::of(ask.verb, life.state), document.owner(), life.kind.reviewers())?;
    tx.permit(permit);
    require_hands(&mut tx.view(), &life, ask.verb)?;
    document.require_hands_of_listed(&mut tx.view(), ask.verb)?;
    etag::require(&performer.instance, &mut tx.view(), &ask.etag, &life.name, life.revision)?;
    let then = life.after(ask.verb, ask.with.to_draft)?;
    let revision = tx.revision();
    let (planned, mut refusals) = document.plan(&mut tx.view(), &performer.instance, ask, then, revision)?;
    if let Some(text) = due::passed(&mut tx.view(), (life.kind, life.year, ask.verb), document.owner(), &life.document)?
    {
        refusals.insert(0, Refusal::new(Reason::DeadlinePassed, life.name.clone(), text));
    }
    let findings = checked(&mut tx.view(), &document, &life, ask)?;
    refusals.extend(stops(&mut tx.view(), &life, &findings, &ask.with)?);
    refusals.extend(unknown_lines(&mut tx.view(), &document, ask)?);
    refusals.extend(other_act(&mut tx.view(), ask.with.act.as_ref(), "act")?);
    if !refusals.is_empty() {
        return Err(Error::Refused(refusals));
    }
    let owner = document.owner().to_owned();
    Ok(Decided { life, owner, verb: ask.verb, then, planned, findings, with: ask.with.clone() })
}

/// Refuses a verb to a person, and to whom the person stands in for, where the separation of duties forbids it.
fn require_hands(view: &mut View<'_>, life: &Life, verb: Verb) -> Result<()> {
    let acting = hands::acting(view, &life.document)?;
    let asks_who = matches!(verb, Verb::Endorse | Verb::Withdraw) && life.state == State::Submitted;
    let submitted = if asks_who { store::last_submit(view, &life.document)? } else { None };
    let by: Vec<String> = submitted.into_iter().flat_map(|step| [step.person, step.on_behalf_of]).collect();
    Ok(duties::require(verb, life.state, &acting, &by)?)
}

/// The life with the verbs that are open to whoever asks.
pub fn opened(view: &mut View<'_>, mut life: Life, owner: &str) -> Result<Life> {
    for verb in life.verbs() {
        if view.standing.may_for(Action::of(verb, life.state), owner, life.kind.reviewers()).is_err() {
            continue;
        }
        match require_hands(view, &life, verb) {
            Ok(()) => life.open_verbs.push(verb),
            Err(Error::Denied { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(life)
}

fn checked(view: &mut View<'_>, document: &Document, life: &Life, ask: &Perform) -> Result<Vec<Finding>> {
    let runs = matches!((ask.verb, life.state), (Verb::Submit, _) | (Verb::Approve, _));
    if runs { document.check(view) } else { Ok(Vec::new()) }
}

/// What of the findings stops the verb. What was justified when the document was submitted stays justified.
fn stops(view: &mut View<'_>, life: &Life, findings: &[Finding], with: &With) -> Result<Vec<Refusal>> {
    let mut justified: Vec<String> = with.justifications.iter().map(|given| given.rule.clone()).collect();
    if life.state != State::Draft
        && !findings.is_empty()
        && let Some(submitted) = store::last_submit(view, &life.document)?
    {
        justified.extend(submitted.justifications.into_iter().map(|given| given.rule));
    }
    let refusal = |finding: &&Finding| Refusal {
        rule: Some(finding.rule),
        ..Refusal::new(
            Reason::Finding,
            finding.objects.first().cloned().unwrap_or_default(),
            format!("{} {}: {}", finding.severity.as_str(), finding.rule, finding.message),
        )
    };
    Ok(stopping(findings, &justified).iter().map(refusal).collect())
}

fn unknown_lines(view: &mut View<'_>, document: &Document, ask: &Perform) -> Result<Vec<Refusal>> {
    let lines: Vec<String> = ask.with.remarks.iter().map(|(line, _)| line.clone()).collect();
    let missing = document.missing_lines(view, &lines)?;
    let refusal = |line: &String| {
        let at = lines.iter().position(|other| other == line).unwrap_or_default();
        let text = format!("{} does not exist", ask.name.line(line));
        Refusal::new(Reason::ReferenceUnknown, format!("remarks[{at}].line"), text)
    };
    Ok(missing.iter().map(refusal).collect())
}

/// Why an act cannot be the one that is meant: it was stated otherwise before.
pub fn other_act(view: &mut View<'_>, act: Option<&Act>, field: &str) -> Result<Option<Refusal>> {
    let Some(act) = act else { return Ok(None) };
    Ok(store::find_act(view, act)?.filter(|(_, known)| known != act).map(|(_, known)| {
        let text = format!("{} of {} was stated before with signer {}", known.number, known.signed_on, known.signer);
        Refusal::new(Reason::ActDiffers, field, text)
    }))
}

/// Writes what was decided; answers where the document stands then.
pub fn save(tx: &mut Tx<'_>, performer: &Performer, decided: Decided) -> Result<Life> {
    let Decided { life: before, owner, verb, then, planned, findings, with } = decided;
    if let Some(part) = duties::part(verb) {
        hands::take_part(tx, &before.document, part)?;
    }
    let changed = planned.changed().to_vec();
    let life = planned.write(tx)?;
    let step = Step {
        revision: tx.revision(),
        at: tx.at(),
        verb,
        from: before.state,
        to: then,
        submission: life.submission,
        number: life.number,
        person: performer.person.clone(),
        on_behalf_of: performer.on_behalf_of.clone(),
        reason: performer.reason.clone(),
        justifications: with.justifications,
        remarks: with.remarks,
    };
    store::insert_step(tx, &before.document, &step)?;
    store::places::move_to(tx, &life, &owner, &step)?;
    match verb {
        Verb::Appraise => store::changed::begin(tx, &life, &owner, &changed)?,
        Verb::Return | Verb::Amend => store::changed::end(tx, &life.document)?,
        Verb::Submit | Verb::Withdraw | Verb::Endorse | Verb::Approve | Verb::Close | Verb::Cancel => {}
    }
    if let Some(act) = &with.act {
        let id = store::keep_act(tx, &performer.new_id, act)?;
        store::insert_decision(tx, &before.document, life.number, &id, &performer.person, before.in_force)?;
    }
    let life = opened(&mut tx.view(), life, &owner)?;
    Ok(Life { findings, ..life })
}
