//! What can be done about a conflict from its dossier: the forms of its verbs, and what their values mean.

use super::{
    Answer, Command, DealRoom, Happening,
    forms::{choices, given},
    words,
};
use crate::{
    domain::{
        deal::{
            ContentHash, DisputePhase, RejectReason,
            conflict::{CaseCommand, CaseState, CaseVerb, ConflictCase, ShareError, Shares, Verdict},
            dossier::{Dossier, PartySummary},
        },
        escalation::Severity,
        id::{ConflictId, DealId, OperatorId},
        text::Text,
        told::Names,
    },
    tui::{
        action::Act,
        room::FieldError,
        widgets::form::{Choice, Field, Form, Kind, Value},
    },
};

/// What the domain says of it: the key is dimmed for the same reason.
pub(super) const NO_VOID_ON_APPEAL: &str = "a decision is overturned by another; only the first can find no conflict";

/// The verb of an action on a conflict in this state: a decision under appeal upholds or overturns the one before.
pub(super) fn verb_of(act: Act, case: &ConflictCase) -> Option<CaseVerb> {
    let appealed = matches!(case.state, CaseState::Appealed { .. });
    Some(match act {
        Act::CaseAward | Act::CaseSplit | Act::CaseRejectAll | Act::CaseVoid if appealed => CaseVerb::Overturn,
        Act::CaseAward | Act::CaseSplit | Act::CaseRejectAll | Act::CaseVoid => CaseVerb::Decide,
        Act::CaseUphold => CaseVerb::Uphold,
        Act::CaseEvidence => CaseVerb::Open,
        Act::CaseReview => CaseVerb::CloseEvidence,
        Act::CaseTake => CaseVerb::TakeReview,
        Act::CaseReassign => CaseVerb::Reassign,
        Act::CaseJoin => CaseVerb::Join,
        Act::CaseNotify => CaseVerb::Notify,
        Act::CaseAppeal => CaseVerb::Appeal,
        Act::CaseClose => CaseVerb::Close,
        Act::CaseNote => CaseVerb::Note,
        Act::CaseEscalate => CaseVerb::Escalate,
        Act::CaseSettle => CaseVerb::Settle,
        _ => return None,
    })
}

pub(super) const fn is_verb(act: Act) -> bool {
    asks(act)
        || matches!(
            act,
            Act::CaseVoid
                | Act::CaseUphold
                | Act::CaseEvidence
                | Act::CaseReview
                | Act::CaseTake
                | Act::CaseNotify
                | Act::CaseClose
                | Act::CaseSettle
        )
}

/// Whether a verb asks for more than the conflict.
pub(super) const fn asks(act: Act) -> bool {
    matches!(
        act,
        Act::CaseAward
            | Act::CaseSplit
            | Act::CaseRejectAll
            | Act::CaseReassign
            | Act::CaseJoin
            | Act::CaseAppeal
            | Act::CaseNote
            | Act::CaseEscalate
    )
}

/// What happened in a conflict: `C-2: awarded to D-5`.
pub(super) fn summary(act: Act, answers: &[Answer], names: &Names) -> Option<String> {
    if !is_verb(act) && act != Act::DealConflict {
        return None;
    }
    let happened = answers.iter().find_map(|answer| answer.result.as_ref().ok().filter(|done| is_of_case(&done.events)))?;
    let told: Vec<Happening> = happened.events.iter().filter(|event| matches!(event, Happening::Case(_))).cloned().collect();
    let case = happened.record.dispute.map_or_else(|| "the conflict".to_owned(), |dispute| dispute.case.to_string());
    Some(format!("{case}: {}", words::outcome(&told, names)))
}

fn is_of_case(events: &[Happening]) -> bool {
    events.iter().any(|event| matches!(event, Happening::Case(_)))
}

