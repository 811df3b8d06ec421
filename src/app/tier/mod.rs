//! The tier desk: audits, changes of tier, remediation plans.

pub mod board;
pub mod command;
pub(super) mod draft;
pub mod evaluate;
pub(super) mod facts;
pub mod news;
pub mod past;
pub mod rooms;
pub mod view;
