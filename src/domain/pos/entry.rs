//! A line as its source states it: the partner is still a code or a name, the customer only described, and what can't be read
//! stands as it was written.

use super::{Quantity, UnitPrice};
use crate::domain::{
    country::Country,
    deal::Customer,
    money::{Currency, Money},
    text::Text,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A line of a file, read as far as it can be.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub partner: Text,
    pub customer: Customer,
    pub product: Text,
    pub line: Text,
    /// The identifier of the line that goods came back of; empty where the source names none.
    pub returns: Text,
    pub on: Read<NaiveDate>,
    pub quantity: Read<Quantity>,
    pub price: Read<UnitPrice>,
    pub currency: Read<Currency>,
    /// As written where there is no currency to read it in.
    pub amount: Read<Money>,
}

/// A value that may not be there, or not be readable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read<T> {
    Is(T),
    Missing,
    Wrong { text: Text, why: Text },
}

impl<T: Copy> Read<T> {
    pub const fn value(&self) -> Option<T> {
        match self {
            Self::Is(value) => Some(*value),
            Self::Missing | Self::Wrong { .. } => None,
        }
    }

    fn text(&self, show: impl Fn(T) -> String) -> Text {
        match self {
            Self::Is(value) => Text::clean(&show(*value)),
            Self::Missing => Text::default(),
            Self::Wrong { text, .. } => text.clone(),
        }
    }

    /// What a person wrote; `why` is said of what can't be read.
    fn of(text: &Text, read: impl Fn(&str) -> Option<T>, why: &str) -> Self {
        match read(text) {
            Some(value) => Self::Is(value),
            None if text.is_empty() => Self::Missing,
            None => Self::Wrong { text: text.clone(), why: Text::clean(why) },
        }
    }
}

/// The same as texts: what the corrections queue keeps, shows and lets people change. Days are written `2026-03-01`, numbers
/// with a point.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Stated {
    pub partner: Text,
    pub customer: Text,
    pub country: Text,
    pub city: Text,
    pub postal_code: Text,
    pub website: Text,
    pub product: Text,
    pub product_line: Text,
    pub returns: Text,
    pub day: Text,
    pub quantity: Text,
    pub price: Text,
    pub amount: Text,
    pub currency: Text,
}

/// What can be corrected, by the name that a mapping uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    Partner,
    Customer,
    Country,
    City,
    PostalCode,
    Website,
    Product,
    ProductLine,
    Returns,
    Day,
    Quantity,
    Price,
    Amount,
    Currency,
}