/// The verbs that a conflict most likely needs.
pub(super) fn useful(case: &ConflictCase) -> Vec<Act> {
    let mut acts = match &case.state {
        CaseState::Flagged | CaseState::Evidence => vec![Act::CaseReview, Act::CaseJoin],
        CaseState::Review { .. } => vec![Act::CaseAward, Act::CaseSplit, Act::CaseRejectAll, Act::CaseVoid, Act::CaseTake],
        CaseState::Decided => vec![Act::CaseNotify],
        CaseState::Notified => vec![Act::CaseAppeal],
        CaseState::Appealed { .. } => vec![Act::CaseUphold, Act::CaseAward, Act::CaseSplit, Act::CaseRejectAll, Act::CaseTake],
        CaseState::Upheld | CaseState::Overturned => vec![Act::CaseClose],
        CaseState::Closed { .. } => Vec::new(),
    };
    acts.push(Act::CaseNote);
    acts
}

impl DealRoom {
    /// The command of a verb that needs no object but the conflict under the cursor.
    pub(super) fn plain_case_command(&self, act: Act) -> Option<Command> {
        let seen = self.evidence_seen();
        let command = match act {
            Act::CaseVoid => self.decided(Verdict::Void)?,
            Act::CaseUphold => CaseCommand::Uphold { seen: seen? },
            Act::CaseEvidence => CaseCommand::Open,
            Act::CaseReview => CaseCommand::CloseEvidence,
            Act::CaseTake => CaseCommand::TakeReview,
            Act::CaseNotify => CaseCommand::Notify,
            Act::CaseClose => CaseCommand::Close,
            Act::CaseSettle => CaseCommand::Settle,
            _ => return None,
        };
        self.on_case(command)
    }

    /// On the version of the conflict that is on the screen.
    fn on_case(&self, command: CaseCommand) -> Option<Command> {
        let case = &self.case_story()?.dossier.case;
        Some(Command::Case { case: case.id, command, seen: Some(case.version) })
    }

    /// The evidence that is on the screen: a decision about another set is refused.
    fn evidence_seen(&self) -> Option<ContentHash> {
        Some(self.case_story()?.dossier.dossier.evidence.hash)
    }

    /// The first decision, or another one under appeal.
    fn decided(&self, verdict: Verdict) -> Option<CaseCommand> {
        let (case, seen) = (&self.case_story()?.dossier.case, self.evidence_seen()?);
        Some(match case.state {
            CaseState::Appealed { .. } => CaseCommand::Overturn { verdict, seen },
            _ => CaseCommand::Decide { verdict, seen },
        })
    }

    /// `C-2, partner against partner`.
    pub(super) fn case_subject(&self, act: Act) -> Option<String> {
        let case = &self.case_story().filter(|_| is_verb(act))?.dossier.case;
        Some(format!("{}, {}", case.id, case.kind().doc()))
    }

    /// A party by its partner: the customer is the same for all.
    pub(super) fn case_party(&self, act: Act, deal: DealId) -> Option<String> {
        let dossier = &self.case_story().filter(|_| is_verb(act))?.dossier.dossier;
        Some(name(dossier, deal))
    }

    /// That a verb on the conflict that is read does nothing with what is marked in the table.
    pub(super) fn marks_that_stay(&self, act: Act) -> Option<String> {
        match self.marked_elsewhere() {
            0 => None,
            _ if !is_verb(act) => None,
            1 => Some("1 mark stays".to_owned()),
            many => Some(format!("{many} marks stay")),
        }
    }

    /// The same as a form or a plan says it: `About C-2 only; 3 marks stay.`
    fn about_marks(&self, act: Act) -> Option<String> {
        let marks = self.marks_that_stay(act)?;
        Some(format!("About {} only; {marks}.", self.case_story()?.dossier.case.id))
    }

    /// Who may review it: others first, oneself last.
    fn judges(&self) -> Vec<&(OperatorId, Text)> {
        let all = self.case_story().map(|story| story.detail.judges.as_slice()).unwrap_or_default();
        let (own, others): (Vec<_>, Vec<_>) = all.iter().partition(|(id, _)| *id == self.station.me);
        others.into_iter().chain(own).collect()
    }

    pub(super) fn case_form(&self, act: Act) -> Option<Form> {
        let form = self.form_of_case(act)?;
        Some(match self.about_marks(act) {
            Some(sentence) => form.about(sentence),
            None => form,
        })
    }

