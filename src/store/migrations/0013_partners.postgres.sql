-- The words of the search column as they are: the text parser would take "acme.com" for a host name.
create index tier_line_text on tier_line using gin (array_to_tsvector(array_remove(string_to_array(search, ' '), ''))) with (fastupdate = on);
-- In the order of bytes, as everywhere else, whatever the locale of the database is.
alter table tier_line alter column name_words type text collate "C", alter column code type text collate "C";
