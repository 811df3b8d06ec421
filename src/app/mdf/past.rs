//! A command of the MDF desk as the chain tells it, written once more.

use super::draft::MdfDraft;
use crate::{
    app::{Failure, Scene},
    domain::{
        aggregate::Aggregate,
        event::{Entity, Event, Record},
        id::{BatchId, ClaimId, FundId, RequestId},
        mdf::{
            Effects,
            approval::AuthorityEvent,
            batch::{Batch, BatchEvent},
            claim::{Claim, ClaimEvent},
            fund::{Fund, FundEvent},
            request::{Request, RequestEvent},
        },
    },
    store::{self, Unit, unit::Past},
};

/// Whether an event is one of this desk.
pub(in crate::app) const fn is_ours(event: &Event) -> bool {
    matches!(event, Event::Fund(_) | Event::Request(_) | Event::Claim(_) | Event::Batch(_) | Event::Authority(_))
}

/// Applies the events of one command.
pub(in crate::app) async fn replay<U: Unit>(unit: &mut U, scene: Scene<'_>, past: Vec<Past>) -> Result<(), Failure> {
    reserve(unit, &past).await?;
    let mut draft = MdfDraft::new(scene);
    let entities = || past.iter().map(|past| past.record.entity);
    let funds: Vec<FundId> = entities().filter_map(|one| if let Entity::Fund(id) = one { Some(id) } else { None }).collect();
    let claims: Vec<ClaimId> = entities().filter_map(|one| if let Entity::Claim(id) = one { Some(id) } else { None }).collect();
    let mut requests: Vec<RequestId> = entities().filter_map(|one| if let Entity::Request(id) = one { Some(id) } else { None }).collect();
    // A claim that is written anew stands in the list with the plan of its request.
    let homes = unit.mdf_homes(&claims.iter().map(|id| (*id).into()).collect::<Vec<_>>()).await?;
    requests.extend(homes.iter().map(|home| home.request));
    requests.extend(past.iter().filter_map(|past| match &past.record.event {
        Event::Claim(ClaimEvent::Drafted { request, .. }) => Some(*request),
        _ => None,
    }));
    draft.load(unit, &funds, &requests, &claims).await?;
    let batches: Vec<BatchId> = entities().filter_map(|one| if let Entity::Batch(id) = one { Some(id) } else { None }).collect();
    draft.load_batches(unit, &batches).await?;
    for Past { record, .. } in past {
        happened(&mut draft, record)?;
    }
    let id = scene.request.id;
    Unit::save(unit, id, draft.into_changes()).await?;
    Ok(())
}

/// Takes the numbers of what begins.
async fn reserve<U: Unit>(unit: &mut U, past: &[Past]) -> Result<(), Failure> {
    let count = |is: fn(&Event) -> bool| u32::try_from(past.iter().filter(|past| is(&past.record.event)).count()).unwrap_or(u32::MAX);
    let opened = count(|event| matches!(event, Event::Fund(FundEvent::Opened { .. })));
    let asked = count(|event| matches!(event, Event::Request(RequestEvent::Drafted { .. })));
    let claimed = count(|event| matches!(event, Event::Claim(ClaimEvent::Drafted { .. })));
    let exported = count(|event| matches!(event, Event::Batch(BatchEvent::Exported { .. })));
    if opened > 0 {
        unit.fund_numbers(opened).await?;
    }
    if asked > 0 {
        unit.request_numbers(asked).await?;
    }
    if claimed > 0 {
        unit.claim_numbers(claimed).await?;
    }
    if exported > 0 {
        unit.batch_numbers(exported).await?;
    }
    Ok(())
}

fn happened(draft: &mut MdfDraft<'_>, record: Record) -> Result<(), Failure> {
    let at = record.at;
    let no_beginning = |id: &dyn std::fmt::Display| store::Error::Corrupt(format!("{id} does not begin with its beginning"));
    match (record.entity, &record.event) {
        (Entity::Fund(id), Event::Fund(event @ FundEvent::Opened { .. })) => {
            let fund = Fund::begin(id, event, at).ok_or_else(|| no_beginning(&id))?;
            draft.begin_fund(fund, std::slice::from_ref(event));
        }
        (Entity::Fund(id), Event::Fund(event)) => draft.fund_happened(id, std::slice::from_ref(event)),
        (Entity::Request(id), Event::Request(event @ RequestEvent::Drafted { .. })) => {
            let request = Request::begin(id, event, at).ok_or_else(|| no_beginning(&id))?;
            draft.begin_request(request, &Effects { request: vec![event.clone()], ..Effects::default() });
        }
        (Entity::Request(id), Event::Request(event)) => draft.request_happened(id, std::slice::from_ref(event)),
        (Entity::Claim(id), Event::Claim(event @ ClaimEvent::Drafted { .. })) => {
            let claim = Claim::begin(id, event, at).ok_or_else(|| no_beginning(&id))?;
            draft.begin_claim(claim, &Effects { claim: vec![event.clone()], ..Effects::default() });
        }
        (Entity::Claim(id), Event::Claim(event)) => draft.claim_happened(id, std::slice::from_ref(event)),
        (Entity::Batch(id), Event::Batch(event @ BatchEvent::Exported { .. })) => {
            let batch = Batch::begin(id, event, at).ok_or_else(|| no_beginning(&id))?;
            draft.begin_batch(batch, event);
        }
        (Entity::Batch(id), Event::Batch(event)) => draft.batch_happened(id, event),
        (_, Event::Authority(event)) => {
            let event = *event;
            let mdf = &mut draft.other(record).mdf;
            match event {
                AuthorityEvent::LimitSet { limit } => mdf.limits.push(limit),
                AuthorityEvent::Delegated { delegation } => mdf.delegations.push(delegation),
            }
        }
        _ => drop(draft.other(record)),
    }
    Ok(())
}
