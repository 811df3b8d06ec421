//! What conflicts: one table by hand, and the same whichever side comes first.

use super::{ACME, World, at, date, details, eur, operator};
use crate::simulation::chance::Chance;
use pilothouse::domain::{
    actor::Role,
    deal::{
        AccountLink, Customer, DealCommand, Details, Scope,
        conflict::{ConflictKind, Finding, Reason, Sale, SameCustomer, candidate_keys, deal_keys, protection_keys, same_customer},
    },
    id::AccountId,
    matching::MatchingPolicy,
};
use proptest::prelude::*;

const DUPLICATE: ConflictKind = ConflictKind::Duplicate;
const HORIZONTAL: ConflictKind = ConflictKind::Horizontal;
const VERTICAL: ConflictKind = ConflictKind::Vertical;

fn kinds(world: &World) -> Vec<ConflictKind> {
    let ids: Vec<_> = world.deals.keys().copied().collect();
    world.found(ids[0], ids[1]).iter().map(Finding::kind).collect()
}

#[test]
fn partners_are_told_apart_by_their_kind() {
    for (a, b, expected) in [
        (1, 2, vec![DUPLICATE, HORIZONTAL]),
        (1, 1, vec![DUPLICATE]),
        (4, 1, vec![DUPLICATE, VERTICAL]),
        (3, 5, vec![DUPLICATE, VERTICAL]),
        (4, 5, vec![DUPLICATE, VERTICAL]),
        (1, 6, vec![DUPLICATE, HORIZONTAL, ConflictKind::CrossTerritory]),
    ] {
        let mut world = World::new();
        world.submitted(a, details(), Some(ACME));
        world.submitted(b, details(), Some(ACME));
        assert_eq!(kinds(&world), expected, "{a} and {b}");
    }
}

#[test]
fn another_customer_or_product_is_no_conflict() {
    let other = AccountLink { account: AccountId(9), family: AccountId(9) };
    let sister = AccountLink { account: AccountId(2), family: AccountId(1) };
    let video = Details { scope: Scope::new(["Video".into()]), ..details() };
    let both = Details { scope: Scope::new(["Video".into(), "SWITCHING".into()]), ..details() };
    for (second, account, expected) in [(details(), other, 0), (details(), sister, 2), (video, ACME, 0), (both, ACME, 2)] {
        let mut world = World::new();
        world.submitted(1, details(), Some(ACME));
        world.submitted(2, second, Some(account));
        assert_eq!(kinds(&world).len(), expected);
    }
}

#[test]
fn customers_that_are_not_matched_are_compared_like_leads() {
    let named = |name: &str, website: &str| Details {
        customer: Customer { name: name.into(), website: website.into(), ..details().customer },
        ..details()
    };
    for (a, b, same) in [
        (named("Acme Werke GmbH", ""), named("ACME Werke", ""), true),
        (named("Acme Werke GmbH", "acme.example"), named("Acme Werke AG", "www.acme.example"), true),
        (named("Acme Werke GmbH", ""), named("Nordlicht Kliniken", ""), false),
    ] {
        let mut world = World::new();
        let (a, b) = (world.submitted(1, a, None), world.submitted(2, b, Some(ACME)));
        let policy = MatchingPolicy::default();
        let found = same_customer(world.deal(a), world.deal(b), &policy);
        assert_eq!(matches!(found, Some(SameCustomer::Likeness { .. })), same);
        if same {
            let (mine, theirs) = (candidate_keys(world.deal(a), &policy), candidate_keys(world.deal(b), &policy));
            assert!(mine.iter().any(|key| theirs.contains(key)), "the store finds one by the other");
        }
    }
}

#[test]
fn incumbency_is_twelve_months_to_the_day() {
    for (sold, is_incumbent) in [("2025-03-23", true), ("2025-03-22", false), ("2026-03-23", true), ("2026-03-24", false)] {
        let mut world = World::new();
        let (a, b) = (world.submitted(1, details(), Some(ACME)), world.submitted(2, details(), Some(ACME)));
        world.sales.insert(b, vec![Sale { on: date(sold), amount: eur("100"), hash: None }]);
        let found = world.found(a, b);
        let incumbency = found.iter().find(|finding| finding.kind() == ConflictKind::Incumbency);
        assert_eq!(incumbency.is_some(), is_incumbent, "{sold}");
        if let Some(finding) = incumbency {
            assert_eq!(finding.reason, Reason::Incumbency { incumbent: b, newcomer: a, last_sale: date(sold), sales: 1 });
        }
    }
}

