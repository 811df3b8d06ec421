//! The clauses of the program, each with the parties' values, whom it favours and by how much.

use super::{CLAUSES, Page, utc};
use crate::{
    domain::{
        deal::{
            conflict::CaseState,
            dossier::{ClauseRow, ClauseValue, Favour},
        },
        id::DealId,
        program::Clause,
    },
    tui::{
        rooms::deals::grid::{GAP, line, pad},
        theme::Role,
        widgets::{
            pane::{Piece, Row, Section},
            text,
        },
    },
};

/// How the clauses stand as a table: what stands at the left of a line, whom the clause favours at its right, and the
/// columns of a party in between.
#[derive(Clone, Copy)]
struct Table {
    label: usize,
    favour: usize,
    party: usize,
    is_narrow: bool,
}

const WIDE: (usize, usize, usize) = (19, 27, 20);
/// So that two parties fit beside each other in 80 columns: their names stand above, so numbers do here.
const NARROW: (usize, usize, usize) = (14, 11, 22);

impl Page<'_> {
    fn table(&self) -> Option<Table> {
        [WIDE, NARROW].into_iter().find_map(|(label, favour, least)| {
            let party = self.column(label, favour, self.width, least)?;
            Some(Table { label, favour, party, is_narrow: label == NARROW.0 })
        })
    }

    pub(super) fn clauses(&self) -> Section {
        let (alike, telling): (Vec<&ClauseRow>, Vec<&ClauseRow>) = self.dossier().clauses.iter().partition(|row| common(row).is_some());
        let telling = telling.into_iter();
        let mut rows: Vec<Row> = match self.table() {
            Some(table) => std::iter::once(self.header(table)).chain(telling.map(|row| self.beside(row, table))).flatten().collect(),
            None => telling.flat_map(|row| self.stacked(row)).collect(),
        };
        rows.extend(self.alike(&alike));
        Section::new(CLAUSES, rows)
    }

    /// What tells nobody apart, together.
    fn alike(&self, rows: &[&ClauseRow]) -> Vec<Row> {
        let told = rows.iter().filter_map(|row| Some(format!("{} ({}) {}", clause(row.clause), row.weight, common(row)?)));
        let told: Vec<String> = told.collect();
        if told.is_empty() {
            return Vec::new();
        }
        let label = self.table().map_or(NARROW.0, |table| table.label);
        let rest = self.width.saturating_sub(label + 2 * GAP);
        line(&[(label, ("alike".to_owned(), Role::Dim)), (rest, (told.join("; "), Role::Dim))])
    }

    fn header(&self, table: Table) -> Vec<Row> {
        let label = if table.is_narrow { "(weight)" } else { "clause (weight)" };
        let mut cells = vec![(table.label, (label.to_owned(), Role::TableHeader))];
        cells.extend(self.parties_of().iter().map(|party| {
            let name = if table.is_narrow { party.deal.to_string() } else { text::cut(&self.name(party.deal), table.party - GAP) };
            (table.party, (format!("  {name}"), Role::TableHeader))
        }));
        cells.push((table.favour, ("favours".to_owned(), Role::TableHeader)));
        line(&cells)
    }

    fn beside(&self, row: &ClauseRow, table: Table) -> Vec<Row> {
        let role = if self.decides(row.clause) { Role::Strong } else { Role::Dim };
        let label = if table.is_narrow { short_clause(row.clause) } else { clause(row.clause) };
        let mut cells = vec![(table.label, (format!("{label} ({})", row.weight), role))];
        for party in self.parties_of() {
            cells.push((table.party, value(row, party.deal)));
        }
        cells.push((table.favour, self.favour(row)));
        line(&cells)
    }

    /// One below the other.
    fn stacked(&self, row: &ClauseRow) -> Vec<Row> {
        let role = if self.decides(row.clause) { Role::Strong } else { Role::Text };
        let first = vec![(format!("{} ({}): ", clause(row.clause), row.weight), role), self.favour(row)];
        let mut rows = vec![Row::pieces(first)];
        for party in self.parties_of() {
            let (value, role) = value(row, party.deal);
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

    fn favour(&self, row: &ClauseRow) -> Piece {
        let words = row.favour.words(&|deal| deal.to_string());
        let role = if matches!(row.favour, Favour::Party { .. }) { Role::Strong } else { Role::Dim };
        if self.decides(row.clause) { (format!("{words}, decides"), Role::Strong) } else { (words, role) }
    }
}

/// What all parties have alike, if so.
fn common(row: &ClauseRow) -> Option<String> {
    let mut values = row.values.iter().map(|(_, value)| value_words(value));
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}

/// A party's value, with a mark where the clause favours it.
fn value(row: &ClauseRow, deal: DealId) -> Piece {
    let value = row.values.iter().find(|(one, _)| *one == deal).map_or_else(String::new, |(_, value)| value_words(value));
    match &row.favour {
        Favour::Party { deal: favoured, .. } if *favoured == deal => (format!("✓ {value}"), Role::Good),
        _ => (format!("  {value}"), Role::Text),
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

/// In one word.
const fn short_clause(one: Clause) -> &'static str {
    match one {
        Clause::FirstComplete => "complete",
        Clause::Incumbency => "sales",
        other => clause(other),
    }
}

/// A party's value; a place as a moment that can be read.
pub fn value_words(value: &ClauseValue) -> String {
    match value {
        ClauseValue::Place(Some(place)) => format!("{}, number {}", utc(place.complete_at), place.sequence),
        other => other.words(),
    }
}
