-- The keys of the latest registrations, before they move to deal_key part by part: random keys lie on nearly every page of a great
-- index, and each page would be written again by every batch.
create table deal_key_new (
    key bigint not null,
    settled_day bigint not null,
    deal_id bigint not null,
    primary key (key, settled_day, deal_id)
){clustered};
