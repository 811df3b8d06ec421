//! The MDF desk on trial.

use super::{Overlay, either, is_scratch, parted};
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
        Result, Unit,
        unit::mdf::{Home, MdfChanges, MdfUnit, Near},
    },
};
use chrono::NaiveDate;

/// Leaves out what would happen to records of the real database.
pub(super) fn keep_scratch(changes: &mut MdfChanges) {
    changes.funds.retain(|change| is_scratch(change.fund.id));
    changes.requests.retain(|change| is_scratch(change.request.id));
    changes.claims.retain(|change| is_scratch(change.claim.id));
    changes.batches.retain(|change| is_scratch(change.batch.id));
}

impl MdfUnit for Overlay {
    async fn funds(&mut self, ids: &[FundId]) -> Result<Vec<Fund>> {
        let (ours, theirs) = parted(ids);
        let mut funds = MdfUnit::funds(&mut self.scratch, &ours).await?;
        funds.extend(self.real.funds(&theirs).await?);
        Ok(funds)
    }

    async fn requests(&mut self, ids: &[RequestId]) -> Result<Vec<Request>> {
        let (ours, theirs) = parted(ids);
        let mut requests = MdfUnit::requests(&mut self.scratch, &ours).await?;
        requests.extend(self.real.requests(&theirs).await?);
        Ok(requests)
    }

    async fn claims(&mut self, ids: &[ClaimId]) -> Result<Vec<Claim>> {
        let (ours, theirs) = parted(ids);
        let mut claims = MdfUnit::claims(&mut self.scratch, &ours).await?;
        claims.extend(self.real.claims(&theirs).await?);
        Ok(claims)
    }

    async fn batches(&mut self, ids: &[BatchId]) -> Result<Vec<Batch>> {
        let (ours, theirs) = parted(ids);
        let mut batches = MdfUnit::batches(&mut self.scratch, &ours).await?;
        batches.extend(self.real.batches(&theirs).await?);
        Ok(batches)
    }

    async fn funds_seen(&mut self, ids: &[FundId]) -> Result<Vec<Fund>> {
        MdfUnit::funds(self, ids).await
    }

    async fn requests_seen(&mut self, ids: &[RequestId]) -> Result<Vec<Request>> {
        MdfUnit::requests(self, ids).await
    }

    async fn claims_seen(&mut self, ids: &[ClaimId]) -> Result<Vec<Claim>> {
        MdfUnit::claims(self, ids).await
    }

    async fn deals_seen(&mut self, ids: &[DealId]) -> Result<Vec<Registration>> {
        Unit::deals(self, ids).await
    }

    async fn mdf_homes(&mut self, ids: &[ItemId]) -> Result<Vec<Home>> {
        let mut homes = self.real.mdf_homes(ids).await?;
        homes.extend(MdfUnit::mdf_homes(&mut self.scratch, ids).await?);
        Ok(homes)
    }

    async fn mdf_due(&mut self, now: Instant, limit: u32) -> Result<Vec<ItemId>> {
        MdfUnit::mdf_due(&mut self.scratch, now, limit).await
    }

    async fn fund_numbers(&mut self, count: u32) -> Result<FundId> {
        self.scratch.fund_numbers(count).await
    }

    async fn request_numbers(&mut self, count: u32) -> Result<RequestId> {
        self.scratch.request_numbers(count).await
    }

    async fn claim_numbers(&mut self, count: u32) -> Result<ClaimId> {
        self.scratch.claim_numbers(count).await
    }

    async fn batch_numbers(&mut self, count: u32) -> Result<BatchId> {
        self.scratch.batch_numbers(count).await
    }

    async fn funds_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<FundId>>> {
        Ok(either(self.real.funds_by_source(keys).await?, MdfUnit::funds_by_source(&mut self.scratch, keys).await?))
    }

    async fn requests_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<RequestId>>> {
        Ok(either(self.real.requests_by_source(keys).await?, MdfUnit::requests_by_source(&mut self.scratch, keys).await?))
    }

    async fn claims_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<ClaimId>>> {
        Ok(either(self.real.claims_by_source(keys).await?, MdfUnit::claims_by_source(&mut self.scratch, keys).await?))
    }

    async fn batch_by_file(&mut self, hash: ContentHash) -> Result<Option<BatchId>> {
        self.real.batch_by_file(hash).await
    }

    async fn claims_pending(&mut self, partners: &[PartnerId]) -> Result<Vec<ClaimId>> {
        let mut found = self.real.claims_pending(partners).await?;
        found.extend(MdfUnit::claims_pending(&mut self.scratch, partners).await?);
        Ok(found)
    }

    async fn claims_suspect(&mut self, partners: &[PartnerId]) -> Result<Vec<ClaimId>> {
        let mut found = self.real.claims_suspect(partners).await?;
        found.extend(MdfUnit::claims_suspect(&mut self.scratch, partners).await?);
        Ok(found)
    }

    async fn claims_near(&mut self, near: Near) -> Result<Vec<ClaimId>> {
        let mut found = self.real.claims_near(near).await?;
        found.extend(MdfUnit::claims_near(&mut self.scratch, near).await?);
        Ok(found)
    }

    async fn papers(&mut self, keys: &[PaperKey]) -> Result<Vec<(PaperKey, Entity)>> {
        let mut found = self.real.papers(keys).await?;
        found.extend(MdfUnit::papers(&mut self.scratch, keys).await?);
        Ok(found)
    }

    async fn authority(&mut self, operators: &[OperatorId]) -> Result<Authority> {
        self.real.authority(operators).await
    }

    async fn rates(&mut self, on: NaiveDate, max_age_days: u32) -> Result<Rates> {
        self.real.rates(on, max_age_days).await
    }
}
