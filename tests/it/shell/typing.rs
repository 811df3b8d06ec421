//! What keys do: order, counts, chords, dialogs, drafts.

use super::{
    room::{Desk, Effect, Msg as RoomMsg},
    stage,
};
use pilothouse::domain::{event::Entity, id::LeadId, time::Span};
use pilothouse::tui::{
    action::ACTIONS,
    key::{Code, Key},
    notify::Call,
    room::Pulse,
    shell::{Effect as Ask, Msg},
    testing::Stage,
};

#[test]
fn keys_typed_ahead_are_kept_in_order() {
    let mut stage = stage(100, 30);
    stage.keys("j j 1 0 j k space V 3 j V");
    assert_eq!(stage.shell.room.list.targets(), [12, 13, 14, 15, 16]);
    stage.keys("g g");
    assert_eq!(stage.shell.room.list.selected_key(), Some(1));
    stage.keys("4 2 G");
    assert_eq!(stage.shell.room.list.selected_key(), Some(42));
}

#[test]
fn a_digit_that_nothing_follows_is_the_number_of_a_room() {
    const WENT: &str = "room.leads is not played here";
    let mut stage = stage(100, 30);
    stage.keys("1");
    assert!(stage.screen().contains("1 → leads"), "{}", stage.screen());
    let alarm = stage.shell.alarm().expect("it waits");
    assert_eq!(alarm, stage.now.plus(Span::from_micros(500_000)));
    stage.now = alarm.plus(Span::from_micros(-1));
    stage.send(Msg::Tick);
    assert!(!stage.screen().contains(WENT), "a moment too early");
    stage.now = alarm;
    stage.send(Msg::Tick);
    assert!(stage.screen().contains(WENT), "{}", stage.screen());
    assert_eq!(stage.shell.alarm(), None);
    stage.keys("j");
    assert_eq!(stage.shell.room.list.selected_key(), Some(2), "the digit is no count any more");
}

#[test]
fn what_follows_a_digit_makes_it_a_count_and_escape_forgets_it() {
    let mut stage = stage(100, 30);
    for (keys, row) in [("1 j", 2), ("1 2 j", 14), ("1 esc j", 15), ("1 g g", 1)] {
        stage.keys(keys);
        assert_eq!((stage.shell.alarm(), stage.shell.room.list.selected_key()), (None, Some(row)), "{keys}");
        stage.send(Msg::Tick);
    }
    // No room has these numbers; they wait for a motion as long as it takes.
    for keys in ["9", "1 2", "1 0"] {
        stage.keys(keys);
        assert_eq!(stage.shell.alarm(), None, "{keys}");
        stage.keys("esc");
    }
    stage.shell.keymap.chord_timeout_ms = 0;
    stage.keys("1");
    assert_eq!(stage.shell.alarm(), None);
}

#[test]
fn a_dialog_that_comes_between_keeps_the_screen_where_it_is() {
    let mut stage = stage(100, 30);
    stage.keys("space space p 1");
    let Some(Effect::Plan(keys)) = stage.take_effects().pop() else { panic!("a plan is asked for") };
    stage.send(Msg::Room(RoomMsg::Planned(keys)));
    stage.now = stage.now.plus(Span::from_micros(600_000));
    let before = stage.screen();
    stage.send(Msg::Tick);
    assert!(stage.screen() == before || !stage.screen().contains("not played"), "{}", stage.screen());
    assert_eq!(stage.shell.alarm(), None);
}

#[test]
fn a_confirmation_asks_for_typed_keys_to_be_dropped_and_the_verb_key_does_not_confirm() {
    let mut stage = stage(100, 30);
    stage.keys("space space p");
    let Some(Effect::Plan(keys)) = stage.take_effects().pop() else { panic!("a plan is asked for") };
    stage.send(Msg::Room(RoomMsg::Planned(keys)));
    assert!(stage.effects.contains(&Ask::DropTyped));
    stage.keys("p");
    assert!(stage.screen().contains("press y for yes, n for no"));
    assert_eq!(stage.take_effects(), []);
    stage.keys("y");
    assert_eq!(stage.take_effects(), [Effect::Pause(vec![1, 2])]);
}

#[test]
fn escape_and_a_key_that_arrive_together_are_two_keys() {
    let mut stage = stage(100, 30);
    stage.keys("enter").send(Msg::Input(pilothouse::tui::input::Event::Key(Key { alt: true, ..Key::char('j') })));
    assert_eq!(stage.shell.room.list.selected_key(), Some(2));
    assert!(!stage.screen().contains("Facts"));
}

#[test]
fn what_was_typed_into_a_form_survives_cancelling_and_refusal() {
    let mut stage = stage(100, 30);
    stage.keys("d down tab").text("they said no").keys("esc");
    assert!(!stage.screen().contains("they said no"));
    stage.keys("d");
    assert!(stage.screen().contains("they said no"));
    stage.keys("C-s");
    let screen = stage.screen();
    assert!(screen.contains("Ben Stone accepted it at 14:02") && screen.contains("they said no"), "{screen}");
}

