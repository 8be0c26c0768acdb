-- What is written and read most, with fewer trees for each row. The columns mean what the steps say that made the tables.
--
-- The end of a version stands in its primary key, so that what holds today of an estimate lies together, and what held at an earlier
-- revision right before it. That one version of a row at most is current follows from it: `until` of all current rows is
-- the same. So neither an index of what is current nor one of ends is needed beside the key.
--
-- SQLite fills a small table for `x IN (three or more)` each time a statement runs, and looks into it for each row: half of what
-- inserting a line cost. CASE compares. Narrow rows have no rowid, which saves a tree; wide ones would make the tree too deep.
ALTER TABLE estimates RENAME TO estimates_before;
ALTER TABLE estimate_versions RENAME TO estimate_versions_before;
ALTER TABLE estimate_texts RENAME TO estimate_texts_before;
ALTER TABLE estimate_totals RENAME TO estimate_totals_before;
ALTER TABLE line_versions RENAME TO line_versions_before;
ALTER TABLE pay_lines RENAME TO pay_lines_before;
ALTER TABLE document_hands RENAME TO document_hands_before;
DROP INDEX estimate_versions_current;
DROP INDEX estimate_versions_key;
DROP INDEX estimate_versions_until;
DROP INDEX estimate_versions_year;
DROP INDEX estimate_texts_current;
DROP INDEX estimate_texts_until;
DROP INDEX estimate_totals_current;
DROP INDEX estimate_totals_until;
DROP INDEX line_versions_current;
DROP INDEX line_versions_until;
DROP INDEX line_versions_project;
DROP INDEX line_versions_task;
DROP INDEX pay_lines_current;
DROP INDEX pay_lines_until;

CREATE TABLE estimates (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    estimate TEXT NOT NULL,
    at INTEGER NOT NULL,
    unit TEXT NOT NULL,
    fiscal_year INTEGER NOT NULL,
    kind TEXT NOT NULL,
    series TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    scheme TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, estimate),
    UNIQUE (jurisdiction, estimate, unit, fiscal_year, kind, series, sequence),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    FOREIGN KEY (jurisdiction, scheme) REFERENCES schemes (jurisdiction, scheme),
    CHECK (since > 0),
    CHECK (fiscal_year BETWEEN 1900 AND 2199),
    CHECK (CASE kind WHEN 'ANNUAL' THEN 1 WHEN 'REDONE' THEN 1 WHEN 'SUPPLEMENT' THEN 1 WHEN 'REFERENCE' THEN 1 ELSE 0 END),
    CHECK ((kind = 'REFERENCE') = (series <> '')),
    CHECK (sequence BETWEEN 1 AND 9999)
) STRICT, WITHOUT ROWID;
INSERT INTO estimates (jurisdiction, since, estimate, at, unit, fiscal_year, kind, series, sequence, scheme)
SELECT jurisdiction, since, estimate, at, unit, fiscal_year, kind, series, sequence, scheme
  FROM estimates_before;

CREATE TABLE estimate_versions (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    estimate TEXT NOT NULL,
    at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    unit TEXT NOT NULL,
    fiscal_year INTEGER NOT NULL,
    kind TEXT NOT NULL,
    series TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    scheme TEXT NOT NULL,
    state TEXT NOT NULL,
    submission INTEGER NOT NULL,
    number INTEGER NOT NULL,
    in_force INTEGER,
    title TEXT NOT NULL,
    line_count INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    PRIMARY KEY (jurisdiction, estimate, until),
    FOREIGN KEY (jurisdiction, estimate, unit, fiscal_year, kind, series, sequence)
        REFERENCES estimates (jurisdiction, estimate, unit, fiscal_year, kind, series, sequence),
    CHECK (since > 0 AND since < until),
    CHECK (CASE state WHEN 'DRAFT' THEN 1 WHEN 'SUBMITTED' THEN 1 WHEN 'ENDORSED' THEN 1 WHEN 'APPRAISED' THEN 1 WHEN 'APPROVED' THEN 1 WHEN 'CLOSED' THEN 1 WHEN 'CANCELLED' THEN 1 ELSE 0 END),
    CHECK (submission >= 0 AND number >= 0),
    CHECK (in_force IS NULL OR in_force BETWEEN 1 AND since),
    CHECK (number = 0 OR in_force IS NOT NULL),
    CHECK ((state IN ('APPROVED', 'CLOSED')) <= (in_force IS NOT NULL)),
    CHECK (line_count BETWEEN 0 AND last_sequence)
) STRICT;
INSERT INTO estimate_versions (jurisdiction, since, until, estimate, at, created_at, unit, fiscal_year, kind, series, sequence, scheme, state, submission, number, in_force, title, line_count, last_sequence)
SELECT jurisdiction, since, until, estimate, at, created_at, unit, fiscal_year, kind, series, sequence, scheme, state, submission, number, in_force, title, line_count, last_sequence
  FROM estimate_versions_before;
