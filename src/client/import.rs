//! `kehoach import`: sends a file with its mapping, shows how far it is, and tells the outcome to a person.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use bytes::Bytes;
use futures_util::stream;
use tonic::Status;
use tonic_types::StatusExt;

use super::connection::{Door, usage};
use super::mapping;
use super::progress::Progress;
use crate::pb;
use crate::pb::budget_service_client::BudgetServiceClient;
use crate::pb::import_lines_request::Content;

/// One piece of the file; the server takes up to four times as much.
const PIECE: usize = 64 << 10;

/// How many faults are told.
const TOLD: usize = 100;

/// What to send where.
#[derive(Debug, Clone, clap::Args)]
pub struct Import {
    /// The CSV file.
    pub file: PathBuf,
    /// What the file means and where it goes: the ImportHeader of the API as JSON.
    #[arg(long, short)]
    pub mapping: PathBuf,
    /// Sets a value of the mapping, as `spread.fiscal_year=2024` or `filters[0].equals=plan`. May be repeated.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub settings: Vec<String>,
    /// Where the server is, and how to be let in.
    #[command(flatten)]
    pub door: Door,
    /// Check everything and write nothing.
    #[arg(long)]
    pub validate_only: bool,
    /// Makes a repeat safe: a UUID for this one act.
    #[arg(long)]
    pub request_id: Option<String>,
}

/// Why nothing was done.
#[derive(Debug)]
pub enum Failure {
    /// What was asked for cannot be read: the mapping, the file, the address.
    Usage(String),
    /// The server cannot be reached, or refuses.
    Refused(String),
}

/// Imports a file; answers what to tell.
pub async fn run(ask: &Import) -> Result<String, Failure> {
    let mut header = header(ask)?;
    let file = File::open(&ask.file).map_err(|e| usage(&ask.file, e))?;
    let length = file.metadata().map_err(|e| usage(&ask.file, e))?.len();
    header.file_bytes = i64::try_from(length).ok();
    let request = ask.door.shown(pieces(header, file, Progress::of(length)))?;
    let channel = ask.door.open().await?;
    let outcome = BudgetServiceClient::new(channel).import_lines(request).await;
    Progress::of(0).clear();
    match outcome {
        Ok(answer) => {
            let replayed = answer.metadata().contains_key("kehoach-replayed");
            Ok(told(&answer.into_inner(), ask.validate_only, replayed))
        }
        Err(status) => Err(Failure::Refused(refusal("imported", &status))),
    }
}

fn header(ask: &Import) -> Result<pb::ImportHeader, Failure> {
    let text = std::fs::read_to_string(&ask.mapping).map_err(|e| usage(&ask.mapping, e))?;
    let mut header = mapping::read(&text, &ask.settings).map_err(|e| usage(&ask.mapping, e))?;
    header.validate_only |= ask.validate_only;
    if ask.request_id.is_some() {
        header.request_id.clone_from(&ask.request_id);
    }
    Ok(header)
}

/// The messages of the call. Where the file cannot be read further, the stream ends before the bytes that the header promises, and
/// nothing is written.
fn pieces(
    header: pb::ImportHeader,
    file: File,
    progress: Progress,
) -> impl futures_util::Stream<Item = pb::ImportLinesRequest> {
    let message = |content| pb::ImportLinesRequest { content };
    stream::unfold((Some(header), Some(file), progress), move |(header, file, mut progress)| async move {
        if let Some(header) = header {
            return Some((message(Some(Content::Header(header))), (None, file, progress)));
        }
        let mut file = file?;
        let mut piece = vec![0; PIECE];
        match file.read(&mut piece) {
            Ok(0) | Err(_) => None,
            Ok(read) => {
                piece.truncate(read);
                progress.advance(read);
                Some((message(Some(Content::Chunk(Bytes::from(piece)))), (None, Some(file), progress)))
            }
        }
    })
}

fn told(summary: &pb::ImportSummary, tried: bool, replayed: bool) -> String {
    let pb::ImportSummary { rows_read, rows_skipped, lines_created, revision, .. } = summary;
    let mut text = format!("{rows_read} rows read, {rows_skipped} skipped, {lines_created} lines ");
    text += &match (tried, replayed) {
        (true, _) => "would be created; nothing was written\n".to_owned(),
        (false, true) => format!("were created by an earlier request with this id, in revision {revision}\n"),
        (false, false) => format!("created in revision {revision}\n"),
    };
    text += &format!(
        "created on the way: {} units, {} codes, {} estimates\n",
        summary.units_created, summary.codes_created, summary.estimates_created
    );
    for total in &summary.totals {
        let amounts = total.amounts.unwrap_or_default();
        let stages = [
            ("actual_n2", amounts.actual_n2),
            ("budget_n1", amounts.budget_n1),
            ("expected_n1", amounts.expected_n1),
            ("requested", amounts.requested),
            ("appraised", amounts.appraised),
            ("decided", amounts.decided),
        ];
        let stated = stages.iter().filter_map(|(name, amount)| Some(format!("{name} {}", (*amount)?)));
        let side = total.side().as_str_name().trim_start_matches("SIDE_");
        text += &format!("{side}: {}, in minor units\n", stated.collect::<Vec<_>>().join(", "));
    }
    text
}

/// What a person needs of a refusal: what was not done, the sentence, then every fault with its place.
pub(super) fn refusal(done: &str, status: &Status) -> String {
    let details = status.get_error_details();
    let mut faults: Vec<String> = Vec::new();
    for one in details.bad_request().into_iter().flat_map(|bad| &bad.field_violations) {
        faults.push(format!("{}: {}", one.field, one.description));
    }
    for one in details.precondition_failure().into_iter().flat_map(|failure| &failure.violations) {
        faults.push(format!("{}: {}", one.subject, one.description));
    }
    let reason = details.error_info().map(|info| info.reason.clone()).unwrap_or_default();
    let mut text = format!("nothing was {done}: {} ({:?} {reason})", status.message(), status.code());
    // A single fault is the sentence itself.
    for fault in faults.iter().take(TOLD).filter(|_| faults.len() > 1) {
        text += &format!("\n  {}", fault.trim_start_matches(": "));
    }
    if faults.len() > TOLD {
        text += &format!("\n  … {} more", faults.len() - TOLD);
    }
    text
}
