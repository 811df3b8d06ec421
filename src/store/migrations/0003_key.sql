-- A record is known by its key alone, which begins with the system that it comes from: the source of a lead is what marketing
-- calls it, and may have another name in the next export.
drop index lead_source;
create index lead_source_key_found on lead (source_key);
-- Of a record that came in twice for that reason the first lead is the one to be known again.
update lead set source_key = '' where source_key <> ''
    and exists (select 1 from lead as older where older.source_key = lead.source_key and older.id < lead.id);
drop index lead_source_key_found;
create unique index lead_source_key on lead (source_key) where source_key <> '';
