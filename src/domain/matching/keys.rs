//! Blocking keys: two records are compared only when they share one. Stable 64-bit hashes, kept in the database as bigint.
//!
//! A key with more than [`MEMBERS_MAX`] members is not followed: it would be a common word, and the records that belong
//! together share a rarer key as well (the words in pairs, the whole name, the telephone number). So that a company with
//! many records does not make its own keys common, a record that joins a cluster adds only the keys that the cluster lacks.

use super::{features::Features, normalise::WORDS_MAX};

/// A key shared by more records than this says too little to be worth comparing them all.
pub const MEMBERS_MAX: usize = 64;

/// Those worth comparing with a record whose keys have these members: they share a rare key with it, one of at most `rare`
/// members, or two keys of any kind. Sorted, each once.
pub fn worth_comparing<'m, Id: Copy + Ord + 'm>(members: impl IntoIterator<Item = &'m [Id]>, rare: usize) -> Vec<Id> {
    let mut shared: Vec<(Id, bool)> = Vec::new();
    for members in members {
        shared.extend(members.iter().map(|id| (*id, members.len() <= rare)));
    }
    shared.sort_unstable();
    let groups = shared.chunk_by(|a, b| a.0 == b.0);
    groups.filter(|group| group.len() > 1 || group[0].1).map(|group| group[0].0).collect()
}

/// What the hashed text is, so that a town named like a company is not its key.
#[derive(Clone, Copy)]
enum Kind {
    Name = 1,
    Joined,
    Word,
    Pair,
    Skeleton,
    Phone,
    Email,
    Domain,
    Street,
    Initials,
}

struct Hash(u64);

impl Hash {
    fn of(kind: Kind) -> Self {
        Self(0xcbf2_9ce4_8422_2325).and(&[kind as u8])
    }

    fn and(self, bytes: &[u8]) -> Self {
        Self(bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    /// FNV leaves the high bits of short texts alike; one round of mixing spreads them over the index.
    fn key(self) -> i64 {
        let mut hash = self.0;
        hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        (hash ^ (hash >> 33)).cast_signed()
    }
}

/// The keys of a record, at most a dozen, sorted and without repeats.
pub fn keys(features: &Features) -> Vec<i64> {
    let mut keys = Vec::with_capacity(12);
    name_keys(features, &mut keys);
    contact_keys(features, &mut keys);
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn name_keys(features: &Features, keys: &mut Vec<i64>) {
    let mut words: Vec<(&str, u8)> = Vec::with_capacity(WORDS_MAX);
    words.extend(features.words().filter(|(word, weight)| *weight > 5 && !word.is_empty()));
    if words.is_empty() {
        // A name of nothing but common words ("Y Corporation") is found by all of it, or nobody would ever compare it.
        if !features.name.is_empty() {
            keys.push(Hash::of(Kind::Name).and(features.name.as_bytes()).key());
        }
        return;
    }
    let joined: String = words.iter().map(|(word, _)| *word).collect();
    keys.push(Hash::of(Kind::Joined).and(&joined.as_bytes()[..joined.len().min(9)]).key());
    if words.len() >= 3 && words.len() <= 6 {
        let initials: Vec<u8> = words.iter().map(|(word, _)| word.as_bytes()[0]).collect();
        keys.push(Hash::of(Kind::Initials).and(&initials).key());
    } else if let [(word, _)] = words.as_slice()
        && (3..=6).contains(&word.len())
    {
        keys.push(Hash::of(Kind::Initials).and(word.as_bytes()).key());
    }
    // The rarest words first: by weight, then length; the spelling decides between equals.
    words.sort_unstable_by(|a, b| (b.1, b.0.len(), a.0).cmp(&(a.1, a.0.len(), b.0)));
    words.dedup();
    for (word, _) in words.iter().take(3) {
        keys.push(Hash::of(Kind::Word).and(word.as_bytes()).key());
    }
    if let [(first, _), (second, _), ..] = words.as_slice() {
        let (low, high) = if first < second { (first, second) } else { (second, first) };
        keys.push(Hash::of(Kind::Pair).and(low.as_bytes()).and(b" ").and(high.as_bytes()).key());
    }
    keys.push(skeleton(&joined).key());
    words.sort_unstable();
    keys.push(words.iter().fold(Hash::of(Kind::Name), |hash, (word, _)| hash.and(word.as_bytes()).and(b" ")).key());
}

/// The first letter and the next consonants, each once: the same for most typos and vowels.
fn skeleton(joined: &str) -> Hash {
    let mut hash = Hash::of(Kind::Skeleton);
    let (mut last, mut taken) = (0, 0);
    for (at, &byte) in joined.as_bytes().iter().enumerate() {
        let byte = match byte {
            b'c' | b'q' => b'k',
            b'z' => b's',
            b'v' | b'w' => b'f',
            b'y' => b'i',
            other => other,
        };
        let vowel = matches!(byte, b'a' | b'e' | b'i' | b'o' | b'u' | b'h');
        if byte != last && (at == 0 || !vowel) {
            hash = hash.and(&[byte]);
            taken += 1;
        }
        last = byte;
        if taken == 6 {
            break;
        }
    }
    hash
}

fn contact_keys(features: &Features, keys: &mut Vec<i64>) {
    if !features.phone.is_empty() {
        let digits = features.phone.as_bytes();
        keys.push(Hash::of(Kind::Phone).and(&digits[digits.len().saturating_sub(7)..]).key());
    }
    if !features.email.is_empty() {
        keys.push(Hash::of(Kind::Email).and(features.email.as_bytes()).key());
    }
    if !features.domain.is_empty() {
        keys.push(Hash::of(Kind::Domain).and(features.domain.as_bytes()).key());
    }
    if let Some(number) = features.street.split(' ').find(|word| word.bytes().any(|byte| byte.is_ascii_digit())) {
        let name = features
            .street
            .split(' ')
            .filter(|word| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_alphabetic()))
            .max_by_key(|word| word.len());
        keys.push(Hash::of(Kind::Street).and(number.as_bytes()).and(name.unwrap_or_default().as_bytes()).key());
    }
}
