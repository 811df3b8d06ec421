//! Order lines: what a partner sold, as it is recorded for good.

use super::key;
use crate::domain::{deal::AccountLink, fx::PinnedRate, id::PartnerId, money::Money, text::Text};
use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One line of an order, an invoice or a point-of-sale report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    /// System, order and line number: `erp:SO43659/349`. A line that has none is known by its content.
    pub key: Text,
    pub partner: PartnerId,
    /// The end customer, where the line names one of our accounts. Incumbency looks at such lines only.
    pub customer: Option<AccountLink>,
    /// What was sold, as the source writes it.
    pub product: Text,
    /// The product line as the channel program writes it; empty for none of them.
    pub line: Text,
    /// The day on which the line is booked.
    pub on: NaiveDate,
    pub quantity: Option<Quantity>,
    pub price: Option<UnitPrice>,
    /// Below zero for what was returned.
    pub amount: Money,
}

/// Thousandths of a piece, a licence, a metre; below zero for what was returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(pub i64);

/// Ten-thousandths of a whole unit of the line's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnitPrice(pub i64);

impl Quantity {
    const DIGITS: u32 = 3;

    /// Reads `12` or `1.5`: a point, and at most three digits after it.
    pub fn parse(text: &str) -> Option<Self> {
        scaled(text, Self::DIGITS).map(Self)
    }
}

impl UnitPrice {
    const DIGITS: u32 = 4;

    /// Reads `24.2945`: a point, and at most four digits after it.
    pub fn parse(text: &str) -> Option<Self> {
        scaled(text, Self::DIGITS).map(Self)
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&Decimal::new(self.0, Self::DIGITS).normalize().to_string())
    }
}

impl std::fmt::Display for UnitPrice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&Decimal::new(self.0, Self::DIGITS).normalize().to_string())
    }
}

/// A decimal number in units of its last digit; nothing for more digits than that.
fn scaled(text: &str, digits: u32) -> Option<i64> {
    let number: Decimal = text.parse().ok()?;
    let units = number.checked_mul(Decimal::from(10_i64.pow(digits)))?;
    if units.is_integer() { units.try_into().ok() } else { None }
}

/// What a line takes back, by the number of the line that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    #[default]
    Nothing,
    /// Goods came back: some or all of what that line sold.
    Returns(i64),
    /// That line was wrong: this one cancels it to the last cent.
    Reverses(i64),
}

/// A line with its booking, which never changes: what turns out to be wrong is reversed, and recorded anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    pub line: OrderLine,
    /// In the channel program's currency. `None` of lines that were recorded before lines were booked: they count for
    /// incumbency, and for no figure.
    pub booked: Option<Money>,
    /// How it was converted; `None` where nothing was, or where the booking follows that of the line it is against.
    pub rate: Option<Arc<PinnedRate>>,
    pub against: Against,
    /// It came after its quarter was closed, and restates that quarter.
    pub late: bool,
}

/// A posted line with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sale {
    pub id: i64,
    pub posted: Posted,
}

impl Posted {
    pub const fn is_reversal(&self) -> bool {
        matches!(self.against, Against::Reverses(_))
    }

    /// The line that it is against.
    pub const fn original(&self) -> Option<i64> {
        match self.against {
            Against::Nothing => None,
            Against::Returns(id) | Against::Reverses(id) => Some(id),
        }
    }

    /// The day whose rate it is booked at.
    pub fn rate_day(&self) -> Option<NaiveDate> {
        self.rate.as_ref().map(|rate| rate.on)
    }

    /// What cancels the line of this number. It is booked on the same day, so that no month keeps a part.
    #[must_use]
    pub fn reversed(&self, id: i64, late: bool) -> Self {
        let minus = |money: Money| Money::new(-money.minor, money.currency);
        Self {
            line: OrderLine {
                quantity: self.line.quantity.map(|quantity| Quantity(-quantity.0)),
                amount: minus(self.line.amount),
                ..self.line.clone()
            },
            booked: self.booked.map(minus),
            rate: None,
            against: Against::Reverses(id),
            late,
        }
    }
}

impl OrderLine {
    /// Something comes back.
    pub fn is_return(&self) -> bool {
        self.amount.minor < 0 || self.quantity.is_some_and(|quantity| quantity.0 < 0)
    }

