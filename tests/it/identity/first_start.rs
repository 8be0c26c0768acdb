//! How a server starts: safe when nothing is said, loud when nobody is kept out, and not at all where that would be unsafe.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use kehoach::db::Engine;
use kehoach::identity::{FirstToken, Secret, first_administrator};
use kehoach::pb;
use kehoach::pb::identity_service_client::IdentityServiceClient;
use tonic::transport::Endpoint;
use tonic::{Code, Request, Status};

use crate::harness::{Folder, Harness, Program, engines, principal_name, refused};

const PORT: [&str; 2] = ["--listen", "127.0.0.1:0"];

async fn get_admin(address: &str, token: &str) -> Result<pb::Principal, Status> {
    let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    let mut request = Request::new(pb::GetPrincipalRequest { name: principal_name("admin"), read_at: None });
    if !token.is_empty() {
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    IdentityServiceClient::new(channel).get_principal(request).await.map(tonic::Response::into_inner)
}

fn token_in(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_nothing_said_there_is_one_administrator_whose_token_lies_in_a_file() {
    let folder = Folder::new();
    let path = folder.join("kehoach.token");
    let mut process = Program::start(&folder, &PORT, &[]);
    let address = process.address();
    let token = token_in(&path);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    refused(get_admin(&address, "").await, Code::Unauthenticated, "UNAUTHENTICATED");
    let admin = get_admin(&address, &token).await.unwrap();
    assert!(admin.administrator && admin.state() == pb::PrincipalState::Active);
    let (status, log) = process.stop();
    assert!(status.success(), "{log}");
    let named = log.lines().filter(|line| line.contains("kehoach.token")).count();
    assert_eq!(named, 1, "the path is printed once: {log}");
    assert!(!log.contains(token.rsplit('_').next().unwrap()), "the token is in the log");

    // A second start changes nothing, whether the file is still there or not.
    let mut process = Program::start(&folder, &PORT, &[]);
    get_admin(&process.address(), &token).await.unwrap();
    let (_, log) = process.stop();
    assert!(!log.contains("kehoach.token") && token_in(&path) == token, "{log}");
    std::fs::remove_file(&path).unwrap();
    let mut process = Program::start(&folder, &PORT, &[]);
    get_admin(&process.address(), &token).await.unwrap();
    drop(process);
    assert!(!path.exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_dev_nobody_is_kept_out_and_the_log_says_so() {
    let folder = Folder::new();
    let mut process = Program::start(&folder, &["--dev", PORT[0], PORT[1]], &[]);
    let address = process.address();
    refused(get_admin(&address, "").await, Code::NotFound, "RESOURCE_NOT_FOUND");
    let (status, log) = process.stop();
    assert!(status.success() && log.contains("NOBODY IS AUTHENTICATED"), "{log}");
    assert!(!folder.join("kehoach.token").exists());
}

#[test]
fn the_first_token_is_not_read_from_where_others_can_read_it() {
    let folder = Folder::new();
    let path = folder.join("kehoach.token");
    std::fs::write(&path, Secret::random().unwrap().reveal()).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let (status, log) = Program::start(&folder, &PORT, &[]).ended();
    assert!(!status.success() && log.contains("can be read by others"), "{log}");
}

engines! {
    async fn a_start_that_was_cut_short_is_finished_by_the_next(h: Harness) {
        let folder = Folder::new();
        let path = folder.join("kehoach.token");
        let laid = Secret::random().unwrap();
        std::fs::write(&path, format!("{}\n", laid.reveal())).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let locked = locked(&h).await;
        assert_eq!(first_administrator(&locked.app, &path).await.unwrap(), FirstToken::Made);
        assert_eq!(token_in(&path), laid.reveal());
        let address = locked.address.to_string();
        get_admin(&address, laid.reveal()).await.unwrap();
        assert_eq!(first_administrator(&locked.app, &path).await.unwrap(), FirstToken::NotNeeded);
        locked.is_sound();
    }

    async fn a_file_that_holds_no_token_is_an_error_in_one_sentence(h: Harness) {
        let folder = Folder::new();
        let path = folder.join("kehoach.token");
        std::fs::write(&path, "hunter2").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let before = h.standing();
        let error = first_administrator(&h.app, &path).await.unwrap_err().to_string();
        assert!(error.contains("holds no token") && !error.contains("hunter2"), "{error}");
        h.nothing_changed(&before);
    }
}

/// The same database behind a server that authenticates.
async fn locked(h: &Harness) -> Harness {
    if h.engine() == Engine::Sqlite {
        // One process for each file: another database does as well.
        return Harness::with(Engine::Sqlite, |options| options.is_dev = false).await.unwrap();
    }
    let mut options = h.options();
    options.is_dev = false;
    h.another_with(options).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_processes_that_start_at_once_one_makes_the_administrator() {
    let Some(one) = Harness::with(Engine::Postgres, |options| options.is_dev = false).await else { return };
    let other = one.another().await;
    let folder = Folder::new();
    let paths = [folder.join("one.token"), folder.join("other.token")];
    let (a, b) = tokio::join!(first_administrator(&one.app, &paths[0]), first_administrator(&other.app, &paths[1]));
    let made = [a.unwrap(), b.unwrap()];
    assert_eq!(made.iter().filter(|made| **made == FirstToken::Made).count(), 1);
    for (made, path) in made.iter().zip(&paths) {
        assert_eq!(*made == FirstToken::Made, path.exists());
    }
    one.is_sound();
}
