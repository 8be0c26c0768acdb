DROP TABLE decisions;
DROP TABLE acts;
DROP TABLE line_remarks;
DROP TABLE document_steps;
DROP TABLE document_hands;
