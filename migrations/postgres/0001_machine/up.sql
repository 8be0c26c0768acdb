-- The machine: one journal for each jurisdiction, and what the service remembers about itself.
-- Every primary key begins with the jurisdiction; instants are microseconds since 1970 in UTC.

-- The head of each journal: the only row, beside `until` of a version, that is ever overwritten.
-- Nothing references it, so the gate's lock on it never waits for a foreign key.
CREATE TABLE heads (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- hash of the journal row at `revision`; 32 zero bytes before the first
    hash BYTEA NOT NULL,
    PRIMARY KEY (jurisdiction),
    CHECK (revision >= 0),
    CHECK (octet_length(hash) = 32)
);

-- One row for each executed command: the record of what was done, the change feed, the idempotency record.
CREATE TABLE journal (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    -- whom the actor stood in for; empty for nobody
    on_behalf_of TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    -- made by the server, so that the outcome of a lost COMMIT can be looked up
    command_id TEXT COLLATE "C" NOT NULL,
    -- given by the caller, with the SHA-256 of the request's content
    request_id TEXT COLLATE "C",
    fingerprint BYTEA,
    -- the resource names touched, as a JSON array
    names TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    -- count and SHA-256 of every row with since = revision or until = revision
    row_count BIGINT NOT NULL,
    row_digest BYTEA NOT NULL,
    previous_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (jurisdiction, revision),
    UNIQUE (jurisdiction, command_id),
    CHECK (revision > 0),
    CHECK (row_count >= 0),
    CHECK ((request_id IS NULL) = (fingerprint IS NULL)),
    CHECK (fingerprint IS NULL OR octet_length(fingerprint) = 32),
    CHECK (octet_length(row_digest) = 32),
    CHECK (octet_length(previous_hash) = 32),
    CHECK (octet_length(hash) = 32)
);

-- A request id has one effect for one caller and method.
CREATE UNIQUE INDEX journal_request ON journal (jurisdiction, actor, method, request_id) WHERE request_id IS NOT NULL;
-- An instant is turned into the last revision at or before it.
CREATE INDEX journal_at ON journal (jurisdiction, at);

-- What a replayed answer needs and the tables cannot tell again; erasable, outside every hash.
CREATE TABLE answers (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    answer BYTEA NOT NULL,
    PRIMARY KEY (jurisdiction, revision),
    FOREIGN KEY (jurisdiction, revision) REFERENCES journal (jurisdiction, revision)
);

-- What the service knows about this database, all of it under the jurisdiction `system`:
-- the incarnation (new after a restore) and the key that signs page tokens.
CREATE TABLE settings (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value BYTEA NOT NULL,
    PRIMARY KEY (jurisdiction, name),
    CHECK (jurisdiction = 'system')
);
