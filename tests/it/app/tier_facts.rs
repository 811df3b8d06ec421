//! What an audit knows of a quarter that is over.

use super::{
    ANNA,
    tier::{SUED, audit_of, house, sale, verb},
};
use crate::support::databases::on_both;
use pilothouse::{
    app::Command,
    domain::{
        day::date_of_day,
        id::{CommandId, PartnerId},
        money::{Currency, Money},
        pos::{Against, OrderLine, Posted, Sale},
        text::Text,
        tier::{
            period::Trailing,
            standing::{Rated, StandingCommand},
        },
        time::Instant,
    },
    store::{
        Unit,
        memory::World,
        unit::{
            Changes,
            pos::PosChanges,
            tier::{BookedIn, Detail, FactSource},
        },
    },
};

#[tokio::test]
async fn what_bears_no_date_stays_as_the_audit_of_its_quarter_found_it() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let rate = async |points: i64| {
            let rated = Rated { satisfaction: Some(points.into()), ..Rated::default() };
            verb(&house, ANNA, SUED, StandingCommand::Rate { rated }).await.unwrap();
        };
        let latest = async || house.app.tier_story(SUED).await.unwrap().evaluations.remove(0);
        house.run(ANNA, audit_of(&[SUED])).await;
        assert_eq!(latest().await.made.facts.satisfaction, None);
        rate(40).await;
        house.run(ANNA, audit_of(&[SUED])).await;
        assert_eq!(latest().await.made.facts.satisfaction, Some(40.into()), "{}: what nobody knew may come late", fresh.name);
        rate(90).await;
        house.run(ANNA, audit_of(&[SUED])).await;
        assert_eq!(latest().await.id.0, 2, "{}: a rating of today says nothing about the quarter that is over", fresh.name);
        house.run(ANNA, Command::Sales(vec![sale("late", SUED, "2025-12-31", "1000000", "EUR")])).await;
        house.run(ANNA, audit_of(&[SUED])).await;
        let third = latest().await;
        let revenue = third.made.facts.revenue.as_ref().map(|revenue| revenue.now);
        assert_eq!((third.id.0, third.made.facts.satisfaction), (3, Some(40.into())), "{}", fresh.name);
        assert!(revenue >= Some(100_000_000), "{}: the late sale counts: {revenue:?}", fresh.name);
    })
    .await;
}

/// Lines of three partners over some thirty months before 2026-03-31, day 20543: most booked in euros, some in dollars, some not.
fn lines_of_every_kind() -> Vec<(Instant, Sale)> {
    let line = |n: i64| {
        let currency = |code: &str| code.parse::<Currency>().unwrap();
        let amount = Money::new(n * 7_919 % 200_003 - 90_000, currency("CHF"));
        let booked = match n % 11 {
            0 => None,
            1 | 2 => Some(Money::new(amount.minor + 1, currency("USD"))),
            _ => Some(Money::new(amount.minor + 2, currency("EUR"))),
        };
        let order = OrderLine {
            key: Text::clean(&format!("every/{n}")),
            partner: PartnerId(1 + n % 3),
            customer: None,
            product: Text::default(),
            line: Text::clean(["", "Switching", "Wireless"][usize::try_from(n / 3 % 3).unwrap()]),
            on: date_of_day(20_543 - n * 37 % 900),
            quantity: None,
            price: None,
            amount,
        };
        Sale { id: n + 1, posted: Posted { line: order, booked, rate: None, against: Against::Nothing, late: false } }
    };
    (0..1_500).map(|n| (Instant::from_micros(n), line(n))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn months_and_days_come_to_what_the_lines_come_to() {
    on_both(|fresh| async move {
        let changes = || Changes { pos: PosChanges { lines: lines_of_every_kind(), ..PosChanges::default() }, ..Changes::default() };
        let command = CommandId(uuid::Uuid::from_u128(7));
        let world = World::unsettled();
        let mut unit = world.begin();
        unit.save(command, changes()).await.unwrap();
        unit.commit().await.unwrap();
        let mut unit = fresh.db.begin().await.unwrap();
        unit.save(command, changes()).await.unwrap();
        unit.commit().await.unwrap();
        let (mut memory, mut session) = (world.begin(), fresh.db.read().await.unwrap());
        let all: Vec<PartnerId> = [1, 2, 3, 4].map(PartnerId).to_vec();
        // In a month and at its ends, before a leap year's February, and where everything has left the window.
        for day in ["2026-03-31", "2026-03-01", "2026-02-28", "2025-06-17", "2024-02-29", "2029-01-01"].map(|day| day.parse().unwrap()) {
            let trailing = Trailing::to(day);
            for (partners, detail) in
                [(&all[..], Detail::Days), (&all[..], Detail::Sums), (&all[1..2], Detail::Days), (&[][..], Detail::Days)]
            {
                let by_line: Vec<BookedIn> = memory.booked(partners, trailing, detail).await.unwrap();
                let added_up = session.booked(partners, trailing, detail).await.unwrap();
                assert_eq!(added_up, by_line, "{}: {day}, {detail:?}", fresh.name);
            }
            let mut unbooked = session.unbooked(&all, trailing.both()).await.unwrap();
            unbooked.sort_unstable();
            assert_eq!(unbooked, memory.unbooked(&all, trailing.both()).await.unwrap(), "{}: {day}", fresh.name);
        }
        let of_spring = memory.booked(&all, Trailing::to("2026-03-31".parse().unwrap()), Detail::Days).await.unwrap();
        assert_eq!(of_spring.len(), 6, "three partners in two currencies");
        assert!(of_spring.iter().all(|one| one.revenue.by_day.len() > 20 && one.revenue.before != 0), "{of_spring:?}");
    })
    .await;
}
