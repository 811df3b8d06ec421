//! How a registration begins: imported, written at the desk, or made from a qualified lead.

use super::{Context, Facts, Work};
use crate::domain::{
    actor::Permission,
    aggregate::Aggregate,
    deal::{AccountLink, Customer, DealEvent, DealVerb, Details, Refusal, Registration, Scope, SourceLead},
    id::{DealId, OperatorId},
    lead::{Lead, LeadState},
};

/// Receives one record as registration `id`, and hands it in at once where `submit` says so. An imported one has no
/// requester among the operators: the partner asked for it.
pub fn register(
    id: DealId,
    details: Details,
    account: Option<AccountLink>,
    submit: bool,
    context: Context<'_>,
    facts: Facts<'_>,
) -> Result<(Registration, Vec<DealEvent>), Refusal> {
    context.actor.may(Permission::Import).map_err(Refusal::not_allowed)?;
    let mut work = begin(id, details, account, None, None, context, facts)?;
    if submit {
        work.submit(None, facts)?;
        work.hold_for(facts.partner);
    }
    Ok((work.deal, work.events))
}

/// Makes a draft of a qualified lead for the partner who holds it; the lead's history goes with it.
pub fn from_lead(
    id: DealId,
    lead: &Lead,
    account: Option<AccountLink>,
    context: Context<'_>,
    facts: Facts<'_>,
) -> Result<(Registration, Vec<DealEvent>), Refusal> {
    let verb = DealVerb::Register;
    context.actor.may(verb.permission()).map_err(Refusal::not_allowed)?;
    let no = |why: &str| Err(Refusal::not_now(verb, format!("{} {why}", lead.id)));
    let LeadState::Qualified { partner } = lead.state else {
        return no(&format!("is {}, and only a qualified lead becomes a registration", lead.state.name()));
    };
    if partner != facts.partner.id {
        return no(&format!("belongs to {partner}"));
    }
    let history = SourceLead {
        lead: lead.id,
        received_at: lead.received_at,
        offered_at: lead.offers.iter().rev().find(|offer| offer.partner == partner).map(|offer| offer.offered_at),
        updated_at: lead.updated_at,
    };
    let account = account.filter(|link| lead.account.is_none_or(|account| account == link.account));
    let work = begin(id, details_of(lead), account, Some(history), Some(context.actor.id), context, facts)?;
    Ok((work.deal, work.events))
}

fn begin<'a>(
    id: DealId,
    details: Details,
    account: Option<AccountLink>,
    source_lead: Option<SourceLead>,
    by: Option<OperatorId>,
    context: Context<'a>,
    facts: Facts<'_>,
) -> Result<Work<'a>, Refusal> {
    let event = DealEvent::Drafted { partner: facts.partner.id, details: Box::new(details), account, source_lead, by };
    let Some(deal) = Registration::begin(id, &event, context.now) else {
        return Err(Refusal::invalid("a registration begins with its draft"));
    };
    Ok(Work { deal, events: vec![event], context })
}

fn details_of(lead: &Lead) -> Details {
    let intake = &lead.intake;
    Details {
        source: intake.source.clone(),
        source_key: Details::source_key_of(lead.id),
        customer: Customer {
            name: intake.company.clone(),
            country: intake.country,
            city: intake.city.clone(),
            postal_code: intake.postal_code.clone(),
            website: intake.website.clone(),
            vertical: intake.vertical.clone(),
        },
        scope: Scope::new([intake.product.clone()]),
        contact: intake.person.clone(),
        ..Details::default()
    }
}
