//! For how long a deal is protected. Worked out with a calendar and the tz database's rules.

use super::{MONDAY, World, at, date, details, document, operator, parsed};
use chrono_tz::Tz;
use pilothouse::domain::{
    actor::Role,
    deal::{DealCommand, DealState, DocumentKind, Protection, Refusal, protection::NoExtension},
    program::ProtectionRules,
    time::Span,
};
use std::collections::{BTreeMap, BTreeSet};

const fn rules() -> ProtectionRules {
    ProtectionRules { days: 90, by_tier: BTreeMap::new(), extension_days: 60, extensions: 1, max_days: 180 }
}

/// The first instant that is not protected any more.
fn over(protection: &Protection) -> String {
    protection.until.plus(Span::from_micros(1)).to_string()
}

#[test]
fn it_lasts_to_the_end_of_the_day_on_the_wall() {
    for (granted, days, zone, expected) in [
        // 23 March + 90 = 21 June, in summer time.
        (MONDAY, 90, Tz::Europe__Berlin, "2026-06-21T22:00:00Z"),
        // Already 1 August on the wall; 30 October is after the change back.
        ("2026-07-31T23:30:00Z", 90, Tz::Europe__Berlin, "2026-10-30T23:00:00Z"),
        // The day of the change has 25 hours, and the protection all of them.
        ("2026-10-20T10:00:00Z", 5, Tz::Europe__Berlin, "2026-10-25T23:00:00Z"),
        // 5 April has 25 hours in Auckland: winter time from 03:00.
        ("2026-04-01T00:00:00Z", 4, Tz::Pacific__Auckland, "2026-04-05T12:00:00Z"),
        ("2026-04-01T00:00:00Z", 3, Tz::Pacific__Auckland, "2026-04-04T11:00:00Z"),
        // Midnight of the 4th was skipped: the 3rd ends at 24:00 = 01:00.
        ("2018-10-30T15:00:00Z", 4, Tz::America__Sao_Paulo, "2018-11-04T03:00:00Z"),
        // The hour before midnight happened twice, and both belong to the 17th.
        ("2018-02-10T15:00:00Z", 7, Tz::America__Sao_Paulo, "2018-02-18T03:00:00Z"),
        ("2026-01-31T12:00:00Z", 29, Tz::America__New_York, "2026-03-02T05:00:00Z"),
        ("2028-02-01T12:00:00Z", 28, Tz::UTC, "2028-03-01T00:00:00Z"),
    ] {
        let protection = Protection::grant(at(granted), days, zone);
        assert_eq!(over(&protection), expected, "{granted} + {days} in {zone}");
        assert!(!protection.is_over(protection.until), "valid at its end");
        assert!(protection.is_over(protection.until.plus(Span::from_micros(1))));
    }
}

#[test]
fn an_extension_adds_days_up_to_the_most() {
    let zone = Tz::Europe__Berlin;
    let first = Protection::grant(at(MONDAY), 90, zone);
    let longer = first.extended(&rules(), zone).unwrap();
    assert_eq!((longer.granted, longer.last_day(), longer.extensions), (150, date("2026-08-20"), 1));
    assert_eq!(longer.extended(&rules(), zone), Err(NoExtension::UsedUp { extensions: 1 }));
    let twice = ProtectionRules { extensions: 3, ..rules() };
    let most = longer.extended(&twice, zone).unwrap();
    assert_eq!((most.granted, most.last_day()), (180, date("2026-09-19")), "cut at 180 days");
    assert_eq!(most.extended(&twice, zone), Err(NoExtension::AtTheMost { days: 180 }));
}

#[test]
fn days_under_a_conflict_are_given_back() {
    let zone = Tz::Europe__Berlin;
    let first = Protection::grant(at(MONDAY), 90, zone);
    let held = first.stopped(at("2026-05-01T21:59:00Z"), zone);
    assert!(!held.is_over(at("2027-01-01T00:00:00Z")), "it stands still");
    assert_eq!(held.stopped(at("2026-05-09T00:00:00Z"), zone), held, "it stands still already");
    // 1 May 23:59 on the wall to 11 May 00:01: ten midnights.
    let again = held.resumed(at("2026-05-10T22:01:00Z"), zone);
    assert_eq!((again.held, again.last_day(), again.granted), (10, date("2026-07-01"), 90));
    assert_eq!(first.stopped(at(MONDAY), zone).resumed(at(MONDAY), zone), first);
}

#[test]
fn it_is_granted_by_tier_extended_on_progress_and_expired_by_the_engine() {
    let mut world = World::new();
    let approver = operator(2, Role::Approver);
    let days = |world: &mut World, partner: i64| {
        let mut facts = details();
        facts.customer.name = format!("Customer {partner}").as_str().into();
        let id = world.submitted(partner, facts, None);
        world.act(id, &approver, &DealCommand::Approve).unwrap();
        (id, world.deal(id).protection().unwrap().granted)
    };
    let (gold, granted) = days(&mut world, 1);
    assert_eq!(granted, 90);
    assert_eq!(days(&mut world, 2).1, 120);
    assert_eq!(days(&mut world, 3).1, 60);

    let extend = |no: u32| DealCommand::Extend { evidence: BTreeSet::from([no]) };
    assert_eq!(world.act(gold, &approver, &extend(1)).unwrap_err().to_string(), "D-1 has no document 1");
    world.pass(24 * 80);
    world.act(gold, &approver, &DealCommand::Attach { document: document(DocumentKind::Other, "menu.pdf") }).unwrap();
    world.act(gold, &approver, &DealCommand::Attach { document: document(DocumentKind::Quote, "quote.pdf") }).unwrap();
    assert_eq!(
        world.act(gold, &approver, &extend(1)).unwrap_err().to_string(),
        "cannot extend the protection: document 1 is a document, which shows no progress"
    );
    world.act(gold, &approver, &extend(2)).unwrap();
    assert_eq!(world.deal(gold).protection().unwrap().last_day(), date("2026-08-20"));
    assert!(matches!(world.act(gold, &approver, &extend(2)), Err(Refusal::NotNow { .. })));

    world.now = at("2026-08-20T21:59:59Z");
    assert!(world.swept(gold).is_empty());
    assert_eq!(
        world.act(gold, &approver, &DealCommand::Expire).unwrap_err().to_string(),
        "cannot expire: D-1 is protected to the end of 2026-08-20"
    );
    world.now = at("2026-08-20T22:00:00Z");
    assert_eq!(world.swept(gold).len(), 1);
    assert!(matches!(world.deal(gold).state, DealState::Expired { .. }));
    assert!(world.swept(gold).is_empty(), "once");
}

#[test]
fn the_programs_zone_ends_the_day() {
    let mut world = World::with(parsed(&super::PROGRAM.replacen("Europe/Berlin", "Asia/Tokyo", 1)));
    let id = world.submitted(1, details(), None);
    world.act(id, &operator(2, Role::Approver), &DealCommand::Approve).unwrap();
    assert_eq!(over(world.deal(id).protection().unwrap()), "2026-06-21T15:00:00Z", "the end of 21 June in Tokyo");
}
