-- Plans over several years, their items, and what was reported of them.
--
-- Values of indicators are decimals in ten-thousandths, amounts whole minor units. NULL is "not stated", which is not 0.

-- That a plan exists, with what never changes. The id is never used again.
CREATE TABLE plans (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    plan TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, plan),
    UNIQUE (jurisdiction, plan, unit, kind),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0),
    CHECK (kind IN ('DEVELOPMENT', 'FIVE_YEAR_FINANCIAL', 'PUBLIC_INVESTMENT', 'THREE_YEAR_FINANCIAL', 'ANNUAL', 'PROJECT_LIST', 'ACTION_PROGRAMME'))
);

-- The header: moves with every change of the plan or of any of its items, so it is small. Unit and kind are repeated for lists; the
-- reference keeps them alike.
CREATE TABLE plan_versions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    plan TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    -- the period as published, as it was typed
    label TEXT COLLATE "C" NOT NULL,
    first_year BIGINT NOT NULL,
    last_year BIGINT NOT NULL,
    -- the year that is compared with
    base_year BIGINT,
    state TEXT COLLATE "C" NOT NULL,
    -- how often it was submitted; counts on through amendments
    submission BIGINT NOT NULL,
    -- 0 is the first text, n its n-th amendment
    number BIGINT NOT NULL,
    -- the revision whose text is in force; NULL before the first approval
    in_force BIGINT,
    item_count BIGINT NOT NULL,
    -- the sequence number that the last item got; never goes back
    last_sequence BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, plan, since),
    FOREIGN KEY (jurisdiction, plan, unit, kind) REFERENCES plans (jurisdiction, plan, unit, kind),
    CHECK (since > 0 AND since < until),
    CHECK (first_year BETWEEN 1900 AND 2199 AND last_year BETWEEN first_year AND first_year + 9),
    CHECK (base_year IS NULL OR base_year BETWEEN 1900 AND 2199),
    CHECK (state IN ('DRAFT', 'SUBMITTED', 'ENDORSED', 'APPRAISED', 'APPROVED', 'CLOSED', 'CANCELLED')),
    CHECK (submission >= 0 AND number >= 0),
    CHECK (in_force IS NULL OR in_force BETWEEN 1 AND since),
    CHECK (number = 0 OR in_force IS NOT NULL),
    CHECK ((state IN ('APPROVED', 'CLOSED')) <= (in_force IS NOT NULL)),
    CHECK (item_count BETWEEN 0 AND last_sequence)
);
CREATE UNIQUE INDEX plan_versions_current ON plan_versions (jurisdiction, plan) WHERE until = 9223372036854775807;
CREATE INDEX plan_versions_until ON plan_versions (jurisdiction, plan, until);
CREATE INDEX plan_versions_year ON plan_versions (jurisdiction, first_year, unit, until);

-- The long texts and references, apart from the header: an item's edit copies bytes, not kilobytes.
CREATE TABLE plan_texts (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    plan TEXT COLLATE "C" NOT NULL,
    narrative TEXT COLLATE "C" NOT NULL,
    -- a JSON array of {number, issued_on, issuer, title}
    legal_basis TEXT COLLATE "C" NOT NULL,
    -- a JSON array of ids of plans
    refers_to TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, plan, since),
    FOREIGN KEY (jurisdiction, plan) REFERENCES plans (jurisdiction, plan),
    CHECK (since > 0 AND since < until)
);
CREATE UNIQUE INDEX plan_texts_current ON plan_texts (jurisdiction, plan) WHERE until = 9223372036854775807;
CREATE INDEX plan_texts_until ON plan_texts (jurisdiction, plan, until);

