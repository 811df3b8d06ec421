-- The country is found with the words, as one more of them that nobody can type.
drop index lead_text;
create index lead_text on lead using gin
    (array_to_tsvector(array_remove(string_to_array(search || ' =' || coalesce(country, ''), ' '), ''))) with (fastupdate = on);
