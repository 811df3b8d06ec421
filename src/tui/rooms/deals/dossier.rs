//! The dossier of a conflict: the parties side by side, each clause with whom it favours and by how much, what the rules
//! recommend, one timeline, the nearest past decisions, and which decision saw which evidence.
//!
//! It is laid out for a width: parties stand beside each other where each has [`PARTY_MIN`] columns, else under each other.

use super::{
    grid::{GAP, empty, line, pad, side_by_side},
    words,
};
use crate::{
    domain::{
        deal::{
            ContentHash,
            conflict::{CaseState, ConflictCase, ConflictKind, Decision, Verdict},
            dossier::{ClauseRow, ClauseValue, Dossier, Entry, Favour, PartySummary},
        },
        id::DealId,
        program::Clause,
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

/// A party's column is never narrower than this; of what is short, and wraps well, it may be [`VALUE_MIN`].
const PARTY_MIN: usize = 24;
const VALUE_MIN: usize = 20;
/// What stands at the left of a line, and whom a clause favours at its right.
const LABEL: usize = 19;
const FAVOUR: usize = 27;
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
        ("Nearest past decisions", page.precedents(right_width)),
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
        if self.width < BESIDE { self.width } else { self.width * 2 / 5 }
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
        let weights: Vec<String> = recommendation.weights.iter().map(|(deal, weight)| format!("{deal} {weight}")).collect();
        let role = if recommendation.favours.is_some() { Role::Good } else { Role::Warn };
        let told = vec![(recommendation.sentence(&name), role), (format!("  (weight {})", weights.join(", ")), Role::Dim)];
        Row { label: Some("the rules say"), ..Row::pieces(told) }
    }

    /// Said where what the rules recommend was mostly decided otherwise.
    fn warning(&self) -> Option<Row> {
        let winner = self.dossier().recommendation.favours?;
        let against = self.dossier().against(&Verdict::Award { winner })?;
        Some(Row::fact("! precedent", format!("{}: see below before you decide", against.sentence()), Role::Bad))
    }

    /// What was found between the parties, each thing once; that they are of two partners is said only where nothing else is.
    fn findings(&self, width: usize) -> Vec<Row> {
        let name = |deal: DealId| deal.to_string();
        let findings = &self.shown.case.findings;
        let telling = findings.iter().any(|finding| finding.kind() != ConflictKind::Horizontal);
        let mut told: Vec<String> = Vec::new();
        for finding in findings.iter().filter(|finding| !telling || finding.kind() != ConflictKind::Horizontal) {
            let sentence = finding.sentence(&name);
            if !told.contains(&sentence) {
                told.push(sentence);
            }
        }
        told.into_iter().flat_map(|sentence| line(&[(width, (sentence, Role::Text))])).collect()
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
            let mut pieces = Vec::new();
            for (index, (_, (words, role))) in one.into_iter().enumerate() {
                if index > 1 {
                    pieces.push((", ".to_owned(), Role::Dim));
                }
                pieces.push((if index == 0 { format!("{words}  ") } else { words }, role));
            }
            rows.push(Row::pieces(pieces));
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
            Some(Verdict::Award { .. } | Verdict::RejectAll { .. }) => (format!("{stage}, it gave way"), Role::Warn),
            Some(Verdict::Void) | None => (stage, Role::Text),
        }
    }

    /// How the nearest past decisions stand to a win of this party.
    fn if_awarded(&self, winner: DealId) -> Piece {
        let dossier = self.dossier();
        match dossier.against(&Verdict::Award { winner }) {
            Some(against) => (format!("! against {} of {} precedents", against.against, against.of), Role::Bad),
            None if dossier.precedents.is_empty() => ("no precedents".to_owned(), Role::Dim),
            None => ("not against precedents".to_owned(), Role::Text),
        }
    }

    fn clauses(&self) -> Section {
        let dossier = self.dossier();
        let column = self.column(LABEL, FAVOUR, self.width, VALUE_MIN);
        let mut rows = Vec::new();
        if let Some(column) = column {
            let mut cells = vec![(LABEL, ("clause (weight)".to_owned(), Role::TableHeader))];
            cells.extend(self.parties_of().iter().map(|party| (column, (format!("  {}", self.name(party.deal)), Role::TableHeader))));
            cells.push((FAVOUR, ("favours".to_owned(), Role::TableHeader)));
            rows.extend(line(&cells));
        }
        for row in &dossier.clauses {
            match column {
                Some(column) => rows.extend(self.clause_beside(row, column)),
                None => rows.extend(self.clause_stacked(row)),
            }
        }
        Section::new(CLAUSES, rows)
    }

    fn clause_beside(&self, row: &ClauseRow, column: usize) -> Vec<Row> {
        let decides = self.decides(row.clause);
        let role = if decides { Role::Strong } else { Role::Dim };
        let mut cells = vec![(LABEL, (format!("{} ({})", clause(row.clause), row.weight), role))];
        for party in self.parties_of() {
            cells.push((column, self.value(row, party.deal)));
        }
        cells.push((FAVOUR, self.favour(row, &|deal| deal.to_string())));
        line(&cells)
    }

    fn clause_stacked(&self, row: &ClauseRow) -> Vec<Row> {
        let decides = self.decides(row.clause);
        let role = if decides { Role::Strong } else { Role::Text };
        let (favour, favour_role) = self.favour(row, &|deal| deal.to_string());
        let mut rows = vec![Row::pieces(vec![(format!("{} ({}): ", clause(row.clause), row.weight), role), (favour, favour_role)])];
        for party in self.parties_of() {
            let (value, role) = self.value(row, party.deal);
            let who = text::cut(&self.name(party.deal), 28);
            rows.push(Row::pieces(vec![(pad(&who, 28 + GAP), Role::Dim), (value, role)]).indented(2));
        }
        rows
    }

    /// The clause on which the recommendation rests, or rested when it was decided.
    fn decides(&self, clause: Clause) -> bool {
        let case = self.shown.case;
        let settled = case.decision().filter(|_| !matches!(case.state, CaseState::Appealed { .. }));
        settled.map_or(self.dossier().recommendation.deciding, |decision| decision.deciding) == Some(clause)
    }

    /// A party's value, with a mark where the clause favours it.
    fn value(&self, row: &ClauseRow, deal: DealId) -> Piece {
        let value = row.values.iter().find(|(one, _)| *one == deal).map_or_else(String::new, |(_, value)| value_words(value));
        match &row.favour {
            Favour::Party { deal: favoured, .. } if *favoured == deal => (format!("✓ {value}"), Role::Good),
            _ => (format!("  {value}"), Role::Text),
        }
    }

    fn favour(&self, row: &ClauseRow, name: &dyn Fn(DealId) -> String) -> Piece {
        let words = row.favour.words(name);
        let role = if matches!(row.favour, Favour::Party { .. }) { Role::Strong } else { Role::Dim };
        if self.decides(row.clause) { (format!("{words}, decides"), Role::Strong) } else { (words, role) }
    }

    fn precedents(&self, width: usize) -> Vec<Row> {
        let name = |deal: DealId| deal.to_string();
        let favours = self.dossier().recommendation.favours;
        let rows = self.dossier().precedents.iter().map(|one| {
            let (mark, role) = match (one.suggests, favours) {
                (Some(suggested), Some(favoured)) if suggested != favoured => ("≠", Role::Warn),
                (Some(_), Some(_)) => ("=", Role::Text),
                _ => ("·", Role::Text),
            };
            let outcome = match one.suggests {
                Some(deal) => format!("{}, as if to {}", one.kind.name(), name(deal)),
                None => one.kind.doc().to_owned(),
            };
            let when = one.decided_at.to_utc().format("%Y-%m-%d");
            (mark, role, format!("{} {when}, {} % alike: {outcome}", one.case, one.similarity_bp / 100))
        });
        let mut out: Vec<Row> =
            rows.flat_map(|(mark, role, told)| line(&[(1, (mark.to_owned(), role)), (width.saturating_sub(3), (told, role))])).collect();
        if out.is_empty() {
            out.push(Row::text("nothing like it was decided before", Role::Dim));
        }
        out
    }

    /// Each document once, with the decisions that saw it.
    fn evidence(&self, width: usize) -> Vec<Row> {
        let case = self.shown.case;
        let mut rows = Vec::new();
        for party in self.parties_of() {
            for exhibit in &party.documents {
                let document = &exhibit.document;
                let seen: Vec<String> = case
                    .decisions
                    .iter()
                    .filter(|decision| decision.evidence.documents.contains(&document.hash))
                    .map(|decision| decision.no.to_string())
                    .collect();
                let seen = match (seen.is_empty(), case.decisions.is_empty()) {
                    (true, true) => String::new(),
                    (true, false) => "; no decision saw it".to_owned(),
                    (false, _) => format!("; seen by decision {}", seen.join(" and ")),
                };
                let told = format!("{} {}. {}: {}{seen}", party.deal, exhibit.no, document.kind.doc(), document.name);
                let role = if seen.contains("no decision") { Role::Warn } else { Role::Text };
                rows.extend(line(&[(8, (short(document.hash), Role::Link)), (width.saturating_sub(10), (told, role))]));
            }
        }
        let pin = &self.dossier().evidence;
        let told = match pin.documents.len() {
            0 => "nobody has handed in a document".to_owned(),
            1 => "1 document; a decision now would pin it".to_owned(),
            many => format!("{many} documents; a decision now would pin these"),
        };
        rows.extend(line(&[(8, (short(pin.hash), Role::Dim)), (width.saturating_sub(10), (told, Role::Dim))]));
        rows
    }

    fn timeline(&self, width: usize) -> Vec<Row> {
        let column = self.column(MOMENT, 0, width, PARTY_MIN);
        let mut rows = Vec::new();
        if let Some(column) = column {
            let mut cells = vec![(MOMENT, empty())];
            cells.extend(self.parties_of().iter().map(|party| (column, (self.name(party.deal), Role::TableHeader))));
            rows.extend(line(&cells));
        }
        for entry in &self.dossier().timeline {
            let (told, role) = moment_words(entry);
            let mut cells = vec![(MOMENT, (when(entry), if entry.at > self.shown.now { Role::Disabled } else { Role::Dim }))];
            match column {
                Some(column) => {
                    for party in self.parties_of() {
                        let here = party.deal == entry.deal;
                        cells.push((column, if here { (told.clone(), role) } else { ("·".to_owned(), Role::Disabled) }));
                    }
                }
                None => {
                    cells.push((7, (entry.deal.to_string(), Role::Link)));
                    cells.push((width.saturating_sub(MOMENT + 7 + 2 * GAP), (told, role)));
                }
            }
            rows.extend(line(&cells));
        }
        rows
    }
}

