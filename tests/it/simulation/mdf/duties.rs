//! Who may sign and pay what, worked out anew from the chain alone: nothing here asks the code that decides. The rules are
//! those of the trade as they are written down, in numbers of their own.

use crate::simulation::{crew::ADMIN, shadow::ensure};
use chrono::NaiveDate;
use pilothouse::domain::{
    actor::Role,
    event::OperatorEvent,
    id::{BatchId, ClaimId, OperatorId},
    mdf::{
        approval::{AuthorityEvent, Delegation, Limit, Signature, Step},
        claim::{ClaimEvent, Payment, PaymentState},
        item::ItemId,
        request::RequestEvent,
    },
    money::Money,
    time::Instant,
};
use std::collections::{BTreeMap, BTreeSet};

type Finding = Result<(), String>;

/// Cents up to which one approves alone, and up to which two do; above that, two and finance.
const ONE: i64 = 5_000 * 100;
const TWO: i64 = 25_000 * 100;
const IN_ORDER: [Step; 3] = [Step::First, Step::Second, Step::Finance];

/// How many approvals such an amount takes.
const fn needed(cents: i64) -> usize {
    if cents <= ONE {
        1
    } else if cents <= TWO {
        2
    } else {
        3
    }
}

/// A day of the desk is one of Berlin.
fn day(at: Instant) -> NaiveDate {
    at.to_utc().with_timezone(&chrono_tz::Europe::Berlin).date_naive()
}

/// What is known of one request or claim.
#[derive(Default)]
struct Paper {
    revision: u32,
    asked: Option<Money>,
    /// Approvals of the content as it is.
    standing: Vec<Signature>,
    /// Who ever gave which step.
    gave: BTreeSet<(OperatorId, Step)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Ordered,
    AtBank,
    Paid,
    Failed,
}

/// What was approved of a claim, and each payment of it.
#[derive(Default)]
struct Payable {
    approved: i64,
    payments: BTreeMap<u32, (i64, Way)>,
    back: i64,
}

/// Who holds which roles, limits and delegations at a place of the chain.
#[derive(Clone)]
struct Powers {
    roles: BTreeMap<OperatorId, Vec<Role>>,
    limits: BTreeMap<(OperatorId, NaiveDate), Limit>,
    delegations: BTreeMap<(OperatorId, OperatorId, NaiveDate), NaiveDate>,
}

pub struct Duties {
    /// What held from each place on, the newest last.
    powers: Vec<(i64, Powers)>,
    /// The place of the chain when the transaction began whose events come now. What somebody held then, or was given while it
    /// ran, they may have used: whoever takes it away at the same time comes after them, wherever the chain has it.
    pub since: i64,
    papers: BTreeMap<ItemId, Paper>,
    payables: BTreeMap<ClaimId, Payable>,
    /// Approvals that took more than one signature, and signatures for somebody else: that it was worth looking.
    pub many: u64,
    pub stood_in: u64,
}

impl Default for Duties {
    fn default() -> Self {
        let roles = BTreeMap::from([(ADMIN, vec![Role::Admin, Role::Finance])]);
        let first = Powers { roles, limits: BTreeMap::new(), delegations: BTreeMap::new() };
        Self { powers: vec![(0, first)], since: 0, papers: BTreeMap::new(), payables: BTreeMap::new(), many: 0, stood_in: 0 }
    }
}

impl Duties {
    fn changed(&mut self, seq: i64, change: impl FnOnce(&mut Powers)) {
        let mut powers = self.powers.last().map(|(_, powers)| powers.clone()).expect("there is always a first");
        change(&mut powers);
        self.powers.push((seq, powers));
    }

    pub fn of_operator(&mut self, seq: i64, id: OperatorId, event: &OperatorEvent) {
        let held = if event.active { event.roles.0.clone() } else { Vec::new() };
        self.changed(seq, |powers| _ = powers.roles.insert(id, held));
    }

    pub fn of_authority(&mut self, seq: i64, event: &AuthorityEvent) {
        self.changed(seq, |powers| match event {
            AuthorityEvent::LimitSet { limit } => _ = powers.limits.insert((limit.operator, limit.from), *limit),
            AuthorityEvent::Delegated { delegation: Delegation { from, to, starts_on, ends_on } } => {
                powers.delegations.insert((*from, *to, *starts_on), *ends_on);
            }
        });
    }

