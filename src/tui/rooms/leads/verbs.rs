//! From an action to a command: what is possible now, what it is about, and what must be asked first.

use super::{Answer, Ask, C, LeadRoom, LeadTrade, Target, forms};
use crate::{
    domain::{
        id::{DealId, LeadId, PartnerId},
        lead::{
            DisqualifyReason, Escalation, EscalationCause, Intake, Lead, LeadCommand, LeadState, LeadVerb, Offer, Pause, PauseReason,
            Prior, QuarantineReason, Refusal, UnassignedReason, decide::possible, queue::LeadRow,
        },
        time::Instant,
    },
    tui::{
        action::{Act, Availability},
        furniture::{
            some_clock,
            trade::Parted,
            words::without_name,
            work::{Effect, Order, orders},
        },
    },
};

/// How many new registrations are named; more are counted.
const MADE_NAMED: usize = 3;

/// The verb of an action.
pub(super) const fn verb_of(act: Act) -> Option<LeadVerb> {
    Some(match act {
        Act::LeadAccept => LeadVerb::Accept,
        Act::LeadDecline => LeadVerb::Decline,
        Act::LeadAssign => LeadVerb::Assign,
        Act::LeadReassign => LeadVerb::Reassign,
        Act::LeadRoute => LeadVerb::Route,
        Act::LeadTake | Act::LeadHandOver => LeadVerb::Take,
        Act::LeadRelease => LeadVerb::Release,
        Act::LeadPause => LeadVerb::Pause,
        Act::LeadResume => LeadVerb::Resume,
        Act::LeadTouch => LeadVerb::Touch,
        Act::LeadQualify => LeadVerb::Qualify,
        Act::LeadDisqualify => LeadVerb::Disqualify,
        Act::LeadMerge => LeadVerb::Merge,
        Act::LeadUnmerge => LeadVerb::Unmerge,
        Act::LeadSeparate => LeadVerb::Separate,
        Act::LeadNote => LeadVerb::Note,
        Act::LeadEscalate => LeadVerb::Escalate,
        Act::LeadSettle => LeadVerb::Settle,
        Act::LeadConsent => LeadVerb::RecordConsent,
        Act::LeadRescore => LeadVerb::Rescore,
        Act::LeadClock => LeadVerb::RecomputeClock,
        Act::LeadErase => LeadVerb::Erase,
        Act::Undo => LeadVerb::Undo,
        _ => return None,
    })
}

impl LeadRoom {
    pub(super) fn row_possible(&self, act: Act, row: &LeadRow) -> Availability {
        if act == Act::LeadRegister && row.state != "qualified" {
            return Availability::no(format!("{} is not qualified: only a qualified lead becomes a deal", row.id));
        }
        if let Some(deal) = self.deal_of(row).filter(|_| act == Act::LeadRegister) {
            return Availability::no(format!("{} is registered already, as {deal}", row.id));
        }
        let Some(verb) = verb_of(act) else { return Availability::Yes };
        if act == Act::LeadTake && row.desk.as_ref().is_some_and(|(desk, _)| *desk == self.station.me) {
            return Availability::no(format!("you look after {} already", row.id));
        }
        if matches!(verb, LeadVerb::Accept | LeadVerb::Decline) && row.state != "offered" {
            return Availability::no(format!("{} is not offered to a partner now", row.id));
        }
        let known = self.detail().map(|detail| &detail.lead).filter(|lead| lead.id == row.id && lead.version == row.version);
        let outcome = match known {
            Some(lead) => possible(lead, verb),
            None => possible(&sketch(row), verb),
        };
        match outcome {
            Ok(()) => Availability::Yes,
            Err(Refusal::NotNow { why, .. }) => Availability::No(why),
            Err(refusal) => Availability::No(refusal.to_string()),
        }
    }

    /// The registration that was made of it, as far as it is known here.
    fn deal_of(&self, row: &LeadRow) -> Option<DealId> {
        let read = self.detail().filter(|detail| detail.lead.id == row.id).and_then(|detail| detail.deal.as_ref());
        row.deal.or_else(|| read.map(|deal| deal.id))
    }

