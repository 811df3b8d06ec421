//! The trade: states, rules and decisions. Pure: no database, terminal, clock, environment or randomness.

pub mod account;
pub mod actor;
pub mod calendar;
pub mod clock;
pub mod country;
pub mod day;
pub mod decision;
pub mod document;
pub mod escalation;
pub mod event;
pub mod filter;
pub mod id;
pub mod lead;
pub mod matching;
pub mod money;
pub mod nearest;
pub mod page;
pub mod partner;
pub mod person;
pub mod problem;
pub mod program;
pub mod search;
pub mod text;
pub mod time;
pub mod told;
pub mod vocabulary;
