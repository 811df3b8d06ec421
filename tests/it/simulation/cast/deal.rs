//! What comes to the deal desk: registrations of a few customers, their documents, our point-of-sale data.

use super::{FIRST, PARTNERS, PRODUCTS, SECOND, code};
use crate::simulation::chance::Chance;
use chrono::{Days, NaiveDate};
use pilothouse::{
    app::{Registering, pos::Incoming},
    domain::{
        account::AccountProfile,
        deal::{AccountLink, ContentHash, Customer, Details, Document, DocumentKind, SalesStage, Scope},
        id::{AccountId, PartnerId},
        money::Money,
        person::Person,
        pos::OrderLine,
        text::Text,
        time::Instant,
    },
};

/// So few that registrations meet; those in our directory register more.
const CUSTOMERS: usize = 120;
/// These of them are in our directory; each third is a subsidiary of the one before.
pub const ACCOUNTS: usize = 24;
/// Different documents there are: some are handed in twice, by both parties.
const DOCUMENTS: usize = 400;

/// The name of a customer: that of the leads' companies, so that leads and registrations meet.
fn customer(number: usize) -> String {
    format!("{} {}", FIRST[number % FIRST.len()], SECOND[number / FIRST.len() % SECOND.len()])
}

pub fn accounts() -> Vec<AccountProfile> {
    let parent = |number: usize| (number % 3 == 2).then(|| AccountId(i64::try_from(number).expect("few")));
    let profile = |number: usize| AccountProfile {
        code: Text::clean(&format!("K{number:02}")),
        name: Text::clean(&customer(number)),
        country: Some(code("DE")),
        parent: parent(number),
        ..AccountProfile::default()
    };
    (0..ACCOUNTS).map(profile).collect()
}

/// The account of a customer with its topmost parent, as [`accounts`] has them.
fn link(number: usize) -> Option<AccountLink> {
    let id = |number: usize| AccountId(i64::try_from(number + 1).expect("few"));
    let top = if number % 3 == 2 { number - 1 } else { number };
    (number < ACCOUNTS).then(|| AccountLink { account: id(number), family: id(top) })
}

pub fn account(chance: &mut Chance) -> Option<AccountLink> {
    if chance.per_mille(100) { None } else { link(chance.below(ACCOUNTS)) }
}

pub fn scope(chance: &mut Chance) -> Scope {
    let other = if chance.per_mille(250) { chance.pick::<&str>(&PRODUCTS) } else { "" };
    Scope::new([Text::clean(chance.pick::<&str>(&PRODUCTS)), Text::clean(other)])
}

/// Mostly a euro amount above the least that the program takes.
pub fn value(chance: &mut Chance) -> Option<Money> {
    let currency = chance.pick::<&str>(&["EUR", "EUR", "EUR", "JPY", "USD"]).parse().expect("a currency");
    (!chance.per_mille(40)).then(|| Money::new(chance.between(-100, 40_000) * 100 + 400_000, currency))
}

/// A day around today; a day that lies behind is a mistake of the partner.
pub fn day(now: Instant, chance: &mut Chance) -> NaiveDate {
    let today = now.to_utc().date_naive();
    today.checked_add_days(Days::new(chance.next() % 60)).filter(|_| !chance.per_mille(30)).unwrap_or(today - Days::new(3))
}

pub fn sales_stage(chance: &mut Chance) -> SalesStage {
    *chance.pick(SalesStage::ALL)
}

pub fn contact(chance: &mut Chance) -> Person {
    let name = *chance.pick(&["Anna Meyer", "Ben Okafor", "Chloe Sato"]);
    Person { name: Text::clean(name), email: Text::clean(&format!("{}@post.example", &name[..3].to_lowercase())), ..Person::default() }
}

/// Registrations under keys of their own.
#[derive(Default)]
pub struct DealBank {
    keys: u64,
    sales: u64,
}

impl DealBank {
    pub fn next(&mut self, now: Instant, chance: &mut Chance) -> Registering {
        let number = if chance.per_mille(200) { chance.below(ACCOUNTS) } else { chance.below(CUSTOMERS) };
        let mut name = customer(number);
        if chance.per_mille(100) {
            name = name.replacen('e', "ee", 1);
        }
        let details = Details {
            source: Text::clean("CRM"),
            source_key: Text::clean(&self.key(chance)),
            customer: Customer {
                name: Text::clean(if chance.per_mille(15) { "" } else { &name }),
                country: (!chance.per_mille(30)).then(|| code("DE")),
                ..Customer::default()
            },
            scope: scope(chance),
            value: value(chance),
            close_on: Some(day(now, chance)),
            sales_stage: chance.per_mille(500).then(|| sales_stage(chance)),
            contact: if chance.per_mille(500) { contact(chance) } else { Person::default() },
            ..Details::default()
        };
        let partner = PartnerId(chance.between(1, i64::try_from(PARTNERS).expect("few")));
        let account = link(number).filter(|_| chance.per_mille(600));
        Registering { partner, details, account, submit: chance.per_mille(700) }
    }

    /// Mostly a new key, now and then one that came before or none.
    fn key(&mut self, chance: &mut Chance) -> String {
        match chance.below(100) {
            0..=2 => String::new(),
            3..=8 if self.keys > 0 => format!("crm/{}", 1 + chance.next() % self.keys),
            _ => {
                self.keys += 1;
                format!("crm/{}", self.keys)
            }
        }
    }

    pub fn sale(&mut self, now: Instant, chance: &mut Chance) -> Incoming {
        self.sales += 1;
        let number = if chance.per_mille(100) { chance.next() % (self.sales + 1) } else { self.sales };
        Incoming::of(OrderLine {
            key: Text::clean(&format!("pos:{number}/1")),
            partner: PartnerId(chance.between(1, i64::try_from(PARTNERS).expect("few"))),
            customer: link(chance.below(ACCOUNTS)),
            product: Text::clean("Switching"),
            line: Text::clean("Switching"),
            on: now.to_utc().date_naive() - Days::new(chance.next() % 500),
            quantity: None,
            price: None,
            amount: Money::new(chance.between(-1_000, 90_000), "EUR".parse().expect("a currency")),
        })
    }
}

pub fn document(now: Instant, chance: &mut Chance) -> Document {
    let kind = *chance.pick(DocumentKind::ALL);
    let number = chance.below(DOCUMENTS);
    let dated = now.to_utc().date_naive() - Days::new(chance.next() % 300);
    let is_sale = kind == DocumentKind::PosLine && !chance.per_mille(50);
    Document {
        kind,
        name: Text::clean(if chance.per_mille(20) { " " } else { "evidence.pdf" }),
        hash: ContentHash::of(&number.to_le_bytes()),
        size: 1_000,
        media_type: Text::clean("application/pdf"),
        dated: (is_sale || chance.per_mille(500)).then_some(dated),
        amount: is_sale.then(|| Money::new(chance.between(100, 9_000), "EUR".parse().expect("a currency"))),
    }
}
