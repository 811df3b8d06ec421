//! The board on a real database: figures by hand, knobs by keys, a program saved.

use crate::{
    app::{
        ANNA, House, partner,
        tier::{NORD, OST, SUED, audit_of, house, sale},
    },
    support::databases::{self, Fresh, on_both},
};
use pilothouse::{
    app::{App, Command, tier::board::Basis},
    domain::{
        actor::{Actor, Role, Roles},
        partner::{Certification, Profile},
        program,
        text::Text,
        tier::{
            Quarter,
            board::{Board, Lift, TierBar},
            evaluation::AuditKind,
            knob::Knob,
        },
    },
    tui::{
        console,
        furniture::Station,
        rooms::board::{BoardRoom, Told},
        shell,
        testing::Stage,
        widgets::status::Banner,
    },
};
use rust_decimal::Decimal;

/// The house under a program that names none of the demo's partners.
async fn settled(fresh: &Fresh) -> House {
    let house = house(fresh).await;
    let sections = program::DEMO.split("\n[[").enumerate();
    let kept = sections.filter(|(n, section)| *n == 0 || !(section.starts_with("routing.") && section.contains("partner")));
    let toml: String = kept.map(|(n, section)| if n == 0 { section.to_owned() } else { format!("\n[[{section}") }).collect();
    house.run(ANNA, Command::Program { toml, note: Text::clean("ours") }).await;
    house
}

/// Nordlicht is gold and sold 6 million with one certificate of two: it earned silver. Ostsee is registered and sold 6 million
/// with three: silver. Südwind (silver), Paris (gold) and Westfalen (registered) sold nothing: registered.
#[tokio::test(flavor = "multi_thread")]
async fn the_board_adds_up_who_has_what_and_who_earned_it() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let board = house.app.tier_board().await.expect("a board").board;
        let told = |one: &TierBar| {
            (one.tier.to_string(), one.has, one.earned, one.rises, one.falls, one.cost.to_string(), one.cost_earned.to_string())
        };
        let expected = [
            ("platinum", 0, 0, 0, 0, "EUR 0.00", "EUR 0.00"),
            // Gold gives 3 % and 2 % of 6 million, silver 1.5 % and 1 %.
            ("gold", 2, 0, 0, 2, "EUR 300,000.00", "EUR 0.00"),
            ("silver", 1, 2, 0, 1, "EUR 0.00", "EUR 300,000.00"),
            ("registered", 2, 3, 1, 0, "EUR 0.00", "EUR 0.00"),
        ]
        .map(|(tier, has, earned, rises, falls, cost, then)| {
            (tier.to_owned(), has, earned, rises, falls, cost.to_owned(), then.to_owned())
        });
        assert_eq!(board.tiers.iter().map(told).collect::<Vec<_>>(), expected, "{}", fresh.name);
        assert_eq!((board.partners, board.correct), (5, 1), "{}: Westfalen alone", fresh.name);
        // Each has one but Ostsee: as many as silver asks for and one less than gold, which Nordlicht and Paris have.
        assert_eq!(board.certified, 3, "{}", fresh.name);
        assert_eq!(board.scores.iter().sum::<u32>() + board.unscored, 5);
        assert_eq!(board.elsewhere, 0);
        // Nordlicht has 43.64 points, and exactly the certificate that silver asks for.
        assert_eq!((board.scores[4], board.tiers[1].near), (1, 1), "{}", fresh.name);
    })
    .await;
}

/// Westfalen is registered when it is audited, and silver since; nobody else has moved, and Ostwind was never audited.
#[tokio::test(flavor = "multi_thread")]
async fn who_came_and_left_is_counted_against_the_last_audit() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let moves = || async {
            let board = house.app.tier_board().await.expect("a board").board;
            board.tiers.iter().map(|one| (one.came, one.left)).collect::<Vec<_>>()
        };
        let partners: Vec<_> = house.app.rules().await.unwrap().directory().all().iter().map(|one| one.id).collect();
        let day = house.app.today().await.unwrap();
        house.run(ANNA, Command::EvaluateTiers { partners, day, kind: AuditKind::OnDemand }).await;
        assert_eq!(moves().await, [(0, 0); 4], "{}", fresh.name);
        let moved = vec![partner("WEST", "Westfalen Daten", "silver", "DE"), partner("EAST", "Ostwind", "gold", "DE")];
        house.run(ANNA, Command::Partners(moved)).await;
        assert_eq!(moves().await, [(0, 0), (0, 0), (1, 0), (0, 1)], "{}", fresh.name);
    })
    .await;
}