    /// Asks for the object of a verb, or carries it out.
    pub(super) fn begin_verb(&mut self, act: Act, targets: &[Target], cx: &mut C<'_>) {
        match act {
            Act::LeadAssign => {
                cx.run(Effect::Own(Ask::Partners { leads: targets.iter().map(|target| target.id).collect() }));
            }
            Act::LeadRegister => self.plan_registration(targets, cx),
            Act::LeadHandOver if self.known().colleagues.is_empty() => self.want_directory(cx),
            Act::LeadMerge if targets.len() == 1 && self.is_comparing() && self.rival().is_some() => self.merge_into_rival(targets, cx),
            Act::LeadMerge if targets.len() == 1 && self.detail().is_none_or(|detail| detail.lead.id != targets[0].id) => {
                self.own.merging = Some(targets[0].id);
                self.want_detail(targets[0].id, cx);
            }
            _ if forms::asks(act) => self.ask(cx, None),
            _ => {
                let me = self.station.me;
                self.submit(act, orders(targets, |target| plain(act, me, target)), cx);
            }
        }
    }

    /// Parts from the marked leads those that are not offered now, where the verb is an answer to an offer: an answer to
    /// one that has ended would be kept as evidence, which nobody means who marked a page of leads.
    pub(super) fn part_answerable(&self, act: Act, targets: Vec<Target>) -> Result<Parted<LeadTrade>, String> {
        let Some(verb) = verb_of(act).filter(|verb| matches!(verb, LeadVerb::Accept | LeadVerb::Decline)) else {
            return Ok((targets, Vec::new()));
        };
        let stage = |id| self.row(id).map(|row| row.state);
        let (answerable, others): (Vec<Target>, Vec<Target>) =
            targets.into_iter().partition(|target| stage(target.id).is_none_or(|stage| stage == "offered"));
        let refused = |target: Target| Answer {
            id: target.id,
            result: Err(Refusal::not_now(verb, format!("{} is not offered to a partner now", target.id))),
        };
        if answerable.is_empty() {
            return Err("none of the marked leads is offered to a partner now".to_owned());
        }
        Ok((answerable, others.into_iter().map(refused).collect()))
    }

    /// Shows of which leads a registration would be made, and for whom.
    fn plan_registration(&mut self, targets: &[Target], cx: &mut C<'_>) {
        let draft = |row: &LeadRow| row.partner.as_ref().map_or_else(|| "a draft".to_owned(), |(_, name)| format!("a draft of {name}"));
        let outcome = |id: LeadId| match self.row(id) {
            Some(row) => match self.row_possible(Act::LeadRegister, row) {
                Availability::Yes => Ok(draft(row)),
                Availability::No(why) => Err(without_name(&why, id)),
            },
            // Marked, and out of sight: it is looked at when it is registered.
            None => Ok("a draft of its partner, where it is qualified".to_owned()),
        };
        let plan: Vec<_> = targets.iter().map(|target| (target.id, outcome(target.id))).collect();
        let leads = plan.iter().filter(|(_, outcome)| outcome.is_ok()).map(|(id, _)| *id).collect();
        self.plan_own(Act::LeadRegister, plan, Ask::Register { leads }, cx);
    }

    /// Says which registrations were made of leads and where they are, and how many were refused.
    pub(super) fn registered(&mut self, answers: &[(LeadId, Result<DealId, String>)], cx: &mut C<'_>) {
        let made: Vec<(LeadId, DealId)> = answers.iter().filter_map(|(lead, made)| Some((*lead, *made.as_ref().ok()?))).collect();
        self.unmark(&made.iter().map(|(lead, _)| *lead).collect::<Vec<_>>());
        let told = match made.len() {
            0 => String::new(),
            1..=MADE_NAMED => made.iter().map(|(lead, deal)| format!("{deal} of {lead}")).collect::<Vec<_>>().join(", "),
            many => format!("{many} drafts"),
        };
        let refused = answers.iter().find_map(|(lead, made)| Some((lead, made.as_ref().err()?)));
        let refused = refused.map(|(lead, why)| match why.strip_prefix(&format!("{lead} ")) {
            Some(why) => format!("{lead} {why}"),
            None => format!("{lead}: {why}"),
        });
        match (refused, answers.len() - made.len()) {
            (Some(why), 1) if made.is_empty() => cx.fail(format!("not registered: {why}")),
            (Some(why), count) if made.is_empty() => cx.fail(format!("none registered, {count} refused; {why}")),
            (Some(why), count) => cx.fail(format!("made {told}; {count} refused and still marked: {why}")),
            (None, _) => {
                let way = cx.key(Act::RoomDeals).map_or_else(String::new, |key| format!(" ({key})"));
                cx.say(format!("made {told}: deal room{way}"));
            }
        }
    }

    /// What the lead resembles is known now, or can't be read: its form asks for the other one.
    pub(super) fn story_for_merge_came(&mut self, cx: &mut C<'_>) {
        let Some(id) = self.own.merging.take() else { return };
        if self.asked().is_some_and(|asked| asked.act == Act::LeadMerge && asked.targets.iter().any(|target| target.id == id)) {
            self.ask(cx, None);
        }
    }

