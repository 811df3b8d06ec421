-- An audit reads what thousands of partners sold on each of hundreds of days: all of it stands in this index, one look for a
-- partner and day. Lines still come by the day, and so it is written where it was written last.
drop index sale_day;
create index sale_day on sale (day, partner, line, booked_currency, booked);
-- Lines that were recorded before lines were booked.
create index sale_unbooked on sale (partner, day) where booked is null;
