insert into audit_head (id, seq, hash) values (1, 0, zeroblob(32));
