-- People and their pay.
--
-- Pay parameters: what pay is calculated from, as dated rows that a jurisdiction owns.
--
-- A row is in force from `starts_on` until the next row of the same kind and code begins, or until its own `ends_on`. Which
-- columns carry its value depends on the kind. Coefficients have four decimals, rates are basis points. References between
-- rows are by code and hold whatever the day, so SQL cannot say them; the code looks under the gate.
CREATE TABLE pay_parameters (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    starts_on TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    ends_on TEXT COLLATE "C",
    display_name TEXT COLLATE "C" NOT NULL,
    -- BASE_SALARY: minor units a month
    amount BIGINT,
    -- STEP, ALLOWANCE, ENTRY, COMPONENT (where everybody has the same)
    coefficient BIGINT,
    -- SCALE: beyond the last step; COMPONENT: of what it is a percentage of
    rate_bp BIGINT,
    -- SCALE, COMPONENT: what is added to it after each further year
    later_rate_bp BIGINT,
    -- SCALE: from step to step; COMPONENT: before it is paid; RETIREMENT_AGE: the age
    months BIGINT,
    -- RANK: the scale; ALLOWANCE: the component
    target TEXT COLLATE "C",
    method TEXT COLLATE "C",
    -- COMPONENT: the code of the base salary
    base TEXT COLLATE "C",
    -- COMPONENT: the components that it is a percentage of, with commas between; they are only read together
    percent_of TEXT COLLATE "C",
    -- COMPONENT: what it is a percentage of is at most this coefficient of the base
    cap BIGINT,
    -- COMPONENT: who gets it, with commas between; empty is everybody
    staff_kinds TEXT COLLATE "C",
    category TEXT COLLATE "C",
    economic TEXT COLLATE "C",
    provenance TEXT COLLATE "C" NOT NULL,
    citation TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
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
);
CREATE UNIQUE INDEX pay_parameters_current ON pay_parameters (jurisdiction, kind, code, starts_on) WHERE until = 9223372036854775807;
CREATE INDEX pay_parameters_until ON pay_parameters (jurisdiction, kind, until);

-- That an HR plan exists, with its key, which never changes. The id is never used again.
CREATE TABLE workforce_plans (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    plan TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    first_year BIGINT NOT NULL,
    last_year BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, plan),
    UNIQUE (jurisdiction, unit, first_year, last_year, sequence),
    UNIQUE (jurisdiction, plan, unit, first_year, last_year, sequence),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0),
    CHECK (sequence > 0),
    CHECK (first_year BETWEEN 1900 AND 2199 AND last_year BETWEEN first_year AND first_year + 9)
);

-- The header: moves with every change of the plan or of any of its groups. The key is repeated for lists; the reference keeps it alike.
CREATE TABLE workforce_plan_versions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    plan TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    first_year BIGINT NOT NULL,
    last_year BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    -- a list of documents, as JSON; only read together
    legal_basis TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    -- how often it was submitted; counts on through amendments
    submission BIGINT NOT NULL,
    -- 0 is the first text, n its n-th amendment
    number BIGINT NOT NULL,
    -- the revision whose text is in force; NULL before the first approval
    in_force BIGINT,
    group_count BIGINT NOT NULL,
    -- the sequence number that the last group got; never goes back
    last_sequence BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, plan, since),
    FOREIGN KEY (jurisdiction, plan, unit, first_year, last_year, sequence) REFERENCES workforce_plans (jurisdiction, plan, unit, first_year, last_year, sequence),
    CHECK (since > 0 AND since < until),
    CHECK (title <> ''),
    CHECK (state IN ('DRAFT', 'SUBMITTED', 'ENDORSED', 'APPRAISED', 'APPROVED', 'CLOSED', 'CANCELLED')),
    CHECK (submission >= 0 AND number >= 0),
    CHECK (in_force IS NULL OR in_force BETWEEN 1 AND since),
    CHECK (number = 0 OR in_force IS NOT NULL),
    CHECK ((state IN ('APPROVED', 'CLOSED')) <= (in_force IS NOT NULL)),
    CHECK (group_count BETWEEN 0 AND last_sequence)
);
CREATE UNIQUE INDEX workforce_plan_versions_current ON workforce_plan_versions (jurisdiction, plan) WHERE until = 9223372036854775807;
CREATE INDEX workforce_plan_versions_until ON workforce_plan_versions (jurisdiction, plan, until);
CREATE INDEX workforce_plan_versions_years ON workforce_plan_versions (jurisdiction, first_year, unit, plan, until);

-- People of a plan who are paid alike, without their names. The coefficient comes from a step of a rank or of a scale, or is
-- stated; where neither is, the posts are vacant.
CREATE TABLE staff_groups (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    plan TEXT COLLATE "C" NOT NULL,
    staff_group TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL,
    staff_kind TEXT COLLATE "C" NOT NULL,
    head_count BIGINT NOT NULL,
    full_time_bp BIGINT NOT NULL,
    rank TEXT COLLATE "C",
    scale TEXT COLLATE "C",
    step BIGINT,
    -- with four decimals, as all coefficients
    coefficient BIGINT,
    preserved BIGINT NOT NULL,
    next_step_on TEXT COLLATE "C",
    starts_on TEXT COLLATE "C",
    ends_on TEXT COLLATE "C",
    -- what they are given beside what everybody has, as JSON; only read together
    given TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, plan, staff_group, since),
    FOREIGN KEY (jurisdiction, plan) REFERENCES workforce_plans (jurisdiction, plan),
    CHECK (since > 0 AND since < until),
    CHECK (sequence > 0),
    CHECK (staff_kind IN ('CIVIL_SERVANT', 'PUBLIC_EMPLOYEE_BUDGET', 'PUBLIC_EMPLOYEE_REVENUE', 'SUPPORT_CONTRACT', 'TASK_CONTRACT')),
    CHECK (head_count > 0),
    CHECK (full_time_bp BETWEEN 1 AND 10000),
    CHECK (rank IS NULL OR scale IS NULL),
    CHECK ((step IS NOT NULL) = (rank IS NOT NULL OR scale IS NOT NULL)),
    CHECK (coefficient IS NULL OR step IS NULL),
    CHECK (preserved >= 0)
);
CREATE UNIQUE INDEX staff_groups_current ON staff_groups (jurisdiction, plan, staff_group) WHERE until = 9223372036854775807;
CREATE INDEX staff_groups_until ON staff_groups (jurisdiction, plan, until);
