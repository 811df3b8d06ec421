//! A second account of the desk, kept from the audit chain alone: what must never happen is looked for in what did.

use super::duties::Duties;
use crate::simulation::shadow::ensure;
use pilothouse::{
    domain::{
        aggregate::Aggregate,
        event::{Entity, Event},
        id::{BatchId, ClaimId, FundId, OperatorId, RequestId},
        mdf::{
            approval::Signature,
            batch::Batch,
            claim::{Claim, ClaimEvent, PaymentState},
            fund::{Fund, FundEvent},
            item::ItemId,
            ledger::{Account, Entry},
            request::{Request, RequestEvent},
        },
        time::Instant,
    },
    store::{memory::MdfDesk, unit::Past},
};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Default)]
pub struct Books {
    pub seq: i64,
    pub funds: BTreeMap<FundId, Fund>,
    pub requests: BTreeMap<RequestId, Request>,
    pub claims: BTreeMap<ClaimId, Claim>,
    pub batches: BTreeMap<BatchId, Batch>,
    /// Who ever wrote, signed and paid an item, whatever became of it.
    asked: BTreeSet<(ItemId, OperatorId)>,
    signed: BTreeSet<(ItemId, OperatorId)>,
    paid_by: BTreeSet<(ItemId, OperatorId)>,
    /// Keys under which something was paid.
    keys: BTreeSet<(ClaimId, String)>,
    /// Who may sign and pay, worked out anew.
    pub duties: Duties,
    /// What lies in each account of each fund, added up from its entries.
    accounts: BTreeMap<FundId, BTreeMap<Account, i64>>,
    /// What the items of each fund say that it holds: committed, claimed, paid.
    sums: BTreeMap<FundId, [i64; 3]>,
    /// Claims that were approved, payments that were confirmed, and approved claims that were edited.
    pub approved: u64,
    pub paid: u64,
    pub reopened: u64,
}

type Finding = Result<(), String>;

fn follow<R: Aggregate>(table: &mut BTreeMap<R::Id, R>, id: R::Id, event: &R::Event, at: Instant, version: i64) -> Finding {
    let known = table.get(&id).map_or(0, R::version);
    ensure!(version == known + 1, "{id} goes from version {known} to {version}");
    if let Some(record) = table.get_mut(&id) {
        record.apply(event, at);
        return Ok(());
    }
    let record = R::begin(id, event, at).ok_or_else(|| format!("{id} does not begin with its beginning"))?;
    table.insert(id, record);
    Ok(())
}

/// What a request and a claim hold of the money of their fund.
fn promised(request: &Request) -> (FundId, [i64; 3]) {
    (request.fund, [request.commitment().map_or(0, |commitment| commitment.remaining().minor), 0, 0])
}

fn holds(claim: &Claim) -> (FundId, [i64; 3]) {
    (claim.fund, [0, claim.reserved.minor, claim.paid().minor])
}

impl Books {
    pub fn take(&mut self, past: &Past) -> Finding {
        ensure!(past.seq.0 == self.seq + 1, "{} follows {}", past.seq, self.seq);
        self.seq = past.seq.0;
        let (record, at, version) = (&past.record, past.record.at, past.record.version);
        match (record.entity, &record.event) {
            (Entity::Fund(id), Event::Fund(event)) => {
                if let FundEvent::Posted { entry, .. } = event {
                    let next = self.funds.get(&id).map_or(1, |fund| fund.entries + 1);
                    ensure!(entry.no == next, "entry {} of {id} follows {}", entry.no, next - 1);
                    self.post(id, entry)?;
                }
                follow(&mut self.funds, id, event, at, version)?;
                ensure!(self.funds[&id].balances.holds(), "{:?}", self.funds[&id].balances);
            }
            (Entity::Request(id), Event::Request(event)) => {
                self.duties.of_request(ItemId::Request(id), event, at)?;
                self.hands_of_request(id, event, record.actor)?;
                self.add(self.requests.get(&id).map(promised), -1);
                follow(&mut self.requests, id, event, at, version)?;
                self.add(self.requests.get(&id).map(promised), 1);
            }
            (Entity::Claim(id), Event::Claim(event)) => {
                self.duties.of_claim(id, event, at)?;
                self.hands_of_claim(id, event, record.actor)?;
                self.add(self.claims.get(&id).map(holds), -1);
                follow(&mut self.claims, id, event, at, version)?;
                self.add(self.claims.get(&id).map(holds), 1);
                self.pays_once(id)?;
            }
            (Entity::Operator(id), Event::Operator(event)) => self.duties.of_operator(self.seq, id, event),
            (_, Event::Authority(event)) => self.duties.of_authority(self.seq, event),
            (Entity::Batch(id), Event::Batch(event)) => follow(&mut self.batches, id, event, at, version)?,
            _ => {}
        }
        Ok(())
    }

