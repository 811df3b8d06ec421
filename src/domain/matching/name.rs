//! How alike two names are: words paired off one by one, each counting as much as it says.

use super::{features::Features, normalise::WORDS_MAX, similarity::word_similarity, words::is_number};

/// Numbers that contradict each other are two sisters of one family ("School 12", "School 14").
const NUMBERS_DIFFER_MAX: u32 = 6_500;
/// A number on one side only may be a branch.
const NUMBER_EXTRA_MAX: u32 = 8_400;
/// Equal names of common words alone need something else to agree before they are linked.
const COMMONPLACE_MAX: u32 = 8_800;
/// "Washington University" is not the "University of Washington".
const INSTITUTIONS_DIFFER_MAX: u32 = 8_000;
/// Another letter in a short telling word makes another word as often as a typo.
const OTHER_WORD_MAX: u32 = 8_900;
/// What is left when an acronym stands for its words.
const ACRONYM: u32 = 8_800;

/// One name's words without repeats, and what has been paired off.
struct Side<'a> {
    words: [&'a str; WORDS_MAX],
    weights: [u32; WORDS_MAX],
    letters: [u32; WORDS_MAX],
    paired: u32,
    count: usize,
    total: u32,
}

impl<'a> Side<'a> {
    fn new(features: &'a Features) -> Self {
        let mut side = Self { words: [""; WORDS_MAX], weights: [0; WORDS_MAX], letters: [0; WORDS_MAX], paired: 0, count: 0, total: 0 };
        for (word, weight) in features.words().take(WORDS_MAX) {
            if weight == 0 {
                continue;
            }
            let repeated = side.words[..side.count].contains(&word);
            let weight = if repeated { u32::from(weight) / 4 } else { u32::from(weight) };
            side.words[side.count] = word;
            side.weights[side.count] = weight;
            side.letters[side.count] = word.bytes().fold(0, |set, byte| set | 1 << (byte & 31));
            side.total += weight;
            side.count += 1;
        }
        side
    }

    fn is_free(&self, at: usize) -> bool {
        self.paired & (1 << at) == 0
    }

    fn pair(&mut self, at: usize) -> u32 {
        self.paired |= 1 << at;
        self.weights[at]
    }

    fn free(&self) -> impl Iterator<Item = usize> + use<> {
        let paired = self.paired;
        (0..self.count).filter(move |at| paired & (1 << at) == 0)
    }

    fn unpaired_weight(&self) -> u32 {
        self.free().map(|at| self.weights[at]).sum()
    }
}

/// Likeness of two names in basis points; `None` when either is not known. Symmetric.
pub fn name_similarity(a: &Features, b: &Features) -> Option<u32> {
    if a.name.is_empty() || b.name.is_empty() {
        return None;
    }
    if a.name == b.name {
        return Some(if is_commonplace(a) { COMMONPLACE_MAX } else { 10_000 });
    }
    // Pairing off is greedy; a fixed order of the two makes it the same from both sides.
    let (a, b) = if a.name <= b.name { (a, b) } else { (b, a) };
    let (mut left, mut right) = (Side::new(a), Side::new(b));
    if left.total == 0 || right.total == 0 {
        return Some(0);
    }
    let mut agreed = same_words(&mut left, &mut right);
    agreed += written_together(&mut left, &mut right) + written_together(&mut right, &mut left);
    agreed += acronym(&mut left, &mut right) + acronym(&mut right, &mut left);
    let (near, doubtful) = near_words(&mut left, &mut right);
    let mut result = judge(&left, &right, agreed + near);
    if doubtful {
        result = result.min(OTHER_WORD_MAX);
    }
    let result = if are_two_institutions(a, b) { result.min(INSTITUTIONS_DIFFER_MAX) } else { result };
    Some(if is_commonplace(a) || is_commonplace(b) { result.min(COMMONPLACE_MAX) } else { result })
}

/// `agreed` is the sum over paired words of likeness times both weights.
fn judge(left: &Side<'_>, right: &Side<'_>, agreed: u32) -> u32 {
    let share = agreed / (left.total + right.total);
    let (left_over, right_over) = (left.unpaired_weight(), right.unpaired_weight());
    // Something else on both sides is a contradiction, not an omission.
    let contradiction = left_over.min(right_over) * 5_000 / left.total.min(right.total);
    let mut result = share.saturating_sub(contradiction);
    let numbers = |side: &Side<'_>| side.free().any(|at| is_number(side.words[at]));
    match (numbers(left), numbers(right)) {
        (true, true) => result = result.min(NUMBERS_DIFFER_MAX),
        (true, false) | (false, true) => result = result.min(NUMBER_EXTRA_MAX),
        (false, false) => {}
    }
    result.min(10_000)
}

