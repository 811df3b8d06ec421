//! Companies, people and what they ask for, put together from the words in `fixtures/demo`.

use super::chance::Chance;
use crate::{
    app::Failure,
    domain::{
        country::Country,
        lead::{Consent, ConsentBasis, Intake, Person},
        search,
        text::Text,
        time::{Instant, Span},
    },
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The program's product lines, with how often each is asked for.
const PRODUCTS: [(&str, usize); 5] = [("Switching", 30), ("Wireless", 26), ("Firewall", 20), ("Video", 9), ("Managed services", 15)];
/// The product line whose partners work round the clock.
pub const ROUND_THE_CLOCK: &str = "Managed services";
/// In the order in which the trades of a language stand.
const VERTICALS: [&str; 7] = ["Public sector", "Health", "Education", "Finance", "Retail", "Manufacturing", "Hospitality"];
/// Sources with how often, and the score that leads from there have on average.
const SOURCES: [(&str, usize, usize); 7] = [
    ("Web form", 34, 52),
    ("Trade fair", 16, 61),
    ("Webinar", 17, 45),
    ("Referral", 10, 78),
    ("Partner", 9, 70),
    ("Inside sales", 9, 58),
    ("Purchased list", 5, 24),
];
/// The text that people agree to, in its versions.
const CONSENT_TEXTS: [&str; 2] = ["web-2026-01", "fair-2026-03"];

#[derive(Deserialize)]
struct Language {
    heads: Vec<String>,
    trades: Vec<Vec<String>>,
    titles: Vec<String>,
    messages: Vec<String>,
}

#[derive(Deserialize)]
struct Place {
    weight: usize,
    language: String,
    dial: String,
    cities: Vec<(String, String)>,
    given: Vec<String>,
    family: Vec<String>,
    companies: Vec<String>,
}

/// Everything that an arrival is made of.
pub struct People {
    languages: BTreeMap<String, Language>,
    places: Vec<(Country, Place)>,
    consent_required: BTreeSet<Country>,
    serial: u32,
    /// The latest arrivals: what a second enquiry of the same company resembles.
    recent: Vec<Intake>,
}

/// What is settled about an arrival before the dice are thrown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish {
    /// From one of these countries.
    pub countries: &'static [&'static str],
    pub product: Option<&'static str>,
    pub score: Option<u8>,
}

impl People {
    pub fn read(consent_required: BTreeSet<Country>) -> Result<Self, Failure> {
        let wrong = |error: &dyn std::fmt::Display| Failure::refused(format!("fixtures/demo: {error}"));
        let languages = toml::from_str(include_str!("../../../fixtures/demo/languages.toml")).map_err(|error| wrong(&error))?;
        let places: BTreeMap<String, Place> =
            toml::from_str(include_str!("../../../fixtures/demo/countries.toml")).map_err(|error| wrong(&error))?;
        let places = places
            .into_iter()
            .map(|(code, place)| Ok((code.parse()?, place)))
            .collect::<Result<_, String>>()
            .map_err(|error| wrong(&error))?;
        Ok(Self { languages, places, consent_required, serial: 0, recent: Vec::new() })
    }

    /// Somebody who asks at `at`: mostly new, now and then somebody whom we have heard of.
    pub fn arrival(&mut self, chance: &mut Chance, at: Instant, wish: Wish) -> Intake {
        self.serial += 1;
        let known = if wish.product.is_none() && self.recent.len() > 20 && chance.percent(8) {
            Some(chance.pick(&self.recent).clone())
        } else {
            None
        };
        let intake = match known {
            Some(known) => self.again(chance, known, at),
            None => self.somebody(chance, at, wish),
        };
        if self.recent.len() == 80 {
            self.recent.remove(0);
        }
        self.recent.push(intake.clone());
        intake
    }

    fn somebody(&self, chance: &mut Chance, at: Instant, wish: Wish) -> Intake {
        let among: Vec<&(Country, Place)> =
            self.places.iter().filter(|(country, _)| wish.countries.is_empty() || wish.countries.contains(&country.code())).collect();
        let (country, place) = among[chance.weighted(among.iter().map(|(_, place)| place.weight))];
        let Some(language) = self.languages.get(&place.language) else { return Intake::default() };
        let (city, postal_code) = chance.pick(&place.cities);
        let vertical = chance.weighted([16, 15, 13, 12, 16, 18, 10].into_iter());
        let family = chance.pick(&place.family);
        let head = match chance.below(10) {
            0..=3 => chance.word(&place.family),
            4..=7 => chance.word(&language.heads),
            _ => city,
        };
        let company = chance
            .pick(&place.companies)
            .replace("{head}", head)
            .replace("{trade}", chance.word(&language.trades[vertical]))
            .replace("{family}", family)
            .replace("{city}", city.trim_end_matches('市'));
        let given = chance.pick(&place.given);
        let name = if is_eastern(*country) { format!("{family} {given}") } else { format!("{given} {family}") };
        let domain = format!("{}.example", short(&company));
        let (source, _, mean) = SOURCES[chance.weighted(SOURCES.iter().map(|one| one.1))];
        let product = wish.product.unwrap_or_else(|| PRODUCTS[chance.weighted(PRODUCTS.iter().map(|one| one.1))].0);
        Intake {
            source: Text::clean(source),
            source_key: Text::clean(&format!("M-{:05}", self.serial)),
            company: Text::clean(&company),
            country: Some(*country),
            city: Text::clean(city),
            postal_code: Text::clean(postal_code),
            website: Text::clean(&if chance.percent(70) { format!("https://www.{domain}") } else { String::new() }),
            product: Text::clean(product),
            vertical: Text::clean(VERTICALS[vertical]),
            score: wish.score.unwrap_or_else(|| score(chance, mean)),
            created_at: Some(at.plus(Span::minutes(-1 - i64::try_from(chance.below(45)).unwrap_or(0)))),
            consent: self.consent(chance, *country, at, wish.product.is_some()),
            person: Person {
                email: Text::clean(&format!("{}@{domain}", search::slug(&name).replace('-', "."))),
                phone: Text::clean(&format!("{} {:03} {:03}", place.dial, 100 + chance.below(900), chance.below(1_000))),
                title: Text::clean(chance.word(&language.titles)),
                message: Text::clean(if chance.percent(55) { chance.word(&language.messages) } else { "" }),
                name: Text::clean(&name),
            },
            ..Intake::default()
        }
    }

