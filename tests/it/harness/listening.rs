//! A further listener on the machine of a test, with settings of its own, and clients over connections of their own.

use std::net::SocketAddr;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kehoach::app::App;
use kehoach::pb;
use kehoach::pb::identity_service_client::IdentityServiceClient;
use kehoach::pb::organisation_service_client::OrganisationServiceClient;
use kehoach::server::{Server, Settings};
use rustls_pki_types::ServerName;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};

use super::bare::Bare;
use super::locked::Bearer;
use super::place::new_folder;

/// A folder that goes with this.
pub struct Folder(PathBuf);

impl Folder {
    /// An empty one.
    pub fn new() -> Arc<Self> {
        Arc::new(Self(new_folder()))
    }
}

impl Deref for Folder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A listener; it ends with this.
pub struct Listening {
    pub address: SocketAddr,
    stop: watch::Sender<bool>,
}

impl Listening {
    /// Starts to listen.
    pub async fn start(app: &App, settings: Settings) -> Self {
        Self::try_start(app, settings).await.unwrap_or_else(|sentence| panic!("{sentence}"))
    }

    /// The same; the sentence where the settings cannot be used.
    pub async fn try_start(app: &App, settings: Settings) -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap_or_else(|error| panic!("no port: {error}"));
        let server = Server::open(listener, app.clone(), settings).await?;
        let address = server.address().unwrap_or_else(|error| panic!("no address: {error}"));
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(server.run(stopped));
        Ok(Self { address, stop })
    }

    async fn channel(&self, credential: &str) -> InterceptedService<Channel, Bearer> {
        let endpoint = Endpoint::from_shared(format!("http://{}", self.address)).unwrap_or_else(|e| panic!("{e}"));
        let channel = endpoint.connect().await.unwrap_or_else(|error| panic!("the server does not answer: {error}"));
        InterceptedService::new(channel, Bearer::of(credential))
    }

    /// A client of IdentityService with a credential, in clear.
    pub async fn identity(&self, credential: &str) -> IdentityServiceClient<InterceptedService<Channel, Bearer>> {
        IdentityServiceClient::new(self.channel(credential).await)
    }

    /// A read that everybody who is known may make, in clear.
    pub async fn list(&self, credential: &str) -> Result<(), Status> {
        let mut client = OrganisationServiceClient::new(self.channel(credential).await);
        client.list_jurisdictions(pb::ListJurisdictionsRequest::default()).await.map(drop)
    }

    /// A connection with TLS.
    pub async fn secure(&self, config: &Arc<ClientConfig>) -> std::io::Result<Secure> {
        let stream = TcpStream::connect(self.address).await?;
        let name = ServerName::try_from("localhost").unwrap_or_else(|error| panic!("{error}"));
        let stream = TlsConnector::from(config.clone()).connect(name, stream).await?;
        let certificate =
            stream.get_ref().1.peer_certificates().and_then(|chain| chain.first()).map(|one| one.to_vec());
        let bare = Bare::over(stream).await.map_err(std::io::Error::other)?;
        Ok(Secure { bare, certificate: certificate.unwrap_or_default() })
    }

    /// Tells the server to stop.
    pub fn stop(&self) {
        let _ = self.stop.send(true);
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A connection with TLS, and the certificate that the server showed.
#[derive(Clone)]
pub struct Secure {
    bare: Bare,
    pub certificate: Vec<u8>,
}

impl Secure {
    /// A read that everybody who is known may make; an empty credential sends none.
    pub async fn list(&self, credential: &str) -> Result<(), Status> {
        let mut client = self.organisation();
        let mut request = Request::new(pb::ListJurisdictionsRequest::default());
        if !credential.is_empty() {
            let value = format!("Bearer {credential}").parse().unwrap_or_else(|error| panic!("{error}"));
            request.metadata_mut().insert("authorization", value);
        }
        client.list_jurisdictions(request).await.map(drop)
    }

    /// A client of OrganisationService, without a header of its own.
    pub fn organisation(&self) -> OrganisationServiceClient<Bare> {
        OrganisationServiceClient::with_origin(self.bare.clone(), origin())
    }

    /// A client of IdentityService, without a header of its own.
    pub fn identity(&self) -> IdentityServiceClient<Bare> {
        IdentityServiceClient::with_origin(self.bare.clone(), origin())
    }
}

fn origin() -> http::Uri {
    http::Uri::from_static("https://localhost")
}
