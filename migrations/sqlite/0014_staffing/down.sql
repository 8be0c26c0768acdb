DROP TABLE quotas;
DROP TABLE staffing_items;
