//! Undo: what the last command did to a lead is taken back by one more event; nothing is erased from the chain.

use crate::domain::{
    aggregate,
    lead::{
        Lead, LeadEvent, LeadVerb, OfferOutcome, Refusal,
        decide::Context,
        event::Restored,
        stats::{Counted, counted},
    },
    time::Instant,
};

/// The last command that changed a lead.
pub type LastCommand = aggregate::LastCommand<Lead>;

/// Takes the last command back. Clocks that ran then run on from now with what was left at that time: the time in
/// between counts for nobody, and no clock runs backwards.
pub fn undo(lead: &Lead, last: &LastCommand, context: Context<'_>) -> Result<Vec<LeadEvent>, Refusal> {
    let verb = LeadVerb::Undo;
    context.actor.may(verb.permission()).map_err(|why| Refusal::NotAllowed { why })?;
    for event in &last.events {
        if let Some(why) = irreversible(event) {
            return Err(Refusal::not_now(verb, format!("{}: {why}", lead.id)));
        }
    }
    let mut restored = Restored::from(&last.before);
    if let (Some(clock), None) = (&last.before.clock, &last.before.pause) {
        let calendar = context.programs.calendar(clock);
        restored.clock = Some(clock.stopped(calendar, last.at).resumed(calendar, context.now));
    }
    restored.offers = offers(lead, &last.before, restored.clock.as_ref().map(|clock| clock.due), context.now);
    let what = last.events.iter().map(|event| event.name().to_owned()).collect();
    let taken: Vec<Counted> = last.events.iter().flat_map(|event| counted(event, last.day)).collect();
    Ok(vec![LeadEvent::Undone { what, restored: Box::new(restored), counted: taken }])
}

/// Offers made meanwhile stay in the history as withdrawn; one that was open then is open again.
fn offers(lead: &Lead, before: &Lead, due: Option<Instant>, now: Instant) -> Vec<crate::domain::lead::Offer> {
    let mut offers = before.offers.clone();
    if let (Some(open), Some(due)) = (offers.iter_mut().rev().find(|offer| offer.outcome.is_none()), due) {
        open.due = due;
    }
    for offer in lead.offers.iter().skip(offers.len()) {
        let mut offer = offer.clone();
        offer.outcome.get_or_insert(OfferOutcome::Withdrawn { at: now });
        offers.push(offer);
    }
    offers
}

/// Why an event can't be taken back, if so.
pub const fn irreversible(event: &LeadEvent) -> Option<&'static str> {
    Some(match event {
        LeadEvent::Received { .. } => "a receipt cannot be undone; disqualify the lead instead",
        LeadEvent::Merged { .. } | LeadEvent::Absorbed { .. } => "a merge is taken back with unmerge",
        LeadEvent::Unmerged { .. } | LeadEvent::Parted { .. } => "an unmerge is taken back with merge",
        LeadEvent::Noted { .. } => "a note stays; add another that corrects it",
        LeadEvent::TakenAway { .. } => "its partner's status decided that; assign it by hand once the partner is active again",
        LeadEvent::Erased => "erased data cannot come back",
        LeadEvent::TimedOut { .. } | LeadEvent::Warned { .. } | LeadEvent::Breached { .. } => "time that has passed cannot be undone",
        LeadEvent::AnsweredLate { .. } => "a late answer stays as evidence",
        LeadEvent::Undone { .. } => "an undo is taken back by doing it again",
        LeadEvent::ClockRecomputed { .. } => "a recomputed clock stays; apply the earlier program and recompute again",
        _ => return None,
    })
}
