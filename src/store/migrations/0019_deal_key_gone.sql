-- Random keys lie on nearly every page of the great index of keys, and who ends many registrations at once would write each of
-- these pages again for every part of them. Such keys are noted here, left out by whoever asks for members, and taken out of the
-- great index later, in slices of neighbours.
create table deal_key_gone (
    key bigint not null,
    settled_day bigint not null,
    deal_id bigint not null,
    primary key (key, settled_day, deal_id)
){clustered};
