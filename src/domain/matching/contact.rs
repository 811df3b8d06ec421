//! Web and mail domains, telephone numbers, postal codes and streets in one spelling each.

use super::{
    normalise::normalise,
    words::{FnvSet, fnv_set},
};
use std::sync::LazyLock;

/// Labels under which a country registers names: `acme.co.uk` is registered under `co.uk`.
const SECOND_LEVEL: &str = "\
    co com org net gov ac edu ltd plc me or ne go ad gr lg nom gob govt gouv ind firm gen mil sch nhs police id asn web biz \
    info in res nic re pe kr art adv eng med eti srv inf school geek iwi maori tm asso presse k12 muni idf sp rj";

static SECOND: LazyLock<FnvSet<&'static str>> = LazyLock::new(|| fnv_set(SECOND_LEVEL));

/// The part of a web address or mail domain that somebody registered: `https://www.shop.acme.co.uk/x` gives `acme.co.uk`.
/// Empty when there is none.
pub fn registrable(raw: &str) -> String {
    let raw = raw.trim();
    let host = raw.split_once("://").map_or(raw, |(_, rest)| rest);
    let host = host.split(['/', '?', '#', ' ', ',', ';']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default();
    let host = host.trim_matches('.').to_lowercase();
    let labels: Vec<&str> = host.split('.').collect();
    let letters = |label: &&str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    let [.., second, top] = labels.as_slice() else { return String::new() };
    if !labels.iter().all(letters) || top.len() < 2 || top.bytes().all(|byte| byte.is_ascii_digit()) {
        return String::new();
    }
    let keep = if top.len() == 2 && labels.len() > 2 && SECOND.contains(second) { 3 } else { 2 };
    labels[labels.len() - keep..].join(".")
}

/// A mailbox as `(local part, domain)`, lower-case, without a `+tag`; `None` when it is not an address.
pub fn mailbox(raw: &str) -> Option<(String, String)> {
    let raw = raw.trim().trim_start_matches("mailto:").trim_matches(['<', '>']);
    let (local, domain) = raw.rsplit_once('@')?;
    let local = local.split('+').next().unwrap_or_default().to_lowercase();
    let domain = domain.trim_matches('.').to_lowercase();
    let fine = !local.is_empty() && !local.contains([' ', '@', ',', ';']) && domain.contains('.') && !domain.contains([' ', ',', ';', '/']);
    fine.then_some((local, domain))
}

/// The national digits of a telephone number, at most the last ten; empty when they are too few or say nothing (`0000000`).
pub fn phone(raw: &str) -> String {
    let mut digits = String::with_capacity(20);
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("(0)") {
            rest = &rest[3..];
            continue;
        }
        // What follows "ext. 12", "x12", "Durchwahl 12" or "#12" is inside the house.
        if digits.len() > 5 && matches!(c, 'e' | 'E' | 'x' | 'X' | 'd' | 'D' | '#') {
            break;
        }
        if c.is_ascii_digit() {
            digits.push(c);
        }
        rest = &rest[c.len_utf8()..];
    }
    let national = digits.trim_start_matches('0');
    if national.len() < 6 || national.bytes().all(|byte| Some(byte) == national.bytes().next()) {
        return String::new();
    }
    national[national.len().saturating_sub(10)..].to_owned()
}

/// Letters and digits only, upper case; American ZIP+4 is cut to five.
pub fn postal(raw: &str) -> String {
    let raw = raw.trim();
    if let Some((five, four)) = raw.split_once('-')
        && five.len() == 5
        && four.len() == 4
        && raw.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
    {
        return five.to_owned();
    }
    let mut code: String = raw.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    code.truncate(10);
    code
}

/// Words of streets that are written in many ways; everything else in a street is a name or a number.
const STREET_WORDS: &[(&str, &str)] = &[
    ("street", "st"),
    ("saint", "st"),
    ("str", "st"),
    ("strasse", "st"),
    ("avenu", "ave"),
    ("av", "ave"),
    ("avenida", "ave"),
    ("road", "rd"),
    ("boulevard", "blvd"),
    ("blv", "blvd"),
    ("bd", "blvd"),
    ("board", "blvd"),
    ("drive", "dr"),
    ("lane", "ln"),
    ("place", "pl"),
    ("square", "sq"),
    ("court", "ct"),
    ("highway", "hwy"),
    ("parkway", "pkwy"),
    ("north", "n"),
    ("south", "s"),
    ("east", "e"),
    ("west", "w"),
    ("suite", "ste"),
    ("societe", "ste"),
    ("floor", "fl"),
    ("building", "bldg"),
    ("first", "1st"),
    ("second", "2nd"),
    ("third", "3rd"),
    ("fourth", "4th"),
    ("fifth", "5th"),
    ("sixth", "6th"),
    ("seventh", "7th"),
    ("eighth", "8th"),
    ("ninth", "9th"),
    ("tenth", "10th"),
];

/// A street in words of one spelling: `"221 E. 51st Street"` gives `"221 e 51st st"`.
pub fn street(raw: &str) -> String {
    if raw.trim().is_empty() {
        return String::new();
    }
    let first_line = raw.trim().lines().next().unwrap_or_default();
    let mut out = String::with_capacity(first_line.len());
    for word in normalise(first_line).split(' ') {
        let word = match word.strip_suffix("strasse").or_else(|| word.strip_suffix("str")) {
            Some(stem) if stem.len() > 2 => stem,
            _ => STREET_WORDS.iter().find(|(long, _)| *long == word).map_or(word, |(_, short)| *short),
        };
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// How far two streets (as [`street`] gives them) agree: number and name, or the name alone; 0 is a conflict.
pub fn street_agreement(a: &str, b: &str) -> u32 {
    if a == b {
        return 10_000;
    }
    let numbered = |word: &&str| word.bytes().any(|byte| byte.is_ascii_digit());
    let number = |street: &str| street.split(' ').find(numbered).map(str::len).unwrap_or_default();
    let first = |street| str::split(street, ' ').find(numbered).unwrap_or_default();
    let named = |word: &&str| word.len() > 2 && !matches!(*word, "ave" | "blvd" | "hwy" | "pkwy" | "ste" | "bldg" | "str");
    let shared = a
        .split(' ')
        .filter(|word| named(word) && *word != first(a))
        .any(|word| b.split(' ').any(|other| other == word && other != first(b)));
    if number(a) > 0 && first(a) == first(b) && shared {
        9_000
    } else if number(a) > 0 && first(a) == first(b) {
        4_000
    } else {
        // The same street with another number is no conflict, and next to no agreement.
        u32::from(shared)
    }
}
