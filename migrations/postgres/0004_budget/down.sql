DROP TABLE line_versions;
DROP TABLE estimate_totals;
DROP TABLE estimate_texts;
DROP TABLE estimate_versions;
DROP TABLE estimates;
