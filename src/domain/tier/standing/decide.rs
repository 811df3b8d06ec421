//! Decisions about the standing of a partner.

use super::{
    Audited, Plan, Progress, Proposal, ProposalState, Rated, Refusal, Restored, Standing, StandingCommand, StandingEvent, StandingVerb,
};
use crate::domain::{
    actor::Permission,
    aggregate::LastCommand,
    day::{end_of_day, local_date, start_of_day},
    decision::Context,
    id::{EvaluationId, OperatorId},
    partner::Partner,
    program::Program,
    text::Text,
    tier::{
        evaluate::Outcome,
        period::Quarter,
        rules::{Effective, Rules},
    },
    time::Span,
};
use chrono::{Datelike, Days, Months, NaiveDate};
use rust_decimal::Decimal;

/// What was decided.
pub type Decided = Result<Vec<StandingEvent>, Refusal>;

/// Decides one verb on the standing of `partner`. An undo is decided by [`undo`].
pub fn decide(standing: &Standing, command: &StandingCommand, partner: &Partner, context: Context<'_>) -> Decided {
    let verb = command.verb();
    context.actor.may(verb.permission()).map_err(Refusal::not_allowed)?;
    let desk = Desk { standing, partner, context, verb };
    match command {
        StandingCommand::Propose { to, reason } => desk.propose(to, reason),
        StandingCommand::Approve { on } => desk.approve(*on),
        StandingCommand::Reject { reason } => desk.reject(reason),
        StandingCommand::Defer { until, reason } => desk.defer(*until, reason),
        StandingCommand::OpenPlan { owner } => desk.open_plan(*owner),
        StandingCommand::Assign { owner } => desk.plan().map(|_| vec![StandingEvent::PlanAssigned { owner: *owner }]),
        StandingCommand::Advance { percent, text } => desk.advance(*percent, text),
        StandingCommand::ClosePlan { reason } => {
            desk.plan()?;
            let reason = reason_of(reason)?;
            Ok(vec![StandingEvent::PlanClosed { passed: false, evaluation: None, reason }])
        }
        StandingCommand::Rate { rated } => rate(rated),
        StandingCommand::Acquire { on } => desk.acquire(*on),
        StandingCommand::Undo => Err(Refusal::not_now(verb, "nothing was done that could be undone")),
    }
}

fn reason_of(reason: &Text) -> Result<Text, Refusal> {
    if reason.trim().is_empty() { Err(Refusal::invalid("it needs a reason")) } else { Ok(reason.clone()) }
}

fn rate(rated: &Rated) -> Decided {
    let is_sound = |value: &Option<Decimal>| value.is_none_or(|value| (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&value));
    if [rated.satisfaction, rated.compliance, rated.training].iter().all(is_sound) {
        Ok(vec![StandingEvent::Rated { rated: *rated }])
    } else {
        Err(Refusal::invalid("a rating goes from 0 to 100"))
    }
}

struct Desk<'a> {
    standing: &'a Standing,
    partner: &'a Partner,
    context: Context<'a>,
    verb: StandingVerb,
}