    /// Where the line stands among the keys, see [`key::number`].
    pub fn key_number(&self) -> i64 {
        key::number(&self.key, self.on)
    }

    /// The amount that quantity and price make, where both are given and it is another than stated. A unit price is rounded
    /// itself, so that half a digit of it may go missing a piece, and one minor unit by the rounding of the amount.
    pub fn mismatch(&self) -> Option<Money> {
        let (quantity, price) = (self.quantity?, self.price?);
        let exact = Decimal::from_i128_with_scale(i128::from(quantity.0) * i128::from(price.0), Quantity::DIGITS + UnitPrice::DIGITS);
        let made = Money::round(exact, self.amount.currency).ok()?;
        let slack = Decimal::from_i128_with_scale(i128::from(quantity.0).abs(), Quantity::DIGITS) * Decimal::new(5, UnitPrice::DIGITS + 1);
        let digits = self.amount.currency.exponent();
        let slack = (slack * Decimal::from(10_i64.pow(digits))).round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        let slack: i64 = slack.try_into().unwrap_or(i64::MAX);
        let off = (i128::from(made.minor) - i128::from(self.amount.minor)).unsigned_abs();
        (off > u128::from(slack.unsigned_abs().saturating_add(1))).then_some(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(quantity: &str, price: &str, amount: &str, currency: &str) -> OrderLine {
        OrderLine {
            key: Text::clean("erp:1/1"),
            partner: PartnerId(1),
            customer: None,
            product: Text::default(),
            line: Text::default(),
            on: "2026-03-01".parse().unwrap(),
            quantity: Quantity::parse(quantity),
            price: UnitPrice::parse(price),
            amount: Money::parse(amount, currency.parse().unwrap()).unwrap(),
        }
    }

    #[test]
    fn quantities_and_prices_are_exact() {
        assert_eq!(Quantity::parse("1.5"), Some(Quantity(1_500)));
        assert_eq!(Quantity::parse("-3"), Some(Quantity(-3_000)));
        assert_eq!(Quantity::parse("1.0005"), None);
        assert_eq!(UnitPrice::parse("24.2945"), Some(UnitPrice(242_945)));
        assert_eq!((Quantity(1_500).to_string(), UnitPrice(242_945).to_string()), ("1.5".into(), "24.2945".into()));
        for wrong in ["", "a", "1,5", "99999999999999999999"] {
            assert_eq!(Quantity::parse(wrong), None, "{wrong}");
        }
    }

    /// By hand: 7 x 24.2945 = 170.0615; a price of two digits leaves 7 x 0.00005 of doubt.
    #[test]
    fn an_amount_may_differ_by_its_rounding_and_no_more() {
        for (quantity, price, amount, currency, made) in [
            ("3", "2024.99", "6074.97", "USD", None),
            ("7", "24.2945", "170.06", "USD", None),
            ("7", "24.2945", "170.05", "USD", None),
            ("7", "24.2945", "170.04", "USD", Some("170.06")),
            ("3", "10", "31", "JPY", None),
            ("3", "10", "32", "JPY", Some("30")),
            ("-2", "10", "-20", "EUR", None),
            ("2", "10", "-20", "EUR", Some("20")),
        ] {
            let made = made.map(|made| Money::parse(made, currency.parse().unwrap()).unwrap());
            assert_eq!(line(quantity, price, amount, currency).mismatch(), made, "{quantity} x {price} = {amount}");
        }
        assert_eq!(OrderLine { price: None, ..line("2", "10", "-20", "EUR") }.mismatch(), None, "nothing to compare with");
    }

    #[test]
    fn a_reversal_cancels_to_the_last_cent() {
        let booked = Some(Money::parse("5600.11", "EUR".parse().unwrap()).unwrap());
        let posted = Posted { line: line("3", "2024.99", "6074.97", "USD"), booked, rate: None, against: Against::Nothing, late: false };
        let reversal = posted.reversed(7, true);
        assert_eq!(reversal.booked.unwrap().minor + posted.booked.unwrap().minor, 0);
        assert_eq!(reversal.line.amount.minor + posted.line.amount.minor, 0);
        assert_eq!((reversal.line.quantity, reversal.original(), reversal.line.on), (Some(Quantity(-3_000)), Some(7), posted.line.on));
    }
}
