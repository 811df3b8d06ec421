insert into audit_head (id, seq, hash) values (1, 0, decode(repeat('00', 32), 'hex'));
-- Written once: a full page is full for good, and a page that is all visible is never read by a vacuum again.
alter table audit set (fillfactor = 100);
