-- An evaluation is never changed: what comes in later makes another one.
create or replace function tier_evaluation_stays() returns trigger language plpgsql as $$
begin
    raise exception 'an evaluation is never changed' using errcode = 'check_violation';
end $$;
create trigger tier_evaluation_stays before update or delete on tier_evaluation for each row execute function tier_evaluation_stays();
create trigger tier_evaluation_body_stays before update or delete on tier_evaluation_body for each row execute function tier_evaluation_stays();
-- In the order of bytes, as everywhere else, whatever the locale of the database is.
alter table tier_evaluation alter column source_key type text collate "C", alter column kind type text collate "C";
