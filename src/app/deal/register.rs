//! Takes registrations in: known records are passed over, complete ones get their place, conflicts are found at once.

use super::{
    command::{finished, linked},
    draft::DealDraft,
    find::find,
};
use crate::{
    app::{DealDone, DealItem, Failure, Outcome, Registering, Scene},
    domain::{
        deal::{
            DealEvent, Refusal, Registration,
            decide::{Facts, from_lead, register},
        },
        id::{AccountId, DealId, LeadId, PartnerId},
        lead::LeadState,
        partner::Partner,
        text::Text,
    },
    store::Unit,
};
use std::collections::HashSet;

/// What was refused has no number.
const NO_NUMBER: DealId = DealId(0);

/// Records of intake, in order; each refusal is an answer, not a failure of all.
pub async fn receive<U: Unit>(unit: &mut U, scene: Scene<'_>, records: &[Registering]) -> Result<Outcome, Failure> {
    let fresh = fresh(unit, records).await?;
    let known = records.len() - fresh.len();
    if fresh.is_empty() {
        return Ok(Outcome { known, ..Outcome::default() });
    }
    // Whoever registers or submits at the same time waits here, and so sees ours when looking for conflicts.
    let DealId(first) = unit.deal_numbers(0).await?;
    let first_place = unit.submission_numbers(0).await?;
    let (mut number, mut sequence) = (first, first_place);
    let mut draft = DealDraft::new(scene);
    let mut items = Vec::with_capacity(fresh.len());
    for one in fresh {
        let result = decided(scene, one, DealId(number), sequence);
        let deal = result.as_ref().map_or(NO_NUMBER, |(deal, _)| deal.id);
        if let Ok((deal, events)) = &result {
            number += 1;
            sequence += i64::from(deal.place.is_some());
            draft.begin(deal.clone(), events);
        }
        items.push(DealItem { deal, result: result.map(|(deal, events)| DealDone { events, deal: Box::new(deal) }) });
    }
    unit.deal_numbers(u32::try_from(number - first).unwrap_or(0)).await?;
    unit.submission_numbers(u32::try_from(sequence - first_place).unwrap_or(0)).await?;
    let new: Vec<DealId> = items.iter().filter(|item| item.result.is_ok()).map(|item| item.deal).collect();
    let cases = find(unit, &mut draft, &new).await?;
    finished(unit, draft, items, &cases, known).await
}

fn decided(scene: Scene<'_>, one: &Registering, id: DealId, sequence: i64) -> Result<(Registration, Vec<DealEvent>), Refusal> {
    let partner = partner(scene, one.partner)?;
    let facts = Facts { partner, holder: None, sequence };
    register(id, one.details.clone(), one.account, one.submit, scene.rules.context(scene.actor, scene.now), facts)
}

fn partner(scene: Scene<'_>, id: PartnerId) -> Result<&Partner, Refusal> {
    scene.rules.directory().get(id).ok_or_else(|| Refusal::invalid(format!("there is no partner {id}")))
}

/// The records that have not come before, each once.
async fn fresh<'a, U: Unit>(unit: &mut U, records: &'a [Registering]) -> Result<Vec<&'a Registering>, Failure> {
    let keys: Vec<Text> = records.iter().map(|one| one.details.source_key.clone()).collect();
    let known = unit.deals_by_source(&keys).await?;
    let mut seen = HashSet::with_capacity(keys.len());
    // A record without a key of its own can't be recognised again.
    let fresh = records.iter().zip(&keys).zip(known).filter(|((_, key), known)| key.is_empty() || (known.is_none() && seen.insert(*key)));
    Ok(fresh.map(|((one, _), _)| one).collect())
}

/// A draft made of a qualified lead, for the partner who qualified it.
pub async fn of_lead<U: Unit>(unit: &mut U, scene: Scene<'_>, lead: LeadId, account: Option<AccountId>) -> Result<Outcome, Failure> {
    let mut draft = DealDraft::new(scene);
    let id = unit.deal_numbers(0).await?;
    let result = drafted(unit, scene, id, lead, account).await?;
    let deal = result.as_ref().map_or(NO_NUMBER, |(deal, _)| deal.id);
    match &result {
        Ok((deal, events)) => {
            unit.deal_numbers(1).await?;
            draft.begin(deal.clone(), events);
        }
        Err(Refusal::NotAllowed { why }) => draft.denied(format!("register {lead}"), why),
        Err(_) => {}
    }
    let result = result.map(|(deal, events)| DealDone { events, deal: Box::new(deal) });
    finished(unit, draft, vec![DealItem { deal, result }], &[], 0).await
}

type Made = (Registration, Vec<DealEvent>);

async fn drafted<U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    id: DealId,
    lead: LeadId,
    account: Option<AccountId>,
) -> Result<Result<Made, Refusal>, Failure> {
    let Some(lead) = unit.leads(&[lead]).await?.pop() else {
        return Ok(Err(Refusal::invalid(format!("there is no lead {lead}"))));
    };
    let account = match account.or(lead.account) {
        None => None,
        Some(account) => match linked(unit, account).await? {
            Ok(link) => Some(link),
            Err(refusal) => return Ok(Err(refusal)),
        },
    };
    // Whoever does not hold a qualified lead is refused in the same words, whoever that is.
    let holder = match lead.state {
        LeadState::Qualified { partner } => Some(partner),
        _ => lead.state.partner(),
    };
    let partner = match holder.map(|holder| partner(scene, holder)) {
        Some(Ok(partner)) => partner,
        Some(Err(refusal)) => return Ok(Err(refusal)),
        None => return Ok(Err(Refusal::invalid(format!("{} is {}, and no partner has it", lead.id, lead.state.name())))),
    };
    let facts = Facts { partner, holder: None, sequence: 0 };
    let made = from_lead(id, &lead, account, scene.rules.context(scene.actor, scene.now), facts);
    let Ok((deal, _)) = &made else { return Ok(made) };
    let before = unit.deals_by_source(std::slice::from_ref(&deal.details.source_key)).await?;
    Ok(match before.first().copied().flatten() {
        Some(before) => Err(Refusal::invalid(format!("{} is registered already, as {before}", lead.id))),
        None => made,
    })
}
