-- What somebody has to decide next, about a registration or about the conflict that it is in: what is due soon is a walk along it.
-- Breaches of conflicts of before they were counted get their days from the program, right after this.
create index deal_decision_due on deal ((
    case when phase in ('open', 'appealed') and (to_decide = 0 or case_due < due_key) then case_due when to_decide = 1 then due_key end
), id) where (
    case when phase in ('open', 'appealed') and (to_decide = 0 or case_due < due_key) then case_due when to_decide = 1 then due_key end
) is not null;
