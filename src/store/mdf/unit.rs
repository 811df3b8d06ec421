//! [`MdfUnit`] on both databases.

use crate::{
    domain::{
        deal::{ContentHash, Registration},
        event::Entity,
        fx::Rates,
        id::{BatchId, ClaimId, DealId, FundId, OperatorId, PartnerId, RequestId},
        mdf::{
            approval::Authority,
            batch::Batch,
            claim::{Claim, PaperKey},
            fund::Fund,
            item::ItemId,
            request::Request,
        },
        text::Text,
        time::Instant,
    },
    store::{
        Tx,
        error::Result,
        unit::mdf::{Home, MdfUnit, Near},
    },
};
use chrono::NaiveDate;

impl MdfUnit for Tx {
    async fn funds(&mut self, ids: &[FundId]) -> Result<Vec<Fund>> {
        self.records_locked(ids).await
    }

    async fn requests(&mut self, ids: &[RequestId]) -> Result<Vec<Request>> {
        self.records_locked(ids).await
    }

    async fn claims(&mut self, ids: &[ClaimId]) -> Result<Vec<Claim>> {
        self.records_locked(ids).await
    }

    async fn batches(&mut self, ids: &[BatchId]) -> Result<Vec<Batch>> {
        self.records_locked(ids).await
    }

    async fn funds_seen(&mut self, ids: &[FundId]) -> Result<Vec<Fund>> {
        (**self).funds(ids).await
    }

    async fn requests_seen(&mut self, ids: &[RequestId]) -> Result<Vec<Request>> {
        (**self).requests(ids).await
    }

    async fn claims_seen(&mut self, ids: &[ClaimId]) -> Result<Vec<Claim>> {
        (**self).claims(ids).await
    }

    async fn deals_seen(&mut self, ids: &[DealId]) -> Result<Vec<Registration>> {
        (**self).deals(ids).await
    }

    async fn mdf_homes(&mut self, ids: &[ItemId]) -> Result<Vec<Home>> {
        (**self).mdf_homes(ids).await
    }

    async fn mdf_due(&mut self, now: Instant, limit: u32) -> Result<Vec<ItemId>> {
        (**self).mdf_due(now, limit).await
    }

    async fn fund_numbers(&mut self, count: u32) -> Result<FundId> {
        Ok(FundId(self.numbers("fund", count).await?))
    }

    async fn request_numbers(&mut self, count: u32) -> Result<RequestId> {
        Ok(RequestId(self.numbers("request", count).await?))
    }

    async fn claim_numbers(&mut self, count: u32) -> Result<ClaimId> {
        Ok(ClaimId(self.numbers("claim", count).await?))
    }

    async fn batch_numbers(&mut self, count: u32) -> Result<BatchId> {
        Ok(BatchId(self.numbers("batch", count).await?))
    }

    async fn funds_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<FundId>>> {
        (**self).funds_by_source(keys).await
    }

    async fn requests_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<RequestId>>> {
        (**self).requests_by_source(keys).await
    }

    async fn claims_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<ClaimId>>> {
        (**self).claims_by_source(keys).await
    }

    async fn batch_by_file(&mut self, hash: ContentHash) -> Result<Option<BatchId>> {
        (**self).batch_by_file(hash).await
    }

    async fn claims_pending(&mut self, partners: &[PartnerId]) -> Result<Vec<ClaimId>> {
        (**self).claims_pending(partners).await
    }

    async fn requests_pending(&mut self, partners: &[PartnerId]) -> Result<Vec<RequestId>> {
        (**self).requests_pending(partners).await
    }

    async fn claims_suspect(&mut self, partners: &[PartnerId]) -> Result<Vec<ClaimId>> {
        (**self).claims_suspect(partners).await
    }

    async fn claims_near(&mut self, near: Near) -> Result<Vec<ClaimId>> {
        (**self).claims_near(near).await
    }

    async fn papers(&mut self, keys: &[PaperKey]) -> Result<Vec<(PaperKey, Entity)>> {
        (**self).papers(keys).await
    }

    async fn authority(&mut self, operators: &[OperatorId]) -> Result<Authority> {
        (**self).authority(operators).await
    }

    async fn rates(&mut self, on: NaiveDate, max_age_days: u32) -> Result<Rates> {
        (**self).rates(on, max_age_days).await
    }
}