/// The clause in so few words that the values have room.
pub const fn clause(clause: Clause) -> &'static str {
    match clause {
        Clause::CustomerLetter => "letter",
        Clause::FirstComplete => "first complete",
        Clause::Incumbency => "sales there",
        Clause::Territory => "territory",
        Clause::Certification => "certified",
        Clause::Tier => "tier",
        Clause::Touches => "contacts",
    }
}

/// A party's value; a place as a moment that can be read.
pub fn value_words(value: &ClauseValue) -> String {
    match value {
        ClauseValue::Place(Some(place)) => format!("{}, number {}", utc(place.complete_at), place.sequence),
        other => other.words(),
    }
}

fn moment_words(entry: &Entry) -> Piece {
    use crate::domain::deal::dossier::Moment;
    let role = match &entry.what {
        Moment::Completed { .. } | Moment::Letter { .. } => Role::Strong,
        Moment::Approved | Moment::Won => Role::Good,
        Moment::Lost { .. } | Moment::Ended { .. } => Role::Warn,
        _ => Role::Text,
    };
    let told = match &entry.what {
        Moment::Ended { state } => words::stage(state).to_owned(),
        other => other.words(),
    };
    (told, role)
}

fn when(entry: &Entry) -> String {
    if entry.is_day { entry.at.to_utc().format("%Y-%m-%d").to_string() } else { utc(entry.at) }
}

/// `2026-03-23 07:00:00`.
fn utc(at: Instant) -> String {
    at.to_utc().format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The first digits of a hash: enough to tell documents apart by eye.
pub fn short(hash: ContentHash) -> String {
    hash.to_string().chars().take(8).collect()
}
