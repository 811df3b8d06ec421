//! The demo's dice: the same seed throws the same numbers.

use crate::domain::time::Span;

/// Steele, Lea and Flood's SplitMix64: small, fast, and good enough for a play.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    pub const fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`, which is at least 1.
    pub fn below(&mut self, limit: usize) -> usize {
        let scaled = (u128::from(self.next()) * limit.max(1) as u128) >> 64;
        usize::try_from(scaled).unwrap_or(0)
    }

    /// Happens in so many of a hundred cases.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub fn word<'a, T: AsRef<str>>(&mut self, from: &'a [T]) -> &'a str {
        self.pick(from).as_ref()
    }

    /// The place of one of these weights, in proportion to them.
    pub fn weighted(&mut self, weights: impl Iterator<Item = usize> + Clone) -> usize {
        let mut left = self.below(weights.clone().sum());
        for (place, weight) in weights.enumerate() {
            if left < weight {
                return place;
            }
            left -= weight;
        }
        0
    }

    /// From 0 to 1, both included, in steps of a thousandth.
    pub fn share(&mut self) -> Share {
        Share(self.below(1_001))
    }

    /// A length between two, evenly.
    pub fn between(&mut self, least: Span, most: Span) -> Span {
        self.share().of(most.minus(least)).plus(least)
    }
}

/// A part of a whole, in thousandths; above 1,000 it is more than the whole.
#[derive(Debug, Clone, Copy)]
pub struct Share(pub usize);

impl Share {
    /// Most are small: the square.
    pub const fn squared(self) -> Self {
        Self(self.0 * self.0 / 1_000)
    }

    pub fn of(self, span: Span) -> Span {
        Span::from_micros(span.micros() / 1_000 * i64::try_from(self.0).unwrap_or(1_000))
    }
}
