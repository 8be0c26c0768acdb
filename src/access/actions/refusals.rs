//! Who was turned away, as auditors read it.

use super::Listed;
use crate::app::{App, Call, Depends, Keep, Logged, ReadAt, RefusalFilter, list_refused};
use crate::commit::View;
use crate::document::authority::Action;
use crate::error::{Error, Result};
use crate::grpc::page::Page;
use crate::id::SYSTEM;

/// Asks for a page of the log.
#[derive(Debug, Clone)]
pub struct ListRefusals {
    pub jurisdiction: String,
    pub filter: RefusalFilter,
    pub page: Page,
}

pub async fn list_refusals(app: App, call: Call, ask: ListRefusals) -> Result<Keep<Listed<Logged>>> {
    let start = ask.page.start(app.instance(), ReadAt::Head)?;
    let (instance, page, filter) = (app.instance().clone(), ask.page, ask.filter);
    let after = place(&start.after)?;
    let read = move |view: &mut View<'_>| {
        // What names no jurisdiction is the business of those who manage principals.
        let action = if view.jurisdiction == SYSTEM { Action::ManagePrincipals } else { Action::ReadRefusals };
        view.standing.may_here(action)?;
        let mut items = list_refused(view, &filter, after, page.size + 1)?;
        let key = |last: &Logged| vec![last.at.to_string(), last.number.to_string()];
        let next_page_token = page.cut(&instance, view.revision, &mut items, key)?;
        Ok(Listed { items, next_page_token })
    };
    // The log has no past, so every page is read at the head.
    let answer = app.read(&call, &ask.jurisdiction, ReadAt::Head, read).await?;
    Ok(answer.kept(&ask.jurisdiction, Depends::Nothing))
}

/// Time and number of the last refusal of the page before.
fn place(after: &[String]) -> Result<Option<(i64, i64)>> {
    let [at, number] = after else { return Ok(None) };
    match (at.parse(), number.parse()) {
        (Ok(at), Ok(number)) => Ok(Some((at, number))),
        _ => Err(Error::bug("a page token of ours holds no place")),
    }
}
