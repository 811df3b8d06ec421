//! The figures above the queues.

use super::words::short_money;
use crate::{
    domain::{mdf::queue::Kpis, money::Currency, time::Span, told::percent_rounded},
    tui::{furniture::Piece, theme::Role},
};

/// The figures, the most important first; each stands whole or not at all. The use of money is told by currency, that with the
/// most funds first; times and shares of claims are of all currencies together, and say so where there are several.
pub fn figures(kpis: &[(Currency, Kpis)], spelt: bool) -> Vec<Vec<Piece>> {
    let figure = |label: &str, value: String, role: Role| vec![(format!("{label} "), Role::Dim), (value, role)];
    let mut used: Vec<Vec<Piece>> = kpis.iter().filter_map(|(currency, one)| Some(used(*currency, one.utilisation_bp?))).collect();
    let others = used.split_off(used.len().min(1));
    let mut out: Vec<Vec<Piece>> = used;
    for one in &mut out {
        one.insert(0, ("used ".to_owned(), Role::Dim));
        if !others.is_empty() && !spelt {
            one.push((format!(" +{}", others.len()), Role::Dim));
        }
    }
    if spelt {
        out.extend(others.iter().cloned());
    }
    let Some((_, main)) = kpis.first() else { return out };
    let of = if kpis.len() > 1 { ", all currencies" } else { "" };
    if let (Some(p50), Some(p90)) = (main.time_to_pay_p50_minutes, main.time_to_pay_p90_minutes) {
        let words = |minutes| Span::minutes(minutes).to_words_in_minutes();
        let label = if spelt { format!("time to pay p50/p90{of}") } else { format!("to pay{of}") };
        out.push(figure(&label, format!("{}/{}", words(p50), words(p90)), Role::Strong));
    }
    if let Some(bp) = main.first_pass_bp {
        let label = if spelt { format!("approved at first pass{of}") } else { format!("first pass{of}") };
        out.push(figure(&label, percent_rounded(bp), Role::Strong));
    }
    let expiring: Vec<String> = kpis.iter().filter_map(|(_, one)| one.expiring).filter(|one| one.minor > 0).map(short_money).collect();
    for (place, amount) in expiring.into_iter().enumerate() {
        let label = if place > 0 {
            "and"
        } else if spelt {
            "expires in 30 days"
        } else {
            "expires"
        };
        out.push(figure(label, amount, Role::Warn));
    }
    if !spelt {
        out.extend(others);
    }
    out
}

/// 70 to 90 % is healthy: less is money that does nothing, more leaves nothing for a late claim.
fn used(currency: Currency, bp: u16) -> Vec<Piece> {
    let role = if (7_000..=9_000).contains(&bp) { Role::Good } else { Role::Warn };
    vec![(percent_rounded(bp), role), (format!(" {currency}"), Role::Dim)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(currencies: &[&str], spelt: bool) -> Vec<String> {
        let one = |code: &&str| {
            let currency: Currency = code.parse().expect("a currency");
            let kpis = Kpis {
                utilisation_bp: Some(7_100),
                first_pass_bp: Some(9_000),
                time_to_pay_p50_minutes: Some(60),
                time_to_pay_p90_minutes: Some(120),
                expiring: Some(crate::domain::money::Money::new(123_400, currency)),
            };
            (currency, kpis)
        };
        let kpis: Vec<(Currency, Kpis)> = currencies.iter().map(one).collect();
        figures(&kpis, spelt).into_iter().map(|pieces| pieces.into_iter().map(|(text, _)| text).collect()).collect()
    }

    #[test]
    fn every_currency_has_a_figure_of_its_own_and_sums_of_all_say_so() {
        assert_eq!(told(&["EUR"], false), ["used 71.0 % EUR", "to pay 1h 00m/2h 00m", "first pass 90.0 %", "expires EUR 1,234"]);
        assert_eq!(
            told(&["EUR", "USD", "GBP", "CHF"], false),
            [
                "used 71.0 % EUR +3",
                "to pay, all currencies 1h 00m/2h 00m",
                "first pass, all currencies 90.0 %",
                "expires EUR 1,234",
                "and USD 1,234",
                "and GBP 1,234",
                "and CHF 1,234",
                "71.0 % USD",
                "71.0 % GBP",
                "71.0 % CHF",
            ]
        );
        assert_eq!(
            told(&["EUR", "USD"], true)[..3],
            ["used 71.0 % EUR", "71.0 % USD", "time to pay p50/p90, all currencies 1h 00m/2h 00m"]
        );
    }
}
