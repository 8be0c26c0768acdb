//! What must never be said: planted where it comes in, and looked for in everything that goes out.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use kehoach::pb;
use kehoach::pb::identity_service_client::IdentityServiceClient;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use crate::harness::{Folder, Program, new_principal, principal_name};

const NAME: &str = "Nguyen Canary-Name";
const BAD_TOKEN: &str = "khk_ca0a57ca0a57ca0a57ca_ca0a57ca0a57ca0a57ca0a57ca0a57ca0a57ca0a57ca0a57ca0a57ca0a57ca0a";
const BAD_JWT: &str = "eyJhbGciOiJub25lIn0.eyJjYW5hcnkiOiJjYW5hcnktand0In0.canary-signature";
const PASSWORD: &str = "canary-password";

fn with<T>(message: T, header: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", header.parse().unwrap());
    request
}

async fn client(address: &str) -> IdentityServiceClient<Channel> {
    IdentityServiceClient::new(Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap())
}

/// What the metrics say.
fn scrape(log: &str) -> String {
    let line = log.lines().find(|line| line.contains("\"message\":\"metrics\"")).unwrap();
    let address = line.split_once("\"address\":\"").unwrap().1.split('"').next().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_name_or_password_is_in_logs_errors_or_metrics() {
    let folder = Folder::new();
    let arguments = ["--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0", "--log", "trace"];
    let mut program = Program::start(&folder, &arguments, &[]);
    let address = program.address();
    let admin = std::fs::read_to_string(folder.join("kehoach.token")).unwrap().trim().to_owned();
    let (mut client, good) = (client(&address).await, format!("Bearer {admin}"));
    let mut named = new_principal("svc");
    named.principal.as_mut().unwrap().display_name = NAME.to_owned();
    let made = client.create_principal(with(named.clone(), &good)).await.unwrap().into_inner();
    let token = pb::CreateTokenRequest { parent: principal_name("svc"), ..Default::default() };
    let secret = client.create_token(with(token, &good)).await.unwrap().into_inner().secret;
    let own = pb::GetPrincipalRequest { name: principal_name("svc"), read_at: None };
    let seen = client.get_principal(with(own.clone(), &format!("Bearer {secret}"))).await.unwrap().into_inner();
    assert_eq!(seen.display_name, NAME);
    let mut errors: Vec<Status> = vec![client.create_principal(with(named, &good)).await.unwrap_err()];
    for header in
        [BAD_TOKEN, BAD_JWT].map(|bad| format!("Bearer {bad}")).into_iter().chain([format!("Basic {PASSWORD}")])
    {
        let error = client.get_principal(with(own.clone(), &header)).await.unwrap_err();
        assert_eq!(error.code(), Code::Unauthenticated);
        errors.push(error);
    }
    let denied = client.list_principals(with(pb::ListPrincipalsRequest::default(), &format!("Bearer {secret}"))).await;
    errors.push(denied.unwrap_err());
    let suspend = pb::SuspendPrincipalRequest { name: made.name, etag: "\"x-1\"".to_owned(), ..Default::default() };
    errors.push(client.suspend_principal(with(suspend, &good)).await.unwrap_err());
    let metrics = scrape(&program.log());
    assert!(metrics.contains("kehoach_calls_total"), "{metrics}");
    let (_, log) = program.stop();
    assert!(log.contains("/kehoach.v1.IdentityService/CreateToken") && log.contains("\"level\":\"DEBUG\""), "{log}");
    let errors = format!(
        "{errors:?} {}",
        errors.iter().map(|error| String::from_utf8_lossy(error.details()).into_owned()).collect::<String>()
    );
    let tail = |token: &str| token.rsplit('_').next().unwrap().to_owned();
    let canaries =
        [tail(&admin), tail(&secret), tail(BAD_TOKEN), NAME.to_owned(), BAD_JWT.to_owned(), PASSWORD.to_owned()];
    for (place, text) in [("the log", &log), ("an error", &errors), ("the metrics", &metrics)] {
        for canary in &canaries {
            assert!(!text.contains(canary.as_str()), "{canary} is in {place}: {text}");
        }
    }
    // In the database there are hashes and one erasable row.
    let stored = std::fs::read(folder.join("kehoach.db")).unwrap();
    let holds = |canary: &str| stored.windows(canary.len()).any(|window| window == canary.as_bytes());
    assert!(!holds(&tail(&admin)) && !holds(&tail(&secret)), "a secret is in the database");
}

/// Arguments and variables of one start.
type Tried<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)]);

#[test]
fn a_password_is_not_shown_by_help_nor_by_errors() {
    let folder = Folder::new();
    let url = format!("postgres://kehoach:{PASSWORD}@127.0.0.1:1/kehoach");
    let mistyped = format!("postgrs://kehoach:{PASSWORD}@127.0.0.1:1/kehoach");
    let keys = format!("https://u:{PASSWORD}@id/keys");
    let database = [("DATABASE_URL", url.as_str()), ("KEHOACH_MIGRATE_URL", url.as_str())];
    let jwt = ["--jwt-keys", keys.as_str(), "--jwt-issuer", "i", "--jwt-audience", "a"];
    let tried: [Tried<'_>; 7] = [
        (&["--help"], &database),
        (&["fsck"], &database),
        (&["migrate"], &database),
        (&["--listen", "127.0.0.1:0", "--log", "trace"], &database),
        (&["--database", mistyped.as_str()], &[]),
        (&[], &[("DATABASE_URL", mistyped.as_str())]),
        (&jwt, &[]),
    ];
    for (arguments, variables) in tried {
        let (status, log) = Program::start(&folder, arguments, variables).ended();
        assert_eq!(status.success(), arguments.contains(&"--help"), "{arguments:?}");
        assert!(log.len() > 20 && !log.contains(PASSWORD), "{arguments:?} {variables:?}: {log}");
    }
}
