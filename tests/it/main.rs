//! The tests that go through the public door, in one binary.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod app;
mod business_time;
mod demo;
mod filter;
mod lead;
mod cli;
mod intake;
mod invalid;
mod program;
mod readme;
mod reference;
mod rooms;
mod shell;
mod store;
mod simulation;
mod support;
mod tidy;
mod matching;
