//! One verb on one registration or on many.

use super::{
    alike::Rivals,
    case::dissolve_moot,
    draft::{DealDraft, is_restated},
    find::find,
};
use crate::{
    app::{
        CaseItem, DealDone, DealItem, DealTarget, Failure, Outcome, Scene,
        history::{Faster, last_command, overtaken},
    },
    domain::{
        account::Account,
        actor::Permission,
        aggregate::Aggregate,
        deal::{
            AccountLink, DealCommand, DealEvent, DealVerb, Refusal, Registration,
            decide::{Context, Facts, Holder, decide, may_come_first, stand_with_partner},
            undo::undo,
        },
        event::Entity,
        id::{AccountId, ConflictId, DealId, OperatorId},
        partner::Partner,
    },
    store::Unit,
};
use std::collections::{BTreeMap, HashSet};

/// Decides the command for each target in turn; a refusal of one is an answer, not a failure of all.
pub async fn carry_out<U: Unit>(unit: &mut U, scene: Scene<'_>, targets: &[DealTarget], command: &DealCommand) -> Result<Outcome, Failure> {
    let mut draft = DealDraft::new(scene);
    // Before any row is locked, so that two who look for conflicts never wait for each other in a ring.
    let mut sequence = if looks_for_conflicts(command) || protects(command) { unit.submission_numbers(0).await? } else { 0 };
    let (first, ids) = (sequence, targets.iter().map(|target| target.id).collect::<Vec<DealId>>());
    draft.load(unit, ids.iter().copied().chain(named_in(command))).await?;
    draft.load_protections(unit, &ids).await?;
    let rivals = if matches!(command, DealCommand::Approve) {
        let deals: Vec<Registration> = ids.iter().filter_map(|id| draft.deal(*id)).cloned().collect();
        Some(Rivals::load(unit, &mut draft, &deals).await?)
    } else {
        None
    };
    let command = with_family(unit, command).await?;
    let unfit = match command {
        Ok(DealCommand::Reassign { reviewer }) => unfit(unit, reviewer, Permission::DealWork).await?,
        _ => None,
    };
    // A registration that is named twice is decided once: the history that an undo reads does not have this command yet.
    let mut named = HashSet::with_capacity(targets.len());
    let mut items = Vec::with_capacity(targets.len());
    for target in targets.iter().filter(|target| named.insert(target.id)) {
        let result = match &command {
            Ok(command) => {
                one(unit, &mut draft, *target, command, Seen { sequence, rivals: rivals.as_ref(), unfit: unfit.as_ref() }).await?
            }
            Err(refusal) => Err(refusal.clone()),
        };
        if let Err(Refusal::NotAllowed { why }) = &result
            && let Ok(command) = &command
        {
            draft.denied(format!("{} {}", command.verb().doc(), target.id), why);
        }
        let is_placed = |event: &DealEvent| {
            matches!(event, DealEvent::Submitted { place: Some(place), .. } | DealEvent::Resubmitted { place: Some(place), .. }
                if place.sequence == sequence)
        };
        if result.as_ref().is_ok_and(|done| done.events.iter().any(is_placed)) {
            sequence += 1;
        }
        items.push(DealItem { deal: target.id, result });
    }
    let changed: Vec<DealId> = items.iter().filter(|item| item.result.is_ok()).map(|item| item.deal).collect();
    let cases = if command.as_ref().is_ok_and(looks_for_conflicts) {
        unit.submission_numbers(u32::try_from(sequence - first).unwrap_or(0)).await?;
        find(unit, &mut draft, &changed).await?
    } else {
        dissolve_moot(unit, &mut draft, &changed).await?
    };
    finished(unit, draft, items, &cases, 0).await
}

/// Saves, and tells what became of everything.
pub(super) async fn finished<U: Unit>(
    unit: &mut U,
    draft: DealDraft<'_>,
    mut items: Vec<DealItem>,
    cases: &[ConflictId],
    known: usize,
) -> Result<Outcome, Failure> {
    for item in &mut items {
        if let (Ok(done), Some(after)) = (&mut item.result, draft.deal(item.deal)) {
            *done.deal = after.clone();
        }
    }
    let cases = cases.iter().filter_map(|id| draft.case(*id)).map(CaseItem::after).collect();
    let scene = draft.scene;
    let seq = scene.save(unit, draft.into_changes()).await?;
    Ok(Outcome { seq, deals: items, cases, known, ..Outcome::default() })
}

const fn looks_for_conflicts(command: &DealCommand) -> bool {
    matches!(command, DealCommand::Submit | DealCommand::Resubmit | DealCommand::Edit { .. } | DealCommand::Match { .. })
}

/// What takes a protection without another look for conflicts.
const fn protects(command: &DealCommand) -> bool {
    matches!(command, DealCommand::Approve | DealCommand::Undo)
}

/// Another registration that a command is about.
const fn named_in(command: &DealCommand) -> Option<DealId> {
    match command {
        DealCommand::Reject { of, .. } => *of,
        _ => None,
    }
}

fn comes_first(draft: &DealDraft<'_>, deal: &Registration, other: DealId) -> Result<(), Refusal> {
    let missing = || Refusal::invalid(format!("there is no registration {other}: name the one that comes first, or none"));
    may_come_first(deal, draft.deal(other).ok_or_else(missing)?)
}

/// Why nobody can hand a review over to this operator.
pub(super) async fn unfit<U: Unit>(unit: &mut U, reviewer: OperatorId, needs: Permission) -> Result<Option<Refusal>, Failure> {
    Ok(match unit.actor(reviewer).await? {
        Some(actor) => actor.may(needs).err().map(|why| Refusal::invalid(format!("{why}; name somebody else"))),
        None => Some(Refusal::invalid(format!("there is no active operator {reviewer}; name somebody else"))),
    })
}

