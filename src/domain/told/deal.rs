//! What happened to a registration or in a conflict, in words.

use super::{Names, Weight, taken_back};
use crate::domain::{
    deal::{
        DealEvent, DisputePhase, FieldChange, FieldProblem, SharedWith,
        conflict::{CaseClockKind, CaseEvent, Decision},
    },
    id::DealId,
};

/// What happened to a registration, as a fragment without its subject, with its weight.
pub fn deal(event: &DealEvent, names: &Names) -> (String, Weight) {
    let text = match event {
        DealEvent::Drafted { partner, source_lead: Some(lead), .. } => format!("made of {} for {}", lead.lead, names.partner(*partner)),
        DealEvent::Drafted { partner, .. } => format!("drafted for {}", names.partner(*partner)),
        DealEvent::Edited { changes, .. } => format!("edited: {}", fields(changes.iter().map(FieldChange::field))),
        DealEvent::ContactChanged { .. } => "contact changed".to_owned(),
        DealEvent::Matched { account: Some(link), .. } => format!("matched with {}", link.account),
        DealEvent::Matched { account: None, .. } => "matched with no customer of ours".to_owned(),
        DealEvent::Submitted { place: Some(place), .. } => format!("submitted, complete, number {}", place.sequence),
        DealEvent::Submitted { missing, .. } => return (format!("submitted, not complete: {}", problems(missing)), Weight::Warning),
        DealEvent::ReviewTaken { reviewer, .. } => format!("{} reviews it", names.operator(*reviewer)),
        DealEvent::InfoRequested { fields: asked, .. } => {
            return (format!("returned to the partner: {}", fields(asked.iter().copied())), Weight::Warning);
        }
        DealEvent::Resubmitted { place: Some(place), .. } => format!("resubmitted, complete, number {}", place.sequence),
        DealEvent::Resubmitted { missing, .. } => return (format!("resubmitted, not complete: {}", problems(missing)), Weight::Warning),
        DealEvent::SentForApproval { .. } => "recommended; somebody else approves".to_owned(),
        DealEvent::Approved { protection, in_time, .. } => {
            return (format!("approved{}, protected to {}", late(*in_time), protection.last_day()), Weight::Good);
        }
        DealEvent::Rejected { reason, of, in_time, .. } => {
            return (format!("rejected{}: {}{}", late(*in_time), reason.doc(), in_favour(*of)), Weight::Bad);
        }
        DealEvent::Withdrawn { .. } => "withdrawn".to_owned(),
        DealEvent::Extended { protection, .. } => return (format!("extended to {}", protection.last_day()), Weight::Good),
        DealEvent::Expired { .. } => return ("the protection ended".to_owned(), Weight::Bad),
        DealEvent::Won { on, value: Some(value), .. } => return (format!("won on {on}: {value}"), Weight::Good),
        DealEvent::Won { on, .. } => return (format!("won on {on}"), Weight::Good),
        DealEvent::Lost { reason, .. } => return (format!("lost: {}", reason.doc()), Weight::Bad),
        DealEvent::Held { reason, .. } => return (format!("held: {}", reason.doc()), Weight::Warning),
        DealEvent::Released { .. } => "goes on".to_owned(),
        DealEvent::Disputed { case, phase: Some(DisputePhase::Open) } => return (format!("a party of {case}"), Weight::Warning),
        DealEvent::Disputed { case, phase: Some(DisputePhase::Decided) } => format!("{case} is decided"),
        DealEvent::Disputed { case, phase: Some(DisputePhase::Appealed) } => return (format!("{case} is appealed"), Weight::Warning),
        DealEvent::Disputed { case, phase: None } => format!("{case} is closed"),
        DealEvent::Awarded { case, share: Some(SharedWith { share_bp, .. }), .. } => {
            return (format!("{case} gave it {}.{:02} % of the deal", share_bp / 100, share_bp % 100), Weight::Good);
        }
        DealEvent::Awarded { case, .. } => return (format!("{case} gave it the deal"), Weight::Good),
        DealEvent::Overruled { case, reason, of, .. } => {
            return (format!("{case} decided against it: {}{}", reason.doc(), in_favour(*of)), Weight::Bad);
        }
        DealEvent::Attached { no, document } => format!("document {no} attached: {}, {}", document.kind.doc(), document.name),
        DealEvent::Noted { .. } => "note".to_owned(),
        DealEvent::Escalated { severity, cause } => return (format!("escalated, {}: {}", severity.name(), cause.doc()), Weight::Warning),
        DealEvent::Settled { by_itself: true } => "escalation settled by itself".to_owned(),
        DealEvent::Settled { .. } => "escalation settled".to_owned(),
        DealEvent::Warned { percent, .. } => return (format!("{percent} % of the time to decide used"), Weight::Warning),
        DealEvent::Breached { .. } => return ("the time to decide ran out".to_owned(), Weight::Bad),
        DealEvent::ClockRecomputed { .. } => "clock recomputed".to_owned(),
        DealEvent::Undone { what, .. } => taken_back(what),
        DealEvent::Erased => "personal data erased".to_owned(),
    };
    (text, Weight::Plain)
}

