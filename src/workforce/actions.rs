//! What may be done with pay parameters: load, permit, decide, save.
//!
//! The journal names the jurisdiction's pay parameters as one: what is calculated depends on all of them.

use std::collections::HashMap;

use super::explain::{Explanation, explain};
use super::model::{Parameter, ParameterKey, StaffGroup, refuse};
use super::pay::{Month, Tables};
use super::shipped::{self, PaySet};
use super::store::{self, ParameterFilter};
use crate::app::{Answer, App, Call, Depends, Instance, Keep, ReadAt, etag};
use crate::commit::{Entry, First, Tx, View};
use crate::error::{Error, Result, Stale};
use crate::grpc::page::Page;
use crate::id::SYSTEM;
use crate::organisation::store as units;

/// Asks for the sets that ship.
#[derive(Debug, Clone)]
pub struct ListPaySets;

/// The sets that ship.
#[derive(Debug, Clone)]
pub struct PaySets(pub &'static [PaySet]);

/// Asks for a copy of a set.
#[derive(Debug, Clone)]
pub struct AdoptPayParameters {
    pub jurisdiction: String,
    pub pay_set: String,
}

/// What a copy added.
#[derive(Debug, Clone, Copy)]
pub struct Adopted {
    pub added: usize,
    pub kept: usize,
    pub revision: i64,
}

/// Asks for many changes of rows at once.
#[derive(Debug, Clone)]
pub struct BatchWritePayParameters {
    pub jurisdiction: String,
    pub operations: Vec<Operation>,
}

/// One change of a row.
#[derive(Debug, Clone)]
pub struct Operation {
    pub key: ParameterKey,
    /// None removes the row.
    pub write: Option<Parameter>,
    /// Empty where the caller knows of none.
    pub etag: String,
}

/// The rows that a batch wrote, by operation, and whether each stands.
#[derive(Debug, Clone)]
pub struct WrittenParameters {
    pub names: Vec<(String, bool)>,
    pub revision: i64,
}

/// Asks for one row.
#[derive(Debug, Clone)]
pub struct GetPayParameter {
    pub jurisdiction: String,
    pub key: ParameterKey,
    pub read_at: ReadAt,
}

/// Asks for a page of rows.
#[derive(Debug, Clone)]
pub struct ListPayParameters {
    pub jurisdiction: String,
    pub filter: ParameterFilter,
    pub read_at: ReadAt,
    pub page: Page,
}

/// One row with its jurisdiction.
#[derive(Debug, Clone)]
pub struct NamedParameter {
    pub jurisdiction: String,
    pub parameter: Parameter,
}

/// A page of rows.
#[derive(Debug, Clone)]
pub struct ListedParameters {
    pub jurisdiction: String,
    pub parameters: Vec<Parameter>,
    pub next_page_token: String,
}

/// Asks what a group would cost.
#[derive(Debug, Clone)]
pub struct ExplainPay {
    pub jurisdiction: String,
    pub fiscal_year: i64,
    pub group: StaffGroup,
    pub read_at: ReadAt,
}

/// What all commands on pay parameters touch.
pub fn touched(jurisdiction: &str) -> String {
    format!("jurisdictions/{jurisdiction}/payParameters")
}

pub async fn list_pay_sets(app: App, call: Call, _: ListPaySets) -> Result<Keep<PaySets>> {
    let answer = app.read(&call, SYSTEM, ReadAt::Head, |_: &mut View<'_>| Ok(PaySets(shipped::all()?))).await?;
    // What ships is the same for as long as the process lives: no object ends it.
    Ok(answer.kept(SYSTEM, Depends::Names(Vec::new())))
}

pub async fn adopt_pay_parameters(app: App, call: Call, ask: AdoptPayParameters) -> Result<Answer<Adopted>> {
    let jurisdiction = ask.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let missing = || Error::NotFound { kind: "PaySet", name: format!("paySets/{}", ask.pay_set) };
        let set = shipped::find(&ask.pay_set)?.ok_or_else(missing)?;
        let known: Vec<ParameterKey> =
            store::all_parameters(&mut tx.view())?.into_iter().map(|parameter| parameter.key).collect();
        let new: Vec<Parameter> = set.rows.iter().filter(|row| !known.contains(&row.key)).cloned().collect();
        store::insert_parameters(tx, &new)?;
        let adopted = Adopted { added: new.len(), kept: set.rows.len() - new.len(), revision: tx.revision() };
        // A later release ships more, so the counts are left with the journal.
        let answer = serde_json::to_vec(&(adopted.added, adopted.kept)).map_err(|e| Error::Internal(e.into()))?;
        Ok((Entry { names: vec![touched(&ask.jurisdiction)], answer }, adopted))
    };
    let replay = |_: &mut View<'_>, first: &First| {
        let (added, kept) = serde_json::from_slice(&first.answer).map_err(|e| Error::Internal(e.into()))?;
        Ok(Adopted { added, kept, revision: first.revision })
    };
    app.write(&call, &jurisdiction, run, replay).await
}

