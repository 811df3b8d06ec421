//! Decisions about one request. What they do to the money of the fund is decided with them, so that both are written at
//! once or not at all.

use super::{Commitment, Request, RequestCommand, RequestEvent, RequestState, RequestVerb};
use crate::domain::{
    actor::Permission,
    aggregate::Aggregate,
    day::{end_of_day, local_date},
    decision::Context,
    escalation::Severity,
    fx::{PinnedRate, Rates},
    id::{OperatorId, RequestId},
    mdf::{
        Effects,
        approval::{Authority, Bill, Pin, Signature, Signer},
        desk::{Author, ClockKind, Ticked, noted, raised, today},
        fund::{Fund, FundWork, Holder},
        ledger::{Account, EntryKind, Subject},
        refusal::Refusal,
        request::{Plan, PlanFault},
    },
    money::Money,
    partner::Partner,
    program::Program,
};
use chrono::{Days, NaiveDate};
use std::sync::Arc;

/// What a decision about a request needs to know beside it.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub fund: &'a Fund,
    pub partner: &'a Partner,
    pub rates: &'a Rates,
    pub authority: &'a Authority,
}

/// Begins request `id` for a partner of the fund, and hands it in at once where `submit` says so.
pub fn draft(
    id: RequestId,
    plan: Plan,
    by: Author,
    submit: bool,
    context: Context<'_>,
    facts: Facts<'_>,
) -> Result<(Request, Effects), Refusal> {
    context.actor.may(by.permission()).map_err(Refusal::not_allowed)?;
    belongs(facts, context.programs.current())?;
    let event = RequestEvent::Drafted { fund: facts.fund.id, partner: facts.partner.id, plan: Box::new(plan), by: Some(by.operator()) };
    let request = Request::begin(id, &event, context.now).ok_or_else(|| Refusal::invalid("a request begins with its draft"))?;
    let mut work = Work::new(&request, context, facts);
    work.events.push(event);
    if submit {
        work.submit(by)?;
    }
    Ok((work.request.clone(), work.effects()))
}

/// Decides one command on one request.
pub fn decide(request: &Request, command: &RequestCommand, context: Context<'_>, facts: Facts<'_>) -> Result<Effects, Refusal> {
    let verb = command.verb();
    context.actor.may(verb.permission()).map_err(Refusal::not_allowed)?;
    possible(request, verb)?;
    let mut work = Work::new(request, context, facts);
    work.carry_out(command)?;
    Ok(work.effects())
}

/// What is due on this request at `now`; nothing if another engine was here first.
pub fn sweep(request: &Request, context: Context<'_>, facts: Facts<'_>) -> Result<Effects, Refusal> {
    context.actor.may(Permission::Sweep).map_err(Refusal::not_allowed)?;
    let mut work = Work::new(request, context, facts);
    match work.request.commitment() {
        Some(commitment) if context.now > commitment.claim_by && commitment.open.is_empty() => work.complete()?,
        Some(_) => {}
        None => match work.request.desk.tick(context) {
            None => {}
            Some(Ticked::Warned { clock, percent }) => work.push(RequestEvent::Warned { clock, percent }),
            Some(Ticked::Breached { clock }) => work.push(RequestEvent::Breached { clock, escalation: Some(Severity::Low) }),
        },
    }
    Ok(work.effects())
}

