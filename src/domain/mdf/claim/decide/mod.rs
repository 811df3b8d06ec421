//! Decisions about one claim. What they do to its request and to the money of the fund is decided with them, so that all
//! of it is written at once or not at all.

mod money;
mod possible;
mod review;

pub use possible::possible;

use super::{Claim, ClaimCommand, ClaimEvent, ClaimState, ClaimVerb, Content};
use crate::domain::{
    actor::Permission,
    aggregate::Aggregate,
    decision::Context,
    escalation::Severity,
    fx::Rates,
    id::ClaimId,
    mdf::{
        Effects,
        approval::{Authority, Part},
        check::{Given, Known, Standing},
        desk::{Author, Ticked, noted, raised},
        fund::{Fund, FundWork},
        ledger::{Account, EntryKind, Subject},
        refusal::Refusal,
        request::{Request, RequestEvent},
    },
    money::Money,
    partner::Partner,
    program::Program,
    time::Span,
};
use std::sync::Arc;

/// What a decision about a claim needs to know beside it.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub fund: &'a Fund,
    pub request: &'a Request,
    pub partner: &'a Partner,
    pub rates: &'a Rates,
    pub authority: &'a Authority,
    /// Records that share a paper with it, and the other claims of this partner.
    pub known: &'a [Known],
    /// The other claims of this partner that are pending: what a suspicion freezes.
    pub pending: &'a [&'a Claim],
}

/// Begins claim `id` on an approved request, and hands it in at once where `submit` says so. Written by an operator where
/// `by` is one; an imported one has no requester among the operators.
pub fn draft(
    id: ClaimId,
    content: Content,
    by: Author,
    submit: bool,
    context: Context<'_>,
    facts: Facts<'_>,
) -> Result<(Claim, Effects), Refusal> {
    context.actor.may(by.permission()).map_err(Refusal::not_allowed)?;
    let (request, currency) = (facts.request, facts.fund.terms.currency);
    if request.commitment().is_none() {
        return Err(Refusal::not_now(ClaimVerb::Draft, format!("{} is {}", request.id, request.state.words())));
    }
    let event = ClaimEvent::Drafted {
        fund: request.fund,
        currency,
        request: request.id,
        partner: request.partner,
        content: Box::new(content),
        by: Some(by.operator()),
    };
    let claim = Claim::begin(id, &event, context.now).ok_or_else(|| Refusal::invalid("a claim begins with its draft"))?;
    let mut work = Work::new(&claim, context, facts)?;
    work.events.push(event);
    if submit {
        work.submit(by.operator())?;
    }
    Ok((work.claim.clone(), work.effects()))
}

/// Decides one command on one claim.
pub fn decide(claim: &Claim, command: &ClaimCommand, context: Context<'_>, facts: Facts<'_>) -> Result<Effects, Refusal> {
    let verb = command.verb();
    context.actor.may(verb.permission()).map_err(Refusal::not_allowed)?;
    possible(claim, verb)?;
    may_ask(claim, verb, context)?;
    let mut work = Work::new(claim, context, facts)?;
    work.carry_out(command)?;
    Ok(work.effects())
}

/// Whoever ordered a payment of it asks for nothing of it any more, be the payment failed by now.
fn may_ask(claim: &Claim, verb: ClaimVerb, context: Context<'_>) -> Result<(), Refusal> {
    let asks = matches!(verb, ClaimVerb::Edit | ClaimVerb::Attach | ClaimVerb::Submit | ClaimVerb::Resubmit);
    if asks && claim.desk.parts.has(context.actor.id, Part::Paid) {
        let (name, id) = (&context.actor.name, claim.id);
        return Err(Refusal::not_allowed(format!("{name} {}, and somebody else changes {id}", Part::Paid.doc())));
    }
    Ok(())
}

/// What is due on this claim at `now`; nothing if another engine was here first.
pub fn sweep(claim: &Claim, context: Context<'_>) -> Result<Vec<ClaimEvent>, Refusal> {
    context.actor.may(Permission::Sweep).map_err(Refusal::not_allowed)?;
    Ok(match claim.desk.tick(context) {
        None => Vec::new(),
        Some(Ticked::Warned { clock, percent }) => vec![ClaimEvent::Warned { clock, percent }],
        Some(Ticked::Breached { clock }) => vec![ClaimEvent::Breached { clock, escalation: Some(Severity::Low) }],
    })
}

/// A claim being worked on, with its request and fund: each event is applied as it is decided.
pub(super) struct Work<'a> {
    pub claim: Claim,
    pub events: Vec<ClaimEvent>,
    pub request: Request,
    pub drawn: Vec<RequestEvent>,
    pub fund: FundWork,
    pub others: Vec<(ClaimId, Vec<ClaimEvent>)>,
    pub context: Context<'a>,
    pub facts: Facts<'a>,
}

impl<'a> Work<'a> {
    pub fn new(claim: &Claim, context: Context<'a>, facts: Facts<'a>) -> Result<Self, Refusal> {
        if facts.request.id != claim.request || facts.fund.id != claim.fund || facts.partner.id != claim.partner {
            return Err(Refusal::invalid(format!("{} belongs to {} in {}", claim.id, claim.request, claim.fund)));
        }
        Ok(Self {
            claim: claim.clone(),
            events: Vec::new(),
            request: facts.request.clone(),
            drawn: Vec::new(),
            fund: FundWork::new(facts.fund, context.now),
            others: Vec::new(),
            context,
            facts,
        })
    }

