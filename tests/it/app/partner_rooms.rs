//! What the page of a partner tells of the other rooms, on both databases.

use super::{
    ANNA, BEN, House,
    deal::{CARL, details, eur, registering},
    intake,
    mdf::{Desk, content},
    partner, text,
};
use crate::support::databases::{Fresh, START, on_both};
use pilothouse::{
    app::{
        App,
        tier::rooms::{NAMED, Rooms},
    },
    domain::{
        deal::DealCommand,
        id::PartnerId,
        lead::LeadCommand,
        money::Money,
        partner::{Certification, Profile},
        tier::Trailing,
        time::Span,
    },
    store::DealSum,
};

const NORD: PartnerId = PartnerId(1);

async fn rooms(app: &App, partner: PartnerId) -> Rooms {
    app.tier_detail(partner).await.expect("read").expect("there is one").rooms
}

/// Nordlicht with two parts of its own, of which neither sells anywhere.
async fn alone(fresh: &Fresh) -> House {
    let in_days =
        |name: &str, days: Option<i64>| Certification { name: text(name), until: days.map(|days| START.plus(Span::hours(24 * days))) };
    let certifications =
        vec![in_days("lapsed", Some(-3)), in_days("for good", None), in_days("soon", Some(8)), in_days("later", Some(400))];
    let whole = Profile { certifications, ..partner("NORD", "Nordlicht Systeme", "gold", "DE") };
    let part = |code: &str, name: &str| Profile { parent: Some(NORD), ..partner(code, name, "gold", "FR") };
    let partners = vec![whole, part("KIEL", "Nordlicht Kiel"), part("BONN", "Nordlicht Bonn")];
    House::settle(App::new(fresh.db.clone()), ["anna", "ben"], partners).await
}

#[tokio::test]
async fn who_it_is_stands_with_its_parts_and_what_ends_first() {
    on_both(|fresh| async move {
        let house = alone(&fresh).await;
        let seen = rooms(&house.app, NORD).await;
        assert_eq!(seen.sites, [(text("Nordlicht Bonn"), text("BONN")), (text("Nordlicht Kiel"), text("KIEL"))], "{}", fresh.name);
        assert_eq!((seen.parent, seen.capacity), (None, Some(50)));
        let names: Vec<&str> = seen.certificates.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["soon", "later", "for good", "lapsed"], "what has ended stands last");
        let part = rooms(&house.app, PartnerId(2)).await;
        assert_eq!((part.parent, part.sites.len()), (Some((text("Nordlicht Systeme"), text("NORD"))), 0));
        assert!(part.leads.states.is_empty() && part.deals.sums.is_empty() && part.funds.last.is_empty());
    })
    .await;
}

#[tokio::test]
async fn leads_are_counted_by_state_and_the_next_are_named() {
    on_both(|fresh| async move {
        let house = alone(&fresh).await;
        let companies =
            ["Adler Pumpen", "Birke Werke", "Cremer Guss", "Dachs Optik", "Eiche Druck", "Falke Stahl", "Gams Textil", "Hirsch Papier"];
        let leads = house.receive(companies.iter().enumerate().map(|(n, company)| intake(n, company)).collect()).await;
        for (at, commands) in [
            (0, vec![LeadCommand::Accept { offer: 1 }]),
            (1, vec![LeadCommand::Accept { offer: 1 }, LeadCommand::Touch]),
            (2, vec![LeadCommand::Accept { offer: 1 }, LeadCommand::Touch, LeadCommand::Qualify]),
        ] {
            for command in commands {
                house.verb(BEN, leads[at].id, command).await.expect("it goes on");
            }
        }
        let seen = rooms(&house.app, NORD).await.leads;
        let counts = ["accepted", "offered", "qualified", "working"].map(|state| seen.in_states(&[state]));
        assert_eq!((counts, seen.open(), seen.late), ([1, 5, 1, 1], 7, 0), "{}", fresh.name);
        assert_eq!(seen.next.len(), NAMED);
        let dues: Vec<_> = seen.next.iter().map(|one| one.time.expect("its clock runs").1).collect();
        assert!(dues.is_sorted(), "{dues:?}");
        // Two weeks later all is late but what is ended; nobody has swept.
        house.pass(Span::hours(24 * 60));
        assert_eq!(rooms(&house.app, NORD).await.leads.late, 7, "{}", fresh.name);
        house
            .verb(BEN, leads[1].id, LeadCommand::Disqualify { reason: pilothouse::domain::lead::DisqualifyReason::NoNeed })
            .await
            .expect("ended");
        let seen = rooms(&house.app, NORD).await.leads;
        assert_eq!((seen.open(), seen.late, seen.in_states(&["disqualified"])), (6, 6, 1), "{}", fresh.name);
    })
    .await;
}

