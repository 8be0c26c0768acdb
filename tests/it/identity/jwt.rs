//! JWTs: those of one issuer for one audience, signed with its keys, and no others.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kehoach::identity::jwt::{self, Origin};
use kehoach::pb;
use kehoach::server::Settings;
use serde_json::{Value, json};
use tonic::Code;

use super::keys::Pair;
use crate::harness::{Folder, Listening, Locked, START, locked, refused};

const ISSUER: &str = "https://id.dong-thap.example";
const AUDIENCE: &str = "kehoach";
const NOW: i64 = START / 1_000_000;

/// An issuer with three keys, its set of keys in a file, and a server that takes its tokens.
struct Issuer {
    ed: Pair,
    p256: Pair,
    rsa: Pair,
    file: PathBuf,
    server: Listening,
    _folder: Arc<Folder>,
}

fn set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

fn header(pair: &Pair, kid: &str) -> Value {
    json!({"alg": pair.alg(), "kid": kid, "typ": "JWT"})
}

fn claims() -> Value {
    json!({"iss": ISSUER, "sub": "u-1", "aud": AUDIENCE, "iat": NOW, "nbf": NOW, "exp": NOW + 600})
}

/// The claims with one changed, or taken away where the value is null.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    let map = claims.as_object_mut().unwrap();
    if value.is_null() {
        map.remove(name);
    } else {
        map.insert(name.to_owned(), value);
    }
    claims
}

impl Issuer {
    async fn new(s: &Locked) -> Self {
        let (ed, p256, rsa) = (Pair::ed25519(), Pair::p256(), Pair::rsa());
        let folder = Folder::new();
        let file = folder.join("keys.json");
        let oct = json!({"kty": "oct", "kid": "oct", "k": "c2VjcmV0"});
        std::fs::write(&file, set(&[ed.jwk("ed"), p256.jwk("p256"), rsa.jwk("rsa"), oct])).unwrap();
        let jwt = jwt::Settings {
            keys: Origin::File(file.clone()),
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
        };
        let settings = Settings { jwt: Some(jwt), ..Settings::default() };
        let server = Listening::start(&s.h.app, settings).await;
        let principal = s.principal("nguyen.van.an").await;
        let subject = Some(pb::ForeignSubject { issuer: ISSUER.to_owned(), subject: "u-1".to_owned() });
        let request =
            pb::MapSubjectRequest { name: principal.name, etag: principal.etag, subject, ..Default::default() };
        s.identity().map_subject(request).await.unwrap();
        Self { ed, p256, rsa, file, server, _folder: folder }
    }

    async fn takes(&self, token: &str) -> bool {
        match self.server.list(token).await {
            Ok(()) => true,
            Err(status) => {
                refused(Err::<(), _>(status), Code::Unauthenticated, "UNAUTHENTICATED");
                false
            }
        }
    }

    fn good(&self) -> String {
        self.ed.token(&header(&self.ed, "ed"), &claims())
    }
}

