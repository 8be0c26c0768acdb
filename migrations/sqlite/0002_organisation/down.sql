DROP TABLE unit_successors;
DROP TABLE unit_codes;
DROP TABLE unit_functions;
DROP TABLE unit_versions;
DROP TABLE units;
DROP TABLE jurisdiction_versions;
DROP TABLE jurisdictions;