#[tokio::test]
async fn registrations_are_added_up_by_state_and_currency() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        let yen = Money::parse("5000000", "JPY".parse().expect("a currency")).expect("an amount");
        let of = |n: i64, customer: &str, value| {
            let details = pilothouse::domain::deal::Details { value, ..details(&format!("crm/{n}"), customer) };
            registering(1, details)
        };
        house
            .register(vec![
                of(1, "Adler Pumpen GmbH", Some(eur("40000.50"))),
                of(2, "Birke Werke AG", Some(eur("10000"))),
                of(3, "Cremer Guss KG", Some(yen)),
                of(4, "Dachs Optik GmbH", Some(eur("20000"))),
            ])
            .await;
        house.on_deal(CARL, 4, DealCommand::Approve).await.expect("approved");
        let seen = rooms(&house.app, NORD).await.deals;
        let sum = |state: &str, count, worth| DealSum { state: text(state), count, worth: Some(worth) };
        let expected = [sum("approved", 1, eur("20000")), sum("submitted", 2, eur("50000.50")), sum("submitted", 1, yen)];
        assert_eq!(seen.sums, expected, "{}", fresh.name);
        assert_eq!(seen.next.len(), 4);
        assert_eq!(seen.next[3].stage, "approved", "its protection ends after the decisions are due");
        assert!(rooms(&house.app, PartnerId(2)).await.deals.sums.is_empty(), "of the other it has nothing");
    })
    .await;
}

#[tokio::test]
async fn funds_stand_with_what_is_asked_of_them() {
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "10000").await;
        let request = desk.approved("Trade fair", "2000").await;
        let seen = rooms(desk.app(), NORD).await.funds;
        assert_eq!((seen.in_all, seen.kinds.clone()), (1, vec![(text("request"), 1)]), "{}", fresh.name);
        assert_eq!((seen.last[0].balances.committed, seen.next[0].amount), (200_000, Some(eur("2000"))));
        desk.pass_days(30);
        desk.claim_on(request, content("2026-1", "500")).await;
        let seen = rooms(desk.app(), NORD).await.funds;
        let mut kinds = seen.kinds.clone();
        kinds.sort();
        assert_eq!(kinds, [(text("claim"), 1), (text("request"), 1)], "{}", fresh.name);
        let named: Vec<String> = seen.next.iter().map(|one| format!("{} {}", one.entity, one.name)).collect();
        assert_eq!(named.len(), 2, "{named:?}");
        assert!(named.contains(&"M-1 on R-1".to_owned()) && named.contains(&"R-1 Trade fair".to_owned()), "{named:?}");
        // What is claimed and not paid is not used yet: the scorecard measures what the report tells as utilisation.
        let held = &seen.last[0].balances;
        assert_eq!((held.claimed, held.paid), (50_000, 0), "{}", fresh.name);
        let day = desk.app().today().await.unwrap();
        let used = fresh.db.read().await.unwrap().fund_use(&[NORD], Trailing::to(day).now).await.unwrap();
        assert_eq!(used.iter().map(|one| (one.allocated, one.used)).collect::<Vec<_>>(), [(eur("10000"), eur("0"))], "{}", fresh.name);
    })
    .await;
}

#[tokio::test]
async fn the_timeline_tells_of_the_partner_as_of_its_standing() {
    on_both(|fresh| async move {
        let house = alone(&fresh).await;
        house.run(ANNA, crate::app::tier::audit_of(&[NORD])).await;
        let detail = house.app.tier_detail(NORD).await.expect("read").expect("there is one");
        let kinds: Vec<&str> = detail.timeline.iter().map(|past| past.record.entity.kind()).collect();
        assert_eq!((kinds.first(), kinds.last()), (Some(&"standing"), Some(&"partner")), "{}: {kinds:?}", fresh.name);
        assert!(detail.timeline.is_sorted_by(|newer, older| newer.seq > older.seq), "the newest first");
    })
    .await;
}
