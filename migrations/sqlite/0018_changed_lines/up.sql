-- What a reviewer changed in a document and its unit has not acknowledged yet: what waits in the inbox of the unit.

-- One row holds from one change of the count to the next, and none where nothing is left.
CREATE TABLE acknowledgements_due (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    document TEXT NOT NULL,
    -- what kind of document it is, as ANNUAL_ESTIMATE
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    -- when it was appraised
    changed_at INTEGER NOT NULL,
    line_count INTEGER NOT NULL,
    PRIMARY KEY (jurisdiction, document, since),
    CHECK (since > 0 AND until > since),
    CHECK (line_count > 0)
) STRICT;
CREATE UNIQUE INDEX acknowledgements_due_current ON acknowledgements_due (jurisdiction, document) WHERE until = 9223372036854775807;
CREATE INDEX acknowledgements_due_until ON acknowledgements_due (jurisdiction, document, until);
CREATE INDEX acknowledgements_due_waiting ON acknowledgements_due (jurisdiction, changed_at, document);

-- One row holds from the appraisal until the line is acknowledged, or the document is sent back or amended.
CREATE TABLE changed_lines (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    document TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, document, line, since),
    CHECK (since > 0 AND until > since)
) STRICT;
CREATE UNIQUE INDEX changed_lines_current ON changed_lines (jurisdiction, document, line) WHERE until = 9223372036854775807;
CREATE INDEX changed_lines_until ON changed_lines (jurisdiction, document, until);
