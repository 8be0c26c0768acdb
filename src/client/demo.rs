//! `kehoach demo`: fills a jurisdiction that is clearly a demonstration, call by call, as several people would.
//!
//! What it sends stands in `demo/calls.json`, as grpcurl would take it: the five-year plan behind the review that a department of science
//! and technology published for 2013, every figure of that text with the sentence that states it, and the tasks for 2014. The acts
//! that approve it are made up, and the province has no name; so are the numbers of the HR plan for 2014 to 2020, whose texts say so. Since nobody approves what they drafted, the calls are those of five
//! people, so the server is one with `--dev`.

use bytes::Bytes;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};
use serde_json::Value;
use tonic::transport::Channel;
use tonic::{Request, Status};

use super::import::refusal;
use super::{Failure, connection};
use crate::grpc::codec::Raw;
use crate::pb;

/// What is sent, in its order: who, which method, and the request as JSON.
const CALLS: &str = include_str!("demo/calls.json");

/// Where to load it.
#[derive(Debug, Clone, clap::Args)]
pub struct Demo {
    /// Where the server is, which was started with `--dev`.
    #[arg(long, default_value = "http://127.0.0.1:50051")]
    pub server: String,
}

/// One call.
#[derive(serde::Deserialize)]
struct Step {
    user: String,
    method: String,
    request: Value,
}

/// Loads everything; answers what to tell.
pub async fn load(ask: &Demo) -> Result<String, Failure> {
    let steps: Vec<Step> = serde_json::from_str(CALLS).map_err(|e| Failure::Usage(e.to_string()))?;
    let pool = DescriptorPool::decode(pb::DESCRIPTORS).map_err(|e| Failure::Usage(e.to_string()))?;
    let channel = connection::open(&ask.server, None).await?;
    let count = steps.len();
    for mut step in steps {
        if step.method.starts_with("ApprovalService/") {
            let etag = etag(&channel, &pool, &step).await?;
            step.request["etag"] = Value::String(etag);
        }
        call(&channel, &pool, &step.user, &step.method, step.request).await?;
    }
    Ok(format!("{count} calls, as several people; read jurisdictions/minh-hoa, whose plan is khcn-2011-2015\n"))
}

/// The etag of the document that a verb is about, as it stands.
async fn etag(channel: &Channel, pool: &DescriptorPool, step: &Step) -> Result<String, Failure> {
    let ask = serde_json::json!({ "name": step.request["name"] });
    let life = call(channel, pool, &step.user, "ApprovalService/GetLife", ask).await?;
    pb::Life::decode(life).map(|life| life.etag).map_err(|e| Failure::Refused(e.to_string()))
}

/// A call of any method by somebody, with its request as JSON.
async fn call(
    channel: &Channel,
    pool: &DescriptorPool,
    user: &str,
    method: &str,
    request: Value,
) -> Result<Bytes, Failure> {
    let wrong = |text: String| Failure::Usage(format!("{method}: {text}"));
    let path = format!("/kehoach.v1.{method}");
    let known = pb::METHODS.iter().find(|known| known.path == path).ok_or_else(|| wrong("is no method".to_owned()))?;
    let input = pool.get_message_by_name(known.input).ok_or_else(|| wrong("has no descriptor".to_owned()))?;
    let message = DynamicMessage::deserialize(input, request).map_err(|e| wrong(e.to_string()))?;
    let mut request = Request::new(Bytes::from(message.encode_to_vec()));
    let who = user.parse().map_err(|_| wrong(format!("{user} cannot be a user")))?;
    request.metadata_mut().insert("kehoach-user", who);
    let refused = |status: Status| Failure::Refused(refusal("loaded", &status));
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await.map_err(|e| Failure::Refused(e.to_string()))?;
    let path = http::uri::PathAndQuery::from_static(known.path);
    client.unary(request, path, Raw).await.map(tonic::Response::into_inner).map_err(refused)
}