/// Whether a name is made of a few words that half the trade uses: "General Products".
fn is_commonplace(features: &Features) -> bool {
    features.weights.iter().all(|weight| *weight < 60) && features.weights.iter().map(|weight| u32::from(*weight)).sum::<u32>() < 80
}

/// Whether the same word names an institution from different sides of its kind: "Iowa State University", "University of Iowa".
fn are_two_institutions(a: &Features, b: &Features) -> bool {
    ["university", "institute", "college"].into_iter().any(|kind| {
        let (Some((a_before, a_after)), Some((b_before, b_after))) = (named_by(a, kind), named_by(b, kind)) else { return false };
        a_before != b_before && (!a_before.is_empty() && a_before == b_after || !b_before.is_empty() && b_before == a_after)
    })
}

/// The telling words next before and after the last mention of the kind; empty where there is none.
fn named_by<'a>(features: &'a Features, kind: &str) -> Option<(&'a str, &'a str)> {
    let (mut telling, mut found) = ("", None);
    for (word, weight) in features.words() {
        if word == kind {
            found = Some((telling, ""));
            telling = "";
        } else if weight >= 60 {
            telling = word;
            if let Some((_, after @ "")) = &mut found {
                *after = word;
            }
        }
    }
    found
}

fn same_words(left: &mut Side<'_>, right: &mut Side<'_>) -> u32 {
    let mut agreed = 0;
    for i in 0..left.count {
        let word = left.words[i];
        if let Some(j) = (0..right.count).find(|j| right.is_free(*j) && right.words[*j] == word) {
            agreed += 10_000 * (left.pair(i) + right.pair(j));
        }
    }
    agreed
}

/// "Data Base" against "Database": neighbours of `apart` that make one word of `together`.
fn written_together(apart: &mut Side<'_>, together: &mut Side<'_>) -> u32 {
    let mut agreed = 0;
    for j in together.free() {
        let whole = together.words[j];
        for i in 0..apart.count.saturating_sub(1) {
            let mut rest = whole;
            let mut end = i;
            while end < apart.count && apart.is_free(end) {
                let Some(next) = rest.strip_prefix(apart.words[end]) else { break };
                rest = next;
                end += 1;
                if rest.is_empty() {
                    break;
                }
            }
            if rest.is_empty() && end > i + 1 {
                let weight: u32 = (i..end).map(|at| apart.pair(at)).sum();
                agreed += 10_000 * (weight + together.pair(j));
                break;
            }
        }
    }
    agreed
}

/// "IBM" against "International Business Machines".
fn acronym(long: &mut Side<'_>, short: &mut Side<'_>) -> u32 {
    for j in short.free() {
        let letters = short.words[j].as_bytes();
        if !(3..=6).contains(&letters.len()) || letters.len() > long.count {
            continue;
        }
        for i in 0..=long.count - letters.len() {
            let span = i..i + letters.len();
            if span.clone().zip(letters).all(|(at, letter)| long.is_free(at) && long.words[at].as_bytes()[0] == *letter) {
                let weight: u32 = span.map(|at| long.pair(at)).sum();
                return ACRONYM * (weight + short.pair(j));
            }
        }
    }
    0
}

/// Typos and abbreviations among the words still free, the most alike first; and whether letters were replaced in a short
/// telling word, which may as well be another word ("Schmidt", "Schmitt").
fn near_words(left: &mut Side<'_>, right: &mut Side<'_>) -> (u32, bool) {
    let (mut agreed, mut doubtful) = (0, false);
    loop {
        let mut best = (0, 0, 0, 0);
        for i in left.free() {
            for j in right.free() {
                // Each edit changes at most two letters of the set; more than six differing letters are no typo.
                let apart = (left.letters[i] ^ right.letters[j]).count_ones();
                if apart > 6 && left.words[i].as_bytes()[0] != right.words[j].as_bytes()[0] {
                    continue;
                }
                let likeness = word_similarity(left.words[i], right.words[j]);
                let weight = left.weights[i] + right.weights[j];
                if (likeness, weight) > (best.0, best.1) {
                    best = (likeness, weight, i, j);
                }
            }
        }
        if best.0 == 0 {
            return (agreed, doubtful);
        }
        let (likeness, _, i, j) = best;
        let replaced = left.words[i].len() == right.words[j].len() && left.words[i].len() < 8;
        doubtful |= replaced && left.weights[i].min(right.weights[j]) >= 60;
        agreed += likeness * (left.pair(i) + right.pair(j));
    }
}
