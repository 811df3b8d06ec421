//! In whose inbox an item stands, worked out from the item alone: whose turn it is, for which money, and whom its history
//! keeps away. What people may do today, their [`Reach`], is compared with that when an inbox is read.
//!
//! All items that wait for the same are told by the same short text. There are few such texts however many items there are, so
//! that an inbox is read text by text, and never item by item.

use crate::domain::{
    id::{Number, OperatorId},
    mdf::{
        approval::{Part, Reach, Step},
        queue::{Item, Turn},
    },
    money::{Currency, Money},
};
use std::{collections::BTreeSet, fmt, str::FromStr};

/// What an item waits for, all but the exact amount.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Awaited {
    /// A payment of it is with the bank or on its way there: whoever pays brings it on.
    pub at_bank: bool,
    pub due: Option<Due>,
}

/// What is to be decided about it next, and by whom not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    pub turn: Turn,
    /// What would be signed, where a limit has to reach that far.
    pub bill: Option<Sum>,
    pub barred: BTreeSet<OperatorId>,
}

/// An amount as limits are compared with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sum {
    /// Of the fund, and so of the limit.
    pub fund: Currency,
    /// In which it is asked for.
    pub asked: Currency,
    /// How many of [`BANDS`] are below it.
    pub band: u8,
}

/// What of the items that wait for the same somebody may decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Held {
    Nothing,
    /// Those of so many minor units at most.
    UpTo(i64),
    All,
}

/// Amounts in whole units at which limits are usually set, so that a limit seldom ends within a band.
pub const BANDS: [i64; 25] = [
    100,
    200,
    250,
    500,
    1_000,
    2_000,
    2_500,
    5_000,
    10_000,
    20_000,
    25_000,
    50_000,
    100_000,
    200_000,
    250_000,
    500_000,
    1_000_000,
    2_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    20_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
];

impl Awaited {
    /// What `item` waits for, if it waits for one of us, and the minor units that a limit is compared with. `fund` is its fund's
    /// currency, `asked_before` whoever asked for the request of a claim: that never changes once there is a claim.
    pub fn of(item: Item<'_>, fund: Currency, asked_before: &[OperatorId]) -> Option<(Self, i64)> {
        let at_bank = item.is_at_bank();
        let due = item.turn().map(|turn| {
            let amount = match turn {
                Turn::First => Some(item.amount()),
                Turn::Second => item.desk().and_then(|desk| desk.signatures.last()).map(|given| given.amount),
                Turn::Finance | Turn::Pay => None,
            };
            let bill = amount.map(|amount| Sum { fund, asked: amount.currency, band: band(amount) });
            (Due { turn, bill, barred: barred(item, turn, asked_before) }, amount.map_or(0, |amount| amount.minor))
        });
        let minor = due.as_ref().map_or(0, |(_, minor)| *minor);
        (at_bank || due.is_some()).then(|| (Self { at_bank, due: due.map(|(due, _)| due) }, minor))
    }

    /// What of it `me` may decide today.
    pub fn held(&self, me: OperatorId, reach: &Reach) -> Held {
        if self.at_bank && reach.pays {
            return Held::All;
        }
        self.due.as_ref().map_or(Held::Nothing, |due| due.held(me, reach))
    }
}

impl Due {
    fn held(&self, me: OperatorId, reach: &Reach) -> Held {
        if self.barred.contains(&me) {
            return Held::Nothing;
        }
        let all_if = |may| if may { Held::All } else { Held::Nothing };
        match (self.turn, self.bill) {
            (Turn::Pay, _) => all_if(reach.pays),
            (Turn::Finance, _) => all_if(reach.is_finance),
            (Turn::First | Turn::Second, Some(sum)) => {
                let hands = reach.hands.iter().filter(|hand| !self.barred.contains(&hand.who));
                let within = hands.flat_map(|hand| &hand.limits).filter(|within| within.limit.currency == sum.fund);
                let most = within.flat_map(|within| &within.asked).filter(|most| most.currency == sum.asked);
                most.map(|most| sum.within(*most)).max().unwrap_or(Held::Nothing)
            }
            (Turn::First | Turn::Second, None) => Held::Nothing,
        }
    }
}

impl Sum {
    /// How much of the band is no more than this.
    fn within(self, most: Money) -> Held {
        let unit = 10_i128.pow(most.currency.exponent());
        let edge = |band: usize| BANDS.get(band).map(|whole| i128::from(*whole) * unit);
        let (minor, band) = (i128::from(most.minor), usize::from(self.band));
        match (band.checked_sub(1).and_then(edge), edge(band)) {
            (Some(bottom), _) if minor <= bottom => Held::Nothing,
            (_, Some(top)) if top <= minor => Held::All,
            _ => Held::UpTo(most.minor),
        }
    }
}

fn band(amount: Money) -> u8 {
    let unit = 10_i128.pow(amount.currency.exponent());
    let below = BANDS.partition_point(|whole| i128::from(*whole) * unit < i128::from(amount.minor));
    u8::try_from(below).unwrap_or(u8::MAX)
}

/// Whom their part or an approval of theirs keeps from what is due. Whoever gave another step once, be it void by now, does not
/// give this one; those who asked or approved don't pay.
fn barred(item: Item<'_>, turn: Turn, asked_before: &[OperatorId]) -> BTreeSet<OperatorId> {
    let Some(desk) = item.desk() else { return BTreeSet::new() };
    let (step, other) = match turn {
        Turn::First => (Some(Step::First), Part::Paid),
        Turn::Second => (Some(Step::Second), Part::Paid),
        Turn::Finance => (Some(Step::Finance), Part::Paid),
        Turn::Pay => (None, Part::Approved),
    };
    let parts = desk.parts.iter().filter(|(_, part)| *part == Part::Asked || *part == other).map(|(who, _)| who);
    let mut all: BTreeSet<OperatorId> = parts.chain(asked_before.iter().copied()).collect();
    if let Some(step) = step {
        all.extend(desk.steps.iter().filter(|(_, given)| *given != step).map(|(who, _)| *who));
        all.extend(item.signed_by());
    }
    all
}

