//! What must be asked before a command can be given.

use super::{Command, MdfRoom, MdfTrade, Paper};
use crate::{
    app::mdf::view::MdfDetail,
    domain::{
        day::local_date,
        escalation::Severity,
        id::OperatorId,
        mdf::{
            approval::{Delegation, Limit, Pin},
            check::CheckKind,
            claim::Claim,
            item::ItemId,
            request::RejectReason,
        },
        money::{Currency, Money},
        program::ProofKind,
        text::Text,
    },
    tui::{
        action::Act,
        furniture::{
            Asked, Trade as _,
            amounts::{amount, money, read_as},
            words::{date, note_from_lines},
        },
        room::FieldError,
        widgets::form::{Choice, Field, Form, Value},
    },
};
use chrono::NaiveDate;

/// Whether a verb asks for more than the item.
pub(super) fn asks(act: Act) -> bool {
    is_about_one(act)
        || MdfTrade::ABOUT_NONE.contains(&act)
        || matches!(act, Act::MdfStandIn | Act::MdfReject | Act::MdfAsk | Act::MdfFlag | Act::MdfReassign | Act::MdfNote | Act::MdfEscalate)
}

/// Whether its form is about the amounts or the papers of one item.
pub(super) const fn is_about_one(act: Act) -> bool {
    matches!(
        act,
        Act::MdfApprovePart
            | Act::MdfWaive
            | Act::MdfClawBack
            | Act::MdfAttach
            | Act::MdfAllocate
            | Act::MdfReduce
            | Act::MdfMove
            | Act::MdfClaim
            | Act::MdfEdit
            | Act::MdfBank
    )
}

macro_rules! choices {
    ($kind:ty) => {
        <$kind>::ALL.iter().map(|one| Choice::new(one.doc(), "")).collect()
    };
}

fn choices_of<'a>(people: impl IntoIterator<Item = &'a (OperatorId, Text)>) -> Vec<Choice> {
    people.into_iter().map(|(_, name)| Choice::new(name.to_string(), "")).collect()
}

impl MdfRoom {
    /// Everybody but me: who stands in for themselves.
    fn colleagues(&self) -> Vec<&(OperatorId, Text)> {
        self.known().colleagues.iter().filter(|(id, _)| *id != self.station.me).collect()
    }

    /// Who approves within a limit, I among them.
    fn approvers(&self) -> &[(OperatorId, Text)] {
        self.books().map_or(&[], |books| &books.approvers)
    }

    /// Who may stand in for me, and I for them.
    fn other_approvers(&self) -> Vec<&(OperatorId, Text)> {
        self.approvers().iter().filter(|(id, _)| *id != self.station.me).collect()
    }

    /// The claim that the form is about.
    pub(super) fn claim(&self) -> Option<&Claim> {
        match self.own.facts.as_deref()? {
            MdfDetail::Claim(detail) => Some(&detail.claim),
            _ => None,
        }
    }

    /// What the item states that the form is about, and what it asks for.
    fn asked_for(&self) -> Option<(Pin, Money)> {
        match self.own.facts.as_deref()? {
            MdfDetail::Claim(detail) => Some((detail.claim.pin(), detail.claim.content.asked)),
            MdfDetail::Request(detail) => Some((detail.request.pin(), detail.request.plan.asked)),
            MdfDetail::Fund(_) => None,
        }
    }

    /// What whoever signed before has approved, where it is in the currency that is asked for.
    fn approved_before(&self, asked: Money) -> Option<Money> {
        let steps = match self.own.facts.as_deref()? {
            MdfDetail::Claim(detail) => &detail.steps,
            MdfDetail::Request(detail) => &detail.steps,
            MdfDetail::Fund(_) => return None,
        };
        let signed = steps.iter().rev().find_map(|step| step.given.as_ref()).map(|signature| signature.amount);
        signed.filter(|amount| amount.currency == asked.currency)
    }