    /// An entry moves what is there, from one account to another. What is allocated is where the money comes from.
    fn post(&mut self, fund: FundId, entry: &Entry) -> Finding {
        let accounts = self.accounts.entry(fund).or_default();
        let mut off = 0;
        for leg in &entry.legs {
            off += leg.amount.minor;
            *accounts.entry(leg.account).or_default() +=
                if leg.account == Account::Allocated { -leg.amount.minor } else { leg.amount.minor };
        }
        ensure!(off == 0, "{entry:?} does not sum to zero");
        let short = accounts.iter().find(|(_, minor)| **minor < 0);
        ensure!(short.is_none(), "{fund} has {short:?} after entry {}", entry.no);
        let allocated = accounts.get(&Account::Allocated).copied().unwrap_or(0);
        let spread: i64 = accounts.iter().filter(|(account, _)| **account != Account::Allocated).map(|(_, minor)| minor).sum();
        ensure!(allocated == spread, "{fund} has {allocated} allocated, and {spread} in its accounts");
        Ok(())
    }

    fn hands_of_request(&mut self, id: RequestId, event: &RequestEvent, actor: OperatorId) -> Finding {
        let item = ItemId::Request(id);
        match event {
            RequestEvent::Drafted { by, .. } | RequestEvent::Submitted { by, .. } => self.asked.extend(by.map(|who| (item, who))),
            RequestEvent::Edited { by, .. } | RequestEvent::Resubmitted { by, .. } => _ = self.asked.insert((item, *by)),
            RequestEvent::Signed { signature, .. } | RequestEvent::Approved { signature, .. } => {
                let request = self.requests.get(&id).ok_or("nobody asked for it")?;
                ensure!(signature.pin == request.pin(), "{id} was signed for another content");
                let standing: Vec<Signature> = request.signatures().copied().collect();
                self.signs(item, &[item], signature, &standing, actor)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn hands_of_claim(&mut self, id: ClaimId, event: &ClaimEvent, actor: OperatorId) -> Finding {
        let item = ItemId::Claim(id);
        match event {
            ClaimEvent::Drafted { by, .. } | ClaimEvent::Submitted { by, .. } => self.asked.extend(by.map(|who| (item, who))),
            ClaimEvent::Edited { by, clock: None, .. } | ClaimEvent::Resubmitted { by, .. } => _ = self.asked.insert((item, *by)),
            ClaimEvent::Signed { signature, .. } | ClaimEvent::Approved { signature, .. } => {
                let claim = self.claims.get(&id).ok_or("nobody claimed it")?;
                ensure!(signature.pin == claim.pin(), "{id} was signed for another content");
                let standing: Vec<Signature> = claim.signatures().copied().collect();
                self.signs(item, &[item, ItemId::Request(claim.request)], signature, &standing, actor)?;
                self.approved += u64::from(matches!(event, ClaimEvent::Approved { .. }));
            }
            ClaimEvent::PaymentOrdered { payment } | ClaimEvent::ClawedBack { payment } => {
                let request = self.claims.get(&id).map(|claim| ItemId::Request(claim.request)).ok_or("nobody claimed it")?;
                let own =
                    self.asked.contains(&(item, actor)) || self.asked.contains(&(request, actor)) || self.signed.contains(&(item, actor));
                ensure!(!own, "{actor} paid {id}, and took another part in it");
                ensure!(self.keys.insert((id, payment.key.to_string())), "{} pays {id} twice", payment.key);
                self.paid_by.insert((item, actor));
            }
            ClaimEvent::PaymentConfirmed { .. } => self.paid += 1,
            ClaimEvent::Edited { clock: Some(_), by, .. } => {
                self.asked.insert((item, *by));
                self.reopened += 1;
            }
            _ => {}
        }
        Ok(())
    }

    /// `asked` are the items of which whoever asked for them can't sign.
    fn signs(&mut self, item: ItemId, asked: &[ItemId], signature: &Signature, standing: &[Signature], actor: OperatorId) -> Finding {
        ensure!(signature.by == actor, "{actor} signed as {}", signature.by);
        for who in signature.people() {
            ensure!(!asked.iter().any(|item| self.asked.contains(&(*item, who))), "{who} approved {item}, and asked for it");
            ensure!(!self.paid_by.contains(&(item, who)), "{who} approved {item}, and paid it");
            let before = standing.iter().find(|one| one.people().any(|other| other == who));
            ensure!(before.is_none(), "{who} approved {item} twice: {before:?}");
            self.signed.insert((item, who));
        }
        ensure!(standing.iter().all(|one| one.step < signature.step), "{item}: {:?} after {standing:?}", signature.step);
        ensure!(standing.iter().all(|one| one.amount == signature.amount), "{item}: approved for different amounts");
        Ok(())
    }

    /// No more is paid, or on its way, than was approved.
    fn pays_once(&self, id: ClaimId) -> Finding {
        let claim = &self.claims[&id];
        let counts = |state: &PaymentState| !matches!(state, PaymentState::Failed { .. });
        let out: i64 = claim.payments.iter().filter(|one| one.amount.minor > 0 && counts(&one.state)).map(|one| one.amount.minor).sum();
        let approved = claim.state.approval().map_or(0, |approval| approval.amount.minor);
        ensure!(out <= approved, "{id}: {out} paid or on its way, {approved} approved");
        ensure!(claim.reserved.minor >= 0 && claim.paid().minor >= 0, "{id}: {claim:?}");
        Ok(())
    }

    fn add(&mut self, of: Option<(FundId, [i64; 3])>, sign: i64) {
        let Some((fund, held)) = of else { return };
        let sums = self.sums.entry(fund).or_default();
        for (sum, held) in sums.iter_mut().zip(held) {
            *sum += sign * held;
        }
    }

    /// The accounts of each fund are exactly what its requests and claims say.
    pub fn balanced(&self) -> Finding {
        for (id, fund) in &self.funds {
            let held = [fund.balances.committed, fund.balances.claimed, fund.balances.paid];
            let sums = self.sums.get(id).copied().unwrap_or_default();
            let added = self.accounts.get(id);
            let in_account = |account| added.and_then(|accounts| accounts.get(&account)).copied().unwrap_or(0);
            for account in Account::ALL {
                let said = fund.balances.get(*account).minor;
                ensure!(said == in_account(*account), "{id} says {said} {account:?}, and its entries {}", in_account(*account));
            }
            ensure!(held == sums, "{id} holds {held:?} committed, claimed and paid, and its items say {sums:?}");
        }
        Ok(())
    }

    /// The same, counted anew from every item.
    pub fn recounted(&self) -> Finding {
        let mut sums: BTreeMap<FundId, [i64; 3]> = BTreeMap::new();
        for (fund, held) in self.requests.values().map(promised).chain(self.claims.values().map(holds)) {
            ensure!(held.iter().all(|held| *held >= 0), "{fund}: {held:?}");
            sums.entry(fund).or_default().iter_mut().zip(held).for_each(|(sum, held)| *sum += held);
        }
        sums.retain(|_, sums| *sums != [0; 3]);
        let kept: BTreeMap<_, _> = self.sums.iter().filter(|(_, sums)| **sums != [0; 3]).map(|(id, sums)| (*id, *sums)).collect();
        ensure!(sums == kept, "{sums:?} counted anew, {kept:?} kept");
        self.balanced()
    }

    /// The table has what the chain says.
    pub fn same(&self, entity: Entity, desk: &MdfDesk) -> Finding {
        let same = match entity {
            Entity::Request(id) => desk.requests.find(id) == self.requests.get(&id),
            Entity::Claim(id) => desk.claims.find(id) == self.claims.get(&id),
            Entity::Batch(id) => desk.batches.find(id) == self.batches.get(&id),
            _ => true,
        };
        ensure!(same, "{entity} differs from its replay");
        Ok(())
    }
}
