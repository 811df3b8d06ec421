//! The lifecycle as DOMAIN.md draws it, written down a second time: which state may follow which.

/// Of a registration. A conflict may give it the deal from any state in which it claims one, and take a protection away.
const DEAL: [(&str, &[&str]); 8] = [
    ("draft", &["submitted", "withdrawn"]),
    ("submitted", &["under_review", "action_required", "pending_approval", "approved", "rejected", "withdrawn"]),
    ("under_review", &["action_required", "pending_approval", "approved", "rejected", "withdrawn"]),
    ("action_required", &["submitted", "approved", "rejected", "withdrawn"]),
    ("pending_approval", &["action_required", "approved", "rejected", "withdrawn"]),
    ("approved", &["won", "lost", "expired", "withdrawn", "rejected"]),
    ("won", &["rejected"]),
    // Only where an appeal gives back what the first decision took.
    ("rejected", &["approved", "won"]),
];

/// Of a conflict.
const CASE: [(&str, &[&str]); 8] = [
    // Closed at once where only one claim is left.
    ("flagged", &["evidence", "closed"]),
    ("evidence", &["review", "closed"]),
    ("review", &["decided", "closed"]),
    ("decided", &["notified"]),
    ("notified", &["appealed", "closed"]),
    ("appealed", &["upheld", "overturned"]),
    ("upheld", &["closed"]),
    ("overturned", &["closed"]),
];

fn leads(graph: &[(&str, &[&str])], from: &str, to: &str) -> bool {
    from == to || graph.iter().any(|(state, next)| *state == from && next.contains(&to))
}

/// Whether a registration may go from one state to the other; an undo takes any step back.
pub fn deal_may_go(from: &str, to: &str, undone: bool) -> bool {
    leads(&DEAL, from, to) || (undone && leads(&DEAL, to, from))
}

pub fn case_may_go(from: &str, to: &str) -> bool {
    leads(&CASE, from, to)
}
