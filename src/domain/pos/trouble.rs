//! Everything that may be wrong with an order line. A line in trouble is never dropped: it waits in the corrections queue.

use super::{Entry, Field, OrderLine, Read};
use crate::domain::{money::Money, problem::quoted, text::Text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Trouble {
    Missing {
        field: Field,
    },
    Unreadable {
        field: Field,
        text: Text,
        why: Text,
    },
    UnknownPartner {
        why: Text,
    },
    /// Neither product nor product line is one of the channel program's.
    UnknownProduct {
        name: Text,
    },
    /// The end customer is none of our accounts for certain.
    UnknownCustomer {
        name: Text,
        why: Text,
    },
    /// Quantity and price make another amount, beyond rounding.
    Mismatch {
        made: Money,
    },
    /// Goods came back that nobody sold.
    UnpairedReturn,
    /// More came back than was sold; so much was left to come back.
    ReturnsTooMuch {
        left: Money,
    },
    /// The source says otherwise now about a line of which some came back already.
    HasReturns,
    NoRate {
        why: Text,
    },
    /// The day has not come yet.
    Future {
        today: NaiveDate,
    },
    /// The day lies outside the period that the file is said to be of.
    OutsidePeriod {
        from: NaiveDate,
        to: NaiveDate,
    },
}

impl Trouble {
    /// The stable names of all kinds.
    pub const CODES: [&'static str; 12] = [
        "missing",
        "unreadable",
        "unknown_partner",
        "unknown_product",
        "unknown_customer",
        "mismatch",
        "unpaired_return",
        "returns_too_much",
        "has_returns",
        "no_rate",
        "future",
        "outside_period",
    ];

    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "missing",
            Self::Unreadable { .. } => "unreadable",
            Self::UnknownPartner { .. } => "unknown_partner",
            Self::UnknownProduct { .. } => "unknown_product",
            Self::UnknownCustomer { .. } => "unknown_customer",
            Self::Mismatch { .. } => "mismatch",
            Self::UnpairedReturn => "unpaired_return",
            Self::ReturnsTooMuch { .. } => "returns_too_much",
            Self::HasReturns => "has_returns",
            Self::NoRate { .. } => "no_rate",
            Self::Future { .. } => "future",
            Self::OutsidePeriod { .. } => "outside_period",
        }
    }

    /// Whether a person may let the line through as it is: what is missing, unreadable or unknown can't be booked, whoever says
    /// so, and a day to come has no rate yet.
    pub const fn may_be_accepted(&self) -> bool {
        match self {
            Self::UnknownProduct { .. }
            | Self::UnknownCustomer { .. }
            | Self::Mismatch { .. }
            | Self::UnpairedReturn
            | Self::ReturnsTooMuch { .. }
            | Self::HasReturns
            | Self::OutsidePeriod { .. } => true,
            Self::Missing { .. } | Self::Unreadable { .. } | Self::UnknownPartner { .. } | Self::NoRate { .. } | Self::Future { .. } => {
                false
            }
        }
    }

    /// The fields in which it may be mended, the likeliest first.
    pub fn fields(&self) -> Vec<Field> {
        match self {
            Self::Missing { field: Field::Amount } | Self::Unreadable { field: Field::Amount, .. } => vec![Field::Amount, Field::Currency],
            Self::Missing { field } | Self::Unreadable { field, .. } => vec![*field],
            Self::UnknownPartner { .. } => vec![Field::Partner],
            Self::UnknownProduct { .. } => vec![Field::ProductLine, Field::Product],
            Self::UnknownCustomer { .. } => vec![Field::Customer, Field::Country, Field::City, Field::PostalCode, Field::Website],
            Self::Mismatch { .. } => vec![Field::Quantity, Field::Price, Field::Amount],
            Self::UnpairedReturn => vec![Field::Returns, Field::Partner, Field::Product, Field::Day, Field::Amount],
            Self::ReturnsTooMuch { .. } => vec![Field::Returns, Field::Quantity, Field::Amount],
            Self::HasReturns => vec![Field::Quantity, Field::Amount],
            Self::NoRate { .. } => vec![Field::Currency, Field::Day],
            Self::Future { .. } | Self::OutsidePeriod { .. } => vec![Field::Day],
        }
    }

    /// What would mend it, as an advice without its full stop.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "Say what belongs there",
            Self::Unreadable { .. } => "Write it as it is read: a day as 2026-03-01, a number with a point",
            Self::UnknownPartner { .. } => "Name one of our partners, or bring this one in with `import partners` and judge the line again",
            Self::UnknownProduct { .. } => "Name a product line of the channel program, or let it through without one",
            Self::UnknownCustomer { .. } => "Name one of our accounts, or let it through without a customer",
            Self::Mismatch { .. } => "Correct what was typed wrong, or let it through: then the amount counts",
            Self::UnpairedReturn => "Name the line that came back, or let it through: it is booked at its own rate then",
            Self::ReturnsTooMuch { .. } => "Name another line, or lower what came back, or let it through",
            Self::HasReturns => "Let it through if the new line is right all the same, or dismiss it",
            Self::NoRate { .. } => "Bring rates in with `import fx` and judge it again, or correct the currency or the day",
            Self::Future { .. } => "Correct the day, or judge it again when it has come",
            Self::OutsidePeriod { .. } => "Correct the day, or let it through",
        }
    }

    /// What reading has found wrong.
    pub fn of_entry(entry: &Entry) -> Vec<Self> {
        fn look<T>(found: &mut Vec<Trouble>, field: Field, read: &Read<T>, required: bool) {
            match read {
                Read::Is(_) => {}
                Read::Missing if !required => {}
                Read::Missing => found.push(Trouble::Missing { field }),
                Read::Wrong { text, why } => found.push(Trouble::Unreadable { field, text: text.clone(), why: why.clone() }),
            }
        }
        let mut found = Vec::new();
        look(&mut found, Field::Day, &entry.on, true);
        look(&mut found, Field::Quantity, &entry.quantity, false);
        look(&mut found, Field::Price, &entry.price, false);
        look(&mut found, Field::Currency, &entry.currency, true);
        // Without a currency no amount can be read, and the currency says so.
        if entry.currency.value().is_some() || entry.amount == Read::Missing {
            look(&mut found, Field::Amount, &entry.amount, true);
        }
        found
    }

    /// What a line itself shows.
    pub fn of_line(line: &OrderLine, today: NaiveDate, period: Option<(NaiveDate, NaiveDate)>) -> Vec<Self> {
        let mut found: Vec<Self> = line.mismatch().map(|made| Self::Mismatch { made }).into_iter().collect();
        if line.on > today {
            found.push(Self::Future { today });
        }
        if let Some((from, to)) = period.filter(|(from, to)| line.on < *from || line.on > *to) {
            found.push(Self::OutsidePeriod { from, to });
        }
        found
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { field } => write!(f, "`{}` is missing, and every line needs it", field.name()),
            Self::Unreadable { field, text, why } => write!(f, "`{}` is {}: {why}", field.name(), quoted(text)),
            Self::UnknownPartner { why } => why.fmt(f),
            Self::UnknownProduct { name } if name.is_empty() => f.write_str("it names no product"),
            Self::UnknownProduct { name } => write!(f, "{} is no product line of the channel program", quoted(name)),
            Self::UnknownCustomer { name, why } => write!(f, "the end customer {} {why}", quoted(name)),
            Self::Mismatch { made } => write!(f, "quantity and price make {made}, and it says otherwise"),
            Self::UnpairedReturn => f.write_str("nothing was sold that could come back"),
            Self::ReturnsTooMuch { left } => write!(f, "more comes back than was sold: {left} is left of it"),
            Self::HasReturns => f.write_str("its source says otherwise now, and some of it came back already"),
            Self::NoRate { why } => why.fmt(f),
            Self::Future { today } => write!(f, "its day is to come: today is {today}"),
            Self::OutsidePeriod { from, to } => write!(f, "its day is not within {from} to {to}, of which the file is said to be"),
        }
    }
}
