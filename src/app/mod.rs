//! Use cases.

pub mod export;
pub mod import;
pub mod match_evaluate;
