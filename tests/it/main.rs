//! The tests that go through the public door, in one binary.

mod support;
mod store;
mod program;