-- An item: a section, goal, indicator, task or row of money. One table, since all are read together in the order of entry; which
-- columns belong to which kind is checked. References between items are judged by the command on the plan as a whole, and by fsck:
-- a reference in SQL would have to point at versions.
CREATE TABLE plan_item_versions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    plan TEXT COLLATE "C" NOT NULL,
    item TEXT COLLATE "C" NOT NULL,
    -- keeps the order of entry
    sequence BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    -- the body of a section, the note of an indicator or of a row of money, the output of a task
    body TEXT COLLATE "C" NOT NULL,
    -- code and title without case and diacritics
    search TEXT COLLATE "C" NOT NULL,
    goal_group TEXT COLLATE "C",
    -- the goal of an indicator or a task
    goal TEXT COLLATE "C",
    measure TEXT COLLATE "C",
    value_kind TEXT COLLATE "C",
    direction TEXT COLLATE "C",
    comparator TEXT COLLATE "C",
    aggregation TEXT COLLATE "C",
    cumulative BIGINT,
    decimals BIGINT,
    formula TEXT COLLATE "C",
    numerator TEXT COLLATE "C",
    denominator TEXT COLLATE "C",
    baseline_year BIGINT,
    baseline BIGINT,
    -- a JSON array of {year, value, upper}; year 0 is the whole period
    targets TEXT COLLATE "C",
    source TEXT COLLATE "C",
    -- the unit that does a task, NULL for the unit of the plan
    unit TEXT COLLATE "C",
    -- a JSON array of ids of units
    partners TEXT COLLATE "C",
    starts_on TEXT COLLATE "C",
    ends_on TEXT COLLATE "C",
    authority TEXT COLLATE "C",
    -- the goal of another plan, as plan/goal
    serves TEXT COLLATE "C",
    outside_reason TEXT COLLATE "C",
    -- the task whose money it is, NULL for the whole plan's
    holder TEXT COLLATE "C",
    -- 0 is the sum over the years
    year BIGINT,
    -- NULL is the sum over the classes
    financing_class TEXT COLLATE "C",
    -- NULL is the sum over the natures
    nature TEXT COLLATE "C",
    amount BIGINT,
    PRIMARY KEY (jurisdiction, plan, item, since),
    FOREIGN KEY (jurisdiction, plan) REFERENCES plans (jurisdiction, plan),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0 AND since < until),
    CHECK (sequence > 0),
    CHECK (kind IN ('SECTION', 'GOAL', 'INDICATOR', 'TASK', 'FUNDING')),
    CHECK ((kind = 'GOAL') = (goal_group IS NOT NULL)),
    CHECK (goal IS NULL OR kind IN ('INDICATOR', 'TASK')),
    CHECK ((kind = 'INDICATOR') = (measure IS NOT NULL)),
    CHECK ((kind = 'INDICATOR') = (value_kind IS NOT NULL)),
    CHECK ((kind = 'INDICATOR') = (aggregation IS NOT NULL)),
    CHECK ((kind = 'INDICATOR') = (cumulative IS NOT NULL)),
    CHECK ((kind = 'INDICATOR') = (decimals IS NOT NULL)),
    CHECK ((kind = 'INDICATOR') = (targets IS NOT NULL)),
    CHECK ((kind = 'INDICATOR') = (source IS NOT NULL)),
    CHECK (value_kind IS NULL OR value_kind IN ('COUNT', 'MONEY', 'PERCENT', 'RATIO', 'BOOLEAN', 'TEXT')),
    CHECK (direction IS NULL OR kind = 'INDICATOR' AND direction IN ('UP', 'DOWN', 'MAINTAIN')),
    CHECK (comparator IS NULL OR kind = 'INDICATOR' AND comparator IN ('AT_LEAST', 'AT_MOST', 'EQUAL', 'RANGE')),
    CHECK (aggregation IS NULL OR aggregation IN ('SUM', 'LAST', 'AVERAGE', 'RATIO_OF_SUMS', 'DISTINCT')),
    CHECK (cumulative IS NULL OR cumulative IN (0, 1)),
    CHECK (decimals IS NULL OR decimals BETWEEN 0 AND 4),
    CHECK (formula IS NULL OR kind = 'INDICATOR' AND numerator IS NULL),
    CHECK ((numerator IS NULL) = (denominator IS NULL)),
    CHECK (numerator IS NULL OR aggregation = 'RATIO_OF_SUMS'),
    CHECK ((baseline_year IS NULL) = (baseline IS NULL)),
    CHECK (baseline IS NULL OR kind = 'INDICATOR'),
    CHECK (unit IS NULL OR kind = 'TASK'),
    CHECK ((kind = 'TASK') = (partners IS NOT NULL)),
    CHECK ((kind = 'TASK') = (authority IS NOT NULL)),
    CHECK ((kind = 'TASK') = (outside_reason IS NOT NULL)),
    CHECK (serves IS NULL OR kind = 'TASK'),
    CHECK (starts_on IS NULL OR kind = 'TASK'),
    CHECK (ends_on IS NULL OR kind = 'TASK'),
    CHECK (starts_on IS NULL OR ends_on IS NULL OR starts_on < ends_on),
    CHECK (holder IS NULL OR kind = 'FUNDING'),
    CHECK ((kind = 'FUNDING') = (year IS NOT NULL)),
    CHECK ((kind = 'FUNDING') = (amount IS NOT NULL)),
    CHECK (year IS NULL OR year = 0 OR year BETWEEN 1900 AND 2199),
    CHECK (financing_class IS NULL OR kind = 'FUNDING' AND financing_class IN ('CENTRAL', 'LOCAL', 'FUND', 'ENTERPRISE', 'FOREIGN', 'OTHER')),
    CHECK (nature IS NULL OR kind = 'FUNDING' AND nature IN ('RECURRENT', 'INVESTMENT', 'INTEREST', 'RESERVE_FUND', 'CONTINGENCY', 'CARRYOVER', 'TRANSFER_DOWN', 'OTHER'))
);
CREATE UNIQUE INDEX plan_item_versions_current ON plan_item_versions (jurisdiction, plan, item) WHERE until = 9223372036854775807;
CREATE INDEX plan_item_versions_until ON plan_item_versions (jurisdiction, plan, until);

