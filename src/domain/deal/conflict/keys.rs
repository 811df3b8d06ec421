//! Which registrations are about the same customer, and the keys by which the store finds them.

use crate::domain::{
    deal::{Details, Registration},
    id::AccountId,
    matching::{self, Band, Features, MatchingPolicy, Record},
    search,
};
use serde::{Deserialize, Serialize};
use std::{fmt, sync::Arc};

/// How two registrations are known to be about one customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum SameCustomer {
    Account {
        account: AccountId,
    },
    /// Parent and subsidiary, or two subsidiaries.
    Family {
        family: AccountId,
    },
    /// At least one is not matched with an account: so alike that a lead would have been linked.
    Likeness {
        score_bp: u16,
    },
}

/// Registrations that share one are worth comparing: a customer and one product. A bigint in both databases. One with
/// more members than [`matching::MEMBERS_MAX`] says too little and is not followed, but for that of a customer family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CandidateKey {
    pub key: i64,
    /// Made from the customer's family, and so always followed.
    pub is_family: bool,
}

/// One end customer and one product: what only one registration may protect at a time. Unique in the database.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProtectionKey(pub String);

impl fmt::Display for ProtectionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The customer in the spelling in which the matcher compares.
pub fn features(details: &Details, policy: &MatchingPolicy) -> Features {
    let (customer, contact) = (&details.customer, &details.contact);
    let record = Record {
        name: &customer.name,
        country: customer.country.as_ref().map_or("", |country| country.code()),
        website: &customer.website,
        email: &contact.email,
        phone: &contact.phone,
        person: &contact.name,
        postal: &customer.postal_code,
        city: &customer.city,
        ..Record::default()
    };
    Features::of(&record, policy)
}

/// Two matched registrations are compared by their accounts alone; else by what the partners wrote.
pub fn same_customer(a: &Registration, b: &Registration, policy: &MatchingPolicy) -> Option<SameCustomer> {
    same_customer_by(a, b, policy, |deal| Arc::new(features(&deal.details, policy)))
}

/// The same with the spelling worked out by the caller, who may have it already.
pub fn same_customer_by(
    a: &Registration,
    b: &Registration,
    policy: &MatchingPolicy,
    mut features: impl FnMut(&Registration) -> Arc<Features>,
) -> Option<SameCustomer> {
    if let (Some(a), Some(b)) = (a.account, b.account) {
        return if a.account == b.account {
            Some(SameCustomer::Account { account: a.account })
        } else if a.family == b.family {
            Some(SameCustomer::Family { family: a.family })
        } else {
            None
        };
    }
    // The score is the same either way round; the order only makes that plain.
    let (first, second) = if a.id <= b.id { (a, b) } else { (b, a) };
    let score = matching::score(&features(first), &features(second), &policy.weights);
    (score.band(policy) == Band::Link).then_some(SameCustomer::Likeness { score_bp: score.total_bp })
}

/// The keys of a registration, sorted, each once.
pub fn candidate_keys(deal: &Registration, policy: &MatchingPolicy) -> Vec<CandidateKey> {
    candidate_keys_of(deal, &features(&deal.details, policy))
}

/// The same with the spelling of its customer worked out by the caller.
pub fn candidate_keys_of(deal: &Registration, features: &Features) -> Vec<CandidateKey> {
    let blocks = matching::keys(features).into_iter().map(|key| (key, false));
    let family = deal.account.map(|link| (mixed(0x0fa3_117e, link.family.0), true));
    let customers: Vec<(i64, bool)> = blocks.chain(family).collect();
    let mut keys: Vec<CandidateKey> = Vec::new();
    for product in deal.details.scope.codes() {
        let product = product.bytes().fold(0_i64, |hash, byte| mixed(hash, i64::from(byte)));
        keys.extend(customers.iter().map(|(customer, is_family)| CandidateKey { key: mixed(product, *customer), is_family: *is_family }));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The keys that a registration takes now: none without a live protection of its own.
pub fn protection_keys(deal: &Registration, policy: &MatchingPolicy) -> Vec<ProtectionKey> {
    if !deal.holds_protection() {
        return Vec::new();
    }
    deal_keys(deal, policy)
}

/// The keys that it would take if it were approved: whoever has one of them is in its way.
pub fn deal_keys(deal: &Registration, policy: &MatchingPolicy) -> Vec<ProtectionKey> {
    let customer = deal.account.map_or_else(|| spelt(deal, policy), |link| link.family.to_string());
    deal.details.scope.codes().map(|product| ProtectionKey(format!("{customer}/{product}"))).collect()
}

/// A customer that is not matched: its country and its name without the legal form.
fn spelt(deal: &Registration, policy: &MatchingPolicy) -> String {
    let features = features(&deal.details, policy);
    let name = if features.name.is_empty() { search::words(deal.customer()).into() } else { features.name };
    format!("{}:{}", features.country, name.trim())
}

/// One round of SplitMix64 over both: stable on every machine, and spread over the index.
const fn mixed(a: i64, b: i64) -> i64 {
    let mut z = a.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(b.cast_unsigned());
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)).cast_signed()
}
