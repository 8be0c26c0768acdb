//! What may be done with conversions.

use std::collections::{BTreeMap, BTreeSet};

use super::codes::Key;
use super::{Listed, load_scheme, stale};
use crate::app::{Answer, App, Call, Depends, Keep, ReadAt};
use crate::classification::model::{Code, Conversion, Dimension, code_name};
use crate::classification::store::{self, ConversionFilter};
use crate::commit::{Entry, Tx, View};
use crate::document::authority::Action;
use crate::error::{Error, Reason, Refusal, Result};
use crate::grpc::page::Page;
use crate::id::SchemeName;

/// Asks for conversions of codes of one scheme into another.
#[derive(Debug, Clone)]
pub struct BatchWriteConversions {
    pub scheme: SchemeName,
    pub target_scheme: SchemeName,
    pub entries: Vec<ConversionEntry>,
}

/// The whole conversion of one code; without targets it ends.
#[derive(Debug, Clone)]
pub struct ConversionEntry {
    pub new: Conversion,
    /// Empty where the caller knows of none.
    pub etag: String,
}

/// The conversions that a batch wrote, by entry, and whether each stands.
#[derive(Debug, Clone)]
pub struct WrittenConversions {
    pub names: Vec<(String, bool)>,
    pub revision: i64,
}

/// Asks for a page of conversions.
#[derive(Debug, Clone)]
pub struct ListConversions {
    pub scheme: SchemeName,
    pub target_scheme: Option<SchemeName>,
    pub dimension: Option<Dimension>,
    pub code: Option<String>,
    pub read_at: ReadAt,
    pub page: Page,
}

pub async fn batch_write_conversions(
    app: App,
    call: Call,
    ask: BatchWriteConversions,
) -> Result<Answer<WrittenConversions>> {
    let instance = app.instance().clone();
    let jurisdiction = ask.scheme.jurisdiction.clone();
    let written = |entry: &ConversionEntry| (entry.new.name().to_string(), !entry.new.targets.is_empty());
    let names: Vec<(String, bool)> = ask.entries.iter().map(written).collect();
    let (again, scheme) = (names.clone(), ask.scheme.clone());
    let run = move |tx: &mut Tx<'_>| {
        let mut view = tx.view();
        load_scheme(&mut view, &ask.scheme)?;
        load_scheme(&mut view, &ask.target_scheme)?;
        let permit = view.standing.may_here(Action::ManageSchemes)?;
        let old = store::conversions(&mut view, &ask.scheme.scheme, &ask.target_scheme.scheme)?;
        let mut old: BTreeMap<Key, Conversion> =
            old.into_iter().map(|one| ((one.dimension, one.code.clone()), one)).collect();
        let entries = ask.entries.iter().enumerate();
        let changed = entries.filter_map(|(position, ConversionEntry { new, etag })| {
            let current = old.get(&(new.dimension, new.code.clone())).map(|one| one.revision);
            stale(&instance, etag, current, new.name().to_string(), format!("conversions[{position}].etag"))
        });
        let changed: Vec<_> = changed.collect();
        if !changed.is_empty() {
            return Err(Error::Stale(changed));
        }
        refuse(&mut view, &ask)?;
        let keys = ask.entries.iter().map(|entry| (entry.new.dimension, entry.new.code.clone()));
        let ended: Vec<Conversion> = keys.filter_map(|key| old.remove(&key)).collect();
        let stands = ask.entries.iter().filter(|entry| !entry.new.targets.is_empty());
        let begun: Vec<Conversion> = stands.map(|entry| entry.new.clone()).collect();
        tx.permit(permit);
        store::close_conversions(tx, &ended)?;
        store::open_conversions(tx, &begun)?;
        Ok((Entry::of(&ask.scheme), WrittenConversions { names: names.clone(), revision: tx.revision() }))
    };
    // The request says which conversions were written, and the first execution at which revision.
    app.write(&call, &jurisdiction, run, move |view, first| {
        load_scheme(view, &scheme)?;
        Ok(WrittenConversions { names: again.clone(), revision: first.revision })
    })
    .await
}

/// All codes are there, and the shares of each entry make the whole.
fn refuse(view: &mut View<'_>, ask: &BatchWriteConversions) -> Result<()> {
    let sources: Vec<Key> = ask.entries.iter().map(|entry| (entry.new.dimension, entry.new.code.clone())).collect();
    let targets: BTreeSet<Key> = ask
        .entries
        .iter()
        .flat_map(|entry| entry.new.targets.iter().map(|target| (entry.new.dimension, target.code.clone())))
        .collect();
    let sources = store::codes_of(view, &ask.scheme.scheme, &sources)?;
    let targets = store::codes_of(view, &ask.target_scheme.scheme, &targets.into_iter().collect::<Vec<_>>())?;
    let mut refusals = Vec::new();
    let mut require = |among: &BTreeMap<Key, Code>, scheme: &SchemeName, key: Key, path: String| {
        if !among.contains_key(&key) {
            let name = code_name(&scheme.jurisdiction, &scheme.scheme, key.0, &key.1);
            refusals.push(Refusal::new(Reason::CodeUnknown, path, format!("{name} does not exist")));
        }
    };
    for (position, ConversionEntry { new, .. }) in ask.entries.iter().enumerate() {
        let path = format!("conversions[{position}]");
        require(&sources, &ask.scheme, (new.dimension, new.code.clone()), format!("{path}.code"));
        for (place, target) in new.targets.iter().enumerate() {
            let key = (new.dimension, target.code.clone());
            require(&targets, &ask.target_scheme, key, format!("{path}.targets[{place}].code"));
        }
    }
    let stands = ask.entries.iter().enumerate().filter(|(_, entry)| !entry.new.targets.is_empty());
    refusals.extend(
        stands.filter_map(|(position, entry)| entry.new.refuse_shares(&format!("conversions[{position}].targets"))),
    );
    if refusals.is_empty() { Ok(()) } else { Err(Error::Refused(refusals)) }
}

pub async fn list_conversions(app: App, call: Call, ask: ListConversions) -> Result<Keep<Listed<Conversion>>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, read_at, scheme) = (app.instance().clone(), ask.page, start.read_at, ask.scheme);
    let jurisdiction = scheme.jurisdiction.clone();
    let target_scheme = ask.target_scheme;
    let filter = ConversionFilter {
        target_scheme: target_scheme.as_ref().map(|name| name.scheme.clone()),
        dimension: ask.dimension,
        code: ask.code,
        after: match start.after.as_slice() {
            [target, dimension, code] => Some((target.clone(), dimension.clone(), code.clone())),
            _ => None,
        },
    };
    let read = move |view: &mut View<'_>| {
        load_scheme(view, &scheme)?;
        if let Some(target) = &target_scheme {
            load_scheme(view, target)?;
        }
        let mut items = store::list_conversions(view, &scheme.scheme, &filter, page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut items, store::conversion_sort_key)?;
        Ok(Listed { items, next_page_token })
    };
    let answer = app.read(&call, &jurisdiction, read_at, read).await?;
    Ok(answer.kept(&jurisdiction, Depends::everything(read_at)))
}
