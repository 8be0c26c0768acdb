DROP INDEX line_versions_task;
DROP INDEX project_texts_tasks;
DROP INDEX project_versions_ended;
DROP INDEX project_versions_since;
DROP INDEX progress_versions_since;
DROP INDEX actual_versions_since;
DROP INDEX plan_item_versions_since;
DROP INDEX plan_item_versions_code;
ALTER TABLE plan_item_versions DROP COLUMN roll_up;
