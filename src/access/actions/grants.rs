//! Grants: made, confirmed by a second person, revoked, read.

use super::{Listed, unknown};
use crate::access::model::{Grant, refuse_past};
use crate::access::store::{self, GrantFilter};
use crate::app::{Answer, App, Call, Depends, Keep, ReadAt, etag};
use crate::commit::{Entry, First, Tx, View};
use crate::document::authority::{Action, Role};
use crate::document::standing::Permit;
use crate::error::{Error, Reason, Result};
use crate::grpc::page::Page;
use crate::id::GrantName;
use crate::identity::store as principals;

/// Asks for a new grant; `id` is empty where the server makes one, `starts_on` where it starts today.
#[derive(Debug, Clone)]
pub struct CreateGrant(pub Grant);

/// Asks that a grant be confirmed.
#[derive(Debug, Clone)]
pub struct ConfirmGrant {
    pub name: GrantName,
    pub etag: String,
}

/// Asks for the end of a grant.
#[derive(Debug, Clone)]
pub struct RevokeGrant {
    pub name: GrantName,
    pub etag: String,
}

/// Asks for one grant.
#[derive(Debug, Clone)]
pub struct GetGrant {
    pub name: GrantName,
    pub read_at: ReadAt,
}

/// Asks for a page of grants.
#[derive(Debug, Clone)]
pub struct ListGrants {
    pub jurisdiction: String,
    pub filter: GrantFilter,
    pub read_at: ReadAt,
    pub page: Page,
}

pub async fn create_grant(app: App, call: Call, ask: CreateGrant) -> Result<Answer<Grant>> {
    let mut new = ask.0;
    if new.id.is_empty() {
        new.id = call.new_id.clone();
    }
    new.granted_by.clone_from(&call.actor);
    let jurisdiction = new.jurisdiction.clone();
    let run = move |tx: &mut Tx<'_>| {
        let mut new = new.clone();
        let (permit, is_first) = permit_grant(&mut tx.view(), &new)?;
        tx.permit(permit);
        let mut view = tx.view();
        if store::grant_is_taken(&mut view, &new.id)? {
            return Err(Error::Exists { kind: "Grant", name: new.name().to_string(), reason: Reason::AlreadyExists });
        }
        let today = view.standing.day.clone();
        if new.starts_on.is_empty() {
            new.starts_on.clone_from(&today);
        }
        let mut refusals = unknown(&mut view, "grant", ("principal", &new.principal), new.unit.as_deref())?;
        refusals.extend(new.refuse_own());
        refusals.extend(refuse_past(new.ends_on.as_deref(), &today, "grant.ends_on"));
        refusals.extend(refuse_past(new.ends_on.as_deref(), &new.starts_on, "grant.ends_on"));
        if !refusals.is_empty() {
            return Err(Error::Refused(refusals));
        }
        new.state = Grant::first_state(new.role, is_first);
        store::insert_grant(tx, &new)?;
        Ok((Entry::of(new.name()), get(&mut tx.view(), &new.name())?))
    };
    app.write(&call, &jurisdiction, run, replay).await
}

/// The permit to make a grant, and whether it is the first ADMIN, whom nobody is there to confirm.
fn permit_grant(view: &mut View<'_>, new: &Grant) -> Result<(Permit, bool)> {
    let standing = view.standing;
    let denied = match standing.may(Action::ManageGrants, &standing.place(new.unit.as_deref())) {
        Ok(permit) => return Ok((permit, false)),
        Err(denied) => denied,
    };
    let is_whole_admin = new.role == Role::Admin && new.unit.is_none();
    if !is_whole_admin || !is_administrator(view)? || !admins(view, None)?.is_empty() {
        return Err(denied.into());
    }
    Ok((standing.administrator_permit(Action::ManageGrants), true))
}

/// Whether the caller, who stands in for nobody, is an administrator of the service.
fn is_administrator(view: &mut View<'_>) -> Result<bool> {
    let standing = view.standing;
    Ok(standing.on_behalf_of.is_empty() && principals::is_administrator(view.conn, &standing.actor)?)
}

/// The principals with a grant of ADMIN in force today that covers a unit, or the whole jurisdiction.
fn admins(view: &mut View<'_>, unit: Option<&str>) -> Result<Vec<String>> {
    let place = view.standing.place(unit);
    let grants = store::all_grants(view.conn, view.jurisdiction, view.revision)?;
    let day = &view.standing.day;
    let covers = |grant: &Grant| grant.unit.as_ref().is_none_or(|scope| place.owner.contains(scope));
    let admins = grants.into_iter().filter(|grant| grant.role == Role::Admin && grant.holds(day) && covers(grant));
    Ok(admins.map(|grant| grant.principal).collect())
}

pub async fn confirm_grant(app: App, call: Call, ask: ConfirmGrant) -> Result<Answer<Grant>> {
    let by = call.actor.clone();
    change(app, call, ask.name, ask.etag, true, move |grant| grant.confirmed(&by)).await
}

