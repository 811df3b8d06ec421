//! The store, each test on both databases.

pub mod audit;
mod deal;
mod feed;
mod health;
mod lead;
mod mdf;
mod room;
mod sales;
mod schema;
