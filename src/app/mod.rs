//! Use cases.

pub mod export;
pub mod import;