impl Desk<'_> {
    fn program(&self) -> &Program {
        self.context.programs.current()
    }

    fn today(&self) -> NaiveDate {
        local_date(self.context.now, self.program().zone)
    }

    fn not_now<T>(&self, why: impl Into<String>) -> Result<T, Refusal> {
        Err(Refusal::not_now(self.verb, why))
    }

    /// What waits for a decision.
    fn open(&self) -> Result<&Proposal, Refusal> {
        match &self.standing.proposal {
            Some(proposal) if proposal.is_approved() => self.not_now(format!("the change to {} is approved already", proposal.to)),
            Some(proposal) => Ok(proposal),
            None => self.not_now(format!("no change of tier is proposed for {}", self.partner.profile.name)),
        }
    }

    fn plan(&self) -> Result<&Plan, Refusal> {
        match &self.standing.plan {
            Some(plan) => Ok(plan),
            None => self.not_now(format!("{} has no remediation plan", self.partner.profile.name)),
        }
    }

    fn propose(&self, to: &Text, reason: &Text) -> Decided {
        let reason = reason_of(reason)?;
        if let Some(proposal) = &self.standing.proposal {
            return self.not_now(format!("a change to {} is {} already", proposal.to, proposal.state_name()));
        }
        let rules = self.program().tier_rules();
        let Some(line) = rules.lines.iter().find(|line| line.tier.eq_ignore_ascii_case(to)) else {
            return Err(Refusal::invalid(format!("the program has no tier {}", crate::domain::problem::quoted(to))));
        };
        let from = &self.partner.profile.tier;
        if line.tier.eq_ignore_ascii_case(from) {
            return Err(Refusal::invalid(format!("{} is {from} already", self.partner.profile.name)));
        }
        let evaluation = self.standing.latest.as_ref().map(|latest| latest.evaluation);
        let terms = Terms { rules: &rules, context: self.context };
        let by = Some(self.context.actor.id);
        Ok(vec![terms.proposed(from, &line.tier, evaluation, by, reason)])
    }

    fn approve(&self, on: Option<NaiveDate>) -> Decided {
        let proposal = self.open()?;
        if proposal.by == Some(self.context.actor.id) {
            let name = &self.context.actor.name;
            return Err(Refusal::not_allowed(format!(
                "{name} proposed {} for {}, and somebody else decides that",
                proposal.to, self.partner.profile.name
            )));
        }
        let card = &self.program().scorecard;
        let on = on.unwrap_or_else(|| effective(card.effective, card.fiscal_year_starts, self.today()));
        if on < self.today() {
            return Err(Refusal::invalid(format!("{on} is over; a change comes into force today at the earliest")));
        }
        let due = start_of_day(on, self.program().zone);
        Ok(vec![StandingEvent::Approved { by: self.context.actor.id, on, due }])
    }

    fn reject(&self, reason: &Text) -> Decided {
        self.open()?;
        Ok(vec![StandingEvent::Rejected { reason: reason_of(reason)? }])
    }

    fn defer(&self, until: NaiveDate, reason: &Text) -> Decided {
        self.open()?;
        let reason = reason_of(reason)?;
        if until <= self.today() {
            return Err(Refusal::invalid(format!("{until} is not after today")));
        }
        Ok(vec![StandingEvent::Deferred { by: self.context.actor.id, until, reason }])
    }

    fn open_plan(&self, owner: Option<OperatorId>) -> Decided {
        if let Some(plan) = &self.standing.plan {
            return self.not_now(format!("a plan is under way, until {}", plan.due_on));
        }
        let Some(failed) = self.standing.failed() else {
            return self.not_now(format!("{} has failed no audit", self.partner.profile.name));
        };
        let rules = self.program().tier_rules();
        let terms = Terms { rules: &rules, context: self.context };
        let mut plan = terms.plan(failed);
        plan.owner = owner;
        Ok(vec![StandingEvent::PlanOpened { plan: Box::new(plan) }])
    }

    fn advance(&self, percent: u8, text: &Text) -> Decided {
        self.plan()?;
        if percent > 100 {
            return Err(Refusal::invalid("progress goes from 0 to 100 percent"));
        }
        let progress = Progress { at: self.context.now, by: self.context.actor.id, percent, text: reason_of(text)? };
        Ok(vec![StandingEvent::PlanAdvanced { progress }])
    }

    fn acquire(&self, on: Option<NaiveDate>) -> Decided {
        if on.is_some() && self.partner.profile.parent.is_none() {
            return Err(Refusal::invalid(format!("{} has no parent that could have acquired it", self.partner.profile.name)));
        }
        Ok(vec![StandingEvent::Acquired { on }])
    }
}

/// The first day on which a change that is approved today holds.
pub fn effective(when: Effective, fiscal_year_starts: u32, today: NaiveDate) -> NaiveDate {
    match when {
        Effective::AtOnce => today,
        Effective::NextMonth => today.with_day(1).and_then(|first| first.checked_add_months(Months::new(1))).unwrap_or(today),
        Effective::NextQuarter => Quarter::of(today, fiscal_year_starts).period(fiscal_year_starts).until,
    }
}

/// What follows from an audit is worked out under these.
struct Terms<'a> {
    rules: &'a Rules,
    context: Context<'a>,
}

impl Terms<'_> {
    fn proposed(&self, from: &Text, to: &Text, evaluation: Option<EvaluationId>, by: Option<OperatorId>, reason: Text) -> StandingEvent {
        let proposal = Proposal {
            from: from.clone(),
            to: to.clone(),
            promotes: self.rules.place(to) < self.rules.place(from),
            evaluation,
            by,
            at: self.context.now,
            reason,
            state: ProposalState::Proposed,
        };
        StandingEvent::Proposed { proposal: Box::new(proposal) }
    }

    fn plan(&self, audited: &Audited) -> Plan {
        let zone = self.context.programs.current().zone;
        let opened_on = local_date(self.context.now, zone).max(audited.day);
        let due_on = opened_on.checked_add_days(Days::new(self.rules.card.remediation_days.into())).unwrap_or(opened_on);
        Plan {
            tier: audited.stored.clone(),
            evaluation: Some(audited.evaluation),
            opened_on,
            due_on,
            due: end_of_day(due_on, zone).plus(Span::from_micros(1)),
            owner: None,
            currency: audited.currency,
            targets: audited.failing.clone(),
            progress: Vec::new(),
        }
    }
}

