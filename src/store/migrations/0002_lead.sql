create table partner (
    id {id},
    version bigint not null,
    updated_at bigint not null,
    code text not null unique,
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
    name_words text not null,
    body text not null
);

-- What lists, filters and sweeps look at: narrow, so that a walk along an index stays cheap. The whole aggregate is in lead_body.
create table lead (
    id {id},
    version bigint not null,
    received_at bigint not null,
    updated_at bigint not null,
    state text not null,
    -- 1 while somebody still has to do something about it.
    is_open bigint not null,
    -- When the running clock is due; the greatest bigint when none runs, so that those come last.
    due_at bigint not null,
    -- When the engine has to look next.
    next_at bigint,
    is_breached bigint not null,
    is_paused bigint not null,
    -- 0 when nobody senior has to look, else the severity from 1.
    escalated bigint not null,
    score bigint not null,
    offers bigint not null,
    partner bigint,
    desk bigint,
    account bigint,
    merged_into bigint,
    country text,
    company text not null,
    city text not null,
    -- Normalised: what filters compare and sort by.
    company_words text not null,
    city_words text not null,
    source_code text not null,
    product_code text not null,
    vertical_code text not null,
    -- All words that a search looks at, each after a space.
    search text not null,
    source text not null,
    source_key text not null
);
create index lead_due on lead (due_at, id);
create index lead_score on lead (score, id);
create index lead_company on lead (company_words, id);
create index lead_state on lead (state, due_at, id);
create index lead_partner on lead (partner, due_at, id) where partner is not null;
create index lead_desk on lead (desk, due_at, id) where desk is not null and is_open = 1;
create index lead_breached on lead (due_at, id) where is_breached = 1;
create index lead_next on lead (next_at, id) where next_at is not null;
create index lead_merged on lead (merged_into) where merged_into is not null;
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

-- Keys of the house, each made at its first use.
create table secret (
    name text primary key,
    key {bytes} not null
);
