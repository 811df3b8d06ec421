-- Order lines with their bookings, what they add up to, and lines that wait for a person. What was recorded before is taken over
-- by the program, which knows the number of a key (see `store::pos`).
alter table sale rename to sale_first;
drop index sale_customer;
drop index sale_source_key;

create table sale (
    id {id},
    -- A number made of the source key: orders in turn, the lines of one side by side. Not unique.
    key bigint not null,
    source_key text not null,
    partner bigint not null,
    -- The end customer and its topmost parent, where the line names one of our accounts.
    family bigint,
    account bigint,
    product text not null,
    -- The product line as the channel program writes it; empty for none.
    line text not null,
    -- Days since 1970-01-01.
    day bigint not null,
    -- Thousandths.
    quantity bigint,
    -- Ten-thousandths of a whole unit.
    price bigint,
    minor bigint not null,
    currency text not null,
    -- In the program's currency; nothing of lines that were recorded before lines were booked.
    booked bigint,
    booked_currency text,
    -- The pinned rate as JSON, where there is one.
    rate text,
    -- The line that this one is against: 1 returns some of it, 2 cancels it.
    original bigint,
    against bigint not null,
    -- Restates a closed quarter.
    is_late bigint not null
);
create index sale_key on sale (key);
-- Lines come by the day, and so this index is written where it was written last.
create index sale_day on sale (day, partner);
create index sale_customer on sale (family, partner, day) where family is not null;
create index sale_original on sale (original) where original is not null;

-- What booked lines add up to. Months first: the lines of a day move a part of the table that fits into memory.
create table sale_total (
    -- Twelve times the year and the months of it before this one.
    month bigint not null,
    partner bigint not null,
    line text not null,
    currency text not null,
    minor bigint not null,
    quantity bigint not null,
    lines bigint not null,
    -- When the last of them was recorded.
    changed_at bigint not null,
    primary key (month, partner, line, currency)
){clustered};

-- In the list of the tier desk lines that wait stand beside the partners, with numbers below zero: what is wrong first.
alter table tier_line add column reason text not null default '';

create table correction (
    id {id},
    version bigint not null,
    raised_at bigint not null,
    updated_at bigint not null,
    state text not null,
    -- What is wrong first.
    reason text not null,
    partner bigint,
    -- A number made of the key by which the line is known again.
    key bigint not null
);
create index correction_key on correction (key);
create index correction_open on correction (id) where state = 'open';
create index correction_reason on correction (reason, id) where state = 'open';

create table correction_body (
    id {id},
    body text not null
);
