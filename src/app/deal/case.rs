//! The verbs of a conflict: one case with all of its parties in one transaction.

use super::{
    command::unfit,
    draft::DealDraft,
    find::{SalesBook, opened},
};
use crate::{
    app::{
        CaseDone, CaseItem, DealDone, DealItem, Failure, Outcome, Scene,
        history::{Faster, overtaken},
    },
    domain::{
        actor::Permission,
        aggregate::Aggregate,
        deal::{
            DealEvent, DisputePhase, Refusal, Registration,
            conflict::{self, CaseCommand, CaseVerb, Claim, ConflictCase, decide_case, dissolve},
            dossier::{Precedent, dossier, precedent::codes_alike},
        },
        id::{ConflictId, DealId},
        program::Program,
        time::Instant,
    },
    store::Unit,
};

/// How many past decisions a case is compared with.
pub(super) const PRECEDENTS_MAX: u32 = 1_000;

pub async fn carry_out<U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    id: ConflictId,
    command: &CaseCommand,
    seen: Option<i64>,
) -> Result<Outcome, Failure> {
    let mut draft = DealDraft::new(scene);
    let decided = decided(unit, &mut draft, id, command, seen).await?;
    match decided {
        Ok(outcome) => done(unit, draft, id, outcome).await,
        Err(refusal) => {
            if let Refusal::NotAllowed { why } = &refusal {
                draft.denied(format!("{} {id}", command.verb().doc()), why);
            }
            let seq = scene.save(unit, draft.into_changes()).await?;
            Ok(Outcome { seq, cases: vec![CaseItem { case: id, result: Err(refusal) }], ..Outcome::default() })
        }
    }
}

async fn decided<U: Unit>(
    unit: &mut U,
    draft: &mut DealDraft<'_>,
    id: ConflictId,
    command: &CaseCommand,
    seen: Option<i64>,
) -> Result<Result<conflict::Outcome, Refusal>, Failure> {
    let Some(case) = unit.cases(&[id]).await?.pop() else {
        return Ok(Err(Refusal::invalid(format!("there is no conflict {id}"))));
    };
    if let Some(Faster { by, event, at }) = overtaken(unit, draft.scene, &case, seen).await? {
        return Ok(Err(Refusal::CaseOvertaken { case: id, by, event, at }));
    }
    let mut parties: Vec<DealId> = case.parties.iter().map(|party| party.deal).collect();
    if let CaseCommand::Join { deal } = command {
        parties.push(*deal);
    }
    draft.load(unit, parties.iter().copied()).await?;
    let sales = SalesBook::load(unit, draft, parties.iter().filter_map(|id| draft.deal(*id))).await?;
    draft.load_protections(unit, &parties).await?;
    let scene = draft.scene;
    let outcome = {
        let claims = sales.claims(draft, parties.iter().copied());
        let past = match command.verb() {
            CaseVerb::Decide | CaseVerb::Uphold | CaseVerb::Overturn => {
                precedents(unit, &case, &claims, scene.rules.program(), scene.now).await?
            }
            _ => Vec::new(),
        };
        decide_case(&case, command, &claims, &past, scene.rules.context(scene.actor, scene.now))
    };
    draft.know_case(case);
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // Whoever reviews a conflict decides it.
    if let CaseCommand::Reassign { reviewer } = command
        && let Some(refusal) = unfit(unit, *reviewer, Permission::DealDecide).await?
    {
        return Ok(Err(refusal));
    }
    Ok(unprotected(draft, &parties, &outcome, command.verb()).map(|()| outcome))
}

/// Ends the conflicts that have lost their object, because all but one of their parties gave up: the last one goes on at once.
pub(super) async fn dissolve_moot<U: Unit>(
    unit: &mut U,
    draft: &mut DealDraft<'_>,
    changed: &[DealId],
) -> Result<Vec<ConflictId>, Failure> {
    let given_up = |deal: &Registration| deal.dispute.filter(|dispute| dispute.phase == DisputePhase::Open && !deal.state.is_claim());
    let mut ids: Vec<ConflictId> = changed.iter().filter_map(|id| given_up(draft.deal(*id)?)).map(|dispute| dispute.case).collect();
    ids.sort_unstable();
    ids.dedup();
    draft.load_cases(unit, ids.iter().copied()).await?;
    let mut dissolved = Vec::new();
    for id in ids {
        let Some(case) = draft.case(id).cloned() else { continue };
        let parties: Vec<DealId> = case.parties.iter().map(|party| party.deal).collect();
        draft.load(unit, parties.iter().copied()).await?;
        let context = draft.scene.rules.context(draft.scene.actor, draft.scene.now);
        let sales = SalesBook::default();
        let Ok(outcome) = dissolve(&case, &sales.claims(draft, parties), context) else { continue };
        draft.case_happened(id, &outcome.case);
        outcome.deals.iter().for_each(|(deal, events)| draft.happened(*deal, events));
        dissolved.extend((!outcome.case.is_empty()).then_some(id));
    }
    Ok(dissolved)
}

