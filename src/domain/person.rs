//! The fields that belong to a person: sealed in the audit chain under the person's key, erased on request.

use crate::domain::text::Text;
use serde::{Deserialize, Serialize};

/// The fields that belong to a person and are erased on request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Person {
    #[serde(default, skip_serializing_if = "str_is_empty")]
    pub name: Text,
    #[serde(default, skip_serializing_if = "str_is_empty")]
    pub title: Text,
    #[serde(default, skip_serializing_if = "str_is_empty")]
    pub email: Text,
    #[serde(default, skip_serializing_if = "str_is_empty")]
    pub phone: Text,
    /// What the person wrote.
    #[serde(default, skip_serializing_if = "str_is_empty")]
    pub message: Text,
}

fn str_is_empty(text: &Text) -> bool {
    text.is_empty()
}

impl Person {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The personal part of an event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Personal {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}