impl Field {
    pub const ALL: [Self; 14] = [
        Self::Partner,
        Self::Customer,
        Self::Country,
        Self::City,
        Self::PostalCode,
        Self::Website,
        Self::Product,
        Self::ProductLine,
        Self::Returns,
        Self::Day,
        Self::Quantity,
        Self::Price,
        Self::Amount,
        Self::Currency,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Customer => "customer",
            Self::Country => "country",
            Self::City => "city",
            Self::PostalCode => "postal_code",
            Self::Website => "website",
            Self::Product => "product",
            Self::ProductLine => "product_line",
            Self::Returns => "returns",
            Self::Day => "day",
            Self::Quantity => "quantity",
            Self::Price => "price",
            Self::Amount => "amount",
            Self::Currency => "currency",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

impl Stated {
    pub const fn get(&self, field: Field) -> &Text {
        match field {
            Field::Partner => &self.partner,
            Field::Customer => &self.customer,
            Field::Country => &self.country,
            Field::City => &self.city,
            Field::PostalCode => &self.postal_code,
            Field::Website => &self.website,
            Field::Product => &self.product,
            Field::ProductLine => &self.product_line,
            Field::Returns => &self.returns,
            Field::Day => &self.day,
            Field::Quantity => &self.quantity,
            Field::Price => &self.price,
            Field::Amount => &self.amount,
            Field::Currency => &self.currency,
        }
    }

    pub fn set(&mut self, field: Field, value: Text) {
        *match field {
            Field::Partner => &mut self.partner,
            Field::Customer => &mut self.customer,
            Field::Country => &mut self.country,
            Field::City => &mut self.city,
            Field::PostalCode => &mut self.postal_code,
            Field::Website => &mut self.website,
            Field::Product => &mut self.product,
            Field::ProductLine => &mut self.product_line,
            Field::Returns => &mut self.returns,
            Field::Day => &mut self.day,
            Field::Quantity => &mut self.quantity,
            Field::Price => &mut self.price,
            Field::Amount => &mut self.amount,
            Field::Currency => &mut self.currency,
        } = value;
    }

    /// The fields that differ, in order.
    pub fn differing(&self, other: &Self) -> Vec<Field> {
        Field::ALL.into_iter().filter(|field| self.get(*field) != other.get(*field)).collect()
    }

    /// Read as a file would be.
    pub fn entry(&self) -> Entry {
        let currency = Read::of(&self.currency, |text| text.parse::<Currency>().ok(), "it is not an active currency code of ISO 4217");
        let amount = match currency.value() {
            Some(currency) => {
                let why =
                    format!("it is not an amount in {currency}: a number with at most {} digits after its point", currency.exponent());
                Read::of(&self.amount, |text| Money::parse(text, currency).ok(), &why)
            }
            None if self.amount.is_empty() => Read::Missing,
            None => Read::Wrong { text: self.amount.clone(), why: Text::clean("it has no currency") },
        };
        Entry {
            partner: self.partner.clone(),
            customer: Customer {
                name: self.customer.clone(),
                country: Country::find(&self.country),
                city: self.city.clone(),
                postal_code: self.postal_code.clone(),
                website: self.website.clone(),
                vertical: Text::default(),
            },
            product: self.product.clone(),
            line: self.product_line.clone(),
            returns: self.returns.clone(),
            on: Read::of(&self.day, |text| text.parse().ok(), "it is not a day; write it as 2026-03-01"),
            quantity: Read::of(&self.quantity, Quantity::parse, "it is not a quantity: a number with at most three digits after its point"),
            price: Read::of(&self.price, UnitPrice::parse, "it is not a unit price: a number with at most four digits after its point"),
            currency,
            amount,
        }
    }
}

impl Entry {
    pub fn stated(&self) -> Stated {
        let customer = &self.customer;
        Stated {
            partner: self.partner.clone(),
            customer: customer.name.clone(),
            country: customer.country.map(|country| Text::clean(country.code())).unwrap_or_default(),
            city: customer.city.clone(),
            postal_code: customer.postal_code.clone(),
            website: customer.website.clone(),
            product: self.product.clone(),
            product_line: self.line.clone(),
            returns: self.returns.clone(),
            day: self.on.text(|day| day.to_string()),
            quantity: self.quantity.text(|quantity| quantity.to_string()),
            price: self.price.text(|price| price.to_string()),
            amount: self.amount.text(|amount| amount.amount().to_string()),
            currency: self.currency.text(|currency| currency.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_stated_again() {
        let mut stated = Stated::default();
        for (field, value) in [
            (Field::Partner, "P-1"),
            (Field::Customer, "Nordwerft"),
            (Field::Country, "DE"),
            (Field::Product, "MX-1"),
            (Field::ProductLine, "Switching"),
            (Field::Day, "2026-03-01"),
            (Field::Quantity, "-1.5"),
            (Field::Price, "24.2945"),
            (Field::Amount, "-36.44"),
            (Field::Currency, "EUR"),
            (Field::Returns, "SO1/2"),
        ] {
            stated.set(field, Text::clean(value));
            assert_eq!(Field::from_name(field.name()), Some(field));
        }
        assert_eq!(stated.entry().stated(), stated);
        assert!(stated.differing(&stated).is_empty());
        let mut other = stated.clone();
        other.set(Field::Amount, Text::clean("abc"));
        assert_eq!(other.differing(&stated), [Field::Amount]);
        assert!(matches!(other.entry().amount, Read::Wrong { .. }));
        assert_eq!(other.entry().stated(), other, "what can't be read stays as it was written");
        other.set(Field::Currency, Text::clean("DEM"));
        assert_eq!(other.entry().stated(), other);
    }
}
