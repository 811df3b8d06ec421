//! The plain way to compare names, for scale: lower case, punctuation away, words sorted, ratio of common letters >= 88.

use super::Quality;
use std::collections::BTreeMap;

const RATIO_MIN: u32 = 88;
/// Longer names are cut; the bit-parallel subsequence works on one machine word.
const LETTERS_MAX: usize = 128;

pub fn measure(names: &[&str], truth: &[&str]) -> Quality {
    let mut spellings: BTreeMap<String, BTreeMap<&str, u64>> = BTreeMap::new();
    let mut clusters: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, truth) in names.iter().zip(truth) {
        *spellings.entry(sorted_words(name)).or_default().entry(truth).or_default() += 1;
        *clusters.entry(truth).or_default() += 1;
    }
    let half = |n: u64| n * n.saturating_sub(1) / 2;
    let mut quality = Quality { truth: clusters.values().copied().map(half).sum(), ..Quality::default() };
    let all: Vec<_> = spellings.iter().map(|(text, truth)| (Letters::of(text), truth, truth.values().sum::<u64>())).collect();
    for (at, (letters, truth, count)) in all.iter().enumerate() {
        quality.joined += half(*count);
        quality.right += truth.values().copied().map(half).sum::<u64>();
        for (other, other_truth, other_count) in &all[..at] {
            if letters.ratio_reaches(other, RATIO_MIN) {
                quality.joined += count * other_count;
                quality.right += truth.iter().map(|(cluster, n)| n * other_truth.get(cluster).copied().unwrap_or(0)).sum::<u64>();
            }
        }
    }
    quality
}

fn sorted_words(name: &str) -> String {
    let plain: String = name.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let mut words: Vec<&str> = plain.split_whitespace().collect();
    words.sort_unstable();
    words.join(" ")
}

/// A text with, for each byte, the places at which it stands.
struct Letters {
    bytes: Vec<u8>,
    places: Box<[u128; 256]>,
}

impl Letters {
    fn of(text: &str) -> Self {
        let bytes: Vec<u8> = text.bytes().take(LETTERS_MAX).collect();
        let mut places = Box::new([0; 256]);
        for (at, byte) in bytes.iter().enumerate() {
            places[usize::from(*byte)] |= 1_u128 << at;
        }
        Self { bytes, places }
    }

    /// Whether `100 * 2 * common / (length + length)` is at least `ratio`, `common` being the longest common subsequence
    /// (Hyyrö's bit-parallel algorithm).
    fn ratio_reaches(&self, other: &Self, ratio: u32) -> bool {
        let total = u32::try_from(self.bytes.len() + other.bytes.len()).unwrap_or(u32::MAX);
        let shorter = u32::try_from(self.bytes.len().min(other.bytes.len())).unwrap_or(u32::MAX);
        if shorter == 0 || 200 * shorter < ratio * total {
            return false;
        }
        let mut state = u128::MAX;
        for byte in &other.bytes {
            let hits = state & self.places[usize::from(*byte)];
            state = state.wrapping_add(hits) | (state - hits);
        }
        let inside = if self.bytes.len() == LETTERS_MAX { u128::MAX } else { (1 << self.bytes.len()) - 1 };
        200 * (!state & inside).count_ones() >= ratio * total
    }
}
