//! What the audit chain keeps of lines: columns with dictionaries instead of an object a line. A batch of thousands takes some
//! fifty bytes each, and reads back to the same bytes.

use super::{Against, OrderLine, Posted, Quantity, UnitPrice};
use crate::domain::{
    day::{date_of_day, day_number},
    deal::AccountLink,
    fx::PinnedRate,
    id::PartnerId,
    money::{Currency, Money},
    text::Text,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, hash::Hash, sync::Arc};

/// Lines were recorded: as they were kept first, or in columns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sold {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<FirstLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Box<Batch>>,
}

/// A line as it was kept before lines had products, quantities and bookings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstLine {
    pub source_key: Text,
    pub partner: PartnerId,
    pub customer: AccountLink,
    pub on: NaiveDate,
    pub amount: Money,
}

/// Posted lines in columns: the same place in each is the same line. Dictionaries hold what repeats.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Batch {
    /// What all keys begin with.
    prefix: Text,
    keys: Vec<Text>,
    partners: Vec<PartnerId>,
    partner: Vec<u32>,
    /// Product and product line.
    products: Vec<(Text, Text)>,
    product: Vec<u32>,
    coins: Vec<Coin>,
    coin: Vec<u32>,
    /// Days since 1970-01-01.
    day: Vec<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    quantity: Vec<Option<Quantity>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    price: Vec<Option<UnitPrice>>,
    /// Minor units of the line's currency.
    minor: Vec<i64>,
    /// Minor units of the program's currency; left out where all are the same as stated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    booked: Vec<i64>,
    /// Of few lines each: (place, what).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    customers: Vec<(u32, AccountLink)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    against: Vec<(u32, Against)>,
    /// Runs of lines that restate a closed quarter: (first place, how many).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    late: Vec<(u32, u32)>,
}

/// A currency, what it is booked in, and the pinned rate between them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Coin {
    currency: Currency,
    booked_in: Option<Currency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rate: Option<Rate>,
}

/// A pinned rate without the currencies that stand beside it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Rate {
    #[serde(rename = "rate")]
    value: rust_decimal::Decimal,
    wanted_on: NaiveDate,
    on: NaiveDate,
    source: Text,
}

impl Sold {
    pub fn of(lines: &[Posted]) -> Self {
        Self { lines: Vec::new(), batch: Some(Box::new(Batch::of(lines))) }
    }

    pub fn len(&self) -> usize {
        self.lines.len() + self.batch.as_ref().map_or(0, |batch| batch.keys.len())
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many lines take others back.
    pub fn reversals(&self) -> usize {
        let against = self.batch.iter().flat_map(|batch| &batch.against);
        against.filter(|(_, against)| matches!(against, Against::Reverses(_))).count()
    }

    /// The lines in the order in which they were recorded; `None` if the columns don't fit together.
    pub fn posted(&self) -> Option<Vec<Posted>> {
        let mut posted: Vec<Posted> = self.lines.iter().map(FirstLine::posted).collect();
        if let Some(batch) = &self.batch {
            posted.append(&mut batch.posted()?);
        }
        Some(posted)
    }
}

impl FirstLine {
    fn posted(&self) -> Posted {
        let line = OrderLine {
            key: self.source_key.clone(),
            partner: self.partner,
            customer: Some(self.customer),
            product: Text::default(),
            line: Text::default(),
            on: self.on,
            quantity: None,
            price: None,
            amount: self.amount,
        };
        Posted { line, booked: None, rate: None, against: Against::Nothing, late: false }
    }
}

/// Numbers what repeats, in the order of its first use.
struct Dictionary<T> {
    places: HashMap<T, u32>,
    values: Vec<T>,
}

impl<T: Clone + Eq + Hash> Dictionary<T> {
    fn new() -> Self {
        Self { places: HashMap::new(), values: Vec::new() }
    }

