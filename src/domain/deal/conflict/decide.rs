//! Decisions about a conflict case and, in the same transaction, about its parties. Pure.

use super::{
    CaseClock, CaseClockKind, CaseCommand, CaseEvent, CaseParty, CaseResult, CaseState, CaseVerb, Claim, ConflictCase, Decision, Finding,
    Notice, NoticeKind, Verdict, conflicts,
    effects::{self, Effects},
};
use crate::domain::{
    actor::Permission,
    aggregate::Aggregate,
    clock::{ClockTerms, Tick},
    deal::{
        ContentHash, DisputePhase, Refusal, Registration, RejectReason,
        decide::Context,
        dossier::{Precedent, dossier},
    },
    escalation::{EscalationCause, Severity},
    id::{ConflictId, DealId, OperatorId},
    text::Text,
    time::Instant,
};

/// What a decision about a case brings: events of the case and of its parties.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    pub case: Vec<CaseEvent>,
    pub deals: Effects,
}

/// Opens case `id` between `claims`, for what was found between them. All are held from now on.
pub fn open(
    id: ConflictId,
    claims: &[Claim<'_>],
    findings: Vec<Finding>,
    context: Context<'_>,
) -> Result<(ConflictCase, Outcome), Refusal> {
    may_flag(context)?;
    if claims.len() < 2 || findings.is_empty() {
        return Err(Refusal::invalid(
            "a conflict is between registrations for one customer with a product in common: match their customers first",
        ));
    }
    for claim in claims {
        may_join(claim, CaseVerb::Open)?;
    }
    let parties = claims.iter().map(|claim| party(claim, context.now)).collect();
    let event = CaseEvent::Flagged { parties, findings };
    let Some(case) = ConflictCase::begin(id, &event, context.now) else {
        return Err(Refusal::invalid("a case begins with its flag"));
    };
    let deals = effects::hold(id, claims, DisputePhase::Open, context);
    Ok((case, Outcome { case: vec![event], deals }))
}

/// Decides one command. `claims` are the parties of the case, for a [`CaseCommand::Join`] with the new one as the last;
/// `precedents` are past decisions, in any order.
pub fn decide_case(
    case: &ConflictCase,
    command: &CaseCommand,
    claims: &[Claim<'_>],
    precedents: &[Precedent],
    context: Context<'_>,
) -> Result<Outcome, Refusal> {
    let verb = command.verb();
    match verb {
        CaseVerb::Join => may_flag(context)?,
        _ => context.actor.may(verb.permission()).map_err(Refusal::not_allowed)?,
    }
    possible_case(case, verb)?;
    let mut work = CaseWork::new(case, claims, context)?;
    match command {
        CaseCommand::Open => work.open_evidence(),
        CaseCommand::Join { deal } => work.join(*deal)?,
        CaseCommand::CloseEvidence => work.start_review(true),
        CaseCommand::TakeReview => work.take_review(context.actor.id, verb)?,
        CaseCommand::Reassign { reviewer } => work.take_review(*reviewer, verb)?,
        CaseCommand::Decide { verdict, seen } => work.decide(verdict, *seen, precedents)?,
        CaseCommand::Notify => work.notify(),
        CaseCommand::Appeal { by, grounds } => work.appeal(*by, grounds)?,
        CaseCommand::Uphold { seen } => work.uphold(*seen, precedents)?,
        CaseCommand::Overturn { verdict, seen } => work.overturn(verdict, *seen, precedents)?,
        CaseCommand::Close => work.close(),
        CaseCommand::Note { text } => {
            if text.trim().is_empty() {
                return Err(Refusal::invalid("a note needs some text"));
            }
            work.push(CaseEvent::Noted { text: text.clone() });
        }
        CaseCommand::Escalate { severity, reason } => {
            let cause = EscalationCause::raised(reason).ok_or_else(|| Refusal::invalid("an escalation needs a reason"))?;
            work.push(CaseEvent::Escalated { severity: *severity, cause });
        }
        CaseCommand::Settle => work.push(CaseEvent::Settled { by_itself: false }),
    }
    Ok(work.outcome)
}

/// What is due on this case at `now`; nothing if another engine was here first. One step each time: a case that waited
/// through an outage takes the next at the next sweep.
pub fn sweep_case(case: &ConflictCase, claims: &[Claim<'_>], context: Context<'_>) -> Result<Outcome, Refusal> {
    context.actor.may(Permission::Sweep).map_err(Refusal::not_allowed)?;
    let mut work = CaseWork::new(case, claims, context)?;
    match case.state {
        _ if work.is_moot() => work.dissolve(),
        CaseState::Flagged => work.open_evidence(),
        CaseState::Decided => work.notify(),
        CaseState::Upheld | CaseState::Overturned => work.close(),
        CaseState::Closed { .. } => {}
        CaseState::Evidence | CaseState::Review { .. } | CaseState::Notified | CaseState::Appealed { .. } => work.tick(),
    }
    Ok(work.outcome)
}

/// Ends a case that has lost its object before anybody decided: of its parties one at most still claims the deal, and that one
/// goes on. Follows from what the others did, and so asks for no permission of its own; no events where two still claim.
pub fn dissolve(case: &ConflictCase, claims: &[Claim<'_>], context: Context<'_>) -> Result<Outcome, Refusal> {
    let mut work = CaseWork::new(case, claims, context)?;
    if work.is_moot() {
        work.dissolve();
    }
    Ok(work.outcome)
}

/// Nobody judges what they asked for, and nobody their own decision. `name` is how a refusal calls them.
pub fn may_judge<'d>(
    case: &ConflictCase,
    mut parties: impl Iterator<Item = &'d Registration>,
    who: OperatorId,
    name: &str,
) -> Result<(), Refusal> {
    if let Some(own) = parties.find(|deal| deal.requesters.contains(&who)) {
        return Err(Refusal::not_allowed(format!("{name} asked for {}, and somebody else decides about it", own.id)));
    }
    if matches!(case.state, CaseState::Appealed { .. }) && case.deciders().contains(&who) {
        return Err(Refusal::not_allowed(format!("{name} decided {} before; an appeal goes to somebody else", case.id)));
    }
    Ok(())
}

/// Whether the case is in a state for a verb: what dims a key. [`decide_case`] asks it first, so the two never differ.
pub fn possible_case(case: &ConflictCase, verb: CaseVerb) -> Result<(), Refusal> {
    use CaseState::{Appealed, Closed, Decided, Evidence, Flagged, Notified, Overturned, Review, Upheld};
    let state = &case.state;
    let no = |why: &str| Err(Refusal::case_not_now(verb, format!("{} {why}", case.id)));
    match (verb, state) {
        (CaseVerb::Note, _) => Ok(()),
        (CaseVerb::Settle, _) if case.escalation.is_none() => no("is not escalated"),
        (CaseVerb::Settle, _) => Ok(()),
        (_, Closed { .. }) => no("is closed"),
        (CaseVerb::Escalate, _) => Ok(()),
        (CaseVerb::Open, Flagged) => Ok(()),
        (CaseVerb::Open, _) => no("has asked for evidence already"),
        (CaseVerb::Join, Flagged | Evidence | Review { .. }) => Ok(()),
        (CaseVerb::Join, _) => no("is decided already"),
        (CaseVerb::CloseEvidence, Flagged | Evidence) => Ok(()),
        (CaseVerb::CloseEvidence, _) => no("is past its evidence window"),
        (CaseVerb::TakeReview | CaseVerb::Reassign, Review { .. } | Appealed { .. }) => Ok(()),
        (CaseVerb::Decide, Review { .. }) => Ok(()),
        (CaseVerb::TakeReview | CaseVerb::Reassign | CaseVerb::Decide, Flagged | Evidence) => no("still awaits evidence"),
        (CaseVerb::TakeReview | CaseVerb::Reassign, _) => no("is decided already"),
        (CaseVerb::Decide, Appealed { .. }) => no("is appealed; uphold or overturn it"),
        (CaseVerb::Decide, _) => no("is decided already"),
        (CaseVerb::Notify, Decided) => Ok(()),
        (CaseVerb::Notify, Notified) => no("has told its parties already"),
        (CaseVerb::Notify, _) => no("has nothing to tell now"),
        (CaseVerb::Appeal, Notified) => Ok(()),
        (CaseVerb::Appeal, Appealed { .. } | Upheld | Overturned) => no("was appealed before"),
        (CaseVerb::Appeal, Decided) => no("has not told its parties yet"),
        (CaseVerb::Appeal, _) => no("is not decided yet"),
        (CaseVerb::Uphold | CaseVerb::Overturn, Appealed { .. }) => Ok(()),
        (CaseVerb::Uphold | CaseVerb::Overturn, _) => no("is not appealed"),
        (CaseVerb::Close, Upheld | Overturned) => Ok(()),
        (CaseVerb::Close, Notified) => no("may still be appealed"),
        (CaseVerb::Close, _) => no("is not decided for good yet"),
    }
}

/// Whoever works deals, brings them in or sweeps finds conflicts.
fn may_flag(context: Context<'_>) -> Result<(), Refusal> {
    let allowed = [Permission::DealWork, Permission::Import, Permission::Sweep];
    if allowed.iter().any(|permission| context.actor.roles.allow(*permission)) {
        return Ok(());
    }
    context.actor.may(Permission::DealWork).map_err(Refusal::not_allowed)
}

/// A claim can be a party of one conflict at a time.
fn may_join(claim: &Claim<'_>, verb: CaseVerb) -> Result<(), Refusal> {
    let deal = claim.registration;
    if let Some(dispute) = deal.dispute {
        return Err(Refusal::case_not_now(verb, format!("{} is a party of {} already", deal.id, dispute.case)));
    }
    if !deal.state.is_claim() {
        return Err(Refusal::case_not_now(verb, format!("{} is {} and claims nothing", deal.id, deal.state.name().replace('_', " "))));
    }
    Ok(())
}

fn party(claim: &Claim<'_>, now: Instant) -> CaseParty {
    let deal = claim.registration;
    CaseParty { deal: deal.id, partner: deal.partner, joined_at: now, place: deal.place }
}

/// A case being worked on: each event is applied as it is decided, so that the next step sees the result.
struct CaseWork<'a, 'c> {
    case: ConflictCase,
    claims: &'c [Claim<'c>],
    outcome: Outcome,
    context: Context<'a>,
}

impl<'a, 'c> CaseWork<'a, 'c> {
    fn new(case: &ConflictCase, claims: &'c [Claim<'c>], context: Context<'a>) -> Result<Self, Refusal> {
        let there = |deal: DealId| claims.iter().any(|claim| claim.registration.id == deal);
        if !case.parties.iter().all(|party| there(party.deal)) {
            return Err(Refusal::invalid(format!("{} is decided with all of its parties", case.id)));
        }
        Ok(Self { case: case.clone(), claims, outcome: Outcome::default(), context })
    }

    fn push(&mut self, event: CaseEvent) {
        self.case.apply(&event, self.context.now);
        self.outcome.case.push(event);
    }

    fn start_clock(&self, kind: CaseClockKind) -> CaseClock {
        let program = self.context.programs.current();
        let rules = &program.deals.conflict;
        let (calendar, budget) = match kind {
            CaseClockKind::Evidence => (program.conflict_calendar(), rules.evidence),
            CaseClockKind::Review | CaseClockKind::Appeal => (program.conflict_calendar(), rules.review),
            CaseClockKind::AppealWindow => (program.default_calendar(), program.appeal_sla()),
        };
        let warns = matches!(kind, CaseClockKind::Review | CaseClockKind::Appeal);
        let terms = ClockTerms {
            no: self.case.clocks + 1,
            kind,
            calendar: calendar.calendar.name.clone(),
            program: self.context.programs.version(),
            budget,
            warn: if warns { program.deals.warn.clone() } else { Vec::new() },
        };
        CaseClock::start(terms, calendar, self.context.now)
    }

    fn in_time(&self) -> bool {
        self.case.clock.as_ref().is_none_or(|clock| clock.is_in_time(self.context.now))
    }

    fn open_evidence(&mut self) {
        let clock = self.start_clock(CaseClockKind::Evidence);
        let until = Some(clock.due);
        let notices = self.notices(|_| NoticeKind::EvidenceWanted, until);
        self.push(CaseEvent::EvidenceOpened { clock, notices });
    }

    fn start_review(&mut self, early: bool) {
        if self.case.state == CaseState::Flagged {
            self.open_evidence();
        }
        let clock = self.start_clock(CaseClockKind::Review);
        self.push(CaseEvent::ReviewStarted { early, clock });
    }

    fn join(&mut self, deal: DealId) -> Result<(), Refusal> {
        let verb = CaseVerb::Join;
        let Some((claim, others)) = self.claims.split_last().filter(|(claim, _)| claim.registration.id == deal) else {
            return Err(Refusal::invalid(format!("{deal} joins as the last of the parties")));
        };
        may_join(claim, verb)?;
        let program = self.context.programs.current();
        let policy = program.matching.policy();
        let found = |other: &Claim<'_>| conflicts(claim, other, program, &policy, self.context.now);
        let findings: Vec<Finding> = others.iter().flat_map(found).collect();
        if findings.is_empty() {
            return Err(Refusal::case_not_now(verb, format!("{deal} conflicts with no party of {}", self.case.id)));
        }
        let party = party(claim, self.context.now);
        let until = self.case.clock.as_ref().map(|clock| clock.due);
        let told = !matches!(self.case.state, CaseState::Flagged);
        let notice = Notice { deal, partner: party.partner, kind: NoticeKind::EvidenceWanted, at: self.context.now, until };
        self.push(CaseEvent::Joined { party, findings, notices: told.then_some(notice).into_iter().collect() });
        self.outcome.deals = effects::hold(self.case.id, std::slice::from_ref(claim), DisputePhase::Open, self.context);
        Ok(())
    }

    fn take_review(&mut self, reviewer: OperatorId, verb: CaseVerb) -> Result<(), Refusal> {
        let before = self.case.state.reviewer();
        if before == Some(reviewer) {
            return Err(Refusal::case_not_now(verb, format!("{} is with that reviewer already", self.case.id)));
        }
        self.may_judge(reviewer)?;
        self.push(CaseEvent::ReviewTaken { reviewer, before });
        Ok(())
    }

    fn may_judge(&self, who: OperatorId) -> Result<(), Refusal> {
        let actor = self.context.actor;
        let name = if who == actor.id { actor.name.as_str() } else { "whom you name" };
        may_judge(&self.case, self.claims.iter().map(|claim| claim.registration), who, name)
    }

    fn decide(&mut self, verdict: &Verdict, seen: ContentHash, precedents: &[Precedent]) -> Result<(), Refusal> {
        self.may_judge(self.context.actor.id)?;
        self.sound(verdict, CaseVerb::Decide)?;
        let decision = Box::new(self.decision(verdict, seen, precedents)?);
        let in_time = self.in_time();
        self.push(CaseEvent::Decided { decision, in_time });
        self.settle_breach();
        self.outcome.deals = effects::carry_out(self.case.id, verdict, self.claims, self.context);
        Ok(())
    }

    /// The verdict names parties only, and those can have the deal.
    fn sound(&self, verdict: &Verdict, verb: CaseVerb) -> Result<(), Refusal> {
        if *verdict == (Verdict::RejectAll { reason: RejectReason::Decided }) {
            return Err(Refusal::invalid("all are rejected for a reason of their own, and not because another got the deal"));
        }
        for named in verdict.names() {
            let claim = self.claims.iter().find(|claim| claim.registration.id == named && self.case.has(named));
            let claim = claim.ok_or_else(|| Refusal::invalid(format!("{named} is no party of {}", self.case.id)))?;
            effects::objection(claim, self.case.id, verb, self.context)?;
        }
        Ok(())
    }

    /// The decision with all that it is based on. Refused where evidence came in since it was looked at.
    fn decision(&self, verdict: &Verdict, seen: ContentHash, precedents: &[Precedent]) -> Result<Decision, Refusal> {
        let dossier = dossier(Some(&self.case), self.claims, self.context.programs.current(), self.context.now, precedents);
        if dossier.evidence.hash != seen {
            return Err(Refusal::invalid(format!("evidence about {} came in since you looked; look at it again", self.case.id)));
        }
        let reference = verdict.principal().or(dossier.recommendation.favours);
        Ok(Decision {
            no: u32::try_from(self.case.decisions.len()).unwrap_or(u32::MAX).saturating_add(1),
            verdict: verdict.clone(),
            by: self.context.actor.id,
            at: self.context.now,
            recommended: dossier.recommendation.favours,
            deciding: dossier.recommendation.deciding,
            standings: reference.map(|deal| dossier.standings(deal)).unwrap_or_default(),
            against_precedent: dossier.against(verdict).is_some(),
            evidence: dossier.evidence,
        })
    }

    fn notify(&mut self) {
        let clock = self.start_clock(CaseClockKind::AppealWindow);
        let until = Some(clock.due);
        let Some(verdict) = self.case.decision().map(|decision| decision.verdict.clone()) else { return };
        let notices = self.notices(|deal| told(&verdict, deal), until);
        self.push(CaseEvent::Notified { notices, clock });
    }

    fn appeal(&mut self, by: DealId, grounds: &Text) -> Result<(), Refusal> {
        let verb = CaseVerb::Appeal;
        if !self.case.has(by) {
            return Err(Refusal::invalid(format!("{by} is no party of {}", self.case.id)));
        }
        if grounds.trim().is_empty() {
            return Err(Refusal::invalid("an appeal needs its grounds"));
        }
        if !self.in_time() {
            return Err(Refusal::case_not_now(verb, format!("the time to appeal {} has ended", self.case.id)));
        }
        if let Some(Decision { verdict: Verdict::Award { winner }, .. }) = self.case.decision()
            && *winner == by
        {
            return Err(Refusal::case_not_now(verb, format!("{by} was given the deal")));
        }
        let clock = self.start_clock(CaseClockKind::Appeal);
        let notices = self.notices(|_| NoticeKind::Appealed, None);
        self.push(CaseEvent::Appealed { by, grounds: Text::clean(grounds.trim()), notices, clock });
        self.outcome.deals = effects::hold(self.case.id, self.claims, DisputePhase::Appealed, self.context);
        Ok(())
    }

    fn uphold(&mut self, seen: ContentHash, precedents: &[Precedent]) -> Result<(), Refusal> {
        self.may_judge(self.context.actor.id)?;
        let Some(verdict) = self.case.decision().map(|decision| decision.verdict.clone()) else {
            return Err(Refusal::invalid(format!("{} has no decision", self.case.id)));
        };
        let decision = Box::new(self.decision(&verdict, seen, precedents)?);
        let notices = self.notices(|_| NoticeKind::Upheld, None);
        let in_time = self.in_time();
        self.push(CaseEvent::Upheld { decision, notices, in_time });
        self.settle_breach();
        self.outcome.deals = effects::release(self.case.id, self.claims, self.context);
        Ok(())
    }

    /// Another decision: whoever wins now gets the protection back that it had, or one from now on.
    fn overturn(&mut self, verdict: &Verdict, seen: ContentHash, precedents: &[Precedent]) -> Result<(), Refusal> {
        let verb = CaseVerb::Overturn;
        self.may_judge(self.context.actor.id)?;
        if self.case.decision().is_some_and(|decision| decision.verdict == *verdict) {
            return Err(Refusal::case_not_now(verb, "that is what was decided; uphold it".to_owned()));
        }
        if *verdict == Verdict::Void {
            return Err(Refusal::case_not_now(verb, "a decision is overturned by another; only the first can find no conflict".to_owned()));
        }
        self.sound(verdict, verb)?;
        let decision = Box::new(self.decision(verdict, seen, precedents)?);
        let notices = self.notices(|deal| told(verdict, deal), None);
        let in_time = self.in_time();
        self.push(CaseEvent::Overturned { decision, notices, in_time });
        self.settle_breach();
        self.outcome.deals = effects::carry_out(self.case.id, verdict, self.claims, self.context);
        Ok(())
    }

    fn close(&mut self) {
        let result = match self.case.state {
            CaseState::Upheld => CaseResult::Upheld,
            CaseState::Overturned => CaseResult::Overturned,
            _ => CaseResult::Final,
        };
        self.end(result, Vec::new());
        self.outcome.deals = effects::dismiss(self.case.id, self.claims, self.context);
    }

    fn end(&mut self, result: CaseResult, notices: Vec<Notice>) {
        self.push(CaseEvent::Closed { result, notices });
        if self.case.escalation.is_some() {
            self.push(CaseEvent::Settled { by_itself: true });
        }
    }

    fn still_claim(&self) -> impl Iterator<Item = &'c Claim<'c>> {
        self.claims.iter().filter(|claim| claim.registration.state.is_claim())
    }

    fn is_moot(&self) -> bool {
        self.case.state.is_open() && self.still_claim().count() < 2
    }

    fn dissolve(&mut self) {
        let left: Vec<DealId> = self.still_claim().map(|claim| claim.registration.id).collect();
        let notices = self.notices(|_| NoticeKind::NoConflict, None).into_iter().filter(|notice| left.contains(&notice.deal)).collect();
        self.end(CaseResult::Dissolved, notices);
        self.outcome.deals = effects::dissolve(self.case.id, self.claims, self.context);
    }

    fn tick(&mut self) {
        let Some(clock) = self.case.clock.clone() else { return };
        let calendar = self.context.programs.calendar(&clock);
        match (clock.tick(calendar, self.context.now), clock.kind) {
            (Tick::Nothing, _) => {}
            (Tick::Warn { stage }, _) => {
                self.push(CaseEvent::Warned { clock: clock.warned(calendar, stage), percent: clock.percent(stage) });
            }
            (Tick::Breach, CaseClockKind::Evidence) => self.start_review(false),
            (Tick::Breach, CaseClockKind::AppealWindow) => self.close(),
            (Tick::Breach, CaseClockKind::Review | CaseClockKind::Appeal) => {
                self.push(CaseEvent::Breached { clock: clock.breached(), escalation: Some(Severity::High) });
            }
        }
    }

    /// An escalation whose cause has gone settles by itself, and says so.
    fn settle_breach(&mut self) {
        if self.case.escalation.as_ref().is_some_and(|held| held.cause == EscalationCause::Breach) {
            self.push(CaseEvent::Settled { by_itself: true });
        }
    }

    fn notices(&self, kind: impl Fn(DealId) -> NoticeKind, until: Option<Instant>) -> Vec<Notice> {
        let notice =
            |party: &CaseParty| Notice { deal: party.deal, partner: party.partner, kind: kind(party.deal), at: self.context.now, until };
        self.case.parties.iter().map(notice).collect()
    }
}

/// What a party is told of a verdict.
fn told(verdict: &Verdict, deal: DealId) -> NoticeKind {
    match verdict {
        Verdict::Award { winner } if *winner == deal => NoticeKind::Awarded,
        Verdict::Split { shares } if shares.of(deal).is_some() => NoticeKind::Shared,
        Verdict::RejectAll { .. } => NoticeKind::NobodyGot,
        Verdict::Void => NoticeKind::NoConflict,
        _ => NoticeKind::GaveWay,
    }
}
