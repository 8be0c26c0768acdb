DROP TABLE progress_versions;
DROP TABLE actual_versions;
DROP TABLE plan_item_versions;
DROP TABLE plan_texts;
DROP TABLE plan_versions;
DROP TABLE plans;
