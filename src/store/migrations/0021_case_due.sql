-- When the conflict is due that a registration is in, while somebody has to decide about it; otherwise 2^62, which is after every
-- instant. It stands beside the registration, so that a page of the parties of conflicts is a walk along an index.
alter table deal add column case_due bigint not null default 4611686018427387904;
drop index deal_phase;
drop index deal_disputed_due;
create index deal_phase on deal (phase, case_due, id) where phase <> '';
create index deal_disputed_case on deal (case_due, id) where (case phase when 'open' then 1 end) = 1;
-- Whoever knows the number of a conflict asks for its parties.
create index conflict_party_case on conflict_party (conflict_id, deal_id);
