//! Money: whole minor units with a currency. Currencies never mix in a sum; there is one way to round and one to share.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// An active ISO 4217 code, such as `EUR`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// The active codes of ISO 4217 by the digits after the decimal point (the standard's "minor unit"). Metals, bond units
/// and test codes have none and are left out: nothing is paid in them.
const ACTIVE: [(u32, &str); 4] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP \
         COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR \
         JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN \
         NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL \
         THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

impl Currency {
    pub fn all() -> impl Iterator<Item = Self> {
        let codes = ACTIVE.iter().flat_map(|(_, codes)| codes.split_ascii_whitespace());
        codes.filter_map(|code| Some(Self(code.as_bytes().try_into().ok()?)))
    }

    /// The euro: in the table of active codes, and the base of the reference rates.
    pub const fn euro() -> Self {
        Self(*b"EUR")
    }

    pub fn code(&self) -> &str {
        // The bytes come from the table of ASCII letters above.
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// Digits after the decimal point: 2 for most, 0 for the yen, 3 for the Kuwaiti dinar, 4 for the Chilean unidad.
    pub fn exponent(self) -> u32 {
        let holds = |codes: &str| codes.split_ascii_whitespace().any(|code| code == self.code());
        ACTIVE.iter().find(|(_, codes)| holds(codes)).map_or(2, |(exponent, _)| *exponent)
    }
}

impl FromStr for Currency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let code = text.trim().to_ascii_uppercase();
        Self::all()
            .find(|known| known.code() == code)
            .ok_or_else(|| format!("{} is not an active currency code of ISO 4217", super::problem::quoted(text)))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <std::borrow::Cow<'de, str>>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Cents of a euro, whole yen, thousandths of a dinar; negative for what is taken back.
    pub minor: i64,
    pub currency: Currency,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("{0} and {1} don't add up: convert one at a dated rate first")]
    Currencies(Currency, Currency),
    #[error("the amount in {0} is too large")]
    TooLarge(Currency),
    #[error("{text} is not an amount in {currency}: write it with a point and at most {exponent} digits after it")]
    NotAnAmount { text: String, currency: Currency, exponent: u32 },
    #[error("an amount can't be shared by weights that are all zero")]
    NoShares,
}

impl Money {
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The one rounding: to the nearest minor unit, halves away from zero, as on invoices. A payment and the clawback of
    /// the same amount are thus the same number.
    pub fn round(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let minor = amount
            .checked_mul(Decimal::from(10_u64.pow(currency.exponent())))
            .map(|minor| minor.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero));
        let minor = minor.and_then(|minor| i64::try_from(minor).ok());
        minor.map(|minor| Self { minor, currency }).ok_or(MoneyError::TooLarge(currency))
    }

    /// Reads `1234.5`; never rounds, so digits beyond the currency's are an error.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let exponent = currency.exponent();
        let wrong = || MoneyError::NotAnAmount { text: super::problem::quoted(text), currency, exponent };
        let amount: Decimal = text.trim().parse().map_err(|_| wrong())?;
        if amount.normalize().scale() > exponent {
            return Err(wrong());
        }
        Self::round(amount, currency)
    }

    /// In major units, exactly.
    pub fn amount(self) -> Decimal {
        Decimal::new(self.minor, self.currency.exponent())
    }

    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.minor.checked_add(other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::TooLarge(self.currency))
    }

    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.minor.checked_sub(other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::TooLarge(self.currency))
    }

    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::Currencies(self.currency, other.currency)) }
    }

    /// Shares in the proportion of `weights` that add up to the whole, by largest remainder: each gets its exact share cut
    /// to minor units, and the units left over go one by one to those who lost most by the cut, the earlier first.
    pub fn shares(self, weights: &[u32]) -> Result<Vec<Self>, MoneyError> {
        let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
        if total == 0 {
            return Err(MoneyError::NoShares);
        }
        // A negative amount is shared like its opposite, so that a clawback takes back what was given.
        let (whole, sign) = (i128::from(self.minor).abs(), i128::from(self.minor.signum()));
        let exact = |weight: &u32| whole * i128::from(*weight);
        let mut units: Vec<i128> = weights.iter().map(|weight| exact(weight) / total).collect();
        let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
        by_remainder.sort_by_key(|index| std::cmp::Reverse(exact(&weights[*index]) % total));
        let left = usize::try_from(whole - units.iter().sum::<i128>()).unwrap_or(0);
        for index in by_remainder.into_iter().take(left) {
            units[index] += 1;
        }
        // No share exceeds the whole, which fits.
        Ok(units.into_iter().map(|units| Self { minor: i64::try_from(units * sign).unwrap_or(self.minor), ..self }).collect())
    }
}

