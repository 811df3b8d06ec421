//! The queue of certificates that end, on both databases: which day it is decides, and nobody writes for that.

use super::{ANNA, House, partner, text};
use crate::support::databases::{BACK_TO_20, START, on_both};
use chrono_tz::Europe::Berlin;
use pilothouse::{
    app::{Command, tier::view::TierViewer},
    domain::{
        account::AccountProfile,
        filter,
        id::PartnerId,
        page::From,
        partner::{Certification, PartnerKind, PartnerStatus, Profile, StatusCommand},
        tier::{
            fields::Tiers,
            queue::{PageRequest, Queue, Sort},
        },
        time::{Instant, Span},
    },
    store::Sql,
};

fn at(text: &str) -> Instant {
    text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().into()
}

fn until(name: &str, end: Option<&str>) -> Certification {
    Certification { name: text(name), until: end.map(at) }
}

fn holds(code: &str, certifications: Vec<Certification>) -> Profile {
    Profile { certifications, ..partner(code, &format!("{code} Netze"), "gold", "DE") }
}

/// What stands in the queue, in its order, and what its tab counts.
async fn expiring(house: &House, text: &str, limit: u32) -> (Vec<String>, u64) {
    let viewer = TierViewer { me: ANNA, zone: Berlin, marked: Vec::new() };
    let filter = Some(filter::parse::<Tiers>(text).unwrap()).filter(|filter| !filter.is_everything());
    let (mut codes, mut from) = (Vec::new(), From::Start);
    loop {
        let request =
            PageRequest { queue: Queue::Expiring, filter: filter.clone(), sort: Sort::Due, me: ANNA, now: house.now(), from, limit };
        let page = house.app.tier_lines(&request, &viewer).await.unwrap();
        codes.extend(page.rows.iter().map(|(_, line)| line.as_partner().unwrap().code.to_string()));
        match page.rows.last() {
            Some((place, _)) if page.more_after => from = From::After(place.clone()),
            _ => break,
        }
    }
    let counts = house.app.tier_line_counts(&viewer, Queue::Expiring, filter.as_ref(), house.now()).await.unwrap();
    let place = Queue::ALL.iter().position(|queue| *queue == Queue::Expiring).unwrap();
    (codes, counts.queues[place].n)
}

/// The clock starts on 2 March 2026 at ten in the morning in Berlin. Ends are midnights there: summer time begins on 29 March.
async fn certified(house: &House) {
    let of = |status, kind, code: &str| Profile { status, kind, ..holds(code, vec![until("Video", Some("2026-03-20T23:00:00Z"))]) };
    let profiles = vec![
        // Last days: 31 May, which is ninety days ahead, and 1 June.
        holds("JUST", vec![until("Security", Some("2026-05-31T22:00:00Z"))]),
        holds("AFTER", vec![until("Security", Some("2026-06-01T22:00:00Z"))]),
        // Ended with 31 January, thirty days ago, and with 30 January.
        holds("ENDED", vec![until("Security", Some("2026-01-31T23:00:00Z")), until("Video", None)]),
        holds("LONG-AGO", vec![until("Security", Some("2026-01-30T23:00:00Z"))]),
        // One of two: what ended long ago does not say when it is next.
        holds("BOTH", vec![until("Security", Some("2025-01-01T23:00:00Z")), until("Video", Some("2026-04-30T22:00:00Z"))]),
        // Renewed under the same name, and one that never ends.
        holds("RENEWED", vec![until("Security", Some("2026-03-10T23:00:00Z")), until("SECURITY", Some("2027-03-10T23:00:00Z"))]),
        holds("FOR-EVER", vec![until("Security", Some("2026-03-10T23:00:00Z")), until("security", None)]),
        of(PartnerStatus::Onboarding, PartnerKind::Reseller, "NEW"),
        of(PartnerStatus::Active, PartnerKind::Direct, "OWN"),
    ];
    house.run(ANNA, Command::Partners(profiles)).await;
}

