-- The life of documents: what was done with each, by whom, under which signed act.
--
-- A document is named as below its jurisdiction: `estimates/khcn-2024`. Every row here is a fact; the state itself stands in
-- the header of the document.

-- Whose hand a document went through. A person has one row for each document, for ever, so nobody can both have worked on it and
-- have approved it, whatever role, delegation or amendment led there.
CREATE TABLE document_hands (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    part TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, document, person),
    CHECK (since > 0),
    CHECK (part IN ('WORKED', 'APPROVED'))
);

-- Every verb that was executed on a document. One revision moves a document once.
CREATE TABLE document_steps (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    verb TEXT COLLATE "C" NOT NULL,
    from_state TEXT COLLATE "C" NOT NULL,
    to_state TEXT COLLATE "C" NOT NULL,
    -- as they are afterwards
    submission BIGINT NOT NULL,
    number BIGINT NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    -- whom the person stood in for; empty for nobody
    on_behalf_of TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    -- a JSON array of {rule, text}: why a WARNING was no obstacle
    justifications TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, document, since),
    CHECK (since > 0),
    CHECK (submission >= 0 AND number >= 0),
    CHECK (verb IN ('SUBMIT', 'WITHDRAW', 'ENDORSE', 'RETURN', 'APPRAISE', 'APPROVE', 'AMEND', 'CLOSE', 'CANCEL')),
    CHECK (verb <> 'RETURN' OR reason <> ''),
    CHECK (from_state IN ('DRAFT', 'SUBMITTED', 'ENDORSED', 'APPRAISED', 'APPROVED')),
    CHECK (to_state IN ('DRAFT', 'SUBMITTED', 'ENDORSED', 'APPRAISED', 'APPROVED', 'CLOSED', 'CANCELLED'))
);

-- What a return says of single lines.
CREATE TABLE line_remarks (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    line TEXT COLLATE "C" NOT NULL,
    remark TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, document, since, line),
    FOREIGN KEY (jurisdiction, document, since) REFERENCES document_steps (jurisdiction, document, since),
    CHECK (remark <> '')
);

-- A signed act. It never changes; a correction is another act. One act may decide many documents.
CREATE TABLE acts (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    act TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    number TEXT COLLATE "C" NOT NULL,
    signed_on TEXT COLLATE "C" NOT NULL,
    authority TEXT COLLATE "C" NOT NULL,
    signer TEXT COLLATE "C" NOT NULL,
    -- SHA-256 of the signed file, where stated
    file_digest BYTEA,
    PRIMARY KEY (jurisdiction, act),
    UNIQUE (jurisdiction, authority, number, signed_on),
    CHECK (since > 0),
    CHECK (number <> '' AND authority <> '' AND signer <> ''),
    CHECK (length(signed_on) = 10),
    CHECK (file_digest IS NULL OR length(file_digest) = 32)
);

-- What an act decided: the text of a document as it stands at `since`, in place of the one at `previous`.
CREATE TABLE decisions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    -- the number of the amendment, 0 for the first text
    number BIGINT NOT NULL,
    act TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    -- the revision that was in force before; NULL for the first text
    previous BIGINT,
    PRIMARY KEY (jurisdiction, document, number),
    FOREIGN KEY (jurisdiction, act) REFERENCES acts (jurisdiction, act),
    FOREIGN KEY (jurisdiction, document, since) REFERENCES document_steps (jurisdiction, document, since),
    CHECK (number >= 0),
    CHECK ((number = 0) = (previous IS NULL)),
    CHECK (previous IS NULL OR previous < since)
);
CREATE INDEX decisions_since ON decisions (jurisdiction, since);
