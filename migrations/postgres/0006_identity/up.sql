-- Principals and their credentials, in the journal of `system`.
--
-- A fact never changes and carries the revision that wrote it in `since`. A version holds for revisions
-- since <= R < until. `at` is the instant of the revision that wrote the row.

-- Who may call. The id stands in every journal as the actor, so it is never used again.
CREATE TABLE principals (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    principal TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, principal),
    CHECK (jurisdiction = 'system'),
    -- the server itself
    CHECK (principal <> 'kehoach'),
    CHECK (length(principal) BETWEEN 1 AND 100),
    CHECK (since > 0),
    CHECK (kind IN ('PERSON', 'SERVICE'))
);

CREATE TABLE principal_versions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    principal TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- manages principals, credentials and jurisdictions
    administrator BIGINT NOT NULL,
    -- SHA-256 of salt and display name: the journal accounts for the name without holding it
    name_commitment BYTEA NOT NULL,
    PRIMARY KEY (jurisdiction, principal, since),
    FOREIGN KEY (jurisdiction, principal) REFERENCES principals (jurisdiction, principal),
    CHECK (since > 0 AND since < until),
    CHECK (state IN ('ACTIVE', 'SUSPENDED')),
    CHECK (administrator IN (0, 1)),
    CHECK (octet_length(name_commitment) = 32)
);
CREATE UNIQUE INDEX principal_versions_current ON principal_versions (jurisdiction, principal) WHERE until = 9223372036854775807;
CREATE INDEX principal_versions_until ON principal_versions (jurisdiction, principal, until);

-- The display name as it is now, with the salt of its commitment. Personal data: not versioned, outside every hash, and a row
-- may be deleted to erase it.
CREATE TABLE principal_names (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    principal TEXT COLLATE "C" NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL,
    salt BYTEA NOT NULL,
    PRIMARY KEY (jurisdiction, principal),
    FOREIGN KEY (jurisdiction, principal) REFERENCES principals (jurisdiction, principal),
    CHECK (display_name <> ''),
    CHECK (octet_length(salt) = 32)
);

-- What a principal is called by others: the URI of its client certificates (then the issuer is empty), or the subject of a
-- JWT of a foreign issuer. Each names one principal.
CREATE TABLE principal_mappings (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    issuer TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    principal TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, kind, issuer, subject, since),
    FOREIGN KEY (jurisdiction, principal) REFERENCES principals (jurisdiction, principal),
    CHECK (since > 0 AND since < until),
    CHECK (kind IN ('CERTIFICATE', 'JWT')),
    CHECK ((kind = 'CERTIFICATE') = (issuer = '')),
    CHECK (subject <> '')
);
CREATE UNIQUE INDEX principal_mappings_current ON principal_mappings (jurisdiction, kind, issuer, subject) WHERE until = 9223372036854775807;
CREATE INDEX principal_mappings_until ON principal_mappings (jurisdiction, principal, until);

-- A token. The secret itself is kept nowhere.
CREATE TABLE tokens (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    token TEXT COLLATE "C" NOT NULL,
    principal TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    -- SHA-256 of the secret, which is 32 random bytes, so that no salt is needed
    secret_hash BYTEA NOT NULL,
    PRIMARY KEY (jurisdiction, token),
    FOREIGN KEY (jurisdiction, principal) REFERENCES principals (jurisdiction, principal),
    CHECK (since > 0),
    CHECK (length(token) = 20),
    CHECK (octet_length(secret_hash) = 32)
);
CREATE INDEX tokens_principal ON tokens (jurisdiction, principal, token);

CREATE TABLE token_versions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    token TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    -- from this instant on it is refused
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    -- the token that a rotation put in its place
    successor TEXT COLLATE "C",
    PRIMARY KEY (jurisdiction, token, since),
    FOREIGN KEY (jurisdiction, token) REFERENCES tokens (jurisdiction, token),
    FOREIGN KEY (jurisdiction, successor) REFERENCES tokens (jurisdiction, token),
    CHECK (since > 0 AND since < until),
    CHECK (successor IS NULL OR successor <> token)
);
CREATE UNIQUE INDEX token_versions_current ON token_versions (jurisdiction, token) WHERE until = 9223372036854775807;
CREATE INDEX token_versions_until ON token_versions (jurisdiction, token, until);

-- Calls that were refused because the caller was unknown or not entitled. Append-only, with a dense number of its own in
-- each jurisdiction; it moves no revision. Calls that name no jurisdiction stand under `system`.
CREATE TABLE access_log (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- empty where the caller is not known
    actor TEXT COLLATE "C" NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    -- above ten a second of one caller, refusals are counted together
    occurrences BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, number),
    CHECK (number > 0),
    CHECK (occurrences > 0)
);
CREATE INDEX access_log_at ON access_log (jurisdiction, at);
