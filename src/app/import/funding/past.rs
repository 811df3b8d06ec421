//! A record with its past: each step is a command of its own, at the time at which it took place, by who did it.

use super::resolve::{Decided, Drafted, Paid, Ready, Story, Verdict, command};
use crate::{
    app::{App, Command, Failure, MdfCommand, MdfRecord, MdfStep, Outcome, Past, Request, Target, import::door::Door},
    domain::{
        deal::ContentHash,
        id::{CommandId, OperatorId},
        mdf::{
            Refusal,
            batch::{Answer, BatchFile},
            claim::{Claim, ClaimCommand, ClaimState, PaymentState},
            item::ItemId,
            request::{RejectReason, RequestCommand, RequestState},
        },
        text::Text,
        time::Instant,
    },
};
use futures::future::BoxFuture;

pub struct Teller<'a> {
    pub app: &'a App,
    pub actor: OperatorId,
    pub door: &'a Door,
}

/// How a record stands after its past was told.
pub struct Told {
    pub ended: Ended,
    pub record: Option<MdfRecord>,
    /// What our rules did not let happen.
    pub refused: Vec<Refusal>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Nothing new.
    Known,
    /// Not even as a draft.
    Refused,
    Draft,
    Submitted,
    /// As where it comes from.
    Decided,
}

