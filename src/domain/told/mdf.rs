//! What happened at the MDF desk, in words.

use super::{Names, Weight};
use crate::domain::{
    event::in_words,
    mdf::{
        approval::{AuthorityEvent, Delegation},
        batch::{Answer, BatchEvent},
        check::{CheckOutcome, Finding},
        claim::ClaimEvent,
        fund::FundEvent,
        request::RequestEvent,
    },
};

/// What happened to a fund, as a fragment without its subject, with its weight.
pub fn fund(event: &FundEvent) -> (String, Weight) {
    let text = match event {
        FundEvent::Opened { terms, .. } => format!("opened: {}, {} to {}, in {}", terms.name, terms.from, terms.to, terms.currency),
        FundEvent::Posted { entry, reason } => {
            let amount = entry.amount().map_or_else(String::new, |amount| format!(" of {amount}"));
            let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            format!("entry {}, {}{amount}{reason}", entry.no, entry.kind.doc())
        }
        FundEvent::Closed => return ("the period ended".to_owned(), Weight::Warning),
        FundEvent::Settled => "settled: nothing is open any more".to_owned(),
        FundEvent::Noted { .. } => "note".to_owned(),
    };
    (text, Weight::Plain)
}

/// What happened to a request.
pub fn request(event: &RequestEvent, names: &Names) -> (String, Weight) {
    let text = match event {
        RequestEvent::Drafted { partner, plan, .. } => format!("drafted for {}: {}", names.partner(*partner), plan.title),
        RequestEvent::Edited { .. } => "edited; approvals before are void".to_owned(),
        RequestEvent::Submitted { .. } => "submitted".to_owned(),
        RequestEvent::InfoRequested { .. } => return ("information requested".to_owned(), Weight::Warning),
        RequestEvent::Resubmitted { .. } => "resubmitted".to_owned(),
        RequestEvent::Signed { signature, .. } => format!("{} of {}", signature.step.doc(), signature.amount),
        RequestEvent::Approved { commitment, .. } => return (format!("approved: {} committed", commitment.amount), Weight::Good),
        RequestEvent::Rejected { reason, .. } => return (format!("rejected: {}", reason.doc()), Weight::Bad),
        RequestEvent::Withdrawn { .. } => "withdrawn".to_owned(),
        RequestEvent::Drawn { claim, change, .. } if change.minor < 0 => {
            format!("{claim} gave {} back", change.to_string().replace('-', ""))
        }
        RequestEvent::Drawn { claim, change, .. } if change.minor > 0 => format!("{claim} draws {change}"),
        // It was set aside already: nothing changes for the request.
        RequestEvent::Drawn { claim, open: true, .. } => format!("{claim} keeps what is set aside"),
        RequestEvent::Drawn { claim, .. } => format!("{claim} is done"),
        RequestEvent::Completed { released } => format!("completed, {released} released"),
        RequestEvent::Expired { released } => return (format!("nothing was claimed in time, {released} released"), Weight::Warning),
        RequestEvent::Assigned { to: Some(to), .. } => format!("{} looks after it", names.operator(*to)),
        RequestEvent::Assigned { to: None, .. } => "nobody looks after it now".to_owned(),
        RequestEvent::Noted { .. } => "note".to_owned(),
        RequestEvent::Escalated { severity, cause } => {
            return (format!("escalated, {}: {}", severity.name(), cause.doc()), Weight::Warning);
        }
        RequestEvent::Settled { .. } => "escalation settled".to_owned(),
        RequestEvent::Warned { clock, percent } => {
            return (format!("{percent} % of the time to {} used", clock.kind.doc()), Weight::Warning);
        }
        RequestEvent::Breached { clock, .. } => return (format!("the time to {} ran out", clock.kind.doc()), Weight::Bad),
        RequestEvent::Undone { what, .. } => taken_back(what),
    };
    (text, Weight::Plain)
}

