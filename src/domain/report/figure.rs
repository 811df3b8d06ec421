//! One figure: what it is a number of decides how people read it and how programs do.

use crate::domain::{
    money::Money,
    text::Text,
    tier::{
        period::Quarter,
        rules::{Light, Score},
    },
    time::Span,
};
use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use std::{borrow::Cow, fmt::Write as _};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Figure {
    /// The database does not know it. It is never zero.
    NotKnown,
    /// There is none: no limit, no end, nothing before it.
    Nothing,
    Text(Text),
    Count(i64),
    Money(Money),
    /// One amount a currency, because they never mix in a sum.
    Sums(Vec<Money>),
    /// With as many digits after the point as it has.
    Percent(Decimal),
    /// Points and the like.
    Number(Decimal),
    Day(NaiveDate),
    Days(i64),
    /// Whole minutes.
    Minutes(i64),
    Light(Light),
}

impl Figure {
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Text::clean(text.as_ref()))
    }

    /// Nothing where it is empty.
    pub fn named(text: &Text) -> Self {
        if text.is_empty() { Self::Nothing } else { Self::Text(text.clone()) }
    }

    /// Rounded halves up to so many digits.
    pub fn percent(value: Decimal, digits: u32) -> Self {
        let mut value = value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
        value.rescale(digits);
        Self::Percent(value)
    }

    /// `part` of `whole` in percent, to one digit; nothing of nothing.
    pub fn share(part: i64, whole: i64) -> Self {
        if whole <= 0 {
            return Self::Nothing;
        }
        Self::percent(Decimal::from(part) * Decimal::ONE_HUNDRED / Decimal::from(whole), 1)
    }

    /// Not known where there is none.
    pub fn known(figure: Option<impl Into<Self>>) -> Self {
        figure.map_or(Self::NotKnown, Into::into)
    }

    /// Nothing where there is none.
    pub fn given(figure: Option<impl Into<Self>>) -> Self {
        figure.map_or(Self::Nothing, Into::into)
    }

    pub const fn is_number(&self) -> bool {
        !matches!(self, Self::Text(_) | Self::Light(_) | Self::Day(_))
    }

    /// As people read it.
    pub fn shown(&self) -> String {
        match self {
            Self::NotKnown => "not known".to_owned(),
            Self::Nothing => "-".to_owned(),
            Self::Text(text) => text.to_string(),
            Self::Count(count) => grouped(*count),
            Self::Money(money) => money.to_string(),
            Self::Sums(sums) => sums.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            Self::Percent(value) => format!("{value} %"),
            Self::Number(value) => value.to_string(),
            Self::Day(day) => day.to_string(),
            Self::Days(1) => "1 day".to_owned(),
            Self::Days(days) => format!("{} days", grouped(*days)),
            Self::Minutes(minutes) => Span::minutes(*minutes).to_words_in_minutes(),
            Self::Light(light) => light.doc().to_owned(),
        }
    }

    /// As programs read it: value and unit, one pair for each currency. What is not known has the value "not known", nothing has none.
    pub fn plain(&self) -> Vec<(Cow<'_, str>, Cow<'_, str>)> {
        let one = |value: String, unit: &'static str| vec![(Cow::Owned(value), Cow::Borrowed(unit))];
        let money = |money: &Money| (Cow::Owned(money.amount().to_string()), Cow::Owned(money.currency.to_string()));
        match self {
            Self::NotKnown => one("not known".to_owned(), ""),
            Self::Nothing => one(String::new(), ""),
            Self::Text(text) => vec![(Cow::Borrowed(text.as_str()), Cow::Borrowed(""))],
            Self::Count(count) => one(count.to_string(), ""),
            Self::Money(amount) => vec![money(amount)],
            Self::Sums(sums) => sums.iter().map(money).collect(),
            Self::Percent(value) => one(value.to_string(), "%"),
            Self::Number(value) => one(value.to_string(), ""),
            Self::Day(day) => one(day.to_string(), ""),
            Self::Days(days) => one(days.to_string(), "days"),
            Self::Minutes(minutes) => one(minutes.to_string(), "minutes"),
            Self::Light(light) => one(light.name().to_owned(), ""),
        }
    }

    /// What a chart draws.
    pub fn number(&self) -> Option<Decimal> {
        match self {
            Self::Count(count) | Self::Days(count) | Self::Minutes(count) => Some(Decimal::from(*count)),
            Self::Money(money) => Some(money.amount()),
            Self::Percent(value) | Self::Number(value) => Some(*value),
            _ => None,
        }
    }
}

/// A number with its thousands apart: `-1,234`.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = if number < 0 { "-".to_owned() } else { String::new() };
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        let _ = write!(out, "{digit}");
    }
    out
}

impl From<Text> for Figure {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<&Text> for Figure {
    fn from(text: &Text) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&str> for Figure {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Figure {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl From<usize> for Figure {
    fn from(count: usize) -> Self {
        Self::Count(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

impl From<i64> for Figure {
    fn from(count: i64) -> Self {
        Self::Count(count)
    }
}

impl From<Money> for Figure {
    fn from(money: Money) -> Self {
        Self::Money(money)
    }
}

impl From<NaiveDate> for Figure {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

impl From<Score> for Figure {
    fn from(score: Score) -> Self {
        Self::Number(score.points())
    }
}

impl From<Light> for Figure {
    fn from(light: Light) -> Self {
        Self::Light(light)
    }
}

impl From<Quarter> for Figure {
    fn from(quarter: Quarter) -> Self {
        Self::text(quarter.to_string())
    }
}
