//! TLS and client certificates: made here, mapped, refused, renewed under load.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use kehoach::client::{Door, Failure, Review, tell_review};
use kehoach::db::Engine;
use kehoach::pb;
use kehoach::pb::organisation_service_client::OrganisationServiceClient;
use kehoach::server::Settings;
use kehoach::server::tls::Files;
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, SanType};
use tokio_rustls::rustls::version;
use tonic::Code;

use super::certificates::{Authority, Certified, client_config, write};
use crate::harness::{Bare, Folder, Listening, Locked, locked, new_principal, refused};

/// A server with TLS that asks for client certificates of an authority.
struct Ground {
    authority: Authority,
    server: Listening,
    folder: Arc<Folder>,
}

impl Ground {
    async fn new(s: &Locked, allows_tls12: bool) -> Self {
        let (authority, folder) = (Authority::new(), Folder::new());
        write(&folder, &authority.server());
        std::fs::write(folder.join("ca.pem"), &authority.pem).unwrap();
        let settings = Settings { tls: Some(files(&folder, allows_tls12)), ..Settings::default() };
        Self { server: Listening::start(&s.h.app, settings).await, authority, folder }
    }

    /// The outcome of a call over a connection of its own: a server that rejects a certificate ends the connection.
    async fn call(&self, client: Option<&Certified>, credential: &str) -> Result<(), Option<Code>> {
        let config = client_config(&self.authority, client, &[&version::TLS13]);
        let Ok(connection) = self.server.secure(&config).await else { return Err(None) };
        let outcome = connection.list(credential).await;
        outcome.map_err(|status| Some(status.code()).filter(|code| *code == Code::Unauthenticated))
    }
}

fn files(folder: &Folder, allows_tls12: bool) -> Files {
    Files {
        certificate: folder.join("server.pem"),
        key: folder.join("server.key"),
        client_authorities: Some(folder.join("ca.pem")),
        allows_tls12,
    }
}

async fn map(s: &Locked, id: &str, uri: &str) -> pb::Principal {
    let principal = s.identity().create_principal(new_principal(id)).await.unwrap().into_inner();
    let request = pb::MapCertificateRequest {
        name: principal.name,
        etag: principal.etag,
        uri: uri.to_owned(),
        ..Default::default()
    };
    s.identity().map_certificate(request).await.unwrap().into_inner()
}

