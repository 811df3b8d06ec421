//! The channel at work: partners answer, desks look after leads, each at a time of their own. They react to what the audit
//! chain tells, as anybody could.

use super::{
    chance::{Chance, Share},
    staff::Staff,
    stage::Stage,
};
use crate::{
    app::{Command, Failure, LeadTarget, Rules},
    domain::{
        event::{Entity, Event},
        id::{AuditSeq, LeadId, OperatorId},
        lead::{
            Clock, Consent, ConsentBasis, DeclineReason, DisqualifyReason, LeadCommand, LeadEvent, PauseReason, QuarantineReason,
            Resemblance, Severity, event::Arrival,
        },
        text::Text,
        time::{Instant, Span},
    },
};
use std::collections::{BTreeMap, HashMap};

/// What the desk writes about a lead.
const NOTES: [&str; 8] = [
    "Spoke with the front desk; the decision is with the board next week.",
    "Wants a reference from the same trade before signing anything.",
    "Asked for the partner's second site to be included in the survey.",
    "Left a message. Will try again tomorrow morning.",
    "Budget approved up to 40,000; anything above goes to tender.",
    "Prefers to be called in the afternoon, and in their own language.",
    "The old contract runs until the end of the quarter.",
    "Same building as an installed customer: ask for a joint visit.",
];

const REASONS: [&str; 6] = [
    "The customer's board decides on Friday and has heard from nobody.",
    "A named account: sales wants to know who has it.",
    "The competitor has been on site already.",
    "Two partners claim to have been first.",
    "The customer complained to the head office.",
    "A public tender that closes at the end of the week.",
];

/// The program's calendar without closing time.
const ROUND_THE_CLOCK_CALENDAR: &str = "always";

/// What somebody is going to do.
struct Planned {
    lead: LeadId,
    who: OperatorId,
    command: LeadCommand,
}

pub struct Traffic {
    pub chance: Chance,
    staff: Staff,
    /// By when, then in the order of planning.
    agenda: BTreeMap<(Instant, u64), Planned>,
    planned: u64,
    /// How many offers each lead has had.
    offers: HashMap<LeadId, u32>,
    seen: AuditSeq,
    /// From then on the partners who work round the clock have too much to do.
    overwhelmed: Instant,
}

impl Traffic {
    pub fn new(chance: Chance, staff: Staff, overwhelmed: Instant) -> Self {
        Self { chance, staff, agenda: BTreeMap::new(), planned: 0, offers: HashMap::new(), seen: AuditSeq(0), overwhelmed }
    }

    /// When somebody acts next.
    pub fn next(&self) -> Option<Instant> {
        self.agenda.first_key_value().map(|((at, _), _)| *at)
    }

    /// Does what was planned up to `until`, in time; the same thing on several leads is done at one go. What is no longer
    /// possible is left, as people leave it.
    pub async fn act(&mut self, stage: &mut Stage<'_>, until: Instant) -> Result<(), Failure> {
        while let Some(entry) = self.agenda.first_entry().filter(|entry| entry.key().0 <= until) {
            let ((at, _), Planned { lead, who, command }) = entry.remove_entry();
            let mut targets = vec![LeadTarget::from(lead)];
            let alike = self.agenda.extract_if(..=(until, u64::MAX), |_, planned| planned.who == who && planned.command == command);
            targets.extend(alike.map(|(_, planned)| LeadTarget::from(planned.lead)));
            stage.at(at);
            stage.carry(who, Command::Leads { targets, command }).await?;
        }
        Ok(())
    }

    /// Reads what happened and plans what people make of it.
    pub async fn react(&mut self, stage: &mut Stage<'_>) -> Result<(), Failure> {
        let rules = stage.rules().await?;
        loop {
            let news = stage.since(self.seen).await?;
            let Some(last) = news.last() else { return Ok(()) };
            self.seen = last.seq;
            for past in news {
                if let (Entity::Lead(lead), Event::Lead(event)) = (past.record.entity, past.record.event) {
                    self.plan(&rules, lead, &event, past.record.at);
                }
            }
        }
    }

    fn plan(&mut self, rules: &Rules, lead: LeadId, event: &LeadEvent, at: Instant) {
        match event {
            LeadEvent::Offered { clock, .. } => self.offered(rules, lead, clock),
            LeadEvent::Accepted { clock, .. } => {
                let when = self.within(rules, clock, Share(900), 7);
                self.later(when, lead, self.staff.portal, LeadCommand::Touch);
                self.look_after(lead, at);
            }
            LeadEvent::Touched { clock, .. } => self.touched(rules, lead, clock),
            LeadEvent::Received { arrival: Arrival::Quarantined { reason: QuarantineReason::ConsentMissing }, .. } => {
                self.obtain_consent(lead, at);
            }
            LeadEvent::Received { arrival: Arrival::Review { candidates }, .. } => self.review(lead, candidates, at),
            LeadEvent::FellBack { .. } => self.fell_back(lead, at),
            _ => {}
        }
    }

    /// The partner accepts, declines or stays silent.
    fn offered(&mut self, rules: &Rules, lead: LeadId, clock: &Clock) {
        let offer = self.offers.entry(lead).or_default();
        *offer += 1;
        let offer = *offer;
        let is_stretched = clock.started_at >= self.overwhelmed && &*clock.calendar == ROUND_THE_CLOCK_CALENDAR;
        if self.chance.percent(if is_stretched { 72 } else { 13 }) {
            return;
        }
        let when = self.within(rules, clock, Share(980), 2);
        let command = if self.chance.percent(13) {
            LeadCommand::Decline { offer, reason: *self.chance.pick(DeclineReason::ALL) }
        } else {
            LeadCommand::Accept { offer }
        };
        self.later(when, lead, self.staff.portal, command);
    }

