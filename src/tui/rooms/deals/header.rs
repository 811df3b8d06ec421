//! The figures above the queues.

use crate::{
    domain::{deal::queue::Kpis, time::Span, told::percent_rounded},
    tui::{furniture::Piece, theme::Role, widgets::chart::sparkline},
};

/// The figures, the most important first.
pub fn figures(kpis: &Kpis, spelt: bool) -> Vec<Vec<Piece>> {
    let figure = |label: &str, value: String, role: Role| vec![(format!("{label} "), Role::Dim), (value, role)];
    let mut out = Vec::new();
    if let (Some(p50), Some(p90)) = (kpis.decision_p50_minutes, kpis.decision_p90_minutes) {
        let words = |minutes| Span::minutes(minutes).to_words_in_minutes();
        let label = if spelt { "time to decide p50/p90" } else { "to decide" };
        out.push(figure(label, format!("{}/{}", words(p50), words(p90)), Role::Strong));
    }
    let late = if kpis.breaches_today > 0 { Role::SlaBreached } else { Role::Good };
    out.push(figure(if spelt { "breaches today" } else { "breached today" }, kpis.breaches_today.to_string(), late));
    // A cohort nobody was approved in has no conversion, and no place in the line.
    let cohorts: Vec<u64> = kpis.cohorts.iter().filter_map(|cohort| Some(u64::from(cohort.conversion_bp()?))).collect();
    let (won, approved) = kpis.cohorts.iter().fold((0, 0), |(won, approved), one| (won + one.won, approved + one.approved));
    if let Some(bp) = crate::domain::figures::ratio_bp(won, approved) {
        // One month is no course.
        let course = if cohorts.len() > 1 { format!("{} ", sparkline(&cohorts)) } else { String::new() };
        let mut pieces = figure(if spelt { "won by month of approval" } else { "won" }, course, Role::ChartLow);
        pieces.push((percent_rounded(bp), Role::Strong));
        out.push(pieces);
    }
    if let Some(bp) = kpis.conflict_bp {
        out.push(figure("conflict rate", percent_rounded(bp), Role::Strong));
    }
    if let Some(bp) = kpis.overturn_bp {
        out.push(figure("overturned", percent_rounded(bp), Role::Strong));
    }
    if let (Some(bp), true) = (kpis.expiry_bp, spelt) {
        out.push(figure("expired", percent_rounded(bp), Role::Strong));
    }
    out
}
