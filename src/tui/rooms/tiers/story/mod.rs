//! One partner as sections of text: how it stands, what is under way, its scorecard with each point explained, the gates of
//! each tier, the way up, who it is and what it has in the other rooms, and what happened.

mod rooms;

use super::{light, words};
use crate::{
    app::tier::view::TierDetail,
    domain::{
        day::local_date,
        money::Currency,
        tier::{
            Scorecard,
            evaluate::Measured,
            queue::TierLine,
            score::{MOST, Scored},
            standing::{Plan, Proposal, ProposalState, Standing},
        },
        time::Instant,
        told,
    },
    store::unit::Past,
    tui::{
        furniture::{
            story::{Teller, older},
            words::role,
        },
        keymap::Keymap,
        theme::Role,
        widgets::{
            chart::{bar, sparkline},
            pane::{Row, Section},
        },
    },
};
use chrono_tz::Tz;
use rust_decimal::prelude::ToPrimitive as _;

/// The titles of the sections to which keys lead.
pub const WHY: &str = "Scorecard";
pub const TIMELINE: &str = "Timeline";

/// Columns of a bar.
const BAR: u16 = 10;

/// What the row alone tells, until the story is loaded.
pub fn facts(row: &TierLine) -> Vec<Row> {
    let (found, role) = words::found(row);
    let standing = row.standing.as_deref();
    let mut rows = vec![
        Row::fact("tier", row.tier.to_string(), Role::Strong),
        Row::fact("audit", found, role),
        Row::fact("partner", format!("{} ({})", row.name, row.code), Role::Text),
    ];
    if let Some(judged) = standing.and_then(Standing::judged) {
        rows.insert(1, Row::fact("earned", judged.computed.to_string(), Role::Text));
    }
    if let Some(looked) = standing.and_then(Standing::looked_at) {
        let told = format!("{}, earned {}: nothing follows from it", looked.outcome.doc(), looked.computed);
        rows.push(Row::fact("on demand", told, Role::Text));
    }
    if let Some((latest, score)) = standing.and_then(|standing| standing.latest.as_ref()).and_then(|latest| Some((latest, latest.score?))) {
        let how = if latest.kind.counts() { "" } else { ", on demand" };
        rows.push(Row::fact("score", format!("{score} of 100, as of {}{how}", latest.day), Role::Strong));
    }
    rows.push(Row::fact("status", row.status.name(), Role::Text));
    rows.extend(row.country.map(|country| Row::fact("country", country.name().to_owned(), Role::Text)));
    rows
}

pub fn sections(detail: &TierDetail, now: Instant, zone: Tz, keys: &Keymap) -> Vec<Section> {
    let teller = Teller { names: &detail.names, now, zone };
    let story = &detail.story;
    let card = story.evaluations.first().map(|evaluation| &evaluation.made.card);
    let mut top = facts(&detail.line);
    top.extend(super::status::since(&detail.partner, &teller));
    match card {
        Some(card) => {
            // Of the audit that is told above, where somebody looked again since.
            let judged = story.standing.as_ref().and_then(Standing::judged).map(|audited| audited.evaluation);
            let judged = story.evaluations.iter().find(|one| Some(one.id) == judged).map_or(card, |one| &one.made.card);
            top.push(Row::fact("because", judged.why(), Role::Text));
            let falls = card.falls_told(local_date(now, zone));
            top.extend(falls.map(|falls| Row::fact("falls", falls, Role::Warn)));
        }
        None => top.push(Row::text("Nobody has audited it yet.", Role::Dim)),
    }
    let mut out = vec![Section::new("", top)];
    out.extend(detail.checklist.as_ref().map(|list| super::steps::section(list, &teller)));
    if let Some(standing) = &story.standing {
        out.extend(standing.proposal.as_ref().map(|one| Section::new("Change of tier", proposal(one, &teller))));
        out.extend(standing.plan.as_ref().map(|one| Section::new("Remediation plan", plan(one, &teller))));
    }
    if let Some(card) = card {
        out.push(Section::new(format!("{WHY}, as of {}", card.day), scorecard(card)));
        let gates: Vec<Row> = card.lines.iter().filter(|line| !line.gates.is_empty()).flat_map(|line| gates(line, card)).collect();
        if !gates.is_empty() {
            out.push(Section::new("What each tier asks for", gates));
        }
    }
    if let Some(way) = &story.way {
        let mut rows: Vec<Row> = way.steps.iter().map(|step| Row::text(format!("+ {step}"), Role::Text)).collect();
        if !way.arrives() {
            rows.push(Row::text("and still it does not suffice for the score", Role::Warn));
        }
        if rows.is_empty() {
            rows.push(Row::text("everything that it asks for is there", Role::Good));
        }
        out.push(Section::new(format!("The cheapest way to {}", way.tier), rows));
    }
    out.extend(story.standing.as_ref().and_then(rated));
    if story.evaluations.len() > 1 {
        out.push(Section::new("Audits", audits(detail)));
    }
    out.extend(rooms::sections(&detail.partner.profile, &detail.rooms, now, keys));
    out.push(Section::new(TIMELINE, timeline(detail, &teller)));
    out
}

