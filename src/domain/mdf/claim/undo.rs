//! Undo: what the last command did to a claim is taken back by one more event. A rejection sets the money aside again.

use super::{Claim, ClaimEvent, ClaimState, ClaimVerb, Facts, Restored, decide::Work};
use crate::domain::{
    actor::Permission,
    aggregate,
    decision::Context,
    mdf::{Effects, desk::APPROVALS_GONE, refusal::Refusal, stats},
};

/// The last command that changed a claim.
pub type LastCommand = aggregate::LastCommand<Claim>;

/// Takes the last command back. A clock that ran then runs on from now with what was left at that time.
pub fn undo(claim: &Claim, last: &LastCommand, context: Context<'_>, facts: Facts<'_>) -> Result<Effects, Refusal> {
    let verb = ClaimVerb::Undo;
    context.actor.may(verb.permission()).map_err(Refusal::not_allowed)?;
    for event in &last.events {
        context.actor.may(needed(event)).map_err(Refusal::not_allowed)?;
        if let Some(why) = irreversible(event) {
            return Err(Refusal::not_now(verb, format!("{}: {why}", claim.id)));
        }
    }
    let mut work = Work::new(claim, context, facts)?;
    if last.events.iter().any(|event| needed(event) == Permission::MdfDecide) {
        work.not_asked_by(context.actor.id)?;
    }
    if last.before.signatures().count() > claim.signatures().count() {
        return Err(Refusal::not_now(verb, format!("{}: {APPROVALS_GONE}", claim.id)));
    }
    let before = &last.before;
    if !claim.state.is_open() && before.state.is_pending() {
        let left = work.request.commitment().map(|commitment| commitment.remaining().minor);
        if left.is_none_or(|left| left < before.reserved.minor) {
            let why = format!("the money of {} was used for something else since; make a new claim", claim.id);
            return Err(Refusal::not_now(verb, why));
        }
        work.reserve(before.reserved)?;
    }
    let what = last.events.iter().map(|event| event.name().to_owned()).collect();
    let counted = last.events.iter().flat_map(|event| stats::counted_claim(event, last.day)).collect();
    let restored = Box::new(restored(claim, last, context));
    work.push(ClaimEvent::Undone { what, restored, counted });
    Ok(work.effects())
}

fn restored(now: &Claim, last: &LastCommand, context: Context<'_>) -> Restored {
    let (before, desk) = (&last.before, &last.before.desk);
    let (clock, waited) = desk.running_on(last.at, context);
    Restored {
        state: before.state.clone(),
        clock,
        waiting_since: desk.waiting_since,
        waited,
        assignee: desk.assignee,
        // What was taken back stays so, as it does in the database: an approval of other content is never put back.
        signatures: desk.signatures.iter().filter(|one| now.desk.signatures.contains(one)).copied().collect(),
        rate: before.rate.clone(),
        escalation: desk.escalation.clone(),
        reserved: before.reserved,
        waivers: before.waivers.clone(),
        returned: before.returned,
    }
}

/// What takes an event back needs what bringing it about needed.
const fn needed(event: &ClaimEvent) -> Permission {
    match event {
        ClaimEvent::Signed { .. } | ClaimEvent::Rejected { .. } | ClaimEvent::Waived { .. } => ClaimVerb::Approve.permission(),
        _ => ClaimVerb::Undo.permission(),
    }
}

/// Why an event can't be taken back, if so.
pub const fn irreversible(event: &ClaimEvent) -> Option<&'static str> {
    Some(match event {
        ClaimEvent::Drafted { .. } => "a draft cannot be undone; withdraw it instead",
        ClaimEvent::Edited { .. } => "an edit stays; edit it again",
        ClaimEvent::Submitted { .. } | ClaimEvent::Resubmitted { .. } => "it was handed in; withdraw it instead",
        ClaimEvent::Approved { .. } => "it is approved; edit it to have it decided again, or close it",
        ClaimEvent::Flagged { .. } => "others may stand still with it; clear the suspicion instead",
        ClaimEvent::Cleared { .. } => "it goes on; flag it again",
        ClaimEvent::Rejected { from: ClaimState::Suspect { .. }, .. } => "a suspicion was decided; make a new claim",
        ClaimEvent::PaymentOrdered { .. } | ClaimEvent::PaymentExported { .. } => "a payment is on its way; record that it failed",
        ClaimEvent::PaymentConfirmed { .. } | ClaimEvent::ClawedBack { .. } => "money has moved; claw it back, or pay again",
        ClaimEvent::PaymentFailed { .. } => "a failed payment is ordered anew",
        ClaimEvent::Closed { .. } => "it is closed; make a new claim",
        ClaimEvent::Noted { .. } => "a note stays; add another that corrects it",
        ClaimEvent::Warned { .. } | ClaimEvent::Breached { .. } => "time that has passed cannot be undone",
        ClaimEvent::Undone { .. } => "an undo is taken back by doing it again",
        _ => return None,
    })
}
