//! Use cases through the public door, each test on both databases.

mod answers;
mod certificates;
mod conflict;
mod contact;
pub mod deal;
mod deal_named;
mod flow;
mod house;
mod import;
mod import_contacts;
mod import_deals;
pub mod mdf;
mod news;
mod onboarding;
mod partner_rooms;
pub mod pos;
mod race;
mod rates;
pub mod replay;
mod replay_plan;
mod status;
pub mod tier;
mod tier_facts;
mod waiting;

pub use crate::support::house::{ANNA, BEN, ENGINE, House, partner, text};

use crate::support::databases::START;
use pilothouse::domain::lead::{Consent, ConsentBasis, Intake, Person};

/// A lead from Germany with consent; `n` makes it a company of its own.
pub fn intake(n: usize, company: &str) -> Intake {
    Intake {
        source: text("website"),
        source_key: text(&format!("web-{n}")),
        company: text(company),
        country: "DE".parse().ok(),
        score: 50,
        consent: Consent { basis: ConsentBasis::OptIn, text_version: text("2026-01"), at: Some(START) },
        person: Person { name: text(&format!("Person {n}")), email: text(&format!("p{n}@firm{n}.example")), ..Person::default() },
        ..Intake::default()
    }
}
