-- Rows of the kind that this step added go with it.
DROP TABLE pay_lines;
DROP TABLE funding_rules;
ALTER TABLE pay_parameters RENAME TO pay_parameters_before;
DROP INDEX pay_parameters_current;
DROP INDEX pay_parameters_until;
CREATE TABLE pay_parameters (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    at INTEGER NOT NULL,
    ends_on TEXT,
    display_name TEXT NOT NULL,
    amount INTEGER,
    coefficient INTEGER,
    rate_bp INTEGER,
    later_rate_bp INTEGER,
    months INTEGER,
    target TEXT,
    method TEXT,
    base TEXT,
    percent_of TEXT,
    cap INTEGER,
    staff_kinds TEXT,
    category TEXT,
    economic TEXT,
    provenance TEXT NOT NULL,
    citation TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, kind, code, starts_on, since),
    CHECK (since > 0 AND since < until),
    CHECK (code <> ''),
    CHECK (length(starts_on) = 10),
    CHECK (ends_on IS NULL OR (length(ends_on) = 10 AND starts_on < ends_on)),
    CHECK (kind IN ('BASE_SALARY', 'SCALE', 'STEP', 'RANK', 'ALLOWANCE', 'COMPONENT', 'ENTRY', 'RETIREMENT_AGE')),
    CHECK (kind <> 'BASE_SALARY' OR (amount IS NOT NULL AND amount > 0)),
    CHECK (kind <> 'SCALE' OR (months IS NOT NULL AND months > 0)),
    CHECK (kind <> 'STEP' OR (coefficient IS NOT NULL AND coefficient >= 0)),
    CHECK (kind <> 'RANK' OR (target IS NOT NULL AND target <> '')),
    CHECK (kind <> 'ALLOWANCE' OR (target IS NOT NULL AND target <> '' AND coefficient IS NOT NULL AND coefficient >= 0)),
    CHECK (kind <> 'ENTRY' OR (coefficient IS NOT NULL AND coefficient >= 0)),
    CHECK (kind <> 'RETIREMENT_AGE' OR (months IS NOT NULL AND months > 0)),
    CHECK (kind <> 'COMPONENT' OR (method IS NOT NULL AND category IS NOT NULL AND method IN ('GRADE', 'COEFFICIENT', 'BEYOND_SCALE', 'PERCENT') AND category IN ('SALARY', 'ALLOWANCE', 'CONTRIBUTION', 'BONUS', 'OTHER'))),
    CHECK (provenance IN ('SOURCED', 'MEMORY_HIGH', 'MEMORY_MEDIUM', 'IMPORTED', 'OWN'))
) STRICT;
INSERT INTO pay_parameters (jurisdiction, since, until, kind, code, starts_on, at, ends_on, display_name, amount, coefficient, rate_bp, later_rate_bp, months, target, method, base, percent_of, cap, staff_kinds, category, economic, provenance, citation, note)
SELECT jurisdiction, since, until, kind, code, starts_on, at, ends_on, display_name, amount, coefficient, rate_bp, later_rate_bp, months, target, method, base, percent_of, cap, staff_kinds, category, economic, provenance, citation, note
  FROM pay_parameters_before WHERE kind <> 'NON_AUTONOMOUS';
DROP TABLE pay_parameters_before;
CREATE UNIQUE INDEX pay_parameters_current ON pay_parameters (jurisdiction, kind, code, starts_on) WHERE until = 9223372036854775807;
CREATE INDEX pay_parameters_until ON pay_parameters (jurisdiction, kind, until);
