-- What is approved or paid rests on approvals of it as it is, however its row came in.
drop trigger claim_is_approved on claim;
create trigger claim_is_approved before update on claim
    for each row when (new.approved_minor is not null and (new.approved_minor is distinct from old.approved_minor
        or new.revision <> old.revision or new.hash <> old.hash)) execute function claim_is_approved();
create trigger claim_comes_approved after insert on claim
    for each row when (new.approved_minor is not null) execute function claim_is_approved();
create or replace function request_is_approved() returns trigger language plpgsql as $$
begin
    if not exists (select 1 from mdf_signature as given
        where given.item = 3 * new.id + 1 and given.void_at is null and given.revision = new.revision and given.hash = new.hash) then
        raise exception 'nothing is approved without an approval of it as it is' using errcode = 'check_violation';
    end if;
    return new;
end $$;
create trigger request_is_approved before update on request
    for each row when (new.state in ('approved', 'completed', 'expired') and (old.state not in ('approved', 'completed', 'expired')
        or new.revision <> old.revision or new.hash <> old.hash)) execute function request_is_approved();
create trigger request_comes_approved after insert on request
    for each row when (new.state in ('approved', 'completed', 'expired')) execute function request_is_approved();
create or replace function mdf_signature_given() returns trigger language plpgsql as $$
begin
    if exists (select 1 from mdf_part as part where part.operator in (new.operator, new.on_behalf_of)
        and (part.item = new.item and part.part in ('asked', 'paid') or part.part = 'asked' and part.item = (select 3 * request + 1 from claim where new.item % 3 = 2 and claim.id = (new.item - 2) / 3)))
        or exists (select 1 from payment where new.item % 3 = 2 and payment.claim = (new.item - 2) / 3 and payment.operator in (new.operator, new.on_behalf_of)) then
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
create or replace function payment_ordered() returns trigger language plpgsql as $$
begin
    -- Two at once see each other.
    perform 1 from claim where claim.id = new.claim for update;
    if exists (select 1 from mdf_part as part where part.operator = new.operator
        and (part.item = 3 * new.claim + 2 and part.part in ('asked', 'approved') or part.part = 'asked' and part.item = (select 3 * request + 1 from claim where claim.id = new.claim)))
        or exists (select 1 from mdf_signature as given where given.item = 3 * new.claim + 2 and new.operator in (given.operator, given.on_behalf_of)) then
        raise exception 'nobody pays what they asked for or approved' using errcode = 'check_violation';
    end if;
    if not exists (select 1 from claim join mdf_signature as given
        on given.item = 3 * claim.id + 2 and given.void_at is null and given.revision = claim.revision and given.hash = claim.hash
        and given.minor = claim.approved_minor where claim.id = new.claim) then
        raise exception 'nothing is paid without an approval of it as it is' using errcode = 'check_violation';
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