    fn place(&mut self, value: T) -> u32 {
        let next = place(self.values.len());
        let values = &mut self.values;
        *self.places.entry(value).or_insert_with_key(|value| {
            values.push(value.clone());
            next
        })
    }
}

fn place(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

impl Batch {
    fn of(lines: &[Posted]) -> Self {
        let (mut partners, mut products, mut coins) = (Dictionary::new(), Dictionary::new(), Dictionary::new());
        let prefix = shared(lines);
        let mut batch = Self { prefix: Text::clean(prefix), ..Self::default() };
        let is_same = lines.iter().all(|one| one.booked.is_none_or(|booked| booked.minor == one.line.amount.minor));
        let has_quantity = lines.iter().any(|one| one.line.quantity.is_some());
        let has_price = lines.iter().any(|one| one.line.price.is_some());
        for (index, Posted { line, booked, rate, against, late }) in lines.iter().enumerate() {
            let index = place(index);
            batch.keys.push(Text::clean(&line.key[prefix.len()..]));
            batch.partner.push(partners.place(line.partner));
            batch.product.push(products.place((line.product.clone(), line.line.clone())));
            let rate = rate.as_ref().map(|pin| Rate::of(pin));
            batch.coin.push(coins.place(Coin { currency: line.amount.currency, booked_in: booked.map(|booked| booked.currency), rate }));
            batch.day.push(day_number(line.on));
            if has_quantity {
                batch.quantity.push(line.quantity);
            }
            if has_price {
                batch.price.push(line.price);
            }
            batch.minor.push(line.amount.minor);
            if !is_same {
                batch.booked.push(booked.map_or(0, |booked| booked.minor));
            }
            batch.customers.extend(line.customer.map(|customer| (index, customer)));
            if *against != Against::Nothing {
                batch.against.push((index, *against));
            }
            match batch.late.last_mut() {
                Some((first, count)) if *late && *first + *count == index => *count += 1,
                _ if *late => batch.late.push((index, 1)),
                _ => {}
            }
        }
        (batch.partners, batch.products, batch.coins) = (partners.values, products.values, coins.values);
        batch
    }

    fn posted(&self) -> Option<Vec<Posted>> {
        let pins: Vec<Option<Arc<PinnedRate>>> = self.coins.iter().map(|coin| coin.pin().map(Arc::new)).collect();
        let (mut customers, mut against) = (self.customers.iter().peekable(), self.against.iter().peekable());
        let mut late = self.late.iter().copied().peekable();
        let mut lines = Vec::with_capacity(self.keys.len());
        for index in 0..self.keys.len() {
            let at = place(index);
            let coin = *self.coin.get(index)? as usize;
            let Coin { currency, booked_in, .. } = self.coins.get(coin)?;
            let (product, line) = self.products.get(*self.product.get(index)? as usize)?.clone();
            let minor = *self.minor.get(index)?;
            late.next_if(|(first, count)| first + count <= at);
            let order = OrderLine {
                key: Text::clean(&format!("{}{}", self.prefix, self.keys[index])),
                partner: *self.partners.get(*self.partner.get(index)? as usize)?,
                customer: customers.next_if(|(place, _)| *place == at).map(|(_, link)| *link),
                product,
                line,
                on: date_of_day(*self.day.get(index)?),
                quantity: self.quantity.get(index).copied().flatten(),
                price: self.price.get(index).copied().flatten(),
                amount: Money::new(minor, *currency),
            };
            lines.push(Posted {
                line: order,
                booked: booked_in.map(|currency| Money::new(self.booked.get(index).copied().unwrap_or(minor), currency)),
                rate: pins[coin].clone(),
                against: against.next_if(|(place, _)| *place == at).map(|(_, against)| *against).unwrap_or_default(),
                late: late.peek().is_some_and(|(first, _)| *first <= at),
            });
        }
        Some(lines)
    }
}

impl Rate {
    fn of(pin: &PinnedRate) -> Self {
        Self { value: pin.rate, wanted_on: pin.wanted_on, on: pin.on, source: pin.source.clone() }
    }
}

impl Coin {
    fn pin(&self) -> Option<PinnedRate> {
        let (Rate { value: rate, wanted_on, on, source }, to) = (self.rate.clone()?, self.booked_in?);
        Some(PinnedRate { from: self.currency, to, rate, wanted_on, on, source })
    }
}

/// What all keys begin with, up to a whole character.
fn shared(lines: &[Posted]) -> &str {
    let Some(first) = lines.first().map(|one| &*one.line.key) else { return "" };
    let alike = |key: &str| first.bytes().zip(key.bytes()).take_while(|(a, b)| a == b).count();
    let length = lines.iter().map(|one| alike(&one.line.key)).min().unwrap_or(0);
    &first[..first.floor_char_boundary(length)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::AccountId;
    use proptest::prelude::*;

    fn any_posted() -> impl Strategy<Value = Posted> {
        let what = ("[aä]{0,3}[0-9/]{0,4}", 1..4_i64, prop::option::of(1..3_i64), "[ab]?", "[cd]?", 0..900_i64);
        let sums = (prop::option::of(-9..9_i64), prop::option::of(0..9_i64), -99..99_i64, prop::option::of(-99..99_i64), 0..3_i64);
        (what, sums, any::<bool>(), any::<bool>()).prop_map(|((key, partner, customer, product, line, day), sums, late, rated)| {
            let (quantity, price, minor, booked, against) = sums;
            let (usd, eur): (Currency, Currency) = ("USD".parse().unwrap(), "EUR".parse().unwrap());
            let on = date_of_day(20_000 + day);
            let line = OrderLine {
                key: Text::clean(&key),
                partner: PartnerId(partner),
                customer: customer.map(|id| AccountLink { account: AccountId(id), family: AccountId(1) }),
                product: Text::clean(&product),
                line: Text::clean(&line),
                on,
                quantity: quantity.map(Quantity),
                price: price.map(UnitPrice),
                amount: Money::new(minor, usd),
            };
            let pin = PinnedRate { from: usd, to: eur, rate: "0.92".parse().unwrap(), wanted_on: on, on, source: Text::clean("ECB") };
            let against = [Against::Nothing, Against::Returns(day), Against::Reverses(day)][usize::try_from(against).unwrap()];
            let rate = (rated && booked.is_some()).then(|| Arc::new(pin));
            Posted { line, booked: booked.map(|minor| Money::new(minor, eur)), rate, against, late }
        })
    }

    proptest! {
        #[test]
        fn reads_back_what_was_kept_and_to_the_same_bytes(lines in prop::collection::vec(any_posted(), 0..12)) {
            let sold = Sold::of(&lines);
            let text = serde_json::to_string(&sold).unwrap();
            let read: Sold = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read.posted().unwrap(), lines);
            prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
        }
    }

    #[test]
    fn lines_of_an_older_database_read_back_to_the_same_bytes() {
        let text = r#"{"lines":[{"source_key":"pos:1","partner":2,"customer":{"account":3,"family":1},"on":"2025-11-03","amount":{"minor":120000,"currency":"EUR"}}]}"#;
        let sold: Sold = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&sold).unwrap(), text);
        let posted = sold.posted().unwrap();
        assert_eq!((posted[0].booked, posted[0].line.customer.unwrap().family, sold.len()), (None, AccountId(1), 1));
    }
}
