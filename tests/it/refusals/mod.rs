//! Every refusal that the manual promises, provoked through the wire, with nothing changed after it; and which of two is told.
//!
//! One table per slice: for each method a good request, and its faults in descending precedence. A method without a row, a
//! promise of a comment without a fault and a reason that nothing provokes fail.

mod access;
mod approval;
mod budget;
mod changed;
mod check;
mod classification;
mod envelope;
mod holidays;
mod identity;
pub mod manual;
mod organisation;
mod payroll;
mod plan;
mod project;
mod reasons;
mod review;
mod staffing;
mod workforce;
mod world;

use bytes::{Buf, BufMut, Bytes};
use kehoach::pb;
use prost::Message;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use crate::harness::{Harness, engines, refused, violations};
use world::World;

/// A request that was executed before, with this id.
const SPENT: &str = "0190f5a0-0000-7000-8000-00000000aaaa";

/// `validate_only: true`, behind an encoded request of any mutation.
const TRIAL: &[u8] = &[0x60, 0x01];

/// Encodes a good request with some of its faults.
type Encode = Box<dyn Fn(&[usize]) -> Vec<u8>>;

/// Puts a fault into a request.
type Spoil<M> = Box<dyn Fn(&mut M)>;

/// Promises that the table cannot provoke: method, reason, why.
const UNREACHED: &[(&str, &str, &str)] = &[
    ("SuspendPrincipal", "LAST_ADMINISTRATOR", "whoever suspends another is an administrator, but with --dev"),
    (
        "BatchWriteStaffing",
        "ITEMS_PER_PLAN",
        "each refusal would be followed by an audit of 20,000 items; a test of its own fills a plan",
    ),
];

/// Promises of who may: every method is called by everybody in `access/grid.rs`, and in another's place in `access/delegations.rs`.
const ROLES: &[&str] = &["ROLE_MISSING", "DELEGATION_MISSING", "DELEGATION_CHAINED"];

/// The faults of one method.
pub struct Asked {
    /// As `CreateUnit`.
    pub method: &'static str,
    /// A mutation, whose good request is only tried.
    is_write: bool,
    /// An earlier request with the id [`SPENT`].
    spent: Option<Vec<u8>>,
    /// In descending precedence.
    pub faults: Vec<Fault>,
    /// The good request with some of the faults.
    encode: Encode,
}

/// One way in which a request is wrong.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// What it spoils: of two faults in one place only one can be there.
    place: &'static str,
    code: Code,
    /// As in the proto, without its prefix.
    pub reason: &'static str,
}

/// A row of the table that is being written.
pub struct Row<M> {
    method: &'static str,
    good: M,
    is_write: bool,
    spent: Option<Vec<u8>>,
    faults: Vec<Fault>,
    spoil: Vec<Spoil<M>>,
}

/// A read with a good request.
pub fn read<M: Message + Clone + 'static>(method: &'static str, good: M) -> Row<M> {
    Row { method, good, is_write: false, spent: None, faults: Vec::new(), spoil: Vec::new() }
}

/// A mutation with a good request, and another that was executed with the id [`SPENT`].
pub fn write<M: Message + Clone + 'static>(method: &'static str, good: M, spent: M) -> Row<M> {
    Row { is_write: true, spent: Some(spent.encode_to_vec()), ..read(method, good) }
}

impl<M: Message + Clone + 'static> Row<M> {
    /// Adds a fault, weaker than those before it.
    pub fn fault(
        mut self,
        place: &'static str,
        code: Code,
        reason: &'static str,
        spoil: impl Fn(&mut M) + 'static,
    ) -> Self {
        self.faults.push(Fault { place, code, reason });
        self.spoil.push(Box::new(spoil));
        self
    }

    /// A field that is wrong by itself.
    pub fn invalid(self, place: &'static str, spoil: impl Fn(&mut M) + 'static) -> Self {
        self.fault(place, Code::InvalidArgument, "FIELD_INVALID", spoil)
    }

    /// A page token that is none.
    pub fn token(self, spoil: impl Fn(&mut M) + 'static) -> Self {
        self.fault("page_token", Code::InvalidArgument, "PAGE_TOKEN_INVALID", spoil)
    }

    /// The id of an earlier request.
    pub fn reused(self, spoil: impl Fn(&mut M) + 'static) -> Self {
        self.fault("request_id", Code::InvalidArgument, "REQUEST_ID_REUSED", spoil)
    }

    /// An object that is not there.
    pub fn missing(self, place: &'static str, spoil: impl Fn(&mut M) + 'static) -> Self {
        self.fault(place, Code::NotFound, "RESOURCE_NOT_FOUND", spoil)
    }

    /// An etag of another revision.
    pub fn stale(self, spoil: impl Fn(&mut M) + 'static) -> Self {
        self.fault("etag", Code::Aborted, "STALE_ETAG", spoil)
    }

    /// A caller who is no administrator; for them the id of the earlier request is new.
    pub fn denied(self) -> Self {
        self.fault("request_id", Code::PermissionDenied, "NOT_ADMINISTRATOR", |_| {})
    }

    /// Something that is there already.
    pub fn exists(self, place: &'static str, reason: &'static str, spoil: impl Fn(&mut M) + 'static) -> Self {
        self.fault(place, Code::AlreadyExists, reason, spoil)
    }

    /// A rule that stands against it.
    pub fn refused(self, place: &'static str, reason: &'static str, spoil: impl Fn(&mut M) + 'static) -> Self {
        self.fault(place, Code::FailedPrecondition, reason, spoil)
    }

    /// A limit.
    pub fn limit(self, place: &'static str, reason: &'static str, spoil: impl Fn(&mut M) + 'static) -> Self {
        self.fault(place, Code::ResourceExhausted, reason, spoil)
    }

    /// The finished row.
    pub fn done(self) -> Asked {
        let Self { method, good, is_write, spent, faults, spoil } = self;
        let encode = move |chosen: &[usize]| {
            let mut message = good.clone();
            // The strongest last: where two touch the same list, its place in it is known.
            for fault in chosen.iter().rev() {
                spoil[*fault](&mut message);
            }
            message.encode_to_vec()
        };
        Asked { method, is_write, spent, faults, encode: Box::new(encode) }
    }
}