locked! {
    async fn tokens_and_mapped_certificates_are_taken_over_tls(s: Locked) {
        let ground = Ground::new(&s, false).await;
        let uri = "spiffe://dong-thap/payroll";
        let principal = map(&s, "svc-payroll", uri).await;
        assert_eq!(ground.call(None, &s.admin).await, Ok(()));
        assert_eq!(ground.call(None, "").await, Err(Some(Code::Unauthenticated)));
        let client = ground.authority.client(&[uri]);
        assert_eq!(ground.call(Some(&client), "").await, Ok(()));
        // The header counts where there is one, good or bad.
        assert_eq!(ground.call(Some(&client), &s.admin).await, Ok(()));
        assert_eq!(ground.call(Some(&client), "khk_bad").await, Err(Some(Code::Unauthenticated)));
        let config = client_config(&ground.authority, Some(&client), &[&version::TLS13]);
        let connection = ground.server.secure(&config).await.unwrap();
        let own = pb::GetPrincipalRequest { name: principal.name.clone(), read_at: None };
        connection.identity().get_principal(own).await.unwrap();
        let other = pb::GetPrincipalRequest { name: "principals/admin".to_owned(), read_at: None };
        refused(connection.identity().get_principal(other).await, Code::NotFound, "RESOURCE_NOT_FOUND");
        // A suspension holds from the next call on, on the connection that is there.
        let suspend = pb::SuspendPrincipalRequest { name: principal.name, etag: principal.etag, ..Default::default() };
        s.identity().suspend_principal(suspend).await.unwrap();
        refused(connection.list("").await, Code::Unauthenticated, "UNAUTHENTICATED");
        assert_eq!(connection.list(&s.admin).await.map_err(|status| status.code()), Ok(()));
    }

    async fn no_other_certificate_is_taken(s: Locked) {
        let ground = Ground::new(&s, false).await;
        let uri = "spiffe://dong-thap/payroll";
        map(&s, "svc-payroll", uri).await;
        let authority = &ground.authority;
        // The chain is good, and the certificate names nobody, or nobody who is known, or several.
        let named = Err(Some(Code::Unauthenticated));
        let dns = |name: &'static str| SanType::DnsName(name.try_into().unwrap());
        let with_names = |names: Vec<SanType>| authority.issue(|params| params.subject_alt_names = names);
        for (what, client) in [
            ("not mapped", authority.client(&["spiffe://dong-thap/other"])),
            ("two URIs, the mapped one first", authority.client(&[uri, "spiffe://dong-thap/other"])),
            ("two URIs, the mapped one last", authority.client(&["spiffe://dong-thap/other", uri])),
            ("the same URI twice", authority.client(&[uri, uri])),
            ("no name", authority.client(&[])),
            ("a longer URI", authority.client(&["spiffe://dong-thap/payroll/"])),
            ("a URI in capitals", authority.client(&["SPIFFE://dong-thap/payroll"])),
            ("a shorter URI", authority.client(&["spiffe://dong-thap/payrol"])),
            ("a DNS name only", with_names(vec![dns("dong-thap")])),
            ("the id of the principal as a DNS name", with_names(vec![dns("svc-payroll")])),
            ("a mail address", with_names(vec![SanType::Rfc822Name("svc-payroll@dt.example".try_into().unwrap())])),
        ] {
            assert_eq!(ground.call(Some(&client), "").await, named, "{what}");
        }
        // The chain is not good: there is not even a connection.
        let stranger = Authority::new();
        let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let day = |offset: i64| rcgen::date_time_ymd(1970, 1, 1) + Duration::from_secs(now.checked_add_signed(offset * 86_400).unwrap());
        let valid = |from: i64, to: i64| {
            authority.issue(|params| {
                params.subject_alt_names = vec![SanType::URI(uri.try_into().unwrap())];
                params.not_before = day(from);
                params.not_after = day(to);
            })
        };
        let for_servers = authority.issue(|params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
            params.subject_alt_names = vec![SanType::URI(uri.try_into().unwrap())];
        });
        let self_signed = {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.subject_alt_names = vec![SanType::URI(uri.try_into().unwrap())];
            let certificate = params.self_signed(&key).unwrap();
            Certified { pem: certificate.pem(), key_pem: key.serialize_pem(), der: certificate.der().to_vec(), key_der: key.serialize_der() }
        };
        for (what, client) in [
            ("another authority", stranger.client(&[uri])),
            ("signed by itself", self_signed),
            ("expired", valid(-9, -1)),
            ("not valid yet", valid(1, 9)),
            ("for servers only", for_servers),
        ] {
            assert_eq!(ground.call(Some(&client), "").await, Err(None), "{what}");
            assert_eq!(ground.call(Some(&client), &s.admin).await, Err(None), "{what}");
        }
        assert_eq!(ground.call(Some(&valid(-1, 1)), "").await, Ok(()));
    }
}

