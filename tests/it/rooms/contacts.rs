//! The people at a partner in the tier room: chosen, changed and erased by keys.

use super::tiers::Desk;
use crate::{
    app::{ANNA, BEN, House, text, tier::NORD},
    support::databases,
};
use pilothouse::{
    app::{Command, NewContact},
    domain::{
        contact::{Card, ContactCommand, ContactRole},
        id::ContactId,
        lead::{Consent, ConsentBasis},
        person::Person,
    },
};

fn person(name: &str, email: &str, role: ContactRole, basis: ConsentBasis, house: &House) -> NewContact {
    let person = Person { name: text(name), email: text(email), phone: text("+49 40 5550100"), ..Person::default() };
    let consent = match basis {
        ConsentBasis::Unknown => Consent::default(),
        basis => Consent { basis, text_version: text("2026-01"), at: Some(house.app.now()) },
    };
    NewContact { partner: NORD, card: Card { role, person }, consent, despite: false }
}

/// Nordlicht with somebody who agreed, who asked for silence, who is not known to agree, and who has left.
async fn desk(width: u16, height: u16) -> Desk {
    let fresh = databases::sqlite().await;
    let house = crate::app::tier::house(&fresh).await;
    let all = [
        person("Eva Lang", "eva@nord.example", ContactRole::Marketing, ConsentBasis::OptIn, &house),
        person("Otto Baum", "otto@nord.example", ContactRole::Sales, ConsentBasis::Refused, &house),
        person("Ina Falk", "ina@nord.example", ContactRole::Technical, ConsentBasis::Unknown, &house),
        person("Jan Holm", "jan@nord.example", ContactRole::Owner, ConsentBasis::Unknown, &house),
    ];
    house.run(ANNA, Command::Contacts(all.into())).await;
    house.run(ANNA, Command::Contact { id: ContactId(4), seen: None, command: ContactCommand::Leave }).await;
    house.run(ANNA, Command::Suppress { mailboxes: vec![text("ina@nord.example")] }).await;
    let mut desk = Desk::of(fresh, house, width, height).await;
    desk.press("/").await.types("nordlicht").await.press("enter c").await;
    desk
}

fn shows(desk: &Desk, said: &str) {
    assert!(desk.stage.screen().contains(said), "`{said}` in\n{}", desk.stage.screen());
}

#[tokio::test]
async fn contacts_are_read_and_one_is_asked_about_at_every_size() {
    for (width, height) in [(80, 24), (120, 36)] {
        let mut desk = Box::pin(desk(width, height)).await;
        insta::assert_snapshot!(format!("contacts_{width}x{height}"), desk.stage.screen());
        desk.press("j j C").await;
        insta::assert_snapshot!(format!("contacts_consent_{width}x{height}"), desk.stage.screen());
        desk.press("esc e").await;
        insta::assert_snapshot!(format!("contacts_change_{width}x{height}"), desk.stage.screen());
    }
}

#[tokio::test]
async fn somebody_is_added_changed_leaves_and_comes_back() {
    let mut desk = Box::pin(desk(120, 36)).await;
    desk.press("a").await.types("Mia Kern").await.press("tab").await.types("mia at nord").await.press("tab tab enter").await;
    shows(&desk, "`mia at nord` is no mailbox: write it as name@firm.example");
    desk.press("C-u").await.types("OTTO@nord.example").await.press("C-s").await;
    shows(&desk, "N-2 has this mailbox at the same partner already: change that one");
    desk.press("C-u").await.types("mia@nord.example").await.press("C-s").await;
    shows(&desk, "N-5 Mia Kern: contact recorded");
    shows(&desk, "5 people");
    shows(&desk, "› N-5 Mia Kern, other");
    // Those who are there stand by role and name, and who has left behind them: Sales, Marketing, Technical.
    desk.press("g g j -").await;
    shows(&desk, "N-1 Eva Lang: contact left");
    desk.press("-").await;
    shows(&desk, "Eva Lang has left already");
    desk.press("+").await;
    shows(&desk, "N-1 Eva Lang: contact is there again");
    desk.press("u").await;
    shows(&desk, "what is recorded of a contact stays: record what is right");
}

#[tokio::test]
async fn consent_is_given_withdrawn_and_never_by_chance_after_a_suppression() {
    let mut desk = Box::pin(desk(120, 36)).await;
    desk.press("j j C").await;
    shows(&desk, "This mailbox asked never to be contacted.");
    desk.press("enter").await.types("2026-13-01").await.press("tab tab enter").await;
    shows(&desk, "`2026-13-01` is not a day");
    desk.press("C-u").await.press("C-s").await;
    shows(&desk, "asked never to be contacted: a consent that came after that");
    desk.press("down C-s").await;
    shows(&desk, "N-3 Ina Falk: consent of a contact recorded: opted in");
    shows(&desk, "✓ yes: agreed after asking");
    desk.press("C down down C-s").await;
    shows(&desk, "N-3 Ina Falk: consent of a contact recorded: refused");
}

/// Whoever comes second is told who did what; what they typed stays, and sent again it counts.
#[tokio::test]
async fn who_changes_a_contact_second_is_told_and_loses_nothing() {
    let mut desk = Box::pin(desk(120, 36)).await;
    desk.press("g g j e").await;
    let card =
        Card { role: ContactRole::Legal, person: Person { name: text("Eva Lang"), email: text("eva@nord.example"), ..Person::default() } };
    desk.house.run(BEN, Command::Contact { id: ContactId(1), seen: None, command: ContactCommand::Change(card) }).await;
    desk.press("tab tab C-u").await.types("030 1").await.press("C-s").await;
    shows(&desk, "ben was faster: N-1 changed at 10:00");
    shows(&desk, "030 1");
    desk.press("C-s").await;
    shows(&desk, "N-1 Eva Lang: contact changed");
    let known = desk.house.app.contact(ContactId(1)).await.expect("read").expect("it is there").contact;
    assert_eq!((known.card.person.phone.as_str(), known.card.role), ("030 1", ContactRole::Marketing), "what was sent is meant");
}

#[tokio::test]
async fn an_erasure_asks_for_its_number_and_what_was_typed_for_one_is_not_offered_for_another() {
    let mut desk = Box::pin(desk(120, 36)).await;
    desk.press("X").await.types("N-9").await.press("enter").await;
    shows(&desk, "type `N-2` to confirm");
    desk.press("esc j X").await;
    assert!(!desk.stage.screen().contains("N-9"), "{}", desk.stage.screen());
    desk.types("N-1").await.press("enter").await;
    shows(&desk, "N-1: personal data of a contact erased");
    shows(&desk, "3 people");
    let rows = desk.house.app.db().read().await.expect("open").dump("contact_body").await.expect("read").join("\n");
    assert!(!rows.contains("Eva"), "{rows}");
}

#[tokio::test]
async fn without_contacts_or_before_they_are_open_the_verbs_say_what_to_do() {
    let mut desk = Box::pin(desk(120, 36)).await;
    desk.press("esc esc /").await.types("ostsee").await.press("enter c").await;
    shows(&desk, "Nobody is known there; a adds somebody.");
    desk.press("e").await;
    shows(&desk, "nobody is known at Ostsee");
    desk.press("esc :").await.types("contact.change").await.press("enter").await;
    shows(&desk, "opens the contacts of Ostsee");
}
