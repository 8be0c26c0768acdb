-- What is written and read most, with fewer trees for each row. The columns mean what the steps say that made the tables.
--
-- The end of a version stands in its primary key, so that what holds today of an estimate lies together, and what held at an earlier
-- revision right before it. That one version of a row at most is current follows from it: `until` of all current rows is
-- the same. So neither an index of what is current nor one of ends is needed beside the key.
DROP INDEX estimate_versions_current;
DROP INDEX estimate_versions_key;
DROP INDEX estimate_versions_until;
ALTER TABLE estimate_versions
    DROP CONSTRAINT estimate_versions_pkey,
    ADD PRIMARY KEY (jurisdiction, estimate, until);
-- In the order of a list, of which one year after the other is read; and whether any of a year was changed since.
CREATE UNIQUE INDEX estimate_versions_key ON estimate_versions (jurisdiction, fiscal_year, unit, kind, series, sequence)
    WHERE until = 9223372036854775807;
CREATE INDEX estimate_versions_ended ON estimate_versions (jurisdiction, fiscal_year, until) WHERE until < 9223372036854775807;
DROP INDEX estimate_texts_current;
DROP INDEX estimate_texts_until;
ALTER TABLE estimate_texts
    DROP CONSTRAINT estimate_texts_pkey,
    ADD PRIMARY KEY (jurisdiction, estimate, until);
DROP INDEX estimate_totals_current;
DROP INDEX estimate_totals_until;
ALTER TABLE estimate_totals
    DROP CONSTRAINT estimate_totals_pkey,
    ADD PRIMARY KEY (jurisdiction, estimate, until, side, nature, autonomy);
DROP INDEX line_versions_current;
DROP INDEX line_versions_until;
ALTER TABLE line_versions
    DROP CONSTRAINT line_versions_pkey,
    ADD CONSTRAINT line_versions_line UNIQUE (jurisdiction, estimate, line, until),
    ADD PRIMARY KEY (jurisdiction, estimate, until, sequence);
DROP INDEX pay_lines_current;
ALTER TABLE pay_lines
    DROP CONSTRAINT pay_lines_pkey,
    ADD PRIMARY KEY (jurisdiction, estimate, line, until);
