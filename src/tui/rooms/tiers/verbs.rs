//! An action becomes a command, or a question first.

use super::{C, Command, Target, TierRoom, TierTrade, contacts, forms, lines, status, steps};
use crate::{
    domain::{
        id::OperatorId,
        partner::PartnerStatus,
        text::Text,
        tier::{
            desk::DeskId,
            queue::TierLine,
            standing::{Refusal, StandingCommand, StandingVerb},
        },
    },
    tui::{
        action::{Act, Availability},
        furniture::{
            trade::Parted,
            work::{Answer, Effect, orders},
        },
    },
};
use chrono::NaiveDate;

/// The domain's verb of an action.
pub const fn verb_of(act: Act) -> Option<StandingVerb> {
    Some(match act {
        Act::TierApprove => StandingVerb::Approve,
        Act::TierReject => StandingVerb::Reject,
        Act::TierDefer => StandingVerb::Defer,
        Act::TierPropose => StandingVerb::Propose,
        Act::TierPlan => StandingVerb::OpenPlan,
        Act::TierTake | Act::TierReassign => StandingVerb::Assign,
        Act::TierAdvance => StandingVerb::Advance,
        Act::TierClosePlan => StandingVerb::ClosePlan,
        Act::TierRate => StandingVerb::Rate,
        Act::TierAcquire => StandingVerb::Acquire,
        Act::Undo => StandingVerb::Undo,
        _ => return None,
    })
}

pub fn is_verb(act: Act) -> bool {
    verb_of(act).is_some()
        || act == Act::TierEvaluate
        || lines::is_verb(act)
        || status::is_verb(act)
        || steps::is_verb(act)
        || contacts::is_verb(act)
}

/// Whether a verb means something for a partner that stands so; the decision says what else speaks against it.
pub fn possible(act: Act, row: &TierLine, me: OperatorId) -> Availability {
    let standing = row.standing.as_deref();
    let proposal = standing.and_then(|standing| standing.proposal.as_ref());
    let plan = standing.and_then(|standing| standing.plan.as_ref());
    let name = &row.name;
    match act {
        _ if lines::is_verb(act) => Availability::no(lines::no_line(name)),
        _ if status::is_verb(act) => status::possible(act, row),
        _ if steps::is_verb(act) => steps::possible(act, row),
        Act::TierApprove | Act::TierReject | Act::TierDefer => match proposal {
            None => Availability::no(format!("no change of tier is proposed for {name}")),
            Some(proposal) if proposal.is_approved() => Availability::no(format!("the change to {} is approved already", proposal.to)),
            Some(_) => Availability::Yes,
        },
        Act::TierPropose => match proposal {
            Some(proposal) => Availability::no(format!("a change to {} is {} already", proposal.to, proposal.state_name())),
            None => Availability::Yes,
        },
        // One that has none any more may still take back that it was acquired.
        Act::TierAcquire if !row.has_parent && standing.is_none_or(|standing| standing.acquired_on.is_none()) => {
            Availability::no(format!("{name} has no parent that could have acquired it"))
        }
        Act::TierPlan if plan.is_some() => Availability::no(format!("{name} has a remediation plan")),
        Act::TierPlan if standing.is_none() => Availability::no(format!("{name} was not audited yet")),
        Act::TierTake if plan.is_some_and(|plan| plan.owner == Some(me)) => {
            Availability::no(format!("you look after the plan of {name} already"))
        }
        Act::TierTake | Act::TierReassign | Act::TierAdvance | Act::TierClosePlan if plan.is_none() => {
            Availability::no(format!("{name} has no remediation plan"))
        }
        _ => Availability::Yes,
    }
}

/// Of marked records of both kinds those for which the verb means nothing are put aside, and named in the plan.
pub fn part(act: Act, targets: Vec<Target>) -> Result<Parted<TierTrade>, String> {
    let is_of_lines = lines::is_verb(act);
    let (able, unable): (Vec<Target>, Vec<Target>) = targets.into_iter().partition(|target| target.id.line().is_some() == is_of_lines);
    let why = |id: DeskId| match id {
        DeskId::Partner(id) => lines::no_line(&id.to_string()),
        DeskId::Line(id) => lines::no_partner(id),
    };
    if able.is_empty() {
        return Err(unable.first().map_or_else(String::new, |target| why(target.id)));
    }
    let aside = unable.into_iter().map(|target| Answer { id: target.id, result: Err(Refusal::invalid(why(target.id))) });
    Ok((able, aside.collect()))
}

