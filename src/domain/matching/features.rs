//! What a record is compared by, worked out once when it arrives and kept beside it.

use super::{contact, free_mail, legal, normalise::normalise, policy::MatchingPolicy, words};
use serde::{Deserialize, Serialize};

/// The columns of a record as they came; an empty string is an unknown one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Record<'a> {
    /// The organisation's name.
    pub name: &'a str,
    /// ISO 3166 alpha-2, any case.
    pub country: &'a str,
    /// A web address or domain.
    pub website: &'a str,
    pub email: &'a str,
    pub phone: &'a str,
    /// The contact's name.
    pub person: &'a str,
    pub postal: &'a str,
    pub city: &'a str,
    pub street: &'a str,
}

/// A record in the spelling in which it is compared. Empty means unknown: it neither agrees nor conflicts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Features {
    /// Canonical words of the name without its legal form.
    #[serde(skip_serializing_if = "is_empty")]
    pub name: Box<str>,
    /// The weight of each word of `name`, in hundredths.
    #[serde(skip_serializing_if = "<[u8]>::is_empty")]
    pub weights: Box<[u8]>,
    /// The family of the legal form that was taken off.
    #[serde(skip_serializing_if = "is_empty")]
    pub legal: Box<str>,
    #[serde(skip_serializing_if = "is_empty")]
    pub country: Box<str>,
    /// The company's own domain, of its website or else of the e-mail; never a free-mail one.
    #[serde(skip_serializing_if = "is_empty")]
    pub domain: Box<str>,
    /// The whole mailbox.
    #[serde(skip_serializing_if = "is_empty")]
    pub email: Box<str>,
    #[serde(skip_serializing_if = "is_empty")]
    pub phone: Box<str>,
    #[serde(skip_serializing_if = "is_empty")]
    pub person: Box<str>,
    #[serde(skip_serializing_if = "is_empty")]
    pub postal: Box<str>,
    #[serde(skip_serializing_if = "is_empty")]
    pub city: Box<str>,
    #[serde(skip_serializing_if = "is_empty")]
    pub street: Box<str>,
}

#[expect(clippy::borrowed_box, reason = "serde passes the field by reference")]
fn is_empty(text: &Box<str>) -> bool {
    text.is_empty()
}

impl Features {
    pub fn of(record: &Record<'_>, policy: &MatchingPolicy) -> Self {
        let country: Box<str> = record.country.trim().to_ascii_uppercase().into();
        let whole = normalise(record.name);
        let (name, legal) = legal::strip(&whole, &country);
        let name = said_once(name);
        let mailbox = contact::mailbox(record.email);
        let own = |domain: String| if free_mail::is_free_mail(&domain, &policy.free_mail) { String::new() } else { domain };
        let mut domain = if record.website.is_empty() { String::new() } else { own(contact::registrable(record.website)) };
        if domain.is_empty()
            && let Some((_, host)) = &mailbox
        {
            domain = own(contact::registrable(host));
        }
        Self {
            weights: weights(name),
            name: name.into(),
            legal: legal.into(),
            country,
            domain: domain.into(),
            email: mailbox.map(|(local, host)| format!("{local}@{host}")).unwrap_or_default().into(),
            phone: contact::phone(record.phone).into(),
            person: if record.person.is_empty() { Box::default() } else { normalise(record.person).into() },
            postal: contact::postal(record.postal).into(),
            city: if record.city.is_empty() { Box::default() } else { normalise(record.city).into() },
            street: contact::street(record.street).into(),
        }
    }

    /// The words of the name with their weights.
    pub fn words(&self) -> impl Iterator<Item = (&str, u8)> {
        self.name.split(' ').zip(self.weights.iter().copied())
    }
}

/// A word's weight, but nothing for an acronym of the other words, and little for a university's "system".
fn weights(name: &str) -> Box<[u8]> {
    let words: Vec<&str> = name.split(' ').filter(|word| !word.is_empty()).collect();
    let mut weights: Box<[u8]> = words.iter().map(|word| words::weight(word)).collect();
    if words.len() > 3 {
        let initials: Vec<u8> = words.iter().zip(&weights).filter(|(_, weight)| **weight > 0).map(|(word, _)| word.as_bytes()[0]).collect();
        for (word, weight) in words.iter().zip(&mut weights) {
            // "National Aeronautics and Space Administration (NASA)"; a word is never among its own initials, being longer than one.
            if (3..=6).contains(&word.len()) && initials.windows(word.len()).any(|run| run == word.as_bytes()) {
                *weight = 0;
            }
        }
    }
    if words.contains(&"university")
        && let Some(at) = words.iter().position(|word| *word == "system")
    {
        weights[at] = 8;
    }
    weights
}

/// "North Avenue Day Nursery - North Avenue Day Nursery" is written by systems that join a parent and its only site.
fn said_once(name: &str) -> &str {
    match name.len().checked_sub(1).map(|rest| rest / 2).and_then(|half| Some((name.get(..half)?, name.get(half + 1..)?))) {
        Some((first, second)) if first == second && name.as_bytes()[first.len()] == b' ' => first,
        _ => name,
    }
}
