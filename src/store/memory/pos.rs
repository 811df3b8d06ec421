//! Point-of-sale lines in memory.

use super::{MemoryUnit, table::Table};
use crate::{
    domain::{
        deal::conflict,
        event::Entity,
        id::{AccountId, CorrectionId, PartnerId},
        pos::{
            Against, Correction, Revenue, Sale, Total,
            totals::{Asked, TotalKey, added_at, revenue},
        },
        text::Text,
        time::Instant,
    },
    store::{
        error::{Error, Result},
        unit::pos::{CorrectionChange, PosChanges, PosUnit, Returned, SaleKey},
    },
};
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap};

/// The tables. Public for tests that compare them with a recount.
#[derive(Default)]
pub struct PosDesk {
    /// By number, from 1 without gaps, with the instant of recording.
    pub lines: Vec<(Instant, Sale)>,
    pub corrections: Table<Correction>,
    pub totals: BTreeMap<TotalKey, (Total, Instant)>,
    /// The last line of each key.
    last: HashMap<Text, i64>,
}

impl PosDesk {
    pub(super) fn check(&self, changes: &PosChanges) -> Result<Option<(Entity, i64, i64)>> {
        let mut next = self.lines.len();
        for (_, sale) in &changes.lines {
            next += 1;
            if i64::try_from(next) != Ok(sale.id) {
                return Err(Error::Exists(format!("{} is not the number of the next line", sale.id)));
            }
        }
        self.corrections.check(changes.corrections.iter().map(|change| (&change.correction, change.expected)))
    }

    pub(super) fn apply(&mut self, changes: PosChanges) {
        for (key, (total, at)) in added_at(changes.lines.iter().map(|(at, sale)| (*at, &sale.posted))) {
            let held = self.totals.entry(key).or_insert((Total::default(), at));
            held.0.add(total);
            held.1 = at;
        }
        for (at, sale) in changes.lines {
            if !sale.posted.line.key.is_empty() {
                self.last.insert(sale.posted.line.key.clone(), sale.id);
            }
            self.lines.push((at, sale));
        }
        for change in changes.corrections {
            self.corrections.put(change.correction);
        }
    }

    /// Everything, as changes to an empty database.
    pub(super) fn to_changes(&self) -> PosChanges {
        let change = |correction: &Correction| CorrectionChange { correction: correction.clone(), expected: 0 };
        PosChanges { lines: self.lines.clone(), corrections: self.corrections.iter().map(change).collect() }
    }

    fn find(&self, id: i64) -> Option<&Sale> {
        let place = usize::try_from(id).ok()?.checked_sub(1)?;
        self.lines.get(place).map(|(_, sale)| sale)
    }

    fn all(&self) -> impl DoubleEndedIterator<Item = &Sale> {
        self.lines.iter().map(|(_, sale)| sale)
    }

    fn is_reversed(&self, id: i64) -> bool {
        self.all().any(|sale| sale.posted.against == Against::Reverses(id))
    }

    fn sales(&self, of: &[(PartnerId, AccountId)], since: NaiveDate) -> Vec<(PartnerId, AccountId, conflict::Sale)> {
        let family = |sale: &Sale| sale.posted.line.customer.map(|customer| customer.family);
        let wanted = |sale: &&Sale| {
            let line = &sale.posted.line;
            line.on >= since
                && !sale.posted.is_reversal()
                && family(sale).is_some_and(|family| of.contains(&(line.partner, family)))
                && !self.is_reversed(sale.id)
        };
        let mut sales: Vec<&Sale> = self.all().filter(wanted).collect();
        sales.sort_by_key(|sale| (sale.posted.line.partner, family(sale), sale.posted.line.on, sale.id));
        let row = |sale: &Sale| {
            let line = &sale.posted.line;
            let found = conflict::Sale { on: line.on, amount: line.amount, hash: None };
            Some((line.partner, family(sale)?, found))
        };
        sales.into_iter().filter_map(row).collect()
    }

    fn by_key(&self, key: &Text) -> Option<Sale> {
        self.last.get(key).and_then(|id| self.find(*id)).filter(|sale| !sale.posted.is_reversal()).cloned()
    }

