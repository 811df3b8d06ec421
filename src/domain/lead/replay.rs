//! What another version of the program would have done with leads that have come: whom each would have gone to first, how much
//! every partner would have had, where nobody would have been found, and which offers would have been answered too late.
//!
//! Both versions begin with nobody having anything, and place the same leads in the order in which they came, by the partners as
//! they are today. A lead counts for whom it would have gone to for as long as it really was open. Offers are judged by when they
//! really were answered: how fast another partner would have been nobody knows. Pauses are not replayed.

use super::{
    Lead, LeadState, OfferOutcome,
    routing::{Desk, Router, Rule},
};
use crate::domain::{
    id::PartnerId,
    program::Program,
    text::Text,
    time::{Instant, Span},
};
use serde::Serialize;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    sync::Arc,
};

/// How far back leads are replayed: a quarter of thirteen weeks.
pub const QUARTER: Span = Span::hours(13 * 7 * 24);

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// Leads from here on were looked at.
    pub since: Instant,
    /// Those that the rules had to place.
    pub leads: u64,
    /// They would have gone to somebody else first, or to nobody.
    pub moved: u64,
    /// Who would have had another number of leads, the greatest difference first.
    pub loads: Vec<Load>,
    /// Where somebody was found before and nobody would be, by country and product; the most leads first.
    pub opened: Vec<Hole>,
    /// The other way round.
    pub closed: Vec<Hole>,
    pub offers: Answered,
}

/// What one partner would have had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Load {
    pub partner: PartnerId,
    pub name: Text,
    pub before: Side,
    pub after: Side,
}

/// The same under one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Side {
    /// Leads that it would have been offered first.
    pub leads: u64,
    /// How many of them at most were open at once.
    pub most_open: u32,
}

/// Leads of one country and product for which nobody was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hole {
    /// `DE/switching`.
    pub scope: Text,
    pub leads: u64,
    /// The rule that most of those who sell there failed; nothing where nobody sells there.
    pub rule: Option<&'static str>,
}

/// Offers by whether they were answered in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Answered {
    pub judged: u64,
    pub late_before: u64,
    pub late_after: u64,
    /// In time before, too late after.
    pub added: u64,
    /// Too late before, in time after.
    pub avoided: u64,
    /// They were taken back, or are open, before the later of the two deadlines: whether an answer had come nobody knows.
    pub unknown: u64,
}

/// Places leads under both versions, one after the other.
#[derive(Debug)]
pub struct Replay {
    before: Version,
    after: Version,
    now: Instant,
    replayed: Replayed,
    /// By scope: opened, and closed.
    holes: BTreeMap<Text, [Lost; 2]>,
}

/// Leads that found nobody, by the rule that kept most of those who sell there from them.
#[derive(Debug, Default)]
struct Lost(BTreeMap<Option<Rule>, u64>);

/// One version, with what it has placed so far.
#[derive(Debug)]
struct Version {
    router: Router,
    desk: Desk,
    sides: BTreeMap<PartnerId, Side>,
    /// When a placed lead is closed, and whose it is.
    ends: BinaryHeap<Reverse<(Instant, PartnerId)>>,
}

/// Whom a version places a lead with, or the rule that kept most of them from it.
type Placed = Result<PartnerId, Option<Rule>>;

impl Replay {
    pub fn new(before: Router, after: Router, since: Instant, now: Instant) -> Self {
        let offers = Answered::default();
        let replayed = Replayed { since, leads: 0, moved: 0, loads: Vec::new(), opened: Vec::new(), closed: Vec::new(), offers };
        Self { before: Version::new(before), after: Version::new(after), now, replayed, holes: BTreeMap::new() }
    }

    /// Whether two versions may place leads differently, or give another time to answer.
    pub fn is_worth(before: &Program, after: &Program) -> bool {
        let shares = |program: &Program| -> Vec<(Text, u32, u32, Option<u32>)> {
            program.tiers.iter().map(|tier| (tier.name.clone(), tier.lead_weight, tier.sla_percent, tier.capacity)).collect()
        };
        before.routing != after.routing
            || before.sla != after.sla
            || before.calendars != after.calendars
            || before.calendar != after.calendar
            || before.calendar_by_country != after.calendar_by_country
            || shares(before) != shares(after)
    }

    /// The next lead, in the order in which they came.
    pub fn take(&mut self, lead: &Lead) {
        self.judge(lead);
        if lead.offers.is_empty() && !matches!(lead.state, LeadState::Unassigned { .. }) {
            return;
        }
        let end = if lead.state.partner().is_some() && lead.state.is_open() { None } else { Some(lead.updated_at) };
        if let Some(chosen) = lead.offers.first().filter(|offer| offer.by_hand) {
            self.before.hold(chosen.partner, lead.received_at, end);
            self.after.hold(chosen.partner, lead.received_at, end);
            return;
        }
        let fresh = Lead { offers: Vec::new(), ..lead.clone() };
        let (before, after) = (self.before.place(&fresh, end), self.after.place(&fresh, end));
        self.replayed.leads += 1;
        self.replayed.moved += u64::from(before.ok() != after.ok());
        for (way, (had, has)) in [(before, after), (after, before)].into_iter().enumerate() {
            if let (Ok(_), Err(rule)) = (had, has) {
                *self.holes.entry(Router::scope(lead)).or_default()[way].0.entry(rule).or_default() += 1;
            }
        }
    }

