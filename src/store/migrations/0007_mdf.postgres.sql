-- The words of the search column as they are: the text parser would take "acme.com" for a host name.
create index mdf_item_text on mdf_item using gin (array_to_tsvector(array_remove(string_to_array(search, ' '), ''))) with (fastupdate = on);
-- Most updates move an item within its page.
alter table mdf_item set (fillfactor = 90);
alter table claim set (fillfactor = 90);
alter table claim_body set (fillfactor = 90);
-- In the order of bytes, as everywhere else, whatever the locale of the database is.
alter table mdf_item alter column title_words type text collate "C";
alter table fund alter column source_key type text collate "C";
alter table request alter column source_key type text collate "C";
alter table claim alter column source_key type text collate "C";

-- What is refused whoever asks: past the application, too.
create or replace function mdf_refuse() returns trigger language plpgsql as $$
begin
    raise exception '%', tg_argv[0] using errcode = 'check_violation';
end $$;
create trigger fund_entry_stays before update or delete on fund_entry for each row execute function mdf_refuse('an entry of a ledger is never changed');
create trigger mdf_part_stays before update or delete on mdf_part for each row execute function mdf_refuse('who took part is never forgotten');
-- With the rights of the owner: nobody else writes balances.
create or replace function fund_opened() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    insert into fund_balance (fund, currency, entries, allocated, available, committed, claimed, paid, expired)
    values (new.id, new.currency, 0, 0, 0, 0, 0, 0, 0);
    return new;
end $$;
create trigger fund_opened after insert on fund for each row execute function fund_opened();
create or replace function fund_entry_posted() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not exists (select 1 from fund_balance as held where held.fund = new.fund and held.currency = new.currency and held.entries + 1 = new.no) then
        raise exception 'an entry takes the next number of its fund, in its currency' using errcode = 'check_violation';
    end if;
    if new.kind = 'reverse' and not exists (select 1 from fund_entry as entry where entry.fund = new.fund and entry.no = new.reverses
        and entry.kind <> 'reverse' and entry.from_account = new.to_account and entry.to_account = new.from_account
        and entry.minor = new.minor) then
        raise exception 'a reversal is the mirror image of its entry, once' using errcode = 'check_violation';
    end if;
    update fund_balance set entries = new.no,
        allocated = allocated + (case new.from_account when 'allocated' then new.minor else 0 end) - (case new.to_account when 'allocated' then new.minor else 0 end),
        available = available + (case new.to_account when 'available' then new.minor else 0 end) - (case new.from_account when 'available' then new.minor else 0 end),
        committed = committed + (case new.to_account when 'committed' then new.minor else 0 end) - (case new.from_account when 'committed' then new.minor else 0 end),
        claimed = claimed + (case new.to_account when 'claimed' then new.minor else 0 end) - (case new.from_account when 'claimed' then new.minor else 0 end),
        paid = paid + (case new.to_account when 'paid' then new.minor else 0 end) - (case new.from_account when 'paid' then new.minor else 0 end),
        expired = expired + (case new.to_account when 'expired' then new.minor else 0 end) - (case new.from_account when 'expired' then new.minor else 0 end)
    where fund = new.fund;
    return new;
end $$;
create trigger fund_entry_posted after insert on fund_entry for each row execute function fund_entry_posted();
create or replace function fund_balance_begins() returns trigger language plpgsql as $$
begin
    if new.entries <> 0 or new.allocated <> 0 then
        raise exception 'a fund begins with nothing' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger fund_balance_begins before insert on fund_balance for each row execute function fund_balance_begins();
create or replace function fund_balance_follows() returns trigger language plpgsql as $$
begin
    if not exists (select 1 from fund_entry as entry where entry.fund = new.fund and new.fund = old.fund
            and new.currency = old.currency and entry.no = new.entries and new.entries = old.entries + 1 and
            new.allocated = old.allocated + (case entry.from_account when 'allocated' then entry.minor else 0 end) - (case entry.to_account when 'allocated' then entry.minor else 0 end) and
            new.available = old.available + (case entry.to_account when 'available' then entry.minor else 0 end) - (case entry.from_account when 'available' then entry.minor else 0 end) and
            new.committed = old.committed + (case entry.to_account when 'committed' then entry.minor else 0 end) - (case entry.from_account when 'committed' then entry.minor else 0 end) and
            new.claimed = old.claimed + (case entry.to_account when 'claimed' then entry.minor else 0 end) - (case entry.from_account when 'claimed' then entry.minor else 0 end) and
            new.paid = old.paid + (case entry.to_account when 'paid' then entry.minor else 0 end) - (case entry.from_account when 'paid' then entry.minor else 0 end) and
            new.expired = old.expired + (case entry.to_account when 'expired' then entry.minor else 0 end) - (case entry.from_account when 'expired' then entry.minor else 0 end)) then
        raise exception 'balances follow the entries, and nothing else' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger fund_balance_follows before update on fund_balance for each row execute function fund_balance_follows();
