-- Projects of science and technology from proposal to transfer: what they are, their money, the moves that were made, and the thresholds
-- that a jurisdiction sets for moves.

-- That a project exists, with what never changes. The id is never used again.
CREATE TABLE projects (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, project),
    UNIQUE (jurisdiction, project, unit),
    FOREIGN KEY (jurisdiction, unit) REFERENCES units (jurisdiction, unit),
    CHECK (since > 0)
);

-- The header: moves with every change of the project. The unit is repeated for lists; the reference keeps it alike.
CREATE TABLE project_versions (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    unit TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    -- code and title without case and diacritics
    search TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    field TEXT COLLATE "C",
    method TEXT COLLATE "C",
    payment TEXT COLLATE "C",
    host TEXT COLLATE "C" NOT NULL,
    -- codes of the personnel files, not names
    lead TEXT COLLATE "C",
    secretary TEXT COLLATE "C",
    -- the plan of the kind PROJECT_LIST that it stands on; judged by the command, for it may be deleted as a draft
    list TEXT COLLATE "C",
    first_year BIGINT NOT NULL,
    last_year BIGINT NOT NULL,
    starts_on TEXT COLLATE "C",
    ends_on TEXT COLLATE "C",
    total BIGINT,
    -- what moves left behind
    step_count BIGINT NOT NULL,
    moved_on TEXT COLLATE "C",
    first_called_on TEXT COLLATE "C",
    called_on TEXT COLLATE "C",
    approved_total BIGINT,
    approved_state BIGINT,
    contract_number TEXT COLLATE "C",
    contract_signed_on TEXT COLLATE "C",
    -- when it was to end before it was extended
    original_ends_on TEXT COLLATE "C",
    results_submitted_on TEXT COLLATE "C",
    late_days BIGINT,
    rating TEXT COLLATE "C",
    -- the day of the act, by which accepted projects are counted
    accepted_on TEXT COLLATE "C",
    registration TEXT COLLATE "C",
    cause TEXT COLLATE "C",
    PRIMARY KEY (jurisdiction, project, since),
    FOREIGN KEY (jurisdiction, project, unit) REFERENCES projects (jurisdiction, project, unit),
    CHECK (since > 0 AND since < until),
    CHECK (state IN ('PROPOSED', 'ORDER_DRAFTED', 'IDENTIFIED', 'LISTED', 'CALLED', 'BIDDING_CLOSED', 'SELECTED', 'BUDGET_APPRAISED', 'APPROVED', 'CONTRACTED', 'FUNDED', 'IN_PROGRESS', 'GRASSROOTS_ACCEPTED', 'RESULTS_SUBMITTED', 'ACCEPTED', 'RESULT_REGISTERED', 'RECOGNISED', 'SETTLED', 'LIQUIDATED', 'TRANSFERRED', 'FAILED', 'DROPPED', 'TERMINATED')),
    CHECK (kind IN ('PROGRAMME', 'SCIENCE_SCHEME', 'TOPIC', 'TRIAL_PRODUCTION', 'SCIENCE_PROJECT', 'POTENTIAL', 'FUNCTIONAL')),
    CHECK (level IN ('NATIONAL', 'MINISTRY', 'PROVINCE', 'GRASSROOTS')),
    CHECK (field IS NULL OR field IN ('NATURAL_SCIENCES', 'ENGINEERING', 'AGRICULTURE', 'MEDICINE', 'SOCIAL_SCIENCES', 'HUMANITIES')),
    CHECK (method IS NULL OR method IN ('SELECTION', 'DIRECT', 'GRANT')),
    CHECK (payment IS NULL OR payment IN ('FULL_LUMP_SUM', 'PARTIAL_LUMP_SUM', 'ACTUAL_COST')),
    CHECK (first_year BETWEEN 1900 AND 2199 AND last_year BETWEEN first_year AND first_year + 9),
    CHECK (starts_on IS NULL OR ends_on IS NULL OR starts_on < ends_on),
    CHECK (lead IS NULL OR secretary IS NULL OR lead <> secretary),
    CHECK (total IS NULL OR total >= 0),
    CHECK (step_count >= 0),
    CHECK ((step_count = 0) = (moved_on IS NULL)),
    CHECK ((called_on IS NULL) = (first_called_on IS NULL)),
    CHECK ((approved_total IS NULL) = (approved_state IS NULL)),
    CHECK ((contract_number IS NULL) = (contract_signed_on IS NULL)),
    CHECK ((results_submitted_on IS NULL) <= (late_days IS NULL)),
    CHECK (rating IS NULL OR rating IN ('EXCELLENT', 'PASS')),
    CHECK ((rating IS NULL) = (accepted_on IS NULL)),
    CHECK (cause IS NULL OR cause IN ('SUBJECTIVE', 'OBJECTIVE'))
);
CREATE UNIQUE INDEX project_versions_current ON project_versions (jurisdiction, project) WHERE until = 9223372036854775807;
CREATE INDEX project_versions_until ON project_versions (jurisdiction, project, until);
CREATE INDEX project_versions_year ON project_versions (jurisdiction, first_year, unit, until);
CREATE INDEX project_versions_list ON project_versions (jurisdiction, list, until);
CREATE INDEX project_versions_lead ON project_versions (jurisdiction, lead, until);