#[tokio::test]
async fn who_has_a_certificate_that_ends_stands_there_from_day_to_day() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let before = expiring(&house, "", 50).await;
        assert_eq!(before.0.len() as u64, before.1, "{}", fresh.name);
        certified(&house).await;
        let ours = |(codes, _): (Vec<String>, u64)| codes.into_iter().filter(|code| !before.0.contains(code)).collect::<Vec<_>>();
        let now = expiring(&house, "", 50).await;
        assert_eq!(now.1, now.0.len() as u64, "{}: the tab counts what the queue shows", fresh.name);
        assert_eq!(ours(now.clone()), ["ENDED", "BOTH", "JUST"], "{}", fresh.name);
        assert_eq!(expiring(&house, "", 1).await, now, "{}: page by page it is the same", fresh.name);
        assert_eq!(expiring(&house, "code:BOTH", 50).await.0, ["BOTH"], "{}", fresh.name);
        // To the last microsecond of the day nothing changes; with the next day one leaves and one comes.
        let midnight = at("2026-03-02T23:00:00Z");
        house.pass(midnight.since(START).minus(Span::from_micros(1)));
        assert_eq!(ours(expiring(&house, "", 50).await), ["ENDED", "BOTH", "JUST"], "{}", fresh.name);
        house.pass(Span::from_micros(1));
        assert_eq!(ours(expiring(&house, "", 50).await), ["BOTH", "JUST", "AFTER"], "{}: on the day itself", fresh.name);
        house.replays().await;
    })
    .await;
}

#[tokio::test]
async fn a_renewal_or_a_farewell_takes_it_out() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        certified(&house).await;
        let code = |house: &House| {
            let house = house.app.clone();
            async move { house.rules().await.unwrap().directory().by_code("BOTH").unwrap().id }
        };
        let both: PartnerId = code(&house).await;
        let count = expiring(&house, "", 50).await.1;
        house.run(ANNA, Command::Partners(vec![holds("JUST", vec![until("Security", Some("2027-05-31T22:00:00Z"))])])).await;
        assert_eq!(expiring(&house, "", 50).await.1, count - 1, "{}", fresh.name);
        let leave = StatusCommand::Offboard { reason: text("it left") };
        house.run(ANNA, Command::PartnerStatus { partners: vec![both], command: leave }).await;
        assert_eq!(expiring(&house, "code:BOTH", 50).await, (vec![], count - 2), "{}", fresh.name);
    })
    .await;
}

/// A file may have a row for each area of a partner: the last one is what holds, and each change is in the chain.
#[tokio::test]
async fn a_code_that_comes_twice_in_a_file_is_one_record_changed() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let rows = |end| holds("TWICE", vec![until("Security", Some(end)), until("Video", None)]);
        let last = holds("TWICE", vec![until("Security", Some("2026-05-31T22:00:00Z"))]);
        house.run(ANNA, Command::Partners(vec![rows("2026-04-30T22:00:00Z"), rows("2026-06-30T22:00:00Z"), last])).await;
        let known = house.app.rules().await.unwrap().directory().by_code("TWICE").unwrap().clone();
        assert_eq!((known.version, known.profile.certifications.len()), (3, 1), "{}", fresh.name);
        let ends = house.app.db().read().await.unwrap().dump("tier_certificate").await.unwrap();
        let own = format!("{}|", known.id.0);
        let own: Vec<&String> = ends.iter().filter(|row| row.starts_with(&own)).collect();
        assert_eq!(own.len(), 1, "{}: {own:?}", fresh.name);
        let account = |name: &str| AccountProfile { code: text("A-TWICE"), name: text(name), ..AccountProfile::default() };
        house.run(ANNA, Command::Accounts(vec![account("Acme"), account("Acme GmbH")])).await;
        house.replays().await;
    })
    .await;
}

/// What was there before the table was made is in it afterwards.
#[tokio::test]
async fn an_older_database_knows_at_once_what_ends() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        certified(&house).await;
        let rows = house.app.db().read().await.unwrap().dump("tier_certificate").await.unwrap();
        assert!(rows.len() >= 6, "{rows:?}");
        let mut tx = fresh.db.begin().await.unwrap();
        for text in [
            "delete from schema_version where version > 17",
            "drop table tier_certificate",
            "drop table deal_key_gone",
            "drop table lead_answer",
        ]
        .iter()
        .chain(BACK_TO_20)
        .copied()
        {
            tx.execute(Sql::new(text)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let db = fresh.opened_again().await;
        assert_eq!(db.read().await.unwrap().dump("tier_certificate").await.unwrap(), rows, "{}", fresh.name);
    })
    .await;
}
