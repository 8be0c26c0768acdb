-- What a reviewer changed in a document and its unit has not acknowledged yet: what waits in the inbox of the unit.

-- One row holds from one change of the count to the next, and none where nothing is left.
CREATE TABLE acknowledgements_due (
    jurisdiction TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    document TEXT NOT NULL,
    -- what kind of document it is, as ANNUAL_ESTIMATE
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    -- when it was appraised
    changed_at BIGINT NOT NULL,
    line_count BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, document, since),
    CHECK (since > 0 AND until > since),
    CHECK (line_count > 0)
);
CREATE UNIQUE INDEX acknowledgements_due_current ON acknowledgements_due (jurisdiction, document) WHERE until = 9223372036854775807;
CREATE INDEX acknowledgements_due_until ON acknowledgements_due (jurisdiction, document, until);
CREATE INDEX acknowledgements_due_waiting ON acknowledgements_due (jurisdiction, changed_at, document);

-- One row holds from the appraisal until the line is acknowledged, or the document is sent back or amended.
CREATE TABLE changed_lines (
    jurisdiction TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    document TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, document, line, since),
    CHECK (since > 0 AND until > since)
);
CREATE UNIQUE INDEX changed_lines_current ON changed_lines (jurisdiction, document, line) WHERE until = 9223372036854775807;
CREATE INDEX changed_lines_until ON changed_lines (jurisdiction, document, until);

ALTER TABLE acknowledgements_due ENABLE ROW LEVEL SECURITY;
ALTER TABLE acknowledgements_due FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON acknowledgements_due USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
ALTER TABLE changed_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE changed_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON changed_lines USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
