-- Read in the order of bytes, which costs least.
alter table mdf_item alter column awaits type text collate "C";
