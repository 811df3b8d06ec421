//! The rotation gives everybody their share, to within one lead, and the same one every time.

use pilothouse::domain::{
    id::PartnerId,
    lead::routing::{Parity, Rotation, Turn},
    text::Text,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn in_turn(weights: &[i64]) -> Vec<(PartnerId, i64)> {
    (1..).map(PartnerId).zip(weights.iter().copied()).collect()
}

fn next(rotation: &Rotation, those: &[(PartnerId, i64)], away: Vec<PartnerId>, seed: u64) -> (PartnerId, Turn) {
    let (standings, turn) = rotation.turn(&Text::clean("DE/Switching"), those, away, seed).expect("somebody is in turn");
    (standings[0].partner, turn)
}

/// Plays so many turns and gives the winners.
fn play(rotation: &mut Rotation, those: &[(PartnerId, i64)], turns: usize, seed: u64) -> Vec<PartnerId> {
    let mut winners = Vec::with_capacity(turns);
    for _ in 0..turns {
        let (winner, turn) = next(rotation, those, Vec::new(), seed);
        rotation.apply(&turn);
        winners.push(winner);
    }
    winners
}

/// Weights of 2 and 1: of seven leads 4.667 and 2.333 are owed. Reckoned by hand, as is the partner who joins after three
/// leads and is entitled to 4 of 5 from then on, of one lead 0.8.
#[test]
fn parity_is_what_was_given_of_what_the_weight_entitles_to() {
    let mut rotation = Rotation::default();
    let winners = play(&mut rotation, &in_turn(&[2, 1]), 7, 1);
    let parity = |rotation: &Rotation, id: i64| Parity::of(PartnerId(id), [rotation, &Rotation::default()]);
    let given = |id: i64| i64::try_from(winners.iter().filter(|one| **one == PartnerId(id)).count()).unwrap();
    assert_eq!((given(1), given(2)), (5, 2));
    for (id, given, entitled) in [(1, 5, 4_667), (2, 2, 2_333)] {
        let parity = parity(&rotation, id);
        assert_eq!(parity.given, given);
        assert!((parity.entitled_milli - entitled).abs() <= 1, "{parity:?}");
    }
    assert_eq!(parity(&rotation, 3), Parity::default(), "nobody knows it");
    let mut rotation = Rotation::default();
    play(&mut rotation, &in_turn(&[1]), 3, 1);
    assert_eq!(play(&mut rotation, &in_turn(&[1, 4]), 1, 1), [PartnerId(2)]);
    let (old, young) = (parity(&rotation, 1), parity(&rotation, 2));
    assert_eq!((old.given, young.given), (3, 1));
    assert!((old.entitled_milli - 3_200).abs() <= 1 && (young.entitled_milli - 800).abs() <= 1, "{old:?} {young:?}");
    // Nothing is owed for the turns at which it was away.
    for _ in 0..9 {
        let (_, turn) = next(&rotation, &in_turn(&[1]), vec![PartnerId(2)], 1);
        rotation.apply(&turn);
    }
    assert!(parity(&rotation, 2).entitled_milli <= 1_000, "{:?}", parity(&rotation, 2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// Tijdeman's bound, checked after every single turn, in exact integers.
    #[test]
    fn nobody_is_a_whole_lead_away_from_the_share(weights in proptest::collection::vec(1_i64..=12, 1..=12), turns in 1_usize..300, seed: u64) {
        let those = in_turn(&weights);
        let total: i64 = weights.iter().sum();
        let mut received: BTreeMap<PartnerId, i64> = BTreeMap::new();
        for (done, winner) in (1..).zip(play(&mut Rotation::default(), &those, turns, seed)) {
            *received.entry(winner).or_default() += 1;
            for (partner, weight) in &those {
                let apart = received.get(partner).copied().unwrap_or(0) * total - done * weight;
                prop_assert!(apart.abs() < total, "{partner} with {weight} of {total} is {apart}/{total} of a lead away after {done} turns");
            }
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_turns(weights in proptest::collection::vec(1_i64..=5, 2..=8), seed: u64) {
        let those = in_turn(&weights);
        let once = play(&mut Rotation::default(), &those, 60, seed);
        prop_assert_eq!(&once, &play(&mut Rotation::default(), &those, 60, seed));
        let mut reversed = those.clone();
        reversed.reverse();
        prop_assert_eq!(once, play(&mut Rotation::default(), &reversed, 60, seed), "the order of asking does not matter");
    }

    /// Whoever was away for however long is not flooded with what was missed.
    #[test]
    fn back_from_absence_starts_at_the_floor(
        weights in proptest::collection::vec(1_i64..=6, 3..=8),
        before in 0_usize..40,
        away in 1_usize..200,
        after in 1_i64..60,
        seed: u64,
    ) {
        let those = in_turn(&weights);
        let total: i64 = weights.iter().sum();
        let (absent, weight) = those[0];
        let mut rotation = Rotation::default();
        play(&mut rotation, &those, before, seed);
        for _ in 0..away {
            let (_, turn) = next(&rotation, &those[1..], vec![absent], seed);
            rotation.apply(&turn);
        }
        let received = play(&mut rotation, &those, usize::try_from(after).unwrap(), seed).into_iter().filter(|one| *one == absent).count();
        let received = i64::try_from(received).unwrap();
        prop_assert!(received * total <= after * weight + total, "{received} of {after} turns at {weight} of {total}");
    }

    /// A turn hands out exactly one lead, and its event holds all that changes.
    #[test]
    fn a_turn_is_one_lead(weights in proptest::collection::vec(1_i64..=6, 1..=6), turns in 1_usize..50, seed: u64) {
        let those = in_turn(&weights);
        let mut rotation = Rotation::default();
        play(&mut rotation, &those, turns, seed);
        let (winner, turn) = next(&rotation, &those, Vec::new(), seed);
        prop_assert_eq!(turn.turns, rotation.turns + 1);
        prop_assert!(turn.virtual_time > rotation.virtual_time);
        let share = rotation.shares.get(&winner).map_or(0, |share| share.received);
        let given = turn.shares.iter().find(|(partner, _)| *partner == winner).map(|(_, after)| after.received).expect("the winner's share changes");
        if rotation.shares.contains_key(&winner) {
            prop_assert_eq!(given - share, pilothouse::domain::lead::routing::rotation::ONE_LEAD);
        }
    }
}