/// The verbs that a partner most likely needs.
pub fn useful(row: &TierLine) -> Vec<Act> {
    let standing = row.standing.as_deref();
    let mut acts = Vec::new();
    if standing.and_then(|standing| standing.proposal.as_ref()).is_some_and(|proposal| !proposal.is_approved()) {
        acts.extend([Act::TierApprove, Act::TierReject, Act::TierDefer]);
    }
    match standing {
        Some(standing) if standing.plan.is_some() => acts.extend([Act::TierAdvance, Act::TierTake, Act::TierClosePlan]),
        Some(standing) if standing.failed().is_some() => acts.push(Act::TierPlan),
        _ => {}
    }
    match row.status {
        PartnerStatus::Suspended => acts.insert(0, Act::PartnerReinstate),
        PartnerStatus::Onboarding => drop(acts.splice(0..0, [Act::PartnerTick, Act::PartnerActivate])),
        PartnerStatus::Offboarded => acts.insert(0, Act::PartnerActivate),
        PartnerStatus::Active => {}
    }
    acts.extend([Act::TierEvaluate, Act::TierRate, Act::TierPropose]);
    acts
}

impl TierRoom {
    /// Asks for the object of a verb, or carries it out; a change of tier shows first what it means.
    pub(super) fn begin_verb(&mut self, act: Act, targets: &[Target], cx: &mut C<'_>) {
        if contacts::is_verb(act) {
            return self.begin_contact(act, targets, cx);
        }
        if act == Act::TierEvaluate || forms::needs_program(act) {
            return cx.run(Effect::Own(super::Ask::Program));
        }
        if act == Act::TierReassign && self.known().colleagues.is_empty() {
            return self.want_directory(cx);
        }
        if act == Act::LineCorrect {
            let rows = targets.iter().filter_map(|target| Some(&self.row(target.id)?.as_waiting()?.correction));
            self.own.correcting = lines::forms::fields(&rows.collect::<Vec<_>>());
        }
        let asks = forms::asks(act) && (act != Act::PartnerActivate || self.any_onboarding(targets));
        if asks {
            return self.ask(cx, None);
        }
        if status::is_verb(act) {
            return self.submit(act, self.status_orders(act, &Text::default(), targets), cx);
        }
        let me = self.station.me;
        self.submit(act, orders(targets, |_| Command::Verb(Box::new(plain(act, me)))), cx);
    }

    /// What the program says has come: the audit is made, or the form opens.
    pub(super) fn program_came(&mut self, result: Result<(Vec<Text>, NaiveDate), String>, cx: &mut C<'_>) {
        let (tiers, today) = match result {
            Ok(program) => program,
            Err(why) => return cx.fail(format!("the program was not loaded: {why}")),
        };
        self.own.tiers = tiers;
        let Some(asked) = self.asked() else { return };
        let (act, targets) = (asked.act, asked.targets.clone());
        if act == Act::TierEvaluate {
            self.submit(act, orders(&targets, |_| Command::Evaluate { day: today }), cx);
        } else if forms::needs_program(act) {
            self.ask(cx, None);
        }
    }
}

/// The command of an action that needs no object.
const fn plain(act: Act, me: OperatorId) -> StandingCommand {
    match act {
        Act::TierApprove => StandingCommand::Approve { on: None },
        Act::TierPlan => StandingCommand::OpenPlan { owner: Some(me) },
        Act::TierTake => StandingCommand::Assign { owner: me },
        _ => StandingCommand::Undo,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::ACTIONS;

    #[test]
    fn every_verb_of_the_desk_has_an_action() {
        let verbs: std::collections::BTreeSet<_> = ACTIONS.iter().filter_map(|action| verb_of(action.id)).collect();
        assert_eq!(verbs.len(), StandingVerb::ALL.len(), "{verbs:?}");
    }
}
