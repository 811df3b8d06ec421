-- The words of the search column. It keeps no text of its own (that is in `tier_line`), no positions and no lengths.
create virtual table tier_line_text using fts5 (search, content = 'tier_line', content_rowid = 'id', columnsize = 0, detail = none, tokenize = 'ascii');
create trigger tier_line_text_insert after insert on tier_line begin
    insert into tier_line_text (rowid, search) values (new.id, new.search);
end;
create trigger tier_line_text_update after update of search on tier_line when old.search <> new.search begin
    insert into tier_line_text (tier_line_text, rowid, search) values ('delete', old.id, old.search);
    insert into tier_line_text (rowid, search) values (new.id, new.search);
end;
