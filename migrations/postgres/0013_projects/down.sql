DROP INDEX line_versions_project;
DROP TABLE project_parameters;
DROP TABLE project_steps;
DROP TABLE project_money;
DROP TABLE project_texts;
DROP TABLE project_versions;
DROP TABLE projects;
