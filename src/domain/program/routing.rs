//! Who may be offered a lead, and in which order. The rules as data; the lead room decides with them.

use crate::domain::{
    country::Country,
    matching::{contact::registrable, legal, normalise::normalise},
    text::Text,
};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Routing {
    /// Offers to partners before the lead goes to the fallback queue.
    pub max_offers: u32,
    /// A queue, never a person.
    pub fallback_queue: Text,
    pub closed_calendar: ClosedCalendar,
    /// Where the rotation starts; recorded with each decision.
    pub seed: u64,
    pub named_accounts: Vec<NamedAccount>,
    pub territories: Vec<Territory>,
    pub certifications: Vec<CertificationRule>,
    pub exclusions: Vec<Exclusion>,
}

/// What a closed desk at the partner means when a lead is routed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClosedCalendar {
    /// The partner counts as a candidate; its clock starts when it opens.
    Count,
    /// The partner is passed over until it opens.
    Skip,
}

impl ClosedCalendar {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Skip => "skip",
        }
    }
}

/// An account that always goes to one partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamedAccount {
    /// A company name or a web domain, as the program writes it.
    pub account: Text,
    /// The partner's code.
    pub partner: Text,
}

impl NamedAccount {
    /// By what a lead of this account is known, however it is spelt: the name as matching compares it, and the domain.
    pub fn keys(account: &str) -> Vec<String> {
        [Self::name_key(account), Self::domain_key(account)].into_iter().flatten().collect()
    }

    /// `Müller & Söhne GmbH` and `Mueller und Soehne` have the same one.
    pub fn name_key(company: &str) -> Option<String> {
        let name = normalise(company);
        let (bare, _) = legal::strip(&name, "");
        (!bare.is_empty()).then(|| bare.to_owned())
    }

    /// `https://www.acme.co.uk/contact` is known as `acme.co.uk`; what holds a space is no domain.
    pub fn domain_key(website: &str) -> Option<String> {
        let domain = if website.trim().contains(char::is_whitespace) { String::new() } else { registrable(website) };
        (!domain.is_empty()).then(|| format!("@{domain}"))
    }
}

/// Where, for what and for whom; an empty list means any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Territory {
    pub name: Text,
    /// Countries as named, and those of the named regions.
    pub countries: BTreeSet<Country>,
    pub products: Vec<Text>,
    pub verticals: Vec<Text>,
    /// Codes of the partners who work it; when empty, the partners' own service areas decide.
    pub partners: Vec<Text>,
}

impl Territory {
    pub fn covers(&self, country: Option<Country>, product: Option<&str>, vertical: Option<&str>) -> bool {
        (self.countries.is_empty() || country.is_some_and(|c| self.countries.contains(&c)))
            && names_any(&self.products, product)
            && names_any(&self.verticals, vertical)
    }

    /// Whether every lead that `other` covers is covered here as well.
    pub fn covers_all_of(&self, other: &Self) -> bool {
        let wider =
            |mine: &[Text], theirs: &[Text]| mine.is_empty() || !theirs.is_empty() && theirs.iter().all(|name| names_any(mine, Some(name)));
        let countries = self.countries.is_empty() || !other.countries.is_empty() && other.countries.is_subset(&self.countries);
        countries && wider(&self.products, &other.products) && wider(&self.verticals, &other.verticals)
    }
}

/// Who wants to be offered leads for `product` holds `requires` on the day of routing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CertificationRule {
    pub product: Text,
    pub requires: Text,
}

/// Keeps leads from a partner, or (when it names no partner) from every partner: those go to the fallback queue.
/// All conditions that are stated must hold; an empty list states none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exclusion {
    pub partner: Option<Text>,
    pub countries: BTreeSet<Country>,
    pub products: Vec<Text>,
    pub verticals: Vec<Text>,
    pub sources: Vec<Text>,
    /// Shown in the explanation of each decision that it touches.
    pub reason: Text,
}

/// What a lead states about itself, as far as routing rules can ask.
#[derive(Debug, Clone, Copy, Default)]
pub struct LeadFacts<'a> {
    pub country: Option<Country>,
    pub product: Option<&'a str>,
    pub vertical: Option<&'a str>,
    pub source: Option<&'a str>,
}

impl Exclusion {
    pub fn applies(&self, partner: &str, lead: LeadFacts<'_>) -> bool {
        self.partner.as_deref().is_none_or(|named| named == partner)
            && (self.countries.is_empty() || lead.country.is_some_and(|c| self.countries.contains(&c)))
            && names_any(&self.products, lead.product)
            && names_any(&self.verticals, lead.vertical)
            && names_any(&self.sources, lead.source)
    }
}

/// An empty list names anything. Names are compared without regard to ASCII case, as people type them.
fn names_any(list: &[Text], value: Option<&str>) -> bool {
    list.is_empty() || value.is_some_and(|value| list.iter().any(|name| name.eq_ignore_ascii_case(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_known_however_it_is_spelt() {
        let same = |a: &str, b: &str| NamedAccount::name_key(a) == NamedAccount::name_key(b);
        for (a, b) in [
            ("Müller Bahn", "Mueller Bahn"),
            ("Müller Bahn GmbH", "MULLER BAHN"),
            ("Harbor County Schools", "harbor county  school"),
            ("Łódź Tramwaje Sp. z o.o.", "Lodz Tramwaje"),
        ] {
            assert!(same(a, b), "{a} and {b}");
        }
        assert!(!same("Müller Bahn", "Müller Bus"));
        assert_eq!(NamedAccount::name_key(" "), None);
        let domain = Some("@acme.co.uk".to_owned());
        for website in ["acme.co.uk", "https://www.acme.co.uk/contact", "WWW.ACME.CO.UK"] {
            assert_eq!(NamedAccount::domain_key(website), domain);
        }
        assert_eq!(NamedAccount::domain_key("St. Mary's Hospital"), None);
        assert_eq!(NamedAccount::keys("Müller Bahn"), ["muller bahn"]);
    }
}
