//! The store, each test on both databases.

mod audit;
mod deal;
mod feed;
mod lead;
mod room;
mod schema;
