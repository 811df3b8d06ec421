//! The forms of the verbs that need more than a lead, and what their values mean.

use super::{Ask, C, LeadRoom, LeadTrade, Order, Target, compare, words};
use crate::{
    app::lead::view::PartnerChoice,
    domain::{
        filter::{Op, When},
        id::LeadId,
        lead::{Consent, ConsentBasis, DeclineReason, DisqualifyReason, LeadCommand, PauseReason, Severity},
        text::Text,
        time::Instant,
    },
    tui::{
        action::Act,
        furniture::{
            Asked,
            work::{Effect, orders},
        },
        room::FieldError,
        widgets::form::{Choice, Field, Form, Kind, Value},
    },
};

/// Whether a verb asks for more than the lead.
pub(super) const fn asks(act: Act) -> bool {
    matches!(
        act,
        Act::LeadAssign
            | Act::LeadDecline
            | Act::LeadPause
            | Act::LeadDisqualify
            | Act::LeadMerge
            | Act::LeadNote
            | Act::LeadEscalate
            | Act::LeadHandOver
            | Act::LeadConsent
            | Act::LeadRescore
            | Act::LeadErase
    )
}

/// Choices from one of the domain's tables of words.
macro_rules! choices {
    ($type:ty) => {
        <$type>::ALL.iter().map(|one| Choice::new(one.doc(), "")).collect()
    };
}

impl LeadRoom {
    pub(super) fn form_of(&self, asked: &Asked<LeadTrade>) -> Option<Form> {
        let about = self.told(&asked.targets);
        Some(match asked.act {
            Act::LeadDecline => Form::new(format!("Decline {about}"), "decline")
                .about("The partner said no; the lead goes to the next one by the rules.")
                .field(Field::choice("reason", choices!(DeclineReason))),
            Act::LeadPause => Form::new(format!("Pause {about}"), "pause")
                .about("The clock stands still and keeps what is left of its business time.")
                .field(Field::choice("reason", choices!(PauseReason)))
                .field(Field::text("until", "").hint("2h, 3d, tomorrow or 2026-03-31; empty: until resumed")),
            Act::LeadDisqualify => {
                Form::new(format!("Disqualify {about}"), "disqualify").field(Field::choice("reason", choices!(DisqualifyReason)))
            }
            Act::LeadEscalate => Form::new(format!("Escalate {about}"), "escalate")
                .about("The reason stays in the audit chain when the person's data is erased: leave names out of it.")
                .field(Field::choice("severity", choices!(Severity)))
                .field(Field::text("reason", "").hint("what whoever looks at it has to know")),
            Act::LeadNote => Form::new(format!("Note on {about}"), "save")
                .field(Field::note("note", "").hint("several lines; C-s saves, C-o opens your editor")),
            Act::LeadConsent => Form::new(format!("Consent for {about}"), "record")
                .about("What the person agreed to, and by which text.")
                .field(Field::choice("basis", consent_choices()))
                .field(Field::text("text", "").hint("the version of the text, such as web-2026-03")),
            Act::LeadRescore => Form::new(format!("Score of {about}"), "save")
                .about("A clock for acceptance gets the time of the new score, less what was used.")
                .field(Field::text("score", self.score_of(&asked.targets)).hint("0 to 100")),
            Act::LeadErase => Form::new(format!("Erase the personal data of {about}"), "erase")
                .about("Name, contact, message and notes are destroyed and cannot come back. What happened stays in the audit chain.")
                .about(format!("Type `{}` to confirm.", erase_words(&asked.targets.iter().map(|target| target.id).collect::<Vec<_>>())))
                .field(Field::text("type", "")),
            Act::LeadHandOver => Form::new(format!("Hand {about} over"), "hand over").field(Field::choice("to", self.colleague_choices())),
            Act::LeadMerge => self.merge_form(&asked.targets),
            Act::LeadAssign => self.assign_form(&asked.targets),
            _ => return None,
        })
    }

    fn score_of(&self, targets: &[Target]) -> String {
        let row = targets.first().and_then(|target| self.row(target.id));
        row.map_or_else(String::new, |row| row.score.to_string())
    }

    fn colleague_choices(&self) -> Vec<Choice> {
        let nobody = Choice::new("nobody", "back to the whole desk");
        let others = self.known().colleagues.iter().filter(|(id, _)| *id != self.station.me);
        others.map(|(_, name)| Choice::new(name.to_string(), "")).chain(std::iter::once(nobody)).collect()
    }