    fn fund_currency(&self) -> Option<Currency> {
        match self.own.facts.as_deref()? {
            MdfDetail::Fund(detail) => Some(detail.fund.terms.currency),
            MdfDetail::Claim(detail) => Some(detail.fund.terms.currency),
            MdfDetail::Request(detail) => Some(detail.fund.terms.currency),
        }
    }

    /// The checks of the claim that somebody may let pass.
    pub(super) fn waivable(&self) -> Vec<CheckKind> {
        let findings = self.claim().map(|claim| claim.findings.as_slice()).unwrap_or_default();
        findings.iter().filter(|finding| finding.is_failed() && finding.kind.may_be_waived()).map(|finding| finding.kind).collect()
    }

    fn part_form(&self, about: &str) -> Option<Form> {
        let (_, most) = self.asked_for()?;
        let before = self.approved_before(most);
        let told = match before {
            Some(before) => format!("{most} is asked for, and {before} was approved: only that can be confirmed."),
            None => format!("{most} is asked for. Whoever approves next confirms the same amount."),
        };
        let amount = Field::text("amount", money(before.unwrap_or(most)));
        Some(Form::new(format!("Approve part of {about}"), "approve").about(told).field(amount))
    }

    pub(super) fn form_of(&self, asked: &Asked<MdfTrade>) -> Option<Form> {
        let about = self.told(&asked.targets);
        if let Some(form) = self.entry_form(asked.act, &about).or_else(|| self.bank_form(asked.act, &about)) {
            return Some(form);
        }
        Some(match asked.act {
            Act::MdfApprovePart => self.part_form(&about)?,
            Act::MdfStandIn => Form::new(format!("Approve {about} for a colleague"), "approve")
                .about("Only where that colleague has delegated to you, and with that colleague's limit.")
                .field(Field::choice("for", choices_of(self.other_approvers()))),
            Act::MdfReject => Form::new(format!("Reject {about}"), "reject").field(Field::choice("reason", choices!(RejectReason))),
            Act::MdfAsk => Form::new(format!("Return {about} to the partner"), "return")
                .about("Its clock stands still until the partner has answered.")
                .field(Field::note("question", "").hint("what is missing; C-s sends")),
            Act::MdfFlag => Form::new(format!("Flag {about} as suspect"), "flag")
                .about("Everything else of the partner that is pending stands still with it.")
                .field(Field::text("reason", "").hint("what is odd")),
            Act::MdfWaive => {
                let checks = self.waivable();
                if checks.is_empty() {
                    return None;
                }
                Form::new(format!("Let a failed check of {about} pass"), "let pass")
                    .field(Field::choice("check", checks.into_iter().map(|check| Choice::new(check.doc(), "")).collect()))
                    .field(Field::text("reason", "").hint("why it may pass"))
            }
            Act::MdfClawBack => Form::new(format!("Claw back from {about}"), "claw back")
                .about("Money that came back from the partner; its fund has it again.")
                .field(Field::text("amount", money(self.claim()?.paid())))
                .field(Field::text("reference", "").hint("of the bank")),
            Act::MdfAttach => Form::new(format!("Attach a document to {about}"), "attach")
                .about("Its name and the hash of its content are kept; the file stays where it is.")
                .field(Field::choice("kind", choices!(ProofKind)))
                .field(Field::text("file", "").hint("its path on this machine, such as ~/invoice.pdf")),
            Act::MdfAllocate | Act::MdfReduce => {
                let verb = asked.act.row().label;
                let currency = self.fund_currency()?;
                Form::new(format!("{} {about}", if asked.act == Act::MdfAllocate { "Allocate to" } else { "Take from" }), verb)
                    .field(Field::text("amount", format!("{currency} ")))
                    .field(Field::text("reason", "").hint("who decided it"))
            }
            Act::MdfReassign => {
                Form::new(format!("Hand {about} over"), "hand over").field(Field::choice("to", choices_of(self.colleagues())))
            }
            Act::MdfDelegate => Form::new("Let a colleague approve for you", "delegate")
                .about("Both days belong to it. With your limits, and never what either of you has touched before.")
                .field(Field::choice("to", choices_of(self.other_approvers())))
                .field(Field::text("from", self.today().to_string()))
                .field(Field::text("until", "").hint("2026-03-31")),
            Act::MdfLimit => Form::new("How much somebody may approve at once", "set")
                .about("One limit a currency: without one, nothing in it is approved. It replaces the one before from that day on.")
                .field(Field::choice("for", choices_of(self.approvers())))
                .field(Field::text("amount", "").hint("EUR 25000"))
                .field(Field::text("from", self.today().to_string()))
                .field(Field::text("until", "").hint("without end")),
            Act::MdfEscalate => Form::new(format!("Escalate {about}"), "escalate")
                .field(Field::choice("severity", choices!(Severity)))
                .field(Field::text("reason", "").hint("what whoever looks at it has to know")),
            Act::MdfNote => Form::new(format!("Note on {about}"), "save")
                .field(Field::note("note", "").hint("several lines; C-s saves, C-o opens your editor")),
            _ => return None,
        })
    }

