//! A lead for a customer with a live registration goes to its holder: which leads those are.

use super::command::linked;
use crate::{
    app::{Failure, Scene},
    domain::{
        aggregate::Aggregate,
        deal::{
            Customer, DealEvent, Details, Registration, Scope,
            conflict::{CandidateKey, candidate_keys, same_customer},
        },
        id::{DealId, LeadId, PartnerId},
        lead::{Intake, Lead, routing::LiveRegistration},
    },
    store::{Unit, unit::NOT_SETTLED},
};
use std::collections::{BTreeSet, HashMap};

/// The live registrations of these leads' customers and products, by lead; of two the older.
pub(in crate::app) async fn registered<U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    leads: &[Lead],
) -> Result<HashMap<LeadId, LiveRegistration>, Failure> {
    if leads.is_empty() || !unit.is_any_protected().await? {
        return Ok(HashMap::new());
    }
    let mut asked = Vec::with_capacity(leads.len());
    for lead in leads {
        let Some(mut claim) = claim_of(lead.id, &lead.intake, scene) else { continue };
        if let Some(account) = lead.account {
            claim.1.account = linked(unit, account).await?.ok();
        }
        asked.push(claim);
    }
    found(unit, scene, &asked).await
}

/// The same of records that are becoming leads.
pub(in crate::app) async fn registered_intakes<U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    intakes: impl Iterator<Item = (LeadId, &Intake)> + Send,
) -> Result<HashMap<LeadId, LiveRegistration>, Failure> {
    if !unit.is_any_protected().await? {
        return Ok(HashMap::new());
    }
    let asked: Vec<_> = intakes.filter_map(|(id, intake)| claim_of(id, intake, scene)).collect();
    found(unit, scene, &asked).await
}

/// The lead as the registration that it could become; nothing without a product.
fn claim_of(id: LeadId, intake: &Intake, scene: Scene<'_>) -> Option<(LeadId, Registration)> {
    let scope = Scope::new([intake.product.clone()]);
    if scope.is_empty() {
        return None;
    }
    let customer = Customer {
        name: intake.company.clone(),
        country: intake.country,
        city: intake.city.clone(),
        postal_code: intake.postal_code.clone(),
        website: intake.website.clone(),
        vertical: intake.vertical.clone(),
    };
    let details = Details { customer, scope, contact: intake.person.clone(), ..Details::default() };
    let event = DealEvent::Drafted { partner: PartnerId(0), details: Box::new(details), account: None, source_lead: None, by: None };
    Some((id, Registration::begin(DealId(0), &event, scene.now)?))
}

async fn found<U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    asked: &[(LeadId, Registration)],
) -> Result<HashMap<LeadId, LiveRegistration>, Failure> {
    let policy = scene.rules.program().matching.policy();
    let keys: Vec<Vec<CandidateKey>> = asked.iter().map(|(_, claim)| candidate_keys(claim, &policy)).collect();
    let mut wanted: Vec<CandidateKey> = keys.iter().flatten().copied().collect();
    wanted.sort_unstable();
    wanted.dedup();
    let mut members: HashMap<i64, Vec<DealId>> = HashMap::new();
    for (key, id) in unit.deals_by_key(&wanted, NOT_SETTLED).await? {
        members.entry(key).or_default().push(id);
    }
    let ids: BTreeSet<DealId> = members.values().flatten().copied().collect();
    let ids: Vec<DealId> = ids.into_iter().collect();
    let live: HashMap<DealId, Registration> = unit
        .deals(&ids)
        .await?
        .into_iter()
        .filter(|deal| deal.holds_protection() && is_live(deal, scene))
        .map(|deal| (deal.id, deal))
        .collect();
    let holder = |(own, (lead, claim)): (&Vec<CandidateKey>, &(LeadId, Registration))| {
        let shared: BTreeSet<DealId> = own.iter().filter_map(|key| members.get(&key.key)).flatten().copied().collect();
        let alike = shared.iter().filter_map(|id| live.get(id)).filter(|deal| same_customer(claim, deal, &policy).is_some());
        let deal = alike.filter(|deal| claim.details.scope.common(&deal.details.scope).next().is_some()).min_by_key(|deal| deal.id)?;
        Some((*lead, LiveRegistration { deal: deal.id, partner: deal.partner }))
    };
    Ok(keys.iter().zip(asked).filter_map(holder).collect())
}

fn is_live(deal: &Registration, scene: Scene<'_>) -> bool {
    deal.protection().is_some_and(|protection| !protection.is_over(scene.now))
}
