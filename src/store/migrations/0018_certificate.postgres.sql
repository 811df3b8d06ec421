-- In the order of bytes, as everywhere else, whatever the locale of the database is.
alter table tier_certificate alter column name type text collate "C";
