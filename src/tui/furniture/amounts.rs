//! Amounts as people type and read them.

use crate::{domain::money::Money, tui::widgets::chart::grouped};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive as _};

/// `EUR 12000`, `12,000.50 EUR`; nothing for nothing. A comma stands between thousands and nowhere else: whoever writes a
/// decimal comma would otherwise record a hundred times the amount.
pub fn amount(text: &str) -> Result<Option<Money>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || format!("`{text}` is not an amount with its currency: write EUR 12000");
    let (first, second) = text.split_once(char::is_whitespace).ok_or_else(wrong)?;
    let second = second.trim();
    let (code, digits) = if first.starts_with(|c: char| c.is_ascii_alphabetic()) { (first, second) } else { (second, first) };
    let currency = code.to_ascii_uppercase().parse().map_err(|_| wrong())?;
    if !commas_part_thousands(digits) {
        return Err(format!("in `{text}` a comma does not part thousands: write EUR 12,000.50, with a point before the cents"));
    }
    Money::parse(&digits.replace(',', ""), currency).map(Some).map_err(|error| error.to_string())
}

/// Whether exactly three digits stand behind each comma and one to three before the first, of which none is a leading zero.
fn commas_part_thousands(digits: &str) -> bool {
    if !digits.contains(',') {
        return true;
    }
    let whole = digits.split_once('.').map_or(digits, |(whole, _)| whole);
    let mut groups = whole.trim_start_matches(['+', '-']).split(',');
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && groups.all(|group| group.len() == 3)
        && !digits[whole.len()..].contains(',')
}

/// An amount as it was read, for the line under a form.
pub fn read_as(amount: Option<Money>) -> String {
    amount.map_or_else(String::new, |amount| format!("read as {amount}"))
}

/// An amount as the form shows it, and can read it again.
pub fn money(money: Money) -> String {
    format!("{} {}", money.currency, money.amount())
}

/// An amount without its cents, in at most eleven columns: `EUR 12,345`, `EUR 1.2M`. Halves go up to the digit shown, and what
/// they make a million of is told as one.
pub fn short_money(money: Money) -> String {
    let amount = money.amount().abs();
    let rounded = |unit: i64| {
        let number = (amount / Decimal::from(unit)).round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        number.to_u64().unwrap_or(u64::MAX)
    };
    let sign = if money.minor < 0 { "-" } else { "" };
    let (whole, tenths) = (rounded(1), rounded(100_000));
    let short = match (whole, tenths) {
        (0..=999_999, _) => grouped(whole),
        (_, 0..=9_999) => format!("{}.{}M", tenths / 10, tenths % 10),
        _ => format!("{}M", grouped(rounded(1_000_000))),
    };
    format!("{} {sign}{short}", money.currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_stay_short() {
        let told = ["0.49", "0.50", "12345.60", "999999.49", "999999.50", "1049999.99", "1050000", "987654321", "999950000", "12000000000"]
            .map(|amount| short_money(Money::parse(amount, "EUR".parse().expect("a currency")).expect("an amount")));
        let short = ["0", "1", "12,346", "999,999", "1.0M", "1.0M", "1.1M", "987.7M", "1,000M", "12,000M"];
        assert_eq!(told, short.map(|short| format!("EUR {short}")), "halves go up, into the next unit as well");
        let of = |minor, code: &str| short_money(Money::new(minor, code.parse().expect("a currency")));
        assert_eq!((of(1_555_555, "JPY"), of(-1_555_555, "JPY")), ("JPY 1.6M".to_owned(), "JPY -1.6M".to_owned()));
        assert!(told.iter().all(|one| one.len() <= 11));
    }

    #[test]
    fn an_amount_is_read_as_it_is_shown() {
        let eur = |minor| Money::new(minor, "EUR".parse().expect("a currency"));
        assert_eq!(amount("EUR 12000"), Ok(Some(eur(1_200_000))));
        assert_eq!(amount("12,000.50 eur"), Ok(Some(eur(1_200_050))));
        assert_eq!(amount(&money(eur(5))), Ok(Some(eur(5))));
        assert_eq!(amount(""), Ok(None));
        assert!(amount("12000").is_err_and(|why| why.contains("EUR 12000")));
        assert!(amount("EUR 1.005").is_err());
    }

    #[test]
    fn a_comma_parts_thousands_or_is_refused() {
        let read = |text: &str| amount(text).map(read_as);
        for (typed, shown) in [("EUR 1,250,000.5", "EUR 1,250,000.50"), ("JPY 12,000", "JPY 12,000"), ("-1,000 eur", "EUR -1,000.00")] {
            assert_eq!(read(typed), Ok(format!("read as {shown}")));
        }
        for typed in ["EUR 12000,50", "EUR 12,5", "EUR 12000,500", "EUR 0,500", "EUR 1,0000", "EUR 12.000,50", "EUR 1.000,500", "EUR ,500"]
        {
            let told = format!("in `{typed}` a comma does not part thousands: write EUR 12,000.50, with a point before the cents");
            assert_eq!(read(typed), Err(told));
        }
    }
}
