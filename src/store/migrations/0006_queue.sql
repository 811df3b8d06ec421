-- Most of a desk that has run for years is protected. An index for each order of it is asked for in words that no other
-- index answers: of "state = 'approved'" a planner thinks that few are, takes the index of states, and sorts them all.
drop index deal_approved_received;
drop index deal_approved_value;
drop index deal_approved_company;
create index deal_protected_due on deal (due_key, id) where (case state when 'approved' then 1 end) = 1;
create index deal_protected_received on deal (received_at, id) where (case state when 'approved' then 1 end) = 1;
create index deal_protected_value on deal (value_key, id) where (case state when 'approved' then 1 end) = 1;
create index deal_protected_company on deal (company_words, id) where (case state when 'approved' then 1 end) = 1;
-- The same for open conflicts: after a matching policy was changed there may be thousands.
create index deal_disputed_received on deal (received_at, id) where (case phase when 'open' then 1 end) = 1;
create index deal_disputed_value on deal (value_key, id) where (case phase when 'open' then 1 end) = 1;
create index deal_disputed_company on deal (company_words, id) where (case phase when 'open' then 1 end) = 1;
create index deal_disputed_due on deal (due_key, id) where (case phase when 'open' then 1 end) = 1;