-- The long texts and references, apart from the header.
CREATE TABLE project_texts (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    objective TEXT COLLATE "C" NOT NULL,
    product TEXT COLLATE "C" NOT NULL,
    -- a JSON array of pairs: the ids of a plan and of a task of it
    plan_tasks TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, project, since),
    FOREIGN KEY (jurisdiction, project) REFERENCES projects (jurisdiction, project),
    CHECK (since > 0 AND since < until)
);
CREATE UNIQUE INDEX project_texts_current ON project_texts (jurisdiction, project) WHERE until = 9223372036854775807;
CREATE INDEX project_texts_until ON project_texts (jurisdiction, project, until);

-- The money of a project by year and class of funding; the year 0 is the whole project.
CREATE TABLE project_money (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    year BIGINT NOT NULL,
    financing_class TEXT COLLATE "C" NOT NULL,
    planned BIGINT NOT NULL,
    -- what acts have assigned to the year; NULL where none has
    assigned BIGINT,
    PRIMARY KEY (jurisdiction, project, year, financing_class, since),
    FOREIGN KEY (jurisdiction, project) REFERENCES projects (jurisdiction, project),
    CHECK (since > 0 AND since < until),
    CHECK (year = 0 OR year BETWEEN 1900 AND 2199),
    CHECK (financing_class IN ('CENTRAL', 'LOCAL', 'FUND', 'ENTERPRISE', 'FOREIGN', 'OTHER')),
    CHECK (planned >= 0),
    CHECK (assigned IS NULL OR year > 0 AND assigned >= 0)
);
CREATE UNIQUE INDEX project_money_current ON project_money (jurisdiction, project, year, financing_class) WHERE until = 9223372036854775807;
CREATE INDEX project_money_until ON project_money (jurisdiction, project, until);

-- Every move that was executed on a project; one revision may hold several.
CREATE TABLE project_steps (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    -- its place among the moves, from 1
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    verb TEXT COLLATE "C" NOT NULL,
    from_state TEXT COLLATE "C" NOT NULL,
    to_state TEXT COLLATE "C" NOT NULL,
    -- the day on which it happened
    moved_on TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    on_behalf_of TEXT COLLATE "C" NOT NULL,
    act_number TEXT COLLATE "C",
    act_signed_on TEXT COLLATE "C",
    act_authority TEXT COLLATE "C",
    act_signer TEXT COLLATE "C",
    outcome TEXT COLLATE "C",
    contract_number TEXT COLLATE "C",
    funding_year BIGINT,
    -- a JSON array of pairs: class of funding, amount
    amounts TEXT COLLATE "C",
    ends_on TEXT COLLATE "C",
    requested_on TEXT COLLATE "C",
    rating TEXT COLLATE "C",
    registration TEXT COLLATE "C",
    cause TEXT COLLATE "C",
    note TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, project, number),
    FOREIGN KEY (jurisdiction, project) REFERENCES projects (jurisdiction, project),
    CHECK (since > 0 AND number > 0),
    CHECK (length(moved_on) = 10),
    CHECK ((act_number IS NULL) = (act_signed_on IS NULL)),
    CHECK ((act_number IS NULL) = (act_authority IS NULL)),
    CHECK ((act_number IS NULL) = (act_signer IS NULL)),
    CHECK (outcome IS NULL OR outcome IN ('UNCHANGED', 'ADJUSTED')),
    CHECK ((funding_year IS NULL) = (amounts IS NULL)),
    CHECK ((ends_on IS NULL) = (requested_on IS NULL)),
    CHECK (rating IS NULL OR rating IN ('EXCELLENT', 'PASS')),
    CHECK (cause IS NULL OR cause IN ('SUBJECTIVE', 'OBJECTIVE'))
);

-- A threshold for the moves of projects, in force from a day on.
CREATE TABLE project_parameters (
    jurisdiction TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    starts_on TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    -- in the unit that the kind says
    value BIGINT NOT NULL,
    provenance TEXT COLLATE "C" NOT NULL,
    citation TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (jurisdiction, kind, starts_on, since),
    CHECK (since > 0 AND since < until),
    CHECK (kind IN ('CALL_DAYS', 'SECOND_CALL_MONTHS', 'EXTENSION_THRESHOLD_MONTHS', 'EXTENSION_LONG_MONTHS', 'EXTENSION_SHORT_MONTHS', 'EXTENSION_REQUEST_MONTHS', 'RESULT_DAYS', 'LATE_MONTHS')),
    CHECK (length(starts_on) = 10),
    CHECK (value BETWEEN 0 AND 1000)
);
CREATE UNIQUE INDEX project_parameters_current ON project_parameters (jurisdiction, kind, starts_on) WHERE until = 9223372036854775807;
CREATE INDEX project_parameters_until ON project_parameters (jurisdiction, kind, until);

-- What lines of estimates pay for a project. Few lines name one, so the others are left out of the index.
CREATE INDEX line_versions_project ON line_versions (jurisdiction, project, until) WHERE project IS NOT NULL;

ALTER TABLE projects ENABLE ROW LEVEL SECURITY;
ALTER TABLE projects FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON projects USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
ALTER TABLE project_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE project_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON project_versions USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
ALTER TABLE project_texts ENABLE ROW LEVEL SECURITY;
ALTER TABLE project_texts FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON project_texts USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
ALTER TABLE project_money ENABLE ROW LEVEL SECURITY;
ALTER TABLE project_money FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON project_money USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
ALTER TABLE project_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE project_steps FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON project_steps USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
ALTER TABLE project_parameters ENABLE ROW LEVEL SECURITY;
ALTER TABLE project_parameters FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON project_parameters USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