/// At the end of September no sale is known: Südwind keeps silver, of which it has the certificate, Nordlicht and Paris lack one for
/// gold, and all others are registered. At the end of December Nordlicht and Ostsee have earned silver, and Südwind sold nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_lift_of_a_quarter_is_over_the_one_before() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let partners: Vec<_> = house.app.rules().await.unwrap().directory().all().iter().map(|one| one.id).collect();
        house.run(ANNA, audit_of(&partners)).await;
        assert_eq!(house.app.tier_board().await.expect("a board").lift, None, "{}: one quarter has nothing before it", fresh.name);
        let (day, kind) = ("2025-09-30".parse().unwrap(), AuditKind::Quarter(Quarter { year: 2025, number: 3 }));
        house.run(ANNA, Command::EvaluateTiers { partners, day, kind }).await;
        let quarter = Quarter { year: 2025, number: 4 };
        let lift = house.app.tier_board().await.expect("a board").lift;
        assert_eq!(lift, Some(Lift { quarter, both: 5, rose: 2, fell: 1 }), "{}", fresh.name);
    })
    .await;
}

/// The tests' today is 2 March 2026: 90 days on is 31 May.
#[tokio::test(flavor = "multi_thread")]
async fn certificates_that_end_and_partners_of_no_tier_are_counted() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        // Valid up to the end of a day in Amsterdam, where it is summer from 29 March on.
        let until = |text: &str| Some(text.parse::<chrono::DateTime<chrono::Utc>>().expect("a moment").into());
        let ends = [("A", until("2026-03-31T22:00:00Z")), ("B", until("2026-05-31T22:00:00Z")), ("C", until("2026-06-01T22:00:00Z"))];
        let certifications = ends.map(|(name, until)| Certification { name: Text::clean(name), until }).to_vec();
        house.run(ANNA, Command::Partners(vec![Profile { certifications, ..partner("EAST", "Ostwind", "bronze", "DE") }])).await;
        let known = house.app.tier_board().await.expect("a board");
        let found: Vec<_> = known.board.expiring.iter().map(|one| (one.last_day.to_string(), one.name.to_string())).collect();
        let expected = [("2026-03-31", "A"), ("2026-05-31", "B")].map(|(day, name)| (day.to_owned(), name.to_owned()));
        assert_eq!(found, expected, "{}: one ends a day too late to be soon", fresh.name);
        assert_eq!([30, 89, 90].map(|days| known.board.expiring_within(known.day, days)), [1, 1, 2]);
        assert_eq!((known.board.partners, known.board.elsewhere), (6, 1), "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_tried_is_what_the_saved_program_says() {
    on_both(|fresh| async move {
        let house = settled(&fresh).await;
        let known = house.app.tier_board().await.expect("a board");
        let mut after = known.rules.clone();
        Knob::Certifications(1).set(&mut after, Some(Decimal::ONE)).expect("a number of certificates");
        Knob::Score(1).set(&mut after, None).expect("no score");
        let tried = App::tier_try(known.facts.clone(), known.rules.clone(), after.clone()).await.expect("an answer");
        assert_eq!(tried.promoted.iter().map(|one| one.partner).collect::<Vec<_>>(), [NORD, OST], "{}", fresh.name);
        let draft = house.app.tier_draft(&after).await.expect("a draft");
        assert_eq!(draft.changes, ["~ tiers.gold.certifications: 2 -> 1", "- tiers.gold.score: 65"], "{}", fresh.name);
        house.run(ANNA, Command::Program { toml: draft.toml, note: Text::clean("easier gold") }).await;
        let board = house.app.tier_board().await.expect("a board");
        assert_eq!((board.rules, board.board.tiers[1].earned), (after, 2), "{}", fresh.name);
    })
    .await;
}

