//! The tests that go through the public door, in one binary.

mod program;
mod store;
mod support;
mod business_time;
mod reference;
