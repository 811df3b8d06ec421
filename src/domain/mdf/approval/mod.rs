//! Approval: who may sign what. A signature is bound to one revision of the content and its hash, so any edit voids it.
//!
//! Whoever asked for the money, whoever approves it, approves it second and pays it are different people, whatever roles
//! one of them holds. For a delegate this holds of both: who acts, and for whom. It holds over the whole history of an item:
//! who gave a step that an edit voided may give the same step again, and never another.

pub mod authority;
pub mod parts;
pub mod reach;

pub use authority::{Authority, AuthorityEvent, Delegation, Limit};
pub use parts::{Part, Parts};
pub use reach::Reach;

#[cfg(test)]
mod tests;

use crate::domain::{
    actor::{Actor, Role, Roles},
    deal::ContentHash,
    id::OperatorId,
    money::Money,
    time::Instant,
    told::Names,
    vocabulary::words,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A step of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    First,
    Second,
    Finance,
}

words! {
    Step {
        First => "first", "first approval";
        Second => "second", "second approval";
        Finance => "finance", "approval by finance";
    }
}

/// Which content somebody saw: its revision, and the hash over all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pin {
    /// The number of edits, from 1.
    pub revision: u32,
    pub hash: ContentHash,
}

impl Pin {
    /// Over the content as it is stored.
    pub fn of(revision: u32, content: &impl Serialize) -> Self {
        let bytes = serde_json::to_vec(content).unwrap_or_default();
        Self { revision, hash: ContentHash::of(&bytes) }
    }
}

/// One step of an approval, done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub step: Step,
    pub by: OperatorId,
    /// Whose limit it was, where somebody stood in.
    pub on_behalf_of: Option<OperatorId>,
    pub at: Instant,
    /// In the fund's currency.
    pub amount: Money,
    pub pin: Pin,
}

impl Signature {
    /// Who took part in it: who signed, and for whom.
    pub fn people(&self) -> impl Iterator<Item = OperatorId> {
        std::iter::once(self.by).chain(self.on_behalf_of)
    }
}

/// Why somebody can't sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Denial {
    Changed {
        seen: u32,
        is: u32,
    },
    OwnPart {
        who: OperatorId,
        part: Part,
    },
    SignedBefore {
        who: OperatorId,
        before: Step,
        step: Step,
    },
    OverLimit {
        who: OperatorId,
        limit: Money,
        amount: Money,
    },
    NoLimit {
        who: OperatorId,
        amount: Money,
        on: NaiveDate,
    },
    WrongRole {
        step: Step,
        needs: String,
    },
    NotDelegated {
        who: OperatorId,
        delegate: OperatorId,
        on: NaiveDate,
    },
    /// Finance approves in person.
    NoDelegate,
    OtherAmount {
        first: Money,
        given: Money,
    },
    /// Every approval that it takes is given.
    Complete,
    Nothing {
        amount: Money,
    },
}

impl Denial {
    /// As a sentence, in which people have their names.
    pub fn told(&self, names: &Names) -> String {
        let name = |who: &OperatorId| names.operator(*who);
        match self {
            Self::Changed { seen, is } => {
                format!("it was changed since it was on the screen (revision {seen} then, {is} now): look at it again")
            }
            Self::OwnPart { who, part } => format!("{} {}, and somebody else approves it", name(who), part.doc()),
            Self::SignedBefore { who, before, step } => {
                format!("{} gave the {} already, and the {} is another person's", name(who), before.doc(), step.doc())
            }
            Self::OverLimit { who, limit, amount } => format!("{} may approve up to {limit}, and this is {amount}", name(who)),
            Self::NoLimit { who, amount, on } => {
                format!("{} has no limit in {} on {on}, and approves nothing in it", name(who), amount.currency)
            }
            Self::WrongRole { step, needs } => format!("the {} takes {needs}", step.doc()),
            Self::NotDelegated { who, delegate, on } => format!("{} has not delegated to {} on {on}", name(who), name(delegate)),
            Self::NoDelegate => "finance approves in person".to_owned(),
            Self::OtherAmount { first, given } => format!(
                "the first approval was for {first}, this one is for {given}: approve the same, or ask for information to begin again"
            ),
            Self::Complete => "every approval that it takes is given".to_owned(),
            Self::Nothing { amount } => format!("{amount} is nothing to approve"),
        }
    }
}

/// What is to be signed.
#[derive(Debug, Clone, Copy)]
pub struct Bill<'a> {
    /// What would be granted, in the fund's currency.
    pub amount: Money,
    /// The content as it is now.
    pub pin: Pin,
    /// What was signed so far. Signatures of other content count for nothing.
    pub given: &'a [Signature],
    /// Everybody's part in it so far.
    pub parts: &'a Parts,
    /// Who ever gave which step of it, of whatever content.
    pub steps: &'a BTreeSet<(OperatorId, Step)>,
    /// Who asked for what it rests on: the request of a claim. Who asked for that approves neither.
    pub base: Option<&'a Parts>,
}

