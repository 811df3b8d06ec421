//! The figures above the queues.

use crate::{
    domain::{lead::queue::Kpis, told::percent_rounded},
    tui::{
        furniture::Piece,
        theme::Role,
        widgets::{chart::sparkline, tabs::short_count},
    },
};

/// The figures, the most important first.
pub fn figures(kpis: &Kpis, spelt: bool) -> Vec<Vec<Piece>> {
    let figure = |label: &str, value: String, role: Role| vec![(format!("{label} "), Role::Dim), (value, role)];
    let mut out = Vec::new();
    if let Some(bp) = kpis.acceptance_bp {
        let role = match bp {
            9_000.. => Role::Good,
            7_500..9_000 => Role::Warn,
            _ => Role::Bad,
        };
        out.push(figure(if spelt { "acceptance in SLA" } else { "in SLA" }, percent_rounded(bp), role));
    }
    if let Some(minutes) = kpis.speed_to_lead_minutes {
        let length = crate::domain::time::Span::minutes(minutes).to_words_in_minutes();
        out.push(figure(if spelt { "speed to lead" } else { "to touch" }, length, Role::Strong));
    }
    let late = if kpis.breaches_today > 0 { Role::SlaBreached } else { Role::Good };
    out.push(figure(if spelt { "breaches today" } else { "breached today" }, kpis.breaches_today.to_string(), late));
    if let Some(today) = kpis.arrivals.last() {
        let days = if spelt { 30 } else { 14 };
        let from = kpis.arrivals.len().saturating_sub(days);
        let mut pieces = figure("arrivals", sparkline(&kpis.arrivals[from..]), Role::ChartLow);
        pieces.push((format!(" {} today", short_count(*today)), Role::Strong));
        out.push(pieces);
    }
    if let (Some(bp), true) = (kpis.match_bp, spelt) {
        out.push(figure("linked", percent_rounded(bp), Role::Strong));
    }
    if let (Some(bp), true) = (kpis.fallback_bp, spelt) {
        out.push(figure("no partner", percent_rounded(bp), Role::Strong));
    }
    if let (Some(centi), true) = (kpis.offers_per_lead_centi, spelt) {
        out.push(figure("offers per acceptance", format!("{}.{:02}", centi / 100, centi % 100), Role::Strong));
    }
    out
}
