-- Pay in the estimate: which money pays for whom, what the law gives without autonomy, and which lines a payroll wrote.

-- A kind of pay parameter more: what is given without autonomy. `staff_kinds`: of whom, empty is everybody; `category`: of what, NULL is
-- of all pay.
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
    CHECK (kind IN ('BASE_SALARY', 'SCALE', 'STEP', 'RANK', 'ALLOWANCE', 'COMPONENT', 'ENTRY', 'RETIREMENT_AGE', 'NON_AUTONOMOUS')),
    CHECK (kind <> 'BASE_SALARY' OR (amount IS NOT NULL AND amount > 0)),
    CHECK (kind <> 'SCALE' OR (months IS NOT NULL AND months > 0)),
    CHECK (kind <> 'STEP' OR (coefficient IS NOT NULL AND coefficient >= 0)),
    CHECK (kind <> 'RANK' OR (target IS NOT NULL AND target <> '')),
    CHECK (kind <> 'ALLOWANCE' OR (target IS NOT NULL AND target <> '' AND coefficient IS NOT NULL AND coefficient >= 0)),
    CHECK (kind <> 'ENTRY' OR (coefficient IS NOT NULL AND coefficient >= 0)),
    CHECK (kind <> 'RETIREMENT_AGE' OR (months IS NOT NULL AND months > 0)),
    CHECK (kind <> 'COMPONENT' OR (method IS NOT NULL AND category IS NOT NULL AND method IN ('GRADE', 'COEFFICIENT', 'BEYOND_SCALE', 'PERCENT') AND category IN ('SALARY', 'ALLOWANCE', 'CONTRIBUTION', 'BONUS', 'OTHER'))),
    CHECK (kind <> 'NON_AUTONOMOUS' OR (staff_kinds IS NOT NULL AND (category IS NULL OR category IN ('SALARY', 'ALLOWANCE', 'CONTRIBUTION', 'BONUS', 'OTHER')))),
    CHECK (provenance IN ('SOURCED', 'MEMORY_HIGH', 'MEMORY_MEDIUM', 'IMPORTED', 'OWN'))
) STRICT;
INSERT INTO pay_parameters (jurisdiction, since, until, kind, code, starts_on, at, ends_on, display_name, amount, coefficient, rate_bp, later_rate_bp, months, target, method, base, percent_of, cap, staff_kinds, category, economic, provenance, citation, note)
SELECT jurisdiction, since, until, kind, code, starts_on, at, ends_on, display_name, amount, coefficient, rate_bp, later_rate_bp, months, target, method, base, percent_of, cap, staff_kinds, category, economic, provenance, citation, note
  FROM pay_parameters_before;
DROP TABLE pay_parameters_before;
CREATE UNIQUE INDEX pay_parameters_current ON pay_parameters (jurisdiction, kind, code, starts_on) WHERE until = 9223372036854775807;
CREATE INDEX pay_parameters_until ON pay_parameters (jurisdiction, kind, until);

-- Which money pays a component of pay of a kind of staff of a unit, and of the units below that have no row of their own. In force from
-- `starts_on` until the next row of the same key begins, or until its own `ends_on`.
CREATE TABLE funding_rules (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    unit TEXT NOT NULL,
    -- empty: every kind
    staff_kind TEXT NOT NULL,
    -- empty: every component
    component TEXT NOT NULL,
    starts_on TEXT NOT NULL,
    at INTEGER NOT NULL,
    ends_on TEXT,
    -- codes, side and autonomy with their shares in basis points, which add to 10,000, as JSON; only read together
    shares TEXT NOT NULL,
    citation TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, unit, staff_kind, component, starts_on, since),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0 AND since < until),
    CHECK (staff_kind IN ('', 'CIVIL_SERVANT', 'PUBLIC_EMPLOYEE_BUDGET', 'PUBLIC_EMPLOYEE_REVENUE', 'SUPPORT_CONTRACT', 'TASK_CONTRACT')),
    CHECK (length(starts_on) = 10),
    CHECK (ends_on IS NULL OR (length(ends_on) = 10 AND starts_on < ends_on))
) STRICT;
CREATE UNIQUE INDEX funding_rules_current ON funding_rules (jurisdiction, unit, staff_kind, component, starts_on) WHERE until = 9223372036854775807;
CREATE INDEX funding_rules_until ON funding_rules (jurisdiction, unit, until);

-- The lines of an estimate that were generated from an HR plan, and from which text of it their figure is. Ids of lines are never used
-- again, so a row holds whether or not its line is there; a line without a row was written by a person.
CREATE TABLE pay_lines (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    estimate TEXT NOT NULL,
    line TEXT NOT NULL,
    plan TEXT NOT NULL,
    -- the revision of the plan's text
    plan_revision INTEGER NOT NULL,
    -- 1: the text in force; 0: the plan as it stood
    in_force INTEGER NOT NULL,
    PRIMARY KEY (jurisdiction, estimate, line, since),
    FOREIGN KEY (jurisdiction, estimate) REFERENCES estimates (jurisdiction, estimate),
    FOREIGN KEY (jurisdiction, plan) REFERENCES workforce_plans (jurisdiction, plan),
    CHECK (since > 0 AND since < until),
    CHECK (plan_revision BETWEEN 1 AND since),
    CHECK (in_force IN (0, 1))
) STRICT;
CREATE UNIQUE INDEX pay_lines_current ON pay_lines (jurisdiction, estimate, line) WHERE until = 9223372036854775807;
CREATE INDEX pay_lines_until ON pay_lines (jurisdiction, estimate, until);