/// What happened in a conflict, in the same way.
pub fn case(event: &CaseEvent, names: &Names) -> (String, Weight) {
    let text = match event {
        CaseEvent::Flagged { parties, findings } => {
            let kind = findings.iter().map(crate::domain::deal::conflict::Finding::kind).max();
            let kind = kind.map_or("a conflict", crate::domain::deal::conflict::ConflictKind::doc);
            return (format!("opened between {}: {kind}", deals(parties.iter().map(|party| party.deal))), Weight::Warning);
        }
        CaseEvent::Joined { party, .. } => return (format!("{} joined", party.deal), Weight::Warning),
        CaseEvent::EvidenceOpened { .. } => "the parties were asked for evidence".to_owned(),
        CaseEvent::ReviewStarted { early: true, .. } => "the review began before the evidence window ended".to_owned(),
        CaseEvent::ReviewStarted { .. } => "the evidence window ended, and the review began".to_owned(),
        CaseEvent::ReviewTaken { reviewer, .. } => format!("{} reviews it", names.operator(*reviewer)),
        CaseEvent::Decided { decision, in_time } => format!("decided{}: {}", late(*in_time), verdict(decision)),
        CaseEvent::Notified { notices, .. } => match notices.len() {
            1 => "1 party was told".to_owned(),
            many => format!("{many} parties were told"),
        },
        CaseEvent::Appealed { by, grounds, .. } => return (format!("{by} appealed: {grounds}"), Weight::Warning),
        CaseEvent::Upheld { decision, in_time, .. } => format!("upheld{}: {}", late(*in_time), verdict(decision)),
        CaseEvent::Overturned { decision, in_time, .. } => {
            return (format!("overturned{}: {}", late(*in_time), verdict(decision)), Weight::Warning);
        }
        CaseEvent::Closed { result, .. } => format!("closed: {}", result.doc()),
        CaseEvent::Noted { .. } => "note".to_owned(),
        CaseEvent::Escalated { severity, cause } => return (format!("escalated, {}: {}", severity.name(), cause.doc()), Weight::Warning),
        CaseEvent::Settled { by_itself: true } => "escalation settled by itself".to_owned(),
        CaseEvent::Settled { .. } => "escalation settled".to_owned(),
        CaseEvent::Warned { clock, percent } => {
            return (format!("{percent} % of the time for the {} used", clock.kind.doc()), Weight::Warning);
        }
        CaseEvent::Breached { clock, .. } => {
            let what = if clock.kind == CaseClockKind::Appeal { "appeal" } else { clock.kind.doc() };
            return (format!("the time for the {what} ran out"), Weight::Bad);
        }
    };
    (text, Weight::Plain)
}

fn verdict(decision: &Decision) -> String {
    let against = if decision.against_precedent { ", against most decisions like it" } else { "" };
    format!("{}{against}", decision.verdict.sentence(&|deal| deal.to_string()))
}

const fn late(in_time: bool) -> &'static str {
    if in_time { "" } else { ", late" }
}

fn in_favour(of: Option<DealId>) -> String {
    of.map_or_else(String::new, |of| format!(" ({of})"))
}

fn fields(fields: impl Iterator<Item = crate::domain::deal::DealField>) -> String {
    fields.map(crate::domain::deal::DealField::doc).collect::<Vec<_>>().join(", ")
}

fn problems(problems: &[FieldProblem]) -> String {
    problems.iter().map(FieldProblem::sentence).collect::<Vec<_>>().join("; ")
}

fn deals(deals: impl Iterator<Item = DealId>) -> String {
    deals.map(|deal| deal.to_string()).collect::<Vec<_>>().join(", ")
}
