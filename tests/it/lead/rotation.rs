//! The rotation gives everybody their share, to within one lead, and the same one every time.

use pilothouse::domain::{
    id::PartnerId,
    lead::routing::{Rotation, Turn},
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
