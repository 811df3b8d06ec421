//! What a request and a claim have in common on our desk: the clock, the approvals so far, who took part.

use crate::domain::{
    actor::Permission,
    clock::{ClockTerms, Tick},
    day::local_date,
    decision::Context,
    escalation::{Escalation, EscalationCause, Severity},
    id::OperatorId,
    mdf::{
        approval::{Part, Parts, Pin, Signature, Step},
        refusal::{MdfVerb, Refusal},
    },
    text::Text,
    time::{Instant, Span},
    vocabulary::words,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Who writes a request or a claim down. Either way they asked for the money, and neither approve nor pay it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// At the desk, for the partner.
    Desk(OperatorId),
    /// The partner handed it in elsewhere, and this operator brings it in.
    Import(OperatorId),
}

impl Author {
    pub const fn operator(self) -> OperatorId {
        match self {
            Self::Desk(operator) | Self::Import(operator) => operator,
        }
    }

    /// What it takes.
    pub const fn permission(self) -> Permission {
        match self {
            Self::Desk(_) => Permission::MdfWork,
            Self::Import(_) => Permission::Import,
        }
    }
}

/// The clock of a request or claim.
pub type Clock = crate::domain::clock::Clock<ClockKind>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// From the submission to the decision.
    Decide,
    /// From the approval of a claim to its payment.
    Pay,
}

words! {
    ClockKind {
        Decide => "decide", "decide";
        Pay => "pay", "pay";
    }
}

/// Why what took approvals back can't be undone: an approval is given by a person, and by nothing else.
pub(super) const APPROVALS_GONE: &str = "approvals were taken back with it; resubmit it, and have it approved again";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk {
    /// When it was first submitted.
    pub submitted_at: Option<Instant>,
    /// The clock that is running or stands still now, if any.
    pub clock: Option<Clock>,
    /// How many clocks it has had; the next one is numbered one higher.
    pub clocks: u32,
    /// Since when it waits for others: its clock stands still.
    pub waiting_since: Option<Instant>,
    /// Business time that it waited for others since the submission.
    pub waited: Span,
    /// Who looks after it.
    pub assignee: Option<OperatorId>,
    /// How often its content was written, from 1: what approvals are bound to.
    pub revision: u32,
    /// Approvals, void ones included; see [`crate::domain::mdf::approval::Bill::valid`].
    pub signatures: Vec<Signature>,
    pub parts: Parts,
    /// Who ever gave which step of an approval, themselves or through a delegate, be it void by now. Nothing is ever taken out
    /// of it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub steps: BTreeSet<(OperatorId, Step)>,
    pub escalation: Option<Escalation>,
    pub breaches: u32,
}

/// What time alone does to a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ticked {
    Warned { clock: Clock, percent: u8 },
    Breached { clock: Clock },
}

/// The date in the program's zone.
pub fn today(context: Context<'_>) -> NaiveDate {
    local_date(context.now, context.programs.current().zone)
}

/// A note as it is kept.
pub(super) fn noted(text: &Text) -> Result<Text, Refusal> {
    if text.trim().is_empty() { Err(Refusal::invalid("a note needs some text")) } else { Ok(text.clone()) }
}

/// Why somebody escalates.
pub(super) fn raised(reason: &Text) -> Result<EscalationCause, Refusal> {
    EscalationCause::raised(reason).ok_or_else(|| Refusal::invalid("an escalation needs a reason"))
}

impl Desk {
    pub const fn new(parts: Parts) -> Self {
        Self {
            submitted_at: None,
            clock: None,
            clocks: 0,
            waiting_since: None,
            waited: Span::ZERO,
            assignee: None,
            revision: 1,
            signatures: Vec::new(),
            parts,
            steps: BTreeSet::new(),
            escalation: None,
            breaches: 0,
        }
    }

    pub fn start(&self, kind: ClockKind, context: Context<'_>) -> Clock {
        let program = context.programs.current();
        let calendar = program.default_calendar();
        let budget = match kind {
            ClockKind::Decide => program.mdf_decision_sla(calendar),
            ClockKind::Pay => program.mdf_payment_sla(calendar),
        };
        let terms = ClockTerms {
            no: self.clocks + 1,
            kind,
            calendar: calendar.calendar.name.clone(),
            program: context.programs.version(),
            budget,
            warn: program.mdf.warn.clone(),
        };
        Clock::start(terms, calendar, context.now)
    }

    /// The clock as it stands now; one that stands still already is unchanged.
    pub fn stopped(&self, context: Context<'_>) -> Option<Clock> {
        let clock = self.clock.as_ref()?;
        if self.waiting_since.is_some() {
            return Some(clock.clone());
        }
        Some(clock.stopped(context.programs.calendar(clock), context.now))
    }

    /// The clock running on from now, and for how long it had waited.
    pub fn resumed(&self, context: Context<'_>) -> (Option<Clock>, Span) {
        let clock = self.clock.as_ref().map(|clock| clock.resumed(context.programs.calendar(clock), context.now));
        (clock, self.waiting(context))
    }

