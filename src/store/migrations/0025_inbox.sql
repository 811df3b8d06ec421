-- What a request or a claim waits for, all but the amount: whose turn it is, the currencies and the band of the amount that a limit
-- has to reach, whom its history keeps away. Nothing where it waits for nobody. See `domain::mdf::inbox`.
alter table mdf_item add column awaits text;
-- The amount in minor units, 0 where no limit is compared.
alter table mdf_item add column awaits_minor bigint not null default 0;
alter table mdf_item drop column barred;
-- An inbox is read from the places where the same is awaited.
create index mdf_item_awaits_due on mdf_item (awaits, due_key, id, awaits_minor) where awaits is not null;
create index mdf_item_awaits_received on mdf_item (awaits, received_at, id, awaits_minor) where awaits is not null;
create index mdf_item_awaits_amount on mdf_item (awaits, amount_key, id, awaits_minor) where awaits is not null;
create index mdf_item_awaits_title on mdf_item (awaits, title_words, id, awaits_minor) where awaits is not null;
-- What failed a check is rare, and may stand anywhere in an order.
create index mdf_item_checks on mdf_item (checks, due_key, id);
drop index if exists mdf_item_open_due;
drop index if exists mdf_item_open_received;
drop index if exists mdf_item_open_amount;
drop index if exists mdf_item_open_title;
