-- Schemes of budget classifications, their codes, and conversions between them.
--
-- A fact never changes and carries the revision that wrote it in `since`. A version holds for revisions
-- since <= R < until. `at` is the instant of the revision that wrote the row. Texts that are not stated are empty.

-- That a scheme exists.
CREATE TABLE schemes (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    scheme TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- the shipped regime that it was copied from; NULL for the jurisdiction's own
    regime TEXT,
    PRIMARY KEY (jurisdiction, scheme),
    CHECK (since > 0)
) STRICT;

-- What it is called and the fiscal years in which it holds. No two hold in one year: that compares ranges of rows, which
-- SQL cannot say on both engines; the code looks for it under the gate.
CREATE TABLE scheme_versions (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    scheme TEXT NOT NULL,
    at INTEGER NOT NULL,
    display_name TEXT NOT NULL,
    english_name TEXT NOT NULL,
    first_fiscal_year INTEGER NOT NULL,
    -- NULL while no end is known
    last_fiscal_year INTEGER,
    citation TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, scheme, since),
    FOREIGN KEY (jurisdiction, scheme) REFERENCES schemes (jurisdiction, scheme),
    CHECK (since > 0 AND since < until),
    CHECK (display_name <> ''),
    CHECK (first_fiscal_year BETWEEN 1900 AND 2199),
    CHECK (last_fiscal_year IS NULL OR last_fiscal_year BETWEEN first_fiscal_year AND 2199)
) STRICT;
CREATE UNIQUE INDEX scheme_versions_current ON scheme_versions (jurisdiction, scheme) WHERE until = 9223372036854775807;
CREATE INDEX scheme_versions_until ON scheme_versions (jurisdiction, scheme, until);

-- That a code exists in a dimension of a scheme. The same digits in two schemes are two codes.
CREATE TABLE codes (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    scheme TEXT NOT NULL,
    dimension TEXT NOT NULL,
    code TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (jurisdiction, scheme, dimension, code),
    FOREIGN KEY (jurisdiction, scheme) REFERENCES schemes (jurisdiction, scheme),
    CHECK (since > 0),
    CHECK (dimension IN ('ADMINISTRATIVE', 'FUNCTIONAL', 'ECONOMIC', 'SOURCE', 'PROGRAMME', 'GEOGRAPHIC')),
    CHECK (code <> '')
) STRICT;

-- What it means and where it stands. Cycles cannot be said in SQL; the code looks for them under the gate.
CREATE TABLE code_versions (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    scheme TEXT NOT NULL,
    dimension TEXT NOT NULL,
    code TEXT NOT NULL,
    at INTEGER NOT NULL,
    -- the code above it; NULL at the top
    parent TEXT,
    display_name TEXT NOT NULL,
    english_name TEXT NOT NULL,
    -- 1 where lines may use it
    postable INTEGER NOT NULL,
    provenance TEXT NOT NULL,
    citation TEXT NOT NULL,
    -- of functional codes only; NULL takes that of the nearest code above
    field TEXT,
    -- of source codes only; NULL takes that of the nearest code above
    financing_class TEXT,
    -- NULL for as long as the scheme holds
    last_fiscal_year INTEGER,
    note TEXT NOT NULL,
    -- the code, a blank, and both names, without case and diacritics
    search TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, scheme, dimension, code, since),
    FOREIGN KEY (jurisdiction, scheme, dimension, code) REFERENCES codes (jurisdiction, scheme, dimension, code),
    FOREIGN KEY (jurisdiction, scheme, dimension, parent) REFERENCES codes (jurisdiction, scheme, dimension, code),
    CHECK (since > 0 AND since < until),
    CHECK (display_name <> ''),
    CHECK (parent IS NULL OR parent <> code),
    CHECK (postable IN (0, 1)),
    CHECK (provenance IN ('SOURCED', 'MEMORY_HIGH', 'MEMORY_MEDIUM', 'IMPORTED', 'OWN')),
    CHECK (field IS NULL OR dimension = 'FUNCTIONAL'),
    CHECK (field IS NULL OR field IN ('EDUCATION', 'SCIENCE_TECH', 'DEFENCE_SECURITY', 'HEALTH', 'CULTURE', 'BROADCAST', 'SPORTS', 'ENVIRONMENT', 'ECONOMIC', 'ADMIN', 'SOCIAL', 'OTHER')),
    CHECK (financing_class IS NULL OR dimension = 'SOURCE'),
    CHECK (financing_class IS NULL OR financing_class IN ('CENTRAL', 'LOCAL', 'FUND', 'ENTERPRISE', 'FOREIGN', 'OTHER')),
    CHECK (last_fiscal_year IS NULL OR last_fiscal_year BETWEEN 1900 AND 2199)
) STRICT;
CREATE UNIQUE INDEX code_versions_current ON code_versions (jurisdiction, scheme, dimension, code) WHERE until = 9223372036854775807;
CREATE INDEX code_versions_parent ON code_versions (jurisdiction, scheme, dimension, parent, until);
CREATE INDEX code_versions_until ON code_versions (jurisdiction, scheme, dimension, code, until);

-- That a code of one scheme has a conversion into another. It may end and begin again, so there is no fact of it.
CREATE TABLE conversions (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    scheme TEXT NOT NULL,
    target_scheme TEXT NOT NULL,
    dimension TEXT NOT NULL,
    code TEXT NOT NULL,
    at INTEGER NOT NULL,
    citation TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, scheme, target_scheme, dimension, code, since),
    FOREIGN KEY (jurisdiction, scheme, dimension, code) REFERENCES codes (jurisdiction, scheme, dimension, code),
    FOREIGN KEY (jurisdiction, target_scheme) REFERENCES schemes (jurisdiction, scheme),
    CHECK (since > 0 AND since < until),
    CHECK (scheme <> target_scheme)
) STRICT;
CREATE UNIQUE INDEX conversions_current ON conversions (jurisdiction, scheme, target_scheme, dimension, code) WHERE until = 9223372036854775807;
CREATE INDEX conversions_until ON conversions (jurisdiction, scheme, target_scheme, dimension, code, until);

-- What the code becomes, and the part of each in basis points. The parts of one conversion add to 10,000, which is a sum
-- over rows that SQL cannot check here; the code does. They begin and end with their conversion.
CREATE TABLE conversion_targets (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    scheme TEXT NOT NULL,
    target_scheme TEXT NOT NULL,
    dimension TEXT NOT NULL,
    code TEXT NOT NULL,
    target TEXT NOT NULL,
    share_bp INTEGER NOT NULL,
    PRIMARY KEY (jurisdiction, scheme, target_scheme, dimension, code, target, since),
    FOREIGN KEY (jurisdiction, scheme, target_scheme, dimension, code, since) REFERENCES conversions (jurisdiction, scheme, target_scheme, dimension, code, since),
    FOREIGN KEY (jurisdiction, target_scheme, dimension, target) REFERENCES codes (jurisdiction, scheme, dimension, code),
    CHECK (since > 0 AND since < until),
    CHECK (share_bp BETWEEN 1 AND 10000)
) STRICT;
CREATE UNIQUE INDEX conversion_targets_current ON conversion_targets (jurisdiction, scheme, target_scheme, dimension, code, target) WHERE until = 9223372036854775807;
CREATE INDEX conversion_targets_until ON conversion_targets (jurisdiction, scheme, target_scheme, dimension, code, until);
