//! Payments: ordered by somebody who neither asked nor approved, exported in a batch, confirmed by the bank. Money that
//! comes back is a payment below zero.

use super::{ClaimEvent, ClaimState, ClaimVerb, Work};
use crate::domain::{
    id::OperatorId,
    mdf::{
        approval::Part,
        claim::{Payment, PaymentState},
        ledger::{Account, EntryKind, Subject},
        refusal::Refusal,
    },
    money::Money,
    partner::PartnerStatus,
    text::Text,
    time::Span,
};

impl Work<'_> {
    pub(super) fn pay(&mut self, key: &Text, amount: Option<Money>) -> Result<(), Refusal> {
        let (id, payable) = (self.claim.id, self.claim.payable());
        let key = self.new_key(key, ClaimVerb::Pay)?;
        self.may_pay()?;
        let partner = &self.facts.partner.profile;
        if partner.status == PartnerStatus::Suspended {
            let why = format!("{} is suspended, and is paid nothing until that is over", partner.name);
            return Err(Refusal::not_now(ClaimVerb::Pay, why));
        }
        let amount = amount.unwrap_or(payable);
        self.is_positive(amount)?;
        if amount.minor > payable.minor {
            return Err(Refusal::not_now(ClaimVerb::Pay, format!("{payable} is payable of {id}, and {amount} is more")));
        }
        let payment = self.payment(key, amount, PaymentState::Ordered);
        self.push(ClaimEvent::PaymentOrdered { payment });
        Ok(())
    }

    fn payment(&self, key: Text, amount: Money, state: PaymentState) -> Payment {
        let no = u32::try_from(self.claim.payments.len()).unwrap_or(u32::MAX).saturating_add(1);
        Payment { no, key, amount, by: self.context.actor.id, at: self.context.now, state }
    }

    /// A key that no payment of this claim has.
    fn new_key(&self, key: &Text, verb: ClaimVerb) -> Result<Text, Refusal> {
        let key = Text::clean(key.trim());
        if key.is_empty() {
            return Err(Refusal::invalid("a payment needs a key under which it happens at most once"));
        }
        match self.claim.payments.iter().find(|payment| payment.key == key) {
            Some(same) => {
                let why = format!("{key} is payment {} of {} already, over {}", same.no, self.claim.id, same.amount);
                Err(Refusal::not_now(verb, why))
            }
            None => Ok(key),
        }
    }

    /// Whoever asked or approved does not pay, be the approval void by now.
    fn may_pay(&self) -> Result<(), Refusal> {
        let me: OperatorId = self.context.actor.id;
        let parts = &self.claim.desk.parts;
        let own = [Part::Asked, Part::Approved].into_iter().find(|part| parts.has(me, *part));
        let asked = self.request.desk.parts.has(me, Part::Asked).then_some(Part::AskedBefore);
        match own.or(asked) {
            Some(part) => {
                let name = &self.context.actor.name;
                Err(Refusal::not_allowed(format!("{name} {}, and somebody else pays {}", part.doc(), self.claim.id)))
            }
            None => Ok(()),
        }
    }

    fn is_positive(&self, amount: Money) -> Result<(), Refusal> {
        let currency = self.claim.reserved.currency;
        if amount.currency != currency {
            return Err(Refusal::invalid(format!("{} is paid in {currency}, and not in {}", self.claim.id, amount.currency)));
        }
        if amount.minor <= 0 { Err(Refusal::invalid(format!("{amount} is nothing to pay"))) } else { Ok(()) }
    }

    pub(super) fn confirm(&mut self, no: u32, reference: &Text) -> Result<(), Refusal> {
        let reference = Text::clean(reference.trim());
        if reference.is_empty() {
            return Err(Refusal::invalid("a confirmed payment needs the bank's reference"));
        }
        let payment = self.under_way(no, ClaimVerb::ConfirmPayment)?;
        if payment.state == PaymentState::Ordered {
            let why = format!("payment {no} of {} is in no batch yet", self.claim.id);
            return Err(Refusal::not_now(ClaimVerb::ConfirmPayment, why));
        }
        self.fund.post(EntryKind::Pay, Subject::Claim(self.claim.id), (Account::Claimed, Account::Paid), payment.amount)?;
        self.push(ClaimEvent::PaymentConfirmed { no, amount: payment.amount, reference });
        self.close_if_paid();
        Ok(())
    }

    pub(super) fn fail(&mut self, no: u32, reason: &Text) -> Result<(), Refusal> {
        let reason = Text::clean(reason.trim());
        if reason.is_empty() {
            return Err(Refusal::invalid("a failed payment needs its reason"));
        }
        self.under_way(no, ClaimVerb::FailPayment)?;
        self.push(ClaimEvent::PaymentFailed { no, reason });
        Ok(())
    }

    fn under_way(&self, no: u32, verb: ClaimVerb) -> Result<Payment, Refusal> {
        let id = self.claim.id;
        let Some(payment) = self.claim.payment(no) else { return Err(Refusal::invalid(format!("{id} has no payment {no}"))) };
        if !payment.state.is_under_way() {
            return Err(Refusal::not_now(verb, format!("payment {no} of {id} is {} already", payment.state.name())));
        }
        Ok(payment.clone())
    }

    pub(super) fn claw_back(&mut self, key: &Text, amount: Money, reference: &Text) -> Result<(), Refusal> {
        let verb = ClaimVerb::ClawBack;
        let reference = Text::clean(reference.trim());
        if reference.is_empty() {
            return Err(Refusal::invalid("money that came back needs its reference"));
        }
        let key = self.new_key(key, verb)?;
        self.may_pay()?;
        self.is_positive(amount)?;
        let paid = self.claim.paid();
        if amount.minor > paid.minor {
            return Err(Refusal::not_now(verb, format!("{paid} was paid for {}, and {amount} is more", self.claim.id)));
        }
        let route = (Account::Paid, self.fund.fund.home());
        self.fund.post(EntryKind::ClawBack, Subject::Claim(self.claim.id), route, amount)?;
        let state = PaymentState::Confirmed { at: self.context.now, reference };
        let payment = self.payment(key, Money::new(-amount.minor, amount.currency), state);
        self.push(ClaimEvent::ClawedBack { payment });
        Ok(())
    }

    /// Nothing more is paid; what is left goes back to the request.
    pub(super) fn close(&mut self) -> Result<(), Refusal> {
        let unpaid = self.claim.reserved;
        self.give_back()?;
        self.closed(unpaid);
        Ok(())
    }

    /// A claim that is paid in full closes by itself, be another claim under suspicion; not while it is suspect itself.
    pub(super) fn close_if_paid(&mut self) {
        let is_suspect = matches!(&self.claim.state, ClaimState::Suspect { freeze, .. } if freeze.of == self.claim.id);
        let is_approved = matches!(self.claim.state.thawed(), ClaimState::Approved { .. });
        if is_approved && !is_suspect && self.claim.reserved.minor == 0 {
            self.draw(0, false);
            self.closed(Money::zero(self.claim.reserved.currency));
        }
    }

    fn closed(&mut self, unpaid: Money) {
        let took = self.claim.desk.submitted_at.map_or(Span::ZERO, |at| self.context.now.since(at));
        let in_time = self.claim.desk.in_time(self.context.now);
        self.push(ClaimEvent::Closed { unpaid, took, in_time });
        self.settle_any();
    }
}
