-- An evaluation is never changed: what comes in later makes another one.
create trigger tier_evaluation_stays before update on tier_evaluation begin
    select raise(abort, 'an evaluation is never changed');
end;
create trigger tier_evaluation_is_kept before delete on tier_evaluation begin
    select raise(abort, 'an evaluation is never changed');
end;
create trigger tier_evaluation_body_stays before update on tier_evaluation_body begin
    select raise(abort, 'an evaluation is never changed');
end;
create trigger tier_evaluation_body_is_kept before delete on tier_evaluation_body begin
    select raise(abort, 'an evaluation is never changed');
end;
