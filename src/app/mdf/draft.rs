//! A command of the MDF desk being worked out: events go in, the changes of all tables come out.

use crate::{
    app::{Failure, Scene, journal::Journal},
    domain::{
        aggregate::Aggregate,
        event::{Denied, Entity, Event, Record},
        id::{BatchId, ClaimId, FundId, PartnerId, RequestId},
        mdf::{
            Effects,
            batch::{Batch, BatchEvent},
            claim::{Claim, ClaimEvent},
            desk::Desk,
            fund::{Fund, FundEvent},
            item::ItemId,
            ledger::Balances,
            request::{Request, RequestEvent},
        },
    },
    store::{
        Unit,
        unit::{
            Changes,
            mdf::{BatchChange, ClaimChange, EntryRow, FundChange, Hands, RequestChange, Signed},
        },
    },
};
use std::collections::BTreeMap;

/// Follows every fund, request, claim and batch through the events of one command.
pub(in crate::app) struct MdfDraft<'a> {
    pub scene: Scene<'a>,
    journal: Journal<'a>,
    funds: BTreeMap<FundId, Touched<Fund>>,
    requests: BTreeMap<RequestId, Touched<Request>>,
    claims: BTreeMap<ClaimId, Touched<Claim>>,
    batches: BTreeMap<BatchId, Touched<Batch>>,
    entries: BTreeMap<FundId, Vec<EntryRow>>,
    signed: BTreeMap<ItemId, Vec<Signed>>,
}

struct Touched<R> {
    now: R,
    /// The version in the database; 0 of a new one.
    expected: i64,
    /// As it was before its first change; nothing while it is unchanged, and of a new one.
    before: Option<Box<R>>,
}

impl<R: Aggregate> Touched<R> {
    fn known(record: R) -> Self {
        Self { expected: record.version(), now: record, before: None }
    }

    const fn is_changed(&self) -> bool {
        self.expected == 0 || self.before.is_some()
    }
}

type Table<R> = BTreeMap<<R as Aggregate>::Id, Touched<R>>;

fn know<R: Aggregate>(table: &mut Table<R>, records: Vec<R>) {
    for record in records {
        table.entry(record.id()).or_insert_with(|| Touched::known(record));
    }
}