/// `EUR 1,234.50`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.amount().abs().to_string();
        let (whole, fraction) = digits.split_once('.').map_or((&*digits, String::new()), |(whole, cents)| (whole, format!(".{cents}")));
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let sign = if self.minor < 0 { "-" } else { "" };
        f.pad(&format!("{} {sign}{grouped}{fraction}", self.currency))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(text: &str, code: &str) -> Money {
        Money::parse(text, code.parse().unwrap()).unwrap()
    }

    #[test]
    fn exponents_are_those_of_the_standard() {
        for (code, exponent) in [("JPY", 0), ("KWD", 3), ("CLF", 4), ("EUR", 2), ("CLP", 0), ("TND", 3), ("ISK", 0)] {
            assert_eq!(code.parse::<Currency>().unwrap().exponent(), exponent, "{code}");
        }
        for wrong in ["", "EU", "DEM", "XAU", "eurx"] {
            assert!(wrong.parse::<Currency>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn prints_as_people_write_it() {
        assert_eq!(money("1234567.5", "EUR").to_string(), "EUR 1,234,567.50");
        assert_eq!(money("-12", "JPY").to_string(), "JPY -12");
        assert_eq!(money("100", "KWD").to_string(), "KWD 100.000");
        assert_eq!(Money::new(-5, "USD".parse().unwrap()).to_string(), "USD -0.05");
        assert_eq!(Money::new(i64::MIN, "USD".parse().unwrap()).to_string(), "USD -92,233,720,368,547,758.08");
    }

    #[test]
    fn reads_no_more_digits_than_the_currency_has() {
        assert_eq!(money("0.10", "EUR").minor, 10);
        assert_eq!(money("5.000", "EUR").minor, 500);
        for (text, code) in [("0.001", "EUR"), ("1.5", "JPY"), ("1,5", "EUR"), ("", "EUR"), ("99999999999999999999", "EUR")] {
            assert!(Money::parse(text, code.parse().unwrap()).is_err(), "{text} {code}");
        }
    }

    #[test]
    fn halves_go_away_from_zero() {
        let cents = |text: &str| Money::round(text.parse().unwrap(), "EUR".parse().unwrap()).unwrap().minor;
        assert_eq!([cents("0.005"), cents("-0.005"), cents("0.0049"), cents("2.675")], [1, -1, 0, 268]);
    }

    #[test]
    fn currencies_never_mix() {
        let refusal = money("1", "EUR").plus(money("1", "USD")).unwrap_err();
        assert_eq!(refusal.to_string(), "EUR and USD don't add up: convert one at a dated rate first");
    }

    #[test]
    fn odd_cents_go_to_the_largest_remainder() {
        let shares = |text: &str, weights: &[u32]| money(text, "EUR").shares(weights).unwrap().iter().map(|m| m.minor).collect::<Vec<_>>();
        assert_eq!(shares("100.01", &[1, 1]), [5001, 5000]);
        assert_eq!(shares("0.10", &[1, 2, 4]), [1, 3, 6]);
        assert_eq!(shares("-0.01", &[1, 1]), [-1, 0]);
        assert_eq!(shares("0.05", &[0, 3]), [0, 5]);
        assert_eq!(money("1", "EUR").shares(&[0, 0]), Err(MoneyError::NoShares));
        assert_eq!(money("1", "EUR").shares(&[]), Err(MoneyError::NoShares));
    }

    proptest! {
        #[test]
        fn shares_add_up_and_stay_within_a_unit(minor: i64, weights in prop::collection::vec(0_u32.., 1..20)) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let whole = Money::new(minor, "EUR".parse().unwrap());
            let shares = whole.shares(&weights).unwrap();
            prop_assert_eq!(shares.iter().map(|share| i128::from(share.minor)).sum::<i128>(), i128::from(minor));
            let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
            for (share, weight) in shares.iter().zip(&weights) {
                let off = i128::from(share.minor) * total - i128::from(minor) * i128::from(*weight);
                prop_assert!(off.abs() < total);
            }
        }

        #[test]
        fn reads_what_it_prints(minor: i64, code in prop::sample::select(vec!["JPY", "EUR", "KWD", "CLF"])) {
            let printed = Money::new(minor, code.parse().unwrap());
            let read = Money::parse(&printed.amount().to_string(), printed.currency).unwrap();
            prop_assert_eq!(read, printed);
        }

        #[test]
        fn what_is_added_can_be_taken_away(a: i32, b: i32) {
            let (a, b) = (Money::new(a.into(), "EUR".parse().unwrap()), Money::new(b.into(), "EUR".parse().unwrap()));
            prop_assert_eq!(a.plus(b).unwrap().minus(b).unwrap(), a);
        }
    }
}
