//! Tables, the audit chain and the change feed: the only floor that names sqlx.
//!
//! # How to use it
//! - [`Db::open`] once; clone the handle freely.
//! - Reading: `db.read().await?` (each statement sees what is committed) or `db.snapshot().await?` (all see the same state),
//!   then the query methods of [`Session`], which are in the file of their capability.
//! - Writing: `let mut tx = db.begin().await?;` then methods of [`Session`] and [`Tx`], [`Tx::audit_append`] last, and
//!   [`Tx::commit`]. Dropping a `Tx` rolls it back. A future that is dropped half way has committed whole or not at all.
//! - Changes: [`Db::changes`] wakes whenever the audit chain has grown, here or in another process, and when the database stops
//!   or begins to answer.
//!
//! # Absences
//! - No statement is made of data: [`Sql`] takes `&'static str` and binds.
//! - No query asks which database it speaks to, but for the text search and what is in `sqlite.rs` and `postgres.rs`.
//! - Nothing here reads the clock or chance but through [`Options`].

pub mod audit;
mod columns;
mod contact;
mod db;
mod deal;
mod desk;
mod digest;
mod directory;
pub mod engine;
mod error;
mod feed;
mod filter;
mod fx;
mod health;
mod kept;
mod lead;
mod mdf;
pub mod memory;
mod migrate;
mod page;
mod partner;
pub mod pos;
mod postgres;
mod report;
mod save;
mod session;
mod sql;
mod sqlite;
mod tier;
pub mod unit;

pub use db::{Address, Db, Options, Tx};
pub use deal::{
    glance::{KEY_SLICES, Shared},
    keys::KEY_PARTS,
};
pub use digest::Digest;
pub use error::{Conflict, ConflictBy, Error, Result};
pub use feed::{Pulse, Stale};
pub use health::Health;
pub use mdf::FundLine;
pub use migrate::VERSION as SCHEMA_VERSION;
pub use page::{Effort, Listing, Request as PageRequestOf};
pub use partner::DealSum;
pub use postgres::Rights;
pub use report::AuditRow;
pub use session::{Backend, Session};
pub use sql::{Arg, Bulk, Row, Sql};
pub use unit::Unit;

/// Every fixed statement, for the test that prepares each on both databases.
pub fn statements() -> impl Iterator<Item = &'static str> {
    let all = [
        audit::STATEMENTS,
        audit::seal::STATEMENTS,
        audit::verify::STATEMENTS,
        lead::STATEMENTS,
        lead::keys::STATEMENTS,
        deal::STATEMENTS,
        deal::glance::STATEMENTS,
        deal::keys::STATEMENTS,
        deal::conflict::STATEMENTS,
        deal::stats::STATEMENTS,
        desk::STATEMENTS,
        mdf::STATEMENTS,
        fx::STATEMENTS,
        tier::STATEMENTS,
        tier::LINES,
        directory::STATEMENTS,
        health::STATEMENTS,
        engine::STATEMENTS,
        report::STATEMENTS,
        partner::STATEMENTS,
        contact::STATEMENTS,
    ];
    all.into_iter().flatten().copied().chain(pos::statements()).chain(digest::statements())
}