-- In the order of a list, of which one year after the other is read; and whether any of a year was changed since.
CREATE UNIQUE INDEX estimate_versions_key ON estimate_versions (jurisdiction, fiscal_year, unit, kind, series, sequence)
    WHERE until = 9223372036854775807;
CREATE INDEX estimate_versions_ended ON estimate_versions (jurisdiction, fiscal_year, until) WHERE until < 9223372036854775807;
CREATE INDEX estimate_versions_year ON estimate_versions (jurisdiction, fiscal_year, unit, until);

CREATE TABLE estimate_texts (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    estimate TEXT NOT NULL,
    narrative TEXT NOT NULL,
    legal_basis TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, estimate, until),
    FOREIGN KEY (jurisdiction, estimate) REFERENCES estimates (jurisdiction, estimate),
    CHECK (since > 0 AND since < until)
) STRICT;
INSERT INTO estimate_texts (jurisdiction, since, until, estimate, narrative, legal_basis)
SELECT jurisdiction, since, until, estimate, narrative, legal_basis
  FROM estimate_texts_before;

CREATE TABLE estimate_totals (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    estimate TEXT NOT NULL,
    side TEXT NOT NULL,
    nature TEXT NOT NULL,
    autonomy TEXT NOT NULL,
    line_count INTEGER NOT NULL,
    actual_n2 INTEGER NOT NULL,
    actual_n2_count INTEGER NOT NULL,
    budget_n1 INTEGER NOT NULL,
    budget_n1_count INTEGER NOT NULL,
    expected_n1 INTEGER NOT NULL,
    expected_n1_count INTEGER NOT NULL,
    requested INTEGER NOT NULL,
    requested_count INTEGER NOT NULL,
    appraised INTEGER NOT NULL,
    appraised_count INTEGER NOT NULL,
    decided INTEGER NOT NULL,
    decided_count INTEGER NOT NULL,
    PRIMARY KEY (jurisdiction, estimate, until, side, nature, autonomy),
    FOREIGN KEY (jurisdiction, estimate) REFERENCES estimates (jurisdiction, estimate),
    CHECK (since > 0 AND since < until),
    CHECK (line_count > 0),
    CHECK (actual_n2_count BETWEEN 0 AND line_count AND (actual_n2_count > 0 OR actual_n2 = 0)),
    CHECK (budget_n1_count BETWEEN 0 AND line_count AND (budget_n1_count > 0 OR budget_n1 = 0)),
    CHECK (expected_n1_count BETWEEN 0 AND line_count AND (expected_n1_count > 0 OR expected_n1 = 0)),
    CHECK (requested_count BETWEEN 0 AND line_count AND (requested_count > 0 OR requested = 0)),
    CHECK (appraised_count BETWEEN 0 AND line_count AND (appraised_count > 0 OR appraised = 0)),
    CHECK (decided_count BETWEEN 0 AND line_count AND (decided_count > 0 OR decided = 0))
) STRICT, WITHOUT ROWID;
INSERT INTO estimate_totals (jurisdiction, since, until, estimate, side, nature, autonomy, line_count, actual_n2, actual_n2_count, budget_n1, budget_n1_count, expected_n1, expected_n1_count, requested, requested_count, appraised, appraised_count, decided, decided_count)
SELECT jurisdiction, since, until, estimate, side, nature, autonomy, line_count, actual_n2, actual_n2_count, budget_n1, budget_n1_count, expected_n1, expected_n1_count, requested, requested_count, appraised, appraised_count, decided, decided_count
  FROM estimate_totals_before;

