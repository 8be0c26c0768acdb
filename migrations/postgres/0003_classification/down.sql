DROP TABLE conversion_targets;
DROP TABLE conversions;
DROP TABLE code_versions;
DROP TABLE codes;
DROP TABLE scheme_versions;
DROP TABLE schemes;
