DROP TABLE settings;
DROP TABLE answers;
DROP TABLE journal;
DROP TABLE heads;
