//! Who gets a lead: named account, live registration, territory, certification, exclusions, weighted rotation, fallback queue; in that order.

pub mod rotation;
pub mod why;

pub use rotation::{Parity, Rotation, Share, Standing, Turn};
pub use why::{Candidate, Change, Check, DecidedBy, Failure, Rule, RunnerUp, Why};

use crate::domain::{
    id::{DealId, LeadId, PartnerId},
    lead::{Intake, Lead, OfferOutcome},
    partner::{Directory, Partner},
    program::{ClosedCalendar, LeadFacts, NamedAccount, Program},
    text::Text,
    time::Instant,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};
use why::{NAMED_CANDIDATES, NO_LIMIT};

/// The facts that change with each decision: how much every partner holds, and whose turn it is.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    /// Open leads by partner; absent = none.
    pub loads: HashMap<PartnerId, u32>,
    /// Rotation by scope; absent = never turned.
    pub rotations: HashMap<Text, Rotation>,
    /// The live registration of a lead's customer and product, where there is one.
    pub registered: HashMap<LeadId, LiveRegistration>,
}

/// A deal registration that is protected now, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveRegistration {
    pub deal: DealId,
    pub partner: PartnerId,
}

impl Desk {
    pub fn open_leads(&self, partner: PartnerId) -> u32 {
        self.loads.get(&partner).copied().unwrap_or(0)
    }

    /// Follows a lead from one state to the next.
    pub fn moved(&mut self, from: Option<PartnerId>, to: Option<PartnerId>) {
        if from == to {
            return;
        }
        if let Some(load) = from.and_then(|partner| self.loads.get_mut(&partner)) {
            *load = load.saturating_sub(1);
        }
        if let Some(partner) = to {
            *self.loads.entry(partner).or_default() += 1;
        }
    }

    pub fn turned(&mut self, turn: &Turn) {
        self.rotations.entry(turn.scope.clone()).or_default().apply(turn);
    }
}

/// Routes by one version of the program and one state of the directory. Remembers who covers which scope.
#[derive(Debug)]
pub struct Router {
    pub program: Arc<Program>,
    pub directory: Arc<Directory>,
    named: HashMap<String, (Text, PartnerId)>,
    pools: HashMap<PoolKey, Arc<Vec<PartnerId>>>,
}

type PoolKey = (Option<crate::domain::country::Country>, Text, Text);

/// The outcome of routing one lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// `None`: to the fallback queue.
    pub partner: Option<PartnerId>,
    pub why: Why,
    pub turn: Option<Turn>,
}

impl Router {
    pub fn new(program: Arc<Program>, directory: Arc<Directory>) -> Self {
        let named = program
            .routing
            .named_accounts
            .iter()
            .filter_map(|one| Some((one, directory.by_code(&one.partner)?.id)))
            .flat_map(|(one, partner)| NamedAccount::keys(&one.account).into_iter().map(move |key| (key, (one.account.clone(), partner))))
            .collect();
        Self { program, directory, named, pools: HashMap::new() }
    }

    /// The rotation scope of a lead: country and product line. Leads of one scope share a cursor.
    pub fn scope(lead: &Lead) -> Text {
        Self::scope_of(&lead.intake)
    }

    pub fn scope_of(intake: &Intake) -> Text {
        let country = intake.country.map_or_else(|| "--".to_owned(), |country| country.to_string());
        let product = if intake.product.is_empty() { "any" } else { &intake.product };
        Text::clean(&format!("{country}/{product}"))
    }

    /// Decides by the rules, at `now`, with the loads and cursors of `desk`.
    pub fn route(&mut self, lead: &Lead, desk: &Desk, now: Instant) -> Route {
        let scope = Self::scope(lead);
        let pool = self.pool(lead);
        let look = Look { router: self, lead, desk, now };
        let named = look.router.named_account(lead);
        if let Some((account, partner)) = &named
            && let Some(found) = look.directory().get(*partner)
        {
            let candidate = look.examine(found, false);
            if candidate.failed.is_none() {
                let why = look.why(DecidedBy::NamedAccount { account: account.clone() }, &scope, pool.len(), vec![candidate]);
                return Route { partner: Some(*partner), why, turn: None };
            }
        }
        if let Some((deal, candidate)) = look.registered() {
            let partner = candidate.partner;
            let why = look.why(DecidedBy::LiveRegistration { deal }, &scope, pool.len(), vec![candidate]);
            return Route { partner: Some(partner), why, turn: None };
        }
        let candidates = pool.iter().filter_map(|id| look.directory().get(*id)).map(|partner| look.examine(partner, true)).collect();
        look.rotate(&scope, candidates)
    }