    /// What will happen with these values, or which is wrong.
    pub(super) fn check_values(&self, act: Act, values: &[Value]) -> Result<String, FieldError> {
        if let Some(read) = self.entered(act, values) {
            return read.map(|entered| entered.told);
        }
        if let Some(read) = self.of_bank(act, values) {
            return read.map(|(_, told)| told);
        }
        if let Some(read) = Self::of_file(act, values) {
            return read.map(|(_, told)| told);
        }
        if act == Act::MdfDelegate {
            return self.delegation(values).map(|(_, told)| told);
        }
        if act == Act::MdfLimit {
            return self.limit(values).map(|(_, told)| told);
        }
        let error = |field: usize, message: &str| Err(FieldError { field, message: message.to_owned() });
        let text = |index: usize| values.get(index).map_or("", Value::text).trim();
        match act {
            Act::MdfApprovePart | Act::MdfClawBack | Act::MdfAllocate | Act::MdfReduce => {
                let read = amount(text(0)).map_err(|message| FieldError { field: 0, message })?;
                let Some(read) = read.filter(|read| read.minor > 0) else { return error(0, "an amount is more than nothing") };
                let most = if act == Act::MdfApprovePart { self.asked_for().map(|(_, most)| most) } else { None };
                match most {
                    Some(most) if most.currency != read.currency => {
                        error(0, &format!("{most} is asked for: approve it in {}", most.currency))
                    }
                    Some(most) if read.minor > most.minor => error(0, &format!("no more than {most} is asked for")),
                    _ if act == Act::MdfClawBack && text(1).is_empty() => error(1, "the reference of the bank is missing"),
                    _ if matches!(act, Act::MdfAllocate | Act::MdfReduce) && text(1).is_empty() => error(1, "the reason is missing"),
                    _ => Ok(read_as(Some(read))),
                }
            }
            Act::MdfStandIn if self.other_approvers().is_empty() => error(0, "nobody else approves within a limit"),
            Act::MdfAsk if text(0).is_empty() => error(0, "say what is missing"),
            Act::MdfFlag if text(0).is_empty() => error(0, "a suspicion needs a reason"),
            Act::MdfWaive if text(1).is_empty() => error(1, "whoever lets a check pass says why"),
            Act::MdfEscalate if text(1).is_empty() => error(1, "an escalation needs a reason"),
            Act::MdfAttach if text(1).is_empty() => error(1, "which file?"),
            Act::MdfNote if text(0).is_empty() => error(0, "a note needs some text"),
            _ => Ok(String::new()),
        }
    }

    fn today(&self) -> NaiveDate {
        local_date(self.now(), self.station.zone)
    }

