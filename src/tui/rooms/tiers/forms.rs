//! What a verb asks for beside the partner, and how that is read.

use super::{TierRoom, TierTrade, contacts, lines, status, steps};
use crate::{
    app::pos::LineVerb,
    domain::{
        text::Text,
        tier::{
            desk::{DeskId, DeskLine},
            standing::{Rated, StandingCommand},
        },
    },
    tui::{
        action::Act,
        furniture::{Asked, words::date},
        room::FieldError,
        widgets::form::{Choice, Field, Form, Value},
    },
};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Whether a verb asks for more than the partner.
pub fn asks(act: Act) -> bool {
    needs_program(act)
        || lines::is_verb(act)
        || status::asks(act)
        || contacts::asks(act)
        || steps::is_verb(act)
        || matches!(
            act,
            Act::TierReject | Act::TierDefer | Act::TierReassign | Act::TierAdvance | Act::TierClosePlan | Act::TierRate | Act::TierAcquire
        )
}

/// Whether its form is made of what the channel program says.
pub const fn needs_program(act: Act) -> bool {
    matches!(act, Act::TierPropose)
}

type Read = Result<(StandingCommand, String), FieldError>;

fn wrong<T>(field: usize, message: impl Into<String>) -> Result<T, FieldError> {
    Err(FieldError { field, message: message.into() })
}

fn text(values: &[Value], field: usize) -> &str {
    values.get(field).map_or("", Value::text).trim()
}

fn some(values: &[Value], field: usize, missing: &str) -> Result<Text, FieldError> {
    match text(values, field) {
        "" => wrong(field, missing),
        typed => Ok(Text::clean(typed)),
    }
}

fn day(values: &[Value], field: usize, missing: &str) -> Result<NaiveDate, FieldError> {
    date(text(values, field)).or_else(|why| wrong(field, why))?.map_or_else(|| wrong(field, missing), Ok)
}

