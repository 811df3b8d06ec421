//! Tiers: what partners earned, and what changes next quarter.
//!
//! [`Facts`] of a partner at an audit day and the [`Rules`] of a program give a [`Scorecard`]: every criterion with its
//! points, every gate with its gap, the tier earned and what follows from it. All of it is exact decimal arithmetic and a
//! pure function of its arguments.

pub mod board;
pub mod desk;
pub mod evaluate;
pub mod evaluation;
pub mod facts;
pub mod fields;
pub mod knob;
mod mean;
pub mod period;
pub mod queue;
pub mod rules;
pub mod score;
pub mod standing;
#[cfg(test)]
mod tests;
pub mod way;
pub mod what_if;

pub use evaluate::{Gate, Gated, History, Outcome, PlanSeen, Scorecard, evaluate};
pub use facts::{Booked, Certificate, Facts, Revenue, Share, TooLarge};
pub use period::{Period, Quarter, Trailing};
pub use rules::{Card, Criterion, Entitlements, Gates, Light, Line, Measure, Rule, Rules, Score};
pub use way::{Way, way_up};
pub use what_if::{WhatIf, what_if};
