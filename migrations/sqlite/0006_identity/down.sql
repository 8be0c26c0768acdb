DROP TABLE access_log;
DROP TABLE token_versions;
DROP TABLE tokens;
DROP TABLE principal_mappings;
DROP TABLE principal_names;
DROP TABLE principal_versions;
DROP TABLE principals;
