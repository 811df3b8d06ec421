//! A change of a partner's status with all that follows from it, in one transaction: its open leads go to others, its
//! registrations are held or go on, what is under way about its tier ends. Claims and requests are frozen by the status alone.

use super::steps::checklists;
use crate::{
    app::{
        Failure, Outcome, Rules, Scene,
        deal::{draft::DealDraft, live::registered},
        draft::Draft,
        give_way,
        journal::Journal,
        lead::command::scopes,
        tier::draft::TierDraft,
    },
    domain::{
        deal::decide::{hold_for_partner, release_for_partner},
        event::{Entity, Event},
        id::PartnerId,
        lead::{Lead, LeadState, decide::take_away, routing::Desk},
        mdf::claim::ClaimState,
        partner::{Checklist, Consequences, Partner, PartnerStatus, StatusCommand, StatusRefusal, StatusVerb, status::decide},
        text::Text,
        tier::standing::{self, StandingEvent},
    },
    store::{Unit, unit::Changes},
};
use std::collections::{BTreeSet, HashMap};

/// What became of a partner's status.
#[derive(Debug, Clone)]
pub struct StatusItem {
    pub partner: PartnerId,
    pub result: Result<StatusDone, StatusRefusal>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusDone {
    /// Before and after.
    pub from: PartnerStatus,
    pub partner: Box<Partner>,
    pub consequences: Consequences,
    /// The steps of its onboarding that are left open when it is active.
    pub still_open: Option<String>,
}

/// Leads that are read at once.
const PAGE: usize = 500;
/// Leads after which others get their turn.
const TURN: usize = 32;

/// Decides one verb for each partner; a refusal of one is an answer, not a failure of all.
pub async fn carry_out<U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    partners: &[PartnerId],
    command: &StatusCommand,
) -> Result<Outcome, Failure> {
    let mut journal = Journal::new(scene);
    let mut named = BTreeSet::new();
    let steps = open_steps(unit, scene, partners, command).await?;
    let mut items = Vec::with_capacity(partners.len());
    for id in partners.iter().filter(|id| named.insert(**id)) {
        let result = one(scene, &mut journal, (*id, steps.get(id)), command);
        items.push(StatusItem { partner: *id, result });
    }
    let changed: Vec<Partner> = items.iter().filter_map(|item| item.result.as_ref().ok()).map(|done| (*done.partner).clone()).collect();
    // Whoever is placed now is placed among those who are active from now on.
    let rules = scene.rules.with_partners(&changed);
    let scene = Scene { rules: &rules, ..scene };
    let mut changes = journal.take();
    changes.partners = changed;
    let mut done: Vec<&mut StatusDone> = items.iter_mut().filter_map(|item| item.result.as_mut().ok()).collect();
    for after in [leads(unit, scene, &mut done).await?, deals(unit, scene, &mut done).await?, tiers(unit, scene, &mut done).await?] {
        changes.append(after);
    }
    money(unit, &mut done).await?;
    let seq = scene.save(unit, changes).await?;
    Ok(Outcome { seq, statuses: items, ..Outcome::default() })
}

/// The checklists of those who are to be active.
async fn open_steps<U: Unit>(
    unit: &mut U,
    scene: Scene<'_>,
    partners: &[PartnerId],
    command: &StatusCommand,
) -> Result<HashMap<PartnerId, Checklist>, Failure> {
    if command.verb() != StatusVerb::Activate {
        return Ok(HashMap::new());
    }
    let directory = scene.rules.directory();
    checklists(unit, scene.rules, partners.iter().filter_map(|id| directory.get(*id)), scene.now).await
}

/// One of ours.
pub(super) fn refused_or(rules: &Rules, id: PartnerId) -> Result<&Partner, StatusRefusal> {
    rules.directory().get(id).ok_or_else(|| StatusRefusal::Invalid { why: format!("there is no partner {id}") })
}

fn one(
    scene: Scene<'_>,
    journal: &mut Journal<'_>,
    (id, steps): (PartnerId, Option<&Checklist>),
    command: &StatusCommand,
) -> Result<StatusDone, StatusRefusal> {
    let partner = refused_or(scene.rules, id)?;
    let event = decide(partner, command, steps, scene.rules.context(scene.actor, scene.now))?;
    let mut after = partner.clone();
    after.apply(&event, scene.now);
    journal.note(Entity::Partner(id), after.version, Event::Partner(event));
    let still_open = steps.and_then(Checklist::still_open);
    Ok(StatusDone { from: partner.profile.status, partner: Box::new(after), consequences: Consequences::default(), still_open })
}

impl StatusDone {
    const fn shuts_out(&self) -> bool {
        self.partner.profile.status.is_shut_out()
    }
}