-- What was reported of an indicator for a period. It stands beside the plan and moves none of its versions. A report without value, text
-- and members says that nothing was reported, which is not 0. Indicators are items, at which nothing can point; fsck checks them.
CREATE TABLE actual_versions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    plan TEXT COLLATE "C" NOT NULL,
    indicator TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    -- 0 is the whole year
    quarter BIGINT NOT NULL,
    at BIGINT NOT NULL,
    status TEXT COLLATE "C" NOT NULL,
    -- ten-thousandths
    value BIGINT,
    text TEXT COLLATE "C",
    -- a JSON array of the ids of what is counted
    members TEXT COLLATE "C",
    -- why it is revised
    reason TEXT COLLATE "C" NOT NULL,
    evidence TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, plan, indicator, year, quarter, since),
    FOREIGN KEY (jurisdiction, plan) REFERENCES plans (jurisdiction, plan),
    CHECK (since > 0 AND since < until),
    CHECK (year BETWEEN 1900 AND 2199 AND quarter BETWEEN 0 AND 4),
    CHECK (status IN ('PROVISIONAL', 'OFFICIAL', 'REVISED')),
    CHECK ((status = 'REVISED') = (reason <> '')),
    CHECK (value IS NULL OR text IS NULL AND members IS NULL),
    CHECK (text IS NULL OR members IS NULL)
);
CREATE UNIQUE INDEX actual_versions_current ON actual_versions (jurisdiction, plan, indicator, year, quarter)
    WHERE until = 9223372036854775807;
CREATE INDEX actual_versions_until ON actual_versions (jurisdiction, plan, until);

-- What was reported of a task.
CREATE TABLE progress_versions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    plan TEXT COLLATE "C" NOT NULL,
    task TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    progress TEXT COLLATE "C" NOT NULL,
    -- how much of it is done, in basis points
    done BIGINT,
    note TEXT COLLATE "C" NOT NULL,
    evidence TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, plan, task, since),
    FOREIGN KEY (jurisdiction, plan) REFERENCES plans (jurisdiction, plan),
    CHECK (since > 0 AND since < until),
    CHECK (progress IN ('NOT_STARTED', 'IN_PROGRESS', 'DONE_ON_TIME', 'DONE_LATE', 'LATE', 'SUSPENDED', 'CANCELLED')),
    CHECK (done IS NULL OR done BETWEEN 0 AND 10000)
);
CREATE UNIQUE INDEX progress_versions_current ON progress_versions (jurisdiction, plan, task) WHERE until = 9223372036854775807;
CREATE INDEX progress_versions_until ON progress_versions (jurisdiction, plan, until);