impl Teller<'_> {
    pub fn tell<'a>(&'a self, row: &'a Ready, draft: Drafted, story: &'a Story) -> BoxFuture<'a, Result<Told, Failure>> {
        Box::pin(async move {
            let mut refused = Vec::new();
            let (record, is_new) = match self.record(row, &draft).await? {
                Some(known) => (known, false),
                None => match self.begun(row, draft, story, &mut refused).await? {
                    Some(record) => (record, true),
                    None => return Ok(Told { ended: Ended::Refused, record: None, refused }),
                },
            };
            let before = standing(&record);
            let record = match before {
                Ended::Draft => record,
                _ => self.decided(row, record, story, &mut refused).await?,
            };
            let after = standing(&record);
            let ended = if is_new || after != before { after } else { Ended::Known };
            Ok(Told { ended, record: Some(record), refused })
        })
    }

    /// The record that came with the key of a row.
    async fn record(&self, row: &Ready, draft: &Drafted) -> Result<Option<MdfRecord>, Failure> {
        let keys = [row.key.clone()];
        Ok(match draft {
            Drafted::Request(_) => self.door.requests(self.app, &keys).await?.remove(0).map(|one| MdfRecord::Request(Box::new(one))),
            Drafted::Claim(_) => self.door.claims(self.app, &keys).await?.remove(0).map(|one| MdfRecord::Claim(Box::new(one))),
        })
    }

    /// Handed in then; where our rules refuse that, a draft.
    async fn begun(&self, row: &Ready, draft: Drafted, story: &Story, refused: &mut Vec<Refusal>) -> Result<Option<MdfRecord>, Failure> {
        for (name, draft) in [("submitted", draft.clone()), ("drafted", draft.unsubmitted())] {
            let command = command(std::slice::from_ref(&draft));
            let outcome = self.step(&row.key, name, story.submitted_at, self.actor, command).await?;
            match outcome.mdf.into_iter().next().map(|item| item.result) {
                Some(Ok(done)) => return Ok(Some(done.after)),
                // What speaks against the draft as well is told once.
                Some(Err(why)) if refused.last() == Some(&why) => {}
                Some(Err(why)) => refused.push(why),
                // Written by an earlier run under this very command.
                None => return self.record(row, &draft).await,
            }
        }
        Ok(None)
    }

    async fn decided(&self, row: &Ready, record: MdfRecord, story: &Story, refused: &mut Vec<Refusal>) -> Result<MdfRecord, Failure> {
        let Some(decided) = &story.decided else { return Ok(record) };
        match record {
            MdfRecord::Request(request) if request.state == RequestState::Submitted => {
                let command = match decided.verdict {
                    Verdict::Approved(amount) => RequestCommand::Approve { amount, seen: request.pin(), on_behalf_of: None },
                    Verdict::Rejected => RequestCommand::Reject { reason: RejectReason::Other },
                };
                let done = self.ask(row, "decided", decided.at, decided.by, request.id.into(), MdfCommand::Request(command)).await?;
                Ok(done.unwrap_or_else(|why| {
                    refused.extend(why);
                    MdfRecord::Request(request)
                }))
            }
            MdfRecord::Claim(claim) => {
                Ok(MdfRecord::Claim(Box::new(self.claim(row, *claim, decided, story.paid.as_ref(), refused).await?)))
            }
            other => Ok(other),
        }
    }

    async fn claim(
        &self,
        row: &Ready,
        mut claim: Claim,
        decided: &Decided,
        paid: Option<&Paid>,
        refused: &mut Vec<Refusal>,
    ) -> Result<Claim, Failure> {
        if claim.state == ClaimState::Submitted {
            if matches!(decided.verdict, Verdict::Approved(_)) {
                claim = self.waived(row, claim, decided, refused).await?;
            }
            let command = match decided.verdict {
                Verdict::Approved(amount) => ClaimCommand::Approve { amount, seen: claim.pin(), on_behalf_of: None },
                Verdict::Rejected => ClaimCommand::Reject { reason: RejectReason::Other },
            };
            claim = self.claim_step(row, "decided", decided.at, decided.by, claim, command, refused).await?;
        }
        match paid {
            Some(paid) if matches!(claim.state, ClaimState::Approved { .. }) => self.paid(row, claim, paid, refused).await,
            _ => Ok(claim),
        }
    }

    /// Who approved it then let pass what its checks find here, as far as anybody may.
    async fn waived(&self, row: &Ready, mut claim: Claim, decided: &Decided, refused: &mut Vec<Refusal>) -> Result<Claim, Failure> {
        let failed: Vec<_> =
            claim.findings.iter().filter(|finding| finding.is_failed() && finding.kind.may_be_waived()).map(|one| one.kind).collect();
        for check in failed.into_iter().filter(|check| !claim.waivers.contains_key(check)).collect::<Vec<_>>() {
            let command = ClaimCommand::Waive { check, reason: Text::clean("it was approved where it comes from") };
            let name = format!("waived {}", check.name());
            claim = self.claim_step(row, &name, decided.at, decided.by, claim, command, refused).await?;
        }
        Ok(claim)
    }

    /// Ordered, handed to the bank and confirmed, as it was.
    async fn paid(&self, row: &Ready, claim: Claim, paid: &Paid, refused: &mut Vec<Refusal>) -> Result<Claim, Failure> {
        let key = row.key.clone();
        let command = ClaimCommand::Pay { key: key.clone(), amount: paid.amount };
        let claim = if claim.payments.iter().any(|payment| payment.key == key) {
            claim
        } else {
            self.claim_step(row, "paid", paid.at, paid.by, claim, command, refused).await?
        };
        let Some(payment) = claim.payments.iter().find(|payment| payment.key == key).cloned() else { return Ok(claim) };
        if payment.state == PaymentState::Ordered {
            let file = BatchFile { name: key.clone(), hash: ContentHash::of(format!("paid before\n{key}").as_bytes()) };
            let command = Command::ExportBatch { payments: vec![(claim.id, payment.no)], file };
            self.step(&row.key, "exported", paid.at, paid.by, command).await?;
        }
        let Some(claim) = self.door.claims(self.app, std::slice::from_ref(&key)).await?.remove(0) else { return Ok(claim) };
        if let Some(PaymentState::Exported { batch }) = claim.payment(payment.no).map(|payment| payment.state.clone()) {
            let answers = vec![(claim.id, payment.no, Answer::Confirmed { reference: paid.reference.clone() })];
            self.step(&row.key, "confirmed", paid.at, paid.by, Command::AnswerBatch { batch, answers }).await?;
        }
        Ok(self.door.claims(self.app, &[key]).await?.remove(0).unwrap_or(claim))
    }

    async fn claim_step(
        &self,
        row: &Ready,
        name: &str,
        at: Instant,
        by: OperatorId,
        claim: Claim,
        command: ClaimCommand,
        refused: &mut Vec<Refusal>,
    ) -> Result<Claim, Failure> {
        match self.ask(row, name, at, by, claim.id.into(), MdfCommand::Claim(command)).await? {
            Ok(MdfRecord::Claim(after)) => Ok(*after),
            Ok(_) => Ok(claim),
            Err(why) => {
                refused.extend(why);
                Ok(claim)
            }
        }
    }

    /// The record after a verb; nothing but the reason where it was refused, and not even that where an earlier run did it.
    async fn ask(
        &self,
        row: &Ready,
        name: &str,
        at: Instant,
        by: OperatorId,
        id: ItemId,
        command: MdfCommand,
    ) -> Result<Result<MdfRecord, Option<Refusal>>, Failure> {
        let step = MdfStep { target: Target { id, seen: None }, command };
        let outcome = self.step(&row.key, name, at, by, Command::Mdf(vec![step])).await?;
        Ok(match outcome.mdf.into_iter().next().map(|item| item.result) {
            Some(Ok(done)) => Ok(done.after),
            Some(Err(why)) => Err(Some(why)),
            None => Err(None),
        })
    }

    /// One step, under an identity of its own: telling it again changes nothing.
    async fn step(&self, key: &Text, name: &str, at: Instant, by: OperatorId, command: Command) -> Result<Outcome, Failure> {
        let hash = blake3::hash(format!("past\n{key}\n{name}").as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.as_bytes()[..16]);
        let id = CommandId(uuid::Builder::from_custom_bytes(bytes).into_uuid());
        Box::pin(self.door.carry(self.app, self.actor, Request { id, command, past: Some(Past { at, by }) })).await
    }
}

pub(super) fn standing(record: &MdfRecord) -> Ended {
    match record {
        MdfRecord::Request(request) => match request.state {
            RequestState::Draft => Ended::Draft,
            RequestState::Submitted | RequestState::InfoRequested { .. } => Ended::Submitted,
            _ => Ended::Decided,
        },
        MdfRecord::Claim(claim) => match claim.state {
            ClaimState::Draft => Ended::Draft,
            ClaimState::Submitted | ClaimState::InfoRequested { .. } | ClaimState::Suspect { .. } => Ended::Submitted,
            _ => Ended::Decided,
        },
        MdfRecord::Fund(_) | MdfRecord::Batch(_) => Ended::Known,
    }
}
