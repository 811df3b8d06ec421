//! Takes records in: known ones are passed over, alike ones linked or put up for review, the others placed.

use crate::{
    app::{Arriving, Done, Failure, Item, Outcome, Scene, deal::live::registered_intakes, draft::Draft, give_way},
    domain::{
        id::LeadId,
        lead::{
            Intake, Lead, LeadState, Resemblance,
            decide::{self, Verdict},
            routing::{Desk, Router},
        },
        matching::{self, Features, Index, MatchingPolicy, Record},
        text::Text,
    },
    store::{
        Unit,
        unit::{Changes, Parts},
    },
};
use std::collections::{HashMap, HashSet};

/// A blocking key that more leads share says nothing.
const CROWD: u32 = 32;
/// A key that no more leads share is evidence by itself; one of a greater crowd counts only together with another.
const RARE: usize = 3;

/// The matcher's view of a record.
pub fn features(intake: &Intake, policy: &MatchingPolicy) -> Features {
    let record = Record {
        name: &intake.company,
        country: intake.country.as_ref().map_or("", |country| country.code()),
        website: &intake.website,
        email: &intake.person.email,
        phone: &intake.person.phone,
        person: &intake.person.name,
        postal: &intake.postal_code,
        city: &intake.city,
        street: &intake.street,
    };
    Features::of(&record, policy)
}

/// The keys under which a record finds others like it.
pub fn keys(intake: &Intake, policy: &MatchingPolicy) -> Vec<i64> {
    matching::keys(&features(intake, policy))
}

/// What a record needs before its transaction: the costly part, which can be worked out on another thread.
pub fn prepare(intake: Intake, policy: &MatchingPolicy) -> Arriving {
    let features = features(&intake, policy);
    let keys = matching::keys(&features);
    Arriving { intake, features, keys }
}

pub async fn receive<U: Unit>(unit: &mut U, scene: Scene<'_>, arriving: &[Arriving]) -> Result<Outcome, Failure> {
    let fresh = fresh(unit, arriving).await?;
    let known = arriving.len() - fresh.len();
    if fresh.is_empty() {
        return Ok(Outcome { known, ..Outcome::default() });
    }
    // Whoever receives at the same time waits here, and so sees our leads when looking for ones alike.
    let LeadId(first) = unit.lead_numbers(u32::try_from(fresh.len()).unwrap_or(u32::MAX)).await?;
    let policy = scene.rules.program().matching.policy();
    let mut pool = Pool::load(unit, &fresh, &policy).await?;
    let mailboxes: Vec<Text> = fresh.iter().map(|one| one.intake.person.email.clone()).collect();
    let suppressed = unit.suppressed(&mailboxes).await?;
    let registered = registered_intakes(unit, scene, (first..).map(LeadId).zip(fresh.iter().map(|one| &one.intake))).await?;
    let desk = Desk { registered, ..unit.desk(&fresh_scopes(&fresh)).await? };
    let mut draft = Draft::new(scene, desk);
    for lead in pool.leads.drain(..) {
        draft.know(lead);
    }
    let router = scene.rules.router();
    let items = Vec::with_capacity(fresh.len());
    let mut arrivals = Arrivals { scene, fresh, first, suppressed, policy, pool, router, draft, items };
    let seq = scene.save_parts(unit, &mut arrivals).await?;
    Ok(Outcome { seq, items: arrivals.items, known, ..Outcome::default() })
}

/// Records a part: enough to write in great statements, few enough to begin writing soon.
const PART: usize = 512;
/// Records after which the writing gets its turn.
const TURN: usize = 8;

/// New records on their way to becoming leads.
struct Arrivals<'a> {
    scene: Scene<'a>,
    fresh: Vec<&'a Arriving>,
    /// The number of the first of them.
    first: i64,
    suppressed: Vec<bool>,
    policy: MatchingPolicy,
    pool: Pool,
    router: Router,
    draft: Draft<'a>,
    /// What became of those decided so far.
    items: Vec<Item>,
}

impl Parts for Arrivals<'_> {
    type Failure = Failure;

    async fn next(&mut self) -> Result<Option<Changes>, Failure> {
        let until = self.fresh.len().min(self.items.len() + PART);
        if self.items.len() == until {
            return Ok(None);
        }
        while self.items.len() < until {
            let item = self.decide(self.items.len())?;
            self.items.push(item);
            if self.items.len().is_multiple_of(TURN) {
                give_way().await;
            }
        }
        Ok(Some(self.draft.take()))
    }
}

impl Arrivals<'_> {
    fn decide(&mut self, at: usize) -> Result<Item, Failure> {
        let one = self.fresh[at];
        let id = LeadId(self.first + i64::try_from(at).unwrap_or(i64::MAX));
        let verdict = self.pool.verdict(one, &self.policy, &self.draft);
        let context = self.scene.rules.context(self.scene.actor, self.scene.now);
        let (router, desk) = (&mut self.router, &self.draft.desk);
        let (lead, events) = decide::receive(id, one.intake.clone(), verdict, self.suppressed[at], context, router, desk)?;
        if let LeadState::Merged { into, .. } = lead.state {
            self.draft.happened(into, &[decide::absorbed(id, &lead.intake.consent)]);
        }
        if lead.state.is_open() {
            self.pool.add(id, &one.features, &one.keys);
        }
        let done = Done { events, lead: Box::new(lead) };
        self.draft.begin((*done.lead).clone(), &done.events, one.keys.clone());
        Ok(Item { lead: id, result: Ok(done) })
    }
}

