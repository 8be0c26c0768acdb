DROP INDEX estimate_versions_listed;