/// What an evaluation brings about. Only one that counts proposes anything, opens or closes a plan, and only the latest: that of
/// an earlier day, made anew for late sales, is history. What is approved stays: whoever approved it can take that back.
pub fn audit(standing: &Standing, audited: &Audited, rules: &Rules, context: Context<'_>) -> Vec<StandingEvent> {
    let mut events = vec![StandingEvent::Audited { audited: Box::new(audited.clone()) }];
    if !audited.kind.counts() || standing.judged().is_some_and(|judged| judged.day > audited.day) {
        return events;
    }
    let terms = Terms { rules, context };
    let pending = standing.proposal.as_ref();
    let is_approved = pending.is_some_and(Proposal::is_approved);
    let wanted = match audited.outcome {
        Outcome::Promote | Outcome::Demote => Some(&audited.computed),
        Outcome::Stay | Outcome::AtRisk => None,
    };
    let is_same = pending.is_some_and(|proposal| wanted.is_some_and(|to| proposal.to == *to && proposal.from == audited.stored));
    if pending.is_some() && !is_approved && !is_same {
        let why = format!("the audit of {} found otherwise: {}", audited.day, audited.outcome.doc());
        events.push(StandingEvent::Withdrawn { why: Text::clean(&why) });
    }
    let is_over = standing.plan.as_ref().is_some_and(|plan| plan.due_on <= audited.day);
    let closes = standing.plan.is_some() && (!audited.outcome.has_failed() || audited.outcome == Outcome::Demote || is_over);
    if closes {
        let passed = !audited.outcome.has_failed();
        let reason = Text::clean(if passed { "the audit was passed" } else { "the audit at its end was failed" });
        events.push(StandingEvent::PlanClosed { passed, evaluation: Some(audited.evaluation), reason });
    }
    if audited.outcome == Outcome::AtRisk && (standing.plan.is_none() || closes) {
        events.push(StandingEvent::PlanOpened { plan: Box::new(terms.plan(audited)) });
    }
    if let Some(to) = wanted.filter(|_| !is_same && !is_approved) {
        let reason = Text::clean(&format!("the audit of {}", audited.day));
        events.push(terms.proposed(&audited.stored, to, Some(audited.evaluation), None, reason));
    }
    events
}

/// Puts an approved change into force whose day has come: the event, and the tier that the partner has from then on. If its
/// tier is no longer what the change is from, it is withdrawn.
pub fn enforce(standing: &Standing, partner: &Partner, context: Context<'_>) -> Option<(StandingEvent, Option<Text>)> {
    let proposal = standing.proposal.as_ref()?;
    let ProposalState::Approved { due, .. } = proposal.state else { return None };
    if context.now < due {
        return None;
    }
    let (from, to) = (proposal.from.clone(), proposal.to.clone());
    if !partner.profile.tier.eq_ignore_ascii_case(&from) {
        let why = format!("{} is {} by now, and no longer {from}", partner.profile.name, partner.profile.tier);
        return Some((StandingEvent::Withdrawn { why: Text::clean(&why) }, None));
    }
    Some((StandingEvent::Enforced { from, to: to.clone() }, Some(to)))
}

/// What ends when a partner leaves: a change of tier that is not in force yet, and the remediation plan. Follows from the
/// decision about the partner.
pub fn left(standing: &Standing, why: &Text) -> Vec<StandingEvent> {
    let change = standing.proposal.is_some().then(|| StandingEvent::Withdrawn { why: why.clone() });
    let plan = standing.plan.is_some().then(|| StandingEvent::PlanClosed { passed: false, evaluation: None, reason: why.clone() });
    change.into_iter().chain(plan).collect()
}

/// Takes the last command back, if time and audits have not gone on since.
pub fn undo(standing: &Standing, last: &LastCommand<Standing>, context: Context<'_>) -> Decided {
    let verb = StandingVerb::Undo;
    context.actor.may(verb.permission()).map_err(Refusal::not_allowed)?;
    for event in &last.events {
        context.actor.may(needed(event)).map_err(Refusal::not_allowed)?;
        if let Some(why) = irreversible(event) {
            return Err(Refusal::not_now(verb, format!("{}: {why}", standing.id)));
        }
    }
    let before = &last.before;
    let restored =
        Restored { proposal: before.proposal.clone(), plan: before.plan.clone(), rated: before.rated, acquired_on: before.acquired_on };
    let what = last.events.iter().map(|event| event.name().to_owned()).collect();
    Ok(vec![StandingEvent::Undone { what, restored: Box::new(restored) }])
}

/// What takes an event back needs what bringing it about needed.
const fn needed(event: &StandingEvent) -> Permission {
    match event {
        StandingEvent::Approved { .. } | StandingEvent::Rejected { .. } | StandingEvent::Deferred { .. } => Permission::TierDecide,
        _ => Permission::TierWork,
    }
}

/// Why an event can't be taken back, if so.
pub const fn irreversible(event: &StandingEvent) -> Option<&'static str> {
    Some(match event {
        StandingEvent::Begun { .. } => "nothing was done yet",
        StandingEvent::Audited { .. } | StandingEvent::Withdrawn { .. } => "an audit stays; audit again",
        StandingEvent::Enforced { .. } => "the change is in force; propose another",
        StandingEvent::Undone { .. } => "an undo is taken back by doing it again",
        _ => return None,
    })
}
