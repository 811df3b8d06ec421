-- Evaluations: what a partner earned at a day, written once. The narrow row is what lists look at.
create table tier_evaluation (
    id {id},
    version bigint not null,
    made_at bigint not null,
    partner bigint not null,
    -- Days since 1970-01-01.
    day bigint not null,
    -- The quarter, "2026-Q1"; "reaudit" at the end of a plan; empty of one on demand.
    kind text not null,
    outcome text not null,
    stored text not null,
    computed text not null,
    -- The same facts under the same rules are evaluated once.
    source_key text not null unique
);
create index tier_evaluation_partner on tier_evaluation (partner, day, id);
create index tier_evaluation_kind on tier_evaluation (kind, partner);

create table tier_evaluation_body (
    id {id},
    body text not null
);

-- How a partner stands: one row each.
create table tier_standing (
    id {id},
    version bigint not null,
    updated_at bigint not null,
    -- When an approved change comes into force, or a plan is over.
    next_at bigint,
    partner bigint not null unique,
    -- Of the last audit; empty before the first.
    outcome text not null,
    -- Hundredths of a point.
    score bigint,
    -- Within ten percent of a line.
    is_near bigint not null,
    -- The day on which it falls below the line of its tier, if nothing is added.
    falls_day bigint,
    -- proposed, deferred, approved; empty where nothing is.
    proposal text not null,
    promotes bigint not null,
    plan_due_day bigint,
    acquired_day bigint
);
create index tier_standing_due on tier_standing (next_at, id) where next_at is not null;
create index tier_standing_proposal on tier_standing (promotes, id) where proposal <> '';
create index tier_standing_outcome on tier_standing (outcome, id);
create index tier_standing_plan on tier_standing (plan_due_day, id) where plan_due_day is not null;
create index tier_standing_falls on tier_standing (falls_day, id) where falls_day is not null;

create table tier_standing_body (
    id {id},
    body text not null
);