pub async fn batch_write_pay_parameters(
    app: App,
    call: Call,
    ask: BatchWritePayParameters,
) -> Result<Answer<WrittenParameters>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.jurisdiction.clone();
    let written =
        |operation: &Operation| (operation.key.name(&ask.jurisdiction).to_string(), operation.write.is_some());
    let names: Vec<(String, bool)> = ask.operations.iter().map(written).collect();
    let again = names.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut all: HashMap<ParameterKey, Parameter> = store::all_parameters(&mut tx.view())?
            .into_iter()
            .map(|parameter| (parameter.key.clone(), parameter))
            .collect();
        require_fresh(&instance, &ask, &all)?;
        let (mut ended, mut begun, mut paths) = (Vec::new(), Vec::new(), HashMap::new());
        for (position, operation) in ask.operations.iter().enumerate() {
            ended.extend(all.remove(&operation.key));
            if let Some(parameter) = &operation.write {
                begun.push(parameter.clone());
                paths.insert(operation.key.clone(), format!("operations[{position}].write.parameter"));
            }
        }
        let mut rows: Vec<Parameter> = all.into_values().chain(begun.iter().cloned()).collect();
        rows.sort_by(|a, b| (paths.get(&a.key), &a.key).cmp(&(paths.get(&b.key), &b.key)));
        let refusals = refuse(&rows, &paths, &ask.jurisdiction);
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        store::end_parameters(tx, &ended)?;
        store::insert_parameters(tx, &begun)?;
        let written = WrittenParameters { names: names.clone(), revision: tx.revision() };
        Ok((Entry::of(touched(&ask.jurisdiction)), written))
    };
    // The request says which rows were written, and the first execution at which revision.
    let replay =
        move |_: &mut View<'_>, first: &First| Ok(WrittenParameters { names: again.clone(), revision: first.revision });
    app.write(&call, &jurisdiction, run, replay).await
}

/// The rows to remove are there, and every row is as the caller knows it.
fn require_fresh(
    instance: &Instance,
    ask: &BatchWritePayParameters,
    all: &HashMap<ParameterKey, Parameter>,
) -> Result<()> {
    let name = |operation: &Operation| operation.key.name(&ask.jurisdiction).to_string();
    let gone = ask.operations.iter().find(|one| one.write.is_none() && !all.contains_key(&one.key));
    if let Some(gone) = gone {
        return Err(Error::NotFound { kind: "PayParameter", name: name(gone) });
    }
    let stale = ask.operations.iter().enumerate().filter_map(|(position, operation)| {
        let current = all.get(&operation.key).map(|parameter| parameter.revision);
        let same = match current {
            Some(revision) => etag::revision(instance, &operation.etag) == Some(revision),
            None => operation.etag.is_empty(),
        };
        let verb = if operation.write.is_some() { "write" } else { "remove" };
        let changed = current.map(|revision| format!("revision {revision}")).into_iter().collect();
        let current = current.map(|revision| etag::of(instance, revision)).unwrap_or_default();
        let field = format!("operations[{position}].{verb}.etag");
        (!same).then(|| Stale { name: name(operation), field, current, changed })
    });
    let stale: Vec<Stale> = stale.collect();
    if stale.is_empty() { Ok(()) } else { Err(Error::Stale(stale)) }
}

pub async fn get_pay_parameter(app: App, call: Call, ask: GetPayParameter) -> Result<Keep<NamedParameter>> {
    let (jurisdiction, read_at) = (ask.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| {
        let found = store::find_parameter(view, &ask.key)?.filter(|_| view.standing.is_member());
        let missing = || Error::NotFound { kind: "PayParameter", name: ask.key.name(&ask.jurisdiction).to_string() };
        Ok(NamedParameter { jurisdiction: ask.jurisdiction.clone(), parameter: found.ok_or_else(missing)? })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(read_at, touched(&jurisdiction))))
}

pub async fn list_pay_parameters(app: App, call: Call, ask: ListPayParameters) -> Result<Keep<ListedParameters>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at) = (app.instance().clone(), ask.page, start.read_at);
    let (jurisdiction, own) = (ask.jurisdiction.clone(), ask.jurisdiction);
    let after = match start.after.as_slice() {
        [kind, code, day] => Some((kind.clone(), code.clone(), day.clone())),
        _ => None,
    };
    let filter = ParameterFilter { after, ..ask.filter };
    let read = move |view: &mut View<'_>| {
        use crate::word::Word;
        let mut parameters = store::list_parameters(view, &filter, page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut parameters, |last| {
            let ParameterKey { kind, code, starts_on } = &last.key;
            vec![kind.as_str().to_owned(), code.clone(), starts_on.clone()]
        })?;
        Ok(ListedParameters { jurisdiction: own.clone(), parameters, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(read_at, touched(&jurisdiction))))
}

pub async fn explain_pay(app: App, call: Call, ask: ExplainPay) -> Result<Keep<Explanation>> {
    let (jurisdiction, read_at) = (ask.jurisdiction.clone(), ask.read_at);
    let read = move |view: &mut View<'_>| {
        let calendar = units::fiscal_calendar(view.conn, &ask.jurisdiction)?;
        let first = Month::from(&calendar.first_day(ask.fiscal_year));
        let first = first.ok_or_else(|| Error::bug("a fiscal year does not begin on a day"))?;
        let rows = store::all_parameters(view)?;
        explain(&Tables::new(&rows, first, 12), &ask.group, &ask.jurisdiction)
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(read_at, touched(&jurisdiction))))
}