/// A number from 0 to 100; nothing for nothing.
fn rating(values: &[Value], field: usize) -> Result<Option<Decimal>, FieldError> {
    let typed = text(values, field);
    if typed.is_empty() {
        return Ok(None);
    }
    let number: Option<Decimal> = typed.trim_end_matches('%').trim().parse().ok();
    match number.filter(|number| (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(number)) {
        Some(number) => Ok(Some(number)),
        None => wrong(field, format!("`{typed}` is no rating: write a number from 0 to 100")),
    }
}

impl TierRoom {
    pub(super) fn form_of(&self, asked: &Asked<TierTrade>) -> Option<Form> {
        let about = self.told(&asked.targets);
        let standing = || self.row(asked.targets.first()?.id)?.as_partner()?.standing.as_deref();
        let rated = || standing().map(|standing| standing.rated).unwrap_or_default();
        let shown = |value: Option<Decimal>| value.map_or_else(String::new, |value| value.normalize().to_string());
        let choices = |names: &[Text]| names.iter().map(|name| Choice::new(name.to_string(), "")).collect();
        Some(match asked.act {
            Act::TierPropose => Form::new(format!("Propose a tier for {about}"), "propose")
                .about("Somebody else decides it. It comes into force when the program says.")
                .field(Field::choice("tier", choices(&self.own.tiers)))
                .field(Field::text("reason", "").hint("what the audit does not know")),
            Act::TierReject => Form::new(format!("Reject the change of {about}"), "reject")
                .about("The tier stays. The next audit may propose it again.")
                .field(Field::text("reason", "").hint("why it keeps its tier")),
            Act::TierDefer => Form::new(format!("Defer the change of {about}"), "defer")
                .field(Field::text("until", "").hint("2026-03-31"))
                .field(Field::text("reason", "").hint("what is waited for")),
            Act::TierReassign => Form::new(format!("Hand the plan of {about} over"), "hand over")
                .field(Field::choice("to", self.known().colleagues.iter().map(|(_, name)| Choice::new(name.to_string(), "")).collect())),
            Act::TierAdvance => {
                let done = standing().and_then(|standing| standing.plan.as_ref()).and_then(|plan| plan.progress.last());
                Form::new(format!("Progress of {about}"), "record")
                    .field(
                        Field::text("done", done.map_or_else(String::new, |done| done.percent.to_string())).hint("percent of the plan: 40"),
                    )
                    .field(Field::text("what", "").hint("two people passed the exam"))
            }
            Act::TierClosePlan => Form::new(format!("Close the plan of {about}"), "close")
                .about("The next audit looks at the partner as at any other.")
                .field(Field::text("reason", "").hint("why it needs no plan any more")),
            Act::TierRate => Form::new(format!("Rate {about}"), "rate")
                .about("What nobody can count. From 0 to 100; what is left empty is not known.")
                .field(Field::text("satisfaction", shown(rated().satisfaction)).hint("of its customers"))
                .field(Field::text("compliance", shown(rated().compliance)).hint("agreement, audits, access"))
                .field(Field::text("training", shown(rated().training)).hint("of its people")),
            Act::TierAcquire => Form::new(format!("{about} became a part of its parent"), "record")
                .about("From that day on its sales count as those of its parent. Left empty: it did not.")
                .field(
                    Field::text("on", standing().and_then(|one| one.acquired_on).map_or_else(String::new, |on| on.to_string()))
                        .hint("2026-03-31"),
                ),
            act if steps::is_verb(act) => return Some(self.step_form(act, &about, &asked.targets)),
            act if status::is_verb(act) => return status::form(act, &about),
            act if contacts::is_verb(act) => return self.contact_form(act, &about),
            act => return lines::forms::form(act, &about, &self.own.correcting),
        })
    }

    /// The same for order lines that wait.
    pub(super) fn read_line(&self, act: Act, records: &[DeskId], values: &[Value]) -> Result<(LineVerb, String), FieldError> {
        let one = if let [one] = records { self.row(*one).and_then(DeskLine::as_waiting).map(|line| &line.correction) } else { None };
        lines::forms::read(act, &self.own.correcting, values, one)
    }

    /// What a form means, and how it was read.
    pub(super) fn read(&self, act: Act, values: &[Value]) -> Read {
        let chosen = values.first().and_then(Value::choice);
        Ok(match act {
            Act::TierPropose => {
                let Some(to) = chosen.and_then(|chosen| self.own.tiers.get(chosen)) else { return wrong(0, "the program has no tiers") };
                let reason = some(values, 1, "a proposal needs a reason")?;
                (StandingCommand::Propose { to: to.clone(), reason }, String::new())
            }
            Act::TierReject => (StandingCommand::Reject { reason: some(values, 0, "a rejection needs a reason")? }, String::new()),
            Act::TierDefer => {
                let until = day(values, 0, "until which day?")?;
                (StandingCommand::Defer { until, reason: some(values, 1, "what is waited for?")? }, format!("comes back on {until}"))
            }
            Act::TierReassign => {
                let Some((owner, name)) = chosen.and_then(|chosen| self.known().colleagues.get(chosen)) else {
                    return wrong(0, "there is no colleague");
                };
                (StandingCommand::Assign { owner: *owner }, format!("{name} looks after it then"))
            }
            Act::TierAdvance => {
                let typed = text(values, 0).trim_end_matches('%').trim();
                let Some(percent) = typed.parse::<u8>().ok().filter(|percent| *percent <= 100) else {
                    return wrong(
                        0,
                        if typed.is_empty() { "how much of it is done?".to_owned() } else { format!("`{typed}` is no percentage") },
                    );
                };
                (StandingCommand::Advance { percent, text: some(values, 1, "what was done?")? }, String::new())
            }
            Act::TierClosePlan => (StandingCommand::ClosePlan { reason: some(values, 0, "why is it closed?")? }, String::new()),
            Act::TierRate => {
                let rated = Rated { satisfaction: rating(values, 0)?, compliance: rating(values, 1)?, training: rating(values, 2)? };
                (StandingCommand::Rate { rated }, String::new())
            }
            Act::TierAcquire => {
                let on = date(text(values, 0)).or_else(|why| wrong(0, why))?;
                let told = on.map_or_else(|| "its sales are its own".to_owned(), |on| format!("its sales are its parent's from {on}"));
                (StandingCommand::Acquire { on }, told)
            }
            _ => return wrong(0, "nothing is asked"),
        })
    }
}
