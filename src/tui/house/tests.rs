//! A house of two rooms that write down what happens to them.

use super::*;
use crate::{
    domain::{
        actor::{Actor, Role, Roles},
        id::OperatorId,
    },
    tui::{
        shell::{self, Shell},
        testing::Stage,
        widgets::{
            line::Line,
            status::{Banner, Link, Place},
        },
    },
};

/// A room with its heard calls, whose actions stand in one context.
#[derive(Debug, Default)]
pub struct Hall<const N: usize> {
    heard: Vec<String>,
}

impl<const N: usize> Room for Hall<N> {
    type Msg = &'static str;
    type Effect = &'static str;
    type Intent = ();

    fn title(&self) -> &'static str {
        ["First", "Second"][N]
    }

    fn start(&mut self, cx: &mut Cx<'_, Self>) {
        cx.run("start");
    }

    fn changed(&mut self, cx: &mut Cx<'_, Self>) {
        cx.run("load");
    }

    fn zoned(&mut self, zone: chrono_tz::Tz) {
        self.heard.push(zone.to_string());
    }

    fn contexts(&self) -> &'static [Context] {
        [&[Context::List, Context::Leads], &[Context::List, Context::Pane]][N]
    }

    fn availability(&self, _act: Act) -> Availability {
        Availability::Yes
    }

    fn hints(&self) -> Vec<Act> {
        Vec::new()
    }

    fn act(&mut self, act: Act, _count: Option<u32>, cx: &mut Cx<'_, Self>) {
        self.heard.push(act.row().name.to_owned());
        if act == Act::Filter {
            cx.line(Line::new("/", String::new()), ());
        }
    }

    fn update(&mut self, msg: &'static str, cx: &mut Cx<'_, Self>) {
        self.heard.push(msg.to_owned());
        cx.say(format!("{}: {msg}", self.title()));
    }

    fn layout(&mut self, _area: Rect, _cx: &mut Cx<'_, Self>) {}
    fn view(&self, _area: Rect, _canvas: &mut Canvas<'_>) {}

    fn pulse(&self, _now: Instant) -> Pulse {
        Pulse::Still
    }

    fn answered(&mut self, (): (), answer: Answer, _cx: &mut Cx<'_, Self>) {
        self.heard.push(format!("{answer:?}"));
    }
}

rooms! {
    First first: Hall<0>, Leads, RoomLeads;
    Second second: Hall<1>, Pane, Zoom;
}

fn stage() -> Stage<House> {
    let actor = Actor { id: OperatorId(1), name: "anna".into(), roles: Roles(vec![Role::Triager]) };
    let place =
        Place { database: "test".to_owned(), banner: Banner::None, actor, link: Link::Live, read_only: false, zone: chrono_tz::UTC };
    let house = House::built(At::First, Hall::default(), Hall::default());
    Stage::new(house, place, (80, 24), Instant::from_micros(0))
}

fn asked(stage: &mut Stage<House>) -> Vec<String> {
    let told = |effect| match effect {
        Effect::First(wish) => format!("first: {wish}"),
        Effect::Second(wish) => format!("second: {wish}"),
    };
    stage.take_effects().into_iter().map(told).collect()
}

#[test]
fn a_room_loads_when_it_is_entered_and_again_when_something_changed_meanwhile() {
    let mut stage = stage();
    assert_eq!(asked(&mut stage), ["first: start"]);
    stage.send(shell::Msg::Changed);
    assert_eq!(asked(&mut stage), ["first: load"], "a room that was never entered asks for nothing");
    stage.keys("z");
    assert_eq!(asked(&mut stage), ["second: start"]);
    stage.keys("g l z g l");
    assert_eq!(asked(&mut stage), [""; 0], "nothing has changed: both are as one left them");
    stage.keys("z").send(shell::Msg::Changed).send(shell::Msg::Changed);
    assert_eq!(asked(&mut stage), ["second: load", "second: load"]);
    stage.keys("g l");
    assert_eq!(asked(&mut stage), ["first: load"], "once, however often it changed");
}

#[test]
fn keys_go_to_the_room_that_is_seen_and_answers_to_the_room_that_asked() {
    let mut stage = stage();
    stage.keys("z s").send(shell::Msg::Room(Msg::Second("counts"))).send(shell::Msg::Room(Msg::First("page")));
    assert_eq!(stage.shell.room.first.room.heard, ["page"]);
    assert_eq!(stage.shell.room.second.room.heard, ["list.sort", "counts"]);
    assert!(stage.screen().starts_with(" Second · test"), "{}", stage.screen());
    assert!(stage.shell.toast().is_some_and(|toast| toast.text == "First: page"), "what it says is heard everywhere");
    stage.keys("/ a enter g l z z");
    assert_eq!(stage.shell.room.second.room.heard[2..], ["list.filter", "Entered(\"a\")", "zoom"], "a second time it is the room's");
    stage.send(shell::Msg::Zone(chrono_tz::Europe::Berlin));
    let Shell { room: House { first, second, .. }, .. } = &stage.shell;
    assert_eq!([first.room.heard.last(), second.room.heard.last()].map(Option::unwrap), ["Europe/Berlin", "Europe/Berlin"]);
}

#[test]
fn what_belongs_to_another_room_says_where_that_is() {
    let mut stage = stage();
    assert_eq!(stage.shell.availability(Act::LeadNote), Availability::Yes);
    assert_eq!(stage.shell.availability(Act::PaneDown), Availability::no("it belongs to another room; `zoom` goes there"));
    stage.keys("z");
    assert_eq!(stage.shell.availability(Act::LeadNote), Availability::no("it belongs to another room; `room.leads` goes there"));
    assert_eq!(stage.shell.availability(Act::PaneDown), Availability::Yes);
    stage.keys(":").text("lead.note");
    assert!(stage.screen().contains("lead.note"), "the palette still knows it: {}", stage.screen());
    stage.keys("enter");
    assert!(stage.shell.toast().is_some_and(|toast| toast.text == "note: it belongs to another room; `room.leads` goes there"));
    stage.keys(":").text("room.leads").keys("enter");
    assert!(stage.screen().starts_with(" First · test"));
}

#[test]
fn a_digit_goes_to_the_room_of_that_number() {
    for (number, at) in (1..).zip(super::At::ALL) {
        assert_eq!(Act::room(number), Some(at.act()));
        assert_eq!(super::At::named(at.slug()), Some(*at));
        let own: Vec<Context> = Context::ALL.into_iter().filter(|context| at.has(*context)).collect();
        assert!(!own.is_empty() && own.iter().all(|context| context.is_of_one_room()), "{at:?}: {own:?}");
    }
}
