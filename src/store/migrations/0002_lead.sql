create table partner (
    id {id},
    version bigint not null,
    updated_at bigint not null,
    code text not null unique,
    name text not null,
    -- The normalised words of the name, and the tier's code, for filters.
    name_words text not null,
    tier_code text not null,
    body text not null
);

create table account (
    id {id},
    version bigint not null,
    updated_at bigint not null,
    code text not null unique,
    body text not null
);

-- What lists, filters and sweeps look at: narrow, so that a walk along an index stays cheap. The whole aggregate is in
-- lead_body.
create table lead (
    id {id},
    version bigint not null,
    received_at bigint not null,
    updated_at bigint not null,
    state text not null,
    -- 1 while somebody still has to do something about it.
    is_open bigint not null,
    is_paused bigint not null,
    is_escalated bigint not null,
    -- When the running clock is due. Without one: 2^62 + received_at, which is after every instant.
    due_key bigint not null,
    -- When the engine has to look next.
    next_at bigint,
    score bigint not null,
    offers bigint not null,
    partner bigint,
    desk bigint,
    country text,
    -- Normalised: what filters compare and sort by.
    company_words text not null,
    city_words text not null,
    source_code text not null,
    product_code text not null,
    vertical_code text not null,
    -- All words that a search looks at, each after a space.
    search text not null,
    -- Importing the same record again is noticed by these.
    source text not null,
    source_key text not null
);
create index lead_due on lead (due_key, id);
create index lead_received on lead (received_at, id);
create index lead_score on lead (score, id);
create index lead_company on lead (company_words, id);
create index lead_state on lead (state, due_key, id);
create index lead_partner on lead (partner, due_key, id) where partner is not null;
create index lead_desk on lead (desk, due_key, id) where desk is not null;
create index lead_next on lead (next_at, id) where next_at is not null;
create unique index lead_source on lead (source, source_key) where source_key <> '';

-- The aggregate as JSON, without the person, who stands beside it to be erased.
create table lead_body (
    id {id},
    body text not null,
    person text
);

-- Each stage of each clock fires once.
create table clock_fired (
    lead_id bigint not null,
    clock_no bigint not null,
    stage bigint not null,
    primary key (lead_id, clock_no, stage)
){clustered};

-- How many leads each partner holds.
create table partner_load (
    partner_id {id},
    open bigint not null
);

-- Whose turn it is, by country and product line.
create table rotation (
    scope text primary key,
    body text not null
);

-- Records worth comparing share a key.
create table lead_key (
    key bigint not null,
    lead_id bigint not null,
    primary key (key, lead_id)
){clustered};

-- The figures of the desk, by day.
create table stat (
    day bigint not null,
    measure text not null,
    bucket bigint not null,
    value bigint not null,
    primary key (day, measure, bucket)
){clustered};