/// A call without TLS to a server that speaks it.
async fn in_clear(server: &Listening) -> Result<(), ()> {
    let stream = tokio::net::TcpStream::connect(server.address).await.map_err(drop)?;
    let bare = Bare::over(stream).await.map_err(drop)?;
    let origin = http::Uri::from_static("http://localhost");
    let mut client = OrganisationServiceClient::with_origin(bare, origin);
    client.list_jurisdictions(pb::ListJurisdictionsRequest::default()).await.map(drop).map_err(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_1_2_is_spoken_only_where_it_is_allowed() {
    let Some(s) = Locked::new(Engine::Sqlite).await else { return };
    for allowed in [false, true] {
        let ground = Ground::new(&s, allowed).await;
        for (version, works) in [(&version::TLS12, allowed), (&version::TLS13, true)] {
            let config = client_config(&ground.authority, None, &[version]);
            let outcome = ground.server.secure(&config).await;
            assert_eq!(outcome.is_ok(), works, "{version:?} {allowed}");
        }
        assert!(in_clear(&ground.server).await.is_err(), "it answers in clear");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewed_certificate_is_shown_and_no_call_fails() {
    let Some(s) = Locked::new(Engine::Sqlite).await else { return };
    let ground = Ground::new(&s, false).await;
    let config = client_config(&ground.authority, None, &[&version::TLS13]);
    let first = ground.server.secure(&config).await.unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let load: Vec<_> = (0..4)
        .map(|_| {
            let (connection, admin, stopped) = (first.clone(), s.admin.clone(), stopped.clone());
            tokio::spawn(async move {
                let mut calls = 0;
                while !*stopped.borrow() {
                    connection.list(&admin).await.unwrap();
                    calls += 1;
                }
                calls
            })
        })
        .collect();
    // Half of a renewal: the key does not fit the certificate, and what was there goes on.
    let next = ground.authority.server();
    std::fs::write(ground.folder.join("server.key"), &next.key_pem).unwrap();
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(ground.server.secure(&config).await.unwrap().certificate, first.certificate);
    std::fs::write(ground.folder.join("server.pem"), &next.pem).unwrap();
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let second = ground.server.secure(&config).await.unwrap();
    assert_eq!(second.certificate, next.der);
    second.list(&s.admin).await.unwrap();
    stop.send(true).unwrap();
    for task in load {
        assert!(task.await.unwrap() > 10);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_cannot_be_used_are_named_in_a_sentence() {
    let Some(s) = Locked::new(Engine::Sqlite).await else { return };
    let (authority, folder) = (Authority::new(), Folder::new());
    let (one, other) = (authority.server(), authority.server());
    write(&folder, &one);
    std::fs::write(folder.join("ca.pem"), &authority.pem).unwrap();
    let start = || Listening::try_start(&s.h.app, Settings { tls: Some(files(&folder, false)), ..Settings::default() });
    assert!(start().await.is_ok());
    let break_it = |name: &str, content: &str| std::fs::write(folder.join(name), content).unwrap();
    for (name, content, good) in [
        ("server.pem", "", &one.pem),
        ("server.pem", "no certificate", &one.pem),
        ("server.key", "", &one.key_pem),
        ("server.key", &one.pem, &one.key_pem),
        ("server.key", &other.key_pem, &one.key_pem),
        ("ca.pem", "", &authority.pem),
        ("ca.pem", &one.key_pem, &authority.pem),
    ] {
        break_it(name, content);
        let sentence = start().await.err().unwrap();
        assert!(sentence.contains(name) && !sentence.contains("BEGIN"), "{sentence}");
        break_it(name, good);
    }
    std::fs::remove_file(folder.join("server.key")).unwrap();
    assert!(start().await.err().unwrap().contains("server.key"));
}

/// What `kehoach review` says of a unit that is not there, in a jurisdiction that is not there.
async fn reviewed(server: String, ca: Option<PathBuf>, token_file: Option<PathBuf>) -> String {
    let unit = "jurisdictions/nowhere/units/u".to_owned();
    match tell_review(&Review { unit, year: 2025, revision: None, door: Door { server, ca, token_file } }).await {
        Ok(text) => panic!("it was reviewed: {text}"),
        Err(Failure::Usage(text) | Failure::Refused(text)) => text,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn this_program_as_a_client_trusts_whom_it_is_told_to_and_shows_a_token_to_nobody_else() {
    let Some(s) = Locked::new(Engine::Sqlite).await else { return };
    let (authority, folder) = (Authority::new(), Folder::new());
    write(&folder, &authority.server());
    let (ca, stranger, token) = (folder.join("ca.pem"), folder.join("stranger.pem"), folder.join("token"));
    std::fs::write(&ca, &authority.pem).unwrap();
    std::fs::write(&stranger, Authority::new().pem).unwrap();
    std::fs::write(&token, format!("{}\n", s.admin)).unwrap();
    let settings =
        Settings { tls: Some(Files { client_authorities: None, ..files(&folder, false) }), ..Settings::default() };
    let server = Listening::start(s.h.app(), settings).await;
    let secure = format!("https://localhost:{}", server.address.port());
    let found = reviewed(secure.clone(), Some(ca.clone()), Some(token.clone())).await;
    assert!(found.contains("NotFound RESOURCE_NOT_FOUND"), "{found}");
    let unknown = reviewed(secure.clone(), Some(ca.clone()), None).await;
    assert!(unknown.contains("Unauthenticated UNAUTHENTICATED"), "{unknown}");
    for other in [None, Some(stranger)] {
        let refused = reviewed(secure.clone(), other, Some(token.clone())).await;
        assert!(refused.contains("does not answer: transport error: invalid peer certificate"), "{refused}");
    }
    // The certificate is for a name, not for whoever listens at the address.
    let misnamed = reviewed(secure.replace("localhost", "127.0.0.1"), Some(ca.clone()), Some(token.clone())).await;
    assert!(misnamed.contains("certificate"), "{misnamed}");
    let elsewhere = reviewed("http://kehoach.example:1".to_owned(), None, Some(token)).await;
    assert!(elsewhere.contains("https:// only"), "{elsewhere}");
}
