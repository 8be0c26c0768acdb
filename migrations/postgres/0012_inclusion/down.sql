ALTER TABLE line_versions DROP COLUMN unallocated;
DROP TABLE inclusions;