fn unknown<R: Aggregate>(table: &Table<R>, ids: impl IntoIterator<Item = R::Id>) -> Vec<R::Id> {
    let mut ids: Vec<R::Id> = ids.into_iter().filter(|id| !table.contains_key(id)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Applies events to a record that is known; gives its version after each.
fn follow<R: Aggregate>(table: &mut Table<R>, id: R::Id, events: &[R::Event], now: crate::domain::time::Instant) -> Vec<i64> {
    let Some(touched) = table.get_mut(&id).filter(|_| !events.is_empty()) else { return Vec::new() };
    if touched.before.is_none() && touched.expected > 0 {
        touched.before = Some(Box::new(touched.now.clone()));
    }
    let mut versions = Vec::with_capacity(events.len());
    for event in events {
        touched.now.apply(event, now);
        versions.push(touched.now.version());
    }
    versions
}

impl<'a> MdfDraft<'a> {
    pub fn new(scene: Scene<'a>) -> Self {
        Self {
            scene,
            journal: Journal::new(scene),
            funds: BTreeMap::new(),
            requests: BTreeMap::new(),
            claims: BTreeMap::new(),
            batches: BTreeMap::new(),
            entries: BTreeMap::new(),
            signed: BTreeMap::new(),
        }
    }

    pub fn fund(&self, id: FundId) -> Option<&Fund> {
        self.funds.get(&id).map(|touched| &touched.now)
    }

    pub fn request(&self, id: RequestId) -> Option<&Request> {
        self.requests.get(&id).map(|touched| &touched.now)
    }

    pub fn claim(&self, id: ClaimId) -> Option<&Claim> {
        self.claims.get(&id).map(|touched| &touched.now)
    }

    pub fn batch(&self, id: BatchId) -> Option<&Batch> {
        self.batches.get(&id).map(|touched| &touched.now)
    }

    /// The claims of a partner that are known here.
    pub fn claims_of(&self, partner: PartnerId) -> impl Iterator<Item = &Claim> {
        self.claims.values().map(|touched| &touched.now).filter(move |claim| claim.partner == partner)
    }

    /// Those that this command began.
    pub fn begun(&self) -> impl Iterator<Item = &Claim> {
        self.claims.values().filter(|touched| touched.expected == 0).map(|touched| &touched.now)
    }

    /// Locks funds, then requests, then claims, those that are not known here yet.
    pub async fn load<U: Unit>(
        &mut self,
        unit: &mut U,
        funds: &[FundId],
        requests: &[RequestId],
        claims: &[ClaimId],
    ) -> Result<(), Failure> {
        let ids = unknown::<Fund>(&self.funds, funds.iter().copied());
        if !ids.is_empty() {
            know(&mut self.funds, unit.funds(&ids).await?);
        }
        let ids = unknown::<Request>(&self.requests, requests.iter().copied());
        if !ids.is_empty() {
            know(&mut self.requests, unit.requests(&ids).await?);
        }
        let ids = unknown::<Claim>(&self.claims, claims.iter().copied());
        if !ids.is_empty() {
            know(&mut self.claims, unit.claims(&ids).await?);
        }
        Ok(())
    }

    /// Funds and requests that are only looked at.
    pub async fn look_at<U: Unit>(&mut self, unit: &mut U, funds: &[FundId], requests: &[RequestId]) -> Result<(), Failure> {
        let ids = unknown::<Fund>(&self.funds, funds.iter().copied());
        if !ids.is_empty() {
            know(&mut self.funds, unit.funds_seen(&ids).await?);
        }
        let ids = unknown::<Request>(&self.requests, requests.iter().copied());
        if !ids.is_empty() {
            know(&mut self.requests, unit.requests_seen(&ids).await?);
        }
        Ok(())
    }

    pub async fn load_batches<U: Unit>(&mut self, unit: &mut U, ids: &[BatchId]) -> Result<(), Failure> {
        let ids = unknown::<Batch>(&self.batches, ids.iter().copied());
        if !ids.is_empty() {
            know(&mut self.batches, unit.batches(&ids).await?);
        }
        Ok(())
    }

    pub fn begin_fund(&mut self, fund: Fund, events: &[FundEvent]) {
        let id = fund.id;
        self.funds.insert(id, Touched { now: fund, expected: 0, before: None });
        self.note_fund(id, &(1..).take(events.len()).collect::<Vec<_>>(), events);
    }

    pub fn begin_request(&mut self, request: Request, effects: &Effects) {
        let (id, fund) = (request.id, request.fund);
        self.requests.insert(id, Touched { now: request, expected: 0, before: None });
        self.note_request(id, &(1..).take(effects.request.len()).collect::<Vec<_>>(), &effects.request);
        self.fund_happened(fund, &effects.fund);
    }

    pub fn begin_claim(&mut self, claim: Claim, effects: &Effects) {
        let (id, fund, request) = (claim.id, claim.fund, claim.request);
        self.claims.insert(id, Touched { now: claim, expected: 0, before: None });
        self.note_claim(id, &(1..).take(effects.claim.len()).collect::<Vec<_>>(), &effects.claim);
        self.request_happened(request, &effects.request);
        self.fund_happened(fund, &effects.fund);
    }

    pub fn begin_batch(&mut self, batch: Batch, event: &BatchEvent) {
        let id = batch.id;
        self.batches.insert(id, Touched { now: batch, expected: 0, before: None });
        self.journal.note(Entity::Batch(id), 1, Event::Batch(event.clone()));
    }

    /// Everything that one decision about a request does.
    pub fn request_decided(&mut self, id: RequestId, effects: &Effects) {
        let Some(fund) = self.request(id).map(|request| request.fund) else { return };
        self.request_happened(id, &effects.request);
        self.fund_happened(fund, &effects.fund);
    }

    /// Everything that one decision about a claim does.
    pub fn claim_decided(&mut self, id: ClaimId, effects: &Effects) {
        let Some((fund, request)) = self.claim(id).map(|claim| (claim.fund, claim.request)) else { return };
        self.claim_happened(id, &effects.claim);
        self.request_happened(request, &effects.request);
        self.fund_happened(fund, &effects.fund);
        for (other, events) in &effects.others {
            self.claim_happened(*other, events);
        }
    }

    pub fn fund_happened(&mut self, id: FundId, events: &[FundEvent]) {
        let versions = follow(&mut self.funds, id, events, self.scene.now);
        self.note_fund(id, &versions, events);
    }

    pub fn request_happened(&mut self, id: RequestId, events: &[RequestEvent]) {
        let versions = follow(&mut self.requests, id, events, self.scene.now);
        self.note_request(id, &versions, events);
    }

    pub fn claim_happened(&mut self, id: ClaimId, events: &[ClaimEvent]) {
        let versions = follow(&mut self.claims, id, events, self.scene.now);
        self.note_claim(id, &versions, events);
    }

    pub fn batch_happened(&mut self, id: BatchId, event: &BatchEvent) {
        for version in follow(&mut self.batches, id, std::slice::from_ref(event), self.scene.now) {
            self.journal.note(Entity::Batch(id), version, Event::Batch(event.clone()));
        }
    }

    fn note_fund(&mut self, id: FundId, versions: &[i64], events: &[FundEvent]) {
        for (version, event) in versions.iter().zip(events) {
            if let FundEvent::Posted { entry, reason } = event {
                let row = EntryRow { entry: entry.clone(), at: self.scene.now, reason: reason.clone() };
                self.entries.entry(id).or_default().push(row);
            }
            self.journal.note(Entity::Fund(id), *version, Event::Fund(event.clone()));
        }
    }

    fn note_request(&mut self, id: RequestId, versions: &[i64], events: &[RequestEvent]) {
        for (version, event) in versions.iter().zip(events) {
            if let RequestEvent::Signed { signature, .. } | RequestEvent::Approved { signature, .. } = event {
                let signed = Signed { version: *version, signature: *signature, void_at: None };
                self.signed.entry(ItemId::Request(id)).or_default().push(signed);
            }
            self.journal.note(Entity::Request(id), *version, Event::Request(event.clone()));
        }
    }

    fn note_claim(&mut self, id: ClaimId, versions: &[i64], events: &[ClaimEvent]) {
        for (version, event) in versions.iter().zip(events) {
            if let ClaimEvent::Signed { signature, .. } | ClaimEvent::Approved { signature, .. } = event {
                let signed = Signed { version: *version, signature: *signature, void_at: None };
                self.signed.entry(ItemId::Claim(id)).or_default().push(signed);
            }
            self.journal.note(Entity::Claim(id), *version, Event::Claim(event.clone()));
        }
    }

    /// Keeps in the chain that somebody asked for what they may not do.
    pub fn denied(&mut self, asked: String, why: &str) {
        let denied = Denied { asked, why: why.to_owned() };
        self.journal.note(Entity::Operator(self.scene.actor.id), 0, Event::Denied(denied));
    }

    /// Keeps the record of an event that is followed nowhere else, and gives the changes to put its row into.
    pub fn other(&mut self, record: Record) -> &mut Changes {
        self.journal.other(record)
    }

    /// Each fund in which money moved, before and after.
    pub fn moved(&self) -> Vec<(Balances, Balances)> {
        let moved = |touched: &Touched<Fund>| {
            let before = match &touched.before {
                Some(before) => before.balances,
                None if touched.expected == 0 => Balances::new(touched.now.id, touched.now.terms.currency),
                None => return None,
            };
            (before != touched.now.balances).then_some((before, touched.now.balances))
        };
        self.funds.values().filter_map(moved).collect()
    }

    pub fn into_changes(mut self) -> Changes {
        let mut changes = self.journal.take();
        let (now, mut entries, mut signed) = (self.scene.now, self.entries, self.signed);
        let mdf = &mut changes.mdf;
        for (id, touched) in self.funds.into_iter().filter(|(_, touched)| touched.is_changed()) {
            let entries = entries.remove(&id).unwrap_or_default();
            mdf.funds.push(FundChange { fund: touched.now, expected: touched.expected, entries });
        }
        let plans: BTreeMap<RequestId, &Request> = self.requests.iter().map(|(id, touched)| (*id, &touched.now)).collect();
        for (id, Touched { now: claim, expected, before }) in self.claims.into_iter().filter(|(_, touched)| touched.is_changed()) {
            let is_restated = before.as_ref().is_none_or(|before| before.content != claim.content);
            let plan = plans.get(&claim.request).map(|request| Box::new(request.plan.clone()));
            let desk = before.as_ref().map(|before| &before.desk);
            let hands = hands(desk, &claim.desk, signed.remove(&ItemId::Claim(id)).unwrap_or_default(), now);
            let paid = before.as_ref().map_or(&[][..], |before| &before.payments);
            let payments = claim.payments.iter().filter(|payment| !paid.contains(payment)).cloned().collect();
            mdf.claims.push(ClaimChange { claim, expected, restated: plan.filter(|_| is_restated), hands, payments });
        }
        for (id, Touched { now: request, expected, before }) in self.requests.into_iter().filter(|(_, touched)| touched.is_changed()) {
            let restated = before.as_ref().is_none_or(|before| before.plan != request.plan);
            let desk = before.as_ref().map(|before| &before.desk);
            let hands = hands(desk, &request.desk, signed.remove(&ItemId::Request(id)).unwrap_or_default(), now);
            mdf.requests.push(RequestChange { request, expected, restated, hands });
        }
        for touched in self.batches.into_values().filter(Touched::is_changed) {
            mdf.batches.push(BatchChange { batch: touched.now, expected: touched.expected });
        }
        changes
    }
}

/// What happened to the approvals of an item, and who takes part in it from now on.
fn hands(before: Option<&Desk>, after: &Desk, signed: Vec<Signed>, now: crate::domain::time::Instant) -> Hands {
    let parts = after.parts.iter().filter(|(who, part)| !before.is_some_and(|desk| desk.parts.has(*who, *part))).collect();
    let stood = before.map_or(&[][..], |desk| &desk.signatures);
    let kept = stood.iter().zip(&after.signatures).take_while(|(old, new)| old == new).count();
    Hands { parts, signed, kept: (kept < stood.len()).then_some((kept, now)) }
}