    fn judge(&mut self, lead: &Lead) {
        let directory = Arc::clone(&self.before.router.directory);
        for offer in &lead.offers {
            let Some(partner) = directory.get(offer.partner) else { continue };
            let profile = &partner.profile;
            let late = |program: &Program| {
                let calendar = program.calendar_for(profile.country, (!profile.calendar.is_empty()).then_some(&*profile.calendar));
                let due = calendar.add(offer.offered_at, program.accept_sla(&profile.tier, lead.intake.score)).ok()?;
                match &offer.outcome {
                    Some(OfferOutcome::Accepted { at, .. } | OfferOutcome::Declined { at, .. }) => Some(*at > due),
                    Some(OfferOutcome::TimedOut { at } | OfferOutcome::Withdrawn { at }) => (*at > due).then_some(true),
                    None => (self.now > due).then_some(true),
                }
            };
            let offers = &mut self.replayed.offers;
            match (late(&self.before.router.program), late(&self.after.router.program)) {
                (Some(before), Some(after)) => {
                    offers.judged += 1;
                    offers.late_before += u64::from(before);
                    offers.late_after += u64::from(after);
                    offers.added += u64::from(!before && after);
                    offers.avoided += u64::from(before && !after);
                }
                // What neither version can tell differs in nothing.
                (None, None) => {}
                _ => offers.unknown += 1,
            }
        }
    }

    /// What came of it.
    pub fn finish(self) -> Replayed {
        let Self { before, after, mut replayed, holes, .. } = self;
        let name = |id: PartnerId| before.router.directory.get(id).map_or_else(Text::default, |partner| partner.profile.name.clone());
        let mut ids: Vec<PartnerId> = before.sides.keys().chain(after.sides.keys()).copied().collect();
        ids.sort_unstable();
        ids.dedup();
        let side = |version: &Version, id: PartnerId| version.sides.get(&id).copied().unwrap_or_default();
        replayed.loads = ids
            .into_iter()
            .map(|partner| Load { partner, name: name(partner), before: side(&before, partner), after: side(&after, partner) })
            .filter(|load| load.before != load.after)
            .collect();
        replayed.loads.sort_by_key(|load| (Reverse(load.before.leads.abs_diff(load.after.leads)), load.partner));
        for (scope, [opened, closed]) in holes {
            replayed.opened.extend(Hole::of(&scope, opened));
            replayed.closed.extend(Hole::of(&scope, closed));
        }
        for list in [&mut replayed.opened, &mut replayed.closed] {
            list.sort_by_key(|hole| Reverse(hole.leads));
        }
        replayed
    }
}

impl Version {
    fn new(router: Router) -> Self {
        Self { router, desk: Desk::default(), sides: BTreeMap::new(), ends: BinaryHeap::new() }
    }

    fn place(&mut self, lead: &Lead, end: Option<Instant>) -> Placed {
        let at = lead.received_at;
        self.free(at);
        let route = self.router.route(lead, &self.desk, at);
        if let Some(turn) = &route.turn {
            self.desk.turned(turn);
        }
        let Some(partner) = route.partner else {
            let most = route.why.failed.iter().max_by_key(|(rule, failed)| (*failed, Reverse(*rule)));
            return Err(most.map(|(rule, _)| *rule));
        };
        self.hold(partner, at, end);
        self.sides.entry(partner).or_default().leads += 1;
        Ok(partner)
    }

    fn hold(&mut self, partner: PartnerId, at: Instant, end: Option<Instant>) {
        self.free(at);
        self.desk.moved(None, Some(partner));
        self.ends.extend(end.map(|end| Reverse((end, partner))));
        let open = self.desk.open_leads(partner);
        let side = self.sides.entry(partner).or_default();
        side.most_open = side.most_open.max(open);
    }

    /// Takes away what was closed by `at`.
    fn free(&mut self, at: Instant) {
        while let Some(Reverse((end, partner))) = self.ends.peek().copied()
            && end <= at
        {
            self.ends.pop();
            self.desk.moved(Some(partner), None);
        }
    }
}

impl Hole {
    fn of(scope: &Text, Lost(rules): Lost) -> Option<Self> {
        let leads = rules.values().sum();
        let (rule, _) = rules.into_iter().max_by_key(|(rule, count)| (*count, Reverse(*rule)))?;
        Some(Self { scope: scope.clone(), leads, rule: rule.map(Rule::doc) })
    }
}
