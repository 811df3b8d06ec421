//! A command of the tier desk being worked out: events go in, the changes of all tables come out.

use crate::{
    app::{Failure, Scene, journal::Journal},
    domain::{
        aggregate::Aggregate,
        event::{Denied, Entity, Event, Record},
        id::{EvaluationId, PartnerId, StandingId},
        partner::{Partner, PartnerEvent},
        text::Text,
        tier::{
            evaluation::{Evaluation, EvaluationEvent, Made},
            standing::{Standing, StandingEvent},
        },
    },
    store::{
        Unit,
        unit::{Changes, tier::StandingChange},
    },
};
use std::collections::{BTreeMap, HashMap};

/// Follows the standings of partners, and the evaluations that are made, through the events of one command.
pub(in crate::app) struct TierDraft<'a> {
    pub scene: Scene<'a>,
    journal: Journal<'a>,
    standings: BTreeMap<StandingId, Touched>,
    of: HashMap<PartnerId, StandingId>,
    evaluations: Vec<Evaluation>,
    partners: Vec<Partner>,
}

struct Touched {
    now: Standing,
    /// The version in the database; 0 of a new one.
    expected: i64,
}

impl<'a> TierDraft<'a> {
    pub fn new(scene: Scene<'a>) -> Self {
        Self {
            scene,
            journal: Journal::new(scene),
            standings: BTreeMap::new(),
            of: HashMap::new(),
            evaluations: Vec::new(),
            partners: Vec::new(),
        }
    }

    pub fn standing(&self, partner: PartnerId) -> Option<&Standing> {
        self.of.get(&partner).and_then(|id| self.standings.get(id)).map(|touched| &touched.now)
    }

    pub fn by_id(&self, id: StandingId) -> Option<&Standing> {
        self.standings.get(&id).map(|touched| &touched.now)
    }

    /// Whether it begins with this command.
    pub fn is_new(&self, id: StandingId) -> bool {
        self.standings.get(&id).is_some_and(|touched| touched.expected == 0)
    }

    /// Locks the standings of these partners, where they have one.
    pub async fn load<U: Unit>(&mut self, unit: &mut U, partners: &[PartnerId]) -> Result<(), Failure> {
        let ids: Vec<StandingId> = unit.standings_of(partners).await?.into_iter().flatten().collect();
        self.load_ids(unit, &ids).await
    }

    pub async fn load_ids<U: Unit>(&mut self, unit: &mut U, ids: &[StandingId]) -> Result<(), Failure> {
        for standing in unit.standings(ids).await? {
            self.of.insert(standing.partner, standing.id);
            let expected = standing.version;
            self.standings.entry(standing.id).or_insert(Touched { now: standing, expected });
        }
        Ok(())
    }

    /// Begins a standing for each of these partners that has none.
    pub async fn begin_missing<U: Unit>(&mut self, unit: &mut U, partners: &[PartnerId]) -> Result<(), Failure> {
        let missing: Vec<PartnerId> = partners.iter().copied().filter(|partner| !self.of.contains_key(partner)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let StandingId(first) = unit.standing_numbers(u32::try_from(missing.len()).unwrap_or(u32::MAX)).await?;
        for (number, partner) in (first..).zip(missing) {
            self.begin(StandingId(number), partner);
        }
        Ok(())
    }

    pub fn begin(&mut self, id: StandingId, partner: PartnerId) {
        self.of.insert(partner, id);
        self.standings.insert(id, Touched { now: Standing::new(id, partner, self.scene.now), expected: 0 });
        self.journal.note(Entity::Standing(id), 1, Event::Standing(StandingEvent::Begun { partner }));
    }

    pub fn happened(&mut self, id: StandingId, events: &[StandingEvent]) {
        for event in events {
            let Some(touched) = self.standings.get_mut(&id) else { return };
            touched.now.apply(event, self.scene.now);
            let version = touched.now.version;
            self.journal.note(Entity::Standing(id), version, Event::Standing(event.clone()));
        }
    }

    pub fn evaluated(&mut self, id: EvaluationId, made: Made) -> Evaluation {
        let evaluation = Evaluation { id, version: 1, made_at: self.scene.now, made: made.clone() };
        self.evaluations.push(evaluation.clone());
        self.journal.note(Entity::Evaluation(id), 1, Event::Evaluation(EvaluationEvent::Made { made: Box::new(made) }));
        evaluation
    }

    /// The partner has this tier from now on.
    pub fn retiered(&mut self, partner: &Partner, tier: Text) {
        let before = partner.profile.clone();
        let profile = crate::domain::partner::Profile { tier, ..before.clone() };
        let event = PartnerEvent::Changed { profile: Box::new(profile), before: Box::new(before) };
        let mut after = partner.clone();
        after.apply(&event, self.scene.now);
        self.journal.note(Entity::Partner(after.id), after.version, Event::Partner(event));
        self.partners.push(after);
    }

    /// Keeps in the chain that somebody asked for what they may not do.
    pub fn denied(&mut self, asked: String, why: &str) {
        let denied = Denied { asked, why: why.to_owned() };
        self.journal.note(Entity::Operator(self.scene.actor.id), 0, Event::Denied(denied));
    }

    /// Keeps the record of an event that is followed nowhere else, and gives the changes to put its row into.
    pub fn other(&mut self, record: Record) -> &mut Changes {
        self.journal.other(record)
    }

    pub fn into_changes(mut self) -> Changes {
        let mut changes = self.journal.take();
        changes.tiers.evaluations = self.evaluations;
        let changed = self.standings.into_values().filter(|touched| touched.expected != touched.now.version);
        changes.tiers.standings = changed.map(|touched| StandingChange { standing: touched.now, expected: touched.expected }).collect();
        changes.partners.extend(self.partners);
        changes
    }
}
