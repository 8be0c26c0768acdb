//! Strict serializability: what many clients see at once is what one client would have seen, revision by revision.
//!
//! Every answer names its revision. The commands are replayed on a pure model in that order, and every answer, refusals among
//! them, is compared with it. `KEHOACH_TEST_CALLS` gives the calls of each client of a campaign.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use kehoach::pb;
use tonic::{Code, Response, Status};

use crate::budget::{at, batch, created, deleted, estimate_name, line, requested, updated};
use crate::dice::{Dice, often};
use crate::harness::{Harness, department, engines, jurisdiction_name, new_unit, revision_of, unit_name};

const CLIENTS: u64 = 8;

/// What a client asked.
#[derive(Debug, Clone)]
enum Ask {
    CreateUnit { id: String },
    RenameUnit { id: String, name: String, etag: String },
    GetUnit { id: String, at: Option<i64> },
    ListUnits,
    AddLine { id: String, amount: i64 },
    ChangeLine { id: String, amount: i64, etag: String },
    EndLine { id: String, etag: String },
    GetTotal { at: Option<i64> },
}

/// What a client was told: units as id, name and revision; the estimate as its sum, its lines and its revision.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    Unit(String, i64),
    Units(Vec<(String, String, i64)>),
    Total(i64, i32, i64),
    Refused(Code),
}

/// One call: when it was sent and answered, on a clock of the test, and the newest revision that anybody knew before it.
#[derive(Debug, Clone)]
struct Call {
    sent: u64,
    answered: u64,
    known: i64,
    ask: Ask,
    told: Told,
    /// The head that the answer names; none with a refusal.
    head: Option<i64>,
}

impl Call {
    fn writes(&self) -> bool {
        self.head.is_some() && !matches!(self.ask, Ask::GetUnit { .. } | Ask::ListUnits | Ask::GetTotal { .. })
    }
}

/// The state that the model has at one revision.
#[derive(Debug, Clone, Default)]
struct Model {
    units: BTreeMap<String, (String, i64)>,
    /// Amount and revision of each line that is there.
    lines: BTreeMap<String, (i64, i64)>,
    /// Ids that were ever used.
    used: Vec<String>,
    estimate: i64,
}

/// The revision that an etag names.
fn revision_in(etag: &str) -> i64 {
    etag.trim_matches('"').rsplit('-').next().and_then(|text| text.parse().ok()).unwrap_or(-1)
}

impl Model {
    /// What the call would be told here, and the state after it, which has the next revision.
    fn answer(&self, ask: &Ask, next: i64) -> (Told, Self) {
        let mut after = self.clone();
        let told = match ask {
            Ask::CreateUnit { id } if self.units.contains_key(id) => Told::Refused(Code::AlreadyExists),
            Ask::CreateUnit { id } => after.set_unit(id, &department(id).display_name, next),
            Ask::RenameUnit { id, name, etag } => match self.units.get(id) {
                None => Told::Refused(Code::NotFound),
                Some((_, since)) if *since != revision_in(etag) => Told::Refused(Code::Aborted),
                Some(_) => after.set_unit(id, name, next),
            },
            Ask::GetUnit { id, .. } => match self.units.get(id) {
                None => Told::Refused(Code::NotFound),
                Some((name, since)) => Told::Unit(name.clone(), *since),
            },
            Ask::ListUnits => {
                Told::Units(self.units.iter().map(|(id, (name, since))| (id.clone(), name.clone(), *since)).collect())
            }
            Ask::AddLine { id, .. } if self.used.contains(id) => Told::Refused(Code::AlreadyExists),
            Ask::AddLine { id, amount } => after.set_line(id, Some(*amount), next),
            Ask::ChangeLine { id, etag, .. } | Ask::EndLine { id, etag } => match (self.lines.get(id), ask) {
                (None, _) => Told::Refused(Code::NotFound),
                (Some((_, since)), _) if *since != revision_in(etag) => Told::Refused(Code::Aborted),
                (Some(_), Ask::ChangeLine { amount, .. }) => after.set_line(id, Some(*amount), next),
                (Some(_), _) => after.set_line(id, None, next),
            },
            Ask::GetTotal { .. } => self.total(),
        };
        (told, after)
    }

    fn set_unit(&mut self, id: &str, name: &str, revision: i64) -> Told {
        self.units.insert(id.to_owned(), (name.to_owned(), revision));
        Told::Unit(name.to_owned(), revision)
    }

    fn set_line(&mut self, id: &str, amount: Option<i64>, revision: i64) -> Told {
        match amount {
            Some(amount) => drop(self.lines.insert(id.to_owned(), (amount, revision))),
            None => drop(self.lines.remove(id)),
        }
        self.used.push(id.to_owned());
        self.estimate = revision;
        self.total()
    }

    fn total(&self) -> Told {
        let count = i32::try_from(self.lines.len()).unwrap_or_default();
        Told::Total(self.lines.values().map(|(amount, _)| amount).sum(), count, self.estimate)
    }
}

