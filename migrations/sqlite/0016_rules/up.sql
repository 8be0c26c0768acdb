-- Which sets of rules a jurisdiction has enabled, and which rules it takes more or less gravely than they ship. The rules themselves are
-- code; what they rest on ships with them.

-- A set of rules is tested on documents of these fiscal years.
CREATE TABLE rule_sets (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    -- as VIETNAM
    rule_set TEXT NOT NULL,
    first_year INTEGER NOT NULL,
    -- NULL: no end is known
    last_year INTEGER,
    PRIMARY KEY (jurisdiction, rule_set, since),
    CHECK (since > 0 AND until > since),
    CHECK (last_year IS NULL OR first_year <= last_year)
) STRICT;
CREATE UNIQUE INDEX rule_sets_current ON rule_sets (jurisdiction, rule_set) WHERE until = 9223372036854775807;
CREATE INDEX rule_sets_until ON rule_sets (jurisdiction, rule_set, until);

-- What breaking a rule means in these fiscal years.
CREATE TABLE rule_settings (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    -- as BUD-04
    rule TEXT NOT NULL,
    -- while a unit asks, and when it is decided on
    asking TEXT NOT NULL,
    deciding TEXT NOT NULL,
    first_year INTEGER NOT NULL,
    last_year INTEGER,
    -- what the jurisdiction rests it on; empty where nothing
    document TEXT NOT NULL,
    article TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, rule, since),
    CHECK (since > 0 AND until > since),
    CHECK (asking IN ('ERROR', 'WARNING', 'INFO')),
    CHECK (deciding IN ('ERROR', 'WARNING', 'INFO')),
    CHECK (last_year IS NULL OR first_year <= last_year)
) STRICT;
CREATE UNIQUE INDEX rule_settings_current ON rule_settings (jurisdiction, rule) WHERE until = 9223372036854775807;
CREATE INDEX rule_settings_until ON rule_settings (jurisdiction, rule, until);
