//! Order lines that wait for a correction, in the tier room: where they stand, keys, the screen.

use super::tiers::Desk;
use crate::{
    app::{ANNA, House, tier::house},
    support::databases::{self, Fresh, on_both},
};
use pilothouse::{
    app::{pos::LineVerb, view::Viewer},
    domain::{
        filter,
        id::CorrectionId,
        page::From,
        text::Text,
        tier::{
            desk::{DeskId, DeskLine},
            fields::Tiers,
            queue::{PageRequest, Queue, Sort},
        },
    },
};

/// The house of the tier desk with two lines recorded and six that wait.
async fn waiting(fresh: &Fresh) -> House {
    let house = house(fresh).await;
    let file = "SO1/1,NORD,MX-1,Switching,2026-02-01,3,10.00,30.00,EUR,\n\
                SO1/2,WESTLICHT,MX-2,Wireless,2026-02-01,1,5.50,5.50,EUR,\n\
                SO2/1,SUED,MX-1,Abacus,2026-02-02,3,10.00,30.00,EUR,\n\
                SO2/2,SUED,MX-1,Switching,2026-02-03,3,10.00,31.00,EUR,\n\
                SO3/1,OST,MX-7,Switching,2026-02-04,3,10.00,30.00,EURO,\n\
                SO3/2,OST,MX-7,Switching,2098-02-04,3,10.00,30.00,EUR,\n\
                SO4/1,NOBODY,MX-1,Switching,2026-02-05,100,10.00,\"1,000.00\",EUR,\n\
                SO4/2,OST,MX-1,Switching,2026-02-05,1,10.00,10.00,EUR,\n";
    let report = house.sell("february.csv", file).await;
    assert_eq!(report.counts.to_string(), "read 8 = recorded 2 + in correction 6 + rejected 0", "{}", fresh.name);
    house
}

async fn found(house: &House, queue: Queue, sort: Sort, text: &str) -> Vec<DeskLine> {
    let filter = Some(filter::parse::<Tiers>(text).expect(text)).filter(|filter| !filter.is_everything());
    let request = PageRequest { queue, filter, sort, me: ANNA, now: house.app.now(), from: From::Start, limit: 100 };
    let viewer = Viewer { me: ANNA, zone: chrono_tz::Europe::Berlin, marked: vec![DeskId::Line(CorrectionId(3))] };
    house.app.tier_lines(&request, &viewer).await.expect("a page").rows.into_iter().map(|(_, line)| line).collect()
}

async fn numbers(house: &House, queue: Queue, sort: Sort, text: &str) -> Vec<i64> {
    let mut ids: Vec<i64> = found(house, queue, sort, text).await.iter().filter_map(|line| line.id().line()).map(|id| id.0).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_stand_in_their_own_queue_until_somebody_decides() {
    on_both(|fresh| async move {
        let house = waiting(&fresh).await;
        for sort in Sort::ALL {
            assert_eq!(numbers(&house, Queue::Corrections, sort, "").await, [1, 2, 3, 4, 5, 6], "{} {sort:?}", fresh.name);
            for queue in Queue::ALL.iter().filter(|queue| **queue != Queue::Corrections) {
                let rows = found(&house, *queue, sort, "").await;
                assert!(rows.iter().all(|row| row.as_partner().is_some()), "{} {queue:?} {sort:?}", fresh.name);
            }
        }
        let first = found(&house, Queue::Corrections, Sort::Due, "").await.remove(0);
        assert_eq!(first.id(), DeskId::Line(CorrectionId(1)), "{}: who waits longest stands first", fresh.name);
        for (text, expected) in [
            ("reason:unknown_partner", vec![1, 6]),
            ("-reason:unknown_partner reason:any", vec![2, 3, 4, 5]),
            ("name:sued", vec![2, 3]),
            ("code:OST", vec![4, 5]),
            ("wireless", vec![1]),
            ("february so3", vec![4, 5]),
            ("id:K-2", vec![2]),
            ("is:marked", vec![3]),
            ("tier:gold", vec![]),
            ("is:audited", vec![]),
        ] {
            assert_eq!(numbers(&house, Queue::Corrections, Sort::Name, text).await, expected, "{}: {text}", fresh.name);
        }
        let kpis = house.app.tier_kpis().await.expect("figures");
        let partners: u64 = kpis.tiers.iter().map(|(_, count)| count).sum();
        assert_eq!((kpis.waiting, partners), (6, 5), "{}: a line is no partner", fresh.name);
        let targets = [(CorrectionId(2), None), (CorrectionId(3), None)];
        let items = house.app.decide_lines(ANNA, &targets, &LineVerb::Accept { note: Text::clean("agreed") }).await.expect("decided");
        assert!(items.iter().all(|item| item.result.is_ok() && item.events.len() == 1), "{items:?}");
        assert_eq!(numbers(&house, Queue::Corrections, Sort::Due, "").await, [1, 4, 5, 6], "{}", fresh.name);
        assert_eq!(numbers(&house, Queue::Corrections, Sort::Due, "sued").await, [] as [i64; 0], "{}: nor by its words", fresh.name);
        house.app.decide_lines(ANNA, &targets[..1], &LineVerb::Undo).await.expect("taken back");
        assert_eq!(numbers(&house, Queue::Corrections, Sort::Due, "sued").await, [2], "{}", fresh.name);
        house.replays().await;
    })
    .await;
}

async fn desk(width: u16, height: u16) -> Desk {
    let fresh = databases::sqlite().await;
    let house = waiting(&fresh).await;
    let mut desk = Desk::of(fresh, house, width, height).await;
    // The tab before the last.
    desk.press("[").await;
    desk
}

#[tokio::test]
async fn lines_and_the_story_of_one_at_every_size() {
    let mut desk = Box::pin(desk(80, 24)).await;
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        desk.stage.resize(width, height);
        desk.settle().await;
        desk.press("g g j").await;
        insta::assert_snapshot!(format!("lines_all_{width}x{height}"), desk.stage.screen());
        desk.press("enter").await;
        insta::assert_snapshot!(format!("lines_story_{width}x{height}"), desk.stage.screen());
        desk.press("esc e").await;
        insta::assert_snapshot!(format!("lines_correct_{width}x{height}"), desk.stage.screen());
        desk.press("esc esc").await;
    }
}

