//! The verbs of the desk.

use super::{Facts, Work};
use crate::domain::{
    day::local_date,
    deal::{
        AccountLink, ContentHash, DealCommand, DealEvent, DealField, DealState, DealVerb, Document, Exhibit, FieldChange, FieldFault,
        FieldProblem, HoldReason, Protection, Refusal, Registration, completeness::completeness, protection::NoExtension, stats::cohort,
    },
    escalation::EscalationCause,
    money::Money,
    program::Program,
    time::Instant,
};
use chrono::NaiveDate;
use chrono_tz::Tz;
use std::collections::BTreeSet;

/// Why no evidence would make this protection longer, if so, or that there is none yet: what dims the key.
pub fn possible_extension(deal: &Registration, program: &Program, now: Instant) -> Result<(), Refusal> {
    extended(deal, program, now)?;
    if progress(deal).next().is_none() { Err(no_progress(deal)) } else { Ok(()) }
}

/// What was attached since the approval and shows progress.
pub fn progress(deal: &Registration) -> impl Iterator<Item = &Exhibit> {
    let since = deal.state.approval().map(|approval| approval.at);
    deal.documents.iter().filter(move |one| one.document.kind.shows_progress() && since.is_some_and(|since| one.attached_at >= since))
}

fn no_progress(deal: &Registration) -> Refusal {
    Refusal::not_now(DealVerb::Extend, format!("{} needs evidence of progress: attach a document first", deal.id))
}

/// Whether this day can be that of the order. One from before the submission was not won by the registration, and its
/// time for post-deal credit would lie in the past.
pub fn possible_order(deal: &Registration, on: NaiveDate, today: NaiveDate, zone: Tz) -> Result<(), Refusal> {
    if on > today {
        return Err(Refusal::invalid(format!("an order of {on} lies in the future")));
    }
    match deal.submitted_at.map(|at| local_date(at, zone)) {
        Some(first) if on < first => {
            let id = deal.id;
            Err(Refusal::invalid(format!("an order of {on} is older than {id}, which was submitted on {first}: name a day from then on")))
        }
        _ => Ok(()),
    }
}

/// Whether this account, or none, is another than the one that its customer is matched with.
pub fn possible_match(deal: &Registration, account: Option<AccountLink>) -> Result<(), Refusal> {
    let id = deal.id;
    match deal.account {
        same if same != account => Ok(()),
        Some(link) => {
            Err(Refusal::not_now(DealVerb::Match, format!("{id} is matched with {} already; choose another account", link.account)))
        }
        None => Err(Refusal::not_now(DealVerb::Match, format!("{id} is matched with no account; choose the one that its customer is"))),
    }
}

/// The protection with one extension more.
fn extended(deal: &Registration, program: &Program, now: Instant) -> Result<Protection, Refusal> {
    let no = |why: String| Refusal::not_now(DealVerb::Extend, format!("{} {why}", deal.id));
    let protection = deal.protection().ok_or_else(|| no("is not approved yet".to_owned()))?;
    if protection.is_over(now) {
        return Err(no("is protected no more".to_owned()));
    }
    protection.extended(&program.deals.protection, program.zone).map_err(|why| match why {
        NoExtension::UsedUp { extensions } => {
            let times = if extensions == 1 { "once".to_owned() } else { format!("{extensions} times") };
            no(format!("was extended before, and the program allows it {times}"))
        }
        NoExtension::AtTheMost { days } => no(format!("is protected for {days} days, the most that the program allows")),
    })
}

