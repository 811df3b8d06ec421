//! The lead room's use cases.

pub mod command;
pub mod news;
pub mod receive;
pub mod sweep;
pub mod view;
