-- The life of documents: what was done with each, by whom, under which signed act.
--
-- A document is named as below its jurisdiction: `estimates/khcn-2024`. Every row here is a fact; the state itself stands in
-- the header of the document.

-- Whose hand a document went through. A person has one row for each document, for ever, so nobody can both have worked on it and
-- have approved it, whatever role, delegation or amendment led there.
CREATE TABLE document_hands (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    document TEXT NOT NULL,
    person TEXT NOT NULL,
    part TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, document, person),
    CHECK (since > 0),
    CHECK (part IN ('WORKED', 'APPROVED'))
) STRICT;

-- Every verb that was executed on a document. One revision moves a document once.
CREATE TABLE document_steps (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    document TEXT NOT NULL,
    at INTEGER NOT NULL,
    verb TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    -- as they are afterwards
    submission INTEGER NOT NULL,
    number INTEGER NOT NULL,
    person TEXT NOT NULL,
    -- whom the person stood in for; empty for nobody
    on_behalf_of TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- a JSON array of {rule, text}: why a WARNING was no obstacle
    justifications TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, document, since),
    CHECK (since > 0),
    CHECK (submission >= 0 AND number >= 0),
    CHECK (verb IN ('SUBMIT', 'WITHDRAW', 'ENDORSE', 'RETURN', 'APPRAISE', 'APPROVE', 'AMEND', 'CLOSE', 'CANCEL')),
    CHECK (verb <> 'RETURN' OR reason <> ''),
    CHECK (from_state IN ('DRAFT', 'SUBMITTED', 'ENDORSED', 'APPRAISED', 'APPROVED')),
    CHECK (to_state IN ('DRAFT', 'SUBMITTED', 'ENDORSED', 'APPRAISED', 'APPROVED', 'CLOSED', 'CANCELLED'))
) STRICT;

-- What a return says of single lines.
CREATE TABLE line_remarks (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    document TEXT NOT NULL,
    line TEXT NOT NULL,
    remark TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, document, since, line),
    FOREIGN KEY (jurisdiction, document, since) REFERENCES document_steps (jurisdiction, document, since),
    CHECK (remark <> '')
) STRICT;

-- A signed act. It never changes; a correction is another act. One act may decide many documents.
CREATE TABLE acts (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    act TEXT NOT NULL,
    at INTEGER NOT NULL,
    number TEXT NOT NULL,
    signed_on TEXT NOT NULL,
    authority TEXT NOT NULL,
    signer TEXT NOT NULL,
    -- SHA-256 of the signed file, where stated
    file_digest BLOB,
    PRIMARY KEY (jurisdiction, act),
    UNIQUE (jurisdiction, authority, number, signed_on),
    CHECK (since > 0),
    CHECK (number <> '' AND authority <> '' AND signer <> ''),
    CHECK (length(signed_on) = 10),
    CHECK (file_digest IS NULL OR length(file_digest) = 32)
) STRICT;

-- What an act decided: the text of a document as it stands at `since`, in place of the one at `previous`.
CREATE TABLE decisions (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    document TEXT NOT NULL,
    -- the number of the amendment, 0 for the first text
    number INTEGER NOT NULL,
    act TEXT NOT NULL,
    at INTEGER NOT NULL,
    person TEXT NOT NULL,
    -- the revision that was in force before; NULL for the first text
    previous INTEGER,
    PRIMARY KEY (jurisdiction, document, number),
    FOREIGN KEY (jurisdiction, act) REFERENCES acts (jurisdiction, act),
    FOREIGN KEY (jurisdiction, document, since) REFERENCES document_steps (jurisdiction, document, since),
    CHECK (number >= 0),
    CHECK ((number = 0) = (previous IS NULL)),
    CHECK (previous IS NULL OR previous < since)
) STRICT;
CREATE INDEX decisions_since ON decisions (jurisdiction, since);
