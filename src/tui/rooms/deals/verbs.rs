//! From an action to a command: what is possible now, what it is about, and what must be asked first.

use super::{Ask, C, Command, DealRoom, DealTrade, Facts, Order, Target, cases, forms};
use crate::{
    app::deal::view::DealDetail,
    domain::{
        deal::{
            ClockKind, DealCommand, DealState, DealVerb, Hold, Protection, Refusal, Registration, RejectReason,
            conflict::{CaseVerb, may_judge, possible_case},
            decide::possible,
            queue::DealRow,
        },
        escalation::{Escalation, EscalationCause},
        id::{DealId, OperatorId},
        time::{Instant, Span},
    },
    tui::{
        action::{Act, Availability},
        furniture::{
            some_clock,
            trade::Parted,
            work::{Effect, orders},
        },
    },
};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// The verb of an action on a registration.
pub(super) const fn verb_of(act: Act) -> Option<DealVerb> {
    Some(match act {
        Act::DealSubmit => DealVerb::Submit,
        Act::DealEdit => DealVerb::Edit,
        Act::DealMatch => DealVerb::Match,
        Act::DealTake => DealVerb::TakeReview,
        Act::DealReassign => DealVerb::Reassign,
        Act::DealAsk => DealVerb::RequestInfo,
        Act::DealResubmit => DealVerb::Resubmit,
        Act::DealSend => DealVerb::SendForApproval,
        Act::DealApprove => DealVerb::Approve,
        Act::DealReject => DealVerb::Reject,
        Act::DealWithdraw => DealVerb::Withdraw,
        Act::DealExtend => DealVerb::Extend,
        Act::DealExpire => DealVerb::Expire,
        Act::DealWin => DealVerb::Win,
        Act::DealLose => DealVerb::Lose,
        Act::DealHold => DealVerb::Hold,
        Act::DealRelease => DealVerb::Release,
        Act::DealAttach => DealVerb::Attach,
        Act::DealNote => DealVerb::Note,
        Act::DealEscalate => DealVerb::Escalate,
        Act::DealSettle => DealVerb::Settle,
        Act::DealClock => DealVerb::RecomputeClock,
        Act::DealErase => DealVerb::Erase,
        Act::Undo => DealVerb::Undo,
        _ => return None,
    })
}

pub(super) fn is_verb(act: Act) -> bool {
    verb_of(act).is_some() || cases::is_verb(act) || act == Act::DealConflict
}

impl DealRoom {
    pub(super) fn row_possible(&self, act: Act, row: &DealRow) -> Availability {
        if cases::is_verb(act) {
            return self.case_possible(act, row);
        }
        if act == Act::DealConflict {
            return match row.dispute {
                Some((case, _)) => Availability::no(format!("{} is a party of {case} already", row.id)),
                None if !is_claim(row.state) => {
                    Availability::no(format!("{} is {} and claims nothing", row.id, row.state.replace('_', " ")))
                }
                None => Availability::Yes,
            };
        }
        let Some(verb) = verb_of(act) else { return Availability::Yes };
        if act == Act::DealTake && row.reviewer.as_ref().is_some_and(|(reviewer, _)| *reviewer == self.station.me) {
            return Availability::no(format!("you review {} already", row.id));
        }
        let is_known = |detail: &&DealDetail| detail.deal.id == row.id && detail.deal.version == row.version;
        availability(match self.detail().map(|story| &story.detail).filter(is_known) {
            Some(detail) => possible(&detail.deal, verb).and_then(|()| match &detail.no_extension {
                Some(why) if verb == DealVerb::Extend => Err(why.clone()),
                _ => Ok(()),
            }),
            None => possible(&sketch(row), verb),
        })
    }

    fn case_possible(&self, act: Act, row: &DealRow) -> Availability {
        // It is about the conflict that is read, whatever is marked in the table.
        let Some(story) = self.story() else { return Availability::no("the dossier is not loaded yet") };
        let Some(known) = &story.case else { return Availability::no(format!("{} is in no conflict", row.id)) };
        let (case, parties) = (&known.detail.case, known.detail.deals.iter());
        let Some(verb) = cases::verb_of(act, case) else { return Availability::Yes };
        if act == Act::CaseVoid && verb == CaseVerb::Overturn {
            return Availability::no(cases::NO_VOID_ON_APPEAL);
        }
        if act == Act::CaseReassign && known.detail.judges.is_empty() && possible_case(case, verb).is_ok() {
            return Availability::no(format!("there is nobody else who may decide about {}", case.id));
        }
        let judges = matches!(verb, CaseVerb::TakeReview | CaseVerb::Decide | CaseVerb::Uphold | CaseVerb::Overturn);
        availability(
            possible_case(case, verb).and_then(|()| if judges { may_judge(case, parties, self.station.me, "you") } else { Ok(()) }),
        )
    }

