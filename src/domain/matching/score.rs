//! The score of a pair with its parts, as an operator sees them side by side.

use super::{
    contact,
    features::Features,
    name::name_similarity,
    policy::{MatchingPolicy, Weights},
};
use serde::{Deserialize, Serialize};

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    Name,
    Person,
    LegalForm,
    Country,
    Domain,
    Email,
    Phone,
    Street,
    Postal,
    City,
}

impl Fact {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Person => "person",
            Self::LegalForm => "legal form",
            Self::Country => "country",
            Self::Domain => "domain",
            Self::Email => "e-mail",
            Self::Phone => "phone",
            Self::Street => "street",
            Self::Postal => "postal code",
            Self::City => "city",
        }
    }
}

/// One comparison: how far the two agree (0 to 10,000) and what that moved the score, in basis points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub fact: Fact,
    pub agreement_bp: u16,
    pub contribution_bp: i32,
}

/// The likeness of two records: the sum of the contributions of its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Score {
    /// 0 to 10,000.
    pub total_bp: u16,
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    New,
    Review,
    Link,
}

impl Score {
    pub fn band(&self, policy: &MatchingPolicy) -> Band {
        if self.total_bp >= policy.link_bp {
            Band::Link
        } else if self.total_bp >= policy.review_bp {
            Band::Review
        } else {
            Band::New
        }
    }

    /// 0 to 1, for display.
    pub fn value(&self) -> f64 {
        f64::from(self.total_bp) / 10_000.0
    }

    fn start(&mut self, fact: Fact, agreement: u32, base: u32) {
        self.push(fact, agreement, i32::try_from(base).unwrap_or(0));
    }

    /// Agreement closes a share of the distance to certainty.
    fn agree(&mut self, fact: Fact, agreement: u32, share: u16) {
        let gap = 10_000 - i32::from(self.total_bp);
        let share = i32::from(share) * i32::try_from(agreement).unwrap_or(0) / 10_000;
        self.push(fact, agreement, gap * share / 10_000);
    }

    /// Conflict takes a share of what was reached.
    fn conflict(&mut self, fact: Fact, share: u16) {
        self.push(fact, 0, -(i32::from(self.total_bp) * i32::from(share) / 10_000));
    }

    fn push(&mut self, fact: Fact, agreement: u32, contribution_bp: i32) {
        let total = (i32::from(self.total_bp) + contribution_bp).clamp(0, 10_000);
        let contribution_bp = total - i32::from(self.total_bp);
        self.total_bp = u16::try_from(total).unwrap_or(0);
        self.parts.push(Part { fact, agreement_bp: u16::try_from(agreement.min(10_000)).unwrap_or(10_000), contribution_bp });
    }
}

/// Compares two records. Symmetric and deterministic; facts that either does not know are no part of it.
pub fn score(a: &Features, b: &Features, weights: &Weights) -> Score {
    let mut score = Score { total_bp: 0, parts: Vec::with_capacity(8) };
    match name_similarity(a, b) {
        Some(likeness) => {
            score.start(Fact::Name, likeness, likeness);
            if known(&a.legal, &b.legal) && a.legal != b.legal {
                score.conflict(Fact::LegalForm, weights.legal_other);
            }
            if let Some(agreement) = person(a, b)
                && agreement > 0
            {
                score.agree(Fact::Person, agreement, weights.person_same);
            }
        }
        // Without the organisations' names the people are all there is, and many people share a name.
        None => {
            if let Some(agreement) = person(a, b) {
                score.start(Fact::Person, agreement, agreement * 6 / 10);
            }
        }
    }
    contacts(&mut score, a, b, weights);
    places(&mut score, a, b, weights);
    score
}

/// What is known of a fact of two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// One of them does not say, so that it neither agrees nor conflicts.
    Unknown,
    /// It may be the same.
    Same,
    /// It is certainly not the same.
    Different,
}

