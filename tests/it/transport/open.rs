//! What answers without credentials: health always, reflection on loopback or where it was opened.

use kehoach::db::Engine;
use kehoach::server::Settings;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

use crate::harness::{Listening, Locked, refused};

async fn channel(server: &Listening) -> Channel {
    Endpoint::from_shared(format!("http://{}", server.address)).unwrap().connect().await.unwrap()
}

fn request<T: Send + 'static>(message: T, credential: &str) -> Request<One<T>> {
    let mut request = Request::new(futures_util::stream::iter([message]));
    if !credential.is_empty() {
        request.metadata_mut().insert("authorization", format!("Bearer {credential}").parse().unwrap());
    }
    request
}

/// A stream of one message.
type One<T> = futures_util::stream::Iter<std::array::IntoIter<T, 1>>;

/// What the first answer of reflection of version 1 says.
async fn reflect(server: &Listening, credential: &str) -> Result<(), Status> {
    let mut client = tonic::client::Grpc::new(channel(server).await);
    client.ready().await.unwrap();
    let path = http::uri::PathAndQuery::from_static("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo");
    let codec = tonic_prost::ProstCodec::<v1::ServerReflectionRequest, v1::ServerReflectionResponse>::default();
    let what = v1::server_reflection_request::MessageRequest::ListServices(String::new());
    let message = v1::ServerReflectionRequest { host: String::new(), message_request: Some(what) };
    let mut answers = client.streaming(request(message, credential), path, codec).await?.into_inner();
    let answer = answers.message().await?.unwrap();
    assert!(format!("{answer:?}").contains("kehoach.v1.BudgetService"));
    Ok(())
}

/// The same of the older version, which grpcurl still speaks.
async fn reflect_alpha(server: &Listening, credential: &str) -> Result<(), Status> {
    let mut client = tonic::client::Grpc::new(channel(server).await);
    client.ready().await.unwrap();
    let path = http::uri::PathAndQuery::from_static("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
    let codec =
        tonic_prost::ProstCodec::<v1alpha::ServerReflectionRequest, v1alpha::ServerReflectionResponse>::default();
    let what = v1alpha::server_reflection_request::MessageRequest::ListServices(String::new());
    let message = v1alpha::ServerReflectionRequest { host: String::new(), message_request: Some(what) };
    let mut answers = client.streaming(request(message, credential), path, codec).await?.into_inner();
    answers.message().await?.unwrap();
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_answers_everybody_and_reflection_those_it_is_open_to() {
    let Some(s) = Locked::new(Engine::Sqlite).await else { return };
    for open in [true, false] {
        let server = Listening::start(&s.h.app, Settings { open_reflection: open, ..Settings::default() }).await;
        let mut health = HealthClient::new(channel(&server).await);
        health.check(HealthCheckRequest::default()).await.unwrap();
        let known = reflect(&server, &s.admin).await.map_err(|status| status.code());
        let known_alpha = reflect_alpha(&server, &s.admin).await.map_err(|status| status.code());
        assert_eq!((known, known_alpha), (Ok(()), Ok(())));
        for outcome in [reflect(&server, "").await, reflect_alpha(&server, "").await, reflect(&server, "khk_bad").await]
        {
            if open {
                outcome.unwrap();
            } else {
                refused(outcome, Code::Unauthenticated, "UNAUTHENTICATED");
            }
        }
        assert!(server.list("khk_bad").await.is_err());
    }
}
