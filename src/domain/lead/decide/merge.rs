//! Merge and unmerge: the two decisions that touch two leads at once.

use super::{Context, Work, possible};
use crate::domain::lead::{
    EscalationCause, Lead, LeadEvent, LeadState, LeadVerb, Refusal, UnassignedReason,
    routing::{Desk, Router},
};

/// Merges `lead` into `survivor`: the events of the one and of the other.
pub fn merge(lead: &Lead, survivor: &Lead, context: Context<'_>) -> Result<(Vec<LeadEvent>, Vec<LeadEvent>), Refusal> {
    let verb = LeadVerb::Merge;
    context.actor.may(verb.permission()).map_err(|why| Refusal::NotAllowed { why })?;
    possible(lead, verb)?;
    if lead.id == survivor.id {
        return Err(Refusal::not_now(verb, format!("{} is the same lead", lead.id)));
    }
    if let LeadState::Merged { into, .. } = survivor.state {
        return Err(Refusal::not_now(verb, format!("{} was itself merged into {into}; merge into that one", survivor.id)));
    }
    if matches!(survivor.state, LeadState::Quarantined { .. }) {
        return Err(Refusal::not_now(verb, format!("{} is in quarantine; release it first", survivor.id)));
    }
    let score_bp = match &lead.state {
        LeadState::InReview { candidates } => candidates.iter().find(|one| one.lead == survivor.id).map(|one| one.score_bp),
        _ => None,
    };
    let mut work = Work::new(lead, context);
    let clock = work.stopped_clock();
    work.push(LeadEvent::Merged { into: survivor.id, score_bp, clock });
    let mut other = Work::new(survivor, context);
    // That no partner took it is settled where the survivor has one.
    let is_placed = survivor.state.partner().is_some();
    let escalation = lead.escalation.clone().filter(|held| !is_placed || held.cause != EscalationCause::NoPartner);
    other.push(LeadEvent::Absorbed { lead: lead.id, consent: lead.consent().clone(), escalation });
    Ok((work.events, other.events))
}

/// Takes `lead` out of `survivor` again; its clock runs on with what was left. A lead that was linked on arrival is
/// placed by the rules now.
pub fn unmerge(
    lead: &Lead,
    survivor: &Lead,
    context: Context<'_>,
    router: &mut Router,
    desk: &Desk,
) -> Result<(Vec<LeadEvent>, Vec<LeadEvent>), Refusal> {
    let verb = LeadVerb::Unmerge;
    context.actor.may(verb.permission()).map_err(|why| Refusal::NotAllowed { why })?;
    possible(lead, verb)?;
    let mut work = Work::new(lead, context);
    let LeadState::Merged { prior, .. } = &lead.state else {
        return Err(Refusal::not_now(verb, format!("{} is not merged", lead.id)));
    };
    let clock = match (&prior.clock, &prior.pause) {
        (Some(clock), None) => Some(work.resumed_clock(clock)),
        (clock, _) => clock.clone(),
    };
    work.push(LeadEvent::Unmerged { clock });
    if matches!(work.lead.state, LeadState::Unassigned { why: UnassignedReason::New }) {
        work.place(router, desk);
    }
    // Whoever had it may have left meanwhile.
    let holder = work.lead.state.loads().and_then(|id| router.directory.get(id));
    if holder.is_some_and(|partner| partner.profile.status.is_shut_out()) {
        work.take_away(router, desk);
    }
    let mut other = Work::new(survivor, context);
    other.push(LeadEvent::Parted { lead: lead.id });
    Ok((work.events, other.events))
}
