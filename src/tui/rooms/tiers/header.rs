//! The figures above the queues.

use crate::{
    domain::{tier::queue::Kpis, told::percent_rounded},
    tui::{furniture::Piece, theme::Role},
};

/// The figures, the most important first.
pub fn figures(kpis: &Kpis, spelt: bool) -> Vec<Vec<Piece>> {
    let figure = |label: &str, value: String, role: Role| vec![(format!("{label} "), Role::Dim), (value, role)];
    let mut out = Vec::new();
    if let Some(bp) = kpis.correct_bp() {
        // Who has another tier than it has earned waits for somebody to decide it.
        let role = if bp >= 9_000 { Role::Good } else { Role::Warn };
        out.push(figure(
            if spelt { "at the audit had the tier that they earned" } else { "as earned at audit" },
            percent_rounded(bp),
            role,
        ));
    }
    if kpis.proposed > 0 {
        out.push(figure(if spelt { "changes to decide" } else { "to decide" }, kpis.proposed.to_string(), Role::Warn));
    }
    if kpis.waiting > 0 {
        out.push(figure(if spelt { "order lines to correct" } else { "to correct" }, kpis.waiting.to_string(), Role::Warn));
    }
    let mut tiers: Vec<Piece> = Vec::new();
    for (tier, count) in kpis.tiers.iter().filter(|(tier, _)| !tier.is_empty()) {
        tiers.push((format!("{}{tier} ", if tiers.is_empty() { "" } else { "  " }), Role::Dim));
        tiers.push((count.to_string(), Role::Strong));
    }
    if !tiers.is_empty() {
        out.push(tiers);
    }
    out
}
