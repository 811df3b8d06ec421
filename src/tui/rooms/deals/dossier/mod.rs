//! The dossier of a conflict: the parties side by side, each clause with whom it favours and by how much, what the rules
//! recommend, one timeline, the nearest past decisions, and which decision saw which evidence.
//!
//! It is laid out for a width: parties stand beside each other where each has [`PARTY_MIN`] columns, else under each other.

mod clauses;
mod record;

use super::{
    grid::{GAP, empty, line, side_by_side},
    words,
};
use crate::{
    domain::{
        deal::{
            conflict::{CaseState, ConflictCase, Decision, Verdict},
            dossier::{Dossier, PartySummary},
        },
        id::DealId,
        time::Instant,
        told::Names,
    },
    tui::{
        theme::Role,
        widgets::{
            pane::{Piece, Row, Section},
            text,
        },
    },
};
use chrono_tz::Tz;
pub use clauses::{clause, value_words};
pub use record::short;
use record::utc;

/// A party's column is never narrower than this.
const PARTY_MIN: usize = 24;
/// What stands at the left of a line.
const LABEL: usize = 19;
/// `2026-03-23 07:00:00`.
const MOMENT: usize = 19;
/// From this width on precedents and evidence stand beside the timeline.
const BESIDE: usize = 110;

/// The titles, for keys that lead there.
pub const CLAUSES: &str = "Clauses";
pub const TIMELINE: &str = "Timeline";

/// A conflict with everything that is known of it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    pub case: &'a ConflictCase,
    pub dossier: &'a Dossier,
    pub names: &'a Names,
    pub now: Instant,
    pub zone: Tz,
}

/// The whole dossier in lines of at most `width` columns.
pub fn sections(shown: Shown<'_>, width: u16) -> Vec<Section> {
    let width = usize::from(width);
    let page = Page { shown, width };
    let mut out = vec![Section::new("", page.head()), Section::new("", page.parties()), page.clauses()];
    let right_width = page.lower_right();
    let blocks = [
        ("Past decisions most alike, and for whom", page.precedents(right_width)),
        ("Evidence", page.evidence(right_width)),
        ("Why they conflict", page.findings(right_width)),
    ];
    if width < BESIDE {
        out.extend(blocks.map(|(title, rows)| Section::new(title, rows)));
        out.push(Section::new(format!("{TIMELINE} (UTC)"), page.timeline(width)));
    } else {
        let mut right: Vec<Row> = Vec::new();
        for (title, rows) in blocks {
            if !right.is_empty() {
                right.push(Row::default());
            }
            right.push(Row::text(title, Role::Heading));
            right.extend(rows);
        }
        let left_width = width - right_width - GAP - 1;
        let mut left = vec![Row::text(format!("{TIMELINE} (UTC)"), Role::Heading)];
        left.extend(page.timeline(left_width));
        out.push(Section::new("", side_by_side(left, right, left_width)));
    }
    out
}

struct Page<'a> {
    shown: Shown<'a>,
    width: usize,
}

