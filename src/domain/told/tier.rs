//! What happened at the tier desk, in words.

use super::{Names, Weight};
use crate::domain::tier::{
    evaluate::Outcome,
    evaluation::EvaluationEvent,
    standing::{Audited, StandingEvent},
};

/// What an evaluation found.
pub fn evaluation(event: &EvaluationEvent, names: &Names) -> (String, Weight) {
    let EvaluationEvent::Made { made } = event;
    let card = &made.card;
    let score = card.composite.map_or_else(|| "no score".to_owned(), |score| format!("{score} points"));
    let restates = made.restates.map_or_else(String::new, |id| format!("; restates {id}"));
    let partner = names.partner(made.partner);
    let text = format!(
        "{partner} audited as of {}: {}, has {}, earned {}; {score}{restates}",
        card.day,
        card.outcome.doc(),
        card.stored,
        card.computed
    );
    (text, weight(card.outcome))
}

const fn weight(outcome: Outcome) -> Weight {
    match outcome {
        Outcome::Stay => Weight::Plain,
        Outcome::Promote => Weight::Good,
        Outcome::AtRisk => Weight::Warning,
        Outcome::Demote => Weight::Bad,
    }
}

/// What happened to the standing of a partner.
pub fn standing(event: &StandingEvent, names: &Names) -> (String, Weight) {
    let text = match event {
        StandingEvent::Begun { partner } => format!("{} is audited from now on", names.partner(*partner)),
        StandingEvent::Audited { audited } => return audited_as(audited),
        StandingEvent::Proposed { proposal } if proposal.promotes => {
            return (format!("proposed for {}, from {}: {}", proposal.to, proposal.from, proposal.reason), Weight::Good);
        }
        StandingEvent::Proposed { proposal } => {
            return (format!("proposed for {}, from {}: {}", proposal.to, proposal.from, proposal.reason), Weight::Warning);
        }
        StandingEvent::Approved { on, .. } => return (format!("approved, in force from {on}"), Weight::Good),
        StandingEvent::Rejected { reason } => return (format!("rejected: {reason}"), Weight::Bad),
        StandingEvent::Deferred { until, reason, .. } => format!("deferred until {until}: {reason}"),
        StandingEvent::Withdrawn { why } => return (format!("withdrawn: {why}"), Weight::Warning),
        StandingEvent::Enforced { from, to } => return (format!("{to} from now on, no longer {from}"), Weight::Good),
        StandingEvent::PlanOpened { plan } => {
            return (format!("remediation plan to keep {}, until {}", plan.tier, plan.due_on), Weight::Warning);
        }
        StandingEvent::PlanAssigned { owner } => format!("{} looks after the remediation plan", names.operator(*owner)),
        StandingEvent::PlanAdvanced { progress } => format!("remediation at {} %: {}", progress.percent, progress.text),
        StandingEvent::PlanClosed { passed: true, reason, .. } => return (format!("remediation plan fulfilled: {reason}"), Weight::Good),
        StandingEvent::PlanClosed { reason, .. } => return (format!("remediation plan closed: {reason}"), Weight::Warning),
        StandingEvent::Rated { rated } => {
            let one = |name, value: Option<rust_decimal::Decimal>| value.map(|value| format!("{name} {value}"));
            let all = [one("satisfaction", rated.satisfaction), one("compliance", rated.compliance), one("training", rated.training)];
            let all: Vec<String> = all.into_iter().flatten().collect();
            if all.is_empty() { "no longer rated".to_owned() } else { format!("rated: {}", all.join(", ")) }
        }
        StandingEvent::Acquired { on: Some(on) } => format!("a part of its parent since {on}"),
        StandingEvent::Acquired { on: None } => "not a part of its parent".to_owned(),
        StandingEvent::Undone { what, .. } => {
            let what: Vec<String> = what.iter().map(|name| crate::domain::event::in_words(name)).collect();
            return (format!("undone: {}", what.join(", ")), Weight::Warning);
        }
    };
    (text, Weight::Plain)
}

fn audited_as(audited: &Audited) -> (String, Weight) {
    let text = format!("audited as of {} ({}): {}", audited.day, audited.evaluation, audited.outcome.doc());
    (text, weight(audited.outcome))
}
