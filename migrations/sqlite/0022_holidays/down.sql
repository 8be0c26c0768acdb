DROP TABLE calendar_terms;
DROP TABLE holidays;
DROP TABLE holiday_years;
