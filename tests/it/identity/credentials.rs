//! Bad credentials: every one is refused with the same answer, whatever is wrong with it.

use kehoach::{limits, pb};
use tonic::metadata::MetadataValue;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use crate::harness::{Harness, Locked, locked, principal_name, refused};

/// A read with these values of `authorization`, in their order.
async fn call(h: &Harness, values: &[Vec<u8>]) -> Result<(), Status> {
    let mut request = Request::new(pb::ListJurisdictionsRequest::default());
    for value in values {
        request.metadata_mut().append("authorization", MetadataValue::try_from(value.as_slice()).unwrap());
    }
    h.organisation().list_jurisdictions(request).await.map(drop)
}

/// Everything of a refusal that the caller sees.
fn seen(status: &Status) -> (Code, String, String, usize) {
    let info = status.get_error_details().error_info().cloned().unwrap();
    (status.code(), status.message().to_owned(), info.reason, info.metadata.len())
}

/// Values that no server may take, made of a token that is good.
fn damaged(good: &str) -> Vec<Vec<u8>> {
    let mut bad: Vec<String> = Vec::new();
    for at in 0..good.len() {
        let mut one = good.to_owned().into_bytes();
        one[at] = if one[at] == b'a' { b'b' } else { b'a' };
        bad.push(format!("Bearer {}", String::from_utf8(one).unwrap()));
    }
    for cut in (0..good.len()).step_by(4) {
        bad.push(format!("Bearer {}", &good[..cut]));
        bad.push(format!("Bearer {}", &good[good.len() - cut..]));
    }
    let (head, secret) = good.rsplit_once('_').unwrap();
    let id = head.trim_start_matches("khk_");
    let others = [
        good.to_owned(),
        format!("Basic {good}"),
        format!("Digest {good}"),
        format!("Token {good}"),
        format!("Bearer{good}"),
        format!("Bearer\t{good}"),
        format!("Bearer  {good}"),
        format!("Bearer {good} "),
        format!("Bearer {good}\t"),
        format!("Bearer {good},{good}"),
        format!("Bearer {good} {good}"),
        format!("Bearer {good}\"; DROP TABLE tokens"),
        format!("Bearer \"{good}\""),
        format!("Bearer Bearer {good}"),
        format!("Bearer {good}0"),
        format!("Bearer 0{good}"),
        format!("Bearer {}", good.to_uppercase()),
        format!("Bearer khk_{}_{secret}", id.to_uppercase()),
        format!("Bearer khk_{secret}_{id}"),
        format!("Bearer {id}_{secret}"),
        format!("Bearer khk__{secret}"),
        format!("Bearer khk_{id}_"),
        format!("Bearer khk_{id}"),
        format!("Bearer khk_{id}_{}", "0".repeat(64)),
        format!("Bearer khk_{}_{secret}", "0".repeat(20)),
        format!("Bearer khk_{id}_{secret}_{secret}"),
        format!("Bearer khk_%_{secret}"),
        "Bearer null".to_owned(),
        "Bearer undefined".to_owned(),
        "Bearer admin".to_owned(),
        "Bearer dev".to_owned(),
        "Bearer *".to_owned(),
        "Bearer ..".to_owned(),
        "Bearer ".to_owned(),
        "Bearer".to_owned(),
        String::new(),
        format!("Bearer {}", "a".repeat(limits::count(limits::CREDENTIAL_BYTES))),
    ];
    bad.extend(others);
    let mut bytes: Vec<Vec<u8>> = bad.into_iter().map(String::into_bytes).collect();
    bytes.push(format!("Bearer {good}é").into_bytes());
    bytes.push([b"Bearer \xff", good.as_bytes()].concat());
    bytes
}

locked! {
    async fn no_bad_token_is_taken_and_all_are_answered_alike(s: Locked) {
        let (principal, good) = s.caller("svc").await;
        call(&s.h, &[format!("Bearer {good}").into_bytes()]).await.unwrap();
        call(&s.h, &[format!("bearer {good}").into_bytes()]).await.unwrap();
        let nothing = call(&s.h, &[]).await.unwrap_err();
        refused(Err::<(), _>(nothing.clone()), Code::Unauthenticated, "UNAUTHENTICATED");
        let expected = seen(&nothing);
        let bearer = |token: &str| format!("Bearer {token}").into_bytes();
        let mut all: Vec<Vec<Vec<u8>>> = damaged(&good).into_iter().map(|one| vec![one]).collect();
        all.push(vec![bearer(&good), bearer(&good)]);
        all.push(vec![bearer(&good), bearer(&s.admin)]);
        all.push(vec![bearer(&good), Vec::new()]);
        all.push(vec![b"Basic eDp5".to_vec(), bearer(&good)]);
        // Good once: revoked, rotated away, expired, suspended.
        let (revoked, revoked_secret) = s.token("svc").await;
        let request = pb::RevokeTokenRequest { name: revoked.name, etag: revoked.etag, ..Default::default() };
        s.identity().revoke_token(request).await.unwrap();
        let (rotated, rotated_secret) = s.token("svc").await;
        let request = pb::RotateTokenRequest { name: rotated.name, etag: rotated.etag, ..Default::default() };
        s.identity().rotate_token(request).await.unwrap();
        let suspended_secret = s.caller("gone").await.1;
        let gone = s.identity().get_principal(pb::GetPrincipalRequest { name: principal_name("gone"), read_at: None }).await.unwrap().into_inner();
        let request = pb::SuspendPrincipalRequest { name: gone.name, etag: gone.etag, ..Default::default() };
        s.identity().suspend_principal(request).await.unwrap();
        // The secret of one token under the id of another.
        let other = s.token("svc").await.1;
        let crossed = format!("{}_{}", good.rsplit_once('_').unwrap().0, other.rsplit_once('_').unwrap().1);
        all.extend([&revoked_secret, &rotated_secret, &suspended_secret, &crossed].map(|secret| vec![bearer(secret)]));
        assert!(all.len() >= 150, "{}", all.len());
        let before = s.h.standing();
        for values in &all {
            let Err(status) = call(&s.h, values).await else {
                panic!("taken: {:?}", values.iter().map(|value| String::from_utf8_lossy(value)).collect::<Vec<_>>());
            };
            assert_eq!(seen(&status), expected, "{:?}", values.iter().map(|value| String::from_utf8_lossy(value)).collect::<Vec<_>>());
        }
        s.h.nothing_changed(&before);
        call(&s.h, &[bearer(&good)]).await.unwrap();
        assert_eq!(principal.name, principal_name("svc"));
    }

    async fn every_method_refuses_a_stranger_before_anything_else(s: Locked) {
        let before = s.h.standing();
        for method in pb::METHODS.iter().filter(|method| !method.client_streaming && !method.server_streaming) {
            let mut client = tonic::client::Grpc::new(s.h.channel());
            client.ready().await.unwrap();
            let path = http::uri::PathAndQuery::from_static(method.path);
            let codec = tonic_prost::ProstCodec::<(), ()>::default();
            // An empty message is wrong for most of them, and nobody gets as far as to learn that.
            let outcome = client.unary(Request::new(()), path, codec).await;
            refused(outcome.map(|_| ()), Code::Unauthenticated, "UNAUTHENTICATED");
        }
        s.h.nothing_changed(&before);
    }
}
