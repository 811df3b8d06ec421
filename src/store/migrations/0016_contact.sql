-- The people at partners.
create table contact (
    id {id},
    version bigint not null,
    updated_at bigint not null,
    partner bigint not null,
    state text not null,
    role text not null
);
create index contact_partner on contact (partner, id);

-- The aggregate as JSON, without the person, who stands beside it to be erased.
create table contact_body (
    id {id},
    body text not null,
    person text
);
