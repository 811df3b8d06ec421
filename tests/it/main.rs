//! The tests that go through the public door, in one binary.

mod app;
mod business_time;
mod filter;
mod cli;
mod intake;
mod invalid;
mod program;
mod reference;
mod shell;
mod store;
mod support;
