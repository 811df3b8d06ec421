//! Documents of a registration: the evidence on which a conflict is decided. Their content stays outside; the hash says
//! which content it was.

use crate::domain::{money::Money, text::Text, time::Instant, vocabulary::words};
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// The BLAKE3 hash of a document's bytes (or of a set of documents); written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(pub [u8; 32]);

impl ContentHash {
    pub fn of(content: &[u8]) -> Self {
        Self(*blake3::hash(content).as_bytes())
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ContentHash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        blake3::Hash::from_hex(text.trim())
            .map(|hash| Self(*hash.as_bytes()))
            .map_err(|_| format!("{} is not a hash: write 64 hexadecimal digits", crate::domain::problem::quoted(text)))
    }
}

impl Serialize for ContentHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <std::borrow::Cow<'de, str>>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A document as it is handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    pub kind: DocumentKind,
    /// The name of the file.
    pub name: Text,
    pub hash: ContentHash,
    /// In bytes.
    pub size: u64,
    /// `application/pdf`; empty when unknown.
    pub media_type: Text,
    /// What it proves happened on this day: the date of a letter, a sale, a visit.
    pub dated: Option<NaiveDate>,
    /// The amount of a sale.
    pub amount: Option<Money>,
}

/// A document on a registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exhibit {
    /// From 1, per registration.
    pub no: u32,
    pub attached_at: Instant,
    pub document: Document,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    CustomerLetter,
    /// A line of a point-of-sale report: this partner sold to this customer.
    PosLine,
    /// A visit, call or mail, from the partner's CRM.
    Touch,
    Quote,
    PurchaseOrder,
    Other,
}

words! {
    DocumentKind {
        CustomerLetter => "customer_letter", "letter of the customer";
        PosLine => "pos_line", "sale to the customer";
        Touch => "touch", "contact with the customer";
        Quote => "quote", "quote";
        PurchaseOrder => "purchase_order", "purchase order";
        Other => "other", "document";
    }
}

impl DocumentKind {
    /// Whether it shows that a deal goes on: what an extension asks for.
    pub const fn shows_progress(self) -> bool {
        matches!(self, Self::CustomerLetter | Self::Touch | Self::Quote | Self::PurchaseOrder)
    }
}

/// Which evidence somebody saw: the documents of all parties, and one hash over them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidencePin {
    /// Over the sorted hashes, one after the other.
    pub hash: ContentHash,
    /// Sorted, each once.
    pub documents: Vec<ContentHash>,
}

impl EvidencePin {
    pub fn of<'a>(exhibits: impl IntoIterator<Item = &'a Exhibit>) -> Self {
        let mut documents: Vec<ContentHash> = exhibits.into_iter().map(|exhibit| exhibit.document.hash).collect();
        documents.sort_unstable();
        documents.dedup();
        let mut hasher = blake3::Hasher::new();
        for ContentHash(bytes) in &documents {
            hasher.update(bytes);
        }
        Self { hash: ContentHash(*hasher.finalize().as_bytes()), documents }
    }

    /// Whether the pin is that of its documents; a stored one that is not was tampered with.
    pub fn is_sound(&self) -> bool {
        let mut hasher = blake3::Hasher::new();
        for ContentHash(bytes) in &self.documents {
            hasher.update(bytes);
        }
        self.documents.is_sorted() && self.hash == ContentHash(*hasher.finalize().as_bytes())
    }
}