pub async fn revoke_grant(app: App, call: Call, ask: RevokeGrant) -> Result<Answer<Grant>> {
    change(app, call, ask.name, ask.etag, false, Grant::revoked).await
}

/// Loads what the caller may know of, permits, decides, saves.
async fn change<D>(
    app: App,
    call: Call,
    name: GrantName,
    seen: String,
    confirms: bool,
    decide: D,
) -> Result<Answer<Grant>>
where
    D: Fn(Grant) -> Result<Grant> + Send + 'static,
{
    let (instance, jurisdiction) = (app.instance().clone(), name.jurisdiction.clone());
    let run = move |tx: &mut Tx<'_>| {
        let mut view = tx.view();
        let grant = store::find_grant(&mut view, &name.grant)?.ok_or_else(|| not_found(&name))?;
        let permit = permit_change(&mut view, &grant, confirms)?;
        etag::require(&instance, &mut view, &seen, &name.to_string(), grant.revision)?;
        tx.permit(permit);
        store::save_grant(tx, &decide(grant)?)?;
        Ok((Entry::of(&name), get(&mut tx.view(), &name)?))
    };
    app.write(&call, &jurisdiction, run, replay).await
}

/// The permit to change a grant. Where nobody else could be the second person, an administrator of the service may.
fn permit_change(view: &mut View<'_>, grant: &Grant, confirms: bool) -> Result<Permit> {
    let standing = view.standing;
    let denied = match standing.may(Action::ManageGrants, &standing.place(grant.unit.as_deref())) {
        Ok(permit) => return Ok(permit),
        Err(denied) => denied,
    };
    if confirms && is_administrator(view)? {
        let admins = admins(view, grant.unit.as_deref())?;
        if admins.iter().all(|admin| *admin == grant.granted_by || *admin == grant.principal) {
            return Ok(standing.administrator_permit(Action::ManageGrants));
        }
    }
    if is_visible(view, grant) { Err(denied.into()) } else { Err(not_found(&grant.name())) }
}

pub async fn get_grant(app: App, call: Call, ask: GetGrant) -> Result<Keep<Grant>> {
    let jurisdiction = ask.name.jurisdiction.clone();
    let answer = app.read(&call, &jurisdiction, ask.read_at, move |view| load_grant(view, &ask.name)).await?;
    // Not kept: who may see it depends on the caller itself.
    Ok(answer.kept(&jurisdiction, Depends::Nothing))
}

pub async fn list_grants(app: App, call: Call, ask: ListGrants) -> Result<Keep<Listed<Grant>>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, filter) = (app.instance().clone(), ask.page, ask.filter);
    let after = start.after.first().cloned().unwrap_or_default();
    let read = move |view: &mut View<'_>| {
        let standing = view.standing;
        let mut filter = filter.clone();
        if standing.may_here(Action::ReadGrants).is_err() {
            let covered = standing.tree.units().filter(|unit| standing.may_at(Action::ReadGrants, unit).is_ok());
            filter.visible = Some((standing.actor.clone(), covered.map(str::to_owned).collect()));
        }
        let mut items = store::list_grants(view, &filter, &after, page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut items, |last| vec![last.id.clone()])?;
        Ok(Listed { items, next_page_token })
    };
    let answer = app.read(&call, &ask.jurisdiction, start.read_at, read).await?;
    Ok(answer.kept(&ask.jurisdiction, Depends::Nothing))
}

fn is_visible(view: &View<'_>, grant: &Grant) -> bool {
    let standing = view.standing;
    let place = standing.place(grant.unit.as_deref());
    standing.actor == grant.principal || standing.may(Action::ReadGrants, &place).is_ok()
}

/// A grant that the caller may know of.
pub fn load_grant(view: &mut View<'_>, name: &GrantName) -> Result<Grant> {
    let found = store::find_grant(view, &name.grant)?.filter(|grant| is_visible(view, grant));
    found.ok_or_else(|| not_found(name))
}

fn get(view: &mut View<'_>, name: &GrantName) -> Result<Grant> {
    store::find_grant(view, &name.grant)?.ok_or_else(|| not_found(name))
}

fn not_found(name: &GrantName) -> Error {
    Error::NotFound { kind: "Grant", name: name.to_string() }
}

fn replay(view: &mut View<'_>, first: &First) -> Result<Grant> {
    let name = first.names.first().and_then(|name| GrantName::parse(name));
    let name = name.ok_or_else(|| Error::bug("a journal row names no grant"))?;
    let grant = get(view, &name)?;
    // Whoever made or confirmed it as an administrator of the service may not otherwise read it.
    let took_part =
        grant.granted_by == view.standing.actor || grant.confirmed_by.as_ref() == Some(&view.standing.actor);
    if took_part || is_visible(view, &grant) { Ok(grant) } else { Err(not_found(&name)) }
}
