-- In the order of bytes, as everywhere else, whatever the locale of the database is.
alter table sale alter column source_key type text collate "C", alter column line type text collate "C";
alter table tier_line alter column reason type text collate "C";
alter table sale_total alter column line type text collate "C", alter column currency type text collate "C";
-- Most updates move a row within its page.
alter table sale_total set (fillfactor = 80);
alter table correction set (fillfactor = 90);
alter table correction_body set (fillfactor = 90);
