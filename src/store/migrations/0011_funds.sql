-- Funds are few among many claims, and stand in a queue of their own.
create index mdf_item_funds on mdf_item (due_key, id) where kind = 'fund';
