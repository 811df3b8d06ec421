-- When certificates of partners end: one row each, of those that do.
create table tier_certificate (
    partner bigint not null,
    -- Normalised: a certificate is one whatever its letters are.
    name text not null,
    until_at bigint not null,
    primary key (partner, name)
){clustered};
create index tier_certificate_until on tier_certificate (until_at, partner);
