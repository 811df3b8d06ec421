//! A fund: money of a program for a partner or a region, over a period, in one currency.
//!
//! open -> closed (its period ended: what is available expires, claims still come) -> settled (nothing is open any more).

pub mod decide;
pub mod event;

pub use decide::{decide, open, possible, sweep};
pub use event::FundEvent;

use crate::domain::{
    actor::Permission,
    aggregate::Aggregate,
    event::{Entity, Event},
    id::{FundId, PartnerId},
    mdf::{
        ledger::{Account, Balances, Entry, EntryKind, LedgerRefusal, Subject},
        refusal::Refusal,
    },
    money::{Currency, Money},
    text::Text,
    time::{Instant, Span},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fund {
    pub id: FundId,
    /// The number of events applied; a write is guarded by it, so that no two people commit the same money.
    pub version: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
    pub terms: FundTerms,
    pub state: FundState,
    pub balances: Balances,
    /// The number of entries; the next one is numbered one higher.
    pub entries: u32,
    /// Entries made by hand that were not reversed: what a correction may take back.
    pub by_hand: Vec<Entry>,
}

/// What a fund is for. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundTerms {
    /// Identifies it in the system that it comes from; the same key again changes nothing. May be empty.
    pub source_key: Text,
    pub name: Text,
    /// The marketing program that the money belongs to.
    pub program: Text,
    pub holder: Holder,
    /// The first and the last day of the period; both belong to it.
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub currency: Currency,
}

/// Whose fund it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    Partner(PartnerId),
    /// A region of the channel program: any partner there.
    Region(Text),
}

/// Where a fund stands. Each variant holds what that state has, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FundState {
    Open {
        /// The last microsecond of the period.
        until: Instant,
    },
    /// No request is approved any more; what comes back expires.
    Closed { at: Instant },
    /// Nothing is committed or claimed any more.
    Settled { at: Instant },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "snake_case")]
pub enum FundCommand {
    Allocate {
        amount: Money,
        reason: Text,
    },
    /// Take money out that is still available.
    Reduce {
        amount: Money,
        reason: Text,
    },
    /// Take an entry back that was made by hand.
    Correct {
        entry: u32,
        reason: Text,
    },
    /// End the period; the engine does it by itself.
    Close,
    Note {
        text: Text,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FundVerb {
    Open,
    Allocate,
    Reduce,
    Correct,
    Close,
    Note,
}

impl FundCommand {
    pub const fn verb(&self) -> FundVerb {
        match self {
            Self::Allocate { .. } => FundVerb::Allocate,
            Self::Reduce { .. } => FundVerb::Reduce,
            Self::Correct { .. } => FundVerb::Correct,
            Self::Close => FundVerb::Close,
            Self::Note { .. } => FundVerb::Note,
        }
    }
}

impl FundVerb {
    pub const ALL: [Self; 6] = [Self::Open, Self::Allocate, Self::Reduce, Self::Correct, Self::Close, Self::Note];

    pub const fn permission(self) -> Permission {
        match self {
            Self::Note => Permission::MdfWork,
            _ => Permission::MdfFund,
        }
    }

    /// The verb as it stands in a sentence: "cannot {doc}".
    pub const fn doc(self) -> &'static str {
        match self {
            Self::Open => "open a fund",
            Self::Allocate => "allocate",
            Self::Reduce => "reduce the allocation",
            Self::Correct => "correct an entry",
            Self::Close => "close the period",
            Self::Note => "add a note",
        }
    }
}

impl Holder {
    pub const fn partner(&self) -> Option<PartnerId> {
        match self {
            Self::Partner(partner) => Some(*partner),
            Self::Region(_) => None,
        }
    }
}

impl FundState {
    pub const NAMES: [&str; 3] = ["open", "closed", "settled"];

    /// The stable name in files, filters, tables and JSON.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Closed { .. } => "closed",
            Self::Settled { .. } => "settled",
        }
    }
}