/// The records that have not come before, each once.
async fn fresh<'a, U: Unit>(unit: &mut U, arriving: &'a [Arriving]) -> Result<Vec<&'a Arriving>, Failure> {
    let keys: Vec<Text> = arriving.iter().map(|one| one.intake.source_key.clone()).collect();
    let known = unit.leads_by_source(&keys).await?;
    let mut seen = HashSet::with_capacity(keys.len());
    // A record without a key of its own can't be recognised again.
    let fresh = arriving.iter().zip(&keys).zip(known).filter(|((_, key), known)| key.is_empty() || (known.is_none() && seen.insert(*key)));
    Ok(fresh.map(|((one, _), _)| one).collect())
}

fn fresh_scopes(fresh: &[&Arriving]) -> Vec<Text> {
    let mut scopes: Vec<Text> = fresh.iter().map(|one| Router::scope_of(&one.intake)).collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// Leads that a new record may be the same as: from the database by blocking key, and from this very batch.
struct Pool {
    leads: Vec<Lead>,
    by_key: HashMap<i64, Vec<LeadId>>,
    features: HashMap<LeadId, Features>,
    batch: Index<LeadId>,
}

impl Pool {
    async fn load<U: Unit>(unit: &mut U, fresh: &[&Arriving], policy: &MatchingPolicy) -> Result<Self, Failure> {
        let mut keys: Vec<i64> = fresh.iter().flat_map(|one| one.keys.iter().copied()).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut by_key: HashMap<i64, Vec<LeadId>> = HashMap::new();
        for (key, lead) in unit.leads_by_key(&keys, CROWD).await? {
            by_key.entry(key).or_default().push(lead);
        }
        let mut ids: Vec<LeadId> = fresh.iter().flat_map(|one| worth_comparing(&one.keys, &by_key)).collect();
        ids.sort_unstable();
        ids.dedup();
        let leads = unit.leads(&ids).await?;
        let features = leads.iter().map(|lead| (lead.id, features(&lead.intake, policy))).collect();
        Ok(Self { leads, by_key, features, batch: Index::with_members_max(CROWD as usize) })
    }

    fn add(&mut self, id: LeadId, features: &Features, keys: &[i64]) {
        self.features.insert(id, features.clone());
        self.batch.insert(id, keys);
    }

    fn verdict(&self, one: &Arriving, policy: &MatchingPolicy, draft: &Draft<'_>) -> Verdict {
        let mut ids = worth_comparing(&one.keys, &self.by_key);
        ids.extend(self.batch.candidates(&one.keys));
        ids.sort_unstable();
        ids.dedup();
        let candidates: Vec<_> = ids
            .iter()
            .filter(|id| draft.lead(**id).is_some_and(|lead| lead.state.is_open() && same_interest(&lead.intake, &one.intake)))
            .filter_map(|id| Some(matching::Candidate { id: *id, survivor: *id, features: self.features.get(id)? }))
            .collect();
        match matching::decide(&one.features, &candidates, policy) {
            matching::Verdict::New => Verdict::New,
            matching::Verdict::Link { to, score, .. } => Verdict::Link { into: to, score_bp: score.total_bp },
            matching::Verdict::Review { candidates } => Verdict::Review {
                candidates: candidates.iter().map(|one| Resemblance { lead: one.to, score_bp: one.score.total_bp }).collect(),
            },
        }
    }
}

fn worth_comparing(keys: &[i64], by_key: &HashMap<i64, Vec<LeadId>>) -> Vec<LeadId> {
    matching::worth_comparing(keys.iter().filter_map(|key| by_key.get(key)).map(Vec::as_slice), RARE)
}

/// Two enquiries of one company about different product lines are two leads.
fn same_interest(a: &Intake, b: &Intake) -> bool {
    a.product.is_empty() || b.product.is_empty() || a.product.eq_ignore_ascii_case(&b.product)
}

/// Keeps mailboxes that asked not to be contacted; the open leads with that mailbox are not touched here.
pub async fn suppress<U: Unit>(unit: &mut U, scene: Scene<'_>, mailboxes: &[Text]) -> Result<Outcome, Failure> {
    let mut draft = Draft::new(scene, crate::domain::lead::routing::Desk::default());
    for mailbox in mailboxes {
        if !mailbox.contains('@') {
            return Err(Failure::refused(format!("`{mailbox}` is not an e-mail address")));
        }
        draft.suppress(mailbox.clone());
    }
    let mut changes = draft.into_changes();
    changes.records.push(scene.record(
        crate::domain::event::Entity::Operator(scene.actor.id),
        0,
        crate::domain::event::Event::Suppressed(crate::domain::event::Suppressed { mailboxes: mailboxes.len() }),
    ));
    let seq = scene.save(unit, changes).await?;
    Ok(Outcome { seq, ..Outcome::default() })
}
