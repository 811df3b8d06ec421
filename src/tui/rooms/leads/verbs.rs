//! From an action to a command: what is possible now, what it is about, and what must be asked first.

use super::{
    Intent, LeadRoom, forms,
    work::{Answer, Effect, Order, Target},
};
use crate::{
    domain::{
        id::{LeadId, PartnerId},
        lead::{
            Clock, DisqualifyReason, Escalation, EscalationCause, Intake, Lead, LeadCommand, LeadState, LeadVerb, Offer, Pause,
            PauseReason, Prior, QuarantineReason, Refusal, UnassignedReason, decide::possible, queue::LeadRow,
        },
        text::Text,
        time::{Instant, Span},
    },
    tui::{
        action::{Act, Availability},
        room::Cx,
    },
};

type C<'a> = Cx<'a, LeadRoom>;

/// A verb whose object is being asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub act: Act,
    pub targets: Vec<Target>,
    /// Marked leads for which it means nothing: they are named in the plan, and not asked about.
    pub aside: Vec<Answer>,
}

impl Asked {
    /// What its form is for.
    pub fn intent(&self) -> Intent {
        Intent::Form { act: self.act, leads: self.targets.iter().map(|target| target.id).collect() }
    }
}

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
    pub(super) fn is_possible(&self, act: Act) -> Availability {
        let selected = self.list.selected();
        let is_about_rows = act.row().is_verb() || matches!(act, Act::Mark | Act::MarkRange | Act::MarkAll);
        match act {
            // What is typed ahead is meant for the rows that are coming, not for those of the queue before.
            _ if self.dimmed && is_about_rows && act != Act::Undo => Availability::no("the rows are still on their way"),
            Act::LeadDemo if self.is_first_run() => Availability::Yes,
            Act::LeadDemo => Availability::no("it opens from an empty database; `pilothouse demo` opens it at any time"),
            Act::FilterClear if self.filter.tree.is_none() => Availability::no("no filter is set"),
            Act::Unmark if self.list.marks().is_empty() => Availability::no("nothing is marked"),
            Act::Undo => Availability::Yes,
            Act::Open | Act::LeadWhy | Act::LeadTimeline | Act::LeadCompare | Act::CopyId | Act::Mark | Act::MarkRange
                if selected.is_none() =>
            {
                Availability::no("there is no lead under the cursor")
            }
            _ => verb_of(act).map_or(Availability::Yes, |verb| self.is_verb_possible(act, verb)),
        }
    }

    /// Possible for the lead under the cursor, or for at least one of the marked.
    fn is_verb_possible(&self, act: Act, verb: LeadVerb) -> Availability {
        if self.list.marks().is_empty() {
            return match self.list.selected() {
                Some(row) => self.row_possible(act, verb, &row.lead),
                None => Availability::no("there is no lead under the cursor"),
            };
        }
        if self.list.marks_hidden() > 0 {
            return Availability::Yes;
        }
        let mut first = None;
        for row in self.list.rows().iter().filter(|row| self.list.is_marked(row.lead.id)) {
            match self.row_possible(act, verb, &row.lead) {
                Availability::Yes => return Availability::Yes,
                Availability::No(reason) => drop(first.get_or_insert(reason)),
            }
        }
        match (first, self.list.marks().len()) {
            (Some(reason), 2..) => Availability::No(format!("possible for none of the marked leads; {reason}")),
            (Some(reason), _) => Availability::No(reason),
            (None, _) => Availability::Yes,
        }
    }

    fn row_possible(&self, act: Act, verb: LeadVerb, row: &LeadRow) -> Availability {
        if act == Act::LeadTake && row.desk.as_ref().is_some_and(|(desk, _)| *desk == self.station.me) {
            return Availability::no(format!("you look after {} already", row.id));
        }
        if matches!(verb, LeadVerb::Accept | LeadVerb::Decline) && row.state != "offered" {
            return Availability::no(format!("{} is not offered to a partner now", row.id));
        }
        let known = self.detail.as_deref().map(|detail| &detail.lead).filter(|lead| lead.id == row.id && lead.version == row.version);
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

    /// The verbs that the lead under the cursor most likely needs, for the hint bar.
    pub(super) fn useful(&self) -> Vec<Act> {
        let mut acts: Vec<Act> = match self.list.selected().map(|row| row.lead.state) {
            // The same for all stages with a partner, some dimmed: a move of the cursor re-sends little.
            Some("offered" | "accepted" | "working") => {
                vec![Act::LeadAccept, Act::LeadDecline, Act::LeadTouch, Act::LeadQualify, Act::LeadReassign, Act::LeadPause]
            }
            Some("unassigned") => vec![Act::LeadAssign, Act::LeadRoute, Act::LeadDisqualify],
            Some("review") => vec![Act::LeadCompare, Act::LeadMerge, Act::LeadSeparate],
            Some("quarantined") => vec![Act::LeadConsent, Act::LeadRelease, Act::LeadDisqualify],
            Some("merged") => vec![Act::LeadUnmerge],
            Some(_) => Vec::new(),
            None if self.is_first_run() => return vec![Act::LeadDemo],
            None => return vec![Act::Filter, Act::TabNext],
        };
        acts.extend([Act::LeadNote, Act::LeadTake]);
        if self.side_focused {
            acts.extend([Act::Back, Act::LeadWhy, Act::LeadTimeline]);
        } else {
            acts.extend([Act::Open, Act::Filter, Act::Mark]);
        }
        acts.extend([Act::Undo, Act::Sort]);
        acts
    }

    /// Begins a verb: asks for its object, or carries it out.
    pub(super) fn begin(&mut self, act: Act, cx: &mut C<'_>) {
        if act == Act::Undo {
            self.undo(cx);
            return;
        }
        if verb_of(act).is_none() {
            return;
        }
        let targets = self.targets();
        if targets.is_empty() {
            cx.say("there is no lead under the cursor");
            return;
        }
        let (targets, aside) = self.split(act, targets);
        if targets.is_empty() {
            cx.say("none of the marked leads is offered to a partner now");
            return;
        }
        self.asked = Some(Asked { act, targets: targets.clone(), aside });
        match act {
            Act::LeadAssign => {
                if let Some(first) = targets.first() {
                    cx.run(Effect::Partners { id: first.id });
                }
            }
            Act::LeadHandOver if self.known.colleagues.is_empty() => cx.run(Effect::Directory),
            Act::LeadMerge if targets.len() == 1 && self.side == super::Side::Compare && self.rival().is_some() => {
                self.merge_into_rival(cx);
            }
            _ if forms::asks(act) => self.ask(cx, None),
            _ => {
                let me = self.station.me;
                let orders = orders(&targets, |target| plain(act, me, target));
                self.submit(act, orders, cx);
            }
        }
    }

    /// Parts from the marked leads those that are not offered now, where the verb is an answer to an offer: an answer to
    /// one that has ended would be kept as evidence, which nobody means who marked a page of leads.
    fn split(&self, act: Act, targets: Vec<Target>) -> (Vec<Target>, Vec<Answer>) {
        let Some(verb) = verb_of(act).filter(|verb| matches!(verb, LeadVerb::Accept | LeadVerb::Decline)) else {
            return (targets, Vec::new());
        };
        let stage = |id| self.list.rows().iter().find(|row| row.lead.id == id).map(|row| row.lead.state);
        let (answerable, others): (Vec<Target>, Vec<Target>) =
            targets.into_iter().partition(|target| stage(target.id).is_none_or(|stage| stage == "offered"));
        let refused = |target: Target| Answer {
            id: target.id,
            result: Err(Refusal::not_now(verb, format!("{} is not offered to a partner now", target.id))),
        };
        (answerable, others.into_iter().map(refused).collect())
    }

    /// Opens the form of the verb that is being asked about; again with the sentence of a refusal.
    pub(super) fn ask(&mut self, cx: &mut C<'_>, refused: Option<String>) {
        let Some(asked) = &self.asked else { return };
        let Some(mut form) = self.form(asked) else { return };
        if let Some(sentence) = refused {
            form = form.refused(sentence);
        }
        cx.form(form, asked.intent());
    }

    fn merge_into_rival(&mut self, cx: &mut C<'_>) {
        let (Some(rival), Some(asked)) = (self.rival(), &self.asked) else { return };
        let command = LeadCommand::Merge { into: rival.lead.id };
        let orders = vec![Order { command, targets: asked.targets.clone() }];
        self.plan(Act::LeadMerge, orders, cx);
    }

    /// `L-12 Acme GmbH`, or how many.
    pub(super) fn told(&self, targets: &[Target]) -> String {
        match targets {
            [one] => self.record(one.id),
            many => format!("{} leads", many.len()),
        }
    }

    pub(super) fn record(&self, id: LeadId) -> String {
        let company = self.list.rows().iter().find(|row| row.lead.id == id).map(|row| row.lead.company.to_string());
        match company.filter(|company| !company.is_empty()) {
            Some(company) => format!("{id} {company}"),
            None => id.to_string(),
        }
    }
}