    pub fn of_request(&mut self, item: ItemId, event: &RequestEvent, at: Instant) -> Finding {
        match event {
            RequestEvent::Drafted { plan, .. } | RequestEvent::Edited { plan, .. } => self.written(item, plan.asked),
            RequestEvent::InfoRequested { .. } => self.voided(item),
            RequestEvent::Undone { restored, .. } => self.taken_back(item, &restored.signatures),
            RequestEvent::Signed { signature, .. } => self.signs(item, signature, false, at)?,
            RequestEvent::Approved { signature, commitment, .. } => {
                self.signs(item, signature, true, at)?;
                ensure!(commitment.amount == signature.amount, "{item}: {} signed, {} committed", signature.amount, commitment.amount);
            }
            _ => {}
        }
        Ok(())
    }

    pub fn of_claim(&mut self, id: ClaimId, event: &ClaimEvent, at: Instant) -> Finding {
        let item = ItemId::Claim(id);
        match event {
            ClaimEvent::Drafted { content, .. } => self.written(item, content.asked),
            ClaimEvent::Edited { content, .. } => {
                self.written(item, content.asked);
                self.payables.entry(id).or_default().approved = 0;
            }
            ClaimEvent::InfoRequested { .. } => self.voided(item),
            ClaimEvent::Undone { restored, .. } => self.taken_back(item, &restored.signatures),
            ClaimEvent::Signed { signature, .. } => self.signs(item, signature, false, at)?,
            ClaimEvent::Approved { signature, approval, .. } => {
                self.signs(item, signature, true, at)?;
                ensure!(approval.amount == signature.amount, "{item}: {} signed, {} approved", signature.amount, approval.amount);
                self.payables.entry(id).or_default().approved = approval.amount.minor;
            }
            ClaimEvent::PaymentOrdered { payment } => self.payables.entry(id).or_default().ordered(id, payment)?,
            ClaimEvent::PaymentExported { no, batch } => self.payables.entry(id).or_default().exported(id, *no, *batch)?,
            ClaimEvent::PaymentConfirmed { no, amount, .. } => self.payables.entry(id).or_default().confirmed(id, *no, *amount)?,
            ClaimEvent::PaymentFailed { no, .. } => self.payables.entry(id).or_default().failed(id, *no)?,
            ClaimEvent::ClawedBack { payment } => self.payables.entry(id).or_default().came_back(id, payment)?,
            _ => {}
        }
        Ok(())
    }

    fn written(&mut self, item: ItemId, asked: Money) {
        let paper = self.papers.entry(item).or_default();
        (paper.revision, paper.asked) = (paper.revision + 1, Some(asked));
        paper.standing.clear();
    }

    fn voided(&mut self, item: ItemId) {
        self.papers.entry(item).or_default().standing.clear();
    }

    fn taken_back(&mut self, item: ItemId, left: &[Signature]) {
        self.papers.entry(item).or_default().standing.retain(|one| left.contains(one));
    }

    fn signs(&mut self, item: ItemId, signature: &Signature, is_last: bool, at: Instant) -> Finding {
        let Signature { step, by, on_behalf_of, amount, pin, .. } = *signature;
        let paper = self.papers.entry(item).or_default();
        ensure!(pin.revision == paper.revision, "{item} is at revision {}, and {} was signed", paper.revision, pin.revision);
        let asked = paper.asked.ok_or("nobody asked for it")?;
        ensure!(amount.currency == asked.currency && amount.minor <= asked.minor, "{item} asks for {asked}, and {amount} was signed");
        let due = IN_ORDER.get(paper.standing.len()).ok_or("every approval was given")?;
        ensure!(step == *due, "{item}: the {} was given, and the {} is due", step.doc(), due.doc());
        let (given, takes) = (paper.standing.len() + 1, needed(amount.minor));
        ensure!(is_last == (given >= takes), "{item}: {amount} takes {takes} approvals, and was approved={is_last} by {given}");
        for who in std::iter::once(by).chain(on_behalf_of) {
            let another = paper.gave.iter().find(|(one, gave)| *one == who && *gave != step);
            ensure!(another.is_none(), "{who} gave the {} of {item}, and once gave {another:?}", step.doc());
            paper.gave.insert((who, step));
        }
        paper.standing.push(*signature);
        self.many += u64::from(is_last && given > 1);
        self.stood_in += u64::from(on_behalf_of.is_some());
        let (mut why, until) = (Ok(()), self.powers.iter().rposition(|(seq, _)| *seq <= self.since).unwrap_or(0));
        for (_, powers) in self.powers[until..].iter().rev() {
            match powers.may_sign(item, signature, day(at)) {
                Ok(()) => return Ok(()),
                Err(found) => why = why.and(Err(found)),
            }
        }
        why
    }
}

