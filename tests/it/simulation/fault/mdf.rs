//! The MDF desk passes through as it is.

use super::Faulty;
use chrono::NaiveDate;
use pilothouse::{
    domain::{
        deal::{ContentHash, Registration},
        event::Entity,
        fx::Rates,
        id::{BatchId, ClaimId, DealId, FundId, OperatorId, PartnerId, RequestId},
        mdf::{
            approval::{Authority, Part},
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
        Result, Unit,
        unit::Changes,
        unit::mdf::{Home, MdfUnit, Near},
    },
};

impl<U: Unit> MdfUnit for Faulty<U> {
    async fn funds(&mut self, ids: &[FundId]) -> Result<Vec<Fund>> {
        self.inner.funds(ids).await
    }

    async fn requests(&mut self, ids: &[RequestId]) -> Result<Vec<Request>> {
        self.inner.requests(ids).await
    }

    async fn claims(&mut self, ids: &[ClaimId]) -> Result<Vec<Claim>> {
        self.inner.claims(ids).await
    }

    async fn batches(&mut self, ids: &[BatchId]) -> Result<Vec<Batch>> {
        self.inner.batches(ids).await
    }

    async fn funds_seen(&mut self, ids: &[FundId]) -> Result<Vec<Fund>> {
        self.inner.funds_seen(ids).await
    }

    async fn requests_seen(&mut self, ids: &[RequestId]) -> Result<Vec<Request>> {
        self.inner.requests_seen(ids).await
    }

    async fn claims_seen(&mut self, ids: &[ClaimId]) -> Result<Vec<Claim>> {
        self.inner.claims_seen(ids).await
    }

    async fn deals_seen(&mut self, ids: &[DealId]) -> Result<Vec<Registration>> {
        self.inner.deals_seen(ids).await
    }

    async fn mdf_homes(&mut self, ids: &[ItemId]) -> Result<Vec<Home>> {
        self.inner.mdf_homes(ids).await
    }

    async fn mdf_due(&mut self, now: Instant, limit: u32) -> Result<Vec<ItemId>> {
        self.inner.mdf_due(now, limit).await
    }

    async fn fund_numbers(&mut self, count: u32) -> Result<FundId> {
        self.inner.fund_numbers(count).await
    }

    async fn request_numbers(&mut self, count: u32) -> Result<RequestId> {
        self.inner.request_numbers(count).await
    }

    async fn claim_numbers(&mut self, count: u32) -> Result<ClaimId> {
        self.inner.claim_numbers(count).await
    }

    async fn batch_numbers(&mut self, count: u32) -> Result<BatchId> {
        self.inner.batch_numbers(count).await
    }

    async fn funds_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<FundId>>> {
        self.inner.funds_by_source(keys).await
    }

    async fn requests_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<RequestId>>> {
        self.inner.requests_by_source(keys).await
    }

    async fn claims_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<ClaimId>>> {
        self.inner.claims_by_source(keys).await
    }

    async fn batch_by_file(&mut self, hash: ContentHash) -> Result<Option<BatchId>> {
        self.inner.batch_by_file(hash).await
    }

    async fn claims_pending(&mut self, partners: &[PartnerId]) -> Result<Vec<ClaimId>> {
        self.inner.claims_pending(partners).await
    }

    async fn requests_pending(&mut self, partners: &[PartnerId]) -> Result<Vec<RequestId>> {
        self.inner.requests_pending(partners).await
    }

    async fn claims_suspect(&mut self, partners: &[PartnerId]) -> Result<Vec<ClaimId>> {
        self.inner.claims_suspect(partners).await
    }

    async fn claims_near(&mut self, near: Near) -> Result<Vec<ClaimId>> {
        self.inner.claims_near(near).await
    }

    async fn papers(&mut self, keys: &[PaperKey]) -> Result<Vec<(PaperKey, Entity)>> {
        self.inner.papers(keys).await
    }

    async fn authority(&mut self, operators: &[OperatorId]) -> Result<Authority> {
        self.inner.authority(operators).await
    }

    async fn rates(&mut self, on: NaiveDate, max_age_days: u32) -> Result<Rates> {
        self.inner.rates(on, max_age_days).await
    }
}

impl<U: Unit> Faulty<U> {
    pub(super) async fn unguard_money(&mut self, changes: &mut Changes) -> Result<()> {
        let mdf = &mut changes.mdf;
        for change in mdf.funds.iter_mut().filter(|change| change.expected > 0) {
            change.expected = self.inner.funds(&[change.fund.id]).await?.first().map_or(0, |fund| fund.version);
        }
        for change in mdf.requests.iter_mut().filter(|change| change.expected > 0) {
            change.expected = self.inner.requests(&[change.request.id]).await?.first().map_or(0, |request| request.version);
        }
        for change in mdf.claims.iter_mut().filter(|change| change.expected > 0) {
            change.expected = self.inner.claims(&[change.claim.id]).await?.first().map_or(0, |claim| claim.version);
        }
        Ok(())
    }
}

/// Whoever asked for it is nobody, in the claim and beside it.
pub(super) fn forget_parts(changes: &mut Changes) {
    for change in &mut changes.mdf.claims {
        change.hands.parts.retain(|(_, part)| *part != Part::Asked);
        change.claim.desk.parts = change.claim.desk.parts.iter().filter(|(_, part)| *part != Part::Asked).collect();
    }
}