    fn waiting(&self, context: Context<'_>) -> Span {
        self.waiting_since.map_or(Span::ZERO, |since| self.business_time(since, context))
    }

    /// Business time from the submission until now, without the time in which it waited for others.
    pub fn took(&self, context: Context<'_>) -> Span {
        let Some(submitted) = self.submitted_at else { return Span::ZERO };
        self.business_time(submitted, context).minus(self.waited).minus(self.waiting(context)).max(Span::ZERO)
    }

    fn business_time(&self, since: Instant, context: Context<'_>) -> Span {
        let calendar = match &self.clock {
            Some(clock) => context.programs.calendar(clock),
            None => context.programs.current().default_calendar(),
        };
        calendar.elapsed(since, context.now).max(Span::ZERO)
    }

    /// Whether a decision now is in time: by the running clock, or by what was left when it was stopped.
    pub fn in_time(&self, now: Instant) -> bool {
        let waits = self.waiting_since.is_some();
        self.clock.as_ref().is_none_or(|clock| if waits { !clock.breached } else { clock.is_in_time(now) })
    }

    pub fn tick(&self, context: Context<'_>) -> Option<Ticked> {
        let clock = self.clock.as_ref().filter(|_| self.waiting_since.is_none())?;
        let calendar = context.programs.calendar(clock);
        match clock.tick(calendar, context.now) {
            Tick::Nothing => None,
            Tick::Warn { stage } => Some(Ticked::Warned { clock: clock.warned(calendar, stage), percent: clock.percent(stage) }),
            Tick::Breach => Some(Ticked::Breached { clock: clock.breached() }),
        }
    }

    /// When the decision or the payment is due; nothing while it stands still.
    pub fn due(&self) -> Option<Instant> {
        self.clock.as_ref().filter(|_| self.waiting_since.is_none()).map(|clock| clock.due)
    }

    /// When the engine has to look at the clock.
    pub fn next_at(&self) -> Option<Instant> {
        self.clock.as_ref().filter(|_| self.waiting_since.is_none()).and_then(|clock| clock.next)
    }

    pub fn is_breached(&self) -> bool {
        self.clock.as_ref().is_some_and(|clock| clock.breached)
    }

    pub fn pin(&self, content: &impl Serialize) -> Pin {
        Pin::of(self.revision, content)
    }

    pub(super) fn run(&mut self, clock: &Clock) {
        self.clocks = self.clocks.max(clock.no);
        self.clock = Some(clock.clone());
        self.waiting_since = None;
    }

    pub(super) fn waits(&mut self, clock: Option<&Clock>, at: Instant) {
        self.clock = clock.cloned();
        self.waiting_since = self.waiting_since.or(Some(at));
    }

    pub(super) fn runs_on(&mut self, clock: Option<&Clock>, waited: Span) {
        self.clock = clock.cloned();
        self.waiting_since = None;
        self.waited = self.waited.plus(waited);
    }

    pub(super) fn signed(&mut self, signature: &Signature) {
        self.parts.extend(signature.people().map(|who| (who, Part::Approved)));
        self.steps.extend(signature.people().map(|who| (who, signature.step)));
        self.signatures.push(*signature);
    }

    pub(super) fn escalated(&mut self, severity: Severity, cause: &EscalationCause, at: Instant) {
        Escalation::raise(&mut self.escalation, Some(severity), cause.clone(), at);
    }

    pub(super) fn breached(&mut self, clock: &Clock, escalation: Option<Severity>, at: Instant) {
        self.clock = Some(clock.clone());
        self.breaches += 1;
        Escalation::raise(&mut self.escalation, escalation, EscalationCause::Breach, at);
    }

    /// Returned to the partner: approvals that were given so far are void.
    pub(super) fn returned(&mut self, clock: Option<&Clock>, at: Instant) {
        self.signatures.clear();
        self.waits(clock, at);
    }

    /// The clock and the time waited that an undo puts back: of `self`, as it was when the command came at `at` that is taken
    /// back. A clock that ran then runs on from now with what was left, and the time in between counts for nobody.
    pub(super) fn running_on(&self, at: Instant, context: Context<'_>) -> (Option<Clock>, Span) {
        match (&self.clock, self.waiting_since) {
            (Some(clock), None) => {
                let calendar = context.programs.calendar(clock);
                let clock = clock.stopped(calendar, at).resumed(calendar, context.now);
                (Some(clock), self.waited.plus(calendar.elapsed(at, context.now).max(Span::ZERO)))
            }
            (clock, _) => (clock.clone(), self.waited),
        }
    }

    /// Who looked after it before it is handed to somebody else.
    pub(super) fn handed(
        &self,
        to: Option<OperatorId>,
        verb: impl Into<MdfVerb>,
        id: impl std::fmt::Display,
    ) -> Result<Option<OperatorId>, Refusal> {
        if self.assignee == to {
            return Err(Refusal::not_now(verb, format!("{id} is assigned like that already")));
        }
        Ok(self.assignee)
    }

    /// No decision and no payment is awaited.
    pub(super) fn rests(&mut self) {
        self.clock = None;
        self.waiting_since = None;
    }
}
