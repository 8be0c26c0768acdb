-- Pay in the estimate: which money pays for whom, what the law gives without autonomy, and which lines a payroll wrote.

-- A kind of pay parameter more: what is given without autonomy. `staff_kinds`: of whom, empty is everybody; `category`: of what, NULL is
-- of all pay.
ALTER TABLE pay_parameters
    DROP CONSTRAINT pay_parameters_kind_check,
    ADD CONSTRAINT pay_parameters_kind_check CHECK (kind IN ('BASE_SALARY', 'SCALE', 'STEP', 'RANK', 'ALLOWANCE', 'COMPONENT', 'ENTRY', 'RETIREMENT_AGE', 'NON_AUTONOMOUS')),
    ADD CONSTRAINT pay_parameters_autonomy_check CHECK (kind <> 'NON_AUTONOMOUS' OR (staff_kinds IS NOT NULL AND (category IS NULL OR category IN ('SALARY', 'ALLOWANCE', 'CONTRIBUTION', 'BONUS', 'OTHER'))));

-- Which money pays a component of pay of a kind of staff of a unit, and of the units below that have no row of their own. In force from
-- `starts_on` until the next row of the same key begins, or until its own `ends_on`.
CREATE TABLE funding_rules (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    -- empty: every kind
    staff_kind TEXT COLLATE "C" NOT NULL,
    -- empty: every component
    component TEXT COLLATE "C" NOT NULL,
    starts_on TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    ends_on TEXT COLLATE "C",
    -- codes, side and autonomy with their shares in basis points, which add to 10,000, as JSON; only read together
    shares TEXT COLLATE "C" NOT NULL,
    citation TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, unit, staff_kind, component, starts_on, since),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0 AND since < until),
    CHECK (staff_kind IN ('', 'CIVIL_SERVANT', 'PUBLIC_EMPLOYEE_BUDGET', 'PUBLIC_EMPLOYEE_REVENUE', 'SUPPORT_CONTRACT', 'TASK_CONTRACT')),
    CHECK (length(starts_on) = 10),
    CHECK (ends_on IS NULL OR (length(ends_on) = 10 AND starts_on < ends_on))
);
CREATE UNIQUE INDEX funding_rules_current ON funding_rules (jurisdiction, unit, staff_kind, component, starts_on) WHERE until = 9223372036854775807;
CREATE INDEX funding_rules_until ON funding_rules (jurisdiction, unit, until);

-- The lines of an estimate that were generated from an HR plan, and from which text of it their figure is. Ids of lines are never used
-- again, so a row holds whether or not its line is there; a line without a row was written by a person.
CREATE TABLE pay_lines (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    estimate TEXT COLLATE "C" NOT NULL,
    line TEXT COLLATE "C" NOT NULL,
    plan TEXT COLLATE "C" NOT NULL,
    -- the revision of the plan's text
    plan_revision BIGINT NOT NULL,
    -- 1: the text in force; 0: the plan as it stood
    in_force BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, estimate, line, since),
    FOREIGN KEY (jurisdiction, estimate) REFERENCES estimates (jurisdiction, estimate),
    FOREIGN KEY (jurisdiction, plan) REFERENCES workforce_plans (jurisdiction, plan),
    CHECK (since > 0 AND since < until),
    CHECK (plan_revision BETWEEN 1 AND since),
    CHECK (in_force IN (0, 1))
);
CREATE UNIQUE INDEX pay_lines_current ON pay_lines (jurisdiction, estimate, line) WHERE until = 9223372036854775807;
CREATE INDEX pay_lines_until ON pay_lines (jurisdiction, estimate, until);

ALTER TABLE funding_rules ENABLE ROW LEVEL SECURITY;
ALTER TABLE funding_rules FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON funding_rules USING (jurisdiction = current_setting('kehoach.jurisdiction', true));

ALTER TABLE pay_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE pay_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON pay_lines USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