    fn form_of_case(&self, act: Act) -> Option<Form> {
        let story = self.case_story()?;
        let (case, dossier) = (&story.dossier.case, &story.dossier.dossier);
        let about = format!("{}, {}", case.id, case.kind().doc());
        let overturn = if matches!(case.state, CaseState::Appealed { .. }) { " on appeal" } else { "" };
        Some(match act {
            Act::CaseAward => {
                let mut field = Field::choice("winner", dossier.contenders().map(|party| party_choice(dossier, party)).collect());
                let favoured = dossier.recommendation.favours;
                if let Kind::Choice { chosen, .. } = &mut field.kind {
                    *chosen = dossier.contenders().position(|party| Some(party.deal) == favoured).unwrap_or(0);
                }
                Form::new(format!("Award {about}{overturn}"), "award")
                    .about("The winner is protected, the others give way and are told; the evidence on the screen is pinned.")
                    .field(field)
            }
            Act::CaseSplit => Form::new(format!("Split {about}{overturn}"), "split")
                .about("The largest share holds the protection for all; whoever is not named gives way.")
                .field(Field::text("shares", even_shares(dossier)).hint("D-12 60, D-19 40")),
            Act::CaseRejectAll => Form::new(format!("Reject all of {about}{overturn}"), "reject")
                .about("Nobody gets the deal; all are told.")
                .field(Field::choice("reason", given())),
            Act::CaseReassign => {
                Form::new(format!("Who reviews {about}?"), "hand over").field(Field::choice("reviewer", self.people(self.judges())))
            }
            Act::CaseJoin => Form::new(format!("Join {about}"), "join")
                .about("The registration is held as the others are, and its partner is asked for evidence.")
                .field(Field::text("registration", "").hint("D-12")),
            Act::CaseAppeal => Form::new(format!("Appeal against {about}"), "appeal")
                .about("Somebody who did not decide before looks at it again. The grounds stay in the audit chain: leave names out of it.")
                .field(self.appealing(dossier))
                .field(Field::text("grounds", "").hint("why the party does not accept it")),
            Act::CaseEscalate => Form::new(format!("Escalate {about}"), "escalate")
                .field(Field::choice("severity", choices!(Severity)))
                .field(Field::text("reason", "").hint("what whoever looks at it has to know")),
            Act::CaseNote => Form::new(format!("Note on {about}"), "save")
                .field(Field::note("note", "").hint("several lines; C-s saves, C-o opens your editor")),
            _ => return None,
        })
    }

    /// Whose appeal it is: of the registration that is read, as far as it did not win.
    fn appealing(&self, dossier: &Dossier) -> Field {
        let winner = self.case_story().and_then(|story| story.dossier.case.decision()?.verdict.principal());
        let lost = |deal: &DealId| Some(*deal) != winner;
        let read = self.selected().filter(lost);
        let mut field = Field::choice("party", dossier.parties.iter().map(|party| party_choice(dossier, party)).collect());
        if let Kind::Choice { chosen, .. } = &mut field.kind {
            let of = |wanted: &dyn Fn(DealId) -> bool| dossier.parties.iter().position(|party| wanted(party.deal));
            *chosen = of(&|deal| Some(deal) == read).or_else(|| of(&|deal| lost(&deal))).unwrap_or(0);
        }
        field
    }

    /// What will happen with these values, or which is wrong.
    pub(super) fn check_case(&self, act: Act, values: &[Value]) -> Result<String, FieldError> {
        let error = |field: usize, message: String| Err(FieldError { field, message });
        let Some(story) = self.case_story() else { return error(0, "the dossier is not loaded".to_owned()) };
        let dossier = &story.dossier.dossier;
        let text = |index: usize| values.get(index).map_or("", Value::text);
        match act {
            Act::CaseAward | Act::CaseSplit | Act::CaseRejectAll => match verdict(act, dossier, values) {
                Ok(verdict) => Ok(about_verdict(dossier, &verdict)),
                Err(message) => error(0, message),
            },
            Act::CaseJoin => match text(0).parse::<DealId>() {
                Ok(id) if story.dossier.case.has(id) => error(0, format!("{id} is a party already")),
                Ok(_) => Ok(String::new()),
                Err(message) => error(0, message),
            },
            Act::CaseAppeal if text(1).is_empty() => error(1, "an appeal needs its grounds".to_owned()),
            Act::CaseEscalate if text(1).is_empty() => error(1, "an escalation needs a reason".to_owned()),
            Act::CaseNote if text(0).trim().is_empty() => error(0, "a note needs some text".to_owned()),
            _ => Ok(String::new()),
        }
    }

