//! What may be done with rules: read, enabled as a set, weighed; and how a document's findings are judged.

use super::across;
use super::budget::{self, Facts};
use super::judge::{Setting, Years};
use super::rules::{self, Rule, RuleSet};
use super::store::{self, Kept};
use crate::app::{Answer, App, Call, Depends, Instance, Keep, ReadAt, etag};
use crate::budget::expand;
use crate::budget::model::Estimate;
use crate::budget::store as estimates;
use crate::classification::model::Dimension;
use crate::classification::store as codes;
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::document::finding::{Citation, Finding, Phase, Severity};
use crate::document::state::State;
use crate::error::{Error, Reason, Refusal, Result};
use crate::id::{RuleName, RuleSetName};
use crate::organisation::store as units;
use crate::plan::model::Plan;
use crate::word::Word;

/// A document as the rules of this slice look at it.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A budget estimate.
    Estimate(&'a Estimate),
    /// A plan over several years.
    Plan(&'a Plan),
    /// An HR plan, which its own slice looks at.
    Workforce,
}

/// Judges what was found in a document, after the rules of the law and those that look beyond it have looked at it too.
pub fn findings(
    view: &mut View<'_>,
    (year, state): (i64, State),
    subject: Subject<'_>,
    mut found: Vec<Finding>,
) -> Result<Vec<Finding>> {
    let regime = store::kept(view)?.regime;
    match subject {
        Subject::Estimate(estimate) => {
            if regime.has(RuleSet::Vietnam, year) {
                let lines = estimates::all_lines(view, &estimate.id)?;
                found.extend(budget::findings(estimate, &lines, &facts(view, estimate)?));
            }
            found.extend(across::of_estimate(view, estimate, &regime)?);
        }
        Subject::Plan(plan) => found.extend(across::of_plan(view, plan)?),
        Subject::Workforce => {}
    }
    Ok(regime.judged(found, Phase::of(state), year))
}

/// What the rules of the law need to know of the unit and the codes.
fn facts(view: &mut View<'_>, estimate: &Estimate) -> Result<Facts> {
    let unit = units::find_unit(view, &estimate.key.unit)?;
    let sources = codes::tree(view, &estimate.scheme, Dimension::Source)?;
    Ok(Facts {
        government_level: unit.as_ref().map(|unit| unit.government_level),
        kind: unit.as_ref().map(|unit| unit.kind),
        autonomy: unit.and_then(|unit| unit.autonomy_group),
        fields: expand::fields(view, &estimate.scheme)?,
        classes: sources.into_iter().filter_map(|code| Some((code.code, code.financing_class?))).collect(),
    })
}

/// A rule as a jurisdiction takes it in a fiscal year.
#[derive(Debug, Clone)]
pub struct Shown {
    pub name: RuleName,
    pub rule: &'static Rule,
    pub year: i64,
    pub is_tested: bool,
    pub asking: Severity,
    pub deciding: Severity,
    pub citations: Vec<Citation>,
    /// What it was set to, whatever the year.
    pub setting: Option<Setting>,
    /// The revision that set it; 0 where nobody did.
    pub revision: i64,
}

/// A set of rules in a jurisdiction.
#[derive(Debug, Clone)]
pub struct ShownSet {
    pub name: RuleSetName,
    pub set: RuleSet,
    pub years: Option<Years>,
    pub rule_count: usize,
    /// The revision that enabled it; 0 where nobody did.
    pub revision: i64,
}

/// Asks for the rules.
#[derive(Debug, Clone)]
pub struct ListRules {
    pub jurisdiction: String,
    pub year: i64,
    pub set: Option<RuleSet>,
    pub tested_only: bool,
    pub read_at: ReadAt,
}

/// The rules, in the order of the register.
#[derive(Debug, Clone)]
pub struct ListedRules(pub Vec<Shown>);

/// Asks for one rule.
#[derive(Debug, Clone)]
pub struct GetRule {
    pub name: RuleName,
    pub year: i64,
    pub read_at: ReadAt,
}

/// Asks for the sets.
#[derive(Debug, Clone)]
pub struct ListRuleSets {
    pub jurisdiction: String,
    pub read_at: ReadAt,
}

/// The sets.
#[derive(Debug, Clone)]
pub struct ListedSets(pub Vec<ShownSet>);

/// Asks that a set be tested in some years.
#[derive(Debug, Clone)]
pub struct EnableRuleSet {
    pub name: RuleSetName,
    pub set: RuleSet,
    pub years: Years,
    pub etag: String,
}

/// Asks that a rule be weighed otherwise; none as it ships.
#[derive(Debug, Clone)]
pub struct SetRule {
    pub name: RuleName,
    pub year: i64,
    pub setting: Option<Setting>,
    pub etag: String,
}

fn shown(kept: &Kept, jurisdiction: &str, rule: &'static Rule, year: i64) -> Shown {
    let regime = &kept.regime;
    Shown {
        name: RuleName { jurisdiction: jurisdiction.to_owned(), rule: rule.id.to_owned() },
        rule,
        year,
        is_tested: regime.tests(rule, year),
        asking: regime.severity(rule, Phase::Asking, year),
        deciding: regime.severity(rule, Phase::Deciding, year),
        citations: regime.citations(rule, year),
        setting: regime.settings.get(rule.id).cloned(),
        revision: kept.settings.get(rule.id).copied().unwrap_or_default(),
    }
}

fn shown_set(kept: &Kept, jurisdiction: &str, set: RuleSet) -> ShownSet {
    ShownSet {
        name: RuleSetName { jurisdiction: jurisdiction.to_owned(), rule_set: set.as_str().to_ascii_lowercase() },
        set,
        years: match set {
            RuleSet::Form => Some(Years { from: 0, to: rules::OPEN }),
            RuleSet::Vietnam => kept.regime.sets.get(&set).copied(),
        },
        rule_count: rules::all().filter(|rule| rule.set == set).count(),
        revision: kept.sets.get(&set).copied().unwrap_or_default(),
    }
}

fn known(name: &RuleName) -> Result<&'static Rule> {
    rules::find(&name.rule).ok_or_else(|| Error::NotFound { kind: "Rule", name: name.to_string() })
}