/// Every method with its faults.
pub fn table(world: &World) -> Vec<Asked> {
    let slices = [
        identity::table(world),
        access::table(world),
        organisation::table(world),
        classification::table(world),
        budget::table(world),
        plan::table(world),
        project::table(world),
        workforce::table(world),
        staffing::table(world),
        payroll::table(world),
        approval::table(world),
        envelope::table(world),
        check::table(world),
        review::table(),
    ];
    slices.into_iter().flatten().collect()
}

/// Where a code stands in the order of refusals; the smaller is told.
fn rank(fault: &Fault) -> u32 {
    match (fault.code, fault.reason) {
        (Code::InvalidArgument, "FIELD_INVALID") => 0,
        (Code::InvalidArgument, "PAGE_TOKEN_INVALID") => 1,
        (Code::InvalidArgument, _) => 2,
        // What only administrators may do is closed to others whatever is there.
        (Code::PermissionDenied, "NOT_ADMINISTRATOR") => 3,
        (Code::NotFound, _) => 4,
        // Whose hand is in an object is told to whom may know of it.
        (Code::PermissionDenied, _) => 5,
        (Code::Aborted, _) => 6,
        (Code::AlreadyExists, _) => 7,
        (Code::FailedPrecondition, _) => 8,
        (Code::ResourceExhausted, _) => 9,
        (other, _) => panic!("{other:?} has no place in the order"),
    }
}

impl Asked {
    /// Sends the good request with some of its faults.
    async fn send(&self, h: &Harness, world: &World, chosen: &[usize]) -> Result<Bytes, Status> {
        let denied = chosen.iter().any(|fault| self.faults[*fault].reason == "NOT_ADMINISTRATOR");
        let credential = if denied { &world.stranger } else { &world.admin };
        send(h, Some(credential), self.method, (self.encode)(chosen)).await
    }

    /// What is told, where it is not the strongest of some faults.
    async fn tells_another(&self, h: &Harness, world: &World, chosen: &[usize]) -> Option<String> {
        let faults: Vec<&Fault> = chosen.iter().map(|fault| &self.faults[*fault]).collect();
        let strongest = faults[0];
        let outcome = self.send(h, world, chosen).await;
        let status = outcome.as_ref().err().cloned().unwrap_or_else(|| Status::ok("it is not refused"));
        let details = status.get_error_details();
        let reason = details.error_info().map(|info| info.reason.clone()).unwrap_or_default();
        // Rules of one rank are told together, and the first of them gives the reason.
        let told =
            violations(&details).iter().any(|(reason, _)| reason == strongest.reason) || reason == strongest.reason;
        if status.code() == strongest.code && told {
            refused(outcome, strongest.code, &reason);
            return None;
        }
        let places: Vec<_> = faults.iter().map(|fault| (fault.place, fault.reason)).collect();
        Some(format!("{} with {places:?}: {:?} {reason} {}", self.method, status.code(), status.message()))
    }

    /// Faults that can be there together with the first.
    fn together(&self, first: usize, all: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut chosen = vec![first];
        for other in all {
            if chosen.iter().all(|one| self.faults[*one].place != self.faults[other].place) {
                chosen.push(other);
            }
        }
        chosen
    }
}

