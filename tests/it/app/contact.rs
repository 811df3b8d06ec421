//! Contacts of partners through the public door, on both databases.

use super::{ANNA, BEN, House, text};
use crate::support::databases::{START, on_both};
use pilothouse::{
    app::{Command, Mode, NewContact, Request, Rules, StatedContact, handle},
    domain::{
        contact::{Against, Card, Contact, ContactCommand, ContactRole, stated::Stated},
        id::{AuditSeq, CommandId, ContactId, OperatorId, PartnerId, ProgramVersion},
        lead::{Consent, ConsentBasis},
        person::Person,
        time::Instant,
    },
    store::{Unit, memory::World, unit::Changes},
};

const NORD: PartnerId = PartnerId(1);

fn card(name: &str, email: &str) -> Card {
    Card { role: ContactRole::Marketing, person: Person { name: text(name), email: text(email), ..Person::default() } }
}

fn opted_in() -> Consent {
    Consent { basis: ConsentBasis::OptIn, text_version: text("2026-01"), at: Some(START) }
}

fn new(name: &str, email: &str) -> NewContact {
    NewContact { partner: NORD, card: card(name, email), consent: opted_in(), despite: false }
}

/// One answer each: the contact, or why not.
async fn record(house: &House, entered: Vec<NewContact>) -> Vec<Result<Contact, String>> {
    let done = house.run(ANNA, Command::Contacts(entered)).await;
    done.contacts.into_iter().map(|item| item.result.map(|done| done.contact).map_err(|refusal| refusal.to_string())).collect()
}

async fn verb(house: &House, who: OperatorId, id: i64, command: ContactCommand) -> Result<Contact, String> {
    let request = house.app.request(Command::Contact { id: ContactId(id), seen: None, command });
    match house.app.execute(who, request).await {
        Ok(mut done) => done.contacts.remove(0).result.map(|done| done.contact).map_err(|refusal| refusal.to_string()),
        Err(failure) => Err(failure.to_string()),
    }
}

#[tokio::test]
async fn people_are_recorded_once_changed_and_leave() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let done = record(&house, vec![new("Eva Lang", "eva@nord.example"), new("", ""), new("Eva", "EVA@nord.example")]).await;
        assert_eq!(done[0].as_ref().expect("recorded").id, ContactId(1), "{}", fresh.name);
        assert_eq!(done[1].as_ref().expect_err("nobody"), "a contact needs a name or a mailbox");
        assert_eq!(done[2].as_ref().expect_err("known"), "N-1 has this mailbox at the same partner already: change that one");
        let elsewhere = record(&house, vec![NewContact { partner: PartnerId(2), ..new("Eva", "eva@nord.example") }]).await;
        assert_eq!(elsewhere[0].as_ref().expect("at another").id, ContactId(2), "no number was lost");
        let hostile = record(&house, vec![new("Otto\u{1b}[31m \u{202e}", "otto@nord.example")]).await;
        assert_eq!(hostile[0].as_ref().expect("recorded").card.person.name.as_str(), "Otto<U+001B>[31m <U+202E>", "{}", fresh.name);
        let left = verb(&house, ANNA, 1, ContactCommand::Leave).await.expect("left");
        assert_eq!((left.state.name(), left.why_silent(Against::default())), ("left", Some("left")));
        assert_eq!(verb(&house, ANNA, 1, ContactCommand::Leave).await.expect_err("twice"), "N-1 has left already");
        assert_eq!(verb(&house, ANNA, 99, ContactCommand::Leave).await.expect_err("nobody"), "there is no contact N-99");
        let listed = house.app.contacts_of(NORD).await.expect("read");
        assert_eq!(listed.iter().map(|one| one.contact.id.0).collect::<Vec<_>>(), [3, 1], "who left stands last");
        house.replays().await;
    })
    .await;
}

#[tokio::test]
async fn a_suppressed_mailbox_needs_a_word_and_consent_is_kept() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        house.run(ANNA, Command::Suppress { mailboxes: vec![text("eva@nord.example")] }).await;
        let refused = record(&house, vec![new("Eva", "Eva@nord.example")]).await.remove(0).expect_err("she said no");
        assert!(refused.starts_with("this mailbox asked never to be contacted"), "{}: {refused}", fresh.name);
        let kept = record(&house, vec![NewContact { despite: true, ..new("Eva", "eva@nord.example") }]).await.remove(0).expect("later");
        assert_eq!((kept.id, kept.why_silent(Against { requires: true, suppressed: true })), (ContactId(1), None));
        let withdrawn = Consent { basis: ConsentBasis::Refused, ..opted_in() };
        let silent = verb(&house, ANNA, 1, ContactCommand::Consent { consent: withdrawn, despite: false }).await.expect("she may");
        assert_eq!(silent.why_silent(Against::default()), Some("refused: may not be mailed"), "{}", fresh.name);
        house.replays().await;
    })
    .await;
}

