//! Whether a claim is in a state for a verb: what dims a key. The decision asks it first, so the two never differ.

use super::{Claim, ClaimState, ClaimVerb};
use crate::domain::mdf::refusal::Refusal;

pub fn possible(claim: &Claim, verb: ClaimVerb) -> Result<(), Refusal> {
    let state = &claim.state;
    let no = |why: &str| Err(Refusal::not_now(verb, format!("{} {why}", claim.id)));
    match verb {
        ClaimVerb::Note | ClaimVerb::Undo => Ok(()),
        ClaimVerb::Draft => no("is a claim already"),
        ClaimVerb::Settle if claim.desk.escalation.is_none() => no("is not escalated"),
        ClaimVerb::Settle => Ok(()),
        // What the bank has done is done, whatever was flagged since.
        ClaimVerb::ConfirmPayment | ClaimVerb::FailPayment if claim.under_way().minor == 0 => no("has no payment under way"),
        ClaimVerb::ConfirmPayment | ClaimVerb::FailPayment => Ok(()),
        ClaimVerb::ClawBack if claim.paid().minor <= 0 => no("has nothing paid"),
        ClaimVerb::ClawBack => Ok(()),
        _ if !state.is_open() => no(&format!("is {}", state.words())),
        ClaimVerb::Assign | ClaimVerb::Escalate => Ok(()),
        _ => match state {
            ClaimState::Suspect { .. } => possible_while_suspect(claim, verb),
            ClaimState::Approved { .. } => possible_once_approved(claim, verb),
            _ => possible_before_decision(claim, verb),
        },
    }
}

fn possible_while_suspect(claim: &Claim, verb: ClaimVerb) -> Result<(), Refusal> {
    let no = |why: &str| Err(Refusal::not_now(verb, format!("{} {why}", claim.id)));
    let has_payments = claim.paid().minor != 0 || claim.under_way().minor != 0;
    match verb {
        ClaimVerb::Clear | ClaimVerb::Check => Ok(()),
        ClaimVerb::Reject if has_payments => no("was paid in part; clear the suspicion and close it"),
        ClaimVerb::Reject => Ok(()),
        ClaimVerb::Flag => no("is under suspicion already"),
        _ => no("stands still under suspicion"),
    }
}

fn possible_once_approved(claim: &Claim, verb: ClaimVerb) -> Result<(), Refusal> {
    let no = |why: &str| Err(Refusal::not_now(verb, format!("{} {why}", claim.id)));
    let is_paying = claim.payments.iter().any(|payment| payment.state.is_under_way() || payment.state.is_confirmed());
    match verb {
        ClaimVerb::Edit if is_paying => no("is being paid"),
        ClaimVerb::Edit | ClaimVerb::Flag => Ok(()),
        ClaimVerb::Pay | ClaimVerb::Export => Ok(()),
        ClaimVerb::Close if claim.under_way().minor != 0 => no("has a payment under way"),
        ClaimVerb::Close => Ok(()),
        ClaimVerb::Clear => no("is not under suspicion"),
        ClaimVerb::Attach if is_paying => no("is approved already, and being paid"),
        ClaimVerb::Attach => no("is approved already; edit it, which asks for approval anew, and attach then"),
        _ => no("is approved already"),
    }
}

fn possible_before_decision(claim: &Claim, verb: ClaimVerb) -> Result<(), Refusal> {
    use ClaimState::{Draft, InfoRequested};
    let no = |why: &str| Err(Refusal::not_now(verb, format!("{} {why}", claim.id)));
    match (verb, &claim.state) {
        (ClaimVerb::Edit | ClaimVerb::Attach | ClaimVerb::Withdraw | ClaimVerb::Check, _) => Ok(()),
        (ClaimVerb::Submit, Draft) => Ok(()),
        (ClaimVerb::Submit, InfoRequested { .. }) => no("was submitted before; resubmit it"),
        (ClaimVerb::Submit, _) => no("is submitted already"),
        (ClaimVerb::Resubmit, InfoRequested { .. }) => Ok(()),
        (ClaimVerb::Resubmit, _) => no("was not asked for information"),
        (ClaimVerb::Clear, _) => no("is not under suspicion"),
        (ClaimVerb::Pay | ClaimVerb::Export | ClaimVerb::Close, _) => no("is not approved yet"),
        (_, Draft) => no("is a draft; submit it first"),
        (ClaimVerb::RequestInfo, InfoRequested { .. }) => no("awaits the partner's answer already"),
        (ClaimVerb::Approve | ClaimVerb::Waive, InfoRequested { .. }) => no("awaits the partner's answer"),
        _ => Ok(()),
    }
}