/// What happened to a claim.
pub fn claim(event: &ClaimEvent, names: &Names) -> (String, Weight) {
    let text = match event {
        ClaimEvent::Drafted { request, content, .. } => format!("drafted on {request}: {}", content.asked),
        ClaimEvent::Edited { .. } => "edited; approvals before are void".to_owned(),
        ClaimEvent::Submitted { reserved, .. } => format!("submitted, {reserved} set aside"),
        ClaimEvent::Checked { findings } => return checked(findings),
        ClaimEvent::Waived { check, reason, .. } => {
            return (format!("\"{}\" may pass: {reason}", check.doc()), Weight::Warning);
        }
        ClaimEvent::InfoRequested { .. } => return ("information requested".to_owned(), Weight::Warning),
        ClaimEvent::Resubmitted { .. } => "resubmitted".to_owned(),
        ClaimEvent::Signed { signature, .. } => format!("{} of {}", signature.step.doc(), signature.amount),
        ClaimEvent::Approved { approval, .. } => return (format!("approved: {}", approval.amount), Weight::Good),
        ClaimEvent::Rejected { reason, .. } => return (format!("rejected: {}", reason.doc()), Weight::Bad),
        ClaimEvent::Withdrawn { .. } => "withdrawn".to_owned(),
        ClaimEvent::Flagged { freeze, .. } => return (format!("under suspicion ({}): {}", freeze.of, freeze.reason), Weight::Bad),
        ClaimEvent::Cleared { .. } => return ("the suspicion is gone".to_owned(), Weight::Good),
        ClaimEvent::PaymentOrdered { payment } => format!("payment {} ordered: {}", payment.no, payment.amount),
        ClaimEvent::PaymentExported { no, batch } => format!("payment {no} exported in {batch}"),
        ClaimEvent::PaymentConfirmed { no, amount, .. } => return (format!("payment {no} confirmed: {amount}"), Weight::Good),
        ClaimEvent::PaymentFailed { no, reason } => return (format!("payment {no} failed: {reason}"), Weight::Bad),
        ClaimEvent::ClawedBack { payment } => return (format!("clawed back: {}", payment.amount), Weight::Warning),
        ClaimEvent::Closed { unpaid, .. } if unpaid.minor > 0 => format!("closed, {unpaid} not paid"),
        ClaimEvent::Closed { .. } => return ("paid and closed".to_owned(), Weight::Good),
        ClaimEvent::Assigned { to: Some(to), .. } => format!("{} looks after it", names.operator(*to)),
        ClaimEvent::Assigned { to: None, .. } => "nobody looks after it now".to_owned(),
        ClaimEvent::Noted { .. } => "note".to_owned(),
        ClaimEvent::Escalated { severity, cause } => {
            return (format!("escalated, {}: {}", severity.name(), cause.doc()), Weight::Warning);
        }
        ClaimEvent::Settled { .. } => "escalation settled".to_owned(),
        ClaimEvent::Warned { clock, percent } => return (format!("{percent} % of the time to {} used", clock.kind.doc()), Weight::Warning),
        ClaimEvent::Breached { clock, .. } => return (format!("the time to {} ran out", clock.kind.doc()), Weight::Bad),
        ClaimEvent::Undone { what, .. } => taken_back(what),
    };
    (text, Weight::Plain)
}

/// What happened to somebody's authority to approve.
pub fn authority(event: &AuthorityEvent, names: &Names) -> String {
    match event {
        AuthorityEvent::LimitSet { limit } => {
            let until = limit.until.map(|until| format!(" until {until}")).unwrap_or_default();
            format!("{} approves up to {} from {}{until}", names.operator(limit.operator), limit.amount, limit.from)
        }
        AuthorityEvent::Delegated { delegation: Delegation { from, to, starts_on, ends_on } } if ends_on < starts_on => {
            format!("{} no longer approves for {}", names.operator(*to), names.operator(*from))
        }
        AuthorityEvent::Delegated { delegation: Delegation { from, to, starts_on, ends_on } } => {
            format!("{} approves for {} from {starts_on} until {ends_on}", names.operator(*to), names.operator(*from))
        }
    }
}

/// What happened to a batch of payments.
pub fn batch(event: &BatchEvent) -> (String, Weight) {
    match event {
        BatchEvent::Exported { items, file, .. } => (format!("{} payments exported as {}", items.len(), file.name), Weight::Plain),
        BatchEvent::Answered { claim, no, answer: Answer::Confirmed { .. } } => {
            (format!("payment {no} of {claim} confirmed"), Weight::Good)
        }
        BatchEvent::Answered { claim, no, answer: Answer::Failed { reason } } => {
            (format!("payment {no} of {claim} failed: {reason}"), Weight::Bad)
        }
    }
}

fn checked(findings: &[Finding]) -> (String, Weight) {
    let failed: Vec<&str> = findings.iter().filter(|finding| finding.is_failed()).map(|finding| finding.kind.doc()).collect();
    let open = needing_a_person(findings);
    match (failed.is_empty(), open.is_empty()) {
        (true, true) => (format!("{} checks, all passed", findings.len()), Weight::Plain),
        (true, false) => (format!("{} checks, none failed; a person has to look at: {}", findings.len(), open.join(", ")), Weight::Warning),
        (false, true) => (format!("checks failed: {}", failed.join(", ")), Weight::Warning),
        (false, false) => (format!("checks failed: {}; a person has to look at: {}", failed.join(", "), open.join(", ")), Weight::Warning),
    }
}

/// What a person has to have looked at before it is approved.
pub fn needing_a_person(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().filter(|finding| finding.outcome == CheckOutcome::NeedsPerson).map(|finding| finding.kind.doc()).collect()
}

fn taken_back(what: &[String]) -> String {
    let what: Vec<String> = what.iter().map(|name| in_words(name)).collect();
    format!("taken back: {}", what.join(", "))
}