/// A match names an account of ours; its family is what the directory says now.
async fn with_family<U: Unit>(unit: &mut U, command: &DealCommand) -> Result<Result<DealCommand, Refusal>, Failure> {
    let DealCommand::Match { account: Some(link) } = command else { return Ok(Ok(command.clone())) };
    Ok(linked(unit, link.account).await?.map(|link| DealCommand::Match { account: Some(link) }))
}

/// The account with the topmost of its parents.
pub(super) async fn linked<U: Unit>(unit: &mut U, account: AccountId) -> Result<Result<AccountLink, Refusal>, Failure> {
    let mut seen: BTreeMap<AccountId, Account> = BTreeMap::new();
    let mut at = account;
    // A circle of parents ends where it began.
    while !seen.contains_key(&at) {
        let Some(found) = unit.accounts_by_id(&[at]).await?.pop() else { break };
        let parent = found.profile.parent;
        seen.insert(at, found);
        match parent {
            Some(parent) => at = parent,
            None => break,
        }
    }
    if !seen.contains_key(&account) {
        return Ok(Err(Refusal::invalid(format!("there is no account {account}"))));
    }
    let family = if seen.contains_key(&at) { at } else { account };
    Ok(Ok(AccountLink { account, family }))
}

/// What was read for all targets at once.
#[derive(Clone, Copy)]
struct Seen<'a> {
    /// The next place in the order of complete submissions.
    sequence: i64,
    rivals: Option<&'a Rivals>,
    /// Why whoever is named can't do what the command hands over.
    unfit: Option<&'a Refusal>,
}

async fn one<U: Unit>(
    unit: &mut U,
    draft: &mut DealDraft<'_>,
    target: DealTarget,
    command: &DealCommand,
    seen: Seen<'_>,
) -> Result<Result<DealDone, Refusal>, Failure> {
    let scene = draft.scene;
    let Some(deal) = draft.deal(target.id).cloned() else {
        return Ok(Err(Refusal::invalid(format!("there is no registration {}", target.id))));
    };
    if let Some(Faster { by, event, at }) = overtaken(unit, scene, &deal, target.seen).await? {
        return Ok(Err(Refusal::Overtaken { deal: deal.id, by, event, at }));
    }
    let Some(partner) = scene.rules.directory().get(deal.partner) else {
        return Ok(Err(Refusal::invalid(format!("{} is of {}, who is not in the directory", deal.id, deal.partner))));
    };
    let context = scene.rules.context(scene.actor, scene.now);
    let decided = if matches!(command, DealCommand::Undo) {
        let history = unit.history(Entity::Deal(deal.id), 0).await?;
        let last = last_command(deal.id, &history, scene).map_err(|why| Refusal::not_now(DealVerb::Undo, why));
        last.and_then(|last| undo(&deal, &last, context)).map(|events| still_stands(&deal, events, partner, context))
    } else {
        decide(&deal, command, context, Facts { partner, holder: known_holder(draft, &deal), sequence: seen.sequence })
    };
    let named = || named_in(command).map_or(Ok(()), |other| comes_first(draft, &deal, other));
    let fit = || seen.unfit.map_or(Ok(()), |refusal| Err(refusal.clone()));
    let events = match decided.and_then(|events| named().and_then(|()| fit()).map(|()| events)) {
        Ok(events) => events,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let mut after = deal.clone();
    for event in &events {
        after.apply(event, scene.now);
    }
    if after.holds_protection() {
        // What an edit, a match or an undo makes of it may be protected by somebody else.
        draft.load_keys(unit, &[&after]).await?;
        let takes = !deal.holds_protection() || is_restated(&deal, &after);
        let holder = match known_holder(draft, &after) {
            // Where conflicts are looked for, they are opened and not refused.
            None if takes && !looks_for_conflicts(command) => rival(unit, draft, &after, seen.rivals).await?,
            holder => holder,
        };
        if let Some(holder) = holder {
            return Ok(Err(in_the_way(holder, after.id, command.verb())));
        }
    }
    draft.happened(after.id, &events);
    Ok(Ok(DealDone { events, deal: Box::new(after) }))
}

/// What an undo brings back stands as its partner stands now: still where the desk has shut it out meanwhile, and no more for that
/// reason where the partner is back.
fn still_stands(deal: &Registration, mut events: Vec<DealEvent>, partner: &Partner, context: Context<'_>) -> Vec<DealEvent> {
    let mut after = deal.clone();
    for event in &events {
        after.apply(event, context.now);
    }
    events.extend(stand_with_partner(&after, partner, context));
    events
}

/// Whoever protects the same by its key.
pub(super) fn known_holder(draft: &DealDraft<'_>, deal: &Registration) -> Option<Holder> {
    draft.holder(deal).map(|id| draft.deal(id).map_or(Holder { deal: id, case: None }, Holder::of))
}

/// Whoever protects the same, though the customer is spelt in another way.
async fn rival<U: Unit>(
    unit: &mut U,
    draft: &mut DealDraft<'_>,
    deal: &Registration,
    known: Option<&Rivals>,
) -> Result<Option<Holder>, Failure> {
    if let Some(rivals) = known {
        return Ok(rivals.holder(draft, deal));
    }
    let rivals = Rivals::load(unit, draft, std::slice::from_ref(deal)).await?;
    Ok(rivals.holder(draft, deal))
}

pub(super) fn in_the_way(holder: Holder, deal: DealId, verb: DealVerb) -> Refusal {
    Refusal::not_now(verb, holder.in_the_way(deal))
}