    /// A second enquiry of a company that we know: the same person again, or a colleague who writes the name in another way.
    fn again(&self, chance: &mut Chance, known: Intake, at: Instant) -> Intake {
        let (source, ..) = SOURCES[chance.weighted(SOURCES.iter().map(|one| one.1))];
        let mut intake = Intake {
            source: Text::clean(source),
            source_key: Text::clean(&format!("M-{:05}", self.serial)),
            created_at: Some(at.plus(Span::minutes(-9))),
            ..known
        };
        if chance.percent(45) {
            return intake;
        }
        let place = self.places.iter().find(|(country, _)| Some(*country) == intake.country);
        let (Some((_, place)), company) = (place, intake.company.to_string()) else { return intake };
        let name = format!("{} {}", chance.pick(&place.given), chance.pick(&place.family));
        intake.company = Text::clean(&misspelt(chance, &company));
        intake.website = Text::default();
        intake.person = Person {
            email: Text::clean(&format!("{}@post.example", search::slug(&name).replace('-', "."))),
            phone: Text::default(),
            name: Text::clean(&name),
            ..intake.person
        };
        intake
    }

    /// Somebody who works at a company there; nobody where we know no names.
    pub fn colleague(&self, chance: &mut Chance, country: Country, company: &str) -> Option<Person> {
        let (_, place) = self.places.iter().find(|(known, _)| *known == country)?;
        let language = self.languages.get(&place.language)?;
        let (given, family) = (chance.pick(&place.given), chance.pick(&place.family));
        let name = if is_eastern(country) { format!("{family} {given}") } else { format!("{given} {family}") };
        Some(Person {
            email: Text::clean(&format!("{}@{}.example", search::slug(&name).replace('-', "."), short(company))),
            phone: Text::clean(&format!("{} {:03} {:03}", place.dial, 100 + chance.below(900), chance.below(1_000))),
            title: Text::clean(chance.word(&language.titles)),
            name: Text::clean(&name),
            message: Text::default(),
        })
    }

    /// Most people agree; where the law asks for it, some leads come without and are held back.
    fn consent(&self, chance: &mut Chance, country: Country, at: Instant, sure: bool) -> Consent {
        let basis = match chance.below(1_000) {
            _ if sure => ConsentBasis::OptIn,
            0..=5 => ConsentBasis::Refused,
            6..=39 => ConsentBasis::Unknown,
            40..=299 if !self.consent_required.contains(&country) => ConsentBasis::LegitimateInterest,
            _ => ConsentBasis::OptIn,
        };
        let told = basis == ConsentBasis::OptIn;
        Consent {
            basis,
            text_version: Text::clean(if told { chance.word(&CONSENT_TEXTS) } else { "" }),
            at: told.then(|| at.plus(Span::minutes(-2))),
        }
    }
}

/// Where the family's name stands first.
fn is_eastern(country: Country) -> bool {
    matches!(country.code(), "JP" | "KR" | "CN" | "TW" | "HK")
}

/// Around the mean of the source, two dice wide.
fn score(chance: &mut Chance, mean: usize) -> u8 {
    let thrown = (mean + chance.below(31) + chance.below(31)).saturating_sub(30);
    u8::try_from(thrown.clamp(1, 100)).unwrap_or(50)
}

/// The words of a company as a web domain has them: at most three, in ASCII.
fn short(company: &str) -> String {
    let slug = search::slug(company);
    let words: Vec<&str> = slug.split('-').filter(|word| word.len() > 2).take(3).collect();
    let name = words.join("-");
    name.chars().take(28).collect::<String>().trim_end_matches('-').to_owned()
}

/// A name as somebody else would type it: without its last word, in other capitals, or with two letters swapped.
fn misspelt(chance: &mut Chance, company: &str) -> String {
    let words: Vec<&str> = company.split_whitespace().collect();
    match chance.below(3) {
        0 if words.len() > 2 => words[..words.len() - 1].join(" "),
        1 => company.to_uppercase(),
        _ => {
            let mut letters: Vec<char> = company.chars().collect();
            if letters.len() > 5 {
                let at = 2 + chance.below(letters.len() - 4);
                letters.swap(at, at + 1);
            }
            letters.into_iter().collect()
        }
    }
}