    fn merge_form(&self, targets: &[Target]) -> Form {
        let mut form = Form::new(format!("Merge {}", self.told(targets)), "merge")
            .about("It ends here; the other lead carries on with the stricter consent. Unmerge takes it apart again.");
        let rivals = self.rivals_of(targets);
        if !rivals.is_empty() {
            let choices = rivals.iter().map(|one| {
                let verdict = compare::verdict(one);
                Choice::new(format!("{} {}", one.lead.id, one.lead.called()), verdict)
            });
            return form
                .field(Field::choice("into", choices.collect()))
                .field(Field::text("or lead", "").hint("L-12; empty: the one chosen above"));
        }
        if matches!((targets, self.detail()), ([one], Some(detail)) if detail.lead.id == one.id) {
            form = form.about("Nothing in the database resembles it; give the number of the other lead.");
        }
        form.field(Field::text("into lead", "").hint("such as L-12"))
    }

    fn rivals_of(&self, targets: &[Target]) -> &[crate::app::lead::view::Duplicate] {
        match (targets, self.detail()) {
            ([one], Some(detail)) if detail.lead.id == one.id => &detail.duplicates,
            _ => &[],
        }
    }

    fn assign_form(&self, targets: &[Target]) -> Form {
        let choices: Vec<Choice> = self.own.partners.iter().map(partner_choice).collect();
        let chosen =
            self.own.last_partner.and_then(|last| self.own.partners.iter().position(|one| one.id == last && one.objection.is_none()));
        let mut field = Field::choice("partner", choices);
        if let Kind::Choice { chosen: at, .. } = &mut field.kind {
            *at = chosen.unwrap_or(0);
        }
        let mut form = Form::new(format!("Assign {}", self.told(targets)), "assign")
            .about("The partner gets an offer with a clock of its own. Those that the rules would take stand first; type to find another.");
        if targets.len() > 1 {
            form = form.about("The plan that follows says of each lead whether the rules would have given it to the partner.");
        }
        form.field(field)
    }

    pub(super) fn partners_came(&mut self, leads: &[LeadId], result: Result<Vec<PartnerChoice>, String>, cx: &mut C<'_>) {
        let are_those = |targets: &[Target]| targets.iter().map(|target| target.id).eq(leads.iter().copied());
        let waiting = self.asked().is_some_and(|asked| asked.act == Act::LeadAssign && are_those(&asked.targets));
        match result {
            Ok(partners) if waiting && partners.is_empty() => {
                cx.say("there are no partners yet; `pilothouse import partners` brings them in");
            }
            Ok(partners) if waiting => {
                self.own.partners = partners;
                let refused = self.own.refusal.take();
                self.ask(cx, refused);
            }
            Ok(_) => {}
            Err(why) => cx.fail(format!("the partners were not loaded: {why}")),
        }
    }

    pub(super) fn ask_verb_again(&mut self, sentence: String, cx: &mut C<'_>) {
        let asked = self.asked().filter(|asked| asked.act == Act::LeadAssign);
        match asked.map(|asked| asked.targets.iter().map(|target| target.id).collect()) {
            // The partners may have changed meanwhile.
            Some(leads) => {
                self.own.refusal = Some(sentence);
                cx.run(Effect::Own(Ask::Partners { leads }));
            }
            None => self.ask(cx, Some(sentence)),
        }
    }

    /// What will happen with these values, or which is wrong.
    pub(super) fn check_form(&self, act: Act, leads: &[LeadId], values: &[Value]) -> Result<String, FieldError> {
        let error = |field: usize, message: String| Err(FieldError { field, message });
        let text = |index: usize| values.get(index).map_or("", Value::text);
        let chosen = values.first().and_then(Value::choice);
        match act {
            Act::LeadPause => match self.until(text(1)) {
                Ok(None) => Ok("until somebody resumes it".to_owned()),
                Ok(Some(until)) => Ok(format!("resumes by itself {}", words::moment(until, self.now(), self.station.zone))),
                Err(message) => error(1, message),
            },
            Act::LeadEscalate if text(1).is_empty() => error(1, "an escalation needs a reason".to_owned()),
            Act::LeadNote if text(0).trim().is_empty() => error(0, "a note needs some text".to_owned()),
            Act::LeadRescore => match text(0).parse::<u8>() {
                Ok(score) if score <= 100 => Ok(String::new()),
                _ => error(0, format!("`{}` is not a score from 0 to 100", text(0))),
            },
            Act::LeadErase => {
                let wanted = erase_words(leads);
                if text(0) == wanted { Ok("this cannot be undone".to_owned()) } else { error(0, format!("type `{wanted}` to confirm")) }
            }
            Act::LeadAssign => match chosen.and_then(|at| self.own.partners.get(at)) {
                Some(PartnerChoice { objection: Some(why), .. }) => error(0, why.clone()),
                Some(PartnerChoice { why_not: Some(why), name, .. }) if leads.len() > 1 => {
                    Ok(format!("by the rules {name} would not get {why}"))
                }
                Some(PartnerChoice { why_not: Some(why), name, .. }) => Ok(format!("by the rules {name} would not get it: {why}")),
                Some(_) => Ok(String::new()),
                None => error(0, "choose a partner".to_owned()),
            },
            Act::LeadMerge => {
                let typed = values.last().map_or("", Value::text);
                if typed.is_empty() {
                    if values.len() > 1 {
                        Ok(String::new())
                    } else {
                        error(0, "into which lead? write its number, such as L-12".to_owned())
                    }
                } else {
                    match typed.parse::<LeadId>() {
                        Ok(id) if leads.contains(&id) => error(values.len() - 1, format!("{id} is the same lead")),
                        Ok(id) => Ok(format!("into {id}")),
                        Err(message) => error(values.len() - 1, message),
                    }
                }
            }
            _ => Ok(String::new()),
        }
    }