create trigger fund_balance_is_kept before delete on fund_balance for each row execute function mdf_refuse('balances follow the entries, and nothing else');
create or replace function mdf_signature_given() returns trigger language plpgsql as $$
begin
    if exists (select 1 from mdf_part as part where part.operator in (new.operator, new.on_behalf_of)
        and (part.item = new.item and part.part in ('asked', 'paid') or part.part = 'asked' and part.item = (select 3 * request + 1 from claim where new.item % 3 = 2 and claim.id = (new.item - 2) / 3))) then
        raise exception 'nobody approves what they asked for or paid' using errcode = 'check_violation';
    end if;
    if exists (select 1 from mdf_signature as given where given.item = new.item and given.version <> new.version
        and given.void_at is null and given.revision = new.revision and given.hash = new.hash and (given.step = new.step
        or new.operator in (given.operator, given.on_behalf_of) or new.on_behalf_of in (given.operator, given.on_behalf_of))) then
        raise exception 'each approval of the same content is another step, by another person' using errcode = 'check_violation';
    end if;
    if exists (select 1 from claim where new.item % 3 = 2 and claim.id = (new.item - 2) / 3
        and (claim.revision <> new.revision or claim.hash <> new.hash))
        or exists (select 1 from request where new.item % 3 = 1 and request.id = (new.item - 1) / 3
        and (request.revision <> new.revision or request.hash <> new.hash)) then
        raise exception 'an approval is bound to the content as it is' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger mdf_signature_given after insert on mdf_signature for each row execute function mdf_signature_given();
create or replace function mdf_signature_stays() returns trigger language plpgsql as $$
begin
    if old.void_at is not null or new.void_at is null or new.item <> old.item or new.version <> old.version or new.step <> old.step
        or new.operator <> old.operator or new.on_behalf_of is distinct from old.on_behalf_of or new.at <> old.at or new.minor <> old.minor
        or new.currency <> old.currency or new.revision <> old.revision or new.hash <> old.hash then
        raise exception 'an approval is never changed, only taken back' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger mdf_signature_stays before update on mdf_signature for each row execute function mdf_signature_stays();
create trigger mdf_signature_is_kept before delete on mdf_signature for each row execute function mdf_refuse('an approval is never changed, only taken back');
create or replace function payment_ordered() returns trigger language plpgsql as $$
begin
    -- Two at once see each other.
    perform 1 from claim where claim.id = new.claim for update;
    if exists (select 1 from mdf_part as part where part.operator = new.operator
        and (part.item = 3 * new.claim + 2 and part.part in ('asked', 'approved') or part.part = 'asked' and part.item = (select 3 * request + 1 from claim where claim.id = new.claim))) then
        raise exception 'nobody pays what they asked for or approved' using errcode = 'check_violation';
    end if;
    if exists (select 1 from claim where claim.id = new.claim and (select sum(one.minor) from payment as one
        where one.claim = new.claim and one.minor > 0 and one.state <> 'failed') > coalesce(claim.approved_minor, 0)) then
        raise exception 'no more is paid than was approved' using errcode = 'check_violation';
    end if;
    if (select sum(one.minor) from payment as one where one.claim = new.claim and one.state = 'confirmed') < 0 then
        raise exception 'no more comes back than was paid' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger payment_ordered after insert on payment for each row execute function payment_ordered();
create or replace function payment_stays() returns trigger language plpgsql as $$
begin
    if new.claim <> old.claim or new.no <> old.no or new.key <> old.key or new.minor <> old.minor or new.currency <> old.currency
        or new.operator <> old.operator or new.at <> old.at or old.batch is not null and new.batch is distinct from old.batch
        or old.state in ('confirmed', 'failed') and (new.answer <> old.answer or new.answered_at is distinct from old.answered_at) then
        raise exception 'a payment that was ordered is never changed' using errcode = 'check_violation';
    end if;
    if not (old.state = new.state or old.state = 'ordered' and new.state in ('exported', 'failed')
        or old.state = 'exported' and new.state in ('confirmed', 'failed')) then
        raise exception 'a payment goes from ordered to exported to confirmed or failed, and never back' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger payment_stays before update on payment for each row execute function payment_stays();
create trigger payment_is_kept before delete on payment for each row execute function mdf_refuse('a payment that was ordered is never changed');
create or replace function claim_is_approved() returns trigger language plpgsql as $$
begin
    if not exists (select 1 from mdf_signature as given
        where given.item = 3 * new.id + 2 and given.void_at is null and given.revision = new.revision and given.hash = new.hash
        and given.minor = new.approved_minor) then
        raise exception 'nothing is approved without an approval of it as it is' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger claim_is_approved before update on claim for each row
    when (new.approved_minor is not null and new.approved_minor is distinct from old.approved_minor) execute function claim_is_approved();
