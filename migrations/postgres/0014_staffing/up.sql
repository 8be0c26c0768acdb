-- Headcount of HR plans: what is asked for and how it moves, and the quotas that were decided.

-- An item: a demand, position, training, attraction, flow, cohort or raise. One table, since all are read together in the order of
-- entry, which they share with the staff groups of the plan. References between items and groups are judged by the command and by
-- the check of the plan.
CREATE TABLE staffing_items (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    plan TEXT COLLATE "C" NOT NULL,
    item TEXT COLLATE "C" NOT NULL,
    sequence BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    -- unit, kind of staff and year are repeated from the content for lists
    unit TEXT COLLATE "C",
    staff_kind TEXT COLLATE "C",
    year BIGINT,
    -- people, posts or minor units; NULL is "not stated", which is not 0
    requested BIGINT,
    appraised BIGINT,
    decided BIGINT,
    appraised_reason TEXT COLLATE "C",
    decided_reason TEXT COLLATE "C",
    -- what it says, as JSON; only read together
    content TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, plan, item, since),
    FOREIGN KEY (jurisdiction, plan) REFERENCES workforce_plans (jurisdiction, plan),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0 AND since < until),
    CHECK (sequence > 0),
    CHECK (kind IN ('DEMAND', 'POSITION', 'TRAINING', 'ATTRACTION', 'FLOW', 'COHORT', 'RAISE')),
    CHECK (staff_kind IS NULL OR staff_kind IN ('CIVIL_SERVANT', 'PUBLIC_EMPLOYEE_BUDGET', 'PUBLIC_EMPLOYEE_REVENUE', 'SUPPORT_CONTRACT', 'TASK_CONTRACT')),
    CHECK (year IS NULL OR year BETWEEN 1900 AND 2199),
    CHECK (kind IN ('COHORT', 'RAISE') OR unit IS NOT NULL),
    CHECK (requested IS NULL OR requested >= 0),
    CHECK (appraised IS NULL OR appraised >= 0),
    CHECK (decided IS NULL OR decided >= 0)
);
CREATE UNIQUE INDEX staffing_items_current ON staffing_items (jurisdiction, plan, item) WHERE until = 9223372036854775807;
CREATE INDEX staffing_items_until ON staffing_items (jurisdiction, plan, until);

-- A quota: what a decision gave a unit of a kind of staff from a day on to another. The act is that of the decision on the plan with
-- this number. A row ends where a later decision on its plan says something else.
CREATE TABLE quotas (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    plan TEXT COLLATE "C" NOT NULL,
    -- the id of the demand that was decided
    demand TEXT COLLATE "C" NOT NULL,
    -- which text of the plan was decided: 0 is the first, n its n-th amendment
    number BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    staff_kind TEXT COLLATE "C" NOT NULL,
    starts_on TEXT COLLATE "C" NOT NULL,
    -- the first day on which it does not hold
    ends_on TEXT COLLATE "C" NOT NULL,
    head_count BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, plan, demand, since),
    FOREIGN KEY (jurisdiction, plan) REFERENCES workforce_plans (jurisdiction, plan),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0 AND since < until),
    CHECK (number >= 0),
    CHECK (staff_kind IN ('CIVIL_SERVANT', 'PUBLIC_EMPLOYEE_BUDGET', 'PUBLIC_EMPLOYEE_REVENUE', 'SUPPORT_CONTRACT', 'TASK_CONTRACT')),
    CHECK (length(starts_on) = 10 AND length(ends_on) = 10 AND starts_on < ends_on),
    CHECK (head_count >= 0)
);
-- Nobody has two quotas from one day on. That days do not overlap SQL cannot say on both engines; the approval looks under the gate.
CREATE UNIQUE INDEX quotas_current ON quotas (jurisdiction, unit, staff_kind, starts_on) WHERE until = 9223372036854775807;
CREATE INDEX quotas_until ON quotas (jurisdiction, unit, until);
CREATE INDEX quotas_plan ON quotas (jurisdiction, plan, until);

ALTER TABLE staffing_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE staffing_items FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON staffing_items USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
ALTER TABLE quotas ENABLE ROW LEVEL SECURITY;
ALTER TABLE quotas FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON quotas USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
