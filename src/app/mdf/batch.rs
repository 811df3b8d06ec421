//! Payments in batches: exported as one file, answered one by one.

use super::{
    command::{carry_out, denial, finished, partner},
    draft::MdfDraft,
};
use crate::{
    app::{Failure, MdfCommand, MdfDone, MdfItem, MdfRecord, MdfStep, Outcome, Scene, Target},
    domain::{
        event::Entity,
        id::{BatchId, ClaimId},
        mdf::{
            Effects, Refusal,
            batch::{self, Answer, Batch, BatchFile, Exported},
            claim::{Claim, ClaimCommand, ClaimVerb, PaymentState},
            item::ItemId,
        },
        partner::PartnerStatus,
    },
    store::Unit,
};

/// Puts ordered payments into a batch, all or none.
pub async fn export<U: Unit>(unit: &mut U, scene: Scene<'_>, payments: &[(ClaimId, u32)], file: &BatchFile) -> Result<Outcome, Failure> {
    let id = unit.batch_numbers(0).await?;
    let mut draft = MdfDraft::new(scene);
    let claims: Vec<ClaimId> = payments.iter().map(|(claim, _)| *claim).collect();
    draft.load(unit, &[], &[], &claims).await?;
    let known = unit.batch_by_file(file.hash).await?;
    let result = match known {
        Some(known) => Err(Refusal::not_now(ClaimVerb::Export, format!("{} is {known} already", file.name))),
        None => decided(&draft, id, payments, file),
    };
    let result = match result {
        Ok((batch, exported)) => {
            unit.batch_numbers(1).await?;
            draft.begin_batch(batch.clone(), &exported.batch);
            for (claim, event) in exported.claims {
                draft.claim_happened(claim, &[event]);
            }
            Ok(MdfDone { effects: Effects::default(), after: MdfRecord::Batch(Box::new(batch)) })
        }
        Err(refusal) => {
            if let Some(why) = denial(&refusal) {
                draft.denied(ClaimVerb::Export.doc().to_owned(), &why);
            }
            Err(refusal)
        }
    };
    let id = if result.is_ok() { id } else { BatchId(0) };
    finished(unit, draft, vec![MdfItem { entity: Entity::Batch(id), result }], 0).await
}

fn decided(draft: &MdfDraft<'_>, id: BatchId, payments: &[(ClaimId, u32)], file: &BatchFile) -> Result<(Batch, Exported), Refusal> {
    let scene = draft.scene;
    let mut items: Vec<(&Claim, u32)> = Vec::with_capacity(payments.len());
    for (claim, no) in payments {
        let claim = draft.claim(*claim).ok_or_else(|| Refusal::invalid(format!("there is no {claim}")))?;
        let profile = &partner(scene, claim.partner)?.profile;
        if profile.status == PartnerStatus::Suspended {
            let why = format!("{} is suspended, and is paid nothing until that is over", profile.name);
            return Err(Refusal::not_now(ClaimVerb::Export, why));
        }
        items.push((claim, *no));
    }
    batch::export(id, &items, file.clone(), scene.rules.context(scene.actor, scene.now))
}

/// Keeps what the bank answered to payments of a batch; one answer each, a refusal of one is no failure of all.
pub async fn answer<U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    batch: BatchId,
    answers: &[(ClaimId, u32, Answer)],
) -> Result<Outcome, Failure> {
    let ids: Vec<ClaimId> = answers.iter().map(|(claim, ..)| *claim).collect();
    let claims = unit.claims_seen(&ids).await?;
    let (mut steps, mut strangers) = (Vec::with_capacity(answers.len()), Vec::new());
    for (id, no, answer) in answers {
        let is_there = claims.iter().any(|claim| claim.id == *id && in_batch(claim, *no, batch));
        if is_there {
            let command = match answer.clone() {
                Answer::Confirmed { reference } => ClaimCommand::ConfirmPayment { no: *no, reference },
                Answer::Failed { reason } => ClaimCommand::FailPayment { no: *no, reason },
            };
            steps.push(MdfStep { target: Target::from(ItemId::Claim(*id)), command: MdfCommand::Claim(command) });
        } else {
            let why = format!("payment {no} of {id} is not with the bank in {batch}");
            let result = Err(Refusal::not_now(ClaimVerb::ConfirmPayment, why));
            strangers.push(MdfItem { entity: Entity::Claim(*id), result });
        }
    }
    let mut outcome = carry_out(unit, scene, &steps).await?;
    outcome.mdf.extend(strangers);
    Ok(outcome)
}

/// Whether a payment is with the bank in this batch.
fn in_batch(claim: &Claim, no: u32, batch: BatchId) -> bool {
    claim.payment(no).is_some_and(|payment| payment.state == PaymentState::Exported { batch })
}
