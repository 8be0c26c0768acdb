-- Budget estimates and their lines.
--
-- Amounts are whole minor units of the jurisdiction's currency. NULL is "not stated", which is not 0.

-- That an estimate exists, and its key, which never changes. The id is never used again.
CREATE TABLE estimates (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    estimate TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    fiscal_year BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    -- which published or executed figures a REFERENCE estimate holds; empty for the other kinds
    series TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    -- the scheme that held for the fiscal year when the estimate was made
    scheme TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, estimate),
    UNIQUE (jurisdiction, estimate, unit, fiscal_year, kind, series, sequence),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    FOREIGN KEY (jurisdiction, scheme) REFERENCES schemes (jurisdiction, scheme),
    CHECK (since > 0),
    CHECK (fiscal_year BETWEEN 1900 AND 2199),
    CHECK (kind IN ('ANNUAL', 'REDONE', 'SUPPLEMENT', 'REFERENCE')),
    CHECK ((kind = 'REFERENCE') = (series <> '')),
    CHECK (sequence BETWEEN 1 AND 9999)
);

-- The header: moves with every change of the estimate or of any of its lines, so it is small. The key is repeated so that it
-- can be unique among the estimates that are there; the reference keeps the two alike.
CREATE TABLE estimate_versions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    estimate TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    fiscal_year BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    series TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    scheme TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- how often it was submitted; counts on through amendments
    submission BIGINT NOT NULL,
    -- 0 is the first text, n its n-th amendment
    number BIGINT NOT NULL,
    -- the revision whose text is in force; NULL before the first approval
    in_force BIGINT,
    title TEXT COLLATE "C" NOT NULL,
    line_count BIGINT NOT NULL,
    -- the sequence number that the last line got; never goes back
    last_sequence BIGINT NOT NULL,
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
);
CREATE UNIQUE INDEX estimate_versions_current ON estimate_versions (jurisdiction, estimate) WHERE until = 9223372036854775807;
CREATE UNIQUE INDEX estimate_versions_key ON estimate_versions (jurisdiction, unit, fiscal_year, kind, series, sequence)
    WHERE until = 9223372036854775807;
CREATE INDEX estimate_versions_until ON estimate_versions (jurisdiction, estimate, until);
CREATE INDEX estimate_versions_year ON estimate_versions (jurisdiction, fiscal_year, unit, until);

-- The long texts, apart from the header: a line's edit copies bytes, not kilobytes.
CREATE TABLE estimate_texts (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    estimate TEXT COLLATE "C" NOT NULL,
    narrative TEXT COLLATE "C" NOT NULL,
    -- a JSON array of {number, issued_on, issuer, title}
    legal_basis TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, estimate, since),
    FOREIGN KEY (jurisdiction, estimate) REFERENCES estimates (jurisdiction, estimate),
    CHECK (since > 0 AND since < until)
);
CREATE UNIQUE INDEX estimate_texts_current ON estimate_texts (jurisdiction, estimate) WHERE until = 9223372036854775807;
CREATE INDEX estimate_texts_until ON estimate_texts (jurisdiction, estimate, until);

-- The sums of an estimate's lines by side, nature and autonomy: of each stage the sum, and how many lines state it.
CREATE TABLE estimate_totals (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    estimate TEXT COLLATE "C" NOT NULL,
    side TEXT COLLATE "C" NOT NULL,
    nature TEXT COLLATE "C" NOT NULL,
    autonomy TEXT COLLATE "C" NOT NULL,
    line_count BIGINT NOT NULL,
    actual_n2 BIGINT NOT NULL,
    actual_n2_count BIGINT NOT NULL,
    budget_n1 BIGINT NOT NULL,
    budget_n1_count BIGINT NOT NULL,
    expected_n1 BIGINT NOT NULL,
    expected_n1_count BIGINT NOT NULL,
    requested BIGINT NOT NULL,
    requested_count BIGINT NOT NULL,
    appraised BIGINT NOT NULL,
    appraised_count BIGINT NOT NULL,
    decided BIGINT NOT NULL,
    decided_count BIGINT NOT NULL,
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
);
CREATE UNIQUE INDEX estimate_totals_current ON estimate_totals (jurisdiction, estimate, side, nature, autonomy)
    WHERE until = 9223372036854775807;
CREATE INDEX estimate_totals_until ON estimate_totals (jurisdiction, estimate, until);

-- A line. There is no table of line facts: nothing points at a line, and it would double the cost of every insert. Codes are
-- not foreign keys: six look-ups for each line would cost more than the line; the command checks them all at once, fsck again.
CREATE TABLE line_versions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    estimate TEXT COLLATE "C" NOT NULL,
    line TEXT COLLATE "C" NOT NULL,
    -- keeps the order of entry
    sequence BIGINT NOT NULL,
    side TEXT COLLATE "C" NOT NULL,
    administrative TEXT COLLATE "C",
    functional TEXT COLLATE "C",
    economic TEXT COLLATE "C",
    source TEXT COLLATE "C",
    programme TEXT COLLATE "C",
    geographic TEXT COLLATE "C",
    nature TEXT COLLATE "C" NOT NULL,
    autonomy TEXT COLLATE "C" NOT NULL,
    baseline TEXT COLLATE "C",
    content TEXT COLLATE "C",
    channel TEXT COLLATE "C",
    delegated BIGINT NOT NULL,
    -- the unit at the other end of a TRANSFER_DOWN
    counterpart TEXT COLLATE "C",
    plan_task TEXT COLLATE "C",
    project TEXT COLLATE "C",
    description TEXT COLLATE "C" NOT NULL,
    -- the description without case and diacritics
    search TEXT COLLATE "C" NOT NULL,
    -- ten-thousandths
    quantity BIGINT,
    -- hundredths of a minor unit
    price BIGINT,
    -- ten-thousandths
    norm BIGINT,
    actual_n2 BIGINT,
    budget_n1 BIGINT,
    expected_n1 BIGINT,
    requested BIGINT,
    appraised BIGINT,
    decided BIGINT,
    appraised_reason TEXT COLLATE "C",
    decided_reason TEXT COLLATE "C",
    -- a memo of what was stated in another currency: amount in ten-thousandths, rate in hundred-millionths; never added up
    memo_currency TEXT COLLATE "C",
    memo_amount BIGINT,
    memo_rate BIGINT,
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
);
CREATE UNIQUE INDEX line_versions_current ON line_versions (jurisdiction, estimate, line) WHERE until = 9223372036854775807;
CREATE INDEX line_versions_until ON line_versions (jurisdiction, estimate, until);
