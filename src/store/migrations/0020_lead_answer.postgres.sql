-- In the order of bytes, as everywhere else, whatever the locale of the database is.
alter table lead_answer alter column outcome type text collate "C";
insert into lead_answer (lead_id, offer_no, partner, answered_at, outcome)
select lead_body.id, cast(offer ->> 'no' as bigint), cast(offer ->> 'partner' as bigint), cast(offer #>> '{outcome,at}' as bigint),
    case offer #>> '{outcome,outcome}'
        when 'accepted' then case when cast(offer #>> '{outcome,in_time}' as boolean) then 'in_time' else 'late' end
        else offer #>> '{outcome,outcome}'
    end
from lead_body, json_array_elements(cast(lead_body.body as json) -> 'offers') as offer
where offer #>> '{outcome,outcome}' is not null
order by lead_body.id;
