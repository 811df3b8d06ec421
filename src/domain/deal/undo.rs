//! Undo: what the last command did to a registration is taken back by one more event; nothing is erased from the chain.

use crate::domain::{
    actor::Permission,
    aggregate,
    deal::{
        DealEvent, DealVerb, HoldReason, Refusal, Registration,
        decide::Context,
        event::Restored,
        stats::{Counted, counted},
    },
};

/// The last command that changed a registration.
pub type LastCommand = aggregate::LastCommand<Registration>;

/// Takes the last command back. A clock that ran then runs on from now with what was left at that time: the time in
/// between counts for nobody, and no clock runs backwards.
pub fn undo(deal: &Registration, last: &LastCommand, context: Context<'_>) -> Result<Vec<DealEvent>, Refusal> {
    let verb = DealVerb::Undo;
    context.actor.may(verb.permission()).map_err(Refusal::not_allowed)?;
    for event in &last.events {
        context.actor.may(needed(event)).map_err(Refusal::not_allowed)?;
    }
    for event in &last.events {
        if let Some(why) = irreversible(event) {
            return Err(Refusal::not_now(verb, format!("{}: {why}", deal.id)));
        }
    }
    let mut restored = Restored::from(&last.before);
    if let (Some(clock), None) = (&last.before.clock, last.before.waiting_since) {
        let calendar = context.programs.calendar(clock);
        // Somebody whose time is a little ahead may have looked at the clock since.
        let now = deal.clock.as_ref().map_or(context.now, |clock| context.now.max(clock.as_of));
        restored.clock = Some(clock.stopped(calendar, last.at).resumed(calendar, now));
        restored.waited = restored.waited.plus(calendar.elapsed(last.at, now).max(crate::domain::time::Span::ZERO));
    }
    let what = last.events.iter().map(|event| event.name().to_owned()).collect();
    let taken: Vec<Counted> = last.events.iter().flat_map(|event| counted(event, last.day)).collect();
    Ok(vec![DealEvent::Undone { what, restored: Box::new(restored), counted: taken }])
}

/// What takes an event back needs what bringing it about needed: a decision is not undone by whoever may not decide.
const fn needed(event: &DealEvent) -> Permission {
    match event {
        DealEvent::Approved { .. } => DealVerb::Approve.permission(),
        DealEvent::Rejected { .. } => DealVerb::Reject.permission(),
        DealEvent::Extended { .. } => DealVerb::Extend.permission(),
        _ => DealVerb::Undo.permission(),
    }
}

/// Why an event can't be taken back, if so.
pub const fn irreversible(event: &DealEvent) -> Option<&'static str> {
    Some(match event {
        DealEvent::Drafted { .. } => "a draft cannot be undone; withdraw it instead",
        DealEvent::Submitted { .. } | DealEvent::Resubmitted { .. } => "a submission has its place in the order; withdraw it instead",
        DealEvent::Attached { .. } => "a document stays as evidence",
        DealEvent::ContactChanged { .. } => "a changed contact stays; edit it again",
        DealEvent::Noted { .. } => "a note stays; add another that corrects it",
        DealEvent::Disputed { .. } | DealEvent::Awarded { .. } | DealEvent::Overruled { .. } => {
            "a conflict decides that; its decision can be appealed"
        }
        DealEvent::Held { reason: HoldReason::PartnerSuspended, .. } | DealEvent::Released { reason: HoldReason::PartnerSuspended, .. } => {
            "its partner's status decided that; reinstate or suspend the partner"
        }
        DealEvent::Expired { .. } | DealEvent::Warned { .. } | DealEvent::Breached { .. } => "time that has passed cannot be undone",
        DealEvent::ClockRecomputed { .. } => "a recomputed clock stays; apply the earlier program and recompute again",
        DealEvent::Undone { .. } => "an undo is taken back by doing it again",
        DealEvent::Erased => "erased data cannot come back",
        _ => return None,
    })
}
