-- The audit chain: one row an event, written once, never changed.
create table audit (
    seq {id},
    at bigint not null,
    actor bigint not null,
    command_id {bytes} not null,
    entity_kind text not null,
    entity_id bigint not null,
    entity_version bigint not null,
    kind text not null,
    program_version bigint not null,
    body text not null,
    sealed {bytes},
    hash {bytes} not null
);
create index audit_entity on audit (entity_kind, entity_id, seq);

-- Its end: one row, the last that a write locks.
create table audit_head (
    id {id} check (id = 1),
    seq bigint not null,
    hash {bytes} not null
);

-- The keys under which personal data in the chain is sealed. Destroying one erases.
create table person_key (
    lead_id {id},
    key {bytes} not null
);

-- What was erased or refused consent: keyed hashes, which say nothing but "this one".
create table suppression (
    hash {bytes} primary key
){clustered};

-- Commands that were carried out, each at most once, with their events.
create table command_done (
    command_id {bytes} primary key,
    seq_last bigint not null
){clustered};

-- The highest number given to each kind of thing; and how often the partner directory changed.
create table counter (
    name text primary key,
    value bigint not null
){clustered};

-- Keys of the house, each made at its first use.
create table secret (
    name text primary key,
    key {bytes} not null
){clustered};

create table program (
    version {id},
    applied_at bigint not null,
    actor bigint not null,
    toml text not null,
    note text not null
);

create table operator (
    id {id},
    version bigint not null,
    name text not null unique,
    -- The normalised words of the name, for filters.
    name_words text not null,
    login text unique,
    roles text not null,
    is_active bigint not null
);
