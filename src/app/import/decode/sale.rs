//! Lines of a point-of-sale report. What can't be read of a line is kept as it stands: a person looks at it.

use super::{Cells, Faults, shown};
use crate::{
    app::import::{mapping::amount, source::Reject},
    domain::{
        day::local_date,
        deal::Customer,
        money::{Currency, Money},
        pos::{Entry, Quantity, Read, UnitPrice},
        text::Text,
    },
};

/// A line as a file states it, with its identifier.
#[derive(Debug, Clone, PartialEq)]
pub struct SaleRecord {
    pub id: Text,
    pub entry: Entry,
}

pub fn decode(cells: &Cells<'_>) -> Result<SaleRecord, Reject> {
    let mapping = &cells.decoder.mapping;
    let comma = mapping.decimal_comma;
    let currency = cells
        .reading("currency", |value| value.parse::<Currency>().map_err(|_| "it is not an active currency code of ISO 4217".to_owned()));
    let on = cells.reading_with("day", |piece, value| {
        let zone = piece.zone.unwrap_or(mapping.zone);
        let formats = piece.dates.as_deref().unwrap_or(&mapping.dates);
        let at = formats.iter().find_map(|format| format.instant(value, zone));
        at.map(|at| local_date(at, zone)).ok_or_else(|| "it is not a date in a form that the mapping names".to_owned())
    });
    let money = |value: &str| {
        let Some(currency) = currency.value() else { return Err("it has no currency".to_owned()) };
        let digits = currency.exponent();
        let plain = amount(value, comma);
        Money::parse(&plain, currency)
            .map_err(|_| format!("it is not an amount in {currency}: a number with at most {digits} digits after its point"))
    };
    let quantity = |value: &str| {
        Quantity::parse(&amount(value, comma))
            .ok_or_else(|| "it is not a quantity: a number with at most three digits after its point".to_owned())
    };
    let price = |value: &str| {
        UnitPrice::parse(&amount(value, comma))
            .ok_or_else(|| "it is not a unit price: a number with at most four digits after its point".to_owned())
    };
    let mut faults = Faults::default();
    let entry = Entry {
        partner: faults.keep(partner(cells)),
        customer: customer(cells, &mut faults),
        product: faults.keep(cells.text("product")),
        line: faults.keep(cells.text("product_line")),
        returns: faults.keep(cells.text("returns")),
        on,
        quantity: cells.reading("quantity", quantity),
        price: cells.reading("price", price),
        amount: cells.reading("amount", money),
        currency,
    };
    let id = faults.keep(cells.text("id"));
    faults.or(SaleRecord { id, entry })
}

/// A line without one waits for a person, like any other that is not whole.
fn partner(cells: &Cells<'_>) -> Result<Text, Reject> {
    match cells.reading("partner", |value| Ok(value.chars().count())) {
        Read::Missing => Ok(Text::default()),
        _ => cells.text("partner"),
    }
}

fn customer(cells: &Cells<'_>, faults: &mut Faults) -> Customer {
    let name = faults.keep(cells.text("customer"));
    if name.is_empty() {
        return Customer::default();
    }
    Customer {
        name,
        country: faults.keep(cells.country("country")),
        city: faults.keep(cells.text("city")),
        postal_code: faults.keep(cells.text("postal_code")),
        website: faults.keep(cells.text("website")),
        vertical: Text::default(),
    }
}

impl Cells<'_> {
    /// The first piece of the field's expression that gives a value, read.
    fn reading<T>(&self, name: &'static str, read: impl Fn(&str) -> Result<T, String>) -> Read<T> {
        self.reading_with(name, |_, value| read(value))
    }

    fn reading_with<T>(&self, name: &'static str, read: impl Fn(&super::Piece, &str) -> Result<T, String>) -> Read<T> {
        for piece in self.pieces(name) {
            let Some(value) = self.value(piece) else { continue };
            match read(piece, &value) {
                Ok(value) => return Read::Is(value),
                Err(_) if piece.unreadable_is_missing => {}
                Err(why) => return Read::Wrong { text: shown(&value), why: Text::clean(&why) },
            }
        }
        Read::Missing
    }
}
