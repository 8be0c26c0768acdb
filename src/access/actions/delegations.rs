//! Delegations: made by the lender, revoked, listed.

use super::{Listed, unknown};
use crate::access::model::{Delegation, DelegationState, refuse_past};
use crate::access::store;
use crate::app::{Answer, App, Call, Depends, Keep, ReadAt, etag};
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::Action;
use crate::error::{Error, Reason, Refusal, Result};
use crate::grpc::page::Page;
use crate::id::DelegationName;

/// Asks for a new delegation; `id` is empty where the server makes one, `starts_on` where it starts today.
#[derive(Debug, Clone)]
pub struct CreateDelegation(pub Delegation);

/// Asks for the end of a delegation.
#[derive(Debug, Clone)]
pub struct RevokeDelegation {
    pub name: DelegationName,
    pub etag: String,
}

/// Asks for a page of delegations.
#[derive(Debug, Clone)]
pub struct ListDelegations {
    pub jurisdiction: String,
    pub read_at: ReadAt,
    pub page: Page,
}

pub async fn create_delegation(app: App, call: Call, ask: CreateDelegation) -> Result<Answer<Delegation>> {
    let mut new = ask.0;
    if new.id.is_empty() {
        new.id = call.new_id.clone();
    }
    new.lender.clone_from(&call.actor);
    let (jurisdiction, chained) = (new.jurisdiction.clone(), !call.on_behalf_of.is_empty());
    let run = move |tx: &mut Tx<'_>| {
        if chained {
            let needs = "a role of the caller's own: what was lent is not lent on".to_owned();
            return Err(Error::Denied { reason: Reason::DelegationChained, needs, facts: Vec::new() });
        }
        let mut new = new.clone();
        let mut view = tx.view();
        if store::delegation_is_taken(&mut view, &new.id)? {
            let name = new.name().to_string();
            return Err(Error::Exists { kind: "Delegation", name, reason: Reason::AlreadyExists });
        }
        let today = view.standing.day.clone();
        if new.starts_on.is_empty() {
            new.starts_on.clone_from(&today);
        }
        let mut refusals = unknown(&mut view, "delegation", ("deputy", &new.deputy), new.unit.as_deref())?;
        if new.deputy == new.lender {
            refusals.push(Refusal::new(Reason::OwnGrant, "delegation.deputy", "nobody lends to themself"));
        }
        refusals.extend(refuse_past(Some(&new.ends_on), &today, "delegation.ends_on"));
        refusals.extend(refuse_past(Some(&new.ends_on), &new.starts_on, "delegation.ends_on"));
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        new.state = DelegationState::InForce;
        store::insert_delegation(tx, &new)?;
        Ok((Entry::of(new.name()), load(&mut tx.view(), &new.name())?))
    };
    app.write(&call, &jurisdiction, run, replay).await
}

pub async fn revoke_delegation(app: App, call: Call, ask: RevokeDelegation) -> Result<Answer<Delegation>> {
    let (instance, jurisdiction) = (app.instance().clone(), ask.name.jurisdiction.clone());
    let run = move |tx: &mut Tx<'_>| {
        let mut view = tx.view();
        let delegation = load(&mut view, &ask.name)?;
        let standing = view.standing;
        let is_own = standing.actor == delegation.lender && standing.on_behalf_of.is_empty();
        let permit = match standing.may_here(Action::ManageDelegations) {
            Err(_) if is_own => standing.may_here(Action::ReadSelf)?,
            outcome => outcome?,
        };
        etag::require(&instance, &mut view, &ask.etag, &ask.name.to_string(), delegation.revision)?;
        tx.permit(permit);
        store::save_delegation(tx, &delegation.revoked()?)?;
        Ok((Entry::of(&ask.name), load(&mut tx.view(), &ask.name)?))
    };
    app.write(&call, &jurisdiction, run, replay).await
}

pub async fn list_delegations(app: App, call: Call, ask: ListDelegations) -> Result<Keep<Listed<Delegation>>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page) = (app.instance().clone(), ask.page);
    let after = start.after.first().cloned().unwrap_or_default();
    let read = move |view: &mut View<'_>| {
        let standing = view.standing;
        let all = standing.may_here(Action::ReadDelegations).is_ok();
        let of = (!all).then_some(standing.actor.as_str());
        let mut items = store::list_delegations(view, of, &after, page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut items, |last| vec![last.id.clone()])?;
        Ok(Listed { items, next_page_token })
    };
    let answer = app.read(&call, &ask.jurisdiction, start.read_at, read).await?;
    Ok(answer.kept(&ask.jurisdiction, Depends::Nothing))
}

/// A delegation that the caller may know of: one that it made or uses, or any where it may read all.
fn load(view: &mut View<'_>, name: &DelegationName) -> Result<Delegation> {
    let standing = view.standing;
    let sees = |one: &Delegation| {
        [&one.lender, &one.deputy].contains(&&standing.actor) || standing.may_here(Action::ReadDelegations).is_ok()
    };
    let found = store::find_delegation(view, &name.delegation)?.filter(sees);
    found.ok_or_else(|| Error::NotFound { kind: "Delegation", name: name.to_string() })
}

fn replay(view: &mut View<'_>, first: &First) -> Result<Delegation> {
    let name = first.names.first().and_then(|name| DelegationName::parse(name));
    load(view, &name.ok_or_else(|| Error::bug("a journal row names no delegation"))?)
}
