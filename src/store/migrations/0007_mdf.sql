-- Funds, requests and claims: one list for the desk. Numbered by turns: a fund n is 3n, a request 3n + 1, a claim 3n + 2.
create table mdf_item (
    id {id},
    kind text not null,
    -- Of the submission, or of the beginning while it is a draft.
    received_at bigint not null,
    submitted_at bigint,
    updated_at bigint not null,
    state text not null,
    is_open bigint not null,
    -- Whose turn it is: first, second, finance (to approve), pay; empty where nobody's.
    waits text not null,
    -- 1 of an open fund with money that nobody asked for.
    has_money bigint not null,
    -- 1 while a clock of a decision or of a payment runs.
    is_timed bigint not null,
    is_escalated bigint not null,
    is_breached bigint not null,
    is_returned bigint not null,
    -- When the decision, the payment or the last claim is due, or the period ends. Without: 2^62 + received_at.
    due_key bigint not null,
    -- Noon UTC of the first day, which bears that date in every zone from Hawaii to Australia.
    starts_at bigint not null,
    -- Asked for, or available, in ten-thousandths of a whole unit of its currency.
    amount_key bigint not null,
    currency text not null,
    fund bigint not null,
    -- Nothing of a region's fund.
    partner bigint,
    assignee bigint,
    country text,
    -- Normalised: what filters compare and sort by.
    title_words text not null,
    category_code text not null,
    -- The worst that the checks found: fail, person, pass; empty where there are none.
    checks text not null,
    -- Numbers of operators, each between spaces, whom its history keeps from giving the approval that is due.
    barred text not null,
    -- All words that a search looks at, each after a space.
    search text not null
);
create index mdf_item_due on mdf_item (due_key, id);
create index mdf_item_received on mdf_item (received_at, id);
create index mdf_item_amount on mdf_item (amount_key, id);
create index mdf_item_title on mdf_item (title_words, id);
create index mdf_item_state on mdf_item (state, due_key, id);
create index mdf_item_open_due on mdf_item (due_key, id) where is_open = 1;
create index mdf_item_open_received on mdf_item (received_at, id) where is_open = 1;
create index mdf_item_open_amount on mdf_item (amount_key, id) where is_open = 1;
create index mdf_item_open_title on mdf_item (title_words, id) where is_open = 1;
create index mdf_item_timed on mdf_item (due_key, id) where is_timed = 1;
create index mdf_item_waits on mdf_item (waits, due_key, id) where waits <> '';
create index mdf_item_money on mdf_item (due_key, id) where has_money = 1;
create index mdf_item_listed_due on mdf_item (due_key, id) where kind <> 'fund';
create index mdf_item_fund on mdf_item (fund, due_key, id);

create table fund (
    id {id},
    version bigint not null,
    updated_at bigint not null,
    state text not null,
    next_at bigint,
    name_words text not null,
    program text not null,
    -- One of the two.
    partner bigint,
    region text,
    currency text not null,
    -- Days since 1970-01-01.
    from_day bigint not null,
    to_day bigint not null,
    source_key text not null,
    constraint fund_has_one_holder check ((partner is null) <> (region is null)),
    constraint fund_period check (from_day <= to_day)
);
create index fund_next on fund (next_at, id) where next_at is not null;
create unique index fund_source_key on fund (source_key) where source_key <> '';

create table fund_body (
    id {id},
    body text not null
);

-- The ledger: an entry moves an amount from one account to another, so that its two sides are one number and always sum to
-- zero. Written once. Nothing else moves money: the balances follow by a trigger.
create table fund_entry (
    fund bigint not null,
    no bigint not null,
    kind text not null,
    -- What it is about: fund, request or claim, and its number.
    subject_kind text not null,
    subject bigint not null,
    from_account text not null,
    to_account text not null,
    minor bigint not null,
    currency text not null,
    reverses bigint,
    at bigint not null,
    reason text not null,
    primary key (fund, no),
    constraint fund_entry_moves_something check (minor > 0),
    constraint fund_entry_reverses check ((kind = 'reverse') = (reverses is not null)),
    constraint fund_entry_goes_its_way check (kind = 'reverse' or kind || ' ' || from_account || ' ' || to_account in (
        'allocate allocated available', 'reduce available allocated', 'commit available committed',
        'release committed available', 'release committed expired', 'claim committed claimed', 'unclaim claimed committed',
        'pay claimed paid', 'claw_back paid available', 'claw_back paid expired', 'expire available expired'))
){clustered};
create unique index fund_entry_reversed on fund_entry (fund, reverses) where reverses is not null;
create index fund_entry_subject on fund_entry (subject_kind, subject);