fn proposal(one: &Proposal, teller: &Teller<'_>) -> Vec<Row> {
    let role = if one.promotes { Role::Good } else { Role::Warn };
    let by = one.by.map_or_else(|| "the audit".to_owned(), |by| teller.names.operator(by).to_string());
    let mut rows = vec![
        Row::fact("change", format!("{} -> {}", one.from, one.to), role),
        Row::fact("proposed", format!("by {by}, {}: {}", teller.moment(one.at), one.reason), Role::Text),
    ];
    match &one.state {
        ProposalState::Proposed => rows.push(Row::fact("stage", "to be decided", Role::Info)),
        ProposalState::Deferred { until, by, reason } => {
            rows.push(Row::fact("stage", format!("deferred until {until} by {}: {reason}", teller.names.operator(*by)), Role::Dim));
        }
        ProposalState::Approved { by, on, .. } => {
            rows.push(Row::fact("stage", format!("approved by {}, in force from {on}", teller.names.operator(*by)), Role::Good));
        }
    }
    rows
}

fn plan(one: &Plan, teller: &Teller<'_>) -> Vec<Row> {
    let owner = one.owner.map_or_else(|| "nobody".to_owned(), |owner| teller.names.operator(owner).to_string());
    let late = one.due < teller.now;
    let mut rows = vec![
        Row::fact("keeps", format!("{} until the audit on {}", one.tier, one.due_on), if late { Role::Bad } else { Role::Text }),
        Row::fact("owner", owner, if one.owner.is_some() { Role::Text } else { Role::Warn }),
    ];
    let percent = one.progress.last().map_or(0, |progress| progress.percent);
    rows.push(Row::pieces(vec![
        ("done       ".to_owned(), Role::Dim),
        (bar(f64::from(percent) / 100.0, BAR), Role::ChartLow),
        (format!(" {percent} %"), Role::Strong),
    ]));
    rows.extend(one.targets.iter().map(|gate| Row::text(format!("○ {}", gate.sentence(one.currency)), Role::Text).hanging(2)));
    rows.extend(one.progress.iter().rev().map(|step| {
        Row::pieces(vec![
            (format!("{:<13}", teller.moment(step.at)), Role::Dim),
            (format!("{} %: {}", step.percent, step.text), Role::Text),
            (format!("  {}", teller.names.operator(step.by)), Role::Dim),
        ])
        .hanging(13)
    }));
    rows
}

fn scorecard(card: &Scorecard) -> Vec<Row> {
    if card.criteria.is_empty() {
        return vec![Row::text("the program measures nothing: [scorecard] says what counts", Role::Dim)];
    }
    let mut rows: Vec<Row> = card.criteria.iter().flat_map(|one| criterion(one, card.currency)).collect();
    for (group, score) in &card.groups {
        rows.push(Row::fact(group.doc(), score.to_string(), Role::Text));
    }
    if let Some(score) = card.composite {
        rows.push(Row::pieces(vec![(format!("{:<26}", "in all"), Role::Strong), (format!("{score:>7}"), Role::Strong)]));
    }
    rows
}

