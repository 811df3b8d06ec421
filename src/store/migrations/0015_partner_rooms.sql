-- What one partner has in each room: counted by state, and the next of it by due.
create index lead_partner_state on lead (partner, state) where partner is not null;
create index deal_partner_due on deal (partner, due_key, id);
create index fund_partner on fund (partner, to_day, id) where partner is not null;
create index mdf_item_partner on mdf_item (partner, due_key, id) where partner is not null and is_open = 1;