    pub fn push(&mut self, event: ClaimEvent) {
        self.claim.apply(&event, self.context.now);
        self.events.push(event);
    }

    pub fn effects(self) -> Effects {
        Effects { fund: self.fund.events, request: self.drawn, claim: self.events, others: self.others }
    }

    pub fn program(&self) -> &'a Arc<Program> {
        self.context.programs.current()
    }

    /// The claim draws on its request, or gives back.
    pub fn draw(&mut self, minor: i64, open: bool) {
        let change = Money::new(minor, self.claim.reserved.currency);
        let event = RequestEvent::Drawn { claim: self.claim.id, change, open };
        self.request.apply(&event, self.context.now);
        self.drawn.push(event);
    }

    /// Sets aside exactly so much for it, of what its request has left.
    pub fn reserve(&mut self, amount: Money) -> Result<(), Refusal> {
        let more = amount.minor.saturating_sub(self.claim.reserved.minor);
        let subject = Subject::Claim(self.claim.id);
        let currency = amount.currency;
        if more > 0 {
            self.fund.post(EntryKind::Claim, subject, (Account::Committed, Account::Claimed), Money::new(more, currency))?;
        } else {
            self.fund.post(EntryKind::Unclaim, subject, (Account::Claimed, Account::Committed), Money::new(-more, currency))?;
        }
        self.draw(more, true);
        Ok(())
    }

    /// Gives back all that is set aside for it, for good.
    pub fn give_back(&mut self) -> Result<(), Refusal> {
        let reserved = self.claim.reserved;
        self.fund.post(EntryKind::Unclaim, Subject::Claim(self.claim.id), (Account::Claimed, Account::Committed), reserved)?;
        self.draw(-reserved.minor, false);
        Ok(())
    }

    pub fn given(&self, amount: Money) -> Given<'_> {
        Given {
            claim: &self.claim,
            request: &self.request,
            fund: &self.fund.fund,
            partner: self.facts.partner,
            standing: self.standing(),
            amount,
            known: self.facts.known,
            program: self.context.programs.current(),
            now: self.context.now,
        }
    }

    fn standing(&self) -> Standing {
        let flagged = |claim: &&&Claim| matches!(&claim.state, ClaimState::Suspect { freeze, .. } if freeze.of == claim.id);
        if self.facts.pending.iter().filter(|claim| claim.id != self.claim.id).any(|claim| flagged(&claim)) {
            Standing::Suspected
        } else {
            Standing::Good
        }
    }

    pub fn timing(&self) -> (Span, bool) {
        (self.claim.desk.took(self.context), self.claim.desk.in_time(self.context.now))
    }

    pub fn settle_any(&mut self) {
        if self.claim.desk.escalation.is_some() {
            self.push(ClaimEvent::Settled { by_itself: true });
        }
    }

    fn carry_out(&mut self, command: &ClaimCommand) -> Result<(), Refusal> {
        let me = self.context.actor.id;
        match command {
            ClaimCommand::Edit { content } => self.edit((**content).clone(), me)?,
            ClaimCommand::Attach { document } => self.attach(document, me)?,
            ClaimCommand::Submit => self.submit(me)?,
            ClaimCommand::RequestInfo { text } => self.request_info(text),
            ClaimCommand::Resubmit => self.resubmit(me)?,
            ClaimCommand::Check => self.check_again()?,
            ClaimCommand::Waive { check, reason } => self.waive(*check, reason)?,
            ClaimCommand::Approve { amount, seen, on_behalf_of } => self.approve(*amount, *seen, *on_behalf_of)?,
            ClaimCommand::Reject { reason } => self.reject(*reason)?,
            ClaimCommand::Withdraw => self.withdraw()?,
            ClaimCommand::Flag { reason } => self.flag(reason)?,
            ClaimCommand::Clear => self.clear()?,
            ClaimCommand::Pay { key, amount } => self.pay(key, *amount)?,
            ClaimCommand::ConfirmPayment { no, reference } => self.confirm(*no, reference)?,
            ClaimCommand::FailPayment { no, reason } => self.fail(*no, reason)?,
            ClaimCommand::ClawBack { key, amount, reference } => self.claw_back(key, *amount, reference)?,
            ClaimCommand::Close => self.close()?,
            ClaimCommand::Assign { to } => {
                let before = self.claim.desk.handed(*to, ClaimVerb::Assign, self.claim.id)?;
                self.push(ClaimEvent::Assigned { to: *to, before });
            }
            ClaimCommand::Note { text } => self.push(ClaimEvent::Noted { text: noted(text)? }),
            ClaimCommand::Escalate { severity, reason } => {
                self.push(ClaimEvent::Escalated { severity: *severity, cause: raised(reason)? });
            }
            ClaimCommand::Settle => self.push(ClaimEvent::Settled { by_itself: false }),
            ClaimCommand::Undo => return Err(Refusal::invalid("undo needs the last command; it is decided by a function of its own")),
        }
        Ok(())
    }
}
