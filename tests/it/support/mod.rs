//! What the tests share: databases, made fresh for each test.

pub mod data;
pub mod databases;
pub mod house;
pub mod postgres;
