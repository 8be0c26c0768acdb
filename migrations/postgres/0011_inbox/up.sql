-- Where every document that was ever submitted waits, and since when: what inboxes and lists of what is missing are read from.

-- One row holds from one verb on the document to the next.
CREATE TABLE document_places (
    jurisdiction TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    document TEXT NOT NULL,
    -- what kind of document it is, as ANNUAL_ESTIMATE
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    -- the fiscal year, or the first of several
    year BIGINT NOT NULL,
    -- where the last verb led
    state TEXT NOT NULL,
    verb TEXT NOT NULL,
    submission BIGINT NOT NULL,
    -- who submitted it last, and for whom; empty for nobody
    submitter TEXT NOT NULL,
    submitted_for TEXT NOT NULL,
    -- when it arrived there
    arrived_at BIGINT NOT NULL,
    -- when the head of the unit last sent it up, where that was not undone since
    sent_at BIGINT,
    PRIMARY KEY (jurisdiction, document, since),
    FOREIGN KEY (jurisdiction, document, since) REFERENCES document_steps (jurisdiction, document, since),
    CHECK (since > 0 AND until > since),
    CHECK (state IN ('DRAFT', 'SUBMITTED', 'ENDORSED', 'APPRAISED', 'APPROVED', 'CLOSED', 'CANCELLED')),
    CHECK (verb IN ('SUBMIT', 'WITHDRAW', 'ENDORSE', 'RETURN', 'APPRAISE', 'APPROVE', 'AMEND', 'CLOSE', 'CANCEL'))
);
CREATE UNIQUE INDEX document_places_current ON document_places (jurisdiction, document) WHERE until = 9223372036854775807;
CREATE INDEX document_places_until ON document_places (jurisdiction, document, until);
CREATE INDEX document_places_waiting ON document_places (jurisdiction, state, arrived_at, document);
CREATE INDEX document_places_unit ON document_places (jurisdiction, unit, year);

-- By which day a verb is to be done with the documents of a kind and year.
CREATE TABLE calendar_steps (
    jurisdiction TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    kind TEXT NOT NULL,
    year BIGINT NOT NULL,
    verb TEXT NOT NULL,
    -- the last day on which it is in time
    due_on TEXT NOT NULL,
    title TEXT NOT NULL,
    citation TEXT NOT NULL,
    -- 1: the verb is refused afterwards; 0: it is late
    blocks BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, kind, year, verb, since),
    CHECK (since > 0 AND until > since),
    CHECK (verb IN ('SUBMIT', 'ENDORSE', 'APPRAISE', 'APPROVE')),
    CHECK (length(due_on) = 10),
    CHECK (title <> ''),
    CHECK (blocks IN (0, 1))
);
CREATE UNIQUE INDEX calendar_steps_current ON calendar_steps (jurisdiction, kind, year, verb) WHERE until = 9223372036854775807;
CREATE INDEX calendar_steps_until ON calendar_steps (jurisdiction, kind, year, until);

-- Another last day for one unit. It ends by itself: after that day the unit is late as any other.
CREATE TABLE calendar_exceptions (
    jurisdiction TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    kind TEXT NOT NULL,
    year BIGINT NOT NULL,
    verb TEXT NOT NULL,
    unit TEXT NOT NULL,
    due_on TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, kind, year, verb, unit, since),
    CHECK (since > 0 AND until > since),
    CHECK (length(due_on) = 10),
    CHECK (reason <> '')
);
CREATE UNIQUE INDEX calendar_exceptions_current ON calendar_exceptions (jurisdiction, kind, year, verb, unit) WHERE until = 9223372036854775807;
CREATE INDEX calendar_exceptions_until ON calendar_exceptions (jurisdiction, kind, year, until);

ALTER TABLE document_places ENABLE ROW LEVEL SECURITY;
ALTER TABLE document_places FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON document_places USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
ALTER TABLE calendar_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE calendar_steps FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON calendar_steps USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
ALTER TABLE calendar_exceptions ENABLE ROW LEVEL SECURITY;
ALTER TABLE calendar_exceptions FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON calendar_exceptions USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