pub async fn list_rules(app: App, call: Call, ask: ListRules) -> Result<Keep<ListedRules>> {
    let (jurisdiction, read_at) = (ask.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| {
        let kept = store::kept(view)?;
        let wanted = rules::all().filter(|rule| ask.set.is_none_or(|set| rule.set == set));
        let mut all: Vec<Shown> = wanted.map(|rule| shown(&kept, &ask.jurisdiction, rule, ask.year)).collect();
        all.retain(|shown| shown.is_tested || !ask.tested_only);
        Ok(ListedRules(all))
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

pub async fn get_rule(app: App, call: Call, ask: GetRule) -> Result<Keep<Shown>> {
    let jurisdiction = ask.name.jurisdiction.clone();
    let read = move |view: &mut View<'_>| {
        let rule = known(&ask.name)?;
        Ok(shown(&store::kept(view)?, &ask.name.jurisdiction, rule, ask.year))
    };
    let answer = app.read(&call, &jurisdiction, ask.read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(ask.read_at)))
}

pub async fn list_rule_sets(app: App, call: Call, ask: ListRuleSets) -> Result<Keep<ListedSets>> {
    let (jurisdiction, read_at) = (ask.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| {
        let kept = store::kept(view)?;
        Ok(ListedSets(RuleSet::ALL.iter().map(|set| shown_set(&kept, &ask.jurisdiction, *set)).collect()))
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}

pub async fn enable_rule_set(app: App, call: Call, ask: EnableRuleSet) -> Result<Answer<ShownSet>> {
    let (instance, jurisdiction) = (app.instance().clone(), ask.name.jurisdiction.clone());
    let (of, set) = (jurisdiction.clone(), ask.set);
    let run = move |tx: &mut Tx<'_>| {
        let permit = tx.standing().may_here(Action::ManageRules)?;
        tx.permit(permit);
        let kept = store::kept(&mut tx.view())?;
        let revision = kept.sets.get(&ask.set).copied().unwrap_or_default();
        require_fresh(&instance, &mut tx.view(), (&ask.etag, revision), &ask.name.to_string())?;
        store::save_set(tx, ask.set, ask.years)?;
        Ok((Entry::of(&ask.name), shown_set(&store::kept(&mut tx.view())?, &ask.name.jurisdiction, ask.set)))
    };
    let replay = move |view: &mut View<'_>, _: &First| Ok(shown_set(&store::kept(view)?, &of, set));
    app.write(&call, &jurisdiction, run, replay).await
}

pub async fn set_rule(app: App, call: Call, ask: SetRule) -> Result<Answer<Shown>> {
    let (instance, jurisdiction) = (app.instance().clone(), ask.name.jurisdiction.clone());
    let (name, year) = (ask.name.clone(), ask.year);
    let run = move |tx: &mut Tx<'_>| {
        let rule = known(&ask.name)?;
        let permit = tx.standing().may_here(Action::ManageRules)?;
        tx.permit(permit);
        let kept = store::kept(&mut tx.view())?;
        let revision = kept.settings.get(rule.id).copied().unwrap_or_default();
        require_fresh(&instance, &mut tx.view(), (&ask.etag, revision), &ask.name.to_string())?;
        if let Some(setting) = &ask.setting {
            require_citation(rule, setting)?;
        }
        store::save_setting(tx, rule.id, ask.setting.as_ref())?;
        Ok((Entry::of(&ask.name), shown(&store::kept(&mut tx.view())?, &ask.name.jurisdiction, rule, ask.year)))
    };
    let replay =
        move |view: &mut View<'_>, _: &First| Ok(shown(&store::kept(view)?, &name.jurisdiction, known(&name)?, year));
    app.write(&call, &jurisdiction, run, replay).await
}

/// What nobody has set has no etag yet; whoever sets it first must not know of another.
fn require_fresh(instance: &Instance, view: &mut View<'_>, (seen, revision): (&str, i64), name: &str) -> Result<()> {
    if revision == 0 && seen.is_empty() {
        return Ok(());
    }
    etag::require(instance, view, seen, name, revision)
}

/// Refuses to make a rule refuse that rests on nothing that anybody has read, unless a document is cited.
fn require_citation(rule: &Rule, setting: &Setting) -> Result<()> {
    let refuses = setting.asking == Severity::Error || setting.deciding == Severity::Error;
    let years = setting.years.from.max(rule.from)..=setting.years.to.min(rule.to);
    // The years in which what it rests on changes are enough to look at.
    let moments = rule.citations.iter().flat_map(|cited| [cited.from, cited.to + 1]).chain([*years.start()]);
    let unread = moments.filter(|year| years.contains(year)).any(|year| rule.is_unverified(year));
    if refuses && unread && setting.citation.document.is_empty() {
        let text = format!("{} rests on what nobody has verified: cite what it rests on to make it refuse", rule.id);
        return Err(Error::Refused(vec![Refusal::new(Reason::RuleCitationMissing, "setting.document", text)]));
    }
    Ok(())
}
