//! The life of a document: verbs, stages, hands, acts and batches, through the front door.

mod acknowledge;
mod batches;
mod consolidation;
mod deadlines;
mod flow;
mod hands;
mod inbox;
mod parents;
mod stages;
mod transitions;

use kehoach::document::state::{State, Verb};
use kehoach::pb;
use kehoach::pb::approval_service_client::ApprovalServiceClient;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::budget::{create, estimate_name, line};
use crate::harness::Harness;

/// Who does a verb where nothing else is said: each a person of their own.
pub fn person(verb: Verb) -> &'static str {
    match verb {
        Verb::Submit | Verb::Withdraw | Verb::Amend | Verb::Cancel => "drafter",
        Verb::Endorse => "head",
        Verb::Return | Verb::Appraise => "reviewer",
        Verb::Approve | Verb::Close => "approver",
    }
}

/// A request of a server that authenticates nobody.
pub fn by<T>(person: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("kehoach-user", person.parse().unwrap());
    request
}

/// A decision of the province with a number.
pub fn act(number: &str) -> Option<pb::SignedAct> {
    Some(pb::SignedAct {
        number: format!("{number}/QĐ-UBND"),
        signed_on: "2025-07-31".to_owned(),
        authority: "Ủy ban nhân dân tỉnh".to_owned(),
        signer: "Chủ tịch".to_owned(),
        ..Default::default()
    })
}

/// Answers the rule that asks for an explanation.
pub fn justified() -> Vec<pb::Justification> {
    vec![pb::Justification { rule: "FORM-06".to_owned(), text: "Theo mẫu.".to_owned() }]
}

/// A verb on an estimate, as it will be sent.
#[derive(Clone)]
pub struct Doing {
    pub verb: Verb,
    pub person: String,
    pub name: String,
    pub etag: String,
    pub to_draft: bool,
    pub act: Option<pb::SignedAct>,
    pub request_id: Option<String>,
    pub validate_only: bool,
}

impl Doing {
    pub async fn send(self, channel: Channel) -> Result<pb::Life, Status> {
        let Self { verb, person, name, etag, to_draft, act, request_id, validate_only } = self;
        let (mut client, reason) = (ApprovalServiceClient::new(channel), "Theo công văn.".to_owned());
        macro_rules! sent {
            ($method:ident, $Message:ident { $($more:ident $(: $value:expr)?),* }) => {{
                let message = pb::$Message { name, etag, request_id, validate_only, reason, $($more $(: $value)?,)* ..Default::default() };
                client.$method(by(&person, message)).await
            }};
        }
        #[allow(clippy::needless_update, reason = "not every message has more fields than are stated")]
        let answer = match verb {
            Verb::Submit => sent!(submit, SubmitRequest { justifications: justified() }),
            Verb::Withdraw => sent!(withdraw, WithdrawRequest {}),
            Verb::Endorse => sent!(endorse, EndorseRequest {}),
            Verb::Return => sent!(r#return, ReturnRequest { to_draft }),
            Verb::Appraise => sent!(appraise, AppraiseRequest {}),
            Verb::Approve => sent!(approve, ApproveRequest { act, justifications: justified() }),
            Verb::Amend => sent!(amend, AmendRequest {}),
            Verb::Close => sent!(close, CloseRequest {}),
            Verb::Cancel => sent!(cancel, CancelRequest {}),
        };
        answer.map(tonic::Response::into_inner)
    }
}

impl Harness {
    pub fn approval(&self) -> ApprovalServiceClient<Channel> {
        ApprovalServiceClient::new(self.channel())
    }

    pub async fn life(&self, id: &str) -> pb::Life {
        let request = pb::GetLifeRequest { name: estimate_name(id), read_at: None };
        self.approval().get_life(by("reader", request)).await.unwrap().into_inner()
    }

    /// A verb by whoever does it, on the estimate as it stands.
    pub async fn doing(&self, verb: Verb, id: &str) -> Doing {
        Doing {
            verb,
            person: person(verb).to_owned(),
            name: estimate_name(id),
            etag: self.life(id).await.etag,
            to_draft: true,
            act: act("12"),
            request_id: None,
            validate_only: false,
        }
    }

    pub async fn does(&self, verb: Verb, id: &str) -> Result<pb::Life, Status> {
        self.doing(verb, id).await.send(self.channel()).await
    }

    /// A verb by somebody in particular.
    pub async fn does_as(&self, person: &str, verb: Verb, id: &str) -> Result<pb::Life, Status> {
        Doing { person: person.to_owned(), ..self.doing(verb, id).await }.send(self.channel()).await
    }

    /// A verb after the other, which all must be done.
    pub async fn walk(&self, id: &str, verbs: &[Verb]) -> pb::Life {
        for verb in verbs {
            self.does(*verb, id).await.unwrap_or_else(|status| panic!("{verb:?} of {id}: {status:?}"));
        }
        self.life(id).await
    }

    /// An annual estimate of `khcn` with one line `first`, drafted by `drafter`.
    pub async fn drafted(&self, id: &str, year: i32, requested: i64) {
        let mut request = create(id, year, vec![line("101", requested)]);
        request.lines[0].line_id = "first".to_owned();
        self.budget().create_estimate(by("drafter", request)).await.unwrap();
    }
}

/// The verbs that lead to a state from the draft.
pub fn way_to(state: State) -> &'static [Verb] {
    use Verb::{Appraise, Approve, Cancel, Close, Endorse, Submit};
    match state {
        State::Draft => &[],
        State::Submitted => &[Submit],
        State::Endorsed => &[Submit, Endorse],
        State::Appraised => &[Submit, Endorse, Appraise],
        State::Approved => &[Submit, Endorse, Appraise, Approve],
        State::Closed => &[Submit, Endorse, Appraise, Approve, Close],
        State::Cancelled => &[Cancel],
    }
}
