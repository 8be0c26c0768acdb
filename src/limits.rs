//! Every limit of the service: one constant each, with its reason. `kehoach limits` prints them.
//!
//! Absent: limits of single fields, which are annotations in the protos and part of the API.

use std::time::Duration;

/// A limit as `kehoach limits` prints it.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Its name.
    pub name: &'static str,
    /// Its value, in the unit that the name says.
    pub value: u64,
    /// Why it is there and why it is not larger.
    pub why: &'static str,
}

macro_rules! limits {
    ($($name:ident = $value:expr, $why:literal;)*) => {
        $(#[doc = $why] pub const $name: u64 = $value;)*

        /// All of them, in the order of this file.
        pub const ALL: &[Limit] = &[$(Limit { name: stringify!($name), value: $name, why: $why },)*];
    };
}

limits! {
    MESSAGE_BYTES = 16 << 20, "The largest request message: 2,000 operations with every text at its limit fit; one message must not hold much of the memory.";
    ANSWER_BYTES = 64 << 20, "The largest answer: 10,000 roll-up rows or 1,000 lines fit many times; above it the server is asked for less.";
    HEADER_LIST_BYTES = 16 << 10, "All metadata of one call; a token and a trace context fit many times.";
    CONNECTIONS = 4_096, "Connections of the process; an idle one with TLS takes about 50 KB.";
    CONNECTIONS_PER_ADDRESS = 512, "Connections from one address, or one site of version 6: a proxy with a pool fits, a flood from one place leaves room for others.";
    FIRST_REQUEST_MS = 10_000, "A connection that has asked for nothing by then is closed.";
    CONNECTION_AGE_MS = 1_800_000, "A connection is told to go after this time, more or less a tenth, so that clients spread anew over servers and certificates of clients are checked again.";
    CONNECTION_GRACE_MS = 35_000, "After that its calls may finish for this long, which is longer than a call may take.";
    CALLS_PER_PRINCIPAL = 128, "Calls of one principal in flight; twice what a group of commands holds.";
    WAITING_PER_PRINCIPAL = 1_024, "Calls of one principal that wait for one of its own to end; more are refused at once.";
    ADMISSION_WAIT_MS = 100, "How long they wait; a burst passes, a flood is slowed down and refused.";
    CONCURRENT_STREAMS = 256, "Calls in flight on one connection; more wait in the client.";
    PENDING_RESETS = 64, "Streams reset by the peer and not yet forgotten; a flood beyond it ends the connection.";
    STREAM_WINDOW_BYTES = 1 << 20, "HTTP/2 flow-control window of one stream.";
    CONNECTION_WINDOW_BYTES = 4 << 20, "HTTP/2 flow-control window of one connection.";
    KEEPALIVE_MS = 30_000, "A silent connection is asked for a sign of life this often.";
    KEEPALIVE_TIMEOUT_MS = 20_000, "A connection that gives none is closed.";
    WRITE_QUEUE = 1_024, "Commands waiting for a writer; beyond it a call is refused at once instead of waiting for longer than its deadline.";
    READ_QUEUE = 4_096, "Reads waiting for a reader; as for writes.";
    GROUP_COMMANDS = 64, "Commands that share one COMMIT; more would lengthen the wait of the first.";
    GROUP_EXECUTION_MS = 10, "After this time of executing, a group commits with what it has: long enough that commits are a small part of it, short enough for whoever waits, and that others queue meanwhile.";
    DEADLINE_MS = 30_000, "The longest a call may take when the client says nothing or more.";
    DRAIN_MS = 9_000, "After SIGTERM calls in flight get this long; the process is gone within ten seconds.";
    RETRY_MS = 100, "What RetryInfo tells a client whose call was refused for lack of room.";
    PAGE_SIZE_DEFAULT = 50, "Items of a page when the request does not say.";
    PAGE_SIZE_MAX = 1_000, "Items of a page; an answer stays within a few hundred kilobytes.";
    PAGE_TOKEN_BYTES = 2_048, "The longest page token that is looked at.";
    VIOLATIONS_MAX = 1_000, "Wrong fields named in one error; the others are counted.";
    FAULT_BYTES = 5_600, "Faults named in one error: they travel in trailers, of which some clients take no more than eight kilobytes.";
    ANSWER_CACHE_BYTES = 64 << 20, "Memory for encoded answers that are kept; the oldest go first.";
    ANSWER_CACHE_ENTRY_BYTES = 1 << 20, "The largest answer that is kept.";
    OPERATIONS_PER_BATCH = 2_000, "Operations of one batch: bounds the time that one command holds the gate.";
    IMPORT_CHUNK_BYTES = 256 << 10, "One piece of an imported file: little enough to be read between two other calls.";
    IMPORT_BYTES = 64 << 20, "One imported file: 100,000 rows have some fifteen megabytes; what is staged of it is held in memory.";
    IMPORT_RECORD_BYTES = 1 << 20, "One row of an imported file: a quote that is never closed must not hold the whole file as one cell.";
    IMPORT_LINES = 200_000, "Lines of one import: they take some hundred bytes each until they are written, and hold the gate meanwhile.";
    IMPORTS_AT_ONCE = 2, "Imports that stage at a time; more would need more memory than the service is promised to need.";
    IMPORT_DEADLINE_MS = 120_000, "The longest an import may take, the sending of the file included.";
    LINES_PER_ESTIMATE = 200_000, "Lines of one estimate: a province's whole budget as one document has about 100,000.";
    ITEMS_PER_PLAN = 20_000, "Items of one plan: 500 indicators, 2,000 tasks and their money by year and class fit.";
    GROUPS_PER_PLAN = 10_000, "Staff groups of one HR plan: a province's whole staff by rank and step has a few thousand; all are calculated in one read.";
    PAY_GROUPS = 200_000, "Staff groups times fiscal years that are calculated for one answer: some seconds of one reader.";
    TOKEN_DAYS_DEFAULT = 90, "How long a token is good when nobody says: long enough for a quarter, short enough that rotation is a habit.";
    TOKEN_DAYS_MAX = 366, "The longest life of a token: what nobody renews for a year is not used.";
    TOKENS_PER_PRINCIPAL = 50, "Good tokens of one principal; more is a leak of a program that makes one at each start.";
    MAPPINGS_PER_PRINCIPAL = 50, "Mapped certificates and subjects of one principal; a fleet has one URI for all its members.";
    CREDENTIAL_BYTES = 8_192, "The longest credential that is looked at; a JWT with many claims has two thousand.";
    CREDENTIAL_CACHE = 10_000, "Credentials that are known to be good; when it is full, all are verified anew.";
    VERIFICATIONS = 16, "Credentials verified at once against the store; bad ones must not fill the queue of reads.";
    CLOCK_SKEW_MS = 60_000, "How far the clock of an issuer of JWTs may be from ours.";
    KEY_SET_BYTES = 262_144, "The largest set of keys of an issuer that is read; a hundred RSA keys fit.";
    KEY_SET_KEYS = 100, "Keys of an issuer that are tried; the others are ignored.";
    KEY_SET_REFRESH_MS = 300_000, "A set of keys at a URL is fetched this often; after a failure the last good one is kept.";
    KEY_SET_RETRY_MS = 10_000, "After a failure, or for a key that is not in the set, it is fetched no sooner than this.";
    FILE_CHECK_MS = 1_000, "Files of certificates and keys are looked at this often for changes.";
    HANDSHAKE_MS = 5_000, "From the first byte to the end of the TLS handshake; a slow peer must not hold a descriptor for nothing.";
    REFUSALS_LISTED = 10, "Refusals of one caller in a second that are listed in the access log; more are counted together.";
    REFUSAL_QUEUE = 4_096, "Refusals on their way to the access log; beyond it they are counted in the metrics only.";
    REFUSAL_BATCH_MS = 250, "Refusals are written to the access log together this often; what was not written is lost with the process.";
    SCHEME_CODES = 20_000, "Codes of a scheme that is kept in memory for the checks of lines: ten times a national list; of a larger one each command asks for those that it needs.";
    SCHEMES_KEPT = 32, "Schemes that are kept so: a jurisdiction works with two or three; beyond it all are read anew.";
    LISTED_BYTES = 8 << 20, "Memory for estimates as lists show them: some twelve thousand; the oldest go first.";
    ROLLUP_CELLS = 50_000, "Sums, units and codes held for roll-ups that are brought forward by what changed: some fifteen megabytes; the oldest go first.";
    REVIEW_DOCUMENTS = 50, "Documents of one unit that the review of a year puts together: a department has some ten for a year and the next; each is read whole.";
    SUMMARY_ROWS = 10_000, "Rows of one roll-up; more is a list, not a summary.";
    CONSISTENCY_FINDINGS = 10_000, "Findings of one comparison of documents that are listed, the gravest; the others are counted.";
    CONSISTENCY_KEPT = 4, "Comparisons whose later pages are kept ready: each has at most some ten megabytes.";
    CONSISTENCY_ITEMS = 1_000_000, "Items of plans that are read for one comparison: a plan of 300 items for each of 3,000 units fits.";
    TREE_DEPTH = 32, "Depth of a tree of units or codes; the deepest real one has seven levels.";
}

/// A limit in milliseconds as a duration.
pub const fn millis(limit: u64) -> Duration {
    Duration::from_millis(limit)
}

/// A limit as a length.
pub const fn count(limit: u64) -> usize {
    limit as usize
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_limit_says_why() {
        for limit in super::ALL {
            assert!(limit.why.ends_with('.') && limit.why.len() > 20, "{}", limit.name);
        }
    }
}
