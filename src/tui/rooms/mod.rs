//! The rooms. Each implements [`super::room::Room`].

pub mod deals;
pub mod leads;
pub mod mdf;
pub mod tiers;
