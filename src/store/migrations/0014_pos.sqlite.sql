-- A line that waits no longer leaves the list.
create trigger tier_line_text_delete after delete on tier_line begin
    insert into tier_line_text (tier_line_text, rowid, search) values ('delete', old.id, old.search);
end;
