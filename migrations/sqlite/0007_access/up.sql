-- Who may do what in a jurisdiction: grants of roles, and delegations of what was granted.
--
-- A fact never changes and carries the revision that wrote it in `since`. A version holds for revisions
-- since <= R < until. `at` is the instant of the revision that wrote the row. Days are ISO texts; a period ends on the first
-- day on which it no longer holds. Principals are texts: they stand in the journal of `system`.

CREATE TABLE role_grants (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    role_grant TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (jurisdiction, role_grant),
    CHECK (since > 0)
) STRICT;

-- A role of one principal on a unit and all below it; without a unit, on the whole jurisdiction.
CREATE TABLE role_grant_versions (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    role_grant TEXT NOT NULL,
    at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    principal TEXT NOT NULL,
    role TEXT NOT NULL,
    unit TEXT,
    starts_on TEXT NOT NULL,
    ends_on TEXT,
    -- PENDING: waits for the second person
    state TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    confirmed_by TEXT,
    PRIMARY KEY (jurisdiction, role_grant, since),
    FOREIGN KEY (jurisdiction, role_grant) REFERENCES role_grants (jurisdiction, role_grant),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0 AND since < until),
    CHECK (role IN ('DRAFTER', 'HEAD', 'REVIEWER', 'APPROVER', 'READER', 'AUDITOR', 'ADMIN')),
    CHECK (state IN ('PENDING', 'IN_FORCE', 'REVOKED')),
    CHECK (ends_on IS NULL OR starts_on < ends_on),
    -- nobody grants to themself, and the second person is neither of the first two
    CHECK (granted_by <> principal),
    CHECK (confirmed_by IS NULL OR (confirmed_by <> granted_by AND confirmed_by <> principal))
) STRICT;
CREATE UNIQUE INDEX role_grant_versions_current ON role_grant_versions (jurisdiction, role_grant) WHERE until = 9223372036854775807;
CREATE INDEX role_grant_versions_until ON role_grant_versions (jurisdiction, role_grant, until);
CREATE INDEX role_grant_versions_principal ON role_grant_versions (jurisdiction, principal, until);

CREATE TABLE delegations (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    delegation TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (jurisdiction, delegation),
    CHECK (since > 0)
) STRICT;

-- What the lender holds, but never ADMIN, lent to a deputy for a time; narrowed to one role and to a unit with all below it
-- where these are stated.
CREATE TABLE delegation_versions (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    delegation TEXT NOT NULL,
    at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    lender TEXT NOT NULL,
    deputy TEXT NOT NULL,
    role TEXT,
    unit TEXT,
    starts_on TEXT NOT NULL,
    ends_on TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, delegation, since),
    FOREIGN KEY (jurisdiction, delegation) REFERENCES delegations (jurisdiction, delegation),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0 AND since < until),
    CHECK (role IN ('DRAFTER', 'HEAD', 'REVIEWER', 'APPROVER', 'READER', 'AUDITOR')),
    CHECK (state IN ('IN_FORCE', 'REVOKED')),
    CHECK (starts_on < ends_on),
    CHECK (lender <> deputy)
) STRICT;
CREATE UNIQUE INDEX delegation_versions_current ON delegation_versions (jurisdiction, delegation) WHERE until = 9223372036854775807;
CREATE INDEX delegation_versions_until ON delegation_versions (jurisdiction, delegation, until);