locked! {
    async fn tokens_of_three_kinds_of_keys_are_taken(s: Locked) {
        let issuer = Issuer::new(&s).await;
        for (pair, kid) in [(&issuer.ed, "ed"), (&issuer.p256, "p256"), (&issuer.rsa, "rsa")] {
            assert!(issuer.takes(&pair.token(&header(pair, kid), &claims())).await, "{kid}");
            // One key of its kind: its name can be left out.
            assert!(issuer.takes(&pair.token(&json!({"alg": pair.alg()}), &claims())).await, "{kid}");
        }
        let many = with("aud", json!(["other", AUDIENCE]));
        let at = json!({"alg": "EdDSA", "kid": "ed", "typ": "at+jwt"});
        assert!(issuer.takes(&issuer.ed.token(&header(&issuer.ed, "ed"), &many)).await);
        assert!(issuer.takes(&issuer.ed.token(&at, &with("iat", json!(NOW as f64 + 0.5)))).await);
        // A token of ours is good there too.
        assert!(issuer.takes(&s.admin).await);
    }

    async fn the_actor_is_the_principal_and_not_the_subject(s: Locked) {
        let issuer = Issuer::new(&s).await;
        let mut client = issuer.server.identity(&issuer.good()).await;
        let own = pb::GetPrincipalRequest { name: "principals/nguyen.van.an".to_owned(), read_at: None };
        client.get_principal(own).await.unwrap();
        let other = pb::GetPrincipalRequest { name: "principals/admin".to_owned(), read_at: None };
        refused(client.get_principal(other).await, Code::NotFound, "RESOURCE_NOT_FOUND");
    }

    async fn clocks_may_differ_by_a_minute_and_no_more(s: Locked) {
        let issuer = Issuer::new(&s).await;
        let sign = |claims: &Value| issuer.ed.token(&header(&issuer.ed, "ed"), claims);
        let skew = i64::try_from(kehoach::limits::CLOCK_SKEW_MS / 1_000).unwrap();
        for (claim, at, good) in [
            ("exp", NOW - skew + 1, true),
            ("exp", NOW - skew, false),
            ("nbf", NOW + skew, true),
            ("nbf", NOW + skew + 1, false),
            ("iat", NOW + skew, true),
            ("iat", NOW + skew + 1, false),
        ] {
            assert_eq!(issuer.takes(&sign(&with(claim, json!(at)))).await, good, "{claim} {at}");
        }
        // One that is known expires all the same.
        let short = sign(&with("exp", json!(NOW + 10)));
        assert!(issuer.takes(&short).await && issuer.takes(&short).await);
        s.h.advance(Duration::from_secs(10 + kehoach::limits::CLOCK_SKEW_MS / 1_000));
        assert!(!issuer.takes(&short).await);
    }

    async fn every_forged_token_is_refused(s: Locked) {
        let issuer = Issuer::new(&s).await;
        assert!(issuer.takes(&issuer.good()).await);
        let before = s.h.standing();
        let forged = forged(&issuer);
        assert!(forged.len() >= 70, "{}", forged.len());
        for (what, token) in forged {
            assert!(!issuer.takes(&token).await, "{what}");
        }
        s.h.nothing_changed(&before);
        assert!(issuer.takes(&issuer.good()).await);
        // Without an issuer in its configuration a server takes none.
        assert!(!s.is_good(&issuer.good()).await);
    }

    async fn what_is_unmapped_or_suspended_is_refused_at_the_next_call(s: Locked) {
        let issuer = Issuer::new(&s).await;
        let token = issuer.good();
        assert!(issuer.takes(&token).await);
        let get = pb::GetPrincipalRequest { name: "principals/nguyen.van.an".to_owned(), read_at: None };
        let principal = s.identity().get_principal(get).await.unwrap().into_inner();
        let suspend = pb::SuspendPrincipalRequest { name: principal.name.clone(), etag: principal.etag, ..Default::default() };
        let suspended = s.identity().suspend_principal(suspend).await.unwrap().into_inner();
        assert!(!issuer.takes(&token).await);
        let resume = pb::ResumePrincipalRequest { name: principal.name.clone(), etag: suspended.etag, ..Default::default() };
        let resumed = s.identity().resume_principal(resume).await.unwrap().into_inner();
        assert!(issuer.takes(&token).await);
        let subject = resumed.subjects.first().cloned();
        let unmap = pb::UnmapSubjectRequest { name: principal.name, etag: resumed.etag, subject, ..Default::default() };
        s.identity().unmap_subject(unmap).await.unwrap();
        assert!(!issuer.takes(&token).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_change_with_their_file_and_the_last_good_ones_are_kept() {
    let Some(s) = Locked::new(kehoach::db::Engine::Sqlite).await else { return };
    let issuer = Issuer::new(&s).await;
    let (old, new) = (issuer.good(), Pair::ed25519());
    let next = new.token(&header(&new, "new"), &claims());
    assert!(issuer.takes(&old).await && !issuer.takes(&next).await);
    std::fs::write(&issuer.file, "{ half of a se").unwrap();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(issuer.takes(&old).await, "a file that cannot be read ends nothing");
    std::fs::write(&issuer.file, set(&[new.jwk("new")])).unwrap();
    let started = std::time::Instant::now();
    while !issuer.takes(&next).await {
        assert!(started.elapsed() < Duration::from_secs(10), "the new key is never read");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!issuer.takes(&old).await, "a key that is gone ends what was known to be good");
}

/// Tokens that are wrong in one way each.
fn forged(issuer: &Issuer) -> Vec<(String, String)> {
    [claimed(issuer), headed(issuer), strangers(issuer), shared_secrets(issuer), broken(&issuer.good())].concat()
}

/// Signed by the issuer, and the claims are not for this server and this moment.
fn claimed(issuer: &Issuer) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    let ed = |claims: &Value| issuer.ed.token(&header(&issuer.ed, "ed"), claims);
    for (claim, value) in [
        ("iss", json!("https://id.example")),
        ("iss", json!(format!("{ISSUER}/"))),
        ("iss", json!("")),
        ("iss", json!([ISSUER])),
        ("iss", Value::Null),
        ("sub", json!("u-2")),
        ("sub", json!("U-1")),
        ("sub", json!("u-1 ")),
        ("sub", json!("")),
        ("sub", json!(1)),
        ("sub", json!("x".repeat(301))),
        ("sub", Value::Null),
        ("aud", json!("other")),
        ("aud", json!("Kehoach")),
        ("aud", json!("")),
        ("aud", json!([])),
        ("aud", json!(["other"])),
        ("aud", json!({"kehoach": true})),
        ("aud", Value::Null),
        ("exp", json!(NOW - 61)),
        ("exp", json!(0)),
        ("exp", json!(-1)),
        ("exp", json!("2099-01-01")),
        ("exp", json!((NOW + 600).to_string())),
        ("exp", json!(1e300)),
        ("exp", Value::Null),
        ("nbf", json!(NOW + 120)),
        ("nbf", json!("soon")),
        ("iat", json!(NOW + 120)),
    ] {
        all.push((format!("{claim} {value}"), ed(&with(claim, value))));
    }
    all
}

/// Signed by the issuer, and the header says something else.
fn headed(issuer: &Issuer) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    let of = |alg: &str, kid: &str| json!({"alg": alg, "kid": kid, "typ": "JWT"});
    for (what, header) in [
        ("alg none", of("none", "ed")),
        ("alg None", of("None", "ed")),
        ("alg empty", of("", "ed")),
        ("alg HS256", of("HS256", "ed")),
        ("alg HS384", of("HS384", "ed")),
        ("alg HS512", of("HS512", "oct")),
        ("alg ES384", of("ES384", "ed")),
        ("alg RS512", of("RS512", "rsa")),
        ("alg PS256", of("PS256", "rsa")),
        ("alg eddsa", of("eddsa", "ed")),
        ("alg of another kind", of("ES256", "ed")),
        ("alg and kid of another key", of("ES256", "p256")),
        ("alg and kid of RSA", of("RS256", "rsa")),
        ("kid unknown", of("EdDSA", "unknown")),
        ("kid of another key", of("EdDSA", "p256")),
        ("kid empty", of("EdDSA", "")),
        ("kid of a path", of("EdDSA", "../../dev/null")),
        ("kid a number", json!({"alg": "EdDSA", "kid": 1})),
        ("crit", json!({"alg": "EdDSA", "kid": "ed", "crit": ["exp"], "exp": 1})),
        ("crit unknown", json!({"alg": "EdDSA", "kid": "ed", "crit": ["b64"], "b64": false})),
        ("crit empty", json!({"alg": "EdDSA", "kid": "ed", "crit": []})),
        ("typ of a logout", json!({"alg": "EdDSA", "kid": "ed", "typ": "logout+jwt"})),
        ("no alg", json!({"kid": "ed"})),
        ("alg a list", json!({"alg": ["EdDSA"], "kid": "ed"})),
        ("no object", json!("EdDSA")),
    ] {
        all.push((what.to_owned(), issuer.ed.token(&header, &claims())));
    }
    all
}

/// Signed by somebody else, or ambiguous.
fn strangers(issuer: &Issuer) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    let stranger = Pair::ed25519();
    all.push(("a stranger's key".to_owned(), stranger.token(&header(&stranger, "ed"), &claims())));
    let brought = json!({"alg": "EdDSA", "kid": "ed", "jwk": stranger.jwk("ed")});
    all.push(("a key that the token brings".to_owned(), stranger.token(&brought, &claims())));
    let brought =
        json!({"alg": "EdDSA", "kid": "mine", "jku": "https://evil.example/keys", "x5u": "https://evil.example"});
    all.push(("a place of keys that the token brings".to_owned(), stranger.token(&brought, &claims())));
    let twice = format!(
        "{{\"iss\":\"{ISSUER}\",\"sub\":\"u-2\",\"sub\":\"u-1\",\"aud\":\"{AUDIENCE}\",\"exp\":{}}}",
        NOW + 600
    );
    all.push(("a claim twice".to_owned(), issuer.ed.raw(&header(&issuer.ed, "ed").to_string(), &twice)));
    let twice = r#"{"alg":"none","alg":"EdDSA","kid":"ed"}"#;
    all.push(("alg twice".to_owned(), issuer.ed.raw(twice, &claims().to_string())));
    all
}

