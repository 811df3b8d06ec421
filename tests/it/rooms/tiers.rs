//! The tier room on a real database: partners, keys, the screen.

use crate::{
    app::{
        ANNA, House,
        tier::{NORD, OST, SUED, audit_of, house},
    },
    support::databases::{self, Fresh, on_both},
};
use pilothouse::{
    app::{Command, Target, view::Viewer},
    domain::{
        actor::{Actor, Role, Roles},
        filter,
        id::PartnerId,
        page::From,
        text::Text,
        tier::{
            desk::DeskId,
            fields::Tiers,
            queue::{PageRequest, Queue, Sort},
            standing::{Rated, StandingCommand},
        },
    },
    tui::{console, furniture::Station, rooms::tiers::TierRoom, shell, testing::Stage, widgets::status::Banner},
};

/// Nordlicht and Suedwind at risk with plans, Ostsee proposed for silver, one rated and never audited.
async fn busy(fresh: &Fresh) -> House {
    let house = house(fresh).await;
    house.run(ANNA, audit_of(&[NORD, SUED, OST])).await;
    let rated = Rated { satisfaction: Some(80.into()), ..Rated::default() };
    let targets = vec![Target { id: PartnerId(3), seen: None }];
    house.run(ANNA, Command::Tiers { targets, command: StandingCommand::Rate { rated } }).await;
    house
}

fn viewer() -> Viewer<DeskId> {
    Viewer { me: ANNA, zone: chrono_tz::Europe::Berlin, marked: vec![SUED.into()] }
}

