//! The first administrator: made once, in a database that has never had a principal, with a token in a file of its own.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Instant;

use super::model::{Kind, Principal, SERVER, State, Token, commitment, expiry};
use super::secret::{Secret, salt};
use super::store;
use crate::app::{App, Call};
use crate::commit::{Entry, Tx};
use crate::document::authority::{Action, Rule};
use crate::error::{Error, Reason, Result};
use crate::id::SYSTEM;
use crate::limits;

/// What became of the first token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstToken {
    /// The principal `admin` was made, and the file has its token.
    Made,
    /// There are principals already.
    NotNeeded,
}

/// The id of the first administrator.
const FIRST: &str = "admin";

/// Makes the principal `admin` where there has never been a principal, with the token in the file at `path`.
///
/// The file is written first. So a start that was cut short is finished by the next one, which takes the token that it
/// finds there; and a token that was laid there beforehand becomes the first one.
pub async fn first_administrator(app: &App, path: &Path) -> Result<FirstToken, Box<dyn std::error::Error>> {
    let call = own_call(app);
    if app.read_raw(&call, |session| store::any_principal(session.enter(SYSTEM)?)).await? {
        return Ok(FirstToken::NotNeeded);
    }
    let (secret, written) = match read(path)? {
        Some(secret) => (secret, false),
        None => (write(path)?, true),
    };
    match make(app, &call, secret).await {
        Ok(()) => Ok(FirstToken::Made),
        // Another process on the same database was faster; its file has the token.
        Err(Error::Exists { .. }) => {
            if written {
                std::fs::remove_file(path)?;
            }
            Ok(FirstToken::NotNeeded)
        }
        Err(error) => Err(error.into()),
    }
}

async fn make(app: &App, call: &Call, secret: Secret) -> Result<()> {
    let (salt, now) = (salt()?, call.at);
    let expires_at = expiry(None, now)?;
    let run = move |tx: &mut Tx<'_>| {
        if store::any_principal(tx.view().conn)? {
            return Err(Error::Exists { kind: "Principal", name: FIRST.to_owned(), reason: Reason::AlreadyExists });
        }
        let display_name = "First administrator".to_owned();
        let principal = Principal {
            id: FIRST.to_owned(),
            kind: Kind::Person,
            name_commitment: commitment(&salt, &display_name),
            display_name,
            administrator: true,
            state: State::Active,
            mappings: Vec::new(),
            revision: 0,
            created_at: 0,
            updated_at: 0,
        };
        let token = Token {
            id: secret.id().to_owned(),
            principal: FIRST.to_owned(),
            label: "made at the first start".to_owned(),
            expires_at,
            revoked_at: None,
            successor: None,
            revision: 0,
            created_at: 0,
            updated_at: 0,
        };
        store::insert_principal(tx, &principal, &salt)?;
        store::insert_token(tx, &token, secret.hash())?;
        let names = vec![principal.name().to_string(), token.name().to_string()];
        Ok((Entry { names, answer: Vec::new() }, ()))
    };
    app.write(call, SYSTEM, run, |_, _| Ok(())).await.map(drop)
}

/// A call that the server makes itself.
pub fn own_call(app: &App) -> Call {
    Call {
        actor: SERVER.to_owned(),
        on_behalf_of: String::new(),
        rule: Rule::Whole(Action::ManagePrincipals),
        method: "/kehoach.v1.IdentityService/CreatePrincipal",
        at: app.clock().now(),
        deadline: Instant::now() + limits::millis(limits::DEADLINE_MS),
        request: None,
        validate_only: false,
        reason: "first start".to_owned(),
        new_id: app.new_id(),
    }
}

/// The token in a file that nobody else can read; none where there is no file.
fn read(path: &Path) -> Result<Option<Secret>, Box<dyn std::error::Error>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot read {}: {error}", path.display()).into()),
    };
    if std::fs::metadata(path)?.permissions().mode() & 0o077 != 0 {
        return Err(format!("{} can be read by others: chmod 600 it, or remove it", path.display()).into());
    }
    let secret = Secret::parse(text.trim());
    secret.map(Some).ok_or_else(|| format!("{} holds no token: remove it", path.display()).into())
}

/// A new token, in a new file that nobody else can read.
pub fn write(path: &Path) -> Result<Secret, Box<dyn std::error::Error>> {
    let secret = Secret::random()?;
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let written = opened.and_then(|mut file| {
        writeln!(file, "{}", secret.reveal())?;
        file.sync_all()
    });
    written.map_err(|error| format!("cannot write the token to {}: {error}", path.display()))?;
    Ok(secret)
}
