//! The why of a decision tells the truth: the winner is the first, every check agrees with the outcome, the counts add up.

use crate::simulation::{
    cast::{self, Bank},
    chance::Chance,
};
use pilothouse::domain::{
    aggregate::Aggregate,
    id::{LeadId, PartnerId},
    lead::{
        Intake, Lead, LeadEvent, UnassignedReason,
        event::Arrival,
        routing::{Candidate, Change, DecidedBy, Desk, Route, Router, Rule, RunnerUp, Why},
    },
    partner::{Certification, Directory, Partner, PartnerStatus, Profile},
    program::{self, Program, Tier},
    time::{Instant, Span},
};
use proptest::prelude::*;
use std::{
    collections::BTreeSet,
    sync::{Arc, LazyLock},
};

const START: Instant = Instant::from_micros(1_774_249_200_000_000);

static PROGRAMS: LazyLock<Vec<Arc<Program>>> =
    LazyLock::new(|| (0..4).map(|variant| Arc::new(program::parse("test", &cast::program(variant)).expect("a sound program"))).collect());

fn partners(chance: &mut Chance) -> Vec<Partner> {
    let profile = |number| cast::profile(number, chance, START);
    (1..=cast::PARTNERS)
        .map(profile)
        .zip(1..)
        .map(|(profile, id)| Partner { id: PartnerId(id), version: 1, updated_at: START, profile, since: None, steps: Vec::new() })
        .collect()
}

fn lead(chance: &mut Chance) -> Lead {
    let intake = Box::new(Bank::new(chance).next(chance).intake);
    Lead::begin(LeadId(1), &LeadEvent::Received { intake, arrival: Arrival::ToRoute }, START).expect("a receipt")
}

fn checks_agree(candidate: &Candidate, why: &Why, is_winner: bool) -> Result<(), TestCaseError> {
    let checks = candidate.checks(why);
    prop_assert_eq!(checks.len(), Rule::ALL.len());
    let failed: Vec<_> = checks.iter().filter(|check| check.passed == Some(false)).map(|check| check.rule).collect();
    match &candidate.failed {
        Some(failure) => {
            prop_assert_eq!(failed, vec![failure.rule()]);
            for check in &checks {
                prop_assert_eq!(check.passed.is_none(), check.rule > failure.rule(), "{:?}", check);
            }
        }
        None if is_winner => prop_assert!(checks.iter().all(|check| check.passed == Some(true))),
        None => prop_assert_eq!(failed, vec![Rule::Rotation]),
    }
    prop_assert!(checks.iter().all(|check| !check.detail.is_empty()));
    Ok(())
}

