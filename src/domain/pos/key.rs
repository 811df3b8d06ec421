//! The keys of lines as numbers: an index of them is small, and it is written where it was written last.

use crate::domain::day::day_number;
use chrono::NaiveDate;

/// Bits of the part that tells the lines of one order apart.
const LINE_BITS: u32 = 20;
/// Bits of the order's own number.
const ORDER_BITS: u32 = 33;
/// Digits of a key that stands for a line's content.
const CONTENT_DIGITS: usize = 32;

/// A number for a key. Keys of one system whose orders are numbered in turn have numbers in turn, and all lines of an order
/// stand side by side; a key made of a line's content stands with those of its day. Two keys may share a number, which costs a
/// comparison of texts and nothing else.
pub fn number(key: &str, on: NaiveDate) -> i64 {
    let (order, line) = key.rsplit_once('/').unwrap_or((key, ""));
    if let Some((system, content)) = content_of(key) {
        return joined(system, u64::try_from(day_number(on)).unwrap_or(0), content);
    }
    let digits = order.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (system, digits) = order.split_at(order.len() - digits);
    // Of longer numbers the end, in which they differ.
    let end = &digits[digits.len().saturating_sub(18)..];
    match end.parse::<u64>() {
        Ok(number) => joined(system, number, line),
        Err(_) => joined("", hash(order), line),
    }
}

/// The numbers that the keys of the same order can have: from the first to the last.
pub fn of_order(key: &str, on: NaiveDate) -> (i64, i64) {
    let first = number(key, on) >> LINE_BITS << LINE_BITS;
    (first, first + (1 << LINE_BITS) - 1)
}

/// Whether both keys are of one order.
pub fn same_order(a: &str, b: &str) -> bool {
    match (a.rsplit_once('/'), b.rsplit_once('/')) {
        (Some((a, _)), Some((b, _))) => a == b,
        _ => false,
    }
}

fn joined(system: &str, order: u64, line: &str) -> i64 {
    let (system, order, line) = (hash(system) & 0x3ff, order & ((1 << ORDER_BITS) - 1), hash(line) & ((1 << LINE_BITS) - 1));
    // 10 + 33 + 20 bits: never below zero.
    i64::try_from((system << (ORDER_BITS + LINE_BITS)) | (order << LINE_BITS) | line).unwrap_or(0)
}

/// System and content of `pos:0123…-1`, the key of a line that has no identifier.
fn content_of(key: &str) -> Option<(&str, &str)> {
    let (system, content) = key.rsplit_once(':')?;
    let (digits, count) = content.split_once('-')?;
    let is_content = digits.len() == CONTENT_DIGITS && digits.bytes().all(|c| c.is_ascii_hexdigit()) && count.parse::<u32>().is_ok();
    is_content.then_some((system, content))
}

fn hash(text: &str) -> u64 {
    let hash = blake3::hash(text.as_bytes());
    hash.as_bytes().iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: &str) -> i64 {
        number(key, "2026-03-01".parse().unwrap())
    }

    #[test]
    fn lines_of_an_order_stand_together_and_orders_in_turn() {
        let (a, b, next) = (of("erp:SO43659/1"), of("erp:SO43659/2"), of("erp:SO43660/1"));
        assert!(a != b && (a >> LINE_BITS) == (b >> LINE_BITS) && next > a.max(b));
        let (first, last) = of_order("erp:SO43659/1", "2026-03-01".parse().unwrap());
        assert!((first..=last).contains(&b) && !(first..=last).contains(&next));
        assert!(same_order("erp:SO43659/1", "erp:SO43659/2") && !same_order("erp:1", "erp:1"));
        assert!(of("erp:INV-14210900003") < of("erp:INV-14210900004"));
    }

    #[test]
    fn every_key_has_a_number_that_is_not_negative() {
        for key in ["", "pos:", "erp:99999999999999999999999999", "x/y/z", "ключ:é7/ü", "a:b"] {
            assert!(of(key) >= 0, "{key}");
            assert_eq!(of(key), of(key));
        }
    }

    #[test]
    fn content_stands_with_its_day() {
        let key = "pos:0123456789abcdef0123456789abcdef-1";
        assert!(number(key, "2026-03-01".parse().unwrap()) < number(key, "2026-03-02".parse().unwrap()));
        assert_eq!(number("erp:7/1", "2026-03-01".parse().unwrap()), number("erp:7/1", "2026-03-02".parse().unwrap()));
    }
}
