//! The rooms. Each implements [`super::room::Room`].

pub mod board;
pub mod deals;
pub mod leads;
pub mod mdf;
pub mod tiers;
