//! Use cases.

pub mod export;
pub mod import;
//! To be filled.

pub mod match_evaluate;
