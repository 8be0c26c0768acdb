-- Jurisdictions and their units.
--
-- A fact never changes and carries the revision that wrote it in `since`. A version holds for revisions
-- since <= R < until. `at` is the instant of the revision that wrote the row.

-- The list of jurisdictions, in the journal of `system`. Currency and fiscal year never change: every amount and every
-- year of the jurisdiction is meant in them.
CREATE TABLE jurisdictions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    currency_exponent BIGINT NOT NULL,
    fiscal_year_start_month BIGINT NOT NULL,
    fiscal_year_labelling TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, id),
    CHECK (jurisdiction = 'system'),
    CHECK (id <> 'system'),
    CHECK (length(currency) = 3),
    CHECK (currency_exponent BETWEEN 0 AND 4),
    CHECK (fiscal_year_start_month BETWEEN 1 AND 12),
    CHECK (fiscal_year_labelling IN ('BY_START', 'BY_END'))
);

CREATE TABLE jurisdiction_versions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL,
    time_zone TEXT COLLATE "C" NOT NULL,
    -- name and id without case and diacritics
    search TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, id, since),
    FOREIGN KEY (jurisdiction, id) REFERENCES jurisdictions (jurisdiction, id),
    CHECK (since > 0 AND since < until),
    CHECK (display_name <> '')
);
CREATE UNIQUE INDEX jurisdiction_versions_current ON jurisdiction_versions (jurisdiction, id) WHERE until = 9223372036854775807;
CREATE INDEX jurisdiction_versions_until ON jurisdiction_versions (jurisdiction, id, until);

CREATE TABLE units (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, unit),
    CHECK (since > 0)
);

-- What a unit is and where it stands. Cycles cannot be said in SQL; the code looks for them under the gate.
CREATE TABLE unit_versions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    -- empty for a root would not be a reference; NULL is
    parent TEXT COLLATE "C",
    display_name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    government_level TEXT COLLATE "C" NOT NULL,
    unit_level TEXT COLLATE "C" NOT NULL,
    autonomy_group TEXT COLLATE "C",
    opens_on TEXT COLLATE "C",
    -- the first day on which the unit no longer exists
    closes_on TEXT COLLATE "C",
    -- name, id and external codes without case and diacritics
    search TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, unit, since),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    FOREIGN KEY (jurisdiction, parent) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0 AND since < until),
    CHECK (display_name <> ''),
    CHECK (parent IS NULL OR parent <> unit),
    CHECK (opens_on IS NULL OR length(opens_on) = 10),
    CHECK (closes_on IS NULL OR length(closes_on) = 10),
    CHECK (opens_on IS NULL OR closes_on IS NULL OR opens_on < closes_on),
    CHECK (kind IN ('MINISTRY', 'PROVINCE', 'DISTRICT', 'COMMUNE', 'COUNCIL', 'COMMITTEE', 'DEPARTMENT', 'PUBLIC_SERVICE_UNIT', 'FUND', 'INTERNAL_DIVISION', 'OTHER')),
    CHECK (government_level IN ('CENTRAL', 'PROVINCE', 'DISTRICT', 'COMMUNE')),
    CHECK (unit_level IN ('LEVEL_I', 'LEVEL_II', 'USING_UNIT', 'NONE')),
    CHECK (autonomy_group IS NULL OR autonomy_group IN ('ONE', 'TWO', 'THREE', 'FOUR'))
);
CREATE UNIQUE INDEX unit_versions_current ON unit_versions (jurisdiction, unit) WHERE until = 9223372036854775807;
CREATE INDEX unit_versions_parent ON unit_versions (jurisdiction, parent, until);
CREATE INDEX unit_versions_until ON unit_versions (jurisdiction, unit, until);

-- What a unit does for all units below its parent, for a time.
CREATE TABLE unit_functions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    function TEXT COLLATE "C" NOT NULL,
    starts_on TEXT COLLATE "C" NOT NULL,
    ends_on TEXT COLLATE "C",
    PRIMARY KEY (jurisdiction, unit, function, starts_on, since),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0 AND since < until),
    CHECK (function IN ('FINANCE', 'PLANNING', 'HOME_AFFAIRS', 'COUNCIL')),
    CHECK (length(starts_on) = 10),
    CHECK (ends_on IS NULL OR (length(ends_on) = 10 AND starts_on < ends_on))
);
CREATE UNIQUE INDEX unit_functions_current ON unit_functions (jurisdiction, unit, function, starts_on) WHERE until = 9223372036854775807;
CREATE INDEX unit_functions_until ON unit_functions (jurisdiction, unit, until);

-- The codes by which other systems know a unit; one code of one system names one unit.
CREATE TABLE unit_codes (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    system TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, unit, system, code, since),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0 AND since < until),
    CHECK (code <> '')
);
CREATE UNIQUE INDEX unit_codes_current ON unit_codes (jurisdiction, system, code) WHERE until = 9223372036854775807;
CREATE INDEX unit_codes_lookup ON unit_codes (jurisdiction, system, code, until);
CREATE INDEX unit_codes_until ON unit_codes (jurisdiction, unit, until);

-- Who goes on with the work of a closed unit.
CREATE TABLE unit_successors (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    successor TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, unit, successor, since),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    FOREIGN KEY (jurisdiction, successor) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0 AND since < until),
    CHECK (unit <> successor)
);
CREATE UNIQUE INDEX unit_successors_current ON unit_successors (jurisdiction, unit, successor) WHERE until = 9223372036854775807;
CREATE INDEX unit_successors_until ON unit_successors (jurisdiction, unit, until);
