//! The record of a conflict: what happened and when, why it is one, who handed in what, and what was decided in cases like it.

use super::{MOMENT, PARTY_MIN, Page};
use crate::{
    domain::{
        deal::{
            ContentHash,
            conflict::{CaseVerb, ConflictKind, Reason, VerdictKind, possible_case},
            dossier::{Entry, Moment},
        },
        id::DealId,
        time::Instant,
    },
    tui::{
        rooms::deals::{
            grid::{GAP, empty, line},
            words,
        },
        theme::Role,
        widgets::{
            pane::{Piece, Row},
            text,
        },
    },
};
use std::collections::BTreeSet;

/// `2026-03-23`, the day of a moment.
const DAY: usize = 10;

impl Page<'_> {
    /// What was found between the parties, each thing once; that they are of two partners is said only where nothing else is.
    pub(super) fn findings(&self, width: usize) -> Vec<Row> {
        let name = |deal: DealId| deal.to_string();
        let findings = &self.shown.case.findings;
        let telling = findings.iter().any(|finding| finding.kind() != ConflictKind::Horizontal);
        let mut told: Vec<String> = Vec::new();
        let mut outside: BTreeSet<DealId> = BTreeSet::new();
        // Who claims the same, by what it is.
        let mut alike: Vec<(&Reason, BTreeSet<DealId>)> = Vec::new();
        for finding in findings.iter().filter(|finding| !telling || finding.kind() != ConflictKind::Horizontal) {
            let (a, b) = finding.between;
            match &finding.reason {
                Reason::CrossTerritory { outside: deals } => outside.extend(deals),
                reason @ Reason::Duplicate { .. } => match alike.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, deals)) => deals.extend([a, b]),
                    None => alike.push((reason, BTreeSet::from([a, b]))),
                },
                _ => told.push(finding.sentence(&name)),
            }
        }
        let claims = alike.iter().filter_map(|(reason, deals)| reason.claimed().map(|what| format!("{} are about {what}", all(deals))));
        let mut all_told: Vec<String> = claims.collect();
        all_told.extend(match outside.len() {
            0 => None,
            1 => Some(format!("{} lies outside the territory of its partner", all(&outside))),
            _ => Some(format!("{} lie outside the territories of their partners", all(&outside))),
        });
        let mut said = BTreeSet::new();
        all_told.extend(told.into_iter().filter(|sentence| said.insert(sentence.clone())));
        all_told.into_iter().flat_map(|sentence| line(&[(width, (sentence, Role::Text))])).collect()
    }

    pub(super) fn precedents(&self, width: usize) -> Vec<Row> {
        let favours = self.dossier().recommendation.favours;
        let rows = self.dossier().precedents.iter().map(|one| {
            let (mark, role) = match (one.suggests, favours) {
                _ if one.is_appealed => ("?", Role::Dim),
                (Some(suggested), Some(favoured)) if suggested != favoured => ("≠", Role::Warn),
                (Some(_), Some(_)) => ("=", Role::Text),
                _ => ("·", Role::Text),
            };
            let outcome = match (one.kind, one.suggests) {
                (VerdictKind::Split, Some(deal)) => format!("split, most like {deal}"),
                (_, Some(deal)) => format!("like {deal}"),
                (kind, None) => kind.doc().to_owned(),
            };
            let when = one.decided_at.to_utc().format("%Y-%m-%d");
            let appealed = if one.is_appealed { ", appealed" } else { "" };
            (mark, role, format!("{} {when}, {} %: {outcome}{appealed}", one.case, one.similarity_bp / 100))
        });
        let mut out: Vec<Row> =
            rows.flat_map(|(mark, role, told)| line(&[(1, (mark.to_owned(), role)), (width.saturating_sub(3), (told, role))])).collect();
        if out.is_empty() {
            out.push(Row::text("nothing like it was decided before", Role::Dim));
        }
        out
    }

    /// Each document once, with the decisions that saw it.
    pub(super) fn evidence(&self, width: usize) -> Vec<Row> {
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
        let can_decide = [CaseVerb::Decide, CaseVerb::Overturn].into_iter().any(|verb| possible_case(case, verb).is_ok());
        let told = match (pin.documents.len(), can_decide) {
            (0, _) => "nobody has handed in a document".to_owned(),
            (1, true) => "1 document; a decision now would pin it".to_owned(),
            (1, false) => "1 document in all".to_owned(),
            (many, true) => format!("{many} documents; a decision now would pin these"),
            (many, false) => format!("{many} documents in all"),
        };
        rows.extend(line(&[(8, (short(pin.hash), Role::Dim)), (width.saturating_sub(10), (told, Role::Dim))]));
        rows
    }

    /// What happened at one moment on one side stands in one line, below it the next; a day is written once.
    pub(super) fn timeline(&self, width: usize) -> Vec<Row> {
        let column = self.column(MOMENT, 0, width, PARTY_MIN);
        let mut rows = Vec::new();
        if let Some(column) = column {
            let mut cells = vec![(MOMENT, empty())];
            cells.extend(self.parties_of().iter().map(|party| {
                let name = text::cut(&self.name(party.deal), column);
                (column, (name, Role::TableHeader))
            }));
            rows.extend(line(&cells));
        }
        let mut day = String::new();
        for moment in self.dossier().timeline.chunk_by(|one, next| (one.at, one.is_day, one.deal) == (next.at, next.is_day, next.deal)) {
            let [first, ..] = moment else { continue };
            let (told, role) = together(moment);
            let when = when(first, &mut day);
            let mut cells = vec![(MOMENT, (when, if first.at > self.shown.now { Role::Disabled } else { Role::Dim }))];
            let Some(deal) = first.deal else {
                // Of the conflict as a whole: across all columns.
                cells.push((width.saturating_sub(MOMENT + GAP), (format!("── {told}"), role)));
                rows.extend(line(&cells));
                continue;
            };
            if let Some(column) = column {
                for party in self.parties_of() {
                    let here = party.deal == deal;
                    cells.push((column, if here { (told.clone(), role) } else { ("·".to_owned(), Role::Disabled) }));
                }
            } else {
                cells.push((7, (deal.to_string(), Role::Link)));
                cells.push((width.saturating_sub(MOMENT + 7 + 2 * GAP), (told, role)));
            }
            rows.extend(line(&cells));
        }
        rows
    }
}

