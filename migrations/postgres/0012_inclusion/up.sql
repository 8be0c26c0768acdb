-- Which estimates of units below an estimate takes in, and money that is not given to any of them yet.

-- One row holds from the submission of the parent until the child is released or the parent is drafted again.
CREATE TABLE inclusions (
    jurisdiction TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    -- the ids of both estimates
    child TEXT NOT NULL,
    parent TEXT NOT NULL,
    -- what of the child was taken in: its submission, and the revision that had last changed it
    submission BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (jurisdiction, child, since),
    CHECK (since > 0 AND until > since),
    CHECK (child <> parent),
    CHECK (submission > 0 AND revision > 0 AND revision < since)
);
-- Nobody is taken in by two at once.
CREATE UNIQUE INDEX inclusions_current ON inclusions (jurisdiction, child) WHERE until = 9223372036854775807;
CREATE INDEX inclusions_until ON inclusions (jurisdiction, parent, until);

-- 1: a cut to be distributed, or a reserve
ALTER TABLE line_versions ADD COLUMN unallocated BIGINT NOT NULL DEFAULT 0 CHECK (unallocated IN (0, 1));

ALTER TABLE inclusions ENABLE ROW LEVEL SECURITY;
ALTER TABLE inclusions FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON inclusions USING (jurisdiction = current_setting('kehoach.jurisdiction', true));
