//! What the tests share: databases, made fresh for each test.

pub mod databases;
pub mod postgres;
