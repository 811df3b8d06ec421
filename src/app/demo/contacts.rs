//! The people at the demo's partners: most agreed to be written to, some withdrew that or asked for silence, some have left, and at
//! some partners nobody is known yet.

use super::{chance::Chance, people::People, staff::Staff, stage::Stage};
use crate::{
    app::{Command, ContactDone, Failure, NewContact},
    domain::{
        contact::{Card, ContactCommand, ContactRole},
        lead::{Consent, ConsentBasis},
        text::Text,
        time::{Instant, Span},
    },
};

/// Apart from the dice of the desks, so that their channel is the same with or without these people.
const APART: u64 = 0x0c04_7ac7;
/// Most at one partner.
const MOST: usize = 7;
/// In the order in which a partner has them.
const ROLES: [ContactRole; MOST] = [
    ContactRole::Sales,
    ContactRole::Technical,
    ContactRole::Owner,
    ContactRole::Marketing,
    ContactRole::Finance,
    ContactRole::Sales,
    ContactRole::Legal,
];
/// The text that partners agree to, in its versions.
const TEXTS: [&str; 2] = ["partner-agreement-4", "portal-2025-06"];

/// What becomes of one of them later, of a hundred.
const LEAVES: usize = 7;
const WITHDRAWS: usize = 5;
const WANTS_SILENCE: usize = 2;

/// Records them all, and what some of them did since.
pub async fn known(stage: &mut Stage<'_>, people: &People, seed: u64, staff: Staff) -> Result<(), Failure> {
    let mut chance = Chance::seeded(seed ^ APART);
    let (rules, now) = (stage.rules().await?, stage.now());
    let mut all: Vec<NewContact> = Vec::new();
    for partner in rules.directory().all() {
        let Some(country) = partner.profile.country else { continue };
        let count = if chance.percent(12) { 0 } else { 1 + chance.below(MOST) };
        for role in ROLES.into_iter().take(count) {
            let Some(person) = people.colleague(&mut chance, country, &partner.profile.name) else { continue };
            let consent = consent(&mut chance, now);
            all.push(NewContact { partner: partner.id, card: Card { role, person }, consent, despite: false });
        }
    }
    let done = stage.carry(staff.first, Command::Contacts(all)).await?;
    // Two of one name have one mailbox: the second is the same person.
    for ContactDone { contact, .. } in done.contacts.into_iter().filter_map(|item| item.result.ok()) {
        let thrown = chance.below(100);
        let refused = Consent { basis: ConsentBasis::Refused, text_version: Text::default(), at: Some(now) };
        let command = match thrown {
            _ if thrown < LEAVES => ContactCommand::Leave,
            _ if thrown < LEAVES + WITHDRAWS => ContactCommand::Consent { consent: refused, despite: false },
            _ if thrown < LEAVES + WITHDRAWS + WANTS_SILENCE => {
                stage.carry(staff.first, Command::Suppress { mailboxes: vec![contact.card.person.email] }).await?;
                continue;
            }
            _ => continue,
        };
        stage.carry(staff.first, Command::Contact { id: contact.id, seen: None, command }).await?;
    }
    Ok(())
}

/// Most signed it with the agreement; of some nothing is known.
fn consent(chance: &mut Chance, now: Instant) -> Consent {
    let basis = match chance.below(100) {
        0..18 => return Consent::default(),
        18..40 => ConsentBasis::LegitimateInterest,
        _ => ConsentBasis::OptIn,
    };
    let at = now.plus(Span::ZERO.minus(chance.between(Span::hours(24 * 5), Span::hours(24 * 700))));
    Consent { basis, text_version: Text::clean(chance.word(&TEXTS)), at: Some(at) }
}
