-- The list of the tier desk: one row a partner, with how it stands.
create table tier_line (
    -- Of the partner.
    id {id},
    updated_at bigint not null,
    -- Normalised: what filters compare and sort by.
    name_words text not null,
    code text not null,
    tier_code text not null,
    status text not null,
    kind text not null,
    country text,
    -- Of the last audit; empty before the first.
    outcome text not null,
    earned_code text not null,
    -- Hundredths of a point; -1 without.
    score_key bigint not null,
    -- proposed, deferred, approved; empty where nothing is.
    proposal text not null,
    promotes bigint not null,
    -- The first moment after the remediation plan, and noon UTC of the day on which it falls below its line.
    plan_due_at bigint,
    falls_at bigint,
    is_near bigint not null,
    owner bigint,
    -- The earliest of an approved change, the end of the plan and the fall. Without: 2^62 + its number.
    due_key bigint not null,
    -- All words that a search looks at, each after a space.
    search text not null
);
create index tier_line_due on tier_line (due_key, id);
create index tier_line_score on tier_line (score_key, id);
create index tier_line_name on tier_line (name_words, id);
create index tier_line_changed on tier_line (updated_at, id);
create index tier_line_tier on tier_line (tier_code, outcome);
