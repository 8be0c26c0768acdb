-- Schemes of budget classifications, their codes, and conversions between them.
--
-- A fact never changes and carries the revision that wrote it in `since`. A version holds for revisions
-- since <= R < until. `at` is the instant of the revision that wrote the row. Texts that are not stated are empty.

-- That a scheme exists.
CREATE TABLE schemes (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    scheme TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    -- the shipped regime that it was copied from; NULL for the jurisdiction's own
    regime TEXT COLLATE "C",
    PRIMARY KEY (jurisdiction, scheme),
    CHECK (since > 0)
);

-- What it is called and the fiscal years in which it holds. No two hold in one year: that compares ranges of rows, which
-- SQL cannot say on both engines; the code looks for it under the gate.
CREATE TABLE scheme_versions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    scheme TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL,
    english_name TEXT COLLATE "C" NOT NULL,
    first_fiscal_year BIGINT NOT NULL,
    -- NULL while no end is known
    last_fiscal_year BIGINT,
    citation TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, scheme, since),
    FOREIGN KEY (jurisdiction, scheme) REFERENCES schemes (jurisdiction, scheme),
    CHECK (since > 0 AND since < until),
    CHECK (display_name <> ''),
    CHECK (first_fiscal_year BETWEEN 1900 AND 2199),
    CHECK (last_fiscal_year IS NULL OR last_fiscal_year BETWEEN first_fiscal_year AND 2199)
);
CREATE UNIQUE INDEX scheme_versions_current ON scheme_versions (jurisdiction, scheme) WHERE until = 9223372036854775807;
CREATE INDEX scheme_versions_until ON scheme_versions (jurisdiction, scheme, until);

-- That a code exists in a dimension of a scheme. The same digits in two schemes are two codes.
CREATE TABLE codes (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    scheme TEXT COLLATE "C" NOT NULL,
    dimension TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, scheme, dimension, code),
    FOREIGN KEY (jurisdiction, scheme) REFERENCES schemes (jurisdiction, scheme),
    CHECK (since > 0),
    CHECK (dimension IN ('ADMINISTRATIVE', 'FUNCTIONAL', 'ECONOMIC', 'SOURCE', 'PROGRAMME', 'GEOGRAPHIC')),
    CHECK (code <> '')
);

-- What it means and where it stands. Cycles cannot be said in SQL; the code looks for them under the gate.
CREATE TABLE code_versions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    scheme TEXT COLLATE "C" NOT NULL,
    dimension TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    -- the code above it; NULL at the top
    parent TEXT COLLATE "C",
    display_name TEXT COLLATE "C" NOT NULL,
    english_name TEXT COLLATE "C" NOT NULL,
    -- 1 where lines may use it
    postable BIGINT NOT NULL,
    provenance TEXT COLLATE "C" NOT NULL,
    citation TEXT COLLATE "C" NOT NULL,
    -- of functional codes only; NULL takes that of the nearest code above
    field TEXT COLLATE "C",
    -- of source codes only; NULL takes that of the nearest code above
    financing_class TEXT COLLATE "C",
    -- NULL for as long as the scheme holds
    last_fiscal_year BIGINT,
    note TEXT COLLATE "C" NOT NULL,
    -- the code, a blank, and both names, without case and diacritics
    search TEXT COLLATE "C" NOT NULL,
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
);
CREATE UNIQUE INDEX code_versions_current ON code_versions (jurisdiction, scheme, dimension, code) WHERE until = 9223372036854775807;
CREATE INDEX code_versions_parent ON code_versions (jurisdiction, scheme, dimension, parent, until);
CREATE INDEX code_versions_until ON code_versions (jurisdiction, scheme, dimension, code, until);

-- That a code of one scheme has a conversion into another. It may end and begin again, so there is no fact of it.
CREATE TABLE conversions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    scheme TEXT COLLATE "C" NOT NULL,
    target_scheme TEXT COLLATE "C" NOT NULL,
    dimension TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    citation TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, scheme, target_scheme, dimension, code, since),
    FOREIGN KEY (jurisdiction, scheme, dimension, code) REFERENCES codes (jurisdiction, scheme, dimension, code),
    FOREIGN KEY (jurisdiction, target_scheme) REFERENCES schemes (jurisdiction, scheme),
    CHECK (since > 0 AND since < until),
    CHECK (scheme <> target_scheme)
);
CREATE UNIQUE INDEX conversions_current ON conversions (jurisdiction, scheme, target_scheme, dimension, code) WHERE until = 9223372036854775807;
CREATE INDEX conversions_until ON conversions (jurisdiction, scheme, target_scheme, dimension, code, until);

-- What the code becomes, and the part of each in basis points. The parts of one conversion add to 10,000, which is a sum
-- over rows that SQL cannot check here; the code does. They begin and end with their conversion.
CREATE TABLE conversion_targets (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    scheme TEXT COLLATE "C" NOT NULL,
    target_scheme TEXT COLLATE "C" NOT NULL,
    dimension TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    share_bp BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, scheme, target_scheme, dimension, code, target, since),
    FOREIGN KEY (jurisdiction, scheme, target_scheme, dimension, code, since) REFERENCES conversions (jurisdiction, scheme, target_scheme, dimension, code, since),
    FOREIGN KEY (jurisdiction, target_scheme, dimension, target) REFERENCES codes (jurisdiction, scheme, dimension, code),
    CHECK (since > 0 AND since < until),
    CHECK (share_bp BETWEEN 1 AND 10000)
);
CREATE UNIQUE INDEX conversion_targets_current ON conversion_targets (jurisdiction, scheme, target_scheme, dimension, code, target) WHERE until = 9223372036854775807;
CREATE INDEX conversion_targets_until ON conversion_targets (jurisdiction, scheme, target_scheme, dimension, code, until);
