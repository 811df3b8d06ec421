//! Why leads wait for the desk: each line of a queue says it, and since when.

use super::{ENGINE, House, intake};
use crate::{
    rooms::{
        NOON,
        channel::{ANNA, BEN, Channel},
    },
    support::databases::on_both,
};
use pilothouse::{
    app::{App, Command, LeadTarget, OperatorSpec, lead::view::Viewer},
    domain::{
        actor::{Role, Roles},
        id::{LeadId, OperatorId},
        lead::{
            DeclineReason, LeadCommand, LeadEvent, LeadState,
            queue::{From, LeadRow, PageRequest, Queue, Sort},
        },
        time::Span,
    },
};
use std::collections::BTreeMap;

async fn rows(app: &App, queue: Queue) -> BTreeMap<i64, LeadRow> {
    let viewer = Viewer { me: ANNA, zone: chrono_tz::UTC, marked: Vec::new() };
    let request = PageRequest { queue, filter: None, sort: Sort::Due, me: ANNA, now: app.now(), from: From::Start, limit: 100 };
    let page = app.lead_page(&request, &viewer).await.expect("a page");
    page.rows.into_iter().map(|(_, row)| (row.id.0, row)).collect()
}

fn words(rows: &BTreeMap<i64, LeadRow>) -> BTreeMap<i64, String> {
    rows.iter().map(|(id, row)| (*id, row.waiting.as_ref().map_or_else(String::new, |waiting| waiting.cause.words()))).collect()
}

#[tokio::test]
async fn each_line_says_why_it_waits() {
    on_both(|fresh| async move {
        fresh.db.options().clock.set(NOON);
        let channel = Channel::busy(App::new(fresh.db.clone())).await;
        let unassigned = rows(&channel.app, Queue::Unassigned).await;
        let told = words(&unassigned);
        assert_eq!((told[&18].as_str(), told[&19].as_str()), ("nobody covers NO/Wireless", "nobody covers MX/Wireless"), "{}", fresh.name);
        let since = |id: i64| unassigned[&id].waiting.as_ref().map(|waiting| waiting.since);
        assert_eq!(since(18), Some(channel.lead(18).await.received_at));
        let told = words(&rows(&channel.app, Queue::Quarantine).await);
        assert_eq!(told, [20, 21, 22].map(|id| (id, "consent missing".to_owned())).into());
        let told = words(&rows(&channel.app, Queue::Review).await);
        let LeadState::InReview { candidates } = channel.lead(24).await.state else { panic!("L-24 is in review") };
        let most = candidates.iter().map(|one| one.score_bp).max().expect("it resembles one");
        assert_eq!(told, [(24, format!("{} % like L-4 Falkner Maschinenbau AG", most / 100))].into(), "{}", fresh.name);
        assert!(rows(&channel.app, Queue::DueSoon).await.values().all(|row| row.waiting.is_none()));
    })
    .await;
}

#[tokio::test]
async fn a_lead_waits_since_its_last_offer_ended() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let id = house.receive(vec![intake(1, "Adler Pumpen GmbH")]).await.remove(0).id;
        let mut ended = house.app.now();
        for offer in 1..=3 {
            house.pass(Span::minutes(30));
            ended = house.app.now();
            house.verb(BEN, id, LeadCommand::Decline { offer, reason: DeclineReason::NoCapacity }).await.unwrap();
        }
        house.pass(Span::hours(5));
        house.verb(BEN, id, LeadCommand::Note { text: "asked around".into() }).await.unwrap();
        house.run(ENGINE, Command::Sweep { limit: 10 }).await;
        let row = rows(&house.app, Queue::Unassigned).await.remove(&id.0).expect("nobody has it");
        let waiting = row.waiting.expect("it waits");
        assert_eq!((waiting.cause.words().as_str(), waiting.since), ("3 offers, no yes", ended), "{}", fresh.name);
    })
    .await;
}

/// A program works here with the rights of a triager, and nobody sits at its desk.
#[tokio::test]
async fn nobody_hands_a_lead_to_a_program_or_to_who_is_gone() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let id = house.receive(vec![intake(1, "Adler Pumpen GmbH")]).await.remove(0).id;
        let hired = [
            ("partner portal", vec![Role::Triager, Role::Machine], true),
            ("farouk", vec![Role::Triager], false),
            ("emil", vec![Role::Viewer], true),
            ("chiamaka", vec![Role::Triager], true),
        ];
        for (name, roles, active) in hired {
            let spec = OperatorSpec { name: name.into(), login: None, roles: Roles(roles), active };
            house.run(ANNA, Command::Operator(spec)).await;
        }
        let colleagues = house.app.lead_colleagues().await.unwrap();
        let names: Vec<&str> = colleagues.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["anna", "ben", "chiamaka"], "{}", fresh.name);
        let operators = house.app.db().read().await.unwrap().operators().await.unwrap();
        let named = |name: &str| operators.iter().find(|one| one.name.as_str() == name).map_or(OperatorId(99), |one| one.id);
        let before = house.lead(id).await;
        for (name, why) in [
            ("partner portal", "partner portal is a program: nobody sits at its desk"),
            ("farouk", "farouk does not work here any more"),
            ("emil", "emil may not work leads"),
            ("nobody of this name", "there is no operator O-99"),
        ] {
            let refused = house.verb(BEN, id, LeadCommand::Take { desk: Some(named(name)) }).await.unwrap_err();
            assert!(refused.ends_with(why), "{refused}");
        }
        assert_eq!(house.lead(id).await, before);
        let taken = house.verb(BEN, id, LeadCommand::Take { desk: Some(named("chiamaka")) }).await.unwrap();
        assert_eq!(taken.desk, Some(named("chiamaka")));
    })
    .await;
}

/// By hand a partner can have what the rules would not give it; the answer says for each lead which rule that is.
#[tokio::test]
async fn an_assignment_against_the_rules_says_which_rule() {
    on_both(|fresh| async move {
        fresh.db.options().clock.set(NOON);
        let channel = Channel::busy(App::new(fresh.db.clone())).await;
        let brit = channel.partner("BRIT").await.expect("it is there");
        // A lead of Norway, one of Mexico, and one of Great Britain that it is offered to nobody.
        let targets = [18, 19, 33].map(|id| LeadTarget::from(LeadId(id))).to_vec();
        let request = channel.app.request(Command::Leads { targets, command: LeadCommand::Assign { partner: brit } });
        let outcome = channel.app.plan(ANNA, &request).await.unwrap();
        let told: Vec<_> = outcome
            .items
            .iter()
            .map(|item| item.result.as_ref().expect("it can be done").events.iter().find_map(LeadEvent::against_the_rules))
            .collect();
        let rules: Vec<_> = told.iter().flatten().map(|(rule, detail)| (rule.subject(), detail.as_str())).collect();
        assert_eq!(rules, [("territory", "sells in GB"); 3], "{}", fresh.name);
        // Of a lead of Norway and one of Germany, a partner of Germany fails for the first.
        let choices = channel.app.lead_partners(&[LeadId(18), LeadId(25)], NOON).await.unwrap();
        let german = choices.first().expect("it is the one that fails for the fewest");
        assert_eq!((german.failing, german.why_not.as_deref()), (1, Some("1 of 2: sells in DE")), "{german:?}");
        let british = choices.iter().find(|one| one.id == brit).expect("it may have them all the same");
        assert_eq!((british.failing, british.why_not.as_deref()), (2, Some("2 of 2: sells in GB")), "{british:?}");
    })
    .await;
}