/// `D-1, D-2 and D-3`.
fn all(deals: &BTreeSet<DealId>) -> String {
    let names: Vec<String> = deals.iter().map(ToString::to_string).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}

/// The moments of one instant in one sentence, with the role of the weightiest.
fn together(moment: &[Entry]) -> Piece {
    let has = |one: fn(&Moment) -> bool| moment.iter().any(|entry| one(&entry.what));
    let at_once = has(|what| *what == Moment::Submitted) && has(|what| matches!(what, Moment::Completed { .. }));
    let told = moment.iter().filter_map(|entry| match &entry.what {
        // Begun, handed in and complete at once is one thing.
        Moment::Drafted | Moment::Submitted if at_once => None,
        Moment::Completed { sequence } if at_once => Some(format!("submitted, number {sequence}")),
        _ => Some(words_of(entry)),
    });
    let told: Vec<String> = told.collect();
    let role = moment.iter().map(role_of).find(|role| *role != Role::Text);
    (told.join(", "), role.unwrap_or(Role::Text))
}

fn words_of(entry: &Entry) -> String {
    match &entry.what {
        Moment::Drafted => "begun".to_owned(),
        Moment::EvidenceAsked => "evidence asked for".to_owned(),
        Moment::Ended { state } => words::stage(state).to_owned(),
        other => other.words(),
    }
}

const fn role_of(entry: &Entry) -> Role {
    match &entry.what {
        Moment::Completed { .. } | Moment::Letter { .. } => Role::Strong,
        Moment::Approved | Moment::Won => Role::Good,
        Moment::Opened | Moment::Decided { .. } | Moment::Appealed => Role::Info,
        Moment::Lost { .. } | Moment::Ended { .. } => Role::Warn,
        _ => Role::Text,
    }
}

/// The moment, without its day where that stands in the line above.
fn when(entry: &Entry, day: &mut String) -> String {
    let whole = utc(entry.at);
    let (date, time) = whole.split_at(DAY);
    let is_new = std::mem::replace(day, date.to_owned()) != date;
    match (entry.is_day, is_new) {
        (true, true) => date.to_owned(),
        (true, false) => String::new(),
        (false, true) => whole,
        (false, false) => format!("{:DAY$}{time}", ""),
    }
}

/// `2026-03-23 07:00:00`.
pub(super) fn utc(at: Instant) -> String {
    at.to_utc().format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The first digits of a hash: enough to tell documents apart by eye.
pub fn short(hash: ContentHash) -> String {
    hash.to_string().chars().take(8).collect()
}
