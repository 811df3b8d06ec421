-- Further than the walls of versions 7 and 10: approvals and payments have the fund's currency and the amounts that the ledger
-- holds for them, and a payment goes all its way. All of it is compared in the order in which a command is written: entries,
-- approvals, requests and claims, batches, payments.
-- What the database can't know: how many approvals an amount needs (the program says it), what was asked in another currency than
-- the fund's (the rate says it), whether what is said to be asked is what was hashed, and what the bank really did with a file.
drop trigger if exists mdf_signature_fits;
create trigger mdf_signature_fits after insert on mdf_signature begin
    select raise(abort, 'an approval is in the currency of the fund') where not exists (select 1 from claim join fund on fund.id = claim.fund
        where new.item % 3 = 2 and claim.id = (new.item - 2) / 3 and fund.currency = new.currency)
        and not exists (select 1 from request join fund on fund.id = request.fund
        where new.item % 3 = 1 and request.id = (new.item - 1) / 3 and fund.currency = new.currency);
    select raise(abort, 'no more is approved than was asked for') where not exists (select 1 from claim_body as said
        where new.item % 3 = 2 and said.id = (new.item - 2) / 3
        and (said.body ->> '$.content.asked.currency' <> new.currency or said.body ->> '$.content.asked.minor' >= new.minor))
        and not exists (select 1 from request_body as said where new.item % 3 = 1 and said.id = (new.item - 1) / 3
        and (said.body ->> '$.plan.asked.currency' <> new.currency or said.body ->> '$.plan.asked.minor' >= new.minor));
end;
drop trigger if exists claim_is_set_aside;
create trigger claim_is_set_aside before update on claim when new.approved_minor is not null
    and (new.approved_minor is not old.approved_minor or new.revision <> old.revision or new.hash <> old.hash) begin
    select raise(abort, 'nothing is approved that the ledger did not set aside') where new.approved_minor > (select
        coalesce(sum(case entry.kind when 'claim' then entry.minor when 'unclaim' then -entry.minor else 0 end), 0) from fund_entry as entry
        where entry.subject_kind = 'claim' and entry.subject = new.id and entry.fund = new.fund);
end;
drop trigger if exists claim_comes_set_aside;
create trigger claim_comes_set_aside after insert on claim when new.approved_minor is not null begin
    select raise(abort, 'nothing is approved that the ledger did not set aside') where new.approved_minor > (select
        coalesce(sum(case entry.kind when 'claim' then entry.minor when 'unclaim' then -entry.minor else 0 end), 0) from fund_entry as entry
        where entry.subject_kind = 'claim' and entry.subject = new.id and entry.fund = new.fund);
end;
drop trigger if exists request_is_committed;
create trigger request_is_committed before update on request when new.state = 'approved' and old.state <> 'approved' begin
    select raise(abort, 'nothing is approved that the ledger did not set aside') where (select min(given.minor) from mdf_signature as given
        where given.item = 3 * new.id + 1 and given.void_at is null and given.revision = new.revision and given.hash = new.hash)
        > (select coalesce(sum(case entry.kind when 'commit' then entry.minor when 'release' then -entry.minor else 0 end), 0)
        from fund_entry as entry where entry.subject_kind = 'request' and entry.subject = new.id and entry.fund = new.fund);
end;
drop trigger if exists request_comes_committed;
create trigger request_comes_committed after insert on request when new.state = 'approved' begin
    select raise(abort, 'nothing is approved that the ledger did not set aside') where (select min(given.minor) from mdf_signature as given
        where given.item = 3 * new.id + 1 and given.void_at is null and given.revision = new.revision and given.hash = new.hash)
        > (select coalesce(sum(case entry.kind when 'commit' then entry.minor when 'release' then -entry.minor else 0 end), 0)
        from fund_entry as entry where entry.subject_kind = 'request' and entry.subject = new.id and entry.fund = new.fund);