    /// Asks for the object of a verb, or carries it out.
    pub(super) fn begin_verb(&mut self, act: Act, targets: &[Target], cx: &mut C<'_>) {
        if act == Act::DealReassign && self.known().colleagues.is_empty() {
            self.want_directory(cx);
        } else if let Some(command) = self.plain_case_command(act) {
            self.submit(act, vec![Order { command, targets: targets.to_vec() }], cx);
        } else if act == Act::DealConflict && targets.len() > 1 {
            self.plan(act, vec![Order { command: Command::OpenConflict { with: Vec::new() }, targets: targets.to_vec() }], cx);
        } else if forms::needs_facts(act) {
            self.want_facts(act, targets, cx);
        } else if forms::asks(act) || cases::asks(act) {
            self.ask(cx, None);
        } else {
            self.submit(act, orders(targets, |_| Command::Deal(plain(act))), cx);
        }
    }

    fn want_facts(&mut self, act: Act, targets: &[Target], cx: &mut C<'_>) {
        if let Some(first) = targets.first() {
            self.own.facts = None;
            cx.run(Effect::Own(Ask::Facts { id: first.id, customers: act == Act::DealMatch }));
        }
    }

    pub(super) fn facts_came(&mut self, id: DealId, result: Result<Option<Box<Facts>>, String>, cx: &mut C<'_>) {
        let waiting =
            self.asked().is_some_and(|asked| forms::needs_facts(asked.act) && asked.targets.first().is_some_and(|target| target.id == id));
        match result {
            Ok(Some(facts)) if waiting && facts.customers.is_empty() && self.asked().is_some_and(|asked| asked.act == Act::DealMatch) => {
                cx.say(format!(
                    "{id} can't be matched: the directory has no account yet; `pilothouse import accounts FILE` brings them in"
                ));
            }
            Ok(Some(facts)) if waiting => {
                let extends = self.asked().is_some_and(|asked| asked.act == Act::DealExtend);
                if let Some(why) = facts.detail.no_extension.clone().filter(|_| extends)
                    && let Availability::No(why) = availability(Err(why))
                {
                    return cx.say(why);
                }
                self.own.facts = Some(facts);
                let refused = self.own.refusal.take();
                self.ask(cx, refused);
            }
            Ok(_) => {}
            Err(why) => cx.fail(format!("{id} was not loaded: {why}")),
        }
    }

    pub(super) fn ask_verb_again(&mut self, sentence: String, cx: &mut C<'_>) {
        if self.asked().is_some_and(|asked| cases::is_verb(asked.act)) {
            // The form comes back about the dossier as it is now, not as it was.
            self.own.refusal = Some(sentence);
            self.forget_story();
            return;
        }
        let first = self.asked().filter(|asked| forms::needs_facts(asked.act)).and_then(|asked| asked.targets.first());
        match first.map(|target| target.id) {
            // It may have changed meanwhile.
            Some(id) => {
                self.own.refusal = Some(sentence);
                let customers = self.asked().is_some_and(|asked| asked.act == Act::DealMatch);
                cx.run(Effect::Own(Ask::Facts { id, customers }));
            }
            None => self.ask(cx, Some(sentence)),
        }
    }

    /// The dossier has come for which a refused form waits.
    pub(super) fn ask_case_again(&mut self, cx: &mut C<'_>) {
        if self.asked().is_some_and(|asked| cases::is_verb(asked.act))
            && let Some(refused) = self.own.refusal.take()
        {
            self.ask(cx, Some(refused));
        }
    }

    /// A conflict is decided from its dossier, whatever is marked in the table; a form about one registration's own fields
    /// is about one.
    pub(super) fn part(&self, act: Act, targets: Vec<Target>) -> Result<Parted<DealTrade>, String> {
        if cases::is_verb(act) {
            let selected = self.selected().ok_or_else(|| "there is no registration under the cursor".to_owned())?;
            return Ok((vec![Target { id: selected, seen: None, extra: () }], Vec::new()));
        }
        if targets.len() > 1 && forms::is_about_one(act) {
            return Err(format!("{} one registration at a time: esc forgets the marks", act.row().label));
        }
        Ok((targets, Vec::new()))
    }
}

fn availability(outcome: Result<(), Refusal>) -> Availability {
    match outcome {
        Ok(()) => Availability::Yes,
        Err(Refusal::NotNow { why, .. } | Refusal::CaseNotNow { why, .. }) => Availability::No(why),
        Err(refusal) => Availability::No(refusal.to_string()),
    }
}

