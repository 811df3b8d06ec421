-- The words of the search column. It keeps no text of its own (that is in `deal`), no positions and no lengths.
create virtual table deal_text using fts5 (search, content = 'deal', content_rowid = 'id', columnsize = 0, detail = none, tokenize = 'ascii');
create trigger deal_text_insert after insert on deal begin
    insert into deal_text (rowid, search) values (new.id, new.search);
end;
create trigger deal_text_update after update of search on deal when old.search <> new.search begin
    insert into deal_text (deal_text, rowid, search) values ('delete', old.id, old.search);
    insert into deal_text (rowid, search) values (new.id, new.search);
end;
