//! An administrator without a token gets one at the machine, and nobody else does.

use std::path::{Path, PathBuf};

use kehoach::app::App;
use kehoach::commit::journal;
use kehoach::identity::recover_administrator;
use kehoach::pb;
use std::os::unix::fs::PermissionsExt;

use crate::harness::{Folder, Locked, Program, locked, new_principal, principal_name};

fn token_in(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap().trim().to_owned()
}

/// The tokens of the administrator that are not revoked.
async fn good(s: &Locked, credential: &str) -> usize {
    let list = pb::ListTokensRequest { parent: principal_name("admin"), ..Default::default() };
    let tokens = s.h.identity_as(credential).list_tokens(list).await.unwrap().into_inner().tokens;
    tokens.iter().filter(|token| token.revoked_at.is_none()).count()
}

locked! {
    async fn a_lost_administrator_gets_a_token_and_the_lost_ones_end(s: Locked) {
        let second = s.token("admin").await.1;
        let folder = Folder::new();
        let path = folder.join("new.token");
        assert_eq!(recover_administrator(&s.h.app, "admin", &path).await.unwrap(), 2);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let token = token_in(&path);
        assert!(s.is_good(&token).await && !s.is_good(&s.admin).await && !s.is_good(&second).await);
        assert_eq!(good(&s, &token).await, 1);
        let head = s.h.heads().into_iter().find(|head| head.0 == "system").unwrap().1;
        let entry = journal::between(&mut s.h.connection(), "system", head - 1, head, 1).unwrap().remove(0);
        assert_eq!((entry.actor.as_str(), entry.names.len()), ("kehoach", 3));
        s.h.is_sound();
        // A file that is there is not written over.
        let before = s.h.standing();
        let error = recover_administrator(&s.h.app, "admin", &path).await.unwrap_err().to_string();
        assert!(error.contains("new.token") && token_in(&path) == token, "{error}");
        s.h.nothing_changed(&before);
    }

    async fn nobody_becomes_an_administrator_by_it(s: Locked) {
        s.caller("svc").await;
        let boss = pb::Principal { administrator: true, ..new_principal("boss").principal.unwrap_or_default() };
        let create = pb::CreatePrincipalRequest { principal: Some(boss), ..new_principal("boss") };
        let boss = s.identity().create_principal(create).await.unwrap().into_inner();
        let suspend = pb::SuspendPrincipalRequest { name: boss.name, etag: boss.etag, ..Default::default() };
        s.identity().suspend_principal(suspend).await.unwrap();
        let folder = Folder::new();
        let path: PathBuf = folder.join("new.token");
        let before = s.h.standing();
        for nobody in ["svc", "boss", "nobody"] {
            assert!(recover_administrator(&s.h.app, nobody, &path).await.is_err(), "{nobody}");
            assert!(!path.exists(), "{nobody}: a file without a token");
        }
        s.h.nothing_changed(&before);
    }

    async fn it_waits_for_no_server_that_runs(s: Locked) {
        // Another process on the same database may not open it alone.
        let mut options = s.h.options();
        options.sole_writer = true;
        let refused = App::open(options).err().map(|error| format!("{error:?}")).unwrap_or_default();
        assert!(refused.contains("another process serves") || refused.contains("other processes write"), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_does_it_while_no_server_runs() {
    let folder = Folder::new();
    let mut server = Program::start(&folder, &["--listen", "127.0.0.1:0"], &[]);
    server.address();
    let recover = ["recover-admin", "--token-file", "new.token"];
    let (status, log) = Program::start(&folder, &recover, &[]).ended();
    assert!(!status.success() && log.contains("another process serves") && !folder.join("new.token").exists(), "{log}");
    assert!(server.stop().0.success());
    let (status, log) = Program::start(&folder, &recover, &[]).ended();
    assert!(status.success() && log.contains("new.token has a new token of admin; 1 others were revoked"), "{log}");
    let token = token_in(&folder.join("new.token"));
    assert!(token.starts_with("khk_") && !log.contains(&token), "{log}");
    let (status, log) = Program::start(&folder, &["recover-admin", "--token-file", "new.token"], &[]).ended();
    assert!(!status.success() && log.contains("cannot write the token to new.token"), "{log}");
}
