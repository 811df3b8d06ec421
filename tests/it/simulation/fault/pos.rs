//! Point-of-sale lines pass through as they are.

use super::Faulty;
use chrono::NaiveDate;
use pilothouse::{
    domain::{
        deal::conflict,
        id::{AccountId, CorrectionId, PartnerId},
        pos::{Correction, Revenue, Sale, totals::Asked},
    },
    store::{
        Result, Unit,
        unit::pos::{PosUnit, Returned, SaleKey},
    },
};

impl<U: Unit> PosUnit for Faulty<U> {
    async fn sales(&mut self, of: &[(PartnerId, AccountId)], since: NaiveDate) -> Result<Vec<(PartnerId, AccountId, conflict::Sale)>> {
        self.inner.sales(of, since).await
    }

    async fn sale_numbers(&mut self, count: u32) -> Result<i64> {
        self.inner.sale_numbers(count).await
    }

    async fn sales_by_key(&mut self, keys: &[SaleKey<'_>]) -> Result<Vec<Option<Sale>>> {
        self.inner.sales_by_key(keys).await
    }

    async fn sales_between(&mut self, ranges: &[(i64, i64)]) -> Result<Vec<Sale>> {
        self.inner.sales_between(ranges).await
    }

    async fn sales_by_id(&mut self, ids: &[i64]) -> Result<Vec<Sale>> {
        self.inner.sales_by_id(ids).await
    }

    async fn sales_of(&mut self, partner: PartnerId, from: NaiveDate, to: NaiveDate) -> Result<Vec<Sale>> {
        self.inner.sales_of(partner, from, to).await
    }

    async fn returned(&mut self, ids: &[i64]) -> Result<Vec<Returned>> {
        self.inner.returned(ids).await
    }

    async fn revenue(&mut self, asked: &Asked) -> Result<Vec<Revenue>> {
        self.inner.revenue(asked).await
    }

    async fn corrections(&mut self, ids: &[CorrectionId]) -> Result<Vec<Correction>> {
        self.inner.corrections(ids).await
    }

    async fn corrections_by_key(&mut self, keys: &[SaleKey<'_>]) -> Result<Vec<Option<Correction>>> {
        self.inner.corrections_by_key(keys).await
    }

    async fn correction_numbers(&mut self, count: u32) -> Result<CorrectionId> {
        self.inner.correction_numbers(count).await
    }
}
