//! The rooms. Each implements [`super::room::Room`].

pub mod leads;
