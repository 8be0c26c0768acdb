//! Principals and who they are for others.

use super::{Listed, owns};
use crate::app::{Answer, App, Call, Depends, Keep, ReadAt, etag};
use crate::commit::{Entry, First, Tx, View};
use crate::error::{Error, Reason, Result};
use crate::grpc::mask::Mask;
use crate::grpc::page::Page;
use crate::id::{PrincipalName, SYSTEM};
use crate::identity::model::{
    Mapping, Principal, SERVER, State, commitment, require_administrator_left, require_other,
};
use crate::identity::{secret, store};

/// Asks for a new principal.
#[derive(Clone)]
pub struct CreatePrincipal(pub Principal);

/// Asks for one principal.
#[derive(Debug, Clone)]
pub struct GetPrincipal {
    pub name: PrincipalName,
    pub read_at: ReadAt,
}

/// Asks for a page of principals.
#[derive(Debug, Clone)]
pub struct ListPrincipals {
    pub read_at: ReadAt,
    pub page: Page,
}

/// Asks for changes of a principal.
#[derive(Clone)]
pub struct UpdatePrincipal {
    pub etag: String,
    pub mask: Mask,
    pub new: Principal,
    /// Whether the message states the kind.
    pub kind_stated: bool,
}

/// Asks that a principal be suspended.
#[derive(Debug, Clone)]
pub struct SuspendPrincipal {
    pub name: PrincipalName,
    pub etag: String,
}

/// Asks for the end of a suspension.
#[derive(Debug, Clone)]
pub struct ResumePrincipal {
    pub name: PrincipalName,
    pub etag: String,
}

/// Asks that something be mapped to a principal, or no longer.
#[derive(Debug, Clone)]
pub struct MapAsk {
    pub name: PrincipalName,
    pub etag: String,
    pub mapping: Mapping,
}

/// Asks for a mapped certificate.
#[derive(Debug, Clone)]
pub struct MapCertificate(pub MapAsk);
/// Asks that a certificate be mapped no longer.
#[derive(Debug, Clone)]
pub struct UnmapCertificate(pub MapAsk);
/// Asks for a mapped subject.
#[derive(Debug, Clone)]
pub struct MapSubject(pub MapAsk);
/// Asks that a subject be mapped no longer.
#[derive(Debug, Clone)]
pub struct UnmapSubject(pub MapAsk);

pub async fn create_principal(app: App, call: Call, ask: CreatePrincipal) -> Result<Answer<Principal>> {
    let salt = secret::salt()?;
    let mut new = ask.0;
    new.name_commitment = commitment(&salt, &new.display_name);
    let run = move |tx: &mut Tx<'_>| {
        let name = new.name().to_string();
        if new.id == SERVER || store::principal_is_taken(&mut tx.view(), &new.id)? {
            return Err(Error::Exists { kind: "Principal", name, reason: Reason::AlreadyExists });
        }
        store::insert_principal(tx, &new, &salt)?;
        Ok((Entry::of(name), store::get_principal(&mut tx.view(), &new.id)?))
    };
    app.write(&call, SYSTEM, run, replay).await
}

pub async fn get_principal(app: App, call: Call, ask: GetPrincipal) -> Result<Keep<Principal>> {
    let id = ask.name.principal;
    let read = move |view: &mut View<'_>| {
        if !owns(view, &id) {
            return Err(store::not_found(&id));
        }
        store::get_principal(view, &id)
    };
    // Not kept: who may see it depends on the caller, and its name is no part of any revision.
    Ok(app.read(&call, SYSTEM, ask.read_at, read).await?.kept(SYSTEM, Depends::Nothing))
}

pub async fn list_principals(app: App, call: Call, ask: ListPrincipals) -> Result<Keep<Listed<Principal>>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page) = (app.instance().clone(), ask.page);
    let after = start.after.first().cloned().unwrap_or_default();
    let read = move |view: &mut View<'_>| {
        let mut items = store::list_principals(view, &after, page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut items, |last| vec![last.id.clone()])?;
        Ok(Listed { items, next_page_token })
    };
    Ok(app.read(&call, SYSTEM, start.read_at, read).await?.kept(SYSTEM, Depends::Nothing))
}

