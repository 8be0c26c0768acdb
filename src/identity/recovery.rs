//! A new token for an administrator whose tokens are all lost: made at the machine, while nobody serves.
//!
//! Whoever can run this can open the database; it gives them nothing that they do not have, and leaves a journal row that says so.

use std::path::Path;

use super::bootstrap::{own_call, write};
use super::model::{State, Token, expiry};
use super::store;
use crate::app::App;
use crate::commit::{Entry, Tx};
use crate::error::{Error, Reason, Result};
use crate::id::SYSTEM;

/// Why, in the journal.
const REASON: &str = "recover-admin";

/// Writes a token of an administrator into a new file, and ends every other token that it had; answers how many.
///
/// The file is written first: what it holds is worth nothing until the journal says so.
pub async fn recover_administrator(
    app: &App,
    principal: &str,
    path: &Path,
) -> Result<usize, Box<dyn std::error::Error>> {
    let secret = write(path)?;
    let mut call = own_call(app);
    REASON.clone_into(&mut call.reason);
    call.method = "/kehoach.v1.IdentityService/CreateToken";
    let expires_at = expiry(None, call.at)?;
    let principal = principal.to_owned();
    let run = move |tx: &mut Tx<'_>| {
        require_administrator(tx, &principal)?;
        let token = Token {
            id: secret.id().to_owned(),
            principal: principal.clone(),
            label: REASON.to_owned(),
            expires_at,
            revoked_at: None,
            successor: None,
            revision: 0,
            created_at: 0,
            updated_at: 0,
        };
        let lost = end_tokens(tx, &principal)?;
        store::insert_token(tx, &token, secret.hash())?;
        let names = std::iter::once(token.name()).chain(lost.iter().map(Token::name)).map(|name| name.to_string());
        Ok((Entry { names: names.collect(), answer: Vec::new() }, lost.len()))
    };
    match app.write(&call, SYSTEM, run, |_, _| Ok(0)).await {
        Ok(answer) => Ok(answer.value),
        Err(error) => {
            std::fs::remove_file(path)?;
            Err(error.into())
        }
    }
}

/// Only who is one already: this gives back a door, and opens none.
fn require_administrator(tx: &mut Tx<'_>, id: &str) -> Result<()> {
    let principal = store::get_principal(&mut tx.view(), id)?;
    if principal.administrator && principal.state == State::Active {
        return Ok(());
    }
    let subject = principal.name().to_string();
    Err(Error::refused(Reason::NotAdministrator, subject, "this principal is no active administrator of the service"))
}

/// Ends the tokens that are still good: where they are nobody knows.
fn end_tokens(tx: &mut Tx<'_>, principal: &str) -> Result<Vec<Token>> {
    let at = tx.at();
    let tokens = store::list_tokens(&mut tx.view(), principal, "", i64::MAX)?;
    let good: Vec<Token> = tokens.into_iter().filter(|token| token.is_good(at)).collect();
    for token in &good {
        store::save_token(tx, &Token { revoked_at: Some(at), ..token.clone() })?;
    }
    Ok(good)
}
