//! What begins at the MDF desk: funds, requests, claims. Records that came before are passed over.

use super::{
    command::{finished, partner},
    draft::MdfDraft,
    facts::{Asked, At, Facts},
};
use crate::{
    app::{ClaimDraft, DraftSource, Failure, MdfDone, MdfItem, MdfRecord, Outcome, RequestDraft, Scene},
    domain::{
        event::Entity,
        id::{ClaimId, FundId, PartnerId, RequestId},
        mdf::{
            Effects, Refusal,
            claim::{self, Claim},
            desk::Author,
            fund::{self, FundCommand, FundTerms},
            request::{self, Request},
        },
        money::Money,
        text::Text,
    },
    store::Unit,
};
use std::collections::HashSet;

const fn author(scene: Scene<'_>, source: DraftSource) -> Author {
    match source {
        DraftSource::Desk => Author::Desk(scene.actor.id),
        DraftSource::Import => Author::Import(scene.actor.id),
    }
}

/// The records that have not come before, each once. One without a key of its own can't be recognised again.
fn fresh<'a, R, I>(records: &'a [R], keys: &'a [Text], known: Vec<Option<I>>) -> Vec<&'a R> {
    let mut seen = HashSet::with_capacity(keys.len());
    let fresh = records.iter().zip(keys).zip(known).filter(|((_, key), known)| key.is_empty() || (known.is_none() && seen.insert(*key)));
    fresh.map(|((record, _), _)| record).collect()
}

/// Opens funds; money is allocated to them afterwards.
pub async fn funds<U: Unit>(unit: &mut U, scene: Scene<'_>, all: &[FundTerms]) -> Result<Outcome, Failure> {
    let FundId(first) = unit.fund_numbers(0).await?;
    let keys: Vec<Text> = all.iter().map(|terms| terms.source_key.clone()).collect();
    let known = unit.funds_by_source(&keys).await?;
    let fresh = fresh(all, &keys, known);
    let known = all.len() - fresh.len();
    let mut draft = MdfDraft::new(scene);
    let (mut number, mut items) = (first, Vec::with_capacity(fresh.len()));
    for terms in fresh {
        let holder = terms.holder.partner().map_or(Ok(()), |id| partner(scene, id).map(drop));
        let opened = holder.and_then(|()| fund::open(FundId(number), terms.clone(), scene.rules.context(scene.actor, scene.now)));
        let result = opened.map(|(fund, events)| {
            number += 1;
            draft.begin_fund(fund.clone(), &events);
            MdfDone { effects: Effects { fund: events, ..Effects::default() }, after: MdfRecord::Fund(Box::new(fund)) }
        });
        let id = result.as_ref().map_or(FundId(0), |_| FundId(number - 1));
        items.push(MdfItem { entity: Entity::Fund(id), result });
    }
    unit.fund_numbers(u32::try_from(number - first).unwrap_or(0)).await?;
    finished(unit, draft, items, known).await
}

/// Moves money that is available from one fund to another of the same currency.
pub async fn reallocate<U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    (from, to): (FundId, FundId),
    amount: Money,
    reason: &Text,
) -> Result<Outcome, Failure> {
    let mut draft = MdfDraft::new(scene);
    draft.load(unit, &[from, to], &[], &[]).await?;
    let context = scene.rules.context(scene.actor, scene.now);
    let reason = reason.clone();
    let decided = |id, command: &FundCommand| {
        let fund = draft.fund(id).ok_or_else(|| Refusal::invalid(format!("there is no {id}")))?;
        fund::decide(fund, command, context)
    };
    let both = if from == to {
        Err(Refusal::invalid(format!("{from} is the same fund")))
    } else {
        let taken = decided(from, &FundCommand::Reduce { amount, reason: reason.clone() });
        taken.and_then(|taken| Ok((taken, decided(to, &FundCommand::Allocate { amount, reason })?)))
    };
    let items = match both {
        Err(refusal) => vec![MdfItem { entity: Entity::Fund(from), result: Err(refusal) }],
        Ok((taken, given)) => {
            let mut items = Vec::with_capacity(2);
            for (id, events) in [(from, taken), (to, given)] {
                draft.fund_happened(id, &events);
                if let Some(fund) = draft.fund(id) {
                    let after = MdfRecord::Fund(Box::new(fund.clone()));
                    let effects = Effects { fund: events, ..Effects::default() };
                    items.push(MdfItem { entity: Entity::Fund(id), result: Ok(MdfDone { effects, after }) });
                }
            }
            items
        }
    };
    finished(unit, draft, items, 0).await
}