    pub(super) fn case_command(&self, act: Act, values: &[Value]) -> Option<Command> {
        let dossier = &self.case_story()?.dossier.dossier;
        let chosen = values.first().and_then(Value::choice);
        let text = |index: usize| values.get(index).map_or("", Value::text);
        let command = match act {
            Act::CaseAward | Act::CaseSplit | Act::CaseRejectAll => self.decided(verdict(act, dossier, values).ok()?)?,
            Act::CaseReassign => CaseCommand::Reassign { reviewer: self.judges().get(chosen?)?.0 },
            Act::CaseJoin => CaseCommand::Join { deal: text(0).parse().ok()? },
            Act::CaseAppeal => CaseCommand::Appeal { by: dossier.parties.get(chosen?)?.deal, grounds: Text::clean(text(1)) },
            Act::CaseEscalate => CaseCommand::Escalate { severity: *Severity::ALL.get(chosen?)?, reason: Text::clean(text(1)) },
            Act::CaseNote => CaseCommand::Note { text: Text::clean(&words::note_from_lines(text(0))) },
            _ => return None,
        };
        self.on_case(command)
    }

    /// What a plan about the conflict should say beside the outcome.
    pub(super) fn about_case_plan(&self, act: Act) -> Option<String> {
        let said: Vec<String> = self.about_outcome(act).into_iter().chain(self.about_marks(act)).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }

    /// The conflict of a registration in the table that nobody has decided yet.
    pub(super) fn open_case(&self, of: DealId) -> Option<ConflictId> {
        self.row(of)?.dispute.filter(|(_, phase)| *phase == DisputePhase::Open).map(|(case, _)| case)
    }

    fn about_outcome(&self, act: Act) -> Option<String> {
        if act == Act::DealWithdraw {
            let case = self.open_case(self.selected()?)?;
            return Some(format!("It is a party of {case}: where only one other is left, the conflict ends and that one goes on at once."));
        }
        let dossier = &self.case_story()?.dossier.dossier;
        match act {
            Act::CaseVoid => Some(about_verdict(dossier, &Verdict::Void)).filter(|said| !said.is_empty()),
            Act::CaseUphold => {
                let decision = self.case_story()?.dossier.case.decision()?;
                Some(format!("It stays: {}", decision.verdict.sentence(&|deal| name(dossier, deal))))
            }
            _ => None,
        }
    }
}

/// `D-12 Acme`.
fn name(dossier: &Dossier, deal: DealId) -> String {
    let party = dossier.parties.iter().find(|party| party.deal == deal);
    party.map_or_else(|| deal.to_string(), |party| format!("{deal} {}", party.partner_name))
}

/// Whether a verdict goes against precedents or the rules: said while it is being made.
fn about_verdict(dossier: &Dossier, verdict: &Verdict) -> String {
    let mut told = Vec::new();
    if let Some(against) = dossier.against(verdict) {
        told.push(format!("! {}", against.sentence()));
    }
    if let (Some(favoured), Some(winner)) = (dossier.recommendation.favours, verdict.principal())
        && favoured != winner
    {
        let clause = dossier.recommendation.deciding.map_or("", crate::domain::program::Clause::doc);
        told.push(format!("the rules favour {favoured}: {clause}"));
    }
    told.join("; ")
}

fn party_choice(dossier: &Dossier, party: &PartySummary) -> Choice {
    let mut doc = format!("weight {}", party.weight);
    if Some(party.deal) == dossier.recommendation.favours {
        doc = format!("{doc}, recommended");
    }
    if let Some(against) = dossier.against(&Verdict::Award { winner: party.deal }) {
        doc = format!("{doc}  ! against {} of {} precedents", against.against, against.of);
    }
    Choice::new(name(dossier, party.deal), doc)
}

/// All alike, to begin with: `D-12 50.00, D-19 50.00`.
fn even_shares(dossier: &Dossier) -> String {
    let deals: Vec<DealId> = dossier.contenders().map(|party| party.deal).collect();
    let shares = Shares::even(&deals).ok();
    let told = shares.iter().flat_map(Shares::iter).map(|(deal, bp)| format!("{deal} {}.{:02}", bp / 100, bp % 100));
    told.collect::<Vec<_>>().join(", ")
}

