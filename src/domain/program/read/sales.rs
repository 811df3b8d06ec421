//! The section `[sales]`.

use super::whole;
use crate::domain::{document::Table, program::Sales};

pub fn sales(root: &Table<'_>) -> Sales {
    let mut sales = Sales::default();
    let Some(table) = root.section("sales") else { return sales };
    let number = |key, most| table.optional(key).and_then(|value| whole(&value, 0..=most));
    sales.closes_after_days = number("closes_after_days", 365).unwrap_or(sales.closes_after_days);
    sales.return_days = number("return_days", 400).unwrap_or(sales.return_days);
    table.finish();
    sales
}
