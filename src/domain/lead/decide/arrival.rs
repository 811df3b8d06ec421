//! What becomes of a lead on arrival: quarantine, a link to one that we have, review, or an offer.

use super::{Context, Work};
use crate::domain::{
    actor::Permission,
    aggregate::Aggregate,
    id::LeadId,
    lead::{
        Consent, Intake, Lead, LeadEvent, QuarantineReason, Refusal, Resemblance,
        event::Arrival,
        routing::{Desk, Router},
    },
    program::Program,
};

/// What the matcher found for an arriving record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// None like it.
    New,
    /// In the link band: the same as this lead.
    Link { into: LeadId, score_bp: u16 },
    /// In the review band: a person decides.
    Review { candidates: Vec<Resemblance> },
}

/// Receives one record as lead `id`. The survivor of a link is told by the caller with [`absorbed`].
pub fn receive(
    id: LeadId,
    intake: Intake,
    verdict: Verdict,
    suppressed: bool,
    context: Context<'_>,
    router: &mut Router,
    desk: &Desk,
) -> Result<(Lead, Vec<LeadEvent>), Refusal> {
    context.actor.may(Permission::Import).map_err(|why| Refusal::NotAllowed { why })?;
    let arrival = arrival(context.programs.current(), &intake, verdict, suppressed);
    let routes = arrival == Arrival::ToRoute;
    let event = LeadEvent::Received { intake: Box::new(intake), arrival };
    let Some(lead) = Lead::begin(id, &event, context.now) else {
        return Err(Refusal::invalid("a lead begins with its receipt"));
    };
    let mut work = Work { lead, events: vec![event], context };
    if routes {
        work.place(router, desk);
    }
    Ok((work.lead, work.events))
}

fn arrival(program: &Program, intake: &Intake, verdict: Verdict, suppressed: bool) -> Arrival {
    if let Some(reason) = quarantine(program, intake, suppressed) {
        return Arrival::Quarantined { reason };
    }
    match verdict {
        Verdict::New => Arrival::ToRoute,
        Verdict::Link { into, score_bp } => Arrival::Linked { into, score_bp },
        Verdict::Review { candidates } => Arrival::Review { candidates },
    }
}

/// Why a record may not be worked yet. Consent goes before matching: a lead without it must reach nobody.
fn quarantine(program: &Program, intake: &Intake, suppressed: bool) -> Option<QuarantineReason> {
    let person = &intake.person;
    if suppressed || intake.consent.basis == crate::domain::lead::ConsentBasis::Refused {
        return Some(QuarantineReason::Suppressed);
    }
    if intake.company.is_empty() && person.email.is_empty() && person.phone.is_empty() && person.name.is_empty() {
        return Some(QuarantineReason::Unreachable);
    }
    let required = intake.country.is_some_and(|country| program.requires_consent(country));
    (required && !intake.consent.is_explicit()).then_some(QuarantineReason::ConsentMissing)
}

/// What the survivor takes over from a record that is linked to it on arrival.
pub fn absorbed(lead: LeadId, consent: &Consent) -> LeadEvent {
    LeadEvent::Absorbed { lead, consent: consent.clone(), escalation: None }
}
