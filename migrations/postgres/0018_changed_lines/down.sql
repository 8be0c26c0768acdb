DROP TABLE changed_lines;
DROP TABLE acknowledgements_due;
