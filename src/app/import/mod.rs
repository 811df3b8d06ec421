//! Data from outside.

pub mod decode;
pub mod mapping;
pub mod source;
