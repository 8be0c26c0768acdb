//! What may be done with thresholds: adopt, write, list.
//!
//! The journal names the jurisdiction's thresholds as one.

use std::collections::BTreeMap;

use super::model::parameters::{Parameter, ParameterKind};
use super::{shipped, store};
use crate::app::{Answer, App, Call, Depends, Keep, ReadAt, etag};
use crate::commit::{Entry, First, Tx, View};
use crate::error::{Error, Result, Stale};
use crate::id::ProjectParameterName;
use crate::word::Word;

/// Asks for a copy of what ships.
#[derive(Debug, Clone)]
pub struct AdoptProjectParameters {
    pub jurisdiction: String,
}

/// What a copy added.
#[derive(Debug, Clone, Copy)]
pub struct Adopted {
    pub added: usize,
    pub kept: usize,
    pub revision: i64,
}

/// What tells thresholds apart.
pub type Key = (ParameterKind, String);

/// Asks for changes of thresholds.
#[derive(Debug, Clone)]
pub struct BatchWriteProjectParameters {
    pub jurisdiction: String,
    pub operations: Vec<ParameterOperation>,
}

/// One change.
#[derive(Debug, Clone)]
pub struct ParameterOperation {
    pub key: Key,
    /// None removes the row.
    pub write: Option<Parameter>,
    /// Empty where the caller knows of none.
    pub etag: String,
}

/// Asks for all thresholds.
#[derive(Debug, Clone)]
pub struct ListProjectParameters {
    pub jurisdiction: String,
    pub read_at: ReadAt,
}

/// All thresholds of a jurisdiction.
#[derive(Debug, Clone)]
pub struct ListedParameters {
    pub jurisdiction: String,
    pub parameters: Vec<Parameter>,
}

/// The same, as a change left them.
#[derive(Debug, Clone)]
pub struct WrittenParameters(pub ListedParameters);

fn touched(jurisdiction: &str) -> String {
    format!("jurisdictions/{jurisdiction}/projectParameters")
}

/// The resource name of a threshold.
pub fn name(jurisdiction: &str, (kind, starts_on): &Key) -> String {
    let parameter = format!("{}.{starts_on}", kind.as_str().to_ascii_lowercase().replace('_', "-"));
    ProjectParameterName { jurisdiction: jurisdiction.to_owned(), parameter }.to_string()
}

fn key(parameter: &Parameter) -> Key {
    (parameter.kind, parameter.starts_on.clone())
}

pub async fn adopt_project_parameters(app: App, call: Call, ask: AdoptProjectParameters) -> Result<Answer<Adopted>> {
    let jurisdiction = ask.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let known: Vec<Key> = store::all_parameters(&mut tx.view())?.0.iter().map(key).collect();
        let shipped = shipped::all()?;
        let new: Vec<Parameter> = shipped.iter().filter(|row| !known.contains(&key(row))).cloned().collect();
        store::insert_parameters(tx, &new)?;
        let adopted = Adopted { added: new.len(), kept: shipped.len() - new.len(), revision: tx.revision() };
        // A later release may ship more, so the counts are left with the journal.
        let answer = serde_json::to_vec(&(adopted.added, adopted.kept)).map_err(|e| Error::Internal(e.into()))?;
        Ok((Entry { names: vec![touched(&ask.jurisdiction)], answer }, adopted))
    };
    let replay = |_: &mut View<'_>, first: &First| {
        let (added, kept) = serde_json::from_slice(&first.answer).map_err(|e| Error::Internal(e.into()))?;
        Ok(Adopted { added, kept, revision: first.revision })
    };
    app.write(&call, &jurisdiction, run, replay).await
}

pub async fn batch_write_project_parameters(
    app: App,
    call: Call,
    ask: BatchWriteProjectParameters,
) -> Result<Answer<WrittenParameters>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.jurisdiction.clone();
    let again = jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let there = store::all_parameters(&mut tx.view())?.0;
        let there: BTreeMap<Key, Parameter> = there.into_iter().map(|one| (key(&one), one)).collect();
        let gone = ask.operations.iter().find(|one| one.write.is_none() && !there.contains_key(&one.key));
        if let Some(gone) = gone {
            return Err(Error::NotFound { kind: "ProjectParameter", name: name(&ask.jurisdiction, &gone.key) });
        }
        let stale = ask.operations.iter().enumerate().filter_map(|(at, operation)| {
            let current = there.get(&operation.key).map(|one| one.revision);
            let seen = Some(&operation.etag).filter(|etag| !etag.is_empty());
            let seen = seen.map(|seen| etag::revision(&instance, seen));
            let current_etag = current.map(|revision| etag::of(&instance, revision)).unwrap_or_default();
            let changed = current.map(|revision| format!("revision {revision}")).into_iter().collect();
            let (name, field) = (name(&ask.jurisdiction, &operation.key), format!("operations[{at}].etag"));
            (seen != current.map(Some)).then_some(Stale { name, field, current: current_etag, changed })
        });
        let stale: Vec<Stale> = stale.collect();
        if !stale.is_empty() {
            return Err(Error::Stale(stale));
        }
        let ended: Vec<Parameter> = ask.operations.iter().filter_map(|one| there.get(&one.key).cloned()).collect();
        let begun: Vec<Parameter> = ask.operations.iter().filter_map(|one| one.write.clone()).collect();
        store::end_parameters(tx, &ended)?;
        store::insert_parameters(tx, &begun)?;
        let listed = listed(&mut tx.view(), &ask.jurisdiction)?;
        Ok((Entry::of(touched(&ask.jurisdiction)), WrittenParameters(listed)))
    };
    let replay = move |view: &mut View<'_>, _: &First| listed(view, &again).map(WrittenParameters);
    app.write(&call, &jurisdiction, run, replay).await
}

fn listed(view: &mut View<'_>, jurisdiction: &str) -> Result<ListedParameters> {
    Ok(ListedParameters { jurisdiction: jurisdiction.to_owned(), parameters: store::all_parameters(view)?.0 })
}

pub async fn list_project_parameters(
    app: App,
    call: Call,
    ask: ListProjectParameters,
) -> Result<Keep<ListedParameters>> {
    let (jurisdiction, own) = (ask.jurisdiction.clone(), ask.jurisdiction);
    let read = move |view: &mut View<'_>| listed(view, &own);
    let answer = app.read(&call, &jurisdiction, ask.read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::on(ask.read_at, touched(&jurisdiction))))
}
