//! What the use cases of point-of-sale lines read and write within a unit of work.

use crate::{
    domain::{
        deal::conflict,
        id::{AccountId, CorrectionId, PartnerId},
        pos::{Correction, Revenue, Sale, totals::Asked},
        text::Text,
        time::Instant,
    },
    store::error::Result,
};
use chrono::NaiveDate;
use std::future::Future;

/// Everything that one command changes about lines.
#[derive(Debug, Clone, Default)]
pub struct PosChanges {
    /// New lines with the instant at which they are recorded; lines never change.
    pub lines: Vec<(Instant, Sale)>,
    pub corrections: Vec<CorrectionChange>,
}

/// A correction after the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionChange {
    pub correction: Correction,
    /// The version it must still have; 0 = it is new.
    pub expected: i64,
}

/// A key and its number ([`crate::domain::pos::key::number`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SaleKey<'a> {
    pub number: i64,
    pub key: &'a Text,
}

/// What came back of a line so far, what was cancelled again left out. All below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Returned {
    /// Thousandths.
    pub quantity: i64,
    /// Minor units of the line's currency.
    pub minor: i64,
    /// Minor units as booked.
    pub booked: i64,
    /// The line itself was cancelled.
    pub is_reversed: bool,
}

impl PosChanges {
    pub(super) fn append(&mut self, mut after: Self) {
        self.lines.append(&mut after.lines);
        self.corrections.append(&mut after.corrections);
    }
}

pub trait PosUnit: Send {
    /// What these partners sold to these customer families since a day, the oldest first. What was cancelled is left out.
    fn sales(
        &mut self,
        of: &[(PartnerId, AccountId)],
        since: NaiveDate,
    ) -> impl Future<Output = Result<Vec<(PartnerId, AccountId, conflict::Sale)>>> + Send;
    /// Reserves `count` numbers of lines and gives the first. Whoever records lines at the same time waits here, and so sees
    /// what we write; for 0 none is reserved, and the next is given.
    fn sale_numbers(&mut self, count: u32) -> impl Future<Output = Result<i64>> + Send;
    /// For each key the last line that came with it, in order; one that was cancelled since is none.
    fn sales_by_key(&mut self, keys: &[SaleKey<'_>]) -> impl Future<Output = Result<Vec<Option<Sale>>>> + Send;
    /// The lines whose keys have numbers in these ranges, both ends included, in the order of their numbers.
    fn sales_between(&mut self, ranges: &[(i64, i64)]) -> impl Future<Output = Result<Vec<Sale>>> + Send;
    /// The lines in the order of their numbers; unknown ones are left out.
    fn sales_by_id(&mut self, ids: &[i64]) -> impl Future<Output = Result<Vec<Sale>>> + Send;
    /// What a partner's lines are from a day to another (both included), the newest first.
    fn sales_of(&mut self, partner: PartnerId, from: NaiveDate, to: NaiveDate) -> impl Future<Output = Result<Vec<Sale>>> + Send;
    /// What came back of each line so far, in order.
    fn returned(&mut self, ids: &[i64]) -> impl Future<Output = Result<Vec<Returned>>> + Send;
    /// Booked sums by partner and product line, in that order, exact to the minor unit; sums of nothing are left out.
    fn revenue(&mut self, asked: &Asked) -> impl Future<Output = Result<Vec<Revenue>>> + Send;

    /// The corrections in the order asked for; unknown ones are left out.
    fn corrections(&mut self, ids: &[CorrectionId]) -> impl Future<Output = Result<Vec<Correction>>> + Send;
    /// For each key the last correction of it, in order.
    fn corrections_by_key(&mut self, keys: &[SaleKey<'_>]) -> impl Future<Output = Result<Vec<Option<Correction>>>> + Send;
    fn correction_numbers(&mut self, count: u32) -> impl Future<Output = Result<CorrectionId>> + Send;
}
