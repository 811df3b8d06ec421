//! Events, refusals and outcomes of the tier desk in words.

use super::Happening;
use crate::{
    domain::{
        event::in_words,
        partner::PartnerStatus,
        pos::CorrectionEvent,
        tier::{
            evaluate::{NearLine, Outcome},
            queue::TierLine,
            standing::{ProposalState, Refusal, Standing, StandingEvent},
        },
        time::Instant,
        told::{self, Names},
    },
    tui::{furniture::words as common, theme::Role},
};
use chrono_tz::Tz;

/// One event as a fragment without its subject, with a role for its weight.
pub fn sentence(event: &StandingEvent, names: &Names) -> (String, Role) {
    let (text, weight) = told::tier::standing(event, names);
    (text, common::role(weight))
}

/// What a command did; that somebody is audited from now on goes without saying.
pub fn outcome(events: &[Happening], names: &Names) -> String {
    let told = events.iter().filter(|event| !matches!(event, Happening::Standing(StandingEvent::Begun { .. })));
    let told = told.map(|event| match event {
        Happening::Standing(event) => sentence(event, names).0,
        Happening::Line(event) => told::pos::correction(event).0,
        Happening::Status(done) => super::status::told(done),
        Happening::Contact(done) => super::contacts::sentence(done, names),
        Happening::Step(done) => super::steps::told(done),
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "no change".to_owned() } else { told.join(", then ") }
}

/// What an approval would bring, and on what it rests: `gold instead of silver from 2027-01-01; the audit of 2026-09-30 found
/// gold`.
pub fn planned(line: &TierLine, events: &[Happening]) -> Option<String> {
    let [Happening::Standing(StandingEvent::Approved { on, .. })] = events else { return None };
    let standing = line.standing.as_deref()?;
    let proposal = standing.proposal.as_ref()?;
    let from = if proposal.from.is_empty() { "no tier" } else { proposal.from.as_str() };
    let rests = standing
        .judged()
        .map_or_else(|| "it was never audited".to_owned(), |audited| format!("the audit of {} found {}", audited.day, audited.computed));
    Some(format!("{} instead of {from} from {on}; {rests}", proposal.to))
}

/// Whether a tier is approved that the last audit did not find.
pub fn is_against_the_audit(line: &TierLine, events: &[Happening]) -> bool {
    let is_approved = matches!(events, [Happening::Standing(StandingEvent::Approved { .. })]);
    let standing = line.standing.as_deref().filter(|_| is_approved);
    let found = standing.and_then(Standing::judged).map(|audited| &audited.computed);
    standing.and_then(|standing| standing.proposal.as_ref()).is_some_and(|proposal| found != Some(&proposal.to))
}

/// Whether the decision about a line was taken back.
pub fn is_undone(events: &[Happening]) -> bool {
    events.iter().any(|event| matches!(event, Happening::Line(event) if **event == CorrectionEvent::Undone))
}

/// Why not, as the desk reads it: with local times. The verb stands before it.
pub fn refusal(refusal: &Refusal, now: Instant, zone: Tz) -> String {
    match refusal {
        Refusal::Overtaken { entity, by, event, at } => {
            format!("{by} was faster: {entity} {} {}", in_words(event), common::moment_with_ago(*at, now, zone))
        }
        Refusal::NotNow { why, .. } => why.clone(),
        other => other.to_string(),
    }
}

/// What the last audit that counts came to; without one, whether anybody looked.
pub fn found(row: &TierLine) -> (&'static str, Role) {
    let is_looked_at = row.standing.as_ref().is_some_and(|standing| standing.looked_at().is_some());
    if row.outcome().is_none() && is_looked_at { ("on demand", Role::Dim) } else { verdict(row.outcome()) }
}

/// What one audit came to.
pub const fn verdict(outcome: Option<Outcome>) -> (&'static str, Role) {
    match outcome {
        None => ("not audited", Role::Dim),
        Some(Outcome::Stay) => ("stays", Role::Text),
        Some(Outcome::Promote) => ("▲ promote", Role::Good),
        Some(Outcome::AtRisk) => ("△ at risk", Role::Warn),
        Some(Outcome::Demote) => ("▼ demote", Role::Bad),
    }
}

/// The lines that it is near: `revenue 4.2 % short of gold`, `score 1.5 % above silver`, `certificates at silver's line`.
pub fn close_to(row: &TierLine) -> String {
    let latest = row.standing.as_deref().and_then(|standing| standing.latest.as_ref());
    let line = |NearLine { tier, gate }: &NearLine| {
        let what = gate.gate.short();
        match gate.apart() {
            Some(tenths) if gate.gap().is_some() => format!("{what} {} short of {tier}", tenths_told(tenths)),
            Some(0) => format!("{what} at {tier}'s line"),
            Some(tenths) => format!("{what} {} above {tier}", tenths_told(tenths)),
            None => format!("{what} for {tier} not known"),
        }
    };
    latest.map_or_else(String::new, |latest| latest.near.iter().map(line).collect::<Vec<_>>().join("; "))
}

fn tenths_told(tenths: i64) -> String {
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// The day on which it falls below its line, or fell, and by what: `5 Oct, revenue`.
pub fn falls(row: &TierLine, now: Instant) -> (String, Role) {
    let Some((standing, at)) = row.standing.as_deref().and_then(|standing| Some((standing, standing.falls_at()?))) else {
        return (String::new(), Role::Text);
    };
    let by = standing.latest.as_ref().and_then(|latest| latest.falls_by).map_or_else(String::new, |gate| format!(", {}", gate.short()));
    (format!("{}{by}", at.to_utc().format("%-d %b")), if at < now { Role::Bad } else { Role::Warn })
}

/// What is under way: that it is not active before all, `gold proposed`, `gold deferred` (the row says until when), `gold from 1 Jan`, `plan 40 %`;
/// where nothing is, when it falls below its line: `falls 3 Nov`, `fell 3 Nov`.
pub fn under_way(row: &TierLine, now: Instant) -> (String, Role) {
    match row.status {
        PartnerStatus::Active => {}
        PartnerStatus::Onboarding => return (row.status.name().to_owned(), Role::Info),
        PartnerStatus::Suspended | PartnerStatus::Offboarded => return (row.status.name().to_owned(), Role::Warn),
    }
    let Some(standing) = row.standing.as_deref() else { return (String::new(), Role::Text) };
    if let Some(proposal) = &standing.proposal {
        let role = if proposal.promotes { Role::Good } else { Role::Warn };
        return match &proposal.state {
            ProposalState::Proposed => (format!("{} proposed", proposal.to), role),
            ProposalState::Deferred { .. } => (format!("{} deferred", proposal.to), Role::Dim),
            ProposalState::Approved { on, .. } => (format!("{} from {}", proposal.to, on.format("%-d %b")), role),
        };
    }
    if let Some(plan) = &standing.plan {
        return (format!("plan {} %", plan.progress.last().map_or(0, |progress| progress.percent)), Role::Info);
    }
    let falls = standing.falls_at().map(|at| (if at < now { "fell" } else { "falls" }, at.to_utc().format("%-d %b")));
    falls.map_or((String::new(), Role::Text), |(word, day)| (format!("{word} {day}"), Role::Warn))
}
