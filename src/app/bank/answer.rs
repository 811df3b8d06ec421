//! What the bank says to the payments of a batch, matched one to one: an answer that fits no payment, or not exactly, is
//! told with its line and changes nothing.

use crate::domain::{
    id::ClaimId,
    mdf::batch::{Answer, Batch, BatchItem},
    money::Money,
    problem::quoted,
    text::Text,
};
use std::{collections::HashMap, fmt};

/// One answer of the bank, as it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankAnswer {
    /// Where it begins in the file, from 1.
    pub line: u64,
    /// Of our payment (`EndToEndId`).
    pub reference: Text,
    pub amount: Stated,
    pub said: Said,
}

/// What the bank says that the payment was over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stated {
    /// It does not say.
    Nothing,
    Amount(Money),
    /// It does, and nobody can read it: nothing is taken then.
    Unreadable,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// The money has left our account.
    Paid {
        /// The bank's own reference; ours where it has none.
        reference: Text,
    },
    /// Refused, or returned by the payee's bank.
    Refused { reason: Text },
    /// Taken in, and not carried out yet.
    UnderWay { status: Text },
}

/// What an answer means for the batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Take {
        claim: ClaimId,
        no: u32,
        answer: Answer,
    },
    /// It says the same as before; nothing happens.
    Known,
    UnderWay {
        status: Text,
    },
    /// No payment of this batch has the reference.
    Unknown,
    /// An earlier line of the same file answers the payment.
    Twice {
        line: u64,
    },
    /// It was answered otherwise before.
    Contradiction {
        before: Answer,
    },
    /// It is over another amount than was ordered.
    OtherAmount {
        ordered: Money,
        said: Money,
    },
    /// It says an amount that can't be read.
    NoAmount,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    pub line: u64,
    pub reference: Text,
    pub verdict: Verdict,
}

/// Each answer with what it means. An answer that tells nothing final does not stand in the way of a later one.
pub fn matched(batch: &Batch, answers: &[BankAnswer]) -> Vec<Matched> {
    let mut taken: HashMap<&str, u64> = HashMap::new();
    let items: HashMap<&str, &BatchItem> = batch.items.iter().map(|item| (item.reference.as_str(), item)).collect();
    let verdict = |answer: &BankAnswer, taken: &HashMap<&str, u64>, item: Option<&BatchItem>| {
        let Some(item) = item else { return Verdict::Unknown };
        match answer.amount {
            Stated::Amount(said) if said != item.amount => return Verdict::OtherAmount { ordered: item.amount, said },
            Stated::Unreadable => return Verdict::NoAmount,
            Stated::Amount(_) | Stated::Nothing => {}
        }
        let ours = match &answer.said {
            Said::Paid { reference } => Answer::Confirmed { reference: reference.clone() },
            Said::Refused { reason } => Answer::Failed { reason: reason.clone() },
            Said::UnderWay { status } => return Verdict::UnderWay { status: status.clone() },
        };
        match (taken.get(item.reference.as_str()), &item.answer) {
            (Some(line), _) => Verdict::Twice { line: *line },
            (None, Some(before)) if is_same(before, &ours) => Verdict::Known,
            (None, Some(before)) => Verdict::Contradiction { before: before.clone() },
            (None, None) => Verdict::Take { claim: item.claim, no: item.no, answer: ours },
        }
    };
    let mut out = Vec::with_capacity(answers.len());
    for answer in answers {
        let item = items.get(answer.reference.trim()).copied();
        let verdict = verdict(answer, &taken, item);
        if let Some(item) = item.filter(|_| matches!(verdict, Verdict::Take { .. } | Verdict::Known | Verdict::Contradiction { .. })) {
            taken.insert(item.reference.as_str(), answer.line);
        }
        out.push(Matched { line: answer.line, reference: answer.reference.clone(), verdict });
    }
    out
}

/// Paid is paid, under whichever reference the bank tells it the second time.
const fn is_same(before: &Answer, now: &Answer) -> bool {
    matches!((before, now), (Answer::Confirmed { .. }, Answer::Confirmed { .. }) | (Answer::Failed { .. }, Answer::Failed { .. }))
}

impl Verdict {
    /// It fits no payment, or not exactly: a person has to look.
    pub const fn is_wrong(&self) -> bool {
        matches!(self, Self::Unknown | Self::Twice { .. } | Self::Contradiction { .. } | Self::OtherAmount { .. } | Self::NoAmount)
    }
}

/// `line 4: M-12/1 was paid 90.00 ...`: one sentence a person can act on.
impl fmt::Display for Matched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, reference, verdict } = self;
        write!(f, "line {line}: ")?;
        match verdict {
            Verdict::Take { answer, .. } => write!(f, "{reference} {}", told(answer)),
            Verdict::Known => write!(f, "{reference} was answered so before"),
            Verdict::UnderWay { status } => write!(f, "{reference} is under way ({status})"),
            Verdict::Unknown => write!(f, "no payment of this batch has the reference {}", quoted(reference)),
            Verdict::Twice { line } => write!(f, "{reference} is answered a second time; line {line} counts"),
            Verdict::Contradiction { before } => {
                write!(f, "{reference} {} before, and an answer is never replaced; ask the bank", told(before))
            }
            Verdict::OtherAmount { ordered, said } => {
                write!(f, "{reference} was ordered over {ordered}, and the bank answers for {said}; ask the bank")
            }
            Verdict::NoAmount => write!(f, "{reference} is answered for an amount that can't be read; ask the bank"),
        }
    }
}

fn told(answer: &Answer) -> String {
    match answer {
        Answer::Confirmed { reference } => format!("was paid ({reference})"),
        Answer::Failed { reason } => format!("was refused: {reason}"),
    }
}
