//! How this program reaches a server, and shows who it is.

use std::path::Path;

use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

use super::Failure;

/// A connection to a server.
pub async fn open(server: &str) -> Result<Channel, Failure> {
    let endpoint = Endpoint::from_shared(server.to_owned()).map_err(|e| usage(Path::new(server), e))?;
    endpoint.connect().await.map_err(|e| {
        let cause = std::error::Error::source(&e).map(|cause| format!(": {cause}")).unwrap_or_default();
        Failure::Refused(format!("{server} does not answer: {e}{cause}"))
    })
}

/// A request that shows the token in a file, where one is named.
pub fn shown<T>(message: T, token_file: Option<&Path>) -> Result<Request<T>, Failure> {
    let mut request = Request::new(message);
    if let Some(path) = token_file {
        let token = std::fs::read_to_string(path).map_err(|e| usage(path, e))?;
        let value: MetadataValue<Ascii> =
            format!("Bearer {}", token.trim()).parse().map_err(|_| usage(path, "holds no token"))?;
        request.metadata_mut().insert("authorization", value);
    }
    Ok(request)
}

/// What cannot be used as it was given.
pub fn usage(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::Usage(format!("{}: {error}", path.display()))
}
