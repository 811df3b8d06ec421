//! The trade: states, rules and decisions. Pure: no database, terminal, clock, environment or randomness.

pub mod id;
pub mod time;
pub mod text;
pub mod actor;
pub mod search;
pub mod nearest;
pub mod country;
pub mod filter;
pub mod calendar;
pub mod program;