/// A light, a bar of what was attained, the points that it brings, and why, in words. What does not count brings nothing, which
/// is not zero.
fn criterion(one: &Scored, currency: Currency) -> [Row; 2] {
    let (shape, role) = light(one.light);
    let share = one.attainment.map_or(0.0, |attained| attained.min(MOST).to_f64().unwrap_or(0.0) / 100.0);
    let top = Row::pieces(vec![
        (format!("{shape} "), role),
        (format!("{:<24}", one.criterion.doc()), Role::Text),
        (format!("{:>7} ", if one.counts { one.brings.to_string() } else { "–".to_owned() }), Role::Strong),
        (bar(share, BAR), Role::ChartLow),
    ]);
    [top, Row::text(one.why(currency), Role::Dim).indented(2)]
}

fn gates(line: &Measured, card: &Scorecard) -> Vec<Row> {
    let (mark, role) = if line.is_passed() {
        ("✓", Role::Good)
    } else if line.is_failed() {
        ("✗", Role::Bad)
    } else {
        ("?", Role::Warn)
    };
    let own = if line.tier.eq_ignore_ascii_case(&card.stored) { "  (its tier)" } else { "" };
    let mut rows = vec![Row::pieces(vec![(format!("{mark} {}", line.tier), role), (own.to_owned(), Role::Dim)])];
    rows.extend(line.gates.iter().map(|gate| {
        let role = if gate.gap().is_some() { Role::Text } else { Role::Dim };
        Row::text(gate.sentence(card.currency), role).indented(2)
    }));
    rows
}

fn rated(standing: &Standing) -> Option<Section> {
    let rated = standing.rated;
    let one = |label: &'static str, value: Option<rust_decimal::Decimal>| {
        value.map(|value| Row::fact(label, format!("{} of 100", value.normalize()), Role::Text))
    };
    let mut rows: Vec<Row> = [one("satisfied", rated.satisfaction), one("compliant", rated.compliance), one("trained", rated.training)]
        .into_iter()
        .flatten()
        .collect();
    rows.extend(standing.acquired_on.map(|on| Row::fact("acquired", format!("a part of its parent since {on}"), Role::Text)));
    (!rows.is_empty()).then(|| Section::new("Brought in by hand", rows))
}

/// The scores of the audits as a line, then each.
fn audits(detail: &TierDetail) -> Vec<Row> {
    let evaluations = &detail.story.evaluations;
    let scores: Vec<u64> =
        evaluations.iter().rev().map(|one| one.made.card.composite.map_or(0, |score| score.0.max(0).unsigned_abs())).collect();
    let mut rows = vec![Row::pieces(vec![("scores     ".to_owned(), Role::Dim), (sparkline(&scores), Role::ChartLow)])];
    rows.extend(evaluations.iter().map(|one| {
        let card = &one.made.card;
        let (found, role) = words::verdict(Some(card.outcome));
        let kind = one.made.kind.code();
        let score = card.composite.map_or_else(|| "-".to_owned(), |score| score.to_string());
        let restates = one.made.restates.map_or_else(String::new, |id| format!(", restates {id}"));
        Row::pieces(vec![
            (format!("{}  ", card.day), Role::Dim),
            (format!("{score:>6}  "), Role::Strong),
            (format!("{found:<11}"), role),
            (format!("{} {kind}{restates}", card.computed), Role::Dim),
        ])
        .hanging(12)
    }));
    rows
}

fn timeline(detail: &TierDetail, teller: &Teller<'_>) -> Vec<Row> {
    let line = |past: &Past| {
        let (text, weight) = told::event(&past.record.event, &detail.names);
        teller.happened(past, String::new(), (text, role(weight)))
    };
    let mut rows: Vec<Row> = detail.timeline.iter().map(line).collect();
    if rows.is_empty() {
        rows.push(Row::text("nothing has happened yet", Role::Dim));
    }
    rows.extend(older(&detail.timeline, detail.partner.id));
    rows
}
