-- A page of estimates is found in the index alone: what stands on it, and at which revision each was last changed. To look each up in
-- the table took a quarter of what a page takes. `until` is the same in every row of it; without it SQLite looks into the table all the same.
CREATE INDEX estimate_versions_listed
    ON estimate_versions (jurisdiction, fiscal_year, unit, kind, series, sequence, estimate, since, until) WHERE until = 9223372036854775807;