/// Who signs, and what they saw.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    pub actor: &'a Actor,
    pub on_behalf_of: Option<OperatorId>,
    pub seen: Pin,
    pub at: Instant,
    /// The day by which limits and delegations are valid, in the program's zone.
    pub today: NaiveDate,
}

impl<'a> Bill<'a> {
    /// The signatures that hold for the content as it is.
    pub fn valid(&self) -> impl Iterator<Item = &'a Signature> {
        let pin = self.pin;
        self.given.iter().filter(move |signature| signature.pin == pin)
    }

    /// The step that is due: the first that nobody gave. Where the limits were raised since, so that all that the amount takes
    /// are given and it still is not approved, it is one more.
    pub fn next(&self) -> Option<Step> {
        Step::ALL.iter().copied().find(|step| !self.valid().any(|signature| signature.step == *step))
    }

    /// The signature that `signer` gives now, or why not.
    pub fn sign(&self, signer: Signer<'_>, authority: &Authority) -> Result<Signature, Denial> {
        if signer.seen != self.pin {
            return Err(Denial::Changed { seen: signer.seen.revision, is: self.pin.revision });
        }
        if self.amount.minor <= 0 {
            return Err(Denial::Nothing { amount: self.amount });
        }
        if let Some(first) = self.valid().next().filter(|first| first.amount != self.amount) {
            return Err(Denial::OtherAmount { first: first.amount, given: self.amount });
        }
        let step = self.next().ok_or(Denial::Complete)?;
        may_sign(signer.actor, step)?;
        let signature = Signature {
            step,
            by: signer.actor.id,
            on_behalf_of: signer.on_behalf_of.filter(|principal| *principal != signer.actor.id),
            at: signer.at,
            amount: self.amount,
            pin: self.pin,
        };
        self.is_anothers(&signature)?;
        self.is_within_limit(&signature, signer.today, authority)?;
        Ok(signature)
    }

    fn is_anothers(&self, signature: &Signature) -> Result<(), Denial> {
        for who in signature.people() {
            if let Some(before) = self.valid().find(|given| given.people().any(|one| one == who)) {
                return Err(Denial::SignedBefore { who, before: before.step, step: signature.step });
            }
            if let Some(before) = self.ever(who).find(|before| *before != signature.step) {
                return Err(Denial::SignedBefore { who, before, step: signature.step });
            }
            let own = [Part::Asked, Part::Paid].into_iter().find(|part| self.parts.has(who, *part));
            let asked = self.base.filter(|base| base.has(who, Part::Asked)).map(|_| Part::AskedBefore);
            if let Some(part) = own.or(asked) {
                return Err(Denial::OwnPart { who, part });
            }
        }
        Ok(())
    }

    /// Every step that somebody ever gave. An item of the time before the steps were kept has those that no question voided.
    fn ever(&self, who: OperatorId) -> impl Iterator<Item = Step> {
        let kept = self.steps.iter().filter(move |(one, _)| *one == who).map(|(_, step)| *step);
        kept.chain(self.given.iter().filter(move |given| given.people().any(|one| one == who)).map(|given| given.step))
    }

    fn is_within_limit(&self, signature: &Signature, on: NaiveDate, authority: &Authority) -> Result<(), Denial> {
        let amount = self.amount;
        if signature.step == Step::Finance {
            return if signature.on_behalf_of.is_some() { Err(Denial::NoDelegate) } else { Ok(()) };
        }
        let who = signature.on_behalf_of.unwrap_or(signature.by);
        if who != signature.by && !authority.delegates(who, signature.by, on) {
            return Err(Denial::NotDelegated { who, delegate: signature.by, on });
        }
        let limit = authority.limit(who, amount.currency, on).ok_or(Denial::NoLimit { who, amount, on })?;
        if amount.minor > limit.minor { Err(Denial::OverLimit { who, limit, amount }) } else { Ok(()) }
    }
}

/// Who approves within a limit of their own.
const WITH_LIMIT: [Role; 3] = [Role::ChannelManager, Role::Approver, Role::Admin];

/// Whether a limit, or standing in for somebody, means anything for whoever holds these roles.
pub fn takes_limit(roles: &Roles) -> bool {
    WITH_LIMIT.iter().any(|role| roles.has(*role))
}

/// Finance has its own step, and no other.
fn may_sign(actor: &Actor, step: Step) -> Result<(), Denial> {
    let needs: &[Role] = if step == Step::Finance { &[Role::Finance] } else { &WITH_LIMIT };
    if needs.iter().any(|role| actor.roles.has(*role)) {
        return Ok(());
    }
    let needs = needs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
    Err(Denial::WrongRole { step, needs })
}
