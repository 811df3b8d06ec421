//! Returns and what they return. A source may name the line; else it is a line of the same order, or the partner's newest sale of
//! the same product to the same customer of which enough is left.

use super::book::Book;
use crate::{
    app::Failure,
    domain::{
        deal::AccountLink,
        money::Money,
        pos::{Against, OrderLine, Posted, Trouble, key},
        search,
        text::Text,
    },
    store::Unit,
};
use chrono::Days;
use rust_decimal::Decimal;

/// The line that something comes back of, and what that is booked as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairing {
    pub original: i64,
    /// `None` where the original was never booked.
    pub booked: Option<Money>,
}

/// Loads everything that this return could be of.
pub async fn load<U: Unit>(unit: &mut U, book: &mut Book<'_>, line: &OrderLine, named: Option<&Text>) -> Result<(), Failure> {
    let mut found = match named {
        // It was looked up with the other keys.
        Some(key) => return load_returned(unit, book, book.under(key).map(|(id, _)| id).into_iter().collect()).await,
        None => unit.sales_between(&[key::of_order(&line.key, line.on)]).await?,
    };
    found.retain(|sale| key::same_order(&sale.posted.line.key, &line.key) && may_be_of(&sale.posted, line));
    if found.is_empty() {
        let days = Days::new(book.scene.rules.program().sales.return_days.into());
        let oldest = line.on.checked_sub_days(days).unwrap_or(line.on);
        found = unit.sales_of(line.partner, oldest, line.on).await?;
        found.retain(|sale| may_be_of(&sale.posted, line));
    }
    let ids = found.iter().map(|sale| sale.id).collect();
    for sale in found {
        book.hold(sale);
    }
    load_returned(unit, book, ids).await
}

async fn load_returned<U: Unit>(unit: &mut U, book: &mut Book<'_>, ids: Vec<i64>) -> Result<(), Failure> {
    let unknown: Vec<i64> = ids.into_iter().filter(|id| !book.knows_returned(*id)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let returned = unit.returned(&unknown).await?;
    for (id, returned) in unknown.into_iter().zip(returned) {
        book.know_returned(id, returned);
    }
    Ok(())
}

/// Whether goods of `line` can be of the sale: the same partner, product and customer, in the same currency, not later.
fn may_be_of(sale: &Posted, line: &OrderLine) -> bool {
    let of = &sale.line;
    let family = |customer: Option<AccountLink>| customer.map(|customer| customer.family);
    let is_same_customer = of.customer.is_none() || line.customer.is_none() || family(of.customer) == family(line.customer);
    sale.against == Against::Nothing
        && !of.is_return()
        && of.partner == line.partner
        && of.amount.currency == line.amount.currency
        && of.on <= line.on
        && is_same_customer
        && search::squeezed(&of.product) == search::squeezed(&line.product)
}

/// What is left of a sale to come back: minor units and, where both count pieces, thousandths of a piece.
fn left(book: &Book<'_>, id: i64, sale: &Posted) -> (i64, Option<i64>) {
    let back = book.returned(id);
    let quantity = sale.line.quantity.map(|quantity| quantity.0.saturating_add(back.quantity));
    (sale.line.amount.minor.saturating_add(back.minor), quantity)
}

fn is_enough(book: &Book<'_>, id: i64, sale: &Posted, line: &OrderLine) -> bool {
    let (minor, quantity) = left(book, id, sale);
    let pieces = quantity.zip(line.quantity).is_none_or(|(left, back)| left.saturating_add(back.0) >= 0);
    pieces && minor.saturating_add(line.amount.minor) >= 0
}

/// The sale that a return is of. [`load`] has to be called before.
pub fn pair(book: &Book<'_>, line: &OrderLine, named: Option<&Text>) -> Result<Pairing, Trouble> {
    let mut candidates: Vec<(i64, &Posted)> = match named {
        Some(key) => book.under(key).filter(|(_, sale)| may_be_of(sale, line)).into_iter().collect(),
        None => book.lines().filter(|(_, sale)| may_be_of(sale, line)).collect(),
    };
    candidates.retain(|(id, _)| !book.returned(*id).is_reversed);
    // Of the same order first, then the newest.
    candidates.sort_by_key(|(id, sale)| std::cmp::Reverse((key::same_order(&sale.line.key, &line.key), sale.line.on, *id)));
    if let Some((id, sale)) = candidates.iter().find(|(id, sale)| is_enough(book, *id, sale, line)) {
        return Ok(Pairing { original: *id, booked: booked(book, *id, sale, line) });
    }
    match candidates.first() {
        Some((id, sale)) => Err(Trouble::ReturnsTooMuch { left: Money::new(left(book, *id, sale).0, sale.line.amount.currency) }),
        None => Err(Trouble::UnpairedReturn),
    }
}

/// The part of the original's booking that comes back. The last part takes what is left, so that no cent stays.
fn booked(book: &Book<'_>, id: i64, sale: &Posted, line: &OrderLine) -> Option<Money> {
    let whole = sale.booked?;
    let back = book.returned(id);
    if left(book, id, sale).0.saturating_add(line.amount.minor) == 0 {
        return Some(Money::new(whole.minor.saturating_add(back.booked).saturating_neg(), whole.currency));
    }
    let share = Decimal::from(line.amount.minor).checked_div(Decimal::from(sale.line.amount.minor))?;
    Money::round(whole.amount().checked_mul(share)?, whole.currency).ok()
}