/// The command of a verb that needs no object but the lead.
fn plain(act: Act, me: crate::domain::id::OperatorId, target: &Target) -> LeadCommand {
    match act {
        Act::LeadAccept => LeadCommand::Accept { offer: target.offer },
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

/// Puts targets with the same command into one order.
pub(super) fn orders(targets: &[Target], command: impl Fn(&Target) -> LeadCommand) -> Vec<Order> {
    let mut out: Vec<Order> = Vec::new();
    for target in targets {
        let command = command(target);
        match out.iter_mut().find(|order| order.command == command) {
            Some(order) => order.targets.push(*target),
            None => out.push(Order { command, targets: vec![*target] }),
        }
    }
    out
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
        clock: row.clock.map(|kind| clock(kind, at)),
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

fn clock(kind: crate::domain::lead::ClockKind, at: Instant) -> Clock {
    Clock {
        no: 1,
        kind,
        calendar: Text::default(),
        program: crate::app::NO_PROGRAM,
        started_at: at,
        budget: Span::ZERO,
        left: Span::ZERO,
        as_of: at,
        due: at,
        warn: Vec::new(),
        stage: 0,
        next: None,
        breached: false,
    }
}

const fn offer(no: u32, partner: PartnerId, at: Instant) -> Offer {
    Offer { no, partner, offered_at: at, due: at, by_hand: false, outcome: None }
}
