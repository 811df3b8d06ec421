-- A request on which a claim has come is late no more: its place in the order of what is due is after all that is.
update mdf_item set due_key = 4611686018427387904 + received_at
where kind = 'request' and state = 'approved' and id in (select 3 * request.id + 1 from request where request.next_at is null);
