-- One numbering for what has sealed parts and clocks: leads by their own number, registrations and conflicts below zero, by
-- turns (D-1 is -2, C-1 is -3). So no key and no clock of a lead had to move.
alter table person_key rename column lead_id to entity_no;
alter table clock_fired rename column lead_id to entity_no;

-- What lists, filters and sweeps look at: narrow, so that a walk along an index stays cheap. The whole aggregate is in
-- deal_body.
create table deal (
    id {id},
    version bigint not null,
    -- Of the submission, or of the beginning while it is a draft.
    received_at bigint not null,
    submitted_at bigint,
    updated_at bigint not null,
    state text not null,
    is_open bigint not null,
    -- 1 while a decision is awaited and nothing holds it.
    to_decide bigint not null,
    is_held bigint not null,
    is_escalated bigint not null,
    is_breached bigint not null,
    is_complete bigint not null,
    is_matched bigint not null,
    is_shared bigint not null,
    extensions bigint not null,
    -- Of its conflict: open, decided, appealed; empty without one.
    phase text not null,
    -- When the decision is due, or the protection ends. Without either: 2^62 + received_at, which is after every instant.
    due_key bigint not null,
    -- When the engine has to look next.
    next_at bigint,
    -- In ten-thousandths of a whole unit of its currency; the smallest number there is without a value.
    value_key bigint not null,
    currency text not null,
    partner bigint not null,
    reviewer bigint,
    country text,
    -- Normalised: what filters compare and sort by.
    company_words text not null,
    city_words text not null,
    source_code text not null,
    -- Codes of the product lines, each between spaces.
    products text not null,
    vertical_code text not null,
    sales_stage text not null,
    -- Noon UTC of the day, which bears that date in every zone from Hawaii to Australia.
    closes_at bigint,
    -- All words that a search looks at, each after a space.
    search text not null,
    -- Importing the same record again is noticed by it.
    source_key text not null
);
create index deal_due on deal (due_key, id);
create index deal_received on deal (received_at, id);
create index deal_value on deal (value_key, id);
create index deal_company on deal (company_words, id);
create index deal_state on deal (state, due_key, id);
create index deal_decide_due on deal (due_key, id) where to_decide = 1;
create index deal_decide_received on deal (received_at, id) where to_decide = 1;
create index deal_decide_value on deal (value_key, id) where to_decide = 1;
create index deal_decide_company on deal (company_words, id) where to_decide = 1;
create index deal_approved_received on deal (received_at, id) where state = 'approved';
create index deal_approved_value on deal (value_key, id) where state = 'approved';
create index deal_approved_company on deal (company_words, id) where state = 'approved';
create index deal_phase on deal (phase, due_key, id) where phase <> '';
create index deal_next on deal (next_at, id) where next_at is not null;
create unique index deal_source_key on deal (source_key) where source_key <> '';

-- The aggregate as JSON, without the contact, who stands beside it to be erased.
create table deal_body (
    id {id},
    body text not null,
    person text
);

-- Live claims worth comparing share a key: a customer and one product. A deal that was won stays a member under the day of
-- its order, after which nobody else can claim it for long; all others under the last day that there is.
create table deal_key (
    key bigint not null,
    settled_day bigint not null,
    deal_id bigint not null,
    primary key (key, settled_day, deal_id)
){clustered};

-- One customer and one product: what one registration alone may protect. The primary key refuses the second.
create table protection (
    key text primary key,
    deal_id bigint not null
){clustered};
create index protection_deal on protection (deal_id);

create table conflict (
    id {id},
    version bigint not null,
    opened_at bigint not null,
    updated_at bigint not null,
    state text not null,
    next_at bigint,
    -- Of the decision in force; nothing before the first.
    decided_at bigint,
    verdict text not null,
    -- How each clause stood then, a letter a clause: decisions are alike when their letters are.
    standings text not null
);
create index conflict_next on conflict (next_at, id) where next_at is not null;
create index conflict_decided on conflict (decided_at, id) where decided_at is not null;
create index conflict_standings on conflict (standings, decided_at) where decided_at is not null;

create table conflict_body (
    id {id},
    body text not null
);

create table conflict_party (
    deal_id bigint not null,
    conflict_id bigint not null,
    primary key (deal_id, conflict_id)
){clustered};

-- Our own point-of-sale data, by partner and topmost parent of the customer.
create table sale (
    id {id},
    partner bigint not null,
    family bigint not null,
    account bigint not null,
    -- Days since 1970-01-01.
    day bigint not null,
    minor bigint not null,
    currency text not null,
    source_key text not null
);
create index sale_customer on sale (family, partner, day);
create unique index sale_source_key on sale (source_key) where source_key <> '';

-- The figures of a room are read by measure.
create index stat_measure on stat (measure, day);
