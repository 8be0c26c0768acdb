DROP TABLE delegation_versions;
DROP TABLE delegations;
DROP TABLE role_grant_versions;
DROP TABLE role_grants;
