-- The words of the search column. It keeps no text of its own (that is in `lead`), no positions and no lengths.
create virtual table lead_text using fts5 (search, content = 'lead', content_rowid = 'id', columnsize = 0, detail = none, tokenize = 'ascii');
create trigger lead_text_insert after insert on lead begin
    insert into lead_text (rowid, search) values (new.id, new.search);
end;
create trigger lead_text_update after update of search on lead when old.search <> new.search begin
    insert into lead_text (lead_text, rowid, search) values ('delete', old.id, old.search);
    insert into lead_text (rowid, search) values (new.id, new.search);
end;
