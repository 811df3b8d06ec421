insert into lead_answer (lead_id, offer_no, partner, answered_at, outcome)
select lead_body.id, offer.value ->> '$.no', offer.value ->> '$.partner', offer.value ->> '$.outcome.at',
    case offer.value ->> '$.outcome.outcome'
        when 'accepted' then case when offer.value ->> '$.outcome.in_time' then 'in_time' else 'late' end
        else offer.value ->> '$.outcome.outcome'
    end
from lead_body, json_each(lead_body.body, '$.offers') as offer
where offer.value ->> '$.outcome.outcome' is not null
order by lead_body.id;
