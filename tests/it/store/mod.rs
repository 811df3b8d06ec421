//! The store, each test on both databases.

mod audit;
mod feed;
mod lead;
mod schema;
