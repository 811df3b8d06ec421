//! The weighted geometric mean, the same on every machine.
//!
//! Powers of floating point numbers differ between processors and libraries in their last digits, and a score exactly on a
//! line would pass on one and fail on the other. So the mean is computed with whole numbers: binary logarithms to 48 digits
//! after the point, by repeated squaring of 62-bit fractions, and the score is the greatest number of hundredths whose own
//! logarithm does not exceed the weighted mean of those of the parts. The logarithms are wrong by less than 2^-46, far less
//! than what separates two hundredths of a score; what lies within 2^-38 of a half is taken for one and goes up.

use rust_decimal::{Decimal, RoundingStrategy};

/// Binary digits of a logarithm after the point.
const DIGITS: u32 = 48;
/// What two logarithms may differ by and still be equal.
const SLACK: i128 = 1 << 10;
/// Parts are cut to this many decimal digits after the point.
const PLACES: u32 = 12;

/// In hundredths, halves up (away from zero below it); what does not fit is the greatest number that does.
pub fn hundredths(points: Decimal) -> i64 {
    let rounded = points.checked_mul(Decimal::ONE_HUNDRED).map(|all| all.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero));
    rounded.and_then(|rounded| i64::try_from(rounded).ok()).unwrap_or(i64::MAX)
}

/// The weighted geometric mean of parts from zero up, in hundredths. Parts without a weight do not count; none at all give
/// nothing, and a part of zero or less gives zero.
pub fn geometric(parts: &[(Decimal, u32)]) -> Option<i64> {
    let parts: Vec<(Decimal, u32)> = parts.iter().copied().filter(|(_, weight)| *weight > 0).collect();
    let weights: i128 = parts.iter().map(|(_, weight)| i128::from(*weight)).sum();
    if weights == 0 {
        return None;
    }
    let mut sum: i128 = 0;
    for (part, weight) in &parts {
        let scaled = scaled(*part);
        if scaled == 0 {
            return Some(0);
        }
        sum += log2(scaled) * i128::from(*weight);
    }
    // Of the mean in hundredths, doubled, so that a half is a whole number as well.
    let unit = log2(scaled(Decimal::ONE));
    let target = sum + (log2(200) - unit) * weights;
    let fits = |hundredths: u64| hundredths == 0 || (log2(u128::from(2 * hundredths - 1)) - SLACK) * weights <= target;
    let (mut low, mut high) = (0_u64, 1_u64 << 40);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if fits(middle) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    i64::try_from(low).ok()
}

fn scaled(part: Decimal) -> u128 {
    let rounded = part.round_dp_with_strategy(PLACES, RoundingStrategy::MidpointAwayFromZero);
    let all = rounded.checked_mul(Decimal::from(10_u64.pow(PLACES)));
    all.and_then(|all| u128::try_from(all.trunc()).ok()).unwrap_or(0)
}

/// The binary logarithm of a number from 1 up, times 2^[`DIGITS`].
fn log2(number: u128) -> i128 {
    const BITS: u32 = 62;
    let whole = number.max(1).ilog2();
    // The number as a fraction from 1 to under 2, with 62 digits after the point.
    let mut fraction = if whole > BITS { number >> (whole - BITS) } else { number.max(1) << (BITS - whole) };
    let mut log = i128::from(whole);
    for _ in 0..DIGITS {
        fraction = (fraction * fraction) >> BITS;
        log <<= 1;
        if fraction >> (BITS + 1) != 0 {
            fraction >>= 1;
            log |= 1;
        }
    }
    log
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn part(text: &str, weight: u32) -> (Decimal, u32) {
        (text.parse().unwrap(), weight)
    }

    /// Worked out with 50 digits of decimal arithmetic elsewhere.
    #[test]
    fn is_rounded_to_the_hundredth() {
        for (parts, mean) in [
            (vec![part("90", 50), part("80", 30), part("70", 20)], 8_262),
            (vec![part("100", 1), part("1", 1)], 1_000),
            (vec![part("4", 1), part("9", 1)], 600),
            (vec![part("88.888888888888888888", 15), part("95", 20), part("90", 65)], 9_081),
            (vec![part("0.01", 1)], 1),
            (vec![part("100", 5), part("0", 5)], 0),
            (vec![part("100", 5), part("0", 0)], 10_000),
        ] {
            assert_eq!(geometric(&parts), Some(mean), "{parts:?}");
        }
        assert_eq!(geometric(&[part("50", 0)]), None);
        assert_eq!(geometric(&[]), None);
    }

    #[test]
    fn a_half_goes_up() {
        assert_eq!(geometric(&[part("89.995", 70), part("89.995", 30)]), Some(9_000));
        assert_eq!(geometric(&[part("89.9949", 70), part("89.9949", 30)]), Some(8_999));
        assert_eq!([hundredths("89.995".parse().unwrap()), hundredths("89.99499".parse().unwrap())], [9_000, 8_999]);
    }

    proptest! {
        #[test]
        fn of_equal_parts_is_the_part(hundredths in 1_i64..1_000_000, a in 1_u32..10_000, b in 0_u32..10_000) {
            let part = Decimal::new(hundredths, 2);
            prop_assert_eq!(geometric(&[(part, a), (part, b)]), Some(hundredths));
        }

        #[test]
        fn lies_between_its_parts_and_never_falls(a in 1_i64..20_000, b in 1_i64..20_000, more in 0_i64..500, weight in 1_u32..100) {
            let mean = |a: i64| geometric(&[(Decimal::new(a, 2), weight), (Decimal::new(b, 2), 100 - weight)]).unwrap();
            prop_assert!((a.min(b)..=a.max(b)).contains(&mean(a)));
            prop_assert!(mean(a + more) >= mean(a));
        }
    }
}
