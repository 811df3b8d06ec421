//! What the MDF desk reads and writes within a unit of work.

use crate::{
    domain::{
        deal::{ContentHash, Registration},
        event::Entity,
        fx::Rates,
        id::{BatchId, ClaimId, DealId, FundId, OperatorId, PartnerId, RequestId},
        mdf::{
            approval::{Authority, Delegation, Limit, Part, Signature},
            batch::Batch,
            claim::{Claim, PaperKey, Payment},
            fund::Fund,
            item::ItemId,
            ledger::Entry,
            request::{Plan, Request},
            stats::Counted,
        },
        text::Text,
        time::Instant,
    },
    store::error::Result,
};
use chrono::NaiveDate;
use std::{collections::HashMap, future::Future};

/// Everything that one command changes at the MDF desk.
#[derive(Debug, Clone, Default)]
pub struct MdfChanges {
    pub funds: Vec<FundChange>,
    pub requests: Vec<RequestChange>,
    pub claims: Vec<ClaimChange>,
    pub batches: Vec<BatchChange>,
    pub limits: Vec<Limit>,
    pub delegations: Vec<Delegation>,
    /// How much each counter moves.
    pub counted: Vec<(Counted, i64)>,
}

/// A fund after the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FundChange {
    pub fund: Fund,
    /// The version it must still have; 0 = it is new.
    pub expected: i64,
    /// What is posted, in the order of their numbers.
    pub entries: Vec<EntryRow>,
}

/// An entry of the ledger with its circumstances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    pub entry: Entry,
    pub at: Instant,
    /// Of one that was made by hand.
    pub reason: Text,
}

/// What happens to the approvals of an item, and who takes part in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hands {
    /// Parts that were not taken before.
    pub parts: Vec<(OperatorId, Part)>,
    pub signed: Vec<Signed>,
    /// Of the approvals that stood before only so many stand from then on, the older ones.
    pub kept: Option<(usize, Instant)>,
}

/// An approval, and when it was taken back or the approval began anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The version of the item that it made.
    pub version: i64,
    pub signature: Signature,
    pub void_at: Option<Instant>,
}

/// A request after the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestChange {
    pub request: Request,
    pub expected: i64,
    /// What it says has changed, and not only where it stands.
    pub restated: bool,
    pub hands: Hands,
}

/// A claim after the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimChange {
    pub claim: Claim,
    pub expected: i64,
    /// The plan of its request, where what it says has changed and not only where it stands.
    pub restated: Option<Box<Plan>>,
    pub hands: Hands,
    /// Those that are new or were answered.
    pub payments: Vec<Payment>,
}

/// A batch of payments after the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchChange {
    pub batch: Batch,
    pub expected: i64,
}

/// Where a request or a claim belongs; that never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Home {
    pub item: ItemId,
    pub fund: FundId,
    /// The request that it is, or that a claim is on.
    pub request: RequestId,
    pub partner: PartnerId,
}

/// Which claims of a partner lie near to one: handed in about the same time, or for an activity at about the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Near {
    pub partner: PartnerId,
    pub submitted: (Instant, Instant),
    pub performed: (NaiveDate, NaiveDate),
}

/// How many claims near to one are looked at, the newest first.
pub const NEAR_MAX: u32 = 256;

/// The reads of the MDF desk. Whoever locks records of several kinds takes funds first, then requests, then claims, then
/// batches, so that two never wait for each other in a ring; before all of them numbers.
pub trait MdfUnit: Send {
    /// In the order asked for, locked until the end of the unit; unknown ones are left out. So for the others.
    fn funds(&mut self, ids: &[FundId]) -> impl Future<Output = Result<Vec<Fund>>> + Send;
    fn requests(&mut self, ids: &[RequestId]) -> impl Future<Output = Result<Vec<Request>>> + Send;
    fn claims(&mut self, ids: &[ClaimId]) -> impl Future<Output = Result<Vec<Claim>>> + Send;
    fn batches(&mut self, ids: &[BatchId]) -> impl Future<Output = Result<Vec<Batch>>> + Send;
    /// As they are committed, for what is only looked at; nobody waits.
    fn funds_seen(&mut self, ids: &[FundId]) -> impl Future<Output = Result<Vec<Fund>>> + Send;
    fn requests_seen(&mut self, ids: &[RequestId]) -> impl Future<Output = Result<Vec<Request>>> + Send;
    fn claims_seen(&mut self, ids: &[ClaimId]) -> impl Future<Output = Result<Vec<Claim>>> + Send;
    /// Registrations that hold the same papers.
    fn deals_seen(&mut self, ids: &[DealId]) -> impl Future<Output = Result<Vec<Registration>>> + Send;

