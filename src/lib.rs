//! Planning and budgeting for government: budget estimates, five-year plans and HR plans, over gRPC.
//!
//! # The one idea
//!
//! A *jurisdiction* is a journal. Each executed command adds exactly one to the jurisdiction's revision and appends one
//! journal row in the transaction that changes the tables. Rows are versioned, never overwritten: each carries the
//! revisions `since` and `until`. Every read is a read at a revision.
//!
//! # The map
//!
//! A call comes in at [`server`], is told whose it is by [`identity`], takes the road of [`mod@grpc`] from bytes to a question, and reaches an action of its slice. The
//! action reads or writes through [`app`], the machine, which knows no subject: [`commit`] orders the writes, [`db`] knows
//! the engines. What the caller may do is asked of [`access`] in the same transaction and judged by [`document`], which is pure. Each slice has the same rooms: `model` (pure), `actions`, `store` (the tables), `wire` (the messages), `grpc`
//! (the table of its methods).
//!
//! | slice | subject |
//! |---|---|
//! | [`organisation`] | jurisdictions and the tree of units |
//! | [`classification`] | schemes of codes, the codes, conversions between schemes |
//! | [`budget`] | budget estimates and their lines |
//! | [`approval`] | the life of every kind of document: its verbs, signed acts, decisions |
//! | [`plan`] | plans over several years: goals, indicators, tasks, money |
//! | [`project`] | projects of science and technology: their life, money, links to plans and estimates |
//! | [`envelope`] | control figures, ceilings, floors and caps that are issued to units, and how far what is asked for is from them |
//! | [`check`] | the register of rules with what they rest on, how grave a jurisdiction takes each, and documents beside each other |
//! | [`review`] | the review of a year: what a unit planned and reached, put together from the slices above and below |
//! | [`workforce`] | what pay is calculated from, what people cost, HR plans, headcounts and quotas, pay in estimates |
//! | [`access`] | grants of roles and delegations; what a caller may do where |
//! | [`identity`] | principals and their credentials; who makes a call |
//!
//! [`client`] is the other end: what `kehoach import`, `kehoach demo` and `kehoach review` say to a server, as any client would.
//!
//! # Invariants
//!
//! * Nothing is written without a [`commit::Tx`] and nothing committed without a [`commit::Entry`].
//! * Nothing is written without a [`document::standing::Permit`], which only a standing gives.
//! * A person has one part in a document, for ever: worked on it, or approved it (a primary key of `document_hands` says so too).
//! * On PostgreSQL a connection is in one jurisdiction at a time ([`db::Session`]), and no statement reaches another.
//! * Every method has a [`document::authority::Rule`]; without one it does not compile.
//! * Nothing is answered before COMMIT returned.
//! * Revisions of a jurisdiction are dense: 1, 2, 3 … without a gap.
//! * What a read at a revision says never changes again.
//! * The journal chains hashes of itself and of every row that a command opened or closed; [`fsck`] checks them.
//!
//! # Absent
//!
//! JSON over HTTP, a broker, a cache server, plug-ins. History is in the tables; distribution belongs to PostgreSQL.

pub mod access;
pub mod app;
pub mod approval;
pub mod budget;
pub mod check;
pub mod classification;
pub mod client;
pub mod clock;
pub mod commit;
pub mod config;
pub mod db;
pub mod document;
pub mod envelope;
pub mod error;
pub mod fsck;
pub mod grpc;
pub mod id;
pub mod identity;
pub mod limits;
pub mod money;
pub mod organisation;
pub mod outgoing;
pub mod pb;
pub mod period;
pub mod plan;
pub mod project;
pub mod review;
pub mod server;
pub mod telemetry;
pub mod text;
pub mod word;
pub mod workforce;
