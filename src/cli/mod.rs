//! To be filled.

pub mod match_evaluate;
