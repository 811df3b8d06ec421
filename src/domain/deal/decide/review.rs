//! The way to the decision: submission, review, questions, approval.

use super::{Facts, Work, words};
use crate::domain::{
    deal::{
        DealEvent, DealField, DealState, DealVerb, FieldFault, FieldProblem, Ineligible, Place, Refusal, Registration, RejectReason,
        completeness::{ALWAYS, completeness},
    },
    escalation::EscalationCause,
    id::{DealId, OperatorId},
    text::Text,
};
use std::collections::BTreeSet;

/// Whether `deal` can be rejected because `other` comes first. What is alike under two spellings is for people to see; a product
/// in common there must be, and no two customers.
pub fn may_come_first(deal: &Registration, other: &Registration) -> Result<(), Refusal> {
    let (id, first) = (deal.id, other.id);
    if deal.details.scope.common(&other.details.scope).next().is_none() {
        return Err(Refusal::invalid(format!("{first} has no product in common with {id}: name the one that comes first, or none")));
    }
    match (deal.account, other.account) {
        (Some(own), Some(theirs)) if own.family != theirs.family => {
            Err(Refusal::invalid(format!("{first} is for another customer than {id}: name the one that comes first, or none")))
        }
        _ => Ok(()),
    }
}

impl Work<'_> {
    pub(super) fn submit(&mut self, by: Option<OperatorId>, facts: Facts<'_>) -> Result<(), Refusal> {
        let missing = self.missing();
        let hopeless: Vec<FieldProblem> =
            missing.iter().filter(|problem| ALWAYS.contains(&problem.field) && problem.what == FieldFault::Missing).cloned().collect();
        if !hopeless.is_empty() {
            return Err(Refusal::Fields { verb: DealVerb::Submit, problems: hopeless });
        }
        let place = self.place(&missing, facts);
        self.push(DealEvent::Submitted { by, place, missing, clock: self.start_clock() });
        Ok(())
    }

    pub(super) fn resubmit(&mut self, facts: Facts<'_>) {
        let missing = self.missing();
        // What was complete and kept its place keeps it as long as it is complete.
        let place = self.deal.place.filter(|_| missing.is_empty()).or_else(|| self.place(&missing, facts));
        let still_waits = self.deal.is_held();
        let (clock, waited) = if still_waits { (self.deal.clock.clone(), None) } else { self.waits_no_more() };
        let by = Some(self.context.actor.id);
        self.push(DealEvent::Resubmitted { by, place, missing, clock, waited });
    }

    pub(in crate::domain::deal) fn waits_no_more(&self) -> (Option<crate::domain::deal::Clock>, Option<crate::domain::time::Span>) {
        let (clock, waited) = self.resumed_clock();
        (clock, Some(waited))
    }

    fn missing(&self) -> Vec<FieldProblem> {
        completeness(&self.deal.details, self.program(), self.context.now)
    }

    /// The place that a complete registration gets now.
    fn place(&self, missing: &[FieldProblem], facts: Facts<'_>) -> Option<Place> {
        missing.is_empty().then_some(Place { complete_at: self.context.now, sequence: facts.sequence })
    }

    pub(super) fn take_review(&mut self, reviewer: OperatorId, verb: DealVerb) -> Result<(), Refusal> {
        let before = self.deal.state.reviewer();
        if before == Some(reviewer) {
            return Err(Refusal::not_now(verb, format!("{} is with that reviewer already", self.deal.id)));
        }
        self.push(DealEvent::ReviewTaken { reviewer, before });
        Ok(())
    }

    pub(super) fn request_info(&mut self, fields: &BTreeSet<DealField>, text: &Text) -> Result<(), Refusal> {
        let verb = DealVerb::RequestInfo;
        if fields.is_empty() {
            return Err(Refusal::invalid("a request for information names at least one field"));
        }
        let allowed = &self.program().deals.editable.action_required;
        let state = Text::clean("action required");
        let locked = |field: &&DealField| !allowed.contains(*field);
        let problems: Vec<FieldProblem> =
            fields.iter().filter(locked).map(|field| FieldProblem::new(*field, FieldFault::Locked { state: state.clone() })).collect();
        if !problems.is_empty() {
            return Err(Refusal::Fields { verb, problems });
        }
        let keeps_place = self.program().deals.returned_keeps_place;
        let (asked_by, clock) = (self.context.actor.id, self.stopped_clock());
        self.push(DealEvent::InfoRequested { fields: fields.clone(), asked_by, keeps_place, clock });
        if !text.trim().is_empty() {
            self.push(DealEvent::Noted { text: text.clone() });
        }
        Ok(())
    }

    /// Nobody recommends what nobody could approve.
    pub(super) fn send_for_approval(&mut self, facts: Facts<'_>) -> Result<(), Refusal> {
        self.approvable(DealVerb::SendForApproval, facts)?;
        self.push(DealEvent::SentForApproval { reviewer: self.context.actor.id });
        Ok(())
    }

    pub(super) fn approve(&mut self, facts: Facts<'_>) -> Result<(), Refusal> {
        let verb = DealVerb::Approve;
        let id = self.deal.id;
        if self.deal.requesters.contains(&self.context.actor.id) {
            return Err(Refusal::not_allowed(format!("{} asked for {id}, and somebody else approves it", self.context.actor.name)));
        }
        if self.program().deals.two_people && !matches!(self.deal.state, DealState::PendingApproval { .. }) {
            return Err(Refusal::not_now(verb, format!("the program asks for two people: send {id} for approval first")));
        }
        self.approvable(verb, facts)?;
        if let Some(holder) = facts.holder.filter(|holder| holder.deal != id) {
            return Err(Refusal::not_now(verb, holder.in_the_way(id)));
        }
        let (protection, took, in_time) = (self.grant(facts.partner), self.took(), self.in_time());
        self.push(DealEvent::Approved { protection, took, in_time });
        self.settle_if(&EscalationCause::Breach);
        Ok(())
    }

    /// Complete, and nothing in the program speaks against it.
    fn approvable(&self, verb: DealVerb, facts: Facts<'_>) -> Result<(), Refusal> {
        self.complete(verb)?;
        let objections = self.objections(facts);
        if objections.is_empty() {
            return Ok(());
        }
        let all: Vec<String> = objections.iter().map(Ineligible::sentence).collect();
        Err(Refusal::not_now(verb, format!("{} is not eligible: {}", self.deal.id, all.join("; "))))
    }

    fn complete(&self, verb: DealVerb) -> Result<(), Refusal> {
        if self.deal.place.is_some() {
            return Ok(());
        }
        let problems = self.missing();
        if problems.is_empty() {
            let why =
                format!("{} was not complete when it was submitted; request information, so that it is handed in again", self.deal.id);
            return Err(Refusal::not_now(verb, why));
        }
        Err(Refusal::Fields { verb, problems })
    }

    /// Everything in the program that speaks against the partner's registering this.
    fn objections(&self, facts: Facts<'_>) -> Vec<Ineligible> {
        let details = &self.deal.details;
        self.program().deals.objections(&facts.partner.profile, details.scope.iter(), details.value, self.context.now)
    }

    pub(super) fn reject(&mut self, reason: RejectReason, of: Option<DealId>) -> Result<(), Refusal> {
        if of == Some(self.deal.id) {
            return Err(Refusal::invalid(format!("{} can't be a duplicate of itself", self.deal.id)));
        }
        if reason == RejectReason::Decided {
            return Err(Refusal::invalid("that is what a decision about a conflict says by itself; give another reason"));
        }
        if let Some(other) = of.filter(|_| reason != RejectReason::Duplicate) {
            return Err(Refusal::invalid(format!("{other} is named only where it comes first, not because {}", reason.doc())));
        }
        let (took, in_time, from) = (self.took(), self.in_time(), self.deal.state.clone());
        self.push(DealEvent::Rejected { reason, of, took, in_time, from });
        self.settle_any();
        Ok(())
    }

    /// Which of these fields can't be edited now, each with its reason.
    pub(super) fn locked<'f>(&self, fields: impl Iterator<Item = &'f DealField>) -> Vec<FieldProblem> {
        let editable = &self.program().deals.editable;
        let locked = || FieldFault::Locked { state: Text::clean(&words(&self.deal.state)) };
        let fault = |field: &DealField| match &self.deal.state {
            DealState::Draft => None,
            DealState::ActionRequired { fields, .. } if fields.contains(field) => None,
            DealState::ActionRequired { .. } if editable.action_required.contains(field) => Some(FieldFault::NotAsked),
            DealState::Approved { .. } if editable.approved.contains(field) => None,
            _ => Some(locked()),
        };
        fields.filter_map(|field| Some(FieldProblem::new(*field, fault(field)?))).collect()
    }
}
