//! What may be done with funding rules: load, permit, decide, save.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::{Answer, App, Call, Depends, Instance, Keep, ReadAt, etag};
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::error::{Error, Reason, Refusal, Result, Stale};
use crate::grpc::page::Page;
use crate::id::UnitName;
use crate::organisation::store as units;
use crate::workforce::model::{FundingKey, FundingRule, ParameterKind};
use crate::workforce::store::{self, RuleFilter};

/// Asks for many changes of rules at once.
#[derive(Debug, Clone)]
pub struct BatchWriteFundingRules {
    pub jurisdiction: String,
    pub operations: Vec<RuleOperation>,
}

/// One change of a rule.
#[derive(Debug, Clone)]
pub struct RuleOperation {
    pub key: FundingKey,
    /// None removes the rule.
    pub write: Option<FundingRule>,
    /// Empty where the caller knows of none.
    pub etag: String,
}

/// The rules that a batch wrote, by operation, and whether each stands.
#[derive(Debug, Clone)]
pub struct WrittenRules {
    pub names: Vec<(String, bool)>,
    pub revision: i64,
}

/// Asks for one rule.
#[derive(Debug, Clone)]
pub struct GetFundingRule {
    pub jurisdiction: String,
    pub key: FundingKey,
    pub read_at: ReadAt,
}

/// Asks for a page of rules.
#[derive(Debug, Clone)]
pub struct ListFundingRules {
    pub jurisdiction: String,
    pub filter: RuleFilter,
    pub read_at: ReadAt,
    pub page: Page,
}

/// One rule with its jurisdiction.
#[derive(Debug, Clone)]
pub struct NamedRule {
    pub jurisdiction: String,
    pub rule: FundingRule,
}

/// A page of rules.
#[derive(Debug, Clone)]
pub struct ListedRules {
    pub jurisdiction: String,
    pub rules: Vec<FundingRule>,
    pub next_page_token: String,
}

/// What all commands on funding rules touch.
fn touched_rules(jurisdiction: &str) -> String {
    format!("jurisdictions/{jurisdiction}/fundingRules")
}

pub async fn batch_write_funding_rules(
    app: App,
    call: Call,
    ask: BatchWriteFundingRules,
) -> Result<Answer<WrittenRules>> {
    let (instance, jurisdiction) = (app.instance().clone(), ask.jurisdiction.clone());
    let written = |one: &RuleOperation| (one.key.name(&ask.jurisdiction).to_string(), one.write.is_some());
    let names: Vec<(String, bool)> = ask.operations.iter().map(written).collect();
    let again = names.clone();
    let run = move |tx: &mut Tx<'_>| {
        let of_units: BTreeSet<&String> = ask.operations.iter().map(|one| &one.key.unit).collect();
        let of_units: Vec<String> = of_units.into_iter().cloned().collect();
        let known: BTreeMap<FundingKey, FundingRule> =
            store::rules_of(&mut tx.view(), &of_units)?.into_iter().map(|rule| (rule.key.clone(), rule)).collect();
        let permits = of_units.iter().map(|unit| tx.standing().may_at(Action::ManageFunding, unit));
        let permits = permits.collect::<std::result::Result<Vec<_>, _>>();
        // Which rules there are is told to members only.
        if tx.standing().is_member() {
            require_there(&ask, &known)?;
        }
        permits?.into_iter().for_each(|permit| tx.permit(permit));
        require_fresh(&instance, &ask, &known)?;
        let refusals = refuse_unknown(&mut tx.view(), &ask)?;
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        let ended = ask.operations.iter().filter_map(|one| known.get(&one.key).cloned()).collect::<Vec<_>>();
        let begun = ask.operations.iter().filter_map(|one| one.write.clone()).collect::<Vec<_>>();
        store::end_rules(tx, &ended)?;
        store::insert_rules(tx, &begun)?;
        let written = WrittenRules { names: names.clone(), revision: tx.revision() };
        Ok((Entry::of(touched_rules(&ask.jurisdiction)), written))
    };
    // The request says which rules were written, and the first execution at which revision.
    let replay =
        move |_: &mut View<'_>, first: &First| Ok(WrittenRules { names: again.clone(), revision: first.revision });
    app.write(&call, &jurisdiction, run, replay).await
}