impl<'a> Page<'a> {
    const fn dossier(&self) -> &'a Dossier {
        self.shown.dossier
    }

    fn parties_of(&self) -> &'a [PartySummary] {
        &self.dossier().parties
    }

    /// `D-12 Acme`.
    fn name(&self, deal: DealId) -> String {
        match self.parties_of().iter().find(|party| party.deal == deal) {
            Some(party) => format!("{deal} {}", text::cut(&party.partner_name, 28)),
            None => deal.to_string(),
        }
    }

    fn moment(&self, at: Instant) -> String {
        words::moment(at, self.shown.now, self.shown.zone)
    }

    /// The columns of a party where they stand side by side, with `after` columns at the right of them.
    fn column(&self, before: usize, after: usize, width: usize, least: usize) -> Option<usize> {
        let count = self.parties_of().len().max(1);
        let after = if after == 0 { 0 } else { after + GAP };
        let room = width.checked_sub(before + GAP + after + (count - 1) * GAP)? / count;
        (room >= least).then_some(room)
    }

    /// Columns of what stands beside the timeline.
    fn lower_right(&self) -> usize {
        if self.width < BESIDE { self.width } else { self.width * 3 / 8 }
    }

    fn head(&self) -> Vec<Row> {
        let case = self.shown.case;
        let customer = self.customer().map_or_else(String::new, |customer| format!("{customer}, "));
        let mut rows = vec![Row::pieces(vec![
            (format!("{} ", case.id), Role::Link),
            (customer, Role::Strong),
            (format!("conflict: {}; ", case.kind().doc()), Role::Strong),
            (self.standing(), Role::Text),
        ])];
        if let Some(escalation) = &case.escalation {
            rows.push(Row::fact("▲ escalated", format!("{}: {}", escalation.severity.name(), escalation.cause.doc()), Role::Bad));
        }
        rows.extend(case.decisions.iter().rev().flat_map(|decision| self.decision(decision)));
        rows.push(self.recommendation());
        if case.decisions.is_empty() || matches!(case.state, CaseState::Appealed { .. }) {
            rows.extend(self.warning());
        }
        rows
    }

    /// The customer where all parties call it alike.
    fn customer(&self) -> Option<&'a str> {
        let mut names = self.parties_of().iter().map(|party| party.customer.as_str());
        let first = names.next()?;
        names.all(|name| name == first).then_some(first)
    }

    /// Where the case stands, and until when.
    fn standing(&self) -> String {
        let case = self.shown.case;
        let until = case.due().map_or_else(String::new, |due| format!(" until {}", self.moment(due)));
        let reviewer = case
            .state
            .reviewer()
            .map_or_else(|| ", nobody reviews it".to_owned(), |reviewer| format!(", {} reviews it", self.shown.names.operator(reviewer)));
        match &case.state {
            CaseState::Flagged => "found; the parties are not asked yet".to_owned(),
            CaseState::Evidence => format!("the parties hand in evidence{until}"),
            CaseState::Review { .. } => format!("to be decided{until}{reviewer}"),
            CaseState::Decided => "decided; the parties are not told yet".to_owned(),
            CaseState::Notified => format!("decided; a party may appeal{until}"),
            CaseState::Appealed { by, grounds, .. } => format!("{by} appeals: {grounds}; to be decided{until}{reviewer}"),
            CaseState::Upheld => "upheld on appeal".to_owned(),
            CaseState::Overturned => "overturned on appeal".to_owned(),
            CaseState::Closed { result } => format!("closed: {}", result.doc()),
        }
    }

    fn decision(&self, decision: &Decision) -> Vec<Row> {
        let name = |deal| self.name(deal);
        let (no, by) = (decision.no, self.shown.names.operator(decision.by));
        let label = if no == 1 { "decided" } else { "on appeal" };
        let mut told = vec![
            (decision.verdict.sentence(&name), Role::Strong),
            (format!(", by {by}, {}, on evidence {}", self.moment(decision.at), short(decision.evidence.hash)), Role::Dim),
        ];
        let principal = decision.verdict.principal();
        if let Some(recommended) = decision.recommended.filter(|one| Some(*one) != principal) {
            told.push((format!("; the rules favoured {}", name(recommended)), Role::Warn));
        }
        let mut rows = vec![Row { label: Some(label), ..Row::pieces(told) }];
        if decision.against_precedent {
            rows.push(Row::fact("", "! it went against most of the nearest past decisions", Role::Bad));
        }
        rows
    }

    fn recommendation(&self) -> Row {
        let name = |deal| self.name(deal);
        let recommendation = &self.dossier().recommendation;
        let role = if recommendation.favours.is_some() { Role::Good } else { Role::Warn };
        Row::fact("the rules say", recommendation.sentence(&name), role)
    }

    /// Said where what the rules recommend was mostly decided otherwise.
    fn warning(&self) -> Option<Row> {
        let winner = self.dossier().recommendation.favours?;
        let against = self.dossier().against(&Verdict::Award { winner })?;
        Some(Row::fact("! precedent", format!("{}: see below before you decide", against.sentence()), Role::Bad))
    }

    fn parties(&self) -> Vec<Row> {
        let facts: Vec<Vec<(&'static str, Piece)>> = self.parties_of().iter().map(|party| self.facts(party)).collect();
        let mut rows = Vec::new();
        if let Some(column) = self.column(LABEL, 0, self.width, PARTY_MIN) {
            let count = facts.iter().map(Vec::len).max().unwrap_or(0);
            for at in 0..count {
                let label = facts.iter().find_map(|one| one.get(at)).map_or("", |(label, _)| label);
                let title = if at == 0 { ("Parties".to_owned(), Role::Heading) } else { (label.to_owned(), Role::Dim) };
                let mut cells = vec![(LABEL, title)];
                cells.extend(facts.iter().map(|one| (column, one.get(at).map_or_else(empty, |(_, piece)| piece.clone()))));
                rows.extend(line(&cells));
            }
            return rows;
        }
        rows.push(Row::text("Parties", Role::Heading));
        for one in facts {
            let mut facts = one.into_iter();
            rows.extend(facts.next().map(|(_, name)| Row::pieces(vec![name])));
            let mut pieces: Vec<Piece> = Vec::new();
            for (label, (words, role)) in facts {
                let piece = (if label == "weight" { format!("weight {words}") } else { words }, role);
                if let Some((words, _)) = pieces.last_mut() {
                    words.push_str("; ");
                }
                pieces.push(piece);
            }
            rows.push(Row::pieces(pieces).indented(2));
        }
        rows
    }

    /// What is told of a party, beside the clauses.
    fn facts(&self, party: &PartySummary) -> Vec<(&'static str, Piece)> {
        let dossier = self.dossier();
        let text = |words: String| (words, Role::Text);
        let tier = if party.tier.is_empty() { String::new() } else { format!(", {}", party.tier) };
        let value = party.value.map_or_else(|| "no value".to_owned(), |value| value.to_string());
        let favoured = dossier.recommendation.favours == Some(party.deal);
        let all: u32 = dossier.clauses.iter().map(|row| row.weight).sum();
        let weight = format!("{} of {all}{}", party.weight, if favoured { ", recommended" } else { "" });
        let mut facts = vec![
            ("", (format!("{} {}", party.deal, party.partner_name), Role::Strong)),
            ("partner", text(format!("{}{tier}", party.partner_kind.name().replace('_', " ")))),
            ("deal", text(format!("{}, {value}", party.products))),
            ("stage", self.stage(party)),
            ("weight", (weight, if favoured { Role::Good } else { Role::Text })),
            ("if it wins", self.if_awarded(party.deal)),
        ];
        if self.customer().is_none() {
            facts.insert(2, ("customer", text(party.customer.to_string())));
        }
        facts
    }

    fn stage(&self, party: &PartySummary) -> Piece {
        let stage = words::stage(party.state).to_owned();
        match self.shown.case.decision().map(|decision| &decision.verdict) {
            Some(Verdict::Award { winner }) if *winner == party.deal => (format!("{stage}, it got the deal"), Role::Good),
            Some(Verdict::Split { shares }) => match shares.of(party.deal) {
                Some(bp) => (format!("{stage}, it has {}", words::share(bp)), Role::Good),
                None => (format!("{stage}, it gave way"), Role::Warn),
            },
            Some(Verdict::Award { .. }) => (format!("{stage}, it gave way"), Role::Warn),
            Some(Verdict::RejectAll { .. }) => (format!("{stage}, nobody got it"), Role::Warn),
            Some(Verdict::Void) | None => (stage, Role::Text),
        }
    }

    /// How the nearest past decisions stand to a win of this party.
    fn if_awarded(&self, winner: DealId) -> Piece {
        let dossier = self.dossier();
        if !dossier.contenders().any(|party| party.deal == winner) {
            return ("it gave up, and can't".to_owned(), Role::Dim);
        }
        match dossier.against(&Verdict::Award { winner }) {
            Some(against) => (format!("! against {} of {} precedents", against.against, against.of), Role::Bad),
            None if dossier.precedents.iter().all(|one| one.is_appealed) => ("no precedents".to_owned(), Role::Dim),
            None => ("not against precedents".to_owned(), Role::Text),
        }
    }
}