/// Past decisions like this case, itself left out.
pub(super) async fn precedents<U: Unit>(
    unit: &mut U,
    case: &ConflictCase,
    claims: &[Claim<'_>],
    program: &Program,
    now: Instant,
) -> Result<Vec<Precedent>, Failure> {
    let codes = alike(case, claims, program, now);
    Ok(unit.precedents(&codes, PRECEDENTS_MAX).await?.into_iter().filter(|one| one.case != case.id).collect())
}

/// The codes of decisions like this case.
pub(super) fn alike(case: &ConflictCase, claims: &[Claim<'_>], program: &Program, now: Instant) -> Vec<String> {
    let bare = dossier(Some(case), claims, program, now, &[]);
    let standings: Vec<_> = bare.contenders().map(|party| bare.standings(party.deal)).collect();
    codes_alike(&standings, program)
}

/// Nobody outside the case protects what a party is given.
fn unprotected(draft: &DealDraft<'_>, parties: &[DealId], outcome: &conflict::Outcome, verb: CaseVerb) -> Result<(), Refusal> {
    for (id, events) in &outcome.deals {
        let Some(mut after) = draft.deal(*id).cloned() else { continue };
        for event in events {
            after.apply(event, draft.scene.now);
        }
        if let Some(holder) = draft.holder(&after).filter(|holder| after.holds_protection() && !parties.contains(holder)) {
            let why = format!("{holder} is protected for this customer and a product of {id}, and no party; let it join first");
            return Err(Refusal::case_not_now(verb, why));
        }
    }
    Ok(())
}

async fn done<U: Unit>(unit: &mut U, mut draft: DealDraft<'_>, id: ConflictId, outcome: conflict::Outcome) -> Result<Outcome, Failure> {
    draft.case_happened(id, &outcome.case);
    for (deal, events) in &outcome.deals {
        draft.happened(*deal, events);
    }
    let after = draft.case(id).cloned();
    let result = after.map_or_else(
        || Err(Refusal::invalid(format!("there is no conflict {id}"))),
        |case| Ok(CaseDone { events: outcome.case, case: Box::new(case) }),
    );
    let deals = parties_after(&draft, outcome.deals);
    let scene = draft.scene;
    let seq = scene.save(unit, draft.into_changes()).await?;
    Ok(Outcome { seq, deals, cases: vec![CaseItem { case: id, result }], ..Outcome::default() })
}

pub(super) fn parties_after(draft: &DealDraft<'_>, effects: Vec<(DealId, Vec<DealEvent>)>) -> Vec<DealItem> {
    let item = |(id, events): (DealId, Vec<DealEvent>)| {
        let deal = Box::new(draft.deal(id)?.clone());
        Some(DealItem { deal: id, result: Ok(DealDone { events, deal }) })
    };
    effects.into_iter().filter_map(item).collect()
}

/// Opens a case between registrations of an operator's choice, whatever was decided between them before.
pub async fn open_between<U: Unit>(unit: &mut U, scene: Scene<'_>, deals: &[DealId]) -> Result<Outcome, Failure> {
    let mut draft = DealDraft::new(scene);
    unit.submission_numbers(0).await?;
    let mut parties = deals.to_vec();
    parties.sort_unstable();
    parties.dedup();
    draft.load(unit, parties.iter().copied()).await?;
    if let Some(missing) = parties.iter().find(|id| draft.deal(**id).is_none()) {
        return Err(Failure::Deal(Refusal::invalid(format!("there is no registration {missing}"))));
    }
    let sales = SalesBook::load(unit, &draft, parties.iter().filter_map(|id| draft.deal(*id))).await?;
    let id = match opened(unit, &mut draft, &sales, &parties).await? {
        Ok(id) => id,
        Err(refusal) => return Err(Failure::Deal(refusal)),
    };
    let cases = draft.case(id).map(CaseItem::after).into_iter().collect();
    let seq = scene.save(unit, draft.into_changes()).await?;
    Ok(Outcome { seq, cases, ..Outcome::default() })
}
