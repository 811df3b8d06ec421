//! The deal desk's use cases.

pub(super) mod alike;
pub mod case;
pub mod command;
pub mod customers;
pub mod draft;
pub mod file;
pub mod find;
pub(super) mod live;
pub mod news;
pub mod register;
pub mod restate;
pub mod suspect;
pub mod sweep;
pub mod view;
