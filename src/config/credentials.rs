//! The knobs of TLS and JWTs, and what goes together.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::identity::jwt::{self, Origin};
use crate::outgoing;
use crate::server::tls;

/// What callers are known by beside tokens.
#[derive(Debug, Clone, Default, Args)]
pub struct Credentials {
    /// The certificate of the server with its chain, PEM. Read again when it changes.
    #[arg(long, env = "KEHOACH_TLS_CERTIFICATE")]
    pub tls_certificate: Option<PathBuf>,
    /// The key of the certificate, PEM.
    #[arg(long, env = "KEHOACH_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// TLS 1.2 is spoken beside 1.3.
    #[arg(long = "tls-1-2", env = "KEHOACH_TLS_1_2", default_value_t = false)]
    pub tls_1_2: bool,
    /// The authorities of client certificates, PEM. A certificate with one URI acts as the principal that it is mapped to.
    #[arg(long, env = "KEHOACH_CLIENT_CA")]
    pub client_ca: Option<PathBuf>,
    /// The public keys (JWKS) of the issuer of JWTs: a file or an https URL.
    #[arg(long, env = "KEHOACH_JWT_KEYS")]
    pub jwt_keys: Option<String>,
    /// The authorities by which the server of --jwt-keys is trusted, PEM. When left out: those of the system.
    #[arg(long, env = "KEHOACH_JWT_KEYS_CA")]
    pub jwt_keys_ca: Option<PathBuf>,
    /// The claim `iss` of JWTs.
    #[arg(long, env = "KEHOACH_JWT_ISSUER")]
    pub jwt_issuer: Option<String>,
    /// What the claim `aud` of JWTs must name.
    #[arg(long, env = "KEHOACH_JWT_AUDIENCE")]
    pub jwt_audience: Option<String>,
}

impl Credentials {
    /// Whether any of them is given.
    pub fn are_named(&self) -> bool {
        self.tls_1_2
            || [&self.tls_certificate, &self.tls_key, &self.client_ca, &self.jwt_keys_ca]
                .iter()
                .any(|path| path.is_some())
            || [&self.jwt_keys, &self.jwt_issuer, &self.jwt_audience].iter().any(|text| text.is_some())
    }

    /// Refuses halves in one sentence.
    pub fn check(&self) -> Result<(), String> {
        let wrong = |sentence: &str| Err(sentence.to_owned());
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            return wrong("--tls-certificate and --tls-key go together");
        }
        if self.tls_certificate.is_none() && (self.client_ca.is_some() || self.tls_1_2) {
            return wrong("--client-ca and --tls-1-2 need --tls-certificate and --tls-key");
        }
        match (&self.jwt_keys, &self.jwt_issuer, &self.jwt_audience) {
            (None, None, None) if self.jwt_keys_ca.is_none() => Ok(()),
            (Some(keys), Some(issuer), Some(audience)) => {
                if issuer.is_empty() || audience.is_empty() {
                    return wrong("--jwt-issuer and --jwt-audience must not be empty");
                }
                match (origin(keys, self.jwt_keys_ca.as_deref())?, &self.jwt_keys_ca) {
                    (Origin::File(_), Some(_)) => wrong("--jwt-keys-ca needs --jwt-keys to be an https URL"),
                    _ => Ok(()),
                }
            }
            _ => wrong("--jwt-keys, --jwt-issuer and --jwt-audience go together"),
        }
    }

    /// The files of TLS, where there are any.
    pub fn tls(&self) -> Option<tls::Files> {
        let (certificate, key) = self.tls_certificate.clone().zip(self.tls_key.clone())?;
        Some(tls::Files { certificate, key, client_authorities: self.client_ca.clone(), allows_tls12: self.tls_1_2 })
    }

    /// The issuer of JWTs, where one is named.
    pub fn jwt(&self) -> Option<jwt::Settings> {
        let keys = origin(self.jwt_keys.as_deref()?, self.jwt_keys_ca.as_deref()).ok()?;
        Some(jwt::Settings { keys, issuer: self.jwt_issuer.clone()?, audience: self.jwt_audience.clone()? })
    }
}

/// Where keys come from: an https URL or a file, and nothing that only looks like one of them.
fn origin(text: &str, authorities: Option<&Path>) -> Result<Origin, String> {
    if !text.contains("://") {
        return if text.is_empty() {
            Err("--jwt-keys must not be empty".to_owned())
        } else {
            Ok(Origin::File(text.into()))
        };
    }
    let url = text.parse::<http::Uri>().ok();
    let url = url.filter(|url| url.scheme_str() == Some("https") && url.host().is_some_and(|host| !host.is_empty()));
    // A password in a URL would be in logs and lists of processes.
    let url = url.filter(|url| url.authority().is_some_and(|authority| !authority.as_str().contains('@')));
    let url = url.ok_or("--jwt-keys is a file or https://host/path, without a user")?;
    let authorities =
        outgoing::authorities(authorities).ok_or("this system has no list of authorities: give --jwt-keys-ca")?;
    Ok(Origin::Url { url, authorities })
}