struct Desk {
    house: House,
    stage: Stage<BoardRoom>,
    me: Actor,
    _fresh: Fresh,
}

impl Desk {
    async fn open(width: u16, height: u16) -> Self {
        let fresh = databases::sqlite().await;
        let house = settled(&fresh).await;
        let me = Actor { id: ANNA, name: Text::clean("anna"), roles: Roles(vec![Role::Admin]) };
        let zone = chrono_tz::Europe::Berlin;
        let address = "sqlite:channel.db".parse().expect("an address");
        let place = console::place(&address, me.clone(), Banner::None, false, zone);
        let station = Station { me: me.id, zone, address: address.to_string() };
        let stage = Stage::new(BoardRoom::new(station), place, (width, height), house.app.now());
        let mut desk = Self { house, stage, me, _fresh: fresh };
        desk.settle().await;
        desk
    }

    /// The room as it begins, while nothing has come.
    fn reopened(&mut self) {
        let address = "sqlite:channel.db".parse().expect("an address");
        let place = console::place(&address, self.me.clone(), Banner::None, false, chrono_tz::Europe::Berlin);
        let station = Station { me: self.me.id, zone: chrono_tz::Europe::Berlin, address: address.to_string() };
        self.stage = Stage::new(BoardRoom::new(station), place, (120, 36), self.house.app.now());
    }

    fn tell(&mut self, told: Told) {
        self.stage.send(shell::Msg::Room(told));
    }

    async fn settle(&mut self) {
        console::settle(&mut self.stage, &self.house.app, &self.me).await;
    }

    async fn press(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.stage.now = self.house.app.now();
            self.stage.keys(key);
            self.settle().await;
        }
        self
    }

    fn shows(&self, text: &str) {
        let screen = self.stage.screen();
        assert!(screen.contains(text), "no `{text}` on\n{screen}");
    }
}

/// All five are audited; Westfalen sold nothing and has three certificates now, and nobody was audited since.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_last_audits_found_is_shown_until_today_is_added_up() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let none = house.app.tier_board_at_last().await.expect("a board").board;
        assert_eq!((none.partners, none.unscored, none.tiers.iter().map(|one| one.earned).sum::<u32>()), (5, 5, 0), "{}", fresh.name);
        let partners: Vec<_> = house.app.rules().await.unwrap().directory().all().iter().map(|one| one.id).collect();
        house.run(ANNA, audit_of(&partners)).await;
        let at_last = house.app.tier_board_at_last().await.expect("a board");
        assert_eq!((at_last.basis, at_last.facts.len()), (Basis::LastAudits, 0));
        let told = |one: &TierBar| (one.tier.to_string(), one.has, one.earned, one.rises, one.falls);
        let expected = [("platinum", 0, 0, 0, 0), ("gold", 2, 0, 0, 2), ("silver", 1, 2, 0, 1), ("registered", 2, 3, 1, 0)]
            .map(|(tier, has, earned, rises, falls)| (tier.to_owned(), has, earned, rises, falls));
        assert_eq!(at_last.board.tiers.iter().map(told).collect::<Vec<_>>(), expected, "{}", fresh.name);
        let today = house.app.tier_board().await.expect("a board");
        let same = |board: &Board| (board.partners, board.correct, board.elsewhere, board.scores, board.unscored, board.expiring.clone());
        assert_eq!(same(&at_last.board), same(&today.board), "{}: nothing has changed since", fresh.name);
        // Nordlicht has just the certificate that silver asks for, and Ostsee some 60 of the 65 points of gold.
        assert_eq!(at_last.board.tiers.iter().map(|one| one.near).collect::<Vec<_>>(), [0, 1, 0, 1], "{}", fresh.name);
        // Sold since: today's board knows it, the last audits do not.
        house.run(ANNA, Command::Sales(vec![sale("late", SUED, "2026-01-10", "6000000", "EUR")])).await;
        assert_eq!(house.app.tier_board_at_last().await.expect("a board").board, at_last.board, "{}", fresh.name);
        assert_ne!(house.app.tier_board().await.expect("a board").board.scores, today.board.scores, "{}", fresh.name);
    })
    .await;
}