fn verdict(act: Act, dossier: &Dossier, values: &[Value]) -> Result<Verdict, String> {
    let chosen = values.first().and_then(Value::choice);
    let missing = || "nothing was chosen".to_owned();
    match act {
        Act::CaseAward => {
            let winner = chosen.and_then(|at| dossier.contenders().nth(at)).map(|party| party.deal).ok_or_else(missing)?;
            Ok(Verdict::Award { winner })
        }
        Act::CaseRejectAll => {
            let reason = chosen.and_then(|at| RejectReason::GIVEN.get(at)).copied().ok_or_else(missing)?;
            Ok(Verdict::RejectAll { reason })
        }
        _ => {
            let shares = shares(values.first().map_or("", Value::text))?;
            let stranger = shares.iter().find(|(deal, _)| !dossier.parties.iter().any(|party| party.deal == *deal));
            match stranger {
                Some((deal, _)) => Err(format!("{deal} is no party of this conflict")),
                None => Ok(Verdict::Split { shares }),
            }
        }
    }
}

/// `D-12 60, D-19 40 %`: percent with at most two decimals, 100.00 together.
pub(super) fn shares(text: &str) -> Result<Shares, String> {
    let mut all = Vec::new();
    for item in text.split([',', ';']).map(str::trim).filter(|item| !item.is_empty()) {
        let (deal, percent) = item.split_once(char::is_whitespace).ok_or_else(|| format!("`{item}` names no share: write D-12 60"))?;
        let deal: DealId = deal.parse()?;
        all.push((
            deal,
            basis_points(percent.trim().trim_end_matches('%').trim()).ok_or_else(|| format!("`{percent}` is not a share: write 33.34"))?,
        ));
    }
    Shares::new(all).map_err(|error: ShareError| error.to_string())
}

/// `33.34` as 3334; nothing for what is no such number.
fn basis_points(text: &str) -> Option<u16> {
    let (whole, cents) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || cents.len() > 2 || !digits(whole) || !digits(cents) {
        return None;
    }
    let cents: u16 = format!("{cents:0<2}").parse().ok()?;
    whole.parse::<u16>().ok()?.checked_mul(100)?.checked_add(cents)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::action::{ACTIONS, Context};
    use std::collections::BTreeSet;

    #[test]
    fn shares_are_percent_and_come_to_the_whole() {
        let read = |text: &str| shares(text).map(|shares| shares.to_string());
        assert_eq!(read("D-1 60, D-2 40"), Ok("D-1 60.00 %, D-2 40.00 %".to_owned()));
        assert_eq!(read("D-1 33.34 %, D-2 33.33; D-3 33.33"), Ok("D-1 33.34 %, D-2 33.33 %, D-3 33.33 %".to_owned()));
        assert_eq!(read("D-1 60, D-2 39.9"), Err("the shares come to 99.90 %, not to 100 %".to_owned()));
        assert_eq!(read("D-1 100"), Err("a deal is shared by at least two".to_owned()));
        assert_eq!(read("D-1 50, D-1 50"), Err("D-1 stands twice".to_owned()));
        assert_eq!(read("D-1 0, D-2 100"), Err("D-1 has a share of nothing; leave it out".to_owned()));
        assert_eq!(read("D-1 33.333, D-2 66.667"), Err("`33.333` is not a share: write 33.34".to_owned()));
        assert_eq!(read("D-1 -5, D-2 105"), Err("`-5` is not a share: write 33.34".to_owned()));
        assert_eq!(read("D-1"), Err("`D-1` names no share: write D-12 60".to_owned()));
    }

    #[test]
    fn every_action_of_the_dossier_is_a_verb_on_a_conflict() {
        let own: BTreeSet<Act> = ACTIONS.iter().filter(|action| action.context == Context::Dossier).map(|action| action.id).collect();
        let verbs: BTreeSet<Act> = ACTIONS.iter().map(|action| action.id).filter(|act| is_verb(*act)).collect();
        assert_eq!(own, verbs);
    }
}
