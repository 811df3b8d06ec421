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
use std::{collections::HashMap, hash::Hash};

/// Records of the real database as the trial would leave them: a claim draws on its request, and the next one finds less.
#[derive(Default)]
pub(super) struct Changed {
    funds: HashMap<FundId, Fund>,
    requests: HashMap<RequestId, Request>,
    claims: HashMap<ClaimId, Claim>,
}

impl Changed {
    /// Takes what would happen to records of the real database out of the changes, and keeps it here.
    pub(super) fn take(&mut self, changes: &mut MdfChanges) {
        for change in changes.funds.extract_if(.., |change| !is_scratch(change.fund.id)) {
            self.funds.insert(change.fund.id, change.fund);
        }
        for change in changes.requests.extract_if(.., |change| !is_scratch(change.request.id)) {
            self.requests.insert(change.request.id, change.request);
        }
        for change in changes.claims.extract_if(.., |change| !is_scratch(change.claim.id)) {
            self.claims.insert(change.claim.id, change.claim);
        }
        changes.batches.retain(|change| is_scratch(change.batch.id));
    }
}

/// Those of the real database, as the trial left them.
fn as_left<I: Eq + Hash, R: Clone>(real: Vec<R>, changed: &HashMap<I, R>, id: impl Fn(&R) -> I) -> impl Iterator<Item = R> {
    real.into_iter().map(move |record| changed.get(&id(&record)).cloned().unwrap_or(record))
}

impl MdfUnit for Overlay {
    async fn funds(&mut self, ids: &[FundId]) -> Result<Vec<Fund>> {
        let (ours, theirs) = parted(ids);
        let mut funds = MdfUnit::funds(&mut self.scratch, &ours).await?;
        let real = self.real.funds(&theirs).await?;
        funds.extend(as_left(real, &self.changed().funds, |fund| fund.id));
        Ok(funds)
    }

    async fn requests(&mut self, ids: &[RequestId]) -> Result<Vec<Request>> {
        let (ours, theirs) = parted(ids);
        let mut requests = MdfUnit::requests(&mut self.scratch, &ours).await?;
        let real = self.real.requests(&theirs).await?;
        requests.extend(as_left(real, &self.changed().requests, |request| request.id));
        Ok(requests)
    }

    async fn claims(&mut self, ids: &[ClaimId]) -> Result<Vec<Claim>> {
        let (ours, theirs) = parted(ids);
        let mut claims = MdfUnit::claims(&mut self.scratch, &ours).await?;
        let real = self.real.claims(&theirs).await?;
        claims.extend(as_left(real, &self.changed().claims, |claim| claim.id));
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

    async fn requests_pending(&mut self, partners: &[PartnerId]) -> Result<Vec<RequestId>> {
        let mut found = self.real.requests_pending(partners).await?;
        found.extend(MdfUnit::requests_pending(&mut self.scratch, partners).await?);
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
