//! What happened, in words: one fragment for each event, without its subject. The console and the command line both tell
//! it with these words.

pub mod contact;
pub mod deal;
pub mod mdf;
pub mod pos;
pub mod tier;

use crate::domain::{
    account::AccountEvent,
    event::{Denied, Event, OperatorEvent, Recounted, Suppressed, in_words},
    fx::{RateDay, RatesRecorded},
    id::{LeadId, OperatorId, PartnerId},
    lead::{ConsentBasis, Escalation, LeadEvent, LeadState, event::Arrival},
    partner::{PartnerEvent, PartnerStatus},
    text::Text,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// The names of those who are mentioned; who is not in it is told by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    pub partners: BTreeMap<PartnerId, PartnerName>,
    pub operators: BTreeMap<OperatorId, Text>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerName {
    pub name: Text,
    pub tier: Text,
}

impl Names {
    pub fn partner(&self, id: PartnerId) -> Text {
        self.partners.get(&id).map_or_else(|| Text::clean(&id.to_string()), |one| one.name.clone())
    }

    pub fn operator(&self, id: OperatorId) -> Text {
        self.operators.get(&id).cloned().unwrap_or_else(|| Text::clean(&id.to_string()))
    }
}

/// How much a reader should make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Plain,
    Good,
    Warning,
    Bad,
}

/// Any event.
pub fn event(event: &Event, names: &Names) -> (String, Weight) {
    let text = match event {
        Event::Lead(event) => return lead(event, names),
        Event::Deal(event) => return deal::deal(event, names),
        Event::Case(event) => return deal::case(event, names),
        Event::Fund(event) => return mdf::fund(event),
        Event::Request(event) => return mdf::request(event, names),
        Event::Claim(event) => return mdf::claim(event, names),
        Event::Batch(event) => return mdf::batch(event),
        Event::Authority(event) => mdf::authority(event, names),
        Event::Evaluation(event) => return tier::evaluation(event, names),
        Event::Standing(event) => return tier::standing(event, names),
        Event::Sold(sold) => pos::sold(sold),
        Event::Correction(event) => return pos::correction(event),
        Event::Contact(event) => return contact::contact(event),
        Event::Rates(RatesRecorded { days }) => rates(days),
        Event::Partner(PartnerEvent::Recorded { profile }) => format!("recorded: {} ({})", profile.name, profile.code),
        Event::Partner(PartnerEvent::Changed { profile, before }) => {
            format!("{} changed: {}", profile.name, differences(&serde_json::to_value(before), &serde_json::to_value(profile)))
        }
        Event::Partner(event @ PartnerEvent::StatusChanged { .. }) => return partner_status(event),
        Event::Partner(event @ (PartnerEvent::StepTicked { .. } | PartnerEvent::StepReopened { .. })) => return partner_step(event),
        Event::Account(AccountEvent::Recorded { profile }) => format!("recorded: {} ({})", profile.name, profile.code),
        Event::Account(AccountEvent::Changed { profile, before }) => {
            format!("{} changed: {}", profile.name, differences(&serde_json::to_value(before), &serde_json::to_value(profile)))
        }
        Event::Operator(event) => operator(event),
        Event::Program(event) if event.note.is_empty() => "came into force".to_owned(),
        Event::Program(event) => format!("came into force: {}", event.note),
        Event::Suppressed(Suppressed { mailboxes: 1 }) => "1 mailbox is never to be contacted again".to_owned(),
        Event::Suppressed(Suppressed { mailboxes }) => format!("{mailboxes} mailboxes are never to be contacted again"),
        Event::Recounted(Recounted { at, .. }) => format!("wrote down on {} what took place before", at.to_utc().format("%Y-%m-%d")),
        Event::Denied(Denied { asked, why }) => return (format!("tried to {asked}, and was refused: {why}"), Weight::Warning),
    };
    (text, Weight::Plain)
}