/// The verbs that a registration most likely needs.
pub(super) fn useful(row: &DealRow) -> Vec<Act> {
    let mut acts: Vec<Act> = match row.state {
        _ if row.dispute.is_some() => vec![Act::DealDossier],
        "draft" => vec![Act::DealSubmit, Act::DealEdit, Act::DealMatch],
        // The same for all stages in which we decide, some dimmed: a move of the cursor re-sends little.
        "submitted" | "under_review" | "pending_approval" => {
            vec![Act::DealApprove, Act::DealReject, Act::DealAsk, Act::DealSend, Act::DealMatch, Act::DealHold]
        }
        "action_required" => vec![Act::DealEdit, Act::DealResubmit],
        "approved" => vec![Act::DealExtend, Act::DealWin, Act::DealLose, Act::DealAttach],
        _ => Vec::new(),
    };
    acts.extend([Act::DealWhy, Act::DealNote, Act::DealTake]);
    acts
}

/// The command of a verb that needs no object but the registration.
const fn plain(act: Act) -> DealCommand {
    match act {
        Act::DealSubmit => DealCommand::Submit,
        Act::DealTake => DealCommand::TakeReview,
        Act::DealResubmit => DealCommand::Resubmit,
        Act::DealSend => DealCommand::SendForApproval,
        Act::DealApprove => DealCommand::Approve,
        Act::DealWithdraw => DealCommand::Withdraw,
        Act::DealExpire => DealCommand::Expire,
        Act::DealRelease => DealCommand::Release,
        Act::DealSettle => DealCommand::Settle,
        Act::DealClock => DealCommand::RecomputeClock,
        _ => DealCommand::Undo,
    }
}

fn is_claim(state: &str) -> bool {
    matches!(state, "submitted" | "under_review" | "action_required" | "pending_approval" | "approved" | "won")
}

/// What a row tells of its registration, as far as it matters for what is possible: the rules stay in one place.
fn sketch(row: &DealRow) -> Registration {
    let at = row.received_at;
    Registration {
        id: row.id,
        version: row.version,
        created_at: at,
        updated_at: at,
        partner: row.partner.0,
        details: crate::domain::deal::Details::default(),
        source_says: Vec::new(),
        contact_is_ours: false,
        account: None,
        source_lead: None,
        state: state(row.state, row.reviewer.as_ref().map_or(OperatorId(0), |(id, _)| *id), at),
        submitted_at: None,
        place: None,
        clock: row.clock_started.map(|at| some_clock(ClockKind::Decide, at)),
        clocks: 1,
        hold: row.held.map(|reason| Hold { reason, since: at, earlier: None }),
        waiting_since: None,
        waited: Span::ZERO,
        dispute: None,
        documents: Vec::new(),
        requesters: BTreeSet::new(),
        escalation: row.escalated.map(|severity| Escalation { severity, cause: EscalationCause::Breach, since: at }),
        breaches: 0,
        erased: false,
    }
}

fn state(name: &str, reviewer: OperatorId, at: Instant) -> DealState {
    let protection = Protection { from: NaiveDate::MIN, granted: 0, held: 0, extensions: 0, until: at, paused_on: None };
    let approval = crate::domain::deal::Approval { at, protection, share: None };
    match name {
        "submitted" => DealState::Submitted,
        "under_review" => DealState::UnderReview { reviewer },
        "action_required" => DealState::ActionRequired { fields: BTreeSet::new(), asked_by: reviewer, asked_at: at },
        "pending_approval" => DealState::PendingApproval { reviewer },
        "approved" => DealState::Approved { approval },
        "won" => DealState::Won { approval, at, on: NaiveDate::MIN, value: None },
        "lost" => DealState::Lost { approval, at, reason: crate::domain::deal::LossReason::Other },
        "expired" => DealState::Expired { approval, at },
        "withdrawn" => DealState::Withdrawn { at, approval: None },
        "rejected" => DealState::Rejected { at, reason: RejectReason::Duplicate, of: None, overruled: None },
        _ => DealState::Draft,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::{ACTIONS, Action};

    #[test]
    fn every_verb_of_a_registration_has_an_action() {
        let verbs: BTreeSet<DealVerb> = ACTIONS.iter().filter_map(|action| verb_of(action.id)).collect();
        // A registration is made of a lead in the lead room.
        let missing: Vec<DealVerb> = DealVerb::ALL.into_iter().filter(|verb| !verbs.contains(verb)).collect();
        assert_eq!(missing, [DealVerb::Register]);
        assert!(ACTIONS.iter().filter(|action| is_verb(action.id)).all(Action::is_verb));
    }

    #[test]
    fn a_row_stands_for_the_state_that_it_names() {
        for name in DealState::NAMES {
            assert_eq!(state(name, OperatorId(1), Instant::from_micros(0)).name(), name);
        }
    }
}
