//! The MDF desk in memory: funds, requests, claims, their ledger, who signed, who took part.
//!
//! It refuses what the triggers of the databases refuse, so that the simulation meets the same walls.

use super::{State, table::Table, unit::MemoryUnit};
use crate::{
    domain::{
        deal::{ContentHash, Registration},
        event::Entity,
        fx::Rates,
        id::{BatchId, ClaimId, DealId, FundId, LeadId, OperatorId, PartnerId, RequestId},
        mdf::{
            approval::{Authority, Delegation, Limit, Part, Pin},
            batch::Batch,
            claim::{Claim, ClaimState, PaperKey, Payment, PaymentState},
            fund::Fund,
            item::ItemId,
            ledger::Balances,
            request::Request,
            stats::Counted,
        },
        text::Text,
        time::Instant,
    },
    store::{
        error::{Error, Result},
        unit::mdf::{
            BatchChange, ClaimChange, EntryRow, FundChange, Hands, Home, MdfChanges, MdfUnit, NEAR_MAX, Near, RequestChange, Signed,
        },
    },
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The tables. Public for tests that compare them with a recount.
#[derive(Default)]
pub struct MdfDesk {
    pub funds: Table<Fund>,
    pub requests: Table<Request>,
    pub claims: Table<Claim>,
    pub batches: Table<Batch>,
    pub entries: BTreeMap<FundId, Vec<EntryRow>>,
    pub signed: BTreeMap<ItemId, Vec<Signed>>,
    pub parts: BTreeSet<(ItemId, OperatorId, Part)>,
    pub payments: BTreeMap<(ClaimId, u32), Payment>,
    pub limits: Vec<Limit>,
    pub delegations: Vec<Delegation>,
    pub counters: BTreeMap<Counted, i64>,
    pub(super) papers: BTreeSet<(PaperKey, Entity)>,
}

/// No entity stands before it.
const FIRST: Entity = Entity::Lead(LeadId(i64::MIN));

fn is_approved(rests: bool) -> Result<()> {
    if rests { Ok(()) } else { Err(Error::Refused("nothing is approved without an approval of it as it is".into())) }
}

/// Something that moved on since it was read, with the version expected and found.
type Moved = Option<(Entity, i64, i64)>;

impl MdfDesk {
    /// Whether these changes may be written now.
    pub(super) fn check(&self, changes: &MdfChanges) -> Result<Moved> {
        let tables = [
            self.funds.check(changes.funds.iter().map(|change| (&change.fund, change.expected)))?,
            self.requests.check(changes.requests.iter().map(|change| (&change.request, change.expected)))?,
            self.claims.check(changes.claims.iter().map(|change| (&change.claim, change.expected)))?,
            self.batches.check(changes.batches.iter().map(|change| (&change.batch, change.expected)))?,
        ];
        if let Some(moved) = tables.into_iter().flatten().next() {
            return Ok(Some(moved));
        }
        changes.funds.iter().try_for_each(|change| self.check_entries(change))?;
        for change in &changes.requests {
            let item = ItemId::Request(change.request.id);
            self.check_signed(item, None, &change.hands)?;
            let rests = !change.request.state.was_approved() || self.rests_on(item, &change.hands, change.request.pin(), None);
            is_approved(rests)?;
        }
        for change in &changes.claims {
            let item = ItemId::Claim(change.claim.id);
            self.check_signed(item, Some(change.claim.request), &change.hands)?;
            let approved = change.claim.state.approval().map(|approval| approval.amount.minor);
            is_approved(approved.is_none() || self.rests_on(item, &change.hands, change.claim.pin(), approved))?;
            change.payments.iter().try_for_each(|payment| self.check_payment(&change.claim, payment))?;
        }
        for BatchChange { batch, .. } in changes.batches.iter().filter(|change| change.expected == 0) {
            if self.batch_by_file(batch.file.hash).is_some() {
                return Err(Error::Exists(format!("the file of {}", batch.id)));
            }
        }
        Ok(None)
    }

    /// Numbered without gaps, and no account ever below zero.
    fn check_entries(&self, change: &FundChange) -> Result<()> {
        let (id, posted) = (change.fund.id, self.entries.get(&change.fund.id).map_or(0, Vec::len));
        let before = self.funds.find(id).map_or_else(|| Balances::new(id, change.fund.terms.currency), |fund| fund.balances);
        let refused = |why: String| Error::Refused(why);
        let mut held = before;
        for (place, row) in change.entries.iter().enumerate() {
            if u32::try_from(posted + place + 1) != Ok(row.entry.no) {
                return Err(refused(format!("entry {} of {id} is not the next", row.entry.no)));
            }
            held = held.after(&row.entry).map_err(|refusal| refused(refusal.to_string()))?;
        }
        if held == change.fund.balances { Ok(()) } else { Err(refused(format!("the balances of {id} are not the sum of its entries"))) }
    }

    /// Nobody approves what they asked for or paid, and nobody twice.
    fn check_signed(&self, item: ItemId, request: Option<RequestId>, hands: &Hands) -> Result<()> {
        let asked = |who| request.is_some_and(|request| self.parts.contains(&(ItemId::Request(request), who, Part::Asked)));
        let own = |who| [Part::Asked, Part::Paid].iter().any(|part| self.parts.contains(&(item, who, *part))) || asked(who);
        // What comes in from elsewhere as a whole was decided there.
        let is_known = self.signed.contains_key(&item) || self.parts.range((item, OperatorId(0), Part::Asked)..).next().is_some();
        for signed in hands.signed.iter().filter(|signed| is_known && signed.void_at.is_none()) {
            let given = &signed.signature;
            if given.people().any(own) {
                return Err(Error::Refused("nobody approves what they asked for or paid".into()));
            }
            let standing = self.signed.get(&item).into_iter().flatten().filter(|one| one.void_at.is_none());
            let standing = standing.take(hands.kept.map_or(usize::MAX, |(kept, _)| kept)).map(|one| &one.signature);
            for other in standing.filter(|other| other.pin == given.pin) {
                if other.step == given.step || other.people().any(|who| given.people().any(|one| one == who)) {
                    return Err(Error::Refused("each approval of the same content is another step, by another person".into()));
                }
            }
        }
        Ok(())
    }

    /// Whether an approval of this content, over so much where that counts, stands after the change.
    fn rests_on(&self, item: ItemId, hands: &Hands, pin: Pin, minor: Option<i64>) -> bool {
        let standing = self.signed.get(&item).into_iter().flatten().filter(|one| one.void_at.is_none());
        let standing = standing.take(hands.kept.map_or(usize::MAX, |(kept, _)| kept));
        let given = standing.chain(hands.signed.iter().filter(|one| one.void_at.is_none()));
        let rests = |one: &Signed| one.signature.pin == pin && minor.is_none_or(|minor| minor == one.signature.amount.minor);
        given.into_iter().any(rests)
    }

    fn check_payment(&self, claim: &Claim, payment: &Payment) -> Result<()> {
        let (item, no) = (ItemId::Claim(claim.id), payment.no);
        if let Some(known) = self.payments.get(&(claim.id, no)) {
            let is_same = (&known.key, known.amount, known.by) == (&payment.key, payment.amount, payment.by);
            let is_final = !known.state.is_under_way() && known.state != payment.state;
            let is_back = matches!((&known.state, &payment.state), (PaymentState::Exported { .. }, PaymentState::Ordered));
            return if is_same && !is_final && !is_back {
                Ok(())
            } else {
                Err(Error::Refused(format!("payment {no} of {} changes", claim.id)))
            };
        }
        let others = || self.payments.range((claim.id, 0)..=(claim.id, u32::MAX)).map(|(_, one)| one);
        if others().any(|one| one.key == payment.key) {
            return Err(Error::Exists(format!("payment {} of {}", payment.key, claim.id)));
        }
        let asked = self.parts.contains(&(ItemId::Request(claim.request), payment.by, Part::Asked));
        let has_signed = self.signed.get(&item).into_iter().flatten().any(|one| one.signature.people().any(|who| who == payment.by));
        if asked || has_signed || [Part::Asked, Part::Approved].iter().any(|part| self.parts.contains(&(item, payment.by, *part))) {
            return Err(Error::Refused("nobody pays what they asked for or approved".into()));
        }
        let counts = |one: &&Payment| one.amount.minor > 0 && !matches!(one.state, PaymentState::Failed { .. });
        let sum = others().chain([payment]).filter(counts).map(|one| one.amount.minor).sum::<i64>();
        let approved = claim.state.approval().map_or(0, |approval| approval.amount.minor);
        if sum > approved { Err(Error::Refused("no more is paid than was approved".into())) } else { Ok(()) }
    }

    /// Writes changes that were checked.
    pub(super) fn apply(&mut self, changes: MdfChanges) {
        for FundChange { fund, entries, .. } in changes.funds {
            self.entries.entry(fund.id).or_default().extend(entries);
            self.funds.put(fund);
        }
        for RequestChange { request, hands, .. } in changes.requests {
            self.apply_hands(ItemId::Request(request.id), hands);
            self.requests.put(request);
        }
        for ClaimChange { claim, hands, payments, .. } in changes.claims {
            self.apply_hands(ItemId::Claim(claim.id), hands);
            self.papers.extend(claim.content.paper_keys().into_iter().map(|key| (key, Entity::Claim(claim.id))));
            self.payments.extend(payments.into_iter().map(|payment| ((claim.id, payment.no), payment)));
            self.claims.put(claim);
        }
        changes.batches.into_iter().for_each(|change| self.batches.put(change.batch));
        for limit in changes.limits {
            let is_same =
                |one: &Limit| (one.operator, one.amount.currency, one.from) == (limit.operator, limit.amount.currency, limit.from);
            self.limits.retain(|one| !is_same(one));
            self.limits.push(limit);
        }
        for one in changes.delegations {
            self.delegations.retain(|other| (other.from, other.to, other.starts_on) != (one.from, one.to, one.starts_on));
            self.delegations.push(one);
        }
        for (counted, by) in changes.counted {
            *self.counters.entry(counted).or_default() += by;
        }
    }

    fn apply_hands(&mut self, item: ItemId, hands: Hands) {
        let held = self.signed.entry(item).or_default();
        if let Some((kept, at)) = hands.kept {
            held.iter_mut().filter(|one| one.void_at.is_none()).skip(kept).for_each(|one| one.void_at = Some(at));
        }
        held.extend(hands.signed);
        self.parts.extend(hands.parts.into_iter().map(|(who, part)| (item, who, part)));
    }

    fn batch_by_file(&self, hash: ContentHash) -> Option<BatchId> {
        self.batches.iter().find(|batch| batch.file.hash == hash).map(|batch| batch.id)
    }

    fn home(&self, item: ItemId) -> Option<Home> {
        match item {
            ItemId::Fund(_) => None,
            ItemId::Request(id) => {
                self.requests.find(id).map(|request| Home { item, fund: request.fund, request: id, partner: request.partner })
            }
            ItemId::Claim(id) => {
                self.claims.find(id).map(|claim| Home { item, fund: claim.fund, request: claim.request, partner: claim.partner })
            }
        }
    }

    fn near(&self, near: Near) -> Vec<ClaimId> {
        let (from, until) = near.performed;
        let is_near = |claim: &&Claim| {
            let content = &claim.content;
            let submitted = claim.desk.submitted_at.is_some_and(|at| near.submitted.0 <= at && at <= near.submitted.1);
            claim.partner == near.partner && (submitted || (content.performed_to >= from && content.performed_from <= until))
        };
        self.claims.iter().rev().filter(is_near).take(NEAR_MAX as usize).map(|claim| claim.id).collect()
    }

    /// Everything, as changes to an empty database.
    pub(super) fn to_changes(&self) -> MdfChanges {
        let hands = |item: ItemId| Hands {
            parts: self.parts.iter().filter(|(of, ..)| *of == item).map(|(_, who, part)| (*who, *part)).collect(),
            signed: self.signed.get(&item).cloned().unwrap_or_default(),
            kept: None,
        };
        let plan = |claim: &Claim| self.requests.find(claim.request).map(|request| Box::new(request.plan.clone()));
        MdfChanges {
            funds: self
                .funds
                .iter()
                .map(|fund| FundChange {
                    fund: fund.clone(),
                    expected: 0,
                    entries: self.entries.get(&fund.id).cloned().unwrap_or_default(),
                })
                .collect(),
            requests: self
                .requests
                .iter()
                .map(|request| RequestChange {
                    hands: hands(ItemId::Request(request.id)),
                    request: request.clone(),
                    expected: 0,
                    restated: true,
                })
                .collect(),
            claims: self
                .claims
                .iter()
                .map(|claim| ClaimChange {
                    hands: hands(ItemId::Claim(claim.id)),
                    restated: plan(claim),
                    payments: claim.payments.clone(),
                    claim: claim.clone(),
                    expected: 0,
                })
                .collect(),
            batches: self.batches.iter().map(|batch| BatchChange { batch: batch.clone(), expected: 0 }).collect(),
            limits: self.limits.clone(),
            delegations: self.delegations.clone(),
            counted: self.counters.iter().map(|(counted, value)| (*counted, *value)).collect(),
        }
    }
}

impl MemoryUnit {
    async fn sources<I: Copy>(&self, keys: &[Text], find: fn(&State, &Text) -> Option<I>) -> Result<Vec<Option<I>>> {
        let state = self.look().await;
        Ok(keys.iter().map(|key| find(&state, key)).collect())
    }
}

impl MdfUnit for MemoryUnit {
    async fn funds(&mut self, ids: &[FundId]) -> Result<Vec<Fund>> {
        Ok(self.look().await.mdf.funds.copies(ids))
    }

    async fn requests(&mut self, ids: &[RequestId]) -> Result<Vec<Request>> {
        Ok(self.look().await.mdf.requests.copies(ids))
    }

    async fn claims(&mut self, ids: &[ClaimId]) -> Result<Vec<Claim>> {
        Ok(self.look().await.mdf.claims.copies(ids))
    }

    async fn batches(&mut self, ids: &[BatchId]) -> Result<Vec<Batch>> {
        Ok(self.look().await.mdf.batches.copies(ids))
    }

    async fn funds_seen(&mut self, ids: &[FundId]) -> Result<Vec<Fund>> {
        self.funds(ids).await
    }

    async fn requests_seen(&mut self, ids: &[RequestId]) -> Result<Vec<Request>> {
        self.requests(ids).await
    }

    async fn claims_seen(&mut self, ids: &[ClaimId]) -> Result<Vec<Claim>> {
        self.claims(ids).await
    }

    async fn deals_seen(&mut self, ids: &[DealId]) -> Result<Vec<Registration>> {
        Ok(self.look().await.desk.deals.copies(ids))
    }

    async fn mdf_homes(&mut self, ids: &[ItemId]) -> Result<Vec<Home>> {
        let state = self.look().await;
        Ok(ids.iter().filter_map(|id| state.mdf.home(*id)).collect())
    }

    async fn mdf_due(&mut self, now: Instant, limit: u32) -> Result<Vec<ItemId>> {
        let state = self.look().await;
        let mut due: Vec<ItemId> = state.mdf.funds.due(now, limit).iter().map(|fund| ItemId::Fund(fund.id)).collect();
        due.extend(state.mdf.requests.due(now, limit).iter().map(|request| ItemId::Request(request.id)));
        due.extend(state.mdf.claims.due(now, limit).iter().map(|claim| ItemId::Claim(claim.id)));
        Ok(due)
    }

    async fn fund_numbers(&mut self, _count: u32) -> Result<FundId> {
        Ok(FundId(self.next_number(|state| &mut state.claiming, |state| state.mdf.funds.len()).await))
    }

    async fn request_numbers(&mut self, _count: u32) -> Result<RequestId> {
        Ok(RequestId(self.next_number(|state| &mut state.claiming, |state| state.mdf.requests.len()).await))
    }

    async fn claim_numbers(&mut self, _count: u32) -> Result<ClaimId> {
        Ok(ClaimId(self.next_number(|state| &mut state.claiming, |state| state.mdf.claims.len()).await))
    }

    async fn batch_numbers(&mut self, _count: u32) -> Result<BatchId> {
        Ok(BatchId(self.next_number(|state| &mut state.claiming, |state| state.mdf.batches.len()).await))
    }

    async fn funds_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<FundId>>> {
        self.sources(keys, |state, key| state.mdf.funds.by_source(key)).await
    }

    async fn requests_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<RequestId>>> {
        self.sources(keys, |state, key| state.mdf.requests.by_source(key)).await
    }

    async fn claims_by_source(&mut self, keys: &[Text]) -> Result<Vec<Option<ClaimId>>> {
        self.sources(keys, |state, key| state.mdf.claims.by_source(key)).await
    }

    async fn batch_by_file(&mut self, hash: ContentHash) -> Result<Option<BatchId>> {
        Ok(self.look().await.mdf.batch_by_file(hash))
    }

    async fn claims_pending(&mut self, partners: &[PartnerId]) -> Result<Vec<ClaimId>> {
        let state = self.look().await;
        let pending = state.mdf.claims.iter().filter(|claim| partners.contains(&claim.partner) && claim.state.is_pending());
        Ok(pending.map(|claim| claim.id).collect())
    }

    async fn requests_pending(&mut self, partners: &[PartnerId]) -> Result<Vec<RequestId>> {
        let state = self.look().await;
        let pending = state.mdf.requests.iter().filter(|request| partners.contains(&request.partner) && request.state.is_undecided());
        Ok(pending.map(|request| request.id).collect())
    }

    async fn claims_suspect(&mut self, partners: &[PartnerId]) -> Result<Vec<ClaimId>> {
        let state = self.look().await;
        let is_suspect = |claim: &&Claim| partners.contains(&claim.partner) && matches!(claim.state, ClaimState::Suspect { .. });
        Ok(state.mdf.claims.iter().filter(is_suspect).map(|claim| claim.id).collect())
    }

    async fn claims_near(&mut self, near: Near) -> Result<Vec<ClaimId>> {
        Ok(self.look().await.mdf.near(near))
    }

    async fn papers(&mut self, keys: &[PaperKey]) -> Result<Vec<(PaperKey, Entity)>> {
        let state = self.look().await;
        let of = |key: &PaperKey| state.mdf.papers.range((*key, FIRST)..).take_while(|(held, _)| held == key).copied().collect::<Vec<_>>();
        let mut found: Vec<_> = keys.iter().flat_map(of).collect();
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    async fn authority(&mut self, operators: &[OperatorId]) -> Result<Authority> {
        let state = self.look().await;
        let limits = state.mdf.limits.iter().filter(|limit| operators.contains(&limit.operator)).copied().collect();
        let concerns = |one: &&Delegation| operators.contains(&one.from) || operators.contains(&one.to);
        Ok(Authority { limits, delegations: state.mdf.delegations.iter().filter(concerns).copied().collect() })
    }

    async fn rates(&mut self, on: NaiveDate, max_age_days: u32) -> Result<Rates> {
        let oldest = on.checked_sub_days(chrono::Days::new(max_age_days.into())).unwrap_or(NaiveDate::MIN);
        Ok(self.look().await.rates.range(oldest..=on).map(|(_, day)| day.clone()).collect())
    }
}