/// Whether the request is in a state for a verb: what dims a key.
pub fn possible(request: &Request, verb: RequestVerb) -> Result<(), Refusal> {
    use RequestState::{Approved, Draft, InfoRequested, Submitted};
    let state = &request.state;
    let no = |why: &str| Err(Refusal::not_now(verb, format!("{} {why}", request.id)));
    match (verb, state) {
        (RequestVerb::Note | RequestVerb::Undo, _) => Ok(()),
        (RequestVerb::Draft, _) => no("is a request already"),
        (RequestVerb::Settle, _) if request.desk.escalation.is_none() => no("is not escalated"),
        (RequestVerb::Settle, _) => Ok(()),
        (_, state) if !state.is_open() => no(&format!("is {}", state.words())),
        (RequestVerb::Assign | RequestVerb::Escalate | RequestVerb::Withdraw, _) => Ok(()),
        (RequestVerb::Edit, Draft | Submitted | InfoRequested { .. }) => Ok(()),
        (RequestVerb::Edit, _) => no("is approved; withdraw it and ask anew"),
        (RequestVerb::Submit, Draft) => Ok(()),
        (RequestVerb::Submit, InfoRequested { .. }) => no("was submitted before; resubmit it"),
        (RequestVerb::Submit, _) => no("is submitted already"),
        (RequestVerb::Resubmit, InfoRequested { .. }) => Ok(()),
        (RequestVerb::Resubmit, _) => no("was not asked for information"),
        (RequestVerb::Complete, Approved { .. }) => Ok(()),
        (RequestVerb::Complete, _) => no("is not approved yet"),
        (RequestVerb::RequestInfo | RequestVerb::Approve | RequestVerb::Reject, Draft) => no("is a draft; submit it first"),
        (RequestVerb::RequestInfo | RequestVerb::Approve | RequestVerb::Reject, Approved { .. }) => no("is approved already"),
        (RequestVerb::RequestInfo, InfoRequested { .. }) => no("awaits the partner's answer already"),
        (RequestVerb::Approve, InfoRequested { .. }) => no("awaits the partner's answer"),
        (RequestVerb::RequestInfo | RequestVerb::Approve | RequestVerb::Reject, _) => Ok(()),
    }
}

/// Whether the fund is for this partner.
fn belongs(facts: Facts<'_>, program: &Program) -> Result<(), Refusal> {
    let (fund, partner) = (facts.fund, facts.partner);
    let name = &partner.profile.name;
    match &fund.terms.holder {
        Holder::Partner(holder) if *holder != partner.id => {
            Err(Refusal::invalid(format!("{} belongs to {holder}, and not to {name}", fund.id)))
        }
        Holder::Region(region) => {
            let own = partner.profile.country.and_then(|country| program.region_of(country));
            if own.is_some_and(|own| own.eq_ignore_ascii_case(region)) {
                return Ok(());
            }
            Err(Refusal::invalid(format!("{} is for {region}, and {name} is not there", fund.id)))
        }
        Holder::Partner(_) => Ok(()),
    }
}

fn sound(faults: Vec<PlanFault>) -> Result<(), Refusal> {
    if faults.is_empty() { Ok(()) } else { Err(Refusal::Plan { faults }) }
}

/// A request being worked on, with its fund.
struct Work<'a> {
    request: Request,
    events: Vec<RequestEvent>,
    fund: FundWork,
    context: Context<'a>,
    facts: Facts<'a>,
}

impl<'a> Work<'a> {
    fn new(request: &Request, context: Context<'a>, facts: Facts<'a>) -> Self {
        Self { request: request.clone(), events: Vec::new(), fund: FundWork::new(facts.fund, context.now), context, facts }
    }

    fn push(&mut self, event: RequestEvent) {
        self.request.apply(&event, self.context.now);
        self.events.push(event);
    }

    fn effects(self) -> Effects {
        Effects { fund: self.fund.events, request: self.events, ..Effects::default() }
    }

