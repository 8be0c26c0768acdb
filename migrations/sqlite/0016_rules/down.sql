DROP TABLE rule_settings;
DROP TABLE rule_sets;