/// As it is kept: `first EUR USD 7 2 12`, `bank pay 2`.
impl fmt::Display for Awaited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words: Vec<String> = Vec::new();
        words.extend(self.at_bank.then(|| AT_BANK.to_owned()));
        if let Some(Due { turn, bill, barred }) = &self.due {
            words.push(turn.name().to_owned());
            words.extend(bill.iter().flat_map(|sum| [sum.fund.to_string(), sum.asked.to_string(), sum.band.to_string()]));
            words.extend(barred.iter().map(|who| who.number().to_string()));
        }
        f.write_str(&words.join(" "))
    }
}

impl FromStr for Awaited {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let broken = || format!("`{text}` is nothing that waits for anybody");
        let mut words = text.split(' ').peekable();
        let at_bank = words.next_if_eq(&AT_BANK).is_some();
        let Some(turn) = words.next() else { return if at_bank { Ok(Self { at_bank, due: None }) } else { Err(broken()) } };
        let turn = Turn::from_name(turn).ok_or_else(broken)?;
        let bill = match turn {
            Turn::First | Turn::Second => {
                let mut word = || words.next().ok_or_else(broken);
                let (fund, asked) = (word()?.parse()?, word()?.parse()?);
                Some(Sum { fund, asked, band: word()?.parse().map_err(|_| broken())? })
            }
            Turn::Finance | Turn::Pay => None,
        };
        let barred = words.map(|who| who.parse().map(OperatorId).map_err(|_| broken())).collect::<Result<_, _>>()?;
        Ok(Self { at_bank, due: Some(Due { turn, bill, barred }) })
    }
}

const AT_BANK: &str = "bank";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::mdf::approval::{
        Reach,
        reach::{Hand, Within},
    };
    use proptest::prelude::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, code.parse().unwrap())
    }

    proptest! {
        #[test]
        fn a_band_says_of_each_amount_whether_a_limit_reaches_it(
            minor in prop_oneof![1..200_000_i64, 1..i64::MAX, prop::sample::select(&BANDS[..]), prop::sample::select(&BANDS[..]).prop_map(|whole| whole * 100)],
            off in -1..=1_i64,
            limit in prop_oneof![1..200_000_i64, 1..i64::MAX, prop::sample::select(&BANDS[..]).prop_map(|whole| whole * 100)],
            code in prop::sample::select(&["EUR", "JPY", "KWD"][..]),
        ) {
            let (amount, limit) = (money((minor + off).max(1), code), money(limit, code));
            let sum = Sum { fund: amount.currency, asked: amount.currency, band: band(amount) };
            let fits = match sum.within(limit) {
                Held::Nothing => false,
                Held::UpTo(most) => amount.minor <= most,
                Held::All => true,
            };
            prop_assert_eq!(fits, amount.minor <= limit.minor, "{} within {}: {:?}", amount, limit, sum.within(limit));
        }

        #[test]
        fn what_is_kept_is_read_as_it_was(
            at_bank: bool,
            turn in prop::sample::select(Turn::ALL),
            band in 0..=25_u8,
            barred in prop::collection::btree_set((1..2_000_i64).prop_map(OperatorId), 0..4),
            is_due: bool,
        ) {
            let sum = Sum { fund: "EUR".parse().unwrap(), asked: "USD".parse().unwrap(), band };
            let bill = matches!(turn, Turn::First | Turn::Second).then_some(sum);
            let awaited = Awaited { at_bank, due: (is_due || !at_bank).then_some(Due { turn, bill, barred }) };
            prop_assert_eq!(awaited.to_string().parse(), Ok(awaited));
        }
    }

    #[test]
    fn a_delegate_needs_a_hand_that_nothing_bars() {
        let hand = |who, minor| {
            let limit = money(minor, "EUR");
            Hand { who: OperatorId(who), limits: vec![Within { limit, asked: vec![limit, money(minor / 2, "USD")] }] }
        };
        let reach = Reach { hands: vec![hand(1, 500_000), hand(2, 2_500_000)], is_finance: false, pays: false };
        let held = |text: &str| text.parse::<Awaited>().unwrap().held(OperatorId(1), &reach);
        assert_eq!(held("first EUR EUR 8 7"), Held::All, "up to 10,000, by the hand of the other");
        assert_eq!(held("first EUR EUR 8 2 7"), Held::Nothing, "which is barred here, and the own one is too short");
        assert_eq!(held("first EUR EUR 7 2"), Held::All, "up to 5,000 it is not");
        assert_eq!(held("first EUR EUR 7 1"), Held::Nothing, "who acts is always a part of it");
        assert_eq!(held("first EUR USD 9"), Held::UpTo(1_250_000), "12,500 of up to 20,000 dollars");
        assert_eq!((held("first USD USD 0"), held("second EUR EUR 0")), (Held::Nothing, Held::All), "by the fund's currency");
        assert_eq!((held("finance"), held("pay"), held("bank")), (Held::Nothing, Held::Nothing, Held::Nothing));
        let finance = Reach { hands: Vec::new(), is_finance: true, pays: true };
        let held = |text: &str| text.parse::<Awaited>().unwrap().held(OperatorId(1), &finance);
        assert_eq!(
            (held("finance 2"), held("finance 1"), held("pay 1"), held("bank pay 1")),
            (Held::All, Held::Nothing, Held::Nothing, Held::All)
        );
    }
}
