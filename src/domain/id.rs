//! Identifiers. Each kind is its own type, so that a partner can never be passed for a lead.

use serde::{Deserialize, Serialize};
use std::{fmt, hash::Hash, str::FromStr};

/// The number of a record of one kind.
pub trait Number: Copy + Ord + Hash + fmt::Debug + fmt::Display + FromStr + Send + Sync + 'static {
    fn of(number: i64) -> Self;
    fn number(self) -> i64;
}

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&format!(concat!($prefix, "-{}"), self.0))
            }
        }

        impl Number for $name {
            fn of(number: i64) -> Self {
                Self(number)
            }

            fn number(self) -> i64 {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = String;

            /// Reads `L-12`, `l12` or `12`.
            fn from_str(text: &str) -> Result<Self, String> {
                let digits = text.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start_matches('-');
                digits
                    .parse()
                    .map(Self)
                    .map_err(|_| format!("`{text}` is not a number of the form {}-123", $prefix))
            }
        }
    };
}

numbered!(
    /// A lead, numbered without gaps in order of arrival: the highest number is the count.
    LeadId, "L");
numbered!(
    /// A deal registration.
    DealId, "D");
numbered!(
    /// A conflict between registrations.
    ConflictId, "C");
numbered!(
    /// A fund of market development money.
    FundId, "F");
numbered!(
    /// A request for money of a fund, before the activity.
    RequestId, "R");
numbered!(
    /// A claim for what an activity has cost, after it ("M" for money; "C" is a conflict).
    ClaimId, "M");
numbered!(
    /// A batch of payments that is handed to the bank as one file.
    BatchId, "B");
numbered!(
    /// What a partner earned as of a day.
    EvaluationId, "E");
numbered!(
    /// How a partner stands with its tier.
    StandingId, "T");
numbered!(
    /// An order line that waits for a person to correct it ("K", as "C" is a conflict).
    CorrectionId, "K");
numbered!(
    /// A distributor, reseller or other partner; the maker's own sales is one as well.
    PartnerId, "P");
numbered!(
    /// A person at a partner ("N" for the name, as "C" is a conflict).
    ContactId, "N");
numbered!(
    /// An end customer.
    AccountId, "A");
numbered!(
    /// A person (or the engine) who acts.
    OperatorId, "O");
numbered!(
    /// An applied, immutable version of the channel program.
    ProgramVersion, "v");
numbered!(
    /// The place of an event in the audit chain, from 1 without gaps; also the cursor of the change feed.
    AuditSeq, "#");

/// Identifies one command; repeating a command with the same id has no further effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandId(pub uuid::Uuid);
