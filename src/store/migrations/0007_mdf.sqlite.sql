-- The words of the search column. It keeps no text of its own (that is in `mdf_item`), no positions and no lengths.
create virtual table mdf_item_text using fts5 (search, content = 'mdf_item', content_rowid = 'id', columnsize = 0, detail = none, tokenize = 'ascii');
create trigger mdf_item_text_insert after insert on mdf_item begin
    insert into mdf_item_text (rowid, search) values (new.id, new.search);
end;
create trigger mdf_item_text_update after update of search on mdf_item when old.search <> new.search begin
    insert into mdf_item_text (mdf_item_text, rowid, search) values ('delete', old.id, old.search);
    insert into mdf_item_text (rowid, search) values (new.id, new.search);
end;
-- What is refused whoever asks: past the application, too.
create trigger fund_entry_stays before update on fund_entry begin
    select raise(abort, 'an entry of a ledger is never changed');
end;
create trigger fund_entry_is_kept before delete on fund_entry begin
    select raise(abort, 'an entry of a ledger is never changed');
end;
create trigger mdf_part_stays before update on mdf_part begin
    select raise(abort, 'who took part is never forgotten');
end;
create trigger mdf_part_is_kept before delete on mdf_part begin
    select raise(abort, 'who took part is never forgotten');
end;
create trigger fund_opened after insert on fund begin
    insert into fund_balance (fund, currency, entries, allocated, available, committed, claimed, paid, expired)
    values (new.id, new.currency, 0, 0, 0, 0, 0, 0, 0);
end;
create trigger fund_entry_posted after insert on fund_entry begin
    select raise(abort, 'an entry takes the next number of its fund, in its currency') where not exists (select 1 from fund_balance as held where held.fund = new.fund and held.currency = new.currency and held.entries + 1 = new.no);
    select raise(abort, 'a reversal is the mirror image of its entry, once') where new.kind = 'reverse' and not exists (select 1 from fund_entry as entry where entry.fund = new.fund and entry.no = new.reverses
        and entry.kind <> 'reverse' and entry.from_account = new.to_account and entry.to_account = new.from_account
        and entry.minor = new.minor);
    update fund_balance set entries = new.no,
        allocated = allocated + (case new.from_account when 'allocated' then new.minor else 0 end) - (case new.to_account when 'allocated' then new.minor else 0 end),
        available = available + (case new.to_account when 'available' then new.minor else 0 end) - (case new.from_account when 'available' then new.minor else 0 end),
        committed = committed + (case new.to_account when 'committed' then new.minor else 0 end) - (case new.from_account when 'committed' then new.minor else 0 end),
        claimed = claimed + (case new.to_account when 'claimed' then new.minor else 0 end) - (case new.from_account when 'claimed' then new.minor else 0 end),
        paid = paid + (case new.to_account when 'paid' then new.minor else 0 end) - (case new.from_account when 'paid' then new.minor else 0 end),
        expired = expired + (case new.to_account when 'expired' then new.minor else 0 end) - (case new.from_account when 'expired' then new.minor else 0 end)
    where fund = new.fund;
end;
create trigger fund_balance_begins before insert on fund_balance begin
    select raise(abort, 'a fund begins with nothing') where new.entries <> 0 or new.allocated <> 0;
end;
create trigger fund_balance_follows before update on fund_balance begin
    select raise(abort, 'balances follow the entries, and nothing else') where not exists (select 1 from fund_entry as entry where entry.fund = new.fund and new.fund = old.fund
            and new.currency = old.currency and entry.no = new.entries and new.entries = old.entries + 1 and
            new.allocated = old.allocated + (case entry.from_account when 'allocated' then entry.minor else 0 end) - (case entry.to_account when 'allocated' then entry.minor else 0 end) and
            new.available = old.available + (case entry.to_account when 'available' then entry.minor else 0 end) - (case entry.from_account when 'available' then entry.minor else 0 end) and
            new.committed = old.committed + (case entry.to_account when 'committed' then entry.minor else 0 end) - (case entry.from_account when 'committed' then entry.minor else 0 end) and
            new.claimed = old.claimed + (case entry.to_account when 'claimed' then entry.minor else 0 end) - (case entry.from_account when 'claimed' then entry.minor else 0 end) and
            new.paid = old.paid + (case entry.to_account when 'paid' then entry.minor else 0 end) - (case entry.from_account when 'paid' then entry.minor else 0 end) and
            new.expired = old.expired + (case entry.to_account when 'expired' then entry.minor else 0 end) - (case entry.from_account when 'expired' then entry.minor else 0 end));