    fn returned(&self, id: i64) -> Returned {
        let mut sum = Returned { is_reversed: self.is_reversed(id), ..Returned::default() };
        for sale in self.all().filter(|sale| sale.posted.against == Against::Returns(id)) {
            if !self.is_reversed(sale.id) {
                sum.quantity += sale.posted.line.quantity.map_or(0, |quantity| quantity.0);
                sum.minor += sale.posted.line.amount.minor;
                sum.booked += sale.posted.booked.map_or(0, |booked| booked.minor);
            }
        }
        sum
    }

    /// Summed line by line, without the totals: what they are compared with.
    pub fn revenue(&self, asked: &Asked) -> Vec<Revenue> {
        let mut sums: BTreeMap<(PartnerId, Text), Total> = BTreeMap::new();
        for Sale { posted, .. } in self.all() {
            let (line, Some(booked)) = (&posted.line, posted.booked) else { continue };
            if booked.currency == asked.currency && asked.wants(line.partner) && asked.from <= line.on && line.on < asked.to {
                sums.entry((line.partner, line.line.clone())).or_default().add(Total::of(posted, booked));
            }
        }
        revenue(sums)
    }
}

impl PosUnit for MemoryUnit {
    async fn sales(&mut self, of: &[(PartnerId, AccountId)], since: NaiveDate) -> Result<Vec<(PartnerId, AccountId, conflict::Sale)>> {
        Ok(self.look().await.pos.sales(of, since))
    }

    async fn sale_numbers(&mut self, _count: u32) -> Result<i64> {
        Ok(self.next_number(|state| &mut state.claiming, |state| state.pos.lines.len()).await)
    }

    async fn sales_by_key(&mut self, keys: &[SaleKey<'_>]) -> Result<Vec<Option<Sale>>> {
        let state = self.look().await;
        Ok(keys.iter().map(|key| state.pos.by_key(key.key)).collect())
    }

    async fn sales_between(&mut self, ranges: &[(i64, i64)]) -> Result<Vec<Sale>> {
        let state = self.look().await;
        let is_in = |sale: &&Sale| {
            let number = sale.posted.line.key_number();
            ranges.iter().any(|(first, last)| (*first..=*last).contains(&number))
        };
        Ok(state.pos.all().filter(is_in).cloned().collect())
    }

    async fn sales_by_id(&mut self, ids: &[i64]) -> Result<Vec<Sale>> {
        let state = self.look().await;
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        Ok(ids.into_iter().filter_map(|id| state.pos.find(id)).cloned().collect())
    }

    async fn sales_of(&mut self, partner: PartnerId, from: NaiveDate, to: NaiveDate) -> Result<Vec<Sale>> {
        let state = self.look().await;
        let is_theirs = |sale: &&Sale| sale.posted.line.partner == partner && (from..=to).contains(&sale.posted.line.on);
        let mut sales: Vec<Sale> = state.pos.all().filter(is_theirs).cloned().collect();
        sales.sort_by_key(|sale| std::cmp::Reverse((sale.posted.line.on, sale.id)));
        Ok(sales)
    }

    async fn returned(&mut self, ids: &[i64]) -> Result<Vec<Returned>> {
        let state = self.look().await;
        Ok(ids.iter().map(|id| state.pos.returned(*id)).collect())
    }

    async fn revenue(&mut self, asked: &Asked) -> Result<Vec<Revenue>> {
        Ok(self.look().await.pos.revenue(asked))
    }

    async fn corrections(&mut self, ids: &[CorrectionId]) -> Result<Vec<Correction>> {
        Ok(self.look().await.pos.corrections.copies(ids))
    }

    async fn corrections_by_key(&mut self, keys: &[SaleKey<'_>]) -> Result<Vec<Option<Correction>>> {
        let state = self.look().await;
        let last = |key: &SaleKey<'_>| state.pos.corrections.iter().rev().find(|one| one.key == *key.key).cloned();
        Ok(keys.iter().map(last).collect())
    }

    async fn correction_numbers(&mut self, _count: u32) -> Result<CorrectionId> {
        Ok(CorrectionId(self.next_number(|state| &mut state.claiming, |state| state.pos.corrections.len()).await))
    }
}