/// The newest etags that any client has seen; whoever is late with one is told so.
type Etags = Arc<Mutex<BTreeMap<String, String>>>;

/// A client.
struct Client {
    h: Arc<Harness>,
    dice: Dice,
    clock: Arc<AtomicU64>,
    known: Arc<AtomicI64>,
    base: i64,
    etags: Etags,
}

impl Client {
    async fn run(mut self, calls: u64) -> Vec<Call> {
        let mut made = Vec::new();
        for _ in 0..calls {
            let ask = self.choose();
            let known = self.known.load(Ordering::SeqCst);
            let sent = self.clock.fetch_add(1, Ordering::SeqCst);
            let outcome = self.call(&ask).await;
            let answered = self.clock.fetch_add(1, Ordering::SeqCst);
            let (told, head) = match outcome {
                Ok((told, head)) => (told, Some(head)),
                Err(status) => (Told::Refused(status.code()), None),
            };
            if let Some(head) = head {
                self.known.fetch_max(head, Ordering::SeqCst);
            }
            made.push(Call { sent, answered, known, ask, told, head });
        }
        made
    }

    fn choose(&mut self) -> Ask {
        let unit = format!("u{}", self.dice.within(0..12));
        let amount = i64::try_from(self.dice.within(0..1_000)).unwrap_or_default();
        let (etags, id) = {
            let seen = self.etags.lock().unwrap();
            let lines: Vec<&String> = seen.keys().filter(|id| id.starts_with('l')).collect();
            let known = (!lines.is_empty()).then(|| self.dice.of(&lines).to_string());
            (seen.clone(), known.unwrap_or_else(|| "l0".to_owned()))
        };
        let etag = |name: &str| etags.get(name).cloned().unwrap_or_else(|| "\"none-0\"".to_owned());
        let (of_unit, of_line) = (etag(&unit), etag(&id));
        let fresh = format!("l{}", self.dice.within(0..2_000));
        let reached = self.known.load(Ordering::SeqCst);
        let past = self.base
            + i64::try_from(self.dice.within(0..u64::try_from(reached - self.base + 1).unwrap_or(1)))
                .unwrap_or_default();
        let at = (self.dice.within(0..2) == 0).then_some(past);
        match self.dice.within(0..12) {
            0 | 1 => Ask::CreateUnit { id: unit },
            2 | 3 => Ask::RenameUnit { id: unit, name: format!("Tên {amount}"), etag: of_unit },
            4 | 5 => Ask::GetUnit { id: unit, at },
            6 => Ask::ListUnits,
            7 | 8 => Ask::AddLine { id: fresh, amount },
            9 => Ask::ChangeLine { id, amount, etag: of_line },
            10 => Ask::EndLine { id, etag: of_line },
            _ => Ask::GetTotal { at },
        }
    }

    async fn call(&mut self, ask: &Ask) -> Result<(Told, i64), Status> {
        let (mut units, mut budget) = (self.h.organisation(), self.h.budget());
        match ask.clone() {
            Ask::CreateUnit { id } => {
                let told = units.create_unit(new_unit("dt", &id)).await?;
                Ok(self.unit(&id, told))
            }
            Ask::RenameUnit { id, name, etag } => {
                let unit = pb::Unit { name: unit_name("dt", &id), display_name: name, ..Default::default() };
                let told =
                    units.update_unit(pb::UpdateUnitRequest { unit: Some(unit), etag, ..Default::default() }).await?;
                Ok(self.unit(&id, told))
            }
            Ask::GetUnit { id, at: moment } => {
                let key = Some(pb::get_unit_request::Key::Name(unit_name("dt", &id)));
                let told = units.get_unit(pb::GetUnitRequest { key, read_at: moment.map(at) }).await?;
                Ok(self.unit(&id, told))
            }
            Ask::ListUnits => {
                let parent = jurisdiction_name("dt");
                let told = units
                    .list_units(pb::ListUnitsRequest {
                        parent,
                        query: "u".to_owned(),
                        page_size: 100,
                        ..Default::default()
                    })
                    .await?;
                let head = revision_of(&told);
                let seen = told
                    .into_inner()
                    .units
                    .into_iter()
                    .map(|unit| (id_of(&unit.name), unit.display_name, unit.revision));
                Ok((Told::Units(seen.filter(|(id, _, _)| id.starts_with('u')).collect()), head))
            }
            Ask::AddLine { id, amount } => self.write(&id, created(&id, line("101", amount))).await,
            Ask::ChangeLine { id, amount, etag } => {
                let changed = pb::Line { name: line_name(&id), etag, ..line("101", amount) };
                self.write(&id, updated(changed, &["amounts.requested"])).await
            }
            Ask::EndLine { id, etag } => {
                let ended = pb::Line { name: line_name(&id), etag, ..Default::default() };
                self.write(&id, deleted(&ended)).await
            }
            Ask::GetTotal { at: moment } => {
                let told = budget
                    .get_estimate(pb::GetEstimateRequest { name: estimate_name("e1"), read_at: moment.map(at) })
                    .await?;
                let head = revision_of(&told);
                Ok((total(&told.into_inner()), head))
            }
        }
    }

