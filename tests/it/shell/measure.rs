//! The byte budget: what a frame costs at 200 x 50, as a person over SSH feels it.

use super::{noon, room, stage};
use pilothouse::domain::time::{Instant, Span};
use pilothouse::tui::{compose, paint::Painter, shell::Msg, testing::Stage};

struct Wire {
    stage: Stage<room::Desk>,
    painter: Painter,
}

impl Wire {
    fn new() -> Self {
        let mut wire = Self { stage: stage(200, 50), painter: Painter::new() };
        wire.bytes();
        wire
    }

    fn bytes(&mut self) -> usize {
        let (frame, cursor) = compose(&self.stage.shell);
        self.painter.paint(&frame, cursor).len()
    }

    fn after(&mut self, keys: &str) -> usize {
        self.stage.keys(keys);
        self.bytes()
    }

    fn tick(&mut self, now: Instant) -> usize {
        self.stage.now = now;
        self.stage.send(Msg::Tick);
        self.bytes()
    }
}

#[test]
fn frames_stay_within_their_budget() {
    let mut wire = Wire::new();
    let unchanged = wire.bytes();
    let moved: Vec<usize> = (0..20).map(|_| wire.after("j")).collect();
    wire.after("4 5 G");
    wire.after("j");
    let scrolled: Vec<usize> = (0..20).map(|_| wire.after("j")).collect();
    let scrolled_up: Vec<usize> = {
        wire.after("2 0 G");
        (0..10).map(|_| wire.after("k")).collect()
    };
    let tick = wire.tick(noon().plus(Span::from_micros(1_000_000)));
    println!("unchanged {unchanged}, cursor {moved:?}, scroll {scrolled:?}, up {scrolled_up:?}, tick {tick}");
    assert_eq!(unchanged, 0);
    assert!(moved.iter().max() <= Some(&300), "a move of the cursor: {moved:?}");
    assert!(scrolled.iter().chain(&scrolled_up).max() <= Some(&700), "a scrolled line: {scrolled:?} {scrolled_up:?}");
    assert!(tick <= 700, "a tick: {tick}");
}