    fn touched(&mut self, rules: &Rules, lead: LeadId, clock: &Clock) {
        let when = self.within(rules, clock, Share(950), 8);
        let who = self.staff.portal;
        if self.chance.percent(9) {
            let reason = *self.chance.pick(PauseReason::ALL);
            let from = clock.started_at.plus(self.chance.between(Span::hours(1), Span::hours(20)));
            let until = from.plus(self.chance.between(Span::hours(24), Span::hours(24 * 6)));
            let desk = self.staff.desk(lead);
            self.later(from, lead, desk, LeadCommand::Pause { reason, until: Some(until) });
        }
        let command = if self.chance.percent(56) {
            LeadCommand::Qualify
        } else {
            LeadCommand::Disqualify { reason: *self.chance.pick(DisqualifyReason::ALL) }
        };
        self.later(when, lead, who, command);
    }

    /// Some leads are taken by somebody at the desk, who writes a note, corrects the score, or calls for help.
    fn look_after(&mut self, lead: LeadId, at: Instant) {
        let desk = self.staff.desk(lead);
        if self.chance.percent(30) {
            let when = at.plus(self.chance.between(Span::minutes(2), Span::hours(3)));
            self.later(when, lead, desk, LeadCommand::Take { desk: Some(desk) });
        }
        if self.chance.percent(22) {
            self.note(lead, at);
        }
        if self.chance.percent(4) {
            let when = at.plus(self.chance.between(Span::minutes(20), Span::hours(6)));
            let score = u8::try_from(40 + self.chance.below(60)).unwrap_or(50);
            self.later(when, lead, desk, LeadCommand::Rescore { score });
        }
        if self.chance.percent(2) {
            let when = at.plus(self.chance.between(Span::hours(1), Span::hours(9)));
            let severity = *self.chance.pick(Severity::ALL);
            let reason = Text::clean(self.chance.word(&REASONS));
            self.later(when, lead, desk, LeadCommand::Escalate { severity, reason });
        }
    }

    fn note(&mut self, lead: LeadId, at: Instant) {
        let when = at.plus(self.chance.between(Span::minutes(5), Span::hours(30)));
        let text = Text::clean(self.chance.word(&NOTES));
        self.later(when, lead, self.staff.desk(lead), LeadCommand::Note { text });
    }

    /// The desk writes to the person, who mostly agrees.
    fn obtain_consent(&mut self, lead: LeadId, at: Instant) {
        if self.chance.percent(45) {
            return;
        }
        let when = at.plus(self.chance.between(Span::hours(5), Span::hours(60)));
        let consent = Consent { basis: ConsentBasis::OptIn, text_version: Text::clean("mail-2026-02"), at: Some(when) };
        let desk = self.staff.desk(lead);
        self.later(when, lead, desk, LeadCommand::RecordConsent { consent });
        self.later(when.plus(Span::minutes(1)), lead, desk, LeadCommand::Release);
    }

    /// Somebody puts the two side by side.
    fn review(&mut self, lead: LeadId, candidates: &[Resemblance], at: Instant) {
        if self.chance.percent(30) {
            return;
        }
        let when = at.plus(self.chance.between(Span::hours(2), Span::hours(40)));
        let desk = self.staff.desk(lead);
        match candidates.first() {
            Some(best) if self.chance.percent(60) => {
                self.later(when, lead, desk, LeadCommand::Merge { into: best.lead });
                if self.chance.percent(12) {
                    self.later(when.plus(Span::minutes(25)), lead, desk, LeadCommand::Unmerge);
                }
            }
            _ => self.later(when, lead, desk, LeadCommand::Separate),
        }
    }

    /// Nobody took it: the channel desk does, and closes what nobody wants.
    fn fell_back(&mut self, lead: LeadId, at: Instant) {
        let desk = self.staff.desk(lead);
        if self.chance.percent(60) {
            let when = at.plus(self.chance.between(Span::minutes(15), Span::hours(10)));
            self.later(when, lead, desk, LeadCommand::Take { desk: Some(desk) });
            self.note(lead, when);
        }
        if self.chance.percent(86) {
            let when = at.plus(self.chance.between(Span::hours(20), Span::hours(24 * 5)));
            let reason = if self.chance.percent(50) { DisqualifyReason::OutsideScope } else { DisqualifyReason::NoReply };
            self.later(when, lead, desk, LeadCommand::Disqualify { reason });
        }
    }

    /// An instant in the business time of a clock: mostly early, up to `most` of its budget, and in `late` of a hundred
    /// cases after it.
    fn within(&mut self, rules: &Rules, clock: &Clock, most: Share, late: usize) -> Instant {
        let share = if self.chance.percent(late) {
            Share(1_020 + self.chance.below(500))
        } else {
            Share(15 + self.chance.share().squared().0 * most.0 / 1_000)
        };
        let calendar = rules.programs().calendar(clock);
        calendar.add(clock.started_at, share.of(clock.budget)).unwrap_or(clock.due)
    }

    fn later(&mut self, at: Instant, lead: LeadId, who: OperatorId, command: LeadCommand) {
        self.planned += 1;
        self.agenda.insert((at, self.planned), Planned { lead, who, command });
    }
}