    fn merge_into_rival(&mut self, targets: &[Target], cx: &mut C<'_>) {
        let Some(rival) = self.rival() else { return };
        let command = LeadCommand::Merge { into: rival.lead.id };
        self.plan(Act::LeadMerge, vec![Order { command, targets: targets.to_vec() }], cx);
    }
}

/// The verbs that a lead most likely needs.
pub(super) fn useful(row: &LeadRow) -> Vec<Act> {
    let mut acts: Vec<Act> = match row.state {
        // The same for all stages with a partner, some dimmed: a move of the cursor re-sends little.
        "offered" | "accepted" | "working" => {
            vec![Act::LeadAccept, Act::LeadDecline, Act::LeadTouch, Act::LeadQualify, Act::LeadReassign, Act::LeadPause]
        }
        "unassigned" => vec![Act::LeadAssign, Act::LeadRoute, Act::LeadDisqualify],
        "review" => vec![Act::LeadCompare, Act::LeadMerge, Act::LeadSeparate],
        "quarantined" => vec![Act::LeadConsent, Act::LeadRelease, Act::LeadDisqualify],
        "qualified" => vec![Act::LeadRegister],
        "merged" => vec![Act::LeadUnmerge],
        _ => Vec::new(),
    };
    acts.extend([Act::LeadNote, Act::LeadTake]);
    acts
}

/// The command of a verb that needs no object but the lead.
fn plain(act: Act, me: crate::domain::id::OperatorId, target: &Target) -> LeadCommand {
    match act {
        Act::LeadAccept => LeadCommand::Accept { offer: target.extra },
        Act::LeadReassign => LeadCommand::Reassign,
        Act::LeadRoute => LeadCommand::Route,
        Act::LeadTake => LeadCommand::Take { desk: Some(me) },
        Act::LeadRelease => LeadCommand::Release,
        Act::LeadResume => LeadCommand::Resume,
        Act::LeadTouch => LeadCommand::Touch,
        Act::LeadQualify => LeadCommand::Qualify,
        Act::LeadUnmerge => LeadCommand::Unmerge,
        Act::LeadSeparate => LeadCommand::Separate,
        Act::LeadSettle => LeadCommand::Settle,
        Act::LeadClock => LeadCommand::RecomputeClock,
        _ => LeadCommand::Undo,
    }
}

/// What a row tells of its lead, as far as it matters for what is possible: the rules stay in one place.
fn sketch(row: &LeadRow) -> Lead {
    let partner = row.partner.as_ref().map_or(PartnerId(0), |(id, _)| *id);
    let at = row.received_at;
    Lead {
        id: row.id,
        version: row.version,
        received_at: at,
        updated_at: at,
        intake: Intake::default(),
        account: None,
        desk: row.desk.as_ref().map(|(id, _)| *id),
        state: state(row.state, partner),
        clock: row.clock.map(|kind| some_clock(kind, at)),
        clocks: 1,
        pause: row.paused.then_some(Pause { reason: PauseReason::AwaitingCustomer, since: at, until: None }),
        offers: (1..=row.offers).map(|no| offer(no, partner, at)).collect(),
        escalation: row.escalated.map(|severity| Escalation { severity, cause: EscalationCause::Breach, since: at }),
        breaches: 0,
        settled_offers: 0,
        absorbed: Vec::new(),
        erased: false,
    }
}

fn state(name: &str, partner: PartnerId) -> LeadState {
    let unassigned = LeadState::Unassigned { why: UnassignedReason::New };
    match name {
        "quarantined" => LeadState::Quarantined { reason: QuarantineReason::Unreachable },
        "review" => LeadState::InReview { candidates: Vec::new() },
        "offered" => LeadState::Offered { partner },
        "accepted" => LeadState::Accepted { partner },
        "working" => LeadState::Working { partner },
        "qualified" => LeadState::Qualified { partner },
        "disqualified" => LeadState::Disqualified { reason: DisqualifyReason::Spam, partner: None },
        "merged" => LeadState::Merged {
            into: LeadId(0),
            prior: Box::new(Prior { state: unassigned, offer: None, clock: None, pause: None, escalation: None }),
        },
        _ => unassigned,
    }
}

const fn offer(no: u32, partner: PartnerId, at: Instant) -> Offer {
    Offer { no, partner, offered_at: at, due: at, by_hand: false, outcome: None }
}