fn require_there(ask: &BatchWriteFundingRules, known: &BTreeMap<FundingKey, FundingRule>) -> Result<()> {
    let gone = ask.operations.iter().find(|one| one.write.is_none() && !known.contains_key(&one.key));
    gone.map_or(Ok(()), |gone| {
        Err(Error::NotFound { kind: "FundingRule", name: gone.key.name(&ask.jurisdiction).to_string() })
    })
}

/// Every rule is as the caller knows it.
fn require_fresh(
    instance: &Instance,
    ask: &BatchWriteFundingRules,
    known: &BTreeMap<FundingKey, FundingRule>,
) -> Result<()> {
    let stale = ask.operations.iter().enumerate().filter_map(|(position, operation)| {
        let current = known.get(&operation.key).map(|rule| rule.revision);
        let same = match current {
            Some(revision) => etag::revision(instance, &operation.etag) == Some(revision),
            None => operation.etag.is_empty(),
        };
        let verb = if operation.write.is_some() { "write" } else { "remove" };
        let changed = current.map(|revision| format!("revision {revision}")).into_iter().collect();
        let current = current.map(|revision| etag::of(instance, revision)).unwrap_or_default();
        let (name, field) = (operation.key.name(&ask.jurisdiction), format!("operations[{position}].{verb}.etag"));
        (!same).then(|| Stale { name: name.to_string(), field, current, changed })
    });
    let stale: Vec<Stale> = stale.collect();
    if stale.is_empty() { Ok(()) } else { Err(Error::Stale(stale)) }
}

/// The units and components that rules are about and that are not there.
fn refuse_unknown(view: &mut View<'_>, ask: &BatchWriteFundingRules) -> Result<Vec<Refusal>> {
    let parameters = store::all_parameters(view)?;
    let components: BTreeSet<&str> = parameters
        .iter()
        .filter(|row| row.key.kind == ParameterKind::Component)
        .map(|row| row.key.code.as_str())
        .collect();
    let mut gone = BTreeSet::new();
    for unit in ask.operations.iter().map(|one| &one.key.unit).collect::<BTreeSet<_>>() {
        if !units::unit_is_taken(view, unit)? {
            gone.insert(unit);
        }
    }
    let mut refusals = Vec::new();
    for (position, operation) in ask.operations.iter().enumerate().filter(|(_, one)| one.write.is_some()) {
        let path = format!("operations[{position}].write.funding_rule");
        if gone.contains(&operation.key.unit) {
            let name = UnitName { jurisdiction: ask.jurisdiction.clone(), unit: operation.key.unit.clone() };
            let text = format!("{name} does not exist");
            refusals.push(Refusal::new(Reason::ReferenceUnknown, format!("{path}.unit"), text));
        }
        let component = operation.key.component.as_deref().filter(|component| !components.contains(component));
        if let Some(component) = component {
            let text = format!("there is no component {component} on any day");
            refusals.push(Refusal::new(Reason::PayReferenceUnknown, format!("{path}.component"), text));
        }
    }
    Ok(refusals)
}

pub async fn get_funding_rule(app: App, call: Call, ask: GetFundingRule) -> Result<Keep<NamedRule>> {
    let (jurisdiction, read_at) = (ask.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| {
        let found = store::find_rule(view, &ask.key)?.filter(|_| view.standing.is_member());
        let missing = || Error::NotFound { kind: "FundingRule", name: ask.key.name(&ask.jurisdiction).to_string() };
        Ok(NamedRule { jurisdiction: ask.jurisdiction.clone(), rule: found.ok_or_else(missing)? })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(read_at, touched_rules(&jurisdiction))))
}

pub async fn list_funding_rules(app: App, call: Call, ask: ListFundingRules) -> Result<Keep<ListedRules>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at) = (app.instance().clone(), ask.page, start.read_at);
    let (jurisdiction, own) = (ask.jurisdiction.clone(), ask.jurisdiction);
    let filter = RuleFilter { after: <[String; 4]>::try_from(start.after).ok(), ..ask.filter };
    let read = move |view: &mut View<'_>| {
        let mut rules = store::list_rules(view, &filter, page.size + 1)?;
        let next_page_token =
            page.cut(&instance, view.revision, &mut rules, |last| store::stored_key(&last.key).to_vec())?;
        Ok(ListedRules { jurisdiction: own.clone(), rules, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(read_at, touched_rules(&jurisdiction))))
}
