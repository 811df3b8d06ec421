//! Text from outside, cleaned once where it is decoded.

use serde::{Deserialize, Deserializer, Serialize};
use std::{borrow::Borrow, fmt, ops::Deref};

/// Text that holds no control character, escape sequence or bidirectional override. What was removed stays visible
/// as `<U+202E>`. Cleaning happens in [`Text::clean`] (and so on deserialising), nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
#[serde(transparent)]
pub struct Text(Box<str>);

impl Text {
    /// Cleans `raw`. Already clean text is copied unchanged; cleaning twice gives the same.
    pub fn clean(raw: &str) -> Self {
        if raw.chars().any(is_hostile) {
            let mut out = String::with_capacity(raw.len() + 16);
            for c in raw.chars() {
                if is_hostile(c) {
                    use fmt::Write as _;
                    let _ = write!(out, "<U+{:04X}>", c as u32);
                } else {
                    out.push(c);
                }
            }
            Self(out.into())
        } else {
            Self(raw.into())
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters that could steer a terminal or turn the reading order around.
pub const fn is_hostile(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'      // C0, DEL, C1
        | '\u{ad}'                                     // soft hyphen: width differs between terminals
        | '\u{61c}' | '\u{200e}' | '\u{200f}'          // direction marks
        | '\u{200b}' | '\u{2028}' | '\u{2029}'         // invisible space, line and paragraph separators
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

impl Deref for Text {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

/// So that a map keyed by cleaned text answers to a `&str`; order and hash are those of the string.
impl Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl From<&str> for Text {
    fn from(raw: &str) -> Self {
        Self::clean(raw)
    }
}

impl From<String> for Text {
    fn from(raw: String) -> Self {
        Self::clean(&raw)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::clean(&<std::borrow::Cow<'de, str>>::deserialize(deserializer)?))
    }
}
