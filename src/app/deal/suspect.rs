//! Which registrations may conflict with another and are a party of no case: found by reading alone, all live claims at once,
//! so that a look at a million takes nobody's lock. Whoever then looks at these for good does it under the lock.
//!
//! Who shares which keys is read in the order of the keys, once, instead of each registration's dozen. Most pairs are told
//! apart by their glances; only what is left is read.

use super::alike::{Met, RARE, since};
use crate::{
    app::{App, Failure, Rules},
    domain::{
        deal::{
            Registration,
            conflict::{Claim, Glance, Glances, candidate_keys, conflicts_by, features, same_customer_by},
        },
        id::{ConflictId, DealId},
        matching::{Features, MatchingPolicy},
        time::Instant,
    },
    store::{KEY_PARTS, KEY_SLICES, Shared, unit::FAMILY_MAX},
};
use futures::future::BoxFuture;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

/// How many pairs are read at once.
const PAIRS: usize = 1_000;

type Pair = (DealId, DealId);

/// Those who share keys so far.
struct Sharing<'p> {
    policy: &'p MatchingPolicy,
    glances: Vec<Glance>,
    told_apart: Glances,
    /// With whether the key that they share is evidence by itself.
    pairs: Vec<(Pair, bool)>,
}

impl Sharing<'_> {
    fn glance(&self, id: DealId) -> Glance {
        usize::try_from(id.0).ok().and_then(|place| self.glances.get(place)).copied().unwrap_or_default()
    }

    /// Every two members of a key that may be about one customer.
    fn share(&mut self, members: &[DealId], is_evidence: bool) {
        let members: Vec<(DealId, Glance)> = members.iter().map(|id| (*id, self.glance(*id))).collect();
        for (place, (a, seen)) in members.iter().enumerate() {
            for (b, other) in &members[place + 1..] {
                if self.told_apart.may_conflict(*seen, *other) {
                    self.pairs.push((((*a).min(*b), (*a).max(*b)), is_evidence));
                }
            }
        }
    }

    /// The pairs worth comparing by [`crate::domain::matching::worth_comparing`]: one key that is evidence, or two of any kind.
    fn worth_comparing(mut self) -> Vec<Pair> {
        self.pairs.sort_unstable();
        let groups = self.pairs.chunk_by(|a, b| a.0 == b.0);
        groups.filter(|group| group.len() > 1 || group[0].1).map(|group| group[0].0).collect()
    }
}

impl App {
    /// Takes the keys of registrations that ended out of the index, and new ones into it, a part at a time so that nobody waits
    /// long. No event: who asks for members gets the same before and after.
    pub fn settle_deal_keys(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            let mut session = self.db().read().await?;
            if !session.is_any_key_gone().await? && !session.is_any_key_new().await? {
                return Ok(());
            }
            drop(session);
            for part in 0..KEY_PARTS {
                let mut tx = self.db().begin().await?;
                tx.deal_keys_settle(part).await?;
                tx.commit().await?;
            }
            Ok(())
        })
    }

    /// The registrations that claim a deal, are a party of no conflict, and conflict with another that they share keys with.
    pub fn deal_suspects(&self) -> BoxFuture<'_, Result<Vec<DealId>, Failure>> {
        Box::pin(async move {
            let (rules, now) = (self.rules().await?, self.now());
            let policy = rules.program().matching.policy();
            let since = since(rules.program(), now);
            let glances = self.db().read().await?.glances().await?;
            let mut sharing = Sharing { policy: &policy, glances, told_apart: Glances::under(&policy), pairs: Vec::new() };
            for slice in 0..KEY_SLICES {
                let Shared { groups, crowded } = self.db().read().await?.deals_sharing(slice, since).await?;
                for members in &groups {
                    sharing.share(members, members.len() <= RARE);
                }
                self.families(&mut sharing, crowded, since).await?;
            }
            let mut suspects = BTreeSet::new();
            for pairs in sharing.worth_comparing().chunks(PAIRS) {
                suspects.extend(self.conflicting(&rules, &policy, now, pairs).await?);
            }
            Ok(suspects.into_iter().collect())
        })
    }

    /// A key that too many share is followed all the same when it is made of a customer's family: its newest members are
    /// compared with each of them.
    async fn families(&self, sharing: &mut Sharing<'_>, mut crowded: Vec<(i64, DealId)>, since: i64) -> Result<(), Failure> {
        crowded.retain(|(_, member)| sharing.glance(*member).may_be_matched());
        let mut session = self.db().read().await?;
        for part in crowded.chunks(PAIRS) {
            let ids: BTreeSet<DealId> = part.iter().map(|(_, member)| *member).collect();
            let deals = session.deals(&ids.into_iter().collect::<Vec<_>>()).await?;
            let families: BTreeSet<i64> = deals
                .iter()
                .filter(|deal| deal.account.is_some())
                .flat_map(|deal| candidate_keys(deal, sharing.policy))
                .filter_map(|key| key.is_family.then_some(key.key))
                .collect();
            for (key, _) in part.iter().filter(|(key, _)| families.contains(key)) {
                let members = session.deals_with_key(*key, since).await?;
                let (newest, older) = members.split_at(members.len().min(FAMILY_MAX));
                sharing.share(newest, true);
                for one in older {
                    for other in newest {
                        sharing.share(&[*one, *other], true);
                    }
                }
            }
        }
        Ok(())
    }

    /// Of these pairs the registrations that are a party of no case and do conflict.
    async fn conflicting(&self, rules: &Rules, policy: &MatchingPolicy, now: Instant, pairs: &[Pair]) -> Result<Vec<DealId>, Failure> {
        let parties = |pairs: &[Pair]| -> Vec<DealId> {
            let ids: BTreeSet<DealId> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
            ids.into_iter().collect()
        };
        let mut session = self.db().read().await?;
        let everyone = parties(pairs);
        let free = session.deals_free(&everyone).await?;
        let is_free = |id: &DealId| free.binary_search(id).is_ok();
        let met: Vec<(DealId, ConflictId)> = session.cases_of(&everyone).await?;
        let met = Met::of(met);
        let pairs: Vec<Pair> = pairs.iter().filter(|(a, b)| (is_free(a) || is_free(b)) && !met.before(*a, *b)).copied().collect();
        let deals = session.deals(&parties(&pairs)).await?;
        drop(session);
        let deals: HashMap<DealId, Registration> = deals.into_iter().map(|deal| (deal.id, deal)).collect();
        let mut spellings: HashMap<DealId, Arc<Features>> = HashMap::new();
        let mut spelt =
            |deal: &Registration| Arc::clone(spellings.entry(deal.id).or_insert_with(|| Arc::new(features(&deal.details, policy))));
        // What was sold to whom makes a conflict of another kind and none by itself.
        let claim = |id: &DealId| {
            let registration = deals.get(id)?;
            Some(Claim { registration, partner: rules.directory().get(registration.partner)?, sales: &[] })
        };
        let mut found = Vec::new();
        for (a, b) in &pairs {
            let (Some(one), Some(other)) = (claim(a), claim(b)) else { continue };
            if !conflicts_by(&one, &other, rules.program(), now, |a, b| same_customer_by(a, b, policy, &mut spelt)).is_empty() {
                found.extend([*a, *b].into_iter().filter(is_free));
            }
        }
        Ok(found)
    }
}