/// A unary call of any method with bytes that are its message.
pub async fn send(h: &Harness, credential: Option<&str>, method: &str, message: Vec<u8>) -> Result<Bytes, Status> {
    let path =
        pb::METHODS.iter().find(|known| known.name == method).unwrap_or_else(|| panic!("no method {method}")).path;
    let mut client = tonic::client::Grpc::new(h.channel()).max_decoding_message_size(64 << 20);
    client.ready().await.unwrap_or_else(|error| panic!("{error}"));
    let path = http::uri::PathAndQuery::from_static(path);
    let mut request = Request::new(Bytes::from(message));
    if let Some(credential) = credential {
        let value = format!("Bearer {credential}").parse().unwrap_or_else(|error| panic!("{error}"));
        request.metadata_mut().insert("authorization", value);
    }
    client.unary(request, path, Raw).await.map(tonic::Response::into_inner)
}

/// Bytes as they are.
#[derive(Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

#[test]
fn every_method_has_a_row_and_every_promise_a_fault() {
    let table = table(&World::default());
    let mut listed: Vec<&str> = table.iter().map(|asked| asked.method).collect();
    // A stream is no single message; budget/import/refusals.rs has those of the one that there is.
    let unary = pb::METHODS.iter().filter(|method| !method.client_streaming);
    let mut served: Vec<&str> = unary.map(|method| method.name).collect();
    listed.sort_unstable();
    served.sort_unstable();
    assert_eq!(listed, served, "a method of the protos is not in the table of refusals, or the other way round");
    for asked in &table {
        let ranks: Vec<u32> = asked.faults.iter().map(rank).collect();
        assert!(
            ranks.is_sorted(),
            "{}: its faults are not in the order of refusals: {:#?}",
            asked.method,
            asked.faults
        );
        let mut provoked: Vec<&str> = asked.faults.iter().map(|fault| fault.reason).collect();
        let mut promised = manual::promises(asked.method);
        let unreached =
            |reason: &str| UNREACHED.iter().any(|(method, one, _)| *method == asked.method && *one == reason);
        promised.retain(|reason| !unreached(reason) && !ROLES.contains(&reason.as_str()));
        provoked.sort_unstable();
        provoked.dedup();
        promised.sort();
        promised.dedup();
        assert_eq!(provoked, promised, "{}: what is provoked is not what its comment promises", asked.method);
    }
}

engines! {
    async fn every_refusal_is_told_and_changes_nothing(h: Harness) {
        let (h, world) = World::build(h).await;
        let table = table(&world);
        for asked in &table {
            if let Some(spent) = &asked.spent {
                let spent = send(&h, Some(&world.admin), asked.method, spent.clone()).await;
                spent.unwrap_or_else(|status| panic!("{}: the earlier request: {status:?}", asked.method));
            }
        }
        let (before, heads, mut wrong) = (h.standing(), h.heads(), Vec::new());
        for asked in &table {
            let mut good = (asked.encode)(&[]);
            if asked.is_write {
                good.extend(TRIAL);
            }
            let good = send(&h, Some(&world.admin), asked.method, good).await;
            wrong.extend(good.err().map(|status| format!("{}: the good request: {status:?}", asked.method)));
            for fault in 0..asked.faults.len() {
                wrong.extend(asked.tells_another(&h, &world, &[fault]).await);
            }
            assert!(h.heads() == heads, "{}: refused, but something changed", asked.method);
        }
        h.nothing_changed(&before);
        assert!(wrong.is_empty(), "{} requests are not answered as the manual says:\n{}", wrong.len(), wrong.join("\n"));
    }

    async fn whoever_is_not_known_is_told_nothing_else(h: Harness) {
        let (h, world) = World::build(h).await;
        let before = h.standing();
        for asked in &table(&world) {
            let all: Vec<usize> = (0..asked.faults.len()).collect();
            for message in [(asked.encode)(&[]), (asked.encode)(&all)] {
                let outcome = send(&h, None, asked.method, message).await;
                refused(outcome, Code::Unauthenticated, "UNAUTHENTICATED");
            }
        }
        h.nothing_changed(&before);
    }

    async fn errors_in_descending_precedence(h: Harness) {
        let (h, world) = World::build(h).await;
        let table = table(&world);
        for asked in &table {
            if let Some(spent) = &asked.spent {
                send(&h, Some(&world.admin), asked.method, spent.clone()).await.unwrap();
            }
        }
        let (before, heads, mut wrong) = (h.standing(), h.heads(), Vec::new());
        let mut tried = 0;
        for asked in &table {
            let count = asked.faults.len();
            for first in 0..count {
                // With everything weaker at once: mend one, and the next is told.
                let all = asked.together(first, first + 1..count);
                wrong.extend(asked.tells_another(&h, &world, &all).await);
                for other in first + 1..count {
                    let pair = asked.together(first, other..=other);
                    wrong.extend(asked.tells_another(&h, &world, &pair).await);
                    tried += usize::from(pair.len() > 1);
                }
            }
            assert!(h.heads() == heads, "{}: refused, but something changed", asked.method);
        }
        println!("{tried} pairs of faults, {} methods", table.len());
        h.nothing_changed(&before);
        assert!(wrong.is_empty(), "{} requests are not answered as the manual says:\n{}", wrong.len(), wrong.join("\n"));
    }
}
