update deal set case_due = coalesce((
    select min(coalesce(cast(cast(conflict_body.body as json) #>> '{clock,due}' as bigint), 4611686018427387904 + conflict.opened_at))
    from conflict_party
    join conflict on conflict.id = conflict_party.conflict_id
    join conflict_body on conflict_body.id = conflict.id
    where conflict_party.deal_id = deal.id and conflict.state in ('flagged', 'evidence', 'review', 'appealed')
), case_due)
where phase <> '' and phase in ('open', 'appealed');
