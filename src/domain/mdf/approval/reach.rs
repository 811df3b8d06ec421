//! What somebody may decide today, worked out once for a whole queue: whose approvals they give, up to which amounts, and
//! whether they pay. What took place on an item itself is asked of the item.

use super::{Authority, takes_limit};
use crate::domain::{
    actor::{Actor, Permission, Role},
    fx::Rates,
    id::OperatorId,
    money::{Currency, Money},
};
use chrono::NaiveDate;

/// What an operator may do about what waits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reach {
    /// Their own hand, and those of whom they stand in for. Without a limit there is none.
    pub hands: Vec<Hand>,
    /// The approval by finance.
    pub is_finance: bool,
    /// Payments: ordered, sent to the bank, confirmed.
    pub pays: bool,
}

/// One whose first and second approvals they give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hand {
    pub who: OperatorId,
    pub limits: Vec<Within>,
}

/// Up to how much somebody approves out of funds of a currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within {
    pub limit: Money,
    /// The most that may be asked for, in the currency of the limit and in every other that has a rate today.
    pub asked: Vec<Money>,
}

/// The rates of a day, and what they are known of.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    pub rates: &'a Rates,
    pub currencies: &'a [Currency],
    pub today: NaiveDate,
    pub age_days: u32,
}

impl Reach {
    /// `authority` has the limits of the actor and of those who delegated to them.
    pub fn of(actor: &Actor, authority: &Authority, exchange: Exchange<'_>) -> Self {
        let decides = actor.roles.allow(Permission::MdfDecide);
        let mut hands = Vec::new();
        if decides && takes_limit(&actor.roles) {
            let others = authority.principals(actor.id, exchange.today).filter(|other| *other != actor.id);
            let mut people: Vec<OperatorId> = std::iter::once(actor.id).chain(others).collect();
            people.dedup();
            let hand = |who| Hand { who, limits: limits(who, authority, exchange) };
            hands = people.into_iter().map(hand).filter(|hand| !hand.limits.is_empty()).collect();
        }
        Self { hands, is_finance: decides && actor.roles.has(Role::Finance), pays: actor.roles.allow(Permission::MdfPay) }
    }
}

fn limits(who: OperatorId, authority: &Authority, exchange: Exchange<'_>) -> Vec<Within> {
    let mut currencies: Vec<Currency> = authority.limits.iter().filter(|one| one.operator == who).map(|one| one.amount.currency).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let limits = currencies.into_iter().filter_map(|currency| authority.limit(who, currency, exchange.today));
    limits.filter(|limit| limit.minor > 0).map(|limit| Within { limit, asked: exchange.asked(limit) }).collect()
}

impl Exchange<'_> {
    /// The most of each currency that is no more than the limit.
    fn asked(self, limit: Money) -> Vec<Money> {
        let others = self.currencies.iter().copied().filter(|currency| *currency != limit.currency);
        let most = others.filter_map(|currency| self.most(currency, limit));
        std::iter::once(limit).chain(most).collect()
    }

    /// What comes to the limit at the rate of the day, rounded as the approval rounds it: found by halving, so that it is never
    /// a minor unit off.
    fn most(self, currency: Currency, limit: Money) -> Option<Money> {
        let rate = self.rates.pin(currency, limit.currency, self.today, self.age_days).ok()?;
        let fits = |minor| rate.convert(Money::new(minor, currency)).is_ok_and(|amount| amount.minor <= limit.minor);
        let (mut low, mut high) = (0, i64::MAX);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            *(if fits(middle) { &mut low } else { &mut high }) = middle;
        }
        (low > 0).then(|| Money::new(low, currency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        actor::Roles,
        mdf::approval::{Delegation, Limit},
        text::Text,
    };

    fn money(text: &str, code: &str) -> Money {
        Money::parse(text, code.parse().unwrap()).unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// 1 approves up to 5,000 EUR until the end of March; 2 up to 30,000 EUR and 100 USD, and 1 stands in for 2 on one day.
    fn authority() -> Authority {
        let limit = |operator, amount, until: Option<&str>| Limit {
            operator: OperatorId(operator),
            amount,
            from: day("2026-01-01"),
            until: until.map(day),
        };
        let limits = vec![
            limit(1, money("5000", "EUR"), Some("2026-03-31")),
            limit(2, money("30000", "EUR"), None),
            limit(2, money("100", "USD"), None),
        ];
        let delegation = Delegation { from: OperatorId(2), to: OperatorId(1), starts_on: day("2026-03-31"), ends_on: day("2026-03-31") };
        Authority { limits, delegations: vec![delegation] }
    }

    fn reach(roles: &[Role], on: &str) -> Reach {
        let mut rates = Rates::none();
        rates.record(day("2026-03-30"), "USD".parse().unwrap(), "1.25".parse().unwrap()).unwrap();
        let actor = Actor { id: OperatorId(1), name: Text::clean("One"), roles: Roles(roles.to_vec()) };
        let currencies = ["EUR", "USD"].map(|code| code.parse().unwrap());
        Reach::of(&actor, &authority(), Exchange { rates: &rates, currencies: &currencies, today: day(on), age_days: 7 })
    }

    fn told(reach: &Reach) -> String {
        let hand = |hand: &Hand| {
            let within = |one: &Within| {
                let asked: Vec<String> = one.asked.iter().map(ToString::to_string).collect();
                format!("{}: {}", one.limit, asked.join(" or "))
            };
            format!("{} {}", hand.who, hand.limits.iter().map(within).collect::<Vec<_>>().join(", "))
        };
        reach.hands.iter().map(hand).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_hand_reaches_as_far_as_its_limit_of_the_day_in_every_currency() {
        // EUR 5,000.00 are USD 6,250.00 at 1.25; one cent of a dollar more rounds to EUR 5,000.01.
        let own = "O-1 EUR 5,000.00: EUR 5,000.00 or USD 6,250.00";
        assert_eq!(told(&reach(&[Role::Approver], "2026-03-30")), own);
        let other = "O-2 EUR 30,000.00: EUR 30,000.00 or USD 37,500.00, USD 100.00: USD 100.00 or EUR 80.00";
        assert_eq!(told(&reach(&[Role::Approver], "2026-03-31")), format!("{own}; {other}"), "a delegate has both hands");
        assert_eq!(told(&reach(&[Role::Approver], "2026-04-01")), "", "neither the limit nor the delegation holds any more");
    }

    #[test]
    fn a_limit_alone_gives_nobody_a_hand() {
        let finance = reach(&[Role::Finance], "2026-03-31");
        assert_eq!((finance.hands.len(), finance.is_finance, finance.pays), (0, true, true), "finance has a step of its own");
        let triager = reach(&[Role::Triager], "2026-03-31");
        assert_eq!(triager, Reach::default());
    }
}
