//! Accounts of a bank, checked where they are read. They are never shown whole: neither by `Debug` nor in a sentence.

use crate::domain::text::Text;
use std::{fmt, str::FromStr};

/// An IBAN (ISO 13616), or another number where a country has none.
#[derive(Clone, PartialEq, Eq)]
pub enum Account {
    Iban(String),
    /// At most 34 characters (`Max34Text` of ISO 20022).
    Other(String),
}

/// The code of a bank (ISO 9362): 8 or 11 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct Bic(String);

/// Somebody who pays or is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    pub name: Text,
    pub account: Account,
    pub bic: Option<Bic>,
}

impl Account {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Iban(text) | Self::Other(text) => text,
        }
    }

    pub const fn is_iban(&self) -> bool {
        matches!(self, Self::Iban(_))
    }
}

impl FromStr for Account {
    type Err = &'static str;

    /// Spaces make no difference. What begins as an IBAN does has to be a right one.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        if !plain.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'/')) {
            return Err("an account has letters, digits and hyphens only");
        }
        let bytes = plain.as_bytes();
        let begins_as_iban = bytes.len() > 4 && bytes[..2].iter().all(u8::is_ascii_uppercase) && bytes[2..4].iter().all(u8::is_ascii_digit);
        if !begins_as_iban {
            return match plain.len() {
                4..=34 => Ok(Self::Other(plain)),
                0 => Err("there is no account"),
                _ => Err("an account that is no IBAN has 4 to 34 characters"),
            };
        }
        if !(15..=34).contains(&plain.len()) || !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return Err("an IBAN has 15 to 34 letters and digits");
        }
        if remainder(bytes) == 1 { Ok(Self::Iban(plain)) } else { Err("the check digits of the IBAN are wrong; is a character mistyped?") }
    }
}

/// Modulo 97 of the digits with the first four characters put last and letters as 10 to 35 (ISO 7064).
fn remainder(iban: &[u8]) -> u32 {
    iban[4..].iter().chain(&iban[..4]).fold(0, |rest, c| match c {
        b'0'..=b'9' => (rest * 10 + u32::from(c - b'0')) % 97,
        _ => (rest * 100 + u32::from(c - b'A') + 10) % 97,
    })
}

/// `NL..4300 (18 characters)`: enough to tell two apart, not enough to be used.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.as_str();
        let tail = text.get(text.len().saturating_sub(4)..).unwrap_or_default();
        let head = if self.is_iban() { text.get(..2).unwrap_or_default() } else { "" };
        write!(f, "{head}..{tail} ({} characters)", text.len())
    }
}

impl Bic {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Bic {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let plain = text.trim().to_ascii_uppercase();
        let bytes = plain.as_bytes();
        let is_right =
            matches!(bytes.len(), 8 | 11) && bytes.iter().all(u8::is_ascii_alphanumeric) && bytes[4..6].iter().all(u8::is_ascii_uppercase);
        if is_right { Ok(Self(plain)) } else { Err("a BIC has 8 or 11 letters and digits, such as ABNANL2A") }
    }
}

impl fmt::Debug for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
