//! Our own point-of-sale facts: order lines, what they add up to, and lines that wait for a person.

mod corrections;
mod lines;
mod totals;

pub use corrections::{CorrectionsAsked, number as correction_key};
pub use lines::keyed;

use super::{
    Tx,
    error::Result,
    unit::pos::{CorrectionChange, PosChanges, PosUnit, Returned, SaleKey},
};
use crate::domain::{
    deal::conflict,
    id::{AccountId, CorrectionId, PartnerId},
    pos::{Correction, Revenue, Sale, totals::Asked},
};
use chrono::NaiveDate;

pub fn statements() -> impl Iterator<Item = &'static str> {
    lines::STATEMENTS.iter().chain(totals::STATEMENTS).chain(corrections::STATEMENTS).copied()
}

impl Tx {
    pub(super) async fn pos_save(&mut self, changes: &PosChanges) -> Result<()> {
        self.lines_save(changes.lines.iter().map(|(_, sale)| sale)).await?;
        self.totals_add(changes.lines.iter().map(|(at, sale)| (*at, &sale.posted))).await?;
        let corrections: &[CorrectionChange] = &changes.corrections;
        self.corrections_save(corrections).await
    }
}

impl PosUnit for Tx {
    async fn sales(&mut self, of: &[(PartnerId, AccountId)], since: NaiveDate) -> Result<Vec<(PartnerId, AccountId, conflict::Sale)>> {
        (**self).sales(of, since).await
    }

    async fn sale_numbers(&mut self, count: u32) -> Result<i64> {
        self.numbers("sale", count).await
    }

    async fn sales_by_key(&mut self, keys: &[SaleKey<'_>]) -> Result<Vec<Option<Sale>>> {
        (**self).sales_by_key(keys).await
    }

    async fn sales_between(&mut self, ranges: &[(i64, i64)]) -> Result<Vec<Sale>> {
        (**self).sales_between(ranges).await
    }

    async fn sales_by_id(&mut self, ids: &[i64]) -> Result<Vec<Sale>> {
        (**self).sales_by_id(ids).await
    }

    async fn sales_of(&mut self, partner: PartnerId, from: NaiveDate, to: NaiveDate) -> Result<Vec<Sale>> {
        (**self).sales_of(partner, from, to).await
    }

    async fn returned(&mut self, ids: &[i64]) -> Result<Vec<Returned>> {
        (**self).returned(ids).await
    }

    async fn revenue(&mut self, asked: &Asked) -> Result<Vec<Revenue>> {
        (**self).revenue(asked).await
    }

    async fn corrections(&mut self, ids: &[CorrectionId]) -> Result<Vec<Correction>> {
        self.records_locked(ids).await
    }

    async fn corrections_by_key(&mut self, keys: &[SaleKey<'_>]) -> Result<Vec<Option<Correction>>> {
        (**self).corrections_by_key(keys).await
    }

    async fn correction_numbers(&mut self, count: u32) -> Result<CorrectionId> {
        Ok(CorrectionId(self.numbers("correction", count).await?))
    }
}