/// `: signed on paper`; nothing of nothing.
fn after_colon(text: &Text) -> String {
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

/// `onboarding: agreement is done: signed on paper`. Nothing for what is about no step.
pub fn partner_step(event: &PartnerEvent) -> (String, Weight) {
    match event {
        PartnerEvent::StepTicked { step, note, .. } => (format!("onboarding: {} is done{}", step.doc(), after_colon(note)), Weight::Good),
        PartnerEvent::StepReopened { step, note, .. } => {
            (format!("onboarding: {} is open again{}", step.doc(), after_colon(note)), Weight::Warning)
        }
        _ => (String::new(), Weight::Plain),
    }
}

/// `suspended, no longer active: the audit found open invoices`. Nothing for what is no change of status.
pub fn partner_status(event: &PartnerEvent) -> (String, Weight) {
    let PartnerEvent::StatusChanged { from, to, reason, .. } = event else { return (String::new(), Weight::Plain) };
    let why = after_colon(reason);
    let weight = match to {
        PartnerStatus::Active => Weight::Good,
        PartnerStatus::Onboarding => Weight::Plain,
        PartnerStatus::Suspended | PartnerStatus::Offboarded => Weight::Warning,
    };
    (format!("{}, no longer {}{why}", to.name(), from.name()), weight)
}

/// `exchange rates of 512 days recorded, 2024-04-02 to 2026-04-13 (ECB)`.
fn rates(days: &[RateDay]) -> String {
    let (first, last) = (days.iter().map(|day| day.on).min(), days.iter().map(|day| day.on).max());
    let (Some(first), Some(last), Some(RateDay { source, .. })) = (first, last, days.first()) else {
        return "no exchange rates recorded".to_owned();
    };
    if first == last {
        return format!("exchange rates of {first} recorded ({source})");
    }
    format!("exchange rates of {} days recorded, {first} to {last} ({source})", days.len())
}

fn operator(event: &OperatorEvent) -> String {
    let OperatorEvent { name, login, roles, active } = event;
    let login = login.as_ref().map_or_else(String::new, |login| format!(", login {login}"));
    let roles = if roles.0.is_empty() { "no role".to_owned() } else { roles.to_string() };
    format!("{name} ({roles}{login}){}", if *active { "" } else { " may no longer sign in" })
}

/// `tier gold -> platinum, areas`: what differs, with both values where they are short enough to be read in a line.
fn differences(before: &serde_json::Result<Value>, now: &serde_json::Result<Value>) -> String {
    let (Ok(Value::Object(before)), Ok(Value::Object(now))) = (before, now) else { return String::new() };
    let short = |value: Option<&Value>| match value {
        None | Some(Value::Null) => Some("nothing".to_owned()),
        Some(Value::String(text)) if text.is_empty() => Some("nothing".to_owned()),
        Some(Value::String(text)) if text.len() <= 40 => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let changed = now.iter().filter(|(field, value)| before.get(*field) != Some(value));
    let told = changed.map(|(field, value)| {
        let name = field.replace('_', " ");
        match (short(before.get(field)), short(Some(value))) {
            (Some(before), Some(now)) => format!("{name} {before} -> {now}"),
            _ => name,
        }
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Basis points as a percentage with one decimal, cut.
pub fn percent(bp: u16) -> String {
    format!("{}.{} %", bp / 100, bp % 100 / 10)
}

/// The same rounded, halves up, for figures: a share of a whole is not known more exactly than it is counted.
pub fn percent_rounded(bp: u16) -> String {
    let tenths = (u32::from(bp) + 5) / 10;
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// What happened to a lead, as a fragment without its subject, with its weight.
pub fn lead(event: &LeadEvent, names: &Names) -> (String, Weight) {
    let text = match event {
        LeadEvent::Received { intake, arrival } => return (received(&intake.source, arrival), Weight::Plain),
        LeadEvent::Offered { partner, by_hand: true, .. } => format!("offered to {} by hand", names.partner(*partner)),
        LeadEvent::Offered { partner, .. } => format!("offered to {}", names.partner(*partner)),
        LeadEvent::FellBack { reason, .. } => return (format!("to the fallback queue: {}", reason.doc()), Weight::Warning),
        LeadEvent::Accepted { partner, in_time: true, .. } => {
            return (format!("accepted by {} in time", names.partner(*partner)), Weight::Good);
        }
        LeadEvent::Accepted { partner, .. } => return (format!("accepted by {}, late", names.partner(*partner)), Weight::Warning),
        LeadEvent::AnsweredLate { offer, accepted } => {
            let answer = if *accepted { "accepted" } else { "declined" };
            return (format!("offer {offer} was {answer} after it had ended: kept as evidence"), Weight::Warning);
        }
        LeadEvent::Declined { partner, reason } => {
            return (format!("declined by {}: {}", names.partner(*partner), reason.doc()), Weight::Warning);
        }
        LeadEvent::TimedOut { partner, .. } => return (format!("{} did not answer in time", names.partner(*partner)), Weight::Bad),
        LeadEvent::Warned { clock, percent } => return (format!("{percent} % of the time for {} used", clock.kind), Weight::Warning),
        LeadEvent::Breached { clock, .. } => return (format!("the time for {} ran out", clock.kind), Weight::Bad),
        LeadEvent::Touched { response, in_time, .. } => {
            let when = if *in_time { "" } else { ", late" };
            return (format!("first touch after {} of business time{when}", response.to_business_words()), Weight::Good);
        }
        LeadEvent::Qualified { in_time } => {
            return (format!("qualified{}", if *in_time { "" } else { ", late" }), Weight::Good);
        }
        LeadEvent::Disqualified { reason, .. } => format!("disqualified: {}", reason.doc()),
        LeadEvent::Paused { reason, .. } => format!("paused: {}", reason.doc()),
        LeadEvent::Resumed { .. } => "resumed".to_owned(),
        LeadEvent::Merged { into, .. } => format!("merged into {into}"),
        LeadEvent::Absorbed { lead, escalation: Some(Escalation { severity, cause, .. }), .. } => {
            return (format!("took {lead} in, escalated, {}: {}", severity.name(), cause.doc()), Weight::Warning);
        }
        LeadEvent::Absorbed { lead, .. } => format!("took {lead} in"),
        LeadEvent::Unmerged { .. } => "taken out of its merge".to_owned(),
        LeadEvent::Parted { lead } => format!("{lead} was taken out again"),
        LeadEvent::Separated => "kept as a lead of its own".to_owned(),
        LeadEvent::Noted { .. } => "note".to_owned(),
        LeadEvent::Escalated { severity, cause } => return (format!("escalated, {}: {}", severity.name(), cause.doc()), Weight::Warning),
        LeadEvent::Settled { by_itself: true } => "escalation settled by itself".to_owned(),
        LeadEvent::Settled { .. } => "escalation settled".to_owned(),
        LeadEvent::Released { from } => format!("released {}", released_from(from)),
        LeadEvent::TakenAway { partner, status } => {
            return (format!("taken from {}, which is {}", names.partner(*partner), status.name()), Weight::Warning);
        }
        LeadEvent::Taken { desk: Some(desk), .. } => format!("{} looks after it", names.operator(*desk)),
        LeadEvent::Taken { desk: None, .. } => "nobody looks after it now".to_owned(),
        LeadEvent::ConsentRecorded { consent, .. } => format!("consent recorded: {}", basis(consent.basis)),
        LeadEvent::Rescored { score, before, .. } => format!("score {before} to {score}"),
        LeadEvent::ClockRecomputed { clock, .. } => format!("clock for {} recomputed", clock.kind),
        LeadEvent::Undone { what, .. } => taken_back(what),
        LeadEvent::Erased => "personal data erased".to_owned(),
    };
    (text, Weight::Plain)
}

fn taken_back(what: &[String]) -> String {
    let what: Vec<String> = what.iter().map(|name| in_words(name)).collect();
    format!("taken back: {}", what.join(", "))
}

fn received(source: &str, arrival: &Arrival) -> String {
    let source = if source.is_empty() { "received".to_owned() } else { format!("received from {source}") };
    match arrival {
        Arrival::ToRoute => source,
        Arrival::Quarantined { reason } => format!("{source}, held back: {}", reason.doc()),
        Arrival::Review { candidates } => format!("{source}, resembles {}", leads(candidates.iter().map(|one| one.lead))),
        Arrival::Linked { into, score_bp } => format!("{source}, the same as {into} ({})", percent(*score_bp)),
    }
}

fn released_from(state: &LeadState) -> &'static str {
    if matches!(state, LeadState::Quarantined { .. }) { "from quarantine" } else { "from its partner, back to the desk" }
}

pub fn leads(ids: impl Iterator<Item = LeadId>) -> String {
    ids.map(|id| id.to_string()).collect::<Vec<_>>().join(", ")
}

pub const fn basis(basis: ConsentBasis) -> &'static str {
    match basis {
        ConsentBasis::Refused => "refused",
        ConsentBasis::Unknown => "unknown",
        ConsentBasis::LegitimateInterest => "legitimate interest",
        ConsentBasis::OptIn => "opted in",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_rounded_and_a_likeness_is_cut() {
        assert_eq!(
            [0, 4, 5, 1_667, 9_994, 9_996, 10_000].map(percent_rounded),
            ["0.0 %", "0.0 %", "0.1 %", "16.7 %", "99.9 %", "100.0 %", "100.0 %"]
        );
        assert_eq!(percent(9_996), "99.9 %");
    }
}