/// The directory after the change that the explanation names, where it is one of the directory.
fn changed(partners: &[Partner], winner: Option<PartnerId>, runner_up: &RunnerUp) -> Option<Vec<Partner>> {
    let mut partners = partners.to_vec();
    let away = runner_up.change == Change::WinnerAway;
    let whose = if away { winner? } else { runner_up.partner };
    let profile = &mut partners.iter_mut().find(|one| one.id == whose)?.profile;
    match &runner_up.change {
        Change::Capacity { at_least } => profile.capacity = *at_least,
        Change::Activation => profile.status = PartnerStatus::Active,
        Change::Certification { name } => profile.certifications.push(Certification { name: name.clone(), until: None }),
        Change::WinnerAway => profile.status = PartnerStatus::Suspended,
        // Weights and hours belong to the program.
        Change::Weight { .. } | Change::OpenCalendar => return None,
        Change::NextTurn => unreachable!("the next turn would not have made it win this one"),
    }
    if let Change::Certification { .. } = runner_up.change {
        profile.certifications.retain(|one| one.until.is_none());
    }
    Some(partners)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_why_agrees_with_the_decision(seed: u64, which in 0_usize..4, hours in 0_i64..400) {
        let mut chance = Chance::new(seed);
        let partners = partners(&mut chance);
        let program = &PROGRAMS[which];
        let mut router = Router::new(Arc::clone(program), Arc::new(Directory::new(partners.clone())));
        let mut desk = Desk::default();
        let now = START.plus(Span::hours(hours));
        for _ in 0..12 {
            let lead = lead(&mut chance);
            let route = router.route(&lead, &desk, now);
            prop_assert_eq!(&route, &router.route(&lead, &desk, now), "the same question has the same answer");
            let Route { partner, why, turn } = route;
            let first = why.candidates.first();
            if let Some(partner) = partner {
                prop_assert_eq!(first.map(|one| one.partner), Some(partner));
                prop_assert!(first.is_some_and(|one| one.failed.is_none()));
            } else {
                prop_assert_eq!(&why.decided_by, &DecidedBy::Nobody);
                let rules: BTreeSet<Rule> = why.candidates.iter().filter_map(|one| Some(one.failed.as_ref()?.rule())).collect();
                prop_assert_eq!(why.nobody() == UnassignedReason::Uncovered, rules.is_empty());
                prop_assert_eq!(why.nobody() == UnassignedReason::NoCandidate, rules.len() > 1);
                prop_assert_eq!(why.nobody() == UnassignedReason::AllFull, rules == BTreeSet::from([Rule::Capacity]));
                prop_assert!(turn.is_none() && why.passed == 0 && why.candidates.iter().all(|one| one.failed.is_some()));
            }
            for candidate in &why.candidates {
                checks_agree(candidate, &why, Some(candidate.partner) == partner)?;
            }
            let failed: u32 = why.failed.iter().map(|(_, count)| count).sum();
            if !matches!(why.decided_by, DecidedBy::NamedAccount { .. }) {
                prop_assert_eq!(why.passed + failed + why.outside, u32::try_from(partners.len()).unwrap());
            }
            desk.moved(None, partner);
            if let Some(turn) = turn {
                desk.turned(&turn);
            }
        }
    }

    /// Asked again under the change that is named, the rules choose the runner-up.
    #[test]
    fn the_named_change_would_have_done_it(seed: u64, which in 0_usize..4, hours in 0_i64..400, turns in 0_usize..12, full in 0_u64..1_000) {
        let mut chance = Chance::new(seed);
        let partners = partners(&mut chance);
        let program = &PROGRAMS[which];
        let now = START.plus(Span::hours(hours));
        let mut desk = Desk::default();
        for partner in &partners {
            desk.loads.insert(partner.id, if chance.per_mille(full) { 1_000 } else { 0 });
        }
        let router = |partners: &[Partner]| Router::new(Arc::clone(program), Arc::new(Directory::new(partners.to_vec())));
        let lead = lead(&mut chance);
        for _ in 0..=turns {
            let route = router(&partners).route(&lead, &desk, now);
            let then = desk.clone();
            route.turn.iter().for_each(|turn| desk.turned(turn));
            let Some(runner_up) = &route.why.runner_up else { continue };
            prop_assert!(Some(runner_up.partner) != route.partner);
            let Some(changed) = changed(&partners, route.partner, runner_up) else { continue };
            let again = router(&changed).route(&lead, &then, now);
            prop_assert_eq!(again.partner, Some(runner_up.partner), "{:?} was said to be enough", runner_up.change);
        }
    }
}

/// Partners of Germany that are always in turn, each of a tier of its own with this weight.
fn weighted(weights: &[u32]) -> (Arc<Program>, Vec<Partner>) {
    let mut program = Program::clone(&PROGRAMS[0]);
    let first = program.tiers[0].clone();
    let tier = |(at, weight): (usize, &u32)| Tier { name: format!("T{at}").as_str().into(), lead_weight: *weight, ..first.clone() };
    program.tiers = weights.iter().enumerate().map(tier).collect();
    let profile = |at: usize| Profile {
        code: format!("W{at}").as_str().into(),
        name: format!("Weighed {at}").as_str().into(),
        tier: format!("T{at}").as_str().into(),
        status: PartnerStatus::Active,
        country: "DE".parse().ok(),
        capacity: 1_000_000,
        ..Profile::default()
    };
    let partner =
        |(at, id)| Partner { id: PartnerId(id), version: 1, updated_at: START, profile: profile(at), since: None, steps: Vec::new() };
    (Arc::new(program), (0..weights.len()).zip(1..).map(partner).collect())
}