    fn program(&self) -> &'a Arc<Program> {
        self.context.programs.current()
    }

    fn carry_out(&mut self, command: &RequestCommand) -> Result<(), Refusal> {
        let me = self.context.actor.id;
        match command {
            RequestCommand::Edit { plan } => self.edit(plan, me)?,
            RequestCommand::Submit => self.submit(Author::Desk(me))?,
            RequestCommand::RequestInfo { text } => {
                let clock = self.request.desk.stopped(self.context);
                self.push(RequestEvent::InfoRequested { asked_by: me, clock });
                if !text.trim().is_empty() {
                    self.push(RequestEvent::Noted { text: text.clone() });
                }
            }
            RequestCommand::Resubmit => {
                let (clock, waited) = self.request.desk.resumed(self.context);
                self.push(RequestEvent::Resubmitted { by: me, clock, waited });
            }
            RequestCommand::Approve { amount, seen, on_behalf_of } => self.approve(*amount, *seen, *on_behalf_of)?,
            RequestCommand::Reject { reason } => {
                let (took, in_time) = self.timing();
                self.push(RequestEvent::Rejected { reason: *reason, took, in_time });
                self.settle_any();
            }
            RequestCommand::Withdraw => self.withdraw()?,
            RequestCommand::Complete => self.complete()?,
            RequestCommand::Assign { to } => {
                let before = self.request.desk.handed(*to, RequestVerb::Assign, self.request.id)?;
                self.push(RequestEvent::Assigned { to: *to, before });
            }
            RequestCommand::Note { text } => self.push(RequestEvent::Noted { text: noted(text)? }),
            RequestCommand::Escalate { severity, reason } => {
                self.push(RequestEvent::Escalated { severity: *severity, cause: raised(reason)? });
            }
            RequestCommand::Settle => self.push(RequestEvent::Settled { by_itself: false }),
            RequestCommand::Undo => return Err(Refusal::invalid("undo needs the last command; it is decided by a function of its own")),
        }
        Ok(())
    }

    /// The day by which the plan is judged: that of the submission.
    fn handed_in_on(&self) -> NaiveDate {
        self.request.desk.submitted_at.map_or_else(|| today(self.context), |at| local_date(at, self.program().zone))
    }

    fn sound(&self, plan: &Plan) -> Result<(), Refusal> {
        sound(plan.faults(&self.fund.fund, &self.program().mdf, self.handed_in_on()))
    }

    /// The same for a plan that was handed in to somebody else, or was judged when it was handed in: in time or not is no
    /// question any more.
    fn still_sound(&self, plan: &Plan) -> Result<(), Refusal> {
        let mut faults = plan.faults(&self.fund.fund, &self.program().mdf, self.handed_in_on());
        faults.retain(|fault| !matches!(fault, PlanFault::Notice { .. }));
        sound(faults)
    }

    fn edit(&mut self, plan: &Plan, by: OperatorId) -> Result<(), Refusal> {
        if *plan == self.request.plan {
            return Err(Refusal::not_now(RequestVerb::Edit, format!("nothing changes in {}", self.request.id)));
        }
        if self.request.state != RequestState::Draft {
            self.sound(plan)?;
        }
        let before = Box::new(self.request.plan.clone());
        self.push(RequestEvent::Edited { plan: Box::new(plan.clone()), before, by });
        Ok(())
    }

    fn submit(&mut self, by: Author) -> Result<(), Refusal> {
        match by {
            Author::Desk(_) => self.sound(&self.request.plan)?,
            Author::Import(_) => self.still_sound(&self.request.plan)?,
        }
        let clock = self.request.desk.start(ClockKind::Decide, self.context);
        self.push(RequestEvent::Submitted { by: Some(by.operator()), clock });
        Ok(())
    }

    fn approve(&mut self, amount: Option<Money>, seen: Pin, on_behalf_of: Option<OperatorId>) -> Result<(), Refusal> {
        let verb = RequestVerb::Approve;
        let (id, asked) = (self.request.id, self.request.plan.asked);
        let granted = amount.unwrap_or(asked);
        if granted.currency != asked.currency || granted.minor > asked.minor {
            return Err(Refusal::invalid(format!("{id} asks for {asked}, and {granted} can't be approved of that")));
        }
        if !self.fund.fund.is_open() {
            return Err(Refusal::not_now(verb, format!("{} is {}", self.fund.fund.id, self.fund.fund.state.name())));
        }
        if !self.facts.partner.profile.is_active() {
            return Err(Refusal::not_now(verb, format!("{} is not active", self.facts.partner.profile.name)));
        }
        self.still_sound(&self.request.plan)?;
        let claim_by = self.claim_by();
        if self.context.now > claim_by {
            let last = local_date(claim_by, self.program().zone);
            return Err(Refusal::not_now(verb, format!("claims on {id} were to come until {last}, and none could any more")));
        }
        let rate = self.rate(granted)?;
        let (amount, pin) = (rate.convert(granted)?, self.request.pin());
        let desk = &self.request.desk;
        let bill = Bill { amount, pin, given: &desk.signatures, parts: &desk.parts, steps: &desk.steps, base: None };
        let signer = Signer { actor: self.context.actor, on_behalf_of, seen, at: self.context.now, today: today(self.context) };
        let steps = self.program().mdf.approval.steps(amount);
        let signature = bill.sign(signer, self.facts.authority)?;
        if steps.last().is_none_or(|last| *last <= signature.step) {
            self.commit(signature, granted, rate)
        } else {
            // The money has to be there when the first one signs, and again when it is committed.
            self.fund.fund.post(EntryKind::Commit, Subject::Request(id), (Account::Available, Account::Committed), amount)?;
            self.push(RequestEvent::Signed { signature, rate });
            Ok(())
        }
    }

    /// The rate of the first approval holds for the others; today's where nothing is signed.
    fn rate(&self, granted: Money) -> Result<PinnedRate, Refusal> {
        let to = self.fund.fund.terms.currency;
        let pinned = self.request.rate.clone().filter(|rate| self.request.signatures().next().is_some() && rate.from == granted.currency);
        match pinned {
            Some(rate) => Ok(rate),
            None => Ok(self.facts.rates.pin(granted.currency, to, today(self.context), self.program().mdf.rate_max_age_days)?),
        }
    }

    fn commit(&mut self, signature: Signature, granted: Money, rate: PinnedRate) -> Result<(), Refusal> {
        let (id, amount) = (self.request.id, signature.amount);
        self.fund.post(EntryKind::Commit, Subject::Request(id), (Account::Available, Account::Committed), amount)?;
        let commitment = Commitment {
            at: self.context.now,
            amount,
            granted,
            rate,
            claim_by: self.claim_by(),
            used: Money::zero(amount.currency),
            open: std::collections::BTreeSet::new(),
        };
        let (took, in_time) = self.timing();
        self.push(RequestEvent::Approved { signature, commitment: Box::new(commitment), took, in_time });
        self.settle_any();
        Ok(())
    }

    /// So many days after the activity, and never later than the fund takes claims.
    fn claim_by(&self) -> crate::domain::time::Instant {
        let program = self.program();
        let after = |day: NaiveDate, days: u32| day.checked_add_days(Days::new(days.into())).unwrap_or(day);
        let own = after(self.request.plan.ends_on, program.mdf.claim_days);
        let funds = after(self.fund.fund.terms.to, program.mdf.late_claim_days);
        end_of_day(own.min(funds), program.zone)
    }

    fn withdraw(&mut self) -> Result<(), Refusal> {
        if let Some(commitment) = self.request.commitment() {
            if commitment.used.minor != 0 || !commitment.open.is_empty() {
                let why = format!("{} was claimed on; complete it instead", self.request.id);
                return Err(Refusal::not_now(RequestVerb::Withdraw, why));
            }
            self.release(commitment.remaining())?;
        }
        self.push(RequestEvent::Withdrawn { from: self.request.state.clone() });
        self.settle_any();
        Ok(())
    }

    /// What was not used goes back. Where nothing was used at all, it expired.
    fn complete(&mut self) -> Result<(), Refusal> {
        let Some(commitment) = self.request.commitment() else { return Ok(()) };
        if let Some(claim) = commitment.open.first() {
            let why = format!("{claim} on {} is not done yet", self.request.id);
            return Err(Refusal::not_now(RequestVerb::Complete, why));
        }
        let (released, is_unused) = (commitment.remaining(), commitment.used.minor == 0);
        self.release(released)?;
        self.push(if is_unused { RequestEvent::Expired { released } } else { RequestEvent::Completed { released } });
        self.settle_any();
        Ok(())
    }

    fn release(&mut self, amount: Money) -> Result<(), Refusal> {
        let route = (Account::Committed, self.fund.fund.home());
        self.fund.post(EntryKind::Release, Subject::Request(self.request.id), route, amount)
    }

    fn timing(&self) -> (crate::domain::time::Span, bool) {
        (self.request.desk.took(self.context), self.request.desk.in_time(self.context.now))
    }

    fn settle_any(&mut self) {
        if self.request.desk.escalation.is_some() {
            self.push(RequestEvent::Settled { by_itself: true });
        }
    }
}