    fn unit(&mut self, id: &str, told: Response<pb::Unit>) -> (Told, i64) {
        let head = revision_of(&told);
        let unit = told.into_inner();
        self.see(id, unit.etag);
        (Told::Unit(unit.display_name, unit.revision), head)
    }

    /// Keeps the newest etag; that of a line that was ended is empty, and its last one is as good as any.
    fn see(&self, id: &str, etag: String) {
        let mut seen = self.etags.lock().unwrap();
        if seen.get(id).is_none_or(|old| revision_in(old) < revision_in(&etag)) && !etag.is_empty() {
            seen.insert(id.to_owned(), etag);
        }
    }

    async fn write(&mut self, id: &str, operation: pb::line_operation::Operation) -> Result<(Told, i64), Status> {
        let told = self.h.budget().batch_write_lines(batch("e1", vec![operation])).await?;
        let head = revision_of(&told);
        let answer = told.into_inner();
        self.see(id, answer.lines[0].etag.clone());
        Ok((total(&answer.estimate.unwrap_or_default()), head))
    }
}

fn line_name(id: &str) -> String {
    format!("{}/lines/{id}", estimate_name("e1"))
}

fn id_of(name: &str) -> String {
    name.rsplit('/').next().unwrap_or_default().to_owned()
}

fn total(estimate: &pb::Estimate) -> Told {
    Told::Total(requested(estimate), estimate.line_count, estimate.revision)
}

/// Every call against the model, at its revision or, where it was refused, at one of those that it can have met.
fn agrees(calls: &[Call], base: i64, estimate: i64) {
    let mut writes: Vec<&Call> = calls.iter().filter(|call| call.writes()).collect();
    writes.sort_by_key(|call| call.head);
    let mut states = vec![Model { estimate, ..Model::default() }];
    for (call, revision) in writes.iter().zip(base + 1..) {
        assert_eq!(call.head, Some(revision), "revisions are not dense: {call:?}");
        let (told, after) = states[states.len() - 1].answer(&call.ask, revision);
        assert_eq!(told, call.told, "the model says otherwise at {revision}: {call:?}");
        states.push(after);
    }
    let last = base + i64::try_from(writes.len()).unwrap();
    let state = |revision: i64| &states[usize::try_from(revision - base).unwrap()];
    for call in calls {
        // The first write that was sent after this was answered comes later.
        let later = writes.iter().filter(|write| write.sent > call.answered).filter_map(|write| write.head).min();
        let latest = later.map_or(last, |later| later - 1);
        if let Some(head) = call.head {
            let earliest = call.known + i64::from(call.writes());
            assert!((earliest..=latest).contains(&head), "{head} is not within {earliest} to {latest}: {call:?}");
        }
        let (from, to) = match (&call.ask, call.head) {
            (_, _) if call.writes() => continue,
            (Ask::GetUnit { at: Some(at), .. } | Ask::GetTotal { at: Some(at) }, _) => (*at, *at),
            (_, Some(head)) => (head, head),
            (_, None) => (call.known, latest),
        };
        let met = (from..=to).any(|revision| state(revision).answer(&call.ask, revision + 1).0 == call.told);
        assert!(met, "no state of {from} to {to} says so: {call:?}");
    }
}

engines! {
    async fn what_many_clients_see_is_one_history(h: Harness) {
        h.budget_ground().await;
        let estimate = h.estimate("e1", 2024, Vec::new()).await.revision;
        let base = h.revision("dt").await;
        let mut dice = Dice::new("what_many_clients_see_is_one_history");
        let calls = often("KEHOACH_TEST_CALLS", 250);
        let (h, clock, known) = (Arc::new(h), Arc::new(AtomicU64::new(0)), Arc::new(AtomicI64::new(base)));
        let etags = Etags::default();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let (h, clock, known, dice) = (h.clone(), clock.clone(), known.clone(), dice.fork(number));
                let etags = etags.clone();
                tokio::spawn(Client { h, dice, clock, known, base, etags }.run(calls))
            })
            .collect();
        let mut all = Vec::new();
        for client in clients {
            all.extend(client.await.unwrap());
        }
        agrees(&all, base, estimate);
        let refused = all.iter().filter(|call| call.head.is_none()).count();
        let writes = all.iter().filter(|call| call.writes()).count();
        println!("{} calls: {writes} writes, {refused} refusals, 0 anomalies", all.len());
        assert!(writes * 8 > all.len() && refused > 10, "{writes} writes and {refused} refusals say little");
        h.is_sound();
    }
}