-- What the accounts of a fund hold.
create table fund_balance (
    fund {id},
    currency text not null,
    -- The number of entries that it is the sum of.
    entries bigint not null,
    allocated bigint not null,
    available bigint not null,
    committed bigint not null,
    claimed bigint not null,
    paid bigint not null,
    expired bigint not null,
    constraint fund_balance_is_never_below_zero
        check (available >= 0 and committed >= 0 and claimed >= 0 and paid >= 0 and expired >= 0),
    constraint fund_balance_adds_up check (allocated = available + committed + claimed + paid + expired)
);

create table request (
    id {id},
    version bigint not null,
    updated_at bigint not null,
    state text not null,
    next_at bigint,
    fund bigint not null,
    partner bigint not null,
    -- What an approval is bound to.
    revision bigint not null,
    hash {bytes} not null,
    source_key text not null
);
create index request_next on request (next_at, id) where next_at is not null;
create index request_fund on request (fund, id);
create unique index request_source_key on request (source_key) where source_key <> '';

create table request_body (
    id {id},
    body text not null
);

create table claim (
    id {id},
    version bigint not null,
    updated_at bigint not null,
    state text not null,
    next_at bigint,
    fund bigint not null,
    request bigint not null,
    partner bigint not null,
    -- 1 while it is handed in and neither paid nor ended.
    is_pending bigint not null,
    revision bigint not null,
    hash {bytes} not null,
    -- What was approved, in minor units of the fund's currency; nothing before.
    approved_minor bigint,
    submitted_at bigint,
    -- Days since 1970-01-01.
    performed_from bigint not null,
    performed_to bigint not null,
    source_key text not null
);
create index claim_next on claim (next_at, id) where next_at is not null;
create index claim_request on claim (request, id);
create index claim_pending on claim (partner, id) where is_pending = 1;
create index claim_submitted on claim (partner, submitted_at) where submitted_at is not null;
create index claim_performed on claim (partner, performed_to);
create unique index claim_source_key on claim (source_key) where source_key <> '';

create table claim_body (
    id {id},
    body text not null
);

-- Who may have handed in the same paper: an invoice or a file, by a short hash of what makes it the same. Never taken away.
create table paper (
    key bigint not null,
    -- The record of any desk.
    kind text not null,
    id bigint not null,
    primary key (key, kind, id)
){clustered};

-- Who took which part in a request or a claim, over its whole history. Never taken away.
create table mdf_part (
    item bigint not null,
    operator bigint not null,
    part text not null,
    primary key (item, operator, part),
    constraint mdf_part_known check (part in ('asked', 'approved', 'paid'))
){clustered};

-- Approvals, each bound to one revision of the content and its hash.
create table mdf_signature (
    item bigint not null,
    -- The version of the item that it made.
    version bigint not null,
    step text not null,
    operator bigint not null,
    on_behalf_of bigint,
    at bigint not null,
    minor bigint not null,
    currency text not null,
    revision bigint not null,
    hash {bytes} not null,
    -- When the approval began anew, or this was taken back.
    void_at bigint,
    primary key (item, version),
    constraint mdf_signature_step check (step in ('first', 'second', 'finance')),
    constraint mdf_signature_amount check (minor > 0)
){clustered};

-- Payments of claims; what came back is below zero.
create table payment (
    claim bigint not null,
    no bigint not null,
    -- Under which it happens at most once.
    key text not null,
    minor bigint not null,
    currency text not null,
    operator bigint not null,
    at bigint not null,
    state text not null,
    batch bigint,
    -- What the bank says: its reference, or why not.
    answer text not null,
    answered_at bigint,
    primary key (claim, no),
    constraint payment_happens_once unique (claim, key),
    constraint payment_moves_something check (minor <> 0),
    constraint payment_state check (state in ('ordered', 'exported', 'confirmed', 'failed'))
){clustered};
create index payment_open on payment (state, claim, no) where state in ('ordered', 'exported');
create index payment_batch_of on payment (batch) where batch is not null;

create table payment_batch (
    id {id},
    version bigint not null,
    exported_at bigint not null,
    updated_at bigint not null,
    state text not null,
    currency text not null,
    -- The same file is exported once.
    file_hash {bytes} not null unique
);

create table payment_batch_body (
    id {id},
    body text not null
);

-- The most that an operator approves at once in a currency, from a day on.
create table approval_limit (
    operator bigint not null,
    currency text not null,
    from_day bigint not null,
    minor bigint not null,
    until_day bigint,
    primary key (operator, currency, from_day),
    constraint approval_limit_is_no_debt check (minor >= 0)
){clustered};

-- One approves for another, with that one's limits, on these days; none where the last is before the first.
create table approval_delegation (
    from_operator bigint not null,
    to_operator bigint not null,
    from_day bigint not null,
    until_day bigint not null,
    primary key (from_operator, to_operator, from_day),
    constraint approval_delegation_is_to_another check (from_operator <> to_operator)
){clustered};