#[test]
fn a_deal_that_is_won_is_claimed_for_90_days() {
    let mut world = World::new();
    let approver = operator(3, Role::Approver);
    let won = world.submitted(1, details(), Some(ACME));
    world.act(won, &approver, &DealCommand::Approve).unwrap();
    world.act(won, &approver, &DealCommand::Win { on: date("2026-03-23"), value: None }).unwrap();
    let late = world.submitted(2, details(), Some(ACME));
    let kinds: Vec<ConflictKind> = world.found(late, won).iter().map(Finding::kind).collect();
    assert_eq!(kinds, [DUPLICATE, HORIZONTAL, ConflictKind::PostDealCredit]);
    // 23 March + 90 days = 21 June.
    world.now = at("2026-06-21T21:59:00Z");
    assert!(!world.found(won, late).is_empty());
    world.now = at("2026-06-21T22:00:00Z");
    assert!(world.found(won, late).is_empty(), "the 91st day");
    let own = world.submitted(1, details(), Some(ACME));
    world.now = at("2026-04-01T00:00:00Z");
    assert!(world.found(won, own).is_empty(), "the same partner's next deal");
}

#[test]
fn a_protection_takes_the_keys_of_the_family_and_each_product() {
    let mut world = World::new();
    let policy = MatchingPolicy::default();
    let sister = AccountLink { account: AccountId(2), family: AccountId(1) };
    let both = Details { scope: Scope::new(["Video".into(), "Switching".into()]), ..details() };
    let id = world.submitted(1, both, Some(sister));
    assert!(protection_keys(world.deal(id), &policy).is_empty(), "not approved yet");
    let keys: Vec<String> = deal_keys(world.deal(id), &policy).iter().map(ToString::to_string).collect();
    assert_eq!(keys, ["A-1/switching", "A-1/video"]);
    world.act(id, &operator(3, Role::Approver), &DealCommand::Approve).unwrap();
    assert_eq!(protection_keys(world.deal(id), &policy), deal_keys(world.deal(id), &policy));
    let other = world.submitted(2, details(), None);
    assert_eq!(deal_keys(world.deal(other), &policy)[0].to_string(), "DE:acme werke/switching");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn it_does_not_matter_which_side_comes_first(seed: u64) {
        let mut chance = Chance::new(seed);
        let mut world = World::new();
        let approver = operator(3, Role::Approver);
        for _ in 0..2 {
            let mut facts = details();
            facts.customer.name = (*chance.pick(&["Acme Werke GmbH", "Acme Werke", "Nordlicht"])).into();
            facts.customer.country = Some(chance.pick(&["DE", "FR"]).parse().unwrap());
            let products = [vec!["Switching"], vec!["Switching", "Video"], vec!["Video"]];
            facts.scope = Scope::new(chance.pick(&products).iter().map(|product| (*product).into()));
            let account = chance.per_mille(700).then(|| AccountLink { account: AccountId(chance.between(1, 3)), family: AccountId(1) });
            let id = world.submitted(chance.between(1, 6), facts, account);
            if chance.per_mille(300) {
                let _ = world.act(id, &approver, &DealCommand::Approve);
                if chance.per_mille(500) {
                    let _ = world.act(id, &approver, &DealCommand::Win { on: date("2026-03-23"), value: None });
                }
            }
            if chance.per_mille(400) {
                world.sales.insert(id, vec![Sale { on: date("2026-01-10"), amount: eur("10"), hash: None }]);
            }
        }
        let ids: Vec<_> = world.deals.keys().copied().collect();
        prop_assert_eq!(world.found(ids[0], ids[1]), world.found(ids[1], ids[0]));
        prop_assert_eq!(world.dossier(&ids), world.dossier(&[ids[1], ids[0]]));
    }
}