impl Powers {
    /// The role, the delegation and the limit, as they were on that day.
    fn may_sign(&self, item: ItemId, signature: &Signature, on: NaiveDate) -> Finding {
        let Signature { step, by, on_behalf_of, amount, .. } = *signature;
        let holds = |who: OperatorId, roles: &[Role]| self.roles.get(&who).is_some_and(|held| held.iter().any(|role| roles.contains(role)));
        let approves = [Role::ChannelManager, Role::Approver, Role::Admin];
        if step == Step::Finance {
            ensure!(holds(by, &[Role::Finance]), "{by} approved {item} for finance, and is none of it");
            ensure!(on_behalf_of.is_none(), "{by} stood in for finance");
            return Ok(());
        }
        ensure!(holds(by, &approves), "{by} approved {item} with the roles {:?}", self.roles.get(&by));
        let whose = on_behalf_of.unwrap_or(by);
        if whose != by {
            let from_then = self.delegations.iter().filter(|((from, to, starts_on), _)| (*from, *to) == (whose, by) && *starts_on <= on);
            let until = from_then.map(|(_, ends_on)| *ends_on).max();
            ensure!(until.is_some_and(|until| on <= until), "{by} stood in for {whose} on {on}, which was delegated until {until:?}");
            let decides = [&approves[..], &[Role::Finance]].concat();
            ensure!(holds(whose, &decides), "{by} stood in for {whose}, who decides nothing");
        }
        let in_force = |limit: &&Limit| limit.operator == whose && limit.from <= on && limit.until.is_none_or(|until| on <= until);
        let limit = self.limits.values().filter(in_force).max_by_key(|limit| limit.from).map(|limit| limit.amount);
        ensure!(
            limit.is_some_and(|limit| amount.minor <= limit.minor),
            "{by} signed {amount} of {item} with the limit of {whose}, {limit:?}"
        );
        Ok(())
    }
}

impl Payable {
    fn ordered(&mut self, id: ClaimId, payment: &Payment) -> Finding {
        ensure!(payment.state == PaymentState::Ordered && payment.amount.minor > 0, "{id}: {payment:?} was ordered");
        ensure!(self.payments.insert(payment.no, (payment.amount.minor, Way::Ordered)).is_none(), "{id} has two payments {}", payment.no);
        let out: i64 = self.payments.values().filter(|(_, way)| *way != Way::Failed).map(|(minor, _)| minor).sum();
        ensure!(out <= self.approved, "{id}: {out} ordered of {} approved", self.approved);
        Ok(())
    }

    fn goes(&mut self, id: ClaimId, no: u32, from: &[Way], to: Way) -> Finding {
        let (_, way) = self.payments.get_mut(&no).ok_or_else(|| format!("{id} has no payment {no}"))?;
        ensure!(from.contains(way), "payment {no} of {id} is {way:?}, and becomes {to:?}");
        *way = to;
        Ok(())
    }

    fn exported(&mut self, id: ClaimId, no: u32, batch: BatchId) -> Finding {
        self.goes(id, no, &[Way::Ordered], Way::AtBank).map_err(|why| format!("{why} in {batch}"))
    }

    fn confirmed(&mut self, id: ClaimId, no: u32, amount: Money) -> Finding {
        self.goes(id, no, &[Way::AtBank], Way::Paid)?;
        ensure!(self.payments[&no].0 == amount.minor, "payment {no} of {id} is confirmed with {amount}");
        Ok(())
    }

    fn failed(&mut self, id: ClaimId, no: u32) -> Finding {
        self.goes(id, no, &[Way::Ordered, Way::AtBank], Way::Failed)
    }

    fn came_back(&mut self, id: ClaimId, payment: &Payment) -> Finding {
        self.back -= payment.amount.minor;
        let paid: i64 = self.payments.values().filter(|(_, way)| *way == Way::Paid).map(|(minor, _)| minor).sum();
        ensure!(payment.amount.minor < 0 && self.back <= paid, "{id}: {} came back of {paid}", self.back);
        Ok(())
    }
}
