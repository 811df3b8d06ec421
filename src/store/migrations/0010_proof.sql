-- Whoever decides looks whether the partner is under suspicion: not at all that the partner has pending.
create index claim_suspect on claim (partner, id) where state = 'suspect';