fn shows(desk: &Desk, text: &str) {
    let screen = desk.stage.screen();
    assert!(screen.contains(text), "`{text}` is not there:\n{screen}");
}

#[tokio::test]
async fn a_line_is_corrected_let_through_dismissed_and_it_is_taken_back() {
    let mut desk = Box::pin(desk(120, 36)).await;
    // What is typed is read at once, and what is none of ours says so after it was judged.
    desk.press("g g e").await;
    shows(&desk, "Correct K-1");
    desk.press("C-u").await.types("NIEMAND").await.press("enter").await;
    shows(&desk, "K-1 NIEMAND: corrected, and still waits");
    desk.press("e C-u").await.types("NORD").await.press("enter").await;
    shows(&desk, "corrected, and recorded as line 5");
    assert!(!desk.stage.screen().contains("K-1     "), "it has left the queue:\n{}", desk.stage.screen());
    desk.press("u").await;
    shows(&desk, "K-1 Nordlicht Systeme: the decision was taken back");
    desk.press("C-r").await;
    shows(&desk, "1 new above");
    // Let through with a note, which is asked for; what nobody can book is refused before.
    desk.press("/").await.types("id:K-3").await.press("enter A enter").await;
    shows(&desk, "say why it is right as it is");
    desk.types("a fee is in it").await.press("enter").await;
    shows(&desk, "accepted as it is, and recorded as line");
    desk.press("\\ /").await.types("id:K-4").await.press("enter A").await;
    shows(&desk, "K-4 can't be let through as it is: `currency` is \"EURO\"");
    desk.press("e").await.press("C-u").await.types("XYZ").await.press("enter").await;
    shows(&desk, "it is not an active currency code");
    desk.press("esc D").await.types("a test order").await.press("enter").await;
    shows(&desk, "dismissed: a test order");
    // A verb about partners says that it means nothing here.
    desk.press("\\ a").await;
    shows(&desk, "is an order line that waits, and no partner");
}

#[tokio::test]
async fn several_lines_are_corrected_at_once() {
    let mut desk = Box::pin(desk(120, 36)).await;
    desk.press("/").await.types("reason:unknown_partner").await.press("enter *").await;
    desk.press("e").await;
    shows(&desk, "Correct 2 lines");
    desk.types("OST").await.press("enter").await;
    shows(&desk, "2 of 2 lines?");
    desk.press("y").await;
    shows(&desk, "correct: done on 2 lines");
    let gone = desk.house.app.corrections_open().await.expect("counted");
    assert!(!gone.iter().any(|(reason, _)| reason == "unknown_partner"), "{gone:?}");
    desk.press("u").await;
    shows(&desk, "take back 2 of 2 lines?".replacen('t', "T", 1).as_str());
}
