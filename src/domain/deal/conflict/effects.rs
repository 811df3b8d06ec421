//! What a conflict does to its parties: it holds them, lets them go, and gives the deal to one and not to the other.

use super::{Claim, Verdict};
use crate::domain::{
    deal::{
        Approval, DealEvent, DealState, DisputePhase, HoldReason, Overruled, Protection, Refusal, Registration, RejectReason, SharedWith,
        conflict::CaseVerb,
        decide::{Context, Work},
        stats::{rejection, standing},
    },
    id::{ConflictId, DealId},
    partner::PartnerKind,
};

/// Events of the parties, those without any left out.
pub type Effects = Vec<(DealId, Vec<DealEvent>)>;

/// Each party goes into `phase`, held where it still claims the deal.
pub fn hold(case: ConflictId, claims: &[Claim<'_>], phase: DisputePhase, context: Context<'_>) -> Effects {
    each(claims, context, |work, _| {
        work.push(DealEvent::Disputed { case, phase: Some(phase) });
        if work.deal.state.is_claim() {
            let protection = work.deal.protection().map(|protection| protection.stopped(context.now, work.program().zone));
            work.push(DealEvent::Held { reason: HoldReason::Conflict, clock: work.stopped_clock(), protection });
        }
    })
}

/// Whoever is held goes on as before.
pub fn release(case: ConflictId, claims: &[Claim<'_>], context: Context<'_>) -> Effects {
    each(claims, context, |work, claim| {
        let_go(work, claim);
        work.push(DealEvent::Disputed { case, phase: Some(DisputePhase::Decided) });
    })
}

/// Whoever still claims the deal goes on as before, and the conflict is over.
pub fn dissolve(case: ConflictId, claims: &[Claim<'_>], context: Context<'_>) -> Effects {
    each(claims, context, |work, claim| {
        let_go(work, claim);
        work.push(DealEvent::Disputed { case, phase: None });
    })
}

/// The conflict is over.
pub fn dismiss(case: ConflictId, claims: &[Claim<'_>], context: Context<'_>) -> Effects {
    each(claims, context, |work, _| {
        if work.deal.dispute.is_some_and(|dispute| dispute.case == case) {
            work.push(DealEvent::Disputed { case, phase: None });
        }
    })
}

/// Carries a verdict out on every party.
pub fn carry_out(case: ConflictId, verdict: &Verdict, claims: &[Claim<'_>], context: Context<'_>) -> Effects {
    let winner = claims.iter().find(|claim| Some(claim.registration.id) == verdict.principal());
    let is_direct = |claim: &Claim<'_>| claim.partner.profile.kind == PartnerKind::Direct;
    let reason = |loser: &Claim<'_>| match (verdict, winner) {
        (Verdict::RejectAll { reason }, _) => *reason,
        (_, Some(winner)) if is_direct(winner) && !is_direct(loser) => RejectReason::Direct,
        // Complete before the winner, and yet it gives way: for what the decision says, and not for its place.
        (_, Some(winner)) if is_before(loser.registration, winner.registration) => RejectReason::Decided,
        _ => RejectReason::Duplicate,
    };
    each(claims, context, |work, claim| {
        let id = work.deal.id;
        match verdict {
            Verdict::Award { winner } if *winner == id => award(work, claim, case, None),
            Verdict::Split { shares } if shares.of(id).is_some() => {
                let share_bp = shares.of(id).unwrap_or(0);
                award(work, claim, case, Some(SharedWith { case, share_bp, principal: shares.principal() }));
            }
            Verdict::Void => let_go(work, claim),
            _ => overrule(work, case, reason(claim), verdict.principal()),
        }
        work.push(DealEvent::Disputed { case, phase: Some(DisputePhase::Decided) });
    })
}

/// Why this party can't be given the deal, if so.
pub fn objection(claim: &Claim<'_>, case: ConflictId, verb: CaseVerb, context: Context<'_>) -> Result<(), Refusal> {
    let deal = claim.registration;
    let no = |why: String| Err(Refusal::case_not_now(verb, format!("{} {why}", deal.id)));
    let state = match &deal.state {
        DealState::Rejected { overruled: Some(Overruled { case: own, state }), .. } if *own == case => state,
        state => state,
    };
    if !state.is_claim() {
        return no(format!("is {} and can't be given the deal", super::super::decide::words(state)));
    }
    // What was won stays; what is protected goes on only with who is active.
    if matches!(state, DealState::Approved { .. }) && claim.partner.profile.status.is_shut_out() {
        let partner = &claim.partner.profile;
        return no(format!("is of {}, who is {}: reinstate the partner, or decide for another", partner.name, partner.status.name()));
    }
    if state.is_undecided() {
        if deal.place.is_none() {
            return no("is not complete; request information first".to_owned());
        }
        let program = context.programs.current();
        let details = &deal.details;
        let objections = program.deals.objections(&claim.partner.profile, details.scope.iter(), details.value, context.now);
        if let Some(first) = objections.first() {
            return no(format!("is not eligible: {}", first.sentence()));
        }
    }
    Ok(())
}

fn each(claims: &[Claim<'_>], context: Context<'_>, mut act: impl FnMut(&mut Work<'_>, &Claim<'_>)) -> Effects {
    let worked = claims.iter().map(|claim| {
        let mut work = Work::new(claim.registration, context);
        act(&mut work, claim);
        (work.deal.id, work.events)
    });
    worked.filter(|(_, events)| !events.is_empty()).collect()
}

/// Goes on, unless the desk has suspended its partner meanwhile: then it is held for that instead.
fn let_go(work: &mut Work<'_>, claim: &Claim<'_>) {
    if work.deal.hold.as_ref().is_none_or(|hold| hold.reason != HoldReason::Conflict) {
        return;
    }
    let protection = work.deal.protection().map(|protection| resumed(work, protection));
    let still_waits = matches!(work.deal.state, DealState::ActionRequired { .. });
    let (clock, waited) = if still_waits { (work.deal.clock.clone(), None) } else { work.waits_no_more() };
    let earlier = work.deal.hold.as_ref().and_then(|hold| hold.earlier);
    work.push(DealEvent::Released { reason: HoldReason::Conflict, clock, protection, waited });
    if claim.partner.shuts_out() {
        work.hold_for_partner();
    } else if let Some(reason) = earlier.filter(|_| work.deal.state.is_undecided()) {
        // What the desk waited for when the conflict began is still awaited.
        let clock = work.stopped_clock();
        work.push(DealEvent::Held { reason, clock, protection: None });
    }
}

/// Whether one was complete before the other.
fn is_before(one: &Registration, other: &Registration) -> bool {
    one.place.is_some_and(|place| other.place.is_none_or(|after| place < after))
}

fn resumed(work: &Work<'_>, protection: &Protection) -> Protection {
    protection.resumed(work.context.now, work.program().zone)
}

/// What was approved before keeps the days that it had left when it was held; another is protected from now on.
fn award(work: &mut Work<'_>, claim: &Claim<'_>, case: ConflictId, share: Option<SharedWith>) {
    let (was_undecided, state) = match &work.deal.state {
        DealState::Rejected { overruled: Some(Overruled { state, .. }), .. } => (false, (**state).clone()),
        state => (state.is_undecided(), state.clone()),
    };
    let (protection, newly) = match &state {
        DealState::Won { .. } => (None, false),
        DealState::Approved { approval: Approval { protection, .. } } => (Some(resumed(work, protection)), false),
        _ => (Some(work.grant(claim.partner)), true),
    };
    let (took, in_time) = (was_undecided.then(|| work.took()), work.in_time());
    let zone = work.program().zone;
    let (again, no_more) = match &work.deal.state {
        DealState::Rejected { at, overruled: Some(_), .. } => (standing(&state, zone), vec![rejection(*at, zone)]),
        _ => (Vec::new(), Vec::new()),
    };
    work.push(DealEvent::Awarded { case, protection, share, newly, took, in_time, again, no_more });
    work.settle_any();
}

/// A registration that gave way before, or ended by itself, is left as it is.
fn overrule(work: &mut Work<'_>, case: ConflictId, reason: RejectReason, of: Option<DealId>) {
    if !work.deal.state.is_claim() {
        return;
    }
    let took = work.deal.state.is_undecided().then(|| work.took());
    let in_time = work.in_time();
    let no_more = standing(&work.deal.state, work.program().zone);
    work.push(DealEvent::Overruled { case, reason, of, took, in_time, no_more });
    work.settle_any();
}
