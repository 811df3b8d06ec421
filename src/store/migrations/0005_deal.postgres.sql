-- The words of the search column as they are: the text parser would take "acme.com" for a host name.
create index deal_text on deal using gin (array_to_tsvector(array_remove(string_to_array(search, ' '), ''))) with (fastupdate = on);
-- Most updates move a registration within its page.
alter table deal set (fillfactor = 90);
alter table deal_body set (fillfactor = 90);
-- In the order of bytes, as everywhere else, whatever the locale of the database is.
alter table deal alter column company_words type text collate "C", alter column source_key type text collate "C";
alter table protection alter column key type text collate "C";