/// The most that two records without a street can score when everything else agrees: no part takes away less, or adds more,
/// when the score before it was higher.
pub fn most(phone: Agreement, country: Agreement, postal: Agreement, city: Agreement, weights: &Weights) -> u16 {
    let mut score = Score::default();
    score.start(Fact::Name, 10_000, 10_000);
    let facts = [
        (Fact::Phone, phone, weights.phone_same, weights.phone_other),
        (Fact::Country, country, 0, weights.country_other),
        (Fact::Postal, postal, weights.postal_same, weights.postal_other),
        (Fact::City, city, weights.city_same, weights.city_other),
    ];
    for (fact, agreement, same, other) in facts {
        match agreement {
            Agreement::Unknown => {}
            Agreement::Same => score.agree(fact, 10_000, same),
            Agreement::Different => score.conflict(fact, other),
        }
    }
    score.total_bp
}

fn known(a: &str, b: &str) -> bool {
    !a.is_empty() && !b.is_empty()
}

fn contacts(score: &mut Score, a: &Features, b: &Features, weights: &Weights) {
    if known(&a.domain, &b.domain) {
        if a.domain == b.domain {
            score.agree(Fact::Domain, 10_000, weights.domain_same);
        } else if brand(&a.domain) == brand(&b.domain) {
            score.agree(Fact::Domain, 5_000, weights.domain_same);
        } else {
            score.conflict(Fact::Domain, weights.domain_other);
        }
    }
    if known(&a.email, &b.email) && a.email == b.email {
        score.agree(Fact::Email, 10_000, weights.email_same);
    }
    if known(&a.phone, &b.phone) {
        match phones(&a.phone, &b.phone) {
            0 => score.conflict(Fact::Phone, weights.phone_other),
            agreement => score.agree(Fact::Phone, agreement, weights.phone_same),
        }
    }
}

fn places(score: &mut Score, a: &Features, b: &Features, weights: &Weights) {
    if known(&a.country, &b.country) && a.country != b.country {
        score.conflict(Fact::Country, weights.country_other);
    }
    if known(&a.street, &b.street) {
        match contact::street_agreement(&a.street, &b.street) {
            0 => score.conflict(Fact::Street, weights.street_other),
            agreement => score.agree(Fact::Street, agreement, weights.street_same),
        }
    }
    for (fact, a, b, same, other) in [
        (Fact::Postal, &a.postal, &b.postal, weights.postal_same, weights.postal_other),
        (Fact::City, &a.city, &b.city, weights.city_same, weights.city_other),
    ] {
        if known(a, b) {
            if a == b { score.agree(fact, 10_000, same) } else { score.conflict(fact, other) }
        }
    }
}

/// `acme` of `acme.co.uk`.
fn brand(domain: &str) -> &str {
    domain.split('.').next().unwrap_or_default()
}

/// The same number written with and without its area code agrees; the same subscriber in another area half.
fn phones(a: &str, b: &str) -> u32 {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.len() >= 6 && long.ends_with(short) || short.len() >= 9 && long.ends_with(&short[short.len() - 9..]) {
        10_000
    } else if short.len() >= 7 && long.ends_with(&short[short.len() - 7..]) {
        5_000
    } else {
        0
    }
}

fn person(a: &Features, b: &Features) -> Option<u32> {
    if !known(&a.person, &b.person) {
        return None;
    }
    if a.person == b.person {
        return Some(10_000);
    }
    let mut left: Vec<&str> = a.person.split(' ').collect();
    let mut right: Vec<&str> = b.person.split(' ').collect();
    left.sort_unstable();
    right.sort_unstable();
    if left == right {
        return Some(9_500);
    }
    let first = |words: &str| words.bytes().next();
    let last = |words: &str| words.rsplit(' ').next().map(str::len);
    let surname = a.person.rsplit(' ').next() == b.person.rsplit(' ').next() && last(&a.person).is_some_and(|length| length > 1);
    let initial = first(&a.person) == first(&b.person)
        && (a.person.split(' ').next().is_some_and(|word| word.len() == 1)
            || b.person.split(' ').next().is_some_and(|word| word.len() == 1));
    Some(if surname && initial { 8_000 } else { 0 })
}
