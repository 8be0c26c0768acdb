//! The act of importing: stage what comes, then write it in one command.

use std::sync::Arc;

use super::plan::{Destination, ImportLines};
use super::stage::Stage;
use super::write::{Imported, write};
use crate::app::{Answer, App, Call, ReadAt};
use crate::budget::actions::load_header;
use crate::commit::{First, Tx, View};
use crate::document::authority::Action;
use crate::error::{Error, Result};
use crate::grpc::Upload;
use crate::organisation::store as units;

/// Refuses whoever may not import there, as far as the header says where.
fn entitled(view: &mut View<'_>, plan: &ImportLines) -> Result<()> {
    match &plan.destination {
        Destination::One(asked) => {
            let header = load_header(view, &asked.name)?;
            view.standing.may_at(Action::DraftDocument, &header.key.unit)?;
        }
        Destination::Spread(_) => {
            view.standing.may_here(Action::ReadMember)?;
        }
    }
    Ok(())
}

pub async fn import_lines(
    app: App,
    mut call: Call,
    ask: ImportLines,
    mut upload: Upload<ImportLines>,
) -> Result<Answer<Imported>> {
    let jurisdiction = ask.jurisdiction.clone();
    let plan = Arc::new(ask);
    let asked = plan.clone();
    // Who may not do it at all is told before the file is read; the command judges again.
    let found = app.read(&call, &jurisdiction, ReadAt::Head, move |view| {
        entitled(view, &asked)?;
        units::currency_exponent(view.conn, view.jurisdiction)
    });
    let exponent = u32::try_from(found.await?.value).unwrap_or_default();
    let mut stage = Stage::new(&plan, exponent)?;
    while let Some(chunk) = upload.next().await? {
        stage.feed(&chunk)?;
        // A piece takes its time; others have their turn before the next.
        tokio::task::yield_now().await;
    }
    if let Some(whole) = plan.file_bytes.filter(|whole| upload.bytes() != whole.unsigned_abs()) {
        let text = format!("is {whole}, and {} bytes came", upload.bytes());
        return Err(Error::invalid("file_bytes", text));
    }
    let staged = Arc::new(stage.finish()?);
    upload.seal(&mut call);
    let (instance, new_id) = (app.instance().clone(), call.new_id.clone());
    let run = move |tx: &mut Tx<'_>| write(tx, &instance, &plan, &staged, &new_id);
    // How many rows were read cannot be read again: the summary was left with the journal.
    let replay =
        |_: &mut View<'_>, first: &First| serde_json::from_slice(&first.answer).map_err(|e| Error::Internal(e.into()));
    app.write(&call, &jurisdiction, run, replay).await
}
