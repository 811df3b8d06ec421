-- What was approved for a partner that comes on board.
create index request_partner on request (partner, id);