    /// The explanation of an assignment by hand: which rule would have kept the partner from it. The hard exclusions are
    /// checked by [`Router::objection`].
    pub fn by_hand(&mut self, lead: &Lead, partner: &Partner, desk: &Desk, now: Instant) -> Why {
        let candidate = self.examine(lead, partner, desk, now);
        Look { router: self, lead, desk, now }.why(DecidedBy::Hand, &Self::scope(lead), 1, vec![candidate])
    }

    /// What one partner's way through the rules would be now: "why not this one?".
    pub fn examine(&mut self, lead: &Lead, partner: &Partner, desk: &Desk, now: Instant) -> Candidate {
        let reaches = self.reaches(lead, partner.id);
        let mut candidate = Look { router: self, lead, desk, now }.examine(partner, true);
        let is_later = candidate.failed.as_ref().is_none_or(|failure| failure.rule() > Rule::Territory);
        if !reaches && is_later {
            candidate.failed = Some(Failure::Territory { covers: elsewhere(lead, partner) });
        }
        candidate
    }

    /// Whether the partner's territory, by its areas or by the program, holds the lead.
    pub fn reaches(&mut self, lead: &Lead, partner: PartnerId) -> bool {
        self.pool(lead).binary_search(&partner).is_ok()
    }

    /// Why this partner can't have the lead even by an operator's hand, if so.
    pub fn objection(&self, lead: &Lead, partner: &Partner) -> Option<String> {
        if !partner.profile.is_active() {
            return Some(format!("{} is {}", partner.profile.name, partner.profile.status.name()));
        }
        self.exclusion(lead, partner).map(|reason| format!("the program excludes {}: {reason}", partner.profile.name))
    }

    fn exclusion(&self, lead: &Lead, partner: &Partner) -> Option<&Text> {
        let facts = facts(lead);
        self.program.routing.exclusions.iter().find(|rule| rule.applies(&partner.profile.code, facts)).map(|rule| &rule.reason)
    }

    fn named_account(&self, lead: &Lead) -> Option<(Text, PartnerId)> {
        if self.named.is_empty() {
            return None;
        }
        let known = |key: Option<String>| self.named.get(&key?).cloned();
        known(NamedAccount::name_key(&lead.intake.company)).or_else(|| known(NamedAccount::domain_key(&lead.intake.website)))
    }

    /// The partners whose territory holds the lead, by number: territories of the program that name partners, else the
    /// partners' own areas.
    fn pool(&mut self, lead: &Lead) -> Arc<Vec<PartnerId>> {
        let key = (lead.intake.country, lead.intake.product.clone(), lead.intake.vertical.clone());
        if let Some(pool) = self.pools.get(&key) {
            return Arc::clone(pool);
        }
        let facts = facts(lead);
        let territory = self
            .program
            .routing
            .territories
            .iter()
            .find(|territory| !territory.partners.is_empty() && territory.covers(facts.country, facts.product, facts.vertical));
        let mut pool: Vec<PartnerId> = match territory {
            Some(territory) => {
                territory.partners.iter().filter_map(|code| self.directory.by_code(code)).map(|partner| partner.id).collect()
            }
            None => self
                .directory
                .covering(lead.intake.country, &lead.intake.product, &lead.intake.vertical)
                .map(|partner| partner.id)
                .collect(),
        };
        pool.sort_unstable();
        pool.dedup();
        let pool = Arc::new(pool);
        self.pools.insert(key, Arc::clone(&pool));
        pool
    }
}

/// Where the partner sells, as the lead lies outside of it; nothing where the program gives this territory to others.
fn elsewhere(lead: &Lead, partner: &Partner) -> Text {
    let (intake, profile) = (&lead.intake, &partner.profile);
    let covers = profile.covers(intake.country, &intake.product, &intake.vertical);
    if covers { Text::default() } else { profile.territory() }
}

