//! What a claim states and proves: the days, the invoices, the documents. Approvals are bound to all of it.

use crate::domain::{deal::ContentHash, money::Money, program::ProofKind, search, text::Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The largest document that is taken, in bytes: 25 MiB.
pub const DOCUMENT_BYTES_MAX: u64 = 25 * 1024 * 1024;

/// What a document may be. Nothing of this is ever executed or rendered here.
pub const MEDIA_TYPES: [&str; 8] = [
    "application/pdf",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "message/rfc822",
    "text/csv",
    "text/plain",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Identifies it in the system that it comes from; the same key again changes nothing. May be empty.
    pub source_key: Text,
    /// The first and the last day on which the activity took place; both belong to it.
    pub performed_from: NaiveDate,
    pub performed_to: NaiveDate,
    pub invoices: Vec<Invoice>,
    /// What the activity has cost.
    pub cost: Money,
    /// What the fund is to pay, in the currency of the cost.
    pub asked: Money,
    pub documents: Vec<Proof>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    pub number: Text,
    /// Who wrote it: the agency, the printer, the hotel.
    pub vendor: Text,
    pub dated: NaiveDate,
    pub amount: Money,
}

/// A document of a claim. Its bytes stay outside; the hash says which they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    pub kind: ProofKind,
    /// The name of the file.
    pub name: Text,
    pub hash: ContentHash,
    /// In bytes.
    pub size: u64,
    /// One of [`MEDIA_TYPES`].
    pub media_type: Text,
}

/// A number under which claims are looked up that may prove themselves with the same paper. Equal keys do not mean the
/// same paper yet; different ones mean different papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PaperKey(pub i64);

impl Proof {
    /// Why it is not taken, if so.
    pub fn fault(&self) -> Option<String> {
        if self.name.trim().is_empty() {
            return Some("a document needs a name".into());
        }
        if self.size == 0 {
            return Some(format!("{} is empty", self.name));
        }
        if self.size > DOCUMENT_BYTES_MAX {
            return Some(format!("{} has {} bytes, and at most {DOCUMENT_BYTES_MAX} are taken", self.name, self.size));
        }
        let known = MEDIA_TYPES.iter().any(|one| one.eq_ignore_ascii_case(&self.media_type));
        (!known).then(|| format!("{} is of type \"{}\", which is not taken", self.name, self.media_type))
    }
}

impl Invoice {
    /// The same number of the same vendor over the same amount, however they are spelt.
    pub fn is_same(&self, other: &Self) -> bool {
        self.amount == other.amount && self.spelt() == other.spelt()
    }

    /// Number and vendor in one spelling: letters and digits, without leading zeros.
    fn spelt(&self) -> (String, String) {
        let number = search::squeezed(&self.number);
        (number.trim_start_matches('0').to_owned(), search::slug(&self.vendor))
    }

    fn key(&self) -> PaperKey {
        let (number, vendor) = self.spelt();
        PaperKey::of(&format!("invoice\n{number}\n{vendor}\n{}\n{}", self.amount.minor, self.amount.currency))
    }
}

impl PaperKey {
    pub fn of_file(hash: ContentHash) -> Self {
        Self::of(&format!("file\n{hash}"))
    }

    fn of(text: &str) -> Self {
        let ContentHash(bytes) = ContentHash::of(text.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&bytes[..8]);
        Self(i64::from_le_bytes(first))
    }
}

impl Content {
    /// Under which it is looked up: each invoice, each file.
    pub fn paper_keys(&self) -> BTreeSet<PaperKey> {
        let files = self.documents.iter().map(|document| PaperKey::of_file(document.hash));
        self.invoices.iter().map(Invoice::key).chain(files).collect()
    }

    /// What can't even be handed in, in a sentence.
    pub fn fault(&self) -> Option<String> {
        if self.performed_to < self.performed_from {
            return Some(format!("the activity ended on {}, before it began on {}", self.performed_to, self.performed_from));
        }
        if self.cost.minor <= 0 || self.asked.minor <= 0 {
            return Some("a claim asks for more than nothing, for something that cost more than nothing".into());
        }
        if self.asked.currency != self.cost.currency {
            return Some(format!("{} is asked for a cost in {}", self.asked, self.cost.currency));
        }
        self.documents.iter().find_map(Proof::fault)
    }
}
