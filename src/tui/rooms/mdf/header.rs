//! The figures above the queues.

use super::words::short_money;
use crate::{
    domain::{mdf::queue::Kpis, money::Currency, time::Span, told::percent_rounded},
    tui::{furniture::Piece, theme::Role},
};

/// Of so many currencies the use of money is told side by side.
const CURRENCIES: usize = 3;

/// The figures, the most important first. Times are those of the currency with the most funds.
pub fn figures(kpis: &[(Currency, Kpis)], spelt: bool) -> Vec<Vec<Piece>> {
    let mut out = Vec::new();
    let figure = |label: &str, value: String, role: Role| vec![(format!("{label} "), Role::Dim), (value, role)];
    let mut used: Vec<Piece> = Vec::new();
    for (currency, one) in kpis.iter().take(CURRENCIES) {
        let Some(bp) = one.utilisation_bp else { continue };
        used.push((if used.is_empty() { "used ".to_owned() } else { "  ".to_owned() }, Role::Dim));
        // 70 to 90 % is healthy: less is money that does nothing, more leaves nothing for a late claim.
        let role = if (7_000..=9_000).contains(&bp) { Role::Good } else { Role::Warn };
        used.push((percent_rounded(bp), role));
        used.push((format!(" {currency}"), Role::Dim));
    }
    if !used.is_empty() {
        out.push(used);
    }
    let Some((_, main)) = kpis.first() else { return out };
    if let (Some(p50), Some(p90)) = (main.time_to_pay_p50_minutes, main.time_to_pay_p90_minutes) {
        let words = |minutes| Span::minutes(minutes).to_words_in_minutes();
        out.push(figure(if spelt { "time to pay p50/p90" } else { "to pay" }, format!("{}/{}", words(p50), words(p90)), Role::Strong));
    }
    if let Some(bp) = main.first_pass_bp {
        out.push(figure(if spelt { "approved at first pass" } else { "first pass" }, percent_rounded(bp), Role::Strong));
    }
    let expiring: Vec<String> = kpis.iter().filter_map(|(_, one)| one.expiring).filter(|one| one.minor > 0).map(short_money).collect();
    if !expiring.is_empty() {
        out.push(figure(if spelt { "expires in 30 days" } else { "expires" }, expiring.join(", "), Role::Warn));
    }
    out
}
