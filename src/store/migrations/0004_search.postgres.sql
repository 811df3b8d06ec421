drop index lead_text;
create index lead_text on lead using gin (array_to_tsvector(array_remove(string_to_array(search, ' '), ''))) with (fastupdate = on);