/// Public keys used as the secret of an HMAC.
fn shared_secrets(issuer: &Issuer) -> Vec<(String, String)> {
    let of = |secret: Vec<u8>, kid: &str| {
        let header = json!({"alg": "HS256", "kid": kid, "typ": "JWT"}).to_string();
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims().to_string()));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret);
        let signature = URL_SAFE_NO_PAD.encode(ring::hmac::sign(&key, signed.as_bytes()).as_ref());
        (format!("HS256 with what is public of {kid}"), format!("{signed}.{signature}"))
    };
    vec![
        of(issuer.ed.public(), "ed"),
        of(issuer.p256.public(), "p256"),
        of(issuer.rsa.public(), "rsa"),
        of(b"secret".to_vec(), "oct"),
        of(Vec::new(), "ed"),
    ]
}

/// Good tokens with a part changed, gone, or too many.
fn broken(good: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = good.split('.').collect();
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    let other = URL_SAFE_NO_PAD.encode(self::claims().to_string().replace("u-1", "u-2"));
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    let all = [
        format!("{header}.{claims}."),
        format!("{header}.{claims}"),
        format!("{header}..{signature}"),
        format!(".{claims}.{signature}"),
        "..".to_owned(),
        ".".to_owned(),
        format!("{none}.{claims}."),
        format!("{none}.{claims}.{signature}"),
        format!("{header}.{other}.{signature}"),
        format!("{good}.{signature}"),
        format!("{good}="),
        format!("{good}A"),
        format!("{header}=.{claims}.{signature}"),
        format!("{header}.{claims}.{}", "A".repeat(signature.len())),
        format!("{header}.{claims}.{}", signature.chars().rev().collect::<String>()),
        format!("{claims}.{header}.{signature}"),
        format!("{header}.{claims}.{signature}").replacen('e', "E", 1),
        "a.b.c".to_owned(),
    ];
    all.into_iter().map(|token| (format!("broken: {token:.60}"), token)).collect()
}