#[tokio::test]
async fn the_board_begins_with_the_last_audits() {
    let mut desk = Desk::open(120, 36).await;
    let (at_last, today) = (desk.house.app.tier_board_at_last().await.unwrap(), desk.house.app.tier_board().await.unwrap());
    desk.reopened();
    desk.shows("adding up what all partners have …");
    desk.tell(Told::AtLast(Ok(Box::new(at_last.clone()))));
    desk.shows("as the last audits found them; adding up today's figures …");
    desk.shows("comes with the figures of today");
    insta::assert_snapshot!("board_at_last_120x36", desk.stage.screen());
    desk.stage.keys("]");
    desk.shows("adding up what all partners have …");
    desk.stage.keys("]");
    desk.tell(Told::Board(Err("no rate of USD".to_owned())));
    desk.shows("as the last audits found them; no figures of today: no rate of USD");
    desk.tell(Told::Board(Ok(Box::new(today))));
    desk.shows("today have the tier that they earn");
    desk.tell(Told::AtLast(Ok(Box::new(at_last))));
    desk.shows("today have the tier that they earn");
}

#[tokio::test]
async fn both_faces_at_every_size() {
    let mut desk = Desk::open(80, 24).await;
    for (width, height) in [(80, 24), (120, 36), (200, 50)] {
        desk.stage.resize(width, height);
        desk.settle().await;
        insta::assert_snapshot!(format!("board_today_{width}x{height}"), desk.stage.screen());
        desk.press("]").await;
        insta::assert_snapshot!(format!("board_what_if_{width}x{height}"), desk.stage.screen());
        desk.press("]").await;
    }
}

#[tokio::test]
async fn rules_are_turned_seen_and_put_in_force() {
    let mut desk = Desk::open(120, 36).await;
    desk.press("S").await.shows("nothing is turned here: the other face asks what if");
    desk.press("] S").await.shows("nothing differs from the program in force");
    // Gold asks for one certificate, and for no score.
    desk.press("4 j enter backspace 1 enter j").await.shows("was 2");
    desk.press("enter backspace backspace enter").await.shows("▲ 2");
    desk.shows("a year costs EUR 300,000 -> EUR 600,000  +EUR 300,000");
    desk.shows("if each had the tier that it earns");
    desk.shows("Nordlicht Systeme");
    insta::assert_snapshot!("board_turned_120x36", desk.stage.screen());
    // One number back: nobody has the score.
    desk.press("x").await.shows("▲ 0");
    desk.press("enter backspace backspace enter enter 1 0 1 enter").await.shows("a score goes from 0 to 100");
    desk.press("esc S").await.shows("~ tiers.gold.certifications: 2 -> 1");
    desk.shows("- tiers.gold.score: 65");
    desk.press("enter").await.shows("say why: the note stays with the version");
    desk.press("e a s y enter").await.shows("is in force; running clocks keep the terms");
    let rules = desk.house.app.rules().await.expect("rules");
    let gold = &rules.program().tier_rules().lines[1].gates;
    assert_eq!((gold.certifications, gold.composite, gold.revenue), (Some(1), None, Some(500_000_000)));
    desk.press("X").await.shows("nothing differs from the program in force");
}

#[tokio::test]
async fn weights_are_taken_in_proportion_and_saved_at_a_hundred() {
    let mut desk = Desk::open(120, 36).await;
    // The first criterion stands behind three tiers' gates and four tiers' percentages.
    desk.press("] 1 7 j 5 l").await.shows("the weights add up to 105: only 100 can be saved");
    desk.press("S").await.shows("the weights add up to 105: a program needs 100");
    desk.press("esc X").await.shows("Turn a number, and what it would change stands here");
    assert!(!desk.stage.screen().contains("add up to"));
    desk.stage.send(shell::Msg::Changed);
    desk.settle().await;
    desk.press("esc").await.shows("Partners by tier");
}
