//! The shell as a person meets it: a small room, keys, the screen.

mod measure;
mod pty;
mod room;
mod screens;
mod typing;

use pilothouse::domain::{
    actor::{Actor, Role, Roles},
    id::OperatorId,
    text::Text,
    time::Instant,
};
use pilothouse::tui::{
    testing::Stage,
    widgets::status::{Banner, Link, Place},
};

/// Wednesday, 2026-03-04 10:00 UTC.
pub fn noon() -> Instant {
    Instant::from_micros(1_772_618_400_000_000)
}

pub fn place() -> Place {
    let actor = Actor { id: OperatorId(2), name: Text::clean("Anna Berg"), roles: Roles(vec![Role::Triager]) };
    Place {
        database: "channel.db".to_owned(),
        banner: Banner::None,
        actor,
        link: Link::Live,
        read_only: false,
        zone: chrono_tz::Europe::Berlin,
    }
}

pub fn stage(width: u16, height: u16) -> Stage<room::Desk> {
    Stage::new(room::Desk::new(room::leads(300, noon())), place(), (width, height), noon())
}
