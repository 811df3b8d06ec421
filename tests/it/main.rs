//! The tests that go through the public door, in one binary.

#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod app;
mod business_time;
mod cli;
mod deal;
mod demo;
mod deploy;
mod e2e;
mod filter;
mod intake;
mod invalid;
mod lead;
mod matching;
mod program;
mod readme;
mod reference;
mod report;
mod rooms;
mod shell;
mod simulation;
mod store;
mod support;
mod tidy;
