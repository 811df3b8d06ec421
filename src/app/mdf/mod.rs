//! The MDF desk's use cases.

pub mod authority;
pub mod batch;
pub mod begin;
pub mod command;
pub mod draft;
pub(super) mod facts;
pub mod news;
pub(super) mod past;
pub mod sweep;
pub mod view;
