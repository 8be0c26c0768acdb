ALTER TABLE estimate_versions
    DROP CONSTRAINT estimate_versions_pkey,
    ADD PRIMARY KEY (jurisdiction, estimate, since);
DROP INDEX estimate_versions_key;
DROP INDEX estimate_versions_ended;
CREATE UNIQUE INDEX estimate_versions_current ON estimate_versions (jurisdiction, estimate) WHERE until = 9223372036854775807;
CREATE UNIQUE INDEX estimate_versions_key ON estimate_versions (jurisdiction, unit, fiscal_year, kind, series, sequence)
    WHERE until = 9223372036854775807;
CREATE INDEX estimate_versions_until ON estimate_versions (jurisdiction, estimate, until);
ALTER TABLE estimate_texts
    DROP CONSTRAINT estimate_texts_pkey,
    ADD PRIMARY KEY (jurisdiction, estimate, since);
CREATE UNIQUE INDEX estimate_texts_current ON estimate_texts (jurisdiction, estimate) WHERE until = 9223372036854775807;
CREATE INDEX estimate_texts_until ON estimate_texts (jurisdiction, estimate, until);
ALTER TABLE estimate_totals
    DROP CONSTRAINT estimate_totals_pkey,
    ADD PRIMARY KEY (jurisdiction, estimate, side, nature, autonomy, since);
CREATE UNIQUE INDEX estimate_totals_current ON estimate_totals (jurisdiction, estimate, side, nature, autonomy)
    WHERE until = 9223372036854775807;
CREATE INDEX estimate_totals_until ON estimate_totals (jurisdiction, estimate, until);
ALTER TABLE line_versions
    DROP CONSTRAINT line_versions_pkey,
    DROP CONSTRAINT line_versions_line,
    ADD PRIMARY KEY (jurisdiction, estimate, line, since);
CREATE UNIQUE INDEX line_versions_current ON line_versions (jurisdiction, estimate, line) WHERE until = 9223372036854775807;
CREATE INDEX line_versions_until ON line_versions (jurisdiction, estimate, until, sequence);
ALTER TABLE pay_lines
    DROP CONSTRAINT pay_lines_pkey,
    ADD PRIMARY KEY (jurisdiction, estimate, line, since);
CREATE UNIQUE INDEX pay_lines_current ON pay_lines (jurisdiction, estimate, line) WHERE until = 9223372036854775807;
