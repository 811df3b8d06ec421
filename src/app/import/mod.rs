//! Data from outside.

pub mod source;