#[tokio::test]
async fn erasing_takes_the_text_away_and_leaves_the_chain_whole() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        record(&house, vec![new("Eva Lang", "eva@nord.example"), new("Otto Baum", "otto@nord.example")]).await;
        verb(&house, ANNA, 1, ContactCommand::Change(card("Eva Lang-Huber", "eva@nord.example"))).await.expect("changed");
        let refused = verb(&house, BEN, 1, ContactCommand::Erase).await.expect_err("not ben");
        assert!(refused.contains("ben may not"), "{refused}");
        verb(&house, ANNA, 1, ContactCommand::Erase).await.expect("erased");
        let rows = house.app.db().read().await.expect("open").dump("contact_body").await.expect("read").join("\n");
        assert!(!rows.contains("Eva") && !rows.contains("eva@") && rows.contains("Otto Baum"), "{}: {rows}", fresh.name);
        let again = verb(&house, ANNA, 1, ContactCommand::Return).await.expect_err("for good");
        assert_eq!(again, "N-1 is erased, and nothing more can be done to it");
        assert_eq!(fresh.db.audit_verify(|_| {}).await.expect("read").broken, None, "{}", fresh.name);
        assert_eq!(house.app.contacts_of(NORD).await.expect("read").len(), 1);
        house.replays().await;
    })
    .await;
}

/// Everything that is done to contacts, on any unit of work.
async fn script<U: Unit>(begin: impl AsyncFn() -> U, rules: &Rules, now: Instant) -> Vec<String> {
    let verb = |id, seen, command| Command::Contact { id: ContactId(id), seen, command };
    let stated = |email: &str, consent| {
        let person = Person { email: text(email), phone: text("+49 40 1"), ..Person::default() };
        StatedContact { partner: NORD, stated: Stated { person, role: Some(ContactRole::Legal), consent } }
    };
    let agreed = |despite| ContactCommand::Consent { consent: opted_in(), despite };
    let commands = [
        Command::Suppress { mailboxes: vec![text("otto@nord.example")] },
        Command::Contacts(vec![new("Eva Lang", "eva@nord.example"), new("Otto", "OTTO@nord.example"), new("Eva", "eva@nord.example")]),
        Command::StateContacts(vec![stated("otto@nord.example", Some(opted_in())), stated("EVA@nord.example", None)]),
        verb(2, None, agreed(false)),
        verb(2, None, agreed(true)),
        verb(1, Some(1), ContactCommand::Change(card("Eva Lang-Huber", "eva@nord.example"))),
        verb(1, None, ContactCommand::Leave),
        verb(1, None, ContactCommand::Return),
        verb(1, None, ContactCommand::Erase),
        verb(1, None, ContactCommand::Return),
        Command::StateContacts(vec![stated("otto@nord.example", None), stated("eva@nord.example", None)]),
    ];
    let mut told = Vec::new();
    for (number, command) in (1..).zip(commands) {
        let mut unit = begin().await;
        let request = Request::new(CommandId(uuid::Uuid::from_u128(number)), command);
        let outcome = handle(&mut unit, rules, ANNA, &request, Mode::Carry, now).await.expect("carried out");
        unit.commit().await.expect("kept");
        told.push(format!("{:?}", outcome.contacts));
    }
    told
}

#[tokio::test]
async fn a_world_in_memory_and_both_databases_say_the_same() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let world = World::unsettled();
        let mut unit = world.begin();
        let mut session = fresh.db.read().await.expect("a session");
        let past = session.audit_since(AuditSeq(0), 1_000).await.expect("read");
        let changes = Changes {
            partners: session.partners().await.expect("read"),
            operators: session.operators().await.expect("read"),
            programs: session.programs(ProgramVersion(1)).await.expect("read"),
            records: past.into_iter().map(|past| past.record).collect(),
            ..Changes::default()
        };
        drop(session);
        unit.save(CommandId(uuid::Uuid::from_u128(99)), changes).await.expect("saved");
        unit.commit().await.expect("kept");
        let (rules, now) = (house.app.rules().await.expect("rules"), house.now());
        let in_memory = script(async || world.begin(), &rules, now).await;
        let on_disk = script(async || fresh.db.begin().await.expect("a unit"), &rules, now).await;
        assert_eq!(in_memory, on_disk, "{}", fresh.name);
        assert!(in_memory[2].contains("aside: Some(Suppressed)") && in_memory[3].contains("Err(Suppressed)"), "{in_memory:#?}");
        assert!(in_memory[9].contains("Err(Erased(ContactId(1)))") && in_memory[10].contains("ContactId(3)"), "{in_memory:#?}");
        house.replays().await;
    })
    .await;
}
