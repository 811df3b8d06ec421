//! Our own point-of-sale lines: taken in, booked, corrected.

mod book;
mod correct;
pub mod judge;
mod past;
mod record;
mod returns;
mod view;

pub use correct::{CorrectionCommand, CorrectionItem, CorrectionStep, LineTarget, LineVerb};
pub use judge::{Judge, Known};
pub use record::{Incoming, LinesDone};

pub(in crate::app) use correct::carry_out;
pub(in crate::app) use past::{is_ours, replay};
pub(in crate::app) use record::record;