/// Takes every open lead from whoever is shut out, and places it with the next by the rules.
async fn leads<U: Unit>(unit: &mut U, scene: Scene<'_>, done: &mut [&mut StatusDone]) -> Result<Changes, Failure> {
    let mut taken: Vec<Lead> = Vec::new();
    for one in done.iter().filter(|one| one.shuts_out()) {
        for page in unit.leads_at(one.partner.id).await?.chunks(PAGE) {
            let still = unit.leads(page).await?.into_iter().filter(|lead| lead.state.loads() == Some(one.partner.id));
            taken.extend(still);
        }
    }
    if taken.is_empty() {
        return Ok(Changes::default());
    }
    let registered = registered(unit, scene, &taken).await?;
    let desk = Desk { registered, ..unit.desk(&scopes(&taken)).await? };
    let (mut draft, mut router) = (Draft::new(scene, desk), scene.rules.router());
    let context = scene.rules.context(scene.actor, scene.now);
    let mut lost: HashMap<PartnerId, (usize, usize)> = HashMap::new();
    for (place, lead) in taken.into_iter().enumerate() {
        let (id, Some(holder)) = (lead.id, lead.state.loads()) else { continue };
        let events = take_away(&lead, context, &mut router, &draft.desk);
        draft.know(lead);
        draft.happened(id, &events);
        let (all, unplaced) = lost.entry(holder).or_default();
        *all += 1;
        *unplaced += usize::from(draft.lead(id).is_some_and(|lead| matches!(lead.state, LeadState::Unassigned { .. })));
        if place % TURN == 0 {
            give_way().await;
        }
    }
    for one in done.iter_mut() {
        let (all, unplaced) = lost.get(&one.partner.id).copied().unwrap_or_default();
        (one.consequences.leads, one.consequences.unplaced) = (all, unplaced);
    }
    Ok(draft.into_changes())
}

/// Holds what a partner has registered while it is shut out, and lets exactly that go on afterwards.
async fn deals<U: Unit>(unit: &mut U, scene: Scene<'_>, done: &mut [&mut StatusDone]) -> Result<Changes, Failure> {
    let mut draft = DealDraft::new(scene);
    let context = scene.rules.context(scene.actor, scene.now);
    for one in done.iter_mut().filter(|one| one.shuts_out() || one.from.is_shut_out()) {
        let ids = unit.deals_open_of(one.partner.id).await?;
        draft.load(unit, ids.iter().copied()).await?;
        for id in ids {
            let Some(deal) = draft.deal(id) else { continue };
            let (events, count) = if one.shuts_out() {
                (hold_for_partner(deal, context), &mut one.consequences.held)
            } else {
                (release_for_partner(deal, context), &mut one.consequences.released)
            };
            *count += usize::from(!events.is_empty());
            draft.happened(id, &events);
        }
    }
    Ok(draft.into_changes())
}

/// Ends what is under way about the tier of whoever leaves.
async fn tiers<U: Unit>(unit: &mut U, scene: Scene<'_>, done: &mut [&mut StatusDone]) -> Result<Changes, Failure> {
    let mut draft = TierDraft::new(scene);
    let leaves = |one: &StatusDone| one.partner.profile.status == PartnerStatus::Offboarded;
    let ids: Vec<PartnerId> = done.iter().filter(|one| leaves(one)).map(|one| one.partner.id).collect();
    draft.load(unit, &ids).await?;
    let why = Text::clean("the partner was offboarded");
    for one in done.iter_mut().filter(|one| leaves(one)) {
        let Some((id, events)) = draft.standing(one.partner.id).map(|standing| (standing.id, standing::left(standing, &why))) else {
            continue;
        };
        one.consequences.tier_change = events.iter().any(|event| matches!(event, StandingEvent::Withdrawn { .. }));
        one.consequences.plan = events.iter().any(|event| matches!(event, StandingEvent::PlanClosed { .. }));
        draft.happened(id, &events);
    }
    Ok(draft.into_changes())
}

/// Counts what the status freezes. What was approved is still paid to whoever has left.
async fn money<U: Unit>(unit: &mut U, done: &mut [&mut StatusDone]) -> Result<(), Failure> {
    for one in done.iter_mut().filter(|one| one.shuts_out()) {
        let is_suspended = one.partner.profile.status == PartnerStatus::Suspended;
        let ids = unit.claims_pending(&[one.partner.id]).await?;
        for claim in unit.claims(&ids).await? {
            match claim.state.thawed() {
                ClaimState::Approved { .. } if is_suspended => one.consequences.claims.add(claim.payable()),
                ClaimState::Approved { .. } => {}
                _ => one.consequences.claims.add(claim.content.asked),
            }
        }
        let ids = unit.requests_pending(&[one.partner.id]).await?;
        for request in unit.requests(&ids).await? {
            one.consequences.requests.add(request.plan.asked);
        }
    }
    Ok(())
}