pub async fn update_principal(app: App, call: Call, ask: UpdatePrincipal) -> Result<Answer<Principal>> {
    let salt = secret::salt()?;
    let id = ask.new.id.clone();
    let decide = move |tx: &mut Tx<'_>, mut principal: Principal| {
        if ask.mask.states("kind", ask.kind_stated) && ask.kind_stated && ask.new.kind != principal.kind {
            return Err(Error::refused(Reason::FieldImmutable, "principal.kind", "never changes"));
        }
        let before = principal.clone();
        if ask.mask.writes("administrator", ask.new.administrator) {
            principal.administrator = ask.new.administrator;
        }
        let others = store::other_administrators(&mut tx.view(), &principal.id)?;
        require_administrator_left(&before, &principal, others)?;
        if ask.mask.writes("display_name", !ask.new.display_name.is_empty()) {
            principal.name_commitment = commitment(&salt, &ask.new.display_name);
            store::save_name(tx, &principal.id, &ask.new.display_name, &salt)?;
        }
        Ok(principal)
    };
    change(app, call, id, ask.etag.clone(), decide).await
}

pub async fn suspend_principal(app: App, call: Call, ask: SuspendPrincipal) -> Result<Answer<Principal>> {
    let actor = call.actor.clone();
    let decide = move |tx: &mut Tx<'_>, principal: Principal| {
        require_other(&actor, &principal)?;
        let after = Principal { state: State::Suspended, ..principal.clone() };
        let others = store::other_administrators(&mut tx.view(), &principal.id)?;
        require_administrator_left(&principal, &after, others)?;
        Ok(after)
    };
    change(app, call, ask.name.principal, ask.etag, decide).await
}

pub async fn resume_principal(app: App, call: Call, ask: ResumePrincipal) -> Result<Answer<Principal>> {
    let decide = |_: &mut Tx<'_>, principal: Principal| Ok(Principal { state: State::Active, ..principal });
    change(app, call, ask.name.principal, ask.etag, decide).await
}

pub async fn map_certificate(app: App, call: Call, ask: MapCertificate) -> Result<Answer<Principal>> {
    map(app, call, ask.0).await
}

pub async fn unmap_certificate(app: App, call: Call, ask: UnmapCertificate) -> Result<Answer<Principal>> {
    unmap(app, call, ask.0, "uri").await
}

pub async fn map_subject(app: App, call: Call, ask: MapSubject) -> Result<Answer<Principal>> {
    map(app, call, ask.0).await
}

pub async fn unmap_subject(app: App, call: Call, ask: UnmapSubject) -> Result<Answer<Principal>> {
    unmap(app, call, ask.0, "subject").await
}

async fn map(app: App, call: Call, ask: MapAsk) -> Result<Answer<Principal>> {
    let mapping = ask.mapping;
    let decide = move |tx: &mut Tx<'_>, principal: Principal| {
        if let Some(holder) = store::find_mapped(tx.view().conn, &mapping)? {
            let name = PrincipalName { principal: holder }.to_string();
            return Err(Error::Exists { kind: "Principal", name, reason: Reason::CredentialTaken });
        }
        principal.require_room_for_mapping()?;
        store::insert_mapping(tx, &principal.id, &mapping)?;
        Ok(principal)
    };
    change(app, call, ask.name.principal, ask.etag, decide).await
}

async fn unmap(app: App, call: Call, ask: MapAsk, field: &'static str) -> Result<Answer<Principal>> {
    let mapping = ask.mapping;
    let decide = move |tx: &mut Tx<'_>, principal: Principal| {
        if !principal.mappings.contains(&mapping) {
            return Err(Error::refused(Reason::ReferenceUnknown, field, "is not mapped to this principal"));
        }
        store::close_mapping(tx, &mapping)?;
        Ok(principal)
    };
    change(app, call, ask.name.principal, ask.etag, decide).await
}

/// Permits, loads at the etag, decides, saves: what every change of a principal has in common.
async fn change<D>(app: App, call: Call, id: String, seen: String, decide: D) -> Result<Answer<Principal>>
where
    D: Fn(&mut Tx<'_>, Principal) -> Result<Principal> + Send + 'static,
{
    let instance = app.instance().clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut view = tx.view();
        let principal = store::get_principal(&mut view, &id)?;
        let name = principal.name().to_string();
        etag::require(&instance, &mut view, &seen, &name, principal.revision)?;
        let principal = decide(tx, principal)?;
        store::save_principal(tx, &principal)?;
        Ok((Entry::of(name), store::get_principal(&mut tx.view(), &id)?))
    };
    app.write(&call, SYSTEM, run, replay).await
}

fn replay(view: &mut View<'_>, first: &First) -> Result<Principal> {
    let name = first.names.first().and_then(|name| PrincipalName::parse(name));
    let name = name.ok_or_else(|| Error::bug("a journal row names no principal"))?;
    store::get_principal(view, &name.principal)
}
