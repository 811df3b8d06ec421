//! What several tables write into a cell.

use crate::domain::{text::Text, time::Instant};
use serde_json::Value;
use std::fmt::Display;

pub(super) fn text(text: &Text) -> Value {
    if text.is_empty() { Value::Null } else { Value::String(text.to_string()) }
}

pub(super) fn given<T: Display>(value: Option<T>) -> Value {
    value.map_or(Value::Null, |value| Value::String(value.to_string()))
}

pub(super) fn instant(at: Option<Instant>) -> Value {
    given(at)
}
