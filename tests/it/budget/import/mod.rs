//! Imports: files as they really are, into one estimate or spread over many; every refusal with its row and column.

mod file;
mod refusals;
mod spread;
mod volume;

use kehoach::pb;
use tonic::{Response, Status};

use super::estimate_name;
use crate::harness::{Harness, jurisdiction_name};

/// A column that goes to a field.
pub fn column(column: &str, field: &str) -> pb::ImportColumn {
    pb::ImportColumn { column: column.to_owned(), field: field.to_owned(), ..Default::default() }
}

/// A field with one value.
pub fn constant(field: &str, value: &str) -> pb::ImportConstant {
    pb::ImportConstant { field: field.to_owned(), value: value.to_owned() }
}

/// A header for files with the columns `code`, `amount` and `text` into an estimate as it was read.
pub fn header(estimate: &pb::Estimate) -> pb::ImportHeader {
    let version = pb::EstimateVersion { name: estimate.name.clone(), etag: estimate.etag.clone() };
    pb::ImportHeader {
        parent: jurisdiction_name("dt"),
        destination: Some(pb::import_header::Destination::Estimate(version)),
        columns: vec![
            column("code", "functional_code"),
            column("amount", "amounts.requested"),
            column("text", "description"),
        ],
        constants: vec![constant("side", "expenditure"), constant("nature", "RECURRENT")],
        ..Default::default()
    }
}

/// The messages of a stream.
pub fn messages(header: pb::ImportHeader, pieces: &[&[u8]]) -> Vec<pb::ImportLinesRequest> {
    use pb::import_lines_request::Content;
    let chunks = pieces.iter().map(|piece| Content::Chunk(piece.to_vec().into()));
    std::iter::once(Content::Header(header))
        .chain(chunks)
        .map(|content| pb::ImportLinesRequest { content: Some(content) })
        .collect()
}

impl Harness {
    /// Imports a file that comes in pieces.
    pub async fn import(
        &self,
        header: pb::ImportHeader,
        pieces: &[&[u8]],
    ) -> Result<Response<pb::ImportSummary>, Status> {
        self.budget().import_lines(tokio_stream::iter(messages(header, pieces))).await
    }

    /// Imports a whole file, in pieces as long as they may be.
    pub async fn imported(&self, header: pb::ImportHeader, file: &[u8]) -> pb::ImportSummary {
        let pieces: Vec<&[u8]> = file.chunks(256 << 10).collect();
        let outcome = self.import(header, &pieces).await;
        outcome.unwrap_or_else(|status| panic!("the import is refused: {status:?}")).into_inner()
    }

    /// An estimate as it stands.
    pub async fn get_estimate(&self, id: &str) -> pb::Estimate {
        let get = pb::GetEstimateRequest { name: estimate_name(id), read_at: None };
        self.budget().get_estimate(get).await.unwrap_or_else(|status| panic!("{id}: {status:?}")).into_inner()
    }
}
