//! Point-of-sale lines on trial: new ones in the scratch database, all others as they are.

use super::{Overlay, either, parted};
use crate::{
    domain::{
        deal::conflict,
        id::{AccountId, CorrectionId, PartnerId},
        pos::{Correction, Revenue, Sale, totals::Asked},
    },
    store::{
        Result,
        unit::pos::{PosUnit, Returned, SaleKey},
    },
};
use chrono::NaiveDate;

impl PosUnit for Overlay {
    async fn sales(&mut self, of: &[(PartnerId, AccountId)], since: NaiveDate) -> Result<Vec<(PartnerId, AccountId, conflict::Sale)>> {
        self.real.sales(of, since).await
    }

    async fn sale_numbers(&mut self, count: u32) -> Result<i64> {
        self.scratch.sale_numbers(count).await
    }

    /// What the file has brought goes before what was there: it stands under the key by now.
    async fn sales_by_key(&mut self, keys: &[SaleKey<'_>]) -> Result<Vec<Option<Sale>>> {
        Ok(either(self.scratch.sales_by_key(keys).await?, self.real.sales_by_key(keys).await?))
    }

    async fn sales_between(&mut self, ranges: &[(i64, i64)]) -> Result<Vec<Sale>> {
        let mut found = self.real.sales_between(ranges).await?;
        found.extend(self.scratch.sales_between(ranges).await?);
        Ok(found)
    }

    async fn sales_by_id(&mut self, ids: &[i64]) -> Result<Vec<Sale>> {
        let mut found = self.real.sales_by_id(ids).await?;
        found.extend(self.scratch.sales_by_id(ids).await?);
        Ok(found)
    }

    async fn sales_of(&mut self, partner: PartnerId, from: NaiveDate, to: NaiveDate) -> Result<Vec<Sale>> {
        let mut found = self.scratch.sales_of(partner, from, to).await?;
        found.extend(self.real.sales_of(partner, from, to).await?);
        Ok(found)
    }

    async fn returned(&mut self, ids: &[i64]) -> Result<Vec<Returned>> {
        let (real, scratch) = (self.real.returned(ids).await?, self.scratch.returned(ids).await?);
        let both = |(real, scratch): (Returned, Returned)| Returned {
            quantity: real.quantity + scratch.quantity,
            minor: real.minor + scratch.minor,
            booked: real.booked + scratch.booked,
            is_reversed: real.is_reversed || scratch.is_reversed,
        };
        Ok(real.into_iter().zip(scratch).map(both).collect())
    }

    async fn revenue(&mut self, asked: &Asked) -> Result<Vec<Revenue>> {
        self.real.revenue(asked).await
    }

    async fn corrections(&mut self, ids: &[CorrectionId]) -> Result<Vec<Correction>> {
        let (ours, theirs) = parted(ids);
        let mut corrections = self.scratch.corrections(&ours).await?;
        corrections.extend(self.real.corrections(&theirs).await?);
        Ok(corrections)
    }

    async fn corrections_by_key(&mut self, keys: &[SaleKey<'_>]) -> Result<Vec<Option<Correction>>> {
        Ok(either(self.scratch.corrections_by_key(keys).await?, self.real.corrections_by_key(keys).await?))
    }

    async fn correction_numbers(&mut self, count: u32) -> Result<CorrectionId> {
        self.scratch.correction_numbers(count).await
    }
}
