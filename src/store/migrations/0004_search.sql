-- The country is found with the words, as one more of them that nobody can type.
update lead set search = search || ' §' || lower(country) where country is not null;

-- The keys of the latest leads, before they move to lead_key slice by slice.
create table lead_key_new (
    key bigint not null,
    lead_id bigint not null,
    primary key (key, lead_id)
){clustered};
