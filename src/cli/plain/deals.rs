//! The deal desk in plain lines: registrations, and the conflicts between them.

use super::desk::{Desk, Line, due};
use crate::{
    app::{App, Failure, deal::news::DealNews, view::Viewer},
    domain::{
        deal::{
            DealEvent, DisputePhase, HoldReason,
            conflict::{CaseClockKind, CaseEvent},
            fields::Deals,
            queue::{CaseStanding, DealRow, Queue},
        },
        escalation::Severity,
        event::{Entity, Event},
        filter::Filter,
        id::{AuditSeq, DealId},
        text::Text,
        time::Instant,
        told::{self, Names},
    },
    store::unit::Past,
    tui::rooms::deals::{DealTrade, words},
};
use chrono_tz::Tz;
use serde_json::json;
use std::collections::BTreeSet;

impl Desk for DealTrade {
    type News = DealNews;
    const WHO: &'static str = "customer";

    async fn news(app: &App, since: AuditSeq) -> Result<DealNews, Failure> {
        app.deal_news(since).await
    }

    fn happened(news: &DealNews) -> &[Past] {
        &news.happened
    }

    fn mentioned(news: &DealNews) -> &Names {
        &news.names
    }

    fn touched(news: &DealNews) -> Vec<DealId> {
        news.deals.keys().copied().collect()
    }

    /// What happens in a conflict is about all its parties.
    fn about(past: &Past, news: &DealNews) -> Vec<DealId> {
        match past.record.entity {
            Entity::Deal(deal) => vec![deal],
            Entity::Conflict(case) => {
                news.cases.get(&case).map_or_else(Vec::new, |case| case.parties.iter().map(|party| party.deal).collect())
            }
            _ => Vec::new(),
        }
    }

    async fn among(
        app: &App,
        ids: &[DealId],
        queue: Queue,
        filter: &Filter<Deals>,
        viewer: &Viewer<DealId>,
    ) -> Result<BTreeSet<DealId>, Failure> {
        app.deals_among(ids, queue, filter, viewer, app.now()).await
    }

    fn line(row: &DealRow, now: Instant, zone: Tz) -> Line {
        let mut parts = vec![format!("{}: {} by {}", Self::spoken_name(row.id, &row.customer), words::stage(row.state), row.partner.1)];
        parts.push(row.value.map_or_else(|| "no value".to_owned(), |value| value.to_string()));
        parts.push(row.products.to_string());
        if let Some(at) = row.due {
            let purpose = if row.state == "approved" { " for renewal" } else { " for a decision" };
            parts.push(due(at, purpose, now, zone));
        }
        if let Some(reason) = row.held {
            parts.push(format!("held: {}", reason.doc()));
        }
        if let Some((case, phase)) = row.dispute {
            parts.push(format!("in conflict {}, {}", case.0, phase_words(phase)));
        }
        parts.extend(row.case.iter().flat_map(|case| of_standing(case, now, zone)));
        if let Some(severity) = row.escalated {
            parts.push(format!("escalated, {}", severity.name()));
        }
        if let Some((_, reviewer)) = &row.reviewer {
            parts.push(format!("{reviewer} reviews it"));
        }
        let country = row.country.map(|country| country.name().to_owned());
        parts.extend(country.iter().cloned());
        parts.retain(|part| !part.is_empty());
        let json = json!({
            "kind": "row", "deal": row.id.to_string(), "customer": row.customer.as_str(), "country": country, "state": row.state,
            "partner": row.partner.1.as_str(), "value": row.value.map(|value| value.to_string()), "products": row.products.to_string(),
            "reviewer": row.reviewer.as_ref().map(|(_, name)| name.as_str()), "due": row.due.map(|due| due.to_string()),
            "held": row.held.map(HoldReason::name), "conflict": row.dispute.map(|(case, _)| case.to_string()),
            "conflict_due": row.case.as_ref().and_then(|case| case.due).map(|due| due.to_string()),
            "breached": row.breached, "escalated": row.escalated.map(Severity::name),
        });
        Line { text: format!("{}.", parts.join(", ")), json }
    }

    fn who(deal: DealId, news: &DealNews) -> Text {
        news.deals.get(&deal).map(|deal| deal.customer().clone()).unwrap_or_default()
    }

    fn spoken_name(deal: DealId, customer: &Text) -> String {
        format!("Deal {} {customer}", deal.0).trim_end().to_owned()
    }

    fn spoken(past: &Past, news: &DealNews, actor: &Text) -> Option<String> {
        let who = Self::about(past, news).first().map_or_else(Text::default, |deal| Self::who(*deal, news));
        match (&past.record.event, past.record.entity) {
            (Event::Deal(event), Entity::Deal(deal)) => {
                Some(format!("{}: {}", Self::spoken_name(deal, &who), of_deal(event, &news.names, actor)))
            }
            (Event::Case(event), Entity::Conflict(case)) => {
                let subject = format!("Conflict {} {who}", case.0);
                Some(format!("{}: {}", subject.trim_end(), of_case(event, &news.names, actor)))
            }
            _ => None,
        }
    }
}

/// How the conflict of a registration stands.
fn of_standing(case: &CaseStanding, now: Instant, zone: Tz) -> Vec<String> {
    let purpose = match case.awaits {
        Some(CaseClockKind::Evidence) => " for evidence",
        Some(CaseClockKind::Appeal) => " for a decision about the appeal",
        _ => " for a decision about the conflict",
    };
    let mut parts: Vec<String> = case.due.iter().map(|at| due(*at, purpose, now, zone)).collect();
    parts.extend(case.escalated.map(|severity| format!("the conflict is escalated, {}", severity.name())));
    parts.extend(case.reviewer.iter().map(|(_, reviewer)| format!("{reviewer} judges the conflict")));
    parts
}

const fn phase_words(phase: DisputePhase) -> &'static str {
    match phase {
        DisputePhase::Open => "not decided",
        DisputePhase::Decided => "decided",
        DisputePhase::Appealed => "appealed",
    }
}

fn of_deal(event: &DealEvent, names: &Names, actor: &Text) -> String {
    let (sentence, _) = told::deal::deal(event, names);
    match event {
        DealEvent::Noted { .. } => format!("{actor} wrote a note"),
        // Time did it.
        DealEvent::Warned { .. } | DealEvent::Breached { .. } | DealEvent::Expired { .. } => sentence,
        _ => format!("{sentence}, by {actor}"),
    }
}

fn of_case(event: &CaseEvent, names: &Names, actor: &Text) -> String {
    let (sentence, _) = told::deal::case(event, names);
    match event {
        CaseEvent::Noted { .. } => format!("{actor} wrote a note"),
        CaseEvent::Warned { .. } | CaseEvent::Breached { .. } => sentence,
        _ => format!("{sentence}, by {actor}"),
    }
}
