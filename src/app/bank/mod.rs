//! What goes to the bank and comes back: a batch of payments as a file, and the bank's answer to each payment.
//!
//! - [`order`]: a batch that is ready to be written, every text in the characters that banks take.
//! - [`pain001`] and [`sheet`]: the same order as ISO 20022 `pain.001.001.09`, or as CSV.
//! - [`report`] and [`sheet`]: the answer, as ISO 20022 `pain.002` or `camt.054`, or as CSV.
//! - [`answer`]: matches each answer with one payment of the batch, or says why it belongs to none.
//! - [`payees`]: whose account is which. The list stays with finance: no account is kept in the database or in a log.
//!
//! Everything here is a pure function of its arguments: files are read and written by the caller.

pub mod account;
pub mod answer;
pub mod order;
pub mod pain001;
pub mod payees;
pub mod report;
pub mod sheet;
#[cfg(test)]
mod tests;
mod xml;

pub use account::{Account, Bic, Party};
pub use answer::{BankAnswer, Matched, Said, Stated, Verdict, matched};
pub use order::{Order, Transfer};
pub use xml::BYTES_MAX;
