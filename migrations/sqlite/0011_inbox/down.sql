DROP TABLE calendar_exceptions;
DROP TABLE calendar_steps;
DROP TABLE document_places;
