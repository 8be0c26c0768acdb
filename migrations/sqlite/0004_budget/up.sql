-- Budget estimates and their lines.
--
-- Amounts are whole minor units of the jurisdiction's currency. NULL is "not stated", which is not 0.

-- That an estimate exists, and its key, which never changes. The id is never used again.
CREATE TABLE estimates (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    estimate TEXT NOT NULL,
    at INTEGER NOT NULL,
    unit TEXT NOT NULL,
    fiscal_year INTEGER NOT NULL,
    kind TEXT NOT NULL,
    -- which published or executed figures a REFERENCE estimate holds; empty for the other kinds
    series TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    -- the scheme that held for the fiscal year when the estimate was made
    scheme TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, estimate),
    UNIQUE (jurisdiction, estimate, unit, fiscal_year, kind, series, sequence),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    FOREIGN KEY (jurisdiction, scheme) REFERENCES schemes (jurisdiction, scheme),
    CHECK (since > 0),
    CHECK (fiscal_year BETWEEN 1900 AND 2199),
    CHECK (kind IN ('ANNUAL', 'REDONE', 'SUPPLEMENT', 'REFERENCE')),
    CHECK ((kind = 'REFERENCE') = (series <> '')),
    CHECK (sequence BETWEEN 1 AND 9999)
) STRICT;

-- The header: moves with every change of the estimate or of any of its lines, so it is small. The key is repeated so that it
-- can be unique among the estimates that are there; the reference keeps the two alike.
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
    -- how often it was submitted; counts on through amendments
    submission INTEGER NOT NULL,
    -- 0 is the first text, n its n-th amendment
    number INTEGER NOT NULL,
    -- the revision whose text is in force; NULL before the first approval
    in_force INTEGER,
    title TEXT NOT NULL,
    line_count INTEGER NOT NULL,
    -- the sequence number that the last line got; never goes back
    last_sequence INTEGER NOT NULL,
    PRIMARY KEY (jurisdiction, estimate, since),
    FOREIGN KEY (jurisdiction, estimate, unit, fiscal_year, kind, series, sequence)
        REFERENCES estimates (jurisdiction, estimate, unit, fiscal_year, kind, series, sequence),
    CHECK (since > 0 AND since < until),
    CHECK (state IN ('DRAFT', 'SUBMITTED', 'ENDORSED', 'APPRAISED', 'APPROVED', 'CLOSED', 'CANCELLED')),
    CHECK (submission >= 0 AND number >= 0),
    CHECK (in_force IS NULL OR in_force BETWEEN 1 AND since),
    CHECK (number = 0 OR in_force IS NOT NULL),
    CHECK ((state IN ('APPROVED', 'CLOSED')) <= (in_force IS NOT NULL)),
    CHECK (line_count BETWEEN 0 AND last_sequence)
) STRICT;
CREATE UNIQUE INDEX estimate_versions_current ON estimate_versions (jurisdiction, estimate) WHERE until = 9223372036854775807;
CREATE UNIQUE INDEX estimate_versions_key ON estimate_versions (jurisdiction, unit, fiscal_year, kind, series, sequence)
    WHERE until = 9223372036854775807;
CREATE INDEX estimate_versions_until ON estimate_versions (jurisdiction, estimate, until);
CREATE INDEX estimate_versions_year ON estimate_versions (jurisdiction, fiscal_year, unit, until);

-- The long texts, apart from the header: a line's edit copies bytes, not kilobytes.
CREATE TABLE estimate_texts (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    estimate TEXT NOT NULL,
    narrative TEXT NOT NULL,
    -- a JSON array of {number, issued_on, issuer, title}
    legal_basis TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, estimate, since),
    FOREIGN KEY (jurisdiction, estimate) REFERENCES estimates (jurisdiction, estimate),
    CHECK (since > 0 AND since < until)
) STRICT;
CREATE UNIQUE INDEX estimate_texts_current ON estimate_texts (jurisdiction, estimate) WHERE until = 9223372036854775807;
CREATE INDEX estimate_texts_until ON estimate_texts (jurisdiction, estimate, until);

