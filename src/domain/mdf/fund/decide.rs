//! Decisions about one fund. Commitments, claims and payments are decided where they belong and only posted here.

use super::{Fund, FundCommand, FundEvent, FundState, FundTerms, FundVerb, FundWork};
use crate::domain::{
    actor::Permission,
    aggregate::Aggregate,
    day::end_of_day,
    decision::Context,
    id::FundId,
    mdf::{
        ledger::{Account, Entry, EntryKind, Subject},
        refusal::Refusal,
    },
    money::Money,
    text::Text,
};

/// Opens fund `id`; money is allocated afterwards.
pub fn open(id: FundId, terms: FundTerms, context: Context<'_>) -> Result<(Fund, Vec<FundEvent>), Refusal> {
    context.actor.may(FundVerb::Open.permission()).map_err(Refusal::not_allowed)?;
    if terms.name.trim().is_empty() {
        return Err(Refusal::invalid("a fund needs a name"));
    }
    if terms.to < terms.from {
        return Err(Refusal::invalid(format!("the period ends on {}, before it begins on {}", terms.to, terms.from)));
    }
    let until = end_of_day(terms.to, context.programs.current().zone);
    let event = FundEvent::Opened { terms: Box::new(terms), until };
    let fund = Fund::begin(id, &event, context.now).ok_or_else(|| Refusal::invalid("a fund begins with its opening"))?;
    Ok((fund, vec![event]))
}

pub fn decide(fund: &Fund, command: &FundCommand, context: Context<'_>) -> Result<Vec<FundEvent>, Refusal> {
    let verb = command.verb();
    context.actor.may(verb.permission()).map_err(Refusal::not_allowed)?;
    possible(fund, verb)?;
    let mut work = FundWork::new(fund, context.now);
    match command {
        FundCommand::Allocate { amount, reason } => {
            work.by_hand(EntryKind::Allocate, (Account::Allocated, Account::Available), *amount, reason)?;
        }
        FundCommand::Reduce { amount, reason } => {
            work.by_hand(EntryKind::Reduce, (Account::Available, Account::Allocated), *amount, reason)?;
        }
        FundCommand::Correct { entry, reason } => work.correct(*entry, reason)?,
        FundCommand::Close => work.close()?,
        FundCommand::Note { text } if text.trim().is_empty() => return Err(Refusal::invalid("a note needs some text")),
        FundCommand::Note { text } => work.push(FundEvent::Noted { text: text.clone() }),
    }
    Ok(work.events)
}

/// Whether the fund is in a state for a verb: what dims a key.
pub fn possible(fund: &Fund, verb: FundVerb) -> Result<(), Refusal> {
    match (verb, &fund.state) {
        (FundVerb::Note, _) => Ok(()),
        (FundVerb::Open, _) => Err(Refusal::not_now(verb, format!("{} is a fund already", fund.id))),
        (_, FundState::Open { .. }) => Ok(()),
        (_, state) => Err(Refusal::not_now(verb, format!("{} is {}", fund.id, state.name()))),
    }
}

/// What is due on this fund at `now`; nothing if another engine was here first.
pub fn sweep(fund: &Fund, context: Context<'_>) -> Result<Vec<FundEvent>, Refusal> {
    context.actor.may(Permission::Sweep).map_err(Refusal::not_allowed)?;
    let mut work = FundWork::new(fund, context.now);
    if matches!(work.fund.state, FundState::Open { until } if context.now > until) {
        work.close()?;
    }
    if matches!(work.fund.state, FundState::Closed { .. }) && work.fund.next_at().is_some() {
        work.push(FundEvent::Settled);
    }
    Ok(work.events)
}

impl FundWork {
    fn by_hand(&mut self, kind: EntryKind, route: (Account, Account), amount: Money, reason: &Text) -> Result<(), Refusal> {
        let reason = reason_of(reason)?;
        let entry = Entry::transfer(self.fund.id, self.fund.entries.saturating_add(1), kind, Subject::Fund, route, amount)?;
        self.append(entry, reason)
    }

    fn correct(&mut self, no: u32, reason: &Text) -> Result<(), Refusal> {
        let reason = reason_of(reason)?;
        let Some(found) = self.fund.by_hand.iter().find(|entry| entry.no == no) else {
            let why = format!("entry {no} of {} is not one made by hand, or is corrected already", self.fund.id);
            return Err(Refusal::not_now(FundVerb::Correct, why));
        };
        let mirror = found.mirrored(self.fund.id, self.fund.entries.saturating_add(1))?;
        self.append(mirror, reason)
    }

    fn append(&mut self, entry: Entry, reason: Text) -> Result<(), Refusal> {
        self.fund.balances.after(&entry)?;
        self.push(FundEvent::Posted { entry, reason });
        Ok(())
    }

    /// What is available expires; what is committed or claimed stays until it is decided.
    fn close(&mut self) -> Result<(), Refusal> {
        let rest = self.fund.available();
        self.post(EntryKind::Expire, Subject::Fund, (Account::Available, Account::Expired), rest)?;
        self.push(FundEvent::Closed);
        Ok(())
    }
}

fn reason_of(reason: &Text) -> Result<Text, Refusal> {
    let reason = Text::clean(reason.trim());
    if reason.is_empty() { Err(Refusal::invalid("an entry by hand needs a reason")) } else { Ok(reason) }
}
