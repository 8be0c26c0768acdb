//! Tokens: made, listed, rotated, revoked.

use super::{Listed, owns};
use crate::app::{Answer, App, Call, Depends, Keep, ReadAt, etag};
use crate::clock::Micros;
use crate::commit::{Entry, First, Tx, View};
use crate::error::{Error, Reason, Result};
use crate::grpc::page::Page;
use crate::id::{PrincipalName, SYSTEM, TokenName};
use crate::identity::model::{Token, expiry};
use crate::identity::secret::Secret;
use crate::identity::store;
use crate::limits;

/// Asks for a token.
#[derive(Debug, Clone)]
pub struct CreateToken {
    pub principal: PrincipalName,
    pub label: String,
    pub expires_at: Option<Micros>,
}

/// Asks for a page of the tokens of a principal.
#[derive(Debug, Clone)]
pub struct ListTokens {
    pub principal: PrincipalName,
    pub read_at: ReadAt,
    pub page: Page,
}

/// Asks for a token in the place of another.
#[derive(Debug, Clone)]
pub struct RotateToken {
    pub name: TokenName,
    pub etag: String,
    pub expires_at: Option<Micros>,
    pub overlap: Micros,
}

/// Asks for the end of a token.
#[derive(Debug, Clone)]
pub struct RevokeToken {
    pub name: TokenName,
    pub etag: String,
}

/// A token that was just made, with its secret where it may be shown.
#[derive(Clone)]
pub struct Issued {
    pub token: Token,
    pub secret: Option<Secret>,
}

pub async fn create_token(app: App, call: Call, ask: CreateToken) -> Result<Answer<Issued>> {
    let secret = Secret::random()?;
    let expires_at = expiry(ask.expires_at, call.at)?;
    let now = call.at;
    let run = move |tx: &mut Tx<'_>| {
        let mut view = tx.view();
        let principal = store::get_principal(&mut view, &ask.principal.principal)?;
        require_room(&mut view, &principal.id, now)?;
        let token = new_token(&secret, principal.id, ask.label.clone(), expires_at);
        let issued = issue(tx, &token, &secret)?;
        Ok((Entry::of(token.name()), issued))
    };
    app.write(&call, SYSTEM, run, replay_issued).await.map(hide_when_tried(&call))
}

pub async fn list_tokens(app: App, call: Call, ask: ListTokens) -> Result<Keep<Listed<Token>>> {
    let start = ask.page.start(app.instance(), ask.read_at)?;
    let (instance, page, id) = (app.instance().clone(), ask.page, ask.principal.principal);
    let after = start.after.first().cloned().unwrap_or_default();
    let read = move |view: &mut View<'_>| {
        if !owns(view, &id) {
            return Err(store::not_found(&id));
        }
        store::get_principal(view, &id)?;
        let mut items = store::list_tokens(view, &id, &after, page.size + 1)?;
        let next_page_token = page.cut(&instance, view.revision, &mut items, |last| vec![last.id.clone()])?;
        Ok(Listed { items, next_page_token })
    };
    // Not kept: who may see it depends on the caller.
    Ok(app.read(&call, SYSTEM, start.read_at, read).await?.kept(SYSTEM, Depends::Nothing))
}

pub async fn rotate_token(app: App, call: Call, ask: RotateToken) -> Result<Answer<Issued>> {
    let (instance, secret) = (app.instance().clone(), Secret::random()?);
    let expires_at = expiry(ask.expires_at, call.at)?;
    let now = call.at;
    let run = move |tx: &mut Tx<'_>| {
        let mut view = tx.view();
        let old = load_own(&mut view, &ask.name)?;
        etag::require(&instance, &mut view, &ask.etag, &ask.name.to_string(), old.revision)?;
        let successor = new_token(&secret, old.principal.clone(), old.label.clone(), expires_at);
        let old = old.rotated(&successor.id, ask.overlap, now)?;
        require_room(&mut tx.view(), &old.principal, now)?;
        // The successor first: the old token refers to it.
        let issued = issue(tx, &successor, &secret)?;
        store::save_token(tx, &old)?;
        Ok((Entry { names: vec![successor.name().to_string(), old.name().to_string()], answer: Vec::new() }, issued))
    };
    app.write(&call, SYSTEM, run, replay_issued).await.map(hide_when_tried(&call))
}

pub async fn revoke_token(app: App, call: Call, ask: RevokeToken) -> Result<Answer<Token>> {
    let instance = app.instance().clone();
    let run = move |tx: &mut Tx<'_>| {
        let at = tx.at();
        let mut view = tx.view();
        let old = load_own(&mut view, &ask.name)?;
        etag::require(&instance, &mut view, &ask.etag, &ask.name.to_string(), old.revision)?;
        let revoked = Token { revoked_at: old.revoked_at.or(Some(at)), ..old };
        store::save_token(tx, &revoked)?;
        Ok((Entry::of(&ask.name), store::get_token(&mut tx.view(), &ask.name)?))
    };
    app.write(&call, SYSTEM, run, replay_token).await
}

fn new_token(secret: &Secret, principal: String, label: String, expires_at: Micros) -> Token {
    Token {
        id: secret.id().to_owned(),
        principal,
        label,
        expires_at,
        revoked_at: None,
        successor: None,
        revision: 0,
        created_at: 0,
        updated_at: 0,
    }
}

fn issue(tx: &mut Tx<'_>, token: &Token, secret: &Secret) -> Result<Issued> {
    store::insert_token(tx, token, secret.hash())?;
    let token = store::get_token(&mut tx.view(), &token.name())?;
    Ok(Issued { token, secret: Some(secret.clone()) })
}

/// The token if it is the asker's own or the asker is an administrator; else it is not there.
fn load_own(view: &mut View<'_>, name: &TokenName) -> Result<Token> {
    if !owns(view, &name.principal) {
        return Err(Error::NotFound { kind: "Token", name: name.to_string() });
    }
    store::get_token(view, name)
}

fn require_room(view: &mut View<'_>, principal: &str, now: Micros) -> Result<()> {
    let limit = limits::TOKENS_PER_PRINCIPAL;
    if store::count_good_tokens(view, principal, now)? < limits::count(limit) as i64 {
        return Ok(());
    }
    Err(Error::Limit { reason: Reason::TokensPerPrincipal, limit, subject: "good tokens of a principal".to_owned() })
}

/// A secret that nobody can ever use is not shown.
fn hide_when_tried(call: &Call) -> impl FnOnce(Answer<Issued>) -> Answer<Issued> {
    let tried = call.validate_only;
    move |answer| answer.map(|issued| Issued { secret: issued.secret.filter(|_| !tried), ..issued })
}

/// The token again, without the secret: it is kept nowhere.
fn replay_issued(view: &mut View<'_>, first: &First) -> Result<Issued> {
    Ok(Issued { token: replay_token(view, first)?, secret: None })
}

/// The first answer again, for those who may still ask.
fn replay_token(view: &mut View<'_>, first: &First) -> Result<Token> {
    let name = first.names.first().and_then(|name| TokenName::parse(name));
    let name = name.ok_or_else(|| Error::bug("a journal row names no token"))?;
    load_own(view, &name)
}
