//! Completeness: every method is served, every reason and every word is the same in the protos and in the code.

use kehoach::error::Reason;
use kehoach::pb;
use kehoach::server::ROUTES;
use tonic::{Code, Request};
use tonic_types::StatusExt;

use crate::harness::{Harness, engines};

#[test]
fn every_method_of_the_protos_is_routed_and_no_other() {
    let mut routed: Vec<&str> = ROUTES.iter().flat_map(|routes| routes()).map(|route| route.path).collect();
    let mut described: Vec<&str> = pb::METHODS.iter().map(|method| method.path).collect();
    routed.sort_unstable();
    described.sort_unstable();
    assert_eq!(routed, described);
}

#[test]
fn every_reason_of_the_proto_is_one_of_ours_and_the_other_way_round() {
    let mut ours: Vec<String> = Reason::ALL.iter().map(|reason| format!("REASON_{}", reason.as_str())).collect();
    let mut theirs: Vec<String> = (1..1_000)
        .filter_map(|number| pb::Reason::try_from(number).ok())
        .map(|reason| reason.as_str_name().to_owned())
        .collect();
    ours.sort();
    theirs.sort();
    assert_eq!(ours, theirs);
}

/// The verbs of what only reads; every other method writes, and is asked.
const READS: [&str; 11] =
    ["Get", "List", "Summarize", "Compare", "Explain", "Check", "Review", "WhoAmI", "TestAccess", "Project", "Suggest"];

engines! {
    async fn every_write_refuses_an_empty_message_and_names_its_fields(h: Harness) {
        let before = h.standing();
        for method in pb::METHODS.iter().filter(|method| !READS.iter().any(|verb| method.name.starts_with(verb))) {
            let mut client = tonic::client::Grpc::new(h.channel());
            client.ready().await.unwrap();
            let path = http::uri::PathAndQuery::from_static(method.path);
            let codec = tonic_prost::ProstCodec::<(), ()>::default();
            let status = client.unary(Request::new(()), path, codec).await.err().unwrap_or_else(|| panic!("{} took nothing", method.path));
            let details = status.get_error_details();
            assert_eq!(status.code(), Code::InvalidArgument, "{}", method.path);
            assert!(!details.bad_request().unwrap().field_violations.is_empty(), "{}", method.path);
        }
        h.nothing_changed(&before);
    }
}
