-- How partners answered what was offered to them: one row each offer that came to an end. Tiers and reports count them.
create table lead_answer (
    lead_id bigint not null,
    -- From 1, per lead.
    offer_no bigint not null,
    partner bigint not null,
    answered_at bigint not null,
    -- in_time, late, declined, timed_out, withdrawn
    outcome text not null,
    primary key (lead_id, offer_no)
){clustered};
create index lead_answer_partner on lead_answer (partner, answered_at, outcome, lead_id);