    /// Where these requests and claims belong; unknown ones are left out.
    fn mdf_homes(&mut self, ids: &[ItemId]) -> impl Future<Output = Result<Vec<Home>>> + Send;
    /// Funds, requests and claims whose `next_at` is at or before `now`, the earliest of each kind first.
    fn mdf_due(&mut self, now: Instant, limit: u32) -> impl Future<Output = Result<Vec<ItemId>>> + Send;

    /// Reserves `count` numbers and gives the first, as [`super::Unit::deal_numbers`] does.
    fn fund_numbers(&mut self, count: u32) -> impl Future<Output = Result<FundId>> + Send;
    fn request_numbers(&mut self, count: u32) -> impl Future<Output = Result<RequestId>> + Send;
    fn claim_numbers(&mut self, count: u32) -> impl Future<Output = Result<ClaimId>> + Send;
    fn batch_numbers(&mut self, count: u32) -> impl Future<Output = Result<BatchId>> + Send;
    /// For each key of a record the one that came with it, in order.
    fn funds_by_source(&mut self, keys: &[Text]) -> impl Future<Output = Result<Vec<Option<FundId>>>> + Send;
    fn requests_by_source(&mut self, keys: &[Text]) -> impl Future<Output = Result<Vec<Option<RequestId>>>> + Send;
    fn claims_by_source(&mut self, keys: &[Text]) -> impl Future<Output = Result<Vec<Option<ClaimId>>>> + Send;
    /// The batch that was exported as this file.
    fn batch_by_file(&mut self, hash: ContentHash) -> impl Future<Output = Result<Option<BatchId>>> + Send;

    /// Claims of these partners that are handed in and neither paid nor ended.
    fn claims_pending(&mut self, partners: &[PartnerId]) -> impl Future<Output = Result<Vec<ClaimId>>> + Send;
    /// Requests of these partners that are handed in and not decided.
    fn requests_pending(&mut self, partners: &[PartnerId]) -> impl Future<Output = Result<Vec<RequestId>>> + Send;
    /// Claims of these partners that stand still under suspicion.
    fn claims_suspect(&mut self, partners: &[PartnerId]) -> impl Future<Output = Result<Vec<ClaimId>>> + Send;
    /// The newest first, [`NEAR_MAX`] at most.
    fn claims_near(&mut self, near: Near) -> impl Future<Output = Result<Vec<ClaimId>>> + Send;
    /// Which records hold papers of these keys.
    fn papers(&mut self, keys: &[PaperKey]) -> impl Future<Output = Result<Vec<(PaperKey, Entity)>>> + Send;

    /// Limits of these operators, and what others delegated to them or they to others.
    fn authority(&mut self, operators: &[OperatorId]) -> impl Future<Output = Result<Authority>> + Send;
    /// The exchange rates of a day and so many days before it.
    fn rates(&mut self, on: NaiveDate, max_age_days: u32) -> impl Future<Output = Result<Rates>> + Send;
}

impl MdfChanges {
    /// Takes in what the same command changes after this.
    pub(super) fn append(&mut self, after: Self) {
        let place: HashMap<FundId, usize> = self.funds.iter().enumerate().map(|(place, change)| (change.fund.id, place)).collect();
        for change in after.funds {
            match place.get(&change.fund.id).map(|place| &mut self.funds[*place]) {
                Some(known) => {
                    known.fund = change.fund;
                    known.entries.extend(change.entries);
                }
                None => self.funds.push(change),
            }
        }
        // A request, a claim or a batch changes in one part of a command and no other.
        self.requests.extend(after.requests);
        self.claims.extend(after.claims);
        self.batches.extend(after.batches);
        self.limits.extend(after.limits);
        self.delegations.extend(after.delegations);
        self.counted.extend(after.counted);
    }
}