CREATE TABLE line_versions (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    estimate TEXT NOT NULL,
    line TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    side TEXT NOT NULL,
    administrative TEXT,
    functional TEXT,
    economic TEXT,
    source TEXT,
    programme TEXT,
    geographic TEXT,
    nature TEXT NOT NULL,
    autonomy TEXT NOT NULL,
    baseline TEXT,
    content TEXT,
    channel TEXT,
    delegated INTEGER NOT NULL,
    counterpart TEXT,
    plan_task TEXT,
    project TEXT,
    description TEXT NOT NULL,
    search TEXT NOT NULL,
    quantity INTEGER,
    price INTEGER,
    norm INTEGER,
    actual_n2 INTEGER,
    budget_n1 INTEGER,
    expected_n1 INTEGER,
    requested INTEGER,
    appraised INTEGER,
    decided INTEGER,
    appraised_reason TEXT,
    decided_reason TEXT,
    memo_currency TEXT,
    memo_amount INTEGER,
    memo_rate INTEGER,
    unallocated INTEGER NOT NULL DEFAULT 0 CHECK (unallocated IN (0, 1)),
    PRIMARY KEY (jurisdiction, estimate, until, sequence),
    UNIQUE (jurisdiction, estimate, line, until),
    FOREIGN KEY (jurisdiction, estimate) REFERENCES estimates (jurisdiction, estimate),
    FOREIGN KEY (jurisdiction, counterpart) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0 AND since < until),
    CHECK (sequence > 0),
    CHECK (CASE side WHEN 'REVENUE' THEN 1 WHEN 'FEE_REMITTED' THEN 1 WHEN 'FEE_RETAINED_SPENDING' THEN 1 WHEN 'EXPENDITURE' THEN 1 ELSE 0 END),
    CHECK (CASE nature WHEN 'RECURRENT' THEN 1 WHEN 'INVESTMENT' THEN 1 WHEN 'INTEREST' THEN 1 WHEN 'RESERVE_FUND' THEN 1 WHEN 'CONTINGENCY' THEN 1 WHEN 'CARRYOVER' THEN 1 WHEN 'TRANSFER_DOWN' THEN 1 WHEN 'OTHER' THEN 1 ELSE 0 END),
    CHECK (CASE autonomy WHEN 'AUTONOMOUS' THEN 1 WHEN 'NON_AUTONOMOUS' THEN 1 WHEN 'NOT_APPLICABLE' THEN 1 ELSE 0 END),
    CHECK (baseline IS NULL OR baseline IN ('ONGOING', 'NEW_SPENDING')),
    CHECK (content IS NULL OR CASE content WHEN 'SCIENCE_TECH' THEN 1 WHEN 'INNOVATION' THEN 1 WHEN 'DIGITAL' THEN 1 ELSE 0 END),
    CHECK (channel IS NULL OR channel IN ('VIA_FUND', 'DIRECT')),
    CHECK (delegated IN (0, 1)),
    CHECK ((nature = 'TRANSFER_DOWN') = (counterpart IS NOT NULL)),
    CHECK ((quantity IS NULL) = (price IS NULL)),
    CHECK (norm IS NULL OR quantity IS NOT NULL),
    CHECK ((memo_currency IS NULL) = (memo_amount IS NULL)),
    CHECK (memo_rate IS NULL OR memo_currency IS NOT NULL)
) STRICT;
INSERT INTO line_versions (jurisdiction, since, until, estimate, line, sequence, side, administrative, functional, economic, source, programme, geographic, nature, autonomy, baseline, content, channel, delegated, counterpart, plan_task, project, description, search, quantity, price, norm, actual_n2, budget_n1, expected_n1, requested, appraised, decided, appraised_reason, decided_reason, memo_currency, memo_amount, memo_rate, unallocated)
SELECT jurisdiction, since, until, estimate, line, sequence, side, administrative, functional, economic, source, programme, geographic, nature, autonomy, baseline, content, channel, delegated, counterpart, plan_task, project, description, search, quantity, price, norm, actual_n2, budget_n1, expected_n1, requested, appraised, decided, appraised_reason, decided_reason, memo_currency, memo_amount, memo_rate, unallocated
  FROM line_versions_before;
CREATE INDEX line_versions_project ON line_versions (jurisdiction, project, until) WHERE project IS NOT NULL;
CREATE INDEX line_versions_task ON line_versions (jurisdiction, plan_task, until) WHERE plan_task IS NOT NULL;

CREATE TABLE pay_lines (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    estimate TEXT NOT NULL,
    line TEXT NOT NULL,
    plan TEXT NOT NULL,
    plan_revision INTEGER NOT NULL,
    in_force INTEGER NOT NULL,
    PRIMARY KEY (jurisdiction, estimate, line, until),
    FOREIGN KEY (jurisdiction, estimate) REFERENCES estimates (jurisdiction, estimate),
    FOREIGN KEY (jurisdiction, plan) REFERENCES workforce_plans (jurisdiction, plan),
    CHECK (since > 0 AND since < until),
    CHECK (plan_revision BETWEEN 1 AND since),
    CHECK (in_force IN (0, 1))
) STRICT;
INSERT INTO pay_lines (jurisdiction, since, until, estimate, line, plan, plan_revision, in_force)
SELECT jurisdiction, since, until, estimate, line, plan, plan_revision, in_force
  FROM pay_lines_before;
CREATE INDEX pay_lines_until ON pay_lines (jurisdiction, estimate, until);

CREATE TABLE document_hands (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    document TEXT NOT NULL,
    person TEXT NOT NULL,
    part TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, document, person),
    CHECK (since > 0),
    CHECK (part IN ('WORKED', 'APPROVED'))
) STRICT, WITHOUT ROWID;
INSERT INTO document_hands (jurisdiction, since, document, person, part)
SELECT jurisdiction, since, document, person, part
  FROM document_hands_before;

DROP TABLE document_hands_before;
DROP TABLE pay_lines_before;
DROP TABLE line_versions_before;
DROP TABLE estimate_totals_before;
DROP TABLE estimate_texts_before;
DROP TABLE estimate_versions_before;
DROP TABLE estimates_before;