impl Work<'_> {
    pub(super) fn carry_out(&mut self, command: &DealCommand, facts: Facts<'_>) -> Result<(), Refusal> {
        let me = self.context.actor.id;
        match command {
            DealCommand::Submit => self.submit(Some(me), facts)?,
            DealCommand::Edit { changes } => self.edit(changes, false)?,
            DealCommand::Match { account } => {
                possible_match(&self.deal, *account)?;
                self.push(DealEvent::Matched { account: *account, before: self.deal.account });
            }
            DealCommand::TakeReview => self.take_review(me, DealVerb::TakeReview)?,
            DealCommand::Reassign { reviewer } => self.take_review(*reviewer, DealVerb::Reassign)?,
            DealCommand::RequestInfo { fields, text } => self.request_info(fields, text)?,
            DealCommand::Resubmit => self.resubmit(facts),
            DealCommand::SendForApproval => self.send_for_approval(facts)?,
            DealCommand::Approve => self.approve(facts)?,
            DealCommand::Reject { reason, of } => self.reject(*reason, *of)?,
            DealCommand::Withdraw => {
                self.push(DealEvent::Withdrawn { from: self.deal.state.clone() });
                self.settle_any();
            }
            DealCommand::Extend { evidence } => self.extend(evidence)?,
            DealCommand::Expire => {
                if !self.expire() {
                    let until = self.deal.protection().map_or_else(String::new, |protection| protection.last_day().to_string());
                    return Err(Refusal::not_now(DealVerb::Expire, format!("{} is protected to the end of {until}", self.deal.id)));
                }
            }
            DealCommand::Win { on, value } => self.win(*on, *value)?,
            DealCommand::Lose { reason } => {
                let cohort = self.cohort();
                self.push(DealEvent::Lost { reason: *reason, cohort });
                self.settle_any();
            }
            DealCommand::Hold { reason } => {
                match reason {
                    HoldReason::Conflict => return Err(Refusal::invalid("a conflict holds by itself; open one")),
                    HoldReason::PartnerSuspended => {
                        return Err(Refusal::invalid("a partner's registrations are held by suspending the partner"));
                    }
                    HoldReason::AwaitingCustomer | HoldReason::AwaitingPartner | HoldReason::AwaitingInternal => {}
                }
                self.push(DealEvent::Held { reason: *reason, clock: self.stopped_clock(), protection: None });
            }
            DealCommand::Release => self.release(),
            DealCommand::Attach { document } => self.attach(document)?,
            DealCommand::Note { text } => {
                if text.trim().is_empty() {
                    return Err(Refusal::invalid("a note needs some text"));
                }
                self.push(DealEvent::Noted { text: text.clone() });
            }
            DealCommand::Escalate { severity, reason } => {
                let cause = EscalationCause::raised(reason).ok_or_else(|| Refusal::invalid("an escalation needs a reason"))?;
                self.push(DealEvent::Escalated { severity: *severity, cause });
            }
            DealCommand::Settle => self.push(DealEvent::Settled { by_itself: false }),
            DealCommand::RecomputeClock => self.recompute(),
            DealCommand::Erase => self.push(DealEvent::Erased),
            DealCommand::Undo => return Err(Refusal::invalid("undo needs the last command; it is decided by a function of its own")),
        }
        Ok(())
    }

    /// Field by field: one that may not be changed refuses the whole edit, and every such field is named.
    pub(super) fn edit(&mut self, changes: &[FieldChange], from_source: bool) -> Result<(), Refusal> {
        let verb = DealVerb::Edit;
        let fields: BTreeSet<DealField> = changes.iter().map(FieldChange::field).collect();
        if fields.len() < changes.len() {
            return Err(Refusal::invalid("a field stands twice in this edit"));
        }
        let problems = self.locked(fields.iter());
        if !problems.is_empty() {
            return Err(Refusal::Fields { verb, problems });
        }
        let changes: Vec<FieldChange> =
            changes.iter().filter(|change| self.deal.details.get(change.field()) != **change).cloned().collect();
        if changes.is_empty() {
            return Err(Refusal::not_now(verb, format!("nothing changes in {}", self.deal.id)));
        }
        self.still_sound(&changes)?;
        let (contact, open): (Vec<FieldChange>, Vec<FieldChange>) =
            changes.into_iter().partition(|change| change.field() == DealField::Contact);
        if !open.is_empty() {
            let before = open.iter().map(|change| self.deal.details.get(change.field())).collect();
            self.push(DealEvent::Edited { changes: open, before, from_source });
        }
        for change in contact {
            if let FieldChange::Contact(contact) = change {
                self.push(DealEvent::ContactChanged { contact, from_source });
            }
        }
        Ok(())
    }

    /// Nobody looks at an approved registration again, so an edit may not break it.
    fn still_sound(&self, changes: &[FieldChange]) -> Result<(), Refusal> {
        if !matches!(self.deal.state, DealState::Approved { .. }) {
            return Ok(());
        }
        let mut after = self.deal.details.clone();
        for change in changes {
            after.set(change);
        }
        let touched = |problem: &FieldProblem| changes.iter().any(|change| change.field() == problem.field);
        let found = completeness(&after, self.program(), self.context.now);
        let mut problems: Vec<FieldProblem> = found.into_iter().filter(touched).collect();
        let currency = |value: Option<Money>| value.map(|value| value.currency);
        if currency(after.value) != currency(self.deal.details.value) && problems.is_empty() {
            problems.push(FieldProblem::new(DealField::Value, FieldFault::Locked { state: "approved in another currency".into() }));
        }
        if problems.is_empty() { Ok(()) } else { Err(Refusal::Fields { verb: DealVerb::Edit, problems }) }
    }

    fn extend(&mut self, evidence: &BTreeSet<u32>) -> Result<(), Refusal> {
        let verb = DealVerb::Extend;
        let protection = extended(&self.deal, self.program(), self.context.now)?;
        let DealState::Approved { approval } = &self.deal.state else {
            return Err(Refusal::not_now(verb, format!("{} is not approved yet", self.deal.id)));
        };
        let mut hashes: Vec<ContentHash> = Vec::new();
        for no in evidence {
            let Some(exhibit) = self.deal.documents.iter().find(|exhibit| exhibit.no == *no) else {
                return Err(Refusal::invalid(format!("{} has no document {no}", self.deal.id)));
            };
            if !exhibit.document.kind.shows_progress() {
                let why = format!("document {no} is a {}, which shows no progress", exhibit.document.kind.doc());
                return Err(Refusal::not_now(verb, why));
            }
            if exhibit.attached_at < approval.at {
                return Err(Refusal::not_now(verb, format!("document {no} is older than the approval, and shows no progress since")));
            }
            hashes.push(exhibit.document.hash);
        }
        if hashes.is_empty() {
            return Err(no_progress(&self.deal));
        }
        let before = approval.protection.until;
        self.push(DealEvent::Extended { protection, before, evidence: hashes });
        Ok(())
    }

    /// Ends a protection that has run out; says whether it had.
    pub(super) fn expire(&mut self) -> bool {
        let Some(protection) = self.deal.protection().filter(|protection| protection.is_over(self.context.now)) else { return false };
        let (until, cohort) = (protection.until, self.cohort());
        self.push(DealEvent::Expired { until, cohort });
        self.settle_any();
        true
    }

    fn win(&mut self, on: NaiveDate, value: Option<Money>) -> Result<(), Refusal> {
        possible_order(&self.deal, on, self.today(), self.program().zone)?;
        if value.is_some_and(|value| value.minor <= 0) {
            return Err(Refusal::invalid("the value of an order is more than nothing"));
        }
        let cohort = self.cohort();
        self.push(DealEvent::Won { on, value, cohort });
        self.settle_any();
        Ok(())
    }

    /// The month of the approval.
    fn cohort(&self) -> i64 {
        let zone = self.program().zone;
        let at = self.deal.state.approval().map_or(self.context.now, |approval| approval.at);
        cohort(local_date(at, zone))
    }

    fn release(&mut self) {
        let Some(hold) = self.deal.hold.clone() else { return };
        let still_waits = matches!(self.deal.state, DealState::ActionRequired { .. });
        let (clock, waited) = if still_waits { (self.deal.clock.clone(), None) } else { self.waits_no_more() };
        self.push(DealEvent::Released { reason: hold.reason, clock, protection: None, waited });
    }

    fn attach(&mut self, document: &Document) -> Result<(), Refusal> {
        let verb = DealVerb::Attach;
        if document.name.trim().is_empty() {
            return Err(Refusal::invalid("a document needs a name"));
        }
        if let Some(same) = self.deal.documents.iter().find(|exhibit| exhibit.document.hash == document.hash) {
            return Err(Refusal::not_now(verb, format!("{} has this document already, as number {}", self.deal.id, same.no)));
        }
        if document.dated.is_some_and(|date| date > self.today()) {
            return Err(Refusal::invalid("a document can't prove what lies in the future"));
        }
        if document.kind == crate::domain::deal::DocumentKind::PosLine && (document.dated.is_none() || document.amount.is_none()) {
            return Err(Refusal::invalid("a sale needs its day and its amount"));
        }
        let no = u32::try_from(self.deal.documents.len()).unwrap_or(u32::MAX).saturating_add(1);
        self.push(DealEvent::Attached { no, document: document.clone() });
        Ok(())
    }

    /// Re-derives the due instant by the calendar of the program in force; the business time left so far is by the old one.
    fn recompute(&mut self) {
        let Some(before) = self.deal.clock.clone() else { return };
        let mut clock = self.stopped_clock().unwrap_or_else(|| before.clone());
        clock.program = self.context.programs.version();
        let calendar = self.program().default_calendar();
        clock.calendar = calendar.calendar.name.clone();
        if self.deal.waiting_since.is_none() {
            clock = clock.resumed(calendar, self.context.now);
        }
        self.push(DealEvent::ClockRecomputed { clock, before });
    }
}
