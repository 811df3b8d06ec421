-- What is approved or paid rests on approvals of it as it is, however its row came in.
drop trigger claim_is_approved;
create trigger claim_is_approved before update on claim when new.approved_minor is not null
    and (new.approved_minor is not old.approved_minor or new.revision <> old.revision or new.hash <> old.hash) begin
    select raise(abort, 'nothing is approved without an approval of it as it is') where not exists (select 1 from mdf_signature as given
        where given.item = 3 * new.id + 2 and given.void_at is null and given.revision = new.revision and given.hash = new.hash
        and given.minor = new.approved_minor);
end;
create trigger claim_comes_approved after insert on claim when new.approved_minor is not null begin
    select raise(abort, 'nothing is approved without an approval of it as it is') where not exists (select 1 from mdf_signature as given
        where given.item = 3 * new.id + 2 and given.void_at is null and given.revision = new.revision and given.hash = new.hash
        and given.minor = new.approved_minor);
end;
create trigger request_is_approved before update on request when new.state in ('approved', 'completed', 'expired')
    and (old.state not in ('approved', 'completed', 'expired') or new.revision <> old.revision or new.hash <> old.hash) begin
    select raise(abort, 'nothing is approved without an approval of it as it is') where not exists (select 1 from mdf_signature as given
        where given.item = 3 * new.id + 1 and given.void_at is null and given.revision = new.revision and given.hash = new.hash);
end;
create trigger request_comes_approved after insert on request when new.state in ('approved', 'completed', 'expired') begin
    select raise(abort, 'nothing is approved without an approval of it as it is') where not exists (select 1 from mdf_signature as given
        where given.item = 3 * new.id + 1 and given.void_at is null and given.revision = new.revision and given.hash = new.hash);
end;
drop trigger mdf_signature_given;
create trigger mdf_signature_given after insert on mdf_signature begin
    select raise(abort, 'nobody approves what they asked for or paid') where exists (select 1 from mdf_part as part where part.operator in (new.operator, new.on_behalf_of)
        and (part.item = new.item and part.part in ('asked', 'paid') or part.part = 'asked' and part.item = (select 3 * request + 1 from claim where new.item % 3 = 2 and claim.id = (new.item - 2) / 3)))
        or exists (select 1 from payment where new.item % 3 = 2 and payment.claim = (new.item - 2) / 3 and payment.operator in (new.operator, new.on_behalf_of));
    select raise(abort, 'each approval of the same content is another step, by another person') where exists (select 1 from mdf_signature as given where given.item = new.item and given.version <> new.version
        and given.void_at is null and given.revision = new.revision and given.hash = new.hash and (given.step = new.step
        or new.operator in (given.operator, given.on_behalf_of) or new.on_behalf_of in (given.operator, given.on_behalf_of)));
    select raise(abort, 'an approval is bound to the content as it is') where exists (select 1 from claim where new.item % 3 = 2 and claim.id = (new.item - 2) / 3
        and (claim.revision <> new.revision or claim.hash <> new.hash))
        or exists (select 1 from request where new.item % 3 = 1 and request.id = (new.item - 1) / 3
        and (request.revision <> new.revision or request.hash <> new.hash));
end;
drop trigger payment_ordered;
create trigger payment_ordered after insert on payment begin
    select raise(abort, 'nobody pays what they asked for or approved') where exists (select 1 from mdf_part as part where part.operator = new.operator
        and (part.item = 3 * new.claim + 2 and part.part in ('asked', 'approved') or part.part = 'asked' and part.item = (select 3 * request + 1 from claim where claim.id = new.claim)))
        or exists (select 1 from mdf_signature as given where given.item = 3 * new.claim + 2 and new.operator in (given.operator, given.on_behalf_of));
    select raise(abort, 'nothing is paid without an approval of it as it is') where not exists (select 1 from claim join mdf_signature as given
        on given.item = 3 * claim.id + 2 and given.void_at is null and given.revision = claim.revision and given.hash = claim.hash
        and given.minor = claim.approved_minor where claim.id = new.claim);
    select raise(abort, 'no more is paid than was approved') where exists (select 1 from claim where claim.id = new.claim and (select sum(one.minor) from payment as one
        where one.claim = new.claim and one.minor > 0 and one.state <> 'failed') > coalesce(claim.approved_minor, 0));
    select raise(abort, 'no more comes back than was paid') where (select sum(one.minor) from payment as one where one.claim = new.claim and one.state = 'confirmed') < 0;
end;
