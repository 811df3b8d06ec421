-- What one euro was worth on a day: every currency of that day in one row, as they are published, read and corrected
-- together. A day without a row has no rates, and the last day before it counts.
create table fx_day (
    -- Days since 1970-01-01.
    day {id},
    source text not null,
    -- Currency -> units for one euro, as JSON; decimal numbers are texts, so that none is ever rounded.
    rates text not null
);