    fn delegation(&self, values: &[Value]) -> Result<(Delegation, String), FieldError> {
        let wrong = |field: usize, message: String| FieldError { field, message };
        let day = |field: usize| date(values.get(field).map_or("", Value::text).trim()).map_err(|why| wrong(field, why));
        let chosen = values.first().and_then(Value::choice).and_then(|chosen| self.other_approvers().get(chosen).copied().cloned());
        let Some((to, name)) = chosen else { return Err(wrong(0, "nobody else approves within a limit".to_owned())) };
        let starts_on = day(1)?.unwrap_or_else(|| self.today());
        let ends_on = day(2)?.ok_or_else(|| wrong(2, "until which day?".to_owned()))?;
        let told = if ends_on < starts_on {
            format!("takes back what {name} was given on {starts_on}")
        } else {
            format!("{name} approves for you from {starts_on} until {ends_on}")
        };
        Ok((Delegation { from: self.station.me, to, starts_on, ends_on }, told))
    }

    fn limit(&self, values: &[Value]) -> Result<(Limit, String), FieldError> {
        let wrong = |field: usize, message: String| FieldError { field, message };
        let text = |field: usize| values.get(field).map_or("", Value::text).trim();
        let day = |field: usize| date(text(field)).map_err(|why| wrong(field, why));
        let chosen = values.first().and_then(Value::choice).and_then(|chosen| self.approvers().get(chosen).cloned());
        let Some((operator, name)) = chosen else {
            return Err(wrong(0, "nobody approves within a limit: give somebody the role approver first".to_owned()));
        };
        let amount = amount(text(1)).map_err(|why| wrong(1, why))?.ok_or_else(|| wrong(1, "how much?".to_owned()))?;
        let (from, until) = (day(2)?.unwrap_or_else(|| self.today()), day(3)?);
        let end = until.map_or_else(String::new, |until| format!(" until {until}"));
        let told = format!("{name} may approve up to {amount} from {from}{end}");
        Ok((Limit { operator, amount, from, until }, told))
    }

    pub(super) fn command_of(&self, act: Act, values: &[Value], first: Option<ItemId>) -> Option<Command> {
        if let Some(read) = self.entered(act, values) {
            return read.ok().map(|entered| entered.command);
        }
        if let Some(read) = self.of_bank(act, values) {
            return read.ok().map(|(command, _)| command);
        }
        let chosen = values.first().and_then(Value::choice);
        let text = |index: usize| values.get(index).map_or("", Value::text).trim();
        let given = |index: usize| amount(text(index)).ok().flatten();
        Some(match act {
            Act::MdfApprovePart => Command::ApprovePart { amount: given(0)?, seen: self.asked_for()?.0 },
            Act::MdfStandIn => Command::Approve { on_behalf_of: Some(self.other_approvers().get(chosen?)?.0) },
            Act::MdfReject => Command::Reject { reason: *RejectReason::ALL.get(chosen?)? },
            Act::MdfAsk => Command::RequestInfo { text: Text::clean(&note_from_lines(text(0))) },
            Act::MdfFlag => Command::Flag { reason: Text::clean(text(0)) },
            Act::MdfWaive => Command::Waive { check: *self.waivable().get(chosen?)?, reason: Text::clean(text(1)) },
            Act::MdfClawBack => {
                // The same press again is the same money.
                let key = Text::clean(&format!("{} back {}", first?, text(1)));
                Command::ClawBack { key, amount: given(0)?, reference: Text::clean(text(1)) }
            }
            Act::MdfAttach => Command::Attach(Paper { kind: *ProofKind::ALL.get(chosen?)?, file: text(1).to_owned() }),
            Act::MdfAllocate => Command::Allocate { amount: given(0)?, reason: Text::clean(text(1)) },
            Act::MdfReduce => Command::Reduce { amount: given(0)?, reason: Text::clean(text(1)) },
            Act::MdfReassign => Command::Assign { to: Some(self.colleagues().get(chosen?)?.0) },
            Act::MdfDelegate => Command::Delegate(self.delegation(values).ok()?.0),
            Act::MdfLimit => Command::SetLimit(self.limit(values).ok()?.0),
            Act::MdfEscalate => Command::Escalate { severity: *Severity::ALL.get(chosen?)?, reason: Text::clean(text(1)) },
            Act::MdfNote => Command::Note { text: Text::clean(&note_from_lines(text(0))) },
            _ => return None,
        })
    }
}