impl Fund {
    pub const fn is_open(&self) -> bool {
        matches!(self.state, FundState::Open { .. })
    }

    /// Where money goes that is not needed: back, or lost once the period is over.
    pub const fn home(&self) -> Account {
        if self.is_open() { Account::Available } else { Account::Expired }
    }

    pub fn holds(&self, date: NaiveDate) -> bool {
        self.terms.from <= date && date <= self.terms.to
    }

    pub const fn available(&self) -> Money {
        self.balances.get(Account::Available)
    }

    /// The next entry, if the balances bear it.
    pub fn post(&self, kind: EntryKind, subject: Subject, route: (Account, Account), amount: Money) -> Result<FundEvent, LedgerRefusal> {
        let entry = Entry::transfer(self.id, self.entries.saturating_add(1), kind, subject, route, amount)?;
        self.balances.after(&entry)?;
        Ok(FundEvent::Posted { entry, reason: Text::default() })
    }
}

impl Aggregate for Fund {
    type Id = FundId;
    type Event = FundEvent;
    const ENTITY: fn(FundId) -> Entity = Entity::Fund;

    fn id(&self) -> FundId {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    /// The end of the period, and of a closed one the moment in which nothing is open any more.
    fn next_at(&self) -> Option<Instant> {
        match self.state {
            FundState::Open { until } => Some(until.plus(Span::from_micros(1))),
            FundState::Closed { .. } => (self.balances.committed == 0 && self.balances.claimed == 0).then_some(self.updated_at),
            FundState::Settled { .. } => None,
        }
    }

    fn source_key(&self) -> Option<&Text> {
        Some(&self.terms.source_key).filter(|key| !key.is_empty())
    }

    fn event(event: &Event) -> Option<&FundEvent> {
        if let Event::Fund(event) = event { Some(event) } else { None }
    }

    fn begin(id: FundId, event: &FundEvent, at: Instant) -> Option<Self> {
        let FundEvent::Opened { terms, until } = event else { return None };
        Some(Self {
            id,
            version: 1,
            created_at: at,
            updated_at: at,
            terms: (**terms).clone(),
            state: FundState::Open { until: *until },
            balances: Balances::new(id, terms.currency),
            entries: 0,
            by_hand: Vec::new(),
        })
    }

    fn apply(&mut self, event: &FundEvent, at: Instant) {
        self.version += 1;
        self.updated_at = at;
        match event {
            // It begins a fund and stands nowhere else.
            FundEvent::Opened { .. } | FundEvent::Noted { .. } => {}
            FundEvent::Posted { entry, .. } => {
                // An entry that is an event was sound when it was made; one that was tampered with leaves the balances.
                if let Ok(balances) = self.balances.after(entry) {
                    self.balances = balances;
                }
                self.entries = self.entries.max(entry.no);
                self.by_hand.retain(|made| Some(made.no) != entry.reverses);
                if matches!(entry.kind, EntryKind::Allocate | EntryKind::Reduce) {
                    self.by_hand.push(entry.clone());
                }
            }
            FundEvent::Closed => self.state = FundState::Closed { at },
            FundEvent::Settled => self.state = FundState::Settled { at },
        }
    }
}

/// A fund being worked on: each posting is applied as it is decided, so that the next sees the result.
pub(super) struct FundWork {
    pub fund: Fund,
    pub events: Vec<FundEvent>,
    now: Instant,
}

impl FundWork {
    pub fn new(fund: &Fund, now: Instant) -> Self {
        Self { fund: fund.clone(), events: Vec::new(), now }
    }

    pub fn push(&mut self, event: FundEvent) {
        self.fund.apply(&event, self.now);
        self.events.push(event);
    }

    /// Nothing moves where the amount is nothing.
    pub fn post(&mut self, kind: EntryKind, subject: Subject, route: (Account, Account), amount: Money) -> Result<(), Refusal> {
        if amount.minor != 0 {
            let event = self.fund.post(kind, subject, route, amount)?;
            self.push(event);
        }
        Ok(())
    }
}
