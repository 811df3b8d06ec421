-- Every registration at a glance, 64 bits: what two are compared by before either is read. Those that are there already get
-- theirs from the program, right after this.
create table deal_glance (
    deal_id {id},
    glance bigint not null
);