-- The sums of an estimate's lines by side, nature and autonomy: of each stage the sum, and how many lines state it.
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
    PRIMARY KEY (jurisdiction, estimate, side, nature, autonomy, since),
    FOREIGN KEY (jurisdiction, estimate) REFERENCES estimates (jurisdiction, estimate),
    CHECK (since > 0 AND since < until),
    CHECK (line_count > 0),
    CHECK (actual_n2_count BETWEEN 0 AND line_count AND (actual_n2_count > 0 OR actual_n2 = 0)),
    CHECK (budget_n1_count BETWEEN 0 AND line_count AND (budget_n1_count > 0 OR budget_n1 = 0)),
    CHECK (expected_n1_count BETWEEN 0 AND line_count AND (expected_n1_count > 0 OR expected_n1 = 0)),
    CHECK (requested_count BETWEEN 0 AND line_count AND (requested_count > 0 OR requested = 0)),
    CHECK (appraised_count BETWEEN 0 AND line_count AND (appraised_count > 0 OR appraised = 0)),
    CHECK (decided_count BETWEEN 0 AND line_count AND (decided_count > 0 OR decided = 0))
) STRICT;
CREATE UNIQUE INDEX estimate_totals_current ON estimate_totals (jurisdiction, estimate, side, nature, autonomy)
    WHERE until = 9223372036854775807;
CREATE INDEX estimate_totals_until ON estimate_totals (jurisdiction, estimate, until);

-- A line. There is no table of line facts: nothing points at a line, and it would double the cost of every insert. Codes are
-- not foreign keys: six look-ups for each line would cost more than the line; the command checks them all at once, fsck again.
CREATE TABLE line_versions (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    estimate TEXT NOT NULL,
    line TEXT NOT NULL,
    -- keeps the order of entry
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
    -- the unit at the other end of a TRANSFER_DOWN
    counterpart TEXT,
    plan_task TEXT,
    project TEXT,
    description TEXT NOT NULL,
    -- the description without case and diacritics
    search TEXT NOT NULL,
    -- ten-thousandths
    quantity INTEGER,
    -- hundredths of a minor unit
    price INTEGER,
    -- ten-thousandths
    norm INTEGER,
    actual_n2 INTEGER,
    budget_n1 INTEGER,
    expected_n1 INTEGER,
    requested INTEGER,
    appraised INTEGER,
    decided INTEGER,
    appraised_reason TEXT,
    decided_reason TEXT,
    -- a memo of what was stated in another currency: amount in ten-thousandths, rate in hundred-millionths; never added up
    memo_currency TEXT,
    memo_amount INTEGER,
    memo_rate INTEGER,
    PRIMARY KEY (jurisdiction, estimate, line, since),
    FOREIGN KEY (jurisdiction, estimate) REFERENCES estimates (jurisdiction, estimate),
    FOREIGN KEY (jurisdiction, counterpart) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0 AND since < until),
    CHECK (sequence > 0),
    CHECK (side IN ('REVENUE', 'FEE_REMITTED', 'FEE_RETAINED_SPENDING', 'EXPENDITURE')),
    CHECK (nature IN ('RECURRENT', 'INVESTMENT', 'INTEREST', 'RESERVE_FUND', 'CONTINGENCY', 'CARRYOVER', 'TRANSFER_DOWN', 'OTHER')),
    CHECK (autonomy IN ('AUTONOMOUS', 'NON_AUTONOMOUS', 'NOT_APPLICABLE')),
    CHECK (baseline IS NULL OR baseline IN ('ONGOING', 'NEW_SPENDING')),
    CHECK (content IS NULL OR content IN ('SCIENCE_TECH', 'INNOVATION', 'DIGITAL')),
    CHECK (channel IS NULL OR channel IN ('VIA_FUND', 'DIRECT')),
    CHECK (delegated IN (0, 1)),
    CHECK ((nature = 'TRANSFER_DOWN') = (counterpart IS NOT NULL)),
    CHECK ((quantity IS NULL) = (price IS NULL)),
    CHECK (norm IS NULL OR quantity IS NOT NULL),
    CHECK ((memo_currency IS NULL) = (memo_amount IS NULL)),
    CHECK (memo_rate IS NULL OR memo_currency IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX line_versions_current ON line_versions (jurisdiction, estimate, line) WHERE until = 9223372036854775807;
CREATE INDEX line_versions_until ON line_versions (jurisdiction, estimate, until);
