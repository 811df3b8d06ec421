//! The steps of an onboarding: ticked and reopened by people, and what the database knows of the rest.

use super::status::refused_or;
use crate::{
    app::{App, Failure, Outcome, Rules, Scene, journal::Journal},
    domain::{
        contact::{Against, Contact},
        event::{Entity, Event},
        id::PartnerId,
        partner::{
            Checklist, Partner, PartnerEvent, StatusRefusal, StepCommand,
            newcomer::{FirstDeals, came_on_board, is_recent, may_be_newcomer},
            onboarding::{Evidence, Underway, checklist, decide, is_onboarding},
        },
        time::Instant,
    },
    store::{
        Unit,
        unit::{Past, partner::StepSource},
    },
};
use futures::future::BoxFuture;
use std::collections::{BTreeSet, HashMap};

/// What became of a step of a partner.
#[derive(Debug, Clone)]
pub struct StepItem {
    pub partner: PartnerId,
    pub result: Result<StepDone, StatusRefusal>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDone {
    pub event: PartnerEvent,
    pub partner: Box<Partner>,
}

/// Decides one verb on a step for each partner; a refusal of one is an answer, not a failure of all.
pub async fn carry_out<U: Unit>(unit: &mut U, scene: Scene<'_>, partners: &[PartnerId], command: &StepCommand) -> Result<Outcome, Failure> {
    let mut journal = Journal::new(scene);
    let mut named = BTreeSet::new();
    let mut steps = Vec::with_capacity(partners.len());
    for id in partners.iter().filter(|id| named.insert(**id)) {
        steps.push(StepItem { partner: *id, result: one(scene, &mut journal, *id, command) });
    }
    let mut changes = journal.take();
    changes.partners = steps.iter().filter_map(|item| item.result.as_ref().ok()).map(|done| (*done.partner).clone()).collect();
    let seq = scene.save(unit, changes).await?;
    Ok(Outcome { seq, steps, ..Outcome::default() })
}

fn one(scene: Scene<'_>, journal: &mut Journal<'_>, id: PartnerId, command: &StepCommand) -> Result<StepDone, StatusRefusal> {
    let partner = refused_or(scene.rules, id)?;
    let event = decide(partner, command, scene.rules.context(scene.actor, scene.now))?;
    let mut after = partner.clone();
    after.apply(&event, scene.now);
    journal.note(Entity::Partner(id), after.version, Event::Partner(event.clone()));
    Ok(StepDone { event, partner: Box::new(after) })
}

/// The checklists of those of these partners that come on board.
pub async fn checklists<S: StepSource>(
    source: &mut S,
    rules: &Rules,
    partners: impl Iterator<Item = &Partner>,
    now: Instant,
) -> Result<HashMap<PartnerId, Checklist>, Failure> {
    let onboarding: Vec<&Partner> = partners.filter(|one| is_onboarding(one.profile.kind, one.profile.status)).collect();
    if onboarding.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<PartnerId> = onboarding.iter().map(|one| one.id).collect();
    let contacts = source.contacts_at(&ids).await?;
    let money: HashMap<_, _> = source.first_money(&ids).await?.into_iter().collect();
    let program = rules.program();
    let of = |partner: &Partner| {
        let requires = partner.profile.country.is_some_and(|country| program.requires_consent(country));
        let told = |(one, suppressed): &(Contact, bool)| (one.id, one.why_silent(Against { requires, suppressed: *suppressed }));
        let theirs = contacts.iter().filter(|(one, _)| one.partner == partner.id).map(told);
        let evidence = Evidence { contact: theirs.min_by_key(|(id, why)| (why.is_some(), *id)), money: money.get(&partner.id).copied() };
        Some((partner.id, checklist(partner, evidence, now, program.zone)?))
    };
    Ok(onboarding.into_iter().filter_map(of).collect())
}

impl App {
    /// The steps of a partner that comes on board; nothing for any other.
    pub fn onboarding<'a>(&'a self, partner: &'a Partner) -> BoxFuture<'a, Result<Option<Checklist>, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().snapshot().await?;
            Ok(checklists(&mut session, &rules, std::iter::once(partner), self.now()).await?.remove(&partner.id))
        })
    }

    /// How many partners come on board, and how many of them are late.
    pub fn underway(&self) -> BoxFuture<'_, Result<Underway, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let mut session = self.db().snapshot().await?;
            let all = checklists(&mut session, &rules, rules.directory().all().iter(), self.now()).await?;
            Ok(Underway::of(all.values()))
        })
    }

    /// How long the partners that came on board within a year took to their first deal.
    pub fn first_deals(&self) -> BoxFuture<'_, Result<FirstDeals, Failure>> {
        Box::pin(async move {
            let (rules, now) = (self.rules().await?, self.now());
            let zone = rules.program().zone;
            let all = rules.directory().all().iter().filter(|partner| may_be_newcomer(partner, now, zone));
            let ids: Vec<PartnerId> = all.map(|partner| partner.id).collect();
            let mut session = self.db().snapshot().await?;
            let mut events: HashMap<i64, Vec<(PartnerEvent, Instant)>> = HashMap::new();
            for Past { record, .. } in session.partner_histories(&ids).await? {
                if let (Entity::Partner(id), Event::Partner(event)) = (record.entity, record.event) {
                    events.entry(id.0).or_default().push((event, record.at));
                }
            }
            let began = |(id, events): (i64, Vec<(PartnerEvent, Instant)>)| {
                let began = came_on_board(events.iter().map(|(event, at)| (event, *at)))?;
                is_recent(began, now, zone).then_some((PartnerId(id), began))
            };
            let newcomers: Vec<(PartnerId, Instant)> = events.into_iter().filter_map(began).collect();
            let first: HashMap<PartnerId, Instant> = session.first_deals_since(&newcomers).await?.into_iter().collect();
            Ok(FirstDeals::of(newcomers.iter().map(|(id, began)| (*began, first.get(id).copied())), zone))
        })
    }
}
