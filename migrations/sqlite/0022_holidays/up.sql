-- Which days are no working days although their weekday is one, and the other way round; and steps of calendars whose last day is so many
-- working days after something.

-- A calendar year whose days are known. One row holds from one setting of the year to the next.
CREATE TABLE holiday_years (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    year INTEGER NOT NULL,
    -- the weekdays of rest as digits, 1 for Monday
    rest TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, year, since),
    CHECK (since > 0 AND until > since),
    CHECK (length(rest) < 7)
) STRICT;
CREATE UNIQUE INDEX holiday_years_current ON holiday_years (jurisdiction, year) WHERE until = 9223372036854775807;
CREATE INDEX holiday_years_until ON holiday_years (jurisdiction, year, until);

-- A day that does not go by its weekday.
CREATE TABLE holidays (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    year INTEGER NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (jurisdiction, year, day, since),
    CHECK (since > 0 AND until > since),
    CHECK (kind IN ('HOLIDAY', 'WORKING_DAY')),
    CHECK (length(day) = 10),
    CHECK (name <> '')
) STRICT;
CREATE UNIQUE INDEX holidays_current ON holidays (jurisdiction, year, day) WHERE until = 9223372036854775807;
CREATE INDEX holidays_until ON holidays (jurisdiction, year, until);

-- A step whose last day is so many working days after something; its own day is the last one in any case.
CREATE TABLE calendar_terms (
    jurisdiction TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL,
    kind TEXT NOT NULL,
    year INTEGER NOT NULL,
    verb TEXT NOT NULL,
    working_days INTEGER NOT NULL,
    -- after what
    event TEXT NOT NULL,
    -- the day after which it is counted, where that is stated
    day TEXT,
    PRIMARY KEY (jurisdiction, kind, year, verb, since),
    CHECK (since > 0 AND until > since),
    CHECK (working_days BETWEEN 1 AND 250),
    CHECK (event IN ('DAY', 'ARRIVAL', 'PARENT_APPROVAL')),
    CHECK ((event = 'DAY') = (day IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX calendar_terms_current ON calendar_terms (jurisdiction, kind, year, verb) WHERE until = 9223372036854775807;
CREATE INDEX calendar_terms_until ON calendar_terms (jurisdiction, kind, year, until);
