//! Our own point-of-sale facts: order lines with their bookings, from which partners are measured and incumbency is read.
//!
//! - [`line`]: what was sold, for how much, and how it is booked in the program's currency. A booking never changes.
//! - [`key`]: how a line is known again when its source sends it a second time.
//! - [`entry`]: a line as a source states it, and [`trouble`]: everything that may be wrong with one.
//! - [`correction`]: a line that could not be recorded as it stood, kept until a person has decided about it.
//! - [`totals`]: sums by partner, month and product line, and what they add up to over any days.
//! - [`batch`]: what the audit chain keeps.

pub mod batch;
pub mod correction;
pub mod entry;
pub mod key;
pub mod line;
pub mod totals;
pub mod trouble;

pub use batch::Sold;
pub use correction::{Correction, CorrectionEvent, CorrectionState, SourceRow};
pub use entry::{Entry, Field, Read, Stated};
pub use line::{Against, OrderLine, Posted, Quantity, Sale, UnitPrice};
pub use totals::{Month, Revenue, Total};
pub use trouble::Trouble;