/// Requests as drafts, or handed in at once.
pub async fn requests<U: Unit>(unit: &mut U, scene: Scene<'_>, all: &[RequestDraft], source: DraftSource) -> Result<Outcome, Failure> {
    let RequestId(first) = unit.request_numbers(0).await?;
    let keys: Vec<Text> = all.iter().map(|one| one.plan.source_key.clone()).collect();
    let known = unit.requests_by_source(&keys).await?;
    let fresh = fresh(all, &keys, known);
    let known = all.len() - fresh.len();
    let mut draft = MdfDraft::new(scene);
    let funds: Vec<FundId> = fresh.iter().map(|one| one.fund).collect();
    draft.look_at(unit, &funds, &[]).await?;
    let facts = Facts::load(unit, scene, &[]).await?;
    let (mut number, mut items) = (first, Vec::with_capacity(fresh.len()));
    for one in fresh {
        let result = drafted(&draft, &facts, RequestId(number), one, source).map(|(request, effects)| {
            number += 1;
            draft.begin_request(request.clone(), &effects);
            MdfDone { effects, after: MdfRecord::Request(Box::new(request)) }
        });
        let id = result.as_ref().map_or(RequestId(0), |_| RequestId(number - 1));
        items.push(MdfItem { entity: Entity::Request(id), result });
    }
    unit.request_numbers(u32::try_from(number - first).unwrap_or(0)).await?;
    finished(unit, draft, items, known).await
}

fn drafted(
    draft: &MdfDraft<'_>,
    facts: &Facts,
    id: RequestId,
    one: &RequestDraft,
    source: DraftSource,
) -> Result<(Request, Effects), Refusal> {
    let scene = draft.scene;
    let fund = draft.fund(one.fund).ok_or_else(|| Refusal::invalid(format!("there is no {}", one.fund)))?;
    let facts = facts.of_request(fund, partner(scene, one.partner)?);
    request::draft(id, one.plan.clone(), author(scene, source), one.submit, scene.rules.context(scene.actor, scene.now), facts)
}

/// Claims as drafts, or handed in at once, which sets money of their requests aside.
pub async fn claims<U: Unit>(unit: &mut U, scene: Scene<'_>, all: &[ClaimDraft], source: DraftSource) -> Result<Outcome, Failure> {
    let ClaimId(first) = unit.claim_numbers(0).await?;
    let keys: Vec<Text> = all.iter().map(|one| one.content.source_key.clone()).collect();
    let known = unit.claims_by_source(&keys).await?;
    let fresh = fresh(all, &keys, known);
    let known = all.len() - fresh.len();
    let mut draft = MdfDraft::new(scene);
    let mut facts = Facts::load(unit, scene, &[]).await?;
    load_claimed(unit, &mut draft, &mut facts, &fresh).await?;
    let (mut number, mut items) = (first, Vec::with_capacity(fresh.len()));
    for one in fresh {
        let result = claimed(&draft, &facts, ClaimId(number), one, source).map(|(claim, effects)| {
            number += 1;
            draft.begin_claim(claim.clone(), &effects);
            MdfDone { effects, after: MdfRecord::Claim(Box::new(claim)) }
        });
        let id = result.as_ref().map_or(ClaimId(0), |_| ClaimId(number - 1));
        items.push(MdfItem { entity: Entity::Claim(id), result });
    }
    unit.claim_numbers(u32::try_from(number - first).unwrap_or(0)).await?;
    finished(unit, draft, items, known).await
}

/// Locks the funds and requests of claims to be made, and reads what else is known of their papers.
async fn load_claimed<U: Unit>(unit: &mut U, draft: &mut MdfDraft<'_>, facts: &mut Facts, fresh: &[&ClaimDraft]) -> Result<(), Failure> {
    let requests: Vec<RequestId> = fresh.iter().map(|one| one.request).collect();
    let homes = unit.mdf_homes(&requests.iter().map(|id| (*id).into()).collect::<Vec<_>>()).await?;
    let funds: Vec<FundId> = homes.iter().map(|home| home.fund).collect();
    let mut partners: Vec<PartnerId> = homes.iter().map(|home| home.partner).collect();
    partners.sort_unstable();
    partners.dedup();
    draft.load(unit, &funds, &requests, &[]).await?;
    facts.load_suspect(unit, &partners).await?;
    let mut asked: Vec<Asked<'_>> = Vec::with_capacity(fresh.len());
    for one in fresh {
        if let Some(request) = draft.request(one.request) {
            asked.push(Asked { partner: request.partner, submitted_at: None, content: &one.content });
        }
    }
    facts.load_known(unit, draft.scene, &asked).await
}

fn claimed(draft: &MdfDraft<'_>, facts: &Facts, id: ClaimId, one: &ClaimDraft, source: DraftSource) -> Result<(Claim, Effects), Refusal> {
    let scene = draft.scene;
    let request = draft.request(one.request).ok_or_else(|| Refusal::invalid(format!("there is no {}", one.request)))?;
    let fund = draft.fund(request.fund).ok_or_else(|| Refusal::invalid(format!("there is no {}", request.fund)))?;
    let partner = partner(scene, request.partner)?;
    let asked = Asked { partner: request.partner, submitted_at: None, content: &one.content };
    let (known, pending) = (facts.known(&asked, draft), facts.pending(request.partner, draft));
    let facts = facts.of_claim(At { fund, request, partner }, &known, &pending);
    claim::draft(id, one.content.clone(), author(scene, source), one.submit, scene.rules.context(scene.actor, scene.now), facts)
}
