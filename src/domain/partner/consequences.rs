//! What follows from a change of a partner's status, in figures and in words.

use crate::domain::money::{Currency, Money};
use std::collections::BTreeMap;

/// What a change of status does beside the partner itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consequences {
    /// Open leads that are taken from it.
    pub leads: usize,
    /// Those of them that nobody else can take now.
    pub unplaced: usize,
    /// Registrations that are held, and those that go on.
    pub held: usize,
    pub released: usize,
    /// Claims and requests that are neither approved nor, while it is suspended, paid: how many, and over how much.
    pub claims: Frozen,
    pub requests: Frozen,
    /// A change of tier that is withdrawn, a remediation plan that is closed.
    pub tier_change: bool,
    pub plan: bool,
}

/// How many, and over how much in each currency.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frozen {
    pub count: usize,
    amounts: BTreeMap<Currency, i64>,
}

impl Frozen {
    pub fn add(&mut self, amount: Money) {
        self.count += 1;
        let sum = self.amounts.entry(amount.currency).or_default();
        *sum = sum.saturating_add(amount.minor);
    }

    fn add_all(&mut self, other: &Self) {
        let count = self.count + other.count;
        other.amounts().for_each(|amount| self.add(amount));
        self.count = count;
    }

    /// In the order of the currencies' codes.
    pub fn amounts(&self) -> impl Iterator<Item = Money> {
        self.amounts.iter().map(|(currency, minor)| Money::new(*minor, *currency))
    }

    fn told(&self, noun: (&str, &str)) -> Option<String> {
        let amounts: Vec<String> = self.amounts().map(|amount| amount.to_string()).collect();
        let are = if self.count == 1 { "is" } else { "are" };
        (self.count > 0).then(|| format!("{} of {} {are} frozen", counted(self.count, noun), amounts.join(" and ")))
    }
}

/// `1 lead`, `2 leads`.
fn counted(count: usize, (one, many): (&str, &str)) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

impl Consequences {
    /// Of both together.
    pub fn add(&mut self, other: &Self) {
        self.leads += other.leads;
        self.unplaced += other.unplaced;
        self.held += other.held;
        self.released += other.released;
        self.claims.add_all(&other.claims);
        self.requests.add_all(&other.requests);
        self.tier_change |= other.tier_change;
        self.plan |= other.plan;
    }

    /// `12 leads go to other partners (2 find none), 3 registrations are held, 2 claims of EUR 12,500.00 are frozen`.
    pub fn sentence(&self) -> String {
        let are = |count: usize| if count == 1 { "is" } else { "are" };
        let leads = (self.leads > 0).then(|| {
            let verb = if self.leads == 1 { "goes to another partner" } else { "go to other partners" };
            let none = match self.unplaced {
                0 => String::new(),
                1 => " (1 finds none)".to_owned(),
                many => format!(" ({many} find none)"),
            };
            format!("{} {verb}{none}", counted(self.leads, ("lead", "leads")))
        });
        let deals = ("registration", "registrations");
        let held = (self.held > 0).then(|| format!("{} {} held", counted(self.held, deals), are(self.held)));
        let goes = if self.released == 1 { "goes on" } else { "go on" };
        let released = (self.released > 0).then(|| format!("{} {goes}", counted(self.released, deals)));
        let claims = self.claims.told(("claim", "claims"));
        let requests = self.requests.told(("request", "requests"));
        let change = self.tier_change.then(|| "the change of its tier is withdrawn".to_owned());
        let plan = self.plan.then(|| "its remediation plan is closed".to_owned());
        let all: Vec<String> = [leads, held, released, claims, requests, change, plan].into_iter().flatten().collect();
        if all.is_empty() { "nothing else changes".to_owned() } else { all.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(amount: &str, currency: &str) -> Money {
        Money::parse(amount, currency.parse().expect("a currency")).expect("an amount")
    }

    #[test]
    fn what_follows_is_one_sentence() {
        let mut all = Consequences { leads: 12, unplaced: 2, held: 3, ..Consequences::default() };
        all.claims.add(money("10000", "EUR"));
        all.claims.add(money("2500", "EUR"));
        assert_eq!(
            all.sentence(),
            "12 leads go to other partners (2 find none), 3 registrations are held, 2 claims of EUR 12,500.00 are frozen"
        );
        let mut other = Consequences { leads: 1, released: 1, plan: true, ..Consequences::default() };
        assert_eq!(other.sentence(), "1 lead goes to another partner, 1 registration goes on, its remediation plan is closed");
        other.requests.add(money("100", "USD"));
        other.claims.add(money("1", "CHF"));
        all.add(&other);
        assert_eq!((all.leads, all.claims.count, all.requests.count), (13, 3, 1));
        assert!(all.sentence().contains("3 claims of CHF 1.00 and EUR 12,500.00 are frozen, 1 request of USD 100.00 is frozen"));
        assert_eq!(Consequences::default().sentence(), "nothing else changes");
    }
}