    /// The end of a pause: a length from now, or the beginning of a day.
    fn until(&self, text: &str) -> Result<Option<Instant>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        let when = When::read(text).map_err(|(what, hint)| format!("`{text}` {what}; {hint}"))?;
        let (from, _) = when.interval(Op::Ge, false, &self.moments());
        match from {
            Some(until) if until > self.now() => Ok(Some(until)),
            _ => Err(format!("`{text}` is not in the future")),
        }
    }

    pub(super) fn orders_of(&mut self, act: Act, values: &[Value], targets: &[Target], now: Instant) -> Option<Vec<Order>> {
        let chosen = values.first().and_then(Value::choice);
        let text = |index: usize| values.get(index).map_or("", Value::text);
        let command = match act {
            Act::LeadDecline => {
                let reason = *DeclineReason::ALL.get(chosen?)?;
                return Some(orders(targets, |target| LeadCommand::Decline { offer: target.extra, reason }));
            }
            Act::LeadPause => LeadCommand::Pause { reason: *PauseReason::ALL.get(chosen?)?, until: self.until(text(1)).ok()? },
            Act::LeadDisqualify => LeadCommand::Disqualify { reason: *DisqualifyReason::ALL.get(chosen?)? },
            Act::LeadEscalate => LeadCommand::Escalate { severity: *Severity::ALL.get(chosen?)?, reason: Text::clean(text(1)) },
            Act::LeadNote => LeadCommand::Note { text: Text::clean(&words::note_from_lines(text(0))) },
            Act::LeadRescore => LeadCommand::Rescore { score: text(0).parse().ok()? },
            Act::LeadErase => LeadCommand::Erase,
            Act::LeadConsent => {
                let basis = *CONSENT.get(chosen?)?;
                LeadCommand::RecordConsent { consent: Consent { basis, text_version: Text::clean(text(1)), at: Some(now) } }
            }
            Act::LeadHandOver => {
                let others: Vec<_> = self.known().colleagues.iter().map(|(id, _)| *id).filter(|id| *id != self.station.me).collect();
                LeadCommand::Take { desk: others.get(chosen?).copied() }
            }
            Act::LeadAssign => {
                let partner = self.own.partners.get(chosen?)?.id;
                self.own.last_partner = Some(partner);
                LeadCommand::Assign { partner }
            }
            Act::LeadMerge => {
                let typed = values.last().map_or("", Value::text);
                let into = match typed.parse::<LeadId>() {
                    Ok(id) => id,
                    Err(_) => self.rivals_of(targets).get(chosen?)?.lead.id,
                };
                LeadCommand::Merge { into }
            }
            _ => return None,
        };
        Some(vec![Order { command, targets: targets.to_vec() }])
    }
}

const CONSENT: [ConsentBasis; 3] = [ConsentBasis::OptIn, ConsentBasis::LegitimateInterest, ConsentBasis::Refused];

fn consent_choices() -> Vec<Choice> {
    let doc = |basis| match basis {
        ConsentBasis::OptIn => "an explicit yes: enough everywhere",
        ConsentBasis::LegitimateInterest => "an existing customer, or a request of their own",
        _ => "asked not to be contacted",
    };
    CONSENT.into_iter().map(|basis| Choice::new(words::basis(basis), doc(basis))).collect()
}

/// What has to be typed before personal data is destroyed.
fn erase_words(leads: &[LeadId]) -> String {
    match leads {
        [one] => format!("erase {one}"),
        many => format!("erase {} leads", many.len()),
    }
}

fn partner_choice(partner: &PartnerChoice) -> Choice {
    let room = partner.capacity.map_or_else(|| format!("{} open", partner.open), |capacity| format!("{} of {capacity}", partner.open));
    let tier = if partner.tier.is_empty() { "no tier" } else { partner.tier.as_str() };
    let mut doc = format!("{tier:<10} {room:>9}");
    if let Some(why) = &partner.why_not {
        doc = format!("{doc}  ✗ {why}");
    }
    let choice = Choice::new(partner.name.to_string(), doc);
    Choice { refused: partner.objection.clone(), ..choice }
}