end;
create trigger fund_balance_is_kept before delete on fund_balance begin
    select raise(abort, 'balances follow the entries, and nothing else');
end;
create trigger mdf_signature_given after insert on mdf_signature begin
    select raise(abort, 'nobody approves what they asked for or paid') where exists (select 1 from mdf_part as part where part.operator in (new.operator, new.on_behalf_of)
        and (part.item = new.item and part.part in ('asked', 'paid') or part.part = 'asked' and part.item = (select 3 * request + 1 from claim where new.item % 3 = 2 and claim.id = (new.item - 2) / 3)));
    select raise(abort, 'each approval of the same content is another step, by another person') where exists (select 1 from mdf_signature as given where given.item = new.item and given.version <> new.version
        and given.void_at is null and given.revision = new.revision and given.hash = new.hash and (given.step = new.step
        or new.operator in (given.operator, given.on_behalf_of) or new.on_behalf_of in (given.operator, given.on_behalf_of)));
    select raise(abort, 'an approval is bound to the content as it is') where exists (select 1 from claim where new.item % 3 = 2 and claim.id = (new.item - 2) / 3
        and (claim.revision <> new.revision or claim.hash <> new.hash))
        or exists (select 1 from request where new.item % 3 = 1 and request.id = (new.item - 1) / 3
        and (request.revision <> new.revision or request.hash <> new.hash));
end;
create trigger mdf_signature_stays before update on mdf_signature begin
    select raise(abort, 'an approval is never changed, only taken back') where old.void_at is not null or new.void_at is null or new.item <> old.item or new.version <> old.version or new.step <> old.step
        or new.operator <> old.operator or new.on_behalf_of is distinct from old.on_behalf_of or new.at <> old.at or new.minor <> old.minor
        or new.currency <> old.currency or new.revision <> old.revision or new.hash <> old.hash;
end;
create trigger mdf_signature_is_kept before delete on mdf_signature begin
    select raise(abort, 'an approval is never changed, only taken back');
end;
create trigger payment_ordered after insert on payment begin
    select raise(abort, 'nobody pays what they asked for or approved') where exists (select 1 from mdf_part as part where part.operator = new.operator
        and (part.item = 3 * new.claim + 2 and part.part in ('asked', 'approved') or part.part = 'asked' and part.item = (select 3 * request + 1 from claim where claim.id = new.claim)));
    select raise(abort, 'no more is paid than was approved') where exists (select 1 from claim where claim.id = new.claim and (select sum(one.minor) from payment as one
        where one.claim = new.claim and one.minor > 0 and one.state <> 'failed') > coalesce(claim.approved_minor, 0));
    select raise(abort, 'no more comes back than was paid') where (select sum(one.minor) from payment as one where one.claim = new.claim and one.state = 'confirmed') < 0;
end;
create trigger payment_stays before update on payment begin
    select raise(abort, 'a payment that was ordered is never changed') where new.claim <> old.claim or new.no <> old.no or new.key <> old.key or new.minor <> old.minor or new.currency <> old.currency
        or new.operator <> old.operator or new.at <> old.at or old.batch is not null and new.batch is distinct from old.batch
        or old.state in ('confirmed', 'failed') and (new.answer <> old.answer or new.answered_at is distinct from old.answered_at);
    select raise(abort, 'a payment goes from ordered to exported to confirmed or failed, and never back') where not (old.state = new.state or old.state = 'ordered' and new.state in ('exported', 'failed')
        or old.state = 'exported' and new.state in ('confirmed', 'failed'));
end;
create trigger payment_is_kept before delete on payment begin
    select raise(abort, 'a payment that was ordered is never changed');
end;
create trigger claim_is_approved before update on claim when new.approved_minor is not null and new.approved_minor is not old.approved_minor begin
    select raise(abort, 'nothing is approved without an approval of it as it is') where not exists (select 1 from mdf_signature as given
        where given.item = 3 * new.id + 2 and given.void_at is null and given.revision = new.revision and given.hash = new.hash
        and given.minor = new.approved_minor);
end;
