-- Pay parameters: what pay is calculated from, as dated rows that a jurisdiction owns.
--
-- A row is in force from `starts_on` until the next row of the same kind and code begins, or until its own `ends_on`. Which
-- columns carry its value depends on the kind. Coefficients have four decimals, rates are basis points. References between
-- rows are by code and hold whatever the day, so SQL cannot say them; the code looks under the gate.
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
    -- BASE_SALARY: minor units a month
    amount INTEGER,
    -- STEP, ALLOWANCE, ENTRY, COMPONENT (where everybody has the same)
    coefficient INTEGER,
    -- SCALE: beyond the last step; COMPONENT: of what it is a percentage of
    rate_bp INTEGER,
    -- SCALE, COMPONENT: what is added to it after each further year
    later_rate_bp INTEGER,
    -- SCALE: from step to step; COMPONENT: before it is paid; RETIREMENT_AGE: the age
    months INTEGER,
    -- RANK: the scale; ALLOWANCE: the component
    target TEXT,
    method TEXT,
    -- COMPONENT: the code of the base salary
    base TEXT,
    -- COMPONENT: the components that it is a percentage of, with commas between; they are only read together
    percent_of TEXT,
    -- COMPONENT: what it is a percentage of is at most this coefficient of the base
    cap INTEGER,
    -- COMPONENT: who gets it, with commas between; empty is everybody
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
CREATE UNIQUE INDEX pay_parameters_current ON pay_parameters (jurisdiction, kind, code, starts_on) WHERE until = 9223372036854775807;
CREATE INDEX pay_parameters_until ON pay_parameters (jurisdiction, kind, until);
