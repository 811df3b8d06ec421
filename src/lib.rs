//! Pilothouse: the operations console of a sales channel.
//!
//! # The map
//! Four floors; an arrow never goes up: `domain <- store <- app <- {tui, cli}`. The same capability has the same name on
//! every floor: to change leads you open the files called `lead`.
//!
//! - [`domain`]: the trade. Pure and synchronous; knows no database, terminal, clock, environment or randomness.
//! - [`store`]: tables, the audit chain and the change feed. The only floor that names sqlx.
//! - [`app`]: use cases. [`app::App::execute`] is the one write path; queries load what a screen shows; the engine sweeps.
//! - [`tui`]: the console. State, update and view; no IO but in its loop.
//! - [`cli`]: one file a verb; parses, calls app, prints.
//!
//! Beside the floors: [`ambient`] (time and chance), [`config`] (what the program was told), [`error`] (what a person is
//! told) and [`log`] (what the program says about itself).
//!
//! # Invariants (each is a test in `tests/it/`)
//! - One command is one transaction with one audit append; the audit head row is the last row that a write locks.
//! - A decision is a pure function of the state, the command and a context that carries `now`.
//! - Nobody reads the system clock or randomness but the [`ambient`] module, made once in `main` or by a test.
//! - Replaying the audit events from nothing gives the tables, byte for byte.
//! - Text from outside is cleaned once, where it is decoded, into [`domain::text::Text`].
//! - SQL is composed of `&'static str` fragments with bind parameters, never of data.

pub mod ambient;
pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod error;
pub mod log;
pub mod store;
pub mod tui;

/// Of the program, its tests and benches alike, so that what is measured is what runs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
