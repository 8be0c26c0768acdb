-- Envelopes: what a unit is told from above, before it asks or decides; a control figure, a ceiling, a floor, a cap.
--
-- A fact never changes and carries the revision that wrote it in `since`. A version holds for revisions since <= R < until.

CREATE TABLE envelopes (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    envelope TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- the unit it is issued to
    unit TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, envelope),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0)
) STRICT;

CREATE TABLE envelope_versions (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    envelope TEXT NOT NULL,
    at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- which money it is about, as EXPENDITURE;FIELD=SCIENCE_TECH;NATURE=INVESTMENT,RECURRENT: always written in the same order
    selector TEXT NOT NULL,
    title TEXT NOT NULL,
    note TEXT NOT NULL,
    state TEXT NOT NULL,
    -- the signed act that says what it says now
    act TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, envelope, since),
    FOREIGN KEY (jurisdiction, envelope) REFERENCES envelopes (jurisdiction, envelope),
    FOREIGN KEY (jurisdiction, act) REFERENCES acts (jurisdiction, act),
    CHECK (since > 0 AND until > since),
    CHECK (kind IN ('CONTROL', 'CEILING', 'FLOOR', 'HARD_CAP')),
    CHECK (state IN ('IN_FORCE', 'WITHDRAWN'))
) STRICT;
CREATE UNIQUE INDEX envelope_versions_current ON envelope_versions (jurisdiction, envelope) WHERE until = 9223372036854775807;
CREATE INDEX envelope_versions_until ON envelope_versions (jurisdiction, envelope, until);

-- What an envelope says of one fiscal year. A withdrawn one says nothing any more.
CREATE TABLE envelope_amounts (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    envelope TEXT NOT NULL,
    year INTEGER NOT NULL,
    unit TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- SHA-256 of the selector in hexadecimal digits: the same where the same money is meant
    selected TEXT NOT NULL,
    amount INTEGER NOT NULL,
    -- what the unit keeps for itself and does not pass on; NULL: not stated
    retained INTEGER,
    PRIMARY KEY (jurisdiction, envelope, year, since),
    FOREIGN KEY (jurisdiction, envelope) REFERENCES envelopes (jurisdiction, envelope),
    CHECK (since > 0 AND until > since),
    CHECK (kind IN ('CONTROL', 'CEILING', 'FLOOR', 'HARD_CAP')),
    CHECK (length(selected) = 64),
    CHECK (amount >= 0),
    CHECK (retained IS NULL OR retained >= 0)
) STRICT;
-- A unit is told one figure of a kind about the same money of a year.
CREATE UNIQUE INDEX envelope_amounts_current ON envelope_amounts (jurisdiction, unit, kind, selected, year) WHERE until = 9223372036854775807;
CREATE INDEX envelope_amounts_until ON envelope_amounts (jurisdiction, envelope, until);
CREATE INDEX envelope_amounts_unit ON envelope_amounts (jurisdiction, unit, year, until);
CREATE INDEX envelope_amounts_selected ON envelope_amounts (jurisdiction, selected, year, until);
