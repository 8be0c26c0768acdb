-- The machine: one journal for each jurisdiction, and what the service remembers about itself.
-- Every primary key begins with the jurisdiction; instants are microseconds since 1970 in UTC.

-- The head of each journal: the only row, beside `until` of a version, that is ever overwritten.
-- Nothing references it, so the gate's lock on it never waits for a foreign key.
CREATE TABLE heads (
    jurisdiction TEXT NOT NULL,
    revision INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- hash of the journal row at `revision`; 32 zero bytes before the first
    hash BLOB NOT NULL,
    PRIMARY KEY (jurisdiction),
    CHECK (revision >= 0),
    CHECK (length(hash) = 32)
) STRICT;

-- One row for each executed command: the record of what was done, the change feed, the idempotency record.
CREATE TABLE journal (
    jurisdiction TEXT NOT NULL,
    revision INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    -- whom the actor stood in for; empty for nobody
    on_behalf_of TEXT NOT NULL,
    method TEXT NOT NULL,
    -- made by the server, so that the outcome of a lost COMMIT can be looked up
    command_id TEXT NOT NULL,
    -- given by the caller, with the SHA-256 of the request's content
    request_id TEXT,
    fingerprint BLOB,
    -- the resource names touched, as a JSON array
    names TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- count and SHA-256 of every row with since = revision or until = revision
    row_count INTEGER NOT NULL,
    row_digest BLOB NOT NULL,
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (jurisdiction, revision),
    UNIQUE (jurisdiction, command_id),
    CHECK (revision > 0),
    CHECK (row_count >= 0),
    CHECK ((request_id IS NULL) = (fingerprint IS NULL)),
    CHECK (fingerprint IS NULL OR length(fingerprint) = 32),
    CHECK (length(row_digest) = 32),
    CHECK (length(previous_hash) = 32),
    CHECK (length(hash) = 32)
) STRICT;

-- A request id has one effect for one caller and method.
CREATE UNIQUE INDEX journal_request ON journal (jurisdiction, actor, method, request_id) WHERE request_id IS NOT NULL;
-- An instant is turned into the last revision at or before it.
CREATE INDEX journal_at ON journal (jurisdiction, at);

-- What a replayed answer needs and the tables cannot tell again; erasable, outside every hash.
CREATE TABLE answers (
    jurisdiction TEXT NOT NULL,
    revision INTEGER NOT NULL,
    answer BLOB NOT NULL,
    PRIMARY KEY (jurisdiction, revision),
    FOREIGN KEY (jurisdiction, revision) REFERENCES journal (jurisdiction, revision)
) STRICT;

-- What the service knows about this database, all of it under the jurisdiction `system`:
-- the incarnation (new after a restore) and the key that signs page tokens.
CREATE TABLE settings (
    jurisdiction TEXT NOT NULL,
    name TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (jurisdiction, name),
    CHECK (jurisdiction = 'system')
) STRICT;