/// Whoever presses a key reads the answer to that key; and what has been read does not keep a dialog open.
#[test]
fn the_newest_fault_is_shown_and_escape_closes_what_was_opened_after_it() {
    let mut stage = stage(100, 30);
    stage.send(Msg::Fault("the first thing".into())).send(Msg::Fault("the second thing".into()));
    let shows = |stage: &Stage<Desk>, text: &str| stage.screen().contains(text);
    assert!(shows(&stage, "the second thing") && !shows(&stage, "the first thing"), "{}", stage.screen());
    let before = stage.screen();
    stage.keys("d");
    assert_ne!(stage.screen(), before, "a form");
    stage.keys("esc");
    assert_eq!(stage.screen(), before, "the form is closed, and both faults are still there");
    stage.keys("d").send(Msg::Fault("while it is open".into()));
    let open = stage.screen();
    stage.keys("esc");
    assert!(stage.screen() != before && stage.screen() != open, "what came meanwhile is acknowledged first");
    stage.keys("esc");
    assert_eq!(stage.screen(), before);
    stage.keys("esc");
    assert!(shows(&stage, "the first thing"), "{}", stage.screen());
}

#[test]
fn pasted_text_is_never_keys() {
    let mut stage = stage(100, 30);
    stage.send(Msg::Input(pilothouse::tui::input::Event::Paste("ddd".into())));
    assert!(stage.screen().contains("pasted text is not read as keys"));
    stage.keys("d tab").send(Msg::Input(pilothouse::tui::input::Event::Paste("two\nlines".into())));
    assert!(stage.screen().contains("two") && stage.screen().contains("lines"));
}

#[test]
fn every_action_answers_in_every_state() {
    for keys in ["", "enter", "enter tab", "space", "/ x enter"] {
        for action in ACTIONS {
            let mut stage = stage(80, 24);
            if !keys.is_empty() {
                stage.keys(keys);
            }
            let before = stage.screen_marked();
            stage.act(action.id);
            let told = stage.screen_marked() != before || !stage.effects.is_empty();
            // Motions at an end, and panes without content to scroll, may change nothing.
            assert!(told || !action.is_verb(), "`{}` after `{keys}` does nothing and says nothing", action.name);
        }
    }
}

#[test]
fn any_keys_at_any_size_draw_a_screen() {
    let codes = [
        Code::Enter,
        Code::Esc,
        Code::Tab,
        Code::Backspace,
        Code::Up,
        Code::Down,
        Code::PageDown,
        Code::Home,
        Code::Delete,
        Code::Char('漢'),
    ];
    let mut seed = 7_u64;
    let mut next = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    let mut stage = stage(80, 24);
    for _ in 0..1_200 {
        match next(40) {
            0 => stage.resize(u16::try_from(next(130)).unwrap(), u16::try_from(next(45)).unwrap()),
            1..=10 => stage
                .send(Msg::Input(pilothouse::tui::input::Event::Key(Key { ctrl: next(4) == 0, ..Key::plain(codes[next(codes.len())]) }))),
            _ => stage.send(Msg::Input(pilothouse::tui::input::Event::Key(Key {
                ctrl: next(9) == 0,
                ..Key::char(char::from(33 + u8::try_from(next(94)).unwrap()))
            }))),
        };
        for effect in stage.take_effects() {
            if let Effect::Plan(keys) = effect {
                stage.send(Msg::Room(RoomMsg::Planned(keys)));
            }
        }
        drop(stage.frame());
    }
}

#[test]
fn time_is_only_watched_while_something_visible_turns() {
    let mut stage = stage(100, 30);
    assert_eq!(stage.shell.pulse(), Pulse::Second);
    stage.keys("/ z z z z enter");
    assert_eq!(stage.shell.pulse(), Pulse::Still);
    assert!(!stage.screen().contains("CET"), "a clock that stands would lie");
}

#[test]
fn what_needs_the_person_is_told_once_and_the_rest_later_in_one_sum() {
    let call = |lead| Call {
        record: Entity::Lead(LeadId(lead)),
        kind: ["lead breached", "leads breached"],
        nth: 1,
        text: format!("L-{lead} Acme: breached"),
    };
    let told = |stage: &mut pilothouse::tui::testing::Stage<super::room::Desk>| -> Vec<String> {
        let texts = std::mem::take(&mut stage.effects).into_iter().filter_map(|effect| match effect {
            Ask::Notify(text) => Some(text),
            _ => None,
        });
        texts.collect()
    };
    let mut stage = stage(100, 30);
    stage.send(Msg::Calls(vec![call(1)]));
    assert_eq!(told(&mut stage), ["L-1 Acme: breached"]);
    assert!(stage.screen().contains("L-1 Acme: breached"), "{}", stage.screen());
    assert_eq!(stage.shell.alarm(), None);
    stage.send(Msg::Calls(vec![call(1), call(2)])).send(Msg::Calls(vec![call(3)]));
    assert_eq!(told(&mut stage), [] as [&str; 0]);
    stage.now = stage.shell.alarm().expect("it waits for its turn");
    stage.send(Msg::Tick);
    assert_eq!(told(&mut stage), ["2 leads breached"]);
    assert_eq!(stage.shell.alarm(), None);
}
