//! Matching: whether a record that arrives is one that is already known.
//!
//! A record is brought into one spelling once ([`Features`]); [`keys()`] finds the records worth comparing; [`score()`] compares
//! two and says why; [`decide()`] places the result in one of three bands. All of it is integer arithmetic on fixed tables:
//! the same on every machine, and independent of what arrived before.

pub mod contact;
pub mod decide;
pub mod features;
pub mod free_mail;
pub mod index;
pub mod keys;
pub mod legal;
pub mod name;
pub mod normalise;
pub mod policy;
pub mod score;
pub mod similarity;
pub mod words;

#[cfg(test)]
mod tests;

pub use decide::{Candidate, Verdict, decide};
pub use features::{Features, Record};
pub use index::Index;
pub use keys::{MEMBERS_MAX, keys, worth_comparing};
pub use policy::{MatchingPolicy, Weights};
pub use score::{Agreement, Band, Fact, Part, Score, most, score};
