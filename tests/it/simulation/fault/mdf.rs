//! The MDF desk passes through as it is, but for the faults of its own.

use super::{Fault, Faulty};
use chrono::NaiveDate;
use pilothouse::{
    domain::{
        aggregate::Aggregate,
        deal::{ContentHash, Registration},
        event::{Entity, Event, Record},
        fx::Rates,
        id::{BatchId, ClaimId, DealId, FundId, OperatorId, PartnerId, RequestId},
        mdf::{
            approval::{Authority, Part, Pin, Signature},
            batch::Batch,
            claim::{Claim, ClaimEvent, PaperKey},
            desk::Desk,
            fund::Fund,
            item::ItemId,
            request::{Request, RequestEvent},
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
        let mut requests = self.inner.requests(ids).await?;
        for request in &mut requests {
            let pin = request.pin();
            self.misread(&mut request.desk, pin);
        }
        Ok(requests)
    }

    async fn claims(&mut self, ids: &[ClaimId]) -> Result<Vec<Claim>> {
        let mut claims = self.inner.claims(ids).await?;
        for claim in &mut claims {
            let pin = claim.pin();
            self.misread(&mut claim.desk, pin);
        }
        Ok(claims)
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
        let mut authority = self.inner.authority(operators).await?;
        match self.fault {
            Fault::OverLimit => authority.limits.iter_mut().for_each(|limit| limit.amount.minor *= 10),
            Fault::EndlessDelegation => authority.delegations.iter_mut().for_each(|one| one.ends_on = NaiveDate::MAX),
            _ => {}
        }
        Ok(authority)
    }

    async fn rates(&mut self, on: NaiveDate, max_age_days: u32) -> Result<Rates> {
        self.inner.rates(on, max_age_days).await
    }
}

/// Everybody approves everything alone.
pub(super) const ONE_ALONE: &str = "\n[mdf.approval]\none = { EUR = 1000000 }\ntwo = { EUR = 2000000 }\n";

impl<U: Unit> Faulty<U> {
    /// What a faulty store says of the approvals of an item.
    fn misread(&self, desk: &mut Desk, pin: Pin) {
        match self.fault {
            Fault::KeptSignature => desk.signatures.iter_mut().for_each(|one| one.pin = pin),
            Fault::ForgottenStep => {
                desk.steps.clear();
                desk.signatures.retain(|one| one.pin == pin);
            }
            _ => {}
        }
    }

    /// What was misread is written as it was, so that only who decided by it can tell.
    pub(super) async fn unpin(&mut self, changes: &mut Changes) -> Result<()> {
        for change in &mut changes.mdf.requests {
            let kept = self.inner.requests(&[change.request.id]).await?;
            unpin(&mut change.request.desk, kept.first().map(|request| &request.desk));
        }
        for change in &mut changes.mdf.claims {
            let kept = self.inner.claims(&[change.claim.id]).await?;
            unpin(&mut change.claim.desk, kept.first().map(|claim| &claim.desk));
        }
        Ok(())
    }

    pub(super) async fn remember_steps(&mut self, changes: &mut Changes) -> Result<()> {
        // Whoever asks for information, or takes back, gives all of them up.
        let given_up = |record: &&Record| {
            matches!(
                record.event,
                Event::Request(RequestEvent::InfoRequested { .. } | RequestEvent::Undone { .. })
                    | Event::Claim(ClaimEvent::InfoRequested { .. } | ClaimEvent::Undone { .. })
            )
        };
        let given_up: Vec<Entity> = changes.records.iter().filter(given_up).map(|record| record.entity).collect();
        for change in &mut changes.mdf.requests {
            let kept = self.inner.requests(&[change.request.id]).await?;
            let is_given_up = given_up.contains(&Entity::Request(change.request.id));
            let lost = remember(&mut change.request.desk, kept.first().map(|request| &request.desk), is_given_up);
            change.hands.kept = change.hands.kept.map(|(kept, at)| (kept + lost, at));
        }
        for change in &mut changes.mdf.claims {
            let kept = self.inner.claims(&[change.claim.id]).await?;
            let is_given_up = given_up.contains(&Entity::Claim(change.claim.id));
            let lost = remember(&mut change.claim.desk, kept.first().map(|claim| &claim.desk), is_given_up);
            change.hands.kept = change.hands.kept.map(|(kept, at)| (kept + lost, at));
        }
        Ok(())
    }

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

/// Each approval that was there is bound to what it was bound to.
fn unpin(desk: &mut Desk, kept: Option<&Desk>) {
    for one in &mut desk.signatures {
        let was = kept.into_iter().flat_map(|desk| &desk.signatures).find(|was| (was.at, was.by, was.step) == (one.at, one.by, one.step));
        one.pin = was.map_or(one.pin, |was| was.pin);
    }
}

/// The steps that were there are there again, and the void approvals unless all are given up; how many of the latter.
fn remember(desk: &mut Desk, kept: Option<&Desk>, is_given_up: bool) -> usize {
    let Some(kept) = kept else { return 0 };
    desk.steps.extend(&kept.steps);
    if is_given_up {
        return 0;
    }
    let lost: Vec<Signature> = kept.signatures.iter().filter(|one| !desk.signatures.contains(one)).copied().collect();
    let count = lost.len();
    desk.signatures.splice(0..0, lost);
    count
}

/// A payment that is confirmed, and nothing more, is confirmed once more.
pub(super) fn pay_twice(changes: &mut Changes) {
    for change in &mut changes.mdf.claims {
        let own = |record: &&Record| record.entity == Entity::Claim(change.claim.id);
        let Some(last) = changes.records.iter().rev().find(own).cloned() else { continue };
        let Event::Claim(event @ ClaimEvent::PaymentConfirmed { .. }) = &last.event else { continue };
        change.claim.apply(event, last.at);
        changes.records.push(Record { version: last.version + 1, ..last });
    }
}
