//! How this program reaches a server, and shows who it is.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use hyper_util::rt::TokioIo;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};

use super::Failure;
use crate::outgoing;

/// Where a server is, and how to be let in.
#[derive(Debug, Clone, clap::Args)]
pub struct Door {
    /// Where the server is: `https://host:port`, or `http://…` on this machine.
    #[arg(long, default_value = "http://127.0.0.1:50051")]
    pub server: String,
    /// The authorities by which a server behind https is trusted, PEM. When left out: those of the system.
    #[arg(long)]
    pub ca: Option<PathBuf>,
    /// The file with the token to show. None when left out.
    #[arg(long)]
    pub token_file: Option<PathBuf>,
}

impl Door {
    /// A connection to the server.
    pub async fn open(&self) -> Result<Channel, Failure> {
        self.check()?;
        open(&self.server, self.ca.as_deref()).await
    }

    /// Refuses to show a token where somebody may listen.
    fn check(&self) -> Result<(), Failure> {
        if self.token_file.is_none() || is_private(&self.server) {
            return Ok(());
        }
        let text = "a token is shown to another machine behind https:// only: whoever listens could use it";
        Err(Failure::Usage(format!("{}: {text}", self.server)))
    }

    /// A request that shows the token, where one is named.
    pub fn shown<T>(&self, message: T) -> Result<Request<T>, Failure> {
        let mut request = Request::new(message);
        let Some(path) = &self.token_file else { return Ok(request) };
        self.check()?;
        let token = std::fs::read_to_string(path).map_err(|e| usage(path, e))?;
        let value: MetadataValue<Ascii> =
            format!("Bearer {}", token.trim()).parse().map_err(|_| usage(path, "holds no token"))?;
        request.metadata_mut().insert("authorization", value);
        Ok(request)
    }
}

/// Whether nobody between here and the server can listen.
fn is_private(server: &str) -> bool {
    let Ok(url) = server.parse::<http::Uri>() else { return false };
    let host = url.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    is_here || url.scheme_str() == Some("https")
}

/// A connection to a server; behind https it must show a certificate of an authority that is trusted.
pub async fn open(server: &str, ca: Option<&Path>) -> Result<Channel, Failure> {
    let endpoint = Endpoint::from_shared(server.to_owned()).map_err(|e| usage(Path::new(server), e))?;
    let connected = match endpoint.uri().scheme_str() {
        Some("https") => {
            let authorities = outgoing::authorities(ca)
                .ok_or_else(|| Failure::Usage("this system has no list of authorities: give --ca".to_owned()))?;
            let connector = tower::service_fn(move |url: http::Uri| {
                let authorities = authorities.clone();
                async move { outgoing::connect(&url, &authorities, Some("h2")).await.map(TokioIo::new) }
            });
            endpoint.connect_with_connector(connector).await
        }
        _ => endpoint.connect().await,
    };
    connected.map_err(|e| {
        let causes = std::iter::successors(std::error::Error::source(&e), |cause| cause.source());
        let mut told: Vec<String> = causes.map(ToString::to_string).collect();
        // Some wrappers say what is inside them and nothing of their own.
        told.dedup();
        Failure::Refused(format!("{server} does not answer: {e}: {}", told.join(": ")))
    })
}

/// What cannot be used as it was given.
pub fn usage(path: &Path, error: impl std::fmt::Display) -> Failure {
    Failure::Usage(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_to_this_machine_or_behind_https() {
        for server in ["http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1", "https://kehoach.example:443"] {
            assert!(is_private(server), "{server}");
        }
        for server in ["http://kehoach.example:1", "http://10.0.0.1:1", "http://localhost.example:1", "nowhere", ""] {
            assert!(!is_private(server), "{server}");
        }
    }
}
