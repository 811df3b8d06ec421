//! Lines of a point-of-sale report.

use super::Cells;
use crate::{
    app::import::source::Reject,
    domain::{deal::Customer, money::Money, text::Text},
};
use chrono::NaiveDate;

/// A sale as a file states it: the partner is still a code or a name, the customer only described.
#[derive(Debug, Clone, PartialEq)]
pub struct SaleRecord {
    pub id: Text,
    pub partner: Text,
    pub customer: Customer,
    pub product: Text,
    pub on: NaiveDate,
    pub amount: Money,
}

pub fn decode(cells: &Cells<'_>) -> Result<SaleRecord, Reject> {
    let missing = |name: &str| cells.decoder.reject(cells.row, name, format!("`{name}` is missing, and every sale needs it"));
    Ok(SaleRecord {
        id: cells.text("id")?,
        partner: cells.text("partner")?,
        customer: Customer {
            name: cells.text("customer")?,
            country: cells.country("country")?,
            city: cells.text("city")?,
            postal_code: cells.text("postal_code")?,
            website: cells.text("website")?,
            vertical: Text::default(),
        },
        product: cells.text("product")?,
        on: cells.day("day")?.ok_or_else(|| missing("day"))?,
        amount: cells.money("amount", "currency")?.ok_or_else(|| missing("amount"))?,
    })
}