end;
-- An entry comes before the payment that it belongs to says so: it finds it with the bank.
drop trigger if exists fund_entry_belongs;
create trigger fund_entry_belongs after insert on fund_entry begin
    select raise(abort, 'only money that a bank was told to pay is posted as paid') where new.kind = 'pay' and not exists (select 1 from claim
        where new.subject_kind = 'claim' and claim.id = new.subject and claim.fund = new.fund
        and (select sum(entry.minor) from fund_entry as entry
            where entry.subject_kind = 'claim' and entry.subject = new.subject and entry.fund = new.fund and entry.kind = 'pay')
        <= (select sum(one.minor) from payment as one
            where one.claim = new.subject and one.minor > 0 and one.state in ('exported', 'confirmed')));
    select raise(abort, 'no more comes back than was paid') where new.kind = 'claw_back' and not exists (select 1 from claim
        where new.subject_kind = 'claim' and claim.id = new.subject and claim.fund = new.fund
        and (select sum(case entry.kind when 'pay' then entry.minor when 'claw_back' then -entry.minor else 0 end) from fund_entry as entry
            where entry.subject_kind = 'claim' and entry.subject = new.subject and entry.fund = new.fund) >= 0);
    select raise(abort, 'only an entry made by hand is reversed') where new.kind = 'reverse' and exists (select 1 from fund_entry as entry
        where entry.fund = new.fund and entry.no = new.reverses and entry.kind not in ('allocate', 'reduce'));
end;
-- One that is ordered and given up by one command is written once, as failed.
drop trigger if exists payment_begins;
create trigger payment_begins after insert on payment begin
    select raise(abort, 'a payment is in the currency of its fund') where exists (select 1 from claim join fund on fund.id = claim.fund
        where claim.id = new.claim and fund.currency <> new.currency);
    select raise(abort, 'a payment begins as ordered, in no batch') where new.minor > 0 and (new.batch is not null
        or not (new.state = 'ordered' and new.answer = '' and new.answered_at is null
        or new.state = 'failed' and new.answer <> '' and new.answered_at is not null));
    select raise(abort, 'money that came back stands in the ledger') where new.minor < 0 and (new.batch is not null or new.state <> 'confirmed'
        or new.answer = '' or new.answered_at is null
        or (select -sum(one.minor) from payment as one where one.claim = new.claim and one.minor < 0)
        > (select coalesce(sum(entry.minor), 0) from claim join fund_entry as entry on entry.subject_kind = 'claim'
            and entry.subject = claim.id and entry.fund = claim.fund and entry.kind = 'claw_back' where claim.id = new.claim));
end;
drop trigger if exists payment_goes;
create trigger payment_goes after update on payment when new.state <> old.state or new.batch is not old.batch begin
    select raise(abort, 'a payment goes to the bank in a batch of its currency') where (new.batch is not old.batch or new.state = 'exported')
        and not (old.state = 'ordered' and new.state = 'exported' and exists (select 1 from payment_batch as file
        where file.id = new.batch and file.currency = new.currency));
    select raise(abort, 'what the bank answered is kept') where new.state in ('confirmed', 'failed') and (new.answer = '' or new.answered_at is null);
    select raise(abort, 'a payment is confirmed with its entry in the ledger') where new.state = 'confirmed'
        and (select sum(one.minor) from payment as one where one.claim = new.claim and one.minor > 0 and one.state = 'confirmed')
        > (select coalesce(sum(entry.minor), 0) from claim join fund_entry as entry on entry.subject_kind = 'claim'
            and entry.subject = claim.id and entry.fund = claim.fund and entry.kind = 'pay' where claim.id = new.claim);
    select raise(abort, 'a payment that the ledger has as paid did not fail') where new.state = 'failed'
        and (select coalesce(sum(one.minor), 0) from payment as one
            where one.claim = new.claim and one.minor > 0 and one.state in ('exported', 'confirmed'))
        < (select coalesce(sum(entry.minor), 0) from claim join fund_entry as entry on entry.subject_kind = 'claim'
            and entry.subject = claim.id and entry.fund = claim.fund and entry.kind = 'pay' where claim.id = new.claim);
end;
