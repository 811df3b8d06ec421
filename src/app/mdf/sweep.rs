//! The engine's work at the MDF desk: warnings and breaches, requests whose claims are overdue, funds whose period ended.
//! It may run twice: whoever comes second finds nothing to do.

use super::{command::partner, draft::MdfDraft, facts::Facts};
use crate::{
    app::{Failure, MdfDone, MdfItem, MdfRecord, Outcome, Scene},
    domain::{
        id::{ClaimId, FundId, RequestId},
        mdf::{Effects, Refusal, claim, fund, item::ItemId, request},
    },
    store::Unit,
};

/// Fires what is due on at most so many funds, requests and claims each.
pub async fn sweep<U: Unit>(unit: &mut U, scene: Scene<'_>, limit: u32) -> Result<Outcome, Failure> {
    let due = unit.mdf_due(scene.now, limit).await?;
    if due.is_empty() {
        return Ok(Outcome::default());
    }
    let mut draft = MdfDraft::new(scene);
    load(unit, &mut draft, &due).await?;
    let facts = Facts::load(unit, scene, &[]).await?;
    let mut items = Vec::with_capacity(due.len());
    // What a request gives back comes to its fund before that is settled.
    for id in due.iter().rev() {
        if let Some(result) = one(&mut draft, &facts, *id).transpose() {
            items.push(MdfItem { entity: id.entity(), result });
        }
    }
    let funds = draft.moved();
    let seq = scene.save(unit, draft.into_changes()).await?;
    Ok(Outcome { seq, mdf: items, funds, ..Outcome::default() })
}

/// In the order of the house, with the funds that the requests belong to.
async fn load<U: Unit>(unit: &mut U, draft: &mut MdfDraft<'_>, due: &[ItemId]) -> Result<(), Failure> {
    let mut funds: Vec<FundId> = due.iter().filter_map(|id| if let ItemId::Fund(id) = id { Some(*id) } else { None }).collect();
    let requests: Vec<RequestId> = due.iter().filter_map(|id| if let ItemId::Request(id) = id { Some(*id) } else { None }).collect();
    let claims: Vec<ClaimId> = due.iter().filter_map(|id| if let ItemId::Claim(id) = id { Some(*id) } else { None }).collect();
    let homes = unit.mdf_homes(&requests.iter().map(|id| ItemId::Request(*id)).collect::<Vec<_>>()).await?;
    funds.extend(homes.iter().map(|home| home.fund));
    draft.load(unit, &funds, &requests, &claims).await
}

/// What is due on one item; nothing if another engine was here first.
fn one(draft: &mut MdfDraft<'_>, facts: &Facts, id: ItemId) -> Result<Option<MdfDone>, Refusal> {
    let scene = draft.scene;
    let context = scene.rules.context(scene.actor, scene.now);
    let effects = match id {
        ItemId::Fund(id) => {
            let Some(fund) = draft.fund(id) else { return Ok(None) };
            Effects { fund: fund::sweep(fund, context)?, ..Effects::default() }
        }
        ItemId::Request(id) => {
            let Some(request) = draft.request(id) else { return Ok(None) };
            let Some(fund) = draft.fund(request.fund) else { return Ok(None) };
            request::sweep(request, context, facts.of_request(fund, partner(scene, request.partner)?))?
        }
        ItemId::Claim(id) => {
            let Some(claim) = draft.claim(id) else { return Ok(None) };
            Effects { claim: claim::sweep(claim, context)?, ..Effects::default() }
        }
    };
    if effects == Effects::default() {
        return Ok(None);
    }
    let after = match id {
        ItemId::Fund(id) => {
            draft.fund_happened(id, &effects.fund);
            draft.fund(id).map(|fund| MdfRecord::Fund(Box::new(fund.clone())))
        }
        ItemId::Request(id) => {
            draft.request_decided(id, &effects);
            draft.request(id).map(|request| MdfRecord::Request(Box::new(request.clone())))
        }
        ItemId::Claim(id) => {
            draft.claim_decided(id, &effects);
            draft.claim(id).map(|claim| MdfRecord::Claim(Box::new(claim.clone())))
        }
    };
    Ok(after.map(|after| MdfDone { effects, after }))
}