async fn found(house: &House, queue: Queue, sort: Sort, text: &str) -> Vec<PartnerId> {
    let filter = Some(filter::parse::<Tiers>(text).expect(text)).filter(|filter| !filter.is_everything());
    let request = PageRequest { queue, filter, sort, me: ANNA, now: house.app.now(), from: From::Start, limit: 100 };
    let rows = house.app.tier_lines(&request, &viewer()).await.expect("a page").rows;
    rows.iter().filter_map(|(_, line)| line.id().partner()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_queue_holds_what_the_domain_says_in_every_order() {
    on_both(|fresh| async move {
        let house = busy(&fresh).await;
        let all = house.app.tier_lines_of(&(1..=9).map(PartnerId).collect::<Vec<_>>()).await.expect("lines");
        assert!(all.len() >= 5, "{}", all.len());
        for queue in Queue::ALL {
            let holds = |line: &&pilothouse::domain::tier::queue::TierLine| queue.holds(line, house.app.now(), viewer().zone);
            let expected: Vec<PartnerId> = all.iter().filter(holds).map(|line| line.id).collect();
            for sort in Sort::ALL {
                let mut rows = found(&house, *queue, sort, "").await;
                rows.sort_unstable();
                assert_eq!(rows, expected, "{} {queue:?} {sort:?}", fresh.name);
            }
        }
        assert_eq!(found(&house, Queue::Promotions, Sort::Due, "").await, [OST], "{}", fresh.name);
        assert_eq!(found(&house, Queue::AtRisk, Sort::Due, "").await, [NORD, SUED], "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_find_what_they_say() {
    on_both(|fresh| async move {
        let house = busy(&fresh).await;
        for (text, expected) in [
            ("ostsee", vec![OST]),
            ("ost", vec![OST]),
            ("code:OST", vec![OST]),
            ("outcome:at_risk tier:gold", vec![NORD]),
            ("earned:silver outcome:promote", vec![OST]),
            // Nordlicht has 43.64 points.
            ("score:43", vec![NORD]),
            ("score>43 name:nordlicht", vec![]),
            ("proposal:proposed", vec![OST]),
            ("is:planned", vec![NORD, SUED]),
            ("is:marked", vec![SUED]),
            ("is:audited -is:planned", vec![OST]),
            ("owner:any", vec![]),
            ("plan<100d is:planned", vec![NORD, SUED]),
            ("plan<10d", vec![]),
            ("id:P-2", vec![SUED]),
        ] {
            let mut rows = found(&house, Queue::All, Sort::Name, text).await;
            rows.sort_unstable();
            assert_eq!(rows, expected, "{}: {text}", fresh.name);
        }
    })
    .await;
}

pub struct Desk {
    pub house: House,
    pub stage: Stage<TierRoom>,
    me: Actor,
    _fresh: Fresh,
}

impl Desk {
    async fn open(width: u16, height: u16) -> Self {
        let fresh = databases::sqlite().await;
        let house = busy(&fresh).await;
        Self::of(fresh, house, width, height).await
    }

    pub async fn of(fresh: Fresh, house: House, width: u16, height: u16) -> Self {
        let me = Actor { id: ANNA, name: Text::clean("anna"), roles: Roles(vec![Role::Admin]) };
        let zone = chrono_tz::Europe::Berlin;
        let address = "sqlite:channel.db".parse().expect("an address");
        let place = console::place(&address, me.clone(), Banner::None, false, zone);
        let station = Station { me: me.id, zone, address: address.to_string() };
        let stage = Stage::new(TierRoom::new(station), place, (width, height), house.app.now());
        let mut desk = Self { house, stage, me, _fresh: fresh };
        desk.stage.send(shell::Msg::Changed);
        desk.settle().await;
        desk
    }

    pub async fn settle(&mut self) {
        console::settle(&mut self.stage, &self.house.app, &self.me).await;
    }

    pub async fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.stage.now = self.house.app.now();
            self.stage.keys(key);
            self.settle().await;
        }
        self
    }

    pub async fn types(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            let key = if letter == ' ' { "space".to_owned() } else { letter.to_string() };
            self.stage.keys(&key);
            self.settle().await;
        }
        self
    }
}

#[tokio::test]
async fn partners_and_the_story_of_one_at_every_size() {
    let mut desk = Desk::open(80, 24).await;
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        desk.stage.resize(width, height);
        desk.settle().await;
        insta::assert_snapshot!(format!("tiers_all_{width}x{height}"), desk.stage.screen());
        desk.press("/").await.types("nordlicht").await.press("enter enter").await;
        insta::assert_snapshot!(format!("tiers_story_{width}x{height}"), desk.stage.screen());
        desk.press("esc esc esc").await;
    }
}

#[tokio::test]
async fn a_partner_is_rated_and_proposed_and_it_is_taken_back() {
    let mut desk = Desk::open(120, 36).await;
    desk.press("/").await.types("id:P-2").await.press("enter R").await;
    desk.press("9 0 tab tab 1 0 1 enter").await;
    assert!(desk.stage.screen().contains("`101` is no rating: write a number from 0 to 100"), "{}", desk.stage.screen());
    desk.press("backspace backspace 0 0 enter").await;
    assert!(desk.stage.screen().contains("rated: satisfaction 90, training 100"), "{}", desk.stage.screen());
    desk.press("u").await;
    assert!(desk.stage.screen().contains("undone: rated"), "{}", desk.stage.screen());
    desk.press("+").await.types("30").await.press("tab").await.types("first exam").await.press("enter").await;
    assert!(desk.stage.screen().contains("remediation at 30 %: first exam"), "{}", desk.stage.screen());
    desk.press("a").await;
    assert!(desk.stage.screen().contains("no change of tier is proposed for"), "{}", desk.stage.screen());
}

#[tokio::test]
async fn who_has_no_parent_was_not_acquired() {
    let mut desk = Desk::open(120, 36).await;
    desk.press("/").await.types("id:P-2").await.press("enter M").await;
    let screen = desk.stage.screen();
    assert!(screen.contains("has no parent that could have acquired it") && !screen.contains("became a part of"), "{screen}");
}

/// The plan says what follows before anything is done; `u` says what to do instead.
#[tokio::test]
async fn what_follows_from_a_suspension_is_shown_first() {
    for (width, height) in [(80, 24), (120, 36)] {
        let fresh = databases::sqlite().await;
        let house = busy(&fresh).await;
        house.receive((1..=9).map(|n| crate::app::intake(n, &format!("Firma {}", n * 37))).collect()).await;
        let mut desk = Desk::of(fresh, house, width, height).await;
        desk.press("/").await.types("nordlicht").await.press("enter x").await.types("invoices are open").await.press("enter").await;
        insta::assert_snapshot!(format!("tiers_suspend_{width}x{height}"), desk.stage.screen());
        desk.press("Y").await;
        assert!(desk.stage.screen().contains("suspended"), "{}", desk.stage.screen());
        let nord = desk.house.app.rules().await.expect("rules").directory().get(NORD).expect("Nordlicht").clone();
        assert_eq!(nord.profile.status.name(), "suspended");
        desk.press("u").await;
        assert!(desk.stage.screen().contains("reinstate the partner"), "{}", desk.stage.screen());
        desk.press("enter").await;
        insta::assert_snapshot!(format!("tiers_suspended_{width}x{height}"), desk.stage.screen());
    }
}