fn german() -> Lead {
    let intake = Box::new(Intake { company: "Somebody".into(), country: "DE".parse().ok(), ..Intake::default() });
    Lead::begin(LeadId(1), &LeadEvent::Received { intake, arrival: Arrival::ToRoute }, START).expect("a receipt")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// The values that the why shows are those by which it was decided, and the change that it names is enough and the least of
    /// its kind: decided again under it, the runner-up wins, and by one weight less it does not.
    #[test]
    fn the_rotation_shows_what_decided_and_names_a_change_that_is_true(
        weights in proptest::collection::vec(1_u32..=9, 2..=40),
        turns in 0_usize..40,
    ) {
        let (program, partners) = weighted(&weights);
        let route = |program: &Arc<Program>, partners: &[Partner], desk: &Desk| {
            Router::new(Arc::clone(program), Arc::new(Directory::new(partners.to_vec()))).route(&german(), desk, START)
        };
        let mut desk = Desk::default();
        for turn in 0..=turns {
            let decided = route(&program, &partners, &desk);
            let then = desk.clone();
            desk.turned(decided.turn.as_ref().expect("somebody is in turn"));
            // The last turns are looked at: the first are much alike.
            if turn + 3 < turns {
                continue;
            }
            let why = &decided.why;
            let [winner, others @ ..] = why.candidates.as_slice() else { panic!("nobody") };
            match winner.waits_micro {
                Some(least) => prop_assert!(others.iter().filter_map(|one| one.waits_micro).all(|waits| waits >= least), "{:?}", why),
                None => prop_assert!(others.iter().all(|one| one.owed_milli <= winner.owed_milli), "{:?}", why),
            }
            let runner_up = why.runner_up.as_ref().expect("there are two");
            let with_weight = |weight: i64| {
                let mut changed = Program::clone(&program);
                let tier = usize::try_from(runner_up.partner.0).unwrap() - 1;
                changed.tiers[tier].lead_weight = u32::try_from(weight).unwrap();
                route(&Arc::new(changed), &partners, &then).partner
            };
            match runner_up.change {
                Change::Weight { at_least } => {
                    prop_assert_eq!(with_weight(at_least), Some(runner_up.partner), "{:?}", why);
                    prop_assert!(with_weight(at_least - 1) != Some(runner_up.partner), "{:?}", why);
                }
                Change::WinnerAway => {
                    let mut left = partners.clone();
                    left.retain(|one| Some(one.id) != decided.partner);
                    prop_assert_eq!(route(&program, &left, &then).partner, Some(runner_up.partner), "{:?}", why);
                }
                ref other => prop_assert!(false, "{:?}", other),
            }
        }
    }
}

/// Why nobody was left is told by the rule that all of them fail, and in general where they fail different ones.
#[test]
fn why_nobody_was_left_is_told_apart_by_rule() {
    let (program, partners) = weighted(&[1, 2]);
    let nobody = |partners: &[Partner], full: &[i64]| {
        let desk = Desk { loads: full.iter().map(|id| (PartnerId(*id), 1_000_000)).collect(), ..Desk::default() };
        let route = Router::new(Arc::clone(&program), Arc::new(Directory::new(partners.to_vec()))).route(&german(), &desk, START);
        assert_eq!(route.partner, None);
        route.why.nobody()
    };
    let suspended = |ids: &[i64]| {
        let mut partners = partners.clone();
        partners.iter_mut().filter(|one| ids.contains(&one.id.0)).for_each(|one| one.profile.status = PartnerStatus::Suspended);
        partners
    };
    assert_eq!(nobody(&partners, &[1, 2]), UnassignedReason::AllFull);
    assert_eq!(nobody(&suspended(&[1, 2]), &[]), UnassignedReason::NoneActive);
    assert_eq!(nobody(&suspended(&[1]), &[2]), UnassignedReason::NoCandidate);
    assert_eq!(nobody(&[], &[]), UnassignedReason::Uncovered);
}

#[test]
fn a_named_account_is_found_however_it_is_spelt() {
    let toml = |account: &str| cast::program(0).replace("\"Kestrel Rail\"", &format!("\"{account}\""));
    let parsed = |account: &str| Arc::new(program::parse("test", &toml(account)).expect("a sound program"));
    let partners = partners(&mut Chance::new(1));
    let holder = partners.iter().find(|one| &*one.profile.code == "P05").expect("P05").id;
    for (account, company, website, is_named) in [
        ("Müller Bahn", "Mueller Bahn GmbH", "", true),
        ("Müller Bahn", "Mueller Bus GmbH", "", false),
        ("kestrel.example", "Somebody Else", "https://www.kestrel.example/fleet", true),
        ("kestrel.example", "Kestrel Example", "", true),
        ("kestrel.example", "Somebody Else", "kestrels.example", false),
    ] {
        let mut lead = lead(&mut Chance::new(2));
        (lead.intake.company, lead.intake.website) = (company.into(), website.into());
        let mut router = Router::new(parsed(account), Arc::new(Directory::new(partners.clone())));
        let route = router.route(&lead, &Desk::default(), START);
        let named = matches!(route.why.decided_by, DecidedBy::NamedAccount { .. }) && route.partner == Some(holder);
        assert_eq!(named, is_named, "{account}: {company} {website}: {:?}", route.why.decided_by);
    }
    let twice = toml("Müller Bahn") + "\n[[routing.named_account]]\naccount = \"Mueller Bahn AG\"\npartner = \"P06\"\n";
    let problems = program::parse("test", &twice).expect_err("one account goes to one partner");
    assert!(problems[0].to_string().contains("has a partner already"), "{problems:?}");
}
