-- Further than the walls of versions 7 and 10: approvals and payments have the fund's currency and the amounts that the ledger
-- holds for them, and a payment goes all its way. All of it is compared in the order in which a command is written: entries,
-- approvals, requests and claims, batches, payments.
-- What the database can't know: how many approvals an amount needs (the program says it), what was asked in another currency than
-- the fund's (the rate says it), whether what is said to be asked is what was hashed, and what the bank really did with a file.
create or replace function mdf_signature_fits() returns trigger language plpgsql as $$
begin
    if not exists (select 1 from claim join fund on fund.id = claim.fund
        where new.item % 3 = 2 and claim.id = (new.item - 2) / 3 and fund.currency = new.currency)
        and not exists (select 1 from request join fund on fund.id = request.fund
        where new.item % 3 = 1 and request.id = (new.item - 1) / 3 and fund.currency = new.currency) then
        raise exception 'an approval is in the currency of the fund' using errcode = 'check_violation';
    end if;
    if not exists (select 1 from claim_body as said where new.item % 3 = 2 and said.id = (new.item - 2) / 3
        and (cast(said.body as json) #>> '{content,asked,currency}' <> new.currency
        or cast(cast(said.body as json) #>> '{content,asked,minor}' as bigint) >= new.minor))
        and not exists (select 1 from request_body as said where new.item % 3 = 1 and said.id = (new.item - 1) / 3
        and (cast(said.body as json) #>> '{plan,asked,currency}' <> new.currency
        or cast(cast(said.body as json) #>> '{plan,asked,minor}' as bigint) >= new.minor)) then
        raise exception 'no more is approved than was asked for' using errcode = 'check_violation';
    end if;
    return new;
end $$;
drop trigger if exists mdf_signature_fits on mdf_signature;
create trigger mdf_signature_fits after insert on mdf_signature for each row execute function mdf_signature_fits();
create or replace function claim_is_set_aside() returns trigger language plpgsql as $$
begin
    if new.approved_minor > (select
        coalesce(sum(case entry.kind when 'claim' then entry.minor when 'unclaim' then -entry.minor else 0 end), 0) from fund_entry as entry
        where entry.subject_kind = 'claim' and entry.subject = new.id and entry.fund = new.fund) then
        raise exception 'nothing is approved that the ledger did not set aside' using errcode = 'check_violation';
    end if;
    return new;
end $$;
drop trigger if exists claim_is_set_aside on claim;
create trigger claim_is_set_aside before update on claim
    for each row when (new.approved_minor is not null and (new.approved_minor is distinct from old.approved_minor
        or new.revision <> old.revision or new.hash <> old.hash)) execute function claim_is_set_aside();
drop trigger if exists claim_comes_set_aside on claim;
create trigger claim_comes_set_aside after insert on claim
    for each row when (new.approved_minor is not null) execute function claim_is_set_aside();
create or replace function request_is_committed() returns trigger language plpgsql as $$
begin
    if (select min(given.minor) from mdf_signature as given
        where given.item = 3 * new.id + 1 and given.void_at is null and given.revision = new.revision and given.hash = new.hash)
        > (select coalesce(sum(case entry.kind when 'commit' then entry.minor when 'release' then -entry.minor else 0 end), 0)
        from fund_entry as entry where entry.subject_kind = 'request' and entry.subject = new.id and entry.fund = new.fund) then
        raise exception 'nothing is approved that the ledger did not set aside' using errcode = 'check_violation';
    end if;
    return new;
end $$;
drop trigger if exists request_is_committed on request;
create trigger request_is_committed before update on request
    for each row when (new.state = 'approved' and old.state <> 'approved') execute function request_is_committed();
drop trigger if exists request_comes_committed on request;
create trigger request_comes_committed after insert on request
    for each row when (new.state = 'approved') execute function request_is_committed();
-- An entry comes before the payment that it belongs to says so: it finds it with the bank.
create or replace function fund_entry_belongs() returns trigger language plpgsql as $$
begin
    -- Two at once see each other.
    perform 1 from claim where new.subject_kind = 'claim' and claim.id = new.subject for update;
    if new.kind = 'pay' and not exists (select 1 from claim
        where new.subject_kind = 'claim' and claim.id = new.subject and claim.fund = new.fund
        and (select sum(entry.minor) from fund_entry as entry
            where entry.subject_kind = 'claim' and entry.subject = new.subject and entry.fund = new.fund and entry.kind = 'pay')
        <= (select sum(one.minor) from payment as one
            where one.claim = new.subject and one.minor > 0 and one.state in ('exported', 'confirmed'))) then
        raise exception 'only money that a bank was told to pay is posted as paid' using errcode = 'check_violation';
    end if;
    if new.kind = 'claw_back' and not exists (select 1 from claim
        where new.subject_kind = 'claim' and claim.id = new.subject and claim.fund = new.fund
        and (select sum(case entry.kind when 'pay' then entry.minor when 'claw_back' then -entry.minor else 0 end) from fund_entry as entry
            where entry.subject_kind = 'claim' and entry.subject = new.subject and entry.fund = new.fund) >= 0) then
        raise exception 'no more comes back than was paid' using errcode = 'check_violation';
    end if;
    if new.kind = 'reverse' and exists (select 1 from fund_entry as entry
        where entry.fund = new.fund and entry.no = new.reverses and entry.kind not in ('allocate', 'reduce')) then
        raise exception 'only an entry made by hand is reversed' using errcode = 'check_violation';
    end if;
    return new;
end $$;
drop trigger if exists fund_entry_belongs on fund_entry;
create trigger fund_entry_belongs after insert on fund_entry
    for each row when (new.kind in ('pay', 'claw_back', 'reverse')) execute function fund_entry_belongs();
-- One that is ordered and given up by one command is written once, as failed.
create or replace function payment_begins() returns trigger language plpgsql as $$
begin
    if exists (select 1 from claim join fund on fund.id = claim.fund where claim.id = new.claim and fund.currency <> new.currency) then
        raise exception 'a payment is in the currency of its fund' using errcode = 'check_violation';
    end if;
    if new.minor > 0 and (new.batch is not null or not (new.state = 'ordered' and new.answer = '' and new.answered_at is null
        or new.state = 'failed' and new.answer <> '' and new.answered_at is not null)) then
        raise exception 'a payment begins as ordered, in no batch' using errcode = 'check_violation';
    end if;
    if new.minor < 0 and (new.batch is not null or new.state <> 'confirmed' or new.answer = '' or new.answered_at is null
        or (select -sum(one.minor) from payment as one where one.claim = new.claim and one.minor < 0)
        > (select coalesce(sum(entry.minor), 0) from claim join fund_entry as entry on entry.subject_kind = 'claim'
            and entry.subject = claim.id and entry.fund = claim.fund and entry.kind = 'claw_back' where claim.id = new.claim)) then
        raise exception 'money that came back stands in the ledger' using errcode = 'check_violation';
    end if;
    return new;
end $$;
drop trigger if exists payment_begins on payment;
create trigger payment_begins after insert on payment for each row execute function payment_begins();
create or replace function payment_goes() returns trigger language plpgsql as $$
declare
    posted numeric;
begin
    if (new.batch is distinct from old.batch or new.state = 'exported') and not (old.state = 'ordered' and new.state = 'exported'
        and exists (select 1 from payment_batch as file where file.id = new.batch and file.currency = new.currency)) then
        raise exception 'a payment goes to the bank in a batch of its currency' using errcode = 'check_violation';
    end if;
    if new.state in ('confirmed', 'failed') and (new.answer = '' or new.answered_at is null) then
        raise exception 'what the bank answered is kept' using errcode = 'check_violation';
    end if;
    -- Two at once see each other.
    perform 1 from claim where claim.id = new.claim for update;
    posted := (select coalesce(sum(entry.minor), 0) from claim join fund_entry as entry on entry.subject_kind = 'claim'
        and entry.subject = claim.id and entry.fund = claim.fund and entry.kind = 'pay' where claim.id = new.claim);
    if new.state = 'confirmed' and posted < (select sum(one.minor) from payment as one
        where one.claim = new.claim and one.minor > 0 and one.state = 'confirmed') then
        raise exception 'a payment is confirmed with its entry in the ledger' using errcode = 'check_violation';
    end if;
    if new.state = 'failed' and posted > (select coalesce(sum(one.minor), 0) from payment as one
        where one.claim = new.claim and one.minor > 0 and one.state in ('exported', 'confirmed')) then
        raise exception 'a payment that the ledger has as paid did not fail' using errcode = 'check_violation';
    end if;
    return new;
end $$;
drop trigger if exists payment_goes on payment;
create trigger payment_goes after update on payment
    for each row when (new.state <> old.state or new.batch is distinct from old.batch) execute function payment_goes();

-- Here the database knows who asks: a login is one operator. Nobody signs or pays under another's number, and what finance does
-- takes a login with that role. Admins write down what others did before; the owner could do anything anyway.
create or replace function mdf_login_may(who bigint, needed text[]) returns boolean language sql stable as $$
    select pg_has_role(session_user, (select datdba from pg_database where datname = current_database()), 'member')
        or exists (select 1 from operator where operator.login = session_user and operator.is_active = 1
            and (cast(operator.roles as jsonb) ? 'admin' or operator.id = who and cast(operator.roles as jsonb) ?| needed))
$$;
create or replace function mdf_signature_by_login() returns trigger language plpgsql as $$
begin
    if not mdf_login_may(new.operator, array['channel_manager', 'approver', 'finance']) then
        raise exception 'everybody approves under their own login, if at all' using errcode = 'check_violation';
    end if;
    return new;
end $$;
drop trigger if exists mdf_signature_by_login on mdf_signature;
create trigger mdf_signature_by_login after insert on mdf_signature for each row execute function mdf_signature_by_login();
create or replace function payment_by_login() returns trigger language plpgsql as $$
begin
    if not mdf_login_may(new.operator, array['finance']) then
        raise exception 'everybody pays under their own login, if at all' using errcode = 'check_violation';
    end if;
    return new;
end $$;
drop trigger if exists payment_by_login on payment;
create trigger payment_by_login after insert on payment for each row execute function payment_by_login();
create or replace function finance_by_login() returns trigger language plpgsql as $$
begin
    if not mdf_login_may((select operator.id from operator where operator.login = session_user), array['finance']) then
        raise exception 'only finance moves the money of funds and answers for payments' using errcode = 'check_violation';
    end if;
    return new;
end $$;
drop trigger if exists payment_goes_by_login on payment;
create trigger payment_goes_by_login after update on payment
    for each row when (new.state <> old.state or new.batch is distinct from old.batch) execute function finance_by_login();
drop trigger if exists fund_entry_by_login on fund_entry;
create trigger fund_entry_by_login after insert on fund_entry
    for each row when (new.kind in ('allocate', 'reduce', 'reverse', 'pay', 'claw_back')) execute function finance_by_login();
