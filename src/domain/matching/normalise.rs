//! Names as words: Unicode folded, transliterated, split, joined where initials were spelt out, and brought to one
//! spelling a word. Normalising twice gives the same as once.

use super::words;
use any_ascii::any_ascii_char;
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// More words than this say nothing more about who somebody is; the rest is left out.
pub const WORDS_MAX: usize = 24;

/// Company words written without spaces in scripts that have none; they have to become words before transliteration.
const UNSPACED: &[(&str, &str)] = &[
    ("株式会社", " kk "),
    ("有限会社", " yk "),
    ("合同会社", " gk "),
    ("(株)", " kk "),
    ("(有)", " yk "),
    ("股份有限公司", " coltd "),
    ("有限责任公司", " coltd "),
    ("有限責任公司", " coltd "),
    ("有限公司", " coltd "),
    ("公司", " company "),
    ("集团", " group "),
    ("集團", " group "),
    ("グループ", " group "),
    ("ホールディングス", " holding "),
    ("控股", " holding "),
    ("技术", " technology "),
    ("技術", " technology "),
    ("주식회사", " kk "),
    ("(주)", " kk "),
    ("유한회사", " yk "),
    ("유한책임회사", " yk "),
    ("그룹", " group "),
    ("전자", " electronic "),
    ("自動車", " motor "),
    ("电子", " electronic "),
    ("銀行", " bank "),
    ("银行", " bank "),
    ("은행", " bank "),
];

/// The words of `raw` in one spelling, separated by single spaces: `"Müller & Söhne Intl."` gives
/// `"muller and sohn international"`. Legal forms are still there; see [`super::legal::strip`].
pub fn normalise(raw: &str) -> String {
    let split = split(raw);
    let mut out = String::with_capacity(split.len() + 16);
    let mut words = 0;
    let mut initials = String::new();
    for word in split.split(' ').filter(|word| !word.is_empty()).chain([""]) {
        if word.len() == 1 && word.as_bytes()[0].is_ascii_alphabetic() {
            initials.push_str(word);
            continue;
        }
        for whole in [initials.as_str(), word] {
            if !whole.is_empty() && words < WORDS_MAX {
                words += 1;
                if !out.is_empty() {
                    out.push(' ');
                }
                out.push_str(&canonical(whole));
            }
        }
        initials.clear();
    }
    out
}

/// Letters and digits of `raw` in lower-case ASCII, everything else as space.
fn split(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 8);
    if raw.is_ascii() {
        split_into(&mut out, raw);
    } else {
        let mut folded: String = raw.nfkc().collect();
        if folded.chars().any(|c| c >= '\u{2e80}') {
            for (unspaced, word) in UNSPACED {
                if folded.contains(unspaced) {
                    folded = folded.replace(unspaced, word);
                }
            }
        }
        split_into(&mut out, &folded);
    }
    out
}

fn split_into(out: &mut String, text: &str) {
    let mut chars = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = chars.next() {
        match c {
            'a'..='z' | '0'..='9' => out.push(c),
            'A'..='Z' => out.push(c.to_ascii_lowercase()),
            // "O'Brien" and "OBrien" are one word, so are "Women's" and "Womens".
            '\'' | '`' => {}
            // "AT&T" is one word; "Smith & Sons" and "Smith&Sons" have an "and".
            '&' => {
                let tight = before.is_ascii_uppercase() && chars.peek().is_some_and(char::is_ascii_uppercase);
                let rest = chars.clone().take_while(char::is_ascii_alphanumeric).count();
                if !(tight && rest <= 2) {
                    out.push_str(" and ");
                }
            }
            '+' => out.push_str(" and "),
            _ if c.is_ascii() => out.push(' '),
            _ => {
                let plain = any_ascii_char(c);
                if plain.is_empty() && !c.is_alphanumeric() {
                    // A combining mark that NFKC could not attach belongs to the letter before it.
                } else if plain.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
                    out.extend(plain.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
                } else if plain != "'" && plain != "`" && plain != "\"" {
                    out.push(' ');
                }
            }
        }
        before = c;
    }
}

/// One spelling of one word: umlauts and their digraphs meet, the plural becomes the singular, known abbreviations are
/// written out. Applied until nothing changes.
pub fn canonical(word: &str) -> Cow<'_, str> {
    settle(word, |word| step(word).or_else(|| words::corrected(word).map(str::to_owned)))
}

/// As [`canonical`], but a misspelling stays one: for the words of the tables that correct them.
pub fn canonical_as_spelt(word: &str) -> Cow<'_, str> {
    settle(word, step)
}

fn settle(word: &str, step: impl Fn(&str) -> Option<String>) -> Cow<'_, str> {
    let mut now = Cow::Borrowed(word);
    for _ in 0..4 {
        let next = step(&now);
        match next {
            None => return now,
            Some(next) => now = Cow::Owned(next),
        }
    }
    now
}

/// `None` when the word is in its final spelling.
fn step(word: &str) -> Option<String> {
    if let Some(full) = words::written_out(word) {
        return Some(full.to_owned());
    }
    if word.len() < 4 {
        return None;
    }
    if let Some(folded) = fold_digraphs(word) {
        return Some(folded);
    }
    singular(word)
}

/// `ae`, `oe`, `ue` as Germans and Danes write their letters on a plain keyboard, and `aa` for `å`.
fn fold_digraphs(word: &str) -> Option<String> {
    let bytes = word.as_bytes();
    let folds = |before: u8, c: u8| c == b'e' && matches!(before, b'a' | b'o' | b'u') || c == b'a' && before == b'a';
    if !bytes.windows(2).any(|pair| folds(pair[0], pair[1])) {
        return None;
    }
    let mut out = String::with_capacity(word.len());
    let mut last = 0;
    for &byte in bytes {
        if !folds(last, byte) {
            out.push(char::from(byte));
            last = byte;
        }
    }
    // A letter alone would be read as an initial, and join its neighbour the next time.
    (out.len() > 1).then_some(out)
}

fn singular(word: &str) -> Option<String> {
    let stem = word.strip_suffix('s')?;
    if stem.bytes().any(|byte| byte.is_ascii_digit()) || matches!(stem.as_bytes().last(), Some(b's' | b'u' | b'i')) {
        return None;
    }
    match stem.strip_suffix("ie") {
        Some(root) if root.len() >= 3 => Some(format!("{root}y")),
        _ => Some(stem.to_owned()),
    }
}
