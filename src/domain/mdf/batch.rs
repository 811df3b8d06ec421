//! A batch of payments: what is handed to the bank as one file, and what the bank answered to each payment.
//!
//! exported -> settled (every payment is answered). The file is written before the export and known by its hash, so that
//! the same file is exported once.

use crate::domain::{
    aggregate::Aggregate,
    deal::ContentHash,
    decision::Context,
    event::{Entity, Event},
    id::{BatchId, ClaimId, OperatorId, PartnerId},
    mdf::{
        claim::{Claim, ClaimEvent, ClaimVerb, PaymentState, possible},
        refusal::Refusal,
    },
    money::{Currency, Money},
    text::Text,
    time::Instant,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub id: BatchId,
    /// The number of events applied; a write is guarded by it.
    pub version: i64,
    pub exported_at: Instant,
    pub updated_at: Instant,
    pub exported_by: OperatorId,
    pub file: BatchFile,
    pub currency: Currency,
    pub items: Vec<BatchItem>,
    pub state: BatchState,
}

/// The file as the bank got it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchFile {
    pub name: Text,
    pub hash: ContentHash,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchItem {
    pub claim: ClaimId,
    /// The number of the payment in its claim.
    pub no: u32,
    pub partner: PartnerId,
    pub amount: Money,
    /// How the bank knows it: see [`end_to_end`].
    pub reference: Text,
    pub answer: Option<Answer>,
}

/// What the bank said to one payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    Confirmed { reference: Text },
    Failed { reason: Text },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum BatchState {
    /// The bank has it.
    Exported,
    /// Every payment is answered.
    Settled { at: Instant },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum BatchEvent {
    Exported { by: OperatorId, file: BatchFile, currency: Currency, items: Vec<BatchItem> },
    Answered { claim: ClaimId, no: u32, answer: Answer },
}

/// What an export does: to the batch, and to each claim that has a payment in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    pub batch: BatchEvent,
    pub claims: Vec<(ClaimId, ClaimEvent)>,
}

impl BatchEvent {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Exported { .. } => "batch.exported",
            Self::Answered { .. } => "batch.answered",
        }
    }
}

impl BatchState {
    pub const NAMES: [&str; 2] = ["exported", "settled"];

    /// The stable name in files, filters, tables and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exported => "exported",
            Self::Settled { .. } => "settled",
        }
    }
}

/// The reference that goes with a payment to the bank and comes back with its answer: unique, and within the 35 characters
/// of ISO 20022 (`Max35Text` of `EndToEndId`).
pub fn end_to_end(claim: ClaimId, no: u32) -> Text {
    Text::clean(&format!("{claim}/{no}"))
}

/// Puts ordered payments into batch `id`, each by its claim and number. What stands still under suspicion stays out.
pub fn export(id: BatchId, payments: &[(&Claim, u32)], file: BatchFile, context: Context<'_>) -> Result<(Batch, Exported), Refusal> {
    let verb = ClaimVerb::Export;
    context.actor.may(verb.permission()).map_err(Refusal::not_allowed)?;
    let mut items: Vec<BatchItem> = Vec::new();
    for (claim, no) in payments {
        possible(claim, verb)?;
        let Some(payment) = claim.payment(*no) else { return Err(Refusal::invalid(format!("{} has no payment {no}", claim.id))) };
        if payment.state != PaymentState::Ordered {
            return Err(Refusal::not_now(verb, format!("payment {no} of {} is {} already", claim.id, payment.state.name())));
        }
        if items.iter().any(|item| item.claim == claim.id && item.no == *no) {
            return Err(Refusal::invalid(format!("payment {no} of {} stands twice in this batch", claim.id)));
        }
        if let Some(first) = items.first().filter(|first| first.amount.currency != payment.amount.currency) {
            return Err(Refusal::invalid(format!("a batch has one currency: {} and {}", first.amount.currency, payment.amount.currency)));
        }
        let reference = end_to_end(claim.id, *no);
        items.push(BatchItem { claim: claim.id, no: *no, partner: claim.partner, amount: payment.amount, reference, answer: None });
    }
    let Some(currency) = items.first().map(|item| item.amount.currency) else {
        return Err(Refusal::invalid("a batch holds at least one payment"));
    };
    let exported = items.iter().map(|item| (item.claim, ClaimEvent::PaymentExported { no: item.no, batch: id })).collect();
    let event = BatchEvent::Exported { by: context.actor.id, file, currency, items };
    let batch = Batch::begin(id, &event, context.now).ok_or_else(|| Refusal::invalid("a batch begins with its export"))?;
    Ok((batch, Exported { batch: event, claims: exported }))
}

/// Keeps the bank's answer to one payment. The claim confirms it, or records the failure, in the same transaction.
pub fn answer(batch: &Batch, claim: ClaimId, no: u32, answer: Answer, context: Context<'_>) -> Result<BatchEvent, Refusal> {
    let verb = ClaimVerb::ConfirmPayment;
    context.actor.may(verb.permission()).map_err(Refusal::not_allowed)?;
    let Some(item) = batch.items.iter().find(|item| item.claim == claim && item.no == no) else {
        return Err(Refusal::invalid(format!("{} holds no payment {no} of {claim}", batch.id)));
    };
    if item.answer.is_some() {
        return Err(Refusal::not_now(verb, format!("payment {no} of {claim} is answered already")));
    }
    Ok(BatchEvent::Answered { claim, no, answer })
}

impl Batch {
    pub fn total(&self) -> Money {
        let minor = self.items.iter().fold(0_i64, |sum, item| sum.saturating_add(item.amount.minor));
        Money::new(minor, self.currency)
    }

    /// The item that an answer of the bank is about.
    pub fn item(&self, reference: &str) -> Option<&BatchItem> {
        self.items.iter().find(|item| item.reference.as_str() == reference.trim())
    }
}

impl Aggregate for Batch {
    type Id = BatchId;
    type Event = BatchEvent;
    const ENTITY: fn(BatchId) -> Entity = Entity::Batch;

    fn id(&self) -> BatchId {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    /// The engine has nothing to do about it.
    fn next_at(&self) -> Option<Instant> {
        None
    }

    fn event(event: &Event) -> Option<&BatchEvent> {
        if let Event::Batch(event) = event { Some(event) } else { None }
    }

    fn begin(id: BatchId, event: &BatchEvent, at: Instant) -> Option<Self> {
        let BatchEvent::Exported { by, file, currency, items } = event else { return None };
        Some(Self {
            id,
            version: 1,
            exported_at: at,
            updated_at: at,
            exported_by: *by,
            file: file.clone(),
            currency: *currency,
            items: items.clone(),
            state: BatchState::Exported,
        })
    }

    fn apply(&mut self, event: &BatchEvent, at: Instant) {
        self.version += 1;
        self.updated_at = at;
        if let BatchEvent::Answered { claim, no, answer } = event {
            for item in self.items.iter_mut().filter(|item| item.claim == *claim && item.no == *no) {
                item.answer = Some(answer.clone());
            }
            if self.items.iter().all(|item| item.answer.is_some()) {
                self.state = BatchState::Settled { at };
            }
        }
    }
}
