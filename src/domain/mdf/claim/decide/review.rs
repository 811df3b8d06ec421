//! The way to the decision: content, submission, checks, questions, approval, suspicion.

use super::{Claim, ClaimEvent, ClaimState, ClaimVerb, Content, Work};
use crate::domain::{
    fx::PinnedRate,
    id::OperatorId,
    mdf::{
        approval::{Bill, Part, Pin, Signature, Signer},
        check::{CheckKind, Finding, check},
        claim::{Approval, Freeze, Proof},
        desk::{ClockKind, today},
        refusal::Refusal,
        request::{Commitment, RejectReason},
    },
    money::Money,
    text::Text,
};

impl Work<'_> {
    /// Another revision. An approved claim that nothing was paid of is undecided again.
    pub(super) fn edit(&mut self, content: Content, by: OperatorId) -> Result<(), Refusal> {
        if content == self.claim.content {
            return Err(Refusal::not_now(ClaimVerb::Edit, format!("nothing changes in {}", self.claim.id)));
        }
        if self.claim.state != ClaimState::Draft
            && let Some(fault) = content.fault()
        {
            return Err(Refusal::invalid(fault));
        }
        let is_approved = matches!(self.claim.state, ClaimState::Approved { .. });
        let clock = is_approved.then(|| self.claim.desk.start(ClockKind::Decide, self.context));
        let before = Box::new(self.claim.content.clone());
        self.push(ClaimEvent::Edited { content: Box::new(content), before, by, clock });
        if self.claim.state == ClaimState::Submitted {
            self.check_all()?;
        }
        Ok(())
    }

    pub(super) fn attach(&mut self, document: &Proof, by: OperatorId) -> Result<(), Refusal> {
        if let Some(fault) = document.fault() {
            return Err(Refusal::invalid(fault));
        }
        let mut content = self.claim.content.clone();
        if content.documents.iter().any(|other| other.hash == document.hash) {
            return Err(Refusal::not_now(ClaimVerb::Attach, format!("{} has this document already", self.claim.id)));
        }
        content.documents.push(document.clone());
        self.edit(content, by)
    }

    pub(super) fn submit(&mut self, by: OperatorId) -> Result<(), Refusal> {
        if let Some(fault) = self.claim.content.fault() {
            return Err(Refusal::invalid(fault));
        }
        let Some(left) = self.request.commitment().map(Commitment::remaining) else {
            let why = format!("{} is {}", self.request.id, self.request.state.words());
            return Err(Refusal::not_now(ClaimVerb::Submit, why));
        };
        let asked = self.asked()?;
        let reserved = Money::new(asked.minor.min(left.minor).max(0), asked.currency);
        self.reserve(reserved)?;
        let clock = self.claim.desk.start(ClockKind::Decide, self.context);
        self.push(ClaimEvent::Submitted { by: Some(by), reserved, clock });
        self.check_all()
    }

    /// What is asked for, in the fund's currency at the rate of the approval under way, or today's.
    fn asked(&self) -> Result<Money, Refusal> {
        let asked = self.claim.content.asked;
        Ok(self.rate(asked)?.convert(asked)?)
    }

    /// The rate of the first approval holds for the others; today's where nothing is signed.
    fn rate(&self, granted: Money) -> Result<PinnedRate, Refusal> {
        let to = self.fund.fund.terms.currency;
        let signed = self.claim.signatures().next().is_some();
        if let Some(rate) = self.claim.rate.clone().filter(|rate| signed && rate.from == granted.currency) {
            return Ok(rate);
        }
        let age = self.program().mdf.rate_max_age_days;
        Ok(self.facts.rates.pin(granted.currency, to, today(self.context), age)?)
    }

    /// Keeps what the checks find, where it is something new.
    fn check_all(&mut self) -> Result<(), Refusal> {
        let findings = check(&self.given(self.asked()?));
        if findings != self.claim.findings {
            self.push(ClaimEvent::Checked { findings });
        }
        Ok(())
    }

    pub(super) fn check_again(&mut self) -> Result<(), Refusal> {
        self.check_all()?;
        if self.events.is_empty() {
            return Err(Refusal::not_now(ClaimVerb::Check, format!("the checks of {} find the same as before", self.claim.id)));
        }
        Ok(())
    }

    pub(super) fn waive(&mut self, kind: CheckKind, reason: &Text) -> Result<(), Refusal> {
        let (verb, id, me) = (ClaimVerb::Waive, self.claim.id, self.context.actor.id);
        let reason = Text::clean(reason.trim());
        if reason.is_empty() {
            return Err(Refusal::invalid("to let a failed check pass needs a reason"));
        }
        if !kind.may_be_waived() {
            return Err(Refusal::not_now(verb, format!("\"{}\" is never waived", kind.doc())));
        }
        if !self.claim.findings.iter().any(|finding| finding.kind == kind && finding.is_failed()) {
            return Err(Refusal::not_now(verb, format!("\"{}\" did not fail for {id}", kind.doc())));
        }
        if self.claim.is_waived(kind) {
            return Err(Refusal::not_now(verb, format!("\"{}\" is waived for {id} already", kind.doc())));
        }
        self.not_asked_by(me)?;
        self.push(ClaimEvent::Waived { check: kind, reason, by: me });
        Ok(())
    }

    /// Who asked for the money, or for the activity, does not smooth its way.
    pub(in crate::domain::mdf::claim) fn not_asked_by(&self, who: OperatorId) -> Result<(), Refusal> {
        if self.claim.desk.parts.has(who, Part::Asked) || self.request.desk.parts.has(who, Part::Asked) {
            let name = &self.context.actor.name;
            return Err(Refusal::not_allowed(format!("{name} asked for {}, and somebody else decides that", self.claim.id)));
        }
        Ok(())
    }

    pub(super) fn request_info(&mut self, text: &Text) {
        let clock = self.claim.desk.stopped(self.context);
        self.push(ClaimEvent::InfoRequested { asked_by: self.context.actor.id, clock });
        if !text.trim().is_empty() {
            self.push(ClaimEvent::Noted { text: text.clone() });
        }
    }

    pub(super) fn resubmit(&mut self, by: OperatorId) -> Result<(), Refusal> {
        let (clock, waited) = self.claim.desk.resumed(self.context);
        self.push(ClaimEvent::Resubmitted { by, clock, waited });
        self.check_all()
    }

    pub(super) fn approve(&mut self, amount: Option<Money>, seen: Pin, on_behalf_of: Option<OperatorId>) -> Result<(), Refusal> {
        let (id, asked) = (self.claim.id, self.claim.content.asked);
        let granted = amount.unwrap_or(asked);
        if granted.currency != asked.currency || granted.minor > asked.minor {
            return Err(Refusal::invalid(format!("{id} asks for {asked}, and {granted} can't be approved of that")));
        }
        let rate = self.rate(granted)?;
        let amount = rate.convert(granted)?;
        let bill = Bill {
            amount,
            pin: self.claim.pin(),
            given: &self.claim.desk.signatures,
            parts: &self.claim.desk.parts,
            steps: &self.claim.desk.steps,
            base: Some(&self.request.desk.parts),
        };
        let signer = Signer { actor: self.context.actor, on_behalf_of, seen, at: self.context.now, today: today(self.context) };
        let steps = self.program().mdf.approval.steps(amount);
        let signature = bill.sign(signer, self.facts.authority)?;
        self.passes(amount)?;
        if steps.last().is_none_or(|last| *last <= signature.step) {
            self.grant(signature, Approval { at: self.context.now, amount, granted, rate })
        } else {
            self.push(ClaimEvent::Signed { signature, rate });
            Ok(())
        }
    }

    /// No check fails for this amount, but those that somebody let pass.
    fn passes(&mut self, amount: Money) -> Result<(), Refusal> {
        let findings = check(&self.given(amount));
        let failing: Vec<Finding> =
            findings.iter().filter(|finding| finding.is_failed() && !self.claim.is_waived(finding.kind)).cloned().collect();
        if !failing.is_empty() {
            return Err(Refusal::Checks { failing });
        }
        if findings != self.claim.findings {
            self.push(ClaimEvent::Checked { findings });
        }
        Ok(())
    }

    fn grant(&mut self, signature: Signature, approval: Approval) -> Result<(), Refusal> {
        self.reserve(approval.amount)?;
        let (took, in_time) = self.timing();
        let clock = self.claim.desk.start(ClockKind::Pay, self.context);
        let first_pass = !self.claim.returned;
        self.push(ClaimEvent::Approved { signature, approval: Box::new(approval), first_pass, took, in_time, clock });
        self.settle_any();
        Ok(())
    }

    pub(super) fn reject(&mut self, reason: RejectReason) -> Result<(), Refusal> {
        let (took, in_time) = self.timing();
        self.give_back()?;
        self.push(ClaimEvent::Rejected { reason, from: self.claim.state.clone(), took, in_time });
        self.settle_any();
        Ok(())
    }

    pub(super) fn withdraw(&mut self) -> Result<(), Refusal> {
        if self.claim.state != ClaimState::Draft {
            self.give_back()?;
        }
        self.push(ClaimEvent::Withdrawn { from: self.claim.state.clone() });
        self.settle_any();
        Ok(())
    }

    /// It stands still, and with it whatever else this partner has pending.
    pub(super) fn flag(&mut self, reason: &Text) -> Result<(), Refusal> {
        let reason = Text::clean(reason.trim());
        if reason.is_empty() {
            return Err(Refusal::invalid("a suspicion needs a reason"));
        }
        let (by, context) = (self.context.actor.id, self.context);
        let freeze = Freeze { of: self.claim.id, since: context.now, reason };
        let flagged = |claim: &Claim| ClaimEvent::Flagged { freeze: freeze.clone(), by, clock: claim.desk.stopped(context) };
        let own = flagged(&self.claim);
        let id = self.claim.id;
        let is_free = |claim: &&&Claim| claim.id != id && claim.state.is_pending() && !matches!(claim.state, ClaimState::Suspect { .. });
        let others = self.facts.pending.iter().filter(is_free).map(|claim| (claim.id, vec![flagged(claim)])).collect();
        self.push(own);
        self.others = others;
        Ok(())
    }

    /// It goes on, and with it what stood still because of it.
    pub(super) fn clear(&mut self) -> Result<(), Refusal> {
        self.not_asked_by(self.context.actor.id)?;
        let (id, context) = (self.claim.id, self.context);
        let cleared = |claim: &Claim| {
            if matches!(claim.state.thawed(), ClaimState::InfoRequested { .. }) {
                return ClaimEvent::Cleared { clock: claim.desk.clock.clone(), waited: None };
            }
            let (clock, waited) = claim.desk.resumed(context);
            ClaimEvent::Cleared { clock, waited: Some(waited) }
        };
        let own = cleared(&self.claim);
        let with_it = |claim: &&&Claim| claim.id != id && matches!(&claim.state, ClaimState::Suspect { freeze, .. } if freeze.of == id);
        let mut others = Vec::new();
        for claim in self.facts.pending.iter().filter(with_it) {
            others.push((claim.id, vec![cleared(claim)]));
        }
        self.push(own);
        self.others = others;
        self.close_if_paid();
        Ok(())
    }
}