fn facts(lead: &Lead) -> LeadFacts<'_> {
    LeadFacts {
        country: lead.intake.country,
        product: some(&lead.intake.product),
        vertical: some(&lead.intake.vertical),
        source: some(&lead.intake.source),
    }
}

fn some(text: &Text) -> Option<&str> {
    (!text.is_empty()).then_some(text.as_str())
}

/// One decision being made.
struct Look<'a> {
    router: &'a Router,
    lead: &'a Lead,
    desk: &'a Desk,
    now: Instant,
}

impl<'a> Look<'a> {
    fn directory(&self) -> &'a Directory {
        &self.router.directory
    }

    fn program(&self) -> &'a Program {
        &self.router.program
    }

    /// Walks one partner through the rules up to the first that fails. `in_pool`: the territory was checked already.
    fn examine(&self, partner: &Partner, by_rule: bool) -> Candidate {
        let profile = &partner.profile;
        let tier = self.program().tier(&profile.tier);
        let capacity = self.program().capacity(profile).unwrap_or(NO_LIMIT);
        let mut candidate = Candidate {
            partner: partner.id,
            tier: profile.tier.clone(),
            weight: tier.map_or(1, |tier| i64::from(tier.lead_weight.max(1))),
            open: self.desk.open_leads(partner.id),
            capacity,
            owed_milli: 0,
            waits_micro: None,
            failed: None,
        };
        candidate.failed = self.failure(partner, &candidate, by_rule, None);
        candidate
    }

    /// The first rule that the partner fails, `granted` taken as passed.
    fn failure(&self, partner: &Partner, candidate: &Candidate, by_rule: bool, granted: Option<Rule>) -> Option<Failure> {
        let profile = &partner.profile;
        if !profile.is_active() && granted != Some(Rule::Status) {
            return Some(Failure::Status { is: Text::clean(profile.status.name()) });
        }
        if let Some(rule) = self.missing_certification(partner).filter(|_| by_rule && granted != Some(Rule::Certification)) {
            return Some(rule);
        }
        if let Some(reason) = self.router.exclusion(self.lead, partner) {
            return Some(Failure::Exclusion { rule: reason.clone() });
        }
        if let Some(how) = self.had_before(partner.id).filter(|_| by_rule) {
            return Some(Failure::HadBefore { how: Text::clean(how) });
        }
        if candidate.open >= candidate.capacity && granted != Some(Rule::Capacity) {
            return Some(Failure::Capacity);
        }
        if granted == Some(Rule::Calendar) {
            return None;
        }
        let calendar = self.program().calendar_for(profile.country, some(&profile.calendar));
        if self.program().routing.closed_calendar == ClosedCalendar::Skip && !calendar.is_open(self.now) {
            return Some(Failure::Calendar { calendar: calendar.calendar.name.clone() });
        }
        None
    }

    fn missing_certification(&self, partner: &Partner) -> Option<Failure> {
        let needed =
            self.program().routing.certifications.iter().filter(|rule| rule.product.eq_ignore_ascii_case(&self.lead.intake.product));
        needed.into_iter().find(|rule| !partner.profile.is_certified(&rule.requires, self.now)).map(|rule| {
            let held = partner.profile.certifications.iter().find(|one| one.name.eq_ignore_ascii_case(&rule.requires));
            Failure::Certification { needs: rule.requires.clone(), ended: held.and_then(|one| one.until) }
        })
    }

    /// Who holds the live registration of this customer and product, unless something speaks against that partner or it had
    /// the lead before.
    fn registered(&self) -> Option<(DealId, Candidate)> {
        let live = self.desk.registered.get(&self.lead.id)?;
        let candidate = self.examine(self.directory().get(live.partner)?, false);
        let is_free = candidate.failed.is_none() && self.had_before(live.partner).is_none();
        is_free.then_some((live.deal, candidate))
    }

    /// What became of an earlier offer of this lead to the partner, if there was one.
    fn had_before(&self, partner: PartnerId) -> Option<&'static str> {
        let outcome = self.lead.offers.iter().rev().find(|offer| offer.partner == partner)?.outcome.as_ref();
        Some(match outcome {
            Some(OfferOutcome::Declined { .. }) => "declined this lead",
            Some(OfferOutcome::TimedOut { .. }) => "let this lead lapse",
            Some(OfferOutcome::Accepted { .. } | OfferOutcome::Withdrawn { .. }) | None => "had this lead before",
        })
    }

    fn rotate(&self, scope: &Text, mut candidates: Vec<Candidate>) -> Route {
        let in_turn: Vec<_> = candidates.iter().filter(|one| one.failed.is_none()).map(|one| (one.partner, one.weight)).collect();
        let away = candidates.iter().filter(|one| one.failed.is_some()).map(|one| one.partner).collect();
        let inside = candidates.len();
        let seed = self.program().routing.seed;
        let fresh = Rotation::default();
        let rotation = self.desk.rotations.get(scope).unwrap_or(&fresh);
        let Some((standings, turn)) = rotation.turn(scope, &in_turn, away, seed) else {
            let runner_up = self.runner_up_failed(&candidates, |_| true);
            return Route { partner: None, why: Why { runner_up, ..self.why(DecidedBy::Nobody, scope, inside, candidates) }, turn: None };
        };
        let total = in_turn.iter().map(|(_, weight)| weight).sum();
        let place: HashMap<PartnerId, usize> = standings.iter().enumerate().map(|(place, one)| (one.partner, place)).collect();
        for candidate in &mut candidates {
            if let Some(standing) = place.get(&candidate.partner).map(|&place| &standings[place]) {
                candidate.owed_milli = standing.owed_milli();
                candidate.waits_micro = standing.waits_micro(total);
            }
        }
        candidates.sort_by_key(|one| (place.get(&one.partner).copied().unwrap_or(usize::MAX), one.partner));
        let decided_by = if standings.len() == 1 { DecidedBy::OnlyCandidate } else { DecidedBy::Rotation { turn: turn.turns, seed } };
        let runner_up = if standings.len() == 1 {
            self.runner_up_failed(&candidates, |one| {
                let both = [in_turn[0], (one.partner, one.weight)];
                rotation.turn(scope, &both, Vec::new(), seed).is_some_and(|(standings, _)| standings[0].partner == one.partner)
            })
        } else {
            rotation::runner_up(&standings)
        };
        let why = Why { runner_up, ..self.why(decided_by, scope, inside, candidates) };
        Route { partner: Some(standings[0].partner), why, turn: Some(turn) }
    }

    /// The first of those who failed for whom one change would have been enough, to pass and to win.
    fn runner_up_failed(&self, candidates: &[Candidate], wins: impl Fn(&Candidate) -> bool) -> Option<RunnerUp> {
        let enough = |one: &Candidate| {
            let rule = one.failed.as_ref()?.rule();
            let passes = self.failure(self.directory().get(one.partner)?, one, true, Some(rule)).is_none();
            if passes && wins(one) { change_for(one) } else { None }
        };
        candidates.iter().find_map(|one| Some(RunnerUp { partner: one.partner, change: enough(one)? }))
    }

    /// Names the leading candidates and counts the others; who would have been next is added by whoever knows.
    fn why(&self, decided_by: DecidedBy, scope: &Text, inside: usize, mut candidates: Vec<Candidate>) -> Why {
        let mut failed: BTreeMap<Rule, u32> = BTreeMap::new();
        for failure in candidates.iter().filter_map(|one| one.failed.as_ref()) {
            *failed.entry(failure.rule()).or_default() += 1;
        }
        let passed = candidates.iter().filter(|one| one.failed.is_none()).count();
        candidates.truncate(NAMED_CANDIDATES);
        let outside = self.directory().len().saturating_sub(inside);
        Why {
            decided_by,
            scope: scope.clone(),
            outside: u32::try_from(outside).unwrap_or(u32::MAX),
            passed: u32::try_from(passed).unwrap_or(u32::MAX),
            failed: failed.into_iter().collect(),
            candidates,
            runner_up: None,
        }
    }
}

/// The change that would have let a failed candidate pass the rule that it failed.
fn change_for(candidate: &Candidate) -> Option<Change> {
    match candidate.failed.as_ref()? {
        Failure::Capacity => Some(Change::Capacity { at_least: candidate.open + 1 }),
        Failure::Certification { needs, .. } => Some(Change::Certification { name: needs.clone() }),
        Failure::Status { .. } => Some(Change::Activation),
        Failure::Calendar { .. } => Some(Change::OpenCalendar),
        Failure::Territory { .. } | Failure::Exclusion { .. } | Failure::HadBefore { .. } => None,
    }
}
